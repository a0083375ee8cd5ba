#!/bin/sh
# Prints a Python 3.13, the one that Colab has: $PYTHON if given, else the first found, those of pyenv too. Otherwise one
# line says why not.
set -eu

asked=${PYTHON:-}
if [ -n "$asked" ]; then
    set -- "$asked"
else
    set -- python3.13 python3 python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3.13
fi

for python in "$@"; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
        printf '%s\n' "$python"
        exit 0
    fi
done

found=${asked:+"'$asked' is none"}
echo "Colab has Python 3.13, and ${found:-none is here}. Give one: make test-colab PYTHON=/path/to/python3.13" >&2
exit 1
