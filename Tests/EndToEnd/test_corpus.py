"""Every file of the shared corpus through both doors: what is imported, what fails and why, which pixels come back.

What is expected of each file stands in corpus_expectations.csv: the outcome, a word of the reason, the warnings, and
the transfer syntax that is stored. It was derived from spec/20, spec/50 and the files, not from what the server does.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy
import pydicom
import pytest
from PIL import Image
from pydicom.datadict import tag_for_keyword
from pydicom.encaps import generate_fragments, generate_frames, parse_basic_offsets
from pydicom.pixels import pixel_array

from clients import Datastore, ImportOutcome
from comparison import differences
from pixels import crc32, decode_jph, little_endian
from server import Server, TemporaryFolder

HTJ2K_RPCL, EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.1"
JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.90"

# Kept byte for byte, and decoded when native samples are asked for.
KEPT = {f"1.2.840.10008.1.2.4.{number}" for number in (50, 91, 203, 110, 111, 112)}

# Warnings that say something about the elements rather than the pixels. Where nothing else is written down they may be
# there: how narrowly a data set is held against its SOP class is the store's own choice.
OPTIONAL_WARNINGS = {45056, 45062, 45063}


@dataclass(frozen=True)
class Expectation:
    file: str
    outcome: str
    reason: str
    warnings: frozenset[int]
    stored: str

    @property
    def is_decoded(self) -> bool:
        return self.stored in {HTJ2K_RPCL, EXPLICIT_LITTLE_ENDIAN} | KEPT


def read_expectations() -> dict[str, Expectation]:
    with (Path(__file__).parent / "corpus_expectations.csv").open() as table:
        return {
            row["file"]: Expectation(
                row["file"], row["outcome"], row["reason"], frozenset(map(int, row["warnings"].split())), row["stored"])
            for row in csv.DictReader(table)
        }


EXPECTED = read_expectations()
IMPORTED = [file for file, expected in EXPECTED.items() if expected.outcome == "imported"]

# pydicom reads nothing of it, as its file meta announces another length than it has.
UNREADABLE = {"j2k-lossless-90/emri_small_jpeg_2k_lossless_too_short.dcm"}

# What describes the pixels as they are sent: photometric interpretation, planar configuration.
DESCRIBING = {0x00280004, 0x00280006}

# Their pixels are compared by hash; those of lossy frames whose decoders round differently within a tolerance.
ROUNDED = {
    "jpeg-extended-51/CT_512x512_12b_CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm": 1,
    "jpeg-extended-51/CT_512x512x2_12b_CT0012.fragmented_no_bot_jpeg_baseline.51.dcm": 1,
    "jpeg-extended-51/NM_1024x256_12b_JPGExtended.dcm": 1,
    "jpegxl-112/US_rgb_240x320_lossy_jxl.dcm": 1,
    # Its hash is that of red, green and blue, which the JPEG stream inside does not hold.
    "jpegxl-recompression-111/US_708x1016x27_8b_will-jxl.dcm": 0,
}

# pydicom does not decode these, so there is no hash of their pixels; they are those of another file, or the file's own
# bytes: the first has no file meta, the second "1A" frames.
SAME_PIXELS = {
    "nonconformant/OT-PAL-8-face.dcm": "nonconformant/OT-PAL-8-face.dcm",
    "nonconformant/badVR.dcm": "nonconformant/badVR.dcm",
    "rle-5/SEG_510x510x3_1b_liver_nonbyte_aligned_rle.dcm": "explicit-le/SEG_510x510x3_1b_liver_nonbyte_aligned.dcm",
    "rle-5/SEG_512x512x3_1b_liver_rle.dcm": "explicit-le/SEG_512x512x3_1b_liver.dcm",
    "unsupported-ts/j2k-part2-lossless-92.dcm": "j2k-lossless-90/MR_64x64_16b_MR_small_jp2klossless.dcm",
}

# Has a codestream that nothing decodes, and a test of its own.
UNDECODABLE = {"j2k-91/NM_1024x256_16b_JPEG2000-embedded-sequence-delimiter.dcm"}

# With one of these the pixel data are kept as they came.
KEPT_WHOLE = {45312, 45328, 45329, 45330, 45344, 47513}

DECODED = [file for file in IMPORTED if EXPECTED[file].is_decoded]
UNTOUCHED = [file for file in IMPORTED if EXPECTED[file].stored not in (HTJ2K_RPCL, EXPLICIT_LITTLE_ENDIAN)]


@pytest.fixture(scope="module")
def manifest(corpus) -> dict[str, dict]:
    with (corpus / "MANIFEST.csv").open() as table:
        return {row["file"]: row for row in csv.DictReader(table)}


@pytest.fixture(scope="module")
def corpus_server(binary, corpus):
    """A server that has the corpus for a bucket."""
    with TemporaryFolder() as folder:
        with Server(folder, buckets={Datastore.BUCKET: folder / "bucket", "corpus": corpus}) as server:
            yield server


def test_the_table_names_every_file_of_the_corpus(manifest):
    others = {file for file in manifest if file.startswith(("conflicts/", "ahi-imageset-metadata/"))}
    assert set(manifest) - others == set(EXPECTED)


def test_no_pixels_go_unjudged(manifest):
    """Each decoded file is compared with a hash or another decoder, or it is written down why not."""
    reasons = UNREADABLE | UNDECODABLE | set(ROUNDED) | set(SAME_PIXELS)
    unjudged = [
        file for file in DECODED
        if not manifest[file]["pixel_sha256"] and manifest[file]["pixels"] != "no-pixels"
        and not EXPECTED[file].warnings & KEPT_WHOLE and file not in reasons]
    assert unjudged == []


# MARK: the import job


@pytest.fixture(scope="module")
def store(corpus_server) -> Datastore:
    return Datastore(corpus_server, "corpus")


@pytest.fixture(scope="module")
def outcome(store) -> ImportOutcome:
    """One job over the whole corpus."""
    ended = store.wait_for_import(store.start_import(inputS3Uri="s3://corpus/"))
    assert ended.job["jobStatus"] == "COMPLETED"
    return ended


@pytest.fixture(scope="module")
def lines(outcome) -> dict[str, dict[str, dict]]:
    """The lines of the three result files by file."""
    kinds = ("SUCCESS", "FAILURE", "WARNING")
    return {kind: {line["inputFile"]: line for line in outcome.lines(kind)} for kind in kinds}


@dataclass(frozen=True)
class Homes:
    """Where files went: image set and metadata of each; and which ones a later file with the same UID has replaced."""

    instances: dict[str, tuple[str, dict]]
    replaced: set[str]


@pytest.fixture(scope="module")
def homes(store, outcome, lines, corpus) -> Homes:
    documents = {image_set: store.instances(image_set) for image_set in outcome.image_set_ids}
    last, replaced = {}, set()
    for file, line in lines["SUCCESS"].items():
        if file in UNREADABLE:
            continue
        place = line["importResponse"]["imageSetId"], str(read(corpus / file).SOPInstanceUID)
        replaced |= {last[place]} if place in last else set()
        last[place] = file
    return Homes({file: (place[0], documents[place[0]][place[1]]) for place, file in last.items()}, replaced)


@pytest.fixture(scope="module")
def level_tags(store, outcome) -> set[int]:
    """The attributes that image sets keep once for all their instances: an instance may show those of another one."""
    documents = [store.metadata(image_set) for image_set in outcome.image_set_ids]
    levels = [level for one in documents for level in (one["Patient"], one["Study"], *one["Study"]["Series"].values())]
    return {tag_for_keyword(keyword) for level in levels for keyword in level["DICOM"]}


@functools.lru_cache(maxsize=None)
def read_bytes(path: Path) -> bytes:
    return path.read_bytes()


def read(path: Path) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(read_bytes(path)), force=True)


def test_every_file_is_counted(outcome, corpus):
    summary = outcome.summary
    assert summary["numberOfScannedFiles"] == sum(path.is_file() for path in corpus.rglob("*"))
    assert summary["numberOfFilesWithServerError"] == 0
    assert summary["numberOfScannedFiles"] == (
        summary["numberOfImportedFiles"] + summary["numberOfFilesWithCustomerError"])


@pytest.mark.parametrize("file", EXPECTED)
def test_a_file_is_imported_or_fails_for_the_right_reason(lines, file):
    expected = EXPECTED[file]
    if expected.outcome == "failed":
        assert file in lines["FAILURE"], f"imported: {lines['SUCCESS'].get(file)}"
        exception = lines["FAILURE"][file]["exception"]
        assert exception["exceptionType"] == "ValidationException"
        assert expected.reason in exception["message"]
        return
    assert file in lines["SUCCESS"], f"failed: {lines['FAILURE'].get(file)}"
    warnings = lines["WARNING"].get(file, {"importResponse": {"warnings": []}})["importResponse"]["warnings"]
    codes = {warning["warning_reason_code"] for warning in warnings}
    assert expected.warnings <= codes
    assert codes - expected.warnings <= OPTIONAL_WARNINGS, warnings


@pytest.mark.parametrize("file", [file for file in IMPORTED if file not in UNREADABLE])
def test_pixels_are_stored_in_the_expected_form_and_decode_exactly(store, homes, manifest, corpus, file):
    if file not in homes.instances:
        assert file in homes.replaced
        return
    image_set, instance = homes.instances[file]
    assert instance["StoredTransferSyntaxUID"] == EXPECTED[file].stored
    source = read(corpus / file)
    if EXPECTED[file].stored != HTJ2K_RPCL or source.BitsAllocated > 16:
        return  # Not decoded here; OpenJPEG's decoder of HT code blocks stops at 31 bits.
    frames = [decode_jph(store.frame(image_set, frame["ID"])) for frame in instance["ImageFrames"]]
    if manifest[file]["pixel_sha256"] and file not in ROUNDED:
        frames = [stored_bits(cells(frame, source), source.BitsStored) for frame in frames]
        assert sha256(b"".join(map(little_endian, frames))) == manifest[file]["pixel_sha256"]


def stored_bits(samples: numpy.ndarray, count: int) -> numpy.ndarray:
    """Without what stands above the stored bits, as pydicom gives samples."""
    unused = samples.dtype.itemsize * 8 - count
    return (samples << unused) >> unused


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# MARK: STOW, one by one


@dataclass
class Stored:
    """What came of one file that was sent over STOW, seen right afterwards."""

    status: int
    answer: dict
    default: bytes | None = None
    as_stored: bytes | None = None


@pytest.fixture(scope="module")
def stow_store(corpus_server) -> Datastore:
    return Datastore(corpus_server, "corpus-by-stow")


@pytest.fixture(scope="module")
def sent(stow_store, corpus) -> dict[str, Stored]:
    store, found = stow_store, {}
    for file in EXPECTED:
        answer = store.stow(read_bytes(corpus / file))
        one = found[file] = Stored(answer.status_code, answer.json())
        if "00081199" in one.answer:
            url = one.answer["00081199"]["Value"][0]["00081190"]["Value"][0]
            one.default = retrieved(store, url, "application/dicom")
            one.as_stored = retrieved(store, url, "application/dicom; transfer-syntax=*")
    return found


def retrieved(store: Datastore, url: str, accept: str) -> bytes:
    answer = store.http.get(url, headers={"Accept": accept})
    return answer.content if answer.status_code == 200 else answer.text.encode()


@pytest.mark.parametrize("file", EXPECTED)
def test_STOW_comes_to_the_same_end_as_the_import(sent, file):
    expected, one = EXPECTED[file], sent[file]
    if expected.outcome == "failed":
        assert one.status == (400 if file == "nonconformant/zero-byte.dcm" else 409), one.answer
        assert one.status == 400 or one.answer["00081198"]["Value"][0]["00081197"]["Value"]
        return
    assert one.status == (202 if expected.warnings else one.status) and one.status in (200, 202), one.answer
    [item] = one.answer["00081199"]["Value"]
    reasons = set(item.get("00081196", {}).get("Value", []))
    assert reasons <= expected.warnings | OPTIONAL_WARNINGS
    assert bool(reasons) == (one.status == 202)


@pytest.fixture(scope="module")
def stowed_frames(stow_store, sent) -> dict[tuple[str, str], list]:
    """What is stored of the instances that were sent, by series and SOP Instance UID, which several may have."""
    found: dict[tuple[str, str], list] = {}
    for one in stow_store.image_sets():
        for series, level in stow_store.metadata(one["imageSetId"])["Study"]["Series"].items():
            for sop, instance in level["Instances"].items():
                found.setdefault((series, sop), []).append(stored_frames(instance))
    return found


def stored_frames(instance: dict) -> tuple[str, list[dict]]:
    return instance["StoredTransferSyntaxUID"], [{**frame, "ID": 0} for frame in instance["ImageFrames"]]


@pytest.mark.parametrize("file", [file for file in IMPORTED if file not in UNREADABLE])
def test_both_doors_store_the_same_frames(homes, stowed_frames, corpus, file):
    """Syntax, sizes, pixel values and checksums, which are of the decoded pixels where they are decoded."""
    if file not in homes.instances:
        assert file in homes.replaced
        return
    source = read(corpus / file)
    _, instance = homes.instances[file]
    assert stored_frames(instance) in stowed_frames[str(source.SeriesInstanceUID), str(source.SOPInstanceUID)]


@pytest.mark.parametrize("file", [file for file in IMPORTED if file not in UNREADABLE])
def test_the_retrieved_instance_has_every_element(sent, corpus, level_tags, file):
    source, found = read(corpus / file), pydicom.dcmread(io.BytesIO(sent[file].default))
    describing = DESCRIBING if EXPECTED[file].is_decoded else set()
    assert differences(source, found, ignoring=describing | (level_tags - set(source.keys()))) == []


@pytest.mark.parametrize("file", DECODED)
def test_decoded_pixels_are_those_of_the_source(sent, manifest, file):
    if not manifest[file]["pixel_sha256"] or file in ROUNDED:
        return
    found = pydicom.dcmread(io.BytesIO(sent[file].default))
    assert found.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE_ENDIAN
    pixels = numpy.ascontiguousarray(pixel_array(found, raw=True))
    assert sha256(little_endian(pixels)) == manifest[file]["pixel_sha256"]


@pytest.mark.parametrize("file", SAME_PIXELS)
def test_decoded_pixels_without_a_hash_are_those_of_the_same_image_elsewhere(sent, corpus, file):
    found, other = pydicom.dcmread(io.BytesIO(sent[file].default)), read(corpus / SAME_PIXELS[file])
    assert found.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE_ENDIAN
    if SAME_PIXELS[file] == file:
        assert found.PixelData == other.PixelData and any(found.PixelData)
    else:
        pixels = pixel_array(found, raw=True)
        assert pixels.any() and (pixels == pixel_array(other, raw=True)).all()


@pytest.mark.parametrize("file", ROUNDED)
def test_lossy_pixels_are_those_of_another_decoder_but_for_rounding(sent, corpus, file, tmp_path):
    found = pydicom.dcmread(io.BytesIO(sent[file].default))
    assert found.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE_ENDIAN
    count = int(found.get("NumberOfFrames", 1))
    for index in sorted({0, count - 1}):
        pixels = pixel_array(found, index=index, raw=True).astype(int)
        others = decoded_otherwise(corpus / file, index, tmp_path).astype(int)
        assert pixels.shape == others.shape
        assert abs(pixels - others).max() <= ROUNDED[file]


def decoded_otherwise(path: Path, index: int, folder: Path) -> numpy.ndarray:
    """A frame decoded by dcmtk, or by the tools of libjxl and the libjpeg in Pillow."""
    source = read(path)
    if source.file_meta.TransferSyntaxUID.endswith(".51"):
        subprocess.run(["dcmdjpeg", path, folder / "native.dcm"], check=True, capture_output=True)
        return pixel_array(folder / "native.dcm", index=index, raw=True)
    frames = list(generate_frames(source.PixelData, number_of_frames=int(source.get("NumberOfFrames", 1))))
    form = "jpg" if source.file_meta.TransferSyntaxUID.endswith(".111") else "ppm"
    (folder / "frame.jxl").write_bytes(frames[index])
    subprocess.run(
        ["djxl", folder / "frame.jxl", folder / f"frame.{form}"], check=True, capture_output=True)
    picture = Image.open(folder / f"frame.{form}")
    picture.draft("YCbCr" if form == "jpg" else "RGB", picture.size)
    return numpy.asarray(picture)


@pytest.mark.parametrize("file", [file for file in UNTOUCHED if file not in UNREADABLE])
def test_compressed_pixels_that_are_kept_come_back_byte_for_byte(sent, corpus, file):
    source, found = read(corpus / file), pydicom.dcmread(io.BytesIO(sent[file].as_stored))
    assert found.file_meta.TransferSyntaxUID == source.file_meta.TransferSyntaxUID == EXPECTED[file].stored
    assert codestreams(source) == codestreams(found)


def test_a_kept_frame_that_does_not_decode_is_given_as_it_is_unless_samples_are_asked_for(datastore, corpus):
    """Its codestream has a delimiter for a size: nothing decodes it."""
    answer = datastore.stow(read_bytes(corpus / "j2k-91/NM_1024x256_16b_JPEG2000-embedded-sequence-delimiter.dcm"))
    url = answer.json()["00081199"]["Value"][0]["00081190"]["Value"][0]
    default = retrieved(datastore, url, "application/dicom")
    assert pydicom.dcmread(io.BytesIO(default)).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.91"
    assert default == retrieved(datastore, url, "application/dicom; transfer-syntax=*")
    named = f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}"
    assert datastore.http.get(url, headers={"Accept": named}).status_code == 406
    frame = datastore.http.get(f"{url}/frames/1", headers={"Accept": "*/*"})
    assert frame.status_code == 200 and b"\xff\x4f\xff\x51" in frame.content


def codestreams(dataset: pydicom.Dataset) -> bytes:
    """All fragments after the offset table; how frames are cut into fragments may change."""
    content = io.BytesIO(dataset.PixelData)
    parse_basic_offsets(content)
    return b"".join(generate_fragments(content)).rstrip(b"\0")


# MARK: a data store that keeps JPEG 2000


@pytest.fixture(scope="module")
def other_store(corpus_server) -> Datastore:
    return Datastore(corpus_server, "corpus-as-jpeg-2000", losslessStorageFormat="JPEG_2000_LOSSLESS")


@pytest.fixture(scope="module")
def other_instances(other_store) -> dict[str, tuple[str, dict]]:
    """Image set and metadata of every instance by its file; of a file that a later one replaced there is none."""
    outcome = other_store.wait_for_import(other_store.start_import(inputS3Uri="s3://corpus/"))
    assert outcome.job["jobStatus"] == "COMPLETED"
    documents = {image_set: other_store.instances(image_set) for image_set in outcome.image_set_ids}
    places = {
        (line["importResponse"]["imageSetId"], str(read(other_store.server.buckets["corpus"] / file).SOPInstanceUID)):
        file for line in outcome.lines("SUCCESS") if (file := line["inputFile"]) not in UNREADABLE
    }
    return {file: (image_set, documents[image_set][sop]) for (image_set, sop), file in places.items()}


@pytest.mark.parametrize("file", [file for file in IMPORTED if file not in UNREADABLE])
def test_a_JPEG_2000_store_keeps_the_same_pixels(other_store, other_instances, manifest, corpus, file):
    if file not in other_instances:
        return  # A later file with the same UID has replaced it; which ones, the test above knows.
    image_set, instance = other_instances[file]
    expected, source = EXPECTED[file], read(corpus / file)
    is_wide = expected.stored == HTJ2K_RPCL and source.BitsAllocated > 16
    if is_wide and instance["StoredTransferSyntaxUID"] != JPEG_2000_LOSSLESS:
        # 32 bits of samples are more than OpenJPEG codes: kept as they came.
        assert instance["ImageFrames"] == []
        return
    if source.file_meta.get("TransferSyntaxUID") == JPEG_2000_LOSSLESS and expected.is_decoded:
        assert instance["StoredTransferSyntaxUID"] == JPEG_2000_LOSSLESS
    else:
        assert instance["StoredTransferSyntaxUID"] == {HTJ2K_RPCL: JPEG_2000_LOSSLESS}.get(
            expected.stored, expected.stored)
    if instance["StoredTransferSyntaxUID"] != JPEG_2000_LOSSLESS or not instance["ImageFrames"]:
        return
    frames = [decode_jph(other_store.frame(image_set, frame["ID"])) for frame in instance["ImageFrames"]]
    if source.BitsAllocated == 1:
        assert sha256(b"".join(map(little_endian, frames))) == manifest[file]["pixel_sha256"]
        return
    for frame, entry in zip(frames, instance["ImageFrames"], strict=True):
        if is_wide or frame.dtype.itemsize * 8 != source.BitsAllocated:
            continue  # The decoder here gives narrower samples, which have another checksum.
        listed = entry["PixelDataChecksumFromBaseToFullResolution"]
        assert [(one["Width"], one["Height"]) for one in listed][-1] == frame.shape[1::-1]
        assert entry["FrameSizeInBytes"] == frame.nbytes
        if bool(source.get("PixelRepresentation", 0)) == (frame.dtype.kind == "i"):
            assert listed[-1]["Checksum"] == crc32(frame)
    if manifest[file]["pixel_sha256"] and file not in ROUNDED and not is_wide:
        frames = [stored_bits(cells(frame, source), source.BitsStored) for frame in frames]
        assert sha256(b"".join(map(little_endian, frames))) == manifest[file]["pixel_sha256"]


def cells(samples: numpy.ndarray, source: pydicom.Dataset) -> numpy.ndarray:
    """Samples in cells of the source's width and sign."""
    kind = "i" if source.get("PixelRepresentation", 0) else "u"
    return samples.astype(f"{kind}{source.BitsAllocated // 8}")


# MARK: data/dicom/conflicts


@pytest.fixture
def conflicts(corpus):
    """The files of the folder by the end of their name."""
    return {path.stem.removeprefix("series-a_"): path.read_bytes() for path in (corpus / "conflicts").iterdir()}


def test_a_consistent_series_is_one_primary_set(datastore, conflicts):
    outcome = datastore.import_instances(*(conflicts[name] for name in "123"))
    assert [(one["isPrimary"], one["numberOfMatchedSOPInstances"]) for one in outcome.summary["imageSetsSummary"]] == [
        (True, 3)]


@pytest.mark.parametrize(
    "name, is_primary",
    [
        ("1_identical-copy", True), ("1_same-sop-other-pixels", True), ("1_same-sop-other-series", False),
        ("4_other-patientid", False), ("5_other-studydate", False),
    ])
@pytest.mark.parametrize("door", ["import", "STOW"])
def test_each_conflict_ends_where_the_rules_say(datastore, conflicts, name, is_primary, door):
    [primary] = datastore.import_instances(*(conflicts[name] for name in "123")).image_set_ids
    if door == "import":
        datastore.import_instances(conflicts[name])
    else:
        assert datastore.stow(conflicts[name]).status_code == 200
    sets = {one["imageSetId"]: one for one in datastore.image_sets()}
    changed = pydicom.dcmread(io.BytesIO(conflicts[name]))
    if is_primary:
        assert set(sets) == {primary} and sets[primary]["version"] == 2
        assert len(datastore.instances(primary)) == 3
        assert datastore.retrieve(changed).PixelData == changed.PixelData
        before = datastore.instances(primary, versionId="1")[changed.SOPInstanceUID]["ImageFrames"][0]
        after = datastore.instances(primary)[changed.SOPInstanceUID]["ImageFrames"][0]
        assert before["ID"] != after["ID"], "nothing is deduplicated away"
        assert (decode_jph(datastore.frame(primary, before["ID"])) == pydicom.dcmread(
            io.BytesIO(conflicts["1"])).pixel_array).all()
    else:
        [other] = set(sets) - {primary}
        assert sets[other]["isPrimary"] is False and sets[primary]["version"] == 1
        assert list(datastore.instances(other)) == [changed.SOPInstanceUID]


def test_all_conflicts_in_one_job_are_decided_by_the_order_of_names(datastore, corpus):
    for path in sorted((corpus / "conflicts").iterdir()):
        datastore.put(f"input/{path.name}", path.read_bytes())
    outcome = datastore.import_all()
    homes = {
        line["inputFile"].rsplit("/", 1)[1]: line["importResponse"]["isPrimary"] for line in outcome.lines("SUCCESS")}
    assert homes == {
        "series-a_1.dcm": True, "series-a_1_identical-copy.dcm": True, "series-a_1_same-sop-other-pixels.dcm": True,
        "series-a_1_same-sop-other-series.dcm": False, "series-a_2.dcm": True, "series-a_3.dcm": True,
        "series-a_4_other-patientid.dcm": False, "series-a_5_other-studydate.dcm": False,
    }
    [primary] = [one for one in outcome.summary["imageSetsSummary"] if one["isPrimary"]]
    # Of three files with one SOP Instance UID the last stays.
    last = pydicom.dcmread(corpus / "conflicts" / "series-a_1_same-sop-other-pixels.dcm")
    assert set(datastore.instances(primary["imageSetId"])) >= {last.SOPInstanceUID}
    assert len(datastore.instances(primary["imageSetId"])) == 3
    assert datastore.retrieve(last).PixelData == last.PixelData
