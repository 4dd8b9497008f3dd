"""The process as an operator meets it: credentials, data directory, signals, exit codes."""

import json
import os
import stat
import subprocess
import urllib.request

from rehearsal import ACCOUNT, SWIFT, Server, binary, free_port
from walk import Walk, history, request_id


def run(*words, **environment):
    """Runs the binary until it ends."""
    return subprocess.run(
        [binary(), *map(str, words)], env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, timeout=30,
    )


def test_health_reports_what_is_served(shared):
    with urllib.request.urlopen(f"{shared.url}/_shoseki/health") as answer:
        health = json.loads(answer.read())
    assert health["status"] == "ok" and health["account"] == ACCOUNT


def test_a_stop_and_a_start_lose_nothing(server, name):
    walk = Walk(server, name).prepare().start()
    seen = request_id(server.client("kms").list_keys())
    server.client("s3").put_object(Bucket=walk.bucket, Key="kept", Body=b"x" * 100_000)
    server.restart()
    assert seen in {record.get("requestID") for record in history(server)}
    assert walk.body("kept") == b"x" * 100_000
    assert walk.status()["IsLogging"] is True
    walk.await_records({record["eventID"] for record in walk.selected()})


def test_root_credentials_are_made_once_and_kept_private(tmp_path):
    server = Server(tmp_path, SWIFT)
    server.credentials = {}
    server.start()
    kept = server.data_dir / "root-credentials"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    words = dict(line.split(" = ") for line in kept.read_text().strip().splitlines()
                 if " = " in line)
    made = (words["aws_access_key_id"], words["aws_secret_access_key"])
    who = server.client("sts", credentials=made).get_caller_identity()
    assert who["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    server.restart()
    assert server.client("sts", credentials=made).get_caller_identity()["Account"] == ACCOUNT
    server.stop()
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700, "closed to others"


def test_a_data_directory_serves_one_process_at_a_time(server):
    second = run("serve", "--data-dir", server.data_dir, "--listen", f"127.0.0.1:{free_port()}")
    assert second.returncode not in (0, 101), second.stderr
    assert "panicked" not in second.stderr
    assert server.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_wrong_words_are_reported_and_end_with_two(tmp_path):
    for words in (["serve", "--no-such-flag"], ["no-such-verb"],
                  ["serve", "--account", "12"], ["serve", "--delivery-interval", "soon"]):
        ended = run(*words, SHOSEKI_DATA_DIR=str(tmp_path / "data"))
        assert ended.returncode == 2, (words, ended.stderr)
        assert ended.stderr.strip() and "panicked" not in ended.stderr


def test_a_taken_port_is_reported(server, tmp_path):
    ended = run("serve", "--data-dir", tmp_path / "other", "--listen", f"127.0.0.1:{server.port}")
    assert ended.returncode not in (0, 101)
    assert str(server.port) in ended.stderr


def test_the_diagnostics_hold_no_secrets(server):
    iam = server.client("iam")
    iam.create_user(UserName="alice")
    made = iam.create_access_key(UserName="alice")["AccessKey"]
    theirs = (made["AccessKeyId"], made["SecretAccessKey"])
    server.client("sts", credentials=theirs).get_caller_identity()
    session = server.client("sts").get_session_token()["Credentials"]
    server.stop()
    diagnostics = server.diagnostics.read_text()
    for secret in (made["SecretAccessKey"], session["SecretAccessKey"], session["SessionToken"]):
        assert secret not in diagnostics
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            assert made["SecretAccessKey"].encode() not in path.read_bytes(), path
