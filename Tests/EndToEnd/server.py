"""Runs the program under test: one server process on a data folder of its own."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("ISOCENTER_BINARY", ROOT / ".build" / "debug" / "isocenter"))

# A debug build on a busy machine is slow; a deadline only says when to give up.
DEADLINE = 60.0


def poll(question, *, deadline=DEADLINE, interval=0.02, what="the condition"):
    """Asks until the answer is true and gives it back; fails loudly at the deadline."""
    end = time.monotonic() + deadline
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what} did not come true within {deadline} s"
        time.sleep(interval)


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str


def clean_environment(**additions: str) -> dict[str, str]:
    """The environment of a user who has configured nothing: no AWS_… and no ISOCENTER_… variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ISOCENTER_"))}
    return kept | additions


def _die_with_parent():
    # PR_SET_PDEATHSIG: the kernel ends the server when pytest ends, however it ends.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    """`isocenter serve`. Its output goes to files beside the data folder, so that no pipe can fill up and block it."""

    def __init__(
        self, folder: Path, *, data: Path | None = None, buckets: dict[str, Path] | None = None, arguments=(),
        environment: dict[str, str] | None = None,
    ):
        self.folder = folder
        self.data = data or folder / "data"
        self.buckets = buckets or {}
        self.arguments = list(arguments)
        self.environment = {"HOME": str(folder), "ISOCENTER_LOG_LEVEL": "info"} | (environment or {})
        self.credentials: Credentials | None = None
        self.process: subprocess.Popen | None = None
        self.endpoint = ""
        self.starts = 0

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def command(self) -> list[str]:
        command = [str(BINARY), "serve", "--data", str(self.data), "--port", "0"]
        for name, folder in self.buckets.items():
            folder.mkdir(parents=True, exist_ok=True)
            command += ["--bucket", f"{name}={folder}"]
        return command + self.arguments

    def spawn(self, *, log=None) -> Server:
        """Starts the process and does not wait for it; its standard error goes to a file of its own, or to `log`."""
        assert self.process is None, "the server runs already"
        self.starts += 1
        with self._file("out").open("wb") as out, self._file("log").open("wb") as errors:
            self.process = subprocess.Popen(
                self.command(), stdout=out, stderr=log or errors, stdin=subprocess.DEVNULL,
                env=clean_environment(**self.environment), preexec_fn=_die_with_parent)
        return self

    def start(self, *, log=None) -> Server:
        """Starts the process and waits until it takes requests."""
        self.spawn(log=log)
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        def is_ready():
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.errors}"
            return "AWS_DISABLE_HOST_PREFIX_INJECTION" in self.output

        poll(is_ready, what="the server's announcement")
        self.endpoint = re.search(r"^\s*endpoint\s+(\S+)$", self.output, re.MULTILINE).group(1)
        key = re.search(r"^\s*access key id\s+(\S+)$", self.output, re.MULTILINE)
        if key:
            secret = re.search(r"^\s*secret access key\s+(\S+)$", self.output, re.MULTILINE)
            self.credentials = Credentials(key.group(1), secret.group(1))

    def stop(self) -> int:
        """Asks the server to end (SIGTERM) and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(timeout=DEADLINE)
        self.process = None
        return code

    def kill(self):
        """kill -9; nothing happens when the process has ended."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Another command of the program on the same data folder, such as `verify`."""
        return isocenter(*arguments, "--data", str(self.data), **(self.environment | environment))

    @property
    def output(self) -> str:
        """What the latest start has printed."""
        return self._file("out").read_text()

    @property
    def errors(self) -> str:
        """What the latest start has written to standard error."""
        return self._file("log").read_text(errors="replace")

    @property
    def log(self) -> list[dict]:
        """The structured log of the latest start, without a line that is just being written."""
        return [json.loads(line) for line in self.errors.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def exports(self) -> dict[str, str]:
        """The variables that the printed `export` lines set, as a shell would."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip().startswith("export ")]
        return dict(word.split("=", 1) for line in lines for word in line.removeprefix("export ").split(" "))

    def _file(self, kind: str) -> Path:
        return self.folder / f"server-{self.starts}.{kind}"


def isocenter(*arguments: str, timeout: float = DEADLINE, **environment: str) -> subprocess.CompletedProcess:
    """Runs a command of the program to its end."""
    return subprocess.run(
        [str(BINARY), *arguments], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
        env=clean_environment(**environment), preexec_fn=_die_with_parent)


def pack_bytes(folder: Path) -> int:
    """The bytes of the packs below a folder. A running server may take one away between the listing and the look."""
    size = 0
    for path in folder.rglob("*.pack"):
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def free_port() -> int:
    """A port to listen on again and again. None of those that the system hands out to clients: one of them could have it
    while the server is down, or be connected to itself."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class TemporaryFolder:
    """A folder that is gone afterwards."""

    def __enter__(self) -> Path:
        self.path = Path(tempfile.mkdtemp(prefix="isocenter-tests-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)
