"""The command `inception-lab classify`: what is on pictures, by BVLC's GoogLeNet or the reader's own network.

A picture that cannot be read gets its line on the error stream; the others are classified all the same.
"""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_lab.checks import positive_integer
from inception_lab.cli.options import PROGRAM, run_directory
from inception_lab.text import bar, say

if TYPE_CHECKING:
    from inception_lab.model.classifier import Classifier, Prediction

BATCH = 32


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "classify",
        help="say what is on pictures",
        description="Say what is on pictures: by GoogLeNet as BVLC trained it on ImageNet's 1,000 classes,\n"
        "or by a network that you trained.",
        epilog=f"""examples:
  {PROGRAM} classify cat.jpg
  {PROGRAM} classify photos/*.jpg --top 3 --format json
  {PROGRAM} classify digit.png --run runs/digits

BVLC's weights are looked for in the file or folder that INCEPTION_LAB_WEIGHTS names and in the cache,
and else downloaded once (28 MB). Reading them takes the package onnx: pip install onnx
""",
    )
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help="a file: JPEG, PNG, WebP, TIFF, HEIC, …; a pattern"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--weights", metavar="FILE", help="BVLC's weights, an ONNX file")
    source.add_argument(
        "--run", metavar="DIR", dest="learned", type=run_directory, help="a directory of `train --out`"
    )
    parser.add_argument(
        "--top", type=int, default=5, metavar="N", help="how many classes of each picture; default: 5"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")
    parser.set_defaults(run=_run)


def _run(*, images: Sequence[str], weights: str | None, learned: Path | None, top: int, format: str) -> None:
    top, complaints = positive_integer("top", top, " (--top)"), _Complaints()
    paths = [path for name in images for path in complaints.found(name)]
    results: list[dict[str, Any]] = []
    if paths:
        from inception_lab.model.pretrained.bvlc import weights_in
        from inception_lab.model.pretrained.sources import classifier

        source = learned or (weights_in("`--weights`", Path(weights)) if weights else "bvlc")
        network = classifier(source, download=True)
        bars = sys.stdout is not None and sys.stdout.isatty()
        for path, predictions in _classified(network, paths, top, complaints):
            results.append({"image": path, "predictions": [asdict(each) for each in predictions]})
            if format == "table":
                print(("\n" if len(results) > 1 else "") + table(path, predictions, bars), flush=True)
    if format == "json" and results:
        print(json.dumps(results, indent=2))
    if complaints.count:
        raise SystemExit(2)


def _classified(
    network: Classifier, paths: Sequence[str], top: int, complaints: _Complaints
) -> Iterator[tuple[str, list[Prediction]]]:
    """Read and classify, some pictures at a time: a thousand need no more memory than a few."""
    from inception_lab.model.data.photos import read_photo

    for start in range(0, len(paths), BATCH):
        read, pictures = [], []
        for path in paths[start : start + BATCH]:
            try:
                pictures.append(network.prepare.resized(read_photo(path, complaints.note)))
                read.append(path)
            except ValueError as error:
                complaints.refuse(str(error))
        if pictures:
            for path, row in zip(read, network.probabilities(*pictures), strict=True):
                yield path, network.named(row, top)


class _Complaints:
    """Says on the error stream what is wrong with pictures."""

    count = 0

    def note(self, text: str) -> None:
        say(f"{PROGRAM}: {' '.join(text.split())}")

    def refuse(self, text: str) -> None:
        self.count += 1
        self.note(text)

    def found(self, name: str, pattern: bool = True) -> list[str]:
        """Return what an argument names, before anything slow is loaded: a file, a pipe, a pattern's files.

        A shell puts files in a pattern's place; Windows hands the pattern on.
        """
        name = "/dev/stdin" if name == "-" else name
        there = os.path.exists(name)
        if there and not os.path.isdir(name):
            return [name]
        if pattern and not there and any(sign in name for sign in "*?["):
            # A folder's own brackets, as in "photos [2023]/*.jpg", are no pattern.
            literal = name.replace("[", "[[]")
            if matches := sorted(glob.glob(name, recursive=True) or glob.glob(literal, recursive=True)):
                return [path for match in matches for path in self.found(match, pattern=False)]
        what = "which is a folder" if there else "not found"
        self.refuse(f"A picture must be a file. Received: {name}, {what}.")
        return []


def table(path: str, predictions: Sequence[Prediction], bars: bool) -> str:
    """Return a picture's predictions as lines: per cent, a bar if wanted, the class and its number.

    Example:
        >>> from types import SimpleNamespace
        >>> print(table("a.jpg", [SimpleNamespace(probability=0.5, label="tabby", index=281)], bars=True))
        a.jpg
          50.00 %  ████████████              tabby (281)
    """
    lines = [path]
    for each in predictions:
        drawn = f"{bar(each.probability)}  " if bars else ""
        number = "" if each.label == str(each.index) else f" ({each.index})"
        lines.append(f"  {100 * each.probability:5.2f} %  {drawn}{each.label}{number}")
    return "\n".join(lines)
