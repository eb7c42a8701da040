"""Random histories of image sets through boto3 and STOW-RS, under kill -9, against the rules (spec/30).

Sixteen histories run side by side in one data store, each on studies of its own, while the server compacts, archives
what nobody has read for a second, and is killed at random moments. After each restart every history stands before or after
the change that was cut off, whole, with every image set ACTIVE; at its end every version of every image set, every frame
and the indexes are what the rules say, and `isocenter verify` finds nothing.

`ISOCENTER_HISTORIES=10000` plays as many; `ISOCENTER_FIRST_HISTORY` is the first one's seed.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy
import requests
from botocore.exceptions import BotoCoreError, ClientError

from clients import Datastore, native, session
from fixtures import instance, put_pixels, text_instance, uid
from image_set_rules import NEW, Content, Refused, Rules
from server import Server, free_port
from test_updates import MESSAGE

COUNT = int(os.environ.get("ISOCENTER_HISTORIES", "48"))
FIRST = int(os.environ.get("ISOCENTER_FIRST_HISTORY", "0"))
SIDE_BY_SIDE = 16
KILLS = 3
SETTINGS = "compaction:\n  interval: 0.05\narchiveAfter: 1s\n"


class CutOff(Exception):
    """The connection broke before an answer came."""


class History:
    """One history: what was acknowledged, and what was cut off."""

    def __init__(self, seed: int, store: Datastore):
        self.seed, self.store = seed, store
        self.generator = random.Random(seed)
        self.studies = [uid("history", seed, number) for number in range(2)]
        self.series = [uid("history series", seed, number) for number in range(3)]
        self.sops = [uid("history instance", seed, number) for number in range(6)]
        self.has_pixels = seed % 2 == 0
        self.rules = Rules()
        #: What the rules say if the change that was cut off took place.
        self.pending: Rules | None = None
        self.story: list[str] = []
        self.imports = self.changes = 0
        #: The frame of each import, as it was read first.
        self.frames: dict[int, bytes] = {}

    @property
    def members(self) -> dict:
        return {"datastoreId": self.store.id}

    def told(self, what: str) -> str:
        return f"seed {self.seed}: {what}, after\n" + "\n".join(self.story)

    # MARK: steps

    def run(self, is_over: threading.Event):
        while not is_over.is_set():
            try:
                self.step()
            except CutOff:
                return

    def step(self):
        names = sorted(self.rules.sets)
        # A history that has grown large goes on with what it has.
        if not names or (len(names) < 6 and self.generator.random() < 0.35):
            return self.ingest()
        kinds = [
            self.update_study, self.update_study, self.update_series, self.identify, self.remove, self.revert,
            self.copy_into, self.promote, self.delete]
        kinds += [self.copy] if len(names) < 6 else [self.delete]
        self.generator.choice(kinds)(self.generator.choice(names))

    def change(self, what: str, rule, send):
        """Asks for a change by the rules' verdict: done, or refused with their code."""
        self.story.append(what)
        after, refusal = self.rules.clone(), None
        try:
            rule(after)
        except Refused as refused:
            after, refusal = self.rules.clone(), refused.code
        self.pending = after
        try:
            made = send()
        except ClientError as error:
            assert error.response["Error"]["Code"] == refusal, self.told(f"refused with {error}, not {refusal}")
        except (BotoCoreError, requests.RequestException) as error:
            self.story[-1] += " (cut off)"
            raise CutOff from error
        else:
            assert refusal is None, self.told(f"not refused with {refusal}")
            if NEW in after.sets:
                after.rename(NEW, made)
        self.rules, self.pending = after, None
        self.changes += 1

    def ingest(self):
        self.imports += 1
        make = instance if self.has_pixels else text_instance
        made = make("history", self.seed, number=self.imports, series="history")
        made.StudyInstanceUID = self.generator.choice(self.studies)
        made.SeriesInstanceUID = self.generator.choice(self.series)
        made.SOPInstanceUID = self.generator.choice(self.sops[:4])
        made.PatientID = self.generator.choice("AAB")
        made.AccessionNumber = self.generator.choice("XXXY")
        made.SeriesNumber = self.generator.choice("1112")
        made.SliceThickness = "1"
        if self.has_pixels:
            put_pixels(made, numpy.full((1, 4, 4), self.imports, numpy.uint16))
        arrival = Content.imported(made)

        def send() -> str | None:
            answer = self.store.stow(made)
            assert answer.status_code in (200, 202), self.told(answer.text)
            unknown = {one["imageSetId"] for one in self.summaries(self.store.image_sets())} - set(self.rules.sets)
            assert len(unknown) <= 1, self.told(f"{unknown} are new")
            return next(iter(unknown), None)

        self.change(f"import {arrival}", lambda rules: rules.ingest(arrival), send)

    def update(self, name: str, what: str, rule, document: dict, *, is_removal=False, **members):
        text = json.dumps({"SchemaVersion": 1.1} | document).encode()
        updates = {"removableAttributes" if is_removal else "updatableAttributes": text}
        self.change(f"{what} of {name} {document} {members}", rule, lambda: self.send_update(
            name, {"DICOMUpdates": updates}, **members))

    def send_update(self, name: str, updates: dict, **members):
        self.store.client.update_image_set_metadata(
            **self.members, imageSetId=name, latestVersionId=self.latest(name), updateImageSetMetadataUpdates=updates,
            **members)

    def latest(self, name: str) -> str:
        return str(len(self.rules.sets[name].versions))

    def update_study(self, name: str):
        includes_study = self.generator.random() < 0.5
        level, keyword, member, value = self.generator.choice([
            ("Patient", "PatientID", "patient_id", "A"), ("Patient", "PatientID", "patient_id", "B"),
            ("Study", "AccessionNumber", "accession", "X"), ("Study", "AccessionNumber", "accession", "Y"),
            ("Patient", "PatientName", "patient_name", None)])
        self.update(
            name, "study update",
            lambda rules: rules.update_study(
                name, lambda content: replace(content, **{member: value}), includes_study=includes_study),
            {level: {"DICOM": {keyword: value}}}, is_removal=value is None, includeStudyImageSets=includes_study)

    def within(self, name: str, section: dict) -> dict:
        return {"Study": {"Series": {self.rules.sets[name].latest.series: section}}}

    def any_instance(self, name: str) -> str:
        return self.generator.choice(sorted(self.rules.sets[name].latest.instances))

    def update_series(self, name: str):
        if self.generator.random() < 0.5:
            value = self.generator.choice("12")
            return self.update(
                name, "series update",
                lambda rules: rules.update_series(name, lambda content: replace(content, series_number=value)),
                self.within(name, {"DICOM": {"SeriesNumber": value}}))
        sop, value = self.any_instance(name), self.generator.choice(["2", "3", None])

        def edit(content: Content) -> Content:
            return content.with_instance(sop, replace(content.instances[sop], thickness=value))

        self.update(
            name, "instance update", lambda rules: rules.update_series(name, edit),
            self.within(name, {"Instances": {sop: {"DICOM": {"SliceThickness": value}}}}), is_removal=value is None)

    def identify(self, name: str):
        kind = self.generator.choice(["study", "series", "instance"])
        if kind == "study":
            value = self.generator.choice(self.studies)
            document = {"Study": {"DICOM": {"StudyInstanceUID": value}}}
            edit = lambda content: replace(content, study=value)
        elif kind == "series":
            value = self.generator.choice(self.series)
            document = self.within(name, {"DICOM": {"SeriesInstanceUID": value}})
            edit = lambda content: replace(content, series=value)
        else:
            sop, value = self.any_instance(name), self.generator.choice(self.sops)
            document = self.within(name, {"Instances": {sop: {"DICOM": {"SOPInstanceUID": value}}}})
            edit = lambda content: content.with_instance(sop, None).with_instance(value, content.instances[sop])
        self.update(name, "identification", lambda rules: rules.identify(name, edit), document, force=True)

    def remove(self, name: str):
        sop = self.any_instance(name)
        self.update(
            name, "removal", lambda rules: rules.remove(name, sop), self.within(name, {"Instances": {sop: {}}}),
            is_removal=True, force=True)

    def revert(self, name: str):
        number = self.generator.randint(1, len(self.rules.sets[name].versions))
        self.change(
            f"revert of {name} to {number}", lambda rules: rules.revert(name, number),
            lambda: self.send_update(name, {"revertToVersionId": str(number)}))

    def send_copy(self, name: str, only: str | None = None, destination: str | None = None, **members) -> str:
        information: dict = {"sourceImageSet": {"latestVersionId": self.latest(name)}}
        if only:
            copiable = {"SchemaVersion": 1.1} | self.within(name, {"Instances": {only: {}}})
            information["sourceImageSet"]["DICOMCopies"] = {"copiableAttributes": json.dumps(copiable)}
        if destination:
            information["destinationImageSet"] = {
                "imageSetId": destination, "latestVersionId": self.latest(destination)}
        answer = self.store.client.copy_image_set(
            **self.members, sourceImageSetId=name, copyImageSetInformation=information, **members)
        return answer["destinationImageSetProperties"]["imageSetId"]

    def selection(self, name: str) -> str | None:
        return None if self.generator.random() < 0.6 else self.any_instance(name)

    def copy(self, name: str):
        only = self.selection(name)
        self.change(
            f"copy of {name} {only or ''}", lambda rules: rules.copy(name, only), lambda: self.send_copy(name, only))

    def copy_into(self, name: str):
        only, is_forced = self.selection(name), self.generator.random() < 0.6
        destination = self.generator.choice(sorted(self.rules.sets))
        self.change(
            f"copy of {name} {only or ''} into {destination} {is_forced}",
            lambda rules: rules.copy_into(name, only, destination, is_forced=is_forced),
            lambda: self.send_copy(name, only, destination, force=is_forced))

    def promote(self, name: str):
        self.change(
            f"promotion of {name}", lambda rules: rules.promote(name),
            lambda: self.send_copy(name, promoteToPrimary=True))

    def delete(self, name: str):
        self.change(
            f"deletion of {name}", lambda rules: rules.delete(name),
            lambda: self.store.client.delete_image_set(**self.members, imageSetId=name) and None)

    # MARK: comparing

    def summaries(self, listing: list[dict]) -> list[dict]:
        """Those of this history."""
        return [one for one in listing if one["DICOMTags"]["DICOMStudyInstanceUID"] in self.studies]

    def settle(self, listing: list[dict]) -> str:
        """Finds out whether the change that was cut off took place: all of it, or nothing."""
        found = {one["imageSetId"]: (one["version"], one["isPrimary"]) for one in self.summaries(listing)}

        def stands(rules: Rules) -> bool:
            return found == {
                name: (len(one.versions), one.is_primary) for name, one in rules.sets.items()}

        before, after = self.rules, self.pending
        self.pending = None
        if after is None or stands(before):
            assert stands(before), self.told(f"{found} is not what was acknowledged")
            return "gone" if after else "done"
        unknown = set(found) - set(after.sets)
        if NEW in after.sets and len(unknown) == 1:
            after.rename(NEW, unknown.pop())
        assert stands(after), self.told(f"{found} is neither before the change that was cut off nor after it")
        self.rules = after
        self.story[-1] += " (stands)"
        return "stands"

    def compare_latest(self):
        for name, one in self.rules.sets.items():
            self.compare(name, len(one.versions))

    def compare(self, name: str, number: int):
        metadata = self.read(name, number)
        expected = self.rules.sets[name].versions[number - 1].content
        shown = Content.shown(metadata)
        assert shown == expected, self.told(f"version {number} of {name} is {shown}, not {expected}")

    def read(self, name: str, number: int) -> dict:
        return self.store.metadata(name, versionId=str(number))

    def compare_all(self):
        """Every version of every image set, frames, and the hierarchy."""
        for name, one in self.rules.sets.items():
            versions = self.store.client.list_image_set_versions(
                **self.members, imageSetId=name, maxResults=50)["imageSetPropertiesList"]
            told = [(int(version["versionId"]), version["ImageSetWorkflowStatus"]) for version in reversed(versions)]
            expected = [(number, version.status) for number, version in enumerate(one.versions, 1)]
            assert told == expected[-50:], self.told(f"the versions of {name} are {told}, not {expected}")
            assert {version["imageSetState"] for version in versions} == {"ACTIVE"}
            assert all(MESSAGE.fullmatch(version.get("message", "-")) for version in versions)
            for number in range(1, len(one.versions) + 1):
                self.compare(name, number)
            if self.has_pixels:
                self.compare_frames(name)
        self.compare_hierarchy()

    def compare_frames(self, name: str):
        [series] = self.read(name, len(self.rules.sets[name].versions))["Study"]["Series"].values()
        for one in series["Instances"].values():
            marker = int(one["DICOM"]["InstanceNumber"])
            frame = self.store.frame(name, one["ImageFrames"][0]["ID"])
            assert one["ImageFrames"][0]["MaxPixelValue"] == marker, self.told(f"the pixels of {marker} are others")
            assert self.frames.setdefault(marker, frame) == frame, self.told(f"the frame of {marker} is another")

    def compare_hierarchy(self):
        """One SOP Instance UID is primary in one place; one study has one patient; DICOMweb shows just these."""
        primaries = [one.latest for one in self.rules.sets.values() if one.is_primary]
        for uid_ in self.studies:
            members = [content for content in primaries if content.study == uid_]
            found = self.store.qido("studies", {"StudyInstanceUID": uid_})
            assert bool(found) == bool(members), self.told(f"the study {uid_} is found, or is not")
            if not members:
                continue
            [patient] = {content.patient_id for content in members}
            assert found[0]["00100020"]["Value"] == [patient], self.told("the study has another patient")
            assert found[0]["00201206"]["Value"] == [len(members)], self.told("the number of its series is another")
            sops = sorted(sop for content in members for sop in content.instances)
            assert len(sops) == len(set(sops))
            listed = self.store.qido(f"studies/{uid_}/instances")
            assert sorted(one["00080018"]["Value"][0] for one in listed) == sops, self.told("its instances are others")


def test_histories_under_kills_are_what_the_rules_say(own_server, folder):
    (folder / "settings.yaml").write_text(SETTINGS)
    # One port for all starts, so that clients need not be made anew.
    own_server.arguments += ["--config", str(folder / "settings.yaml"), "--port", str(free_port())]
    own_server.start()
    connections = [
        (native(own_server.endpoint, own_server.credentials), session(own_server.credentials))
        for _ in range(SIDE_BY_SIDE)]
    generator = random.Random(FIRST)
    tally = {"histories": 0, "changes": 0, "kills": 0, "stands": 0, "gone": 0, "done": 0}
    began = time.monotonic()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for first in range(FIRST, FIRST + COUNT, SIDE_BY_SIDE):
            store = Datastore(own_server, f"histories-{first}")
            histories = [
                History(seed, store.seen_by(*connection))
                for seed, connection in zip(range(first, min(first + SIDE_BY_SIDE, FIRST + COUNT)), connections)]
            for _ in range(KILLS):
                live(own_server, histories, pool, generator)
                tally["kills"] += 1
                listing = store.image_sets()
                for outcome in pool.map(lambda history: history.settle(listing), histories):
                    tally[outcome] += 1
                list(pool.map(History.compare_latest, histories))
            list(pool.map(History.compare_all, histories))
            tally["histories"] += len(histories)
            tally["changes"] += sum(history.changes for history in histories)
            verify(own_server)
            store.delete()
            if first % 800 == 0:
                print(f"{time.monotonic() - began:.0f} s: {tally}", flush=True)
    print(f"{time.monotonic() - began:.0f} s: {tally}")
    # A kill that cuts nothing off shows nothing.
    assert tally["stands"] and tally["gone"]


def live(server: Server, histories: list[History], pool: ThreadPoolExecutor, generator: random.Random):
    """Lets the histories run until the server is killed, and starts it again."""
    is_over = threading.Event()
    running = [pool.submit(history.run, is_over) for history in histories]
    time.sleep(generator.uniform(0.05, 0.4))
    server.kill()
    is_over.set()
    for one in running:
        one.result()
    server.start()


def verify(server: Server):
    """Every byte that the catalog knows of is there; the server does not stop for it."""
    server.kill()
    report = server.run("verify")
    assert report.returncode == 0, report.stdout + report.stderr
    server.start()
