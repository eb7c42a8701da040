"""What every answer of the cloud-native API has, and the words of its errors (spec/00 "Errors")."""

from __future__ import annotations

import json
import re
import socket
import uuid

import pytest

from clients import ROLE, native, refused
from fixtures import ct_slice

ID = "0" * 32


@pytest.fixture(scope="module")
def client(server):
    """A client that sends anything."""
    return native(server.endpoint, server.credentials, parameter_validation=False)


@pytest.mark.parametrize(
    "operation, members, told",
    [
        ("get_datastore", {"datastoreId": "NOT-AN-ID"},
         "1 validation error detected: Value 'NOT-AN-ID' at 'datastoreId' failed to satisfy constraint: "
         "Member must satisfy regular expression pattern: [0-9a-z]{32}"),
        ("get_datastore", {"datastoreId": ID + "0"}, "at 'datastoreId' failed to satisfy constraint"),
        ("get_image_set", {"datastoreId": ID, "imageSetId": "x"}, "Value 'x' at 'imageSetId'"),
        ("get_image_set", {"datastoreId": ID, "imageSetId": ID, "versionId": "latest"},
         r"Value 'latest' at 'versionId' failed to satisfy constraint: "
         r"Member must satisfy regular expression pattern: \d+"),
        ("get_image_frame", {"datastoreId": ID, "imageSetId": ID, "imageFrameInformation": {"imageFrameId": "../etc"}},
         "at 'imageFrameInformation.imageFrameId' failed to satisfy constraint"),
        ("get_image_frame", {"datastoreId": ID, "imageSetId": ID, "imageFrameInformation": {}},
         "Value null at 'imageFrameInformation.imageFrameId' failed to satisfy constraint: Member must not be null"),
        ("create_datastore", {"datastoreName": "with space"}, "pattern: [A-Za-z0-9._/#-]+"),
        ("create_datastore", {"datastoreName": "a" * 257}, "length less than or equal to 256"),
        ("create_datastore", {"datastoreName": ""}, "length greater than or equal to 1"),
        ("create_datastore", {"clientToken": "a b"}, "at 'clientToken'"),
        ("create_datastore", {"clientToken": "a" * 65}, "length less than or equal to 64"),
        ("create_datastore", {"losslessStorageFormat": "PNG"}, "enum value set: [HTJ2K, JPEG_2000_LOSSLESS]"),
        ("create_datastore", {"kmsKeyArn": "arn:aws:kms:key"}, "at 'kmsKeyArn'"),
        ("create_datastore", {"lambdaAuthorizerArn": "arn:aws:s3:::x"}, "at 'lambdaAuthorizerArn'"),
        ("create_datastore", {"tags": {"k": "v" * 257}}, "length less than or equal to 256"),
        ("list_datastores", {"maxResults": 51}, "value less than or equal to 50"),
        ("list_datastores", {"maxResults": 0}, "value greater than or equal to 1"),
        ("list_datastores", {"datastoreStatus": "BUSY"}, "at 'datastoreStatus'"),
        ("list_dicom_import_jobs", {"datastoreId": ID, "jobStatus": "DONE"}, "at 'jobStatus'"),
        ("start_dicom_import_job",
         {"datastoreId": ID, "dataAccessRoleArn": "nobody", "inputS3Uri": "s3://one/", "outputS3Uri": "s3://two/"},
         "at 'dataAccessRoleArn'"),
        ("start_dicom_import_job",
         {"datastoreId": ID, "dataAccessRoleArn": ROLE, "inputS3Uri": "/tmp/x", "outputS3Uri": "s3://bucket/"},
         "at 'inputS3Uri'"),
        ("start_dicom_import_job",
         {"datastoreId": ID, "dataAccessRoleArn": ROLE, "inputS3Uri": "s3://B_CKET/", "outputS3Uri": "s3://bucket/"},
         "at 'inputS3Uri'"),
        ("start_dicom_import_job", {"datastoreId": ID, "dataAccessRoleArn": ROLE, "inputS3Uri": "s3://bucket/"},
         "Value null at 'outputS3Uri' failed to satisfy constraint: Member must not be null"),
        ("start_dicom_import_job",
         {"datastoreId": ID, "dataAccessRoleArn": ROLE, "inputS3Uri": "s3://bucket/", "outputS3Uri": "s3://bucket/",
          "inputOwnerAccountId": "12"}, "at 'inputOwnerAccountId'"),
        ("list_tags_for_resource", {"resourceArn": "arn:aws:s3:::bucket"}, "at 'resourceArn'"),
    ])
def test_a_member_against_the_model_is_named_with_its_rule(client, operation, members, told):
    error = refused(getattr(client, operation), **members)
    assert (error.code, error.status) == ("ValidationException", 400)
    assert told in error.message


def test_all_faults_of_a_request_are_told_at_once(client):
    error = refused(client.create_datastore, datastoreName="a b", clientToken="c d", losslessStorageFormat="PNG")
    assert error.message.startswith("3 validation errors detected: ")
    assert all(name in error.message for name in ("datastoreName", "clientToken", "losslessStorageFormat"))


@pytest.mark.parametrize(
    "operation, members",
    [
        ("get_datastore", {}), ("delete_datastore", {}), ("search_image_sets", {}), ("list_dicom_import_jobs", {}),
        ("get_dicom_import_job", {"jobId": ID}), ("get_image_set", {"imageSetId": ID}),
        ("start_dicom_import_job",
         {"dataAccessRoleArn": ROLE, "inputS3Uri": "s3://tests/a/", "outputS3Uri": "s3://tests/b/"}),
    ])
@pytest.mark.parametrize("datastore", [ID, "z" * 32], ids=["of ours", "of no form of ours"])
def test_an_unknown_data_store_is_not_found(client, operation, members, datastore):
    error = refused(getattr(client, operation), datastoreId=datastore, **members)
    assert (error.code, error.status) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    "method, path, status, shape",
    [
        ("GET", f"/datastore/{ID}", 404, "ResourceNotFoundException"),
        ("GET", "/datastore/x", 400, "ValidationException"),
        ("GET", "/nothing/here", 404, None),
        ("PUT", "/datastore", 404, None),
    ])
def test_an_error_has_shape_message_and_request_id(datastore, method, path, status, shape):
    answer = datastore.http.request(method, datastore.server.endpoint + path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["x-amzn-ErrorType"] == (shape or answer.headers["x-amzn-ErrorType"])
    assert set(answer.json()) == {"message"} and answer.json()["message"]
    assert uuid.UUID(answer.headers["x-amzn-RequestId"])


def test_every_answer_has_a_request_id_of_its_own(server):
    client = native(server.endpoint, server.credentials)
    answers = [client.list_datastores()["ResponseMetadata"]["RequestId"] for _ in range(3)]
    answers += [refused(client.get_datastore, datastoreId=ID).request_id for _ in range(3)]
    assert len(set(map(uuid.UUID, answers))) == 6


def test_timestamps_are_epoch_seconds_with_milliseconds(datastore):
    properties = datastore.http.get(datastore.url).json()["datastoreProperties"]
    for member in ("createdAt", "updatedAt"):
        assert isinstance(properties[member], (int, float))
        assert re.fullmatch(r"\d{10}(\.\d{1,3})?", json.dumps(properties[member]))


@pytest.mark.parametrize("inject_host_prefix", [True, False], ids=["with host prefix", "without host prefix"])
def test_all_operations_work_with_and_without_host_prefix(datastore, monkeypatch, inject_host_prefix):
    """Clients prefix the host of 8 operations unless told not to; the signature then covers `runtime-localhost`."""
    resolve, asked = socket.getaddrinfo, set()

    def resolved(host, *arguments, **options):
        asked.add(host)
        return resolve("127.0.0.1" if host.endswith("localhost") else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    endpoint = datastore.server.endpoint.replace("127.0.0.1", "localhost")
    client = native(endpoint, datastore.server.credentials, inject_host_prefix=inject_host_prefix)
    [image_set] = datastore.import_instances(ct_slice()).image_set_ids
    members = {"datastoreId": datastore.id, "imageSetId": image_set}
    [one] = datastore.instances(image_set).values()
    asked.clear()
    assert client.search_image_sets(datastoreId=datastore.id)["imageSetsMetadataSummaries"]
    assert client.get_image_set(**members)["versionId"] == "1"
    assert client.get_image_set_metadata(**members)["imageSetMetadataBlob"].read()
    assert client.list_image_set_versions(**members)["imageSetPropertiesList"]
    frame = {"imageFrameId": one["ImageFrames"][0]["ID"]}
    assert client.get_image_frame(**members, imageFrameInformation=frame)["imageFrameBlob"].read()
    assert client.delete_image_set(**members)["imageSetState"] == "LOCKED"
    assert client.get_datastore(datastoreId=datastore.id)["datastoreProperties"]["datastoreStatus"] == "ACTIVE"
    assert asked == ({"localhost", "runtime-localhost"} if inject_host_prefix else {"localhost"})
