"""Decoding what the store gives, and computing what it should have given, independently of it."""

from __future__ import annotations

import io
import struct
import zlib

import numpy
import openjpeg
from PIL import Image


def decode_jph(file: bytes) -> numpy.ndarray:
    """An image frame, decoded by OpenJPEG as JP2 file format, as existing clients do it."""
    return openjpeg.utils.decode(file, 2)


def decode_codestream(codestream: bytes) -> numpy.ndarray:
    """A bare codestream, decoded by OpenJPEG."""
    return openjpeg.utils.decode(codestream, 0)


def codestream_of(file: bytes) -> bytes:
    """The contents of the `jp2c` box; every box before it is checked to be where a JPH file has it (T.814 D)."""
    boxes = []
    place = 0
    while place < len(file):
        length, kind = struct.unpack_from(">I4s", file, place)
        end = place + length if length else len(file)
        boxes.append((kind, file[place + 8 : end]))
        place = end
    kinds = [kind for kind, _ in boxes]
    assert kinds == [b"jP  ", b"ftyp", b"jp2h", b"jp2c"], kinds
    return boxes[-1][1]


def segments(codestream: bytes) -> list[tuple[int, bytes]]:
    """The marker segments of the main header and of every tile-part: code and parameters."""
    assert codestream[:2] == b"\xff\x4f", "no SOC"
    found, place = [(0xFF4F, b"")], 2
    while place < len(codestream):
        (marker,) = struct.unpack_from(">H", codestream, place)
        if marker == 0xFFD9:
            found.append((marker, b""))
            assert place + 2 == len(codestream), "bytes after EOC"
            break
        (length,) = struct.unpack_from(">H", codestream, place + 2)
        found.append((marker, codestream[place + 4 : place + 2 + length]))
        if marker == 0xFF90:
            start = place
            (part_length,) = struct.unpack_from(">I", codestream, place + 6)
        if marker == 0xFF93:
            raise AssertionError("SOD is no segment")
        place += 2 + length
        if codestream[place : place + 2] == b"\xff\x93":
            found.append((0xFF93, b""))
            place = start + part_length
    return found


def little_endian(samples: numpy.ndarray) -> bytes:
    return numpy.ascontiguousarray(samples).astype(samples.dtype.newbyteorder("<")).tobytes()


def crc32(samples: numpy.ndarray) -> int:
    return zlib.crc32(little_endian(samples))


def levels_of(width: int, height: int) -> int:
    """The least number of decompositions that brings the shorter side to 64 or less (spec/50)."""
    count = 0
    while min(-(-width >> count), -(-height >> count)) > 64:
        count += 1
    return count


def listed_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The resolutions that have a checksum, smallest first: shorter side 100 or more, and the full one (spec/50)."""
    sizes = [(-(-width >> level), -(-height >> level)) for level in range(levels_of(width, height) + 1)]
    return [size for size in reversed(sizes) if min(size) >= 100 or size == (width, height)]


def lower_resolution(frame: numpy.ndarray, reduction: int, *, is_rgb: bool) -> numpy.ndarray:
    """What a decoder gives when it leaves out the `reduction` highest resolutions of a lossless codestream.

    The low-pass band of the reversible 5/3 transform (T.800 F.4.8) of the source, colours through the reversible
    component transform (T.800 G.2): computed from the definition, with no decoder involved.
    """
    planes = frame.astype(numpy.int64)
    planes = planes[None] if frame.ndim == 2 else numpy.moveaxis(planes, 2, 0)
    if is_rgb:
        red, green, blue = planes
        planes = numpy.stack([(red + 2 * green + blue) >> 2, blue - green, red - green])
    for _ in range(reduction):
        planes = _low_pass(_low_pass(planes, 1), 2)
    if is_rgb:
        luminance, blue_difference, red_difference = planes
        green = luminance - ((blue_difference + red_difference) >> 2)
        planes = numpy.stack([red_difference + green, green, blue_difference + green])
    limits = numpy.iinfo(frame.dtype)
    planes = planes.clip(limits.min, limits.max).astype(frame.dtype)
    return planes[0] if frame.ndim == 2 else numpy.moveaxis(planes, 0, 2)


def _low_pass(planes: numpy.ndarray, axis: int) -> numpy.ndarray:
    values = numpy.moveaxis(planes, axis, 0)
    length = len(values)
    if length == 1:
        return planes
    mirrored = lambda index: numpy.abs(index) if index < length else 2 * (length - 1) - index
    odd = {
        n: values[mirrored(n)] - ((values[mirrored(n - 1)] + values[mirrored(n + 1)]) >> 1)
        for n in range(-1, length + 1, 2)
    }
    low = [values[n] + ((odd[n - 1] + odd[n + 1] + 2) >> 2) for n in range(0, length, 2)]
    return numpy.moveaxis(numpy.stack(low), 0, axis)


def decode_reduced(file: bytes, reduction: int) -> numpy.ndarray:
    """A lower resolution of a JP2 or JPH file, decoded by the OpenJPEG in Pillow (8-bit and 16-bit samples only)."""
    picture = Image.open(io.BytesIO(file), formats=["JPEG2000"])
    picture.reduce = reduction
    picture.load()
    return numpy.asarray(picture)
