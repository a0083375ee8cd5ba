#!/bin/sh
# Prints a Python that suits and runs: $PYTHON if given, else the first of those below. Otherwise one line says why not.
# `find_python.sh colab` takes only what Colab has, 3.13, and looks among those of pyenv too.
set -eu

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

colab=${1:-}
asked=${PYTHON:-}
if [ -n "$asked" ]; then
    set -- "$asked"
elif [ -n "$colab" ]; then
    set -- python3.13 python3 python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3.13
else
    set -- python3.13 python3.12 python3.11 python3 python
fi

found=
for python in "$@"; do
    version=$(version_of "$python") || continue
    case $colab$version in
        colab3.13 | 3.11 | 3.12 | 3.13)
            printf '%s\n' "$python"
            exit 0
            ;;
        *) found="${found:+$found, }$python is Python $version" ;;
    esac
done

if [ -n "$colab" ]; then
    found=${asked:+"'$asked' is none"}
    echo "Colab has Python 3.13, and ${found:-none is here}. Give one: make test-colab PYTHON=/path/to/python3.13" >&2
    exit 1
fi
if [ -z "$found" ]; then
    found=${asked:+"'$asked' does not run as Python"}
    found=${found:-no Python that runs}
fi
echo "Inception Lab needs Python 3.11, 3.12 or 3.13. Found: $found. Give another: make setup PYTHON=/path/to/python3.13" >&2
exit 1
