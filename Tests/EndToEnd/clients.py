"""The clients that users have: boto3, and requests signed by botocore's own Signature Version 4."""

from __future__ import annotations

import copy
import gzip
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import boto3
import pydicom
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as AWSCredentials
from botocore.exceptions import ClientError

from server import Credentials, Server, poll

REGION = "us-east-1"
SERVICE = "medical-imaging"
ROLE = "arn:aws:iam::123456789012:role/import"


def native(endpoint: str, credentials: Credentials, *, inject_host_prefix=False, **configuration):
    """A boto3 client that shows every answer as it came: no retries."""
    return boto3.client(
        SERVICE, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        config=Config(
            inject_host_prefix=inject_host_prefix, retries={"total_max_attempts": 1}, read_timeout=120,
            **configuration))


@dataclass(frozen=True)
class Refusal:
    """An error of the service as boto3 shows it."""

    code: str
    status: int
    message: str
    request_id: str


def refused(call, **members) -> Refusal:
    """Calls an operation that must be refused."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    error, answer = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    return Refusal(error["Code"], answer["HTTPStatusCode"], error["Message"], answer.get("RequestId", ""))


class SigV4(requests.auth.AuthBase):
    """Signs a request as botocore does. A body that is a stream is left unsigned (UNSIGNED-PAYLOAD)."""

    def __init__(self, credentials: Credentials, *, region=REGION, service=SERVICE):
        self.signer = SigV4Auth(AWSCredentials(credentials.access_key, credentials.secret_key), service, region)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.url = canonical(request.url)
        is_stream = request.body is not None and not isinstance(request.body, (bytes, str))
        if is_stream:
            request.headers.setdefault("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")
        signed = AWSRequest(
            request.method, request.url, data=b"" if is_stream else request.body or b"",
            headers={name: request.headers[name] for name in request.headers if name.lower() in SIGNED})
        self.signer.add_auth(signed)
        for name in ("Authorization", "X-Amz-Date"):
            request.headers[name] = signed.headers[name]
        return request


# What is signed besides X-Amz-Date; proxies change other fields. dicomweb-client sends a Host of its own, without port.
SIGNED = {"host", "content-type", "x-amz-content-sha256", "x-amz-decoded-content-length"}


def canonical(url: str) -> str:
    """The URL with its query encoded as Signature Version 4 wants it, which requests does not always do."""
    parts = urlsplit(url)
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True), quote_via=quote, safe="-_.~")
    return urlunsplit(parts._replace(query=query))


def session(credentials: Credentials, **headers: str) -> requests.Session:
    """A session of signed requests."""
    made = requests.Session()
    made.trust_env = False
    made.auth = SigV4(credentials)
    made.headers.update(headers)
    return made


@dataclass
class ImportOutcome:
    """An ended import job with everything it wrote."""

    job: dict
    folder: Path

    @property
    def manifest(self) -> dict:
        return json.loads((self.folder / "job-output-manifest.json").read_text())

    @property
    def summary(self) -> dict:
        return self.manifest["jobSummary"]

    def lines(self, kind: str) -> list[dict]:
        """The lines of SUCCESS, FAILURE or WARNING; none when the file is not there."""
        path = self.folder / kind / f"{kind.lower()}.ndjson"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def image_set_ids(self) -> list[str]:
        return [summary["imageSetId"] for summary in self.summary["imageSetsSummary"]]


class Datastore:
    """A data store with a prefix of the mapped bucket for itself."""

    BUCKET = "tests"

    def __init__(self, server: Server, name: str, **members):
        self.server = server
        self.client = native(server.endpoint, server.credentials)
        self.http = session(server.credentials)
        self.id = self.client.create_datastore(datastoreName=name, **members)["datastoreId"]
        self.wait_until_active()
        self.prefix = self.id
        self.folder = server.buckets[self.BUCKET] / self.id
        self.folder.mkdir()

    def seen_by(self, client, http: requests.Session) -> Datastore:
        """The same data store through another client's connections."""
        seen = copy.copy(self)
        seen.client, seen.http = client, http
        return seen

    def wait_until_active(self):
        poll(lambda: self.status == "ACTIVE", what="the data store's ACTIVE state")

    @property
    def status(self) -> str:
        return self.client.get_datastore(datastoreId=self.id)["datastoreProperties"]["datastoreStatus"]

    def delete(self):
        """Empties and deletes it: no more than ten may be active."""
        shutil.rmtree(self.folder)
        self.delete_from_server()

    def delete_from_server(self):
        poll(
            lambda: not any(
                self.client.list_dicom_import_jobs(datastoreId=self.id, jobStatus=status)["jobSummaries"]
                for status in ("SUBMITTED", "IN_PROGRESS")),
            what="the end of all import jobs")
        for summary in self.image_sets():
            self.client.delete_image_set(datastoreId=self.id, imageSetId=summary["imageSetId"])
        poll(lambda: not self.image_sets(), what="the end of all image sets")
        self.client.delete_datastore(datastoreId=self.id)

    # MARK: the cloud-native API

    @property
    def arn(self) -> str:
        return f"arn:aws:medical-imaging:{REGION}:123456789012:datastore/{self.id}"

    def uri(self, path: str) -> str:
        return f"s3://{self.BUCKET}/{self.id}/{path}"

    def put(self, path: str, content: pydicom.Dataset | bytes) -> Path:
        """Puts a file into the bucket."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else part10(content))
        return target

    def start_import(self, prefix="input/", **members) -> str:
        return self.client.start_dicom_import_job(
            **{
                "datastoreId": self.id, "dataAccessRoleArn": ROLE, "inputS3Uri": self.uri(prefix),
                "outputS3Uri": self.uri("output/")
            } | members)["jobId"]

    def wait_for_import(self, job_id: str) -> ImportOutcome:
        def ended():
            job = self.client.get_dicom_import_job(datastoreId=self.id, jobId=job_id)["jobProperties"]
            return job if job["jobStatus"] in ("COMPLETED", "FAILED") else None

        job = poll(ended, deadline=300, what="the end of the import job")
        return ImportOutcome(job, self.folder / "output" / f"{self.id}-DicomImport-{job_id}")

    def results(self, job: dict) -> dict[str, bytes]:
        """The result files of a job by their names in its folder."""
        folder = self.folder / "output" / f"{self.id}-DicomImport-{job['jobId']}"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def import_all(self, prefix="input/") -> ImportOutcome:
        """Imports what lies under a prefix; the job must end COMPLETED."""
        outcome = self.wait_for_import(self.start_import(prefix))
        assert outcome.job["jobStatus"] == "COMPLETED", outcome.job
        return outcome

    def import_instances(self, *instances: pydicom.Dataset | bytes) -> ImportOutcome:
        """Imports instances, in this order, without anything else of the bucket."""
        prefix = f"import-{len(list(self.folder.iterdir()))}"
        for number, instance in enumerate(instances):
            self.put(f"{prefix}/{number:04}.dcm", instance)
        outcome = self.import_all(prefix + "/")
        assert not outcome.lines("FAILURE"), outcome.lines("FAILURE")
        return outcome

    def image_sets(self, **criteria) -> list[dict]:
        pages = self.client.get_paginator("search_image_sets").paginate(
            datastoreId=self.id, **({"searchCriteria": criteria} if criteria else {}))
        return [summary for page in pages for summary in page["imageSetsMetadataSummaries"]]

    def metadata(self, image_set_id: str, **members) -> dict:
        answer = self.client.get_image_set_metadata(datastoreId=self.id, imageSetId=image_set_id, **members)
        return json.loads(gzip.decompress(answer["imageSetMetadataBlob"].read()))

    def instances(self, image_set_id: str, **members) -> dict[str, dict]:
        """The instances of an image set's metadata by SOP Instance UID."""
        series = self.metadata(image_set_id, **members)["Study"]["Series"]
        return {uid: instance for one in series.values() for uid, instance in one["Instances"].items()}

    def frame(self, image_set_id: str, frame_id: str) -> bytes:
        return self.client.get_image_frame(
            datastoreId=self.id, imageSetId=image_set_id, imageFrameInformation={"imageFrameId": frame_id}
        )["imageFrameBlob"].read()

    # MARK: DICOMweb

    @property
    def url(self) -> str:
        return f"{self.server.endpoint}/datastore/{self.id}"

    def get(self, path: str, accept: str | None = "*/*", **members) -> requests.Response:
        headers = {"Accept": accept} | members.pop("headers", {})
        return self.http.get(f"{self.url}/{path}", headers=headers, **members)

    def qido(self, path: str, query: dict | list | None = None) -> list[dict]:
        answer = self.get(path, "application/dicom+json", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stow(self, *instances: pydicom.Dataset | bytes, path="studies", **headers: str) -> requests.Response:
        """Stores instances: one as application/dicom, several as multipart/related."""
        contents = [one if isinstance(one, bytes) else part10(one) for one in instances]
        if len(contents) == 1:
            headers = {"Content-Type": "application/dicom"} | headers
            return self.http.post(f"{self.url}/{path}", data=contents[0], headers=headers)
        headers = {"Content-Type": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'} | headers
        return self.http.post(f"{self.url}/{path}", data=multipart(*contents), headers=headers)

    def retrieve(self, dataset: pydicom.Dataset, transfer_syntax: str | None = None, query="") -> pydicom.Dataset:
        """An instance as Part 10, read by pydicom."""
        accept = "application/dicom" + (f"; transfer-syntax={transfer_syntax}" if transfer_syntax else "")
        answer = self.get(instance_path(dataset) + query, accept)
        assert answer.status_code == 200, answer.text
        return pydicom.dcmread(io.BytesIO(answer.content))


BOUNDARY = "2a8a02b9-0ed3-c8a7-7ebd-232427531940"


def multipart(*parts: bytes, boundary=BOUNDARY, part_type: str | None = "application/dicom") -> bytes:
    header = f"Content-Type: {part_type}\r\n" if part_type else ""
    body = b"".join(f"--{boundary}\r\n{header}\r\n".encode() + part + b"\r\n" for part in parts)
    return body + f"--{boundary}--\r\n".encode()


def parts(answer: requests.Response) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart answer: headers in lower case, and bytes."""
    boundary = answer.headers["Content-Type"].split("boundary=")[1].split(";")[0].strip('"')
    body = b"\r\n" + answer.content
    pieces = body.split(f"\r\n--{boundary}".encode())
    assert pieces[0].strip() == b"" and pieces[-1].strip() == b"--", "the body is not whole"
    found = []
    for piece in pieces[1:-1]:
        head, content = piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
        headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n"))
        found.append(({name.lower(): value for name, value in headers.items()}, content))
    return found


def part10(dataset: pydicom.Dataset) -> bytes:
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def study_path(dataset: pydicom.Dataset) -> str:
    return f"studies/{dataset.StudyInstanceUID}"


def series_path(dataset: pydicom.Dataset) -> str:
    return f"{study_path(dataset)}/series/{dataset.SeriesInstanceUID}"


def instance_path(dataset: pydicom.Dataset) -> str:
    return f"{series_path(dataset)}/instances/{dataset.SOPInstanceUID}"
