"""One version, said in several places."""

import re
from pathlib import Path

import yaml

import inception_lab
from tools.notebook_cells import repository


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
    assert sorted(re.findall(r"^\[(.+?)\]: ", changelog, flags=re.MULTILINE)) == sorted(headings)


def test_changelog_links_to_the_projects_address(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    links = re.findall(r"^\[.+?\]: (\S+)", changelog, flags=re.MULTILINE)
    assert all(link.startswith(repository() + "/") for link in links)
