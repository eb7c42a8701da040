"""Lossless HTJ2K encoding and decoding against OpenJPH (imagecodecs), one thread each.

Measured: megabytes of raw pixels per second of CPU time, and the size of the codestream, on synthetic images: CT (512
× 512, signed 16 bit), CR (2048 × 2048, 12 and 16 bit) and ultrasound (1024 × 1024, RGB 8 bit). Both encoders write one
tile-part per resolution and TLM. Rounds of ours and OpenJPH's alternate on the same core; the ratio is the median of
the rounds' ratios. imagecodecs' times include its call from Python and the allocation of its result.

Not measured: reduced resolutions, several threads, lossy codestreams.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path

import imagecodecs
import numpy as np

from harness import ROOT, SERVER_CORE, Row, paired_ratio, say
from images import ct_slices, phantom

ROUNDS = 5
SECONDS = 0.8
BUILD = ROOT / ".build" / "benchmarks"


def measure(folder: Path) -> list[Row]:
    say("building Benchmarks/Codec")
    command = ["swift", "build", "-c", "release", "--package-path", str(ROOT / "Benchmarks" / "Codec"),
               "--scratch-path", str(BUILD)]
    subprocess.run([*command, "--quiet"], check=True)
    program = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    os.sched_setaffinity(0, {SERVER_CORE})
    rows = []
    for name, image, bits in images():
        rows += compare(Path(program) / "codec-benchmark", folder, name, image, bits)
    return rows


def images():
    random = np.random.default_rng(1)
    large = phantom(2048)
    yield "CT 512² 16 bit signed", ct_slices(1)[0], 16
    twelve = (large + 1024 + random.normal(0, 5, large.shape)).clip(0, 4095).astype("<u2")
    yield "CR 2048² 12 bit", twelve, 12
    sixteen = ((large + 1024) * 16 + random.normal(0, 40, large.shape)).clip(0, 65535).astype("<u2")
    yield "CR 2048² 16 bit", sixteen, 16
    grey = (phantom(1024) + 1024) / 8
    rgb = np.stack([grey, grey * 0.9 + 10, grey * 0.8 + 30], axis=-1) + random.normal(0, 3, (1024, 1024, 1))
    yield "US 1024² RGB", (rgb + random.normal(0, 1, rgb.shape)).clip(0, 255).astype(np.uint8), 8


def compare(program: Path, folder: Path, name: str, image: np.ndarray, bits: int) -> list[Row]:
    samples = folder / "samples"
    samples.write_bytes(image.tobytes())
    height, width, components = (*image.shape, 1)[:3]
    numbers = [width, height, components, bits, int(image.dtype.kind == "i")]
    ours = subprocess.Popen(
        [str(program), str(samples), *map(str, numbers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    encoded = peer_encode(image)
    assert np.array_equal(imagecodecs.htj2k_decode(encoded), image)
    rows = []
    actions = {"encode": lambda: peer_encode(image), "decode": lambda: imagecodecs.htj2k_decode(encoded)}
    for verb, action in actions.items():
        speeds, peers = [], []
        for _ in range(ROUNDS):
            print(verb, SECONDS, file=ours.stdin, flush=True)
            nanoseconds, size = map(int, ours.stdout.readline().split())
            speeds.append(image.nbytes / nanoseconds * 1e3)
            peers.append(image.nbytes / median_nanoseconds(action) * 1e3)
        ratio = paired_ratio(speeds, peers)
        say(f"{name}, {verb}: {[round(s) for s in speeds]} against {[round(s) for s in peers]} MB/s")
        rows.append(Row(
            f"{name}, {verb}", f"{statistics.median(speeds):.0f} MB/s", f"{statistics.median(peers):.0f} MB/s", ratio,
            "ratio ≥ 1", ratio >= 1))
    ours.stdin.close()
    ours.wait()
    rows.append(Row(
        f"{name}, size", f"{size} B", f"{len(encoded)} B", size / len(encoded), "ratio ≤ 1.01",
        size <= 1.01 * len(encoded)))
    return rows


def peer_encode(image: np.ndarray) -> bytes:
    return imagecodecs.htj2k_encode(
        image, reversible=True, tlm=True, tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS)


def median_nanoseconds(action) -> float:
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        before = time.thread_time_ns()
        action()
        times.append(time.thread_time_ns() - before)
    return statistics.median(times)
