"""SearchImageSets with boto3 (spec/10)."""

from __future__ import annotations

import datetime

import pytest

from clients import native, refused
from fixtures import ct_series, ct_slice, text_instance, uid

STUDY_DATES = {"one": "20240101", "two": "20240229", "three": "20241231", "four": None}


def of_study(name: str, *instances, **elements):
    """The instances, with the identity of a named study and some elements set."""
    for one in instances:
        one.PatientID, one.AccessionNumber, one.StudyID = f"P-{name}", f"ACC {name}", f"ID-{name}"
        one.StudyDate = STUDY_DATES[name]
        for keyword, value in elements.items():
            setattr(one, keyword, value)
    return instances


@pytest.fixture(scope="module")
def found(archive) -> dict[str, str]:
    """Image sets by name, in the order in which they were made; `odd` is not primary."""
    found = {}
    for name in STUDY_DATES:
        slices = ct_series(2, study=name, series="ct")
        found[name] = archive.import_instances(*of_study(name, *slices)).image_set_ids[0]
    odd = of_study("one", *ct_series(2, study="one", series="ct"), SeriesNumber=9)
    found["odd"] = archive.import_instances(*odd).image_set_ids[0]
    report = of_study("one", text_instance(study="one", series="report"))
    found["report"] = archive.import_instances(*report).image_set_ids[0]
    return found


@pytest.fixture(scope="module")
def search(archive, found):
    names = {image_set: name for name, image_set in found.items()}

    def search(*filters: tuple, sort: tuple | None = None) -> list[str]:
        criteria = {"filters": [{"operator": operator, "values": list(values)} for operator, *values in filters]}
        criteria = criteria if filters else {}
        if sort:
            criteria["sort"] = {"sortField": sort[0], "sortOrder": sort[1]}
        return [names[summary["imageSetId"]] for summary in archive.image_sets(**criteria)]

    return search


def on(date: str, time: str | None = None) -> dict:
    value = {"DICOMStudyDate": date} | ({"DICOMStudyTime": time} if time else {})
    return {"DICOMStudyDateAndTime": value}


EQUAL, BETWEEN = "EQUAL", "BETWEEN"


@pytest.mark.parametrize(
    "filters, names",
    [
        ([], "odd report one two three four"),
        ([(EQUAL, {"DICOMPatientId": "P-two"})], "two"),
        ([(EQUAL, {"DICOMPatientId": "p-two"})], ""),
        ([(EQUAL, {"DICOMPatientId": "P-"})], ""),
        ([(EQUAL, {"DICOMPatientId": "P-*"})], ""),
        ([(EQUAL, {"DICOMAccessionNumber": "ACC three"})], "three"),
        ([(EQUAL, {"DICOMStudyId": "ID-one"})], "one odd report"),
        ([(EQUAL, {"DICOMStudyInstanceUID": uid("study", "one")})], "one odd report"),
        ([(EQUAL, {"DICOMSeriesInstanceUID": uid("series", "two", "ct")})], "two"),
        ([(EQUAL, {"isPrimary": False})], "odd"),
        ([(EQUAL, {"isPrimary": True})], "report one two three four"),
        ([(EQUAL, {"DICOMStudyInstanceUID": uid("study", "one")}), (EQUAL, {"isPrimary": True})], "one report"),
        ([(EQUAL, on("20240229", "101112"))], "two"),
        ([(EQUAL, on("20240229"))], ""),
        ([(BETWEEN, on("20240101"), on("20240229"))], "one odd report"),
        ([(BETWEEN, on("20240101"), on("20240301"))], "one odd two report"),
        ([(BETWEEN, on("20240101", "101112"), on("20240229", "235959"))], "one odd two report"),
        ([(BETWEEN, on("20240101", "101113"), on("20241231", "101112"))], "two three"),
        ([(BETWEEN, on("20230101"), on("20231231"))], ""),
        ([(BETWEEN, {"createdAt": 0}, {"createdAt": "2100-01-01T00:00:00Z"})], "odd report one two three four"),
        ([(BETWEEN, {"createdAt": 0}, {"createdAt": 1})], ""),
    ])
def test_filters_find_exactly_what_they_say(search, filters, names):
    assert sorted(search(*filters)) == sorted(names.split())


def test_times_are_inclusive_bounds(archive, found, search):
    [summary] = archive.image_sets(filters=[{"operator": "EQUAL", "values": [{"DICOMPatientId": "P-two"}]}])
    for member in ("createdAt", "updatedAt"):
        exact = {member: summary[member]}
        assert "two" in search((BETWEEN, exact, exact)), "both bounds belong to the range"
        later = {member: summary[member] + datetime.timedelta(milliseconds=1)}
        assert "two" not in search((BETWEEN, later, {member: summary[member] + datetime.timedelta(days=1)}))


def test_the_default_order_is_the_newest_update_first(search, found):
    assert search() == list(found)[::-1]


@pytest.mark.parametrize(
    "field, order, names",
    [
        ("createdAt", "ASC", "one two three four odd report"),
        ("createdAt", "DESC", "report odd four three two one"),
        ("updatedAt", "ASC", "one two three four odd report"),
        ("updatedAt", "DESC", "report odd four three two one"),
    ])
def test_results_are_sorted_as_asked(search, field, order, names):
    assert search(sort=(field, order)) == names.split()


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_sets_without_the_sort_key_come_last(search, order):
    names = search(sort=("DICOMStudyDateAndTime", order))
    assert names[-1] == "four"
    dates = [STUDY_DATES.get({"odd": "one", "report": "one"}.get(name, name)) for name in names[:-1]]
    assert dates == sorted(dates, reverse=order == "DESC")


def test_the_answer_repeats_the_sort_order(archive, found):
    sort = {"sortField": "createdAt", "sortOrder": "ASC"}
    answer = archive.client.search_image_sets(datastoreId=archive.id, searchCriteria={"sort": sort})
    assert answer["sort"] == sort


def test_a_summary_carries_its_tags_and_leaves_out_what_the_source_lacks(archive, found):
    by_id = {summary["imageSetId"]: summary for summary in archive.image_sets()}
    summary = by_id[found["two"]]
    assert summary["version"] == 1 and summary["isPrimary"] is True
    assert summary["storageTier"] == "FREQUENT_ACCESS"
    assert summary["createdAt"] <= summary["updatedAt"] and summary["lastAccessedAt"] >= summary["createdAt"]
    assert summary["DICOMTags"] == {
        "DICOMPatientId": "P-two", "DICOMPatientName": "Muster^Erika", "DICOMPatientBirthDate": "19640812",
        "DICOMPatientSex": "F", "DICOMStudyInstanceUID": uid("study", "two"), "DICOMStudyId": "ID-two",
        "DICOMStudyDescription": "Thorax", "DICOMNumberOfStudyRelatedSeries": 1,
        "DICOMNumberOfStudyRelatedInstances": 2, "DICOMAccessionNumber": "ACC two",
        "DICOMSeriesInstanceUID": uid("series", "two", "ct"), "DICOMSeriesModality": "CT",
        "DICOMSeriesBodyPart": "CHEST", "DICOMSeriesNumber": 3, "DICOMStudyDate": "20240229",
        "DICOMStudyTime": "101112.131400",
    }
    assert "DICOMStudyDate" not in by_id[found["four"]]["DICOMTags"]
    # Counted over the study's primary sets: two slices and the report; the non-primary set does not count.
    for name in ("one", "report"):
        tags = by_id[found[name]]["DICOMTags"]
        assert (tags["DICOMNumberOfStudyRelatedSeries"], tags["DICOMNumberOfStudyRelatedInstances"]) == (2, 3)


def test_pages_neither_repeat_nor_skip_while_image_sets_are_added(datastore):
    old = [datastore.import_instances(ct_slice(study=f"study {n}")).image_set_ids[0] for n in range(5)]
    seen, token = [], None
    while True:
        page = datastore.client.search_image_sets(
            datastoreId=datastore.id, maxResults=2, **({"nextToken": token} if token else {}))
        assert len(page["imageSetsMetadataSummaries"]) <= 2
        seen += [summary["imageSetId"] for summary in page["imageSetsMetadataSummaries"]]
        token = page.get("nextToken")
        if token is None:
            break
        datastore.import_instances(ct_slice(study=f"late {len(seen)}"))
    assert sorted(image_set for image_set in seen if image_set in old) == sorted(old)
    assert len(seen) == len(set(seen))


def test_a_page_token_of_another_search_is_refused(archive, found):
    token = archive.client.search_image_sets(datastoreId=archive.id, maxResults=1)["nextToken"]
    for criteria in (
        {"filters": [{"operator": "EQUAL", "values": [{"isPrimary": True}]}]},
        {"sort": {"sortField": "createdAt", "sortOrder": "ASC"}},
    ):
        error = refused(
            archive.client.search_image_sets, datastoreId=archive.id, nextToken=token, searchCriteria=criteria)
        assert (error.code, error.status) == ("ValidationException", 400)
        assert "nextToken" in error.message


@pytest.mark.parametrize(
    "criteria, told",
    [
        ({"filters": [{"operator": "EQUAL", "values": [{"isPrimary": True}] * 2}]}, "EQUAL"),
        ({"filters": [{"operator": "BETWEEN", "values": [{"createdAt": 1}]}]}, "BETWEEN"),
        ({"filters": [{"operator": "BETWEEN", "values": [{"createdAt": 1}, {"updatedAt": 2}]}]}, "BETWEEN"),
        ({"filters": [{"operator": "BETWEEN", "values": [{"DICOMPatientId": "a"}, {"DICOMPatientId": "b"}]}]},
         "DICOMPatientId"),
        ({"filters": [{"operator": "LIKE", "values": [{"DICOMPatientId": "a"}]}]}, "operator"),
        ({"filters": [{"operator": "EQUAL", "values": [{"DICOMStudyInstanceUID": "1.2.x"}]}]}, "[0-9.]+"),
        ({"filters": [{"operator": "EQUAL", "values": []}]}, "values"),
        ({"filters": [{"operator": "EQUAL", "values": [{}]}]}, "values"),
        ({"filters": [{"operator": "EQUAL", "values": [{"isPrimary": True}]}] * 3}, "filters"),
        ({"filters": [{"operator": "EQUAL", "values": [{"DICOMPatientId": "P" * 513}]}]}, "DICOMPatientId"),
        ({"sort": {"sortField": "size", "sortOrder": "ASC"}}, "sortField"),
        ({"sort": {"sortField": "createdAt"}}, "sortOrder"),
    ])
def test_criteria_against_the_rules_are_refused_by_the_member_s_name(server, archive, criteria, told):
    client = native(server.endpoint, server.credentials, parameter_validation=False)
    error = refused(client.search_image_sets, datastoreId=archive.id, searchCriteria=criteria)
    assert (error.code, error.status) == ("ValidationException", 400)
    assert told in error.message
    assert "PPP" not in error.message, "a message must not hold patient data"
