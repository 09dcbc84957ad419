"""What a request's answer is expected to be, as lines of JavaScript for Postman's sandbox."""

from __future__ import annotations

import json

from tests.postman.calls import Lines

__all__ = [
    "change_set",
    "empty",
    "holds",
    "keep",
    "keep_header",
    "make_new",
    "one_of",
    "problem",
    "retry",
    "same_as",
    "sleep",
    "status",
    "test",
]


def test(sentence: str, *lines: str) -> Lines:
    """A named assertion."""
    said = json.dumps(sentence, ensure_ascii=False)
    if len(lines) == 1:
        return (f"pm.test({said}, () => {lines[0].rstrip(';')});",)
    return (f"pm.test({said}, () => {{", *(f"    {line}" for line in lines), "});")


test.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for one of its own


def status(code: int) -> Lines:
    """The status, and none but this."""
    return test(f"it answers {code}", f"pm.response.to.have.status({code})")


def one_of(*codes: int) -> Lines:
    """One of some statuses."""
    told = " or ".join(str(code) for code in codes)
    return test(f"it answers {told}", f"pm.expect(pm.response.code).to.be.oneOf({list(codes)})")


def holds(sentence: str, *lines: str) -> Lines:
    """Something about the JSON of the answer, which the lines call `body`."""
    return test(sentence, "const body = pm.response.json();", *lines)


def same_as(sent: dict[str, object], *, title: str) -> Lines:
    """The record holds what was sent. title: what its test is called. Amounts are compared as numbers."""
    lines = [f"const sent = JSON.parse(pm.variables.replaceIn({json.dumps(json.dumps(sent))}));"]
    lines += [
        "for (const [field, value] of Object.entries(sent)) {",
        r"    const amount = typeof value === 'string' && /^\d+\.\d+$/.test(value);",
        "    pm.expect(amount ? Number(body[field]) : body[field], field).to.eql(amount ? Number(value) : value);",
        "}",
    ]
    return holds(title, *lines)


def problem(code: int, name: str, *fields: str) -> Lines:
    """A problem document with this code name, whose errors name these fields."""
    lines = [f'pm.expect(body.code).to.equal("{name}");', "pm.expect(body.detail).to.be.a('string').that.is.not.empty;"]
    lines += [f'pm.expect(body.errors.map((error) => error.field)).to.include("{field}");' for field in fields]
    told = f"the problem is {name}" + (f" and names {', '.join(fields)}" if fields else "")
    return (
        *status(code),
        *test(
            "it is a problem document", "pm.expect(pm.response.headers.get('Content-Type')).to.include('problem+json')"
        ),
        *holds(told, *lines),
    )


def empty() -> Lines:
    """No body."""
    return test("the answer has no body", "pm.expect(pm.response.text()).to.equal('')")


def change_set() -> Lines:
    """A write's answer names its change set."""
    pattern = "/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/"
    return test("it names its change set", f"pm.expect(pm.response.headers.get('Change-Set')).to.match({pattern})")


def keep(variable: str, source: str) -> Lines:
    """Remembers something of the JSON answer. source: after `body`, such as .id."""
    return (f"if (pm.response.code < 300) pm.collectionVariables.set('{variable}', pm.response.json(){source});",)


def keep_header(variable: str, header: str) -> Lines:
    """Remembers a header."""
    return (
        f"if (pm.response.code < 300) pm.collectionVariables.set('{variable}', pm.response.headers.get('{header}'));",
    )


def make_new(variable: str, prefix: str) -> Lines:
    """Makes a value up that nothing else has, before the request."""
    made = f"'{prefix}-' + pm.variables.replaceIn('{{{{$guid}}}}').slice(0, 13)"
    return (f"pm.collectionVariables.set('{variable}', {made});",)


def sleep(counter: str, seconds: int) -> Lines:
    """Waits before every try but the first."""
    return (f"if (Number(pm.collectionVariables.get('{counter}'))) setTimeout(() => {{}}, {seconds * 1000});",)


def retry(counter: str, *, until: str, least: str, tries: int, sentence: str) -> Lines:
    """Sends the same request again until a condition holds, or the tries are used up.

    least: a condition that must hold at every try. Both are about `body`, undefined where the answer is no JSON.
    """
    return (
        "let body;",
        "try { body = pm.response.json(); } catch (error) { body = undefined; }",
        f"const tries = Number(pm.collectionVariables.get('{counter}')) + 1;",
        f"const done = {until};",
        f"pm.collectionVariables.set('{counter}', done ? 0 : tries);",
        f"if (!done && tries < {tries} && {least}) {{",
        "    pm.test('not yet: it is asked again', () => pm.expect(tries).to.be.above(0));",
        "    pm.execution.setNextRequest(pm.info.requestId);",
        "} else {",
        f"    pm.test({json.dumps(sentence)}, () => pm.expect(done, pm.response.text()).to.equal(true));",
        "}",
    )
