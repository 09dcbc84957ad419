"""A person with a browser that knows no JavaScript: it reads pages, fills forms and follows redirects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"


@dataclass
class Form:
    """A form of a page, with what its fields hold."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What a field holds."""
        return dict(self.fields)[name]

    def filled(self, changes: dict[str, str | None]) -> list[tuple[str, str]]:
        """The fields as sent, with some changed; None leaves one out."""
        kept = [(n, v) for n, v in self.fields if n not in changes]
        return kept + [(n, v) for n, v in changes.items() if v is not None]


class _Reader(HTMLParser):
    """Collects forms, links, labels and text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "input" and "name" in given and self.forms:
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].fields.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select = given["name"]
            self.forms[-1].fields.append((given["name"], ""))
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1].fields[-1] = (self._select, given["value"])
        elif tag == "textarea":
            self._textarea = given["name"]
            self.forms[-1].fields.append((given["name"], ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[-1] = (self._textarea, data.removeprefix("\n"))
        self.words += data.split()


@dataclass
class Page:
    """An answer, read."""

    answer: TestResponse
    status: int
    path: str

    def __post_init__(self) -> None:
        reader = _Reader()
        self.html = self.answer.get_data(as_text=True)
        reader.feed(self.html)
        self.forms, self.links, self.tags = reader.forms, reader.links, reader.tags
        self.text = " ".join(reader.words)

    def form(self, ending: str) -> Form:
        """The form whose action ends so."""
        return next(f for f in self.forms if f.action.endswith(ending))

    def has_form(self, ending: str) -> bool:
        """Whether there is such a form."""
        return any(f.action.endswith(ending) for f in self.forms)

    def tag(self, tag_name: str, /, **attributes: str) -> dict[str, str]:
        """The attributes of the first tag that has these."""
        return next(given for tag, given in self.tags if tag == tag_name and attributes.items() <= given.items())


class Browser:
    """One person's browser. root: the path that the application stands under."""

    def __init__(self, app: Flask, root: str = "") -> None:
        self.client = app.test_client()
        self.root = root

    def get(self, path: str, *, follow: bool = True) -> Page:
        """A page."""
        return self._read(self.client.get(path, base_url=f"http://localhost{self.root}"), path, follow)

    def post(self, path: str, fields: Iterable[tuple[str, str]], *, follow: bool = True) -> Page:
        """Sends fields to a path."""
        pairs: dict[str, list[str]] = {}
        for name, value in fields:
            pairs.setdefault(name, []).append(value)
        answer = self.client.post(path, data=pairs, base_url=f"http://localhost{self.root}")
        return self._read(answer, path, follow)

    def submit(self, form: Form, *, follow: bool = True, **changes: str | None) -> Page:
        """Sends a form with some fields changed."""
        return self.post(form.action.removeprefix(self.root), form.filled(changes), follow=follow)

    def make(self, table: str, **values: str) -> Page:
        """Sends the form for a new record."""
        form = self.get(f"/tables/{table}/new").form("/new")
        return self.post(f"/tables/{table}/new", form.filled({**values}))

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        """Signs a person of the world in."""
        form = self.get("/sign-in").form("/sign-in")
        return self.submit(form, email=f"{name}@example.com", password=password)

    def _read(self, answer: TestResponse, path: str, follow: bool) -> Page:
        if follow and answer.status_code == 303:
            return self.get(answer.headers["Location"].removeprefix(self.root), follow=True)
        return Page(answer, answer.status_code, path)
