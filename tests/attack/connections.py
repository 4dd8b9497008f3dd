"""Attacks on the server by connections: many, idle, slow, and more than it has file descriptors.

    python tests/attack/connections.py --bin PATH [--full] [--only WORD]

Starts servers of its own on loopback and prints one line for each attack, with the slowest answer
of `GET /_shoseki/health` while it ran. Exits with 1 when a bound is broken. `--full` adds what
takes minutes or a gigabyte. Needs the standard library alone.
"""

import argparse
import datetime
import hashlib
import hmac
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

KEY, SECRET = "AKIASHOSEKITESTROOT0", "shoseki/test+root/secret/0123456789abcde"
REGION = "us-east-1"
# Where attacks come from, and where an honest client sits.
ATTACKER, HONEST = "127.0.0.1", "127.0.0.2"
# Health is answered within this in every attack; on a busy machine it is as many times its answer
# at rest longer.
HEALTH_S, RESTS = 1.0, 10
# What a wait of the server may last beyond its stated time on a busy machine.
SLACK_S = 10
# The server's stated waits: `crates/server/src/patience.rs`.
HEAD_S, UNPROVEN_S, PROVEN_S, ANSWER_S = 30, 20, 60, 60
MIB = 1 << 20


class Server:
    def __init__(self, binary, folder, files=None, config=""):
        (folder / "shoseki.toml").write_text(config)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        environment = dict(os.environ, SHOSEKI_ROOT_ACCESS_KEY_ID=KEY,
                           SHOSEKI_ROOT_SECRET_ACCESS_KEY=SECRET)
        with open(folder / "diagnostics.txt", "wb") as diagnostics:
            self.process = subprocess.Popen(
                [binary, "serve", "--data-dir", folder / "data", "--config",
                 folder / "shoseki.toml", "--listen", f"127.0.0.1:{self.port}"],
                env=environment, stdout=diagnostics, stderr=diagnostics, preexec_fn=limit)
        self.diagnostics = folder / "diagnostics.txt"
        until = time.monotonic() + 60
        while self.health(HONEST) is None:
            if time.monotonic() > until or self.process.poll() is not None:
                sys.exit(f"the server does not start: {self.diagnostics.read_text()}")
            time.sleep(0.1)

    def connect(self, source=ATTACKER, wait=10.0):
        return socket.create_connection(("127.0.0.1", self.port), wait, (source, 0))

    def health(self, source, wait=5.0):
        """Seconds to a whole answer on a new connection; `None` without one."""
        began = time.monotonic()
        try:
            with self.connect(source, wait) as stream:
                stream.sendall(b"GET /_shoseki/health HTTP/1.1\r\nhost: localhost\r\n"
                               b"connection: close\r\n\r\n")
                if not stream.recv(64).startswith(b"HTTP/1.1 200 "):
                    return None
        except OSError:
            return None
        return time.monotonic() - began

    def head(self, method, target, length=0, signed=True):
        host = f"127.0.0.1:{self.port}"
        lines = [f"{method} {target} HTTP/1.1", f"host: {host}", f"content-length: {length}"]
        if signed:
            lines += sign(method, host, target)
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def call(self, method, target, body=b"", source=HONEST, wait=60.0):
        """The status of a signed call of S3, and its seconds."""
        began = time.monotonic()
        with self.connect(source, wait) as stream:
            stream.sendall(self.head(method, target, len(body)) + body)
            status = int(stream.recv(64)[9:12])
        return status, time.monotonic() - began

    def resident_mib(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) >> 10
        return 0

    def cpu_s(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def sign(method, host, target):
    """The headers of Signature Version 4 for S3, the body left out."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    word, names = "UNSIGNED-PAYLOAD", "host;x-amz-content-sha256;x-amz-date"
    canonical = "\n".join([method, target, "", f"host:{host}", f"x-amz-content-sha256:{word}",
                           f"x-amz-date:{now}", "", names, word])
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + SECRET.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    return [f"x-amz-date: {now}", f"x-amz-content-sha256: {word}",
            f"authorization: AWS4-HMAC-SHA256 Credential={KEY}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"]


class Watch:
    """Asks for health five times a second from each of the addresses, while it is open."""

    def __init__(self, server, sources):
        self.server, self.worst, self.failed, self.asked = server, 0.0, 0, 0
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(s,)) for s in sources]

    def _ask(self, source):
        while not self.done.is_set():
            took = self.server.health(source)
            self.asked += 1
            if took is None:
                self.failed += 1
            else:
                self.worst = max(self.worst, took)
            self.done.wait(0.2)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()


class Report:
    def __init__(self):
        self.broken, self.health_s = 0, HEALTH_S

    def rest(self, server):
        """Measures how long health takes when nothing is going on."""
        with Watch(server, (HONEST,)) as watch:
            watch.done.wait(3)
        self.health_s = HEALTH_S + RESTS * watch.worst
        print(f"at rest health <= {watch.worst * 1000:.0f} ms; the bound is {self.health_s:.1f} s",
              flush=True)

    @contextmanager
    def attack(self, title, server, sources=(HONEST, ATTACKER)):
        """Runs an attack, whose block fills `measured` with what was measured and `broken` with what
        should not be."""
        measured, broken, began = [], [], time.monotonic()
        with Watch(server, sources) as watch:
            yield measured, broken
            # A few questions at least, however short the attack.
            watch.done.wait(max(0.0, 1.0 - (time.monotonic() - began)))
        if watch.worst > self.health_s:
            broken.append(f"health took {watch.worst:.2f} s")
        if watch.failed:
            broken.append(f"{watch.failed} of {watch.asked} questions for health went unanswered")
        if server.process.poll() is not None:
            broken.append("the server is gone")
        measured.insert(0, f"health <= {watch.worst * 1000:.0f} ms of {watch.asked}")
        self.broken += bool(broken)
        verdict = "BROKEN" if broken else "ok"
        print(f"{verdict:7} {title}: " + "; ".join(measured + broken), flush=True)


def create_bucket(server):
    """Its status, once there is room: the place of the connection before may still be taken."""
    until = time.monotonic() + 60
    while (status := server.call("PUT", "/attacked")[0]) == 503 and time.monotonic() < until:
        pass
    return status


def open_many(server, count, first=b"", source=ATTACKER):
    """Connections that each send `first`; those that fail are left out."""
    streams = []
    for _ in range(count):
        try:
            stream = server.connect(source, 5.0)
            if first:
                stream.sendall(first)
            stream.setblocking(False)
            streams.append(stream)
        except OSError:
            pass
    return streams


def close_all(streams):
    for stream in streams:
        stream.close()


def outlast(streams, byte, every_s, limit_s):
    """Sends a byte now and then on each, until the server has ended all of them; gives the seconds
    of the last ending, or `None` when some outlast the limit."""
    began, left, last = time.monotonic(), list(streams), 0.0
    sent = began
    while left and time.monotonic() - began < limit_s:
        for stream in _ended(left):
            left.remove(stream)
            last = time.monotonic() - began
        if byte and time.monotonic() - sent >= every_s:
            sent = time.monotonic()
            for stream in left:
                try:
                    stream.send(byte)
                except OSError:
                    pass
    return None if left else last


def _ended(streams):
    poll = select.poll()
    known = {stream.fileno(): stream for stream in streams}
    for number in known:
        poll.register(number, select.POLLIN | select.POLLHUP | select.POLLERR)
    return [known[number] for number, _ in poll.poll(200)]


def honest_call(server, measured, broken):
    """An honest client of another address has its call served while the attack goes on."""
    try:
        status, took = server.call("GET", "/")
    except (OSError, ValueError) as error:
        broken.append(f"an honest call failed: {error!r}")
        return
    measured.append(f"an honest call {took * 1000:.0f} ms")
    if status != 200 or took > 2.0:
        broken.append(f"an honest call: status {status} after {took:.1f} s")


def idle(report, server, count):
    with report.attack(f"{count} idle connections from one address", server) as (measured, broken):
        streams = open_many(server, count)
        measured.append(f"{len(streams)} opened")
        honest_call(server, measured, broken)
        measured.append(f"{server.resident_mib()} MiB resident")
        close_all(streams)


def half_heads(report, server, count):
    head = b"GET / HTTP/1.1\r\nhost: localhost\r\nx: "
    drip(report, server, f"{count} heads that drip a byte a second", count, head, 1.0, HEAD_S)


def dripped_bodies(report, server, count):
    """More than an address's share, without credentials."""
    head = (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000\r\n"
            b"x-amz-target: TrentService.ListKeys\r\n\r\n")
    title = f"{count} unsigned bodies that drip a byte a second"
    drip(report, server, title, count, head, 1.0, UNPROVEN_S, is_crowded=True)


def dripped_uploads(report, server, count):
    """More than there is memory to read ahead for."""
    head = server.head("PUT", "/attacked/drip", 64 * MIB)
    title = f"{count} signed uploads that drip a byte every ten seconds"
    drip(report, server, title, count, head, 10.0, PROVEN_S)


def drip(report, server, title, count, head, every_s, stated_s, is_crowded=False):
    """Connections that send `head` and then a byte now and then end in time."""
    with report.attack(title, server) as (measured, broken):
        streams = open_many(server, count, head)
        if is_crowded:
            honest_call(server, measured, broken)
        last = outlast(streams, b"x", every_s, stated_s + SLACK_S)
        _judge(last, stated_s, measured, broken)
        close_all(streams)


def unread_answers(report, server, count):
    title = f"{count} answers of 32 MiB that no client reads"
    with report.attack(title, server) as (measured, broken):
        server.call("PUT", "/attacked/large", bytes(32 * MIB))
        before = server.resident_mib()
        head = server.head("GET", "/attacked/large")
        streams = open_many(server, count, head)
        time.sleep(3)
        during, kernel, began = server.resident_mib(), kernel_mib(), time.monotonic()
        while _established(server) > 8 and time.monotonic() - began < ANSWER_S + SLACK_S:
            time.sleep(1)
        _judge(None if _established(server) > 8 else time.monotonic() - began, ANSWER_S, measured,
               broken)
        measured.append(f"{before} MiB before, {during} during, {server.resident_mib()} after")
        measured.append(f"{kernel} MiB of the kernel's")
        close_all(streams)


def _judge(last, stated_s, measured, broken):
    if last is None:
        broken.append(f"some outlast {stated_s + SLACK_S} s")
    else:
        measured.append(f"all ended after {last:.0f} s of {stated_s}")


def _established(server):
    """Connections that the server has open."""
    port = f":{server.port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(1 for line in lines if line.split()[1].endswith(port) and line.split()[3] == "01")


def kernel_mib():
    """What the operating system holds for all TCP connections of the machine, both ends."""
    line = next(line for line in Path("/proc/net/sockstat").read_text().splitlines()
                if line.startswith("TCP:"))
    return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def few_files(report, binary, folder, files, count):
    server = Server(binary, folder, files=files)
    try:
        title = f"{count} connections to a server of {files} file descriptors"
        # The attacker's own share is so small that its questions take each other's place.
        with report.attack(title, server, (HONEST,)) as (measured, broken):
            streams = open_many(server, count)
            began, cpu = time.monotonic(), server.cpu_s()
            time.sleep(3)
            share = (server.cpu_s() - cpu) / (time.monotonic() - began)
            measured.append(f"{len(streams)} opened, {share:.0%} of a processor")
            if share > 0.5:
                broken.append("it spins")
            honest_call(server, measured, broken)
            close_all(streams)
        lines = server.diagnostics.read_text().splitlines()
        reported = [line for line in lines if "file desc" in line]
        if not reported:
            report.broken += 1
            print("BROKEN  the server does not report that it has few file descriptors")
    finally:
        server.stop()


def no_files(report, binary, folder):
    """So few descriptors that accepting fails: an upload holds the one place, and more addresses
    than usual take all that is left."""
    server = Server(binary, folder, files=60)
    try:
        assert create_bucket(server) == 200, "a bucket"
        body = bytes(MIB)
        upload = server.connect()
        upload.sendall(server.head("PUT", "/attacked/upload", len(body)) + body[:MIB // 2])
        time.sleep(1)
        with report.attack("240 connections when 60 file descriptors are used up", server,
                           (HONEST,)) as (measured, broken):
            streams = []
            for last in range(3, 13):
                streams += open_many(server, 24, source=f"127.0.0.{last}")
            began, cpu = time.monotonic(), server.cpu_s()
            time.sleep(3)
            share = (server.cpu_s() - cpu) / (time.monotonic() - began)
            measured.append(f"{len(streams)} opened, {share:.0%} of a processor")
            if share > 0.5:
                broken.append("it spins")
            upload.sendall(body[MIB // 2:])
            if not upload.recv(64).startswith(b"HTTP/1.1 200 "):
                broken.append("the upload failed")
            close_all(streams)
    finally:
        server.stop()


def gigabytes(report, server, count):
    with report.attack(f"{count} uploads of 1 GiB at once", server) as (measured, broken):
        before, piece, statuses = server.resident_mib(), bytes(MIB), []

        def upload(number):
            with server.connect(ATTACKER, 600) as stream:
                stream.sendall(server.head("PUT", f"/attacked/gigabyte-{number}", 1 << 30))
                for _ in range(1024):
                    stream.sendall(piece)
                statuses.append(int(stream.recv(64)[9:12]))

        threads = [threading.Thread(target=upload, args=(n,)) for n in range(count)]
        began, most = time.monotonic(), before
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            most = max(most, server.resident_mib())
            time.sleep(0.5)
        measured.append(f"{time.monotonic() - began:.0f} s, {before} MiB before, {most} at most")
        if statuses != [200] * count:
            broken.append(f"statuses {statuses}")
        if most - before > 128 * count:
            broken.append("an upload is held in memory")
        for number in range(count):
            server.call("DELETE", f"/attacked/gigabyte-{number}")


def attacks(report, server, full):
    """Names and attacks, in order."""
    yield "idle", lambda: idle(report, server, 4_200)
    if full:
        yield "idle 10,000", lambda: idle(report, server, 10_000)
    yield "bodies", lambda: dripped_bodies(report, server, 1_500)
    yield "heads", lambda: half_heads(report, server, 500)
    if full:
        yield "uploads", lambda: dripped_uploads(report, server, 500)
        yield "unread", lambda: unread_answers(report, server, 250)
        yield "gigabytes", lambda: gigabytes(report, server, 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="", metavar="WORD", help="attacks of this name")
    words = parser.parse_args()
    binary = words.bin.resolve()
    # Each connection costs this script a descriptor, too.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report, folder = Report(), Path(tempfile.mkdtemp(prefix="shoseki-attack-"))
    try:
        for name in ["main", "few", "none"]:
            (folder / name).mkdir()
        server = Server(binary, folder / "main")
        try:
            assert create_bucket(server) == 200, "a bucket"
            report.rest(server)
            for name, attack in attacks(report, server, words.full):
                if words.only in name:
                    attack()
        finally:
            server.stop()
        if words.only in "few files":
            few_files(report, binary, folder / "few", 256, 1_000)
        if words.only in "no files":
            no_files(report, binary, folder / "none")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
