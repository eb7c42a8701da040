"""Every warning of spec/20, on a file made for it: in the results of the import, over STOW, and in searches."""

from __future__ import annotations

from typing import Callable

import numpy
import pytest
from pydicom.uid import JPEGBaseline8Bit, MPEG4HP41, UID

from clients import part10
from fixtures import IMAGES, ct_slice, damaged_jpeg_2000, instance, put_fragments, put_pixels, text_instance

BAD: dict[int, tuple[str, Callable[[], bytes]]] = {}


def warns(code: int, kind: str):
    """A file that must give this warning."""

    def add(make: Callable[[], bytes]) -> Callable[[], bytes]:
        BAD[code] = kind, make
        return make

    return add


@warns(45056, "CoercionOfDataElements")
def an_element_of_no_known_VR() -> bytes:
    dataset = text_instance("vr")
    dataset.StudyDescription = "A study"
    return part10(dataset).replace(b"\x08\x00\x30\x10LO", b"\x08\x00\x30\x10XX")


@warns(45062, "ElementsDiscarded")
def an_element_that_is_there_twice() -> bytes:
    dataset = text_instance("twice")
    element = b"\x10\x00\x00\x40LT\x04\x00more"  # Patient Comments
    dataset.PatientComments = "some"
    file = part10(dataset)
    place = file.index(b"\x10\x00\x00\x40LT")
    return file[:place] + element + file[place:]


@warns(45063, "SopClassDataMismatch")
def an_image_without_pixels() -> bytes:
    dataset = ct_slice(series="no pixels")
    del dataset.PixelData
    return part10(dataset)


@warns(45312, "TranscodingException")
def a_frame_that_does_not_decode() -> bytes:
    return part10(damaged_jpeg_2000())


@warns(45328, "FramesExtractionFailure")
def fewer_bytes_than_a_frame() -> bytes:
    dataset = ct_slice(series="rows")
    dataset.Rows = 999
    return part10(dataset)


@warns(45329, "FrameNumberMismatch")
def fewer_frames_than_said() -> bytes:
    dataset = ct_slice(series="frames")
    dataset.NumberOfFrames = "5"
    return part10(dataset)


@warns(45330, "InvalidOffsetTable")
def an_offset_table_of_other_fragments() -> bytes:
    image = IMAGES["jpeg_baseline"]()
    put_fragments(image.dataset, list(image.kept))
    content = bytearray(image.dataset.PixelData)
    assert content[4] == 8, "a table of two entries"
    content[12] += 2  # The second frame begins inside the first.
    image.dataset.PixelData = bytes(content)
    return part10(image.dataset)


@warns(45344, "UnsupportedTransferSyntax")
def a_private_transfer_syntax() -> bytes:
    dataset = IMAGES["jpeg_baseline"]().dataset
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID[:-1] + "0"
    file = part10(dataset)
    uid = JPEGBaseline8Bit.encode() + b"\0" * (len(JPEGBaseline8Bit) % 2)
    assert uid in file
    return file.replace(uid, b"1.2.826.0.1.3680043.9.9.9".ljust(len(uid), b"\0")[: len(uid)], 1)


@warns(45570, "InvalidUIDFormat")
def a_UID_with_an_empty_component() -> bytes:
    dataset = ct_slice(series="uid")
    dataset.FrameOfReferenceUID = UID("1.2.3..4")
    return part10(dataset)


@warns(45571, "InvalidDICOMValueLength")
def a_value_longer_than_its_VR_allows() -> bytes:
    dataset = ct_slice(series="length")
    dataset.StationName = "S" * 17
    return part10(dataset)


@warns(47513, "Other")
def a_video_of_another_codec() -> bytes:
    dataset = instance("video", transfer_syntax=MPEG4HP41, series="video")
    put_pixels(dataset, numpy.zeros((1, 16, 16), "u1"))
    put_fragments(dataset, [b"\0\0\1\xb3" + bytes(2_000)])  # A sequence header of MPEG-2.
    return part10(dataset)


@pytest.fixture(scope="module")
def outcome(archive):
    """One job of all files."""
    for code, (_, make) in BAD.items():
        archive.put(f"bad/{code}.dcm", make())
    return archive.import_all("bad/")


def test_there_is_a_file_for_every_warning():
    assert set(BAD) == {45056, 45062, 45063, 45312, 45328, 45329, 45330, 45344, 45570, 45571, 47513}


@pytest.mark.parametrize("code", BAD)
def test_the_warning_stands_in_the_results_and_the_file_is_imported(archive, outcome, code):
    assert outcome.lines("FAILURE") == []
    name = f"{archive.id}/bad/{code}.dcm"
    [line] = [line for line in outcome.lines("WARNING") if line["inputFile"] == name]
    [success] = [line for line in outcome.lines("SUCCESS") if line["inputFile"] == name]
    warnings = line["importResponse"].pop("warnings")
    assert line["importResponse"] == success["importResponse"]
    [warning] = [one for one in warnings if one["warning_reason_code"] == code]
    assert warning["type"] == BAD[code][0]
    assert warning["message"].endswith(".")


def test_files_with_warnings_count_as_imported(outcome):
    assert outcome.summary["numberOfImportedFiles"] == len(BAD)
    assert outcome.summary["numberOfFilesWithCustomerError"] == 0


@pytest.mark.parametrize("code", BAD)
def test_instances_are_found_by_their_warning(archive, outcome, code):
    found = archive.qido("instances", {"WarningReason": str(code)})
    assert found and all(code in one["00081196"]["Value"] for one in found)


def test_searches_take_wildcards_and_the_true_numbers_of_codes_that_are_printed_otherwise(archive, outcome):
    def search(value: str) -> set[str]:
        return {one["00080018"]["Value"][0] for one in archive.qido("instances", {"WarningReason": value})}

    assert len(search("*")) == len(BAD)
    assert search("453*") == set().union(*(search(str(code)) for code in BAD if str(code).startswith("453")))
    assert search("45569") == search("45570") != set()
    assert search("49151") == search("47513") != set()


@pytest.mark.parametrize("code", BAD)
def test_STOW_answers_with_the_warning(datastore, code):
    answer = datastore.stow(BAD[code][1]())
    assert answer.status_code == 202
    [item] = answer.json()["00081199"]["Value"]
    assert item["00081196"]["Value"][0] in {code, *BAD}
    [found] = datastore.qido("instances", {"includefield": "WarningReason"})
    assert code in found["00081196"]["Value"]


# MARK: limits of elements

LIMITS = {
    "PatientName": 256, "PatientID": 256, "PatientBirthDate": 18, "PatientSex": 16, "StudyInstanceUID": 256,
    "StudyID": 256, "StudyDescription": 256, "AccessionNumber": 256, "StudyDate": 18, "StudyTime": 28,
    "SOPInstanceUID": 256, "SeriesInstanceUID": 256,
}
COUNTS = ("NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances")


def of_length(keyword: str, length: int) -> str:
    return ("1." + "2" * length)[:length] if keyword.endswith("UID") else "2" * length


@pytest.mark.parametrize("is_over", [False, True], ids=["at the limit", "over the limit"])
def test_elements_have_limits(datastore, is_over):
    expected = set()
    for keyword, limit in LIMITS.items():
        dataset = text_instance(keyword, series=keyword)
        setattr(dataset, keyword, of_length(keyword, limit + is_over))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        datastore.put(f"input/{keyword}.dcm", dataset)
        expected.add(keyword)
    for keyword in COUNTS:
        dataset = text_instance(keyword, series=keyword)
        setattr(dataset, keyword, str(1_000_000 + is_over))
        datastore.put(f"input/{keyword}.dcm", dataset)
        expected.add(keyword)
    outcome = datastore.import_all()
    failed = {
        line["inputFile"].rsplit("/", 1)[1].removesuffix(".dcm"): line["exception"] for line in outcome.lines("FAILURE")}
    assert set(failed) == (expected if is_over else set())
    for keyword, exception in failed.items():
        assert exception["exceptionType"] == "ValidationException"
        assert keyword in exception["message"]
        assert "222" not in exception["message"], "a value"
