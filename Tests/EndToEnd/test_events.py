"""What every state change is told as, and to whom (spec/70 "Events")."""

from __future__ import annotations

import base64
import random
import time

import pytest
from botocore.exceptions import ClientError

from clients import Datastore, native
from clinic import Clinic, settle
from event_receivers import Bus, EventFile, WebhookReceiver, brief, by_resource, once
from fixtures import ct_slice
from server import Server, TemporaryFolder, poll
from test_copies import copied, request
from test_updates import ImageSet, document

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
CREATED = ["Data Store Creating", "Data Store Created"]


@pytest.fixture
def told(own_server):
    """A server that writes its events to a file, a data store on it, and the file."""
    file = EventFile(own_server.folder / "events.ndjson")
    own_server.arguments = ["--events-file", str(file.path)]
    own_server.start()
    return own_server, Datastore(own_server, "radiology-1"), file


def of(events: list[dict], store: Datastore, image_set: str) -> list[str]:
    return [brief(one) for one in by_resource(events)[f"{store.arn}/imageset/{image_set}"]]


# MARK: one life, from the first event to the last


def test_a_data_store_is_told_of_from_its_creation_to_its_end(told):
    server, store, file = told
    store.delete()
    events = file.wait_for("Data Store Deleting", "Data Store Deleted")
    assert [one["detail-type"] for one in events] == [*CREATED, "Data Store Deleting", "Data Store Deleted"]
    assert [one["detail"]["datastoreStatus"] for one in events] == ["CREATING", "ACTIVE", "DELETING", "DELETED"]
    for event in events:
        assert event["resources"] == [store.arn]
        assert list(event["detail"]) == ["imagingVersion", "datastoreId", "datastoreName", "datastoreStatus"]
        assert event["detail"]["datastoreName"] == "radiology-1"


def test_a_job_names_its_prefix_while_it_runs_and_its_folder_when_it_has_ended(told):
    server, store, file = told
    store.put("input/1.dcm", ct_slice(1))
    store.put("input/2.dcm", b"no DICOM")
    outcome = store.import_all()
    events = file.wait_for("Image Set Created", "Import Job Completed")
    jobs = [one for one in events if one["detail-type"].startswith("Import Job")]
    assert [one["detail-type"] for one in jobs] == [
        "Import Job Submitted", "Import Job In Progress", "Import Job Completed"]
    assert [one["detail"]["jobStatus"] for one in jobs] == ["SUBMITTED", "IN_PROGRESS", "COMPLETED"]
    assert [one["detail"]["outputS3Uri"] for one in jobs] == [
        store.uri("output/"), store.uri("output/"), outcome.job["outputS3Uri"]]
    assert outcome.job["outputS3Uri"].endswith("/")
    for event in jobs:
        assert event["resources"] == [store.arn]
        assert list(event["detail"]) == [
            "imagingVersion", "datastoreId", "jobId", "jobName", "jobStatus", "inputS3Uri", "outputS3Uri"]
        assert event["detail"]["jobId"] == outcome.job["jobId"]
        assert event["detail"]["jobName"] == outcome.job["jobName"]
        assert event["detail"]["inputS3Uri"] == store.uri("input/")


def test_all_files_of_a_job_are_there_before_its_end_is_told(told):
    server, store, file = told
    for number in range(5):
        store.put(f"input/{number}.dcm", ct_slice(number + 1))
    store.start_import()
    poll(lambda: any(one["detail-type"] == "Import Job Completed" for one in file.events), interval=0.001)
    [folder] = (store.folder / "output").iterdir()
    assert (folder / "job-output-manifest.json").exists() and (folder / "SUCCESS" / "success.ndjson").exists()


def test_a_job_that_can_do_nothing_is_told_as_failed(told):
    server, store, file = told
    job = store.wait_for_import(store.start_import("nothing/")).job
    events = file.wait_for("Import Job Submitted", "Import Job Failed")
    assert events[-1]["detail"]["jobStatus"] == "FAILED"
    assert events[-1]["detail"]["outputS3Uri"] == f'{store.uri("output/")}{store.id}-DicomImport-{job["jobId"]}/'


def test_image_sets_are_told_of_version_by_version(told):
    server, store, file = told
    [first] = store.import_instances(ct_slice(1), ct_slice(2)).image_set_ids
    assert store.import_instances(ct_slice(3)).image_set_ids == [first]
    assert store.stow(ct_slice(4)).status_code == 200
    primary = ImageSet(store, first)
    primary.update(updatable=document(patient={"PatientName": "Other^Name"}))
    primary.update(revert="1")
    conflicting = ct_slice(5)
    conflicting.PatientID = "SOMEBODY-ELSE"
    [second] = store.import_instances(conflicting).image_set_ids
    store.client.delete_image_set(datastoreId=store.id, imageSetId=first)
    events = file.wait_for("Image Set Deleting", "Image Set Deleted")
    assert of(events, store, first) == [
        "Image Set Created v1 ACTIVE CREATED primary",
        "Image Set Updated v2 ACTIVE IMPORTED primary",
        "Image Set Updated v3 ACTIVE IMPORTED primary",
        "Image Set Updating v4 LOCKED UPDATING primary", "Image Set Updated v4 ACTIVE UPDATED primary",
        "Image Set Updating v5 LOCKED UPDATING primary", "Image Set Updated v5 ACTIVE UPDATED primary",
        "Image Set Deleting v5 LOCKED DELETING primary", "Image Set Deleted v5 DELETED DELETED primary"]
    assert of(events, store, second) == ["Image Set Created v1 ACTIVE CREATED"]
    for event in events:
        if "imagesetId" in event["detail"]:
            assert list(event["detail"]) == [
                "imagingVersion", "isPrimary", "imageSetVersion", "datastoreId", "imagesetId", "imageSetState",
                "imageSetWorkflowStatus"]
    # A refused request changes nothing, and nothing is told.
    with pytest.raises(ClientError):
        ImageSet(store, second).update(updatable=document(patient={"NoSuchKeyword": "x"}))
    text = file.path.read_text()
    assert text.count("\n") == len(events)
    assert not any(word in text for word in ("Other", "Muster", "SOMEBODY", "P-1"))


def test_a_copy_names_its_source_while_it_is_copied(told):
    server, store, file = told
    source = ImageSet(store, store.import_instances(ct_slice(1), ct_slice(2)).image_set_ids[0])
    made = copied(source)
    events = file.wait_for("Image Set Copying With Read Only Access", "Image Set Copying", "Image Set Copied")
    assert of(events, store, source.id)[1:] == [
        "Image Set Copying With Read Only Access v1 LOCKED COPYING_WITH_READ_ONLY_ACCESS primary"]
    assert of(events, store, made.id) == [
        "Image Set Copying v1 LOCKED COPYING", "Image Set Copied v1 ACTIVE COPIED"]
    named = [one["detail"].get("sourceImageSetArn") for one in events]
    assert named == [None] * (len(events) - 2) + [f"{store.arn}/imageset/{source.id}", None]


def test_a_copy_that_fails_late_is_told_as_failed(told):
    server, store, file = told
    source = ImageSet(store, store.import_instances(ct_slice(1)).image_set_ids[0])
    made = copied(source)
    # The same instance once more.
    store.client.copy_image_set(**request(source, made))
    events = file.wait_for("Image Set Copying", "Image Set Copy Failed")
    assert of(events, store, made.id)[2:] == [
        "Image Set Copying v2 LOCKED COPYING", "Image Set Copy Failed v2 ACTIVE COPY_FAILED"]


def test_a_promotion_is_a_copy_and_the_end_of_the_set_it_replaces(told):
    server, store, file = told
    old = ImageSet(store, store.import_instances(ct_slice(1)).image_set_ids[0])
    beside = copied(old)
    beside.update(updatable=document(source=ct_slice(1), instances={
        ct_slice(1).SOPInstanceUID: {"DICOM": {"SOPInstanceUID": ct_slice(2).SOPInstanceUID}}}), force=True)
    promoted = copied(beside, promoteToPrimary=True)
    events = file.wait_for("Image Set Copied", "Image Set Deleting", "Image Set Deleted")
    assert of(events, store, promoted.id) == [
        "Image Set Copying v1 LOCKED COPYING primary", "Image Set Copied v1 ACTIVE COPIED primary"]
    assert of(events, store, old.id)[-2:] == [
        "Image Set Deleting v1 LOCKED DELETING primary", "Image Set Deleted v1 DELETED DELETED primary"]


def test_a_study_is_told_of_set_by_set(told):
    server, store, file = told
    first = ImageSet(store, store.import_instances(ct_slice(1)).image_set_ids[0])
    [second] = store.import_instances(ct_slice(1, series="other")).image_set_ids
    first.update(updatable=document(patient={"PatientName": "Both"}), includeStudyImageSets=True)
    events = file.wait_for("Image Set Updating", "Image Set Updated", "Image Set Updating", "Image Set Updated")
    assert of(events, store, first.id)[1:] == [
        "Image Set Updating v2 LOCKED UPDATING primary", "Image Set Updated v2 ACTIVE UPDATED primary"]
    assert of(events, store, second)[1:] == [
        "Image Set Updating v2 LOCKED UPDATING_FOR_STUDY_CONSISTENCY primary",
        "Image Set Updated v2 ACTIVE UPDATED primary"]


def test_an_import_beside_the_server_is_told_of_too(told):
    server, store, file = told
    folder = server.folder / "beside"
    folder.mkdir()
    store.put("beside.dcm", ct_slice(1)).rename(folder / "1.dcm")
    assert server.run("import", str(folder), "--datastore", store.id).returncode == 0
    events = file.wait_for("Image Set Created", "Import Job Completed")
    assert [one["detail-type"] for one in events][2:4] == ["Import Job Submitted", "Import Job In Progress"]


# MARK: where events go


def test_eventbridge_takes_signed_events_and_routes_them(own_server):
    with Bus() as bus:
        prefix = "ISOCENTER_EVENTS_EVENTBRIDGE_"
        own_server.environment |= {
            prefix + "ENDPOINT": bus.endpoint, prefix + "BUS": "images", prefix + "REGION": "us-east-1",
            prefix + "ACCESS_KEY_ID": bus.key["aws_access_key_id"],
            prefix + "SECRET_ACCESS_KEY": bus.key["aws_secret_access_key"]}
        own_server.start()
        store = Datastore(own_server, "bus")
        series = [ct_slice(1, series=f"series {number}") for number in range(12)]
        store.import_instances(*series)
        found: list[dict] = []

        def arrived():
            found.extend(bus.receive())
            return len(found) >= 2 + 3 + 12

        poll(arrived, what="all events in the queue")
        assert all(one["source"] == "aws.medical-imaging" and one["version"] == "0" for one in found)
        types = [one["detail-type"] for one in found]
        assert types.count("Image Set Created") == 12 and len(types) == 17
        resources = by_resource(found)
        assert [one["detail-type"] for one in resources[store.arn]] == [
            *CREATED, "Import Job Submitted", "Import Job In Progress", "Import Job Completed"]
        own_server.stop()
        # A wrong secret is refused, which loses nothing.
        good = own_server.environment[prefix + "SECRET_ACCESS_KEY"]
        own_server.environment[prefix + "SECRET_ACCESS_KEY"] = "wrong"
        own_server.start()
        store.client = native(own_server.endpoint, own_server.credentials)
        [image_set, *_] = store.image_sets()
        store.client.delete_image_set(datastoreId=store.id, imageSetId=image_set["imageSetId"])
        poll(lambda: any("could not be delivered" in line["message"] for line in own_server.log), what="a warning")
        assert bus.receive() == []
        assert "wrong" not in own_server.errors
        own_server.stop()
        own_server.environment[prefix + "SECRET_ACCESS_KEY"] = good
        own_server.start()
        found.clear()
        poll(lambda: found.extend(bus.receive()) or len(found) >= 2, what="the events that waited")
        assert [one["detail-type"] for one in found] == ["Image Set Deleting", "Image Set Deleted"]


def test_a_webhook_that_fails_at_first_gets_every_event_in_order(own_server):
    file = EventFile(own_server.folder / "events.ndjson")
    with WebhookReceiver(SECRET) as receiver:
        receiver.status = 503
        configuration = own_server.folder / "isocenter.yaml"
        configuration.write_text(
            f"events:\n  journal:\n    file: {file.path}\n"
            f"  hook:\n    webhook:\n      url: {receiver.url}\n      secret: {SECRET}\n      timeout: 5\n")
        own_server.arguments = ["--config", str(configuration)]
        own_server.start()
        store = Datastore(own_server, "hook")
        store.import_instances(ct_slice(1))
        # The other sink does not wait for it.
        file.wait_for("Image Set Created", "Import Job Completed")
        poll(lambda: len(receiver.attempts) >= 2, what="a second attempt")
        assert receiver.events == [] and len(set(receiver.attempts)) == 1
        receiver.status = 204
        poll(lambda: len(receiver.events) == 6, what="all events")
        assert once(receiver.events) == receiver.events
        assert by_resource(receiver.events) == by_resource(file.events)
        assert receiver.forged == []
        assert "token=t" not in own_server.errors and SECRET not in own_server.errors


def test_without_sinks_nothing_piles_up(own_server):
    own_server.start()
    store = Datastore(own_server, "nobody-listens")
    store.import_instances(ct_slice(1))
    own_server.stop()
    file = EventFile(own_server.folder / "events.ndjson")
    own_server.arguments = ["--events-file", str(file.path)]
    own_server.start()
    store.client = native(own_server.endpoint, own_server.credentials)
    store.client.delete_image_set(datastoreId=store.id, imageSetId=store.image_sets()[0]["imageSetId"])
    assert [one["detail-type"] for one in file.wait_for("Image Set Deleting", "Image Set Deleted")] == [
        "Image Set Deleting", "Image Set Deleted"]


@pytest.mark.parametrize(
    "events, complaint",
    [
        ("{a: {}}", "events.a must have one of file, webhook and eventBridge"),
        ("{a: {file: /nowhere/events}}", "events.a: /nowhere/events: the file cannot be opened"),
        ("{a: {file: /tmp, webhook: {url: 'http://h', secret: s}}}", "must have one of"),
        ("{a: {webhook: {url: 'ftp://h', secret: s}}}", "events.a.webhook.url must be an http or https address"),
        ("{a: {webhook: {url: 'http://h', secret: s}}}", "events.a.webhook.secret must be whsec_"),
        ("{a: {eventBridge: {endpoint: 'http://h'}}}", "events.a.eventBridge needs accessKeyId and secretAccessKey"),
        ("{'a b': {file: /tmp/x}}", "the name of a sink of events"),
    ])
def test_wrong_settings_are_said_at_the_start(own_server, events, complaint):
    configuration = own_server.folder / "isocenter.yaml"
    configuration.write_text(f"events: {events}\n")
    own_server.arguments = ["--config", str(configuration)]
    own_server.spawn()
    assert own_server.wait() != 0
    assert complaint in own_server.errors


# MARK: kill -9

KILLS = 20


@pytest.fixture(scope="module")
def survivor(binary):
    """A server that was killed under changes, what it had promised until then, and the file of its events."""
    with TemporaryFolder() as folder:
        file = EventFile(folder / "events.ndjson")
        server = Server(
            folder, buckets={Datastore.BUCKET: folder / "bucket"}, arguments=["--events-file", str(file.path)])
        try:
            server.start()
            store = Datastore(server, "killed")
            generator = random.Random(70)
            [first] = store.import_instances(ct_slice(1, rows=16, columns=16)).image_set_ids
            versions, names, deleted, troubles = {first: 1}, {first: {}}, set(), []
            for kill in range(KILLS):
                worker = Clinic(store, generator)
                worker.versions, worker.names, worker.deleted = versions, names, deleted
                store.put(f"job-{kill}/1.dcm", ct_slice(1, rows=16, columns=16, study=f"study {kill}"))
                job = store.start_import(f"job-{kill}/")
                worker.start()
                time.sleep(generator.uniform(0.05, 0.8))
                server.kill()
                worker.join(timeout=30)
                troubles += worker.unexpected
                server.start()
                store.client = native(server.endpoint, server.credentials)
                assert store.wait_for_import(job).job["jobStatus"] == "COMPLETED"
                settle(store, worker, worker.doubtful, troubles)
            assert not troubles
            last = copied(ImageSet(store, store.image_sets()[0]["imageSetId"]))
            store.client.delete_image_set(datastoreId=store.id, imageSetId=last.id)
            # A set deleted before the last kill may have been told of last, too.
            file.wait_for("Image Set Deleting", "Image Set Deleted", image_set=last.id)
            yield store, deleted | {last.id}, file.path.read_text(), file.events
        finally:
            server.kill()


def test_no_line_of_the_file_is_torn(survivor):
    _, _, text, events = survivor
    assert text.endswith("\n") and text.count("\n") == len(events)


def test_no_event_is_lost_and_those_of_a_set_are_in_order(survivor):
    store, deleted, _, events = survivor
    told = by_resource(once(events))
    seen = {resource.split("/")[-1]: [brief(one) for one in told[resource]] for resource in told if "/imageset/" in resource}
    standing = {one["imageSetId"] for one in store.image_sets()}
    assert standing <= set(seen) and set(seen) - standing == deleted
    for image_set, found in seen.items():
        own = [line for line in found if "Read Only" not in line]
        if image_set in deleted:
            assert [line.split(" v")[0] for line in own[-2:]] == ["Image Set Deleting", "Image Set Deleted"]
            continue
        expected = []
        for version in reversed(ImageSet(store, image_set).versions):
            number, status = version["versionId"], version["ImageSetWorkflowStatus"]
            before = {"UPDATED": "Updating", "COPIED": "Copying"}.get(status)
            if before:
                expected.append(f"Image Set {before} v{number}")
            expected.append(f"Image Set {status.capitalize()} v{number}")
        assert [line.rsplit(" ACTIVE")[0].rsplit(" LOCKED")[0] for line in own] == expected, image_set


def test_every_job_is_told_of_from_its_submission_to_its_end(survivor):
    store, _, _, events = survivor
    jobs: dict[str, list[str]] = {}
    for event in once(events):
        if "jobId" in event["detail"]:
            jobs.setdefault(event["detail"]["jobId"], []).append(event["detail"]["jobStatus"])
    assert len(jobs) == KILLS + 1
    assert all(statuses == ["SUBMITTED", "IN_PROGRESS", "COMPLETED"] for statuses in jobs.values())


def test_what_was_told_twice_has_one_id(survivor):
    _, _, _, events = survivor
    # No two events of one set say the same.
    said = [
        (one["resources"][0], brief(one)) for one in once(events)
        if "/imageset/" in one["resources"][0] and "Read Only" not in one["detail-type"]]
    assert len(said) == len(set(said))
