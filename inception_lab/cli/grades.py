"""The command `inception-lab grades`: the reports of a class as a table, and a picture of what was hard."""

from pathlib import Path
from typing import Any

from inception_lab.cli.options import PROGRAM
from inception_lab.text import csv_text, say


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "grades",
        help="read a class's reports into a table",
        description="Read the reports of a class into a table (CSV): a row a reader; 1 for each exercise\n"
        "that is solved, 0 if it was tried, else nothing. `exercises.report(name)` writes a report.\n"
        "Checksums find accidents; a report is no proof.",
        epilog=f"""examples:
  {PROGRAM} grades reports > class.csv
  {PROGRAM} grades reports --picture hard.png
""",
    )
    parser.add_argument("folder", metavar="FOLDER", help="where the reports are (*.json)")
    parser.add_argument("--picture", metavar="FILE", help="draw which exercises were hard: PNG, PDF or SVG")
    parser.set_defaults(run=_run)


def _run(*, folder: str, picture: str | None) -> None:
    from inception_lab.exercises import EXERCISES
    from inception_lab.exercises.reports import class_table, how_hard, read

    files = sorted(Path(folder).glob("*.json"))
    reports, refused = [], 0
    for path in files:
        try:
            reports.append(read(path))
        except ValueError as error:
            refused += 1
            say(f"{PROGRAM}: {error}")
    if not reports:
        what = "" if Path(folder).is_dir() else ", which is no folder"
        raise ValueError(f"A folder of reports must hold at least one. Received: {folder}{what}.")
    names = tuple(EXERCISES)
    print(csv_text(class_table(reports, names)), end="")
    if picture:
        from inception_lab.view.figures import plot_hard

        try:
            plot_hard(how_hard(reports, names), len(reports)).get_figure(root=True).savefig(picture)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"`--picture` must name a file that can be written. Received: {error}."
            ) from error
    if refused:
        raise SystemExit(2)
