"""Signature Version 4 as AWS clients make it, and what is refused (spec/00 "Errors", spec/60)."""

from __future__ import annotations

import datetime
import hashlib

import botocore.auth
import pytest
import requests
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AWSCredentials

from clients import REGION, SERVICE, SigV4, instance_path, part10
from fixtures import ct_slice
from server import Credentials

MISSING, UNKNOWN = "MissingAuthenticationTokenException", "UnrecognizedClientException"
INVALID, INCOMPLETE = "InvalidSignatureException", "IncompleteSignatureException"

SLICE = ct_slice()


@pytest.fixture(scope="module")
def image_set(archive) -> str:
    return archive.import_instances(SLICE).image_set_ids[0]


@pytest.fixture
def credentials(server) -> Credentials:
    return server.credentials


@pytest.fixture
def at(monkeypatch):
    """Lets botocore sign at another time."""

    def at(**distance: int):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**distance)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now.replace(tzinfo=None))

    return at


def send(request: requests.PreparedRequest) -> requests.Response:
    with requests.Session() as plain:
        plain.trust_env = False
        return plain.send(request)


def prepared(method: str, url: str, **members) -> requests.PreparedRequest:
    return requests.Request(method, url, **members).prepare()


def signed(credentials: Credentials, method: str, url: str, **members) -> requests.PreparedRequest:
    request = prepared(method, url, **members)
    return SigV4(credentials)(request)


def check_refusal(answer: requests.Response, shape: str):
    assert answer.status_code == 403, answer.text
    assert answer.headers["x-amzn-ErrorType"] == shape
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["x-amzn-RequestId"]
    assert set(answer.json()) == {"message"} and answer.json()["message"]


@pytest.fixture(params=["cloud-native", "DICOMweb"])
def url(request, archive) -> str:
    return archive.url if request.param == "cloud-native" else f"{archive.url}/studies"


def test_a_request_without_signature_is_refused(url):
    check_refusal(send(prepared("GET", url)), MISSING)


def test_an_unknown_access_key_is_refused(url, credentials):
    check_refusal(send(signed(Credentials("AKIAUNKNOWN", credentials.secret_key), "GET", url)), UNKNOWN)


@pytest.mark.parametrize("change", [lambda secret: secret[:-1] + "?", lambda secret: "", lambda secret: secret * 2])
def test_a_wrong_secret_is_refused(url, credentials, change):
    wrong = Credentials(credentials.access_key, change(credentials.secret_key))
    check_refusal(send(signed(wrong, "GET", url)), INVALID)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("body", [None, b"a body that nobody asked for"], ids=["no body", "a body"])
@pytest.mark.parametrize("declared", [None, "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])
@pytest.mark.parametrize("path", ["studies", "studies/1.2/metadata", "getImageSet", "nowhere"])
def test_no_way_of_sending_gets_around_the_secret(archive, credentials, method, body, declared, path):
    headers = {"X-Amz-Content-SHA256": declared} if declared else {}
    wrong = Credentials(credentials.access_key, "wrong")
    answer = send(signed(wrong, method, f"{archive.url}/{path}", data=body, headers=headers))
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] in (INVALID, INCOMPLETE)


@pytest.mark.parametrize(
    "header, shape",
    [
        ("", MISSING), ("Basic dXNlcjpwYXNz", MISSING), ("AWS4-HMAC-SHA256", INCOMPLETE),
        ("AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y", INCOMPLETE),
        ("AWS4-HMAC-SHA256 Credential=a/20240101/us-east-1/medical-imaging/aws4_request", INCOMPLETE),
    ])
def test_a_header_that_is_no_signature_is_refused(url, header, shape):
    request = prepared("GET", url, headers={"Authorization": header, "X-Amz-Date": "20240101T000000Z"})
    answer = send(request)
    check_refusal(answer, answer.headers["x-amzn-ErrorType"])
    assert answer.headers["x-amzn-ErrorType"] in {shape, MISSING}


def test_a_session_token_that_was_never_given_is_refused(url, credentials):
    request = prepared("GET", url)
    made = AWSRequest("GET", url)
    SigV4Auth(AWSCredentials(credentials.access_key, credentials.secret_key, "token"), SERVICE, REGION).add_auth(made)
    request.headers.update(made.headers)
    check_refusal(send(request), UNKNOWN)


def test_a_scope_of_another_service_is_refused(url, credentials):
    request = prepared("GET", url)
    SigV4(credentials, service="s3")(request)
    check_refusal(send(request), INVALID)


def change_path(request):
    # Whatever it ends with: one data store in sixteen has an id that ends with 0.
    request.url = request.url[:-1] + ("1" if request.url.endswith("0") else "0")


def change_query(request):
    request.url += "?maxResults=2"


def change_method(request):
    request.method = "DELETE" if "/studies" not in request.url else "POST"


def change_date(request):
    date = request.headers["X-Amz-Date"]
    request.headers["X-Amz-Date"] = date[:-2] + ("1Z" if date[-2] != "1" else "2Z")


def change_header(request):
    request.headers["Content-Type"] = "text/plain"


def drop_header(request):
    del request.headers["Content-Type"]


def change_host(request):
    request.headers["Host"] = "elsewhere.example"


@pytest.mark.parametrize(
    "change", [change_path, change_query, change_method, change_date, change_header, drop_header, change_host])
def test_a_change_after_signing_is_refused(url, credentials, change):
    request = signed(credentials, "GET", url, headers={"Content-Type": "application/dicom+json"})
    change(request)
    check_refusal(send(request), INVALID)


def test_a_changed_body_is_refused(archive, image_set, credentials):
    url = f"{archive.url}/searchImageSets"
    request = signed(credentials, "POST", url, data=b'{"filters": []}', headers={"Content-Type": "application/json"})
    request.body = b'{"sort":  {}}  '
    check_refusal(send(request), INVALID)


def test_a_header_that_is_not_signed_may_change(url, image_set, credentials):
    request = signed(credentials, "GET", url)
    request.headers["User-Agent"] = "a proxy"
    assert send(request).status_code == 200


@pytest.mark.parametrize("distance, is_taken", [(-16, False), (-14, True), (14, True), (16, False)])
def test_the_clock_may_be_off_by_fifteen_minutes(url, image_set, credentials, at, distance, is_taken):
    at(minutes=distance)
    answer = send(signed(credentials, "GET", url))
    if is_taken:
        assert answer.status_code == 200
    else:
        check_refusal(answer, INVALID)


@pytest.mark.parametrize(
    "query",
    [
        "PatientName=a b*", "PatientName=%2A%7E%21", "PatientName=a+b", "PatientName=%E5%B1%B1", "PatientID=",
        "PatientName=x&PatientID=y&AccessionNumber=z", "includefield=b&includefield=a", "limit=1&00100020=%2525",
        "PatientID=%2F%3A%40",
    ])
def test_any_query_can_be_signed(archive, image_set, query):
    assert archive.get(f"studies?{query}").status_code == 200


def test_a_payload_may_be_left_unsigned(archive, image_set):
    answer = archive.http.post(
        f"{archive.url}/searchImageSets", data=b"{}", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert answer.status_code == 200


def test_a_declared_hash_that_is_not_the_body_s_is_refused(archive, image_set):
    answer = archive.http.post(
        f"{archive.url}/searchImageSets", data=b"{}",
        headers={"X-Amz-Content-SHA256": hashlib.sha256(b"[]").hexdigest()})
    check_refusal(answer, INVALID)


def test_signed_header_sets_for_browsers_work(archive, image_set, credentials):
    """A production client hands `accept;host;x-amz-date` to browsers, without a body hash in the headers."""
    [one] = archive.instances(image_set).values()
    body = f'{{"imageFrameId": "{one["ImageFrames"][0]["ID"]}"}}'.encode()
    url = f"{archive.url}/imageSet/{image_set}/getImageFrame"
    made = AWSRequest("POST", url, data=body, headers={"Accept": "image/jph"})
    SigV4Auth(AWSCredentials(credentials.access_key, credentials.secret_key), SERVICE, REGION).add_auth(made)
    assert "SignedHeaders=accept;host;x-amz-date" in made.headers["Authorization"]
    answer = send(prepared("POST", url, data=body, headers=dict(made.headers)))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jph"


# MARK: presigned URLs


def presigned(credentials: Credentials, url: str, expires=60) -> str:
    made = AWSRequest("GET", url)
    SigV4QueryAuth(
        AWSCredentials(credentials.access_key, credentials.secret_key), SERVICE, REGION, expires=expires).add_auth(made)
    return made.url


@pytest.fixture
def frame(archive, image_set) -> str:
    return f"{archive.url}/{instance_path(SLICE)}/frames/1?imageSetId={image_set}"


def test_a_presigned_URL_works_without_any_header(frame, credentials):
    answer = send(prepared("GET", presigned(credentials, frame), headers={"Accept": "application/octet-stream"}))
    assert answer.status_code == 200 and answer.content == SLICE.PixelData


def test_a_presigned_search_takes_its_signature_for_no_match_key(archive, image_set, credentials):
    answer = send(prepared("GET", presigned(credentials, f"{archive.url}/studies?PatientID=P-1")))
    assert answer.status_code == 200 and len(answer.json()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("frames/1", "frames/2"),
        lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"),
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"), lambda url: url + "&imageSetId=1",
    ], ids=["path", "life", "signature", "query"])
def test_a_changed_presigned_URL_is_refused(frame, credentials, change):
    check_refusal(send(prepared("GET", change(presigned(credentials, frame)))), INVALID)


@pytest.mark.parametrize("distance, is_taken", [(-61, False), (-30, True), (240, True), (360, False)])
def test_a_presigned_URL_lives_from_its_start_to_its_end(frame, credentials, at, distance, is_taken):
    at(seconds=distance)
    answer = send(prepared("GET", presigned(credentials, frame)))
    if is_taken:
        assert answer.status_code == 200
    else:
        check_refusal(answer, INVALID)


# MARK: nothing happens without a signature


@pytest.mark.parametrize(
    "sign", [lambda request, _: request, lambda request, key: SigV4(Credentials(key.access_key, "wrong"))(request)],
    ids=["no signature", "wrong secret"])
def test_nothing_is_stored_or_deleted_without_a_valid_signature(archive, image_set, credentials, sign):
    stranger = ct_slice(7)
    store = prepared(
        "POST", f"{archive.url}/studies", data=part10(stranger), headers={"Content-Type": "application/dicom"})
    assert send(sign(store, credentials)).status_code == 403
    assert archive.get(instance_path(stranger)).status_code == 404
    delete = prepared("POST", f"{archive.url}/imageSet/{image_set}/deleteImageSet")
    assert send(sign(delete, credentials)).status_code == 403
    assert archive.get(instance_path(SLICE)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nothing", "/datastore/x/studies", "/.well-known/x"])
def test_what_exists_is_told_to_nobody_without_a_signature(server, path):
    answer = send(prepared("GET", server.endpoint + path))
    assert answer.status_code in (403, 404)
