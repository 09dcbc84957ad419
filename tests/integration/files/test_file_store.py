"""The file store of one machine, as a program, a browser and we ourselves use it; and what it refuses."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.local.api_gateway import files as local_files
from services.local.api_gateway.files import FileStore
from services.local.api_gateway.gateway import Gateway
from services.shared.errors import NotFound, TooLarge, Unavailable
from services.shared.files import MAX_FILE_BYTES, Files, Upload
from services.shared.outside import ask
from services.shared.settings import Settings
from tests.support.files import CREDENTIALS, run_file_store

NOWHERE = Settings(database_url="postgresql://nobody@localhost/nothing")
TIMEOUT_SECONDS = 10.0


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with a file store that runs."""
    with run_file_store(NOWHERE, tmp_path / "files") as found:
        yield found


@pytest.fixture
def files(settings: Settings) -> Files:
    """The store as an application has it."""
    return Files(settings, settings.environment)


def send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """An answer's status and body."""
    with ask(method, url, body=body, headers=headers, timeout_seconds=TIMEOUT_SECONDS) as answer:
        return answer.status, answer.read()


def put(upload: Upload, body: bytes, **headers: str) -> int:
    return send("PUT", upload.url, body, upload.headers | headers)[0]


def at(settings: Settings, seconds: float) -> Files:
    """The store of an application whose clock is so far ahead."""
    return Files(settings, settings.environment, clock=lambda: time.time() + seconds)


def test_what_was_uploaded_is_downloaded_byte_for_byte(files: Files) -> None:
    content = bytes(range(256)) * 5_000
    assert put(files.upload_url("uploads/a/b"), content) == 200
    assert send("GET", files.download_url("uploads/a/b", "b.csv")) == (200, content)
    assert files.find_size("uploads/a/b") == len(content)
    with files.get("uploads/a/b") as kept:
        assert kept.read() == content


def test_what_we_keep_ourselves_is_found_again_and_replaced(files: Files) -> None:
    for content in (b"first", b"the second"):
        file = io.BytesIO(content)
        file.seek(3)
        files.put("exports/x", file)
        with files.get("exports/x") as kept:
            assert kept.read() == content


def test_a_download_has_the_name_that_it_was_given(files: Files) -> None:
    files.put("exports/x", io.BytesIO(b"1"))
    url = files.download_url("exports/x", 'Grüße "2024"; %.csv')
    with ask("GET", url, timeout_seconds=TIMEOUT_SECONDS) as answer:
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"Gr__e _2024__ _.csv\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%222024%22%3B%20%25.csv"
        )


def test_a_file_that_is_not_there_is_not_found(files: Files) -> None:
    assert files.find_size("uploads/a/none") is None
    with pytest.raises(NotFound), files.get("uploads/a/none"):
        pass
    assert send("GET", files.download_url("uploads/a/none", "x"))[0] == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uploads/a/b", "uploads/a/c"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        ("eu-west-1", "eu-west-2"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("AKIDEXAMPLE", "AKIDOTHER"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3Bx"),
        ("&X-Amz-Signature", "&more=1&X-Amz-Signature"),
    ],
)
def test_a_url_that_was_changed_is_refused(files: Files, old: str, new: str) -> None:
    url = files.upload_url("uploads/a/b").url
    assert old in url
    assert send("PUT", url.replace(old, new), b"x")[0] == 403
    assert files.find_size("uploads/a/b") is None


@pytest.mark.parametrize("query", ["", "?X-Amz-Date=x", "?X-Amz-Date=20240131T090000Z&X-Amz-Expires=-1"])
def test_without_a_signature_nothing_is_given_or_taken(files: Files, query: str) -> None:
    files.put("uploads/a/b", io.BytesIO(b"1"))
    url = files.download_url("uploads/a/b", "x").partition("?")[0] + query
    assert send("GET", url)[0] == 403
    assert send("PUT", url, b"2")[0] == 403


def test_a_url_to_read_does_not_write_and_none_deletes(files: Files) -> None:
    files.put("uploads/a/b", io.BytesIO(b"1"))
    url = files.download_url("uploads/a/b", "x")
    assert send("PUT", url, b"2")[0] == 403
    assert send("DELETE", url)[0] == 405


@pytest.mark.parametrize(("seconds", "status"), [(-3_500, 200), (-3_700, 403), (+1_000, 403)])
def test_an_upload_has_an_hour_and_none_comes_from_the_future(settings: Settings, seconds: float, status: int) -> None:
    assert put(at(settings, seconds).upload_url("uploads/a/b"), b"x") == status


def test_an_upload_is_held_to_the_size_and_the_type_that_were_said(files: Files) -> None:
    upload = files.upload_url("uploads/a/b", size_bytes=3, media_type="text/csv")
    assert upload.headers == {"Content-Length": "3", "Content-Type": "text/csv"}
    assert send("PUT", upload.url, b"four", {"Content-Type": "text/csv"})[0] == 403
    assert send("PUT", upload.url, b"123", {"Content-Type": "text/html"})[0] == 403
    assert put(upload, b"123") == 200


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(files: Files) -> None:
    parts = urlsplit(files.upload_url("uploads/a/b").url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=TIMEOUT_SECONDS) as connection:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nExpect: 100-continue\r\n"
        connection.sendall(f"{head}Content-Length: {MAX_FILE_BYTES + 1}\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 413"
    assert files.find_size("uploads/a/b") is None


def test_an_upload_that_breaks_off_leaves_nothing(files: Files, tmp_path: Path) -> None:
    parts = urlsplit(files.upload_url("uploads/a/b").url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=TIMEOUT_SECONDS) as connection:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(f"{head}only this".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(12) == b"HTTP/1.1 400"
    assert files.find_size("uploads/a/b") is None
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["../outside", "uploads/../../outside", "uploads/.hidden", "uploads//x", "x\0y"])
def test_no_key_leads_out_of_the_folder(files: Files, tmp_path: Path, key: str) -> None:
    assert put(files.upload_url(key), b"x") in (400, 403, 404)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_store_that_nobody_runs_is_unavailable(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        elsewhere = replace(settings, files_endpoint=f"http://127.0.0.1:{taken.getsockname()[1]}/files")
        files = Files(elsewhere, CREDENTIALS)
        with pytest.raises(Unavailable):
            files.find_size("uploads/a/b")
        with pytest.raises(Unavailable):
            files.put("uploads/a/b", io.BytesIO(b"x"))


def test_a_store_that_does_not_know_us_is_unavailable(settings: Settings) -> None:
    stranger = Files(settings, CREDENTIALS | {"AWS_SECRET_ACCESS_KEY": "another"})
    with pytest.raises(Unavailable):
        stranger.find_size("uploads/a/b")


def test_a_signature_for_one_file_opens_no_other_whatever_the_host_header_says(files: Files) -> None:
    files.put("uploads/theirs/x", io.BytesIO(b"theirs"))
    parts = urlsplit(files.upload_url("uploads/mine/x").url)
    theirs = parts.path.replace("/mine/", "/theirs/")
    for host in (f"{parts.netloc}{parts.path}?", f"{parts.netloc}{parts.path}#", f"{parts.netloc}/.."):
        assert send("PUT", parts._replace(path=theirs).geturl(), b"mine", {"Host": host})[0] == 403
    with files.get("uploads/theirs/x") as kept:
        assert kept.read() == b"theirs"


def test_without_a_bucket_or_credentials_there_is_no_store(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="SKEP_FILES_BUCKET"):
        Files(NOWHERE, CREDENTIALS).upload_url("uploads/a/b")
    with pytest.raises(Unavailable):
        Files(settings, {}).upload_url("uploads/a/b")


def test_what_is_too_large_is_not_sent(files: Files, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb+") as file:
        file.truncate(MAX_FILE_BYTES + 1)
        with pytest.raises(TooLarge):
            files.put("uploads/a/b", file)


def test_what_is_older_than_a_week_is_gone_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with run_file_store(NOWHERE, folder) as settings:
        Files(settings, CREDENTIALS).put("uploads/a/b", io.BytesIO(b"x"))
    kept = folder / "skep" / "uploads" / "a" / "b"
    FileStore(folder, "/files", CREDENTIALS)
    assert kept.read_bytes() == b"x"
    days = local_files.KEPT_DAYS
    FileStore(folder, "/files", CREDENTIALS, clock=lambda: kept.stat().st_mtime + days * 86_400 + 1)
    assert not kept.exists()


def test_files_stand_below_the_stage_like_all_else(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", "/dev/files", CREDENTIALS)
    with Gateway([], {}, stage="dev", files=store) as gateway:
        below = replace(NOWHERE, region="eu-west-1", files_bucket="b", files_endpoint=f"{gateway.url}/files")
        Files(below, CREDENTIALS).put("x/y", io.BytesIO(b"1"))
        assert send("GET", gateway.url.removesuffix("/dev") + "/files/b/x/y")[0] == 404
    assert (tmp_path / "files" / "b" / "x" / "y").read_bytes() == b"1"


def test_on_aws_a_file_has_the_buckets_own_host() -> None:
    settings = replace(NOWHERE, region="eu-west-1", files_bucket="acme-skep-files")
    url = Files(settings, CREDENTIALS | {"AWS_SESSION_TOKEN": "t"}).download_url("exports/x", "x.csv")
    assert url.startswith("https://acme-skep-files.s3.eu-west-1.amazonaws.com/exports/x?")
    assert "X-Amz-Security-Token=t" in url
