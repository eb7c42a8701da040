"""Foreign decoders in workers: what becomes of the server when they meet hostile bytes, or somebody ends them.

`ISOCENTER_FUZZ=2000` sends the server that many damaged frames of each kind; without it there are a few.
"""

from __future__ import annotations

import copy
import io
import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pydicom
import pytest
from pydicom.encaps import generate_frames
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless

from clients import Datastore, instance_path, part10
from fixtures import IMAGES, jpeg_2000_lossless, put_fragments
from server import Server, TemporaryFolder, poll

FUZZ = int(os.environ.get("ISOCENTER_FUZZ", 20))
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"


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
    poll(lambda: not any(b"frame-worker" in command(pid) for pid in pids), what="the workers' end")


def test_an_import_whose_workers_are_killed_equals_an_undisturbed_one(own_server):
    own_server.start()
    undisturbed, disturbed = Datastore(own_server, "undisturbed"), Datastore(own_server, "disturbed")
    sources = slices(60)
    began = time.monotonic()
    [expected] = undisturbed.import_instances(*sources).image_set_ids
    # A frame that loses four workers in a row is told as a warning: kills are as far apart as this machine needs to do some
    # frames between them.
    pace = max(0.05, 20 * (time.monotonic() - began) / len(sources))
    has_ended, kills = threading.Event(), []

    def kill_workers():
        choice = random.Random(1)
        # Not for ever: on a busy machine a worker may take longer to start than the next kill takes to come.
        while len(kills) < 40 and not has_ended.wait(choice.uniform(0.0, pace)):
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


# MARK: every kind of compressed frame of the corpus


class Watched:
    """A server with its process, memory and open files looked at after every request."""

    def __init__(self, server: Server):
        self.server, self.store = server, Datastore(server, "fuzz")
        self.pid = server.process.pid
        self.files = self.open_files()
        self.most_memory = self.most_files = 0

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def look(self):
        assert self.server.process.poll() is None, "the server has ended"
        status = Path(f"/proc/{self.pid}/status").read_text()
        resident = int(status.split("VmRSS:")[1].split()[0]) // 1024
        self.most_memory = max(self.most_memory, resident)
        self.most_files = max(self.most_files, self.open_files())


@pytest.fixture(scope="module")
def watched(binary, corpus):
    with TemporaryFolder() as folder, Server(folder, buckets={Datastore.BUCKET: folder / "bucket"}) as server:
        yield Watched(server)


#: The folders of the corpus whose frames are decoded: at the import, or, where they are kept, when samples are asked for.
COMPRESSED = [
    "jpeg-baseline-50", "jpeg-extended-51", "jpeg-lossless-57", "jpeg-lossless-sv1-70", "jpegls-lossless-80",
    "jpegls-near-81", "j2k-lossless-90", "j2k-91", "jpegxl-lossless-110", "jpegxl-recompression-111", "jpegxl-112",
    "htj2k-lossless-201", "htj2k-rpcl-202", "htj2k-203", "rle-5",
]
LARGEST = 3 << 20
JPEG_XL = {f"1.2.840.10008.1.2.4.{number}" for number in (110, 111, 112)}


def single_frames(folder: Path) -> list[tuple[pydicom.Dataset, bytes]]:
    """The first frame of each file of a folder that is not too large, and the file's data set without pixel data."""
    found = []
    for path in sorted(folder.glob("*.dcm")):
        if "embedded-sequence-delimiter" in path.name:
            continue  # Nothing decodes it even as it is.
        dataset = pydicom.dcmread(path, force=True)
        if "PixelData" not in dataset:
            continue
        for level in ("Study", "Series", "SOP"):
            dataset.setdefault(f"{level}InstanceUID", f"1.2.3.{len(found)}")  # Some of the files have none.
        frames = int(dataset.get("NumberOfFrames", None) or 1)
        stream = next(generate_frames(dataset.PixelData, number_of_frames=frames))
        size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
        if size > LARGEST:
            continue
        del dataset.PixelData
        for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
            if keyword in dataset:
                del dataset[keyword]
        dataset.NumberOfFrames = 1
        dataset.walk(lambda *_: None)  # Reads every element, so that those of implicit VRs can be written.
        found.append((dataset, stream))
    assert found, folder
    return found


def again(dataset: pydicom.Dataset, stream: bytes, number: int) -> bytes:
    """The data set with another frame and SOP Instance UID, a thousand to a series: the metadata of an image set are
    limited to 50 MB."""
    dataset = copy.deepcopy(dataset)
    dataset.SeriesInstanceUID = f"{dataset.SeriesInstanceUID[:40]}.{number // 1_000}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{dataset.SOPInstanceUID[:40]}.{number}"
    put_fragments(dataset, [stream])
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in JPEG_XL:
        return part10(dataset)
    # pydicom writes no transfer syntax that it does not know.
    dataset.file_meta.TransferSyntaxUID = HTJ2KLossless
    return part10(dataset).replace(HTJ2KLossless.encode(), syntax.encode(), 1)


@pytest.mark.parametrize("kind", COMPRESSED)
def test_damaged_frames_of_every_kind_cost_a_warning_and_nothing_else(watched, corpus, kind):
    sources, choice, store = single_frames(corpus / kind), random.Random(kind), watched.store
    batch, imported, warned = 20, 0, 0
    for first in range(0, FUZZ, batch):
        files = []
        for number in range(first, min(first + batch, FUZZ)):
            dataset, stream = sources[number % len(sources)]
            files.append(again(dataset, damaged(stream, choice), number))
        answer = store.stow(*files)
        assert answer.status_code in (200, 202), answer.text
        items = answer.json()["00081199"]["Value"]
        imported += len(items)
        for item in items:
            reasons = set(item.get("00081196", {}).get("Value", []))
            warned += bool(reasons & {45312, 45328})
        watched.look()
        # What was kept as it came is decoded here: samples, or a refusal of samples.
        for file in files[:: max(1, len(files) // 5)]:
            path = instance_path(pydicom.dcmread(io.BytesIO(file), stop_before_pixels=True))
            syntax = f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}"
            assert store.get(path, syntax).status_code in (200, 406)
    watched.look()
    assert imported == FUZZ
    # Whatever came before, a sound frame is stored and decoded.
    dataset, stream = sources[0]
    sound = again(dataset, stream, FUZZ)
    assert store.stow(sound).status_code in (200, 202)
    path = instance_path(pydicom.dcmread(io.BytesIO(sound), stop_before_pixels=True))
    assert store.get(path, f"application/dicom; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}").status_code == 200
    print(f"{kind}: {imported} stored, {warned} with 45312 or 45328", f"{watched.most_memory} MB")


def test_the_server_has_noticed_nothing_but_warnings(watched):
    """The last of those on this server: its memory and open files are bounded, its log has no error."""
    print(f"memory at most {watched.most_memory} MB, open files at most {watched.most_files}")
    assert watched.most_memory < 768
    assert watched.most_files <= watched.files + 100
    assert len(workers(watched.server)) <= (os.cpu_count() or 1)
    assert [record for record in watched.server.log if record["level"] in ("error", "critical")] == []


def fragment(dataset: pydicom.Dataset) -> bytes:
    [stream] = generate_frames(dataset.PixelData, number_of_frames=1)
    return stream
