"""SearchImageSets and QIDO-RS over 100,000 studies, 105,000 image sets, 1,050,000 instances.

Measured: the first page of every documented filter and sort order, each over values that few sets have and over values
that most have, sent by a signed client on one connection; for QIDO-RS the documented match keys, wildcards and fuzzy
names. The catalog is generated: rows as the server writes them, of instances without pixels.

Not measured: a cold page cache; searches while others write.
"""

from __future__ import annotations

import datetime
import json
import random
import sqlite3
import statistics
import unicodedata
from pathlib import Path
from urllib.parse import quote

from harness import Row, Server, say, timed

STUDIES, NON_PRIMARY, INSTANCES_EACH = 100_000, 5_000, 10
REQUESTS = 41
PAGES = 300
#: Filters with that many pages.
DEEP = ["no filter", "isPrimary, true", "DICOMStudyId, of half the sets", "DICOMStudyDateAndTime, all sets"]
LIMIT = 20
LIST_LIMIT = 50
START = datetime.datetime(2023, 1, 1, tzinfo=datetime.timezone.utc)
DAY = 86_400_000
FAMILIES = [a + b for a in ("Abel", "Berg", "Chen", "Dorn", "Evans", "Fuchs", "Gal", "Haas", "Ito", "Jung", "Kraus",
                            "Lang", "Maier", "Nagy", "Ott", "Pohl", "Roth", "Sato", "Thoma", "Weiß")
            for b in ("", "er", "mann", "sen", "stein", "ov", "ini", "ström", "feld", "son")]
GIVENS = ["Ada", "Ben", "Cara", "Dirk", "Eva", "Finn", "Gita", "Hana", "Ivo", "Jana", "Kai", "Lena", "Max", "Nora",
          "Olaf", "Pia", "Quirin", "Rosa", "Sven", "Tina", "Uwe", "Vera", "Willi", "Xenia", "Yara", "Zoë"]
DESCRIPTIONS = ["Thorax native", "CT Abdomen", "MRT Schädel", "Knie links", "Sonographie", "Angio", "Follow-up",
                "Staging", "LWS", "HWS"]
MODALITIES = ["CT"] * 50 + ["MR"] * 30 + ["US"] * 10 + ["CR"] * 8 + ["XA"] + ["NM"]
ATTRIBUTES = ["patient_id", "patient_name", "patient_birth_date", "patient_sex", "study_instance_uid", "study_date",
              "study_time", "study_id", "accession_number", "study_description", "referring_physician_name",
              "series_instance_uid", "series_number", "modality", "body_part_examined", "series_description"]


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.upper().lower())


def words(name: str) -> list[str]:
    return sorted({folded(word) for word in name.replace("^", " ").split()})


class Study:
    """What one generated study says of itself."""

    def __init__(self, number: int, draw: random.Random):
        self.number = number
        self.created = int(START.timestamp() * 1000) + number * 900_000 + draw.randrange(900_000)
        # Half of the sets were extended later.
        self.updated = self.created + (draw.randrange(300 * DAY) if draw.random() < 0.5 else 0)
        day = START + datetime.timedelta(days=draw.randrange(1000))
        name = f"{draw.choice(FAMILIES)}^{draw.choice(GIVENS)}"
        self.attributes = dict(zip(ATTRIBUTES, [
            f"P{draw.randrange(60_000):06}", name, f"{draw.randrange(1930, 2020)}{draw.randrange(1, 13):02}15",
            draw.choice("MF"), f"1.2.826.0.1.{number}", day.strftime("%Y%m%d"),
            f"{draw.randrange(7, 20):02}{draw.randrange(60):02}00",
            # As in real archives: scanners that call every study "1", beside numbers of their own.
            "1" if draw.random() < 0.5 else str(draw.randrange(50_000)), f"A{number:07}", draw.choice(DESCRIPTIONS),
            f"{draw.choice(FAMILIES[:20])}^Dr", f"1.2.826.0.1.{number}.1", str(draw.randrange(1, 20)),
            draw.choice(MODALITIES), draw.choice(["CHEST", "HEAD", "ABDOMEN", "KNEE"]), draw.choice(DESCRIPTIONS),
        ]))

    @property
    def values(self) -> list:
        return list(self.attributes.values())


def generate(catalog: Path):
    """Fills the catalog of an empty data store, as Documentation/catalog-schema.md tells."""
    draw = random.Random(1)
    studies = [Study(number, draw) for number in range(1, STUDIES + 1)]
    again = [(study, True) for study in draw.sample(studies, NON_PRIMARY)]
    sets = [(study, False) for study in studies] + again
    database = sqlite3.connect(catalog)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("PRAGMA cache_size = -400000")

    def insert(table: str, columns: list[str], rows):
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    with database:
        level = database.execute("INSERT INTO level (hash, bytes) VALUES (0, x'')").lastrowid
        insert(
            "image_set",
            ["id", "state", "is_primary", "latest_version", "created_at", "updated_at", "last_accessed_at",
             "storage_tier", *ATTRIBUTES, "study_date_and_time", "created_change", "updated_change", "study_date_change",
             "open_instances"],
            ([draw.randbytes(16), "ACTIVE", int(not is_again), 1, study.created, study.updated, study.updated,
              "FREQUENT_ACCESS", *study.values,
              study.attributes["study_date"] + study.attributes["study_time"], change,
              change + (len(sets) if study.updated > study.created else 0), change, INSTANCES_EACH]
             for change, (study, is_again) in enumerate(sets, 1)))
        database.execute("UPDATE change_count SET value = ?", [2 * len(sets)])
        database.execute(
            """
            INSERT INTO version (
                image_set, number, status, is_primary, created_at, patient_level, study_level, series_level)
            SELECT id, 1, 'CREATED', is_primary, created_at, ?1, ?1, ?1 FROM image_set
            """, [level])
        database.execute("INSERT INTO level_use (level, image_set) SELECT ?, id FROM image_set", [level])
        numbers = f"""
            (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {INSTANCES_EACH}) SELECT i FROM n)
        """
        database.execute(
            f"""
            INSERT INTO stored_object (
                header_pack, header_offset, header_length, transfer_syntax_uid, pixel_form, frame_count, byte_count)
            SELECT 1, key * 4096, 1000, '1.2.840.10008.1.2.1', 'none', 0, 1000 FROM image_set, {numbers}
            """)
        database.execute(
            f"""
            INSERT INTO frame_set (id, image_set, object)
            SELECT (key - 1) * {INSTANCES_EACH} + i, id, (key - 1) * {INSTANCES_EACH} + i FROM image_set, {numbers}
            """)
        database.execute(
            f"""
            INSERT INTO instance (
                image_set, is_primary, first_version, object, frame_set, created_at, sop_instance_uid, sop_class_uid,
                instance_number, rows, columns, bits_allocated)
            SELECT id, is_primary, 1, (key - 1) * {INSTANCES_EACH} + i, (key - 1) * {INSTANCES_EACH} + i, created_at,
                series_instance_uid || '.' || i,
                iif(modality = 'MR', '1.2.840.10008.5.1.4.1.1.4', '1.2.840.10008.5.1.4.1.1.2'), i, 512, 512, 16
            FROM image_set, {numbers}
            """)
        names = ", ".join(ATTRIBUTES)
        database.execute(
            f"""
            INSERT INTO series (uid, study_uid, image_set, number_of_instances, updated_at, number_order, {names})
            SELECT series_instance_uid, study_instance_uid, id, {INSTANCES_EACH}, updated_at,
                CAST(series_number AS INTEGER), {names}
            FROM image_set WHERE is_primary = 1
            """)
        people = ["patient_name", "referring_physician_name"]
        texts = [f"{person}_{form}" for person in people for form in ("folded", "words")]
        insert(
            "study", ["key", "uid", "image_set", "updated_at", *texts, *ATTRIBUTES],
            ([study.number, study.attributes["study_instance_uid"], bytes(16), study.updated,
              *[form for person in people for form in (
                  folded(study.attributes[person]),
                  "".join(" " + word for word in words(study.attributes[person])))],
              *study.values] for study in studies))
        database.execute(
            """
            UPDATE study SET image_set =
                (SELECT image_set FROM series WHERE series.study_uid = study.uid)
            """)
        fields = dict(zip(people, ("patientName", "referringPhysicianName")))
        insert(
            "study_word", ["field", "word", "study"],
            ((field, word, study.number) for study in studies for person, field in fields.items()
             for word in words(study.attributes[person])))
        database.execute("INSERT INTO study_text (study_text) VALUES ('rebuild')")
    database.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    database.close()
    return studies


def on(moment: str) -> dict:
    return {"DICOMStudyDateAndTime": {"DICOMStudyDate": moment}}


def equal(**value) -> dict:
    return {"operator": "EQUAL", "values": [value]}


def between(lower: dict, upper: dict) -> dict:
    return {"operator": "BETWEEN", "values": [lower, upper]}


def filters(study: Study) -> dict[str, list[dict]]:
    """Every filter of spec/10 on values of a study, and pairs of filters."""
    own = study.attributes
    day, far = DAY / 1000, (study.created + 1000 * DAY) / 1000
    created, updated = study.created / 1000, study.updated / 1000
    return {
        "no filter": [],
        "DICOMPatientId": [equal(DICOMPatientId=own["patient_id"])],
        "DICOMAccessionNumber": [equal(DICOMAccessionNumber=own["accession_number"])],
        "DICOMStudyId, of a few": [equal(DICOMStudyId="4711")],
        "DICOMStudyId, of half the sets": [equal(DICOMStudyId="1")],
        "DICOMStudyInstanceUID": [equal(DICOMStudyInstanceUID=own["study_instance_uid"])],
        "DICOMSeriesInstanceUID": [equal(DICOMSeriesInstanceUID=own["series_instance_uid"])],
        "a value that no set has": [equal(DICOMPatientId="nobody")],
        "createdAt, one instant": [equal(createdAt=created)],
        "createdAt, a day": [between({"createdAt": created}, {"createdAt": created + day})],
        "createdAt, the last tenth": [between({"createdAt": created + 560 * day}, {"createdAt": far})],
        "createdAt, most of the sets": [between({"createdAt": created}, {"createdAt": far})],
        "updatedAt, one instant": [equal(updatedAt=updated)],
        "updatedAt, a day": [between({"updatedAt": updated}, {"updatedAt": updated + day})],
        "updatedAt, most of the sets": [between({"updatedAt": created}, {"updatedAt": far})],
        "DICOMStudyDateAndTime, a day": [between(on("20240301"), on("20240302"))],
        "DICOMStudyDateAndTime, all sets": [between(on("19000101"), on("20991231"))],
        "isPrimary, true": [equal(isPrimary=True)],
        "isPrimary, false": [equal(isPrimary=False)],
        "DICOMStudyId of half and isPrimary false": [equal(DICOMStudyId="1"), equal(isPrimary=False)],
        "DICOMStudyId of half and a study date of no such set": [
            equal(DICOMStudyId="1"), between(on("19000101"), on("19501231"))],
        "createdAt early and updatedAt late": [
            between({"createdAt": 0}, {"createdAt": created}), between({"updatedAt": created}, {"updatedAt": far})],
        "DICOMStudyDateAndTime of a month and isPrimary true": [
            between(on("20240301"), on("20240331")), equal(isPrimary=True)],
        "DICOMStudyDateAndTime of a month and DICOMStudyId of half": [
            between(on("20240301"), on("20240331")), equal(DICOMStudyId="1")],
    }


SORTS = [None] + [(field, order) for field in ("createdAt", "updatedAt", "DICOMStudyDateAndTime")
                  for order in ("ASC", "DESC")]


def qido(study: Study) -> dict[str, str]:
    own = study.attributes
    family = own["patient_name"].split("^")[0]
    return {
        "studies": "studies?limit=50",
        "studies, PatientID": f"studies?PatientID={own['patient_id']}&limit=50",
        "studies, PatientName Fam*": f"studies?PatientName={quote(family)}*&limit=50",
        "studies, PatientName *stein*": "studies?PatientName=*stein*&limit=50",
        "studies, PatientName ?erg^E*": "studies?PatientName=" + quote("?erg^E") + "*&limit=50",
        "studies, PatientName fuzzy": f"studies?PatientName={quote(family[:4])}&fuzzymatching=true&limit=50",
        "studies, PatientBirthDate": f"studies?PatientBirthDate={own['patient_birth_date']}&limit=50",
        "studies, StudyDate, a month": "studies?StudyDate=20240301-20240331&limit=50",
        "studies, StudyTime": "studies?StudyTime=0700-0730&limit=50",
        "studies, AccessionNumber": f"studies?AccessionNumber={own['accession_number']}&limit=50",
        "studies, AccessionNumber *99*": "studies?AccessionNumber=*99*&limit=50",
        "studies, StudyID of half": "studies?StudyID=1&limit=50",
        "studies, ModalitiesInStudy": "studies?ModalitiesInStudy=NM&limit=50",
        "studies, StudyDescription *native*": "studies?StudyDescription=*native*&limit=50",
        "studies, ReferringPhysicianName": "studies?ReferringPhysicianName=Berg*&limit=50",
        "studies, StudyInstanceUID": f"studies?StudyInstanceUID={own['study_instance_uid']}&limit=50",
        "studies, offset 20,000": "studies?limit=50&offset=20000",
        "studies, PatientName *stein*, offset 5,000": "studies?PatientName=*stein*&limit=50&offset=5000",
        "studies, PatientName fuzzy, offset 1,000":
            f"studies?PatientName={quote(family[:2])}&fuzzymatching=true&limit=50&offset=1000",
        "studies, two keys": "studies?PatientName=Ma*&StudyDate=20240301-20240331&limit=50",
        "series, Modality": "series?Modality=XA&limit=50",
        "series, SeriesDescription": "series?SeriesDescription=Angio&limit=50",
        "series, BodyPartExamined": "series?BodyPartExamined=KNEE&limit=50",
        "series, SeriesInstanceUID": f"series?SeriesInstanceUID={own['series_instance_uid']}&limit=50",
        "instances, SOPInstanceUID": f"instances?SOPInstanceUID={own['series_instance_uid']}.3&limit=50",
        "instances, SOPClassUID": "instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.4&limit=50",
        "instances, InstanceNumber": "instances?InstanceNumber=7&limit=50",
        "instances of a patient": f"instances?PatientID={own['patient_id']}&limit=50",
    }


def measure(folder: Path) -> list[Row]:
    with Server(folder) as server:
        datastore = server.client().datastore("search")
    say(f"generating {STUDIES + NON_PRIMARY} image sets of {INSTANCES_EACH} instances")
    studies = generate(folder / "data" / "datastores" / datastore / "catalog.sqlite")
    with Server(folder) as server:
        return searches(server.client(), datastore, studies[STUDIES // 3])


def searches(client, datastore: str, study: Study) -> list[Row]:
    rows: list[Row] = []
    path = f"/datastore/{datastore}/searchImageSets"
    for name, chosen in filters(study).items():
        worst, hits = 0.0, 0
        for sort in SORTS:
            body = {"filters": chosen} if chosen else {}
            if sort:
                body["sort"] = {"sortField": sort[0], "sortOrder": sort[1]}
            hits = len(json.loads(client.call("POST", path, body))["imageSetsMetadataSummaries"])
            median = statistics.median(timed(lambda: client.call("POST", path, body)) for _ in range(REQUESTS))
            if median > LIMIT:
                say(f"{name} sorted by {sort}: {median:.1f} ms")
            worst = max(worst, median)
        rows.append(row(f"SearchImageSets, {name}", worst, hits, LIMIT, f" (slowest of {len(SORTS)} orders)"))
    for name in DEEP:
        rows.append(deep_pages(client, path, name, filters(study)[name]))
    headers = {"Accept": "application/dicom+json"}
    for name, query in qido(study).items():
        url = f"/datastore/{datastore}/{query}"

        def request(url=url):
            status, answer = client.send("GET", url, b"", client.sign("GET", url, headers=headers))
            if status not in (200, 204):
                raise SystemExit(f"{url} answered {status}: {answer[:500]!r}")
            return answer

        hits = len(json.loads(request() or "[]"))
        rows.append(row(
            f"QIDO-RS {name}", statistics.median(timed(request) for _ in range(REQUESTS)), hits, LIMIT))
    url = f"/datastore/{datastore}/studies?limit=1000"
    times = [timed(lambda: client.send("GET", url, b"", client.sign("GET", url, headers=headers)))
             for _ in range(REQUESTS)]
    rows.append(row("QIDO-RS list of 1,000 studies", statistics.median(times), 1000, LIST_LIMIT))
    return rows


def deep_pages(client, path: str, name: str, chosen: list[dict]) -> Row:
    """Pages far behind the first cost as much as it, in every order."""
    worst = 0.0
    for sort in SORTS:
        body: dict = {"filters": chosen} if chosen else {}
        if sort:
            body["sort"] = {"sortField": sort[0], "sortOrder": sort[1]}
        token, times = None, []
        for _ in range(PAGES):
            url = path + (f"?nextToken={quote(token, safe='')}" if token else "")
            answer = {}
            times.append(timed(lambda: answer.update(json.loads(client.call("POST", url, body)))))
            token = answer["nextToken"]
        worst = max(worst, statistics.median(times[-REQUESTS:]))
    return row(
        f"SearchImageSets, {name}, pages {PAGES - REQUESTS + 1} to {PAGES}", worst, 50, LIMIT,
        f" (slowest of {len(SORTS)} orders)")


def row(what: str, median: float, hits: int, limit: float, remark: str = "") -> Row:
    return Row(what, f"median {median:.1f} ms, {hits} found{remark}", target=f"< {limit} ms", reached=median < limit)
