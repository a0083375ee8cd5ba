"""The command; the package's docstring says what there is."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the arguments say; 1 if anything went wrong."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["inception-lab"]:
        from tools.torture import runs

        return runs.main(words[1:])
    parser = argparse.ArgumentParser(prog="python -m tools.torture", description="Kills and fuzz.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, count in (("kills", 100), ("writer", 900), ("fuzz", 10_000), ("walks", 2_000)):
        command = commands.add_parser(name)
        command.add_argument("--count", type=int, default=count)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--out", type=Path, help="write the numbers there too, as JSON")
        if name in ("fuzz", "walks"):
            command.add_argument("--kinds", nargs="+", help="only these")
            command.add_argument("--first", type=int, default=0, help="number of the first case")
    command = commands.add_parser("write", help="write a made-up run until killed")
    command.add_argument("directory", type=Path)
    command.add_argument("--seed", type=int, required=True)
    chosen = parser.parse_args(words)
    if chosen.command == "write":
        from tools.torture import writer

        writer.write(chosen.directory, chosen.seed)
        return 0
    found = _done(chosen)
    text = json.dumps({"command": " ".join(words), **found}, indent=1)
    print(text)
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")
    return 1 if found["failures"] else 0


def _done(chosen: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if chosen.command == "kills":
            from tools.torture.runs import Kills

            return vars(Kills(folder, chosen.seed, chosen.count).run())
        if chosen.command == "writer":
            from tools.torture.writer import kill_writers

            return vars(kill_writers(folder, chosen.seed, chosen.count))
        if chosen.command == "fuzz":
            from tools.torture.fuzz import fuzz

            return vars(fuzz(folder, chosen.seed, chosen.count, chosen.kinds, chosen.first))
        from tools.torture.walks import walk_all

        return vars(walk_all(chosen.seed, chosen.count, chosen.kinds, chosen.first))


if __name__ == "__main__":
    sys.exit(main())
