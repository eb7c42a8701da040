"""Import jobs on S3 servers: input read from there, results written there (spec/20)."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
import uuid
from urllib.parse import urlsplit

import pytest

from clients import ROLE, Datastore, native, part10, refused, session
from fixtures import ct_series, ct_slice
from object_servers import ACCESS_KEY, BUCKET, KINDS, READER_KEY, READER_SECRET, SECRET_KEY
from server import Server, TemporaryFolder, poll

# What URLs, forms and XML treat in a way of their own.
ODD_FOLDERS = ["a b", "a+b", "100%25", "ä/ä", "日本語", "q?x=1&y#f", "it's (1)"]


class S3Store(Datastore):
    """A data store whose input and output are on an S3 server."""

    def __init__(self, server: Server, objects, name: str):
        self.server, self.objects = server, objects
        self.client = native(server.endpoint, server.credentials)
        self.http = session(server.credentials)
        self.id = self.client.create_datastore(datastoreName=name)["datastoreId"]
        self.wait_until_active()
        self.prefix = f"{self.id}-{uuid.uuid4().hex[:8]}"

    def uri(self, path: str) -> str:
        return f"s3://{BUCKET}/{self.prefix}/{path}"

    def put(self, path: str, content) -> str:
        key = f"{self.prefix}/{path}"
        body = content if isinstance(content, bytes) else part10(content)
        self.objects.client.put_object(Bucket=BUCKET, Key=key, Body=body)
        return key

    def wait(self, job_id: str) -> dict:
        def ended():
            job = self.client.get_dicom_import_job(datastoreId=self.id, jobId=job_id)["jobProperties"]
            return job if job["jobStatus"] in ("COMPLETED", "FAILED") else None

        return poll(ended, deadline=300, what="the end of the import job")

    def results(self, job: dict) -> dict[str, bytes]:
        """The result files of a job by their names in its folder."""
        folder = urlsplit(job["outputS3Uri"])
        assert folder.netloc == BUCKET
        prefix = folder.path.lstrip("/")
        client = self.objects.client
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {
            key.removeprefix(prefix): client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            for key in keys if not key.endswith("/")
        }

    def run(self, prefix="input/", **members) -> tuple[dict, dict[str, bytes]]:
        job = self.wait(self.start_import(prefix, **members))
        return job, self.results(job) if job["jobStatus"] == "COMPLETED" else {}


def lines(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module", params=list(KINDS))
def objects(request):
    with KINDS[request.param]() as server:
        yield server


def settings(objects, key=ACCESS_KEY, secret=SECRET_KEY) -> dict[str, str]:
    return {
        "ISOCENTER_S3_ENDPOINT": objects.endpoint, "ISOCENTER_S3_ACCESS_KEY_ID": key,
        "ISOCENTER_S3_SECRET_ACCESS_KEY": secret,
    }


@pytest.fixture(scope="module")
def s3_server(binary, objects):
    with TemporaryFolder() as path:
        with Server(path, buckets={"folder": path / "folder"}, environment=settings(objects)) as running:
            yield running


@pytest.fixture
def store(s3_server, objects, request):
    made = S3Store(s3_server, objects, request.node.name.split("[")[0])
    yield made
    made.delete_from_server()


def test_a_job_reads_from_S3_and_writes_its_results_there(store):
    keys = {}
    for folder in ODD_FOLDERS:
        for number, one in enumerate(ct_series(2, series=folder)):
            keys[store.put(f"input/{folder}/{number}.dcm", one)] = one.SOPInstanceUID
    broken = store.put("input/garbage.bin", b"garbage" * 1000)
    empty = store.put("input/empty", b"")
    store.put("input-too/1.dcm", ct_slice(9, series="beside"))
    job, results = store.run("input")
    assert job["jobStatus"] == "COMPLETED", job
    assert job["outputS3Uri"] == store.uri(f"output/{store.id}-DicomImport-{job['jobId']}/")
    assert set(results) == {"job-output-manifest.json", "SUCCESS/success.ndjson", "FAILURE/failure.ndjson"}
    manifest = json.loads(results["job-output-manifest.json"])
    summary = manifest["jobSummary"]
    assert summary["numberOfScannedFiles"] == len(keys) + 2
    assert summary["numberOfImportedFiles"] == len(keys)
    assert summary["numberOfFilesWithCustomerError"] == 2
    assert summary["numberOfGeneratedImageSets"] == len(ODD_FOLDERS)
    assert summary["outputS3Uri"] == job["outputS3Uri"]
    succeeded = [line["inputFile"] for line in lines(results["SUCCESS/success.ndjson"])]
    assert succeeded == sorted(keys, key=str.encode), "every key as it is, in byte order"
    assert [line["inputFile"] for line in lines(results["FAILURE/failure.ndjson"])] == [empty, broken]
    found = [uid for one in store.image_sets() for uid in store.instances(one["imageSetId"])]
    assert sorted(found) == sorted(keys.values())


def test_a_large_file_comes_whole(store):
    """More than is kept in memory, and more than one piece of a connection."""
    one = ct_slice(1)
    one.private_block(0x0009, "ISOCENTER TEST", create=True).add_new(0x10, "OB", bytes(range(256)) * (9 << 12))
    store.put("input/large.dcm", one)
    job, results = store.run()
    assert json.loads(results["job-output-manifest.json"])["jobSummary"]["numberOfImportedFiles"] == 1
    assert store.retrieve(one)[0x0009, 0x1010].value == one[0x0009, 0x1010].value


def test_folders_and_S3_can_be_mixed(store, s3_server):
    folder = s3_server.buckets["folder"] / store.id
    folder.mkdir()
    (folder / "1.dcm").write_bytes(part10(ct_slice(1)))
    job, results = store.run(inputS3Uri=f"s3://folder/{store.id}/")
    assert lines(results["SUCCESS/success.ndjson"])[0]["inputFile"] == f"{store.id}/1.dcm"


@pytest.mark.parametrize(
    "members, told",
    [
        ({"inputS3Uri": "s3://no-such-bucket-here/input/"}, "no-such-bucket-here"),
        ({"inputS3Uri": f"s3://{BUCKET}/nothing/here/"}, "no files"),
        ({"outputS3Uri": "s3://no-such-bucket-here/output/"}, "no-such-bucket-here"),
    ], ids=["no input bucket", "no input", "no output bucket"])
def test_a_job_that_can_do_nothing_is_FAILED_and_says_why(store, members, told):
    if "outputS3Uri" in members and type(store.objects).__name__ == "SeaweedFS":
        pytest.skip("SeaweedFS makes a bucket that is written to; moto covers this")
    store.put("input/1.dcm", ct_slice())
    job, _ = store.run(**members)
    assert job["jobStatus"] == "FAILED"
    assert told in job["message"]
    assert store.image_sets() == []


def test_an_output_that_may_not_be_written_fails_the_job_before_anything_is_done(binary, folder, objects):
    if type(objects).__name__ == "Moto":
        pytest.skip("moto lets every key do everything; SeaweedFS covers this")
    with Server(folder, environment=settings(objects, READER_KEY, READER_SECRET)) as server:
        store = S3Store(server, objects, "reader")
        store.put("input/1.dcm", ct_slice())
        job, _ = store.run()
        assert job["jobStatus"] == "FAILED"
        assert "denied" in job["message"]
        assert store.image_sets() == []


def test_a_server_that_is_not_there_is_waited_for(binary, folder):
    environment = {
        "ISOCENTER_S3_ENDPOINT": "http://127.0.0.1:9", "ISOCENTER_S3_ACCESS_KEY_ID": "x",
        "ISOCENTER_S3_SECRET_ACCESS_KEY": "y"}
    with Server(folder, environment=environment) as server:
        client = native(server.endpoint, server.credentials)
        store = client.create_datastore(datastoreName="down")["datastoreId"]
        job = client.start_dicom_import_job(
            datastoreId=store, dataAccessRoleArn=ROLE, inputS3Uri="s3://bucket/in/", outputS3Uri="s3://bucket/out/")["jobId"]
        status = client.get_dicom_import_job(datastoreId=store, jobId=job)["jobProperties"]["jobStatus"]
        assert status == "SUBMITTED", "an outage is waited for"
        assert server.stop() == 0, "a job that waits does not hold up the end of the server"


class Line(threading.Thread):
    """A TCP line to an S3 server that can be cut."""

    def __init__(self, endpoint: str):
        super().__init__(daemon=True)
        self.target = (urlsplit(endpoint).hostname, urlsplit(endpoint).port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = "http://127.0.0.1:{}".format(self.listener.getsockname()[1])
        self.is_up = True
        self.open: set[socket.socket] = set()

    def run(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if not self.is_up:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.forward, args=(source, sink), daemon=True).start()

    def forward(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.is_up = False
        for end in list(self.open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.cut()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join()
        for end in self.open:
            end.close()


def test_an_outage_in_the_middle_of_a_job_costs_nothing(binary, folder, objects):
    line = Line(objects.endpoint)
    line.start()
    try:
        with Server(folder, environment=settings(objects) | {"ISOCENTER_S3_ENDPOINT": line.endpoint}) as server:
            store = S3Store(server, objects, "outage")
            count = 150
            for number in range(count):
                store.put(f"input/{number:03}.dcm", ct_slice(number))
            job_id = store.start_import("input/")

            def has_begun() -> bool:
                job = store.client.get_dicom_import_job(datastoreId=store.id, jobId=job_id)["jobProperties"]
                return not job.get("message", "0 of").startswith("0 of") or job["jobStatus"] == "COMPLETED"

            poll(has_begun, what="the first files", interval=0.005)
            line.cut()
            time.sleep(1.5)
            line.is_up = True
            job = store.wait(job_id)
            assert job["jobStatus"] == "COMPLETED", job
            summary = json.loads(store.results(job)["job-output-manifest.json"])["jobSummary"]
            assert summary["numberOfImportedFiles"] == count
    finally:
        line.close()


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"ENDPOINT": "ftp://x"}, "s3.endpoint"), ({"ENDPOINT": "http://x/path"}, "s3.endpoint"),
        ({"ADDRESSING": "other"}, "s3.addressing"), ({"SECRET_ACCESS_KEY": None}, "secretAccessKey"),
    ], ids=["scheme", "path", "addressing", "no secret"])
def test_settings_that_cannot_be_meant_are_refused_at_the_start(own_server, changes, told):
    given = {"ENDPOINT": "http://127.0.0.1:9", "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "very-secret"} | changes
    ended = own_server.run(
        "serve", "--port", "0", **{f"ISOCENTER_S3_{name}": value for name, value in given.items() if value})
    assert ended.returncode != 0
    assert told in ended.stderr
    assert "very-secret" not in ended.stderr + ended.stdout


# MARK: JSON metadata


def mapping(study, path: str, series=None) -> dict:
    entry = {"studyInstanceUID": study.StudyInstanceUID, "metadataFilePath": path}
    if series is not None:
        entry["seriesInstanceUID"] = series.SeriesInstanceUID
    return entry


def configuration(*mappings: dict) -> dict:
    return {"dicomJsonMetadataImportConfiguration": {"dicomMetadataMappings": list(mappings)}}


def test_JSON_metadata_is_laid_over_instances(store):
    one, other = ct_slice(1, series="one"), ct_slice(1, series="other")
    store.put("input/1.dcm", one)
    store.put("input/2.dcm", other)
    store.put("input/meta/study.json", json.dumps(
        {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Study^Wide"}]}}).encode())
    store.put("input/meta/series.json", json.dumps({
        "SchemaVersion": "1.1", "Patient": {"DICOM": {"PatientName": "Series^Only"}},
        "Study": {"Series": {other.SeriesInstanceUID: {"DICOM": {"SeriesDescription": "overlaid"}}}}}).encode())
    wanted = configuration(mapping(one, "meta/study.json"), mapping(other, "meta/series.json", other))
    job, results = store.run(importConfiguration=wanted)
    assert job["jobStatus"] == "COMPLETED" and "message" not in job
    assert job["importConfiguration"] == wanted
    summary = json.loads(results["job-output-manifest.json"])["jobSummary"]
    assert (summary["numberOfScannedFiles"], summary["numberOfImportedFiles"]) == (2, 2)
    names = {
        one["DICOMTags"]["DICOMSeriesInstanceUID"]: one["DICOMTags"]["DICOMPatientName"] for one in store.image_sets()}
    assert names == {one.SeriesInstanceUID: "Study^Wide", other.SeriesInstanceUID: "Series^Only"}
    [image_set] = [
        found["imageSetId"] for found in store.image_sets()
        if found["DICOMTags"]["DICOMSeriesInstanceUID"] == other.SeriesInstanceUID]
    [series] = store.metadata(image_set)["Study"]["Series"].values()
    assert series["DICOM"]["SeriesDescription"] == "overlaid"


def test_a_large_value_of_JSON_metadata_is_kept_apart(store):
    source = ct_slice()
    store.put("input/1.dcm", source)
    value = bytes(range(256)) * 4_100
    store.put("input/meta.json", json.dumps({
        "00091001": {"vr": "OB", "InlineBinary": base64.b64encode(value).decode()},
        "00090010": {"vr": "LO", "Value": ["TEST"]}}).encode())
    job, _ = store.run(importConfiguration=configuration(mapping(source, "meta.json")))
    assert job["jobStatus"] == "COMPLETED"
    [instance] = store.instances(store.image_sets()[0]["imageSetId"]).values()
    uri = instance["DICOM"]["00091001"]["BulkDataURI"]
    assert session(store.server.credentials).get(uri, headers={"Accept": "*/*"}).content.count(value) == 1
    assert store.retrieve(source)[0x00091001].value == value


def test_a_missing_metadata_file_fails_just_what_it_maps(store):
    one, other = ct_slice(1, series="one"), ct_slice(1, series="other")
    key = store.put("input/1.dcm", one)
    store.put("input/2.dcm", other)
    job, results = store.run(
        importConfiguration=configuration(
            mapping(one, "none.json", one), mapping(other, "unused.json", ct_slice(1, series="third"))))
    assert job["jobStatus"] == "COMPLETED"
    assert job["message"] == "1 of 2 dicomMetadataMappings match no file: number 2"
    [failure] = lines(results["FAILURE/failure.ndjson"])
    assert failure["inputFile"] == key
    assert failure["exception"]["exceptionType"] == "ValidationException"
    assert "does not exist" in failure["exception"]["message"]
    assert len(lines(results["SUCCESS/success.ndjson"])) == 1


@pytest.mark.parametrize(
    "mappings",
    [
        lambda: [mapping(ct_slice(), "a.json"), mapping(ct_slice(), "b.json")],
        lambda: [mapping(ct_slice(), "../a.json")], lambda: [mapping(ct_slice(), "a/./b.json")],
        lambda: [mapping(ct_slice(), "folder/")], lambda: [mapping(ct_slice(), "/a.json")],
        lambda: [mapping(ct_slice(), "a//b.json")],
        lambda: [mapping(ct_slice(), f"{number}.json", ct_slice(series=str(number))) for number in range(1_001)],
    ], ids=["twice", "dots", "dot", "folder", "slash", "two slashes", "too many"])
def test_a_configuration_that_means_nothing_is_refused(store, mappings):
    error = refused(store.start_import, importConfiguration=configuration(*mappings()))
    assert (error.code, error.status) == ("ValidationException", 400)
