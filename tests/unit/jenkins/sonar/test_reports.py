"""Reports that SonarQube would read in part, or not at all, are found before it sees them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from jenkins.sonar.properties import list_values, read_properties
from jenkins.sonar.reports import Unusable, check_reports
from jenkins.sonar.settings import ROOT

PROPERTIES = """# what is looked at
sonar.sources=services,\\
    jenkins
sonar.tests=tests
sonar.python.pylint.reportPaths=build/reports/pylint.txt
sonar.python.coverage.reportPaths=build/coverage.xml
sonar.python.xunit.reportPath=build/junit/*.xml
sonar.docker.hadolint.reportPaths=build/reports/hadolint.json
"""
HADOLINT = (
    '[{"code": "DL3008", "column": 1, "file": "services/Dockerfile", "level": "warning", "line": 2, "message": "Pin"}]'
)
PYLINT = """************* Module services.sales.app
services/sales/app.py:3: [C0114(missing-module-docstring), ] Missing module docstring
services/sales/app.py:3:0: C0114: Missing module docstring (missing-module-docstring)

-----------------------------------
Your code has been rated at 9.90/10
"""
COVERAGE = """<coverage><sources><source></source><source>.</source></sources><packages><package><classes>
<class filename="services/sales/app.py"><lines>
<line number="1" hits="1"/><line number="2" hits="1" branch="true" condition-coverage="50% (1/2)"/>
</lines></class></classes></package></packages></coverage>"""
TESTS = """<testsuites><testsuite>
<testcase classname="tests.test_app" name="test_it" file="tests/test_app.py" time="0.1">
<failure message="AssertionError">why</failure></testcase></testsuite></testsuites>"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with three reports that SonarQube reads in full."""
    files = {
        "sonar-project.properties": PROPERTIES,
        "services/sales/app.py": "a = 1\nif a: a = 2\n",
        "services/settings.py": "",
        "jenkins/settings.py": "",
        "tools/left_out.py": "",
        "tests/test_app.py": "",
        "services/Dockerfile": "",
        "build/reports/hadolint.json": HADOLINT,
        "build/reports/pylint.txt": PYLINT,
        "build/coverage.xml": COVERAGE,
        "build/junit/unit.xml": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_reports_that_can_be_read_in_full_are_counted(tree: Path) -> None:
    assert check_reports(tree) == [
        "sonar.python.pylint.reportPaths: 2 entries in 1 file",
        "sonar.python.coverage.reportPaths: 1 entries in 1 file",
        "sonar.python.xunit.reportPath: 1 entries in 1 file",
        "sonar.docker.hadolint.reportPaths: 1 entries in 1 file",
    ]


def test_no_message_of_pylint_is_a_good_report_as_long_as_it_came_to_its_end(tree: Path) -> None:
    (tree / "build/reports/pylint.txt").write_text("\n---\nYour code has been rated at 10.00/10\n")
    assert "0 entries" in check_reports(tree)[0]


def test_a_list_may_go_over_several_lines(tree: Path) -> None:
    assert read_properties(tree)["sonar.sources"] == "services,jenkins"


@pytest.mark.parametrize(
    ("report", "old", "new", "finding"),
    [
        ("build/reports/pylint.txt", PYLINT, "", "is empty"),
        ("build/reports/pylint.txt", "services/sales/app.py:3:0", "services/gone.py:3:0", "gone.py isn't in the tree"),
        ("build/reports/pylint.txt", "[C0114(missing-module-docstring), ]", "[C0114, ]", "rule would be 'C0114, '"),
        ("build/reports/pylint.txt", "************* Module", "Traceback of", "no message that SonarQube knows"),
        ("build/coverage.xml", "services/sales/app.py", "services/sales/gone.py", "is in 0 of its sources"),
        ("build/coverage.xml", "services/sales/app.py", "tools/left_out.py", "is no part of sonar.sources"),
        ("build/coverage.xml", "<source>.</source>", "<source>elsewhere</source>", "is no folder here"),
        ("build/coverage.xml", ' branch="true"', "", "has no branches"),
        ("build/coverage.xml", COVERAGE, "<coverage/>", "covers no line"),
        ("build/coverage.xml", 'number="2"', 'number="72"', "has no line 72: it was measured before it was changed"),
        ("build/coverage.xml", COVERAGE, "", "can't be read"),
        ("build/junit/unit.xml", ' file="tests/test_app.py"', "", "doesn't say its file"),
        ("build/junit/unit.xml", 'file="tests/', 'file="elsewhere/', "is no file below sonar.tests"),
        ("build/junit/unit.xml", ' file="tests/test_app.py"', ' file="services/settings.py"', "below sonar.tests"),
        ("build/junit/unit.xml", ' time="0.1"', "", "has no time"),
        ("build/junit/unit.xml", ' message="AssertionError"', "", "a failure without a message"),
        ("build/junit/unit.xml", TESTS, "<testsuites/>", "has no test"),
        ("build/reports/hadolint.json", "services/Dockerfile", "gone/Dockerfile", "gone/Dockerfile isn't in the tree"),
        ("build/reports/hadolint.json", HADOLINT, "", "can't be read"),
        (
            "sonar-project.properties",
            "sonar.python.coverage.reportPaths=",
            "other=",
            "reportPaths: there is no such file",
        ),
    ],
)
def test_what_would_be_dropped_in_silence_is_named(tree: Path, report: str, old: str, new: str, finding: str) -> None:
    text = (tree / report).read_text()
    assert old in text
    (tree / report).write_text(text.replace(old, new))
    with pytest.raises(Unusable, match=finding):
        check_reports(tree)


def test_a_name_that_two_sources_have_is_named_since_sonarqube_would_take_neither(tree: Path) -> None:
    two = COVERAGE.replace("<source>.</source>", "<source>services</source><source>jenkins</source>")
    (tree / "build/coverage.xml").write_text(two.replace("services/sales/app.py", "settings.py"))
    with pytest.raises(Unusable, match=r"settings\.py is in 2 of its sources"):
        check_reports(tree)


def test_hadolint_is_no_must(tree: Path) -> None:
    (tree / "sonar-project.properties").write_text(PROPERTIES.replace("sonar.docker", "other"))
    assert len(check_reports(tree)) == 3


@pytest.mark.parametrize("report", ["build/reports/pylint.txt", "build/coverage.xml", "build/junit/unit.xml"])
def test_a_report_that_is_not_there_is_named(tree: Path, report: str) -> None:
    (tree / report).unlink()
    with pytest.raises(Unusable, match="there is no such file"):
        check_reports(tree)


def test_of_very_many_findings_the_first_ten_are_shown(tree: Path) -> None:
    lines = "".join(f"services/gone{number}.py:1:0: C0114: Missing\n" for number in range(30))
    (tree / "build/reports/pylint.txt").write_text(lines)
    with pytest.raises(Unusable, match="and 20 more") as refused:
        check_reports(tree)
    assert len(str(refused.value).splitlines()) == 11


def test_what_coverage_does_not_measure_sonarqube_does_not_miss() -> None:
    omitted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["run"]["omit"]
    left_out = [name.removesuffix("*") for name in list_values(read_properties(ROOT), "sonar.coverage.exclusions")]
    assert sorted(name.removesuffix("*") for name in omitted) == sorted(name.removesuffix("*") for name in left_out)


def test_every_accepted_finding_is_listed_gives_its_reason_and_is_of_files_that_are_there() -> None:
    properties = read_properties(ROOT)
    listed = list_values(properties, "sonar.issue.ignore.multicriteria")
    text = (ROOT / "sonar-project.properties").read_text(encoding="utf-8")
    reasoned = re.findall(r"^# .+\nsonar\.issue\.ignore\.multicriteria\.(\w+)\.ruleKey=", text, re.MULTILINE)
    assert listed
    assert listed == reasoned
    for name in listed:
        pattern = properties[f"sonar.issue.ignore.multicriteria.{name}.resourceKey"]
        assert any(path.is_file() for path in ROOT.glob(re.sub(r"\*\*$", "**/*", pattern))), pattern
