"""Fixtures: servers of the real binary, and names that no other test uses."""

import itertools
import os
import shutil
from pathlib import Path

import pytest

from rehearsal import SWIFT, Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A server for tests that need no peace: each uses names of its own."""
    yield from _serving(tmp_path_factory.mktemp("shared"), SWIFT)


@pytest.fixture
def server(tmp_path, request):
    """A server of the test's own; `@pytest.mark.flags(...)` sets its flags."""
    mark = request.node.get_closest_marker("flags")
    yield from _serving(tmp_path, mark.args if mark else SWIFT)


@pytest.fixture
def name():
    """A name that no other test uses, fit for buckets, trails, users and aliases."""
    return f"mori-{next(_numbers)}"


def _serving(folder, flags):
    server = Server(folder, flags)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        if server.process and server.process.poll() is None:
            server.kill9()
        if keep := os.environ.get("SHOSEKI_KEEP"):
            Path(keep).mkdir(parents=True, exist_ok=True)
            shutil.copy(server.diagnostics, Path(keep) / f"{Path(folder).name}.txt")


def pytest_configure(config):
    config.addinivalue_line("markers", "flags(*words): the flags of this test's own server")
