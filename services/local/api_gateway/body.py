"""Reads the body of an HTTP/1.1 request, by Content-Length or in chunks (RFC 9112, 6 and 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase

from services.local.api_gateway.messages import RequestTimeout
from services.local.api_gateway.proxy_event import MAX_BODY_BYTES
from services.shared.errors import BadRequest, TooLarge

#: How much of a refused body is read and thrown away before the connection is closed.
MAX_DRAINED_BYTES = 64 * 1024 * 1024

_MAX_LINE_BYTES = 4096
_MAX_TRAILERS = 100
_PIECE_BYTES = 65_536
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;[^\r\n]*)?\r?\n")


class BodyReader:
    """The body of one request; `read` it, or its `pieces`, and `drain` what is left after a refusal."""

    def __init__(self, headers: Message, stream: BufferedIOBase, limit_bytes: int = MAX_BODY_BYTES) -> None:
        self._headers = headers
        self._stream = stream
        self._limit_bytes = limit_bytes
        self._is_endless = False

    def is_too_long(self) -> bool:
        """Return whether Content-Length alone is above the limit, by default API Gateway's."""
        return self._get_declared() > self._limit_bytes

    def _get_declared(self) -> int:
        text = self._headers.get("Content-Length", "")
        return int(text) if text.isdecimal() and len(text) <= 18 else 0

    def read(self) -> bytes:
        """Return the whole body. Raises BadRequest, TooLarge, RequestTimeout."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Give the body piece by piece. Raises BadRequest, TooLarge, RequestTimeout."""
        lengths = {value.strip() for value in self._headers.get_all("Content-Length", [])}
        coding = self._headers.get_all("Transfer-Encoding", [])
        if coding and lengths:
            raise BadRequest("Send Content-Length or Transfer-Encoding, not both.")
        if coding and [value.strip().lower() for value in coding] != ["chunked"]:
            raise BadRequest("The only Transfer-Encoding that is understood is chunked.")
        try:
            yield from self._chunks() if coding else self._length(lengths)
        except TimeoutError as error:
            raise RequestTimeout from error

    def _length(self, lengths: set[str]) -> Iterator[bytes]:
        if not lengths:
            return
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise BadRequest("Content-Length is not one number.")
        if int(text) > self._limit_bytes:
            raise self._too_large()
        yield from self._read(int(text), "The body is shorter than Content-Length says.")

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while (size := self._read_size()) > 0:
            total += size
            if total > self._limit_bytes:
                # The end can't be seen from here: drain whatever comes, as far as we ever do.
                self._is_endless = True
                raise self._too_large()
            yield from self._read(size, "The body ends in the middle of a chunk.")
            if self._stream.readline(3) not in (b"\r\n", b"\n"):
                raise BadRequest("A chunk of the body has not the length that it says.")
        for _ in range(_MAX_TRAILERS):
            if self._stream.readline(_MAX_LINE_BYTES) in (b"\r\n", b"\n", b""):
                return
        raise BadRequest("There are too many trailers after the body.")

    def _read(self, length: int, sentence: str) -> Iterator[bytes]:
        while length > 0:
            piece = self._stream.read(min(length, _PIECE_BYTES))
            if not piece:
                raise BadRequest(sentence)
            length -= len(piece)
            yield piece

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The request is larger than {self._limit_bytes // 1_000_000} MB.")

    def _read_size(self) -> int:
        match = _CHUNK_SIZE.fullmatch(self._stream.readline(_MAX_LINE_BYTES))
        if match is None:
            raise BadRequest("The size of a chunk can't be read.")
        return int(match[1], 16)

    def drain(self, limit_bytes: int) -> None:
        """Read and forget the rest of a refused body, up to `limit_bytes`."""
        left = limit_bytes if self._is_endless else min(self._get_declared(), limit_bytes)
        try:
            while left > 0 and (piece := self._stream.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
        except OSError:
            pass  # the client has gone, or waits for us
