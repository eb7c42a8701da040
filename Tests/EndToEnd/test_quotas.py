"""Quotas and limits of imports (spec/10, spec/20), each with its own message, on a server whose quotas are small.

Those of the service's size are kept by default; quotas.md says where each is shown.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import sqlite3
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from clients import Datastore, native, part10, refused
from fixtures import ct_series, ct_slice, text_instance
from server import ROOT, Server, TemporaryFolder
from test_locks_and_limits import locked
from test_stow import failed as refused_instances, is_stored, referenced
from test_updates import MESSAGE, ImageSet, document

HERE = Path(__file__).parent
QUOTAS = {
    "concurrentImportJobs": 1, "filesPerJob": 3, "foldersPerJob": 2, "bytesPerJob": 40_000, "bytesPerFile": 30_000,
    "storeRequestBytes": 20_000, "datastores": 3, "metadataBytes": 9_000, "concurrentChanges": 1,
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
    assert store.stow(ct_slice(1, rows=8, columns=8)).status_code == 200
    [image_set] = store.image_sets()
    store.put("input/2.dcm", ct_slice(2, rows=8, columns=8))
    # The first job waits for the set, so it has not ended before the second is asked for, however late that is.
    with locked(ImageSet(store, image_set["imageSetId"])):
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


# MARK: metadata of an image set

METADATA_BYTES = QUOTAS["metadataBytes"]
OVER = f"The metadata of the image set would exceed {METADATA_BYTES} bytes"


def commented(number: int, length: int, series="series"):
    """An instance whose comment alone has so many bytes of the metadata document."""
    made = text_instance(number=number, series=series)
    made.ImageComments = "x" * length
    return made


def metadata_bytes(store: Datastore, image_set: str) -> int:
    answer = store.client.get_image_set_metadata(datastoreId=store.id, imageSetId=image_set)
    return len(gzip.decompress(answer["imageSetMetadataBlob"].read()))


def arrives(store: Datastore, door: str, instance) -> bool:
    """Sends an instance through a door; whether it was stored. What is refused is told with the right reason."""
    if door == "stow":
        answer = store.stow(instance)
        if answer.status_code == 409:
            assert refused_instances(answer) == [(instance.SOPInstanceUID, 0xA700)], "PS3.18 table I.2-2"
        return answer.status_code == 200
    prefix = f"one-{len(list(store.folder.iterdir()))}/"
    store.put(prefix + "1.dcm", instance)
    outcome = store.import_all(prefix)
    for failure in outcome.lines("FAILURE"):
        assert failure["exception"] == {"exceptionType": "ValidationException", "message": OVER}
    return outcome.summary["numberOfImportedFiles"] == 1


@pytest.mark.parametrize("door", ["job", "stow"])
def test_an_import_fills_the_metadata_of_a_set_to_the_last_byte_and_no_further(store, door):
    first, longer, filling = commented(1, 100), commented(2, 4_000), commented(2, 10)
    assert arrives(store, door, first)
    [image_set] = [one["imageSetId"] for one in store.image_sets()]
    assert arrives(store, door, filling)
    room = METADATA_BYTES - metadata_bytes(store, image_set) + 10
    assert not arrives(store, door, commented(2, room + 1))
    unchanged = store.client.get_image_set(datastoreId=store.id, imageSetId=image_set)
    assert (unchanged["versionId"], unchanged["imageSetWorkflowStatus"]) == ("2", "IMPORTED")
    assert arrives(store, door, commented(2, room))
    assert metadata_bytes(store, image_set) == METADATA_BYTES
    # A new copy that is shorter makes room again, and another instance may take it.
    assert not arrives(store, door, commented(3, 10)) and not is_stored(store, commented(3, 10))
    assert arrives(store, door, longer)
    assert arrives(store, door, commented(3, 10)) and is_stored(store, commented(3, 10))
    assert [one["imageSetId"] for one in store.image_sets()] == [image_set]


def test_files_for_a_set_that_would_be_too_long_fail_and_the_others_of_the_job_do_not(store):
    assert MESSAGE.fullmatch(OVER)
    for number, one in enumerate([commented(1, 5_000), commented(2, 5_000), commented(1, 10, series="other")]):
        store.put(f"input/{number}.dcm", one)
    outcome = store.import_all()
    assert [line["inputFile"][-5:] for line in outcome.lines("FAILURE")] == ["0.dcm", "1.dcm"]
    assert {line["exception"]["message"] for line in outcome.lines("FAILURE")} == {OVER}
    [imported] = outcome.lines("SUCCESS")
    assert imported["inputFile"].endswith("2.dcm") and imported["importResponse"]["isPrimary"]
    summary = outcome.summary
    assert summary["numberOfFilesWithCustomerError"] == 2 and summary["numberOfFilesWithServerError"] == 0
    assert summary["numberOfImportedFiles"] == summary["numberOfGeneratedImageSets"] == 1
    assert [one["imageSetId"] for one in store.image_sets()] == outcome.image_set_ids


def test_instances_of_a_request_fail_for_the_set_that_would_be_too_long_only(store):
    long = [commented(1, 3_000), commented(2, 3_000), commented(3, 3_000)]
    other = commented(1, 10, series="other")
    answer = store.stow(*long, other)
    assert answer.status_code == 202 and referenced(answer) == [other.SOPInstanceUID]
    assert refused_instances(answer) == [(one.SOPInstanceUID, 0xA700) for one in long]
    assert not is_stored(store, *long) and is_stored(store, other)
    assert store.stow(*long[:2]).status_code == 200, "two of them are not too long"


# MARK: concurrent changes


@contextlib.contextmanager
def changes_take_long(store: Datastore):
    """Changes are single transactions, over in a moment: here they wait for one of the test's own."""
    path = store.server.data / "datastores" / store.id / "catalog.sqlite"
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as catalog:
        catalog.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            catalog.execute("ROLLBACK")


@pytest.mark.parametrize("operation", ["UpdateImageSetMetadata", "CopyImageSet", "DeleteImageSet"])
def test_a_change_more_than_there_may_be_at_a_time_is_over_the_quota_and_goes_afterwards(store, operation):
    for series in ("first", "second", "third"):
        store.import_instances(text_instance(series=series))
    sets = [ImageSet(store, one["imageSetId"]) for one in store.image_sets()]

    def request(one: ImageSet, operation=operation):
        """The call and its members, made before anything waits."""
        client = store.client
        return {
            "UpdateImageSetMetadata": (client.update_image_set_metadata, one.request(
                updatable=document(series={"SeriesDescription": "X"}, source=series_of(one)))),
            "CopyImageSet": (client.copy_image_set, {
                "datastoreId": store.id, "sourceImageSetId": one.id,
                "copyImageSetInformation": {"sourceImageSet": {"latestVersionId": one.version}}}),
            "DeleteImageSet": (client.delete_image_set, one.members),
        }[operation]

    another = "DeleteImageSet" if operation == "CopyImageSet" else "CopyImageSet"
    requests = [request(one) for one in sets[:2]]
    call_another, members_of_another = request(sets[2], another)
    with ThreadPoolExecutor(3) as threads:
        with changes_take_long(store):
            # One of the two comes first, and is under way as long as the test likes; then the other is one too many.
            asked = [threads.submit(call, **members) for call, members in requests]
            other_kind = threads.submit(call_another, **members_of_another)
            refusals, under_way = wait(asked, timeout=8, return_when=FIRST_COMPLETED)
            assert len(refusals) == len(under_way) == 1
            refusal = refusals.pop().exception().response
            assert not other_kind.done(), "each operation has a quota of its own"
        assert under_way.pop().result()["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert other_kind.result()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert refusal["Error"]["Code"] == "ServiceQuotaExceededException"
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 402
    assert refusal["Error"]["Message"] == f"The data store has 1 {operation} requests in progress"
    # Both places are free again: the one that was refused goes now.
    [(call, members)] = [one for one, answer in zip(requests, asked) if answer.exception()]
    assert call(**members)["ResponseMetadata"]["HTTPStatusCode"] == 200


def series_of(one: ImageSet):
    """The series that an update of the set has to name."""
    [series] = one.metadata()["Study"]["Series"]
    named = text_instance()
    named.SeriesInstanceUID = series
    return named


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
