"""The codec compiled to WebAssembly, in node and in headless Chromium, against the native one."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import threading
import zlib
from pathlib import Path

import numpy
import pytest

from server import ROOT, TemporaryFolder
from test_codec import Codec, noise

IMAGES = {
    "signed": (noise(200, 150, 1, 16, True), 16, []),
    "colours": (noise(130, 140, 3, 8, False), 8, []),
    "tiles": (noise(150, 170, 1, 12, False), 12, ["--tile", "64x50"]),
    "thin": (noise(3, 300, 1, 12, False), 12, ["--levels", "2"]),
}

SCRIPT = """
import {readFileSync} from "node:fs";
import {CodestreamError, HTJ2K} from "./htj2k.js";

const codec = await HTJ2K.load(readFileSync("htj2k.wasm"));
const results = {};
for (const name of process.argv.slice(2)) {
    const bytes = readFileSync(name);
    const decoder = codec.decoder();
    const stages = [];
    for (let start = 0; start < bytes.length; start += 500) {
        const image = decoder.append(bytes.subarray(start, start + 500));
        if (image) stages.push([image.width, image.height, codec.crc32(new Uint8Array(image.samples.buffer))]);
    }
    const described = decoder.describe();
    const region = {x: 1, y: 1, width: described.width - 2, height: described.height - 2};
    const part = decoder.decode({region});
    const kept = decoder.decode();
    const view = decoder.decode({copy: false}).samples;
    if (Buffer.compare(Buffer.from(kept.samples.buffer), Buffer.from(view.buffer, view.byteOffset, view.byteLength))) {
        throw new Error("the view is not the copy");
    }
    decoder.close();
    const whole = codec.decode(bytes);
    const checksum = codec.crc32(new Uint8Array(whole.samples.buffer));
    results[name] = {stages, described, checksum, part: codec.crc32(new Uint8Array(part.samples.buffer)),
        type: whole.samples.constructor.name};
}
console.log(JSON.stringify(results));
"""

HOSTILE = """
import {readFileSync} from "node:fs";
import {CodestreamError, HTJ2K} from "./htj2k.js";

const codec = await HTJ2K.load(readFileSync("htj2k.wasm"));
const counts = {};
let state = 1;
const random = (limit) => (state = (state * 48271) % 2147483647) % limit;
for (const name of process.argv.slice(2)) {
    const seed = readFileSync(name);
    for (let turn = 0; turn < 300; turn++) {
        const bytes = Uint8Array.from(seed);
        for (let change = random(4); change >= 0; change--) {
            bytes[turn % 2 ? random(Math.min(120, bytes.length)) : random(bytes.length)] = random(2) ? random(256) : 255;
        }
        const decoder = codec.decoder({maximumSampleCount: 100000});
        let outcome = "decoded";
        try {
            decoder.add(bytes);
            decoder.decode();
        } catch (error) {
            if (!(error instanceof CodestreamError)) throw error;
            outcome = error.code;
        }
        decoder.close();
        counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
}
console.log(JSON.stringify(counts));
"""


@pytest.fixture(scope="module")
def site(binary):
    """The folder that the script builds, with the images' codestreams in it."""
    with TemporaryFolder() as path:
        subprocess.run([ROOT / "Scripts" / "build-browser-codec.sh", path], check=True)
        codec = Codec(binary, path)
        for name, (image, bits, options) in IMAGES.items():
            (path / name).write_bytes(codec.encode(image, bits, *options))
        yield path


def node(site: Path, script: str, *names: str) -> dict:
    (site / "test.mjs").write_text(script)
    done = subprocess.run(["node", "test.mjs", *names], cwd=site, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_module_is_small(site):
    assert (site / "htj2k.wasm").stat().st_size < 150_000


@pytest.mark.parametrize("name", IMAGES)
def test_node_decodes_as_the_native_codec_does(site, binary, name):
    image, _, _ = IMAGES[name]
    result = node(site, SCRIPT, name)[name]
    assert result["checksum"] == zlib.crc32(image.tobytes())
    assert result["part"] == zlib.crc32(numpy.ascontiguousarray(image[1:-1, 1:-1]).tobytes())
    assert result["type"] == {"i": "Int", "u": "Uint"}[image.dtype.kind] + f"{8 * image.itemsize}Array"
    described = result["described"]
    height, width, components = (*image.shape, 1)[:3]
    assert (described["width"], described["height"], described["components"]) == (width, height, components)
    assert described["completeResolutions"] == described["decompositionLevels"] + 1
    # Pictures got better and the last is the whole; each is what the native codec gives at that size.
    stages = result["stages"]
    assert len(stages) >= 2 and [stages[-1][:2], stages[-1][2]] == [[width, height], result["checksum"]]
    codec = Codec(binary, site)
    for stage in stages:
        reduction = next(
            levels for levels in range(33) if [-(-width // 2**levels), -(-height // 2**levels)] == stage[:2])
        samples = codec.decode((site / name).read_bytes(), image.dtype, "--reduce", reduction)
        assert zlib.crc32(samples.tobytes()) == stage[2]


def test_hostile_bytes_end_in_an_error_and_never_in_a_trap(site):
    counts = node(site, HOSTILE, *IMAGES)
    assert sum(counts.values()) == 300 * len(IMAGES)
    assert counts["malformed"] > 100 and counts["decoded"] > 10


def test_the_demo_page_decodes_in_chromium(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with TemporaryFolder() as profile:
            page = subprocess.run(
                ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom",
                 f"http://127.0.0.1:{server.server_address[1]}/demo.html?image=signed"],
                capture_output=True, text=True, timeout=120).stdout
    finally:
        server.shutdown()
        server.server_close()
    assert "data-failure" not in page
    found = re.search(r'data-checksum="([0-9a-f]{8})"', page)
    assert found, page[-2000:]
    assert int(found[1], 16) == zlib.crc32(IMAGES["signed"][0].tobytes())
    assert page.count("<canvas") >= 2
