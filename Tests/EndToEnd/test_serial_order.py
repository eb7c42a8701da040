"""Many clients change one study at once; what comes out is what one of them would have made, one change after the other.

Clients update patients (in all primary sets of the study) and instances, revert, remove instances, copy, copy into their
copies, and store new instances and new series by STOW-RS, on the same image sets. Every change leaves a mark, so that
afterwards each version of each image set tells which change made it. The order of the versions gives an order of the
changes; played in it, the rules of spec/30 must make the same image sets with the same versions (spec/10, spec/30).
"""

from __future__ import annotations

import itertools
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Callable

from botocore.exceptions import ClientError

from clients import Datastore, native, session
from fixtures import text_instance
from image_set_rules import NEW, Content, Rules

CLIENTS = 8
CHANGES = 12
#: An image set's id and the number of a version of it.
Place = tuple[str, int]


@dataclass(eq=False)
class Change:
    """A change that was acknowledged."""

    what: str
    #: Plays it by the rules; takes the id of the image set that it made, if it made one.
    play: Callable[[Rules, str], None]
    #: The versions that it made, and those it was made from without changing their image sets.
    made: set[Place] = field(default_factory=set)
    seen: set[Place] = field(default_factory=set)
    #: By what its versions are known where no answer tells of them.
    marker: int | None = None
    patient_name: str | None = None


class Study:
    """The study that all clients change, and what they were told."""

    def __init__(self, store: Datastore):
        self.store = store
        self.numbers = itertools.count(1)
        self.changes: list[Change] = []
        self.refusals = 0
        self.lock = threading.Lock()

    def note(self, change: Change):
        with self.lock:
            self.changes.append(change)

    def mark(self) -> int:
        with self.lock:
            return next(self.numbers)


class Client:
    """One of the clients."""

    def __init__(self, study: Study, number: int):
        server = study.store.server
        self.study, self.generator = study, random.Random(number)
        self.native = native(server.endpoint, server.credentials)
        self.store = study.store.seen_by(self.native, session(server.credentials))
        self.members = {"datastoreId": study.store.id}
        #: The image sets that it knows to be primary, and its own copies.
        self.primaries: list[str] = []
        self.copies: list[str] = []

    def run(self):
        for _ in range(CHANGES):
            self.primaries = [one["imageSetId"] for one in self.store.image_sets() if one["isPrimary"]]
            kinds = [
                self.update_patient, self.update_patient, self.update_instance, self.update_instance, self.remove,
                self.revert, self.copy, self.send, self.send, self.send_series]
            kinds += [self.copy_into] * bool(self.copies)
            self.generator.choice(kinds)(self.generator.choice(self.primaries))

    def insist(self, ask: Callable[[], None]):
        """Asks until nobody was faster; a rule may refuse it."""
        while True:
            try:
                return ask()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ValidationException":
                    self.study.refusals += 1
                    return None
                assert code == "ResourceNotFoundException", error
                assert "is not the latest" in error.response["Error"]["Message"], error

    def look(self, name: str) -> tuple[int, Content]:
        latest = int(self.native.get_image_set(**self.members, imageSetId=name)["versionId"])
        return latest, Content.shown(self.store.metadata(name, versionId=str(latest)))

    def update(self, name: str, latest: int, updates: dict, change: Change, **members):
        answer = self.native.update_image_set_metadata(
            **self.members, imageSetId=name, latestVersionId=str(latest), updateImageSetMetadataUpdates=updates,
            **members)
        change.made.add((name, int(answer["latestVersionId"])))
        self.study.note(change)

    @staticmethod
    def document(kind: str, levels: dict) -> dict:
        return {"DICOMUpdates": {kind: json.dumps({"SchemaVersion": 1.1} | levels).encode()}}

    # MARK: changes

    def update_patient(self, name: str):
        value = f"N^{self.study.mark()}"

        def ask():
            latest, _ = self.look(name)
            self.update(
                name, latest, self.document("updatableAttributes", {"Patient": {"DICOM": {"PatientName": value}}}),
                Change(
                    f"patient {value} by {name}", lambda rules, _: rules.update_study(
                        name, lambda content: replace(content, patient_name=value), includes_study=True),
                    patient_name=value),
                includeStudyImageSets=True)

        self.insist(ask)

    def update_instance(self, name: str):
        value = str(self.study.mark())

        def ask():
            latest, content = self.look(name)
            sop = self.generator.choice(sorted(content.instances))
            section = {sop: {"DICOM": {"SliceThickness": value}}}
            self.update(
                name, latest,
                self.document("updatableAttributes", {"Study": {"Series": {content.series: {"Instances": section}}}}),
                Change(f"thickness {value} in {name}", lambda rules, _: rules.update_series(
                    name, lambda content: content.with_instance(
                        sop, replace(content.instances[sop], thickness=value)))))

        self.insist(ask)

    def remove(self, name: str):
        def ask():
            latest, content = self.look(name)
            sop = self.generator.choice(sorted(content.instances))
            self.update(
                name, latest, self.document(
                    "removableAttributes", {"Study": {"Series": {content.series: {"Instances": {sop: {}}}}}}),
                Change(f"removal from {name}", lambda rules, _: rules.remove(name, sop)), force=True)

        self.insist(ask)

    def revert(self, name: str):
        def ask():
            latest, _ = self.look(name)
            if latest == 1:
                return
            number = self.generator.randint(max(1, latest - 2), latest - 1)
            self.update(
                name, latest, {"revertToVersionId": str(number)},
                Change(f"revert of {name} to {number}", lambda rules, _: rules.revert(name, number)))

        self.insist(ask)

    def ask_for_copy(self, name: str, latest: int, destination: Place | None, change: Change, **members) -> str:
        information: dict = {"sourceImageSet": {"latestVersionId": str(latest)}}
        if destination:
            information["destinationImageSet"] = {
                "imageSetId": destination[0], "latestVersionId": str(destination[1])}
        answer = self.native.copy_image_set(
            **self.members, sourceImageSetId=name, copyImageSetInformation=information, **members)
        made = answer["destinationImageSetProperties"]
        change.made.add((made["imageSetId"], int(made["latestVersionId"])))
        change.seen.add((name, latest))
        self.study.note(change)
        return made["imageSetId"]

    def copy(self, name: str):
        def ask():
            latest, _ = self.look(name)
            change = Change(f"copy of {name}", lambda rules, made: rules.copy(name, None, made))
            self.copies.append(self.ask_for_copy(name, latest, None, change))

        self.insist(ask)

    def copy_into(self, name: str):
        destination = self.generator.choice(self.copies)

        def ask():
            (latest, _), (standing, _) = self.look(name), self.look(destination)
            change = Change(f"copy of {name} into {destination}", lambda rules, _: rules.copy_into(
                name, None, destination, is_forced=True))
            self.ask_for_copy(name, latest, (destination, standing), change, force=True)

        self.insist(ask)

    def send(self, name: str):
        self.store_instance(self.look(name)[1].series)

    def send_series(self, _: str):
        self.store_instance(None)

    def store_instance(self, series: str | None):
        """A new instance of a series, or of one that is new too."""
        marker = self.study.mark()
        made = text_instance("order", number=marker, study="order", series=f"series {marker}")
        made.SeriesInstanceUID = series or made.SeriesInstanceUID
        made.SliceThickness = "1"
        answer = self.store.stow(made)
        assert answer.status_code == 200, answer.text
        arrival = Content.imported(made)
        self.study.note(Change(
            f"import of {marker}", lambda rules, made: rules.ingest(arrival, made), marker=marker))


@dataclass
class Outcome:
    """Every version of every image set as clients see it in the end."""

    versions: dict[Place, tuple[str, Content]]
    primaries: set[str]

    @staticmethod
    def of(store: Datastore) -> Outcome:
        outcome = Outcome({}, set())
        for summary in store.image_sets():
            name = summary["imageSetId"]
            if summary["isPrimary"]:
                outcome.primaries.add(name)
            pages = store.client.get_paginator("list_image_set_versions").paginate(
                datastoreId=store.id, imageSetId=name)
            for version in (one for page in pages for one in page["imageSetPropertiesList"]):
                assert version["imageSetState"] == "ACTIVE"
                number = int(version["versionId"])
                outcome.versions[name, number] = (
                    version["ImageSetWorkflowStatus"], Content.shown(store.metadata(name, versionId=str(number))))
        return outcome

    def markers(self, place: Place) -> set[int]:
        return {one.marker for one in self.versions[place][1].instances.values()} if place in self.versions else set()


def attribute(changes: list[Change], outcome: Outcome) -> dict[Place, Change]:
    """Finds the change behind every version; each version has exactly one."""
    owners: dict[Place, Change] = {}
    for change in changes:
        for place in change.made:
            assert owners.setdefault(place, change) is change, f"two changes were told to have made {place}"
    by_marker = {change.marker: change for change in changes if change.marker is not None}
    by_name = {change.patient_name: change for change in changes if change.patient_name is not None}
    for place, (status, content) in sorted(outcome.versions.items()):
        if place in owners:
            continue
        if status in ("CREATED", "IMPORTED"):
            [marker] = outcome.markers(place) - outcome.markers((place[0], place[1] - 1))
            owner = by_marker[marker]
        else:
            assert status == "UPDATED", f"nobody was told of {place}, {status}"
            owner = by_name[content.patient_name]
        owner.made.add(place)
        owners[place] = owner
    assert set(owners) == set(outcome.versions)
    assert all(change.made for change in changes), "an acknowledged change made no version"
    return owners


def serial_order(changes: list[Change], owners: dict[Place, Change], outcome: Outcome) -> list[Change]:
    """An order of the changes that the versions allow; a cycle fails."""
    sorter: TopologicalSorter = TopologicalSorter({change: set() for change in changes})
    for (name, number), owner in owners.items():
        if (name, number - 1) in owners and owners[name, number - 1] is not owner:
            sorter.add(owner, owners[name, number - 1])
    for change in changes:
        for name, number in change.seen:
            sorter.add(change, owners[name, number])
            if (name, number + 1) in owners:
                sorter.add(owners[name, number + 1], change)
        if change.patient_name is not None:
            # What a change of the whole study did not change was not there yet.
            touched = {name for name, _ in change.made}
            for name in outcome.primaries - touched:
                sorter.add(owners[name, 1], change)
    return list(sorter.static_order())


def test_changes_and_imports_by_many_clients_have_one_serial_order(datastore):
    study = Study(datastore)
    first = Client(study, -1)
    for series in (text_instance(series=f"first {number}").SeriesInstanceUID for number in range(3)):
        for _ in range(3):
            first.store_instance(series)
    clients = [Client(study, number) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for running in [pool.submit(client.run) for client in clients]:
            running.result()
    outcome = Outcome.of(datastore)
    owners = attribute(study.changes, outcome)
    rules = Rules()
    for change in serial_order(study.changes, owners, outcome):
        created = [name for name, number in change.made if number == 1]
        change.play(rules, created[0] if created else NEW)
        for name, number in change.made:
            assert len(rules.sets[name].versions) == number, change.what
    assert {
        (name, number): (version.status, version.content)
        for name, one in rules.sets.items() for number, version in enumerate(one.versions, 1)} == outcome.versions
    assert {name for name, one in rules.sets.items() if one.is_primary} == outcome.primaries
    assert len(study.changes) > CLIENTS * CHANGES / 2, f"only {study.changes}, with {study.refusals} refusals"
    # One study has one patient, as DICOMweb shows it.
    [found] = datastore.qido("studies")
    assert found["00201206"]["Value"] == [len(outcome.primaries)]
