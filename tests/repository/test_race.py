"""The race against torchvision: its turns and its arithmetic, without either runner."""

from pathlib import Path

import pytest

from benchmarks import bench_peers
from benchmarks.bench_peers import busy, race, spread


def test_the_two_run_in_turn_and_pairs_are_compared() -> None:
    turns = ""
    rates = {"A": iter([10.0, 20.0, 40.0]), "B": iter([5.0, 30.0, 40.0])}

    def runner(name: str) -> float:
        nonlocal turns
        turns += name
        return next(rates[name])

    shares = race(lambda: runner("A"), lambda: runner("B"), pairs=3, busy=lambda: 0.0)
    assert turns == "ABABAB"
    assert shares == [0.5, 1.5, 1.0]  # images/s of theirs over ours: the share of their time that ours takes
    assert spread(shares) == 1.0  # (1.5 − 0.5) / 1.0


def test_a_busy_machine_makes_the_run_void() -> None:
    ours, theirs, loads = (iter(values) for values in ([1.0], [2.0], [0.0, 0.42]))
    with pytest.raises(ValueError, match="Received") as caught:
        race(lambda: next(ours), lambda: next(theirs), busy=lambda: next(loads))
    assert str(caught.value) == (
        "The machine must be idle: this run is void. "
        "Received: 42% of its processors busy (before pair 2 of 5)."
    )


def test_busy_is_what_is_neither_idle_nor_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    # user nice system idle iowait irq softirq steal
    texts = iter(["cpu  100 0 100 800 0 0 0 0", "cpu  120 5 105 860 10 0 0 0"])
    monkeypatch.setattr(bench_peers, "STAT", stat)
    assert busy(0) == 0.0  # no such file
    stat.touch()
    monkeypatch.setattr(Path, "read_text", lambda _: next(texts) + "\ncpu0 1 2 3 4 5 6 7 8\n")
    assert busy(0) == pytest.approx(0.3)  # 20 + 5 + 5 of 100 ticks
