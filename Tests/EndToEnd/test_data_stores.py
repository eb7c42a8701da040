"""Data stores and tags with boto3 (spec/10 "Data stores", "Precise points")."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest

from clients import REGION, native, refused
from fixtures import ct_series, ct_slice
from server import poll

ACCOUNT = "123456789012"


@pytest.fixture
def client(server):
    return native(server.endpoint, server.credentials)


@pytest.fixture
def make(client):
    """Makes data stores and deletes them afterwards."""
    made = set()

    def make(**members) -> str:
        datastore = client.create_datastore(**members)["datastoreId"]
        made.add(datastore)
        return datastore

    yield make
    for datastore in made:
        if status(client, datastore) == "ACTIVE":
            client.delete_datastore(datastoreId=datastore)


def status(client, datastore: str) -> str:
    return client.get_datastore(datastoreId=datastore)["datastoreProperties"]["datastoreStatus"]


def delete(client, datastore: str):
    answer = client.delete_datastore(datastoreId=datastore)
    assert (answer["datastoreId"], answer["datastoreStatus"]) == (datastore, "DELETING")
    poll(lambda: status(client, datastore) == "DELETED", what="the data store's DELETED state")


def test_a_new_data_store_is_CREATING_and_becomes_ACTIVE(client, make):
    answer = client.create_datastore(datastoreName="radiology/ct.1#a-b")
    datastore = answer["datastoreId"]
    assert answer["datastoreStatus"] == "CREATING"
    assert re.fullmatch("[0-9a-f]{32}", datastore)
    poll(lambda: status(client, datastore) == "ACTIVE", what="the data store's ACTIVE state")
    properties = client.get_datastore(datastoreId=datastore)["datastoreProperties"]
    delete(client, datastore)
    assert properties["datastoreName"] == "radiology/ct.1#a-b"
    assert properties["losslessStorageFormat"] == "HTJ2K"
    assert properties["datastoreArn"] == f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{datastore}"
    age = datetime.datetime.now(datetime.timezone.utc) - properties["createdAt"]
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=5)
    assert properties["updatedAt"] >= properties["createdAt"]
    assert "kmsKeyArn" not in properties and "lambdaAuthorizerArn" not in properties


def test_a_data_store_without_a_name_gets_one(client, make):
    assert client.get_datastore(datastoreId=make())["datastoreProperties"]["datastoreName"]


def test_the_same_client_token_and_parameters_give_the_same_data_store(make):
    token = str(uuid.uuid4())
    assert make(clientToken=token, datastoreName="a") == make(clientToken=token, datastoreName="a")


@pytest.mark.parametrize(
    "other", [{"datastoreName": "b"}, {"datastoreName": "a", "tags": {"key": "value"}}, {}],
    ids=["another name", "tags", "no name"])
def test_the_same_client_token_with_other_parameters_is_a_conflict(client, make, other):
    token = str(uuid.uuid4())
    make(clientToken=token, datastoreName="a")
    error = refused(client.create_datastore, clientToken=token, **other)
    assert (error.code, error.status) == ("ConflictException", 409)


def test_the_list_is_filtered_by_status_and_comes_in_pages(client, make):
    kept, gone = {make(), make()}, make()
    delete(client, gone)

    def listed(**members) -> list[str]:
        pages = client.get_paginator("list_datastores").paginate(**members)
        return [summary["datastoreId"] for page in pages for summary in page["datastoreSummaries"]]

    active = listed(datastoreStatus="ACTIVE", PaginationConfig={"PageSize": 1})
    assert kept <= set(active) and gone not in active
    assert len(active) == len(set(active)), "a page repeats what another one had"
    assert gone in listed(datastoreStatus="DELETED")
    assert kept | {gone} <= set(listed())
    page = client.list_datastores(maxResults=1)
    assert len(page["datastoreSummaries"]) == 1 and page["nextToken"]
    assert {"datastoreId", "datastoreName", "datastoreStatus", "datastoreArn", "createdAt"} <= set(
        page["datastoreSummaries"][0])


def test_a_page_token_of_another_request_is_refused(client, make):
    make(), make()
    token = client.list_datastores(maxResults=1)["nextToken"]
    for members in ({"datastoreStatus": "ACTIVE"}, {"nextToken": token[:-4]}, {"nextToken": "bm9uc2Vuc2U="}):
        error = refused(client.list_datastores, **{"nextToken": token, "maxResults": 1} | members)
        assert (error.code, error.status) == ("ValidationException", 400), members
        assert "nextToken" in error.message


def test_a_deleted_data_store_stays_readable_and_takes_nothing(client, make):
    datastore = make(datastoreName="short-life")
    delete(client, datastore)
    assert client.get_datastore(datastoreId=datastore)["datastoreProperties"]["datastoreName"] == "short-life"
    for operation in (client.delete_datastore, client.search_image_sets, client.list_dicom_import_jobs):
        error = refused(operation, datastoreId=datastore)
        assert (error.code, error.status) == ("ResourceNotFoundException", 404), operation


def test_a_data_store_with_image_sets_is_not_deleted(datastore):
    outcome = datastore.import_instances(ct_slice())
    error = refused(datastore.client.delete_datastore, datastoreId=datastore.id)
    assert (error.code, error.status) == ("ConflictException", 409)
    assert datastore.instances(outcome.image_set_ids[0])


def test_a_data_store_is_not_deleted_while_an_import_runs(datastore):
    # So many that the import takes a second or more: the deletion is asked for before it has ended.
    for number, one in enumerate(ct_series(500, rows=8, columns=8)):
        datastore.put(f"input/{number}.dcm", one)
    job = datastore.start_import()
    error = refused(datastore.client.delete_datastore, datastoreId=datastore.id)
    assert (error.code, error.status) == ("ConflictException", 409)
    assert datastore.wait_for_import(job).summary["numberOfImportedFiles"] == 500


def test_more_than_ten_active_data_stores_are_over_the_quota(own_server):
    own_server.start()
    client = native(own_server.endpoint, own_server.credentials)
    made = [client.create_datastore()["datastoreId"] for _ in range(10)]
    token = str(uuid.uuid4())
    error = refused(client.create_datastore, clientToken=token)
    assert (error.code, error.status) == ("ServiceQuotaExceededException", 402)
    delete(client, made[0])
    eleventh = client.create_datastore(clientToken=token)["datastoreId"]
    assert eleventh not in made
    assert status(client, eleventh) in ("CREATING", "ACTIVE"), "a refused request must not use up its client token"
    assert refused(client.create_datastore).code == "ServiceQuotaExceededException"


# MARK: tags


def test_tags_are_added_replaced_and_removed(client, make):
    arn = f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{make(tags={'Team': 'radiology', 'a:b/c': ''})}"

    def tags() -> dict:
        return client.list_tags_for_resource(resourceArn=arn)["tags"]

    assert tags() == {"Team": "radiology", "a:b/c": ""}
    client.tag_resource(resourceArn=arn, tags={"Team": "cardiology, with spaces & more", "Stage": "test"})
    assert tags() == {"Team": "cardiology, with spaces & more", "a:b/c": "", "Stage": "test"}
    client.untag_resource(resourceArn=arn, tagKeys=["Stage", "a:b/c", "absent"])
    assert tags() == {"Team": "cardiology, with spaces & more"}


def test_an_image_set_has_tags_of_its_own(datastore):
    image_set = datastore.import_instances(ct_slice()).image_set_ids[0]
    arn = f"{datastore.arn}/imageset/{image_set}"
    assert datastore.client.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    datastore.client.tag_resource(resourceArn=arn, tags={"reviewed": "yes"})
    assert datastore.client.list_tags_for_resource(resourceArn=arn)["tags"] == {"reviewed": "yes"}
    assert datastore.client.list_tags_for_resource(resourceArn=datastore.arn)["tags"] == {}
    datastore.client.untag_resource(resourceArn=arn, tagKeys=["reviewed"])
    assert datastore.client.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_a_resource_takes_at_most_fifty_tags(client, make):
    arn = f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{make()}"
    fifty = {f"key{number}": "" for number in range(50)}
    client.tag_resource(resourceArn=arn, tags=fifty)
    error = refused(client.tag_resource, resourceArn=arn, tags={"oneMore": ""})
    assert (error.code, error.status) == ("ValidationException", 400)
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == fifty


@pytest.mark.parametrize("key", ["aws:reserved", "with space", "semi;colon?", "ümlaut"])
def test_a_tag_key_against_the_pattern_is_refused(client, make, key):
    arn = f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{make()}"
    error = refused(client.tag_resource, resourceArn=arn, tags={key: "value"})
    assert (error.code, error.status) == ("ValidationException", 400)
    assert "(?!aws:)[a-zA-Z+-=._:/]+" in error.message


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{'0' * 32}",
        f"arn:aws:medical-imaging:eu-west-1:{ACCOUNT}:datastore/{'0' * 32}",
        f"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/{'0' * 32}/imageset/{'0' * 32}",
    ], ids=["unknown data store", "another region", "unknown image set"])
def test_tags_of_an_unknown_resource_are_not_found(client, arn):
    for call in (
        lambda **members: client.list_tags_for_resource(**members),
        lambda **members: client.tag_resource(tags={"a": "b"}, **members),
        lambda **members: client.untag_resource(tagKeys=["a"], **members),
    ):
        error = refused(call, resourceArn=arn)
        assert (error.code, error.status) == ("ResourceNotFoundException", 404)
