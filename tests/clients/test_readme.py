"""The commands of the README, as a reader types them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal import PROJECT, binary, free_port


def block(page, heading):
    """The first listing of shell commands below a heading."""
    text = (PROJECT / page).read_text()
    _, rest = text.split(f"\n## {heading}\n", 1)
    return re.search(r"```sh\n(.*?)```", rest, re.DOTALL)[1]


@pytest.mark.parametrize(("page", "heading"), [("README.md", "Run it"), ("README.ja.md", "運用する")])
def test_the_lines_of_run_it_can_be_pasted(tmp_path, page, heading):
    lines = block(page, heading)
    assert "4567" in lines
    lines = lines.replace("4567", str(free_port()))
    places = [Path(binary()).resolve().parent, Path(sys.executable).parent]
    path = ":".join([*map(str, places), os.environ["PATH"]])
    stale = {"AWS_SESSION_TOKEN": "stale", "AWS_PROFILE": "nosuch", "AWS_PAGER": ""}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines], cwd=tmp_path, timeout=60,
        env={"PATH": path, "HOME": str(tmp_path), **stale}, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"Arn": "arn:aws:iam::123456789012:root"' in done.stdout
    assert "No deliveries are denied." in done.stdout
    assert "aws_secret_access_key " in done.stdout.splitlines()[-1], "of the new account"


def test_an_account_wants_a_stopped_server(server):
    done = subprocess.run(
        [binary(), "account", "create", "payments", "--data-dir", server.data_dir],
        capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 4 and "stop the server first" in done.stderr, done
