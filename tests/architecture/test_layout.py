"""The repository's first page and first folders: what README promises is there, and what is there has its place."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT, expect_none, list_files, list_with_suffix, read

MAX_README_LINES = 120
TOP = {
    "services", "terraform", "jenkins", "tests", "docker", "docs", "Jenkinsfile", "Makefile", "README.md", "LICENSE",
    "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "sonar-project.properties",
}  # fmt: skip
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:services|jenkins|tests|docs)/[\w./-]+)`")
DECISION_PARTS = ("## Context", "## Choice", "## Consequence")


def test_every_top_folder_and_file_has_its_place() -> None:
    expect_none({name.split("/")[0] for name in list_files() if not name.startswith(".")} - TOP)


def test_every_make_target_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = [
        (name, target)
        for name in list_with_suffix(".md")
        for target in re.findall(r"(?:`|^ *\$? *|&& )make ([a-z-]+)", read(name), re.MULTILINE)
    ]
    assert named
    expect_none(f"{name}: make {target}" for name, target in named if target not in targets)


def test_make_alone_tells_of_every_target() -> None:
    makefile = read("Makefile")
    silent = re.findall(r"^([a-z-]+):(?!.*##).*$", makefile, re.MULTILINE)
    assert silent == []
    assert set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == set(
        " ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)).split()
    )


def test_readme_is_short_and_begins_with_the_two_commands() -> None:
    text = read("README.md")
    assert text.count("\n") <= MAX_README_LINES
    assert "make run" in text
    assert "make test" in text


def test_every_service_stands_in_readmes_map() -> None:
    services = {name.split("/")[1] for name in list_files() if re.fullmatch(r"services/\w+/__init__\.py", name)}
    assert services
    expect_none(name for name in services if f"`{name}`" not in read("README.md"))


def test_every_link_between_pages_leads_somewhere() -> None:
    links = [(name, link) for name in list_with_suffix(".md") for link in LINK.findall(read(name))]
    assert links
    expect_none(f"{name}: {link}" for name, link in links if not (ROOT / name).parent.joinpath(link).exists())


def test_every_path_that_a_page_names_is_there() -> None:
    named = [
        (name, path) for name in list_with_suffix(".md") for path in PATH.findall(read(name)) if "NNNN" not in path
    ]
    assert named
    expect_none(f"{name}: {path}" for name, path in named if not (ROOT / path).exists())


def test_every_page_of_docs_stands_in_its_index() -> None:
    index = {(ROOT / "docs").joinpath(link).resolve() for link in LINK.findall(read("docs/README.md"))}
    pages = [name for name in list_with_suffix(".md", under="docs/") if name != "docs/README.md"]
    assert pages
    expect_none(name for name in pages if (ROOT / name).resolve() not in index)


def test_decisions_are_numbered_without_gaps_and_say_context_choice_and_consequence() -> None:
    pages = list_with_suffix(".md", under="docs/decisions/")
    numbers = [int(name.split("/")[-1][:4]) for name in pages]
    assert numbers == list(range(1, len(pages) + 1))
    expect_none(f"{name} lacks {part}" for name in pages for part in DECISION_PARTS if part not in read(name))
