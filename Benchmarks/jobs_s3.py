"""Large import jobs from an S3 server: time, memory and open files of ours.

Measured, read from SeaweedFS over the S3 protocol, results written there: 5,000 small files; a job of one object of
4.2 GB; a job of 5,000 objects and 10.5 GB (the quotas). Memory and open files as in `jobs`. SeaweedFS shares the cores.

Needs 40 GB in the temporary folder, some minutes, and the Python environment of the end-to-end tests
(Scripts/python-environment.sh).
"""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config

from harness import ROOT, Row, Server, say
from images import Series, ct_slices
from jobs import FILES, multi_frame, run, watched

PYTHON = ROOT / ".build" / "python" / "bin" / "python"


def measure(folder: Path) -> list[Row]:
    if not (PYTHON.parent / "weed").exists():
        raise SystemExit("there is no SeaweedFS: make the environment with Scripts/python-environment.sh")
    with object_server() as (client, found):
        configuration = folder / "s3.yaml"
        configuration.write_text(
            f"s3:\n  endpoint: {found['endpoint']}\n  accessKeyId: {found['accessKeyID']}\n"
            f"  secretAccessKey: {found['secretAccessKey']}\n")
        with Server(folder, arguments=["--config", configuration]) as server:

            def job(name: str, what: str, put) -> Row:
                say(f"putting {what}")
                put(f"{name}/")
                source, target = (f"s3://{found['bucket']}/{place}/" for place in (name, "output"))
                row = watched(server, f"{what}, over S3", lambda: run(server, source, target))
                delete(client, found["bucket"], f"{name}/")
                return row

            def series(number: int, size: int):
                files = Series(number, slices=ct_slices(20, size=size))

                def put_one(key: str, index: int):
                    client.put_object(Bucket=found["bucket"], Key=f"{key}{index:05}.dcm", Body=files.file(index))

                def put(key: str):
                    with ThreadPoolExecutor(4) as pool:
                        list(pool.map(lambda index: put_one(key, index), range(FILES)))

                return put

            def single(key: str):
                multi_frame(folder / "single", 5, 8_000, ct_slices(20))
                client.upload_file(str(folder / "single" / "1.dcm"), found["bucket"], key + "1.dcm")
                os.remove(folder / "single" / "1.dcm")

            return [
                job("small", f"{FILES} objects of 64 x 64", series(4, 64)),
                job("single", "one object of 8,000 frames, 4.2 GB", single),
                job("large", f"{FILES} objects, {FILES * 1024 * 1024 * 2 / 1e9:.1f} GB", series(6, 1024)),
            ]


@contextmanager
def object_server():
    """A client of a SeaweedFS of its own that has room, and where it is."""
    script = ROOT / "Tests" / "EndToEnd" / "object_servers.py"
    process = subprocess.Popen(
        [PYTHON, "-B", script, "seaweedfs", "4000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        found = json.loads(process.stdout.readline())
        yield boto3.client(
            "s3", endpoint_url=found["endpoint"], region_name="us-east-1", aws_access_key_id=found["accessKeyID"],
            aws_secret_access_key=found["secretAccessKey"], config=Config(s3={"addressing_style": "path"})), found
    finally:
        process.stdin.close()
        process.wait()


def delete(client, bucket: str, prefix: str):
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            client.delete_object(Bucket=bucket, Key=entry["Key"])
