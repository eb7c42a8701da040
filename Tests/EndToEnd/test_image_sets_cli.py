"""`isocenter image-sets`, and the guide's examples with the AWS CLI (spec/30, issue 5)."""

from __future__ import annotations

import json
import re

import pytest

from clients import Datastore
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


@pytest.fixture
def aws(server, folder) -> CommandLine:
    return CommandLine(server.exports, folder)


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
    path = folder / "metadata-updates.json"
    path.write_text(json.dumps(updates))
    answer = aws(
        "update-image-set-metadata", *options, datastore_id=beside.store.id, image_set_id=beside.id,
        latest_version_id=latest,  # Version 1 of the AWS CLI takes blobs raw, without --cli-binary-format.
        update_image_set_metadata_updates=f"file://{path}")
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


# MARK: isocenter image-sets


@pytest.fixture
def command(own_server):
    """The command on the data folder of a server with one data store, and that data store."""
    own_server.start()
    store = Datastore(own_server, "cli")
    store.import_instances(*ct_series(2))

    def run(*arguments: str, code=0) -> str:
        ended = own_server.run("image-sets", *arguments)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    return run, store


def test_image_sets_are_looked_at_and_changed_while_the_server_runs(command):
    run, store = command
    [listed] = run("list").splitlines()
    identifier = listed.split()[0]
    held = ImageSet(store, identifier)
    assert re.search(r"primary\s+version 1\s+ACTIVE\s+CREATED", listed)
    assert "instances   2" in run("show", identifier)
    assert json.loads(run("show", identifier, "--metadata")) == held.metadata()
    run("update", identifier, "--set", "PatientName=MX^MX", "--remove", "StudyDescription", "--instance", INSTANCE,
        "--set", "SliceThickness=7")
    assert held.version == "2" and held.metadata()["Patient"]["DICOM"]["PatientName"] == "MX^MX"
    difference = run("diff", identifier, "1")
    assert difference.splitlines() == [
        "Patient", '  ~ PatientName: "Muster^Erika" -> "MX^MX"', "Study", '  - StudyDescription: "Thorax"',
        f"Instance {INSTANCE}", '  ~ SliceThickness: "2.5 " -> "7 "']
    assert [line.split()[:2] for line in run("versions", identifier).splitlines()] == [
        ["2", "UPDATED"], ["1", "CREATED"]]
    run("update", identifier, "--revert", "1")
    assert held.metadata() == held.metadata("1")
    copy = run("copy", identifier, "--instance", INSTANCE).split()[0]
    assert list(store.instances(copy)) == [INSTANCE]
    assert "COPY_FAILED" in run("copy", identifier, "--to", copy, code=1)
    assert "PatientNme" in run("update", identifier, "--set", "PatientNme=x", code=64)
    run("update", identifier, code=64)
    run("show", "0" * 32, code=64)
    # What the server would keep in memory is left to the server.
    assert "API" in run("delete", copy, "--yes", code=64)


def test_image_sets_are_promoted_and_deleted_when_the_server_is_stopped(command):
    run, store = command
    [identifier] = [one["imageSetId"] for one in store.image_sets()]
    store.server.stop()
    copy = run("copy", identifier).split()[0]
    assert "primary in another image set" in run("promote", copy, code=64)
    assert "Nothing was deleted" in run("delete", identifier)
    run("delete", identifier, "--yes")
    promoted = run("promote", copy).split()[0]
    run("delete", copy, "--yes")
    [listed] = run("list").splitlines()
    assert listed.startswith(promoted) and "primary" in listed
    store.server.start()
