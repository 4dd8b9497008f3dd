"""Diagnostics are best effort: the trail does not depend on a reader."""

import fcntl
import os
import select

import pytest

from rehearsal import SWIFT, Server
from walk import Walk

PIPE_BYTES = 4096


@pytest.mark.parametrize("form", [(), ("--log-json",)], ids=["text", "json"])
@pytest.mark.parametrize("reader", ["gone", "asleep"])
def test_delivery_outlives_the_reader_of_diagnostics(tmp_path, name, form, reader):
    """The read end is closed, or no process reads until the pipe is full; files and digests go on."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    server = Server(tmp_path, (*SWIFT, "--log", "debug", *form))
    try:
        server.start(stderr=write)
        if reader == "gone":
            os.close(read)
        walk = Walk(server, name).prepare().start()
        server.client("kms").list_keys()
        walk.await_records({record["eventID"] for record in walk.selected()})
        walk.await_digested()
        if reader == "asleep":
            assert not select.select([], [write], [], 0)[1], "the pipe is full"
        server.stop()
    finally:
        if server.process and server.process.poll() is None:
            server.kill9()
        os.close(write)
        if reader == "asleep":
            os.close(read)
