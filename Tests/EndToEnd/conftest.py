"""The server that most tests share, and a data store for each of them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import pytest

from clients import Datastore
from server import BINARY, ROOT, Server, TemporaryFolder

HERE = Path(__file__).parent


def pytest_configure(config):
    # A terminated run ends like an interrupted one: fixtures are torn down, so no process and no file stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_unconfigure(config):
    # The one file that was compiled before this module could say not to.
    shutil.rmtree(HERE / "__pycache__", ignore_errors=True)


@pytest.fixture(scope="session")
def binary() -> Path:
    if not BINARY.exists():
        pytest.fail(f"{BINARY} is not there: run `swift build` first, or set ISOCENTER_BINARY", pytrace=False)
    return BINARY


@pytest.fixture
def folder():
    """An empty folder."""
    with TemporaryFolder() as path:
        yield path


@pytest.fixture(scope="session")
def server(binary):
    """The server that tests share."""
    with TemporaryFolder() as path, Server(path, buckets={Datastore.BUCKET: path / "bucket"}) as running:
        yield running


@pytest.fixture
def own_server(binary, folder):
    """A server of the test's own, not started yet."""
    server = Server(folder, buckets={Datastore.BUCKET: folder / "bucket"})
    yield server
    server.kill()


def named_after(request) -> str:
    return re.sub(r"[^A-Za-z0-9._/#-]+", "-", request.node.nodeid.split("/")[-1])[:256]


@pytest.fixture
def datastore(server, request):
    """A data store for one test."""
    made = Datastore(server, named_after(request))
    yield made
    made.delete()


@pytest.fixture(scope="module")
def archive(server, request):
    """A data store for all tests of a module, which fill it once and then only read."""
    made = Datastore(server, named_after(request))
    yield made
    made.delete()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real DICOM files; a clone of the project alone has none."""
    shared = Path(os.environ.get("ISOCENTER_SHARED", ROOT.parent / "shared"))
    if not (shared / "data" / "dicom" / "MANIFEST.csv").exists():
        pytest.skip(f"THE CORPUS TESTS DID NOT RUN: there is no shared corpus at {shared} (ISOCENTER_SHARED)")
    return shared / "data" / "dicom"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the shared server has refused or failed at last."""
    report = (yield).get_result()
    server = getattr(item, "funcargs", {}).get("server")
    if report.when == "call" and report.failed and server is not None:
        troubles = [line for line in server.errors.splitlines() if '"status":"2' not in line]
        report.sections.append(("server log", "\n".join(troubles[-5:])))
