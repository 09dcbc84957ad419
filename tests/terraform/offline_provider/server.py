"""A process that Terraform talks to: gRPC over a unix socket, and a line on stdout that says where."""

from __future__ import annotations

import base64
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["Method", "NotATerminal", "serve", "serve_all"]

COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
"""What Terraform sets for its plugins, so that nobody starts one by hand and waits."""

OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
THREADS = 16
LONGEST_SOCKET = 100
PARENT = os.getppid()


class NotATerminal(Exception):
    """Started by hand: only Terraform can talk to it."""


class Method(NamedTuple):
    """One call of the protocol. request: the class of its message; answer: gives a message, or one as bytes."""

    request: Any
    answer: Callable[[Any], Any]


def serve(methods: Mapping[str, Method]) -> None:
    """Answers one Terraform until it says Shutdown or is gone. Raises NotATerminal."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        raise NotATerminal("this is a provider, which Terraform starts: see tests/terraform/offline_provider/mirror.py")
    server, socket = _make_server(methods)
    certificate, credentials = _identify()
    server.add_secure_port(f"unix://{socket}", credentials)
    server.start()
    _introduce("|".join(["1", "6", "unix", socket, "grpc", certificate]))
    _follow_parent(socket)


def serve_all(methods: Mapping[str, Method]) -> None:
    """Answers every Terraform that is told of it, until whoever started it is gone: the line says what to tell."""
    server, socket = _make_server(methods)
    server.add_insecure_port(f"unix://{socket}")  # the socket's folder is the user's own
    server.start()
    place = {"Network": "unix", "String": socket}
    _introduce(json.dumps({"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": place}))
    _follow_parent(socket)


def _make_server(methods: Mapping[str, Method]) -> tuple[Any, str]:
    """A server without a port yet, and the path of the socket to give it."""
    folder = tempfile.mkdtemp(prefix="skep-provider-")
    if len(folder) > LONGEST_SOCKET:  # a socket's path holds about a hundred characters
        shutil.rmtree(folder)
        folder = tempfile.mkdtemp(prefix="skep-provider-", dir="/tmp")
    socket = f"{folder}/provider"
    server = grpc.server(futures.ThreadPoolExecutor(THREADS), options=OPTIONS)
    server.add_generic_rpc_handlers((_handle("tfplugin6.Provider", methods), *_go_plugin(lambda: _end(socket))))
    return server, socket


def _introduce(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _handle(service: str, methods: Mapping[str, Method]) -> Any:
    return grpc.method_handlers_generic_handler(
        service, {name: _unary(method.request, method.answer) for name, method in methods.items()}
    )


def _unary(request: Any, answer: Callable[[Any], Any]) -> Any:
    return grpc.unary_unary_rpc_method_handler(
        lambda message, _context: answer(message),
        request_deserializer=request.FromString if request else None,
        response_serializer=lambda message: message if isinstance(message, bytes) else message.SerializeToString(),
    )


def _go_plugin(end: Callable[[], None]) -> Iterator[Any]:
    """What go-plugin itself asks for: to end, and whatever the process prints, which is nothing."""

    def shutdown(_message: bytes) -> bytes:
        threading.Timer(0.05, end).start()  # after the answer
        return b""

    def stream(_message: bytes, _context: Any) -> Iterator[bytes]:
        yield from ()  # ends: an open stream would hold one of the threads

    yield _handle("plugin.GRPCController", {"Shutdown": Method(None, shutdown)})
    yield grpc.method_handlers_generic_handler(
        "plugin.GRPCStdio", {"StreamStdio": grpc.unary_stream_rpc_method_handler(stream)}
    )


def _end(socket: str) -> None:
    """At once: Terraform kills a plugin that takes its time, and then nobody removes the folder."""
    shutil.rmtree(Path(socket).parent, ignore_errors=True)
    os._exit(0)


def _follow_parent(socket: str) -> None:
    """Ends with whoever started it: with a Terraform that was killed, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us as well, and Terraform has yet to stop in order
    signal.signal(signal.SIGTERM, lambda _number, _frame: _end(socket))
    while os.getppid() == PARENT:
        time.sleep(0.5)
    _end(socket)


def _identify() -> tuple[str, Any]:
    """A certificate for this one process, as go-plugin reads it, and what the server needs of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    credentials = grpc.ssl_server_credentials([(pem, certificate.public_bytes(serialization.Encoding.PEM))])
    der = certificate.public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode().rstrip("="), credentials
