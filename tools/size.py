"""Say how large the house is beside what it may be: `python -m tools.size`."""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_FILES, MOST_LINES = 15, 300  # of a folder, of a file
SOURCES = {".py", ".pyi", ".js", ".css", ".sh"}


def code_lines(text: str) -> int:
    """The lines of Python that are neither empty nor a comment nor a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string.strip() and token.type != tokenize.COMMENT:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def texts(folder: str, root: Path = ROOT) -> dict[str, str]:
    """The sources of a folder: path in the repository → text."""
    paths = sorted(path for path in (root / folder).rglob("*") if path.suffix in SOURCES)
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def measured(root: Path = ROOT) -> list[tuple[str, int, int]]:
    """What is counted, the count, and the most that it may be."""
    package, tools = texts("inception_lab", root), texts("tools", root)
    code = sum(code_lines(text) for name, text in package.items() if name.endswith(".py"))
    lines, others = ("".join(files.values()).count("\n") for files in (package, tools))
    return [
        ("inception_lab, lines", lines, 14_000),
        ("inception_lab, lines of code", code, 9_200),
        ("tools, lines", others, 1_600),
    ]


def too_large(root: Path = ROOT) -> list[str]:
    """The folders with too many files and the files that are too long, a line each."""
    files = texts("inception_lab", root) | texts("tools", root)
    folders = Counter(name.rpartition("/")[0] for name in files)
    long = {name: text.count("\n") for name, text in files.items()}
    return [
        *(f"{name}: {count} files" for name, count in folders.items() if count > MOST_FILES),
        *(f"{name}: {count} lines" for name, count in long.items() if count > MOST_LINES),
    ]


if __name__ == "__main__":
    for name, count, most in measured():
        print(f"{name}: {count:,} of {most:,}")
    print(f"More than {MOST_FILES} files or {MOST_LINES} lines:", *too_large(), sep="\n  ")
