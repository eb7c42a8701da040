"""S3 servers for tests: `python object_servers.py moto|seaweedfs [volume size in MB]` prints where one listens and ends with its input.

Swift tests start this as a process of their own; pytest uses the classes. Whoever starts it holds the other end of its
standard input: when that closes, however the owner ended, the server and its files go.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ACCESS_KEY, SECRET_KEY = "AKIDISOCENTER", "isocenter-tests"
# May read and list, and nothing else. moto takes every key for everything.
READER_KEY, READER_SECRET = "AKIDREADER", "isocenter-reader"
BUCKET = "tests"
# The host below which SeaweedFS takes bucket names.
DOMAIN = "s3.test"


class ObjectServer:
    """An S3 server with one bucket."""

    endpoint: str

    def is_running(self) -> bool:
        return True

    @property
    def client(self):
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}))

    def wait_and_make_bucket(self, deadline=60.0):
        end = time.monotonic() + deadline
        while True:
            try:
                if BUCKET not in [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]:
                    self.client.create_bucket(Bucket=BUCKET)
                # SeaweedFS takes buckets before it has a volume for objects.
                self.client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
                self.client.delete_object(Bucket=BUCKET, Key="ready")
                return
            except (BotoCoreError, ClientError):
                if time.monotonic() > end or not self.is_running():
                    raise
                time.sleep(0.1)


class Moto(ObjectServer):
    """moto: the whole of S3, and no signature checked."""

    def __enter__(self) -> Moto:
        import logging

        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.wait_and_make_bucket()
        return self

    def __exit__(self, *_):
        self._server.stop()


class SeaweedFS(ObjectServer):
    """SeaweedFS: a real store, which checks signatures and lists in an order of its own."""

    # Another process can take a port between the look and the start.
    TRIES = 3

    def __init__(self, volume_megabytes=128):
        """There is room for eight volumes."""
        self._volume_megabytes = volume_megabytes

    def __enter__(self) -> SeaweedFS:
        for last in range(self.TRIES):
            try:
                self._start()
                return self
            except (BotoCoreError, ClientError):
                log = (self._folder / "log").read_text(errors="replace")
                self.__exit__()
                if last == self.TRIES - 1:
                    print(log[-3_000:], file=sys.stderr)
                    raise

    def _start(self):
        self._folder = Path(tempfile.mkdtemp(prefix="isocenter-seaweedfs-"))
        identities = [
            ("writer", ACCESS_KEY, SECRET_KEY, ["Admin", "Read", "List", "Tagging", "Write"]),
            ("reader", READER_KEY, READER_SECRET, ["Read", "List"])]
        (self._folder / "s3.json").write_text(json.dumps({"identities": [
            {"name": name, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": actions}
            for name, key, secret, actions in identities]}))
        master, volume, filer, s3 = free_ports(4)
        self._ports = {"master": master, "volume": volume, "filer": filer, "s3": s3}
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "weed"), "server", f"-dir={self._folder}", "-ip=127.0.0.1",
                 "-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}", "-filer",
                 f"-filer.port={filer}", f"-filer.localSocket={self._folder / 'filer'}", "-s3", f"-s3.port={s3}",
                 f"-s3.config={self._folder / 's3.json'}", f"-s3.localSocket={self._folder / 's3'}",
                 f"-s3.domainName={DOMAIN}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=8",
                 f"-master.volumeSizeLimitMB={self._volume_megabytes}"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder, preexec_fn=die_with_parent)
        self.endpoint = f"http://127.0.0.1:{s3}"
        self.wait_and_make_bucket()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder)
        for name, port in self._ports.items():
            Path(f"/tmp/seaweedfs-{name}-grpc-{port + 10_000}.sock").unlink(missing_ok=True)


def free_ports(count: int) -> list[int]:
    """Ports that are free, and free with 10,000 added: SeaweedFS speaks gRPC there."""
    found: list[int] = []
    while len(found) < count:
        with contextlib.ExitStack() as held:
            first, second = (held.enter_context(socket.socket()) for _ in range(2))
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if port + 10_000 > 65_535 or port in found:
                # The system hands out high ports; look below them.
                port = 12_000 + int.from_bytes(os.urandom(2), "big") % 18_000
            try:
                if port != first.getsockname()[1]:
                    with socket.socket() as probe:
                        probe.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            if port not in found:
                found.append(port)
    return found


def die_with_parent():
    # PR_SET_PDEATHSIG: the kernel ends the server when its owner ends, however it ends.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


KINDS = {"moto": Moto, "seaweedfs": SeaweedFS}


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with KINDS[sys.argv[1]](*map(int, sys.argv[2:])) as server:
        print(json.dumps({
            "endpoint": server.endpoint, "bucket": BUCKET, "accessKeyID": ACCESS_KEY, "secretAccessKey": SECRET_KEY,
            "readerKeyID": READER_KEY, "readerSecret": READER_SECRET}), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
