"""The transparency log as outsiders see it: proofs, witnesses, forks, and what cannot be forged."""

import contextlib
import http.server
import json
import random
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from eventually import eventually
from rehearsal import REGION, ROOT, SWIFT, Server, binary, free_port
from transparency import Key, Log, Proof, leaf_hash, root_of
from walk import history, request_id


def shoseki(*words, server=None):
    """Runs the program as a user of the server."""
    env = {"AWS_REGION": REGION}
    if server:
        env |= {"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": ROOT[0],
                "AWS_SECRET_ACCESS_KEY": ROOT[1]}
    return subprocess.run([binary(), *map(str, words)], env=env, capture_output=True, text=True,
                          timeout=60)


def record_event(server):
    """Makes a call; gives the record of its event as the history has it, and its ID."""
    wanted = request_id(server.client("kms").list_keys())
    events = server.client("cloudtrail").get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}])
    for event in (event for page in events for event in page["Events"]):
        if json.loads(event["CloudTrailEvent"])["requestID"] == wanted:
            return event["CloudTrailEvent"].encode(), event["EventId"]
    raise AssertionError("the event is missing")


def proved(server, event_id, folder):
    """The proof of an event as soon as there is one, and the record that goes with it."""
    proof, record = folder / f"{event_id}.tlog-proof", folder / f"{event_id}.json"

    def probe():
        done = shoseki("prove", event_id, "-o", proof, "--save-event", record, server=server)
        assert done.returncode == 0, done.stderr
        return done

    eventually(probe, what="the event is proved")
    return proof, record


def verified(proof, record, key, *words):
    """What `verify --proof` returns."""
    return shoseki("verify", "--proof", proof, "--event", record, "--key", key, *words)


def health(server):
    """The reasons for which the server is degraded."""
    with urllib.request.urlopen(f"{server.url}/_shoseki/health", timeout=10) as answer:
        return json.load(answer)["reasons"]


class Witness:
    """A process of `shoseki witness`."""

    def __init__(self, folder, *logs, name="witness.example"):
        self.port, self.log = free_port(), folder / f"{name}.txt"
        self.url = f"http://127.0.0.1:{self.port}"
        words = [word for log in logs for word in ("--log", log)]
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                [binary(), "witness", "--listen", f"127.0.0.1:{self.port}", "--name", name,
                 "--state", folder / name, *words],
                env={"NO_COLOR": "1"}, stdout=subprocess.PIPE, stderr=sink, text=True)
        self.key = self.process.stdout.readline().strip()
        assert self.key.startswith(f"{name}+"), self.log.read_text()

    def stop(self):
        """Ends the process, unless it has ended."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0
        self.process.stdout.close()

    def post(self, body, path="/add-checkpoint"):
        """Sends a request; gives status and body."""
        request = urllib.request.Request(self.url + path, data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def configuration(folder, witnesses, minimum=None):
    """A configuration file with these witnesses: pairs of URL and key."""
    lines = [] if minimum is None else [f"tlog_cosignatures_min = {minimum}"]
    for url, key in witnesses:
        lines += ["[[tlog_witnesses]]", f"url = '{url}'", f"key = '{key}'"]
    path = folder / "shoseki.toml"
    path.write_text("\n".join(lines) + "\n")
    return ("--config", str(path))


@pytest.fixture
def witnessed(tmp_path):
    """A server whose log has a witness, and the witness."""
    server = Server(tmp_path / "server")
    server.folder.mkdir()
    server.start()
    key = eventually(lambda: shoseki("prove", "--key", server=server).stdout.strip())
    server.stop()
    with contextlib.ExitStack() as stack:
        witness = Witness(tmp_path, key)
        stack.callback(witness.stop)
        server.flags = (*SWIFT, *configuration(tmp_path, [(witness.url, witness.key)]))
        server.start()
        stack.callback(server.stop)
        yield server, witness


def test_a_proof_is_verified_by_another_implementation(server, tmp_path):
    """If anything about it is changed, neither of the two accepts it."""
    record, event_id = record_event(server)
    _, other_id = record_event(server)
    proof, saved = proved(server, event_id, tmp_path)
    other_proof, other_saved = proved(server, other_id, tmp_path)
    key = shoseki("prove", "--key", server=server).stdout.strip()
    assert saved.read_bytes() == record, "the record is the one of the history"
    text = proof.read_text()
    parsed = Proof(text)
    assert parsed.proves(record, Key(key))
    done = verified(proof, saved, key)
    assert done.returncode == 0 and f"PROVEN: event {event_id}" in done.stdout, done
    as_json = json.loads(verified(proof, saved, key, "--json").stdout)
    assert (as_json["proven"], as_json["eventID"], as_json["index"]) == (True, event_id, parsed.index)

    pretty = tmp_path / "pretty.json"
    pretty.write_text(json.dumps(json.loads(record), indent=2))
    assert verified(proof, pretty, key).returncode == 0, "the form of the JSON does not matter"

    changed = tmp_path / "changed.json"
    changed.write_bytes(record.replace(b"ListKeys", b"ListKeyz"))
    index, head = f"index {parsed.index}\n", text.splitlines()[2]
    forged = tmp_path / "forged.tlog-proof"
    other_key = "example.com/other+"
    wrong_keys = [key.replace("shoseki/", "shoseki/x")]
    for broken, event in [
        (text, changed), (text, other_saved), (other_proof.read_text(), saved),
        (text.replace(index, f"index {parsed.index + 1}\n"), saved),
        (text.replace(head, head.swapcase()), saved),
        (text.replace(f"\n{parsed.checkpoint.size}\n", f"\n{parsed.checkpoint.size + 1}\n"), saved),
        (text.rsplit("\u2014", 1)[0], saved), ("", saved), (text[:-30], saved),
    ]:
        forged.write_text(broken)
        done = verified(forged, event, key)
        assert done.returncode == 1 and "UNPROVEN" in done.stdout, (broken, done)
        with contextlib.suppress(ValueError):
            assert not Proof(broken).proves(event.read_bytes(), Key(key)), broken
    for wrong in [*wrong_keys, other_key, ""]:
        assert verified(proof, saved, wrong).returncode == 2, wrong
    assert verified(tmp_path / "missing", saved, key).returncode == 2
    witness = Witness(tmp_path, key)
    witness.stop()
    done = verified(proof, saved, key, "--witness", witness.key)
    assert done.returncode == 1 and "0 of the witnesses" in done.stdout, done
    assert verified(proof, saved, key, "--witness", witness.key, "--cosignatures-min", "0"
                    ).returncode == 0


def test_the_tree_has_every_event_and_reveals_none(server):
    """Its root is recomputed from the tiles, its leaves from the history."""
    for _ in range(300):
        server.client("kms").list_keys()
    server.client("iam").list_users()
    records = [json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
               for region in (REGION, "us-east-1") for record in history(server, region)]
    assert len(records) > 300
    log = Log(server.url)

    def probe():
        checkpoint = log.checkpoint()
        leaves = log.row(0, checkpoint.size)
        assert root_of(leaves) == checkpoint.root
        return checkpoint, leaves, {leaf_hash(one) for one in records} <= set(leaves)

    checkpoint, leaves, _ = eventually(lambda: (found := probe())[2] and found)
    level = log.row(1, checkpoint.size)
    assert level == [root_of(leaves[at:at + 256]) for at in range(0, len(level) * 256, 256)]
    for width in (1, 100, 255):
        assert log.tile(0, 0, width) == leaves[:width]
    for missing in ("tile/entries/000", "tile/0/999", "tile/0/1", "tile/8/000", "tile/0/000.p/0",
                    "tile/0/..%2f..%2froot-key", "checkpoint.signed", ""):
        assert log.status(missing) == 404, missing
    remote = urllib.request.Request(f"{log.prefix}/checkpoint", headers={"Via": "1.1 proxy"})
    with urllib.request.urlopen(remote, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "max-age" not in answer.headers["Cache-Control"]


def test_a_witness_cosigns_and_refuses_a_fork(witnessed, tmp_path):
    """The data directory is copied, and both copies go on: only one of them is cosigned."""
    server, witness = witnessed
    log, key = Log(server.url), Log(server.url).key()
    record, event_id = record_event(server)
    proof, saved = proved(server, event_id, tmp_path)
    words = [log.page("key")[0].decode().strip(), "--witness", witness.key]
    done = verified(proof, saved, *words)
    assert done.returncode == 0 and "cosigned by witness.example at 20" in done.stdout, done
    assert Proof(proof.read_text()).proves(record, key, [Key(witness.key)])

    server.stop()
    fork = Server(tmp_path / "fork", server.flags)
    fork.folder.mkdir()
    shutil.copytree(server.data_dir, fork.data_dir)
    server.start()
    for _ in range(3):
        record_event(server)
    eventually(lambda: log.checkpoint().size > Proof(proof.read_text()).checkpoint.size + 3)
    seen = log.checkpoint()
    fork.start()
    try:
        forked = Log(fork.url)
        for calls in (1, 40):  # Shorter than what the witness saw, then longer.
            for _ in range(calls):
                fork.client("kms").list_keys()
            eventually(lambda: "tlog-refused" in health(fork), what="the fork is refused")
        eventually(lambda: "does not extend" in witness.log.read_text())
        leaves, last = log.row(0, log.checkpoint().size), forked.checkpoint()
        assert root_of(leaves[:last.size]) == last.root, "only what both have is published"
        assert "a witness refuses" in fork.diagnostics.read_text()
        metrics = urllib.request.urlopen(f"{fork.url}/_shoseki/metrics", timeout=10).read()
        assert b"shoseki_tlog_refusing_witnesses 1" in metrics
        fork.client("kms").list_keys()  # Calls are served as before.
    finally:
        fork.stop()
    assert health(server) == []
    record, event_id = record_event(server)
    proof, saved = proved(server, event_id, tmp_path)
    assert verified(proof, saved, *words).returncode == 0, "the true log is cosigned as before"
    leaves = log.row(0, log.checkpoint().size)
    assert root_of(leaves[:seen.size]) == seen.root


def test_a_witness_remembers_across_restarts(witnessed, tmp_path):
    """A forked log does not get around it by waiting for its restart."""
    server, witness = witnessed
    log = Log(server.url)
    record_event(server)
    eventually(lambda: log.checkpoint() and log.checkpoint().is_signed_by(Key(witness.key)))
    note = log.page("checkpoint")[0]
    size = log.checkpoint().size
    witness.process.kill()
    witness.process.wait(timeout=20)
    witness.process.stdout.close()
    key = log.page("key")[0].decode().strip()
    again = Witness(tmp_path, key)
    try:
        assert again.key == witness.key
        status, body = again.post(b"old 0\n\n" + note)
        assert status == 409 and int(body) >= size, (status, body)
    finally:
        again.stop()


def test_a_witness_takes_hostile_input(witnessed):
    """It answers each with an error, and works on."""
    server, witness = witnessed
    log = Log(server.url)
    record_event(server)
    eventually(lambda: log.checkpoint() and log.checkpoint().is_signed_by(Key(witness.key)))
    note = log.page("checkpoint")[0]
    dice = random.Random(7)
    size = log.checkpoint().size
    for body, want in [
        (b"", {400}), (b"\n", {400}), (b"old 0\n", {400}), (b"\xff\xfe", {400}),
        (b"old 0\n\n" + note[:-1], {400}), (b"old 0\n\n" + note.replace(b"\n", b"\r\n"), {400}),
        (b"old 18446744073709551615\n\n" + note, {400}),
        (b"old 18446744073709551616\n\n" + note, {400}),
        (b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + note, {400}),
        (b"old 0\n\n" + note.replace(log.key().name.encode(), b"example.com"), {404}),
        (b"old 0\n\n" + note.replace(b"\n%d\n" % size, b"\n%d\n" % (size + 1), 1), {400, 403}),
        (b"x" * (1 << 20), {400, 413}),
    ]:
        try:
            assert witness.post(body)[0] in want, body[:80]
        except (urllib.error.URLError, ConnectionError):
            assert len(body) > 1 << 16, "only a long request may be cut off"
    for _ in range(200):
        garbled = bytearray(b"old 0\n\n" + note)
        for _ in range(dice.randrange(1, 4)):
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
        assert witness.post(bytes(garbled))[0] in (200, 400, 403, 404, 409), garbled
    assert witness.post(b"", path="/other")[0] == 404
    idle = [socket.create_connection(("127.0.0.1", witness.port)) for _ in range(20)]
    for one in idle:
        one.sendall(b"POST /add-checkpoint HTTP/1.1\r\ncontent-length: 99\r\n")
    _, event_id = record_event(server)
    before = log.checkpoint().size
    record_event(server)
    eventually(lambda: log.checkpoint().size > before, what="it cosigns")
    for one in idle:
        one.close()


class Hostile(http.server.BaseHTTPRequestHandler):
    """A witness that answers what its path names."""

    def do_POST(self):
        """Misbehaves."""
        way = self.path.split("/")[1]
        self.rfile.read(int(self.headers["content-length"]))
        if way == "slow":
            self.server.ended.wait(60)
            return
        self.send_response({"moved": 302, "size": 409}.get(way, 200))
        self.send_header("location", "http://127.0.0.1:1/")
        self.end_headers()
        body = {
            "long": b"\xe2\x80\x94 w AAAAAAAA\n" * 1_000_000, "size": b"99999999999999999999999\n",
            "wrong": "\u2014 wrong.example AAAAAAAAAAAAAAAAAAAAAAAA\n".encode(),
            "binary": bytes(range(256)) * 8,
        }.get(way, b"")
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


def test_hostile_witnesses_do_no_harm(tmp_path):
    """The log is published with the cosignatures that are valid, and calls are served."""
    ways = ["slow", "long", "wrong", "binary", "moved", "size", "empty"]
    hostile = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    hostile.ended = threading.Event()
    serving = threading.Thread(target=hostile.serve_forever)
    serving.start()
    server = Server(tmp_path / "server")
    server.folder.mkdir()
    server.start()
    key = eventually(lambda: shoseki("prove", "--key", server=server).stdout.strip())
    server.stop()
    good = Witness(tmp_path, key)
    try:
        pairs = [(good.url, good.key)]
        for way in ways:
            made = Witness(tmp_path, key, name=f"{way}.example")
            made.stop()
            pairs.append((f"http://127.0.0.1:{hostile.server_port}/{way}", made.key))
        pairs.append(("http://127.0.0.1:1", pairs[-1][1].replace("empty", "none", 1)))
        pairs.pop()
        server.flags = (*SWIFT, *configuration(tmp_path, pairs, minimum=1))
        server.start()
        log, before = Log(server.url), 0
        for _ in range(2):
            record, event_id = record_event(server)
            proof, _ = proved(server, event_id, tmp_path)
            parsed = Proof(proof.read_text())
            assert parsed.proves(record, Key(key), [Key(good.key)])
            assert len(parsed.checkpoint.signatures) == 2, proof.read_text()
            assert log.checkpoint().size > before
            before = log.checkpoint().size
        assert health(server) == []
        server.stop()
    finally:
        hostile.ended.set()
        good.stop()
        hostile.shutdown()
        serving.join()
        hostile.server_close()


def test_kill_9_leaves_one_history(server):
    """Every checkpoint that was ever published is a prefix of the last one."""
    dice, seen, log = random.Random(11), {}, Log(server.url)
    for _ in range(8):
        ended = threading.Event()

        def work():
            client = server.client("kms")
            while not ended.is_set():
                with contextlib.suppress(Exception):
                    client.list_keys()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        first = log.checkpoint()
        rest = dice.uniform(0.0, 0.03)
        eventually(lambda: log.checkpoint() and (not first or log.checkpoint().size > first.size))
        checkpoint = log.checkpoint()
        seen[checkpoint.size] = checkpoint.root
        threading.Event().wait(rest)
        server.kill9()
        ended.set()
        for thread in threads:
            thread.join()
        server.start()
        assert "tlog-stopped" not in health(server)
    last = max(seen)
    record_event(server)
    eventually(lambda: log.checkpoint().size > last)
    leaves = log.row(0, log.checkpoint().size)
    assert len(seen) == 8
    for size, root in seen.items():
        assert root_of(leaves[:size]) == root, size
    assert "tlog-stopped" not in health(server)


def test_a_tampered_tile_is_noticed(server, tmp_path):
    """By `prove` while the server runs, and by the server at its next start."""
    _, event_id = record_event(server)
    proved(server, event_id, tmp_path)
    size = Log(server.url).checkpoint().size
    server.stop()
    server.start()
    log = Log(server.url)
    eventually(lambda: log.checkpoint().size >= size)
    partials = server.data_dir / "tlog" / "tile" / "0" / "000.p"
    for tile in partials.iterdir():
        data = bytearray(tile.read_bytes())
        data[-3] ^= 1
        tile.write_bytes(bytes(data))
    done = shoseki("prove", event_id, server=server)
    assert done.returncode == 4 and "do not match its checkpoint" in done.stderr, done
    server.kill9()
    server.start()
    eventually(lambda: "tlog-stopped" in health(server))
    assert "the transparency log has stopped" in server.diagnostics.read_text()
    server.client("kms").list_keys()  # Calls are served as before.
