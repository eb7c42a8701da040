"""What a LOCKED image set refuses, and what a document over 50 MB leaves behind, through boto3 (spec/10, spec/30).

Changes are single transactions here, so none is ever seen under way. The tests hold a lock as one that took longer would:
by the state of the image set's row in the data store's catalog.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import sqlite3
import threading

from clients import Datastore, refused
from fixtures import ct_slice, text_instance
from test_updates import ImageSet, document, study  # noqa: F401 (a fixture)

LIMIT = 50 << 20
#: The longest binary value that stands in a document: longer ones are stored apart.
LONGEST = 1 << 20


@contextlib.contextmanager
def locked(one: ImageSet):
    """The image set while a change of it takes long."""
    path = one.store.server.data / "datastores" / one.store.id / "catalog.sqlite"

    def set_state(state: str):
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as catalog, catalog:
            changed = catalog.execute(
                "UPDATE image_set SET state = ? WHERE id = ?", (state, bytes.fromhex(one.id))).rowcount
            assert changed == 1

    set_state("LOCKED")
    try:
        yield
    finally:
        set_state("ACTIVE")


def copy_request(source: ImageSet, destination: ImageSet | None = None, **members) -> dict:
    information: dict = {"sourceImageSet": {"latestVersionId": source.version}}
    if destination:
        information["destinationImageSet"] = {
            "imageSetId": destination.id, "latestVersionId": destination.version}
    return {"datastoreId": source.store.id, "sourceImageSetId": source.id,
            "copyImageSetInformation": information} | members


NAMED = document(patient={"PatientName": "Locked^Out"})


def test_a_locked_set_is_read_and_refuses_every_change(study):
    first, second, _ = study
    store = first.store
    before = first.metadata()
    with locked(first):
        assert first.properties["imageSetState"] == "LOCKED"
        assert first.metadata() == before
        for one in first.instances().values():
            assert store.frame(first.id, one["ImageFrames"][0]["ID"])
        assert store.retrieve(ct_slice(1, series="s1"))
        for call, members in (
                (store.client.update_image_set_metadata, first.request(updatable=NAMED, includeStudyImageSets=True)),
                (store.client.update_image_set_metadata, first.request(revert="1")),
                (store.client.copy_image_set, copy_request(first)),
                (store.client.copy_image_set, copy_request(first, second, force=True)),
                (store.client.copy_image_set, copy_request(second, first, force=True)),
                (store.client.copy_image_set, copy_request(first, promoteToPrimary=True)),
                (store.client.delete_image_set, {"datastoreId": store.id, "imageSetId": first.id})):
            error = refused(call, **members)
            assert error.code == "ConflictException" and "LOCKED" in error.message, error
    assert [one.version for one in study] == ["1", "1", "1"]
    first.update(updatable=NAMED, includeStudyImageSets=True)


def test_a_locked_sister_refuses_a_change_of_the_study_for_all_sets(study):
    first, second, third = study
    with locked(third):
        error = refused(
            first.store.client.update_image_set_metadata,
            **first.request(updatable=NAMED, includeStudyImageSets=True))
        assert error.code == "ConflictException" and third.id in error.message
        # What touches the named set only goes on.
        series = document(series={"StationName": "CT9"}, source=ct_slice(1, series="s1"))
        first.update(updatable=series, includeStudyImageSets=True)
    assert [one.version for one in study] == ["2", "1", "1"]
    assert {one.metadata()["Patient"]["DICOM"]["PatientName"] for one in study} == {"Muster^Erika"}
    second.update(updatable=NAMED, includeStudyImageSets=True)
    assert [one.version for one in study] == ["3", "2", "2"]
    assert {one.metadata()["Patient"]["DICOM"]["PatientName"] for one in study} == {"Locked^Out"}


def test_an_import_waits_for_a_locked_set(study):
    first = study[0]
    answers = []
    sender = threading.Thread(target=lambda: answers.append(first.store.stow(ct_slice(9, series="s1"))))
    with locked(first):
        sender.start()
        sender.join(timeout=0.5)
        assert sender.is_alive() and first.version == "1"
    sender.join(timeout=30)
    assert answers[0].status_code == 200
    assert first.version == "2" and len(first.instances()) == 2


# MARK: 50 MB


def bulky(store: Datastore, below: int, series: str) -> ImageSet:
    """A primary image set whose document has about `below` bytes less than the limit."""
    # What the document has besides the values is known from one with short values.
    short = import_values(store, series, [bytes(6)] * 36, ["xx", "xx"])
    others = len(json.dumps(short.metadata(), separators=(",", ":")).encode()) - 36 * 8 - 4
    store.client.delete_image_set(datastoreId=store.id, imageSetId=short.id)
    missing = LIMIT - below - others - 36 * len(base64.b64encode(bytes(LONGEST)))
    # In two values, neither of which is stored apart.
    return import_values(store, series, [bytes(LONGEST)] * 36, ["x" * (missing // 2)] * 2)


def import_values(store: Datastore, series: str, binary: list[bytes], texts: list[str]) -> ImageSet:
    source = text_instance(series=series)
    block = source.private_block(0x0013, "ISOCENTER LIMITS", create=True)
    for number, value in enumerate(binary + texts):
        block.add_new(number, "OB" if isinstance(value, bytes) else "UT", value)
    return ImageSet(store, store.import_instances(source).image_set_ids[0])


def test_metadata_over_50_MB_leaves_a_failed_version_and_no_other_change(datastore):
    large = bulky(datastore, below=20_000, series="large")
    small = ImageSet(datastore, datastore.import_instances(text_instance(series="small")).image_set_ids[0])
    comment = document(patient={"PatientComments": "c" * 9_000})
    # Asked of the small set, it would be too much for its sister: none of them has it.
    for asked, other in ((large, small), (small, large)):
        versions = int(asked.version), other.version
        answer = datastore.client.update_image_set_metadata(
            **asked.request(updatable=comment, includeStudyImageSets=True))
        assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "UPDATING")
        failed = asked.properties
        assert (failed["imageSetState"], failed["imageSetWorkflowStatus"]) == ("ACTIVE", "UPDATE_FAILED")
        assert failed["versionId"] == str(versions[0] + 1) and other.version == versions[1]
        assert failed["message"] == f"INVALID_REQUEST: The metadata would exceed {LIMIT} bytes."
        assert "PatientComments" not in asked.metadata()["Patient"]["DICOM"]

    # Less of it goes into both.
    large.update(updatable=document(patient={"PatientComments": "c" * 1_000}), includeStudyImageSets=True)
    assert small.metadata()["Patient"]["DICOM"]["PatientComments"] == "c" * 1_000

    # With one more instance a copy of it would be too much too.
    twice = ImageSet(datastore, large.copy()["destinationImageSetProperties"]["imageSetId"])
    other = text_instance("other", number=2, series="large")
    other.private_block(0x0013, "ISOCENTER LIMITS", create=True).add_new(1, "OB", bytes(40_000))
    other.PatientID = "other"
    more = ImageSet(datastore, datastore.import_instances(other).image_set_ids[0])
    datastore.client.copy_image_set(**copy_request(more, twice, force=True))
    failed = twice.properties
    assert (failed["imageSetWorkflowStatus"], failed["versionId"]) == ("COPY_FAILED", "2")
    assert failed["message"] == f"INVALID_REQUEST: The metadata would exceed {LIMIT} bytes."
    assert len(twice.instances()) == 1


def test_an_import_over_50_MB_of_metadata_fails(datastore):
    large = import_values(datastore, "large", [bytes(LONGEST)] * 37, ["", ""])

    def more(number: int, length: int):
        one = text_instance(number=number, series="large")
        one.private_block(0x0013, "ISOCENTER LIMITS", create=True).add_new(1, "OB", bytes(length))
        return one

    # 37 values take 51,729,848 bytes, this 600,000, and there is no room for 200,000 more.
    datastore.import_instances(more(2, 450_000))
    assert datastore.stow(more(3, 150_000)).status_code == 409
    datastore.put("over/1.dcm", more(3, 150_000))
    [failure] = datastore.import_all("over/").lines("FAILURE")
    assert failure["exception"] == {
        "exceptionType": "ValidationException",
        "message": f"The metadata of the image set would exceed {LIMIT} bytes"}
    assert large.version == "2"
    assert datastore.stow(more(3, 50_000)).status_code == 200
    answer = datastore.client.get_image_set_metadata(**large.members)
    assert LIMIT - 50_000 < len(gzip.decompress(answer["imageSetMetadataBlob"].read())) <= LIMIT
