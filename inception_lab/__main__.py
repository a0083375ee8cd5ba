"""`python -m inception_lab …` is the command `inception-lab …`."""

import sys

from inception_lab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
