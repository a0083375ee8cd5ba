"""One version, said in several places."""

import re
from pathlib import Path

import yaml

import inception_lab


def test_citation_names_the_package_version_and_the_paper(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == inception_lab.__version__
    (paper,) = citation["references"]
    assert paper["title"] == "Going Deeper with Convolutions"
    assert len(paper["authors"]) == 9


def test_newest_version_in_the_changelog_is_the_package_version(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)
    assert headings[:2] == ["Unreleased", inception_lab.__version__]


def test_only_the_project_file_knows_the_address(root: Path) -> None:
    texts = [path for kind in ("*.md", "docs/*.md", "*.cff", "tools/*.py") for path in root.glob(kind)]
    written = [path.name for path in texts if "/OWNER/" in path.read_text(encoding="utf-8")]
    assert written == ["notebook_cells.py"]  # by which it knows a placeholder
