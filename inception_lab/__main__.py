"""`python -m inception_lab …` is the command `inception-lab …`."""

import sys

from inception_lab.cli import main

sys.exit(main())
