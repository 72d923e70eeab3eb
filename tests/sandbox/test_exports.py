"""Mailbox exports as boto3 sees them: time is moved, the zip is opened."""

import email
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.sandbox.clock import DAY, HOUR
from console.sandbox.fixtures import ADA, BO, BUCKET, CY, KEY, ROLE, TestSandbox
from tests.sandbox.refusals import refused

LONG = 60.0  # more than any export takes


def start(sandbox: TestSandbox, entity: str = ADA, **params: Any) -> str:
    request = {
        "ClientToken": f"token-{entity}-{len(sandbox.store.export_jobs)}",
        "EntityId": entity,
        "RoleArn": ROLE,
        "KmsKeyArn": KEY,
        "S3BucketName": BUCKET,
        "S3Prefix": "exports/2026",
    }
    return str(sandbox.call("StartMailboxExportJob", **{**request, **params})["JobId"])


def describe(sandbox: TestSandbox, job: str) -> dict[str, Any]:
    return sandbox.call("DescribeMailboxExportJob", JobId=job)


def listed(sandbox: TestSandbox) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = sandbox.call("ListMailboxExportJobs")["Jobs"]
    return jobs


def body(sandbox: TestSandbox, key: str) -> bytes:
    return bytes(sandbox.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


@pytest.fixture(autouse=True)
def _standing(sandbox: TestSandbox) -> None:
    sandbox.clock.freeze()


class TestAnExport:
    def test_advances_with_the_clock(self, sandbox: TestSandbox) -> None:
        job = start(sandbox)
        seen = []
        while describe(sandbox, job)["State"] == "RUNNING":
            seen.append(describe(sandbox, job)["EstimatedProgress"])
            sandbox.clock.advance(1)
        assert seen == sorted(set(seen))
        assert seen[0] == 0
        assert seen[-1] < 100
        assert describe(sandbox, job)["EstimatedProgress"] == 100

    def test_writes_one_zip_of_real_mail(self, sandbox: TestSandbox) -> None:
        job = start(sandbox)
        sandbox.clock.advance(LONG)
        path = describe(sandbox, job)["S3Path"]
        assert path == f"exports/2026/{job}.zip"
        with zipfile.ZipFile(io.BytesIO(body(sandbox, path))) as archive:
            names = archive.namelist()
            inbox = [name for name in names if name.startswith("Inbox/")]
            message = email.message_from_bytes(archive.read(inbox[0]))
        assert {name.rpartition(".")[2] for name in names} == {"eml", "ics"}
        assert message["From"]

    def test_writes_a_log_that_fits_the_zip(self, sandbox: TestSandbox) -> None:
        job = start(sandbox)
        sandbox.clock.advance(LONG)
        content = body(sandbox, f"exports/2026/{job}.zip")
        log = json.loads(body(sandbox, f"exports/2026/{job}.json"))
        assert all(isinstance(value, str) for value in log.values())
        assert log["sha384Hash"] == hashlib.sha384(content).hexdigest()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert int(log["totalMessages"]) == len(archive.namelist())
            assert int(log["totalBytes"]) == sum(each.file_size for each in archive.infolist())
        assert log.keys() == {
            "totalNonExportableItems",
            "totalMessages",
            "sha384Hash",
            "totalBytes",
            "totalFolders",
            "startTime",
            "endTime",
        }

    def test_takes_longer_for_a_larger_mailbox(self, sandbox: TestSandbox) -> None:
        sizes, ends = {}, {}
        for entity in (ADA, BO):
            sizes[entity] = sandbox.call("GetMailboxDetails", UserId=entity)["MailboxSize"]
            job = start(sandbox, entity)
            sandbox.clock.advance(LONG)
            shown = describe(sandbox, job)
            ends[entity] = shown["EndTime"] - shown["StartTime"]
        assert (sizes[ADA] < sizes[BO]) == (ends[ADA] < ends[BO])

    def test_of_a_new_mailbox_is_an_empty_zip(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@example.com")
        job = start(sandbox, CY)
        sandbox.clock.advance(LONG)
        with zipfile.ZipFile(io.BytesIO(body(sandbox, f"exports/2026/{job}.zip"))) as archive:
            assert archive.namelist() == []

    def test_fails_without_its_bucket(self, sandbox: TestSandbox) -> None:
        job = start(sandbox, S3BucketName="no-such-bucket")
        assert describe(sandbox, job)["State"] == "RUNNING"
        sandbox.clock.advance(2)
        shown = describe(sandbox, job)
        assert shown["State"] == "FAILED"
        assert "no-such-bucket" in shown["ErrorInfo"]
        assert "EndTime" in shown

    def test_fails_with_a_bucket_of_another_region(self, sandbox: TestSandbox) -> None:
        place = {"LocationConstraint": "eu-west-1"}
        sandbox.client("s3", region="eu-west-1").create_bucket(
            Bucket="irish-exports", CreateBucketConfiguration=place
        )
        job = start(sandbox, S3BucketName="irish-exports")
        sandbox.clock.advance(2)
        assert "eu-west-1" in describe(sandbox, job)["ErrorInfo"]

    @pytest.mark.parametrize("entity", [CY, "nobody", "staff"])
    def test_needs_a_mailbox(self, sandbox: TestSandbox, entity: str) -> None:
        sandbox.group("staff")
        with refused("EntityNotFoundException"):
            start(sandbox, entity)

    @pytest.mark.parametrize("wrong", [{"S3Prefix": "a b"}, {"RoleArn": "x" * 30}, {"S3BucketName": "a_b"}])
    def test_holds_input_to_the_model(self, sandbox: TestSandbox, wrong: dict[str, str]) -> None:
        with refused("InvalidParameterException"):
            start(sandbox, **wrong)


class TestAClientToken:
    def test_starts_one_job_however_often(self, sandbox: TestSandbox) -> None:
        first = start(sandbox, ClientToken="once")
        sandbox.clock.advance(LONG)
        assert start(sandbox, ClientToken="once") == first
        assert len(listed(sandbox)) == 1

    def test_is_refused_for_anything_else(self, sandbox: TestSandbox) -> None:
        start(sandbox, ClientToken="once")
        with refused("InvalidParameterException"):
            start(sandbox, BO, ClientToken="once")


class TestLimits:
    def test_ten_run_in_an_organization(self, sandbox: TestSandbox) -> None:
        names = [sandbox.enabled_user(f"person{number}").entity_id for number in range(11)]
        first = start(sandbox, names[0])
        for name in names[1:10]:
            start(sandbox, name)
        with refused("LimitExceededException"):
            start(sandbox, names[10])
        sandbox.call("CancelMailboxExportJob", JobId=first, ClientToken="stop")
        start(sandbox, names[10])

    def test_a_mailbox_is_exported_once_in_24_hours(self, sandbox: TestSandbox) -> None:
        start(sandbox)
        sandbox.clock.advance(23 * HOUR)
        with refused("LimitExceededException"):
            start(sandbox, "ada@example.com")
        sandbox.clock.advance(HOUR)
        start(sandbox)

    def test_a_failed_one_does_not_count(self, sandbox: TestSandbox) -> None:
        start(sandbox, S3BucketName="no-such-bucket")
        sandbox.clock.advance(2)
        start(sandbox)


class TestCancelMailboxExportJob:
    def test_stops_a_job_where_it_is(self, sandbox: TestSandbox) -> None:
        job = start(sandbox)
        sandbox.clock.advance(3)
        reached = describe(sandbox, job)["EstimatedProgress"]
        sandbox.call("CancelMailboxExportJob", JobId=job, ClientToken="stop")
        sandbox.clock.advance(LONG)
        shown = describe(sandbox, job)
        assert (shown["State"], shown["EstimatedProgress"]) == ("CANCELLED", reached)
        assert sandbox.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0

    def test_comes_too_late_for_a_job_that_is_nearly_done(self, sandbox: TestSandbox) -> None:
        job = start(sandbox)
        record = sandbox.store.export_jobs.get(job)
        assert record is not None
        sandbox.clock.advance(record.seconds - 0.01)
        sandbox.call("CancelMailboxExportJob", JobId=job, ClientToken="stop")
        sandbox.clock.advance(1)
        assert describe(sandbox, job)["State"] == "COMPLETED"

    def test_knows_no_other_job(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call("CancelMailboxExportJob", JobId="nothing", ClientToken="stop")


class TestListMailboxExportJobs:
    def test_shows_less_than_a_description(self, sandbox: TestSandbox) -> None:
        job = start(sandbox, Description="wm-export:7")
        shown, whole = listed(sandbox)[0], describe(sandbox, job)
        assert shown["Description"] == "wm-export:7"
        assert {"RoleArn", "KmsKeyArn", "S3Prefix"} == whole.keys() - shown.keys()
        assert {**whole, "JobId": job}.items() >= shown.items()

    def test_forgets_after_seven_days_what_a_description_still_knows(self, sandbox: TestSandbox) -> None:
        old = start(sandbox)
        sandbox.clock.advance(7 * DAY)
        new = start(sandbox, BO)
        assert [job["JobId"] for job in listed(sandbox)] == [new]
        assert describe(sandbox, old)["State"] == "COMPLETED"

    def test_pages_from_the_newest(self, sandbox: TestSandbox) -> None:
        jobs = []
        for number in range(5):
            jobs.append(start(sandbox, sandbox.enabled_user(f"person{number}").entity_id))
            sandbox.clock.advance(1)
        seen: list[str] = []
        token: dict[str, Any] = {}
        for _ in range(3):
            page = sandbox.call("ListMailboxExportJobs", MaxResults=2, **token)
            seen += [job["JobId"] for job in page["Jobs"]]
            token = {"NextToken": page.get("NextToken")}
        assert seen == jobs[::-1]


def test_the_bucket_is_a_bucket(sandbox: TestSandbox) -> None:
    job = start(sandbox)
    sandbox.clock.advance(LONG)
    describe(sandbox, job)
    listing = sandbox.s3.list_objects_v2(Bucket=BUCKET, Prefix="exports/")["Contents"]
    assert {each["Key"] for each in listing} == {f"exports/2026/{job}.zip", f"exports/2026/{job}.json"}
    sandbox.s3.delete_object(Bucket=BUCKET, Key=f"exports/2026/{job}.zip")
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(sandbox, f"exports/2026/{job}.zip")
