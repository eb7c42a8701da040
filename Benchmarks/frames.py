"""GetImageFrame against nginx serving the same bytes as static files, in requests per CPU second of the server.

Measured: HTJ2K frames of some 186 KB, encrypted at rest, each request with its own Signature Version 4 that the server
checks; one frame again and again, and 300 frames in turn; plain and over TLS. wrk keeps 8 connections busy from one
core, the server has the other. Rounds of ours and nginx's alternate; the ratio is the median of the rounds' ratios.
Requests per CPU second counts what the server itself used, so that work beside it disturbs little.

Not measured: a cold page cache, HTTP/2, clients that connect anew for each request.
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from harness import (
    CLIENT_CORE, SERVER_CORE, Row, Server, cpu_seconds, free_port, isocenter, paired_ratio, say, spawn)
from images import Series, ct_slices

FRAMES = 300
ROUNDS = 5
SECONDS = 4
TARGET = {"http": 0.7, "https": 1.0}

# Requests ready to be sent, in turn; the answer of the run as JSON.
LUA = """
local prepared, index = {}, 0
init = function(arguments) prepared = dofile(arguments[1]) end
request = function()
    index = index % #prepared + 1
    return prepared[index]
end
done = function(summary, latency)
    local errors = summary.errors
    print(string.format('{"requests":%d,"seconds":%f,"failures":%d,"p50":%f,"p99":%f}', summary.requests,
        summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=1000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    server {{ listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl; root {folder}/static; default_type image/jph; }}
}}
"""


@dataclass
class Round:
    """One run of wrk against one server."""

    per_cpu_second: float
    per_second: float
    p50: float
    p99: float


class Nginx:
    """nginx with one worker on the server's core, both ports open."""

    def __init__(self, folder: Path):
        self.folder, self.ports = folder, {"http": free_port(), "https": free_port()}
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, **self.ports))

    def __enter__(self) -> Nginx:
        self.process = spawn(
            ["/usr/sbin/nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"], core=SERVER_CORE,
            stderr=(self.folder / "nginx.log").open("wb"))
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise SystemExit("nginx did not start:\n" + (self.folder / "nginx.log").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(folder: Path) -> list[Row]:
    say(f"importing {FRAMES} CT images")
    Series(slices=ct_slices(FRAMES)).write(folder / "input", FRAMES)
    isocenter("import", str(folder / "input"), "--datastore", "frames", data=folder / "data")
    (folder / "wrk.lua").write_text(LUA)
    (folder / "static").mkdir()
    make_certificate(folder)
    tls = ["--tls-certificate", str(folder / "certificate.pem"), "--tls-key", str(folder / "key.pem")]
    rows = []
    with Nginx(folder) as nginx:
        for scheme, arguments in (("http", []), ("https", tls)):
            with Server(folder, core=SERVER_CORE, arguments=arguments) as server:
                rows += compare(server, nginx, scheme, folder)
    return rows


def compare(server: Server, nginx: Nginx, scheme: str, folder: Path) -> list[Row]:
    client = server.client()
    datastore = client.datastore("frames")
    image_set = client.image_set(datastore)
    path = f"/datastore/{datastore}/imageSet/{image_set}/getImageFrame"
    ids = frame_ids(client, datastore, image_set)
    sizes = []
    for number, frame in enumerate(ids):
        content = client.call("POST", path, {"imageFrameId": frame})
        (folder / "static" / str(number)).write_bytes(content)
        sizes.append(len(content))
    refuses_bad_signature(client, path, ids[0])
    peer = f"{scheme}://127.0.0.1:{nginx.ports[scheme]}"
    cipher = f", {told_ciphers(server.endpoint, peer)}" if scheme == "https" else ""
    rows = []
    for name, chosen in (("one frame", ids[:1]), (f"{FRAMES} frames in turn", ids)):
        ours, peers = [], []
        static = [f"GET /{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for number in range(len(chosen))]
        for number in range(ROUNDS + 1):
            # Signed anew for each round, because a signature is good for 15 minutes.
            signed = [signed_request(client, path, frame) for frame in chosen]
            ours.append(run(server.endpoint, server.pid, signed, folder, is_warm_up=number == 0))
            peers.append(run(peer, nginx.process.pid, static, folder, is_warm_up=number == 0))
        ours, peers = ours[1:], peers[1:]
        ratio = paired_ratio([r.per_cpu_second for r in ours], [r.per_cpu_second for r in peers])
        what = f"GetImageFrame, {scheme}, {name}, {statistics.mean(sizes) / 1e3:.0f} KB{cipher}"
        say(f"{what}: {[round(r.per_cpu_second) for r in ours]} against {[round(r.per_cpu_second) for r in peers]}")
        rows.append(Row(
            what, told(ours), told(peers), ratio, f"ratio ≥ {TARGET[scheme]:.2f}", ratio >= TARGET[scheme]))
    return rows


def run(endpoint: str, pid: int, requests: list[str], folder: Path, *, is_warm_up: bool) -> Round:
    """One run of wrk; every answer must be a 2xx."""
    prepared = folder / "requests.lua"
    # JSON's escapes of these texts are also Lua's.
    prepared.write_text("return {\n" + ",\n".join(json.dumps(request) for request in requests) + "\n}\n")
    before = cpu_seconds(pid)
    seconds = 1 if is_warm_up else SECONDS
    wrk = spawn(
        ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-s", folder / "wrk.lua", endpoint, "--", prepared],
        core=CLIENT_CORE, stdout=subprocess.PIPE)
    output = wrk.communicate()[0].decode()
    used = cpu_seconds(pid) - before
    answer = json.loads(output.strip().splitlines()[-1])
    if wrk.returncode or answer["failures"]:
        raise SystemExit(f"{endpoint} failed requests:\n{output}")
    return Round(
        answer["requests"] / max(used, 0.01), answer["requests"] / answer["seconds"], answer["p50"], answer["p99"])


def told(rounds: list[Round]) -> str:
    median = {name: statistics.median(getattr(r, name) for r in rounds) for name in Round.__annotations__}
    return (
        f"{median['per_cpu_second']:.0f}/CPU s, {median['per_second']:.0f}/s, "
        f"p50 {median['p50']:.2f} p99 {median['p99']:.2f} ms")


def signed_request(client, path: str, frame: str) -> str:
    """The text of a request whose body hash the head does not name, as botocore sends it."""
    body = json.dumps({"imageFrameId": frame})
    headers = client.sign("POST", path, body.encode(), {"Content-Type": "application/json"})
    headers |= {"Host": client.endpoint.split("//")[1], "Content-Length": len(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}"


def refuses_bad_signature(client, path: str, frame: str):
    """The comparison would mean nothing if signatures were not checked."""
    headers = client.sign("POST", path, b"{}", {"Content-Type": "application/json"})
    status, _ = client.send("POST", path, json.dumps({"imageFrameId": frame}).encode(), headers)
    if status != 403:
        raise SystemExit(f"a wrong signature was answered with {status}")


def frame_ids(client, datastore: str, image_set: str) -> list[str]:
    path = f"/datastore/{datastore}/imageSet/{image_set}/getImageSetMetadata"
    document = json.loads(gzip.decompress(client.call("POST", path)))
    [series] = document["Study"]["Series"].values()
    return [frame["ID"] for instance in series["Instances"].values() for frame in instance["ImageFrames"]]


def make_certificate(folder: Path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True)


def told_ciphers(*endpoints: str) -> str:
    """The cipher suites that these servers and an OpenSSL client agree on."""
    names = []
    for endpoint in endpoints:
        command = ["openssl", "s_client", "-brief", "-connect", endpoint.removeprefix("https://")]
        told = subprocess.run(command, input=b"", capture_output=True).stderr.decode()
        names.append(told.split("Ciphersuite: ")[1].split("\n")[0].removeprefix("TLS_"))
    return " / ".join(dict.fromkeys(names))
