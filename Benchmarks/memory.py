"""The server's memory under one STOW of some 1 GB and under an import job of 2,000 files.

Measured: the resident set's peak (VmHWM, set back before each part) and the resident set afterwards. The 1 GB instance
is an Enhanced CT of 1,900 frames that the client streams; the import job reads 2,000 CT files of 530 KB from a folder
that stands for a bucket.

Not measured: many such requests at the same time; the page cache, which is the kernel's.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from harness import UNSIGNED, Client, Row, Server, memory, say
from images import Series, ct_header, ct_slices, part_ten, pixel_header

STOW_FRAMES = 1_900
IMPORT_FILES = 2_000
LIMIT = 512
ROLE = "arn:aws:iam::123456789012:role/import"


def measure(folder: Path) -> list[Row]:
    slices = ct_slices(20)
    bucket = folder / "bucket"
    bucket.mkdir()
    with Server(folder, arguments=["--bucket", f"benchmark={bucket}"]) as server:
        client = server.client()
        datastore = client.datastore("memory")
        rows = [Row("after the start", "{:.0f} MB, peak {:.0f} MB".format(*memory(server.pid)))]
        what = f"STOW of one instance of {STOW_FRAMES} frames, {STOW_FRAMES * slices[0].nbytes / 1e6:.0f} MB"
        rows.append(watched(server, what, lambda: stow(client, datastore, slices)))
        say(f"writing {IMPORT_FILES} files")
        Series(2, slices=slices).write(bucket / "input", IMPORT_FILES)
        what = f"import job of {IMPORT_FILES} files, {IMPORT_FILES * slices[0].nbytes / 1e6:.0f} MB"
        rows.append(watched(server, what, lambda: job(client, datastore)))
    return rows


def watched(server: Server, what: str, action) -> Row:
    # Writing 5 sets the peak back to what is resident now (proc(5)).
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    start = time.perf_counter()
    action()
    elapsed = time.perf_counter() - start
    now, peak = memory(server.pid)
    say(f"{what}: peak {peak:.0f} MB, then {now:.0f} MB, {elapsed:.1f} s")
    return Row(
        what, f"peak {peak:.0f} MB, then {now:.0f} MB, {elapsed:.1f} s", target=f"peak < {LIMIT} MB",
        reached=peak < LIMIT)


def stow(client: Client, datastore: str, slices: list):
    header = part_ten(ct_header(slices[0].shape[0], series=1, frames=STOW_FRAMES))
    length = STOW_FRAMES * slices[0].nbytes

    def pieces():
        yield header + pixel_header(length)
        for number in range(STOW_FRAMES):
            yield slices[number % len(slices)].tobytes()

    path = f"/datastore/{datastore}/studies"
    headers = client.sign("POST", path, headers=UNSIGNED | {"Content-Type": "application/dicom"})
    headers["Content-Length"] = str(len(header) + 12 + length)
    status, answer = client.send("POST", path, pieces(), headers)
    if status != 200:
        raise SystemExit(f"STOW answered {status}: {answer[:500]!r}")


def job(client: Client, datastore: str):
    """Runs an import job to its end; every file must be imported."""
    started = json.loads(client.call("POST", f"/startDICOMImportJob/datastore/{datastore}", {
        "clientToken": "benchmark", "dataAccessRoleArn": ROLE, "inputS3Uri": "s3://benchmark/input/",
        "outputS3Uri": "s3://benchmark/output/",
    }))
    path = f"/getDICOMImportJob/datastore/{datastore}/job/{started['jobId']}"
    while True:
        properties = json.loads(client.call("GET", path))["jobProperties"]
        if properties["jobStatus"] == "COMPLETED":
            return
        if properties["jobStatus"] == "FAILED":
            raise SystemExit(f"the import job failed: {properties.get('message')}")
        time.sleep(0.2)
