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


def test_what_the_text_says_follows() -> None:
    ratio = lab.cost(lab.zoo.vgg16()).parameters / lab.cost(lab.googlenet()).parameters
    assert 19 < ratio < 21  # "twenty times as much"
    assert 1_281_167 // (256 * 32) == 156
