"""What Jenkins's configuration and jobs provide: credentials, locks, labels, installations, variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.pipeline.groovy import Groovy
from tests.pipeline.tree import Tree
from tests.pipeline.vocabulary import load

HOSTS: tuple[dict[str, str], ...] = (
    {"SKEP_REPOSITORY_URL": "ssh://git@code.example/skep.git"},
    {"SKEP_REPOSITORY_URL": "ssh://git@code.example/skep.git", "SKEP_GITHUB": "example/skep"},
)
"""The scripts of jobs are run for each: a plain Git, and GitHub."""


@dataclass(frozen=True)
class Known:
    """credentials: id -> the folder that has it, or nothing when every job may use it; jobs: name -> what was said."""

    credentials: dict[str, str]
    locks: list[str]
    labels: list[str]
    installations: list[str]
    variables: list[str]
    jobs: dict[str, Any]
    problems: list[str]

    def credentials_for(self, job: str) -> list[str]:
        """What a job of that name may bind."""
        return [name for name, folder in self.credentials.items() if not folder or job.startswith(f"{folder}/")]


def read_known(tree: Tree, groovy: Groovy) -> Known:
    """What a tree provides."""
    jobs: dict[str, Any] = {}
    problems: list[str] = []
    for environment in HOSTS:
        text = "\n".join(
            _without_declarations(tree.read(name), number) for number, name in enumerate(tree.job_scripts())
        )
        made = groovy.make_jobs(text, load("job_dsl"), environment)
        problems += [problem for problem in made["problems"] if problem not in problems]
        for name, job in made["jobs"].items():
            jobs.setdefault(name, {"type": job["type"], "said": []})["said"] += job["said"]
    credentials = {_id(one): "" for one in _list_credentials(tree)}
    for name, job in jobs.items():
        credentials |= dict.fromkeys(find_said(job, "credentials.*.id"), name)
    return Known(
        credentials=credentials,
        locks=[lock["name"] for lock in _flat(tree, "unclassified", "lockableResourcesManager", "declaredResources")],
        labels=[word for node in _flat(tree, "jenkins", "nodes") for word in node["permanent"]["labelString"].split()],
        installations=[one["name"] for one in _flat(tree, "unclassified", "sonarGlobalConfiguration", "installations")],
        variables=[
            entry["key"] for node in _flat(tree, "jenkins", "globalNodeProperties") for entry in node["envVars"]["env"]
        ],
        jobs=jobs,
        problems=problems,
    )


def find_said(job: dict[str, Any], ending: str) -> list[Any]:
    """The values of all that was said in a job at a path with this ending; `*` stands for one name."""
    wanted = ending.split(".")
    found = []
    for said in job["said"]:
        path = said["path"].split(".")[-len(wanted) :]
        if len(path) == len(wanted) and all(want in {"*", name} for want, name in zip(wanted, path, strict=True)):
            found += said["values"]
    return found


def _without_declarations(text: str, number: int) -> str:
    """Scripts are run as one, to see what is made twice: each keeps its variables to itself."""
    return f"({{ ->\n{text}\n}}).call() // script {number}"


def _flat(tree: Tree, *path: str) -> list[Any]:
    return [one for values in tree.casc_values(*path) for one in values]


def _list_credentials(tree: Tree) -> list[Any]:
    domains = _flat(tree, "credentials", "system", "domainCredentials")
    return [one for domain in domains for one in domain["credentials"]]


def _id(credential: dict[str, Any]) -> str:
    [settings] = credential.values()
    return str(settings["id"])
