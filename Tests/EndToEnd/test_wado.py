"""WADO-RS: instances, metadata, frames and bulk data (spec/40)."""

from __future__ import annotations

import gzip
import io
import json

import numpy
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom.encaps import generate_frames

from clients import instance_path, part10, parts, series_path, session, study_path
from comparison import differences
from fixtures import (
    CHARACTER_SETS, HTJ2K_RPCL, IMAGES, VALUES, bulk_instance, ct_series, ct_slice, every_value_representation,
    named_instance, text_instance)
from pixels import decode_codestream, little_endian

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
JSON = "application/dicom+json"

MULTI_FRAME = IMAGES["multi_frame_16_bit"]()


@pytest.fixture(scope="module", autouse=True)
def filled(archive):
    archive.import_instances(
        *ct_series(3), MULTI_FRAME.dataset, every_value_representation(), bulk_instance(),
        *map(named_instance, CHARACTER_SETS))


def source(dataset: pydicom.Dataset) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(part10(dataset)))


# MARK: instances


@pytest.mark.parametrize(
    "make", [ct_slice, every_value_representation, bulk_instance, *(
        lambda name=name: named_instance(name) for name in CHARACTER_SETS)],
    ids=["slice", "every VR", "bulk", *CHARACTER_SETS])
def test_an_instance_comes_back_with_every_element(archive, make):
    expected = source(make())
    found = archive.retrieve(expected)
    assert differences(expected, found) == []
    assert found.SpecificCharacterSet == expected.SpecificCharacterSet


@pytest.mark.parametrize(
    "accept, syntax, is_multipart",
    [
        ("application/dicom", EXPLICIT_LITTLE_ENDIAN, False),
        ("application/dicom; transfer-syntax=*", HTJ2K_RPCL, False),
        ('application/dicom;transfer-syntax="*"', HTJ2K_RPCL, False),
        (f"application/dicom; transfer-syntax={HTJ2K_RPCL}", HTJ2K_RPCL, False),
        (f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}", EXPLICIT_LITTLE_ENDIAN, False),
        ('multipart/related; type="application/dicom"', EXPLICIT_LITTLE_ENDIAN, True),
        ("multipart/related;type=application/dicom;transfer-syntax=*", HTJ2K_RPCL, True),
        # Weasis, then dicomweb-client, then nothing at all.
        ('multipart/related;type="application/dicom";transfer-syntax=*', HTJ2K_RPCL, True),
        (f'multipart/related; type="application/dicom"; transfer-syntax={HTJ2K_RPCL}', HTJ2K_RPCL, True),
        ("*/*", EXPLICIT_LITTLE_ENDIAN, None), (None, EXPLICIT_LITTLE_ENDIAN, None),
        (f"application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50, application/dicom; transfer-syntax={HTJ2K_RPCL}",
         HTJ2K_RPCL, False),
        (f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}; q=0.1, application/dicom; transfer-syntax=*",
         HTJ2K_RPCL, False),
        ("text/html, APPLICATION/DICOM; Transfer-Syntax=*", HTJ2K_RPCL, False),
    ])
def test_the_transfer_syntax_is_chosen_by_Accept(archive, accept, syntax, is_multipart):
    answer = archive.get(instance_path(ct_slice()), accept)
    assert answer.status_code == 200
    content_type, content = answer.headers["Content-Type"], answer.content
    if is_multipart is not None:
        assert content_type.startswith("multipart/related") == is_multipart
    if content_type.startswith("multipart/related"):
        assert 'type="application/dicom"' in content_type
        [(headers, content)] = parts(answer)
        content_type = headers["content-type"]
    assert content_type == f"application/dicom; transfer-syntax={syntax}"
    assert pydicom.dcmread(io.BytesIO(content)).file_meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize(
    "accept", ["image/png", "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50", "application/dicom+json",
               "multipart/related; type=image/jpeg", "application/dicom;q=0"])
def test_an_instance_that_cannot_be_had_so_is_406_and_tells_how_it_can(archive, accept):
    answer = archive.get(instance_path(ct_slice()), accept)
    assert answer.status_code == 406
    assert HTJ2K_RPCL in answer.json()["message"] and EXPLICIT_LITTLE_ENDIAN in answer.json()["message"]


SLICE = ct_slice()
NOWHERE = "1.2.3.4"


@pytest.mark.parametrize(
    "path",
    [
        f"studies/{NOWHERE}/series/{SLICE.SeriesInstanceUID}/instances/{SLICE.SOPInstanceUID}",
        f"studies/{SLICE.StudyInstanceUID}/series/{NOWHERE}/instances/{SLICE.SOPInstanceUID}",
        f"studies/{SLICE.StudyInstanceUID}/series/{SLICE.SeriesInstanceUID}/instances/{NOWHERE}",
        f"{series_path(text_instance(series='every VR'))}/instances/{SLICE.SOPInstanceUID}",
        f"{instance_path(SLICE)}?imageSetId={'0' * 32}", f"{instance_path(SLICE)}?imageSetId=nonsense",
    ], ids=["study", "series", "instance", "instance of another series", "image set", "no image set id"])
@pytest.mark.parametrize("suffix", ["", "/metadata", "/frames/1"])
def test_what_is_not_there_is_404(archive, path, suffix):
    path, _, query = path.partition("?")
    answer = archive.get(f"{path}{suffix}?{query}")
    assert answer.status_code == 404 and answer.json()["message"]


@pytest.mark.parametrize(
    "uid, status", [("a", 404), ("1 2", 404), ("%27%20OR%201=1", 404), ("1" * 256, 404), ("1" * 257, 400)])
def test_a_UID_of_no_form_is_not_found_and_one_that_is_too_long_is_refused(archive, uid, status):
    assert archive.get(f"studies/1.2/series/{uid}/instances/1.2").status_code == status


def test_imageSetId_shows_what_is_not_primary(datastore):
    [primary] = datastore.import_instances(ct_slice(1)).image_set_ids
    odd = ct_slice(2)
    odd.PatientID = "P-2"
    [hidden] = datastore.import_instances(odd).image_set_ids
    assert datastore.get(instance_path(odd)).status_code == 404
    assert datastore.retrieve(odd, query=f"?imageSetId={hidden}").PatientID == "P-2"
    [metadata] = datastore.get(f"{series_path(odd)}/metadata?imageSetId={hidden}", JSON).json()
    assert metadata["00100020"]["Value"] == ["P-2"]
    assert datastore.get(f"{instance_path(odd)}?imageSetId={primary}").status_code == 404
    frames = datastore.get(f"{instance_path(odd)}/frames/1?imageSetId={hidden}", "application/octet-stream")
    assert frames.content == odd.PixelData


def test_HEAD_answers_like_GET_without_a_body(archive):
    for path in (instance_path(SLICE), f"{instance_path(SLICE)}/frames/1"):
        head = archive.http.head(f"{archive.url}/{path}", headers={"Accept": "*/*"})
        assert head.status_code == 200 and head.content == b""


# MARK: metadata


#: What metadata adds to the data set, and what it leaves out.
OWN, LEFT_OUT = {"00083002"}, {"7FE00010"}


def as_json(dataset: pydicom.Dataset) -> dict:
    """The data set as pydicom writes DICOM JSON, text in UTF-8."""
    expected = json.loads(dataset.to_json(bulk_data_threshold=1 << 60, bulk_data_element_handler=lambda _: None))
    expected = {tag: value for tag, value in expected.items() if tag not in LEFT_OUT}
    for element in expected.values():
        # What is empty has no Value, and is null among other values (PS3.18 F.2.5); pydicom spells both out.
        values = [None if value == "" else value for value in element.pop("Value", [])]
        if element["vr"] == "FL":  # The shortest text that is this 32-bit number.
            values = [float(str(numpy.float32(number))) for number in values]
        if element["vr"] in ("SV", "UV"):  # Text where a JSON number would lose digits (PS3.18 table F.2.3-1).
            values = [number if abs(number) < 1 << 53 else str(number) for number in values]
        if values:
            element["Value"] = values
    expected["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
    return expected


@pytest.mark.parametrize(
    "make", [ct_slice, every_value_representation, lambda: MULTI_FRAME.dataset, *(
        lambda name=name: named_instance(name) for name in CHARACTER_SETS)],
    ids=["slice", "every VR", "multi-frame", *CHARACTER_SETS])
def test_metadata_is_the_DICOM_JSON_that_pydicom_writes(archive, make):
    expected = source(make())
    answer = archive.get(f"{instance_path(expected)}/metadata", JSON)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == JSON
    [found] = answer.json()
    assert set(found) - OWN == set(as_json(expected))
    for tag, element in as_json(expected).items():
        assert found[tag] == element, tag


def test_metadata_tells_the_transfer_syntax_that_is_stored(archive):
    [found] = archive.get(f"{instance_path(SLICE)}/metadata", JSON).json()
    assert found["00083002"] == {"vr": "UI", "Value": [HTJ2K_RPCL]}
    assert all(not tag.startswith("0002") for tag in found)


def test_metadata_can_be_read_by_pydicom(archive):
    [found] = archive.get(f"{instance_path(every_value_representation())}/metadata", JSON).json()
    read = pydicom.Dataset.from_json(found)
    assert read.SelectorSVValue == VALUES["SelectorSVValue"][0]
    assert read.SelectorOBValue == VALUES["SelectorOBValue"][0]


@pytest.mark.parametrize("path, count", [(series_path(SLICE), 3), (study_path(SLICE), 6 + len(CHARACTER_SETS))])
def test_series_and_study_metadata_hold_every_instance(archive, path, count):
    found = archive.get(f"{path}/metadata", JSON).json()
    assert len(found) == count == len({one["00080018"]["Value"][0] for one in found})
    for one in ct_series(3):
        assert one.SOPInstanceUID in {other["00080018"]["Value"][0] for other in found}


@pytest.mark.parametrize("accept", [None, "*/*", JSON, "application/json", f"{JSON}, application/json",
                                    f"{JSON}, multipart/related; type=application/octet-stream; transfer-syntax=*"])
def test_metadata_is_given_for_any_usual_Accept(archive, accept):
    answer = archive.get(f"{series_path(SLICE)}/metadata", accept)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == JSON


def test_metadata_in_another_form_is_406(archive):
    answer = archive.get(f"{series_path(SLICE)}/metadata", "image/png")
    assert answer.status_code == 406 and answer.json()["message"]


@pytest.mark.parametrize("encoding", ["gzip", "identity", "gzip;q=0"])
def test_metadata_is_gzip_where_it_is_accepted(archive, encoding):
    answer = archive.get(f"{series_path(SLICE)}/metadata", JSON, headers={"Accept-Encoding": encoding}, stream=True)
    body = answer.raw.read(decode_content=False)
    assert (answer.headers.get("Content-Encoding") == "gzip") == (encoding == "gzip")
    assert len(json.loads(gzip.decompress(body) if encoding == "gzip" else body)) == 3


# MARK: frames


FRAMES = f"{instance_path(MULTI_FRAME.dataset)}/frames"


@pytest.mark.parametrize("numbers", [[1], [3], [1, 2, 3], [3, 1], [2, 3, 1]])
def test_frames_come_in_the_order_asked(archive, numbers):
    answer = archive.get(
        f"{FRAMES}/{','.join(map(str, numbers))}", 'multipart/related; type="application/octet-stream"')
    found = parts(answer)
    assert [content for _, content in found] == [little_endian(MULTI_FRAME.frames[n - 1]) for n in numbers]
    for headers, _ in found:
        # Viewers look for this in every part.
        assert headers["content-type"] == f"application/octet-stream; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}"
    assert answer.content.index(b"\r\n\r\n") < 1000


@pytest.mark.parametrize(
    "accept, kind, is_multipart",
    [
        ("application/octet-stream", "native", False),
        ("*/*", "native", None), (None, "native", None),
        ('multipart/related; type="application/octet-stream"', "native", True),
        ("multipart/related; type=application/octet-stream", "native", True),
        ("multipart/related;type=application/octet-stream;transfer-syntax=1.2.840.10008.1.2.1", "native", True),
        ('multipart/related; type="application/octet-stream"; transfer-syntax=*', "stored", True),
        # OHIF's defaults, with and without quotes, and with the parameter twice.
        ('multipart/related; type="application/octet-stream"; transfer-syntax="*"', "stored", True),
        ("multipart/related; type=application/octet-stream; transfer-syntax=*; transfer-syntax=*", "stored", True),
        ("image/jphc", "stored", False), (f"image/jphc; transfer-syntax={HTJ2K_RPCL}", "stored", False),
        ("multipart/related; type=image/jphc", "stored", True),
        (f"multipart/related; type=image/jphc; transfer-syntax={HTJ2K_RPCL}", "stored", True),
        ('Multipart/Related; Type="image/jphc"; Transfer-Syntax=*', "stored", True),
        # The OHIF configuration of the AWS installer: four members in one string.
        (f"multipart/related; type=image/jphc; transfer-syntax={HTJ2K_RPCL}, multipart/related; type=image/jp2; "
         "transfer-syntax=1.2.840.10008.1.2.4.90, multipart/related; type=image/jpeg; "
         "transfer-syntax=1.2.840.10008.1.2.4.50, multipart/related; type=application/octet-stream; "
         "transfer-syntax=1.2.840.10008.1.2.1", "stored", True),
        ("multipart/related; type=image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50, "
         "multipart/related; type=application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1", "native", True),
        ("multipart/related; type=image/jphc; q=0.1, multipart/related; type=application/octet-stream", "native", True),
        ("application/dicom+json, multipart/related; type=image/jphc", "stored", True),
    ])
def test_the_form_of_frames_is_chosen_by_Accept(archive, accept, kind, is_multipart):
    answer = archive.get(f"{FRAMES}/2", accept)
    assert answer.status_code == 200
    content_type, content = answer.headers["Content-Type"], answer.content
    if is_multipart is not None:
        assert content_type.startswith("multipart/related") == is_multipart
    if content_type.startswith("multipart/related"):
        [(headers, content)] = parts(answer)
        content_type = headers["content-type"]
    syntax = EXPLICIT_LITTLE_ENDIAN if kind == "native" else HTJ2K_RPCL
    assert content_type.endswith(f"; transfer-syntax={syntax}")
    expected = MULTI_FRAME.frames[1]
    if kind == "native":
        assert content == little_endian(expected)
    else:
        assert content.startswith(b"\xff\x4f\xff\x51"), "a bare codestream, without boxes"
        assert (decode_codestream(content) == expected).all()


@pytest.mark.parametrize(
    "accept", ["image/png", "multipart/related; type=image/jpeg", "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.50",
               "application/octet-stream; transfer-syntax=1.2.840.10008.1.2"])
def test_frames_that_cannot_be_had_so_are_406_and_tell_how_they_can(archive, accept):
    answer = archive.get(f"{FRAMES}/1", accept)
    assert answer.status_code == 406
    assert HTJ2K_RPCL in answer.json()["message"] and EXPLICIT_LITTLE_ENDIAN in answer.json()["message"]


@pytest.mark.parametrize(
    "numbers, status",
    [("4", 404), ("1,4", 404), ("99999999999999999999", 400), ("0", 400), ("-1", 400), ("1,1", 400), ("a", 400),
     ("1,,2", 400), ("", 404)])
def test_a_frame_list_that_cannot_be_meant_is_refused(archive, numbers, status):
    answer = archive.get(f"{FRAMES}/{numbers}")
    assert answer.status_code == status or (status, answer.status_code) == (400, 404)
    assert answer.json()["message"]


def test_an_instance_without_pixels_has_no_frames(archive):
    assert archive.get(f"{instance_path(every_value_representation())}/frames/1").status_code == 404


# MARK: icons


def test_an_icon_is_native_where_the_transfer_syntax_is_not_that_of_its_file(datastore, corpus):
    """The icon of this file is JPEG 2000, as its image is; the image is stored as HTJ2K."""
    source = pydicom.dcmread(corpus / "j2k-lossless-90" / "MR_384x384_12b_slicethickness_empty_string.dcm")
    datastore.import_instances(source)
    [icon] = source.IconImageSequence
    [stream] = generate_frames(icon.PixelData, number_of_frames=1)
    expected = decode_codestream(stream)
    for transfer_syntax in (EXPLICIT_LITTLE_ENDIAN, HTJ2K_RPCL):
        found = datastore.retrieve(source, transfer_syntax)
        assert found.file_meta.TransferSyntaxUID == transfer_syntax
        [native] = found.IconImageSequence
        assert not native["PixelData"].is_undefined_length
        assert native.PixelData == little_endian(expected)
        assert native.PhotometricInterpretation == "PALETTE COLOR"


# MARK: bulk data


@pytest.mark.parametrize("tag", [0x00131001, 0x00131002])
def test_bulk_data_is_retrieved_by_the_URI_of_the_metadata(archive, tag):
    expected = bulk_instance()
    [found] = archive.get(f"{instance_path(expected)}/metadata", JSON).json()
    uri = found[f"{tag:08X}"]["BulkDataURI"]
    assert uri.startswith(f"{archive.url}/{instance_path(expected)}/bulkdata/")
    for accept in ("application/octet-stream", "*/*"):
        answer = archive.http.get(uri, headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.content == expected[tag].value
        assert int(answer.headers["Content-Length"]) == len(answer.content)
    [(headers, content)] = parts(archive.http.get(uri, headers={"Accept": 'multipart/related; type="*/*"'}))
    assert headers["content-type"] == "application/octet-stream" and content == expected[tag].value
    assert archive.http.get(uri, headers={"Accept": "image/png"}).status_code == 406


def test_values_up_to_1_MB_stand_in_the_metadata(archive):
    [found] = archive.get(f"{instance_path(bulk_instance())}/metadata", JSON).json()
    assert "InlineBinary" in found["00131003"]


@pytest.mark.parametrize("hash", ["0" * 32, "nonsense", "%2e%2e%2f"])
def test_unknown_bulk_data_is_404(archive, hash):
    assert archive.get(f"{instance_path(bulk_instance())}/bulkdata/{hash}").status_code in (400, 404)


# MARK: dicomweb-client


def test_dicomweb_client_retrieves_everything(archive):
    client = DICOMwebClient(archive.url, session=session(archive.server.credentials))
    dataset = MULTI_FRAME.dataset
    uids = dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID
    # It asks for any transfer syntax and gets the stored one.
    assert (client.retrieve_instance(*uids).pixel_array == MULTI_FRAME.frames).all()
    assert client.retrieve_instance_metadata(*uids)["00280008"]["Value"] == [3]
    assert len(client.retrieve_series_metadata(*uids[:2])) == 1
    frames = client.retrieve_instance_frames(*uids, [1, 3])
    assert [bytes(frame) for frame in frames] == [little_endian(MULTI_FRAME.frames[n]) for n in (0, 2)]
    [bulk] = archive.get(f"{instance_path(bulk_instance())}/metadata", JSON).json()
    [content] = client.retrieve_bulkdata(bulk["00131001"]["BulkDataURI"])
    assert content == bulk_instance()[0x00131001].value
