"""Kills processes at random moments, hundreds of times, and says what came of it.

    python -m tests.faults kills  --count 100 --seed 1 [--out FILE]   real runs, killed and carried on
    python -m tests.faults writer --count 900 --seed 1 [--out FILE]   the writer of a run's directory alone

The tests beside this file do the same a few times. A failure is printed, and the exit status is 1 then.
docs/reliability.md holds the results.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults import runs, writer


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the arguments say; 1 if anything went wrong."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["inception-lab"]:
        return runs.main(words[1:])
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kills processes.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, count in (("kills", 100), ("writer", 900)):
        command = commands.add_parser(name)
        command.add_argument("--count", type=int, default=count)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--out", type=Path, help="write the numbers there too, as JSON")
    command = commands.add_parser("write", help="write a made-up run until killed")
    command.add_argument("directory", type=Path)
    command.add_argument("--seed", type=int, required=True)
    chosen = parser.parse_args(words)
    if chosen.command == "write":
        writer.write(chosen.directory, chosen.seed)
        return 0
    with tempfile.TemporaryDirectory() as place:
        if chosen.command == "kills":
            found: writer.Found = runs.Kills(Path(place), chosen.seed, chosen.count).run()
        else:
            found = writer.kill_writers(Path(place), chosen.seed, chosen.count)
    text = json.dumps({"command": " ".join(words), **vars(found)}, indent=1)
    print(text)
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
