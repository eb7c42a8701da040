"""`isocenter codec` against independent decoders and encoders: OpenJPH (imagecodecs and its own tools) and OpenJPEG."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imagecodecs
import numpy
import pytest

from pixels import decode_codestream as openjpeg_decode

# Sizes, components, bits and signs; odd sizes, thin ones and several blocks.
SHAPES = [(1, 1), (3, 200), (130, 1), (64, 64), (97, 65), (201, 150)]
SAMPLES = [(1, 8, False), (1, 12, False), (1, 16, True), (1, 16, False), (3, 8, False), (3, 12, True), (4, 8, False),
           (2, 10, False)]
CASES = [(*shape, *samples) for shape in SHAPES for samples in SAMPLES]


def noise(height: int, width: int, components: int, bits: int, signed: bool, seed: int = 1) -> numpy.ndarray:
    """Ramps with noise of a few bits, over the whole range of the samples."""
    random = numpy.random.default_rng(seed)
    least = -(1 << bits - 1) if signed else 0
    greatest = least + (1 << bits) - 1
    ramp = numpy.linspace(least, greatest, height * width * components).reshape(height, width, components)
    dtype = numpy.dtype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")
    image = (ramp + random.normal(0, 1 << max(bits - 6, 1), ramp.shape)).clip(least, greatest).astype(dtype)
    return image[..., 0] if components == 1 else image


@pytest.fixture
def codec(binary, folder):
    return Codec(binary, folder)


class Codec:
    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary, folder

    def run(self, *arguments: object) -> str:
        return subprocess.run(
            [str(self.binary), "codec", *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def encode(self, image: numpy.ndarray, bits: int, *options: str) -> bytes:
        height, width, components = (*image.shape, 1)[:3]
        (self.folder / "samples").write_bytes(image.tobytes())
        sign = ["--signed"] if image.dtype.kind == "i" else []
        self.run("encode", self.folder / "samples", self.folder / "encoded.j2c", "--width", width, "--height", height,
                 "--components", components, "--bits", bits, *sign, *options)
        return (self.folder / "encoded.j2c").read_bytes()

    def decode(self, codestream: bytes, dtype: numpy.dtype, *options: object) -> numpy.ndarray:
        (self.folder / "codestream").write_bytes(codestream)
        self.run("decode", self.folder / "codestream", self.folder / "decoded", *options)
        return numpy.frombuffer((self.folder / "decoded").read_bytes(), dtype)


def same(one: numpy.ndarray, other: numpy.ndarray) -> bool:
    return one.size == other.size and bool((one.reshape(-1) == other.reshape(-1)).all())


def openjph_decode(codestream: bytes, shape: tuple[int, ...]) -> numpy.ndarray:
    """By imagecodecs, which gives two and four components one after the other."""
    decoded = imagecodecs.htj2k_decode(codestream)
    return decoded if decoded.shape == shape else numpy.moveaxis(decoded, 0, -1)


@pytest.mark.parametrize(("height", "width", "components", "bits", "signed"), CASES)
def test_other_decoders_read_what_we_encode(codec, height, width, components, bits, signed):
    image = noise(height, width, components, bits, signed)
    codestream = codec.encode(image, bits)
    assert same(openjpeg_decode(codestream), image)
    assert same(openjph_decode(codestream, image.shape), image)


@pytest.mark.parametrize("tile", ["64x64", "50x33", "17x200"])
@pytest.mark.parametrize(("components", "bits", "signed"), [(1, 12, False), (3, 8, False), (1, 16, True)])
def test_other_decoders_read_our_tiles(codec, tile, components, bits, signed):
    image = noise(150, 130, components, bits, signed)
    codestream = codec.encode(image, bits, "--tile", tile)
    assert same(openjpeg_decode(codestream), image)
    assert same(imagecodecs.htj2k_decode(codestream), image)
    assert codec.encode(image, bits, "--tile", tile, "--threads", "3") == codestream


@pytest.mark.parametrize(("height", "width", "components", "bits", "signed"), [
    case for case in CASES if case[3] in (8, 16) and case[2] in (1, 3)])
def test_we_decode_what_openjph_encodes(codec, height, width, components, bits, signed):
    image = noise(height, width, components, bits, signed, seed=2)
    for options in ({}, {"tlm": True, "tilepart": imagecodecs.HTJ2K.TILEPART.RESOLUTIONS}, {"resolutions": 2},
                    {"tile": (40, 40)}):
        codestream = imagecodecs.htj2k_encode(image, reversible=True, **options)
        assert same(codec.decode(codestream, image.dtype), image)


@pytest.mark.parametrize("components", [1, 3])
def test_we_decode_lossy_codestreams_within_one_of_others(codec, components):
    # Clear of both ends of the range, beyond which OpenJPH wraps round instead of clamping.
    image = noise(140, 170, components, 8, False, seed=3) // 2 + 60
    codestream = imagecodecs.htj2k_encode(image, level=0.01, reversible=False)
    ours = codec.decode(codestream, image.dtype).reshape(image.shape).astype(int)
    for theirs in (openjph_decode(codestream, image.shape), openjpeg_decode(codestream)):
        assert abs(ours - theirs.astype(int)).max() <= 1
    assert abs(ours - image).max() > 1, "the codestream is lossy"


@pytest.mark.parametrize("order", ["LRCP", "RLCP", "RPCL", "PCRL", "CPRL"])
def test_all_progressions_of_openjph_decode(codec, order):
    """By OpenJPH's own tools, whose files are no oracle for signed samples."""
    image = noise(120, 100, 1, 8, False, seed=4)
    picture = codec.folder / "picture.pgm"
    picture.write_bytes(b"P5 100 120 255\n" + image.tobytes())
    target = codec.folder / "theirs.j2c"
    subprocess.run(
        ["ojph_compress", "-i", str(picture), "-o", str(target), "-reversible", "true", "-prog_order", order,
         "-tile_size", "{64,48}", "-precincts", "{32,32},{64,64}", "-num_decomps", "3"], check=True,
        capture_output=True)
    assert same(codec.decode(target.read_bytes(), image.dtype), image)
    mine = codec.folder / "mine.j2c"
    mine.write_bytes(codec.encode(image, 8))
    back = codec.folder / "back.pgm"
    subprocess.run(["ojph_expand", "-i", str(mine), "-o", str(back)], check=True, capture_output=True)
    assert back.read_bytes().endswith(image.tobytes())


def test_regions_planes_and_widths(codec):
    image = noise(150, 130, 3, 8, False)
    codestream = codec.encode(image, 8, "--tile", "64x64")
    region = codec.decode(codestream, image.dtype, "--region", "20,30,70x90", "--planar")
    assert same(region, image[30:120, 20:90].transpose(2, 0, 1))
    wide = codec.decode(codestream, numpy.dtype("<u4"), "--bytes", 4, "--threads", 2)
    assert same(wide, image)
    reduced = codec.decode(codestream, image.dtype, "--reduce", 1)
    assert same(codec.decode(codestream, image.dtype, "--reduce", 1, "--region", "0,0,65x75"), reduced)


def test_inspect_tells_markers_resolutions_and_tile_parts(codec):
    codestream = codec.encode(noise(300, 260, 1, 12, False), 12)
    (codec.folder / "encoded.j2c").write_bytes(codestream)
    lines = codec.run("inspect", codec.folder / "encoded.j2c").splitlines()
    assert lines[0] == "image        260 x 300, 1 component(s), 12 bit unsigned, 1 x 1 tile(s)"
    markers = lines[lines.index("markers") + 1:lines.index("resolutions")]
    assert [line.split()[0] for line in markers] == ["SOC", "SIZ", "CAP", "COD", "QCD", "TLM"] + ["SOT"] * 4 + ["EOC"]
    resolutions = lines[lines.index("resolutions") + 1:lines.index("tile-parts")]
    assert [line.split()[1:4] for line in resolutions] == [
        ["33", "x", "38"], ["65", "x", "75"], ["130", "x", "150"], ["260", "x", "300"]]
    assert lines[-1].endswith("resolution 3")
    # A prefix through resolution 1 says what it lacks.
    end = int(resolutions[1].split("the first ")[1].split()[0])
    (codec.folder / "cut.j2c").write_bytes(codestream[:end])
    cut = codec.run("inspect", codec.folder / "cut.j2c").splitlines()
    assert sum("not complete" in line for line in cut) == 2


def test_bench_prints_its_three_figures(codec):
    codec.encode(noise(64, 64, 1, 8, False), 8)
    output = codec.run("bench", codec.folder / "encoded.j2c", "--seconds", "0.01")
    assert [line.split()[0] for line in output.splitlines()] == ["decode", "verify", "encode", "encoded"]
