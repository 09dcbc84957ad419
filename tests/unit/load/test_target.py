"""What may be loaded, and with whose keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.target import KEYS_VARIABLE, Refused, Target, check_url, is_loopback, read_secrets, target_of

TOLD = {
    "url": "http://127.0.0.1:8080",
    "clients": [
        {"name": "one", "role": "admin", "key": "skp_1_a"},
        {"name": "two", "role": "viewer", "key": "skp_2_b"},
        {"name": "three", "role": "sales", "key": "skp_3_c"},
    ],
    "people": [
        {"email": "a@skep.example", "password": "x", "role": "sales", "id": "1"},
        {"email": "b@skep.example", "password": "y", "role": "viewer", "id": "2"},
    ],
}


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.8.9.10", "::1", "a1b2.execute-api.localhost", "api.localhost"]
)
def test_this_machine_is_loaded_without_asking(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["skep.example", "10.0.0.1", "192.168.1.1", "localhost.example", "127.0.0.1.example", "::", "notlocalhost"],
)  # fmt: skip
def test_any_other_host_is_refused_until_it_is_named(host: str) -> None:
    url = f"https://[{host}]/dev" if ":" in host else f"https://{host}/dev"
    with pytest.raises(Refused, match="--allow"):
        check_url(url)
    assert check_url(url, [host]) == url


def test_a_host_may_be_named_by_the_very_url() -> None:
    url = "https://api.skep.example/dev"
    assert check_url(url, [url]) == url


def test_one_named_host_allows_no_other() -> None:
    with pytest.raises(Refused, match="is not this machine"):
        check_url("https://other.skep.example", ["skep.example"])


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8080", "ftp://localhost", "http://", "http://me:secret@localhost", "http://localhost/?a=b", "http://localhost/#a"],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="no URL to load"):
        check_url(url)


def test_a_slash_at_the_end_is_not_doubled_by_paths() -> None:
    assert check_url("http://localhost:4566/local/") == "http://localhost:4566/local"


def test_viewers_can_not_write_and_are_left_out() -> None:
    target = target_of("make run", TOLD, is_thrown_away=True)
    assert target == Target(
        "make run",
        "http://127.0.0.1:8080",
        ["skp_1_a", "skp_3_c"],
        [{"email": "a@skep.example", "password": "x"}],
        is_thrown_away=True,
    )


def test_keys_and_passwords_are_not_in_what_is_printed_of_a_target() -> None:
    assert "skp_" not in repr(target_of("make run", TOLD))
    assert "password" not in repr(target_of("make run", TOLD))


def test_keys_come_from_a_file_with_one_on_each_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("skp_1_a\n\nskp_2_b\n", encoding="utf-8")
    assert read_secrets(file, {KEYS_VARIABLE: "another"}) == (["skp_1_a", "skp_2_b"], [])


def test_a_file_as_run_json_is_has_keys_and_people(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(
        '{"clients": [{"role": "sales", "key": "k"}], "people": [{"email": "a", "password": "b", "role": "admin"}]}',
        encoding="utf-8",
    )
    assert read_secrets(file, {}) == (["k"], [{"email": "a", "password": "b"}])


def test_keys_come_from_the_environment_when_no_file_is_named() -> None:
    assert read_secrets(None, {KEYS_VARIABLE: "skp_1_a skp_2_b"}) == (["skp_1_a", "skp_2_b"], [])


def test_without_any_key_nothing_is_loaded() -> None:
    with pytest.raises(Refused, match="--key-file"):
        read_secrets(None, {})
