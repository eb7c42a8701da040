"""Foreign decoders in workers: what becomes of the server when they meet hostile bytes, or somebody ends them."""

from __future__ import annotations

import copy
import os
import random
import signal
import subprocess
import threading
from pathlib import Path

import pydicom
import pytest
from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000Lossless

from clients import Datastore, part10
from fixtures import IMAGES, jpeg_2000_lossless, put_fragments
from server import poll


def workers(server) -> list[int]:
    """The process ids of a server's frame workers."""
    pids: set[str] = set()
    for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
        try:
            pids.update((thread / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread has ended; its children have gone to another
    return [int(pid) for pid in pids if b"frame-worker" in command(int(pid))]


def command(pid: int) -> bytes:
    """The command line of a process; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def slices(count: int) -> list[pydicom.Dataset]:
    """Slices of one series that workers have to decode."""
    made = []
    for number in range(count):
        dataset = jpeg_2000_lossless(number)
        dataset.InstanceNumber = number + 1
        made.append(dataset)
    return made


def without_ids(documents: dict[str, dict]) -> dict:
    return {
        sop: (one["StoredTransferSyntaxUID"], [{**frame, "ID": 0} for frame in one["ImageFrames"]])
        for sop, one in documents.items()
    }


def test_workers_are_there_when_they_are_needed_and_end_with_the_server(own_server):
    own_server.start()
    datastore = Datastore(own_server, "workers")
    assert workers(own_server) == []
    datastore.import_instances(*slices(3))
    pids = workers(own_server)
    assert 1 <= len(pids) <= (os.cpu_count() or 1)
    own_server.stop()
    poll(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), what="the workers' end")


def test_workers_end_when_the_server_is_killed(own_server):
    own_server.start()
    datastore = Datastore(own_server, "killed")
    datastore.import_instances(*slices(3))
    pids = workers(own_server)
    assert pids
    own_server.kill()
    poll(lambda: not any(b"frame-worker" in command(pid) for pid in pids), deadline=2, what="the workers' end")


def test_an_import_whose_workers_are_killed_equals_an_undisturbed_one(own_server):
    own_server.start()
    undisturbed, disturbed = Datastore(own_server, "undisturbed"), Datastore(own_server, "disturbed")
    sources = slices(60)
    [expected] = undisturbed.import_instances(*sources).image_set_ids
    has_ended, kills = threading.Event(), []

    def kill_workers():
        choice = random.Random(1)
        while not has_ended.wait(choice.uniform(0.0, 0.05)):
            for pid in workers(own_server):
                try:
                    os.kill(pid, choice.choice([signal.SIGKILL, signal.SIGTERM]))
                    kills.append(pid)
                except ProcessLookupError:
                    pass

    killer = threading.Thread(target=kill_workers)
    killer.start()
    try:
        outcome = disturbed.import_instances(*sources)
    finally:
        has_ended.set()
        killer.join()
    assert len(kills) > 3
    assert outcome.lines("WARNING") == []
    [found] = outcome.image_set_ids
    assert without_ids(disturbed.instances(found)) == without_ids(undisturbed.instances(expected))


def damaged(stream: bytes, choice: random.Random) -> bytes:
    content = bytearray(stream)
    for _ in range(choice.randint(1, 6)):
        content[choice.randrange(len(content))] = choice.randrange(256)
    return bytes(content[: choice.randrange(2, len(content))] if choice.random() < 0.2 else content)


def compressed(dataset: pydicom.Dataset, tool: str, folder: Path) -> pydicom.Dataset:
    """The data set, its pixels compressed by a tool of dcmtk, or by pydicom."""
    if tool == "pydicom":
        dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
        return dataset
    (folder / "native.dcm").write_bytes(part10(dataset))
    subprocess.run([tool, folder / "native.dcm", folder / "compressed.dcm"], check=True, capture_output=True)
    return pydicom.dcmread(folder / "compressed.dcm")


@pytest.mark.parametrize("tool", ["pydicom", "dcmcjpls", "dcmcjpeg"], ids=["JPEG 2000", "JPEG-LS", "JPEG lossless"])
def test_damaged_frames_cost_a_warning_and_nothing_else(datastore, tool, tmp_path):
    """What decodes is stored as it decodes, what does not is kept; the server answers all the while."""
    choice = random.Random(2)
    sound = compressed(IMAGES["unsigned_12_bit"]().dataset, tool, tmp_path)
    [stream] = generate_frames(sound.PixelData, number_of_frames=1)
    made = {}
    for number in range(25):
        dataset = copy.deepcopy(sound)
        dataset.SOPInstanceUID = f"1.2.3.4.{number}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        put_fragments(dataset, [damaged(stream, choice)])
        made[dataset.SOPInstanceUID] = dataset
        answer = datastore.stow(dataset)
        assert answer.status_code in (200, 202), answer.text
        reasons = answer.json()["00081199"]["Value"][0].get("00081196", {"Value": []})["Value"]
        assert set(reasons) <= {45312, 45328}
    [image_set] = datastore.image_sets()
    stored = datastore.instances(image_set["imageSetId"])
    assert set(stored) == set(made)
    kept = [sop for sop, one in stored.items() if not one["ImageFrames"]]
    assert kept, "no damage was seen"
    for sop in kept:
        assert fragment(datastore.retrieve(made[sop], "*")) == fragment(made[sop])


def fragment(dataset: pydicom.Dataset) -> bytes:
    [stream] = generate_frames(dataset.PixelData, number_of_frames=1)
    return stream
