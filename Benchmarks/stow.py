"""STOW of a CT series of 1,000 instances, one instance per request.

Measured: whether a request is as fast late in a series as early: each of the last 100 instances takes turns with one of
the first 100 of another series, so that drift of the machine touches both alike; in elapsed time and in the server's
CPU time. The rates over one keep-alive connection and over 4. Each answer means durable: encoded, verified, encrypted,
synced. Signed, the payload unsigned; files of 530 KB are built and signed outside the measured time.

Not measured: a slow disk (the temporary folder's is used) or network. The client shares the two cores.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import UNSIGNED, Client, Row, Server, cpu_seconds, say
from images import Series, ct_slices

INSTANCES = 1_000
EDGE = 100
TOLERANCE = 0.15


def measure(folder: Path) -> list[Row]:
    slices = ct_slices(20)
    with Server(folder) as server:
        client = server.client()
        path = f"/datastore/{client.datastore('stow')}/studies"
        store(client, path, Series(4, slices=slices), range(20))  # warm-up
        rows = one_connection(server, client, path, Series(1, slices=slices), Series(2, slices=slices))
        rows.append(four_connections(server, path, Series(3, slices=slices)))
    return rows


def one_connection(server: Server, client: Client, path: str, series: Series, other: Series) -> list[Row]:
    early = []
    for first in range(0, INSTANCES - EDGE, EDGE):
        early += store(client, path, series, range(first, first + EDGE))
        say(f"{first + EDGE} instances: median of the last {EDGE} {statistics.median(early[-EDGE:]):.1f} ms")
    # In turns of ten, which the clock ticks of CPU time can resolve.
    times, cpu = {series: [], other: []}, {series: 0.0, other: 0.0}
    for first in range(0, EDGE, 10):
        for each, start in ((series, INSTANCES - EDGE + first), (other, first)):
            before = cpu_seconds(server.pid)
            times[each] += store(client, path, each, range(start, start + 10))
            cpu[each] += (cpu_seconds(server.pid) - before) / EDGE * 1e3
    return [
        flat("request, median time", *(statistics.median(times[each]) for each in (series, other))),
        flat("request, server CPU", cpu[series], cpu[other]),
        Row(f"{INSTANCES} instances over 1 connection", told(early + times[series])),
    ]


def flat(what: str, last: float, first: float) -> Row:
    ratio = last / first
    return Row(
        f"{what}: last {EDGE} of {INSTANCES}, first {EDGE} of another series", f"{last:.1f} ms", f"{first:.1f} ms",
        ratio, f"ratio ≤ {1 + TOLERANCE}", ratio <= 1 + TOLERANCE)


def told(times: list[float], elapsed: float | None = None) -> str:
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return f"{1e3 * len(times) / (elapsed or sum(times)):.0f} files/s, p50 {p50:.1f} p99 {p99:.1f} ms"


def four_connections(server: Server, path: str, series: Series) -> Row:
    before, start = cpu_seconds(server.pid), time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        shares = [pool.submit(store, server.client(), path, series, range(n, INSTANCES, 4)) for n in range(4)]
        whole = [time for share in shares for time in share.result()]
    elapsed, cpu = (time.perf_counter() - start) * 1e3, cpu_seconds(server.pid) - before
    return Row(
        f"{INSTANCES} instances over 4 connections",
        f"{told(whole, elapsed)}, server CPU {cpu / INSTANCES * 1e3:.1f} ms each")


def store(client: Client, path: str, series: Series, numbers: range) -> list[float]:
    """Stores instances one by one and gives the milliseconds of each."""
    times = []
    for number in numbers:
        file = series.file(number)
        headers = client.sign("POST", path, headers=UNSIGNED | {"Content-Type": "application/dicom"})
        start = time.perf_counter()
        status, answer = client.send("POST", path, file, headers)
        times.append((time.perf_counter() - start) * 1e3)
        if status != 200:
            raise SystemExit(f"STOW answered {status}: {answer[:500]!r}")
    return times
