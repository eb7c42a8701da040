"""Large import jobs: time, memory and open files of the server.

Measured, each from a folder that stands for a bucket: a job of 5,000 files and 10.5 GB (the quotas), a job of one file of
4.2 GB, a job of one slide of 100,000 frames; and 5,000 small files from SeaweedFS over the S3 protocol. Memory is the
resident set's peak (VmHWM, set back before each part), open files are sampled every 50 ms.

Needs 20 GB in the temporary folder and some minutes. The S3 part needs the Python environment of the end-to-end tests
(Scripts/python-environment.sh) and is left out, loudly, without it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import boto3
from botocore.config import Config

from harness import ROOT, Row, Server, memory, say
from images import Series, ct_header, ct_slices, part_ten, pixel_header

LIMIT = 512
ROLE = "arn:aws:iam::123456789012:role/import"
FILES = 5_000
PYTHON = ROOT / ".build" / "python" / "bin" / "python"


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
    if not (PYTHON.parent / "weed").exists():
        print("THE S3 PART DID NOT RUN: make the environment with Scripts/python-environment.sh", flush=True)
        return rows
    return rows + [from_s3(folder)]


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
        properties = json.loads(client.call("GET", path))["jobProperties"]
        if properties["jobStatus"] == "COMPLETED":
            return
        if properties["jobStatus"] == "FAILED":
            raise SystemExit(f"the import job failed: {properties.get('message')}")
        time.sleep(0.2)


def from_s3(folder: Path) -> Row:
    script = ROOT / "Tests" / "EndToEnd" / "object_servers.py"
    process = subprocess.Popen(
        [PYTHON, "-B", script, "seaweedfs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        found = json.loads(process.stdout.readline())
        what = f"{FILES} files of 64 x 64 from SeaweedFS over S3"
        say(f"putting {what}")
        client = boto3.client(
            "s3", endpoint_url=found["endpoint"], region_name="us-east-1", aws_access_key_id=found["accessKeyID"],
            aws_secret_access_key=found["secretAccessKey"], config=Config(s3={"addressing_style": "path"}))
        series = Series(4, slices=ct_slices(20, size=64))
        for index in range(FILES):
            client.put_object(Bucket=found["bucket"], Key=f"input/{index:05}.dcm", Body=series.file(index))
        configuration = folder / "s3.yaml"
        configuration.write_text(
            f"s3:\n  endpoint: {found['endpoint']}\n  accessKeyId: {found['accessKeyID']}\n"
            f"  secretAccessKey: {found['secretAccessKey']}\n")
        with Server(folder, arguments=["--config", configuration]) as server:
            return watched(server, what, lambda: run(
                server, f"s3://{found['bucket']}/input/", f"s3://{found['bucket']}/output/"))
    finally:
        process.stdin.close()
        process.wait()
