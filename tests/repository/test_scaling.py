"""The arithmetic of docs/scaling.md is what its code prints."""

import contextlib
import io
import re
from pathlib import Path

import inception_lab as lab


def test_the_costs_are_those_that_the_code_prints(root: Path) -> None:
    text = (root / "docs" / "scaling.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", text, flags=re.DOTALL)
    assert found
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(found[1], "docs/scaling.md", "exec"), {})
    assert printed.getvalue() == found[2]


def test_what_the_text_says_follows(root: Path) -> None:
    text = (root / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert "VGG-16 sends twenty times as much" in text
    assert round(lab.cost(lab.zoo.vgg16()).parameters / lab.cost(lab.googlenet()).parameters) == 20
    full = lab.googlenet(classes=10, auxiliary=True, variant="batch_norm")
    assert "has 62 times the MACs of the digits' network" in text
    assert round(lab.cost(full).macs / lab.cost(lab.googlenet_digits()).macs) == 62
    said = re.search(
        r"(\S+) workers of (\S+) pictures are (\S+) a step, and ImageNet's (\S+) pictures are then (\S+) ",
        text,
    )
    assert said
    workers, share, batch, pictures, steps = (int(number.replace(",", "")) for number in said.groups())
    assert (batch, steps) == (workers * share, pictures // batch)
