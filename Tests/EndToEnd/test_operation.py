"""Starting, stopping, securing and watching the server (spec/60, spec/70)."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from clients import REGION, SERVICE, Datastore, SigV4, native, part10, refused, session
from fixtures import ct_series, ct_slice, text_instance
from server import DEADLINE, Server, clean_environment, isocenter, poll

# MARK: start and stop


def test_the_root_key_is_printed_at_the_first_start_only_and_stays_good(own_server):
    own_server.start()
    assert re.search(r"access key id +\S+", own_server.output)
    assert own_server.exports["AWS_ACCESS_KEY_ID"] == own_server.credentials.access_key
    assert own_server.exports["AWS_SECRET_ACCESS_KEY"] == own_server.credentials.secret_key
    assert own_server.exports["AWS_REGION"] == own_server.exports["AWS_DEFAULT_REGION"] == REGION
    assert str(own_server.data) in own_server.output
    store = native(own_server.endpoint, own_server.credentials).create_datastore(datastoreName="kept")["datastoreId"]
    assert own_server.stop() == 0
    own_server.start()
    assert own_server.credentials.secret_key not in own_server.output
    assert own_server.credentials.access_key not in own_server.output
    found = native(own_server.endpoint, own_server.credentials).get_datastore(datastoreId=store)
    assert found["datastoreProperties"]["datastoreStatus"] == "ACTIVE"


def test_running_requests_are_answered_before_the_server_ends(own_server):
    own_server.start()
    store = Datastore(own_server, "graceful")
    body = part10(ct_slice())
    request = requests.Request(
        "POST", f"{store.url}/studies", data=body,
        headers={"Content-Type": "application/dicom", "Expect": "100-continue"}).prepare()
    SigV4(own_server.credentials)(request)
    head = [f"POST {request.path_url} HTTP/1.1", f"Host: {urlsplit(store.url).netloc}"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    with connected(own_server) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 "), "the request has begun"
        connection.sendall(body[:1000])
        own_server.process.terminate()
        poll(lambda: not is_listening(own_server), what="the end of listening")
        assert own_server.process.poll() is None, "the server must wait for the request"
        connection.sendall(body[1000:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert own_server.wait() == 0
    own_server.start()
    found = session(own_server.credentials).get(f"{own_server.endpoint}/datastore/{store.id}/instances")
    assert len(found.json()) == 1


def connected(server: Server) -> socket.socket:
    address = urlsplit(server.endpoint)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def is_listening(server: Server) -> bool:
    try:
        connected(server).close()
        return True
    except ConnectionError:
        return False


def test_an_import_that_is_interrupted_by_a_stop_goes_on_at_the_next_start(own_server):
    own_server.start()
    store = Datastore(own_server, "interrupted")
    for one in ct_series(80):
        store.put(f"input/{one.InstanceNumber}.dcm", one)
    job = store.start_import()
    assert own_server.stop() == 0
    own_server.start()
    store.client = native(own_server.endpoint, own_server.credentials)
    assert store.wait_for_import(job).summary["numberOfImportedFiles"] == 80


def test_two_servers_never_share_a_data_folder(own_server, folder):
    own_server.start()
    second = isocenter("serve", "--data", str(own_server.data), "--port", "0")
    assert second.returncode != 0
    assert str(own_server.data) in second.stderr and "another" in second.stderr
    verify = own_server.run("verify")
    assert verify.returncode != 0 and "another" in verify.stderr
    assert own_server.process.poll() is None


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--host", "0.0.0.0"], "TLS"), (["--host", "0.0.0.0", "--insecure-no-auth"], "loopback"),
        (["--tls-certificate", "/nowhere.pem", "--tls-key", "/nowhere.key"], "TLS"),
        (["--tls-certificate", "/nowhere.pem"], "--tls-key"), (["--bucket", "nonsense"], "name=folder"),
        (["--config", "/nowhere.yaml"], "/nowhere.yaml"), (["--port", "99999"], "port"), (["--port", "x"], "port"),
    ])
def test_a_start_that_cannot_be_meant_is_refused_with_a_reason(binary, folder, arguments, told):
    ended = isocenter("serve", "--data", str(folder / "data"), *arguments)
    assert ended.returncode != 0
    assert told in ended.stderr


def test_authentication_can_be_left_out_on_loopback_and_that_is_told_loudly(binary, folder):
    with Server(folder, arguments=["--insecure-no-auth"]) as server:
        assert "WARNING" in server.output
        assert requests.get(f"{server.endpoint}/datastore").status_code == 200


def test_settings_come_from_the_file_the_environment_and_the_options_in_rising_order(binary, folder):
    (folder / "settings.yaml").write_text(
        "region: eu-central-1\naccountId: '000000000042'\nallowedOrigins: ['https://viewer.example']\n"
        f"buckets:\n  images: {folder}/images\n")
    (folder / "images").mkdir()
    with Server(folder, arguments=["--config", str(folder / "settings.yaml")],
                environment={"ISOCENTER_REGION": "eu-west-1"}) as server:
        assert server.exports["AWS_REGION"] == "eu-west-1"
        client = native(server.endpoint, server.credentials)
        store = client.create_datastore()["datastoreId"]
        poll(lambda: client.get_datastore(datastoreId=store)["datastoreProperties"]["datastoreStatus"] == "ACTIVE",
             what="ACTIVE")
        arn = client.get_datastore(datastoreId=store)["datastoreProperties"]["datastoreArn"]
        assert arn == f"arn:aws:medical-imaging:eu-west-1:000000000042:datastore/{store}"
        for origin, allowed in (("https://viewer.example", "https://viewer.example"), ("https://other.example", None)):
            answer = requests.get(f"{server.endpoint}/health", headers={"Origin": origin})
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed


# MARK: what everyone may ask


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_is_told_without_a_signature(server, method):
    answer = requests.request(method, f"{server.endpoint}/health")
    assert answer.status_code == 200
    assert method == "HEAD" or answer.json() == {"status": "ok"}


@pytest.mark.parametrize(
    "path", ["datastore", "datastore/{id}/studies", "datastore/{id}/imageSet/x/getImageFrame", "x"])
def test_a_preflight_is_answered_without_a_signature(server, path):
    answer = requests.options(
        f"{server.endpoint}/{path.format(id='0' * 32)}", headers={
            "Origin": "https://viewer.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-amz-date,content-type"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://viewer.example")
    methods = {word.strip() for word in answer.headers["Access-Control-Allow-Methods"].split(",")}
    assert {"GET", "POST", "OPTIONS"} <= methods
    headers = {word.strip().lower() for word in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert {
        "authorization", "accept", "content-type", "range", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"
    } <= headers
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("path, status", [("datastore", 403), ("datastore/x/studies", 403), ("nothing", 403)])
def test_a_page_can_read_why_it_was_refused(server, path, status):
    answer = requests.get(f"{server.endpoint}/{path}", headers={"Origin": "https://viewer.example"})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://viewer.example")
    exposed = {word.strip().lower() for word in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert {
        "content-type", "content-length", "content-location", "etag", "warning", "x-amzn-requestid", "x-amzn-errortype"
    } <= exposed


def test_answers_are_not_to_be_sniffed(server):
    assert requests.get(f"{server.endpoint}/health").headers["X-Content-Type-Options"] == "nosniff"


# MARK: TLS


@pytest.fixture
def tls_server(binary, folder):
    """A server with a certificate of its own making, good for localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         str(folder / "key.pem"), "-out", str(folder / "certificate.pem"), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    arguments = ["--tls-certificate", str(folder / "certificate.pem"), "--tls-key", str(folder / "key.pem")]
    with Server(folder, arguments=arguments, buckets={Datastore.BUCKET: folder / "bucket"}) as server:
        yield server


def curl(server: Server, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--cacert", str(server.folder / "certificate.pem"), *arguments],
        capture_output=True, text=True, timeout=30)


def test_TLS_serves_HTTP_1_1_and_HTTP_2_and_nothing_old(tls_server):
    assert tls_server.endpoint.startswith("https://")
    for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
        ended = curl(tls_server, option, "--write-out", " %{http_version}", f"{tls_server.endpoint}/health")
        assert ended.stdout == f'{{"status":"ok"}} {version}', ended.stderr
    old = curl(tls_server, "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0", f"{tls_server.endpoint}/health")
    assert old.returncode != 0 and old.stdout == ""


def test_the_SDK_works_over_TLS_and_URLs_say_https(tls_server, folder):
    credentials = tls_server.credentials
    client = boto3.client(
        SERVICE, endpoint_url=tls_server.endpoint, region_name=REGION, aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key, verify=str(folder / "certificate.pem"),
        config=Config(inject_host_prefix=False))
    store = client.create_datastore()["datastoreId"]
    poll(lambda: client.get_datastore(datastoreId=store)["datastoreProperties"]["datastoreStatus"] == "ACTIVE",
         what="ACTIVE")
    signed = session(credentials)
    signed.verify = str(folder / "certificate.pem")
    answer = signed.post(
        f"{tls_server.endpoint}/datastore/{store}/studies", data=part10(ct_slice()),
        headers={"Content-Type": "application/dicom"})
    assert answer.status_code == 200
    assert answer.json()["00081190"]["Value"][0].startswith("https://")


def test_HTTP_2_carries_signed_uploads_and_frames(tls_server, folder):
    client_arguments = ["--http2", "--aws-sigv4", f"aws:amz:{REGION}:{SERVICE}", "--user",
                        f"{tls_server.credentials.access_key}:{tls_server.credentials.secret_key}"]
    made = curl(tls_server, *client_arguments, "-X", "POST", f"{tls_server.endpoint}/datastore", "--header",
                "Content-Type: application/json", "--data", '{"clientToken": "http2"}')
    store = json.loads(made.stdout)["datastoreId"]
    source = ct_slice(rows=300, columns=400)
    (folder / "slice.dcm").write_bytes(part10(source))
    url = f"{tls_server.endpoint}/datastore/{store}/studies"
    stored = curl(tls_server, *client_arguments, "-X", "POST", url, "--header", "Content-Type: application/dicom",
                  "--data-binary", f"@{folder / 'slice.dcm'}")
    assert "00081199" in json.loads(stored.stdout), stored
    path = f"{source.StudyInstanceUID}/series/{source.SeriesInstanceUID}/instances/{source.SOPInstanceUID}/frames/1"
    curl(tls_server, *client_arguments, f"{url}/{path}", "--header", "Accept: application/octet-stream", "--output",
         str(folder / "frame"))
    assert (folder / "frame").read_bytes() == source.PixelData


# MARK: what is written where


SECRET_NAME, SECRET_ID, SECRET_TEXT = "Geheimrat^Zacharias", "ID-4711-0815", "a finding nobody may read " * 8


@pytest.fixture
def used_server(own_server):
    """A server that has been used in every way, right and wrong, with data that nobody may see."""
    own_server.environment["ISOCENTER_LOG_LEVEL"] = "trace"
    own_server.start()
    store = Datastore(own_server, "secrets")
    sources = [ct_slice(), text_instance(series="report")]
    for one in sources:
        one.PatientName, one.PatientID = SECRET_NAME, SECRET_ID
        one.ImageComments = SECRET_TEXT
    store.put("input/1.dcm", sources[0])
    store.put("input/2.dcm", part10(sources[1])[:900])
    store.import_all()
    store.stow(*sources)
    broken = text_instance(series="broken")
    broken.PatientName, broken.PatientID = SECRET_NAME, SECRET_ID * 30
    store.stow(broken)
    for query in ({"PatientName": SECRET_NAME}, {"nonsense": SECRET_ID}, {"StudyDate": SECRET_ID}):
        store.get("studies", "application/dicom+json", params=query)
    refused(store.client.search_image_sets, datastoreId=store.id, searchCriteria={
        "filters": [{"operator": "BETWEEN", "values": [{"DICOMPatientId": SECRET_ID}]}]})
    for summary in store.image_sets():
        store.metadata(summary["imageSetId"])
    store.get(f"studies/{SECRET_ID}/series/1/instances/1")
    return own_server


def test_logs_are_JSON_lines_without_patient_data(used_server):
    assert len(used_server.log) > 10
    for record in used_server.log:
        assert {"time", "level", "message"} <= set(record)
    requests_logged = [record for record in used_server.log if record["message"] == "request"]
    assert {"requestId", "operation", "status", "milliseconds"} <= set(requests_logged[0])
    for secret in ("Geheimrat", "Zacharias", SECRET_ID, "nobody may read", ct_slice().SOPInstanceUID):
        assert secret not in used_server.errors + used_server.output
    assert used_server.credentials.secret_key not in used_server.errors


def test_only_the_owner_can_read_the_data_folder(used_server):
    paths = [used_server.data, *used_server.data.rglob("*")]
    assert len(paths) > 8
    for path in paths:
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} has mode {mode:o}"


def test_stored_bytes_are_encrypted(used_server):
    packs = list(used_server.data.glob("datastores/*/packs/*"))
    assert packs
    for path in packs:
        content = path.read_bytes()
        for secret in (SECRET_NAME, SECRET_ID, SECRET_TEXT[:20]):
            assert secret.encode() not in content
        assert b"\xff\x4f\xff\x51" not in content, "a codestream in plain form"


def test_no_request_leaves_a_file_in_the_spool(used_server):
    assert list((used_server.data / "spool").iterdir()) == []


def test_the_secret_key_is_not_kept_in_plain_form(used_server):
    secret = used_server.credentials.secret_key.encode()
    for path in used_server.data.rglob("*"):
        assert path.is_dir() or secret not in path.read_bytes(), path


def test_a_deleted_data_store_leaves_no_bytes(own_server):
    own_server.start()
    store = Datastore(own_server, "gone")
    store.import_instances(*ct_series(2))
    assert list(own_server.data.rglob(f"{store.id}/**/*"))
    store.delete()
    assert [path for path in own_server.data.rglob("*") if store.id in str(path)] == []


# MARK: isocenter import


@pytest.fixture
def files(folder):
    """Two series, and a file that is no DICOM."""
    path = folder / "files"
    (path / "deep").mkdir(parents=True)
    for one in [*ct_series(2), *ct_series(2, series="other")]:
        (path / "deep" / f"{one.SOPInstanceUID}.dcm").write_bytes(part10(one))
    (path / "notes.txt").write_text("no DICOM")
    return path


@pytest.mark.parametrize("is_running", [False, True], ids=["server stopped", "server running"])
def test_a_folder_is_imported_with_a_summary(own_server, files, is_running):
    own_server.start()
    if not is_running:
        assert own_server.stop() == 0
    ended = own_server.run("import", str(files), "--datastore", "archive")
    assert ended.returncode == 1, "a failed file is a failure"
    assert re.search(r"Imported 4 of 5 files into 2 image sets in \d+\.\d\d s\.", ended.stdout)
    assert "1 FILES FAILED" in ended.stdout and f"{files}/notes.txt: " in ended.stdout
    (files / "notes.txt").unlink()
    again = own_server.run("import", str(files), "--datastore", "archive", "--json")
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert {name: str(summary[name]) for name in ("scanned", "imported", "failed", "imageSets", "jobStatus")} == {
        "scanned": "4", "imported": "4", "failed": "0", "imageSets": "2", "jobStatus": "COMPLETED"}
    if not is_running:
        own_server.start()
    client = native(own_server.endpoint, own_server.credentials)
    [store] = client.list_datastores(datastoreStatus="ACTIVE")["datastoreSummaries"]
    assert store["datastoreName"] == "archive"
    found = client.search_image_sets(datastoreId=store["datastoreId"])["imageSetsMetadataSummaries"]
    assert [one["version"] for one in found] == [2, 2]


@pytest.mark.parametrize(
    "arguments, told",
    [(["/nowhere", "--datastore", "x"], "/nowhere"), (["{empty}", "--datastore", "x"], "no files"),
     (["{empty}"], "--datastore"), (["{empty}", "--datastore", "0" * 32], "exist")])
def test_an_import_that_cannot_work_says_why(own_server, folder, arguments, told):
    (folder / "empty").mkdir()
    ended = own_server.run("import", *(argument.format(empty=folder / "empty") for argument in arguments))
    assert ended.returncode != 0
    assert told in ended.stdout + ended.stderr


# MARK: isocenter verify, env, codec


def test_verify_finds_everything_whole_and_every_damage(own_server):
    own_server.start()
    store = Datastore(own_server, "verified")
    outcome = store.import_instances(*ct_series(3))
    [image_set] = outcome.image_set_ids
    frames = [one["ImageFrames"][0]["ID"] for one in store.instances(image_set).values()]
    assert own_server.stop() == 0
    clean = own_server.run("verify")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "3 instances" in clean.stdout and "Everything reads back" in clean.stdout

    [pack] = [path for path in own_server.data.glob("datastores/*/packs/*") if path.stat().st_size > 4096]
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    damaged = own_server.run("verify")
    assert damaged.returncode == 1
    assert "DAMAGED" in damaged.stdout
    assert json.loads(own_server.run("verify", "--json").stdout)["damages"]

    own_server.start()
    client = native(own_server.endpoint, own_server.credentials)
    errors = 0
    for frame in frames:
        members = {"datastoreId": store.id, "imageSetId": image_set, "imageFrameInformation": {"imageFrameId": frame}}
        try:
            client.get_image_frame(**members)["imageFrameBlob"].read()
        except client.exceptions.InternalServerException:
            errors += 1
    metadata = session(own_server.credentials).get(
        f"{own_server.endpoint}/datastore/{store.id}/studies/{ct_slice().StudyInstanceUID}/metadata")
    assert (errors, metadata.status_code) in ((1, 200), (0, 500)), "one damaged byte costs one record, told as an error"


@pytest.mark.parametrize("standard_output", ["full", "closed"])
def test_a_start_that_cannot_be_told_is_logged_and_goes_on(binary, folder, standard_output):
    command = [str(binary), "serve", "--data", str(folder / "data"), "--port", "0"]
    if standard_output == "closed":
        command = ["sh", "-c", 'exec "$@" <&- >&-', "sh", *command]
    log = folder / "log"
    with open("/dev/full", "wb") as full, log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=full, stderr=errors, env=clean_environment(HOME=str(folder)))
    try:
        poll(lambda: "the root access key was made but not shown" in log.read_text(), what="the log line")
        assert process.poll() is None
        if standard_output == "closed":
            # Else the next file to be opened would have their places, and take what is written to them.
            places = [os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (0, 1)]
            assert places == ["/dev/null"] * 2
    finally:
        process.terminate()
    assert process.wait(timeout=DEADLINE) == 0


def test_a_log_that_cannot_be_written_does_not_end_the_server(own_server):
    with open("/dev/full", "wb") as full:
        own_server.start(log=full)
    store = Datastore(own_server, "no-log")
    assert store.stow(ct_slice()).status_code == 200
    assert len(store.image_sets()) == 1
    assert own_server.stop() == 0


def test_env_prints_lines_that_a_shell_can_read(own_server):
    ended = own_server.run("env", AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="secret")
    assert ended.returncode == 0
    shell = subprocess.run(
        ["sh", "-c", ended.stdout + "\necho $AWS_ENDPOINT_URL_MEDICAL_IMAGING $AWS_ACCESS_KEY_ID $AWS_REGION"],
        capture_output=True, text=True)
    assert shell.stdout == f"http://127.0.0.1:8080 AKIA {REGION}\n" and shell.stderr == ""


def test_codec_inspects_what_GetImageFrame_gives(datastore, folder):
    source = ct_slice(rows=230, columns=260)
    [image_set] = datastore.import_instances(source).image_set_ids
    [one] = datastore.instances(image_set).values()
    file = folder / "frame.jph"
    file.write_bytes(datastore.frame(image_set, one["ImageFrames"][0]["ID"]))
    ended = isocenter("codec", "inspect", str(file))
    assert ended.returncode == 0
    for told in ("260 x 230", "16 bit signed", "2 decomposition level", "rpcl", "resolution 2"):
        assert told in ended.stdout.lower(), told
    isocenter("codec", "decode", str(file), str(folder / "samples"))
    assert (folder / "samples").read_bytes() == source.PixelData


def test_codec_encodes_what_it_decodes(binary, folder):
    source = ct_slice()
    (folder / "samples").write_bytes(source.PixelData)
    for name in ("frame.jph", "frame.jhc"):
        size = ["--width", "40", "--height", "48", "--signed"]
        encoded = isocenter("codec", "encode", str(folder / "samples"), str(folder / name), *size)
        assert encoded.returncode == 0, encoded.stderr
        assert isocenter("codec", "decode", str(folder / name), str(folder / "back")).returncode == 0
        assert (folder / "back").read_bytes() == source.PixelData
    assert (folder / "frame.jhc").read_bytes().startswith(b"\xff\x4f")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\x4f\xff\x51"])
def test_codec_says_what_is_no_codestream(binary, folder, content):
    (folder / "bad").write_bytes(content)
    for command in (["inspect", str(folder / "bad")], ["decode", str(folder / "bad"), str(folder / "out")]):
        ended = isocenter("codec", *command)
        assert ended.returncode not in (0, -4, -5, -11), "an error, no crash"
        assert ended.stderr
