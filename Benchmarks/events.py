"""What telling of changes costs: the same changes on a server without sinks of events and on one that writes a file.

Measured: updates of a patient attribute, whole requests, in turns; the server's processor time for importing series of one
image each, which is as many events as instances.

Not measured: receivers over the network, which no change waits for.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from harness import Row, Server, cpu_seconds, isocenter, paired_ratio, say
from image_sets import ImageSet
from images import Series, ct_slices

UPDATES = 400
SERIES = 1_000


class Side:
    """One of two servers under the same changes."""

    def __init__(self, server: Server):
        self.server, self.client, self.imports = server, server.client(), 0

    def imported(self, folder: Path) -> float:
        """Processor time of an import into a new data store, and of delivering its events, in seconds."""
        self.imports += 1
        before = cpu_seconds(self.server.pid)
        isocenter("import", str(folder), "--datastore", f"import-{self.imports}", data=self.server.data)
        time.sleep(1)
        return cpu_seconds(self.server.pid) - before

    def image_set(self) -> ImageSet:
        datastore = self.client.datastore("import-1")
        return ImageSet(self.client, datastore, self.client.image_set(datastore), 1)


def measure(folder: Path) -> list[Row]:
    slices = ct_slices(4, size=16)
    (folder / "one").mkdir()
    (folder / "one" / "0.dcm").write_bytes(Series(slices=slices).file(0))
    (folder / "many").mkdir()
    for number in range(SERIES):
        (folder / "many" / f"{number:05}.dcm").write_bytes(Series(number + 1, slices=slices).file(0))
    file = folder / "events.ndjson"
    with ExitStack() as stack:
        sides = []
        for name, arguments in (("silent", []), ("telling", ["--events-file", str(file)])):
            (folder / name).mkdir()
            sides.append(Side(stack.enter_context(Server(folder / name, arguments=arguments))))
        for side in sides:
            side.imported(folder / "one")
        say(f"{UPDATES} updates in turns")
        sets = [side.image_set() for side in sides]
        updates: list[list[float]] = [[], []]
        for number in range(UPDATES):
            for index in (0, 1) if number % 2 else (1, 0):
                updates[index].append(sets[index].update(Patient={"DICOM": {"PatientName": f"Name^{number}"}}))
        say(f"{SERIES} series of one image, four times in turns")
        imports: list[list[float]] = [[], []]
        for _ in range(4):
            for index, side in enumerate(sides):
                imports[index].append(side.imported(folder / "many"))
    told = file.read_text().count("\n")
    assert told == 2 + 3 + 1 + 2 * UPDATES + 4 * (2 + 3 + SERIES), f"{told} events"
    return [
        compared("update of a patient attribute", [paired[20:] for paired in updates], "ms"),
        compared(f"import of {SERIES} series of one image, processor time", imports, "s"),
    ]


def compared(what: str, sides: list[list[float]], unit: str) -> Row:
    silent, telling = (statistics.median(side) for side in sides)
    ratio = paired_ratio(sides[1], sides[0])
    return Row(
        what, f"{telling:.2f} {unit} with a file", f"{silent:.2f} {unit} without sinks", ratio, "ratio ≤ 1.1", ratio <= 1.1)
