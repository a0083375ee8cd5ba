"""The audit of Table 1: every printed cell."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import inception_lab as lab
from inception_lab.architecture.published.audit import judge_operations, judge_parameters
from inception_lab.architecture.published.paper import Printed

EXACT = "agrees: weights only, exactly, K = 1024"
# name, printed params, weights, with biases, verdict, printed ops, MACs, verdict
CELLS = [
    ("conv1", "2.7K", 9_408, 9_472, "differs by +240.3 %", "34M", 118_013_952, "differs by +247.1 %"),
    ("conv2", "112K", 114_688, 114_944, EXACT, "360M", 359_661_568, "agrees: rounded"),
    (
        "3a",
        "159K",
        163_328,
        163_696,
        "agrees: weights only, truncated, K = 1024",
        "128M",
        128_049_152,
        "agrees: rounded",
    ),
    (
        "3b",
        "380K",
        388_096,
        388_736,
        "agrees: with biases, rounded, K = 1024",
        "304M",
        304_267_264,
        "agrees: rounded",
    ),
    ("4a", "364K", 375_552, 376_176, "differs by +0.8 %", "73M", 73_608_192, "agrees: truncated"),
    ("4b", "437K", 448_512, 449_160, "differs by +0.2 %", "88M", 87_908_352, "agrees: rounded"),
    ("4c", "463K", 509_440, 510_104, "differs by +7.5 %", "100M", 99_850_240, "agrees: rounded"),
    ("4d", "580K", 604_672, 605_376, "differs by +1.8 %", "119M", 118_515_712, "agrees: rounded"),
    ("4e", "840K", 867_328, 868_352, "differs by +0.8 %", "170M", 169_996_288, "agrees: rounded"),
    ("5a", "1072K", 1_042_432, 1_043_456, "differs by −5.0 %", "54M", 51_079_168, "differs by −5.4 %"),
    ("5b", "1388K", 1_442_816, 1_444_080, "differs by +1.5 %", "71M", 70_697_984, "agrees: rounded"),
    ("linear", "1000K", 1_024_000, 1_025_000, EXACT, "1M", 1_024_000, "agrees: rounded"),
]


@pytest.mark.parametrize("cells", CELLS, ids=lambda cells: cells[0])
def test_cells(cells: tuple[str | int, ...]) -> None:
    row = lab.audit()[str(cells[0])]
    assert cells == (
        row.name,
        row.printed_parameters,
        row.weights,
        row.parameters,
        row.parameters_verdict.text,
        row.printed_operations,
        row.macs,
        row.operations_verdict.text,
    )
    verdicts = (row.parameters_verdict, row.operations_verdict)
    assert [verdict.agrees for verdict in verdicts] == [
        verdict.text.startswith("agrees") for verdict in verdicts
    ]


def test_rows_are_the_twelve_with_parameters() -> None:
    assert [row.name for row in lab.audit().rows] == [cells[0] for cells in CELLS]


def test_sums() -> None:
    audit = lab.audit()
    assert audit.macs == 1_582_671_872
    assert audit.printed_operations == 1502  # the paper's "1.5 billion"
    assert audit.sums == {
        "name": "sum",
        "printed_parameters": "6,797.7K",
        "weights": 6_990_272,
        "parameters": 6_998_552,
        "printed_operations": "1,502M",
        "macs": 1_582_671_872,
    }


def test_k_of_1000_comes_first() -> None:
    assert judge_parameters(Printed("1M"), 1_000_000, 1).text == "agrees: weights only, exactly, K = 1000"
    assert judge_operations(Printed("2M"), 1_499_999).text == "differs by −25.0 %"


def test_frame() -> None:
    frame = lab.audit().to_frame()
    assert frame.index.tolist() == [cells[0] for cells in CELLS]
    assert list(frame.itertuples(name=None)) == CELLS
    assert frame["macs"].sum() == 1_582_671_872


def test_html_says_every_verdict_in_words() -> None:
    html = re.sub("<[^>]+>", "|", lab.audit()._repr_html_())  # what is left where styles are stripped
    for cells in CELLS:
        assert html.count(f" {cells[4]}|") >= 1
        assert html.count(f" {cells[7]}|") >= 1
    assert html.count("✓") + html.count("✗") == 24


@pytest.mark.parametrize("function", [lambda name: lab.audit()[name], lab.explain])
def test_unknown_row(function: object) -> None:
    names = ", ".join(repr(cells[0]) for cells in CELLS)
    message = f"`row` must be one of {names}. Received: row='6a'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        function("6a")  # type: ignore[operator]


def test_auditing_loads_neither_pandas_nor_keras(root: Path) -> None:
    code = (
        "import sys, inception_lab as lab;"
        "lab.audit()._repr_html_(); lab.explain('5a'); lab.conventions.reproductions();"
        "print(sorted({'pandas', 'numpy', 'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_as_text_an_audit_is_a_table() -> None:
    head, *lines, sums = repr(lab.audit()).splitlines()
    assert head.split()[:3] == ["row", "params", "printed"]
    assert [line.split()[0] for line in lines] == [cells[0] for cells in CELLS]
    for line, cells in zip(lines, CELLS, strict=True):
        assert f"{cells[4]} " in line
        assert line.endswith(cells[7])
    assert sums.split() == ["sum", "6,797.7K", "6,990,272", "6,998,552", "1,502M", "1,582,671,872"]
