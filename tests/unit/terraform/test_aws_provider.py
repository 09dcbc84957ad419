"""What the provider answers with no emulator at hand: schemas, plans, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider import aws_provider
from tests.terraform.offline_provider.aws_provider import AwsProvider
from tests.terraform.offline_provider.values import UNKNOWN, Block
from tests.terraform.offline_provider.wire import decode, encode

QUEUE: Block = {
    "attributes": {
        "arn": {"type": "string", "computed": True},
        "delay": {"type": "number", "optional": True},
        "name": {"type": "string", "optional": True, "computed": True},
        "secret_wo": {"type": "string", "optional": True, "write_only": True},
    },
    "block_types": {
        "redrive": {
            "nesting": "list",
            "block": {
                "attributes": {"id": {"type": "string", "computed": True}, "to": {"type": "string", "required": True}},
                "block_types": {},
            },
        }
    },
}


@pytest.fixture(autouse=True)
def _one_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(aws_provider, "read_block", lambda _kind, _name: QUEUE)
    monkeypatch.setattr(aws_provider, "read_encoded", lambda _kind, _name: b"short")
    monkeypatch.setattr(aws_provider, "read_legal_values", lambda: {"aws_sqs_queue": {"name": ["jobs", "keys"]}})


def call(provider: AwsProvider, method: str, **fields: Any) -> Any:
    """What the provider answers; values are encoded."""
    request, answer = provider.methods()[method]
    values = {name: encode(value) if isinstance(value, dict | None) else value for name, value in fields.items()}
    return answer(request(**values))


def summaries(response: Any) -> str:
    """All errors of an answer."""
    return "\n".join(diagnostic.summary for diagnostic in response.diagnostics)


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("ApplyResourceChange", {"planned_state": {"name": "jobs"}, "prior_state": None}),
        ("ReadResource", {"current_state": {"name": "jobs"}}),
        ("ReadDataSource", {"config": {}}),
        ("ImportResourceState", {"id": "jobs"}),
    ],
)
def test_nothing_is_read_or_made_without_an_emulator(method: str, fields: dict[str, Any]) -> None:
    provider = AwsProvider(shared=False)
    assert not call(provider, "ConfigureProvider", config={"region": "eu-west-1", "endpoints": []}).diagnostics
    answer = call(provider, method, type_name="aws_sqs_queue", **fields)
    assert "aws_sqs_queue: this is Skep's offline provider" in summaries(answer)
    assert "AWS_ENDPOINT_URL" in summaries(answer)


@pytest.mark.parametrize("url", ["https://sqs.eu-west-1.amazonaws.com", "http://10.0.0.7:4566", "http://emulator:4566"])
def test_an_endpoint_on_another_machine_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = call(AwsProvider(shared=False), "ConfigureProvider", config={"endpoints": [{"sqs": url}]})
    assert f"{url}: this provider talks to an emulator on this machine" in summaries(answer)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    assert url in summaries(call(AwsProvider(shared=False), "ConfigureProvider", config={}))


def test_a_process_for_many_is_configured_by_none() -> None:
    config = {"endpoints": [{"sqs": "http://127.0.0.1:4566"}]}
    answer = call(AwsProvider(shared=True), "ConfigureProvider", config=config)
    assert "it applies nothing" in summaries(answer)


def test_a_plan_leaves_open_what_the_provider_fills_in() -> None:
    proposed = {"arn": None, "delay": None, "name": None, "secret_wo": "hidden", "redrive": [{"to": "b", "id": None}]}
    answer = call(
        AwsProvider(shared=False), "PlanResourceChange", type_name="aws_sqs_queue", prior_state=None,
        proposed_new_state=proposed,
    )  # fmt: skip
    assert decode(answer.planned_state) == {
        "arn": UNKNOWN,
        "delay": None,
        "name": UNKNOWN,
        "secret_wo": None,
        "redrive": [{"id": UNKNOWN, "to": "b"}],
    }
    assert answer.legacy_type_system


def test_a_plan_changes_what_is_there_as_proposed() -> None:
    prior = {"arn": "a", "delay": 1, "name": "jobs", "secret_wo": None, "redrive": []}
    answer = call(
        AwsProvider(shared=False), "PlanResourceChange", type_name="aws_sqs_queue", prior_state=prior,
        proposed_new_state=prior | {"delay": 2, "secret_wo": "hidden"},
    )  # fmt: skip
    assert decode(answer.planned_state) == prior | {"delay": 2}


def test_a_plan_to_destroy_is_empty() -> None:
    answer = call(
        AwsProvider(shared=False), "PlanResourceChange", type_name="aws_sqs_queue", prior_state={"name": "jobs"},
        proposed_new_state=None,
    )  # fmt: skip
    assert decode(answer.planned_state) is None


def test_a_value_that_aws_does_not_know_is_found_in_the_configuration() -> None:
    provider = AwsProvider(shared=False)
    answer = call(provider, "ValidateResourceConfig", type_name="aws_sqs_queue", config={"name": "wax"})
    assert summaries(answer) == "name is 'wax'; it must be one of jobs, keys"
    assert answer.diagnostics[0].attribute.steps[0].attribute_name == "name"
    for name in ("jobs", UNKNOWN, None):
        config = {"name": name}
        assert not call(provider, "ValidateResourceConfig", type_name="aws_sqs_queue", config=config).diagnostics


def test_a_state_of_another_schema_is_set_right() -> None:
    raw = pb.RawState(json=json.dumps({"name": "jobs", "gone": 1, "delay": 0.5}).encode())
    answer = call(AwsProvider(shared=False), "UpgradeResourceState", type_name="aws_sqs_queue", raw_state=raw)
    assert decode(answer.upgraded_state) == {
        "arn": None, "delay": "0.5", "name": "jobs", "secret_wo": None, "redrive": [],
    }  # fmt: skip


def _fail(*_: object) -> None:
    raise KeyError("lost")


def test_an_error_of_ours_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_provider, "plan_new", _fail)
    answer = call(
        AwsProvider(shared=False), "PlanResourceChange", type_name="aws_sqs_queue", prior_state=None,
        proposed_new_state=None,
    )  # fmt: skip
    assert "KeyError: 'lost'" in summaries(answer)


def test_an_ephemeral_resource_of_aws_is_not_opened() -> None:
    request, answer = AwsProvider(shared=False).methods()["OpenEphemeralResource"]
    told = answer(request(type_name="aws_kms_secrets", config=encode({})))
    assert b"ephemeral.aws_kms_secrets" in told


def test_a_long_schema_has_only_the_blocks_that_the_code_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_provider, "read_encoded", lambda _kind, _name: b"long" * 20_000)
    monkeypatch.setattr(aws_provider, "list_known", lambda kind, _names: ["aws_sqs_queue"] * (kind == "resources"))
    for names in (set[str](), {"redrive"}):
        monkeypatch.setattr(aws_provider, "_read_names", lambda names=names: names)
        monkeypatch.setattr(
            aws_provider, "encode_schema", lambda block: ",".join(block["block_types"]).encode() or b"-"
        )
        described = AwsProvider(shared=False).methods()["GetProviderSchema"].answer(None)
        assert (b"redrive" in described) is ("redrive" in names)
