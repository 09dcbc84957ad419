"""What happens behind the gateway: Postgres, files, queues, the clock."""

from __future__ import annotations

import io
import json
import os
from typing import Any

from openpyxl import Workbook, load_workbook

from services.local.cloud.plan import NAME
from tests.cloud.cloud import Answer, Cloud, send, wait_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_what_is_posted_stands_in_postgres(cloud: Cloud) -> None:
    made = cloud.ask_json("POST", "/v1/customers", {"company": "Read Back Ltd", "revenue": "12.50", "currency": "EUR"})

    assert made.status == 201, made.body
    rows = cloud.sql("SELECT company, revenue::text, currency FROM customers WHERE id = %s", (made.json["id"],))
    assert rows == [("Read Back Ltd", "12.500", "EUR")]


def upload(cloud: Cloud, name: str, content: bytes) -> str:
    """Uploads a file through a presigned request and gives its id."""
    made = cloud.ask_json("POST", "/v1/files", {"name": name, "size_bytes": len(content)})
    assert made.status == 201, made.body
    request = made.json["upload"]
    put = send(request["method"], request["url"], content, request["headers"])
    assert put.status == 200, put.body
    return str(made.json["id"])


def finish(cloud: Cloud, accepted: Answer) -> dict[str, Any]:
    """The job as it ended."""
    assert accepted.status == 202, accepted.body

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = cloud.get(f"/v1/jobs/{accepted.json['id']}").json
        return job if job["state"] not in ("queued", "running") else None

    return wait_for(look, 180)


def test_an_import_and_an_export_beyond_5000_lines_go_through_s3_sqs_and_automations(cloud: Cloud) -> None:
    lines = ["company,size", *(f"Long Import {number:05},{number}" for number in range(6_000))]
    file_id = upload(cloud, "customers.csv", "\n".join(lines).encode())

    accepted = cloud.ask_json("POST", "/v1/customers/import", {"file": file_id, "apply": True})
    job = finish(cloud, accepted)

    assert accepted.headers["location"].endswith(f"/v1/jobs/{accepted.json['id']}")
    assert job["state"] == "done", job
    rows = cloud.sql("SELECT count(*), sum(size) FROM customers WHERE company LIKE 'Long Import %%'")
    assert rows == [(6_000, sum(range(6_000)))]
    # The clock would have had it done, too, up to a minute later.
    wait_for(lambda: '"messages":{"done":1}' in cloud.place.log.read_text(encoding="utf-8"))

    job = finish(cloud, cloud.ask("POST", "/v1/customers/export?q=Long+Import&format=xlsx", key=cloud.key))

    assert job["state"] == "done", job
    file = send("GET", job["result"]["url"])
    sheet = load_workbook(io.BytesIO(file.body), read_only=True).worksheets[0]
    assert len(list(sheet.rows)) == 6_001


def test_a_workbook_in_a_request_arrives_byte_for_byte(cloud: Cloud) -> None:
    book = Workbook()
    sheet = book.create_sheet("Customers", 0)
    sheet.append(["company"])
    sheet.append(["Compressed & Sons"])
    content = io.BytesIO()
    book.save(content)

    answer = cloud.ask("POST", "/v1/customers/import?apply=true", content.getvalue(), key=cloud.key, content_type=XLSX)

    assert answer.status == 200, answer.body
    assert cloud.sql("SELECT count(*) FROM customers WHERE company = 'Compressed & Sons'") == [(1,)]


def test_a_file_of_any_bytes_comes_back_from_s3_as_it_was(cloud: Cloud) -> None:
    content = os.urandom(300_000)
    s3, bucket = cloud.aws("s3"), cloud.bucket("files")
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "bytes"}, ExpiresIn=60)
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "bytes"}, ExpiresIn=60)

    assert send("PUT", put, content).status == 200

    assert send("GET", get).body == content


def die(cloud: Cloud, job: str) -> None:
    """Sends a message that names a job, and waits until it is in the dead-letter queue."""
    sqs, url, dead = cloud.aws("sqs"), cloud.queue_url("work"), cloud.queue_url("work-dead")
    seconds = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})  # else three quarters of an hour
    poison = json.dumps({"task": "jobs", "job": job})

    def look() -> bool:
        messages = sqs.receive_message(QueueUrl=dead).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        return poison in [message["Body"] for message in messages]

    try:
        sqs.send_message(QueueUrl=url, MessageBody=poison)
        wait_for(look)
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=seconds)


def test_a_message_that_nobody_can_read_ends_in_the_dead_letter_queue(cloud: Cloud) -> None:
    die(cloud, "not a job")


def test_the_message_of_a_job_that_its_workers_never_survive_ends_there_and_the_job_says_why(cloud: Cloud) -> None:
    file_id = upload(cloud, "poison.csv", b"company\nPoison Ltd")
    job = finish(cloud, cloud.ask_json("POST", "/v1/customers/import", {"file": file_id}))["id"]
    # As three workers leave it that died in the middle, one after the other.
    cloud.sql(
        "UPDATE skep.jobs SET state = 'running', attempts = 3, result = NULL, finished_at = NULL,"
        " heartbeat_at = now() - interval '1 hour' WHERE id = %s RETURNING id",
        (job,),
    )

    die(cloud, job)

    told = cloud.get(f"/v1/jobs/{job}").json
    assert (told["state"], told["error"]["code"], told["error"]["attempts"]) == ("failed", "interrupted", 3)
    assert told["error"]["detail"]


def test_the_clock_calls_automations_each_minute(cloud: Cloud) -> None:
    schedules = cloud.aws("scheduler").list_schedules()["Schedules"]

    assert {schedule["Name"].rpartition("-")[2] for schedule in schedules} == {"jobs", "keys", "maintain"}
    wait_for(lambda: '"task":"jobs"' in cloud.place.log.read_text(encoding="utf-8"), 90)


def test_each_function_runs_a_published_version_of_the_image_that_was_pushed(cloud: Cloud) -> None:
    functions, ecr = cloud.aws("lambda"), cloud.aws("ecr")

    for function in functions.list_functions()["Functions"]:
        name = function["FunctionName"]
        service = name.removeprefix(f"{NAME}-")
        alias = functions.get_alias(FunctionName=name, Name="live")
        code = functions.get_function(FunctionName=name, Qualifier="live")["Code"]
        pushed = ecr.describe_images(repositoryName=f"skep/{service}")["imageDetails"]
        assert (alias["FunctionVersion"], code["ImageUri"].rpartition("@")[2]) == ("1", pushed[0]["imageDigest"])


def test_the_database_is_an_rds_instance_whose_master_password_is_a_secret(cloud: Cloud) -> None:
    instance = cloud.aws("rds").describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]
    secrets = cloud.aws("secretsmanager")
    names = [secret["Name"] for secret in secrets.list_secrets()["SecretList"]]

    assert (instance["DBInstanceStatus"], instance["StorageEncrypted"]) == ("available", True)
    assert [json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])["username"] for name in names]
    assert cloud.sql("SELECT current_user::text, inet_server_port()") == [("skep_owner", 5432)]
