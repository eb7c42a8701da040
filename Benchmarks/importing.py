"""Import against the codec's own speed, and STOW against Orthanc, which only copies bytes.

Measured: 300 native CT slices (159 MB) imported by `isocenter import` (parsed, encoded, verified, encrypted, committed)
against `isocenter codec transcode` on the same files, which decodes, encodes and verifies on all cores and keeps
nothing; the same of 300 slices each in JPEG lossless, JPEG-LS and JPEG 2000, which workers decode, and RLE; STOW of one
file a request over 4 connections against Orthanc's (Debian's orthanc and orthanc-dicomweb, uncompressed, as it comes).
Rounds alternate; ratios are medians of the rounds' ratios. Both programs tell their own time: of the job from its
submission to its end (listing, commits and result files are in it), of the codec from its first file to its last. The
start of the programs, and the making of a store, are in neither. Every part begins with a quiet disk (sync): what was
written or removed before it is not its own.

Not measured: a slow disk (the temporary folder's is used) or network. The client of STOW shares the two cores; what
it does to make requests, signatures for us and multipart bodies for Orthanc, it does before the clock starts.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import imagecodecs
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless

from harness import BINARY, UNSIGNED, Row, Server, free_port, isocenter, say, spawn
from images import Series, ct_slices

NATIVE, COMPRESSED, STOWED = 300, 300, 300
ROUNDS = 9
CONNECTIONS = 4
BOUNDARY = "benchmark"


def measure(folder: Path) -> list[Row]:
    slices = ct_slices(20)
    Series(1, slices=slices).write(folder / "native", NATIVE)
    rows = [import_row(folder, "native", "300 native CT slices", least=0.8)]
    for name, compress in COMPRESSIONS.items():
        write_compressed(folder / name, Series(2, slices=slices), compress)
        rows.append(import_row(folder, name, f"{COMPRESSED} CT slices in {name}", least=0.9))
    return rows + stow_rows(folder, Series(3, slices=slices))


# MARK: import jobs


def import_row(folder: Path, name: str, what: str, *, least: float) -> Row:
    imports, codecs = [], []
    for _ in range(ROUNDS):
        codecs.append(transcode_seconds(folder / name))
        os.sync()
        text = isocenter("import", str(folder / name), "--datastore", "benchmark", "--json", data=folder / "data")
        shutil.rmtree(folder / "data")
        count = len(list((folder / name).iterdir()))
        told = json.loads(text)
        if (told["imported"], told["imageSets"]) != (str(count), "1"):
            raise SystemExit(text)
        imports.append(float(told["seconds"]))
    ratio = statistics.median(codec / whole for codec, whole in zip(codecs, imports, strict=True))
    say(f"{what}: import {statistics.median(imports):.2f} s, codec {statistics.median(codecs):.2f} s")
    return Row(
        f"import of {what}, by decode + encode + verify alone", f"{count / statistics.median(imports):.0f} files/s",
        f"{count / statistics.median(codecs):.0f} files/s", ratio, f"ratio ≥ {least}", ratio >= least)


def transcode_seconds(folder: Path) -> float:
    process = spawn([BINARY, "codec", "transcode", folder], stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate()
    told = re.search(r" in ([0-9.]+) s, 0 failures", output)
    if process.returncode or told is None:
        raise SystemExit(output)
    return float(told[1])


def jpeg_lossless(pixels) -> tuple[str, bytes]:
    return "1.2.840.10008.1.2.4.70", imagecodecs.ljpeg_encode(pixels.view("<u2"), bitspersample=16)


def jpeg_ls(pixels) -> tuple[str, bytes]:
    return "1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode(pixels.view("<u2"))


def jpeg_2000(pixels) -> tuple[str, bytes]:
    return "1.2.840.10008.1.2.4.90", imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True)


COMPRESSIONS = {"JPEG lossless": jpeg_lossless, "JPEG-LS": jpeg_ls, "JPEG 2000": jpeg_2000, "RLE": None}


def write_compressed(folder: Path, series: Series, compress):
    """The first slices of a series compressed; each image once, as headers alone differ."""
    folder.mkdir()
    streams: dict[int, tuple[str, bytes]] = {}
    for index in range(COMPRESSED):
        dataset = pydicom.dcmread(io.BytesIO(series.file(index)))
        if compress is None:
            dataset.compress(RLELossless, generate_instance_uid=False)
        else:
            place = index % len(series.slices)
            if place not in streams:
                streams[place] = compress(series.slices[place])
            dataset.file_meta.TransferSyntaxUID, stream = streams[place]
            dataset.PixelData = encapsulate([stream])
            dataset["PixelData"].VR = "OB"
            dataset["PixelData"].is_undefined_length = True
        dataset.save_as(folder / f"{index:05}.dcm", enforce_file_format=True)


# MARK: STOW


class Orthanc:
    """Orthanc as Debian ships it, with its DICOMweb plugin, its storage in the temporary folder."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder / "orthanc", free_port()

    def __enter__(self) -> Orthanc:
        self.folder.mkdir()
        configuration = self.folder / "orthanc.json"
        configuration.write_text(json.dumps({
            "StorageDirectory": str(self.folder / "storage"), "IndexDirectory": str(self.folder / "index"),
            "HttpPort": self.port, "DicomServerEnabled": False, "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False, "Plugins": ["/usr/share/orthanc/plugins"], "DicomWeb": {"Enable": True},
        }))
        self.process = spawn(
            ["Orthanc", configuration], stdout=subprocess.DEVNULL, stderr=(self.folder / "log").open("wb"))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/dicom-web/studies?limit=1", headers={"Accept": "application/dicom+json"})
                if connection.getresponse().status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("Orthanc did not start:\n" + (self.folder / "log").read_text()[-2_000:])

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)


def stow_rows(folder: Path, series: Series) -> list[Row]:
    ours, peers, tails = [], [], []
    files = [series.file(index) for index in range(STOWED)]
    (folder / "stow").mkdir()
    with Server(folder / "stow") as server, Orthanc(folder) as orthanc:
        path = f"/datastore/{server.client().datastore('stow')}/studies"
        store_ours(server, path, files[:40])  # warm-up
        store_theirs(orthanc, files[:40])
        for number in range(ROUNDS):
            # Other instances each time: Orthanc answers what it has without storing it again.
            renamed = [renumbered(file, series.number, 10 + number) for file in files]
            os.sync()
            times, elapsed = store_ours(server, path, renamed)
            ours.append(STOWED / elapsed)
            p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
            tails.append((p99 / p50, f"p50 {p50 * 1e3:.0f} p99 {p99 * 1e3:.0f} ms"))
            os.sync()
            peers.append(STOWED / store_theirs(orthanc, renamed))
            say(f"STOW: ours {ours[-1]:.0f} files/s, {tails[-1][1]}; Orthanc {peers[-1]:.0f} files/s")
    ratio = statistics.median(our / peer for our, peer in zip(ours, peers, strict=True))
    tail, told = sorted(tails)[len(tails) // 2]
    what = f"STOW of {STOWED} CT slices, {CONNECTIONS} connections"
    return [
        Row(what, f"{statistics.median(ours):.0f} files/s", f"Orthanc: {statistics.median(peers):.0f} files/s", ratio,
            "ratio ≥ 1", ratio >= 1),
        Row(f"{what}: p99 by p50", told, ratio=tail, target="ratio < 4", reached=tail < 4),
    ]


def renumbered(file: bytes, number: int, other: int) -> bytes:
    """The file in another series, its UIDs as long as before."""
    old, new = f"9999.3.{number}.9".encode(), f"999.3.{other}.9".encode()
    file = file.replace(old, new)
    for level in (1, 2):
        file = re.sub(rb"9999\.%d\.%d(?=[ \0])" % (level, number), b"999.%d.%d" % (level, other), file)
    return file


def store_ours(server: Server, path: str, files: list[bytes]) -> tuple[list[float], float]:
    signer = server.client()
    requests = [
        (file, signer.sign("POST", path, headers=UNSIGNED | {"Content-Type": "application/dicom"})) for file in files]

    def lane(start: int) -> list[float]:
        client, times = server.client(), []
        for file, headers in requests[start::CONNECTIONS]:
            begin = time.perf_counter()
            status, answer = client.send("POST", path, file, headers)
            times.append(time.perf_counter() - begin)
            if status != 200:
                raise SystemExit(f"STOW answered {status}: {answer[:300]!r}")
        return times

    begin = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        times = [one for times in pool.map(lane, range(CONNECTIONS)) for one in times]
    return times, time.perf_counter() - begin


def store_theirs(orthanc: Orthanc, files: list[bytes]) -> float:
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    bodies = [head + file + f"\r\n--{BOUNDARY}--\r\n".encode() for file in files]
    headers = {
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}',
        "Accept": "application/dicom+json",
    }

    def lane(start: int):
        connection = HTTPConnection("127.0.0.1", orthanc.port, timeout=60)
        for body in bodies[start::CONNECTIONS]:
            connection.request("POST", "/dicom-web/studies", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise SystemExit(f"Orthanc answered {answer.status}: {content[:300]!r}")

    begin = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lane, range(CONNECTIONS)))
    return time.perf_counter() - begin
