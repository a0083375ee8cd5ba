"""Write environment.yml, for conda and Binder, from pyproject.toml and requirements.lock."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def direct_dependencies(pyproject: str, *extras: str) -> list[str]:
    """The requirements that `pyproject.toml` itself names, with those of the given extras."""
    project = tomllib.loads(pyproject)["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(requirement for extra in extras for requirement in optional[extra])]


def package_name(requirement: str) -> str:
    """The normalised name in a requirement: `PyYAML>=6` is `pyyaml`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    if match is None:
        raise ValueError(f"A requirement starts with a package's name. Received: {requirement!r}.")
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def locked_requirements(lock: str) -> dict[str, list[str]]:
    """Package name → its requirements in a lock, without hashes (several where markers decide)."""
    locked: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = line.removesuffix("\\").strip()
            locked.setdefault(package_name(requirement), []).append(requirement)
    return locked


def python_bounds(pyproject: str) -> tuple[str, str]:
    """The lowest and the highest Python that `requires-python` allows: of `>=3.11,<3.14`, 3.11 and 3.13."""
    bounds = re.search(r'requires-python = ">=(3\.\d+),<3\.(\d+)"', pyproject)
    if bounds is None:
        raise ValueError("`requires-python` in pyproject.toml must name both bounds, as in >=3.11,<3.14.")
    return bounds[1], f"3.{int(bounds[2]) - 1}"


def render(pyproject: str, lock: str) -> str:
    """The text of environment.yml."""
    _, highest = python_bounds(pyproject)
    locked = locked_requirements(lock)
    names = sorted(set(map(package_name, direct_dependencies(pyproject, "lab", "weights"))))
    lines = [
        "# For conda and Binder, with the versions of requirements.lock. Made by `make lock`: do not edit.",
        "name: inception-lab",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python={highest}",
        "  - pip",
        "  - pip:",
        *(f"      - {requirement}" for name in names for requirement in locked[name]),
        "      - -e .",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write environment.yml at the root of the repository."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_text(render(pyproject, lock), encoding="utf-8")


if __name__ == "__main__":
    main()
