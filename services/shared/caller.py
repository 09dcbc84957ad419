"""Who is calling, and everything that is run in their name: each message begins with skep.act_as."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import psycopg2

from services.shared.database import Database, Row
from services.shared.errors import ConnectionLost, InProgress, KeyReused, NothingChanged, Unauthorized

__all__ = ["Build", "Caller", "Credential", "Identity", "Key", "Replay", "Runner", "Transaction"]

ACT_AS = "SELECT skep.act_as(%s, %s, %s, %s);"
CLAIM_KEY = "SELECT skep.claim_key(%s, %s);"
NOBODY, ROLE_CHANGED = "28000", "28001"
IDENTITIES_KEPT = 2_000

Build = Callable[[str], tuple[str, Sequence[Any]]]
"""Makes the statement and its parameters for a role."""


class Credential(NamedTuple):
    """What a caller showed. kind: client, session or iam; value: SHA-256 of the secret, or the ARN."""

    kind: str
    value: bytes

    @classmethod
    def from_secret(cls, kind: str, secret: str) -> Credential:
        """The credential of a client's key or of a session's token."""
        return cls(kind, hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest())

    @classmethod
    def from_arn(cls, arn: str) -> Credential:
        """The credential of an IAM caller, by the ARN that API Gateway vouches for, without path and session's name."""
        if ":assumed-role/" in arn:
            head, _, role = arn.partition(":assumed-role/")
            arn = f"{head.replace(':sts:', ':iam:')}:role/{role.split('/')[0]}"
        return cls("iam", arn.encode())


class Identity(NamedTuple):
    """Whom a credential stands for, as last seen: act_as has the last word in every transaction."""

    principal_id: str
    role: str
    person_id: str


class Key(NamedTuple):
    """An idempotency key and the SHA-256 of the request that it stands for."""

    name: str
    request_hash: bytes


class Replay(Exception):
    """The request was answered already. status, answer and change_set are as kept."""

    def __init__(self, status: int, answer: dict[str, Any], change_set: str) -> None:
        super().__init__("answered already")
        self.status, self.answer, self.change_set = status, answer, change_set


class Runner(Protocol):
    """What the engine runs statements with: a caller, one transaction a message, or one longer transaction."""

    @property
    def identity(self) -> Identity: ...

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Row]: ...

    def run_for_role(self, build: Build) -> list[Row]: ...

    def atomically(self) -> Any: ...


class _Identities:
    """The last identities seen, shared by the threads of an execution environment."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Credential, Identity] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, credential: Credential) -> Identity | None:
        return self._kept.get(credential)

    def keep(self, credential: Credential, identity: Identity) -> None:
        with self._lock:
            self._kept[credential] = identity
            while len(self._kept) > IDENTITIES_KEPT:
                self._kept.popitem(last=False)

    def forget(self, credential: Credential) -> None:
        with self._lock:
            self._kept.pop(credential, None)


_IDENTITIES = _Identities()


class Caller:
    """A principal at a door. Each message is one transaction and one round trip.

    door: rest, forms, import or honeycode, as the change log will say.
    """

    def __init__(self, database: Database, credential: Credential, door: str) -> None:
        self.database = database
        self.credential = credential
        self.door = door

    @property
    def identity(self) -> Identity:
        """Whom the credential stands for. Raises Unauthorized when it is nobody."""
        known = _IDENTITIES.find(self.credential)
        if known is None:
            rows = self.database.run(
                "SELECT principal_id, role, person_id FROM skep.identify(%s, %s)",
                (self.credential.kind, self.credential.value),
            )
            if not rows:
                raise Unauthorized()
            known = Identity(*rows[0])
            _IDENTITIES.keep(self.credential, known)
        return known

    def refresh(self) -> Identity:
        """The identity as it is now, for who decides by it what to offer. Raises Unauthorized."""
        _IDENTITIES.forget(self.credential)
        return self.identity

    @property
    def known_id(self) -> str | None:
        """The principal's id if it is known already, for the log line."""
        known = _IDENTITIES.find(self.credential)
        return known.principal_id if known is not None else None

    def prefix(self, role: str | None) -> tuple[Any, ...]:
        """The parameters of ACT_AS."""
        return (self.credential.kind, self.credential.value, role, self.door)

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Row]:
        """Runs a statement in the caller's name. Raises as Database.run does, and Unauthorized."""
        return self._run(statement, params, None, write)

    def run_for_role(self, build: Build) -> list[Row]:
        """Runs a read that is made for the caller's role, made anew once if the role has changed meanwhile."""
        try:
            role = self.identity.role
            return self._run(*build(role), role, False)
        except psycopg2.OperationalError as error:
            if error.pgcode != ROLE_CHANGED:
                raise
            _IDENTITIES.forget(self.credential)
        role = self.identity.role
        return self._run(*build(role), role, False)

    def _run(self, statement: str, params: Sequence[Any], role: str | None, write: bool) -> list[Row]:
        with self.known():
            return self.database.run(ACT_AS + statement, (*self.prefix(role), *params), write=write)

    @contextmanager
    def known(self) -> Iterator[None]:
        """Turns the database's 28000 into Unauthorized."""
        try:
            yield
        except psycopg2.OperationalError as error:
            if error.pgcode != NOBODY:
                raise
            _IDENTITIES.forget(self.credential)
            raise Unauthorized() from error

    def atomically(self, key: Key | None = None) -> Any:
        """A context in which several statements are one transaction, committed at its end, undone by an error."""
        return _transaction(self, key)


class Transaction:
    """One transaction of a caller, begun with its first statement. Claims its idempotency key first."""

    def __init__(self, caller: Caller, key: Key | None) -> None:
        self.caller = caller
        self._key = key
        self._begun = False
        self._role: str | None = None
        self._answer: tuple[int, str] | None = None

    @property
    def identity(self) -> Identity:
        """Whom the caller's credential stands for."""
        return self.caller.identity

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Row]:
        """Runs a statement in this transaction. Raises Replay, KeyReused or InProgress at the first one.

        A connection that dies meanwhile raises NothingChanged: only commit leaves that open.
        """
        # pylint: disable=unused-argument  # nothing is sent twice, whatever `write` says
        try:
            return self._run(statement, params)
        except ConnectionLost as error:
            raise NothingChanged() from error

    def _run(self, statement: str, params: Sequence[Any]) -> list[Row]:
        database = self.caller.database
        if self._begun:
            return database.run(statement, params, write=True)
        begin = "BEGIN;" + ACT_AS
        before: tuple[Any, ...] = self.caller.prefix(None)
        if self._key is not None:
            begin += CLAIM_KEY
            before += (self._key.name, self._key.request_hash)
        self._begun = True
        with self.caller.known(), _key_errors():
            return database.run(begin + statement, (*before, *params), write=True)

    def run_for_role(self, build: Build) -> list[Row]:
        """Runs a statement made for the role that the caller has in this transaction."""
        if self._role is None:
            self._role = str(self.run("SELECT (skep.me()).role")[0][0])
        return self.run(*build(self._role))

    @contextmanager
    def atomically(self) -> Iterator[Transaction]:
        """This transaction itself."""
        yield self

    def keep(self, status: int, answer: dict[str, Any]) -> None:
        """Keeps the answer under the key, in the message that commits."""
        self._answer = (status, json.dumps(answer))

    def commit(self) -> None:
        """Commits. Raises ConnectionLost when nobody knows whether it did, NothingChanged when nothing is left."""
        if not self._begun:
            return
        if not self.caller.database.in_transaction():
            raise NothingChanged()  # a statement has failed, and somebody went on regardless: COMMIT would undo all
        if self._key is not None and self._answer is not None:
            self.caller.database.run(
                "SELECT skep.keep_answer(%s, %s, %s); COMMIT", (self._key.name, *self._answer), write=True
            )
        else:
            self.caller.database.run("COMMIT", write=True)


@contextmanager
def _transaction(caller: Caller, key: Key | None) -> Iterator[Transaction]:
    transaction = Transaction(caller, key)
    try:
        yield transaction
        transaction.commit()
    except BaseException:
        caller.database.roll_back()
        raise


@contextmanager
def _key_errors() -> Iterator[None]:
    try:
        yield
    except psycopg2.Error as error:
        if error.pgcode == "SK001":
            kept = json.loads(error.diag.message_detail or "{}")
            raise Replay(kept["status"], kept["answer"], kept["change_set"]) from error
        if error.pgcode == "SK002":
            raise KeyReused() from error
        if error.pgcode == "55P03":
            raise InProgress(headers={"Retry-After": "1"}) from error
        raise
