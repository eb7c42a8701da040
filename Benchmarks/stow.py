"""STOW of a CT series of 1,000 instances, one instance per request.

Measured: the time of each request over one keep-alive connection, and the server's CPU time; the last 100 must be as
fast as the first 100, whatever the series has grown to. Then the rate over 4 connections with another series. Each
answer means durable: encoded, verified, encrypted, synced. Signed, the payload unsigned; files of 530 KB are built and
signed outside the measured time.

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
        store(client, path, Series(3, slices=slices), range(20))  # warm-up
        rows = one_connection(server, client, path, Series(1, slices=slices))
        rows.append(four_connections(server, path, Series(2, slices=slices)))
    return rows


def one_connection(server: Server, client: Client, path: str, series: Series) -> list[Row]:
    times, cpu = [], []
    for first in range(0, INSTANCES, EDGE):
        before = cpu_seconds(server.pid)
        times.append(store(client, path, series, range(first, first + EDGE)))
        cpu.append((cpu_seconds(server.pid) - before) / EDGE * 1e3)
        say(f"{first + EDGE} instances: median {statistics.median(times[-1]):.1f} ms, server CPU {cpu[-1]:.1f} ms each")
    whole = [time for hundred in times for time in hundred]
    first, last = statistics.median(times[0]), statistics.median(times[-1])
    return [
        flat("time of a request, last 100 by first 100 (medians)", first, last),
        flat("server CPU of a request, last 100 by first 100", cpu[0], cpu[-1]),
        Row(
            f"{INSTANCES} instances over 1 connection",
            f"{1e3 * len(whole) / sum(whole):.0f} files/s, p50 {statistics.median(whole):.1f} "
            f"p99 {statistics.quantiles(whole, n=100)[98]:.1f} ms"),
    ]


def flat(what: str, first: float, last: float) -> Row:
    ratio = last / first
    return Row(what, f"{last:.1f} ms", f"{first:.1f} ms", ratio, f"ratio ≤ {1 + TOLERANCE}", ratio <= 1 + TOLERANCE)


def four_connections(server: Server, path: str, series: Series) -> Row:
    before, start = cpu_seconds(server.pid), time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        shares = [pool.submit(store, server.client(), path, series, range(n, INSTANCES, 4)) for n in range(4)]
        whole = [time for share in shares for time in share.result()]
    elapsed, cpu = time.perf_counter() - start, cpu_seconds(server.pid) - before
    return Row(
        f"{INSTANCES} instances over 4 connections",
        f"{INSTANCES / elapsed:.0f} files/s, p50 {statistics.median(whole):.1f} "
        f"p99 {statistics.quantiles(whole, n=100)[98]:.1f} ms, server CPU {cpu / INSTANCES * 1e3:.1f} ms each")


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
