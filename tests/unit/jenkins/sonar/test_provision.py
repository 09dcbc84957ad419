"""A server is made as wanted, and left alone when it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jenkins.sonar.api import Refused, Sonar, Unreachable
from jenkins.sonar.gate_file import read_gate
from jenkins.sonar.provision import NotOpened, Wanted, provision
from tests.unit.jenkins.sonar.stub import Stub

PASSWORD = "Straw-and-wax-26"
WANTED = Wanted(
    gate=read_gate(), webhook_url="https://jenkins.example/sonarqube-webhook/", webhook_secret="honey-from-thyme"
)


def test_a_new_server_gets_everything_and_its_password_first(stub: Stub) -> None:
    made = provision(stub.url, PASSWORD, WANTED)
    assert stub.writes()[0] == "users/change_password"
    assert stub.password == PASSWORD
    assert stub.projects["skep"]["visibility"] == "private"
    assert stub.gate_of == {"skep": "Skep"}
    assert stub.hooks[0]["url"] == WANTED.webhook_url
    assert stub.hooks[0]["secret"] == "honey-from-thyme"
    assert sorted(stub.users["skep-pipeline"]) == ["codeviewer", "scan", "user"]
    assert [(one["login"], one["type"]) for one in stub.tokens] == [("skep-pipeline", "USER_TOKEN")]
    assert made.token == stub.tokens[0]["token"]


def test_the_gate_has_the_conditions_that_are_checked_in_and_no_other(stub: Stub) -> None:
    provision(stub.url, PASSWORD, WANTED)
    there = {(one["metric"], one["op"], one["error"]) for one in stub.gates["Skep"]}
    assert there == {(one.metric, one.op, one.error) for one in WANTED.gate.conditions}


def test_the_second_run_writes_nothing(stub: Stub) -> None:
    provision(stub.url, PASSWORD, WANTED)
    stub.asked.clear()
    again = provision(stub.url, PASSWORD, WANTED)
    assert again.changes == ()
    assert again.token == ""
    assert stub.writes() == []
    assert stub.asked


def test_what_somebody_changed_by_hand_is_set_right_and_told(stub: Stub) -> None:
    provision(stub.url, PASSWORD, WANTED)
    stub.gates["Skep"][0]["error"] = "1000"
    stub.gate_of["skep"] = "Sonar way"
    stub.new_code["skep"] = {"type": "NUMBER_OF_DAYS", "value": "90"}
    stub.projects["skep"]["visibility"] = "public"
    stub.hooks[0]["url"] = "https://elsewhere.example/"
    stub.users["skep-pipeline"].remove("scan")
    stub.asked.clear()
    made = provision(stub.url, PASSWORD, WANTED)
    assert len(made.changes) == len(stub.writes()) == 6
    assert any("1000 -> " in line for line in made.changes)
    assert stub.new_code == {}
    assert provision(stub.url, PASSWORD, WANTED).changes == ()


def test_a_webhook_without_its_secret_gets_it_back(stub: Stub) -> None:
    provision(stub.url, PASSWORD, WANTED)
    stub.hooks[0].update(hasSecret=False, secret="")
    provision(stub.url, PASSWORD, WANTED)
    assert stub.hooks[0]["secret"] == "honey-from-thyme"


def test_secrets_are_made_new_when_asked_and_an_expired_token_always(stub: Stub) -> None:
    first = provision(stub.url, PASSWORD, WANTED).token
    second = provision(stub.url, PASSWORD, replace(WANTED, renew=True, webhook_secret="wax-of-last-year")).token
    assert second not in {"", first}
    assert stub.hooks[0]["secret"] == "wax-of-last-year"
    stub.tokens[0]["isExpired"] = True
    assert provision(stub.url, PASSWORD, WANTED).token not in {"", first, second}
    assert len(stub.tokens) == 1


def test_no_webhook_is_made_where_none_is_wanted(stub: Stub) -> None:
    provision(stub.url, PASSWORD, replace(WANTED, webhook_url=""))
    assert stub.hooks == []


def test_a_server_with_another_password_is_not_touched(stub: Stub) -> None:
    stub.password = "somebody-elses"
    with pytest.raises(NotOpened):
        provision(stub.url, PASSWORD, WANTED)
    assert stub.writes() == []


def test_what_the_server_refuses_is_told_in_its_words(stub: Stub) -> None:
    with pytest.raises(Refused, match="api/no/such: 404 Unknown url : /api/no/such"):
        Sonar(stub.url, password="admin").get("api/no/such")
    with pytest.raises(Refused, match="401 without a reason"):
        Sonar(stub.url, password="wrong").get("api/projects/search", projects="skep")


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 doesn't answer"):
        Sonar("http://127.0.0.1:9").get("api/system/status")
