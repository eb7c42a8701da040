"""Image sets with boto3: metadata, versions, frames, deletion (spec/10, spec/30)."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest

from clients import instance_path, refused, series_path
from fixtures import (
    CHARACTER_SETS, VALUES, bulk_instance, ct_series, ct_slice, every_value_representation, named_instance)
from server import poll


def test_an_image_set_tells_its_state_and_version(datastore):
    [image_set] = datastore.import_instances(ct_slice(1)).image_set_ids
    datastore.import_instances(ct_slice(2))
    latest = datastore.client.get_image_set(datastoreId=datastore.id, imageSetId=image_set)
    first = datastore.client.get_image_set(datastoreId=datastore.id, imageSetId=image_set, versionId="1")
    for answer, version, status in ((first, "1", "CREATED"), (latest, "2", "IMPORTED")):
        assert answer["datastoreId"] == datastore.id and answer["imageSetId"] == image_set
        assert answer["imageSetArn"] == f"{datastore.arn}/imageset/{image_set}"
        assert (answer["versionId"], answer["imageSetState"], answer["imageSetWorkflowStatus"]) == (
            version, "ACTIVE", status)
        assert answer["isPrimary"] is True
        assert "deletedAt" not in answer and "message" not in answer
    assert first["createdAt"] == latest["createdAt"] < latest["updatedAt"]
    assert "updatedAt" not in first, "version 1 was never updated"
    assert latest["storageTier"] == "FREQUENT_ACCESS" and latest["lastAccessedAt"]


def test_versions_are_listed_newest_first_and_in_pages(datastore):
    for number in range(1, 4):
        [image_set] = datastore.import_instances(ct_slice(number)).image_set_ids
    members = {"datastoreId": datastore.id, "imageSetId": image_set}
    pages = datastore.client.get_paginator("list_image_set_versions").paginate(
        **members, PaginationConfig={"PageSize": 1})
    versions = [version for page in pages for version in page["imageSetPropertiesList"]]
    assert versions == datastore.client.list_image_set_versions(**members)["imageSetPropertiesList"]
    assert [version["versionId"] for version in versions] == ["3", "2", "1"]
    assert [version["ImageSetWorkflowStatus"] for version in versions] == ["IMPORTED", "IMPORTED", "CREATED"]
    assert {version["imageSetState"] for version in versions} == {"ACTIVE"}
    assert {version["isPrimary"] for version in versions} == {True}
    assert len({version["createdAt"] for version in versions}) == 1
    token = datastore.client.list_image_set_versions(**members, maxResults=1)["nextToken"]
    [other] = datastore.import_instances(ct_slice(series="other")).image_set_ids
    error = refused(
        datastore.client.list_image_set_versions, datastoreId=datastore.id, imageSetId=other, nextToken=token)
    assert error.code == "ValidationException"


@pytest.mark.parametrize("operation", ["get_image_set", "get_image_set_metadata"])
@pytest.mark.parametrize("version", ["2", "0", "99999999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(archive_set, operation, version):
    datastore, image_set = archive_set
    error = refused(
        getattr(datastore.client, operation), datastoreId=datastore.id, imageSetId=image_set, versionId=version)
    assert (error.code, error.status) == ("ResourceNotFoundException", 404)


@pytest.fixture(scope="module")
def archive_set(archive):
    """A data store with one image set of two slices, for tests that only read."""
    return archive, archive.import_instances(*ct_series(2)).image_set_ids[0]


@pytest.mark.parametrize(
    "operation, members",
    [
        ("get_image_set", {}), ("get_image_set_metadata", {}), ("list_image_set_versions", {}),
        ("get_image_frame", {"imageFrameInformation": {"imageFrameId": "0" * 32}}), ("delete_image_set", {}),
    ])
@pytest.mark.parametrize("image_set", ["0" * 32, "z" * 32], ids=["of ours", "of no form of ours"])
def test_an_unknown_image_set_is_not_found(archive_set, operation, members, image_set):
    datastore, _ = archive_set
    error = refused(getattr(datastore.client, operation), datastoreId=datastore.id, imageSetId=image_set, **members)
    assert (error.code, error.status) == ("ResourceNotFoundException", 404)


# MARK: metadata


@pytest.mark.parametrize("encoding", ["gzip", "identity", None])
def test_metadata_is_gzip_whatever_is_accepted(archive_set, encoding):
    datastore, image_set = archive_set
    answer = datastore.http.post(
        f"{datastore.url}/imageSet/{image_set}/getImageSetMetadata", headers={"Accept-Encoding": encoding}, stream=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.raw.read(decode_content=False)))["ImageSetID"] == image_set


def test_a_stray_body_is_ignored_and_the_version_taken_from_the_query(archive_set):
    datastore, image_set = archive_set
    answer = datastore.http.post(
        f"{datastore.url}/imageSet/{image_set}/getImageSetMetadata?version=1", data=b'{"versionId": "77"}')
    assert answer.status_code == 200 and answer.json()["ImageSetID"] == image_set


def test_metadata_has_the_layout_of_the_service(archive_set):
    datastore, image_set = archive_set
    document = datastore.metadata(image_set)
    assert list(document) == ["SchemaVersion", "DatastoreID", "ImageSetID", "Patient", "Study"]
    assert document["SchemaVersion"] == "1.1"
    assert (document["DatastoreID"], document["ImageSetID"]) == (datastore.id, image_set)
    source = ct_slice(1)
    assert document["Patient"] == {
        "DICOM": {
            "PatientName": "Muster^Erika", "PatientID": "P-1", "PatientBirthDate": "19640812", "PatientSex": "F"}
    }
    assert set(document["Study"]) == {"DICOM", "Series"}
    assert document["Study"]["DICOM"] == {
        "StudyDate": "20240229", "StudyTime": "101112.131400", "AccessionNumber": "A-1", "StudyID": "S1",
        "ReferringPhysicianName": "House^Gregory", "StudyDescription": "Thorax",
        "StudyInstanceUID": source.StudyInstanceUID,
    }
    [(series_uid, series)] = document["Study"]["Series"].items()
    assert series_uid == source.SeriesInstanceUID
    assert set(series) == {"DICOM", "Instances"}
    assert series["DICOM"] == {
        "Modality": "CT", "SeriesInstanceUID": series_uid, "SeriesNumber": "3 ", "SeriesDescription": "series",
        "BodyPartExamined": "CHEST",
    }
    assert list(series["Instances"]) == [one.SOPInstanceUID for one in ct_series(2)]
    for number, (sop, one) in enumerate(series["Instances"].items(), 1):
        assert set(one) == {"DICOM", "DICOMVRs", "StoredTransferSyntaxUID", "ChecksumType", "ImageFrames"}
        assert one["StoredTransferSyntaxUID"] == "1.2.840.10008.1.2.4.202"
        assert one["ChecksumType"] == "DECOMPRESSED"
        assert one["DICOMVRs"] == {}
        elements = one["DICOM"]
        assert elements["SOPInstanceUID"] == elements["MediaStorageSOPInstanceUID"] == sop
        # File meta stands among the instance's elements, the transfer syntax is the one it came in.
        assert elements["TransferSyntaxUID"] == "1.2.840.10008.1.2.1"
        assert elements["InstanceNumber"] == f"{number} "
        assert (elements["Rows"], elements["Columns"], elements["BitsAllocated"]) == (48, 40, 16)
        assert elements["WindowCenter"] == ["40"], "its VM can exceed 1"
        assert elements["ImagePositionPatient"][0] == "-120.5"
        assert elements["PixelData"] is None
        assert "PatientName" not in elements and "StudyInstanceUID" not in elements
        [frame] = one["ImageFrames"]
        assert set(frame) == {
            "ID", "PixelDataChecksumFromBaseToFullResolution", "MinPixelValue", "MaxPixelValue", "FrameSizeInBytes"}
        assert re.fullmatch("[0-9a-f]{32}", frame["ID"])


@pytest.fixture(scope="module")
def every_value(archive) -> dict:
    """The document of an instance with every VR."""
    return archive.metadata(archive.import_instances(every_value_representation()).image_set_ids[0])


@pytest.fixture(scope="module")
def values(every_value) -> dict:
    """The one instance of that document."""
    [series] = every_value["Study"]["Series"].values()
    return series["Instances"][every_value_representation().SOPInstanceUID]


@pytest.mark.parametrize("keyword", VALUES)
def test_values_stand_in_their_own_types(values, keyword):
    expected = VALUES[keyword][1]
    found = values["DICOM"][keyword]
    assert found == expected
    # Whole FL and FD values have no fraction.
    assert list(map(type, found)) == list(map(type, expected)) if isinstance(expected, list) else (
        type(found) is type(expected))


def test_private_elements_are_keyed_by_tag_and_their_VR_is_told(values):
    expected = {
        "00090010": ("LO", "ISOCENTER TEST"), "00091001": ("LO", "private text"), "00091002": ("FD", [0.5, -2]),
        "00091003": ("UN", "AQIDBA=="), "00091004": ("SQ", [{"CodeValue": "CODE"}]), "00091005": ("SV", -5),
    }
    assert {tag: values["DICOM"][tag] for tag in expected} == {tag: value for tag, (_, value) in expected.items()}
    assert {tag: values["DICOMVRs"][tag] for tag in expected} == {tag: vr for tag, (vr, _) in expected.items()}


def test_sequences_are_lists_of_objects_at_any_depth(values):
    assert values["DICOM"]["SourceImageSequence"] == [
        {
            "CodeMeaning": "outer",
            "ReferencedSOPSequence": [
                {"CodeValue": "INNER", "00110010": "INNER CREATOR", "00111010": "BwA="},
                {"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, {}
            ],
        }, {}
    ]
    assert values["DICOMVRs"]["00110010"] == "LO" and values["DICOMVRs"]["00111010"] == "OB"


def test_sequences_of_the_study_level_stand_at_the_study_level(every_value, values):
    assert every_value["Study"]["DICOM"]["ReferencedStudySequence"] == [{"ReferencedSOPClassUID": "1.2"}]
    assert "ReferencedStudySequence" not in values["DICOM"]


def test_an_instance_without_pixels_has_no_frames(values):
    assert values["ImageFrames"] == []
    assert values["StoredTransferSyntaxUID"] == "1.2.840.10008.1.2.1"
    assert "PixelData" not in values["DICOM"]


@pytest.mark.parametrize("character_set", CHARACTER_SETS)
def test_text_of_every_character_set_is_UTF_8(archive, character_set):
    terms, name = CHARACTER_SETS[character_set]
    document = archive.metadata(archive.import_instances(named_instance(character_set)).image_set_ids[0])
    assert document["Patient"]["DICOM"]["PatientName"] == name
    assert document["Patient"]["DICOM"]["PatientComments"] == name.split("=")[-1].replace("^", " ")
    [series] = document["Study"]["Series"].values()
    [one] = series["Instances"].values()
    assert one["DICOM"]["SpecificCharacterSet"] == terms


def test_binary_values_over_1_MB_are_stored_apart(datastore):
    source = bulk_instance()
    [image_set] = datastore.import_instances(source).image_set_ids
    [one] = datastore.instances(image_set).values()
    for tag in (0x00131001, 0x00131002):
        uri = one["DICOM"][f"{tag:08X}"]["BulkDataURI"]
        root, _, value = uri.rpartition("/bulkdata/")
        assert root == f"{datastore.url}/{instance_path(source)}" and re.fullmatch("[0-9a-f]{32}", value)
        answer = datastore.http.get(uri, headers={"Accept": "application/octet-stream"})
        assert answer.content == source[tag].value
    assert one["DICOM"]["00131003"] == base64.b64encode(bytes(1 << 20)).decode(), "1 MB exactly is not over it"


def test_levels_hold_the_first_value_and_instances_keep_their_own(datastore):
    first, second = ct_slice(1), ct_slice(2)
    first.StationName, second.StationName = "CT1", "CT2"
    second.PatientComments = "only here"
    [image_set] = datastore.import_instances(first, second).image_set_ids
    [series] = datastore.metadata(image_set)["Study"]["Series"].values()
    assert series["DICOM"]["StationName"] == "CT1"
    assert datastore.retrieve(first).StationName == "CT1"
    assert datastore.retrieve(second).StationName == "CT2"
    assert datastore.retrieve(second).PatientComments == "only here"


def test_an_instance_is_not_given_what_another_one_had(datastore):
    """The padding value of one slice would blank out pixels of another."""
    first, second = ct_slice(1), ct_slice(2)
    second.PixelPaddingValue = -1000
    second.PatientComments = "only here"
    datastore.import_instances(first, second)
    found = datastore.retrieve(first)
    assert "PixelPaddingValue" not in found and "PatientComments" not in found


# MARK: frames


def test_a_frame_is_served_with_its_type_and_length(archive_set):
    datastore, image_set = archive_set
    [frame, *_] = [one["ImageFrames"][0]["ID"] for one in datastore.instances(image_set).values()]
    answer = datastore.client.get_image_frame(
        datastoreId=datastore.id, imageSetId=image_set, imageFrameInformation={"imageFrameId": frame})
    assert answer["contentType"] == "image/jph"
    content = answer["imageFrameBlob"].read()
    assert len(content) == int(answer["ResponseMetadata"]["HTTPHeaders"]["content-length"])
    assert content.startswith(b"\0\0\0\x0cjP  \r\n\x87\n")


@pytest.mark.parametrize("accept", ["image/jph", "application/octet-stream", "*/*", None])
def test_the_Accept_header_does_not_change_what_is_served(archive_set, accept):
    datastore, image_set = archive_set
    frame = next(iter(datastore.instances(image_set).values()))["ImageFrames"][0]["ID"]
    answer = datastore.http.post(
        f"{datastore.url}/imageSet/{image_set}/getImageFrame", json={"imageFrameId": frame}, headers={"Accept": accept})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jph"


def test_frame_ids_cannot_be_guessed_from_one_another(archive_set):
    datastore, image_set = archive_set
    ids = [int(one["ImageFrames"][0]["ID"], 16) for one in datastore.instances(image_set).values()]
    assert len(set(ids)) == len(ids)
    for first, second in zip(ids, ids[1:]):
        assert bin(first ^ second).count("1") > 20, "neighbours must not differ in a counter only"


def test_a_frame_of_another_image_set_is_not_found(archive, archive_set):
    datastore, image_set = archive_set
    [other] = archive.import_instances(ct_slice(series="another set")).image_set_ids
    frame = next(iter(datastore.instances(other).values()))["ImageFrames"][0]["ID"]
    assert datastore.frame(other, frame)
    error = refused(
        datastore.client.get_image_frame, datastoreId=datastore.id, imageSetId=image_set,
        imageFrameInformation={"imageFrameId": frame})
    assert (error.code, error.status) == ("ResourceNotFoundException", 404)


def test_metadata_updates_by_import_do_not_change_frame_ids(datastore):
    [image_set] = datastore.import_instances(ct_slice(1)).image_set_ids
    before = datastore.instances(image_set)[ct_slice(1).SOPInstanceUID]["ImageFrames"]
    datastore.import_instances(ct_slice(2))
    assert datastore.instances(image_set)[ct_slice(1).SOPInstanceUID]["ImageFrames"] == before


# MARK: deletion


def test_a_deleted_image_set_is_gone_everywhere(datastore):
    [image_set] = datastore.import_instances(*ct_series(2)).image_set_ids
    frame = next(iter(datastore.instances(image_set).values()))["ImageFrames"][0]["ID"]
    answer = datastore.client.delete_image_set(datastoreId=datastore.id, imageSetId=image_set)
    assert answer["imageSetId"] == image_set and answer["datastoreId"] == datastore.id
    assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "DELETING")
    poll(lambda: not datastore.image_sets(), what="the end of the image set")
    for operation, members in (
        ("get_image_set", {}), ("get_image_set_metadata", {}), ("list_image_set_versions", {}),
        ("get_image_frame", {"imageFrameInformation": {"imageFrameId": frame}}), ("delete_image_set", {})
    ):
        error = refused(
            getattr(datastore.client, operation), datastoreId=datastore.id, imageSetId=image_set, **members)
        assert (error.code, error.status) == ("ResourceNotFoundException", 404), operation
    assert datastore.qido("studies") == datastore.qido("series") == datastore.qido("instances") == []
    assert datastore.get(f"{series_path(ct_slice())}/metadata").status_code == 404


def test_what_was_deleted_can_be_imported_again(datastore):
    [old] = datastore.import_instances(*ct_series(2)).image_set_ids
    datastore.client.delete_image_set(datastoreId=datastore.id, imageSetId=old)
    outcome = datastore.import_instances(*ct_series(2))
    assert outcome.summary["imageSetsSummary"] == [
        {
            "imageSetId": outcome.image_set_ids[0], "imageSetVersion": 1, "isPrimary": True,
            "numberOfMatchedSOPInstances": 2
        }
    ]
    assert outcome.image_set_ids != [old]


def test_deleting_one_image_set_leaves_its_sisters(datastore):
    kept, gone = (datastore.import_instances(*ct_series(2, series=name)).image_set_ids[0] for name in "ab")
    datastore.client.delete_image_set(datastoreId=datastore.id, imageSetId=gone)
    [study] = datastore.qido("studies")
    assert study["00201206"]["Value"] == [1] and study["00201208"]["Value"] == [2]
    for one in datastore.instances(kept).values():
        assert datastore.frame(kept, one["ImageFrames"][0]["ID"])
