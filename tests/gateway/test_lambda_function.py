"""A function's environments: used again, made when all are busy, made anew after trouble."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.local.lambda_runtime.failures import (
    AnswerTooLarge,
    Crashed,
    FunctionError,
    InitError,
    Throttled,
    TimedOut,
)
from services.local.lambda_runtime.function import Function
from services.local.lambda_runtime.sandboxes import ProcessFunction
from services.local.lambda_runtime.settings import FunctionSettings
from services.shared.lambda_adapter import MAX_ANSWER_BYTES

ACT = ProcessFunction("tests.gateway.troubled_handlers.act")
QUICK = FunctionSettings("skep-quick", timeout_seconds=1.0)


def begins(how: str) -> ProcessFunction:
    """A function whose init does something."""
    return ProcessFunction("tests.gateway.bad_beginnings.handler", {"SKEP_TEST_BEGINNING": how})


def test_a_warm_environment_is_used_again() -> None:
    with Function(ACT) as function:
        assert len({function.invoke({})["pid"] for _ in range(5)}) == 1
        assert function.cold_starts == 1


def test_events_at_the_same_time_have_environments_of_their_own_up_to_the_limit() -> None:
    with Function(ACT, concurrency=2) as function, ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(function.invoke, {"sleep": 0.6}) for _ in range(2)]
        time.sleep(0.4)
        with pytest.raises(Throttled):
            function.invoke({})
        assert len({answer.result()["pid"] for answer in answers}) == 2
        assert function.invoke({})["pid"]
        assert function.cold_starts == 2


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"sleep": 30}, TimedOut),
        ({"exit": 1}, Crashed),
        ({"answer_bytes": MAX_ANSWER_BYTES + 1}, AnswerTooLarge),
    ],
)
def test_after_a_crash_the_next_event_has_a_new_environment(
    event: dict[str, object], error: type[FunctionError]
) -> None:
    with Function(ACT, QUICK) as function:
        with pytest.raises(error):
            function.invoke(event)
        assert function.invoke({})["pid"]
        assert function.cold_starts == 2


def test_what_a_handler_raises_costs_no_environment() -> None:
    with Function(ACT) as function:
        with pytest.raises(FunctionError, match="LookupError"):
            function.invoke({"raise": "no luck"})
        function.invoke({})
        assert function.cold_starts == 1


def test_an_init_that_fails_is_tried_again_at_once_and_at_each_event() -> None:
    with Function(begins("raise")) as function:
        for _ in range(2):
            with pytest.raises(InitError, match="set A, B in the environment"):
                function.invoke({})
        assert function.read_log().count("RuntimeError: set A, B") == 4
        assert function.cold_starts == 0


def test_an_init_that_is_slow_or_fails_once_is_made_up_for_by_the_second(tmp_path: Path) -> None:
    for how in ("hang", "exit", "raise"):
        with Function(begins(f"{how} {tmp_path / how}"), init_seconds=0.5) as function:
            assert function.invoke({"a": 1}) == {"a": 1}


def test_an_init_that_hangs_takes_the_time_of_the_function() -> None:
    began = time.monotonic()
    with (
        Function(begins("hang"), QUICK, init_seconds=0.3) as function,
        pytest.raises(TimedOut, match="timed out after 1.00 seconds"),
    ):
        function.invoke({})
    assert 1.3 <= time.monotonic() - began < 3


def test_the_log_is_of_all_environments() -> None:
    with Function(ACT, QUICK) as function:
        function.invoke({"print": "one"})
        with pytest.raises(Crashed):
            function.invoke({"exit": 1})
        function.invoke({"print": "two"})
        assert function.read_log() == "one\ntwo\n"
    assert function.read_log() == "one\ntwo\n"
