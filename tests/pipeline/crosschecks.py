"""What pipelines name is there, and what is there is named: plugins, credentials, locks, labels, targets, reports.

Each function gives its complaints, one a sentence; none means that all is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.pipeline.known import Known, find_said
from tests.pipeline.places import ROOT
from tests.pipeline.reports import list_makers, list_published, matches
from tests.pipeline.tree import Tree
from tests.pipeline.vocabulary import load

Uses = dict[str, list[dict[str, Any]]]
"""Each pipeline -> its known calls, as the harness read them."""

TARGET = re.compile(r"\bmake (?:-\S+ )*([a-z][a-z-]*)")
VARIABLE = re.compile(r"\benv\.(\w+)|\$\{?([A-Z]\w+)")
BUILT_IN = re.compile(r"BRANCH_NAME|TAG_\w+|CHANGE_\w+|BUILD_\w+|JOB_\w+|GIT_\w+|WORKSPACE|SONAR_\w+|AWS_\w+")
PLUGIN_OF_CREDENTIAL = {
    "basicSSHUserPrivateKey": "ssh-credentials",
    "usernamePassword": "credentials",
    "string": "plain-credentials",
    "file": "plain-credentials",
    "idTokenFile": "oidc-provider",
}
ALWAYS = ("configuration-as-code", "job-dsl", "pipeline-model-definition", "workflow-multibranch", "cloudbees-folder")


def check_plugins(tree: Tree, uses: Uses) -> list[str]:
    """Every step, option, condition and symbol has a pinned plugin that brings it."""
    pinned = tree.plugins()
    wanted = {use["plugin"]: use["name"] for found in uses.values() for use in found if use.get("plugin")}
    wanted |= {PLUGIN_OF_CREDENTIAL[kind]: kind for kind in _kinds_of_credentials(tree)}
    wanted |= dict.fromkeys(ALWAYS, "every pipeline")
    complaints = [
        f"`{name}` comes with {plugin}, which plugins.txt does not pin"
        for plugin, name in sorted(wanted.items())
        if plugin != "core" and plugin not in pinned
    ]
    complaints += [
        f"{plugin} is pinned to no version" for plugin, version in pinned.items() if not version[:1].isdigit()
    ]
    return complaints


def _kinds_of_credentials(tree: Tree) -> set[str]:
    domains = [one for values in tree.casc_values("credentials", "system", "domainCredentials") for one in values]
    return {kind for domain in domains for credential in domain["credentials"] for kind in credential}


def check_credentials(tree: Tree, known: Known, uses: Uses) -> list[str]:
    """Every credential that is named is there, and none is there that nothing names."""
    bound = {
        use["arguments"]["credentialsId"]
        for found in uses.values()
        for use in found
        if isinstance(use["arguments"].get("credentialsId"), str)
    }
    bound |= {name for pipeline in tree.pipelines() for name in _first_arguments(tree.read(pipeline), "asRole")}
    used = set(bound)
    for job in known.jobs.values():
        used |= {*find_said(job, "credentialsId"), *find_said(job, "remote.credentials")}
    for installation in _flat(tree, "unclassified", "sonarGlobalConfiguration", "installations"):
        used |= {installation["credentialsId"], installation["webhookSecretId"]}
    return _compare("credential", used, known.credentials, "casc and jobs")


def check_locks(known: Known, uses: Uses, *, later: Iterable[str] = ()) -> list[str]:
    """Every lock is declared, and none for nothing. later: declared for what is not there yet."""
    used = {use["arguments"].get("resource") for use in _named(uses, "lock")} | set(later)
    return _compare("lock", used, known.locks, "casc/locks.yaml")


def check_labels(known: Known, uses: Uses) -> list[str]:
    """Every label that an agent is asked for has an agent, and each agent is asked for."""
    used = {use["arguments"]["label"] for found in uses.values() for use in found if use["what"] == "agent"}
    return _compare("label", used, known.labels, "casc/agents.yaml")


def check_installations(known: Known, uses: Uses) -> list[str]:
    """Every SonarQube that an analysis is sent to is set up, and each is used."""
    used = {use["arguments"]["installationName"] for use in _named(uses, "withSonarQubeEnv")}
    return _compare("SonarQube", used, known.installations, "casc/sonar.yaml")


def check_variables(tree: Tree, known: Known) -> list[str]:
    """Every variable that a pipeline reads is set by casc, Jenkins or itself; none of casc is for nothing."""
    readers = "".join(tree.read(name) for name in [*tree.pipelines(), *tree.find("jenkins/release/*.py")])
    complaints = [
        f"{name} is set by casc/environment.yaml, and nothing reads it"
        for name in known.variables
        # SKEP_STATE_BUCKET_DEV: the tool reads STATE_BUCKET of an environment. AWS's own clients read AWS_….
        if not BUILT_IN.fullmatch(name) and not re.search(rf'\b{name}\b|"{_without_environment(name)}"', readers)
    ]
    for name in tree.pipelines():
        text = tree.read(name)
        set_here = set(re.findall(r"^\s*(\w+) = |variable: '(\w+)'|\"(\w+)=", text, re.MULTILINE))
        own = {word for words in set_here for word in words}
        read = {word for words in VARIABLE.findall(text) for word in words if word}
        complaints += [
            f"{name} reads {word}, which casc/environment.yaml does not set"
            for word in sorted(read - own - set(known.variables))
            if not BUILT_IN.fullmatch(word)
        ]
    return complaints


def _without_environment(name: str) -> str:
    return re.sub(r"^SKEP_|_(DEV|STAGING|PRODUCTION)$", "", name)


def check_targets(tree: Tree, uses: Uses) -> list[str]:
    """Every `make` target that a pipeline calls is there."""
    called = {
        (name, target)
        for name, found in uses.items()
        for use in found
        if use["name"] == "sh" and isinstance(use["arguments"].get("script"), str)
        for target in TARGET.findall(use["arguments"]["script"])
    }
    assert called
    targets = tree.targets()
    return [
        f"{name} calls make {target}, which is no target" for name, target in sorted(called) if target not in targets
    ]


def check_reports(tree: Tree, uses: Uses) -> list[str]:
    """Every pattern that is published finds what some target called by that pipeline makes, and no report is lost."""
    complaints = []
    for name, known_calls in uses.items():
        called = {
            target for use in _named({name: known_calls}, "sh") for target in TARGET.findall(str(use["arguments"]))
        }
        patterns = list_published(known_calls)
        complaints += [
            f"{name} publishes {pattern}, which nothing that it calls makes"
            for pattern in patterns
            if not called.intersection(list_makers(pattern))
        ]
        complaints += [
            f"{name} makes {path} by make {target}, and does not publish it"
            for path, report in load("reports").items()
            for target in called.intersection(report["made by"])
            if not any(matches(pattern, path) for pattern in patterns)
        ]
    return complaints + _check_makers(tree)


def _check_makers(tree: Tree) -> list[str]:
    complaints = []
    for path, report in load("reports").items():
        complaints += [
            f"{path} is made by make {target}, which is no target"
            for target in report["made by"]
            if target not in tree.targets()
        ]
        for place, pattern in report["said in"].items():
            text = _text_below(tree, place)
            if not re.search(pattern, text):
                complaints.append(f"{path}: {place} does not say {pattern}")
    return complaints


def _text_below(tree: Tree, place: str) -> str:
    if not (ROOT / place).is_dir():
        return tree.read(place) if (ROOT / place).exists() else ""
    return "".join(tree.read(name) for name in tree.find(f"{place}/*.py", f"{place}/*.js"))


def check_jobs(tree: Tree, known: Known, uses: Uses) -> list[str]:
    """Every job runs a pipeline that is there, each pipeline has a job, and a job that is started is one."""
    complaints = list(known.problems)
    scripts = {script for job in known.jobs.values() for script in find_said(job, "scriptPath")}
    complaints += _compare("pipeline", scripts, tree.pipelines(), "the repository")
    for use in _named(uses, "build"):
        name = f"skep/{use['arguments']['job']}"
        if name not in known.jobs:
            complaints.append(f"job {name} is started, and nothing makes it")
    for name in tree.find("jenkins/jobs/*.groovy"):
        if name not in tree.job_scripts():
            complaints.append(f"{name} is named by no line of casc/jobs.yaml")
    return complaints


def _named(uses: Uses, name: str) -> list[dict[str, Any]]:
    return [use for found in uses.values() for use in found if use["name"] == name]


def _first_arguments(text: str, function: str) -> set[str]:
    return set(re.findall(rf"\b{function}\('([^']+)'", text))


def _flat(tree: Tree, *path: str) -> list[Any]:
    return [one for values in tree.casc_values(*path) for one in values]


def _compare(what: str, used: Iterable[Any], there: Iterable[str], where: str) -> list[str]:
    named, provided = {str(name) for name in used if name}, set(there)
    return [f"{what} {name} is named, and not in {where}" for name in sorted(named - provided)] + [
        f"{what} {name} is in {where}, and nothing names it" for name in sorted(provided - named)
    ]
