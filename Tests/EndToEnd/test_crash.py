"""kill -9 at any moment: nothing acknowledged is lost, nothing half-made is visible (spec/20, design 5)."""

from __future__ import annotations

import random
import subprocess
import threading
import time

import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError
from pydicom import Dataset

from clients import Datastore, ImportOutcome, native, part10, session
from fixtures import ct_slice
from job_comparison import comparable
from server import BINARY, Server, TemporaryFolder, clean_environment, poll

KILLS = 50
SEED = 20240229

# An import that a second run interrupts needs something to do; a job has these many files.
FILES_PER_JOB = 40


class Jobs:
    """Import jobs one after the other; each adds slices to one series that all share, and a series of its own."""

    def __init__(self, store: Datastore):
        self.store = store
        self.outcomes: list[ImportOutcome] = []
        self.token = 0
        self.running: str | None = None

    def prepare(self, number: int) -> str:
        prefix = f"job-{number:03}"
        for slice_number in range(FILES_PER_JOB // 2):
            shared = ct_slice(number * 100 + slice_number, rows=32, columns=32, series="shared")
            own = ct_slice(slice_number, rows=32, columns=32, series=f"own {number}")
            self.store.put(f"{prefix}/{slice_number:02}-shared.dcm", shared)
            self.store.put(f"{prefix}/{slice_number:02}-own.dcm", own)
        self.store.put(f"{prefix}/garbage.dcm", b"garbage" * 99)
        return prefix + "/"

    def advance(self):
        """Takes note of an ended job and starts the next; a token makes a start that was cut off harmless."""
        if self.running:
            job = self.store.client.get_dicom_import_job(datastoreId=self.store.id, jobId=self.running)["jobProperties"]
            if job["jobStatus"] not in ("COMPLETED", "FAILED"):
                return
            self.outcomes.append(self.store.wait_for_import(self.running))
            self.running = None
        number = len(self.outcomes)
        if self.token == number:
            self.prefix = self.prepare(number)
            self.token += 1
        self.running = self.store.start_import(self.prefix, clientToken=f"job-{number}")

    def finish(self):
        if self.running:
            self.outcomes.append(self.store.wait_for_import(self.running))
            self.running = None


class Modality(threading.Thread):
    """Sends instances one by one over STOW until the connection breaks, and keeps what was acknowledged."""

    def __init__(self, store: Datastore, acknowledged: dict[str, Dataset], sent: list[Dataset]):
        super().__init__(daemon=True)
        self.url, self.http = f"{store.url}/studies", session(store.server.credentials)
        self.acknowledged, self.sent = acknowledged, sent
        self.unexpected: list[str] = []

    def run(self):
        while True:
            number = len(self.sent) + 1
            source = ct_slice(number, rows=24, columns=24, study="stow", series=f"stow {number % 3}")
            self.sent.append(source)
            try:
                answer = self.http.post(
                    self.url, data=part10(source), headers={"Content-Type": "application/dicom"}, timeout=30)
            except requests.RequestException:
                return
            if answer.status_code != 200:
                self.unexpected.append(f"{answer.status_code} {answer.text}")
                return
            self.acknowledged[source.SOPInstanceUID] = source


@pytest.fixture(scope="module")
def survivor(binary):
    """A server that was killed at fifty random moments, and what it had promised until then."""
    with TemporaryFolder() as folder:
        server = Server(folder, buckets={Datastore.BUCKET: folder / "bucket"})
        try:
            server.start()
            store = Datastore(server, "survivor")
            jobs, acknowledged, sent = Jobs(store), {}, []
            generator = random.Random(SEED)
            troubles: list[str] = []
            for kill in range(KILLS):
                # Every fifth time the start itself is cut off, recovery included.
                if kill % 5 == 4:
                    server.kill()
                    server.spawn()
                    time.sleep(generator.uniform(0, 0.3))
                    server.kill()
                    continue
                if server.process is None:
                    server.start()
                store.client = native(server.endpoint, server.credentials)
                modality = Modality(store, acknowledged, sent)
                modality.start()
                end = time.monotonic() + generator.uniform(0, 0.7)
                while time.monotonic() < end:
                    try:
                        jobs.advance()
                    except (ClientError, BotoCoreError) as error:
                        troubles.append(repr(error))
                    time.sleep(0.02)
                server.kill()
                modality.join(timeout=30)
                troubles += modality.unexpected
            server.start()
            store.client = native(server.endpoint, server.credentials)
            store.http = session(server.credentials)
            jobs.finish()
            yield store, jobs, acknowledged, sent, troubles
        finally:
            server.kill()


def test_the_loop_has_really_interrupted_work(survivor):
    _, jobs, acknowledged, sent, _ = survivor
    assert len(jobs.outcomes) >= 3
    assert len(acknowledged) >= 50
    assert len(sent) > len(acknowledged), "no upload was cut off"


def test_requests_are_answered_or_cut_off_but_never_fail(survivor):
    *_, troubles = survivor
    assert troubles == []


def test_every_acknowledged_instance_is_there_byte_by_byte(survivor):
    store, _, acknowledged, _, _ = survivor
    for source in acknowledged.values():
        found = store.retrieve(source)
        assert found.PixelData == source.PixelData
        assert found.InstanceNumber == source.InstanceNumber


def test_every_import_job_ended_as_if_nothing_had_happened(survivor):
    store, jobs, *_ = survivor
    for number, outcome in enumerate(jobs.outcomes):
        assert outcome.job["jobStatus"] == "COMPLETED", outcome.job
        summary = outcome.summary
        assert summary["numberOfScannedFiles"] == FILES_PER_JOB + 1
        assert summary["numberOfImportedFiles"] == FILES_PER_JOB == len(outcome.lines("SUCCESS"))
        assert summary["numberOfFilesWithCustomerError"] == 1 == len(outcome.lines("FAILURE"))
        assert summary["numberOfFilesWithServerError"] == 0
        # One new version of the set that all jobs share, and one set of the job's own.
        assert sorted(
            (one["imageSetVersion"], one["isPrimary"], one["numberOfMatchedSOPInstances"])
            for one in summary["imageSetsSummary"]) == sorted(
                [(1, True, FILES_PER_JOB // 2), (number + 1, True, FILES_PER_JOB // 2)])
    # A page holds 50 jobs at most, and a fast machine ends more.
    pages = store.client.get_paginator("list_dicom_import_jobs").paginate(datastoreId=store.id)
    listed = [summary["jobId"] for page in pages for summary in page["jobSummaries"]]
    assert sorted(listed) == sorted(outcome.job["jobId"] for outcome in jobs.outcomes)


def test_jobs_and_image_sets_equal_those_of_a_server_that_was_not_killed(survivor, binary):
    store, jobs, _, sent, _ = survivor
    stowed = {one.SeriesInstanceUID for one in sent}
    imported = [one for one in store.image_sets() if one["DICOMTags"]["DICOMSeriesInstanceUID"] not in stowed]
    found = comparable(store, [outcome.job for outcome in jobs.outcomes], imported)
    with TemporaryFolder() as folder, Server(folder, buckets={Datastore.BUCKET: folder / "bucket"}) as peaceful:
        other = Datastore(peaceful, "undisturbed")
        undisturbed = Jobs(other)
        ended = [
            other.wait_for_import(other.start_import(undisturbed.prepare(number))).job
            for number in range(len(jobs.outcomes))]
        expected = comparable(other, ended)
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        assert one == other


def test_no_instance_is_lost_and_none_is_there_twice(survivor):
    store, jobs, acknowledged, sent, _ = survivor
    expected = {
        ct_slice(job * 100 + number, rows=32, columns=32, series="shared").SOPInstanceUID
        for job in range(len(jobs.outcomes)) for number in range(FILES_PER_JOB // 2)
    } | {
        ct_slice(number, rows=32, columns=32, series=f"own {job}").SOPInstanceUID
        for job in range(len(jobs.outcomes)) for number in range(FILES_PER_JOB // 2)
    }
    imported, stored = [], []
    for summary in store.image_sets():
        is_stow = summary["DICOMTags"]["DICOMSeriesInstanceUID"] in {one.SeriesInstanceUID for one in sent}
        (stored if is_stow else imported).extend(store.instances(summary["imageSetId"]))
    assert sorted(imported) == sorted(expected)
    assert len(stored) == len(set(stored))
    # What was sent and never answered may be there or not; what was acknowledged is.
    assert set(acknowledged) <= set(stored) <= {one.SOPInstanceUID for one in sent}


def test_nothing_half_made_is_visible(survivor):
    store, *_ = survivor
    for summary in store.image_sets():
        assert summary["isPrimary"] is True
        image_set = summary["imageSetId"]
        found = store.client.get_image_set(datastoreId=store.id, imageSetId=image_set)
        assert found["imageSetState"] == "ACTIVE" and found["versionId"] == str(summary["version"])
        for one in store.instances(image_set).values():
            [frame] = one["ImageFrames"]
            assert store.frame(image_set, frame["ID"])


def test_the_index_agrees_with_the_image_sets(survivor):
    store, *_ = survivor
    counted = sum(len(store.instances(summary["imageSetId"])) for summary in store.image_sets())
    found, offset = [], 0
    while page := store.qido("instances", {"limit": 1000, "offset": offset}):
        found += page
        offset += len(page)
    assert len(found) == counted
    assert sum(study["00201208"]["Value"][0] for study in store.qido("studies")) == counted
    assert sum(series["00201209"]["Value"][0] for series in store.qido("series")) == counted


def test_verify_finds_every_byte_whole_and_nothing_left_over(survivor):
    """The last of this module: it stops the server."""
    store, *_ = survivor
    instances = sum(len(store.instances(summary["imageSetId"])) for summary in store.image_sets())
    assert store.server.stop() == 0
    ended = store.server.run("verify")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Checked {instances} instances" in ended.stdout
    assert list((store.server.data / "spool").iterdir()) == []


# MARK: other work that is cut off


def test_data_stores_are_made_and_deleted_whole_or_not_at_all(own_server):
    generator = random.Random(SEED)
    made: dict[str, str] = {}
    deleted: set[str] = set()
    for kill in range(10):
        own_server.start()
        client = native(own_server.endpoint, own_server.credentials)
        killer = threading.Timer(generator.uniform(0, 0.2), own_server.process.kill)
        killer.start()
        try:
            while True:
                token = f"store-{len(made)}"
                made[token] = client.create_datastore(clientToken=token)["datastoreId"]
                for one in client.list_datastores(datastoreStatus="ACTIVE")["datastoreSummaries"][2:]:
                    client.delete_datastore(datastoreId=one["datastoreId"])
                    deleted.add(one["datastoreId"])
        except BotoCoreError:
            pass
        killer.join()
        own_server.kill()
    own_server.start()
    client = native(own_server.endpoint, own_server.credentials)
    statuses = {
        one["datastoreId"]: one["datastoreStatus"]
        for page in client.get_paginator("list_datastores").paginate() for one in page["datastoreSummaries"]
    }
    assert set(made.values()) <= set(statuses)
    assert set(statuses.values()) == {"ACTIVE", "DELETED"}
    assert {statuses[one] for one in deleted} == {"DELETED"}
    for token, store in made.items():
        assert client.create_datastore(clientToken=token)["datastoreId"] == store, "the token names one store for ever"
    for store, status in statuses.items():
        if status == "ACTIVE":
            assert client.search_image_sets(datastoreId=store)["imageSetsMetadataSummaries"] == []
    folders = {path.name for path in (own_server.data / "datastores").iterdir()}
    assert folders == {store for store, status in statuses.items() if status == "ACTIVE"}


def test_an_import_of_the_command_line_that_was_killed_is_finished_by_the_server(own_server, folder):
    own_server.start()
    assert own_server.stop() == 0
    files = folder / "files"
    files.mkdir()
    for number in range(200):
        (files / f"{number:03}.dcm").write_bytes(part10(ct_slice(number, rows=32, columns=32)))
    command = [str(BINARY), "import", str(files), "--datastore", "archive", "--data", str(own_server.data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=clean_environment(**own_server.environment))
    catalogs = own_server.data / "datastores"
    poll(lambda: any(catalogs.glob("*/packs/*")), what="the import's first bytes")
    process.kill()
    process.wait()
    own_server.start()
    client = native(own_server.endpoint, own_server.credentials)
    [store] = client.list_datastores(datastoreStatus="ACTIVE")["datastoreSummaries"]
    [job] = client.list_dicom_import_jobs(datastoreId=store["datastoreId"])["jobSummaries"]
    members = {"datastoreId": store["datastoreId"], "jobId": job["jobId"]}
    poll(
        lambda: client.get_dicom_import_job(**members)["jobProperties"]["jobStatus"] == "COMPLETED",
        what="the end of the job")
    [image_set] = client.search_image_sets(datastoreId=store["datastoreId"])["imageSetsMetadataSummaries"]
    assert image_set["version"] == 1
    assert image_set["DICOMTags"]["DICOMNumberOfStudyRelatedInstances"] == 200
