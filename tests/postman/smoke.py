"""The folder `smoke`: whether a deployment is alive and whole. It reads only, so it may run anywhere."""

from __future__ import annotations

from services.registry import TABLES
from tests.postman import expect
from tests.postman.calls import NOBODY, Call, Folder, Lines

__all__ = ["smoke_folder"]


def smoke_folder() -> Folder:
    """Every service answers, keys are asked for, and the release is the one that was meant."""
    lists = [
        Call(f"Every table answers: {name}", "GET", f"/v1/{name}?limit=1", (*expect.status(200), *_page()))
        for name in TABLES
    ]
    calls = (*_public(), *_closed(), *lists, *_rest())
    return Folder("smoke", "Reads only. Run after every deployment, with the key of any client.", calls)


def _page() -> Lines:
    return expect.holds("it is a page of one record at most", "pm.expect(body.items).to.have.lengthOf.at.most(1);")


def _public() -> tuple[Call, ...]:
    healthy = expect.holds("the database answers", "pm.expect(body.status).to.equal('ok');")
    release = expect.holds(
        "it is the release that was asked for, where one was",
        "const asked = pm.variables.get('release');",
        "if (asked) pm.expect(body.release).to.equal(asked);",
        "pm.expect(body.release).to.be.a('string');",
    )
    described = expect.holds(
        "it describes Skep in OpenAPI 3.1",
        "pm.expect(body.openapi).to.match(/^3[.]1[.]/);",
        "pm.expect(body.info.title).to.equal('Skep');",
        "pm.expect(Object.keys(body.paths)).to.not.be.empty;",
    )
    page = expect.test(
        "it is a page with a form",
        "pm.expect(pm.response.headers.get('Content-Type')).to.include('text/html');",
        "pm.expect(pm.response.text()).to.include('<form');",
    )
    return (
        Call("Health", "GET", "/v1/health", (*expect.status(200), *healthy), who=NOBODY),
        Call("Version", "GET", "/v1/version", (*expect.status(200), *release), who=NOBODY),
        Call("OpenAPI document", "GET", "/v1/openapi.json", (*expect.status(200), *described), who=NOBODY),
        Call("Sign-in page", "GET", "/sign-in", (*expect.status(200), *page), who=NOBODY),
    )


def _closed() -> tuple[Call, ...]:
    no_records = expect.test("it gives no records away", "pm.expect(pm.response.json()).to.not.have.property('items')")
    known = expect.test(
        "it is refused as this door refuses",
        "const expected = pm.variables.get('unknown_key_status');",
        "pm.expect(expected ? [Number(expected)] : [401, 403]).to.include(pm.response.code);",
    )
    unknown = (("x-api-key", "skp_0123456789ab_nobodyhasthiskeyatall"),)
    return (
        Call("Without a key", "GET", "/v1/customers", (*expect.problem(403, "forbidden"), *no_records), who=NOBODY),
        Call("With an unknown key", "GET", "/v1/customers", (*known, *no_records), headers=unknown, who=NOBODY),
        Call("Without a signature", "GET", "/iam/v1/customers", expect.one_of(403, 404), who=NOBODY),
        Call("An unknown path", "GET", "/v1/no-such-thing", expect.problem(404, "not_found")),
    )


def _rest() -> tuple[Call, ...]:
    changes = expect.holds("it is a page of one at most", "pm.expect(body.items).to.have.lengthOf.at.most(1);")
    stages = expect.holds(
        "every stage has its count",
        "pm.expect(body.stages).to.not.be.empty;",
        "for (const stage of body.stages) pm.expect(stage.count).to.be.at.least(0);",
    )
    return (
        Call("Changes", "GET", "/v1/changes?limit=1", (*expect.status(200), *changes)),
        Call("Change sets", "GET", "/v1/change-sets?limit=1", (*expect.status(200), *changes)),
        Call("Pipeline report", "GET", "/v1/reports/pipeline", (*expect.status(200), *stages)),
    )
