"""`fsck` on a terminal: it shows how far it has come, and cleans up behind itself."""

import os
import pty
import subprocess

from rehearsal import REGION, ROOT, binary

MIB = 1 << 20


def fsck(folder, stderr):
    env = {"SHOSEKI_ROOT_ACCESS_KEY_ID": ROOT[0], "SHOSEKI_ROOT_SECRET_ACCESS_KEY": ROOT[1],
           "TERM": "xterm"}
    words = [binary(), "fsck", "--data-dir", folder]
    return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True)


def read_all(terminal):
    """What a terminal was sent, until nobody holds its other end."""
    heard = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            return heard.decode()
        if not piece:
            return heard.decode()
        heard += piece


def test_progress_is_for_terminals(server, name):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    for number in range(2):
        s3.put_object(Bucket=name, Key=f"large-{number}", Body=bytes(2 * MIB))
    server.stop()
    terminal, its_end = pty.openpty()
    checking = fsck(server.data_dir, its_end)
    os.close(its_end)
    heard = read_all(terminal)
    os.close(terminal)
    said, _ = checking.communicate(timeout=60)
    assert checking.returncode == 0, (said, heard)
    shown = heard.split("\r\x1b[K")
    bodies = [line for line in shown if line.startswith("object bodies: ")]
    # Log files may add a mebibyte.
    assert bodies[0].startswith("object bodies: 0 of ") and len(bodies) >= 4, shown
    assert bodies == sorted(bodies, key=lambda line: int(line.split()[2])), shown
    assert "rows of the state" in shown and shown[-1] == "", shown
    piped = fsck(server.data_dir, subprocess.PIPE)
    same, nothing = piped.communicate(timeout=60)
    assert (piped.returncode, same, nothing) == (0, said, "")
