"""The house stays small: what `python -m tools.size` counts, and what it may come to."""

from pathlib import Path

from tools import size

SOURCE = '''"""A docstring
of two lines."""

import os  # counted

# not counted
TEXT = """counted,
and this too
"""


def f() -> None:
    """Not counted."""
    os.getcwd(
    )
'''


def test_lines_of_code_are_those_without_comments_and_docstrings() -> None:
    assert size.code_lines(SOURCE) == 7  # import, TEXT of three lines, def, and the call's two


def test_what_is_too_large_is_named(tmp_path: Path) -> None:
    crowded = tmp_path / "tools" / "crowded"
    crowded.mkdir(parents=True)
    for number in range(size.MOST_FILES + 1):
        (crowded / f"{number}.py").touch()
    (tmp_path / "tools" / "long.py").write_text("x = 1\n" * (size.MOST_LINES + 1))
    assert size.too_large(tmp_path) == ["tools/crowded: 16 files", "tools/long.py: 301 lines"]
    assert [count for _, count, _ in size.measured(tmp_path)] == [0, 0, size.MOST_LINES + 1]


def test_tools_stay_small() -> None:
    *_, (name, count, most) = size.measured()
    assert name == "tools, lines"
    assert count <= most
    assert [line for line in size.too_large() if line.startswith("tools")] == []
