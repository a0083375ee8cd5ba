#!/bin/sh
# Makes .venv from the hashed lock, or brings it up to date; does nothing when it is. Called by make with PYTHON,
# GPU and SITE.
#
# .venv/.stamp is written last and says what .venv was made with and from: without it, .venv is not trusted.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

if [ -n "${GPU:-}" ] && [ "$(uname -s)" != Linux ]; then
    fail "GPU=1 needs Linux: TensorFlow has CUDA libraries for no other system. Leave it out to use the CPU."
fi

stamp=.venv/.stamp
describe() {
    "$1" -c 'import os, platform; print("Python", platform.python_version(), "in", os.getcwd())' 2>/dev/null
}
made_with=$(head -n 1 "$stamp" 2>/dev/null) || made_with=
if [ -z "${PYTHON:-}" ] && [ -n "$made_with" ] && [ "$made_with" = "$(describe .venv/bin/python)" ]; then
    python=.venv/bin/python # the one chosen before
else
    python=$(PYTHON=${PYTHON:-} sh tools/find_python.sh)
fi
made_from="lock $(cat requirements.lock pyproject.toml | cksum)"

if [ "$made_with" != "$(describe "$python")" ]; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python lacks its venv module. On Debian and Ubuntu: apt install python3-venv. Or give another: make setup PYTHON=/path/to/python3.13"
    echo "Making .venv with $python. The packages take about 3 GB of disk and a few minutes: pip says nothing while it unpacks them."
    made_with=$(describe "$python")
    rm -f "$stamp"
    rm -rf .venv
    "$python" -m venv .venv
fi

if [ "$(sed -n 2p "$stamp" 2>/dev/null)" != "$made_from" ]; then
    rm -f "$stamp"
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
    # JupyterLab would ask at its first start whether it may fetch news.
    .venv/bin/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
    printf '%s\n' "$made_with" "$made_from" >.venv/.stamp.new
    mv .venv/.stamp.new "$stamp"
fi

if [ -n "${GPU:-}" ] && ! cmp -s requirements-gpu.lock .venv/.stamp-gpu; then
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements-gpu.lock
    cp requirements-gpu.lock .venv/.stamp-gpu
fi

if [ -n "${SITE:-}" ] && ! cmp -s requirements-site.lock .venv/.stamp-site; then
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements-site.lock
    cp requirements-site.lock .venv/.stamp-site
fi
