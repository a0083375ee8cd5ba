"""The lock is complete, bound by hashes, and what conda users get is the same."""

import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.environment import direct_dependencies, locked_requirements, render
from tools.lock import simplify, without

LOCKS = ["requirements.lock", "requirements-gpu.lock", "requirements-site.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_a_version_and_a_hash(root: Path, name: str) -> None:
    entries = re.split(r"^(?=\S)", (root / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9-]*==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("name", [*LOCKS, "environment.yml"])
def test_no_address_is_written_down(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text


def test_each_direct_dependency_is_locked_at_a_version_that_suits(root: Path) -> None:
    lock = locked_requirements((root / "requirements.lock").read_text(encoding="utf-8"))
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    site = locked_requirements((root / "requirements-site.lock").read_text(encoding="utf-8"))
    for text in direct_dependencies(pyproject, "lab", "weights", "test", "site"):
        wanted = Requirement(text)
        for locked in (lock | site)[canonicalize_name(wanted.name)]:
            version = next(iter(Requirement(locked).specifier)).version
            assert wanted.specifier.contains(version), f"{locked} is not {wanted}: run `make lock`"


def test_the_other_locks_only_add_to_the_lock(root: Path) -> None:
    lock, gpu, site = (locked_requirements((root / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert not set(lock) & (set(gpu) | set(site))
    assert all(name.startswith("nvidia-") for name in gpu)


def test_environment_is_in_step_with_the_lock(root: Path) -> None:
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    environment = (root / "environment.yml").read_text(encoding="utf-8")
    assert environment == render(pyproject, lock), "run `make lock`"
    *conda, pip = yaml.safe_load(environment)["dependencies"]
    assert conda == ["python=3.13", "pip"]
    assert pip["pip"][-1] == "-e ."


def test_simplify_leaves_out_what_holds_for_every_line() -> None:
    systems = "(sys_platform == 'darwin' or sys_platform == 'linux' or sys_platform == 'win32')"
    lock = (
        f"a==1 ; python_full_version < '3.14' and {systems} \\\n    --hash=sha256:0\n"
        f"b==1 ; python_full_version < '3.13' and {systems} \\\n    --hash=sha256:0\n"
        "c==1 ; python_full_version < '3.14' and sys_platform == 'win32' \\\n    --hash=sha256:0\n"
    )
    assert simplify(lock) == (
        "a==1 \\\n    --hash=sha256:0\n"
        "b==1 ; python_full_version < '3.13' \\\n    --hash=sha256:0\n"
        "c==1 ; sys_platform == 'win32' \\\n    --hash=sha256:0\n"
    )


def test_without_takes_whole_entries_out() -> None:
    lock = "a==1 \\\n    --hash=sha256:0\nb==2 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    assert without(lock, "a==1 \\\n    --hash=sha256:0\n") == (
        "b==2 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    )
