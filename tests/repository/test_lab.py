"""The learner's copy of the lessons, which `make lab` opens."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import lab

NAME = "01_one.ipynb"


def notebook(*sources: str, answered: bool = True) -> bytes:
    outputs = [{"output_type": "stream", "name": "stdout", "text": ["the answer"]}] if answered else []
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}]
    for number, source in enumerate(sources, start=1):
        count = number if answered else None
        cells.append({"cell_type": "code", "source": [source], "outputs": outputs, "execution_count": count})
    return (json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n").encode()


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """Committed lessons, one of them solved in a folder below."""
    folder = tmp_path / "notebooks"
    (folder / "solutions").mkdir(parents=True)
    (folder / NAME).write_bytes(notebook("1"))
    (folder / "solutions" / NAME).write_bytes(notebook("answer"))
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "my lessons"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_lessons_come_without_their_outputs(lessons: Path, mine: Path) -> None:
    assert list(lab.copy(mine, lessons)) == []
    assert names(mine) == {NAME, f"solutions/{NAME}", lab.COPIED}
    assert (mine / NAME).read_bytes() == notebook("1", answered=False)


def test_a_lesson_that_was_not_touched_is_renewed(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    (lessons / NAME).write_bytes(notebook("2"))
    assert list(lab.copy(mine, lessons)) == []
    assert (mine / NAME).read_bytes() == notebook("2", answered=False)


def test_a_lesson_that_was_only_opened_and_saved_is_renewed(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    saved = json.loads((mine / NAME).read_bytes()) | {"metadata": {"language_info": {"version": "3.13"}}}
    (mine / NAME).write_text(json.dumps(saved))
    (lessons / NAME).write_bytes(notebook("2"))
    assert list(lab.copy(mine, lessons)) == []
    assert (mine / NAME).read_bytes() == notebook("2", answered=False)


def test_what_the_learner_changed_stays_and_a_newer_lesson_lies_beside(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    (mine / NAME).write_bytes(notebook("1", "my own"))
    assert list(lab.copy(mine, lessons)) == []  # nothing newer
    for number, beside in ((2, "01_one (new).ipynb"), (3, "01_one (new) 2.ipynb")):
        (lessons / NAME).write_bytes(notebook(str(number)))
        assert list(lab.copy(mine, lessons)) == [
            f"{NAME} was changed by you, and there is a newer one beside it: {beside}."
        ]
        assert list(lab.copy(mine, lessons)) == []  # said once
        assert (mine / beside).read_bytes() == notebook(str(number), answered=False)
    assert (mine / NAME).read_bytes() == notebook("1", "my own")


def test_nothing_is_overwritten_when_it_is_not_known_what_was_copied(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    (mine / NAME).write_bytes(notebook("my own"))
    (mine / lab.COPIED).write_text("[")
    assert len(list(lab.copy(mine, lessons))) == 1
    assert (mine / NAME).read_bytes() == notebook("my own")


def test_a_folder_that_was_half_copied_is_completed(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    (mine / lab.COPIED).unlink()
    (mine / "solutions" / NAME).unlink()
    (mine / f"{NAME}.new").write_bytes(b'{"cel')
    assert list(lab.copy(mine, lessons)) == []  # an untouched lesson is not taken for a changed one
    assert names(mine) >= {NAME, f"solutions/{NAME}", lab.COPIED}


def test_a_lesson_that_was_deleted_begins_anew(lessons: Path, mine: Path) -> None:
    list(lab.copy(mine, lessons))
    (mine / NAME).unlink()
    assert list(lab.copy(mine, lessons)) == []
    assert (mine / NAME).read_bytes() == notebook("1", answered=False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe"])
def test_a_lesson_that_is_no_notebook_any_more_is_kept_aside(
    lessons: Path, mine: Path, content: bytes
) -> None:
    list(lab.copy(mine, lessons))
    (mine / NAME).write_bytes(content)
    assert list(lab.copy(mine, lessons)) == [
        f"{NAME} is no notebook any more: it is kept as 01_one.damaged, and the lesson begins anew."
    ]
    assert (mine / "01_one.damaged").read_bytes() == content
    assert (mine / NAME).read_bytes() == notebook("1", answered=False)


def test_a_folder_that_cannot_be_written_to_takes_a_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    command = [sys.executable, "-m", "tools.lab", "--folder", str(file / "mine")]
    done = subprocess.run(command, cwd=lab.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "The folder of your lessons must be one that can be written to. "
        f"Received: {file / 'mine'} (Not a directory). Give another: make lab LESSONS=another/folder\n"
    )


def test_a_folder_that_is_read_only_takes_a_line(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refused)
    monkeypatch.setattr(sys, "argv", ["lab", "--folder", str(mine)])
    with pytest.raises(SystemExit, match=re.escape(f"Received: {mine} (Permission denied).")):
        lab.main()


def test_jupyterlab_opens_on_the_start_page_if_there_is_one(tmp_path: Path) -> None:
    assert not any("default_url" in word for word in lab.jupyterlab(tmp_path))
    (tmp_path / lab.START).touch()
    command = lab.jupyterlab(tmp_path, "--no-browser")
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--ServerApp.ip=localhost" in command
    assert "--LabApp.default_url=/lab/tree/00_start.ipynb" in command
    assert command[-1] == "--no-browser"
    assert "--ServerApp.ip=localhost" not in lab.jupyterlab(tmp_path, "--ServerApp.ip=0.0.0.0")


def test_git_ignores_the_copy_and_every_committed_lesson_can_be_copied(root: Path, mine: Path) -> None:
    assert f"/{lab.FOLDER.name}/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert list(lab.copy(mine)) == []
    for path in mine.rglob("*.ipynb"):
        cells = lab.read(path.read_bytes())["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_a_release_gets_a_learners_copy_that_badges_open(root: Path, tmp_path: Path) -> None:
    workflow = yaml.safe_load((root / ".github/workflows/learner.yml").read_text(encoding="utf-8"))
    (script,) = (step["run"] for step in workflow["jobs"]["copy"]["steps"] if "run" in step)
    public, checkout = tmp_path / "public", tmp_path / "checkout"
    for source, copy in ((root, public), (public, checkout)):
        subprocess.run(["git", "clone", "--quiet", str(source), str(copy)], check=True)
    variables = {"PATH": os.environ["PATH"], "GITHUB_REF_NAME": "v9.9.9"}
    subprocess.run(["sh", "-ec", script], cwd=checkout, env=variables, check=True)
    show = ["git", "show", f"learner-v9.9.9:notebooks/{lab.START}"]
    shown = subprocess.run(show, cwd=public, capture_output=True, check=True).stdout
    assert shown == lab.unanswered(checkout / "notebooks" / lab.START)
