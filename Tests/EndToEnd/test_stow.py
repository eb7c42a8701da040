"""STOW-RS with curl, dicomweb-client and hand-made requests (spec/40, quirk Q12 of the client research)."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient

from clients import (
    BOUNDARY, REGION, SERVICE, Datastore, SigV4, instance_path, multipart, part10, session, study_path)
from fixtures import bulk_instance, ct_series, ct_slice, damaged_jpeg_2000, jpeg_2000_lossless, text_instance

GARBAGE = b"this is no DICOM, " * 40


def referenced(answer) -> list[str]:
    items = answer.json().get("00081199", {"Value": []})["Value"]
    return [item["00081155"]["Value"][0] for item in items]


def failed(answer) -> list[tuple[str | None, int]]:
    items = answer.json().get("00081198", {"Value": []})["Value"]
    return [(item["00081155"].get("Value", [None])[0], item["00081197"]["Value"][0]) for item in items]


def is_stored(datastore: Datastore, *instances) -> bool:
    """Whether all instances are retrievable; some of them only is a fault."""
    found = [datastore.get(instance_path(one), "application/dicom").status_code for one in instances]
    assert set(found) in ({200}, {404}), found
    return found[0] == 200


# MARK: curl, as the guide has it


def curl(datastore: Datastore, path: str, *arguments: str) -> tuple[int, dict]:
    credentials = datastore.server.credentials
    ended = subprocess.run(
        [
            "curl", "--silent", "--show-error", "-X", "POST", f"{datastore.url}/{path}", "--aws-sigv4",
            f"aws:amz:{REGION}:{SERVICE}", "--user", f"{credentials.access_key}:{credentials.secret_key}", "--header",
            "Accept: application/dicom+json", "--write-out", "\n%{http_code}", *arguments
        ], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    body, status = ended.stdout.rsplit("\n", 1)
    return int(status), json.loads(body)


@pytest.mark.parametrize("how", ["data", "data, streaming declared", "upload, streaming declared"])
def test_curl_stores_a_file(datastore, folder, how):
    source = ct_slice()
    file = folder / "slice.dcm"
    file.write_bytes(part10(source))
    arguments = ["--header", "Content-Type: application/dicom"]
    if "streaming" in how:
        # The guide's command declares chunked signing and sends plain bytes; curl hashes no file that it uploads.
        arguments += [
            "--header", "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "--header",
            f"x-amz-decoded-content-length: {file.stat().st_size}"]
    arguments += ["--upload-file", str(file)] if "upload" in how else ["--data-binary", f"@{file}"]
    status, answer = curl(datastore, "studies", *arguments)
    assert status == 200, answer
    assert answer["00081199"]["Value"][0]["00081155"]["Value"] == [source.SOPInstanceUID]
    assert is_stored(datastore, source)


def test_curl_stores_the_guide_s_multipart_payload(datastore, folder):
    """Put together with printf and cat; there is no CRLF at its end."""
    sources = ct_series(2)
    header = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    payload = header + part10(sources[0]) + b"\r\n" + header + part10(sources[1]) + f"\r\n--{BOUNDARY}--".encode()
    file = folder / "multipart.payload"
    file.write_bytes(payload)
    status, answer = curl(
        datastore, f"{study_path(sources[0])}", "--header",
        f'Content-Type: multipart/related; type="application/dicom"; boundary="{BOUNDARY}"', "--header",
        "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "--header",
        f"x-amz-decoded-content-length: {len(payload)}", "--data-binary", f"@{file}")
    assert status == 200, answer
    assert len(answer["00081199"]["Value"]) == 2
    assert is_stored(datastore, *sources)


# MARK: dicomweb-client


@pytest.fixture
def dicomweb(datastore) -> DICOMwebClient:
    return DICOMwebClient(datastore.url, session=session(datastore.server.credentials))


@pytest.mark.parametrize("sources", [ct_series(3), [bulk_instance(), ct_slice()]], ids=["small", "chunked, over 1 MB"])
def test_dicomweb_client_stores_instances_and_reads_the_answer(datastore, dicomweb, sources):
    answer = dicomweb.store_instances(sources)
    assert [item.ReferencedSOPInstanceUID for item in answer.ReferencedSOPSequence] == (
        [one.SOPInstanceUID for one in sources])
    assert "FailedSOPSequence" not in answer
    assert is_stored(datastore, *sources)


def test_dicomweb_client_stores_to_a_study(dicomweb):
    source = ct_slice()
    answer = dicomweb.store_instances([source], study_instance_uid=source.StudyInstanceUID)
    assert answer.RetrieveURL.endswith(study_path(source))


# MARK: the answer


def test_the_answer_is_the_store_instances_response_module(datastore):
    sources = ct_series(2)
    answer = datastore.stow(*sources)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    root = f"{datastore.url}/{study_path(sources[0])}"
    assert answer.json() == {
        "00081190": {"vr": "UR", "Value": [root]},
        "00081199": {
            "vr": "SQ",
            "Value": [
                {
                    "00081150": {"vr": "UI", "Value": [one.SOPClassUID]},
                    "00081155": {"vr": "UI", "Value": [one.SOPInstanceUID]},
                    "00081190": {"vr": "UR", "Value": [f"{datastore.url}/{instance_path(one)}"]},
                } for one in sources
            ],
        },
    }


def test_what_is_answered_is_searchable_and_retrievable_at_once(datastore):
    for number in range(1, 6):
        source = ct_slice(number)
        assert datastore.stow(source).status_code == 200
        [found] = datastore.qido("instances", {"SOPInstanceUID": source.SOPInstanceUID})
        assert found["00200013"]["Value"] == [number]
        assert datastore.retrieve(source).PixelData == source.PixelData
        [series] = datastore.qido("series")
        assert series["00201209"]["Value"] == [number]


def test_a_warning_makes_it_202_and_tells_the_reason(datastore):
    answer = datastore.stow(damaged_jpeg_2000())
    assert answer.status_code == 202
    assert answer.json()["00081199"]["Value"][0]["00081196"] == {"vr": "US", "Value": [45312]}
    assert "00081198" not in answer.json()


def test_part_of_the_instances_failing_is_202_and_none_stored_is_409(datastore):
    source = ct_slice()
    mixed = datastore.stow(GARBAGE, source)
    assert mixed.status_code == 202
    assert referenced(mixed) == [source.SOPInstanceUID]
    assert failed(mixed) == [(None, 0xC000)]
    none = datastore.stow(GARBAGE, GARBAGE[1:])
    assert none.status_code == 409
    assert failed(none) == [(None, 0xC000)] * 2 and referenced(none) == []
    assert none.headers["Content-Type"] == "application/dicom+json"


def test_a_file_over_a_limit_is_told_by_its_identity(datastore):
    long = text_instance()
    long.PatientID = "P" * 257
    answer = datastore.stow(long)
    assert answer.status_code == 409
    [(_, reason)] = failed(answer)
    assert reason in (0xA700, 0xA900, 0xC000, 0x0110)
    assert not is_stored(datastore, long)


def test_an_instance_of_another_study_is_refused_by_the_study_form(datastore):
    own, stranger = ct_slice(), ct_slice(study="another")
    answer = datastore.stow(own, stranger, path=study_path(own))
    assert answer.status_code == 202
    assert referenced(answer) == [own.SOPInstanceUID]
    [(instance, reason)] = failed(answer)
    assert instance == stranger.SOPInstanceUID
    assert reason in (0x0131, 0xA900), "PS3.18 table I.2-2"
    assert is_stored(datastore, own) and not is_stored(datastore, stranger)
    alone = datastore.stow(stranger, path=study_path(own))
    assert alone.status_code == 409 and not is_stored(datastore, stranger)


def test_one_request_is_one_version_and_the_same_instance_again_replaces(datastore):
    first, again = ct_slice(), ct_slice()
    again.ImageComments = "again"
    datastore.stow(first, ct_slice(2))
    datastore.stow(again, ct_slice(3))
    [summary] = datastore.image_sets()
    assert summary["version"] == 2
    assert datastore.retrieve(first).ImageComments == "again"
    assert len(datastore.qido("instances")) == 3


def test_a_conflicting_instance_goes_to_a_non_primary_set_that_its_URL_names(datastore):
    datastore.stow(ct_slice(1))
    odd = ct_slice(2)
    odd.PatientID = "P-2"
    answer = datastore.stow(odd)
    assert answer.status_code == 200
    url = answer.json()["00081199"]["Value"][0]["00081190"]["Value"][0]
    [image_set] = [one["imageSetId"] for one in datastore.image_sets() if not one["isPrimary"]]
    assert url == f"{datastore.url}/{instance_path(odd)}?imageSetId={image_set}"
    assert datastore.http.get(url, headers={"Accept": "application/dicom"}).status_code == 200
    assert not is_stored(datastore, odd), "what is not primary is only seen by name"


def test_the_same_files_through_either_door_give_the_same_image_sets(server, datastore, request):
    sources = [*ct_series(3), *ct_series(2, series="other"), text_instance(series="text"), jpeg_2000_lossless()]
    datastore.import_instances(*sources)
    other = Datastore(server, "other-door")
    request.addfinalizer(other.delete)
    other.stow(*sources)

    def documents(store: Datastore) -> dict:
        return {
            one["DICOMTags"]["DICOMSeriesInstanceUID"]: without_ids(store.metadata(one["imageSetId"]))
            for one in store.image_sets()
        }

    assert documents(datastore) == documents(other)


def test_many_clients_can_store_into_one_series_at_once(datastore):
    """Modalities push one instance at a time, and not one after the other."""
    def store(lane: int) -> list[int]:
        http = session(datastore.server.credentials)
        return [
            http.post(
                f"{datastore.url}/studies", data=part10(ct_slice(lane * 10 + number)),
                headers={"Content-Type": "application/dicom"}).status_code for number in range(6)
        ]

    with ThreadPoolExecutor(8) as lanes:
        answers = list(lanes.map(store, range(1, 9)))
    assert answers == [[200] * 6] * 8
    [image_set] = datastore.image_sets()
    assert image_set["isPrimary"] and image_set["version"] <= 48
    expected = sorted(ct_slice(lane * 10 + number).SOPInstanceUID for lane in range(1, 9) for number in range(6))
    assert sorted(datastore.instances(image_set["imageSetId"])) == expected
    [series] = datastore.qido("series")
    assert series["00201209"]["Value"] == [48]
    for version in range(1, image_set["version"] + 1):
        found = datastore.instances(image_set["imageSetId"], versionId=str(version))
        assert len(found) >= version and set(found) <= set(expected)


def test_imports_and_uploads_into_one_series_wait_for_each_other(datastore):
    for job in range(2):
        for number in range(10):
            datastore.put(f"job-{job}/{number}.dcm", ct_slice(100 * (job + 1) + number))
    jobs = [datastore.start_import(f"job-{job}/") for job in range(2)]
    for number in range(10):
        assert datastore.stow(ct_slice(number)).status_code == 200
    for job in jobs:
        summary = datastore.wait_for_import(job).summary
        assert summary["numberOfImportedFiles"] == 10
        assert [one["isPrimary"] for one in summary["imageSetsSummary"]] == [True]
    [image_set] = datastore.image_sets()
    assert image_set["version"] == 12, "one version per job and per upload"
    assert len(datastore.instances(image_set["imageSetId"])) == 30


def without_ids(document):
    """A metadata document without what is the store's own choice."""
    if isinstance(document, dict):
        own = ("DatastoreID", "ImageSetID", "ID")
        return {key: without_ids(value) for key, value in document.items() if key not in own}
    return list(map(without_ids, document)) if isinstance(document, list) else document


# MARK: how bodies come (quirk Q12)


RELATED = "multipart/related"


def tricky() -> pydicom.Dataset:
    """Holds what a naive reader takes for the end of a header or of a part."""
    dataset = text_instance("tricky")
    block = dataset.private_block(0x0009, "ISOCENTER TEST", create=True)
    content = f"\r\n\r\n--{BOUNDARY[:-1]}\r\n\r --{BOUNDARY}--\r\n\n--{BOUNDARY}\n--\r\n".encode()
    block.add_new(0x01, "OB", content + b"\0" * (len(content) % 2))
    return dataset


@pytest.mark.parametrize(
    "content_type, body",
    [
        (f'{RELATED}; type="application/dicom"; boundary="{BOUNDARY}"', multipart),
        (f"{RELATED}; type=application/dicom; boundary={BOUNDARY}", multipart),
        (f"{RELATED};boundary={BOUNDARY};type=application/dicom", multipart),
        (f"Multipart/Related; Type=APPLICATION/DICOM; Boundary={BOUNDARY}", multipart),
        (f"{RELATED}; boundary={BOUNDARY}", multipart),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: multipart(part)[:-2]),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: b"\r\n" + multipart(part)[:-2]),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: b"This is a preamble.\r\n" + multipart(part)),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: multipart(part) + b"and this an epilogue"),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: multipart(part, part_type=None)),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: multipart(part, part_type="application/octet-stream")),
        (f"{RELATED}; boundary={BOUNDARY}", lambda part: multipart(part, part_type="application/dicom; charset=x")),
    ],
    ids=[
        "quoted", "unquoted", "no spaces, other order", "other case", "no type", "no final CRLF", "CRLF first",
        "preamble", "epilogue", "parts without type", "octet-stream parts", "parts with parameters"
    ])
def test_multipart_bodies_of_real_clients_are_understood(datastore, content_type, body):
    source = tricky()
    answer = datastore.http.post(
        f"{datastore.url}/studies", data=body(part10(source)), headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    assert referenced(answer) == [source.SOPInstanceUID]
    assert datastore.retrieve(source)[0x00091001].value == source[0x00091001].value


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_a_body_is_understood_in_any_fragmentation(datastore, size):
    source = tricky()
    body = multipart(part10(source))
    pieces = (body[place : place + size] for place in range(0, len(body), size))
    answer = datastore.http.post(
        f"{datastore.url}/studies", data=pieces, headers={"Content-Type": f"{RELATED}; boundary={BOUNDARY}"})
    assert answer.status_code == 200, answer.text
    assert is_stored(datastore, source)


@pytest.mark.parametrize("path", ["studies/", "/studies", "//studies//"])
def test_stray_slashes_of_the_path_do_no_harm(datastore, path):
    assert datastore.stow(ct_slice(), path=path).status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "application/dicom+json", "application/json", "text/html, */*;q=0.1"])
def test_any_usual_Accept_is_answered_with_JSON(datastore, accept):
    answer = datastore.stow(ct_slice(), Accept=accept)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/dicom+json"


def test_an_answer_that_cannot_be_given_is_told_before_anything_is_stored(datastore):
    """XML comes with the DICOMweb issue; until then a client that takes nothing else must not find its data stored."""
    source = ct_slice()
    answer = datastore.stow(source, Accept="application/dicom+xml")
    assert answer.status_code == 406 and answer.json()["message"]
    assert not is_stored(datastore, source)


@pytest.mark.parametrize(
    "content_type, body, status",
    [
        ("text/plain", b"x", 415),
        (None, b"x", 415),
        ("application/dicom+json", b"[]", 415),
        (f'{RELATED}; type="text/plain"; boundary={BOUNDARY}', multipart(b"x"), 415),
        (f"{RELATED}; boundary={BOUNDARY}", multipart(part10(ct_slice()), part_type="image/jpeg"), 415),
        (f'{RELATED}; type="application/dicom"', multipart(part10(ct_slice())), 400),
        (f"{RELATED}; boundary={BOUNDARY}", b"", 400),
        (f"{RELATED}; boundary={BOUNDARY}", multipart(), 400),
        (f"{RELATED}; boundary={BOUNDARY}", multipart(part10(ct_slice()))[:-44], 400),
        (f"{RELATED}; boundary={BOUNDARY}", multipart(part10(ct_slice()))[:2000], 400),
        (f"{RELATED}; boundary=other", multipart(part10(ct_slice())), 400),
        (f"{RELATED}; boundary={'b' * 300}", multipart(part10(ct_slice())), 400),
    ])
def test_a_request_that_is_not_understood_stores_nothing(datastore, content_type, body, status):
    answer = datastore.http.post(f"{datastore.url}/studies", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.json()["message"]
    assert datastore.image_sets() == []


@pytest.mark.parametrize("study, status", [("1.2.x", 409), ("1" * 257, 400)])
def test_a_study_UID_that_no_instance_can_have_stores_nothing(datastore, study, status):
    assert datastore.stow(ct_slice(), path=f"studies/{study}").status_code == status
    assert datastore.image_sets() == []


# MARK: signatures over bodies


def test_expect_100_continue_is_answered_before_the_body_is_sent(datastore):
    body = part10(ct_slice())
    with connected(datastore) as connection:
        head = signed_head(datastore, body, {"Content-Type": "application/dicom", "Expect": "100-continue"})
        connection.sendall(head)
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert is_stored(datastore, ct_slice())


def connected(datastore: Datastore) -> socket.socket:
    address = urlsplit(datastore.url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def signed_head(datastore: Datastore, body: bytes, headers: dict[str, str], *, length: int | None = None) -> bytes:
    """The bytes of a signed request up to its body."""
    request = requests.Request("POST", f"{datastore.url}/studies", data=body, headers=headers).prepare()
    SigV4(datastore.server.credentials)(request)
    if length is not None:
        request.headers["Content-Length"] = str(length)
    lines = [f"POST {request.path_url} HTTP/1.1", f"Host: {urlsplit(datastore.url).netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def chunked_upload(datastore: Datastore, body: bytes, *, chunk=4096, spoil=None):
    """SigV4 streaming upload by hand: every chunk is signed over the signature before it."""
    headers = {
        "Content-Type": "application/dicom", "Content-Encoding": "aws-chunked",
        "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "X-Amz-Decoded-Content-Length": str(len(body)),
    }
    request = requests.Request("POST", f"{datastore.url}/studies", headers=headers).prepare()
    SigV4(datastore.server.credentials)(request)
    time = request.headers["X-Amz-Date"]
    scope = f"{time[:8]}/{REGION}/{SERVICE}/aws4_request"
    key = b"AWS4" + datastore.server.credentials.secret_key.encode()
    for word in scope.split("/"):
        key = digest(key, word)
    signature = request.headers["Authorization"].rsplit("=", 1)[1]
    framed = b""
    for number, place in enumerate([*range(0, len(body), chunk), len(body)]):
        content = body[place : place + chunk]
        text = "\n".join([
            "AWS4-HMAC-SHA256-PAYLOAD", time, scope, signature,
            hashlib.sha256(b"").hexdigest(), hashlib.sha256(content).hexdigest()])
        signature = digest(key, text).hex()
        if spoil == number:
            content = content[:-1] + bytes([content[-1] ^ 1])
        framed += f"{len(content):x};chunk-signature={signature}\r\n".encode() + content + b"\r\n"
    request.body = framed
    request.headers["Content-Length"] = str(len(framed))
    return datastore.http.send(request)


def test_a_streaming_upload_of_signed_chunks_is_stored(datastore):
    source = ct_slice()
    answer = chunked_upload(datastore, part10(source))
    assert answer.status_code == 200, answer.text
    assert datastore.retrieve(source).PixelData == source.PixelData


@pytest.mark.parametrize("spoil", [0, 1])
def test_a_changed_chunk_is_refused_and_nothing_is_stored(datastore, spoil):
    answer = chunked_upload(datastore, part10(ct_slice()), spoil=spoil)
    assert answer.status_code == 403
    assert not is_stored(datastore, ct_slice())


def test_a_streaming_upload_with_unsigned_trailer_is_stored(datastore):
    source = ct_slice()
    body = part10(source)
    framed = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    answer = datastore.http.post(
        f"{datastore.url}/studies", data=framed,
        headers={
            "Content-Type": "application/dicom", "Content-Encoding": "aws-chunked", "X-Amz-Trailer":
            "x-amz-checksum-crc32", "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "X-Amz-Decoded-Content-Length": str(len(body)),
        })
    assert answer.status_code == 200, answer.text
    assert is_stored(datastore, source)


@pytest.mark.parametrize("kind", ["single", "multipart"])
def test_a_body_that_is_not_the_signed_one_is_refused_and_nothing_is_stored(datastore, kind):
    source = ct_slice()
    body = part10(source) if kind == "single" else multipart(part10(source))
    content_type = "application/dicom" if kind == "single" else f"{RELATED}; boundary={BOUNDARY}"
    request = requests.Request(
        "POST", f"{datastore.url}/studies", data=body,
        headers={"Content-Type": content_type, "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}).prepare()
    SigV4(datastore.server.credentials)(request)
    place = body.index(source.PixelData) + 5
    request.body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    request.prepare_auth(None)
    answer = datastore.http.send(request)
    assert answer.status_code == 403
    assert not is_stored(datastore, source)
    assert datastore.http.post(request.url, data=body, headers={"Content-Type": content_type}).status_code == 200


def test_a_declared_length_over_the_limit_is_refused_without_reading_it(datastore):
    with connected(datastore) as connection:
        headers = {"Content-Type": "application/dicom", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
        connection.sendall(signed_head(datastore, b"", headers, length=(1 << 30) + 1))
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_goes_away_leaves_nothing(datastore):
    body = part10(ct_slice())
    with connected(datastore) as connection:
        headers = {"Content-Type": "application/dicom", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
        connection.sendall(signed_head(datastore, b"", headers, length=len(body)) + body[: len(body) // 2])
    assert datastore.stow(ct_slice(2)).status_code == 200
    assert len(datastore.qido("instances")) == 1
