"""Bad input gets a clear error, nothing is lost, and the server stays up (issue section 4)."""

from __future__ import annotations

import gzip
import json
import random
import socket
import struct
import zlib
from urllib.parse import urlsplit

import pytest

from clients import instance_path, part10, refused
from fixtures import ct_slice, instance, text_instance


@pytest.fixture(autouse=True)
def still_up(server):
    """After every test the server is the same process and answers."""
    process = server.process.pid
    yield
    assert server.process.poll() is None and server.process.pid == process
    with talk(server, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as answer:
        assert answer.startswith(b"HTTP/1.1 200 ")


class talk:
    """Sends bytes over a plain connection and reads what comes back until the server closes it or is silent."""

    def __init__(self, server, content: bytes, *, patience=30.0):
        address = urlsplit(server.endpoint)
        self.connection = socket.create_connection((address.hostname, address.port), timeout=patience)
        self.content = content

    def __enter__(self) -> bytes:
        answer = b""
        try:
            self.connection.sendall(self.content)
            while piece := self.connection.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer

    def __exit__(self, *_):
        self.connection.close()


# MARK: the cloud-native API


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"nonsense", b'{"filters": [}', b'"text"', b"\xff\xfe{}", b'{"filters": nul}',
        b'{"filters": "no list"}', b'{"filters": [1, 2]}', b'{"filters": [{"operator": {}, "values": {}}]}',
        b'{"sort": []}', b'{"filters": [{"operator": "EQUAL", "values": [{"createdAt": "yesterday"}]}]}',
        b'{"filters": [{"operator": "EQUAL", "values": [{"createdAt": 1e308}]}]}',
        b'{"filters": [{"operator": "EQUAL", "values": [{"DICOMStudyDateAndTime": {"DICOMStudyDate": "2024"}}]}]}',
        b'{"\\ud800": 1', b'{"filters": [{"operator": "EQUAL", "values": [{"DICOMPatientId": "\\ud800"}]}]}',
    ])
def test_malformed_JSON_is_a_validation_error(datastore, body):
    answer = datastore.http.post(f"{datastore.url}/searchImageSets", data=body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["x-amzn-ErrorType"] == "ValidationException" and answer.json()["message"]


@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}"), (b'{"filters":[', b"]}")])
@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_deeply_nested_JSON_is_an_error_at_once(datastore, opening, closing, depth):
    body = opening * depth + b"1" + closing * depth
    answer = datastore.http.post(f"{datastore.url}/searchImageSets", data=body)
    assert answer.status_code in (400, 413) and answer.json()["message"]


def test_an_oversized_cloud_native_body_is_refused(datastore):
    body = json.dumps({"filters": [], "x": "y" * (8 << 20)}).encode()
    answer = datastore.http.post(f"{datastore.url}/searchImageSets", data=body)
    assert answer.status_code in (400, 413) and answer.json()["message"]
    assert answer.headers["x-amzn-ErrorType"] == "ValidationException"


@pytest.mark.parametrize("path", ["/" + "a" * 30_000, "/datastore/" + "%00" * 40, "/datastore/%ff%fe", "/%",
                                  "/datastore/..%2f..%2f..%2fetc%2fpasswd", "/../../etc/passwd"])
def test_paths_that_lead_nowhere_are_errors(datastore, path):
    with talk(datastore.server, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()) as answer:
        assert answer.split(b" ")[1] in (b"400", b"403", b"404", b"414", b"431")
        assert b"root:" not in answer


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\0" * 5000, b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 500_000,
        b"POST /datastore HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /datastore HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /datastore HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        b"POST /datastore HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    ],
    ids=["TLS", "short", "zeros", "version", "many headers", "long header", "negative length", "two lengths",
         "huge chunk", "two framings"])
def test_what_is_no_HTTP_is_refused_or_dropped(server, content):
    with talk(server, content) as answer:
        assert answer == b"" or answer.split(b" ")[1][:1] in (b"4", b"5") and b"200" not in answer.split(b"\r\n")[0]


# MARK: DICOM


def truncated(content: bytes) -> list[bytes]:
    generator = random.Random(1)
    return [content[: generator.randrange(len(content))] for _ in range(12)]


def flipped(content: bytes) -> list[bytes]:
    """The file with a few bytes changed, in its header for the most part."""
    generator = random.Random(2)
    made = []
    for _ in range(24):
        changed = bytearray(content)
        for _ in range(generator.randrange(1, 6)):
            changed[generator.randrange(132, min(len(changed), 1200))] = generator.randrange(256)
        made.append(bytes(changed))
    return made


def announcing(length: int) -> bytes:
    """An element that announces more bytes than there are."""
    return part10(text_instance()) + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, length) + b"\0" * 64


def nested(depth: int) -> bytes:
    """Sequences in sequences, each of undefined length."""
    start = struct.pack("<HH2sHIHHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)
    end = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    return part10(instance("nested", series="nested")) + start * depth + end * depth


def deflate_bomb() -> bytes:
    """A deflated data set that grows a thousandfold."""
    dataset = instance("bomb", series="bomb", transfer_syntax="1.2.840.10008.1.2.1.99")
    plain = part10(dataset)
    header = plain[: 132 + 12 + struct.unpack_from("<I", plain, 140)[0]]
    inner = part10(instance("bomb", series="bomb"))
    inner = inner[132 + 12 + struct.unpack_from("<I", inner, 140)[0] :]
    size = 700 << 20
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = compressor.compress(inner + struct.pack("<HH2sHI", 0x0042, 0x0011, b"OB", 0, size))
    for _ in range(size >> 20):
        body += compressor.compress(bytes(1 << 20))
    return header + body + compressor.flush()


@pytest.mark.parametrize(
    "make",
    [
        lambda: [b"", b"\0", bytes(132) + b"DICM", b"DICM", random.Random(0).randbytes(5000), b"<html></html>" * 100],
        lambda: truncated(part10(ct_slice())), lambda: flipped(part10(ct_slice())),
        lambda: [announcing(length) for length in (0xFFFFFFFE, 0x7FFFFFFE, 0xFFFFFFFF, 100)],
        lambda: [nested(depth) for depth in (63, 64, 65, 1000, 100_000)],
    ], ids=["garbage", "truncated", "flipped", "lengths that lie", "nested"])
def test_bad_files_are_imported_or_refused_one_by_one(datastore, make):
    for number, content in enumerate(make()):
        datastore.put(f"input/bad-{number:03}.dcm", content)
    datastore.put("input/good.dcm", ct_slice(99, series="good"))
    outcome = datastore.import_all()
    summary = outcome.summary
    assert summary["numberOfFilesWithServerError"] == 0
    assert summary["numberOfScannedFiles"] == len(make()) + 1
    assert f"{datastore.id}/input/good.dcm" in [line["inputFile"] for line in outcome.lines("SUCCESS")]
    for line in outcome.lines("FAILURE"):
        assert line["exception"]["exceptionType"] == "ValidationException" and line["exception"]["message"]
    for image_set in outcome.image_set_ids:
        for one in datastore.instances(image_set).values():
            for frame in one["ImageFrames"]:
                assert datastore.frame(image_set, frame["ID"])


def test_bad_files_are_answered_one_by_one_by_STOW(datastore):
    good = part10(ct_slice())
    for content in [b"\0", *truncated(good), *flipped(good), nested(100_000), announcing(0xFFFFFFFE)]:
        answer = datastore.stow(content)
        assert answer.status_code in (200, 202, 409), answer.text
    assert datastore.stow(ct_slice(99, series="good")).status_code == 200


def test_a_deflate_bomb_is_refused(datastore):
    answer = datastore.stow(deflate_bomb())
    assert answer.status_code == 409
    assert answer.json()["00081198"]["Value"]


@pytest.mark.parametrize(
    "change",
    [
        {"Rows": 65535, "Columns": 65535}, {"Rows": 0}, {"SamplesPerPixel": 65535}, {"BitsAllocated": 65535},
        {"NumberOfFrames": "2147483647"}, {"NumberOfFrames": "-1"}, {"BitsStored": 99},
        {"HighBit": 200}, {"PixelRepresentation": 7}, {"PlanarConfiguration": 9},
        {"PhotometricInterpretation": "X" * 16},
    ], ids=str)
def test_impossible_images_lose_nothing(datastore, change):
    source = ct_slice()
    for keyword, value in change.items():
        setattr(source, keyword, value)
    answer = datastore.stow(source)
    assert answer.status_code in (200, 202), answer.text
    assert datastore.retrieve(source).PixelData == source.PixelData


@pytest.mark.parametrize(
    "change", [{"BitsStored": 99}, {"BitsStored": 16, "HighBit": 11}, {"HighBit": 200}, {"PixelRepresentation": 7}],
    ids=str)
def test_cells_that_cannot_be_as_the_module_says_are_frames(datastore, change):
    source = ct_slice()
    for keyword, value in change.items():
        setattr(source, keyword, value)
    assert datastore.stow(source).status_code == 202
    [found] = datastore.qido("instances", {"includefield": "WarningReason"})
    assert found["00081196"]["Value"] == [45063]
    [image_set] = datastore.image_sets()
    [stored] = datastore.instances(image_set["imageSetId"]).values()
    [frame] = stored["ImageFrames"]
    [full] = [one for one in frame["PixelDataChecksumFromBaseToFullResolution"] if one["Width"] == source.Columns]
    assert full["Checksum"] == zlib.crc32(source.PixelData)
    assert datastore.retrieve(source, "1.2.840.10008.1.2.1").PixelData == source.PixelData


def test_names_that_look_like_code_are_data(datastore):
    source = text_instance(series="injection")
    source.PatientName = "'; DROP TABLE instances; --"
    source.PatientID = '<script>alert("x")</script>'
    source.StudyDescription = "%s%n{{7*7}}${jndi:x}\\..\\/\t"
    assert datastore.stow(source).status_code == 200
    [study] = datastore.qido("studies", {"PatientID": source.PatientID})
    assert study["00100010"]["Value"] == [{"Alphabetic": str(source.PatientName)}]
    assert len(datastore.qido("studies", {"PatientName": str(source.PatientName)})) == 1
    [image_set] = datastore.image_sets()
    assert datastore.metadata(image_set["imageSetId"])["Patient"]["DICOM"]["PatientID"] == source.PatientID


def test_a_file_name_with_every_character_is_one_file(datastore):
    names = ["with space", "ümläut", "quote'\"", "per%20cent", "+plus&and", "new\nline", "-rf", "a" * 250]
    for number, name in enumerate(names):
        datastore.put(f"input/{name}.d", ct_slice(number))
    outcome = datastore.import_all()
    assert outcome.summary["numberOfImportedFiles"] == 8
    assert f"{datastore.id}/input/new\nline.d" in [line["inputFile"] for line in outcome.lines("SUCCESS")]


def test_links_out_of_a_bucket_are_not_followed_out_of_it(datastore, folder):
    (folder / "outside.dcm").write_bytes(part10(ct_slice(1)))
    datastore.put("input/inside.dcm", ct_slice(2))
    (datastore.folder / "input" / "link.dcm").symlink_to(folder / "outside.dcm")
    (datastore.folder / "input" / "folder").symlink_to(folder, target_is_directory=True)
    outcome = datastore.import_all()
    assert [line["inputFile"] for line in outcome.lines("SUCCESS")] == [f"{datastore.id}/input/inside.dcm"]
    assert datastore.get(instance_path(ct_slice(1))).status_code == 404


def test_a_gzip_body_is_taken_for_what_it_is(datastore):
    answer = datastore.http.post(
        f"{datastore.url}/studies", data=gzip.compress(part10(ct_slice())),
        headers={"Content-Type": "application/dicom", "Content-Encoding": "gzip"})
    assert answer.status_code in (400, 409, 415)
    assert datastore.image_sets() == []


def test_frame_ids_that_are_none_are_not_found(datastore):
    [image_set] = datastore.import_instances(ct_slice()).image_set_ids
    generator = random.Random(3)
    for _ in range(30):
        frame = "".join(generator.choices("0123456789abcdef", k=32))
        error = refused(
            datastore.client.get_image_frame, datastoreId=datastore.id, imageSetId=image_set,
            imageFrameInformation={"imageFrameId": frame})
        assert error.code == "ResourceNotFoundException"
