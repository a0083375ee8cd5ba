"""docs/results.md says what is stored, for every experiment."""

import re

import pytest

from inception_lab.experiments import EXPERIMENTS
from tools import results


def test_the_page_is_as_the_stored_runs_have_it() -> None:
    page = results.PAGE.read_text(encoding="utf-8")
    assert results.written(page) == page, "run `python -m tools.results`"
    assert results.main(["--check"]) == 0


def test_every_experiment_that_trains_has_a_table() -> None:
    page = results.PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- runs: (\w+) -->", page)) == set(results.TABLES)
    trains = {name for name in EXPERIMENTS if EXPERIMENTS[name].rows()} - {"gradients", "sizes"}
    assert trains <= set(results.TABLES)


def test_a_table_has_means_with_their_ranges() -> None:
    rows = [{"start": "He", "weight": w, "accuracy": a} for w, a in ((0.0, 0.9), (0.0, 0.8), (0.3, 0.5))]
    made = results.by("start", "weight", measures=("accuracy",))(rows)
    assert made.splitlines() == [
        "| start | weight | seeds | accuracy, % |",
        "| --- | --- | --- | --- |",
        "| He | 0.0 | 2 | 85.0 (80.0–90.0) |",
        "| He | 0.3 | 1 | 50.00 |",
    ]


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Tables are digits, .* Received: 'soup'"):
        results.written("<!-- runs: soup -->\n<!-- end -->")
