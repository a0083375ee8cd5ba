"""The command `inception-lab`: what it prints, and how it answers mistakes."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.cli import options as cli_options
from inception_lab.cli.main import main
from inception_lab.cli.options import networks

Capture = pytest.CaptureFixture[str]
PYTHON_M = [sys.executable, "-m", "inception_lab"]


def printed(capsys: Capture, *arguments: str) -> str:
    """What the command prints when all is well."""
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: Capture, *arguments: str) -> str:
    """The one line on stderr after a mistake."""
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"inception-lab: [^\n]+\n", err), err
    return err.removeprefix("inception-lab: ").removesuffix("\n")


# json and csv -------------------------------------------------------------------------------------


def test_json_holds_the_totals_and_every_layer(capsys: Capture) -> None:
    result = json.loads(printed(capsys, "cost", "googlenet", "--format", "json"))
    layers = result.pop("layers")
    assert result == {
        "network": "googlenet",
        "input_shape": [224, 224, 3],
        "parameters": 6_998_552,
        "macs": 1_582_671_872,
        "flops": 3_165_343_744,
    }
    assert layers[0] == {
        "name": "conv1/7x7_s2",
        "type": "Conv2D",
        "input_shape": [224, 224, 3],
        "output_shape": [112, 112, 64],
        "parameters": 9_472,
        "macs": 118_013_952,
    }
    assert layers[-1]["output_shape"] == [1000]
    assert {tuple(layer) for layer in layers} == {tuple(layers[0])}
    assert sum(layer["parameters"] for layer in layers) == 6_998_552
    assert sum(layer["macs"] for layer in layers) == 1_582_671_872


@pytest.mark.parametrize(
    ("options", "parameters", "macs", "input_shape"),
    [
        (["--auxiliary"], 13_378_280, 1_591_044_096, [224, 224, 3]),
        (["--variant", "torchvision"], 6_624_904, 1_498_376_192, [224, 224, 3]),
        (["--variant=tf_slim", "--auxiliary"], 12_997_608, 1_506_748_416, [224, 224, 3]),
        (["--classes", "10"], 6_998_552 - 990 * 1025, 1_582_671_872 - 990 * 1024, [224, 224, 3]),
        # the convolutions' MACs go with the number of pixels; the classifier's stay
        (["--input", "448"], 6_998_552, 4 * (1_582_671_872 - 1_024_000) + 1_024_000, [448, 448, 3]),
        (["--input", "224x448"], 6_998_552, 2 * (1_582_671_872 - 1_024_000) + 1_024_000, [224, 448, 3]),
        (["--input", "448×224"], 6_998_552, 2 * (1_582_671_872 - 1_024_000) + 1_024_000, [448, 224, 3]),
    ],
)
def test_options_of_cost(
    capsys: Capture, options: list[str], parameters: int, macs: int, input_shape: list[int]
) -> None:
    result = json.loads(printed(capsys, "cost", "googlenet", *options, "--format", "json"))
    assert (result["parameters"], result["macs"]) == (parameters, macs)
    assert result["input_shape"] == input_shape


def test_height_comes_before_width(capsys: Capture) -> None:
    result = json.loads(printed(capsys, "cost", "googlenet", "--input", "250x300", "--format=json"))
    assert result["input_shape"] == [250, 300, 3]
    assert result["layers"][0]["output_shape"] == [125, 150, 64]


def test_width_multiplies_filters(capsys: Capture) -> None:
    result = json.loads(printed(capsys, "cost", "googlenet", "--width", "0.5", "--format", "json"))
    assert round(1_582_671_872 / result["macs"], 2) == 3.72


def test_csv_is_the_frame(capsys: Capture) -> None:
    out = printed(capsys, "cost", "googlenet", "--variant", "batch_norm", "--auxiliary", "--format", "csv")
    cost = lab.cost(lab.googlenet(variant="batch_norm", auxiliary=True))
    assert out == cost.to_frame().to_csv(lineterminator="\n")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["name"] for row in rows] == [layer.name for layer in cost.layers]
    assert sum(int(row["moving_statistics"]) for row in rows) == cost.moving_statistics > 0
    assert [ast.literal_eval(row["output_shape"]) for row in rows] == [x.output_shape for x in cost.layers]


# The table ----------------------------------------------------------------------------------------


def test_table_lists_layers_and_totals(capsys: Capture) -> None:
    lines = printed(capsys, "cost", "googlenet").splitlines()
    assert lines[0] == "googlenet, one image of 224×224×3 (height × width × channels)"
    assert lines[2].split() == ["layer", "type", "output", "parameters", "MACs"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[4:] if line}
    assert rows["conv2/3x3"] == ["Conv2D", "56×56×192", "110,784", "346,816,512"]
    assert rows["inception_3a/pool"] == ["MaxPool2D", "28×28×192", "0", "0"]
    assert rows["loss3/classifier"] == ["Dense", "1000", "1,025,000", "1,024,000"]
    assert rows["total"] == ["6,998,552", "1,582,671,872"]
    assert "FLOPs = 2 × MACs = 3,165,343,744" in lines
    assert all(layer.name in rows for layer in lab.cost(lab.googlenet()).layers)
    assert not any("batch norm" in line for line in lines)


def test_table_says_what_is_stored_and_what_is_left_out(capsys: Capture) -> None:
    lines = printed(capsys, "cost", "googlenet", "--variant", "torchvision").splitlines()
    assert "Stored besides and not trained: 14,560 statistics of batch norm" in lines
    cost = lab.cost(lab.googlenet())
    assert [line.removeprefix("Left out: ") for line in lines[-3:]] == list(cost.omitted)


@pytest.mark.parametrize(
    "arguments",
    [
        *([name] for name in networks()),
        *(["googlenet", "--auxiliary", "--variant", variant] for variant in lab.VARIANTS),
        ["googlenet", "--input", "1024"],
    ],
    ids="-".join,
)
def test_table_is_aligned_and_fits_into_100_columns(capsys: Capture, arguments: list[str]) -> None:
    lines = printed(capsys, "cost", *arguments).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[3] == "─" * len(lines[2])
    end = lines.index(lines[3], 4)
    body = [*lines[4:end], lines[end + 1]]
    assert {len(line) for line in [*body, lines[2]]} == {len(lines[3])}  # the last column ends in one place
    right_edge = lines[2].index("parameters") + len("parameters")
    for line in body:
        assert line[right_edge - 1].isdigit()
        assert line[right_edge : right_edge + 2] == "  "


def test_rows_of_the_table_are_the_layers_in_order(capsys: Capture) -> None:
    lines = printed(capsys, "cost", "googlenet", "--auxiliary").splitlines()
    cost = lab.cost(lab.googlenet(auxiliary=True))
    assert [line.split()[0] for line in lines[4 : 4 + len(cost.layers)]] == [x.name for x in cost.layers]


# Mistakes -----------------------------------------------------------------------------------------

INPUT = "argument --input: must be a side in pixels, such as 224, or height x width, such as 250x300. "


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["cost"], "the following arguments are required: NETWORK"),
        (
            ["cost", "goglenet"],
            f"`network` must be one of {', '.join(map(repr, networks()))}. Received: network='goglenet'.",
        ),
        (
            ["cost", "googlenet", "--variant", "papier"],
            "`variant` must be one of 'paper', 'batch_norm', 'torchvision', 'tf_slim', 'separable_stem', "
            "'naive'. Received: variant='papier'.",
        ),
        (["cost", "googlenet", "--input", "big"], f"{INPUT}Received: 'big'."),
        (["cost", "googlenet", "--input", "224x"], f"{INPUT}Received: '224x'."),
        (["cost", "googlenet", "--input", "224x224x3"], f"{INPUT}Received: '224x224x3'."),
        (["cost", "googlenet", "--input", "22.4"], f"{INPUT}Received: '22.4'."),
        (["cost", "googlenet", "--input=-224"], f"{INPUT}Received: '-224'."),
        (["cost", "googlenet", "--input", ""], f"{INPUT}Received: ''."),
        (["cost", "googlenet", "--input", "0"], f"{INPUT}Received: '0'."),
        (["cost", ""], "argument NETWORK: must not be empty. Received: ''."),
        (
            ["cost", "googlenet", "--input", "64", "--auxiliary"],
            "A 5×5 window with padding='valid' must fit into its input. "
            "Received: 4×4 pixels (at 'loss1/ave_pool').",
        ),
        (
            ["cost", "googlenet", "--classes", "0"],
            "`classes` must be a positive integer. Received: classes=0.",
        ),
        (
            ["cost", "googlenet", "--classes", "many"],
            "argument --classes: must be a whole number. Received: 'many'.",
        ),
        (["cost", "googlenet", "--width", "half"], "argument --width: must be a number. Received: 'half'."),
        (
            ["cost", "googlenet", "--width", "1e308"],
            "`width` must be a number above 0, at most 1000. Received: width=1e+308.",
        ),
        (
            ["cost", "googlenet", "--width", "nan"],
            "`width` must be a number above 0, at most 1000. Received: width=nan.",
        ),
        (["cost", "googlenet", "--colour"], "unrecognized arguments: --colour"),
        (["cost", "googlenet", "--aux"], "unrecognized arguments: --aux"),
        (["cost", "googlenet", "one\ntwo"], "unrecognized arguments: one two"),
        (["cost", "googlenet", "--variant"], "argument --variant: expected one argument"),
        (["cost", "alexnet", "--auxiliary"], "alexnet has no option --auxiliary."),
        (["cost", "vgg16", "--width", "0.5"], "vgg16 has no option --width."),
    ],
)
def test_mistakes_take_one_line(capsys: Capture, arguments: list[str], message: str) -> None:
    assert refused(capsys, *arguments) == message


@pytest.mark.parametrize(
    ("arguments", "start", "choices"),
    [
        (
            ["cost", "googlenet", "--format", "xml"],
            "argument --format: invalid choice: 'xml'",
            r"table.*json.*csv",
        ),
        (["draw"], "argument COMMAND: invalid choice: 'draw'", r"cost"),
    ],
)
def test_unknown_choices_list_what_there_is(
    capsys: Capture, arguments: list[str], start: str, choices: str
) -> None:
    """How argparse quotes choices depends on Python's version."""
    assert re.fullmatch(rf"{re.escape(start)} \(choose from .*{choices}.*\)", refused(capsys, *arguments))


def test_a_network_that_has_no_input_option_says_so(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def fixed(classes: int = 10) -> lab.Network:
        return lab.Network((8, 8, 3), lab.Sequence(), f"fixed {classes}")

    monkeypatch.setattr(cli_options, "networks", lambda: {"fixed": fixed})
    assert refused(capsys, "cost", "fixed", "--input", "9") == "fixed has no option --input."
    assert printed(capsys, "cost", "fixed", "--classes", "3").startswith("fixed 3, one image of 8×8×3 ")


def test_a_fault_of_the_program_is_not_dressed_up_as_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> lab.Network:
        raise KeyError("a fault")

    monkeypatch.setattr(cli_options, "networks", lambda: {"broken": broken})
    with pytest.raises(KeyError, match=r"^'a fault'$"):
        main(["cost", "broken"])


# Help ---------------------------------------------------------------------------------------------


def test_help_lists_the_commands(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--help"])
    assert re.search(r"^    cost +count a network's parameters", capsys.readouterr().out, flags=re.MULTILINE)


def test_examples_of_the_help_run(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["cost", "--help"])
    text = capsys.readouterr().out
    examples = re.findall(r"^  inception-lab (cost .*?)(?: > .*)?$", text, flags=re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        assert len(printed(capsys, *example.split())) > 1000
    for name in (*networks(), *lab.VARIANTS):
        assert re.search(rf"^\w[\w ]*: .*\b{name}\b", text, flags=re.MULTILINE), name


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"inception-lab {lab.__version__}\n"


# As a process -------------------------------------------------------------------------------------


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON_M, *arguments], capture_output=True, text=True, encoding="utf-8", check=False, **options
    )


def test_process_prints_and_exits() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    good = run("cost", "googlenet", "--format", "json", env=environment)
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["parameters"] == 6_998_552
    bad = run("cost", "googlenet", "--width", "0", env=environment)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert (
        bad.stderr == "inception-lab: `width` must be a number above 0, at most 1000. Received: width=0.0.\n"
    )


def test_a_terminal_without_the_signs_gets_question_marks() -> None:
    process = run("cost", "googlenet", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.startswith("googlenet, one image of 224?224?3 (height ? width ? channels)\n")


def test_a_reader_that_has_gone_gets_no_traceback() -> None:
    """As under `| head -1`, where the reader closes its end."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        process = subprocess.run(
            [*PYTHON_M, "cost", "googlenet"], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(theirs)
    assert (process.returncode, process.stderr) == (1, "")


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor in the shell's way")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cost googlenet >&-", "Results need somewhere to go. Received: a closed stdout."),
        ("train >&-", "Results need somewhere to go. Received: a closed stdout."),
        (
            "cost googlenet >/dev/full",
            "Files must be readable and writable where they are needed. "
            "Received: [Errno 28] No space left on device.",
        ),
    ],
)
def test_results_that_go_nowhere_take_one_line(words: str, message: str) -> None:
    shell = ["sh", "-c", f'"$0" -m inception_lab {words}', sys.executable]
    process = subprocess.run(shell, stderr=subprocess.PIPE, text=True, check=False)
    assert (process.returncode, process.stderr) == (2, f"inception-lab: {message}\n")
