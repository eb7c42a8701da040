"""What the benchmarks share: the server under test, signed requests, CPU time, tables and the record."""

from __future__ import annotations

import ctypes
import datetime
import http.client
import json
import os
import platform
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ROOT = Path(__file__).resolve().parents[1]
BINARY = Path(os.environ.get("ISOCENTER_BINARY", ROOT / ".build" / "release" / "isocenter"))
RECORD = ROOT / "Benchmarks" / "RECORD.md"
UNSIGNED = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}

# Where there are two cores, what is measured has the first to itself and its client the second.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


def say(text: str):
    print(f"  {text}", flush=True)


class TemporaryFolder:
    """A folder that is gone afterwards."""

    def __enter__(self) -> Path:
        self.path = Path(tempfile.mkdtemp(prefix="isocenter-benchmark-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


# MARK: processes


def spawn(command: list, *, core: int | None = None, **options) -> subprocess.Popen:
    """Starts a process that ends with this one; on one core, ahead of other work where root may ask for it."""

    def prepare():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if core is not None:
            os.sched_setaffinity(0, {core})
            if os.geteuid() == 0:
                # Nice levels count within a session; the session's own stands in autogroup, sched(7).
                os.setsid()
                os.nice(-15)
                if Path("/proc/self/autogroup").exists():
                    Path("/proc/self/autogroup").write_text("-15")

    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ISOCENTER_"))}
    return subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.DEVNULL, preexec_fn=prepare,
        env=kept | options.pop("environment", {}), **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all its threads, and its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)


def memory(pid: int) -> tuple[float, float]:
    """The resident set and its peak, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    now, peak = (int(re.search(rf"{name}:\s+(\d+) kB", status).group(1)) for name in ("VmRSS", "VmHWM"))
    return now * 1024 / 1e6, peak * 1024 / 1e6


def isocenter(*arguments: str, data: Path) -> str:
    """Runs a command of the program to its end and gives what it prints."""
    process = spawn([BINARY, *arguments, "--data", data], stdout=subprocess.PIPE, environment={"HOME": str(data)})
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"isocenter {arguments[0]} ended with {process.returncode}:\n{output.decode()}")
    return output.decode()


class Server:
    """`isocenter serve` as it comes: default settings, signatures checked, encrypted at rest."""

    keys: dict[Path, Credentials] = {}

    def __init__(self, folder: Path, *, core: int | None = None, arguments=()):
        self.folder, self.core, self.arguments = folder, core, list(arguments)
        self.data = folder / "data"

    def __enter__(self) -> Server:
        output = self.folder / "server.out"
        with output.open("wb") as out, (self.folder / "server.log").open("ab") as log:
            self.process = spawn(
                [BINARY, "serve", "--data", self.data, "--port", "0", *self.arguments], core=self.core,
                environment={"HOME": str(self.folder)}, stdout=out, stderr=log)
        deadline = time.monotonic() + 60
        while "AWS_DISABLE_HOST_PREFIX_INJECTION" not in (text := output.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the server did not start:\n" + (self.folder / "server.log").read_text())
            time.sleep(0.01)
        self.endpoint = re.search(r"endpoint\s+(\S+)", text).group(1)
        if key := re.search(r"access key id\s+(\S+)\s+secret access key\s+(\S+)", text):
            # The secret is shown at the first start only.
            self.keys[self.data] = Credentials(key.group(1), key.group(2))
        self.credentials = self.keys[self.data]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self) -> int:
        return self.process.pid

    def client(self) -> Client:
        return Client(self.endpoint, self.credentials)


# MARK: requests


class Client:
    """One keep-alive connection that sends requests signed by botocore."""

    def __init__(self, endpoint: str, credentials: Credentials):
        self.endpoint, self.credentials = endpoint, credentials
        parts = urlsplit(endpoint)
        if parts.scheme == "https":
            context = ssl._create_unverified_context()
            self.connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=600, context=context)
        else:
            self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)

    def sign(self, method: str, path: str, body=b"", headers: dict | None = None) -> dict:
        """The headers of a request, signed now; good for 15 minutes. A streamed body is left unsigned."""
        signed = AWSRequest(method, self.endpoint + path, data=body, headers=headers or {})
        SigV4Auth(self.credentials, "medical-imaging", "us-east-1").add_auth(signed)
        return dict(signed.headers.items())

    def send(self, method: str, path: str, body, headers: dict) -> tuple[int, bytes]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def call(self, method: str, path: str, body: dict | None = None) -> bytes:
        """The answer's bytes; anything but a 2xx ends the benchmark."""
        data = json.dumps(body).encode() if body is not None else b""
        headers = {"Content-Type": "application/json"}
        status, answer = self.send(method, path, data, self.sign(method, path, data, headers))
        if status // 100 != 2:
            raise SystemExit(f"{method} {path} answered {status}: {answer[:500]!r}")
        return answer

    def datastore(self, name: str) -> str:
        """The data store of a name, made when there is none."""
        for summary in json.loads(self.call("GET", "/datastore"))["datastoreSummaries"]:
            if summary["datastoreName"] == name:
                return summary["datastoreId"]
        made = json.loads(self.call("POST", "/datastore", {"datastoreName": name, "clientToken": "benchmark"}))
        while True:
            found = json.loads(self.call("GET", f"/datastore/{made['datastoreId']}"))["datastoreProperties"]
            if found["datastoreStatus"] == "ACTIVE":
                return found["datastoreId"]
            time.sleep(0.05)

    def image_set(self, datastore: str) -> str:
        """The id of the only image set of a data store."""
        answer = json.loads(self.call("POST", f"/datastore/{datastore}/searchImageSets", {}))
        [summary] = answer["imageSetsMetadataSummaries"]
        return summary["imageSetId"]


def timed(action) -> float:
    """How long an action takes, in milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1e3


# MARK: results


@dataclass
class Row:
    """One line of a table. `ratio` is ours by what it is compared with; `target` says what must be reached."""

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    target: str = ""
    reached: bool | None = None


def paired_ratio(ours: list[float], peers: list[float]) -> float:
    """The median of the ratios of rounds run right after each other, which drift of the machine hardly touches."""
    return statistics.median(our / peer for our, peer in zip(ours, peers, strict=True))


def table(rows: list[Row]) -> str:
    """A Markdown table that also reads well as text."""
    verdict = {True: "yes", False: "NO", None: ""}
    lines = [["what", "ours", "compared with", "ratio", "target", "reached"]]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append([row.what, row.ours, row.peer, ratio, row.target, verdict[row.reached]])
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def record(name: str, text: str):
    """Appends a table to RECORD.md, with what it takes to judge the numbers."""
    git = ["git", "-C", str(ROOT)]
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", "Sources"], capture_output=True, text=True).stdout.strip()
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    load = os.getloadavg()
    utc = datetime.timezone.utc
    now = datetime.datetime.now(utc).strftime("%Y-%m-%d %H:%M UTC")
    # The checkout says nothing of a program that was built elsewhere or earlier, so its own time is told too.
    built = "not at all"
    if BINARY.exists():
        built = datetime.datetime.fromtimestamp(BINARY.stat().st_mtime, utc).strftime("%Y-%m-%d %H:%M UTC")
    elsewhere = f" ({BINARY}, not of this checkout's build folder)" if "ISOCENTER_BINARY" in os.environ else ""
    facts = [
        f"checkout at {commit}{' with changes' if changed else ''}", f"program built {built}{elsewhere}",
        f"`Benchmarks/run.sh {name}`",
        f"{len(CORES)} × {model.group(1) if model else platform.machine()}", f"Linux {platform.release()}",
        f"load {load[0]:.1f} / {load[1]:.1f}",
    ]
    with RECORD.open("a") as file:
        file.write(f"\n## {now}: {name}\n\n{'; '.join(facts)}.\n\n{text}\n")
