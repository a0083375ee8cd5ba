"""Does to runs, files and inputs what the world does to them, at random, and says what came of it.

    python -m tools.torture kills  --count 100   --seed 1 [--out FILE]   real runs, killed and carried on
    python -m tools.torture writer --count 900   --seed 1 [--out FILE]   the writer of a run's directory alone
    python -m tools.torture fuzz   --count 10000 --seed 1 [--out FILE]   specs, files, settings, commands, …
    python -m tools.torture walks  --count 2000  --seed 1 [--out FILE]   random walks through every explorer

The tests in `tests/faults` do the same with small counts. A failure is printed with what repeats it, and
the exit status is 1 then. docs/reliability.md holds the results.
"""
