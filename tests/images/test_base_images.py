"""The base images, public or stand-ins: what the Dockerfile, testcontainers and docker/compose.yaml rely on."""

from __future__ import annotations

import json

import psycopg2
import pytest
from testcontainers.community.postgres import PostgresContainer

from services.local.docker import Engine
from tests.support.postgres import IMAGE

PYTHON = "python:3.13-slim-trixie"


def _need(engine: Engine, image: str) -> None:
    if not engine.has_image(image):
        pytest.skip(f"left out: there is no image {image}: `docker/base/make.sh {image}` sees to it")


def test_python_is_where_the_public_image_has_it(engine: Engine) -> None:
    _need(engine, PYTHON)
    told = engine.run(
        *("run", "--rm", "--network", "none", PYTHON, "sh", "-c"),
        "which python python3 pip && pip --version && python -c 'import sys, ssl, sqlite3, venv; print(sys.version)'"
        " && ls /usr/local/lib/python3.13/site-packages/pip/__init__.py /etc/ssl/certs/ca-certificates.crt",
    )
    lines = told.splitlines()
    assert lines[:3] == ["/usr/local/bin/python", "/usr/local/bin/python3", "/usr/local/bin/pip"]
    assert "(python 3.13)" in lines[3]
    assert lines[4].startswith("3.13.")


def test_a_stand_in_says_that_it_is_one(engine: Engine) -> None:
    for image in (PYTHON, IMAGE):
        _need(engine, image)
        labels = json.loads(engine.run("image", "inspect", "--format", "{{json .Config.Labels}}", image)) or {}
        stands_in = engine.run(
            *("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c"),
            "cat /etc/skep-stand-in 2>/dev/null || true",
        )
        assert ("org.skep.stand-in" in labels) == bool(stands_in)
        assert stands_in == "" or image in stands_in


def test_postgres_makes_the_user_and_the_database_that_it_is_told(engine: Engine) -> None:
    _need(engine, IMAGE)
    # The password has what a shell and SQL would trip over.
    container = PostgresContainer(IMAGE, username="me", password="it's $5", dbname="my-db", driver=None)
    container.ports = {"5432": ("127.0.0.1", None)}  # type: ignore[dict-item]  # not for the whole network
    with container.with_command(["-c", "cluster_name=two words"]):
        port = container.get_exposed_port(5432)
        connection = psycopg2.connect(host="127.0.0.1", port=port, user="me", password="it's $5", dbname="my-db")
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_setting('cluster_name')")
            assert cursor.fetchone() == (17, "two words")
        connection.close()
        said = b"".join(container.get_logs())
        assert said.count(b"database system is ready to accept connections") == 2
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(host="127.0.0.1", port=port, user="me", password="guess", dbname="my-db")
