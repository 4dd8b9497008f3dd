"""The server under test: a process of the real binary with a data directory of its own."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from eventually import eventually

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
ROOT = ("AKIASHOSEKITESTROOT0", "shoseki/test+root/secret/0123456789abcde")
PROJECT = Path(__file__).resolve().parents[2]

# It keeps the models of the services, which take boto3 longer to read than most calls take.
_SESSION = boto3.session.Session()

# Fast enough for a test, slow enough that several calls share a file.
SWIFT = ("--rehearse", "--delivery-interval", "1s", "--digest-interval", "3s")


# The CLI of requirements.txt, and the second version of the distribution, if there is one.
AWS_V1 = (sys.executable, str(Path(sys.executable).with_name("aws")))
AWS_V2 = os.environ.get("AWS_V2", "/usr/bin/aws")


def certificate(folder):
    """Makes a key and a certificate of its own for 127.0.0.1; gives the certificate's path."""
    path = Path(folder) / "tls.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", path.with_suffix(".key"), "-out", path],
        check=True, capture_output=True,
    )
    return str(path)


def binary():
    """The binary under test."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    return os.environ.get("SHOSEKI_BIN", str(target / "debug" / "shoseki"))


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server: its process may come and go, its data directory and its port stay."""

    def __init__(self, folder, flags=SWIFT, tls=False):
        self.folder = Path(folder)
        self.data_dir = self.folder / "data"
        self.diagnostics = self.folder / "diagnostics.txt"
        self.port = free_port()
        self.certificate = certificate(self.folder) if tls else None
        if tls:
            key = self.folder / "tls.key"
            flags = (*flags, "--tls-cert", self.certificate, "--tls-key", key)
        self.flags = flags
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.credentials = {
            "SHOSEKI_ROOT_ACCESS_KEY_ID": ROOT[0], "SHOSEKI_ROOT_SECRET_ACCESS_KEY": ROOT[1],
        }
        self.process = None
        self._clients = {}

    def start(self, stderr=None):
        """Starts the process and waits until it serves. `stderr` takes its diagnostics instead."""
        environment = {"PATH": os.environ["PATH"], **self.credentials}
        command = [binary(), "serve", "--data-dir", self.data_dir]
        command += ["--listen", f"127.0.0.1:{self.port}", *self.flags]
        with self.diagnostics.open("ab") as sink:
            self.process = subprocess.Popen(
                command, env=environment, stdout=sink, stderr=sink if stderr is None else stderr)
        eventually(self._serves, within=20, what="the server serves")
        return self

    def _serves(self):
        if self.process.poll() is not None:
            text = self.diagnostics.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server ended with {self.process.returncode}: {text}")
        try:
            trust = ssl.create_default_context(cafile=self.certificate) if self.certificate else None
            health = f"{self.url}/_shoseki/health"
            with urllib.request.urlopen(health, timeout=5, context=trust) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self):
        """Asks the process to end, and proves that it ends well."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=20) == 0, "an orderly end has exit code 0"

    def kill9(self):
        """Ends the process without giving it a chance to do anything."""
        self.process.kill()
        self.process.wait(timeout=20)

    def restart(self):
        """Stops, if it runs, and starts again."""
        self.stop()
        return self.start()

    def client(self, service, region=REGION, credentials=ROOT, url=None, **settings):
        """A boto3 client with boto3's defaults; `settings` go to botocore's Config."""
        key = (service, region, tuple(credentials), url, str(sorted(settings.items(), key=str)))
        if key not in self._clients or settings:
            self._clients[key] = _SESSION.client(
                service,
                region_name=region,
                aws_access_key_id=credentials[0],
                aws_secret_access_key=credentials[1],
                aws_session_token=credentials[2] if len(credentials) > 2 else None,
                endpoint_url=url or self.url,
                verify=self.certificate,
                config=Config(retries={"total_max_attempts": 1}, **settings),
            )
        return self._clients[key]

    def cli(self, *words, check=True, region=REGION, credentials=ROOT, aws=AWS_V1):
        """Runs the AWS CLI as a user does: everything it needs is in the environment."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": credentials[0],
            "AWS_SECRET_ACCESS_KEY": credentials[1],
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }
        if len(credentials) > 2:
            environment["AWS_SESSION_TOKEN"] = credentials[2]
        if self.certificate:
            environment["AWS_CA_BUNDLE"] = str(self.certificate)
        run = subprocess.run(
            [*aws, *map(str, words)],
            env=environment, cwd=self.folder, capture_output=True, text=True, timeout=120,
        )
        if check:
            assert run.returncode == 0, f"aws {words}: {run.returncode}\n{run.stdout}{run.stderr}"
        return run
