"""Renew requirements.lock, the locks of what only some add (GPU, site) and environment.yml.

All come from pyproject.toml. Versions that still fit are kept; `--upgrade` takes the newest. Runs on a bare
Python: uv, which resolves, is installed into a temporary environment.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

from tools import environment
from tools.lab import write

ROOT = environment.ROOT
LOCK, GPU_LOCK, SITE_LOCK = (ROOT / f"requirements{of}.lock" for of in ("", "-gpu", "-site"))


def install_uv(folder: Path) -> str:
    """Make a virtual environment in `folder`, install uv there and return its path."""
    venv.create(folder, with_pip=True)
    bin_folder = folder / ("Scripts" if os.name == "nt" else "bin")
    run(str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")
    return str(bin_folder / "uv")


def run(*command: str) -> None:
    """Run a command, and stop with its exit status if it fails: it has said why."""
    status = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode
    if status:
        raise SystemExit(status)


def resolve(uv: str, previous: Path, *arguments: str) -> str:
    """The lock that uv resolves from pyproject.toml, preferring the versions in the file `previous`."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "lock")
        if previous.exists():
            shutil.copy(previous, output)
        form = ["--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--python-version", "3.11"]
        run(uv, "pip", "compile", "pyproject.toml", "--output-file", str(output), *form, *arguments)
        return output.read_text(encoding="utf-8")


def simplify(lock: str) -> str:
    """Leave out of each line's marker what `[tool.uv] environments` holds for all of them anyway."""
    bound = r"python_full_version < '3\.14'"
    systems = r"\(sys_platform == 'darwin' or sys_platform == 'linux' or sys_platform == 'win32'\)"
    lock = re.sub(rf" and {systems}", "", lock)
    lock = re.sub(rf"{bound} and ", "", lock)
    return re.sub(rf" ; {bound}(?= \\|$)", "", lock, flags=re.MULTILINE)


def without(lock: str, others: str) -> str:
    """The entries of `lock` whose packages are not in the lock `others`."""
    names = environment.locked_requirements(others)
    entries = re.split(r"^(?=[^\s#])", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry and environment.package_name(entry) not in names)


def main() -> None:
    """Renew the four files."""
    parser = argparse.ArgumentParser(prog="make lock", description="Renew the locks and environment.yml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    with tempfile.TemporaryDirectory() as folder:
        uv = install_uv(Path(folder))
        extras = [word for extra in ("lab", "weights", "test") for word in ("--extra", extra)]
        everywhere = ["--universal", "--fork-strategy", "fewest"]
        lock = simplify(resolve(uv, LOCK, *extras, *everywhere, *upgrade))
        write(LOCK, lock.encode())
        cuda = ["--extra", "gpu", "--python-platform", "linux", "--constraint", str(LOCK)]
        write(GPU_LOCK, without(resolve(uv, GPU_LOCK, *cuda, *upgrade), lock).encode())
        site = ["--extra", "site", "--constraint", str(LOCK)]
        pages = simplify(resolve(uv, SITE_LOCK, *site, *everywhere, *upgrade))
        write(SITE_LOCK, without(pages, lock).encode())
    environment.main()


if __name__ == "__main__":
    main()
