"""What is kept of an analysis with its release: gate, measures and where to look, as JSON and as a page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from jenkins.sonar.api import Sonar
from jenkins.sonar.gate import NotJudged, Verdict, read_verdict
from jenkins.sonar.gate_file import show_value

QUALITY = Path("build", "sonar", "quality.json")
PAGE = Path("build", "sonar", "quality.html")
RELEASE = Path("build", "release", "sonar.json")
"""The same in short, every value a string: what the release record takes."""

TOPICS = {
    "Tests": ("tests", "test_failures", "test_errors", "skipped_tests", "test_success_density"),
    "Coverage": ("coverage", "line_coverage", "branch_coverage", "lines_to_cover", "uncovered_lines"),
    "Duplication": ("duplicated_lines_density", "duplicated_blocks", "duplicated_files"),
    "Issues": (
        "violations",
        "software_quality_reliability_issues",
        "software_quality_security_issues",
        "software_quality_maintainability_issues",
        "software_quality_reliability_rating",
        "software_quality_security_rating",
        "software_quality_maintainability_rating",
    ),
    "Security hotspots": ("security_hotspots", "security_hotspots_reviewed"),
    "New code": (
        "new_lines",
        "new_violations",
        "new_coverage",
        "new_duplicated_lines_density",
        "new_security_hotspots_reviewed",
    ),
    "Size": ("ncloc",),
}
"""What QA looks at -> SonarQube's measures."""


@dataclass(frozen=True)
class Quality:
    """An analysis. measures: those that it has."""

    project: str
    analysis: str
    date: str
    version: str
    release: str
    revision: str
    url: str
    verdict: Verdict
    measures: dict[str, str]


def read_quality(sonar: Sonar, project: str, analysis: str) -> Quality:
    """The analysis as it was made, be it the last one or not. Raises NotJudged when the server has dropped it."""
    known = sonar.list_all("api/project_analyses/search", "analyses", project=project)
    found = next((one for one in known if one["key"] == analysis), None)
    if found is None:
        raise NotJudged(f"{project} has no analysis {analysis}: SonarQube drops old ones after a time.")
    names = ",".join(name for topic in TOPICS.values() for name in topic)
    history = sonar.get(
        "api/measures/search_history",
        component=project,
        metrics=names,
        **{"from": found["date"], "to": found["date"]},
    )
    values = {one["metric"]: [at["value"] for at in one["history"] if "value" in at] for one in history["measures"]}
    return Quality(
        project=project,
        analysis=analysis,
        date=found["date"],
        version=found.get("projectVersion", ""),
        release=found.get("buildString", ""),
        revision=found.get("revision", ""),
        url=f"{sonar.url}/dashboard?id={project}",
        verdict=read_verdict(sonar, analysis),
        measures={name: value[-1] for name, value in values.items() if value},
    )


def write_quality(quality: Quality, base: Path) -> list[Path]:
    """Writes the three files and names them."""
    texts = {
        QUALITY: json.dumps(asdict(quality), indent=2) + "\n",
        RELEASE: json.dumps(_shorten(quality), indent=2) + "\n",
        PAGE: render(quality),
    }
    for name, text in texts.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text, encoding="utf-8")
    return list(texts)


def _shorten(quality: Quality) -> dict[str, str]:
    about = ("project", "date", "version", "release", "revision", "url")
    return {
        "analysis_id": quality.analysis,
        "gate": quality.verdict.status,
        **{name: getattr(quality, name) for name in about},
        **quality.measures,
    }


def render(quality: Quality) -> str:
    """A page that stands alone: no script, nothing from elsewhere."""
    conditions = "".join(
        f"<tr><td>{'passed' if one.passed else 'FAILED'}<td>{escape(one.metric)}"
        f"<td>{escape(show_value(one.metric, one.actual))}<td>{one.op} {escape(show_value(one.metric, one.wanted))}"
        for one in quality.verdict.outcomes
    )
    topics = "".join(
        f"<tr><th colspan=2>{escape(topic)}"
        + "".join(
            f"<tr><td>{escape(name)}<td>{escape(show_value(name, quality.measures[name]))}"
            for name in names
            if name in quality.measures
        )
        for topic, names in TOPICS.items()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Quality of "
        f"{escape(quality.release or quality.version)}</title><style>body{{font:14px sans-serif;margin:2em}}"
        "td,th{text-align:left;padding:2px 12px}</style>"
        f"<h1>Quality gate: {escape(quality.verdict.status)}</h1>"
        f"<p>{escape(quality.project)} {escape(quality.release)}, commit {escape(quality.revision)}, "
        f"analysed {escape(quality.date)} as <a href='{escape(quality.url)}'>{escape(quality.analysis)}</a></p>"
        f"<h2>Conditions</h2><table><tr><th><th>Measure<th>Value<th>Fails when{conditions}</table>"
        f"<h2>Measures</h2><table>{topics}</table></html>\n"
    )
