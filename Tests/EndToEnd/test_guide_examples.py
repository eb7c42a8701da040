"""The guide's examples of changes: its seven updates, its copies and its two recipes, with the AWS CLI and with boto3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest
from botocore import xform_name

from clients import Datastore, native, refused
from fixtures import ct_series, ct_slice
from test_aws_cli import CommandLine
from test_updates import ImageSet

SLICE = ct_slice(1)
SERIES, INSTANCE = SLICE.SeriesInstanceUID, SLICE.SOPInstanceUID

#: The guide's examples: options, and the documents of `metadata-updates.json`.
EXAMPLES = {
    "1 insert or update": ([], {"DICOMUpdates": {
        "updatableAttributes": '{"SchemaVersion":1.1,"Patient":{"DICOM":{"PatientName":"MX^MX"}}}'}}),
    "2 remove": ([], {"DICOMUpdates": {
        "removableAttributes": '{"SchemaVersion":1.1,"Study":{"DICOM":{"StudyDescription":"CHEST"}}}'}}),
    "3 remove an instance": (["--force"], {"DICOMUpdates": {
        "removableAttributes": json.dumps(
            {"SchemaVersion": 1.1, "Study": {"Series": {SERIES: {"Instances": {INSTANCE: {}}}}}})}}),
    "4 revert": ([], {"revertToVersionId": "1"}),
    "5 add a private element": (["--force"], {"DICOMUpdates": {
        "updatableAttributes": json.dumps({"SchemaVersion": 1.1, "Study": {"Series": {SERIES: {"Instances": {
            INSTANCE: {"DICOM": {"001910F9": "97"}, "DICOMVRs": {"001910F9": "DS"}}}}}}})}}),
    "6 update a private element": (["--force"], {"DICOMUpdates": {
        "updatableAttributes": json.dumps({"SchemaVersion": 1.1, "Study": {"Series": {SERIES: {"Instances": {
            INSTANCE: {"DICOM": {"00091001": "GE_GENESIS_DD"}}}}}}})}}),
    "7 update a SOP Instance UID": (["--force"], {"DICOMUpdates": {
        "updatableAttributes": json.dumps({"SchemaVersion": 1.1, "Study": {"Series": {SERIES: {"Instances": {
            INSTANCE: {"DICOM": {"SOPInstanceUID": INSTANCE[:-1] + "9"}}}}}}})}}),
}




class SDK:
    """boto3, called as the command line is."""

    def __init__(self, client):
        self.client = client

    def __call__(self, operation: str, *flags: str, **options) -> dict:
        method = operation.replace("-", "_")
        shape = self.client.meta.service_model.operation_model(self.client.meta.method_to_api_mapping[method]).input_shape
        members = {xform_name(name): name for name in shape.members}
        options |= {flag.removeprefix("--").replace("-", "_"): True for flag in flags}
        answer = getattr(self.client, method)(**{members[name]: value for name, value in options.items()})
        del answer["ResponseMetadata"]
        return answer

    def updates(self, _: Path, updates: dict) -> dict:
        documents = updates.get("DICOMUpdates", {})
        return updates | (
            {"DICOMUpdates": {name: text.encode() for name, text in documents.items()}} if documents else {})


class Shell(CommandLine):
    """The AWS CLI."""

    def updates(self, folder: Path, updates: dict) -> str:
        # Version 1 of the AWS CLI takes blobs raw, without --cli-binary-format.
        path = folder / "metadata-updates.json"
        path.write_text(json.dumps(updates))
        return f"file://{path}"


@pytest.fixture(params=["AWS CLI", "boto3"])
def aws(request, server, folder) -> Shell | SDK:
    if request.param == "boto3":
        return SDK(native(server.endpoint, server.credentials))
    return Shell(server.exports, folder)


@pytest.fixture
def beside(datastore) -> ImageSet:
    """A non-primary set with a private element, as the guide's examples take for granted."""
    slices = ct_series(2)
    slices[0].add_new(0x00090010, "LO", "GEMS_IDEN_01")
    slices[0].add_new(0x00091001, "LO", "GE_GENESIS_FF")
    primary = ImageSet(datastore, datastore.import_instances(*slices).image_set_ids[0])
    return ImageSet(datastore, primary.copy()["destinationImageSetProperties"]["imageSetId"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_guide_s_seven_examples(aws, beside, folder, example):
    options, updates = EXAMPLES[example]
    latest = "1"
    if "revertToVersionId" in updates:
        beside.update(updatable='{"SchemaVersion":1.1,"Patient":{"DICOM":{"PatientName":"X"}}}')
        latest = "2"
    answer = aws(
        "update-image-set-metadata", *options, datastore_id=beside.store.id, image_set_id=beside.id,
        latest_version_id=latest, update_image_set_metadata_updates=aws.updates(folder, updates))
    assert set(answer) == {
        "latestVersionId", "imageSetWorkflowStatus", "updatedAt", "imageSetId", "imageSetState", "createdAt",
        "datastoreId"}
    assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "UPDATING")
    assert answer["latestVersionId"] == str(int(latest) + 1) == beside.version
    found = beside.metadata()
    instances = beside.instances()
    assert {
        "1": lambda: found["Patient"]["DICOM"]["PatientName"] == "MX^MX",
        "2": lambda: "StudyDescription" not in found["Study"]["DICOM"],
        "3": lambda: INSTANCE not in instances and len(instances) == 1,
        "4": lambda: found == beside.metadata("1"),
        "5": lambda: instances[INSTANCE]["DICOM"]["001910F9"] == "97",
        "6": lambda: instances[INSTANCE]["DICOM"]["00091001"] == "GE_GENESIS_DD",
        "7": lambda: INSTANCE[:-1] + "9" in instances,
    }[example[0]]()


def test_the_guide_s_copies(aws, beside):
    store, identifier = beside.store.id, beside.id

    def copy(source: str, information: dict, *options: str) -> dict:
        return aws(
            "copy-image-set", *options, datastore_id=store, source_image_set_id=source,
            copy_image_set_information=information)

    made = copy(identifier, {"sourceImageSet": {"latestVersionId": "1"}})
    assert set(made) == {"destinationImageSetProperties", "sourceImageSetProperties", "datastoreId"}
    destination = made["destinationImageSetProperties"]["imageSetId"]
    copiable = json.dumps({"SchemaVersion": "1.1", "Study": {"Series": {SERIES: {"Instances": {INSTANCE: {}}}}}})
    part = copy(identifier, {"sourceImageSet": {
        "latestVersionId": "1", "DICOMCopies": {"copiableAttributes": copiable}}})["destinationImageSetProperties"]
    removal = json.dumps({"SchemaVersion": 1.1, "Study": {"Series": {SERIES: {"Instances": {INSTANCE: {}}}}}})
    ImageSet(beside.store, destination).update(removable=removal, force=True)
    back = copy(part["imageSetId"], {
        "sourceImageSet": {"latestVersionId": "1"},
        "destinationImageSet": {"imageSetId": destination, "latestVersionId": "2"}}, "--force")
    assert back["destinationImageSetProperties"]["latestVersionId"] == "3"
    assert len(ImageSet(beside.store, destination).instances()) == 2


# MARK: recipes


class Steps:
    """The steps of the guide's recipes through one client."""

    def __init__(self, aws: Callable, folder: Path, store: Datastore):
        self.aws, self.folder, self.store = aws, folder, store

    def copy(self, source: str, version: str, *flags: str) -> str:
        answer = self.aws(
            "copy-image-set", *flags, datastore_id=self.store.id, source_image_set_id=source,
            copy_image_set_information={"sourceImageSet": {"latestVersionId": version}})
        return answer["destinationImageSetProperties"]["imageSetId"]

    def update(self, image_set: str, version: str, patient: dict):
        updates = {"DICOMUpdates": {
            "updatableAttributes": json.dumps({"SchemaVersion": 1.1, "Patient": {"DICOM": patient}})}}
        self.aws(
            "update-image-set-metadata", datastore_id=self.store.id, image_set_id=image_set, latest_version_id=version,
            update_image_set_metadata_updates=self.aws.updates(self.folder, updates))

    def delete(self, image_set: str):
        answer = self.aws("delete-image-set", datastore_id=self.store.id, image_set_id=image_set)
        assert (answer["imageSetState"], answer["imageSetWorkflowStatus"]) == ("LOCKED", "DELETING")

    def show(self, image_set: str) -> dict:
        return self.aws("get-image-set", datastore_id=self.store.id, image_set_id=image_set)


def test_a_primary_set_is_changed_by_the_guide_s_recipe(aws, datastore, folder):
    """Copy, update the copy, delete the original, copy with promoteToPrimary, delete the copy."""
    steps = Steps(aws, folder, datastore)
    [original] = datastore.import_instances(*ct_series(2)).image_set_ids
    copy = steps.copy(original, "1")
    assert steps.show(copy)["isPrimary"] is False
    steps.update(copy, "1", {"PatientID": "1234"})
    steps.delete(original)
    promoted = steps.copy(copy, "2", "--promote-to-primary")
    steps.delete(copy)
    shown = steps.show(promoted)
    assert shown["isPrimary"] is True and shown["versionId"] == "1" and shown["imageSetWorkflowStatus"] == "COPIED"
    assert promoted not in (original, copy)
    assert [one["imageSetId"] for one in datastore.image_sets()] == [promoted]
    [study] = datastore.qido("studies")
    assert study["00100020"]["Value"] == ["1234"] and study["00201208"]["Value"] == [2]
    assert datastore.retrieve(SLICE).PatientID == "1234"
    for one in datastore.instances(promoted).values():
        assert datastore.frame(promoted, one["ImageFrames"][0]["ID"])


def test_a_non_primary_set_is_made_primary_by_the_guide_s_recipe(aws, datastore, folder):
    """Update so that it agrees with the study, copy with promoteToPrimary, delete."""
    steps = Steps(aws, folder, datastore)
    [primary] = datastore.import_instances(*ct_series(2)).image_set_ids
    conflicting = ct_slice(9)
    conflicting.PatientID = "other"
    [beside] = datastore.import_instances(conflicting).image_set_ids
    assert steps.show(beside)["isPrimary"] is False
    steps.update(beside, "1", {"PatientID": "P-1"})
    promoted = steps.copy(beside, "2", "--promote-to-primary")
    steps.delete(beside)
    assert steps.show(promoted)["isPrimary"] is True
    # The set that the series had gave its instances to the new one.
    assert [one["imageSetId"] for one in datastore.image_sets()] == [promoted]
    error = refused(datastore.client.get_image_set, datastoreId=datastore.id, imageSetId=primary)
    assert error.code == "ResourceNotFoundException"
    assert len(datastore.instances(promoted)) == len(datastore.qido("instances")) == 3
    assert datastore.retrieve(conflicting).PatientID == "P-1"
    for one in datastore.instances(promoted).values():
        assert datastore.frame(promoted, one["ImageFrames"][0]["ID"])
