"""GetImageSetMetadata of a CT series of 1,000 instances.

Measured: the first request after each of several starts of the server, which writes the document, and requests that
find it in the cache; the whole answer read by the client.

Not measured: a cold page cache (starting anew empties the server's caches, not the kernel's).
"""

from __future__ import annotations

import gzip
import statistics
from pathlib import Path

from harness import Row, Server, isocenter, say, timed
from images import Series, ct_slices

INSTANCES = 1_000
STARTS = 7
CACHED_REQUESTS = 100
FIRST_LIMIT, CACHED_LIMIT = 150, 10


def measure(folder: Path) -> list[Row]:
    say(f"importing {INSTANCES} CT images")
    # Pixels do not matter here, so they are few.
    Series(slices=ct_slices(4, size=64)).write(folder / "input", INSTANCES)
    isocenter("import", str(folder / "input"), "--datastore", "metadata", data=folder / "data")
    first, cached = [], []
    for _ in range(STARTS):
        with Server(folder) as server:
            client = server.client()
            datastore = client.datastore("metadata")
            path = f"/datastore/{datastore}/imageSet/{client.image_set(datastore)}/getImageSetMetadata"
            first.append(timed(lambda: client.call("POST", path)))
            document = client.call("POST", path)
            cached += [timed(lambda: client.call("POST", path)) for _ in range(CACHED_REQUESTS)]
    plain = gzip.decompress(document)
    say(f"first requests: {', '.join(f'{time:.0f}' for time in first)} ms")
    say(f"document: {len(document)} bytes of gzip, {len(plain)} of JSON")
    return [
        row("metadata document, first time", first, FIRST_LIMIT),
        row("metadata document, from the cache", cached, CACHED_LIMIT),
        Row("its size", f"{len(document) / 1e3:.0f} KB of gzip, {len(plain) / 1e6:.2f} MB of JSON"),
    ]


def row(what: str, times: list[float], limit: float) -> Row:
    median = statistics.median(times)
    return Row(
        what, f"median {median:.1f} ms, most {max(times):.1f} ms of {len(times)}", target=f"< {limit} ms",
        reached=median < limit)
