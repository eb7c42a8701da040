"""All that a client can see of import jobs and of what they made, to compare a disturbed run with one in peace."""

from __future__ import annotations

import json

from clients import Datastore


def comparable(store: Datastore, jobs: list[dict], image_sets: list[dict] | None = None) -> list:
    """One entry for each ended job, in this order, and one for each image set (all, unless some are named): outcome,
    counts, manifest, result lines, versions and metadata, without what differs by chance: ids, times."""
    names: dict[str, str] = {}

    def named(image_set: str) -> str:
        if image_set not in names:
            names[image_set] = "|".join(sorted(store.metadata(image_set)["Study"]["Series"]))
        return names[image_set]

    seen = [[number, *job_entries(store, job, named)] for number, job in enumerate(jobs)]
    found = [image_set_entries(store, one, named) for one in (store.image_sets() if image_sets is None else image_sets)]
    return seen + sorted(found, key=lambda entry: entry[0])


def job_entries(store: Datastore, job: dict, named) -> list:
    results = store.results(job)
    manifest = json.loads(results["job-output-manifest.json"])
    summary = manifest["jobSummary"]
    entries: list = [job["jobStatus"], job.get("message"), sorted(results)]
    entries.append({key: value for key, value in summary.items() if key.startswith("numberOf")})
    entries.append(sorted(
        (named(one["imageSetId"]), one["imageSetVersion"], one["isPrimary"], one["numberOfMatchedSOPInstances"])
        for one in summary["imageSetsSummary"]))
    entries.append(sorted(
        (named(one["imageSetId"]), instance["SOPInstanceUID"], instance.get("error"),
         [frame["PixelDataChecksumFromBaseToFullResolution"] for frame in instance["ImageFrames"]])
        for one in manifest["imageSets"] for instance in one["instances"]))
    for name in sorted(name for name in results if name.endswith(".ndjson")):
        lines = [json.loads(line) for line in results[name].splitlines()]
        for line in lines:
            line["inputFile"] = line["inputFile"].removeprefix(store.prefix)
            if "importResponse" in line:
                line["importResponse"]["imageSetId"] = named(line["importResponse"]["imageSetId"])
        entries.append((name, lines))
    return entries


def image_set_entries(store: Datastore, summary: dict, named) -> list:
    image_set = summary["imageSetId"]
    versions = store.client.list_image_set_versions(datastoreId=store.id, imageSetId=image_set)
    document = store.metadata(image_set)
    instances = {
        uid: (instance["DICOM"], instance["StoredTransferSyntaxUID"],
              [{**frame, "ID": 0} for frame in instance["ImageFrames"]])
        for series in document["Study"]["Series"].values() for uid, instance in series["Instances"].items()
    }
    return [
        named(image_set), summary["version"], summary["isPrimary"], document["Patient"], document["Study"]["DICOM"],
        [(version["versionId"], version["ImageSetWorkflowStatus"]) for version in versions["imageSetPropertiesList"]],
        instances]
