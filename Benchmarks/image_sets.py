"""Changes of an image set of 5,000 CT images: update, copy, revert, and what a version costs after a thousand of them.

Measured: whole requests over one keep-alive connection, made durable before they are answered; the client's signing and
the way through the kernel included. Copies and versions are compared within the run: the last hundred with the first.

Not measured: changes of many image sets at the same time.
"""

from __future__ import annotations

import base64
import gzip
import json
import statistics
from pathlib import Path

from harness import Client, Row, Server, isocenter, say, timed
from images import Series, ct_slices

INSTANCES = 5_000
VERSIONS = 1_000
ROUNDS = 15


class ImageSet:
    """An image set under change."""

    def __init__(self, client: Client, datastore: str, identifier: str, version: int):
        self.client, self.datastore, self.id, self.version = client, datastore, identifier, version

    def request(self, path: str, body: dict) -> tuple[float, dict]:
        answer: dict = {}
        path = f"/datastore/{self.datastore}/imageSet/{self.id}/{path}"
        time = timed(lambda: answer.update(json.loads(self.client.call("POST", path, body))))
        return time, answer

    def change(self, body: dict) -> float:
        time, answer = self.request(f"updateImageSetMetadata?force=true&latestVersion={self.version}", body)
        self.version = int(answer["latestVersionId"])
        return time

    def update(self, **members) -> float:
        document = json.dumps({"SchemaVersion": "1.1", **members}).encode()
        return self.change({"DICOMUpdates": {"updatableAttributes": base64.b64encode(document).decode()}})

    def revert(self, version: int) -> float:
        return self.change({"revertToVersionId": str(version)})

    def copy(self) -> tuple[float, ImageSet]:
        time, answer = self.request(
            "copyImageSet", {"sourceImageSet": {"latestVersionId": str(self.version)}})
        made = answer["destinationImageSetProperties"]
        return time, ImageSet(self.client, self.datastore, made["imageSetId"], int(made["latestVersionId"]))

    def delete(self) -> float:
        return self.request("deleteImageSet", {})[0]


def measure(folder: Path) -> list[Row]:
    say(f"importing {INSTANCES} CT images")
    Series(slices=ct_slices(4, size=16)).write(folder / "input", INSTANCES)
    isocenter("import", str(folder / "input"), "--datastore", "changes", data=folder / "data")
    settings = folder / "settings.yaml"
    settings.write_text(f"quotas:\n  framesPerCopy: {INSTANCES}\n")
    with Server(folder, arguments=["--config", str(settings)]) as server:
        client = server.client()
        datastore = client.datastore("changes")
        primary = ImageSet(client, datastore, client.image_set(datastore), 1)
        packs = pack_bytes(folder)
        updates = [primary.update(Patient={"DICOM": {"PatientName": f"Name^{number}"}}) for number in range(ROUNDS)]
        reverts = [primary.revert(1 + number % 2) for number in range(ROUNDS)]
        copies, deletions = [], []
        for _ in range(ROUNDS):
            time, copy = primary.copy()
            copies.append(time)
            deletions.append(copy.delete())
        _, changed = primary.copy()
        say("a revert over updates of 2,000 instances")
        wide = revert_of_many(client, datastore, changed)
        assert pack_bytes(folder) == packs, "a copy has written pixels"
        say(f"{VERSIONS} versions")
        times = [primary.update(Patient={"DICOM": {"PatientName": f"Name^{number}"}}) for number in range(VERSIONS)]
    first, last = times[:100], times[-100:]
    ratio = statistics.median(last) / statistics.median(first)
    return [
        row("update of a patient attribute, 5,000 instances", updates, 20),
        row("revert of it", reverts, 200),
        row("copy to a new image set, 5,000 instances", copies, 200),
        row("revert over updates of 2,000 instances", wide, 200),
        row("deletion of the copy", deletions, None),
        Row(
            f"update, median of the last 100 of {VERSIONS} versions", f"{statistics.median(last):.2f} ms",
            f"{statistics.median(first):.2f} ms (the first 100)", ratio, "ratio ≤ 1.2", ratio <= 1.2),
    ]


def revert_of_many(client: Client, datastore: str, changed: ImageSet) -> list[float]:
    """Reverts between versions that differ in many instances."""
    document = json.loads(metadata(client, datastore, changed))
    [(series, content)] = document["Study"]["Series"].items()
    instances = list(content["Instances"])
    for start in range(0, 2_000, 50):
        changed.update(Study={"Series": {series: {"Instances": {
            uid: {"DICOM": {"SliceThickness": "2"}} for uid in instances[start:start + 50]}}}})
    latest = changed.version
    times = []
    for number in range(6):
        times.append(changed.revert(1 if number % 2 == 0 else latest))
    return times


def metadata(client: Client, datastore: str, image_set: ImageSet) -> bytes:
    return gzip.decompress(client.call("POST", f"/datastore/{datastore}/imageSet/{image_set.id}/getImageSetMetadata"))


def pack_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "data").rglob("*.pack"))


def row(what: str, times: list[float], limit: float | None) -> Row:
    median = statistics.median(times)
    return Row(
        what, f"median {median:.1f} ms, most {max(times):.1f} ms of {len(times)}",
        target=f"< {limit} ms" if limit else "", reached=median < limit if limit else None)
