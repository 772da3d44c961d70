"""Pages of the project name what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_links_only_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_path_with_a_folder_that_a_page_names_is_there() -> None:
    first = "bin|deploy|docs|hulk_site|leaderboard|scoring|scripts|static|submissions|templates|tests"
    named = {path for page in PAGES for path in re.findall(rf"`((?:{first})/[\w./-]*)`", page.read_text())}
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_the_architecture_names_every_file_of_a_folder_that_it_lists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    for section in re.findall(r"### `(\w+)/`.*?(?=\n##)", page, re.DOTALL):
        text = re.search(rf"### `{section}/`.*?(?=\n##)", page, re.DOTALL).group()
        for name in re.findall(r"`([\w/]+\.py|[\w]+/)`", text):
            assert (ROOT / section / name).exists() or (ROOT / name).exists(), f"{section}: {name}"


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    assert targets == re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)
    assert {"run", "test", "lint"} <= set(targets)
