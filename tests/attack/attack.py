"""What all attacks share: words of the command line, a server, lines and a verdict."""

import argparse
import contextlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

from rehearsal import SWIFT, Server  # noqa: E402: found by the line above


def arguments(about, add=None):
    """`--bin PATH`, the program under attack, and `--full`, for longer; `add(parser)` adds more."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--bin", required=True, help="the program under attack")
    parser.add_argument("--full", action="store_true", help="for longer")
    if add:
        add(parser)
    words = parser.parse_args()
    os.environ["SHOSEKI_BIN"] = str(Path(words.bin).resolve())
    return words


@contextlib.contextmanager
def serving(flags=SWIFT, prepare=None):
    """A server of our own in a scratch folder; `prepare(folder)` gives other flags."""
    with tempfile.TemporaryDirectory(prefix="shoseki-attack-") as folder:
        server = Server(folder, prepare(folder) if prepare else flags)
        try:
            yield server.start()
            server.stop()
        finally:
            if server.process and server.process.poll() is None:
                server.kill9()


class Checks:
    """One line for each check, and a verdict."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, holds, seen=""):
        """`holds` is whether the attack failed; `seen` is printed when it did not."""
        if holds:
            self.passed += 1
            print(f"held    {what}", flush=True)
        else:
            self.failed += 1
            print(f"FELL    {what}: {str(seen)[:600]}", flush=True)

    @contextlib.contextmanager
    def guarded(self, what):
        """An attack that ends in an error of its own has not shown that anything holds."""
        try:
            yield
        except Exception:  # noqa: BLE001: any failure, as the others go on
            self.check(what, False, traceback.format_exc(limit=-3))

    def end(self):
        """Prints the verdict and ends the process."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)
