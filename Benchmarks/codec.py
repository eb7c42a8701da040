"""Lossless HTJ2K encoding and decoding against OpenJPH (imagecodecs), one thread each.

Measured: megabytes of raw pixels per second of CPU time (the median, and of all runs the best), and the size of the
codestream, on synthetic images: CT (512 × 512, signed 16 bit), CR (2048 × 2048, 12 and 16 bit) and ultrasound (1024 ×
1024, RGB 8 bit); and on real slices: those that pydicom brings, and those of ../shared where that is. Both encoders
write one tile-part per resolution, TLM, and as many decompositions as bring the shorter side to 64 pixels. Rounds of
ours and OpenJPH's alternate on the same core; the ratio is the median of the rounds' ratios. imagecodecs' times include
its call from Python and the allocation of its result.
Verification is what an import does with every frame: decode, and the CRC-32 of all resolutions; it is compared with
our own decoding. So is decoding with the module for browsers, in node: one thread, elapsed time, the samples left
where they are; node's compiler and garbage collector may use the other cores, as a browser's do.

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

from harness import CORES, ROOT, SERVER_CORE, Row, paired_ratio, say
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
    subprocess.run([ROOT / "Scripts" / "build-browser-codec.sh", folder / "browser"], check=True)
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        return [
            row for name, image, bits in images()
            for row in compare(Path(program) / "codec-benchmark", folder, name, image, bits)]
    finally:
        os.sched_setaffinity(0, CORES)  # for the benchmarks that come after


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


def compare(codec: Path, folder: Path, name: str, image: np.ndarray, bits: int) -> list[Row]:
    samples = folder / "samples"
    samples.write_bytes(image.tobytes())
    height, width, components = (*image.shape, 1)[:3]
    stream = folder / "codestream"
    numbers = [width, height, components, bits, int(image.dtype.kind == "i")]
    ours = Measured([codec, samples, stream, *numbers])
    ours.times("decode")  # it has written the codestream when it answers
    browser = Measured(
        ["node", ROOT / "Benchmarks" / "Codec" / "browser.mjs", folder / "browser", stream, samples], cores=CORES)
    encoded = peer_encode(image)
    assert np.array_equal(imagecodecs.htj2k_decode(encoded), image)
    rows = []
    title = f"{name} ({width} × {height})"
    actions = {"encode": lambda: peer_encode(image), "decode": lambda: imagecodecs.htj2k_decode(encoded)}
    for verb, action in actions.items():
        mine, theirs = Speeds(image), Speeds(image)
        for _ in range(ROUNDS):
            mine.add(*ours.times(verb))
            theirs.add(*nanoseconds(action))
        ratio = paired_ratio(mine.medians, theirs.medians)
        say(f"{title}, {verb}: {mine} against {theirs}")
        rows.append(Row(f"{title}, {verb}", str(mine), str(theirs), ratio, "ratio ≥ 1", ratio >= 1))
    for name, program, verb, least in [("verify", ours, "verify", None), ("decode in node", browser, "decode", 0.5)]:
        mine, native = Speeds(image), Speeds(image)
        for _ in range(ROUNDS):
            mine.add(*program.times(verb))
            native.add(*ours.times("decode"))
        ratio = paired_ratio(mine.medians, native.medians)
        say(f"{title}, {name}: {mine} against {native}")
        rows.append(Row(
            f"{title}, {name}", str(mine), "our decoding", ratio, f"ratio ≥ {least}" if least else "",
            ratio >= least if least else None))
    browser.close()
    ours.close()
    size = stream.stat().st_size
    rows.append(Row(
        f"{title}, size", f"{size} B", f"{len(encoded)} B", size / len(encoded), "ratio ≤ 1.01",
        size <= 1.01 * len(encoded)))
    return rows


class Measured:
    """A program that answers each line of what to do, and for how long, with a line of times."""

    def __init__(self, command: list, cores: list[int] | None = None):
        """Starts it on the cores named, else on this process's."""
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if cores:
            os.sched_setaffinity(self.process.pid, cores)

    def times(self, verb: str) -> tuple[int, int]:
        """The median and the least time of a run, in nanoseconds."""
        print(verb, SECONDS, file=self.process.stdin, flush=True)
        median, least, _ = map(int, self.process.stdout.readline().split())
        return median, least

    def close(self):
        self.process.stdin.close()
        if self.process.wait():
            raise SystemExit(f"{self.process.args} failed")


class Speeds:
    """Megabytes a second of each round."""

    def __init__(self, image: np.ndarray):
        self.byte_count = image.nbytes
        self.medians: list[float] = []
        self.best = 0.0

    def add(self, median: float, least: float):
        self.medians.append(self.byte_count / median * 1e3)
        self.best = max(self.best, self.byte_count / least * 1e3)

    def __str__(self) -> str:
        return f"{statistics.median(self.medians):.0f} MB/s, best {self.best:.0f}"


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
