"""A client that changes image sets until its server is killed, and what it may believe afterwards."""

from __future__ import annotations

import random
import threading

from botocore.exceptions import BotoCoreError, ClientError

from clients import Datastore, native
from test_updates import document


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
