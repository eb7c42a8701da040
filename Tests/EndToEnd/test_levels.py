"""Each attribute of spec/30 at its level, and all others of the dictionary with the instance."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset

from clients import Datastore
from fixtures import item, text_instance
from server import ROOT

#: The elements that an image set has once, as spec/30 lists them.
LEVELS = {
    "Patient": """
        00100010 00100020 00100021 00100024 00100022 00100030 00100033 00100034 00100035 00100040 00101100
        00100200 00081120 00100032 00101002 00101001 00102160 00104000 00102201 00102202 00102292 00102293
        00102294 00100212 00100213 00100219 00100218 00100216 00100221 00102297 00102298 00102299 00120062
        00120063 00120064 00100026 00100027 00120010 00120020 00120021 00120030 00120031 00120040 00120042
        00120081 00120082""",
    "Study": """
        0020000D 00080020 00080030 00080090 00080096 0008009C 0008009D 00200010 00080050 00080051 00081030
        00081048 00081049 00081060 00081062 00321033 00321034 00081110 00081032 00401012 00081080 00081084
        00101010 00101020 00101030 00101022 00101023 00101024 00101021 00102000 00102110 001021A0 001021C0
        001021D0 00380500 00102180 001021B0 00380010 00380014 00321066 00321067 00380060 00380064 00380062
        00102203 00120050 00120051 00120052 00120053 00120083""",
    "Series": """
        00080060 0020000E 00200011 00200060 00080021 00080031 00081050 00081052 00181030 0008103E 0008103F
        00081070 00081072 00081111 00081250 00180015 00185100 00280108 00280109 00400275 00102210 300A0700
        00120060 00120071 00120072 00080070 00080080 00080081 00081010 00081040 00081041 00081090 0018100B
        00181000 00181020 00181008 0018100A 00181002 00181050 00181200 00181201 00280120 00200052 00201040""",
}
TAGS = {level: [int(tag, 16) for tag in tags.split()] for level, tags in LEVELS.items()}
SHARED = {tag for tags in TAGS.values() for tag in tags}

#: A value for every VR; where there is none, the element is left out.
VALUES = {
    "AE": "STORE", "AS": "059Y", "AT": 0x00280010, "CS": "CODE", "DA": "20240229", "DS": "2.50", "DT": "20240229101112",
    "FD": 0.5, "FL": 0.25, "IS": "12", "LO": "text", "LT": "long text", "OB": b"\1\2", "OD": bytes(8), "OF": bytes(4),
    "OL": bytes(4), "OV": bytes(8), "OW": b"\1\2", "PN": "One^A", "SH": "some", "SL": -7, "SS": -7, "ST": "some text",
    "SV": -7, "TM": "101112", "UC": "unlimited!", "UI": "1.2", "UL": 7, "UN": b"\1\2", "UR": "https://example.org/",
    "US": 7, "UT": "text", "UV": 7,
}


def add(dataset: Dataset, tag: int):
    vr = dictionary_VR(tag).split(" or ")[0]
    dataset.add_new(tag, vr, [item(0x00080100, "SH", "CODE")] if vr == "SQ" else VALUES[vr])


def everything() -> Dataset:
    """One instance with every element of the dictionary that can stand in a report without pixels."""
    dataset = text_instance("levels", series="levels")
    identity = {"SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"}
    for tag, (_, _, _, _, keyword) in DicomDictionary.items():
        group, element = tag >> 16, tag & 0xFFFF
        describes_pixels = group == 0x0028 and tag not in SHARED or group == 0x7FE0
        is_data_element = group % 2 == 0 and 0x0008 <= group < 0xFFFC and element != 0
        has_value = dictionary_VR(tag).split(" or ")[0] in VALUES or dictionary_VR(tag) == "SQ"
        if keyword and is_data_element and has_value and not describes_pixels and keyword not in identity:
            add(dataset, tag)
    return dataset


@pytest.fixture(scope="module")
def shown(archive: Datastore):
    """The instance, and its metadata document's elements by level."""
    source = everything()
    document = archive.metadata(archive.import_instances(source).image_set_ids[0])
    [series] = document["Study"]["Series"].values()
    [instance] = series["Instances"].values()
    return source, {
        "Patient": document["Patient"]["DICOM"], "Study": document["Study"]["DICOM"], "Series": series["DICOM"],
        "Instance": instance["DICOM"]}


@pytest.mark.parametrize("level", LEVELS)
def test_the_attributes_of_a_level_are_there_and_nowhere_else(shown, level):
    source, levels = shown
    for tag in TAGS[level]:
        keyword = keyword_for_tag(tag)
        assert tag in source, keyword
        assert [name for name, elements in levels.items() if keyword in elements] == [level], keyword
        assert levels[level][keyword] is not None, keyword
    assert set(levels[level]) == {keyword_for_tag(tag) for tag in TAGS[level]}


def test_every_other_attribute_is_the_instance_s(shown):
    source, levels = shown
    others = [element.tag for element in source if element.tag not in SHARED]
    assert len(others) > 4_000
    # An attribute that is younger than PS3.6 2022b goes by its tag.
    missing = [tag for tag in others if not {keyword_for_tag(tag), f"{tag:08X}"} & set(levels["Instance"])]
    assert not missing


def test_the_table_is_that_of_the_specification():
    path = Path(os.environ.get("ISOCENTER_SHARED", ROOT.parent / "shared")) / "spec" / "30-image-sets.md"
    if not path.exists():
        pytest.skip(f"THE SPECIFICATION WAS NOT COMPARED: there is no {path} (ISOCENTER_SHARED)")
    for level in LEVELS:
        [line] = re.findall(rf"^\*\*{level}\*\*: (.*)$", path.read_text(), re.MULTILINE)
        assert LEVELS[level].split() == [tag.replace(",", "") for tag in re.findall(r"[0-9A-F]{4},[0-9A-F]{4}", line)]
