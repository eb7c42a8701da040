"""Large import jobs: time, memory and open files of the server.

Measured, each from a folder that stands for a bucket: a job of 5,000 files and 10.5 GB (the quotas), a job of one file of
4.2 GB, a job of one slide of 100,000 4.2 GB, a job of one slide of 100,000 frames. Memory is the resident set's peak (VmHWM, set back before each part), open
files are sampled every 50 ms. `jobs_s3` does the like from an S3 server.

Needs 20 GB in the temporary folder and some minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

from harness import Row, Server, memory, say
from images import Series, ct_header, ct_slices, part_ten, pixel_header

LIMIT = 512
ROLE = "arn:aws:iam::123456789012:role/import"
FILES = 5_000


def measure(folder: Path) -> list[Row]:
    bucket = folder / "bucket"
    bucket.mkdir()
    rows: list[Row] = []
    arguments = ["--bucket", f"benchmark={bucket}"]
    with Server(folder, arguments=arguments) as server:
        rows.append(Row("after the start", "{:.0f} MB, peak {:.0f} MB".format(*memory(server.pid))))
        large = ct_slices(20, size=1024)
        rows.append(job(server, bucket, "files", f"{FILES} files, {FILES * large[0].nbytes / 1e9:.1f} GB", lambda path:
                        Series(1, slices=large).write(path, FILES)))
        plain = ct_slices(20)
        rows.append(job(server, bucket, "single", "one file of 8,000 frames, 4.2 GB", lambda path:
                        multi_frame(path, 2, 8_000, plain)))
        small = ct_slices(20, size=64)
        rows.append(job(server, bucket, "slide", "one slide of 100,000 frames, 0.8 GB", lambda path:
                        multi_frame(path, 3, 100_000, small)))
    return rows


def multi_frame(folder: Path, number: int, frames: int, slices: list):
    folder.mkdir(parents=True)
    with (folder / "1.dcm").open("wb") as file:
        file.write(part_ten(ct_header(slices[0].shape[0], series=number, frames=frames)))
        file.write(pixel_header(frames * slices[0].nbytes))
        for index in range(frames):
            file.write(slices[index % len(slices)].tobytes())


def job(server: Server, bucket: Path, name: str, what: str, write) -> Row:
    say(f"writing {what}")
    write(bucket / name)
    row = watched(server, what, lambda: run(server, f"s3://benchmark/{name}/", "s3://benchmark/output/"))
    shutil.rmtree(bucket / name)
    return row


def watched(server: Server, what: str, action) -> Row:
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    files, ended = [0], threading.Event()

    def sample():
        while not ended.wait(0.05):
            files[0] = max(files[0], len(os.listdir(f"/proc/{server.pid}/fd")))

    sampler = threading.Thread(target=sample)
    sampler.start()
    start = time.perf_counter()
    try:
        action()
    finally:
        ended.set()
        sampler.join()
    elapsed = time.perf_counter() - start
    now, peak = memory(server.pid)
    text = f"{elapsed:.1f} s, peak {peak:.0f} MB, then {now:.0f} MB, at most {files[0]} open files"
    say(f"{what}: {text}")
    return Row(what, text, target=f"peak < {LIMIT} MB", reached=peak < LIMIT)


def run(server: Server, source: str, target: str):
    """Runs an import job to its end; every file must be imported."""
    client = server.client()
    datastore = client.datastore("jobs")
    started = json.loads(client.call("POST", f"/startDICOMImportJob/datastore/{datastore}", {
        "clientToken": source.replace("/", ".").replace(":", "."), "dataAccessRoleArn": ROLE, "inputS3Uri": source,
        "outputS3Uri": target,
    }))
    path = f"/getDICOMImportJob/datastore/{datastore}/job/{started['jobId']}"
    while True:
        # A connection of its own each time: one that idles while the benchmark is paused is closed.
        properties = json.loads(server.client().call("GET", path))["jobProperties"]
        if properties["jobStatus"] == "COMPLETED":
            return
        if properties["jobStatus"] == "FAILED":
            raise SystemExit(f"the import job failed: {properties.get('message')}")
        time.sleep(0.2)
