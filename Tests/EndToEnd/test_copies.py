"""CopyImageSet and promotion with boto3, and both recipes of the guide (spec/30)."""

from __future__ import annotations

import json

import numpy
import pytest

from clients import Datastore, refused
from fixtures import ct_slice, instance, noise, put_pixels
from server import pack_bytes, poll
from test_updates import MESSAGE, SLICE, ImageSet, beside, document, primary  # noqa: F401


def information(source: ImageSet, destination: ImageSet | None, copiable, latest: dict[str, str]) -> dict:
    made: dict = {"sourceImageSet": {"latestVersionId": latest.get("source", source.version)}}
    if copiable is not None:
        text = copiable if isinstance(copiable, str) else json.dumps(copiable)
        made["sourceImageSet"]["DICOMCopies"] = {"copiableAttributes": text}
    if destination:
        made["destinationImageSet"] = {
            "imageSetId": destination.id, "latestVersionId": latest.get("destination", destination.version)}
    return made


def request(source: ImageSet, destination: ImageSet | None = None, copiable=None, *, latest=None, **members) -> dict:
    return {
        "datastoreId": source.store.id, "sourceImageSetId": source.id,
        "copyImageSetInformation": information(source, destination, copiable, latest or {})} | members


def copied(source: ImageSet, *arguments, **members) -> ImageSet:
    """Copies; the set that the copy went to."""
    answer = source.store.client.copy_image_set(**request(source, *arguments, **members))
    properties = answer["destinationImageSetProperties"]
    assert (properties["imageSetState"], properties["imageSetWorkflowStatus"]) == ("LOCKED", "COPYING")
    made = ImageSet(source.store, properties["imageSetId"])
    assert properties["latestVersionId"] == made.version
    assert properties["imageSetArn"] == made.properties["imageSetArn"]
    return made


def selection(source, *numbers: int) -> dict:
    return {"SchemaVersion": "1.1", "Study": {"Series": {
        source.SeriesInstanceUID: {"Instances": {ct_slice(number).SOPInstanceUID: {} for number in numbers}}}}}


def packs(store: Datastore) -> int:
    """The bytes of all packs of the store's server."""
    return pack_bytes(store.server.data)


def test_a_copy_without_destination_is_a_new_set_beside_the_primary_ones(primary):
    store, size = primary.store, packs(primary.store)
    before = primary.properties
    answer = store.client.copy_image_set(**request(primary))
    source, destination = answer["sourceImageSetProperties"], answer["destinationImageSetProperties"]
    assert answer["datastoreId"] == store.id
    assert (source["imageSetId"], source["latestVersionId"]) == (primary.id, "1")
    assert (source["imageSetState"], source["imageSetWorkflowStatus"]) == ("LOCKED", "COPYING_WITH_READ_ONLY_ACCESS")
    assert (destination["imageSetState"], destination["imageSetWorkflowStatus"]) == ("LOCKED", "COPYING")
    assert destination["latestVersionId"] == "1" and destination["imageSetId"] != primary.id
    made = ImageSet(store, destination["imageSetId"])
    properties = made.properties
    assert (properties["imageSetState"], properties["imageSetWorkflowStatus"]) == ("ACTIVE", "COPIED")
    assert properties["isPrimary"] is False and "updatedAt" not in properties and "overrides" not in properties
    # The source has its version number and its status back.
    assert primary.properties == before
    original, copy = primary.metadata(), made.metadata()
    assert copy["Patient"] == original["Patient"] and copy["Study"]["DICOM"] == original["Study"]["DICOM"]
    for name, one in primary.instances().items():
        other = made.instances()[name]
        assert other["DICOM"] == one["DICOM"]
        [mine], [theirs] = one["ImageFrames"], other["ImageFrames"]
        assert mine.pop("ID") != theirs.pop("ID") and mine == theirs, "frame ids of its own, the same frames"
    assert packs(store) == size, "no byte is copied"
    assert len(store.qido("series")) == 1, "the hierarchy does not show it"


def test_frames_of_a_copy_are_served_under_its_ids_alone(primary, beside):
    for mine, theirs in zip(primary.instances().values(), beside.instances().values()):
        [one], [other] = mine["ImageFrames"], theirs["ImageFrames"]
        assert primary.store.frame(primary.id, one["ID"]) == primary.store.frame(beside.id, other["ID"])
        error = refused(
            primary.store.client.get_image_frame, datastoreId=primary.store.id, imageSetId=beside.id,
            imageFrameInformation={"imageFrameId": one["ID"]})
        assert error.code == "ResourceNotFoundException"


def test_a_subset_is_copied_and_added_to_another_set(primary):
    part = copied(primary, None, selection(SLICE, 2))
    assert list(part.instances()) == [ct_slice(2).SOPInstanceUID]
    rest = copied(primary, part, selection(SLICE, 3, 1))
    assert rest.id == part.id and part.version == "2"
    assert [one["ImageSetWorkflowStatus"] for one in part.versions] == ["COPIED", "COPIED"]
    assert set(part.instances()) == {ct_slice(number).SOPInstanceUID for number in (1, 2, 3)}
    assert list(part.instances("1")) == [ct_slice(2).SOPInstanceUID]
    whole = copied(primary, None, {"SchemaVersion": 1.1, "Study": {"Series": {SLICE.SeriesInstanceUID: {}}}})
    assert len(whole.instances()) == 3


@pytest.mark.parametrize(
    "copiable", [
        {"SchemaVersion": "1.1"}, {"SchemaVersion": "1.1", "Study": {"Series": {"1.2": {"Instances": {"1": {}}}}}},
        {"SchemaVersion": "1.1", "Study": {"Series": {SLICE.SeriesInstanceUID: {"Instances": {"1.2.3": {}}}}}},
        {"SchemaVersion": "1.1", "Study": {"Series": {SLICE.SeriesInstanceUID: {"Instances": {}}}}},
        {"Study": {"Series": {SLICE.SeriesInstanceUID: {}}}}, "{", "[]"])
def test_a_selection_of_what_is_not_there_is_refused(primary, copiable):
    error = refused(primary.store.client.copy_image_set, **request(primary, None, copiable))
    assert error.code == "ValidationException" and "1.2.3" not in error.message


def failure(source: ImageSet, destination: ImageSet, *arguments, **members) -> str:
    """Copies what cannot be: the message of the version that is left behind."""
    before, version = destination.metadata(), int(destination.version)
    source_before = source.properties
    copied(source, destination, *arguments, **members)
    properties = destination.properties
    assert properties["imageSetState"] == "ACTIVE" and properties["imageSetWorkflowStatus"] == "COPY_FAILED"
    assert properties["versionId"] == str(version + 1)
    assert MESSAGE.fullmatch(properties["message"]), properties["message"]
    assert destination.versions[0]["message"] == properties["message"]
    assert destination.metadata() == before
    assert source.properties == source_before
    return properties["message"]


@pytest.mark.parametrize(
    "level, change", [("Patient", {"patient": {"PatientSex": "O"}}), ("Study", {"study": {"StudyDescription": "A"}}),
                      ("Series", {"series": {"StationName": "A"}})])
def test_sets_whose_levels_differ_do_not_go_together_without_force(primary, level, change):
    destination = copied(primary, None, selection(SLICE, 1))
    destination.update(updatable=document(**change, source=SLICE))
    message = failure(primary, destination, selection(SLICE, 2))
    assert message == f"INVALID_REQUEST: {level} of SourceImageSet and DestinationImageSet don't match."
    before = destination.metadata()
    copied(primary, destination, selection(SLICE, 2), force=True)
    assert destination.versions[0]["overrides"] == {"forced": True}
    after = destination.metadata()
    assert after["Patient"] == before["Patient"] and after["Study"]["DICOM"] == before["Study"]["DICOM"]
    assert after["Study"]["Series"][SLICE.SeriesInstanceUID]["DICOM"] == (
        before["Study"]["Series"][SLICE.SeriesInstanceUID]["DICOM"])
    # The file of the copied instance is one of its new set.
    [values] = change.values()
    [(keyword, value)] = values.items()
    file = primary.store.retrieve(ct_slice(2), query=f"?imageSetId={destination.id}")
    assert file[keyword].value == value


def test_what_was_changed_in_the_source_stays_changed_in_the_copy(primary):
    """A name that was taken out must not come back by a copy into a set that has never had it."""
    store = primary.store
    source = copied(primary, None, selection(SLICE, 1))
    source.update(updatable=document(patient={"PatientName": "Anon"}))
    nameless = ct_slice(2)
    nameless.PatientName, nameless.PatientID = "Anon", "P-9"
    [identifier] = store.import_instances(nameless).image_set_ids
    destination = ImageSet(store, identifier)
    copied(source, destination, force=True)
    query = f"?imageSetId={destination.id}"
    assert str(store.retrieve(SLICE, query=query).PatientName) == "Anon"
    assert store.retrieve(SLICE, query=query).PatientID == "P-9"
    assert str(store.retrieve(SLICE).PatientName) == "Muster^Erika", "the primary set is untouched"


def test_instances_are_in_a_set_once(primary, beside):
    assert "not unique" in failure(primary, beside, selection(SLICE, 1))
    assert "not unique" in failure(primary, beside, force=True)


def test_instances_of_a_primary_set_cannot_be_primary_in_another(primary):
    store = primary.store
    other = ImageSet(store, store.import_instances(ct_slice(7, series="other")).image_set_ids[0])
    assert "primary" in failure(primary, other, force=True)
    # A non-primary instance that is primary nowhere may be added.
    conflicting = ct_slice(8)
    conflicting.PatientID = "P-8"
    extra = ImageSet(store, store.import_instances(conflicting).image_set_ids[0])
    copied(extra, primary, force=True)
    assert conflicting.SOPInstanceUID in primary.instances()
    assert store.qido("series", {"SeriesInstanceUID": SLICE.SeriesInstanceUID})[0]["00201209"]["Value"] == [4]
    assert store.retrieve(ct_slice(8)).PatientID == "P-1"


def test_stale_versions_and_a_copy_to_itself_are_refused(primary, beside):
    call = primary.store.client.copy_image_set
    for latest in ({"source": "2"}, {"destination": "9"}):
        error = refused(call, **request(primary, beside, latest=latest))
        assert (error.code, error.message) == (
            "ResourceNotFoundException", "Requested version(s) of ImageSet(s) is not the latest.")
    assert refused(call, **request(primary, primary)).code == "ValidationException"
    missing = request(primary, beside)
    missing["copyImageSetInformation"]["destinationImageSet"]["imageSetId"] = "z" * 32
    assert refused(call, **missing).code == "ResourceNotFoundException"


def test_a_copy_has_at_most_1000_frames(datastore):
    many = instance("many frames", series="many")
    put_pixels(many, noise(1_001, 2, 2, low=0, high=9, seed="many").astype(numpy.uint8))
    held = ImageSet(datastore, datastore.import_instances(many).image_set_ids[0])
    error = refused(datastore.client.copy_image_set, **request(held))
    assert (error.code, error.status) == ("ServiceQuotaExceededException", 402) and "1000" in error.message


# MARK: promotion


def delete(one: ImageSet):
    answer = one.store.client.delete_image_set(datastoreId=one.store.id, imageSetId=one.id)
    assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "DELETING")


@pytest.mark.parametrize(
    "keyword, value", [
        ("PatientID", "other"), ("StudyDate", "20200101"), ("AccessionNumber", "x"), ("StudyID", "x"), ("SeriesNumber", 99)])
def test_what_conflicts_with_the_study_is_not_promoted(primary, keyword, value):
    store = primary.store
    conflicting = ct_slice(9)
    setattr(conflicting, keyword, value)
    held = ImageSet(store, store.import_instances(conflicting).image_set_ids[0])
    assert held.properties["isPrimary"] is False
    error = refused(store.client.copy_image_set, **request(held, promoteToPrimary=True))
    assert error.code == "ConflictException" and keyword in error.message and "other" not in error.message
    assert len(store.image_sets()) == 2


def test_what_is_primary_already_is_not_promoted(primary, beside):
    for source in (primary, beside):
        error = refused(primary.store.client.copy_image_set, **request(source, promoteToPrimary=True))
        assert error.code == "ConflictException" and "primary" in error.message
    assert len(primary.store.image_sets()) == 2


def test_promotion_has_no_destination(primary, beside):
    error = refused(primary.store.client.copy_image_set, **request(primary, beside, promoteToPrimary=True))
    assert error.code == "ValidationException" and "destinationImageSet" in error.message


def test_a_deleted_set_is_gone_with_all_versions_and_its_bytes_only_with_the_last_user(primary, beside):
    store = primary.store
    frames = [one["ImageFrames"][0]["ID"] for one in beside.instances().values()]
    delete(primary)
    for call in (store.client.get_image_set, store.client.get_image_set_metadata, store.client.list_image_set_versions):
        assert refused(call, datastoreId=store.id, imageSetId=primary.id).code == "ResourceNotFoundException"
    assert store.qido("studies") == [] and store.qido("series") == [] and store.qido("instances") == []
    assert all(store.frame(beside.id, frame) for frame in frames)
    delete(beside)
    assert store.image_sets() == []


def test_the_space_of_deleted_sets_returns_while_the_server_runs(own_server, folder):
    settings = folder / "settings.yaml"
    settings.write_text("compaction:\n  interval: 0.2\n")
    own_server.arguments += ["--config", str(settings)]
    own_server.start()
    store = Datastore(own_server, "compaction")
    # One job's series lie together in a pack; STOW goes to the pack that requests share.
    outcome = store.import_instances(*(ct_slice(1, rows=256, columns=256, series=f"s{number}") for number in range(8)))
    kept, *gone = [ImageSet(store, identifier) for identifier in outcome.image_set_ids]
    assert store.stow(ct_slice(1, rows=256, columns=256, series="sent")).status_code == 200
    frames = {one["ImageFrames"][0]["ID"] for one in kept.instances().values()}
    before = {frame: store.frame(kept.id, frame) for frame in frames}
    size = packs(store)
    [sent] = [one["imageSetId"] for one in store.image_sets() if one["imageSetId"] not in outcome.image_set_ids]
    for one in gone + [ImageSet(store, sent)]:
        delete(one)
    poll(lambda: packs(store) < size / 4, what="the return of the space")
    assert {frame: store.frame(kept.id, frame) for frame in frames} == before
    own_server.kill()
    report = own_server.run("verify")
    assert report.returncode == 0, report.stdout
    own_server.start()
    assert store.server is own_server and packs(store) < size / 4
