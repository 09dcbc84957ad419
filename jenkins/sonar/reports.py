"""Looks through the reports before SonarQube does, by its own rules: what it can't use it drops and says nothing.

The rules are those of its Python plugin 5.14: TextReportReader, CoberturaParser and TestSuiteParser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, parse

from jenkins.sonar.properties import list_values, read_properties

PYLINT_LINES = (re.compile(r"(.+):(\d+):(\d+): (\S+[^:]):? (.*)"), re.compile(r"(.+):(\d+): \[(.*)\] (.*)"))
PYLINT_AROUND = re.compile(r"\*{13} Module .+|-+|Your code has been rated at .+|\s*")
PYLINT_RULE = re.compile(r"[CRWEFI]\d{4}\(")
SHOWN = 10


class Unusable(Exception):
    """Reports that SonarQube would not read in full. The message has a line for each finding."""


def check_reports(base: Path) -> list[str]:
    """What each report holds, a line each. Raises Unusable with everything that SonarQube would drop."""
    properties = read_properties(base)
    told: list[str] = []
    wrong: list[str] = []
    for name, check in CHECKS.items():
        patterns = list_values(properties, name)
        files = [file for pattern in patterns for file in sorted(base.glob(pattern))]
        if not patterns and name not in NEEDED:
            continue
        if not files:
            wrong.append(f"{', '.join(patterns) or name}: there is no such file; SonarQube would go on without")
            continue
        entries = 0
        for file in files:
            try:
                count, findings = check(base, file, properties)
            except (ParseError, ValueError) as error:
                count, findings = 0, [f"can't be read: {error}"]
            entries += count
            wrong += [f"{file.relative_to(base)}: {finding}" for finding in _shorten(findings)]
        told.append(f"{name}: {entries} entries in {len(files)} file{'s' * (len(files) > 1)}")
    if wrong:
        raise Unusable("\n".join(wrong))
    return told


def check_pylint(base: Path, file: Path, _properties: dict[str, str]) -> tuple[int, list[str]]:
    """Every message is one that SonarQube can parse, with a rule that it can name, of a file that is there."""
    text = file.read_text(encoding="utf-8")
    found: list[str] = []
    count = 0
    for line in text.splitlines():
        match = next((m for m in (pattern.fullmatch(line) for pattern in PYLINT_LINES) if m), None)
        if match is None:
            found += [] if PYLINT_AROUND.fullmatch(line) else [f"no message that SonarQube knows: {line}"]
            continue
        count += 1
        if match.re is PYLINT_LINES[1] and not PYLINT_RULE.match(match[3]):
            found.append(f"its rule would be {match[3].split('(')[0]!r}; use pylint's parseable format: {line}")
        if not (base / match[1]).is_file():
            found.append(f"{match[1]} isn't in the tree")
    if not text.strip():
        found.append("is empty: pylint has not run to its end")
    return count, found


def check_coverage(base: Path, file: Path, properties: dict[str, str]) -> tuple[int, list[str]]:
    """Every file of the report is there, once, below what is analysed, and branches were measured."""
    root = _read_xml(file)
    sources = [base / (source.text or "").strip() for source in root.iter("source") if (source.text or "").strip()]
    found = [f"source {folder} is no folder here" for folder in sources if not folder.is_dir()]
    folders = [folder for folder in sources if folder.is_dir()] or [base]
    classes = list(root.iter("class"))
    for name, lines in sorted(_count_lines(classes).items()):
        places = [folder / name for folder in folders if (folder / name).is_file()]
        if len(places) != 1:
            found.append(f"{name} is in {len(places)} of its sources; SonarQube wants it in exactly one")
        elif not _is_below(places[0], base, list_values(properties, "sonar.sources")):
            found.append(f"{name} is no part of sonar.sources")
        elif lines > len(places[0].read_text(encoding="utf-8").split("\n")):
            found.append(f"{name} has no line {lines}: it was measured before it was changed")
    if not any(True for _ in root.iter("line")):
        found.append("covers no line: nothing was measured")
    elif not any(line.get("branch") == "true" for line in root.iter("line")):
        found.append("has no branches: it was measured without them")
    return len(classes), found


def check_tests(base: Path, file: Path, properties: dict[str, str]) -> tuple[int, list[str]]:
    """Every test says how long it took and in which file below sonar.tests it is; what failed says why."""
    cases = list(_read_xml(file).iter("testcase"))
    found = [] if cases else ["has no test"]
    folders = list_values(properties, "sonar.tests")
    for case in cases:
        name = case.get("name", "a test without a name")
        place = case.get("file", "")
        if not place:
            found.append(f"{name} doesn't say its file; pytest writes it with junit_family = xunit1")
        elif not (base / place).is_file() or not _is_below(base / place, base, folders):
            found.append(f"{place} is no file below sonar.tests")
        found += _lacking(case, name)
    return len(cases), list(dict.fromkeys(found))


def check_hadolint(base: Path, file: Path, _properties: dict[str, str]) -> tuple[int, list[str]]:
    """Every message is about a Dockerfile that is there."""
    messages = json.loads(file.read_text(encoding="utf-8"))
    found = [f"{one['file']} isn't in the tree" for one in messages if not (base / one["file"]).is_file()]
    return len(messages), found


def _lacking(case: Element, name: str) -> Iterator[str]:
    """The attributes without which SonarQube gives up the whole report."""
    if case.get("time") is None:
        yield f"{name} has no time"
    for kind in ("failure", "error", "skipped"):
        yield from (f"{name}: a {kind} without a message" for one in case.iter(kind) if one.get("message") is None)


def _count_lines(classes: Iterable[Element]) -> dict[str, int]:
    """File -> the last line that was measured."""
    return {
        entry.get("filename", ""): max((int(line.get("number", "0")) for line in entry.iter("line")), default=0)
        for entry in classes
    }


def _read_xml(file: Path) -> Element:
    return parse(file).getroot()  # noqa: S314  coverage and pytest have just written it


def _is_below(file: Path, base: Path, folders: Iterable[str]) -> bool:
    return any(file.resolve().is_relative_to((base / folder).resolve()) for folder in folders)


def _shorten(findings: list[str]) -> list[str]:
    rest = len(findings) - SHOWN
    return findings if rest <= 0 else [*findings[:SHOWN], f"and {rest} more"]


CHECKS = {
    "sonar.python.pylint.reportPaths": check_pylint,
    "sonar.python.coverage.reportPaths": check_coverage,
    "sonar.python.xunit.reportPath": check_tests,
    "sonar.docker.hadolint.reportPaths": check_hadolint,
}

NEEDED = ("sonar.python.pylint.reportPaths", "sonar.python.coverage.reportPaths", "sonar.python.xunit.reportPath")
"""A project that doesn't name these would be analysed without, and look clean."""
