"""Moves between the storage tiers: how fast they are, and what readers of another image set notice of them.

Measured: 600 CT images of some 186 KB that nobody reads go to the archive, and come back when one frame is read; from the
first byte in the new place until the old pack is gone. Both places are on the same disk, so a move is a read, a
decryption, an encryption, a write and a sync. Meanwhile one client reads frames of another image set without a pause.

Not measured: a second disk; reads of the frames that move, which only look them up again.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from pathlib import Path

from harness import Client, Row, Server, say
from image_sets import ImageSet, metadata
from images import Series, ct_slices
from memory import ROLE

COLD, HOT = 600, 20
IDLE_SECONDS = 4
DEADLINE = 120


class Reader(threading.Thread):
    """Reads the frames of an image set in turn; keeps when each was asked for, and how long it took."""

    def __init__(self, server: Server, datastore: str, image_set: str, frames: list[str]):
        super().__init__(daemon=True)
        self.client, self.frames = server.client(), frames
        self.path = f"/datastore/{datastore}/imageSet/{image_set}/getImageFrame"
        self.times: list[tuple[float, float]] = []
        self.is_over = threading.Event()

    def run(self):
        number = 0
        while not self.is_over.is_set():
            began = time.perf_counter()
            self.client.call("POST", self.path, {"imageFrameId": self.frames[number % len(self.frames)]})
            self.times.append((began, (time.perf_counter() - began) * 1e3))
            number += 1

    def between(self, start: float, end: float) -> str:
        times = sorted(time for began, time in self.times if start <= began <= end)
        return f"p50 {statistics.median(times):.2f} p99 {times[len(times) * 99 // 100]:.2f} ms of {len(times)}"


def measure(folder: Path) -> list[Row]:
    bucket = folder / "bucket"
    slices = ct_slices(20)
    for number, count in ((1, COLD), (2, HOT)):
        Series(number, slices=slices).write(bucket / f"input{number}", count)
    settings = folder / "settings.yaml"
    settings.write_text(f"archiveAfter: {IDLE_SECONDS}s\n")
    with Server(folder, arguments=["--config", str(settings), "--bucket", f"benchmark={bucket}"]) as server:
        client = server.client()
        datastore = client.datastore("tiers")
        hot, cold = (imported(client, datastore, number) for number in (2, 1))
        packs, archive = (folder / "data" / "datastores" / datastore / place for place in ("packs", "archive"))
        frame = frames(client, datastore, cold)[0]
        reader = Reader(server, datastore, hot, frames(client, datastore, hot))
        reader.start()
        say(f"waiting until {COLD} images are archived")
        there = moved(archive, packs)
        time.sleep(1)
        calm = (there[1], time.perf_counter())
        say("and brought back")
        client.call("POST", f"/datastore/{datastore}/imageSet/{cold}/getImageFrame", {"imageFrameId": frame})
        back = moved(packs, archive)
        reader.is_over.set()
        reader.join()
    return [
        speed("to the archive", there), speed("and back", back),
        Row("GetImageFrame of another set while bytes move there", reader.between(*there[:2]), reader.between(*calm)),
        Row("GetImageFrame of another set while they move back", reader.between(*back[:2]), reader.between(*calm)),
    ]


def imported(client: Client, datastore: str, number: int) -> str:
    """Imports a series; its image set."""
    before = image_sets(client, datastore)
    started = json.loads(client.call("POST", f"/startDICOMImportJob/datastore/{datastore}", {
        "clientToken": f"benchmark-{number}", "dataAccessRoleArn": ROLE,
        "inputS3Uri": f"s3://benchmark/input{number}/", "outputS3Uri": "s3://benchmark/output/",
    }))
    path = f"/getDICOMImportJob/datastore/{datastore}/job/{started['jobId']}"
    wait(lambda: json.loads(client.call("GET", path))["jobProperties"]["jobStatus"] == "COMPLETED")
    [made] = image_sets(client, datastore) - before
    return made


def image_sets(client: Client, datastore: str) -> set[str]:
    answer = json.loads(client.call("POST", f"/datastore/{datastore}/searchImageSets", {}))
    return {one["imageSetId"] for one in answer["imageSetsMetadataSummaries"]}


def frames(client: Client, datastore: str, image_set: str) -> list[str]:
    document = json.loads(metadata(client, datastore, ImageSet(client, datastore, image_set, 1)))
    [series] = document["Study"]["Series"].values()
    return [one["ImageFrames"][0]["ID"] for one in series["Instances"].values()]


def moved(to: Path, source: Path) -> tuple[float, float, int]:
    """Waits for a move: when it began and ended, and how many bytes it has written."""
    large = COLD * 100_000
    at_first = size(to)
    wait(lambda: size(to) > at_first + 1_000)
    began = time.perf_counter()
    wait(lambda: size(to) > at_first + large and size(source) < large)
    return began, time.perf_counter(), size(to) - at_first


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.pack"))


def wait(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("the benchmark waits in vain")
        time.sleep(0.005)


def speed(where: str, move: tuple[float, float, int]) -> Row:
    began, ended, count = move
    return Row(
        f"{COLD} CT images {where}", f"{count / 1e6 / (ended - began):.0f} MB/s, {count / 1e6:.0f} MB in "
        f"{ended - began:.2f} s")
