"""`isocenter image-sets` (issue 5)."""

from __future__ import annotations

import json
import re

import pytest

from clients import Datastore
from fixtures import ct_series, ct_slice
from test_updates import ImageSet

SLICE = ct_slice(1)
INSTANCE = SLICE.SOPInstanceUID


@pytest.fixture
def command(own_server):
    """The command on the data folder of a server with one data store, and that data store."""
    own_server.start()
    store = Datastore(own_server, "cli")
    store.import_instances(*ct_series(2))

    def run(*arguments: str, code=0) -> str:
        ended = own_server.run("image-sets", *arguments)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    return run, store


def test_image_sets_are_looked_at_and_changed_while_the_server_runs(command):
    run, store = command
    [listed] = run("list").splitlines()
    identifier = listed.split()[0]
    held = ImageSet(store, identifier)
    assert re.search(r"primary\s+version 1\s+ACTIVE\s+CREATED", listed)
    shown = run("show", identifier)
    assert "instances   2" in shown and SLICE.SeriesInstanceUID in shown and "Muster" not in shown
    assert json.loads(run("show", identifier, "--metadata")) == held.metadata()
    run("update", identifier, "--set", "PatientName=MX^MX", "--remove", "StudyDescription", "--instance", INSTANCE,
        "--set", "SliceThickness=7")
    assert held.version == "2" and held.metadata()["Patient"]["DICOM"]["PatientName"] == "MX^MX"
    difference = run("diff", identifier, "1")
    assert difference.splitlines() == [
        "Patient", '  ~ PatientName: "Muster^Erika" -> "MX^MX"', "Study", '  - StudyDescription: "Thorax"',
        f"Instance {INSTANCE}", '  ~ SliceThickness: "2.5 " -> "7 "']
    assert [line.split()[:2] for line in run("versions", identifier).splitlines()] == [
        ["2", "UPDATED"], ["1", "CREATED"]]
    run("update", identifier, "--revert", "1")
    assert held.metadata() == held.metadata("1")
    copy = run("copy", identifier, "--instance", INSTANCE).split()[0]
    assert list(store.instances(copy)) == [INSTANCE] and f"{copy}  non-primary" in run("list")
    assert "COPY_FAILED" in run("copy", identifier, "--to", copy, code=1)
    assert "PatientNme" in run("update", identifier, "--set", "PatientNme=x", code=64)
    run("update", identifier, code=64)
    assert "Usage" not in run("show", "0" * 32, code=1)
    # What the server would keep in memory is left to the server.
    assert "API" in run("delete", copy, "--yes", code=64)


def test_image_sets_are_promoted_and_deleted_when_the_server_is_stopped(command):
    run, store = command
    [identifier] = [one["imageSetId"] for one in store.image_sets()]
    store.server.stop()
    copy = run("copy", identifier).split()[0]
    assert "primary in another image set" in run("promote", copy, code=1)
    assert "Nothing was deleted" in run("delete", identifier)
    run("delete", identifier, "--yes")
    promoted = run("promote", copy).split()[0]
    run("delete", copy, "--yes")
    [listed] = run("list").splitlines()
    assert listed.startswith(promoted) and "primary" in listed
    store.server.start()
