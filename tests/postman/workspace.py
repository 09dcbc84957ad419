"""The folders of what spans tables: change sets, files and jobs, reports."""

from __future__ import annotations

from services.records.rest.openapi_files import XLSX
from services.registry import TABLES
from tests.postman import expect
from tests.postman.calls import NOBODY, Call, Folder
from tests.postman.records import create, delete
from tests.postman.samples import UNKNOWN_ID

__all__ = ["changes_folder", "files_folder", "reports_folder"]

SECTORS, OPPORTUNITIES = TABLES["sectors"], TABLES["opportunities"]
SECTOR = "/v1/sectors/{{sector_id}}"


def changes_folder() -> Folder:
    """What changed, and its undoing."""
    calls = (
        create(SECTORS, " that will change"),
        *_changing(),
        *_feeds(),
        *_told(),
        *_undoing(),
        delete(SECTORS, " that has changed"),
    )
    return Folder("change sets", "What changed is told, and taken back.", calls)


def _changing() -> tuple[Call, ...]:
    kept = expect.keep_header("change_set", "Change-Set")
    tests = (*expect.status(200), *expect.change_set(), *kept)
    return (Call("Rename a sector", "PATCH", SECTOR, tests, {"name": "{{sector_name}}-renamed"}),)


def _feeds() -> tuple[Call, ...]:
    first = (
        *expect.status(200),
        *expect.holds("it begins with one change", "pm.expect(body.items).to.have.lengthOf(1);"),
        *expect.keep("feed_cursor", ".next"),
    )
    following = expect.holds(
        "it goes on after it", "pm.expect(body.next).to.not.equal(pm.collectionVariables.get('feed_cursor'));"
    )
    return (
        Call("The feed of changes", "GET", "/v1/changes?limit=1", first),
        Call(
            "The feed of changes: what follows",
            "GET",
            "/v1/changes?limit=1&cursor={{feed_cursor}}",
            (*expect.status(200), *following),
        ),
        Call(
            "The feed of changes: no such cursor",
            "GET",
            "/v1/changes?cursor=yesterday",
            expect.problem(400, "bad_request"),
        ),
    )


def _told() -> tuple[Call, ...]:
    mine = "(one) => one.id === pm.collectionVariables.get('change_set')"
    listed = expect.holds(
        "the latest ones have ours",
        f"const ours = body.items.find({mine});",
        "pm.expect(ours.tables).to.eql(['sectors']);",
        "pm.expect(ours.records).to.equal(1);",
    )
    told = expect.holds(
        "it tells the name before and after",
        "const name = pm.collectionVariables.get('sector_name');",
        "pm.expect(body.changes).to.have.lengthOf(1);",
        "pm.expect(body.changes[0].changes.name).to.eql({ before: name, after: name + '-renamed' });",
    )
    unknown = f"/v1/change-sets/{UNKNOWN_ID}"
    return (
        Call("The latest change sets", "GET", "/v1/change-sets?limit=50", (*expect.status(200), *listed)),
        Call("A change set", "GET", "/v1/change-sets/{{change_set}}", (*expect.status(200), *told)),
        Call("A change set: there is no such", "GET", unknown, expect.problem(404, "not_found")),
    )


def _undoing() -> tuple[Call, ...]:
    path, key = "/v1/change-sets/{{change_set}}/undo", (("Idempotency-Key", "undo-{{change_set}}"),)
    undone = (
        *expect.status(200),
        *expect.change_set(),
        *expect.holds("nothing stood in the way", "pm.expect(body.conflict_count).to.equal(0);"),
    )
    again = expect.test("it says so", "pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true')")
    back = expect.holds(
        "it has its name again", "pm.expect(body.name).to.equal(pm.collectionVariables.get('sector_name'));"
    )
    unknown = f"/v1/change-sets/{UNKNOWN_ID}/undo"
    return (
        Call(
            "Undo a change set: an unknown way",
            "POST",
            path,
            expect.problem(422, "invalid", "conflicts"),
            {"conflicts": "perhaps"},
        ),
        Call("Undo a change set", "POST", path, undone, {"conflicts": "refuse"}, key),
        Call(
            "Undo a change set: the same request again", "POST", path, (*undone, *again), {"conflicts": "refuse"}, key
        ),
        Call("The sector after the undoing", "GET", SECTOR, (*expect.status(200), *back)),
        Call("Undo a change set: there is no such", "POST", unknown, expect.problem(404, "not_found")),
    )


def files_folder() -> Folder:
    """An upload, the job that imports it, and workbooks."""
    calls = (*_upload(), *_import(), *_job(), *_imported(), *_workbooks())
    return Folder("files and jobs", "A file is uploaded, a job imports it, and a workbook comes out.", calls)


def _upload() -> tuple[Call, ...]:
    kept = (*expect.keep("file_id", ".id"), *expect.keep("upload_url", ".upload.url"))
    told = expect.holds("it says how to upload", "pm.expect(body.upload.method).to.equal('PUT');")
    name = expect.make_new("sector_name", "postman")
    csv = (("Content-Type", "text/csv"),)
    return (
        Call("Ask for an upload: without a name", "POST", "/v1/files", expect.problem(422, "invalid", "name"), {}),
        Call(
            "Ask for an upload",
            "POST",
            "/v1/files",
            (*expect.status(201), *told, *kept),
            {"name": "sectors.csv", "type": "text/csv"},
            before=name,
        ),
        Call(
            "Upload a file",
            "PUT",
            "",
            expect.status(200),
            "name\n{{sector_name}}\n",
            csv,
            who=NOBODY,
            url="{{upload_url}}",
        ),
    )


def _import() -> tuple[Call, ...]:
    path = "/v1/sectors/import"
    accepted = (
        *expect.status(202),
        *expect.test(
            "Location leads to the job",
            "const place = '/v1/jobs/' + pm.response.json().id;",
            "pm.expect(pm.response.headers.get('Location').endsWith(place)).to.equal(true);",
        ),
        *expect.keep("job_id", ".id"),
        "pm.collectionVariables.set('tries', 0);",
    )
    return (
        Call(
            "Import an upload: there is no such",
            "POST",
            path,
            expect.problem(422, "invalid", "file"),
            {"file": UNKNOWN_ID},
        ),
        Call("Import an upload", "POST", path, accepted, {"file": "{{file_id}}", "apply": True}),
    )


def _job() -> tuple[Call, ...]:
    ended = "['done', 'failed', 'cancelled'].includes(body?.state)"
    done = (
        *expect.status(200),
        *expect.retry(
            "tries",
            until=f"{ended} && body.state === 'done' && body.result.created === 1",
            least=f"pm.response.code === 200 && !{ended}",
            tries=60,
            sentence="it is done, and has made one record",
        ),
    )
    job, unknown = "/v1/jobs/{{job_id}}", f"/v1/jobs/{UNKNOWN_ID}"
    return (
        Call("A job until it is done", "GET", job, done, before=expect.sleep("tries", 2)),
        Call("Cancel a job: it has ended", "POST", f"{job}/cancel", expect.problem(409, "conflict")),
        Call("A job: there is no such", "GET", unknown, expect.problem(404, "not_found")),
    )


def _imported() -> tuple[Call, ...]:
    found = (
        *expect.status(200),
        *expect.holds("it is there", "pm.expect(body.items).to.have.lengthOf(1);"),
        *expect.keep("sector_id", ".items[0].id"),
    )
    return (
        Call("Find what was imported", "GET", "/v1/sectors?q={{sector_name}}", found),
        delete(SECTORS, " that was imported"),
    )


def _workbooks() -> tuple[Call, ...]:
    path = "/v1/products/export?format=xlsx"
    book = expect.test("it is a workbook", "pm.expect(pm.response.text().slice(0, 2)).to.equal('PK')")
    as_text = (
        *expect.problem(406, "not_acceptable"),
        *expect.test("it says what to ask for", f"pm.expect(pm.response.headers.get('Accept')).to.equal('{XLSX}')"),
    )
    return (
        Call("Export a workbook", "POST", path, (*expect.status(200), *book), headers=(("Accept", XLSX),)),
        Call("Export a workbook: as text", "POST", path, as_text, headers=(("Accept", "text/csv"),)),
        Call(
            "Export: no such format",
            "POST",
            "/v1/products/export?format=pdf",
            expect.problem(422, "invalid", "format"),
        ),
    )


def reports_folder() -> Folder:
    """The pipeline counts a new opportunity, at the latest when the replica has it."""
    count = "body.stages.find((stage) => stage.stage === 'Engaging').count"
    before = (
        *expect.status(200),
        *expect.keep("engaging", ".stages.find((stage) => stage.stage === 'Engaging').count"),
        "pm.collectionVariables.set('tries', 0);",
    )
    after = (
        *expect.status(200),
        *expect.retry(
            "tries",
            until=f"pm.response.code === 200 && {count} > Number(pm.collectionVariables.get('engaging'))",
            least="pm.response.code === 200",
            tries=20,
            sentence="it counts one more opportunity",
        ),
    )
    path, why = "/v1/reports/pipeline", " for the report"
    parents = [TABLES["customers"], TABLES["products"]]
    calls = (
        *(create(table, why) for table in parents),
        Call("The pipeline", "GET", path, before),
        create(OPPORTUNITIES, why),
        Call("The pipeline with one more", "GET", path, after, before=expect.sleep("tries", 1)),
        Call(
            "The pipeline: an unknown parameter",
            "GET",
            f"{path}?colour=red",
            expect.problem(400, "bad_request", "colour"),
        ),
        *(delete(table, why) for table in (OPPORTUNITIES, *parents)),
    )
    return Folder("reports", "What reports compute follows the records.", calls)
