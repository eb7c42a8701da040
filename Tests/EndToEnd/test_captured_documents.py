"""Documents captured from the service: the instances behind them, imported here, read alike (spec/30)."""

from __future__ import annotations

import base64
import json

import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset


DOCUMENTS = ["image-set-metadata-captured.json", "dicom/ahi-imageset-metadata/ahi-imageset-metadata-1.json"]
#: A series can be long; its first instances have all that the others have.
INSTANCES = 9
#: The captured documents are older than these.
NEWER_MEMBERS = {"StoredTransferSyntaxUID", "ChecksumType"}


def add(dataset: Dataset, name: str, value, vrs: dict[str, str]):
    """Adds the element that a member of a document stands for."""
    tag = tag_for_keyword(name) or int(name, 16)
    vr = vrs.get(name) or dictionary_VR(tag).split(" or ")[0]
    if vr == "SQ":
        dataset.add_new(tag, vr, [rebuilt(item, vrs) for item in value or []])
    elif vr in ("OB", "OW", "OD", "OF", "OL", "OV", "UN"):
        dataset.add_new(tag, vr, base64.b64decode(value or ""))
    elif vr == "AT":
        dataset.add_new(tag, vr, [int(one, 16) for one in (value if isinstance(value, list) else [value])])
    else:
        dataset.add_new(tag, vr, value)


def rebuilt(elements: dict, vrs: dict[str, str]) -> Dataset:
    dataset = Dataset()
    for name, value in elements.items():
        add(dataset, name, value, vrs)
    return dataset


def file_of(levels: list[dict], instance: dict) -> Dataset:
    """The file behind an instance of a document; its pixels are black."""
    elements = {name: value for level in levels for name, value in level.items()} | instance["DICOM"]
    elements.pop("PixelData")
    dataset = rebuilt(elements, instance.get("DICOMVRs", {}))
    dataset.file_meta = FileMetaDataset()
    for element in [element for element in dataset if element.tag.group == 2]:
        dataset.file_meta.add(element)
        del dataset[element.tag]
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    dataset.PixelData = bytes(size * len(instance["ImageFrames"]))
    return dataset


def comparable(document):
    """Without what every import makes anew, and without the padding that today's documents show and these do not."""
    if isinstance(document, dict):
        return {
            name: comparable(value) for name, value in document.items()
            if name not in NEWER_MEMBERS | {"DatastoreID", "ImageSetID", "TransferSyntaxUID", "ImageFrames"}}
    if isinstance(document, list):
        return [comparable(one) for one in document]
    return document.rstrip(" ") if isinstance(document, str) else document


def shape(frame: dict) -> tuple:
    """What a frame's entry has: its members, and the sizes of its resolutions."""
    levels = frame["PixelDataChecksumFromBaseToFullResolution"]
    return sorted(frame), [(level["Width"], level["Height"], sorted(level)) for level in levels]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_is_imported_reads_as_the_service_shows_it(datastore, corpus, path):
    captured = json.loads((corpus.parent / path).read_text())
    [(series_uid, series)] = captured["Study"]["Series"].items()
    series["Instances"] = dict(list(series["Instances"].items())[:INSTANCES])
    levels = [captured["Patient"]["DICOM"], captured["Study"]["DICOM"], series["DICOM"]]
    [image_set] = datastore.import_instances(
        *(file_of(levels, instance) for instance in series["Instances"].values())).image_set_ids
    shown = datastore.metadata(image_set)
    assert list(shown) == list(captured), "members in the service's order"
    assert comparable(shown) == comparable(captured)
    for sop, instance in shown["Study"]["Series"][series_uid]["Instances"].items():
        assert NEWER_MEMBERS < set(instance)
        expected = series["Instances"][sop]["ImageFrames"]
        assert [shape(frame) for frame in instance["ImageFrames"]] == [shape(frame) for frame in expected]
        assert instance["DICOM"]["TransferSyntaxUID"] == "1.2.840.10008.1.2"
