"""Attacks the server's memory from every side and holds its peaks against the stated bound.

`python tests/attack/memory.py --bin target/debug/shoseki [--full]` starts a server of its own in
a scratch folder, prints one line for each attack (resident MiB before, at the peak, and after) and
exits 1 if the process was ever larger than its `memory_max`, kept what it had taken, or stopped
answering. Standard library only; everything stays on loopback.
"""

import argparse
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import resource
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

REGION = "us-east-1"
KEY, SECRET = "AKIAROOTROOTROOTROOT", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
MIB = 1 << 20
# What a process may have more after an attack than before it: caches that were empty, and the
# allocator's own tables.
KEPT_MIB_MAX = 96
# How long the memory of an attack may take to be given back, in seconds.
SETTLING_MAX = 15
# A server that has taken nothing for so many seconds takes nothing more.
STILL = 3


class Server:
    """A child process, and what the kernel reports of its memory."""

    def __init__(self, binary, folder, bound_mib):
        config = os.path.join(folder, "shoseki.toml")
        with open(config, "w", encoding="utf-8") as file:
            # All attackers are at one address here, and none of them shall be refused for that.
            file.write(f'memory_max = "{bound_mib}MiB"\nconnections_max_per_address = 4096\n'
                       if bound_mib else "")
        environment = dict(
            os.environ, SHOSEKI_ROOT_ACCESS_KEY_ID=KEY, SHOSEKI_ROOT_SECRET_ACCESS_KEY=SECRET
        )
        self.process = subprocess.Popen(
            [binary, "serve", "--config", config, "--data-dir", os.path.join(folder, "data")]
            + ["--listen", "127.0.0.1:0", "--region", REGION, "--log-json"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = None
        for line in self.process.stderr:
            address = json.loads(line).get("fields", {}).get("address")
            if address:
                self.port = int(address.rsplit(":", 1)[1])
                break
        if self.port is None:
            raise SystemExit("the server did not start")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def status(self, field):
        """`VmRSS` or `VmHWM` in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) / 1024
        raise SystemExit("the server has ended")

    def reset_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def connect(self, seconds=30):
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=seconds)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        return stream

    def exchange(self, request):
        """One request on a connection of its own; its status and body."""
        with self.connect() as stream:
            stream.sendall(request)
            answer = b""
            while piece := stream.recv(1 << 16):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), body


def sign(service, method, path, query, headers, payload_hash):
    """The headers of a signed request, in the order in which they are sent."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {**headers, "host": "127.0.0.1", "x-amz-date": stamp}
    if service == "s3":
        headers["x-amz-content-sha256"] = payload_hash
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join([method, path, query, canonical, names, payload_hash])
    scope = f"{day}/{REGION}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    key = ("AWS4" + SECRET).encode()
    for part in (day, REGION, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def head(method, target, headers, length=None):
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if length is not None:
        lines.append(f"content-length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def s3(method, path, query="", length=None, body=None, close=True):
    word = "UNSIGNED-PAYLOAD" if body is None else hashlib.sha256(body).hexdigest()
    headers = {"connection": "close"} if close else {}
    signed = sign("s3", method, path, query, {}, word)
    length = length if body is None else len(body)
    target = path + ("?" + query if query else "")
    return head(method, target, {**headers, **signed}, length) + (body or b"")


def json_call(service, target, body):
    headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
    signed = sign(service, "POST", "/", "", headers, hashlib.sha256(body).hexdigest())
    return head("POST", "/", {**signed, "connection": "close"}, len(body)) + body


def lookup(attributes=b"{}"):
    name = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
    return json_call("cloudtrail", name, attributes)


def padded(target_bytes):
    """A harmless JSON body of that size."""
    return b'{"Limit":1,"Nothing":"' + b"x" * (target_bytes - 24) + b'"}'


def hold(server, count, requests):
    """Sends the requests, each on its own connection, until the server takes nothing more of
    them, and holds all connections open."""
    streams, waiting, poll = [], {}, select.poll()
    for number in range(count):
        try:
            stream = server.connect(seconds=1)
        except OSError:
            # The server takes no more connections now.
            break
        stream.setblocking(False)
        streams.append(stream)
        waiting[stream.fileno()] = (stream, memoryview(requests(number)))
        poll.register(stream, select.POLLOUT)
    end, moved = time.monotonic() + 60, time.monotonic()
    while waiting and time.monotonic() < min(end, moved + STILL):
        for number, _ in poll.poll(200):
            moved = time.monotonic()
            stream, rest = waiting[number]
            try:
                rest = rest[stream.send(rest[: 1 << 18]) :]
            except BlockingIOError:
                pass
            except OSError:
                rest = b""
            waiting[number] = (stream, rest)
            if not rest:
                poll.unregister(stream)
                del waiting[number]
    return streams


def held(requests, per, full):
    """An attack that only holds connections."""

    def attack(server, is_full):
        streams = hold(server, full if is_full else per, requests)
        time.sleep(1)
        for stream in streams:
            stream.close()

    return attack


def at_once(request, workers, rounds):
    """An attack of clients that read their answers and ask again."""

    def attack(server, is_full):
        made = request()

        def work():
            for _ in range(rounds * (3 if is_full else 1)):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    server.exchange(made)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return attack


def form(_):
    lead = b"--xYz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + b"k" * MIB
    headers = {"host": "127.0.0.1", "content-type": "multipart/form-data; boundary=xYz"}
    return head("POST", "/bucket", headers, 2 * MIB) + lead


def unsigned(_):
    headers = {"host": "127.0.0.1", "x-amz-target": "TrentService.ListKeys"}
    return head("POST", "/", headers, MIB) + padded(MIB)[:-1]


def unsigned_small(_):
    headers = {"host": "127.0.0.1", "x-amz-target": "TrentService.ListKeys"}
    return head("POST", "/", headers, 64 << 10) + padded(64 << 10)[:-1]


def false_signature(_):
    request = json_call("kms", "TrentService.ListKeys", padded(MIB))
    return request.replace(b"Signature=", b"Signature=0")[:-1]


def anonymous_put(_):
    return head("PUT", "/bucket/anonymous", {"host": "127.0.0.1"}, 1 << 30) + b"a" * (400 << 10)


def half_a_head(_):
    return b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n" + (b"x-a: " + b"y" * 900 + b"\r\n") * 66


def prepare(server):
    """A bucket with a large object and a thousand keys, and a history with large events."""
    def put(path, body, query=""):
        status, answer = server.exchange(s3("PUT", path, query, body=body))
        if status != 200:
            raise SystemExit(f"PUT {path}: {status} {answer[:300]}")

    put("/bucket", b"")
    put("/bucket/large", b"\0" * (8 * MIB))
    for number in range(300):
        put(f"/bucket/{number:0>200}", b"")
    note = "n" * 7_900
    for _ in range(120):
        body = json.dumps({"Description": note, "Policy": "p" * 30_000}).encode()
        server.exchange(json_call("kms", "TrentService.CreateKey", body))


WHOLE = json_call("kms", "TrentService.ListKeys", padded(MIB))[:-1]
PUT = s3("PUT", "/bucket/stalled", length=1 << 30) + b"s" * (400 << 10)
GET = s3("GET", "/bucket/large")
LIST = s3("GET", "/bucket", "list-type=2")
MANY_TAGS = b'{"Tags":[' + b"{}," * (340_000) + b"{}]}"

# name, the attack in its small and its full form
ATTACKS = [
    ("unsigned bodies of 1 MiB", held(unsigned, 1_000, 3_000)),
    ("unsigned bodies of 64 KiB", held(unsigned_small, 1_000, 3_000)),
    ("signed bodies of 1 MiB", held(lambda _: WHOLE, 400, 2_000)),
    ("false signatures over 1 MiB", held(false_signature, 100, 1_000)),
    ("forms of 1 MiB before the file", held(form, 300, 2_000)),
    ("anonymous uploads that stall", held(anonymous_put, 300, 2_000)),
    ("signed uploads that stall", held(lambda _: PUT, 1_000, 3_000)),
    ("answers of 8 MiB left unread", held(lambda _: GET, 2_000, 3_000)),
    ("listings left unread", held(lambda _: LIST, 300, 2_000)),
    ("histories left unread", held(lambda _: lookup(), 300, 1_000)),
    ("heads of 60 KiB without an end", held(half_a_head, 1_000, 3_000)),
    ("64 LookupEvents at once", at_once(lookup, 64, 3)),
    (
        "64 inputs that unfold",
        at_once(lambda: json_call("kms", "TrentService.CreateKey", MANY_TAGS), 64, 1),
    ),
]


def is_alive(server):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError, IndexError, ValueError):
            status, _ = server.exchange(json_call("kms", "TrentService.ListKeys", b"{}"))
            if status == 200:
                return True
        time.sleep(0.5)
    return False


def settled(server, before):
    """The resident size once it has fallen, or does not fall any more."""
    end = time.monotonic() + SETTLING_MAX
    while server.status("VmRSS") > before + KEPT_MIB_MAX and time.monotonic() < end:
        time.sleep(0.25)
        # Threads give memory back when they work.
        is_alive(server)
    return server.status("VmRSS")


def run(server, name, attack, is_full, bound_mib):
    """One attack and its line; whether the bound held."""
    before = server.status("VmRSS")
    server.reset_peak()
    attack(server, is_full)
    alive = is_alive(server)
    after = settled(server, before)
    peak = server.status("VmHWM")
    faults = []
    if bound_mib and peak > bound_mib:
        faults.append(f"beyond {bound_mib}")
    if bound_mib and after > before + KEPT_MIB_MAX:
        faults.append("not given back")
    if not alive:
        faults.append("no longer answers")
    verdict = ", ".join(faults) or "ok"
    print(f"{name:34} {before:7.0f} {peak:7.0f} {after:7.0f} MiB  {verdict}", flush=True)
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="the program `shoseki`")
    parser.add_argument("--full", action="store_true", help="more connections")
    parser.add_argument("--bound", type=int, default=512, help="`memory_max` in MiB; 0: measure")
    parser.add_argument("--only", default="", help="attacks whose name contains this")
    arguments = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384), most))
    with tempfile.TemporaryDirectory() as folder:
        server = Server(arguments.bin, folder, arguments.bound)
        try:
            prepare(server)
            print(f"{'attack':34} {'before':>7} {'peak':>7} {'after':>7}")
            chosen = [(name, attack) for name, attack in ATTACKS if arguments.only in name]
            held_bound = [
                run(server, name, attack, arguments.full, arguments.bound)
                for name, attack in chosen
            ]
        finally:
            server.end()
    return 0 if held_bound and all(held_bound) else 1


if __name__ == "__main__":
    sys.exit(main())
