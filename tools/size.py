"""Say how large the house is beside what it may be, and which folders and files are too large.

python -m tools.size
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_FILES, MOST_LINES = 15, 300  # of a folder, of a file
TABLES: set[str] = set()  # files that may be longer, since they are tables: paths in the repository
SOURCES = {".py", ".pyi", ".js", ".css", ".sh"}
SPACE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def code_lines(text: str) -> int:
    """The lines of Python that are neither empty nor a comment nor a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in SPACE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def texts(folder: str, root: Path = ROOT) -> dict[str, str]:
    """The sources of a folder: path in the repository → text."""
    paths = sorted(path for path in (root / folder).rglob("*") if path.suffix in SOURCES)
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def lines(files: dict[str, str]) -> int:
    """The lines of some files together."""
    return sum(len(text.splitlines()) for text in files.values())


def measured(root: Path = ROOT) -> list[tuple[str, int, int]]:
    """What is counted, the count, and the most that it may be."""
    package, tools = texts("inception_lab", root), texts("tools", root)
    code = sum(code_lines(text) for name, text in package.items() if name.endswith(".py"))
    return [
        ("inception_lab, lines", lines(package), 14_000),
        ("inception_lab, lines of code", code, 9_200),
        ("tools, lines", lines(tools), 1_600),
    ]


def too_large(root: Path = ROOT) -> list[str]:
    """The folders with too many files and the files that are too long, a line each."""
    files = texts("inception_lab", root) | texts("tools", root)
    folders = Counter(name.rpartition("/")[0] for name in files)
    long = {name: len(text.splitlines()) for name, text in files.items() if name not in TABLES}
    return [
        *(f"{name}: {count} files" for name, count in folders.items() if count > MOST_FILES),
        *(f"{name}: {count} lines" for name, count in long.items() if count > MOST_LINES),
    ]


def main() -> int:
    """Print it all; the exit status is 1 if anything is too large."""
    rows, large = measured(), too_large()
    for name, count, most in rows:
        print(f"{name}: {count:,} of {most:,}")
    print(f"folders of more than {MOST_FILES} files, files of more than {MOST_LINES} lines: {len(large)}")
    print("".join(f"  {line}\n" for line in large), end="")
    return int(bool(large) or any(count > most for _, count, most in rows))


if __name__ == "__main__":
    sys.exit(main())
