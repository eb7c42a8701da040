"""Every kind of image through the store and back, decoded by OpenJPEG and pydicom (spec/50)."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from dataclasses import dataclass

import numpy
import pydicom
import pytest
from PIL import Image as PillowImage
from pydicom.encaps import generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import JPEG2000Lossless

from clients import Datastore, ImportOutcome, instance_path, part10, parts
from comparison import differences
from fixtures import (
    HTJ2K_RPCL, IMAGES, Image, ct_slice, damaged_jpeg_2000, encoded, even, instance, noise, put_fragments, put_pixels)
from pixels import (
    codestream_of, crc32, decode_codestream, decode_jph, decode_reduced, levels_of, listed_sizes, little_endian,
    lower_resolution, segments)

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
TRANSCODED = [name for name, make in IMAGES.items() if make().stored == HTJ2K_RPCL]
KEPT = [name for name in IMAGES if name not in TRANSCODED]

# OpenJPEG's decoder of HT code blocks stops at 31 bits.
WIDE = {"unsigned_32_bit", "signed_32_bit", "big_endian_32_bit"}


@dataclass(frozen=True)
class Stored:
    """An image, and what the metadata document says of it."""

    image: Image
    image_set: str
    metadata: dict

    @property
    def dataset(self) -> pydicom.Dataset:
        return self.image.dataset

    @property
    def frames(self) -> list[dict]:
        return self.metadata["ImageFrames"]


@pytest.fixture(scope="module")
def outcome(archive) -> ImportOutcome:
    """One import of all images."""
    for name, make in IMAGES.items():
        archive.put(f"images/{name}.dcm", make().dataset)
    return archive.import_all("images/")


@pytest.fixture(scope="module")
def stored(archive, outcome) -> dict[str, Stored]:
    assert outcome.lines("FAILURE") == []
    documents = {image_set: archive.instances(image_set) for image_set in outcome.image_set_ids}
    homes = {sop: image_set for image_set, instances in documents.items() for sop in instances}
    found = {}
    for name, make in IMAGES.items():
        image = make()
        sop = image.dataset.SOPInstanceUID
        found[name] = Stored(image, homes[sop], documents[homes[sop]][sop])
    return found


@pytest.fixture
def one(stored, name) -> Stored:
    return stored[name]


def test_no_image_has_a_warning(outcome):
    assert outcome.lines("WARNING") == []


@pytest.mark.parametrize("name", IMAGES)
def test_the_transfer_syntax_is_stored_as_the_table_says(one):
    assert one.metadata["StoredTransferSyntaxUID"] == one.image.stored
    assert one.metadata["DICOM"]["TransferSyntaxUID"] == one.dataset.file_meta.TransferSyntaxUID
    assert len(one.frames) == len(one.image.frames)


@pytest.mark.parametrize("name", [name for name in TRANSCODED if name not in WIDE])
def test_a_transcoded_frame_decodes_to_the_exact_pixels(archive, one):
    for frame, pixels in zip(one.frames, one.image.frames, strict=True):
        decoded = decode_jph(archive.frame(one.image_set, frame["ID"]))
        assert decoded.dtype == pixels.dtype and decoded.shape == pixels.shape
        assert (decoded == pixels).all()
        assert zlib.crc32(little_endian(decoded)) == (
            frame["PixelDataChecksumFromBaseToFullResolution"][-1]["Checksum"])


@pytest.mark.parametrize("name", TRANSCODED)
def test_checksums_are_those_of_the_source_at_every_listed_resolution(archive, one):
    is_rgb = one.dataset.PhotometricInterpretation in ("RGB", "YBR_RCT")
    for frame, pixels in zip(one.frames, one.image.frames, strict=True):
        height, width = pixels.shape[:2]
        listed = frame["PixelDataChecksumFromBaseToFullResolution"]
        assert [(entry["Width"], entry["Height"]) for entry in listed] == listed_sizes(width, height)
        assert listed[-1]["Checksum"] == crc32(pixels)
        for reduction, entry in enumerate(reversed(listed)):
            lower = lower_resolution(pixels, reduction, is_rgb=is_rgb)
            assert (entry["Width"], entry["Height"]) == lower.shape[1::-1]
            assert entry["Checksum"] == crc32(lower)


@pytest.mark.parametrize("name", ["ct_16_bit_signed", "rgb"])
def test_a_lower_resolution_is_what_OpenJPEG_decodes(archive, one):
    [frame], [pixels] = one.frames, one.image.frames
    file = archive.frame(one.image_set, frame["ID"])
    reduced = decode_reduced(file, 1).astype(numpy.int64)
    if pixels.dtype == numpy.int16:
        reduced -= 1 << 15  # Pillow knows unsigned samples only and shifts others.
    reduced = reduced.astype(pixels.dtype)
    entry = frame["PixelDataChecksumFromBaseToFullResolution"][-2]
    assert (entry["Width"], entry["Height"]) == reduced.shape[1::-1]
    assert entry["Checksum"] == crc32(reduced)


@pytest.mark.parametrize("name", TRANSCODED)
def test_range_and_size_are_those_of_the_samples(one):
    for frame, samples in zip(one.frames, one.image.frames, strict=True):
        assert frame["FrameSizeInBytes"] == samples.nbytes
        if samples.dtype.kind == "u":
            samples = samples & ((1 << one.dataset.BitsStored) - 1)  # An overlay is no pixel value.
        assert (frame["MinPixelValue"], frame["MaxPixelValue"]) == (samples.min(), samples.max())


@pytest.mark.parametrize("name", TRANSCODED)
def test_codestreams_are_built_as_the_service_s_are(archive, one):
    """spec/50 "HTJ2K codestreams we write": what viewers rely on when they read a frame resolution by resolution."""
    for frame, pixels in zip(one.frames, one.image.frames, strict=True):
        height, width = pixels.shape[:2]
        codestream = codestream_of(archive.frame(one.image_set, frame["ID"]))
        found = segments(codestream)
        main = dict(found[: [marker for marker, _ in found].index(0xFF90)])
        capabilities, x1, y1, x0, y0, tile_width, tile_height = struct.unpack_from(">HIIIIII", main[0xFF51])
        assert capabilities & 0x4000, "Rsiz says that there is a CAP segment"
        assert (x1 - x0, y1 - y0) == (width, height)
        assert tile_width >= x1 and tile_height >= y1, "one tile"
        assert struct.unpack_from(">I", main[0xFF50])[0] & 0x00020000, "Pcap says part 15"
        style, progression, layers, colour, levels, x_block, y_block, block_style, wavelet = (
            struct.unpack_from(">BBHBBBBBB", main[0xFF52]))
        assert progression == 2, "RPCL"
        assert (layers, colour) == (1, int(one.dataset.PhotometricInterpretation in ("RGB", "YBR_RCT")))
        assert levels == levels_of(width, height)
        assert (x_block, y_block) == (4, 4), "code blocks of 64 × 64"
        assert block_style & 0x40, "high throughput"
        assert wavelet == 1, "reversible 5/3"
        assert 0xFF55 in main, "TLM"
        tile_parts = [content for marker, content in found if marker == 0xFF90]
        assert len(tile_parts) == levels + 1, "one tile-part a resolution"
        assert [content[6] for content in tile_parts] == list(range(levels + 1))
        assert found[-1][0] == 0xFFD9, "EOC"


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_frame_is_served_byte_for_byte(archive, one):
    for frame, kept, pixels in zip(one.frames, one.image.kept, one.image.frames, strict=True):
        assert archive.frame(one.image_set, frame["ID"]) == kept
        height, width = pixels.shape[:2]
        assert frame["PixelDataChecksumFromBaseToFullResolution"] == [
            {"Width": width, "Height": height, "Checksum": zlib.crc32(kept)}]
        assert frame["MinPixelValue"] is None and frame["MaxPixelValue"] is None
        assert frame["FrameSizeInBytes"] == len(kept)


CONTENT_TYPES = {
    HTJ2K_RPCL: "image/jph", EXPLICIT_LITTLE_ENDIAN: "application/octet-stream",
    "1.2.840.10008.1.2.4.50": "image/jpeg", "1.2.840.10008.1.2.4.91": "image/j2c",
}


@pytest.mark.parametrize("name", IMAGES)
def test_the_content_type_tells_the_stored_form(archive, one):
    answer = archive.client.get_image_frame(
        datastoreId=archive.id, imageSetId=one.image_set, imageFrameInformation={"imageFrameId": one.frames[0]["ID"]})
    assert answer["contentType"] == CONTENT_TYPES[one.image.stored]


# MARK: DICOMweb


def source_of(one: Stored) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(part10(one.dataset)))


PIXEL_KEYWORDS = {"PixelData": "OW", "FloatPixelData": "OF", "DoubleFloatPixelData": "OD"}

#: What describes the pixels as they are sent, and so may differ from what was imported.
DESCRIBING = {0x00280004, 0x00280006}


@pytest.mark.parametrize("name", IMAGES)
def test_the_retrieved_instance_has_every_element_and_the_exact_pixels(archive, one):
    source, found = source_of(one), archive.retrieve(one.dataset)
    assert differences(source, found, ignoring=DESCRIBING) == []
    assert found.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE_ENDIAN
    assert found.PhotometricInterpretation == {"YBR_RCT": "RGB"}.get(
        one.dataset.PhotometricInterpretation, one.dataset.PhotometricInterpretation)
    if "PlanarConfiguration" in one.dataset:
        assert found.PlanarConfiguration == 0
    sent = b"".join(map(little_endian, one.image.frames))
    if one.image.kept and one.dataset.BitsAllocated == 1:
        sent = source.PixelData
    [keyword] = [keyword for keyword in PIXEL_KEYWORDS if keyword in found]
    assert found[keyword].value == sent + b"\0" * (len(sent) % 2)
    if keyword != "PixelData" or one.dataset.BitsAllocated > 8:
        assert found[keyword].VR == PIXEL_KEYWORDS[keyword]


@pytest.mark.parametrize("name", IMAGES)
def test_file_meta_tells_the_syntax_and_the_instance(archive, one):
    for syntax in (None, "*"):
        meta = archive.retrieve(one.dataset, syntax).file_meta
        assert meta.MediaStorageSOPInstanceUID == one.dataset.SOPInstanceUID
        assert meta.MediaStorageSOPClassUID == one.dataset.SOPClassUID
        assert meta.TransferSyntaxUID == (
            one.image.stored if syntax else EXPLICIT_LITTLE_ENDIAN)


@pytest.mark.parametrize("name", [name for name in IMAGES if name not in WIDE])
def test_the_instance_as_stored_decodes_with_pydicom(archive, one):
    found = archive.retrieve(one.dataset, "*")
    assert found.file_meta.TransferSyntaxUID == one.image.stored
    decoded = pixel_array(found, raw=True)
    expected = one.image.frames if len(one.image.frames) > 1 else one.image.frames[0]
    if "BitsStored" in one.dataset:
        # pydicom gives the stored bits only.
        mask = (1 << one.dataset.BitsStored) - 1
        decoded, expected = decoded.astype(numpy.int64) & mask, expected.astype(numpy.int64) & mask
    assert decoded.shape == expected.shape and (decoded == expected).all()


@pytest.mark.parametrize("name", IMAGES)
def test_frames_over_DICOMweb_are_native_samples_or_bare_codestreams(archive, one):
    numbers = range(1, len(one.image.frames) + 1)
    path = f"{instance_path(one.dataset)}/frames/{','.join(map(str, numbers))}"
    native = parts(archive.get(path, 'multipart/related; type="application/octet-stream"'))
    for (headers, content), pixels, number in zip(native, one.image.frames, numbers, strict=True):
        is_native = one.image.stored == EXPLICIT_LITTLE_ENDIAN
        assert headers["content-type"] == f"application/octet-stream; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}"
        assert content == (one.image.kept[number - 1] if is_native else little_endian(pixels))
    as_stored = parts(archive.get(path, 'multipart/related; type="*/*"; transfer-syntax=*'))
    for (headers, content), number in zip(as_stored, numbers, strict=True):
        assert headers["content-type"].endswith(f"; transfer-syntax={one.image.stored}")
        if one.image.kept:
            assert content == one.image.kept[number - 1]
            continue
        assert headers["content-type"].startswith("image/jphc;")
        assert content == codestream_of(archive.frame(one.image_set, one.frames[number - 1]["ID"]))


@pytest.mark.parametrize("name", ["ct_16_bit_signed", "rgb", "multi_frame_16_bit", "overlay_in_unused_bits"])
def test_a_bare_codestream_decodes_with_OpenJPEG(archive, one):
    for number, pixels in enumerate(one.image.frames, 1):
        answer = archive.get(
            f"{instance_path(one.dataset)}/frames/{number}", f"image/jphc; transfer-syntax={HTJ2K_RPCL}")
        assert answer.headers["Content-Type"] == f"image/jphc; transfer-syntax={HTJ2K_RPCL}"
        assert (decode_codestream(answer.content) == pixels).all()


# MARK: what comes in as HTJ2K, and what cannot be decoded


@pytest.mark.parametrize("name", ["ct_16_bit_signed", "rgb", "multi_frame_16_bit"])
def test_HTJ2K_that_is_as_we_write_it_is_kept(archive, datastore, one):
    stored_form = archive.get(instance_path(one.dataset), "application/dicom; transfer-syntax=*").content
    [image_set] = datastore.import_instances(stored_form).image_set_ids
    [again] = datastore.instances(image_set).values()
    assert again["StoredTransferSyntaxUID"] == HTJ2K_RPCL
    for before, after in zip(one.frames, again["ImageFrames"], strict=True):
        assert {**before, "ID": 0} == {**after, "ID": 0}
        first = codestream_of(archive.frame(one.image_set, before["ID"]))
        second = codestream_of(datastore.frame(image_set, after["ID"]))
        # A fragment's length is even, and nothing tells its last byte from a codestream's.
        assert second in (first, first + b"\0")
    found = datastore.retrieve(one.dataset)
    assert found.PixelData == archive.retrieve(one.dataset).PixelData


def test_a_kept_image_that_does_not_start_at_the_origin_has_the_checksums_of_its_resolutions(server, tmp_path):
    """T.800 B.5: where a resolution begins and ends follows from both ends of the image, not from its size."""
    store = Datastore(server, "offset", losslessStorageFormat="JPEG_2000_LOSSLESS")
    dataset = instance("offset", transfer_syntax=JPEG2000Lossless, series="offset")
    pixels = noise(1, 231, 205, low=0, high=255, seed="offset").astype(numpy.uint8)
    put_pixels(dataset, pixels)
    stream = encoded(
        pixels[0], "JPEG2000", no_jp2=True, irreversible=False, offset=(1, 3), tile_size=(512, 512), num_resolutions=3)
    put_fragments(dataset, [even(stream)])
    [found] = store.instances(store.import_instances(dataset).image_set_ids[0]).values()
    assert found["StoredTransferSyntaxUID"] == JPEG2000Lossless
    listed = found["ImageFrames"][0]["PixelDataChecksumFromBaseToFullResolution"]
    resolutions = [opj_decompress(stream, reduction, tmp_path) for reduction in (1, 0)]
    assert [(entry["Width"], entry["Height"]) for entry in listed] == [each.shape[::-1] for each in resolutions]
    assert [entry["Checksum"] for entry in listed] == [crc32(each) for each in resolutions]


def opj_decompress(codestream: bytes, reduction: int, folder) -> numpy.ndarray:
    source, target = folder / "source.j2k", folder / "target.pgm"
    source.write_bytes(codestream)
    subprocess.run(
        ["opj_decompress", "-i", source, "-o", target, "-r", str(reduction)], check=True, capture_output=True)
    return numpy.asarray(PillowImage.open(target))


@pytest.mark.parametrize("syntax, stored", [
    ("1.2.840.10008.1.2.4.201", EXPLICIT_LITTLE_ENDIAN), ("1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.202"),
    ("1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.203"),
])
def test_cells_of_one_bit_in_HTJ2K_decode(datastore, tmp_path, syntax, stored):
    dataset = instance("one bit", syntax, transfer_syntax=syntax, series=f"one bit {syntax}")
    bits = noise(3, 53, 77, low=0, high=1, seed="one bit").astype(numpy.uint8)
    put_pixels(dataset, bits)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
    streams = []
    for number, frame in enumerate(bits):
        picture, target = tmp_path / f"{number}.pgm", tmp_path / f"{number}.j2c"
        picture.write_bytes(b"P5 77 53 1\n" + frame.tobytes())
        subprocess.run(
            ["ojph_compress", "-i", picture, "-o", target, "-reversible", "true"], check=True, capture_output=True)
        streams.append(even(target.read_bytes()))
    put_fragments(dataset, streams)
    outcome = datastore.import_instances(dataset)
    assert outcome.lines("WARNING") == []
    [found] = datastore.instances(outcome.image_set_ids[0]).values()
    assert found["StoredTransferSyntaxUID"] == stored and len(found["ImageFrames"]) == 3
    for entry in found["ImageFrames"]:
        file = datastore.frame(outcome.image_set_ids[0], entry["ID"])
        [checksum] = entry["PixelDataChecksumFromBaseToFullResolution"]
        assert (checksum["Checksum"], entry["FrameSizeInBytes"]) == (zlib.crc32(file), len(file))
    native = datastore.retrieve(dataset, EXPLICIT_LITTLE_ENDIAN)
    assert native.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE_ENDIAN
    assert (pixel_array(native) == bits).all()


def test_what_cannot_be_transcoded_is_kept_whole_and_retrievable_as_it_came(datastore):
    source = damaged_jpeg_2000()
    outcome = datastore.import_instances(source)
    [warning] = outcome.lines("WARNING")
    assert [one["warning_reason_code"] for one in warning["importResponse"]["warnings"]] == [45312]
    [stored] = datastore.instances(outcome.image_set_ids[0]).values()
    assert stored["StoredTransferSyntaxUID"] == source.file_meta.TransferSyntaxUID
    for syntax in (None, "*"):
        found = datastore.retrieve(source, syntax)
        assert found.file_meta.TransferSyntaxUID == source.file_meta.TransferSyntaxUID
        assert codestreams(found) == codestreams(source)
        assert differences(pydicom.dcmread(io.BytesIO(part10(source))), found) == []
    path = instance_path(source)
    named = datastore.get(path, f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}")
    assert named.status_code == 406 and named.json()["message"]
    whole = datastore.get(f"{path}/frames/1", "image/jp2; transfer-syntax=*")
    assert whole.status_code == 200
    assert [whole.content] == codestreams(source)


def codestreams(dataset: pydicom.Dataset) -> list[bytes]:
    return list(generate_frames(dataset.PixelData, number_of_frames=1))


@pytest.mark.parametrize(
    "change, code, frames",
    [
        ({"NumberOfFrames": "5"}, 45329, 0),
        ({"Rows": 999}, 45328, 0),
        ({"BitsAllocated": 12}, 45328, 0),
    ], ids=["more frames than there are", "more rows than there are", "impossible cells"])
def test_frames_that_cannot_be_separated_are_a_warning_and_no_failure(datastore, change, code, frames):
    source = ct_slice()
    for keyword, value in change.items():
        setattr(source, keyword, value)
    outcome = datastore.import_instances(source)
    [warning] = outcome.lines("WARNING")
    assert code in [one["warning_reason_code"] for one in warning["importResponse"]["warnings"]]
    [stored] = datastore.instances(outcome.image_set_ids[0]).values()
    assert len(stored["ImageFrames"]) == frames
    assert datastore.get(f"{instance_path(source)}/frames/1", "*/*").status_code in (404, 406)
    assert datastore.retrieve(source, "*").PixelData == source.PixelData
    assert datastore.qido("instances", {"WarningReason": str(code)})[0]["00081196"]["Value"] == [code]
