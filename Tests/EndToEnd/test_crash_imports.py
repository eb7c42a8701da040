"""Import jobs on S3 under kill -9 of the server and of its workers: the finished jobs equal those of a server that
nothing happened to (spec/20)."""

from __future__ import annotations

import json
import os
import random
import signal
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from pydicom.uid import JPEG2000Lossless

from clients import native
from fixtures import ct_slice
from job_comparison import comparable
from object_servers import Moto
from server import Server, TemporaryFolder
from test_s3_import import S3Store, configuration, mapping, settings
from test_workers import workers

KILLS = 150
# Kills of a worker; those of the server end its workers too.
WORKER_KILLS = 50
SEED = 20250301
FILES = 24


def fill(store: S3Store, number: int) -> dict:
    """Puts the input of one round and gives its importConfiguration: slices of a series that all rounds share, a series
    of its own with metadata laid over, both partly in JPEG 2000, which workers decode; an instance that comes again, one
    that warns, and files that fail."""
    prefix = f"round-{number}"
    for place in range(FILES):
        shared = ct_slice(number * 100 + place, rows=32, columns=32, series="shared")
        own = ct_slice(place, rows=32, columns=32, series=f"own {number}")
        for one in (shared, own)[place % 2:]:
            one.compress(JPEG2000Lossless, generate_instance_uid=False)
        store.put(f"{prefix}/{place:02} shared.dcm", shared)
        store.put(f"{prefix}/{place:02}+own.dcm", own)
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


def kill_a_worker(server: Server, generator: random.Random) -> bool:
    """Whether there was a frame worker, which is no more."""
    pids = workers(server)
    if not pids:
        return False
    try:
        os.kill(generator.choice(sorted(pids)), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def outcomes(binary):
    """What a server made that was killed at many random moments, and what one made in peace."""
    with Moto() as objects, TemporaryFolder() as folder:
        (folder / "kills").mkdir()
        server = Server(folder / "kills", environment=settings(objects))
        generator = random.Random(SEED)
        kills = worker_kills = interrupted = 0
        troubles: list[str] = []
        try:
            server.start()
            store = S3Store(server, objects, "kills")
            rounds = Rounds(store)
            while kills < KILLS or worker_kills < WORKER_KILLS:
                if server.process is None:
                    server.start()
                store.client = native(server.endpoint, server.credentials)
                end = time.monotonic() + generator.uniform(0, 0.35)
                while time.monotonic() < end:
                    try:
                        rounds.advance()
                    except (ClientError, BotoCoreError) as error:
                        troubles.append(repr(error))
                    if generator.random() < 0.3:
                        worker_kills += kill_a_worker(server, generator)
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
            found = comparable(store, rounds.ended)
            (folder / "peace").mkdir()
            with Server(folder / "peace", environment=settings(objects)) as peaceful:
                store = S3Store(peaceful, objects, "peace")
                undisturbed = Rounds(store)
                undisturbed.finish(len(rounds.ended))
                expected = comparable(store, undisturbed.ended)
            yield expected, found, (kills, worker_kills), interrupted, troubles, server
        finally:
            server.kill()


def test_the_kills_have_really_interrupted_jobs(outcomes):
    _, _, (kills, worker_kills), interrupted, troubles, _ = outcomes
    assert kills >= KILLS and worker_kills >= WORKER_KILLS
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
