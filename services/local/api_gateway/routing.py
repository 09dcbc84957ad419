"""Finds the API Gateway resource that a path belongs to, as a REST API does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: The values of catalog.json's `authorization`, each with what API Gateway itself checks.
AUTHORIZATIONS = frozenset({"api_key", "iam", "session", "honeycode_sigv4", "public"})


@dataclass(frozen=True)
class Route:
    """One line of routes.json: a resource path, who answers it, and who may call it."""

    path: str
    service: str
    authorization: str


@dataclass(frozen=True)
class Match:
    """A route and the values of its path parameters, as the client encoded them."""

    route: Route
    path_parameters: dict[str, str]


@dataclass
class _Node:
    route: Route | None = None
    static: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    parameter_name: str = ""
    greedy: Route | None = None
    greedy_name: str = ""


class Router:
    """All resources of the API; static segments win over `{name}`, `{name}` over `{name+}`."""

    def __init__(self, routes: Iterable[Mapping[str, str]]) -> None:
        self._root = _Node()
        for line in routes:
            self._add(Route(line["path"], line["service"], line["authorization"]))

    def _add(self, route: Route) -> None:
        if not route.path.startswith("/"):
            raise ValueError(f"A route's path begins with '/': {route.path!r}")
        if route.authorization not in AUTHORIZATIONS:
            raise ValueError(f"{route.path}: unknown authorization {route.authorization!r}")
        node = self._root
        for segment in _segments(route.path):
            if segment.endswith("+}"):
                node.greedy, node.greedy_name = route, segment[1:-2]
                return
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node.parameter_name = segment[1:-1]
                node = node.parameter
            else:
                node = node.static.setdefault(segment, _Node())
        node.route = route

    def find_match(self, path: str) -> Match | None:
        """Return the most specific route for `path` (percent-encoded), or None.

        One slash at the end makes no difference, as API Gateway has it; an empty segment matches
        nothing.
        """
        segments = _segments(path)
        if "" in segments:
            return None
        return _find(self._root, segments, {})


def _segments(path: str) -> list[str]:
    segments = path[1:].split("/")
    return segments if segments[-1] else segments[:-1]


def _find(node: _Node, segments: list[str], found: dict[str, str]) -> Match | None:
    if not segments:
        return Match(node.route, found) if node.route else None
    first, rest = segments[0], segments[1:]
    match = _find(node.static[first], rest, found) if first in node.static else None
    if match is None and node.parameter is not None:
        match = _find(node.parameter, rest, {**found, node.parameter_name: first})
    if match is None and node.greedy is not None:
        match = Match(node.greedy, {**found, node.greedy_name: "/".join(segments)})
    return match
