"""`python -m inception_lab.experiments NAME`: run what is missing of an experiment."""

import argparse
import sys
from pathlib import Path

from inception_lab.experiments import EXPERIMENTS
from inception_lab.experiments.runner import complete


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    listed = "\n".join(f"  {name:<20}{experiment.question}" for name, experiment in EXPERIMENTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m inception_lab.experiments",
        description="Run what is missing of an experiment, and store each run as it ends.",
        epilog=f"experiments:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="experiments, or all")
    parser.add_argument("--list", action="store_true", help="say how much of each is done")
    parser.add_argument("--limit", type=int, metavar="N", help="stop after N runs")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the CSV files are")
    chosen = parser.parse_args(arguments)
    if not chosen.names and not chosen.list:
        parser.error("name an experiment, or all, or --list")
    names = list(EXPERIMENTS) if "all" in chosen.names or not chosen.names else chosen.names
    for name in names:
        if name not in EXPERIMENTS:
            parser.error(f"there is no experiment {name!r}; there are {', '.join(EXPERIMENTS)}")
    if chosen.list:
        for name in names:
            experiment = EXPERIMENTS[name]
            done = len(experiment.runs) - len(experiment.missing(chosen.out))
            if left_out := experiment.left_out(chosen.out):
                print(left_out)
            print(f"{name:<20}{done:>3} of {len(experiment.runs):>3} runs  {experiment.question}")
        return 0
    left = chosen.limit
    try:
        for name in names:
            ran = complete(EXPERIMENTS[name], chosen.out, left)
            left = None if left is None else left - ran
    except KeyboardInterrupt:
        print("Stopped; the runs that ended are stored.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
