"""Compares data sets element by element, as strictly as the way they came allows."""

from __future__ import annotations

import numpy
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

PIXELS = {Tag(tag) for tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)}


def differences(source: Dataset, found: Dataset, *, ignoring: set[int] = frozenset()) -> list[str]:
    """What is not equal, one line each. Group lengths and pixel data are not compared.

    Both data sets have to come fresh from `dcmread`. Values are compared byte for byte, padding included.
    """
    return list(_differences(source, found, {Tag(tag) for tag in ignoring} | PIXELS, ""))


def _differences(source: Dataset, found: Dataset, ignored: set[BaseTag], path: str):
    def tags(dataset: Dataset) -> set[BaseTag]:
        return {tag for tag in dataset.keys() if tag.element != 0 and tag not in ignored}

    for tag in sorted(tags(source) - tags(found)):
        yield f"{path}{tag} is lost"
    for tag in sorted(tags(found) - tags(source)):
        yield f"{path}{tag} was never there"
    for tag in sorted(tags(source) & tags(found)):
        yield from _value_differences(source, found, tag, f"{path}{tag}")


def _value_differences(source: Dataset, found: Dataset, tag: BaseTag, path: str):
    first, second = source.get_item(tag), found.get_item(tag)
    if tag in PIXELS and source[tag].is_undefined_length and not found[tag].is_undefined_length:
        # An icon in fragments is sent as cells in another transfer syntax than its file's.
        if len(found[tag].value) != found.Rows * found.Columns * found.SamplesPerPixel * found.BitsAllocated // 8:
            yield f"{path} is neither as it was nor an image"
        return
    is_sequence = source[tag].VR == "SQ" or found[tag].VR == "SQ"
    if isinstance(first, RawDataElement) and isinstance(second, RawDataElement) and not is_sequence:
        if second.VR not in _expected_representations(first, source[tag].VR, tag):
            yield f"{path} was {first.VR} and is {second.VR}"
        if _little_endian(first, source[tag].VR) != (second.value or b""):
            yield f"{path} {first.VR} was {first.value[:40]!r} and is {second.value[:40]!r}"
        return
    first, second = source[tag], found[tag]
    if first.VR == second.VR == "SQ":
        if len(first.value) != len(second.value):
            yield f"{path} had {len(first.value)} items and has {len(second.value)}"
        for index, (one, other) in enumerate(zip(first.value, second.value)):
            yield from _differences(one, other, set(), f"{path}[{index}].")
    elif first.value != second.value:
        yield f"{path} {first.VR} was {str(first.value)[:40]!r} and is {str(second.value)[:40]!r}"


def _expected_representations(element: RawDataElement, read_as: str, tag: BaseTag) -> set[str]:
    """The VRs an element may come back with: its own; the dictionary's where it had none or UN (PS3.5 6.2.2)."""
    if element.VR is None:
        return {"UN", *read_as.split(" or ")}
    if element.VR != "UN":
        return {element.VR}
    known = {"LO"} if tag.is_private_creator else set()
    if dictionary_has_tag(tag):
        known |= set(dictionary_VR(tag).split(" or "))
    return {"UN"} | known


WORDS = {"OW": 2, "US": 2, "SS": 2, "AT": 2, "OF": 4, "OL": 4, "FL": 4, "UL": 4, "SL": 4, "OD": 8, "OV": 8, "FD": 8}


def _little_endian(element: RawDataElement, vr: str) -> bytes:
    """The value's bytes; those of a big endian element with the words turned around."""
    value = element.value or b""
    size = WORDS.get(vr, 1)
    if element.is_little_endian or size == 1 or len(value) % size:
        return value
    return numpy.frombuffer(value, f">u{size}").astype(f"<u{size}").tobytes()
