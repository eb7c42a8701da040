"""Import jobs on S3 under kill -9: the finished jobs equal those of a server that nothing happened to (spec/20)."""

from __future__ import annotations

import json
import random
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from clients import native
from fixtures import ct_slice
from object_servers import Moto
from server import Server, TemporaryFolder
from test_s3_import import S3Store, configuration, lines, mapping, settings

KILLS = 150
SEED = 20250301
FILES = 24


def fill(store: S3Store, number: int) -> dict:
    """Puts the input of one round and gives its importConfiguration: slices of a series that all rounds share, a series
    of its own with metadata laid over, an instance that comes again, one that warns, and files that fail."""
    prefix = f"round-{number}"
    for place in range(FILES):
        store.put(f"{prefix}/{place:02} shared.dcm", ct_slice(number * 100 + place, rows=32, columns=32, series="shared"))
        store.put(f"{prefix}/{place:02}+own.dcm", ct_slice(place, rows=32, columns=32, series=f"own {number}"))
    store.put(f"{prefix}/again.dcm", ct_slice(0, rows=32, columns=32, series=f"own {number}"))
    warns = ct_slice(90, rows=32, columns=32, series=f"own {number}")
    warns.StationName = "S" * 40
    store.put(f"{prefix}/warns.dcm", warns)
    store.put(f"{prefix}/garbage", b"garbage" * 99)
    store.put(f"{prefix}/empty", b"")
    own, lost = ct_slice(series=f"own {number}"), ct_slice(series="lost", study=f"lost {number}")
    store.put(f"{prefix}/lost.dcm", lost)
    store.put(f"{prefix}/meta.json", json.dumps({"00081030": {"vr": "LO", "Value": [f"round {number}"]}}).encode())
    return configuration(mapping(own, "meta.json", own), mapping(lost, "none.json"), mapping(own, "never.json"))


class Rounds:
    """Jobs of one round after the other; a token makes a start that was cut off harmless."""

    def __init__(self, store: S3Store):
        self.store = store
        self.configurations: list[dict] = []
        self.jobs: list[str] = []
        self.ended: list[dict] = []

    def advance(self):
        """Takes note of an ended job and starts the next."""
        number = len(self.ended)
        if len(self.configurations) == number:
            self.configurations.append(fill(self.store, number))
        if len(self.jobs) == number:
            self.jobs.append(
                self.store.start_import(
                    f"round-{number}/", clientToken=f"round-{number}", jobName=f"round-{number}",
                    importConfiguration=self.configurations[number]))
        job = self.store.client.get_dicom_import_job(
            datastoreId=self.store.id, jobId=self.jobs[number])["jobProperties"]
        if job["jobStatus"] in ("COMPLETED", "FAILED"):
            self.ended.append(job)

    def finish(self, count: int):
        """Goes on until that many have ended."""
        while len(self.ended) < count:
            self.advance()
            time.sleep(0.02)


def comparable(store: S3Store, rounds: Rounds) -> list:
    """All that a client can see of the jobs and of what they made, without what differs by chance: ids, times."""
    names: dict[str, str] = {}

    def named(image_set: str) -> str:
        if image_set not in names:
            tags = store.metadata(image_set)["Study"]
            names[image_set] = "|".join(sorted(tags["Series"]))
        return names[image_set]

    seen = []
    for number, job in enumerate(rounds.ended):
        results = store.results(job)
        manifest = json.loads(results["job-output-manifest.json"])
        summary = manifest["jobSummary"]
        entries: list = [number, job["jobStatus"], job.get("message"), sorted(results)]
        entries.append({key: value for key, value in summary.items() if key.startswith("numberOf")})
        entries.append(sorted(
            (named(one["imageSetId"]), one["imageSetVersion"], one["isPrimary"], one["numberOfMatchedSOPInstances"])
            for one in summary["imageSetsSummary"]))
        entries.append(sorted(
            (named(one["imageSetId"]), instance["SOPInstanceUID"], instance.get("error"),
             [frame["PixelDataChecksumFromBaseToFullResolution"] for frame in instance["ImageFrames"]])
            for one in manifest["imageSets"] for instance in one["instances"]))
        for name in ("SUCCESS/success.ndjson", "WARNING/warning.ndjson", "FAILURE/failure.ndjson"):
            found = lines(results[name])
            for line in found:
                line["inputFile"] = line["inputFile"].removeprefix(store.prefix)
                if "importResponse" in line:
                    line["importResponse"]["imageSetId"] = named(line["importResponse"]["imageSetId"])
            entries.append((name, found))
        seen.append(entries)
    for one in store.image_sets():
        versions = store.client.list_image_set_versions(datastoreId=store.id, imageSetId=one["imageSetId"])
        document = store.metadata(one["imageSetId"])
        instances = {
            uid: instance["DICOM"] for series in document["Study"]["Series"].values()
            for uid, instance in series["Instances"].items()
        }
        seen.append([
            named(one["imageSetId"]), one["version"], one["isPrimary"], document["Patient"], document["Study"]["DICOM"],
            [(version["versionId"], version["ImageSetWorkflowStatus"])
             for version in versions["imageSetPropertiesList"]], instances])
    jobs = len(rounds.ended)
    return seen[:jobs] + sorted(seen[jobs:], key=lambda entry: entry[0])


@pytest.fixture(scope="module")
def outcomes(binary):
    """What a server made that was killed at many random moments, and what one made in peace."""
    with Moto() as objects, TemporaryFolder() as folder:
        (folder / "kills").mkdir()
        server = Server(folder / "kills", environment=settings(objects))
        generator = random.Random(SEED)
        kills = interrupted = 0
        troubles: list[str] = []
        try:
            server.start()
            store = S3Store(server, objects, "kills")
            rounds = Rounds(store)
            while kills < KILLS:
                if server.process is None:
                    server.start()
                store.client = native(server.endpoint, server.credentials)
                end = time.monotonic() + generator.uniform(0, 0.35)
                while time.monotonic() < end:
                    try:
                        rounds.advance()
                    except (ClientError, BotoCoreError) as error:
                        troubles.append(repr(error))
                    time.sleep(0.01)
                interrupted += len(rounds.jobs) > len(rounds.ended)
                server.kill()
                kills += 1
                # Now and then the start itself is cut off, recovery included.
                if kills % 5 == 0:
                    server.spawn()
                    time.sleep(generator.uniform(0, 0.25))
                    server.kill()
                    kills += 1
            if server.process is None:
                server.start()
            store.client = native(server.endpoint, server.credentials)
            rounds.finish(len(rounds.jobs))
            found = comparable(store, rounds)
            (folder / "peace").mkdir()
            with Server(folder / "peace", environment=settings(objects)) as peaceful:
                store = S3Store(peaceful, objects, "peace")
                undisturbed = Rounds(store)
                undisturbed.finish(len(rounds.ended))
                expected = comparable(store, undisturbed)
            yield expected, found, kills, interrupted, troubles, server
        finally:
            server.kill()


def test_the_kills_have_really_interrupted_jobs(outcomes):
    _, _, kills, interrupted, troubles, _ = outcomes
    assert kills >= KILLS
    assert interrupted >= kills // 2
    assert troubles == [], "no request failed while the server was there"


def test_jobs_that_were_killed_end_as_those_that_were_not(outcomes):
    expected, found, *_ = outcomes
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        assert one == other


def test_verify_finds_nothing_wrong_afterwards(outcomes):
    """The last of this module: it stops the server."""
    *_, server = outcomes
    assert server.stop() == 0
    ended = server.run("verify")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list((server.data / "spool").iterdir()) == []
