"""Quotas and limits of imports (spec/10, spec/20), each with its own message, on a server whose quotas are small.

Those of the service's size are kept by default; quotas.md says where each is shown.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clients import Datastore, native, part10, refused
from fixtures import ct_series, ct_slice, text_instance
from server import ROOT, Server, TemporaryFolder

HERE = Path(__file__).parent
QUOTAS = {
    "concurrentImportJobs": 1, "filesPerJob": 3, "foldersPerJob": 2, "bytesPerJob": 40_000, "bytesPerFile": 30_000,
    "storeRequestBytes": 20_000, "datastores": 3,
}


@pytest.fixture(scope="module")
def small_server(binary):
    with TemporaryFolder() as folder:
        configuration = folder / "quotas.yaml"
        lines = [f"  {name}: {value}\n" for name, value in QUOTAS.items()]
        configuration.write_text("quotas:\n" + "".join(lines))
        arguments = ["--config", str(configuration)]
        with Server(folder, buckets={Datastore.BUCKET: folder / "bucket"}, arguments=arguments) as running:
            yield running


@pytest.fixture
def store(small_server, request):
    made = Datastore(small_server, request.node.name.split("[")[0][:60])
    yield made
    made.delete()


def failed(store: Datastore) -> str:
    """The message of a job that cannot begin."""
    job = store.wait_for_import(store.start_import()).job
    assert job["jobStatus"] == "FAILED"
    assert store.image_sets() == []
    return job["message"]


def test_a_job_of_too_many_files_fails_with_count_and_limit(store):
    for number, one in enumerate(ct_series(4, rows=8, columns=8)):
        store.put(f"input/{number}.dcm", one)
    assert failed(store) == "DICOM import job has failed. FILE_COUNTS_LIMIT exceeded: 4 files, at most 3"


def test_a_job_of_too_many_folders_fails_with_the_limit(store):
    store.put("input/a/b/1.dcm", text_instance())
    assert failed(store) == "DICOM import job has failed. FOLDER_COUNTS_LIMIT exceeded: more than 2 folders"


def test_a_job_of_too_many_bytes_fails_with_count_and_limit(store):
    for number in range(3):
        store.put(f"input/{number}", bytes(20_000))
    assert failed(store) == "DICOM import job has failed. FILE_SIZE_LIMIT exceeded: 60000 bytes, at most 40000"


def test_a_file_of_too_many_bytes_fails_alone(store):
    store.put("input/1.dcm", ct_slice(1, rows=8, columns=8))
    store.put("input/2.dcm", part10(ct_slice(2, rows=8, columns=8)) + bytes(30_000))
    outcome = store.import_all()
    [failure] = outcome.lines("FAILURE")
    assert failure["inputFile"].endswith("/2.dcm")
    assert failure["exception"] == {
        "exceptionType": "ValidationException", "message": "The file is larger than 30000 bytes"}
    assert outcome.summary["numberOfFilesWithCustomerError"] == 1 == outcome.summary["numberOfImportedFiles"]


def test_a_second_job_at_a_time_is_over_the_quota_and_goes_when_the_first_has_ended(store):
    for number, one in enumerate(ct_series(3, rows=64, columns=64)):
        store.put(f"input/{number}.dcm", one)
    first = store.start_import(clientToken="first")
    error = refused(store.start_import, clientToken="second")
    assert (error.code, error.status) == ("ServiceQuotaExceededException", 402)
    assert error.message == "The data store has reached its 1 concurrent import jobs"
    assert store.start_import(clientToken="first") == first, "what is repeated is no second job"
    store.wait_for_import(first)
    store.wait_for_import(store.start_import(clientToken="second"))


def test_a_STOW_request_of_too_many_bytes_is_refused(store):
    answer = store.stow(ct_slice(1, rows=128, columns=128))
    assert answer.status_code == 413
    assert store.image_sets() == []


def test_more_data_stores_than_there_may_be_are_over_the_quota(small_server):
    client = native(small_server.endpoint, small_server.credentials)
    made = [client.create_datastore()["datastoreId"] for _ in range(3)]
    error = refused(client.create_datastore)
    assert (error.code, error.status) == ("ServiceQuotaExceededException", 402)
    assert "3" in error.message
    for one in made:
        client.delete_datastore(datastoreId=one)


# MARK: the table


ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (HERE / "quotas.md").read_text().splitlines() if line.startswith("| ") and "---" not in line][1:]


@pytest.mark.parametrize("shown", sorted({name for row in ROWS for name in row[2].split("<br>")}))
def test_every_test_that_the_table_names_is_there(shown):
    file, _, test = shown.partition("::")
    path = HERE / file if file.endswith(".py") else ROOT / "Tests" / file
    assert path.exists(), shown
    assert re.search(rf"(def|func) {test}\(", path.read_text()), shown
