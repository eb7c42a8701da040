"""examples/quickstart.py, as a newcomer runs it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from clients import native, part10
from fixtures import IMAGES, ct_series, text_instance
from server import ROOT, clean_environment

EXAMPLE = ROOT / "examples" / "quickstart.py"


@pytest.fixture
def files(folder):
    """A folder of DICOM files: a CT series, a colour image, a JPEG and a report."""
    path = folder / "files"
    path.mkdir()
    images = [IMAGES[name]().dataset for name in ("rgb", "jpeg_baseline")]
    datasets = [*ct_series(3), *images, text_instance(series="report")]
    for number, dataset in enumerate(datasets):
        (path / f"{number}.dcm").write_bytes(part10(dataset))
    return path


@pytest.fixture
def quickstart(server):
    """Runs the example with the printed export lines; the data stores that it makes are deleted afterwards."""
    bucket = server.buckets["tests"]

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-B", str(EXAMPLE), "--bucket", "tests", "--bucket-folder", str(bucket), *arguments],
            capture_output=True, text=True, timeout=120, env=clean_environment(**server.exports))

    yield run
    client = native(server.endpoint, server.credentials)
    for store in client.list_datastores(datastoreStatus="ACTIVE")["datastoreSummaries"]:
        if store["datastoreName"] == "quickstart":
            members = {"datastoreId": store["datastoreId"]}
            for one in client.search_image_sets(**members)["imageSetsMetadataSummaries"]:
                client.delete_image_set(**members, imageSetId=one["imageSetId"])
            client.delete_datastore(**members)


def test_a_folder_is_imported_and_every_frame_verified(quickstart, files):
    ended = quickstart(str(files))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Imported 6 of 6 files" in ended.stdout
    assert "Decoded 4 frames: 4 have the pixels that were imported" in ended.stdout
    assert "2 frames are kept in the format they came in" in ended.stdout
    assert re.search("Image set [0-9a-f]{32}: CT, 3 instances", ended.stdout)


def test_files_in_the_bucket_are_imported_by_their_URI_and_failures_are_loud(server, quickstart, files):
    (files / "garbage.dcm").write_bytes(b"garbage")
    shutil.move(files, server.buckets["tests"] / "quickstart-files")
    ended = quickstart("s3://tests/quickstart-files/")
    assert ended.returncode == 1
    assert "Imported 6 of 7 files" in ended.stdout
    assert "1 FILES FAILED, see s3://tests/output/" in ended.stdout


def test_an_import_that_fails_says_why(quickstart):
    ended = quickstart("s3://tests/nothing-here/")
    assert ended.returncode == 1
    assert "The import failed: " in ended.stderr
