"""DICOM files of the project's own making, and what is known of their pixels.

Everything is computed from seeds: the same name gives the same bytes on every machine.
"""

from __future__ import annotations

import base64
import io
import zlib
from dataclasses import dataclass
from typing import Callable

import numpy
import pydicom
import pydicom.config
from PIL import Image as PillowImage
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage, DeflatedExplicitVRLittleEndian, EnhancedSRStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian,
    ImplicitVRLittleEndian, JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage, MultiFrameTrueColorSecondaryCaptureImageStorage,
    ParametricMapStorage, RLELossless, SecondaryCaptureImageStorage, SegmentationStorage, generate_uid)

# Files that break the rules are made on purpose.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE

HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"


def uid(*words: object) -> str:
    """The same UID for the same words."""
    return generate_uid(entropy_srcs=["\n".join(map(str, words))])


def noise(*shape: int, low: int, high: int, seed: str) -> numpy.ndarray:
    """Integers from low to high, both there: a smooth ramp with noise, as images have."""
    generator = numpy.random.default_rng(zlib.crc32(seed.encode()))
    ramp = numpy.linspace(0.2, 0.8, shape[-1])
    values = low + (ramp + generator.normal(0, 0.04, shape)).clip(0, 1) * (high - low)
    values = values.round().clip(low, high).astype(numpy.int64)
    values.flat[0], values.flat[-1] = low, high
    return values


def instance(
    *words: object, sop_class: str = SecondaryCaptureImageStorage, transfer_syntax: str = ExplicitVRLittleEndian,
    study: str = "study", series: str = "series", number: int = 1, modality: str = "OT",
) -> Dataset:
    """An instance without pixels. `words` make its SOP Instance UID; study and series are named."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = transfer_syntax
    dataset.file_meta.ImplementationVersionName = "ISOCENTER TEST"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid("instance", study, series, number, *words)
    dataset.StudyInstanceUID = uid("study", study)
    dataset.SeriesInstanceUID = uid("series", study, series)
    dataset.StudyDate = "20240229"
    dataset.StudyTime = "101112.131400"
    dataset.AccessionNumber = "A-1"
    dataset.StudyID = "S1"
    dataset.StudyDescription = "Thorax"
    dataset.ReferringPhysicianName = "House^Gregory"
    dataset.PatientName = "Muster^Erika"
    dataset.PatientID = "P-1"
    dataset.PatientBirthDate = "19640812"
    dataset.PatientSex = "F"
    dataset.Modality = modality
    dataset.SeriesNumber = 3
    dataset.SeriesDescription = series
    dataset.BodyPartExamined = "CHEST"
    dataset.InstanceNumber = number
    return dataset


def ct_slice(number: int = 1, *, rows=48, columns=40, **members) -> Dataset:
    """One slice of a CT series: 16 bits, signed, noisy."""
    dataset = instance(
        "ct", rows, columns, number=number, sop_class=CTImageStorage, modality="CT", **members)
    dataset.SliceThickness = "2.5"
    dataset.ImagePositionPatient = ["-120.5", "-120.5", f"{number * 2.5}"]
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.RescaleIntercept, dataset.RescaleSlope = "0", "1"
    samples = noise(1, rows, columns, low=-1024, high=3071, seed=dataset.SOPInstanceUID)
    put_pixels(dataset, samples.astype(numpy.int16))
    return dataset


def ct_series(count: int, **members) -> list[Dataset]:
    return [ct_slice(number, **members) for number in range(1, count + 1)]


def text_instance(*words: object, **members) -> Dataset:
    """A structured report: no pixels."""
    dataset = instance("text", *words, sop_class=EnhancedSRStorage, modality="SR", **members)
    dataset.ContentDate, dataset.ContentTime = "20240229", "101112"
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "UNVERIFIED"
    item = Dataset()
    item.RelationshipType, item.ValueType, item.TextValue = "CONTAINS", "TEXT", "nothing suspicious"
    dataset.ContentSequence = Sequence([item])
    return dataset


def put_pixels(
    dataset: Dataset, frames: numpy.ndarray, *, stored: int | None = None, photometric="MONOCHROME2",
    planar: int | None = None,
):
    """Describes frames (frames × rows × columns [× samples]) and writes them native in the data set's byte order."""
    bits = frames.dtype.itemsize * 8
    dataset.SamplesPerPixel = frames.shape[3] if frames.ndim == 4 else 1
    dataset.PhotometricInterpretation = photometric
    if frames.ndim == 4:
        dataset.PlanarConfiguration = planar or 0
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    dataset.Rows, dataset.Columns = frames.shape[1:3]
    dataset.BitsAllocated = bits
    dataset.BitsStored = stored or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(frames.dtype.kind == "i")
    put_pixel_bytes(dataset, frames.transpose(0, 3, 1, 2) if planar else frames)


def put_pixel_bytes(dataset: Dataset, samples: numpy.ndarray):
    is_big_endian = dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
    content = samples.astype(samples.dtype.newbyteorder(">" if is_big_endian else "<")).tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OW" if samples.dtype.itemsize > 1 else "OB"


def put_fragments(dataset: Dataset, frames: list[bytes], *, has_offset_table=True):
    dataset.PixelData = encapsulate(frames, has_bot=has_offset_table)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


# MARK: images


@dataclass(frozen=True)
class Image:
    """An instance with pixels, and what a store makes of it."""

    dataset: Dataset
    #: Frames as clients must decode them: frames × rows × columns [× samples].
    frames: numpy.ndarray
    #: The transfer syntax that is stored.
    stored: str = HTJ2K_RPCL
    #: The bytes of each frame where they are kept as they came.
    kept: tuple[bytes, ...] = ()
    #: The warning codes of the import.
    warnings: tuple[int, ...] = ()


IMAGES: dict[str, Callable[[], Image]] = {}


def image(make: Callable[[], Image]) -> Callable[[], Image]:
    IMAGES[make.__name__] = make
    return make


def native_image(
    name: str, dtype, *shape: int, low: int, high: int, stored: int | None = None, photometric="MONOCHROME2",
    planar: int | None = None, transfer_syntax=ExplicitVRLittleEndian,
):
    """A row of the table: an image of native samples in a range."""

    def make() -> Image:
        frames = noise(*shape, low=low, high=high, seed=name).astype(dtype)
        sop_class = SecondaryCaptureImageStorage
        if shape[0] > 1:
            sop_class = (
                MultiFrameTrueColorSecondaryCaptureImageStorage if len(shape) == 4
                else MultiFrameGrayscaleByteSecondaryCaptureImageStorage)
        dataset = instance(name, sop_class=sop_class, transfer_syntax=transfer_syntax, series=name)
        put_pixels(dataset, frames, stored=stored, photometric=photometric, planar=planar)
        return Image(dataset, frames)

    make.__name__ = name
    image(make)


i8, u8, i16, u16, i32, u32 = numpy.int8, numpy.uint8, numpy.int16, numpy.uint16, numpy.int32, numpy.uint32

native_image("ct_16_bit_signed", i16, 1, 230, 260, low=-1024, high=3071)
native_image("signed_16_bit_full_range", i16, 1, 40, 50, low=-32768, high=32767)
native_image("unsigned_16_bit_full_range", u16, 1, 50, 40, low=0, high=65535)
native_image("unsigned_12_bit", u16, 1, 130, 120, low=0, high=4095, stored=12)
native_image("signed_12_bit", i16, 1, 30, 31, low=-2048, high=2047, stored=12)
native_image("unsigned_8_bit", u8, 1, 64, 64, low=0, high=255)
native_image("odd_number_of_bytes", u8, 1, 37, 53, low=3, high=250)
native_image("signed_8_bit", i8, 1, 20, 21, low=-128, high=127)
native_image("unsigned_32_bit", u32, 1, 20, 30, low=0, high=2**32 - 1, stored=32)
native_image("signed_32_bit", i32, 1, 30, 20, low=-(2**31), high=2**31 - 1)
native_image("rgb", u8, 1, 212, 208, 3, low=0, high=255, photometric="RGB")
native_image("rgb_by_plane", u8, 1, 33, 45, 3, low=0, high=255, photometric="RGB", planar=1)
native_image("rgb_16_bit", u16, 1, 24, 20, 3, low=0, high=65535, photometric="RGB")
native_image("ybr_full", u8, 1, 25, 20, 3, low=0, high=255, photometric="YBR_FULL")
native_image("inverted_grey", u8, 1, 16, 16, low=0, high=255, photometric="MONOCHROME1")
native_image("multi_frame", u8, 7, 17, 19, low=0, high=255)
native_image("multi_frame_16_bit", u16, 3, 21, 18, low=0, high=4095, stored=12)
native_image("multi_frame_rgb_by_plane", u8, 3, 15, 13, 3, low=0, high=255, photometric="RGB", planar=1)
native_image("one_row", u16, 1, 1, 300, low=0, high=1000)
native_image("one_column", u8, 1, 257, 1, low=0, high=255)
native_image("implicit_little_endian", i16, 1, 40, 41, low=-1000, high=1000, transfer_syntax=ImplicitVRLittleEndian)
native_image("deflated", i16, 1, 41, 40, low=-1000, high=1000, transfer_syntax=DeflatedExplicitVRLittleEndian)
native_image("big_endian", u16, 2, 22, 23, low=0, high=65535, transfer_syntax=ExplicitVRBigEndian)
native_image("big_endian_8_bit", u8, 1, 22, 24, low=0, high=255, transfer_syntax=ExplicitVRBigEndian)
native_image("big_endian_32_bit", u32, 1, 9, 8, low=0, high=2**32 - 1, transfer_syntax=ExplicitVRBigEndian)


@image
def one_pixel() -> Image:
    dataset = instance("one pixel", series="one_pixel")
    frames = numpy.array([[[77]]], numpy.uint8)
    put_pixels(dataset, frames)
    return Image(dataset, frames)


@image
def constant() -> Image:
    dataset = instance("constant", series="constant")
    frames = numpy.full((1, 70, 90), -5, numpy.int16)
    put_pixels(dataset, frames)
    return Image(dataset, frames)


@image
def overlay_in_unused_bits() -> Image:
    """12 bits stored, and an overlay plane in the bits above: all 16 bits come back (spec/50 "Frames")."""
    dataset = instance("overlay", series="overlay_in_unused_bits")
    pixels = noise(1, 34, 35, low=0, high=4095, seed="overlay").astype(numpy.uint16)
    overlay = (noise(1, 34, 35, low=0, high=1, seed="plane") << 12).astype(numpy.uint16)
    put_pixels(dataset, pixels | overlay, stored=12)
    return Image(dataset, pixels | overlay)


@image
def palette() -> Image:
    dataset = instance("palette", series="palette")
    frames = noise(1, 30, 34, low=0, high=255, seed="palette").astype(numpy.uint8)
    put_pixels(dataset, frames, photometric="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        table = noise(256, low=0, high=65535, seed=colour).astype("<u2")
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table.tobytes())
    return Image(dataset, frames)


@image
def segmentation_1_bit() -> Image:
    """Bits are packed without regard to frames (PS3.5 8.1.1): 3 × 13 × 11 bits."""
    dataset = instance("segmentation", sop_class=SegmentationStorage, series="segmentation_1_bit", modality="SEG")
    frames = noise(3, 13, 11, low=0, high=1, seed="bits").astype(numpy.uint8)
    put_pixels(dataset, frames)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
    packed = numpy.packbits(frames.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    kept = tuple(numpy.packbits(frame.ravel(), bitorder="little").tobytes() for frame in frames)
    return Image(dataset, frames, stored=ExplicitVRLittleEndian, kept=kept)


def float_image(name: str, dtype, keyword: str):
    def make() -> Image:
        dataset = instance(name, sop_class=ParametricMapStorage, series=name)
        frames = (noise(2, 8, 9, low=-1000, high=1000, seed=name) / 7).astype(dtype)
        put_pixels(dataset, frames)
        for absent in ("BitsStored", "HighBit", "PixelRepresentation", "PixelData"):
            delattr(dataset, absent)
        setattr(dataset, keyword, frames.astype(frames.dtype.newbyteorder("<")).tobytes())
        return Image(
            dataset, frames, stored=ExplicitVRLittleEndian, kept=tuple(frame.tobytes() for frame in frames))

    make.__name__ = name
    image(make)


float_image("float_pixel_data", numpy.float32, "FloatPixelData")
float_image("double_float_pixel_data", numpy.float64, "DoubleFloatPixelData")


def run_length_image(name: str, dtype, *shape: int, high: int):
    def make() -> Image:
        frames = noise(*shape, low=0, high=high, seed=name).astype(dtype)
        dataset = instance(name, series=name)
        put_pixels(dataset, frames, photometric="RGB" if len(shape) == 4 else "MONOCHROME2")
        dataset.compress(RLELossless, generate_instance_uid=False)
        return Image(dataset, frames)

    make.__name__ = name
    image(make)


run_length_image("run_length_16_bit", u16, 2, 25, 24, high=4095)
run_length_image("run_length_rgb", u8, 1, 20, 26, 3, high=255)


@image
def jpeg_baseline() -> Image:
    """Kept byte for byte (spec/50)."""
    dataset = instance("jpeg", transfer_syntax=JPEGBaseline8Bit, series="jpeg_baseline")
    pixels = noise(2, 40, 48, low=0, high=255, seed="jpeg").astype(numpy.uint8)
    put_pixels(dataset, pixels)
    streams = [encoded(frame, "JPEG", quality=90) for frame in pixels]
    put_fragments(dataset, streams)
    decoded = numpy.stack([numpy.asarray(PillowImage.open(io.BytesIO(stream))) for stream in streams])
    return Image(dataset, decoded, stored=JPEGBaseline8Bit, kept=tuple(map(even, streams)))


@image
def jpeg_2000() -> Image:
    """Kept byte for byte (spec/50)."""
    dataset = instance("j2k", transfer_syntax=JPEG2000, series="jpeg_2000")
    pixels = noise(1, 40, 48, low=0, high=255, seed="j2k").astype(numpy.uint8)
    put_pixels(dataset, pixels)
    stream = encoded(pixels[0], "JPEG2000", no_jp2=True)
    put_fragments(dataset, [stream], has_offset_table=False)
    return Image(dataset, pixels, stored=JPEG2000, kept=(even(stream),))


def encoded(frame: numpy.ndarray, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    PillowImage.fromarray(frame).save(buffer, form, **options)
    return buffer.getvalue()


def even(stream: bytes) -> bytes:
    """A fragment's length is even: a padding byte belongs to what is kept."""
    return stream + b"\0" * (len(stream) % 2)


def damaged_jpeg_2000() -> Dataset:
    """A frame that no decoder takes, whose end is missing: kept as one blob, with warning 45312."""
    dataset = jpeg_2000_lossless("damaged")
    [stream] = generate_frames(dataset.PixelData, number_of_frames=1)
    put_fragments(dataset, [stream[: len(stream) // 2]])
    return dataset


@image
def jpeg_2000_lossless_16_bit() -> Image:
    dataset = instance("j2k 16", series="jpeg_2000_lossless_16_bit")
    frames = noise(2, 115, 130, low=0, high=4095, seed="j2k 16").astype(numpy.uint16)
    put_pixels(dataset, frames, stored=12)
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    return Image(dataset, frames)


@image
def jpeg_2000_lossless_rgb() -> Image:
    dataset = instance("j2k rgb", series="jpeg_2000_lossless_rgb")
    frames = noise(1, 41, 38, 3, low=0, high=255, seed="j2k rgb").astype(numpy.uint8)
    put_pixels(dataset, frames, photometric="RGB")
    dataset.PhotometricInterpretation = "YBR_RCT"
    dataset.compress(JPEG2000Lossless, frames[0], generate_instance_uid=False)
    return Image(dataset, frames)


def jpeg_2000_lossless(*words: object) -> Dataset:
    """An image in the syntax that JPEG_2000_LOSSLESS data stores keep, and others transcode."""
    dataset = instance("j2k lossless", *words, transfer_syntax=JPEG2000Lossless, series="jpeg_2000_lossless")
    pixels = noise(1, 40, 48, low=0, high=255, seed="j2k").astype(numpy.uint8)
    put_pixels(dataset, pixels)
    put_fragments(dataset, [encoded(pixels[0], "JPEG2000", no_jp2=True, irreversible=False)])
    return dataset


# MARK: data sets that are all about their elements


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


BINARY = numpy.arange(1, 7, dtype="<f8").tobytes()

#: Values by keyword, and what the image set metadata document has for them (spec/30). The Selector attributes of
#: hanging protocols have one for every VR; where several values are allowed the document has a list. DS and IS keep the
#: space that makes their length even.
VALUES = {
    "SelectorAEValue": ("STORE", ["STORE"]),
    "SelectorASValue": (["059Y", "001M"], ["059Y", "001M"]),
    "SelectorATValue": ([0x00181063, 0x7FE00010], ["00181063", "7FE00010"]),
    "SelectorCSValue": (["DERIVED", "", "AXIAL"], ["DERIVED", "", "AXIAL"]),
    "SelectorDAValue": ("20240229", ["20240229"]),
    "SelectorDSValue": (["2.50", "-1024", "1E+3"], ["2.50", "-1024", "1E+3 "]),
    "SelectorDTValue": ("20240229101112.5+0100", ["20240229101112.5+0100"]),
    "SelectorFDValue": ([1.0, -0.1, 1e300], [1, -0.1, 1e300]),
    "SelectorFLValue": ([0.5, 1000.0], [0.5, 1000]),
    "SelectorISValue": (["7", "-0008"], ["7", "-0008 "]),
    "SelectorLOValue": (["Gr\u00f6\u00dfe", "\u00b5"], ["Gr\u00f6\u00dfe", "\u00b5"]),
    "SelectorLTValue": ("first line\r\nsecond \\ line", "first line\r\nsecond \\ line"),
    "SelectorOBValue": (BINARY, base64_of(BINARY)),
    "SelectorODValue": (BINARY, base64_of(BINARY)),
    "SelectorOFValue": (BINARY, base64_of(BINARY)),
    "SelectorOLValue": (BINARY, base64_of(BINARY)),
    "SelectorOVValue": (BINARY, base64_of(BINARY)),
    "SelectorOWValue": (BINARY, base64_of(BINARY)),
    "SelectorPNValue": (["One^A", "Two^B^^Dr."], ["One^A", "Two^B^^Dr."]),
    "SelectorSHValue": ("short", ["short"]),
    "SelectorSLValue": ([-(2**31), 2**31 - 1], [-(2**31), 2**31 - 1]),
    "SelectorSSValue": ([-(2**15), 2**15 - 1], [-(2**15), 2**15 - 1]),
    "SelectorSTValue": ("a text with \\ in it", "a text with \\ in it"),
    "SelectorSVValue": ([-(2**63), 2**63 - 1], [-(2**63), 2**63 - 1]),
    "SelectorTMValue": ("101112.5", ["101112.5"]),
    "SelectorUCValue": (["an unlimited", "text"], ["an unlimited", "text"]),
    "SelectorUIValue": (["1.2.840", "1.2"], ["1.2.840", "1.2"]),
    "SelectorULValue": (2**32 - 1, [2**32 - 1]),
    "SelectorUNValue": (BINARY, base64_of(BINARY)),
    "SelectorURValue": ("https://example.org/a?b=c", "https://example.org/a?b=c"),
    "SelectorUSValue": ([0, 2**16 - 1], [0, 2**16 - 1]),
    "SelectorUTValue": ("a long text", "a long text"),
    "SelectorUVValue": (2**64 - 1, [2**64 - 1]),
    # One value only: a scalar.
    "SelectorAttribute": (0x00280010, "00280010"),
    "SliceThickness": ("2.5", "2.5 "),
    "AcquisitionNumber": ("7", "7 "),
    "DiffusionBValue": (1000.0, 1000),
    "RecommendedDisplayFrameRateInFloat": (0.1, 0.1),
    "SelectorSequencePointer": (None, None),
    # Empty ones: binary is "", all else is null.
    "EncapsulatedDocument": (b"", ""),
    "ImageComments": ("", None),
    "LossyImageCompressionRatio": (None, None),
    "ReferencedImageSequence": ([], None),
}


def every_value_representation() -> Dataset:
    """Every VR with one value, many values and none; private elements; sequences in sequences."""
    dataset = text_instance("every VR", series="every VR")
    for keyword, (value, _) in VALUES.items():
        setattr(dataset, keyword, value)
    block = dataset.private_block(0x0009, "ISOCENTER TEST", create=True)
    block.add_new(0x01, "LO", "private text")
    block.add_new(0x02, "FD", [0.5, -2.0])
    block.add_new(0x03, "UN", b"\1\2\3\4")
    block.add_new(0x04, "SQ", [item(0x00080100, "SH", "CODE")])
    block.add_new(0x05, "SV", -5)
    inner = item(0x00080100, "SH", "INNER")
    inner.private_block(0x0011, "INNER CREATOR", create=True).add_new(0x10, "OB", b"\7\0")
    outer = item(0x00080104, "LO", "outer")
    outer.ReferencedSOPSequence = [inner, item(0x00081150, "UI", CTImageStorage), Dataset()]
    dataset.ReferencedStudySequence = [item(0x00081150, "UI", "1.2")]
    dataset.SourceImageSequence = [outer, Dataset()]
    return dataset


def item(tag: int, vr: str, value) -> Dataset:
    made = Dataset()
    made.add_new(tag, vr, value)
    return made


def bulk_instance() -> Dataset:
    """Private binary values of 2 MB, 1 MB and one byte, and 1 MB exactly (not over the limit)."""
    dataset = text_instance("bulk", series="bulk")
    block = dataset.private_block(0x0013, "ISOCENTER BULK", create=True)
    block.add_new(0x01, "OB", noise(2 << 20, low=0, high=255, seed="bulk").astype(numpy.uint8).tobytes())
    block.add_new(0x02, "UN", bytes((1 << 20) + 2))
    block.add_new(0x03, "OB", bytes(1 << 20))
    return dataset


#: Specific Character Set, a person name in it, and the same in an encoding that Python knows.
CHARACTER_SETS = {
    "latin_1": (["ISO_IR 100"], "Müller^Jürgen"),
    "latin_2": (["ISO_IR 101"], "Wałęsa^Łódź"),
    "cyrillic": (["ISO_IR 144"], "Люкceмбypг"),
    "arabic": (["ISO_IR 127"], "قباني^لنزار"),
    "greek": (["ISO_IR 126"], "Διονυσιος"),
    "hebrew": (["ISO_IR 138"], "שרון^דבורה"),
    "thai": (["ISO_IR 166"], "นามสกุล^ชื่อ"),
    "japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "korean": (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    "chinese": (["GB18030"], "Wang^XiaoDong=王^小东"),
    "utf_8": (["ISO_IR 192"], "Wang^XiaoDong=王^小東=😀"),
}


def named_instance(character_set: str) -> Dataset:
    terms, name = CHARACTER_SETS[character_set]
    dataset = text_instance(character_set, series=character_set)
    dataset.SpecificCharacterSet = terms if len(terms) > 1 else terms[0]
    dataset.PatientName = name
    dataset.PatientComments = name.split("=")[-1].replace("^", " ")
    return dataset
