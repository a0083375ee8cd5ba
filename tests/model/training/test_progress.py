"""Progress in a terminal."""

import io
import sys
import time

import pytest

from inception_lab.model.training.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_says_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of 3 s after a first one of 60 s, in which the graph is made."""
    terminal, clock = Terminal(), [0.0]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    shown = Progress(True, 10, 20, ("main",))
    seen = []
    for step, seconds in enumerate((60, 3, 3)):
        clock[0] += seconds
        shown.step_done(0, step, {"loss": 2.3})
        seen.append(terminal.getvalue().split("\r")[-1])
    assert seen[0].endswith("1/20  loss 2.300")  # nothing is known yet
    assert seen[1].endswith("2/20  loss 2.300  10 min left")  # 198 steps of 3 s
    shown.step_done(9, 19, {"loss": 0.1})
    assert terminal.getvalue().split("\r")[-1].endswith("20/20  loss 0.100")


def test_without_a_terminal_only_epochs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Progress(True, 1, 2, ("main",))
    shown.step_done(0, 0, {"loss": 1.0})
    shown.epoch_done(
        {"epoch": 1, "loss": 1.0, "main_accuracy": 0.5, "validation_accuracy": 0.25, "seconds": 2}
    )
    assert capsys.readouterr().err == (
        "epoch 1/1  loss 1.0000  accuracy main 0.500, validation 0.250  2.0 s\n"
    )
