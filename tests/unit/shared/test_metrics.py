"""The log line is what CloudWatch makes metrics of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask, Response

from services.shared.database import Database
from services.shared.errors import NotFound
from services.shared.metrics import NAMESPACE, REQUEST, TASK, LogLine
from services.shared.settings import Settings
from services.shared.web import create_app, json_answer
from tests.support.emf import Metric, read_metrics

SETTINGS = Settings(database_url="postgresql://nobody@localhost/nothing", function_version="12")


@pytest.fixture
def app() -> Flask:
    """An application that answers as it is asked to."""
    app = create_app("customers", SETTINGS, Database(SETTINGS.database_url))

    @app.get("/v1/things/<how>")
    def answer(how: str) -> Response:
        if how == "missing":
            raise NotFound()
        if how == "broken":
            raise RuntimeError("a defect")
        return json_answer({"how": how})

    return app


def lines_of(app: Flask, *paths: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that requests leave on standard output."""
    for path in paths:
        app.test_client().get(path, headers={"x-api-key": "skp_secret"})
    return capsys.readouterr().out.splitlines()


def test_a_request_is_one_line_and_four_metrics_by_version_and_over_all(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = lines_of(app, "/v1/things/fine", capsys=capsys)
    duration_ms = json.loads(line)["duration_ms"]

    assert duration_ms > 0
    assert read_metrics(line) == [
        Metric(NAMESPACE, dimensions, name, unit, value)
        for dimensions in ({"service": "customers", "function_version": "12"}, {"service": "customers"})
        for name, unit, value in (
            ("http_5xx", "Count", 0),
            ("http_4xx", "Count", 0),
            ("duration_ms", "Milliseconds", duration_ms),
            ("cold_start", "Count", 1),
        )
    ]


@pytest.mark.parametrize(
    ("path", "status", "http_4xx", "http_5xx"),
    [
        ("/v1/things/fine", 200, 0, 0),
        ("/v1/things/missing", 404, 1, 0),
        ("/nowhere", 404, 1, 0),
        ("/v1/things/broken", 500, 0, 1),
    ],
)
def test_an_answer_counts_as_what_it_is(
    app: Flask, capsys: pytest.CaptureFixture[str], path: str, status: int, http_4xx: int, http_5xx: int
) -> None:
    (line,) = lines_of(app, path, capsys=capsys)
    values = {metric.name: metric.value for metric in read_metrics(line)}

    assert json.loads(line)["status"] == status
    assert (values["http_4xx"], values["http_5xx"]) == (http_4xx, http_5xx)


def test_only_the_first_request_is_a_cold_start(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(app, *["/v1/things/fine"] * 3, capsys=capsys)

    assert [json.loads(line)["cold_start"] for line in lines] == [1, 0, 0]


def test_the_line_has_no_value_of_the_request(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines_of(app, "/v1/things/fine?q=Miller", capsys=capsys)

    assert "/v1/things/<how>" in line
    assert all(secret not in line for secret in ("fine", "Miller", "skp_secret"))


def test_a_line_may_have_fields_that_are_no_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    fields: dict[str, Any] = {"service": "automations", "function_version": "$LATEST", "note": 'a "quoted" } Wort ü'}
    TASK.write({**fields, "duration_ms": 1.5, "cold_start": 0, "failed": 2, "jobs": {"done": 1}})
    line = capsys.readouterr().out

    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert [(m.name, m.value) for m in read_metrics(line)[:3]] == [
        ("duration_ms", 1.5),
        ("cold_start", 0),
        ("failed", 2),
    ]
    assert json.loads(line)["note"] == fields["note"]


@pytest.mark.parametrize("kind", [REQUEST, TASK])
def test_a_line_without_a_metric_would_be_noticed(kind: LogLine, capsys: pytest.CaptureFixture[str]) -> None:
    fields = dict.fromkeys(kind.metrics, 1)
    kind.write({"service": "x", "function_version": "1", **fields})
    assert len(read_metrics(capsys.readouterr().out)) == 2 * len(kind.metrics)
    fields.popitem()
    kind.write({"service": "x", "function_version": "1", **fields})
    with pytest.raises(KeyError):
        read_metrics(capsys.readouterr().out)
