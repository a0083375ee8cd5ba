#!/bin/sh
# Prints a Python that suits and runs: $PYTHON if given, else the first of those below. Otherwise one line says why not.
set -eu

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

asked=${PYTHON:-}
if [ -n "$asked" ]; then
    set -- "$asked"
else
    set -- python3.13 python3.12 python3.11 python3 python
fi

found=
for python in "$@"; do
    version=$(version_of "$python") || continue
    case $version in
        3.11 | 3.12 | 3.13)
            printf '%s\n' "$python"
            exit 0
            ;;
        *) found="${found:+$found, }$python is Python $version" ;;
    esac
done

if [ -z "$found" ]; then
    found=${asked:+"'$asked' does not run as Python"}
    found=${found:-no Python that runs}
fi
echo "Inception Lab needs Python 3.11, 3.12 or 3.13. Found: $found. Give another: make setup PYTHON=/path/to/python3.13" >&2
exit 1
