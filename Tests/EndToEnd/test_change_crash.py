"""kill -9 under changes of image sets: each is whole or was never there, and nothing stays LOCKED (spec/10, spec/30)."""

from __future__ import annotations

import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from clients import Datastore, native, session
from fixtures import ct_slice
from server import Server, TemporaryFolder
from test_updates import document

KILLS = 25
SEED = 30


class Clinic(threading.Thread):
    """Changes image sets one after the other until the connection breaks; keeps what was acknowledged."""

    def __init__(self, store: Datastore, generator: random.Random):
        super().__init__(daemon=True)
        self.store, self.generator = store, generator
        self.client = native(store.server.endpoint, store.server.credentials)
        #: Versions that were acknowledged, and names given in them, by image set.
        self.versions: dict[str, int] = {}
        self.names: dict[str, dict[int, str]] = {}
        self.deleted: set[str] = set()
        self.doubtful: set[str] = set()
        self.unexpected: list[str] = []
        self.changes = 0

    def run(self):
        while True:
            known = [name for name in self.versions if name not in self.deleted]
            image_set = self.generator.choice(known)
            try:
                self.change(image_set)
                self.changes += 1
            except ClientError as error:
                self.unexpected.append(f"{error}")
                return
            except BotoCoreError:
                self.doubtful.add(image_set)
                return

    def change(self, image_set: str):
        members = {"datastoreId": self.store.id}
        latest = str(self.versions[image_set])
        kind = self.generator.randrange(10)
        if kind < 5:
            name = f"Name^{self.generator.randrange(1000)}"
            update = {"DICOMUpdates": {"updatableAttributes": document(patient={"PatientName": name}).encode()}}
            answer = self.client.update_image_set_metadata(
                **members, imageSetId=image_set, latestVersionId=latest, updateImageSetMetadataUpdates=update)
            self.versions[image_set] = int(answer["latestVersionId"])
            self.names[image_set][self.versions[image_set]] = name
        elif kind < 7 and self.versions[image_set] > 1:
            target = self.generator.randrange(1, self.versions[image_set])
            answer = self.client.update_image_set_metadata(
                **members, imageSetId=image_set, latestVersionId=latest,
                updateImageSetMetadataUpdates={"revertToVersionId": str(target)})
            self.versions[image_set] = int(answer["latestVersionId"])
            if target in self.names[image_set]:
                self.names[image_set][self.versions[image_set]] = self.names[image_set][target]
        elif kind < 9 or len(self.versions) - len(self.deleted) < 3:
            answer = self.client.copy_image_set(
                **members, sourceImageSetId=image_set,
                copyImageSetInformation={"sourceImageSet": {"latestVersionId": latest}})
            made = answer["destinationImageSetProperties"]["imageSetId"]
            self.versions[made] = 1
            self.names[made] = {}
            if self.versions[image_set] in self.names[image_set]:
                self.names[made][1] = self.names[image_set][self.versions[image_set]]
        else:
            # Whether a deletion whose answer was cut off took place, only a look can tell.
            self.client.delete_image_set(**members, imageSetId=image_set)
            self.deleted.add(image_set)


@pytest.fixture(scope="module")
def survivor(binary):
    """A server that was killed under changes, and what it had promised until then."""
    with TemporaryFolder() as folder:
        server = Server(folder, buckets={Datastore.BUCKET: folder / "bucket"})
        try:
            server.start()
            store = Datastore(server, "changes")
            generator = random.Random(SEED)
            [first] = store.import_instances(
                *(ct_slice(number, rows=16, columns=16) for number in range(1, 6))).image_set_ids
            clinic = Clinic(store, generator)
            clinic.versions[first], clinic.names[first] = 1, {}
            troubles = []
            for _ in range(KILLS):
                if server.process is None:
                    server.start()
                store.client = native(server.endpoint, server.credentials)
                worker = Clinic(store, generator)
                worker.versions, worker.names, worker.deleted = clinic.versions, clinic.names, clinic.deleted
                worker.start()
                time.sleep(generator.uniform(0.05, 0.5))
                server.kill()
                worker.join(timeout=30)
                troubles += worker.unexpected
                clinic.changes += worker.changes
                server.start()
                store.client = native(server.endpoint, server.credentials)
                settle(store, clinic, worker.doubtful, troubles)
            store.http = session(server.credentials)
            yield store, clinic, troubles
        finally:
            server.kill()


def settle(store: Datastore, clinic: Clinic, doubtful: set[str], troubles: list[str]):
    """Looks at the set whose change was cut off: it stands at the version before, or at the next one, whole."""
    for image_set in doubtful:
        try:
            found = int(store.client.get_image_set(datastoreId=store.id, imageSetId=image_set)["versionId"])
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
            clinic.deleted.add(image_set)
            continue
        if found not in (clinic.versions[image_set], clinic.versions[image_set] + 1):
            troubles.append(f"{image_set} is at {found}, not at {clinic.versions[image_set]} or the next")
        clinic.versions[image_set] = found
    # A copy whose answer was cut off is there whole, or not at all.
    for summary in store.image_sets():
        clinic.versions.setdefault(summary["imageSetId"], summary["version"])
        clinic.names.setdefault(summary["imageSetId"], {})


def test_the_loop_has_really_changed_something(survivor):
    _, clinic, troubles = survivor
    assert not troubles
    assert clinic.changes > KILLS


def test_nothing_acknowledged_is_lost_and_nothing_stays_locked(survivor):
    store, clinic, _ = survivor
    standing = {one["imageSetId"] for one in store.image_sets()}
    assert standing == set(clinic.versions) - clinic.deleted
    for image_set in standing:
        members = {"datastoreId": store.id, "imageSetId": image_set}
        pages = store.client.get_paginator("list_image_set_versions").paginate(**members)
        versions = [one for page in pages for one in page["imageSetPropertiesList"]]
        assert [int(one["versionId"]) for one in versions] == list(range(clinic.versions[image_set], 0, -1))
        assert {one["imageSetState"] for one in versions} == {"ACTIVE"}
        assert {one["ImageSetWorkflowStatus"] for one in versions} <= {"CREATED", "COPIED", "UPDATED"}
        for number, name in clinic.names[image_set].items():
            found = store.metadata(image_set, versionId=str(number))
            assert found["Patient"]["DICOM"]["PatientName"] == name, (image_set, number)


def test_every_version_and_every_frame_is_readable(survivor):
    store, clinic, _ = survivor
    for summary in store.image_sets():
        image_set = summary["imageSetId"]
        for version in range(1, clinic.versions[image_set] + 1):
            assert len(store.instances(image_set, versionId=str(version))) == 5
        for one in store.instances(image_set).values():
            assert store.frame(image_set, one["ImageFrames"][0]["ID"])


def test_the_store_verifies(survivor):
    store, _, _ = survivor
    store.server.kill()
    report = store.server.run("verify")
    assert report.returncode == 0, report.stdout + report.stderr
