"""Import jobs with boto3, from folders that stand for buckets (spec/20)."""

from __future__ import annotations

import re
import uuid

import pytest

from clients import ROLE, part10, refused
from fixtures import ct_series, ct_slice, damaged_jpeg_2000, jpeg_2000_lossless, text_instance

# What the model lets a job's message hold.
MESSAGE = re.compile("[A-Za-z0-9_` -:]{1,2048}")

SUMMARY_KEYS = {
    "jobId", "datastoreId", "inputS3Uri", "outputS3Uri", "successOutputS3Uri", "failureOutputS3Uri",
    "warningsOutputS3Uri", "numberOfScannedFiles", "numberOfImportedFiles", "numberOfFilesWithCustomerError",
    "numberOfFilesWithServerError", "numberOfGeneratedImageSets", "imageSetsSummary",
}


def without_syntax(dataset) -> bytes:
    """A file whose pixels are encapsulated and whose meta information does not say how."""
    content = part10(dataset)
    tag = b"\x02\x00\x10\x00UI"
    place = content.index(tag)
    length = int.from_bytes(content[place + 6 : place + 8], "little")
    return content[:place] + content[place + 8 + length :]


def test_a_job_goes_from_SUBMITTED_to_COMPLETED_and_says_all_about_itself(datastore):
    for number, one in enumerate(ct_series(3)):
        datastore.put(f"input/deep/er/{number}.dcm", one)
    answer = datastore.client.start_dicom_import_job(
        datastoreId=datastore.id, jobName="night/run-1", dataAccessRoleArn=ROLE, inputS3Uri=datastore.uri("input/"),
        outputS3Uri=datastore.uri("results"))
    assert answer["jobStatus"] == "SUBMITTED" and answer["datastoreId"] == datastore.id
    assert re.fullmatch("[0-9a-f]{32}", answer["jobId"])
    job = datastore.wait_for_import(answer["jobId"]).job
    assert job["jobStatus"] == "COMPLETED"
    assert job["jobName"] == "night/run-1"
    assert job["dataAccessRoleArn"] == ROLE
    assert job["inputS3Uri"] == datastore.uri("input/")
    # The folder of this job, with the trailing slash that clients build on.
    assert job["outputS3Uri"] == datastore.uri(f"results/{datastore.id}-DicomImport-{answer['jobId']}/")
    assert job["submittedAt"] == answer["submittedAt"] <= job["endedAt"]
    assert (datastore.folder / "results" / f"{datastore.id}-DicomImport-{answer['jobId']}").is_dir()


def test_a_job_without_a_name_gets_one(datastore):
    datastore.put("input/1.dcm", text_instance())
    assert datastore.import_all().job["jobName"]


def test_the_manifest_has_every_key_that_strict_clients_ask_for(datastore):
    for number, one in enumerate([*ct_series(2), *ct_series(2, series="other")]):
        datastore.put(f"input/{number}.dcm", one)
    datastore.put("input/x.txt", b"no DICOM")
    outcome = datastore.import_all()
    summary = outcome.summary
    assert set(summary) == SUMMARY_KEYS
    folder = outcome.job["outputS3Uri"]
    assert {name: summary[name] for name in SUMMARY_KEYS if name != "imageSetsSummary"} == {
        "jobId": outcome.job["jobId"], "datastoreId": datastore.id, "inputS3Uri": datastore.uri("input/"),
        "outputS3Uri": folder, "successOutputS3Uri": folder + "SUCCESS/", "failureOutputS3Uri": folder + "FAILURE/",
        "warningsOutputS3Uri": folder + "WARNING/", "numberOfScannedFiles": 5, "numberOfImportedFiles": 4,
        "numberOfFilesWithCustomerError": 1, "numberOfFilesWithServerError": 0, "numberOfGeneratedImageSets": 2,
    }
    assert len(summary["imageSetsSummary"]) == 2
    for image_set in summary["imageSetsSummary"]:
        assert image_set == {
            "imageSetId": image_set["imageSetId"], "imageSetVersion": 1, "isPrimary": True,
            "numberOfMatchedSOPInstances": 2,
        }
        assert type(image_set["imageSetVersion"]) is int and type(image_set["isPrimary"]) is bool


def test_the_manifest_repeats_the_checksums_of_every_frame(datastore):
    outcome = datastore.import_instances(*ct_series(2), text_instance(series="report"))
    assert {one["imageSetId"] for one in outcome.manifest["imageSets"]} == set(outcome.image_set_ids)
    frames = 0
    for image_set in outcome.manifest["imageSets"]:
        known = datastore.instances(image_set["imageSetId"])
        assert {one["SOPInstanceUID"] for one in image_set["instances"]} == set(known)
        for one in image_set["instances"]:
            assert "error" not in one
            keys = ("ID", "PixelDataChecksumFromBaseToFullResolution")
            assert one["ImageFrames"] == [
                {key: frame[key] for key in keys} for frame in known[one["SOPInstanceUID"]]["ImageFrames"]]
            frames += len(one["ImageFrames"])
    assert frames == 2


def test_success_failure_and_warning_lines_name_file_and_outcome(datastore):
    datastore.put("input/a/good.dcm", ct_slice())
    datastore.put("input/b/garbage.dcm", b"\x00\xff" * 900)
    datastore.put("input/c/blob.dcm", damaged_jpeg_2000())
    outcome = datastore.import_all()
    prefix = f"{datastore.id}/input/"
    success = {line["inputFile"].removeprefix(prefix): line for line in outcome.lines("SUCCESS")}
    assert set(success) == {"a/good.dcm", "c/blob.dcm"}
    for line in success.values():
        assert line["importResponse"] == {
            "imageSetId": line["importResponse"]["imageSetId"], "imageSetVersion": 1, "isPrimary": True}
        assert line["importResponse"]["imageSetId"] in outcome.image_set_ids
    [failure] = outcome.lines("FAILURE")
    assert failure == {
        "inputFile": prefix + "b/garbage.dcm",
        "exception": {"exceptionType": "ValidationException", "message": failure["exception"]["message"]},
    }
    assert failure["exception"]["message"]
    [warning] = outcome.lines("WARNING")
    assert warning["inputFile"] == prefix + "c/blob.dcm"
    [code] = warning["importResponse"].pop("warnings")
    assert warning["importResponse"] == success["c/blob.dcm"]["importResponse"]
    assert (code["warning_reason_code"], code["type"]) == (45312, "TranscodingException")
    assert set(code) == {"warning_reason_code", "type", "message"} and code["message"]


def test_result_files_without_lines_are_not_written(datastore):
    datastore.put("input/1.dcm", ct_slice())
    assert sorted(path.name for path in datastore.import_all().folder.iterdir()) == [
        "SUCCESS", "job-output-manifest.json"]


def lacking(keyword: str):
    def make() -> bytes:
        dataset = ct_slice()
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        # That it stands here does not count: identity is never made up.
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        delattr(dataset, keyword)
        return part10(dataset)

    return make


def with_value(keyword: str, value):
    def make() -> bytes:
        dataset = text_instance()
        setattr(dataset, keyword, value)
        return part10(dataset)

    return make


@pytest.mark.parametrize(
    "make, told",
    [
        (lambda: b"", "DICOM"),
        (lambda: b"hello, world", "DICOM"),
        (lambda: bytes(4096), "DICOM"),
        (lambda: part10(ct_slice())[:132], "DICOM"),
        (lacking("SOPInstanceUID"), "SOPInstanceUID"),
        (lacking("StudyInstanceUID"), "StudyInstanceUID"),
        (lacking("SeriesInstanceUID"), "SeriesInstanceUID"),
        (lambda: without_syntax(jpeg_2000_lossless()), "TransferSyntaxUID"),
        (with_value("PatientID", "P" * 257), "PatientID"),
        (with_value("AccessionNumber", "1" * 257), "AccessionNumber"),
        (with_value("PatientName", "ü" * 257), "PatientName"),
        (with_value("NumberOfStudyRelatedSeries", "1000001"), "NumberOfStudyRelatedSeries"),
        (with_value("SeriesInstanceUID", "1." + "2" * 255), "SeriesInstanceUID"),
    ],
    ids=[
        "empty file", "text", "zeros", "preamble only", "no SOP UID", "no study UID", "no series UID",
        "no transfer syntax", "long patient id", "long accession number", "long patient name", "too many series",
        "long series UID"
    ])
def test_a_file_that_cannot_be_imported_says_why(datastore, make, told):
    datastore.put("input/bad.dcm", make())
    datastore.put("input/good.dcm", ct_slice())
    outcome = datastore.import_all()
    [failure] = outcome.lines("FAILURE")
    assert failure["exception"]["exceptionType"] == "ValidationException"
    assert told in failure["exception"]["message"]
    assert "P" * 20 not in failure["exception"]["message"], "a message must not hold values"
    assert outcome.summary["numberOfImportedFiles"] == 1


@pytest.mark.parametrize(
    "make",
    [
        with_value("PatientID", "P" * 256), with_value("PatientName", "ü" * 256),
        with_value("NumberOfStudyRelatedSeries", "1000000"), with_value("SeriesInstanceUID", "1." + "2" * 254),
    ], ids=["patient id", "patient name", "number of series", "series UID"])
def test_a_value_at_its_limit_is_imported(datastore, make):
    datastore.put("input/1.dcm", make())
    assert datastore.import_all().summary["numberOfImportedFiles"] == 1


def test_a_job_in_which_every_file_failed_is_COMPLETED(datastore):
    datastore.put("input/1.dcm", b"x")
    datastore.put("input/2.dcm", b"y")
    outcome = datastore.import_all()
    assert outcome.summary["numberOfImportedFiles"] == outcome.summary["numberOfGeneratedImageSets"] == 0
    assert outcome.summary["numberOfFilesWithCustomerError"] == 2
    assert datastore.image_sets() == []


def test_an_input_without_trailing_slash_is_that_folder_and_no_string_prefix(datastore):
    datastore.put("input/1.dcm", ct_slice(1))
    datastore.put("input-too/2.dcm", ct_slice(2))
    outcome = datastore.import_all("input")
    assert [line["inputFile"] for line in outcome.lines("SUCCESS")] == [f"{datastore.id}/input/1.dcm"]


@pytest.mark.parametrize(
    "uri", ["s3://tests/{id}/nothing/", "s3://unmapped/input/", "s3://tests/{id}/../..", "s3://tests/{id}/%2e%2e/"],
    ids=["no files", "bucket not mapped", "dots", "encoded dots"])
def test_a_job_that_finds_no_input_is_FAILED_with_a_message(datastore, uri):
    (datastore.folder / "nothing").mkdir()
    outcome = datastore.wait_for_import(datastore.start_import(inputS3Uri=uri.format(id=datastore.id)))
    assert outcome.job["jobStatus"] == "FAILED"
    assert MESSAGE.fullmatch(outcome.job["message"])
    assert datastore.image_sets() == []


def test_a_job_with_an_unwritable_output_is_FAILED_and_nothing_is_half_made(datastore):
    datastore.put("input/1.dcm", ct_slice())
    outcome = datastore.wait_for_import(datastore.start_import(outputS3Uri="s3://unmapped/output/"))
    assert outcome.job["jobStatus"] == "FAILED"
    assert "unmapped" in outcome.job["message"]
    assert datastore.image_sets() == [], "a FAILED job has done nothing (spec/20)"


def test_a_bucket_of_another_account_than_expected_fails_the_job(datastore):
    datastore.put("input/1.dcm", ct_slice())
    outcome = datastore.wait_for_import(datastore.start_import(inputOwnerAccountId="210987654321"))
    assert outcome.job["jobStatus"] == "FAILED"
    assert "210987654321" in outcome.job["message"] and MESSAGE.fullmatch(outcome.job["message"])
    assert datastore.image_sets() == []
    outcome = datastore.wait_for_import(datastore.start_import(inputOwnerAccountId="123456789012"))
    assert outcome.job["jobStatus"] == "COMPLETED"


@pytest.mark.parametrize("bucket", ["local-folder"])
def test_the_name_that_stands_for_the_file_system_is_no_bucket(datastore, bucket):
    error = refused(datastore.start_import, inputS3Uri=f"s3://{bucket}/etc/")
    assert (error.code, error.status) == ("ValidationException", 400)
    assert "inputS3Uri" in error.message


def test_the_same_client_token_gives_the_same_job_and_with_other_parameters_a_conflict(datastore):
    datastore.put("input/1.dcm", ct_slice())
    token = str(uuid.uuid4())
    job = datastore.start_import(clientToken=token)
    assert datastore.start_import(clientToken=token) == job
    error = refused(datastore.start_import, clientToken=token, jobName="another")
    assert (error.code, error.status) == ("ConflictException", 409)
    assert datastore.wait_for_import(job).job["jobStatus"] == "COMPLETED"
    assert datastore.start_import(clientToken=token) == job, "an ended job is still known by its token"
    assert len(datastore.client.list_dicom_import_jobs(datastoreId=datastore.id)["jobSummaries"]) == 1


def test_jobs_are_listed_newest_first_by_status_and_in_pages(datastore):
    datastore.put("input/1.dcm", ct_slice())
    completed = [datastore.import_all().job["jobId"] for _ in range(3)]
    failed = datastore.wait_for_import(datastore.start_import("absent/")).job["jobId"]

    def listed(**members) -> list[str]:
        pages = datastore.client.get_paginator("list_dicom_import_jobs").paginate(datastoreId=datastore.id, **members)
        return [summary["jobId"] for page in pages for summary in page["jobSummaries"]]

    assert listed() == [failed, *reversed(completed)]
    assert listed(PaginationConfig={"PageSize": 1}) == listed()
    assert listed(jobStatus="COMPLETED", PaginationConfig={"PageSize": 2}) == completed[::-1]
    assert listed(jobStatus="FAILED") == [failed]
    assert listed(jobStatus="IN_PROGRESS") == []
    [summary] = datastore.client.list_dicom_import_jobs(datastoreId=datastore.id, jobStatus="FAILED")["jobSummaries"]
    assert set(summary) == {
        "jobId", "jobName", "jobStatus", "datastoreId", "dataAccessRoleArn", "submittedAt", "endedAt", "message"}
    token = datastore.client.list_dicom_import_jobs(datastoreId=datastore.id, maxResults=1)["nextToken"]
    error = refused(
        datastore.client.list_dicom_import_jobs, datastoreId=datastore.id, jobStatus="FAILED", nextToken=token)
    assert (error.code, error.status) == ("ValidationException", 400)


@pytest.mark.parametrize("job", ["0" * 32, "1", "abc"])
def test_an_unknown_job_is_not_found(datastore, job):
    error = refused(datastore.client.get_dicom_import_job, datastoreId=datastore.id, jobId=job)
    assert (error.code, error.status) == ("ResourceNotFoundException", 404)


# MARK: how instances become image sets


def test_later_slices_of_a_series_make_a_new_version_of_its_image_set(datastore):
    first = datastore.import_instances(*ct_series(2))
    second = datastore.import_instances(ct_slice(3), ct_slice(4))
    [image_set] = first.image_set_ids
    assert second.image_set_ids == [image_set]
    assert second.summary["imageSetsSummary"] == [
        {"imageSetId": image_set, "imageSetVersion": 2, "isPrimary": True, "numberOfMatchedSOPInstances": 2}]
    assert len(datastore.instances(image_set, versionId="1")) == 2
    assert set(datastore.instances(image_set)) == {one.SOPInstanceUID for one in ct_series(4)}


def test_the_same_instance_again_replaces_it_and_older_versions_keep_the_old_one(datastore):
    old, new = ct_slice(), ct_slice()
    new.PixelData = bytes(len(new.PixelData))
    new.ImageComments = "a newer copy"
    [image_set] = datastore.import_instances(old, ct_slice(2)).image_set_ids
    datastore.import_instances(new)
    before = datastore.instances(image_set, versionId="1")[old.SOPInstanceUID]
    after = datastore.instances(image_set)[old.SOPInstanceUID]
    assert "ImageComments" not in before["DICOM"] and after["DICOM"]["ImageComments"] == "a newer copy"
    assert len(datastore.instances(image_set)) == 2
    ids = [one["ImageFrames"][0]["ID"] for one in (before, after)]
    assert ids[0] != ids[1]
    assert all(datastore.frame(image_set, frame) for frame in ids), "frames of every kept version are served"


def test_of_equal_SOP_instance_UIDs_in_one_job_the_last_by_key_stays(datastore):
    for name, comment in (("b", "second"), ("c", "last"), ("a", "first")):
        one = ct_slice()
        one.ImageComments = comment
        datastore.put(f"input/{name}.dcm", one)
    outcome = datastore.import_all()
    assert outcome.summary["numberOfImportedFiles"] == 3
    [image_set] = outcome.image_set_ids
    [only] = datastore.instances(image_set).values()
    assert only["DICOM"]["ImageComments"] == "last"


CONFLICTS = {
    "StudyDate": "20240301", "AccessionNumber": "A-2", "PatientID": "P-2", "StudyID": "S2", "SeriesNumber": 4,
}


@pytest.mark.parametrize("keyword", CONFLICTS)
def test_an_instance_that_conflicts_with_the_primary_set_goes_to_a_non_primary_one(datastore, keyword):
    primary = datastore.import_instances(ct_slice(1)).image_set_ids[0]
    odd = ct_slice(2)
    setattr(odd, keyword, CONFLICTS[keyword])
    outcome = datastore.import_instances(odd)
    [summary] = outcome.summary["imageSetsSummary"]
    assert summary["isPrimary"] is False and summary["imageSetId"] != primary
    [line] = outcome.lines("SUCCESS")
    assert line["importResponse"]["isPrimary"] is False
    found = datastore.client.get_image_set(datastoreId=datastore.id, imageSetId=summary["imageSetId"])
    assert found["isPrimary"] is False
    assert list(datastore.instances(primary)) == [ct_slice(1).SOPInstanceUID]
    assert datastore.qido("instances", {"SOPInstanceUID": odd.SOPInstanceUID}) == []


@pytest.mark.parametrize(
    "keyword, value",
    [("PatientName", "Other^Name"), ("StationName", "CT2"), ("StudyDescription", "x"), ("Modality", "OT")])
def test_other_elements_never_conflict(datastore, keyword, value):
    [image_set] = datastore.import_instances(ct_slice(1)).image_set_ids
    other = ct_slice(2)
    setattr(other, keyword, value)
    outcome = datastore.import_instances(other)
    assert outcome.image_set_ids == [image_set]
    assert outcome.summary["imageSetsSummary"][0]["isPrimary"] is True


@pytest.mark.parametrize("value", [None, "", "   "], ids=["absent", "empty", "blank"])
def test_absent_empty_and_blank_are_equal(datastore, value):
    def with_study_id(number, value):
        one = ct_slice(number)
        del one.StudyID
        if value is not None:
            one.StudyID = value
        return one

    [image_set] = datastore.import_instances(with_study_id(1, "")).image_set_ids
    assert datastore.import_instances(with_study_id(2, value)).image_set_ids == [image_set]


def test_conflicting_instances_form_one_non_primary_set_per_group_and_job(datastore):
    datastore.import_instances(ct_slice(1))
    def other(number, patient):
        one = ct_slice(number)
        one.PatientID = patient
        return one

    first = datastore.import_instances(other(2, "P-2"), other(3, "P-3"), other(4, "P-2"))
    assert sorted(one["numberOfMatchedSOPInstances"] for one in first.summary["imageSetsSummary"]) == [1, 2]
    second = datastore.import_instances(other(5, "P-2"))
    assert not set(second.image_set_ids) & set(first.image_set_ids), "an older non-primary set is never extended"


def test_a_SOP_instance_UID_that_is_primary_elsewhere_is_a_conflict(datastore):
    datastore.import_instances(ct_slice(1))
    stranger = ct_slice(1)
    stranger.SeriesInstanceUID += ".1"
    outcome = datastore.import_instances(stranger)
    assert [one["isPrimary"] for one in outcome.summary["imageSetsSummary"]] == [False]


def test_a_second_series_of_a_study_is_an_image_set_of_its_own(datastore):
    outcome = datastore.import_instances(*ct_series(2), *ct_series(3, series="other"))
    assert sorted(one["numberOfMatchedSOPInstances"] for one in outcome.summary["imageSetsSummary"]) == [2, 3]
    assert all(one["isPrimary"] for one in outcome.summary["imageSetsSummary"])
