"""Lossless HTJ2K encoding and decoding against OpenJPH (imagecodecs), one thread each.

Measured: megabytes of raw pixels per second of CPU time (the median, and of all runs the best), and the size of the
codestream, on synthetic images: CT (512 × 512, signed 16 bit), CR (2048 × 2048, 12 and 16 bit) and ultrasound (1024 ×
1024, RGB 8 bit); and on real slices: those that pydicom brings, and those of ../shared where that is. Both encoders
write one tile-part per resolution, TLM, and as many decompositions as bring the shorter side to 64 pixels. Rounds of
ours and OpenJPH's alternate on the same core; the ratio is the median of the rounds' ratios. imagecodecs' times include
its call from Python and the allocation of its result.
Verification is what an import does with every frame: decode, and the CRC-32 of all resolutions; it is compared with
our own decoding.

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
import pydicom
from pydicom.data import get_testdata_file

from harness import ROOT, SERVER_CORE, Row, paired_ratio, say
from images import ct_slices, phantom

ROUNDS = 5
SECONDS = 0.2
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
    yield from real_images()


def real_images():
    """Slices of scanners, in the least of the depths that OpenJPH is told (8 or 16 bits)."""
    for name in ["CT_small.dcm", "examples_rgb_color.dcm"]:
        pixels = pydicom.dcmread(get_testdata_file(name)).pixel_array
        yield f"real {name}", pixels, 8 * pixels.itemsize
    folder = ROOT.parent / "shared" / "data" / "htj2k" / "codestreams" / "htj2k-wg04"
    if not folder.is_dir():
        say("real slices of ../shared are left out: it is not there")
    for path in sorted(folder.glob("*.j2c")):
        pixels = imagecodecs.htj2k_decode(path.read_bytes())
        yield f"real {path.stem}", pixels, 8 * pixels.itemsize


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
    title = f"{name} ({width} × {height})"
    actions = {"encode": lambda: peer_encode(image), "decode": lambda: imagecodecs.htj2k_decode(encoded)}
    decoding = 0.0
    for verb in ["encode", "decode", "verify"]:
        speeds, peers, bests, peer_bests = [], [], [], []
        for _ in range(ROUNDS):
            print(verb, SECONDS, file=ours.stdin, flush=True)
            median, least, size = map(int, ours.stdout.readline().split())
            speeds.append(image.nbytes / median * 1e3)
            bests.append(image.nbytes / least * 1e3)
            if verb in actions:
                median, least = nanoseconds(actions[verb])
                peers.append(image.nbytes / median * 1e3)
                peer_bests.append(image.nbytes / least * 1e3)
        if verb == "decode":
            decoding = statistics.median(speeds)
        if verb not in actions:
            speed = statistics.median(speeds)
            rows.append(Row(f"{title}, {verb}", figure(speeds, bests), "our decoding", speed / decoding))
            continue
        ratio = paired_ratio(speeds, peers)
        say(f"{title}, {verb}: {[round(s) for s in speeds]} against {[round(s) for s in peers]} MB/s")
        rows.append(Row(
            f"{title}, {verb}", figure(speeds, bests), figure(peers, peer_bests), ratio, "ratio ≥ 1", ratio >= 1))
    ours.stdin.close()
    ours.wait()
    rows.append(Row(
        f"{title}, size", f"{size} B", f"{len(encoded)} B", size / len(encoded), "ratio ≤ 1.01",
        size <= 1.01 * len(encoded)))
    return rows


def figure(medians: list[float], bests: list[float]) -> str:
    return f"{statistics.median(medians):.0f} MB/s, best {max(bests):.0f}"


def peer_encode(image: np.ndarray) -> bytes:
    levels = 0
    while -(-min(image.shape[:2]) // 2**levels) > 64:
        levels += 1
    return imagecodecs.htj2k_encode(
        image, reversible=True, tlm=True, tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS, resolutions=levels)


def nanoseconds(action) -> tuple[float, float]:
    """The median and the least CPU time of a run."""
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or not times:
        before = time.thread_time_ns()
        action()
        times.append(time.thread_time_ns() - before)
    return statistics.median(times), min(times)
