"""UpdateImageSetMetadata with boto3: every rule of spec/30 with its own refusal, and what each change leaves behind."""

from __future__ import annotations

import json
import re

import numpy
import pytest

from clients import Datastore, instance_path, refused
from fixtures import bulk_instance, ct_series, ct_slice, item, text_instance, uid

#: The model's pattern for messages of image sets.
MESSAGE = re.compile(r"[\w -:`]{1,2048}", re.ASCII)


def document(*, patient=None, study=None, series=None, instances=None, source=None, **members) -> str:
    """The JSON text of an update of the levels given; series and instances are those of `source`."""
    made: dict = {"SchemaVersion": "1.1"} | members
    if patient is not None:
        made["Patient"] = {"DICOM": patient}
    if study is not None:
        made.setdefault("Study", {})["DICOM"] = study
    if series is not None or instances is not None:
        section: dict = {"DICOM": series} if series is not None else {}
        if instances is not None:
            section["Instances"] = instances
        made.setdefault("Study", {})["Series"] = {source.SeriesInstanceUID: section}
    return json.dumps(made)


class ImageSet:
    """An image set under change."""

    def __init__(self, store: Datastore, identifier: str):
        self.store, self.id = store, identifier
        self.members = {"datastoreId": store.id, "imageSetId": identifier}

    @property
    def properties(self) -> dict:
        found = self.store.client.get_image_set(**self.members)
        return {name: value for name, value in found.items() if name != "ResponseMetadata"}

    @property
    def version(self) -> str:
        return self.properties["versionId"]

    @property
    def versions(self) -> list[dict]:
        return self.store.client.list_image_set_versions(**self.members)["imageSetPropertiesList"]

    def request(self, *, updatable=None, removable=None, revert=None, latest=None, **members) -> dict:
        updates = {"updatableAttributes": updatable, "removableAttributes": removable}
        change = {"revertToVersionId": revert} if revert else {
            "DICOMUpdates": {name: text.encode() for name, text in updates.items() if text is not None}}
        return self.members | {
            "latestVersionId": latest or self.version, "updateImageSetMetadataUpdates": change} | members

    def update(self, **members) -> dict:
        """Changes the set; the change must succeed."""
        answer = self.store.client.update_image_set_metadata(**self.request(**members))
        assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "UPDATING")
        properties = self.properties
        assert properties["versionId"] == answer["latestVersionId"]
        assert (properties["imageSetState"], properties["imageSetWorkflowStatus"]) == ("ACTIVE", "UPDATED"), properties
        return answer

    def refuse(self, code="ValidationException", **members) -> str:
        """Asks for a change that must be refused, and leave nothing behind; the reason."""
        before = self.properties
        error = refused(self.store.client.update_image_set_metadata, **self.request(**members))
        assert error.code == code, error
        assert self.properties == before
        return error.message

    def metadata(self, version: str | None = None) -> dict:
        return self.store.metadata(self.id, **({"versionId": version} if version else {}))

    def instances(self, version: str | None = None) -> dict:
        return self.store.instances(self.id, **({"versionId": version} if version else {}))

    def copy(self, **members) -> dict:
        return self.store.client.copy_image_set(
            datastoreId=self.store.id, sourceImageSetId=self.id,
            copyImageSetInformation={"sourceImageSet": {"latestVersionId": self.version}}, **members)


@pytest.fixture
def primary(datastore) -> ImageSet:
    """A primary image set of three slices, the only one of its study."""
    return ImageSet(datastore, datastore.import_instances(*ct_series(3)).image_set_ids[0])


@pytest.fixture
def beside(primary) -> ImageSet:
    """A non-primary copy of it."""
    return ImageSet(primary.store, primary.copy()["destinationImageSetProperties"]["imageSetId"])


SLICE = ct_slice(1)


# MARK: what an update does


def test_a_patient_attribute_is_updated_in_a_version_of_its_own(primary):
    before = primary.metadata()
    answer = primary.update(updatable=document(patient={"PatientName": "MX^MX"}))
    assert answer["latestVersionId"] == "2" and answer["imageSetId"] == primary.id
    assert answer["datastoreId"] == primary.store.id and answer["updatedAt"] > answer["createdAt"]
    after = primary.metadata()
    assert after["Patient"]["DICOM"] == before["Patient"]["DICOM"] | {"PatientName": "MX^MX"}
    assert after["Study"] == before["Study"], "frame ids and all else stay"
    assert primary.metadata("1") == before
    assert [one["ImageSetWorkflowStatus"] for one in primary.versions] == ["UPDATED", "CREATED"]
    assert "overrides" not in primary.versions[0]


def test_the_hierarchy_and_the_search_follow(primary):
    primary.update(updatable=document(patient={"PatientID": "P-2"}, study={"StudyDescription": "CT CHEST"}))
    store = primary.store
    [study] = store.qido("studies", {"PatientID": "P-2"})
    assert study["00081030"]["Value"] == ["CT CHEST"] and study["00201208"]["Value"] == [3]
    assert store.qido("studies", {"PatientID": "P-1"}) == []
    [found] = store.image_sets(filters=[{"operator": "EQUAL", "values": [{"DICOMPatientId": "P-2"}]}])
    assert found["imageSetId"] == primary.id and found["DICOMTags"]["DICOMStudyDescription"] == "CT CHEST"
    # Import decides by what the image set says now.
    assert store.import_instances(ct_slice(9)).summary["imageSetsSummary"][0]["isPrimary"] is False
    late = ct_slice(10)
    late.PatientID = "P-2"
    assert store.import_instances(late).image_set_ids == [primary.id]


def test_a_retrieved_file_has_the_updates_and_everything_else_as_imported(primary):
    store = primary.store
    primary.update(updatable=document(patient={"PatientName": "Ätna^Ö"}), removable=document(study={"StudyTime": ""}))
    found, source = store.retrieve(SLICE), ct_slice(1)
    assert str(found.PatientName) == "Ätna^Ö" and "StudyTime" not in found
    assert found.SpecificCharacterSet == "ISO_IR 192", "the name does not fit the character set it came in"
    ignored = {"PatientName", "StudyTime", "SpecificCharacterSet", "PixelData"}
    for element in source:
        if element.keyword not in ignored:
            assert found[element.tag].value == element.value, element.keyword
    assert numpy.array_equal(found.pixel_array, source.pixel_array)
    [listed] = store.qido("instances", {"SOPInstanceUID": SLICE.SOPInstanceUID, "includefield": "PatientName"})
    assert listed["00100010"]["Value"] == [{"Alphabetic": "Ätna^Ö"}]


def test_every_version_can_be_retrieved_as_a_file(primary):
    store = primary.store
    primary.update(updatable=document(patient={"PatientName": "Second"}))
    primary.update(updatable=document(patient={"PatientName": "Third"}))
    for version, name in (("1", "Muster^Erika"), ("2", "Second"), ("3", "Third")):
        query = f"?imageSetId={primary.id}&version={version}"
        assert str(store.retrieve(SLICE, query=query).PatientName) == name
        [one] = store.get(instance_path(SLICE) + "/metadata" + query, "application/dicom+json").json()
        assert one["00100010"]["Value"] == [{"Alphabetic": name}]
    assert store.get(instance_path(SLICE) + f"?imageSetId={primary.id}&version=4").status_code == 404
    assert store.get(instance_path(SLICE) + "?version=1").status_code == 400


def test_attributes_are_inserted_replaced_and_emptied_at_every_level(primary):
    primary.update(
        updatable=document(
            patient={"PatientSex": "O", "EthnicGroup": "none"}, study={"PatientAge": "059Y", "AccessionNumber": None},
            series={"StationName": "CT9"}, instances={SLICE.SOPInstanceUID: {"DICOM": {"SliceThickness": "3.5"}}},
            source=SLICE))
    found = primary.metadata()
    assert found["Patient"]["DICOM"]["PatientSex"] == "O" and found["Patient"]["DICOM"]["EthnicGroup"] == "none"
    assert found["Study"]["DICOM"]["PatientAge"] == "059Y" and found["Study"]["DICOM"]["AccessionNumber"] is None
    [series] = found["Study"]["Series"].values()
    assert series["DICOM"]["StationName"] == "CT9"
    thickness = [one["DICOM"]["SliceThickness"] for one in series["Instances"].values()]
    assert thickness == ["3.5 ", "2.5 ", "2.5 "]
    assert primary.store.retrieve(SLICE).SliceThickness == 3.5
    assert primary.store.retrieve(ct_slice(2)).StationName == "CT9", "the level rules where it was edited"


def test_removal_goes_by_name_whatever_the_value(primary):
    primary.update(
        removable=document(
            patient={"PatientBirthDate": "another"}, series={"BodyPartExamined": None},
            instances={SLICE.SOPInstanceUID: {"DICOM": {"SliceThickness": ""}}}, source=SLICE))
    found = primary.metadata()
    assert "PatientBirthDate" not in found["Patient"]["DICOM"]
    [series] = found["Study"]["Series"].values()
    assert "BodyPartExamined" not in series["DICOM"]
    assert "SliceThickness" not in series["Instances"][SLICE.SOPInstanceUID]["DICOM"]
    file = primary.store.retrieve(SLICE)
    assert not {"PatientBirthDate", "BodyPartExamined", "SliceThickness"} & set(file.dir())
    # What was removed is not filled in again by a later import.
    primary.store.import_instances(ct_slice(7))
    assert "PatientBirthDate" not in primary.metadata()["Patient"]["DICOM"]


def test_frame_ids_do_not_change_and_frames_of_every_version_are_served(primary):
    frames = {uid: one["ImageFrames"] for uid, one in primary.instances().items()}
    primary.update(
        removable=document(instances={SLICE.SOPInstanceUID: {}}, source=SLICE), force=True)
    primary.update(updatable=document(instances={ct_slice(2).SOPInstanceUID: {"DICOM": {"SliceThickness": "1"}}},
                                      source=SLICE))
    after = primary.instances()
    assert {uid: one["ImageFrames"] for uid, one in after.items()} == {
        uid: entries for uid, entries in frames.items() if uid != SLICE.SOPInstanceUID}
    for [entry] in frames.values():
        assert primary.store.frame(primary.id, entry["ID"])
    assert primary.store.get(instance_path(SLICE)).status_code == 404
    query = f"?imageSetId={primary.id}&version=1"
    assert primary.store.retrieve(SLICE, query=query).SOPInstanceUID == SLICE.SOPInstanceUID


def test_a_removed_bulk_value_is_gone(datastore):
    source = bulk_instance()
    held = ImageSet(datastore, datastore.import_instances(source).image_set_ids[0])
    uri = held.instances()[source.SOPInstanceUID]["DICOM"]["00131001"]["BulkDataURI"]
    held.update(
        removable=document(instances={source.SOPInstanceUID: {"DICOM": {"00131001": None}}}, source=source), force=True)
    headers = {"Accept": "application/octet-stream"}
    assert datastore.http.get(uri, headers=headers).status_code == 404
    older = held.instances("1")[source.SOPInstanceUID]["DICOM"]["00131001"]["BulkDataURI"]
    assert datastore.http.get(older, headers=headers).content == source[0x00131001].value
    assert 0x00131001 not in datastore.retrieve(source)


def test_a_large_value_inside_a_sequence_of_the_series_is_its_instances_until_the_series_is_changed(datastore):
    source, other = text_instance("large", series="large"), text_instance("small", series="large")
    content = bytes(range(256)) * 4096 + b"over"
    referenced = item(0x00081150, "UI", "1.2.840.10008.3.1.2.3.3")
    referenced.private_block(0x0009, "ISOCENTER", create=True).add_new(0x01, "OB", content)
    source.ReferencedPerformedProcedureStepSequence = [referenced]
    # Sequences of a level change outside the primary sets only: another patient has the study's.
    first = text_instance("first", series="first")
    first.PatientID = "OTHER"
    datastore.import_instances(first)
    held = ImageSet(datastore, datastore.import_instances(source, other).image_set_ids[0])
    sequence = "ReferencedPerformedProcedureStepSequence"

    def series_level() -> dict:
        return held.metadata()["Study"]["Series"][source.SeriesInstanceUID]["DICOM"]

    assert sequence not in series_level()
    assert sequence not in held.instances()[other.SOPInstanceUID]["DICOM"]
    [shown] = held.instances()[source.SOPInstanceUID]["DICOM"][sequence]
    assert shown["ReferencedSOPClassUID"] == "1.2.840.10008.3.1.2.3.3"
    answer = datastore.http.get(shown["00091001"]["BulkDataURI"], headers={"Accept": "application/octet-stream"})
    assert answer.content == content
    assert datastore.retrieve(source, query=f"?imageSetId={held.id}")[sequence] == source[sequence]

    changed = [{"ReferencedSOPInstanceUID": "1.2"}]
    held.update(updatable=document(series={sequence: changed}, source=source), force=True)
    assert series_level()[sequence] == changed
    assert sequence not in held.instances()[source.SOPInstanceUID]["DICOM"]


# MARK: force


def instance_update(attributes: dict, vrs: dict | None = None) -> str:
    section = {"DICOM": attributes} | ({"DICOMVRs": vrs} if vrs else {})
    return document(instances={SLICE.SOPInstanceUID: section}, source=SLICE)


def test_private_attributes_of_instances_change_with_force_only(primary):
    added = instance_update({"00190010": "GEMS", "001910F9": "97"}, {"001910F9": "DS"})
    assert "force" in primary.refuse(updatable=added)
    primary.update(updatable=added, force=True)
    one = primary.instances()[SLICE.SOPInstanceUID]
    assert one["DICOM"]["001910F9"] == "97" and one["DICOMVRs"]["001910F9"] == "DS"
    assert primary.versions[0]["overrides"] == {"forced": True}
    # The VR of one that is there need not be told again.
    primary.update(updatable=instance_update({"001910F9": "98"}), force=True)
    file = primary.store.retrieve(SLICE)
    assert file[0x001910F9].VR == "DS" and file[0x001910F9].value == 98
    assert "DICOMVRs" in primary.refuse(updatable=instance_update({"001910FA": "1"}), force=True)
    assert "force" in primary.refuse(removable=instance_update({"001910F9": None}))
    primary.update(removable=instance_update({"001910F9": None}), force=True)
    assert "001910F9" not in primary.instances()[SLICE.SOPInstanceUID]["DICOM"]


@pytest.mark.parametrize("level", ["patient", "study", "series"])
@pytest.mark.parametrize("kind", ["updatable", "removable"])
@pytest.mark.parametrize("force", [True, False])
def test_private_attributes_of_levels_never_change(beside, level, kind, force):
    message = beside.refuse(**{kind: document(**{level: {"00110010": "A"}}, source=SLICE)}, force=force)
    assert "Private" in message and level.title() in message


@pytest.mark.parametrize(
    "name", ["PixelData", "Modality", "Checksum", "Width", "Height", "MinPixelValue", "MaxPixelValue",
             "FrameSizeInBytes", "SpecificCharacterSet", "TransferSyntaxUID"])
@pytest.mark.parametrize("kind", ["updatable", "removable"])
def test_what_the_service_makes_never_changes(beside, name, kind):
    attributes = {"series": {name: "1"}} if name == "Modality" else {
        "instances": {SLICE.SOPInstanceUID: {"DICOM": {name: "1"}}}}
    assert name in beside.refuse(**{kind: document(**attributes, source=SLICE)}, force=True)


@pytest.mark.parametrize("name", ["DatastoreID", "ImageSetID"])
def test_the_identity_of_the_document_never_changes(beside, name):
    assert name in beside.refuse(updatable=document(patient={"PatientSex": "O"}, **{name: "0" * 32}), force=True)


IDENTIFIERS = {
    "StudyInstanceUID": {"study": {"StudyInstanceUID": "1.2.3"}}, "StudyID": {"study": {"StudyID": "S9"}},
    "SeriesInstanceUID": {"series": {"SeriesInstanceUID": "1.2.4"}},
    "SOPInstanceUID": {"instances": {SLICE.SOPInstanceUID: {"DICOM": {"SOPInstanceUID": "1.2.5"}}}},
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_change_with_force_and_never_in_a_primary_set(beside, primary, name):
    change = document(**IDENTIFIERS[name], source=SLICE)
    assert name in beside.refuse(updatable=change) and "force" in beside.refuse(updatable=change)
    assert name in primary.refuse(updatable=change, force=True)
    beside.update(updatable=change, force=True)
    found = beside.metadata()
    [(series_uid, series)] = found["Study"]["Series"].items()
    [first, *_] = series["Instances"]
    told = {
        "StudyInstanceUID": found["Study"]["DICOM"]["StudyInstanceUID"], "StudyID": found["Study"]["DICOM"]["StudyID"],
        "SeriesInstanceUID": series_uid, "SOPInstanceUID": first,
    }
    expected = {"StudyInstanceUID": "1.2.3", "StudyID": "S9", "SeriesInstanceUID": "1.2.4", "SOPInstanceUID": "1.2.5"}
    source = ct_slice(1)
    if name == "SOPInstanceUID":
        assert expected[name] in series["Instances"]
        assert series["Instances"][expected[name]]["DICOM"]["MediaStorageSOPInstanceUID"] == expected[name]
    else:
        assert told[name] == expected[name]
    setattr(source, name, expected[name])
    file = beside.store.retrieve(source, query=f"?imageSetId={beside.id}")
    assert file[name].value == expected[name]
    assert file.file_meta.MediaStorageSOPInstanceUID == source.SOPInstanceUID
    if name != "StudyID":
        assert name in beside.refuse(removable=document(**IDENTIFIERS[name], source=source), force=True)


def test_instances_may_exchange_but_not_share_their_UIDs(beside):
    one, two = SLICE.SOPInstanceUID, ct_slice(2).SOPInstanceUID
    frames = {name: entry["ImageFrames"][0]["ID"] for name, entry in beside.instances().items()}

    def renaming(**names: str) -> str:
        return document(instances={
            {"one": one, "two": two}[name]: {"DICOM": {"SOPInstanceUID": uid}} for name, uid in names.items()},
            source=SLICE)

    assert "unique" in beside.refuse(updatable=renaming(one=two), force=True)
    assert "unique" in beside.refuse(updatable=renaming(one="1.9", two="1.9"), force=True)
    beside.update(updatable=renaming(one=two, two=one), force=True)
    after = {name: entry["ImageFrames"][0]["ID"] for name, entry in beside.instances().items()}
    assert after == frames | {one: frames[two], two: frames[one]}


@pytest.mark.parametrize(
    "attributes, keyword",
    [
        ({"study": {"ReferencedStudySequence": [{"ReferencedSOPClassUID": "1.2"}]}}, "ReferencedStudySequence"),
        ({"series": {"OperatorsName": ["A^B", "C"]}}, "OperatorsName"),
        ({"patient": {"PatientBirthDate": "not a date"}}, "PatientBirthDate"),
        ({"patient": {"PatientSex": ["F", "M"]}}, "PatientSex"),
        ({"study": {"StudyTime": "256000"}}, "StudyTime"),
    ],
    ids=["a sequence", "multi-valued", "of another VR", "of another multiplicity", "out of range"])
def test_levels_of_non_primary_sets_take_with_force_what_DICOM_does_not(beside, primary, attributes, keyword):
    change = document(**attributes, source=SLICE)
    assert keyword in beside.refuse(updatable=change)
    assert keyword in primary.refuse(updatable=change)
    assert keyword in primary.refuse(updatable=change, force=True)
    beside.update(updatable=change, force=True)
    text = json.dumps(beside.metadata())
    assert f'"{keyword}"' in text


@pytest.mark.parametrize(
    "attributes, vrs, keyword",
    [
        ({"ImageType": ["DERIVED", "SECONDARY"]}, None, "ImageType"),
        ({"SourceImageSequence": [{"CodeMeaning": "über", "00111010": "BwA="}]}, {"00111010": "OB"},
         "SourceImageSequence"),
        ({"00085555": "new"}, {"00085555": "LO"}, "00085555"),
    ], ids=["multi-valued", "a sequence", "not of the standard"])
def test_instances_of_primary_sets_take_the_same_with_force(primary, attributes, vrs, keyword):
    assert keyword in primary.refuse(updatable=instance_update(attributes, vrs))
    primary.update(updatable=instance_update(attributes, vrs), force=True)
    assert primary.instances()[SLICE.SOPInstanceUID]["DICOM"][keyword] == attributes[keyword]
    file = primary.store.retrieve(SLICE)
    if keyword == "SourceImageSequence":
        assert file.SourceImageSequence[0].CodeMeaning == "über"
    # A sequence is always replaced whole.
    if keyword == "SourceImageSequence":
        primary.update(updatable=instance_update({keyword: [{"CodeValue": "X"}]}), force=True)
        assert primary.instances()[SLICE.SOPInstanceUID]["DICOM"][keyword] == [{"CodeValue": "X"}]


def test_an_attribute_that_is_none_is_refused_with_force_too(beside):
    assert "PatientNme" in beside.refuse(updatable=document(patient={"PatientNme": "A"}), force=True)


@pytest.mark.parametrize(
    "attributes", [{"study": {"PatientName": "A"}}, {"patient": {"StudyDate": "20200101"}},
                   {"series": {"SliceThickness": "1"}},
                   {"instances": {SLICE.SOPInstanceUID: {"DICOM": {"StationName": "A"}}}}])
def test_an_attribute_is_given_at_its_own_level(beside, attributes):
    for kind in ("updatable", "removable"):
        assert "belongs to the" in beside.refuse(**{kind: document(**attributes, source=SLICE)}, force=True)


def test_levels_that_the_set_lacks_are_refused(beside):
    other = ct_slice(series="other")
    assert "Series" in beside.refuse(updatable=document(series={"StationName": "A"}, source=other))
    unknown = {other.SOPInstanceUID: {"DICOM": {"SliceThickness": "1"}}}
    assert "Instance" in beside.refuse(updatable=document(instances=unknown, source=SLICE))
    assert "Instance" in beside.refuse(removable=document(instances={other.SOPInstanceUID: {}}, source=SLICE), force=True)


def test_instances_are_removed_with_force_but_not_the_last(primary):
    def removal(*numbers: int) -> str:
        return document(instances={ct_slice(number).SOPInstanceUID: {} for number in numbers}, source=SLICE)

    assert "force" in primary.refuse(removable=removal(1))
    assert "DeleteImageSet" in primary.refuse(removable=removal(1, 2, 3), force=True)
    primary.update(removable=removal(1, 2), force=True)
    assert list(primary.instances()) == [ct_slice(3).SOPInstanceUID]
    [series] = primary.store.qido("series")
    assert series["00201209"]["Value"] == [1]
    assert "DeleteImageSet" in primary.refuse(removable=removal(3), force=True)
    # The UID is free for another set of the study.
    assert primary.store.import_instances(ct_slice(1)).image_set_ids == [primary.id]


# MARK: requests


def test_a_stale_version_is_not_found_in_the_words_that_clients_know(primary):
    change = {"updatable": document(patient={"PatientSex": "O"})}
    for latest in ("2", "0", "99999999999999999999"):
        message = primary.refuse("ResourceNotFoundException", latest=latest, **change)
        if latest != "99999999999999999999":
            assert message == "Requested version(s) of ImageSet(s) is not the latest."


def test_exactly_one_kind_of_change_is_asked_for(primary):
    def post(body: dict):
        return primary.store.http.post(
            f"{primary.store.url}/imageSet/{primary.id}/updateImageSetMetadata?latestVersion=1", json=body)

    for body in ({}, {"DICOMUpdates": {}}, {"DICOMUpdates": {"updatableAttributes": "e30="}, "revertToVersionId": "1"},
                 {"DICOMUpdates": {"updatableAttributes": "?"}}, {"DICOMUpdates": {"updatableAttributes": ""}}):
        answer = post(body)
        assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (400, "ValidationException"), body
    assert primary.version == "1"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"SchemaVersion": "1.0"}', '{"Patient": {}}', '{"SchemaVersion": 1.1}',
             '{"SchemaVersion": 1.1, "Patient": {"DICOM": {}}}', '{"SchemaVersion": 1.1, "Patient": []}',
             '{"SchemaVersion": 1.1, "Other": {}}', '{"SchemaVersion": 1.1, "Patient": {"DICOM": {"PatientSex": {}}}}',
             '{"SchemaVersion": 1.1, "Patient": {"DICOM": {"PatientName": "a\\u0000"}}}',
             '{"SchemaVersion": 1.1, "Patient": {"DICOM": {"PatientName": "a", "PatientName": "b"}}}',
             '{"SchemaVersion": 1.1, "Study": {"Series": {"1.2": {}}}}',
             '{"SchemaVersion": 1.1, "Study": ' * 300, "\xff"])
def test_documents_that_are_none_are_refused(primary, text):
    members = primary.request(updatable=text)
    if text == "":
        members["updateImageSetMetadataUpdates"] = {"DICOMUpdates": {"removableAttributes": b" "}}
    error = refused(primary.store.client.update_image_set_metadata, **members)
    assert error.code == "ValidationException"


def test_refusals_name_the_keyword_and_never_the_value(primary):
    secret = "Geheim^Name"
    for attributes in ({"PatientBirthDate": secret}, {"PatientSex": secret}):
        message = primary.refuse(updatable=document(patient=attributes))
        assert secret not in message and next(iter(attributes)) in message
    assert secret not in primary.store.server.errors


def test_an_update_has_at_most_10_KB(primary):
    def change(length: int) -> str:
        base = document(patient={"PatientComments": ""})
        return document(patient={"PatientComments": "x" * (length - len(base))})

    primary.update(updatable=change(10_240))
    assert "10240" in primary.refuse("ServiceQuotaExceededException", updatable=change(10_241))
    assert "30000" in primary.refuse(updatable=change(30_001))


# MARK: several primary sets of a study


@pytest.fixture
def study(datastore) -> list[ImageSet]:
    """The three primary sets of one study."""
    outcome = datastore.import_instances(*(ct_slice(number, series=f"s{number}") for number in (1, 2, 3)))
    sets = [ImageSet(datastore, identifier) for identifier in outcome.image_set_ids]
    return sorted(sets, key=lambda one: one.metadata()["Study"]["Series"].popitem()[1]["DICOM"]["SeriesDescription"])


@pytest.mark.parametrize("attributes", [{"patient": {"PatientID": "P-2"}}, {"study": {"AccessionNumber": "A-2"}}])
def test_patient_and_study_changes_of_one_set_of_several_need_the_flag(study, attributes):
    first, *others = study
    change = document(**attributes)
    assert "includeStudyImageSets" in first.refuse(updatable=change)
    first.update(updatable=change, includeStudyImageSets=True)
    [(level, values)] = attributes.items()
    for one in study:
        assert one.version == "2"
        [latest, _] = one.versions
        assert (latest["imageSetState"], latest["ImageSetWorkflowStatus"]) == ("ACTIVE", "UPDATED")
        assert one.metadata()[level.title()]["DICOM"].items() >= values.items()
    [found] = first.store.qido("studies")
    assert found["00201206"]["Value"] == [3]


def test_series_and_instance_changes_touch_the_named_set_only(study):
    first, *others = study
    source = ct_slice(1, series="s1")
    first.update(
        updatable=document(
            patient={"PatientSex": "O"}, series={"StationName": "A"},
            instances={source.SOPInstanceUID: {"DICOM": {"SliceThickness": "9"}}}, source=source),
        includeStudyImageSets=True)
    assert first.metadata()["Study"]["Series"][source.SeriesInstanceUID]["DICOM"]["StationName"] == "A"
    for one in others:
        [series] = one.metadata()["Study"]["Series"].values()
        assert "StationName" not in series["DICOM"]
        assert one.metadata()["Patient"]["DICOM"]["PatientSex"] == "O"
    # Without a Patient or Study change the others have no new version.
    first.update(updatable=document(series={"StationName": "B"}, source=source), includeStudyImageSets=True)
    assert [one.version for one in study] == ["3", "2", "2"]


def test_the_flag_is_for_primary_sets_and_not_for_reverts(study, beside):
    assert "primary" in beside.refuse(updatable=document(patient={"PatientSex": "O"}), includeStudyImageSets=True)
    study[0].update(updatable=document(patient={"PatientSex": "O"}), includeStudyImageSets=True)
    assert "revertToVersionId" in study[0].refuse(revert="1", includeStudyImageSets=True)


def test_a_revert_that_would_part_the_sets_of_a_study_is_refused(study):
    first, *_ = study
    source = ct_slice(1, series="s1")
    first.update(updatable=document(patient={"PatientID": "P-2"}), includeStudyImageSets=True)
    assert "includeStudyImageSets" in first.refuse(revert="1")
    first.update(updatable=document(series={"StationName": "A"}, source=source))
    first.update(revert="2")
    assert "StationName" not in first.metadata()["Study"]["Series"][source.SeriesInstanceUID]["DICOM"]


# MARK: reverting


def test_a_revert_makes_a_new_version_of_an_old_one(primary):
    documents = [primary.metadata()]
    primary.update(
        updatable=document(patient={"PatientName": "Other"},
                           instances={ct_slice(2).SOPInstanceUID: {"DICOM": {"SliceThickness": "9"}}}, source=SLICE))
    documents.append(primary.metadata())
    primary.update(removable=document(instances={SLICE.SOPInstanceUID: {}}, source=SLICE), force=True)
    documents.append(primary.metadata())
    primary.store.import_instances(ct_slice(4))
    documents.append(primary.metadata())
    for target in (1, 3, 2, 4):
        primary.update(revert=str(target))
        documents.append(documents[target - 1])
        assert primary.metadata() == documents[-1], target
        count = len(documents[-1]["Study"]["Series"][SLICE.SeriesInstanceUID]["Instances"])
        assert primary.store.qido("series")[0]["00201209"]["Value"] == [count]
    for number, expected in enumerate(documents, 1):
        assert primary.metadata(str(number)) == expected, number
    assert len(primary.store.qido("instances")) == 3


def test_a_revert_needs_a_version_that_is_there_and_not_the_latest(primary):
    assert "latest" in primary.refuse(revert="1")
    assert "version" in primary.refuse("ResourceNotFoundException", revert="2")
    primary.refuse("ResourceNotFoundException", revert="1", latest="7")


def test_a_revert_cannot_take_back_an_instance_that_is_primary_elsewhere(primary):
    store = primary.store
    primary.update(removable=document(instances={SLICE.SOPInstanceUID: {}}, source=SLICE), force=True)
    moved = ct_slice(1)
    moved.SeriesInstanceUID = uid("series", "moved")
    [other] = store.import_instances(moved).image_set_ids
    assert "primary" in primary.refuse("ConflictException", revert="1")
    store.client.delete_image_set(datastoreId=store.id, imageSetId=other)
    primary.update(revert="1")
    assert len(primary.instances()) == 3
