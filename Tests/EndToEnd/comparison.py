"""Compares data sets element by element, as strictly as the way they came allows."""

from __future__ import annotations

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

PIXELS = {Tag(tag) for tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)}


def differences(source: Dataset, found: Dataset, *, ignoring: set[int] = frozenset()) -> list[str]:
    """What is not equal, one line each. Group lengths and pixel data are not compared.

    Both data sets have to come from `dcmread`. Values are compared byte for byte, padding included, where both are
    little endian; else by meaning.
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
    if _comparable(first) and _comparable(second) and "SQ" not in (first.VR, second.VR):
        # Implicit VR has none; private elements then become UN.
        if first.VR not in (None, second.VR):
            yield f"{path} was {first.VR} and is {second.VR}"
        if (first.value or b"") == (second.value or b""):
            return
    first, second = source[tag], found[tag]
    if first.VR == second.VR == "SQ":
        if len(first.value) != len(second.value):
            yield f"{path} had {len(first.value)} items and has {len(second.value)}"
        for index, (one, other) in enumerate(zip(first.value, second.value)):
            yield from _differences(one, other, set(), f"{path}[{index}].")
    elif _is_raw(source, tag) and _is_raw(found, tag) or first.value != second.value:
        yield f"{path} {first.VR} was {str(first.value)[:40]!r} and is {str(second.value)[:40]!r}"


def _comparable(element) -> bool:
    return isinstance(element, RawDataElement) and element.is_little_endian


def _is_raw(dataset: Dataset, tag: BaseTag) -> bool:
    return _comparable(dataset.get_item(tag))
