"""Storage tiers: what is archived, what brings it back, and that no move loses a byte (spec/30 "Storage tiers")."""

from __future__ import annotations

import datetime
import json
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError

from clients import Datastore, native, series_path, session
from fixtures import ct_series, ct_slice
from server import Server, TemporaryFolder, pack_bytes, poll

ARCHIVED, FREQUENT = "ARCHIVE_INSTANT_ACCESS", "FREQUENT_ACCESS"


def tiered(folder, after: str) -> Server:
    """A server that archives soon, into a folder beside its data."""
    return Server(
        folder, buckets={Datastore.BUCKET: folder / "bucket"},
        environment={"ISOCENTER_ARCHIVE": str(folder / "archive"), "ISOCENTER_ARCHIVE_AFTER": after})


def connect(store: Datastore):
    """After a restart: the server has another port."""
    store.client = native(store.server.endpoint, store.server.credentials)
    store.http = session(store.server.credentials)


def get(store: Datastore, image_set: str) -> dict:
    return store.client.get_image_set(datastoreId=store.id, imageSetId=image_set)


def tier(store: Datastore, image_set: str) -> str:
    return get(store, image_set)["storageTier"]


def wait_for(store: Datastore, image_set: str, wanted: str):
    poll(lambda: tier(store, image_set) == wanted, what=f"{wanted} of {image_set}")


def expect_frequent(found: dict, began: float):
    """A set that was accessed after `began` is in frequent access, unless a busy machine took so long to look that it may
    be in the archive again."""
    assert found["storageTier"] == FREQUENT or time.monotonic() - began > PERIOD


#: How long an image set of `cold` stays in frequent access, in seconds.
PERIOD = 2


@pytest.fixture(scope="module")
def cold(binary):
    """A data store whose image sets are archived after two seconds."""
    with TemporaryFolder() as folder, tiered(folder, f"{PERIOD}s") as server:
        yield Datastore(server, "cold")


@pytest.fixture(scope="module")
def imported(cold):
    """An image set of two slices, its frames, and the slices."""
    slices = ct_series(2, study="tiers", series="ct")
    [image_set] = cold.import_instances(*slices).image_set_ids
    frames = {one["ImageFrames"][0]["ID"] for one in cold.instances(image_set).values()}
    return image_set, {frame: cold.frame(image_set, frame) for frame in frames}, slices


def test_a_new_set_is_in_frequent_access_and_was_accessed_by_its_import(cold):
    before, began = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
    [image_set] = cold.import_instances(ct_slice(study="new")).image_set_ids
    found = get(cold, image_set)
    expect_frequent(found, began)
    assert abs((found["lastAccessedAt"] - before).total_seconds()) < 60


def test_a_set_that_nobody_accesses_is_archived_and_its_bytes_lie_in_the_other_folder(cold, imported):
    image_set, frames, _ = imported
    wait_for(cold, image_set, ARCHIVED)
    [summary] = [one for one in cold.image_sets() if one["imageSetId"] == image_set]
    assert summary["storageTier"] == ARCHIVED
    assert summary["lastAccessedAt"] == get(cold, image_set)["lastAccessedAt"]
    archive = cold.server.folder / "archive" / cold.id
    poll(lambda: pack_bytes(archive) > sum(map(len, frames.values())), what="the bytes in the archive")
    assert not (cold.server.data / "datastores" / cold.id / "archive").exists()


ACCESSES = {
    "GetImageSetMetadata": lambda store, image_set, frame, one: store.metadata(image_set),
    "GetImageFrame": lambda store, image_set, frame, one: store.frame(image_set, frame),
    "WADO-RS instance": lambda store, image_set, frame, one: store.retrieve(one),
    "WADO-RS metadata": lambda store, image_set, frame, one: store.get(
        series_path(one) + "/metadata", "application/dicom+json"),
    "STOW into the set": lambda store, image_set, frame, one: store.stow(one),
}


@pytest.mark.parametrize("operation", ACCESSES)
def test_access_brings_a_set_back_at_once(cold, imported, operation):
    image_set, frames, slices = imported
    wait_for(cold, image_set, ARCHIVED)
    before, began = get(cold, image_set)["lastAccessedAt"], time.monotonic()
    answer = ACCESSES[operation](cold, image_set, next(iter(frames)), slices[0])
    assert getattr(answer, "status_code", 200) == 200
    after = get(cold, image_set)
    expect_frequent(after, began)
    assert after["lastAccessedAt"] > before


def update(store: Datastore, image_set: str):
    patient = json.dumps({"SchemaVersion": 1.1, "Patient": {"DICOM": {"PatientComments": str(time.monotonic())}}})
    store.client.update_image_set_metadata(
        datastoreId=store.id, imageSetId=image_set, latestVersionId=get(store, image_set)["versionId"],
        updateImageSetMetadataUpdates={"DICOMUpdates": {"updatableAttributes": patient.encode()}})


def copy(store: Datastore, image_set: str, destination: str | None = None, subset: dict | None = None) -> str:
    information = {"sourceImageSet": {"latestVersionId": get(store, image_set)["versionId"]}}
    if subset:
        information["sourceImageSet"]["DICOMCopies"] = {"copiableAttributes": json.dumps(subset)}
    if destination:
        information["destinationImageSet"] = {
            "imageSetId": destination, "latestVersionId": get(store, destination)["versionId"]}
    answer = store.client.copy_image_set(
        datastoreId=store.id, sourceImageSetId=image_set, copyImageSetInformation=information)
    return answer["destinationImageSetProperties"]["imageSetId"]


def test_an_update_counts_as_access(cold, imported):
    image_set, *_ = imported
    wait_for(cold, image_set, ARCHIVED)
    before, began = get(cold, image_set)["lastAccessedAt"], time.monotonic()
    update(cold, image_set)
    after = get(cold, image_set)
    expect_frequent(after, began)
    assert after["lastAccessedAt"] > before


def test_a_copy_counts_as_access_for_the_resulting_set_only(cold):
    [source] = cold.import_instances(ct_slice(1, study="copied", series="source")).image_set_ids
    wait_for(cold, source, ARCHIVED)
    before, began = get(cold, source)["lastAccessedAt"], time.monotonic()
    made = copy(cold, source)
    assert (tier(cold, source), get(cold, source)["lastAccessedAt"]) == (ARCHIVED, before)
    expect_frequent(get(cold, made), began)
    wait_for(cold, made, ARCHIVED)
    last = get(cold, made)["lastAccessedAt"]
    # Another instance of the series, which the copy does not have yet.
    third = ct_slice(3, study="copied", series="source")
    assert cold.import_instances(third).image_set_ids == [source]
    wait_for(cold, source, ARCHIVED)
    before, began = get(cold, source)["lastAccessedAt"], time.monotonic()
    subset = {"SchemaVersion": "1.1", "Study": {"Series": {
        third.SeriesInstanceUID: {"Instances": {third.SOPInstanceUID: {}}}}}}
    assert copy(cold, source, made, subset) == made
    after = get(cold, made)
    expect_frequent(after, began)
    assert after["lastAccessedAt"] > last
    assert (tier(cold, source), get(cold, source)["lastAccessedAt"]) == (ARCHIVED, before)


OTHERS = {
    "GetImageSet": lambda store, image_set, one: get(store, image_set),
    "ListImageSetVersions": lambda store, image_set, one: store.client.list_image_set_versions(
        datastoreId=store.id, imageSetId=image_set),
    "SearchImageSets": lambda store, image_set, one: store.image_sets(),
    "QIDO-RS": lambda store, image_set, one: store.qido("instances", {"includefield": "all"}),
    "QIDO-RS of a series": lambda store, image_set, one: store.qido(series_path(one) + "/instances"),
    "TagResource": lambda store, image_set, one: store.client.tag_resource(
        resourceArn=f"{store.arn}/imageset/{image_set}", tags={"key": "value"}),
    "GetDatastore": lambda store, image_set, one: store.client.get_datastore(datastoreId=store.id),
}


@pytest.mark.parametrize("operation", OTHERS)
def test_what_is_not_access_leaves_a_set_where_it_is(cold, imported, operation):
    image_set, _, slices = imported
    wait_for(cold, image_set, ARCHIVED)
    before = get(cold, image_set)["lastAccessedAt"]
    OTHERS[operation](cold, image_set, slices[0])
    after = get(cold, image_set)
    assert (after["storageTier"], after["lastAccessedAt"]) == (ARCHIVED, before)


def test_frames_and_their_ids_are_the_same_in_either_tier(cold, imported):
    image_set, frames, slices = imported
    for _ in range(2):
        wait_for(cold, image_set, ARCHIVED)
        assert {frame: cold.frame(image_set, frame) for frame in frames} == frames
        assert cold.retrieve(slices[1]).PixelData == slices[1].PixelData


def test_a_server_that_is_killed_while_it_moves_loses_nothing(binary):
    with TemporaryFolder() as folder:
        server = tiered(folder, "1s")
        try:
            server.start()
            store = Datastore(server, "killed")
            slices = [one for series in "abc" for one in ct_series(8, study=f"study {series}", series=series)]
            image_sets = store.import_instances(*slices).image_set_ids
            frames = {
                (image_set, one["ImageFrames"][0]["ID"]): None
                for image_set in image_sets for one in store.instances(image_set).values()
            }
            for image_set, frame in frames:
                frames[image_set, frame] = store.frame(image_set, frame)
            generator = random.Random(5)
            moves = set()
            for _ in range(12):
                if server.process is None:
                    server.start()
                    connect(store)
                killer = threading.Timer(generator.uniform(0.3, 2.5), server.process.kill)
                killer.start()
                try:
                    while True:
                        # Some sets are read, others are left alone; what is read is right at any moment.
                        image_set, frame = generator.choice(list(frames))
                        assert store.frame(image_set, frame) == frames[image_set, frame]
                        moves.add(tuple(tier(store, one) for one in image_sets))
                        time.sleep(generator.choice([0, 0.05, 1.2]))
                except BotoCoreError:
                    pass  # the kill; an answer that is an error is none, and fails the test
                killer.join()
                server.kill()
            assert len(moves) > 2, "nothing was moved while the server was killed"
            server.start()
            connect(store)
            for (image_set, frame), content in frames.items():
                assert store.frame(image_set, frame) == content
            for one in slices:
                assert store.retrieve(one).PixelData == one.PixelData
            for image_set in image_sets:
                wait_for(store, image_set, ARCHIVED)
            packs = server.data / "datastores" / store.id / "packs"
            poll(lambda: pack_bytes(packs) == 0, what="the end of all frequent packs")
            assert server.stop() == 0
            ended = server.run("verify")
            assert ended.returncode == 0, ended.stdout + ended.stderr
            assert f"Checked {len(slices)} instances" in ended.stdout
        finally:
            server.kill()


def test_a_period_that_makes_no_sense_is_refused_by_its_name(own_server):
    own_server.environment["ISOCENTER_ARCHIVE_AFTER"] = "soon"
    own_server.spawn()
    assert own_server.wait() != 0
    assert "archiveAfter" in own_server.errors + own_server.output
