"""The race against torchvision: its turns and its arithmetic, without either runner."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import bench_peers
from benchmarks.bench_peers import BEST, OWN, RACE, busy, pair, ratios, spread


@pytest.fixture
def track(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Who ran with what, in turn; the n-th runs at n images/s."""
    ran: list[tuple[object, ...]] = []

    def runner(name: str) -> Callable[..., float]:
        def run(*what: object, **variables: str) -> float:
            ran.append((name, *what, *variables))
            return float(len(ran))

        return run

    for name in ("ours", "theirs"):
        monkeypatch.setattr(bench_peers, name, runner(name))
    monkeypatch.setattr(bench_peers, "version", lambda name: f"of {name}")
    monkeypatch.setattr(bench_peers, "busy", lambda: 0.0)
    return ran


def test_ours_runs_before_each_opponent(track: list[tuple[object, ...]]) -> None:
    settings = [run for run in RACE.runs if run["task"] == "train" and run["pair"] == 1]
    rows = [{**run, **row} for run in settings for row in pair(run, [])]
    memory = tuple(bench_peers.KEEPS_MEMORY)
    assert track == [
        ("ours", "train", "float32", "torchvision"), ("theirs", "train", "float32", *memory),
        ("ours", "train", "float32", "torchvision"), ("theirs", "train", "float32"),
        ("ours", "train", "bfloat16", "torchvision"), ("theirs", "train", "bfloat16", *memory),
        ("ours", "train", "bfloat16", "torchvision"), ("theirs", "train", "float32"),
        ("ours", "train", "bfloat16", "paper"), ("ours", "train", "bfloat16", "torchvision"),
    ]  # fmt: skip
    found = ratios(rows)
    assert found["train", "float32", BEST] == [1 / 2]
    assert found["train", "bfloat16", OWN] == [9 / 10]
    assert rows[0]["peers"] == "PyTorch of torch, torchvision of torchvision"


def test_pairs_of_a_line_are_compared() -> None:
    line = {"task": "train", "precision": "float32", "opponent": BEST}
    rows = [{**line, "ours": own, "theirs": other} for own, other in ((10, 5), (20, 20), (30, 20))]
    (pairs,) = ratios(rows).values()
    assert pairs == [2.0, 1.0, 1.5]
    assert spread(pairs) == pytest.approx(1 / 1.5)


def test_a_busy_machine_stops_the_race(
    track: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_peers, "busy", lambda: 0.42)
    with pytest.raises(ValueError, match="Received") as caught:
        pair({"pair": 2}, [])
    assert str(caught.value) == (
        "The machine must be idle: the race stops here. Received: 42% of its processors busy (before pair 2)."
    )
    assert track == []


def test_busy_is_what_is_neither_idle_nor_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    # user nice system idle iowait irq softirq steal
    texts = iter(["cpu  100 0 100 800 0 0 0 0", "cpu  120 5 105 860 10 0 0 0"])
    monkeypatch.setattr(bench_peers, "STAT", stat)
    assert busy(0) == 0.0  # no such file
    stat.touch()
    monkeypatch.setattr(Path, "read_text", lambda _: next(texts) + "\ncpu0 1 2 3 4 5 6 7 8\n")
    assert busy(0) == pytest.approx(0.3)  # 20 + 5 + 5 of 100 ticks
