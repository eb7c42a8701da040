"""spec/30 beside its tests: the table in spec_30.md is whole, and names tests that are there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from server import ROOT

HERE = Path(__file__).parent
TABLE = [
    tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:3])
    for line in (HERE / "spec_30.md").read_text().splitlines() if line.startswith("| ")][1:]
ROWS = [(sentence.replace("\\|", "|"), shown) for sentence, shown in TABLE if sentence != "---"]


def sentences() -> list[str]:
    path = Path(os.environ.get("ISOCENTER_SHARED", ROOT.parent / "shared")) / "spec" / "30-image-sets.md"
    if not path.exists():
        pytest.skip(f"THE SPECIFICATION WAS NOT COMPARED: there is no {path} (ISOCENTER_SHARED)")
    lines = [line.strip().removeprefix("- ") for line in path.read_text().splitlines()]
    parts = r"(?<=[.;])\s+|(?<=:)\s+(?=accepted|ConflictEx)"
    return [part for line in lines if line and not line.startswith("#") for part in re.split(parts, line)]


def test_every_sentence_has_its_row_in_order():
    found = sentences()
    assert len(found) == len(ROWS)
    for sentence, (beginning, _) in zip(found, ROWS):
        assert beginning and sentence.startswith(beginning), f"{sentence!r} is not the row {beginning!r}"


@pytest.mark.parametrize(
    "shown", sorted({name for _, shown in ROWS for name in shown.split("<br>") if not name.startswith("*later*")}))
def test_every_test_that_is_named_is_there(shown):
    file, _, test = shown.partition("::")
    path = HERE / file if file.endswith(".py") else ROOT / "Tests" / file
    assert path.exists(), shown
    if test:
        assert re.search(rf"^def {test}\(", path.read_text(), re.MULTILINE), shown


def test_every_row_names_a_test_with_a_real_client():
    for sentence, shown in ROWS:
        assert shown.startswith("*later*") or any(name.startswith("test_") for name in shown.split("<br>")), sentence
