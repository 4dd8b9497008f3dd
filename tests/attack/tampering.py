"""Every form of tampering with delivered files, judged by AWS's tool and by ours side by side.

    python tests/attack/tampering.py --bin PATH [--full]

Starts a server of its own, lets it deliver, and does one thing after the other to the bucket, which
it repairs again. Prints a line for each: what `aws cloudtrail validate-logs` reports, what
`shoseki verify` reports with an anchor, and which of them have to notice. Exits with 1 when ours misses
any, or finds something where there is nothing. `--full` asks AWS's tool about forms that it does not
read, too. Needs the packages of `tests/clients/requirements.txt`.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

import tampering as forms  # noqa: E402: found by the line above


def found(run):
    """The meaning of an exit code."""
    return {0: "valid", 1: "found"}.get(run.returncode, f"exit {run.returncode}")


def attack(walk, auditor, tamper, full):
    """One form: the line for it, and whether ours found all that it has to."""
    thief = forms.Thief(walk)
    try:
        wanted = tamper(walk, thief)
        ours = auditor.verify()
        asked = wanted.aws or full
        aws = found(walk.validate()) if asked else "not asked"
    finally:
        thief.repair()
    output = ours.stdout + ours.stderr
    missed = [part.strip() for part in wanted.aws + wanted.ours if part not in output]
    holds = ours.returncode == 1 and not missed
    expected = "both" if wanted.aws else "ours alone"
    aws_holds = not asked or aws == ("found" if wanted.aws else "valid")
    line = f"AWS {aws:9}  ours {found(ours):7}  expected of {expected}"
    return line, holds and aws_holds, "; ".join(missed) or output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=Path)
    parser.add_argument("--full", action="store_true")
    words = parser.parse_args()
    os.environ["SHOSEKI_BIN"] = str(words.bin.resolve())
    fallen = 0
    with tempfile.TemporaryDirectory(prefix="shoseki-tampering-") as folder:
        walk = forms.deliver(Path(folder))
        try:
            auditor = forms.Auditor(walk, Path(folder))
            for tamper in forms.FORMS:
                line, holds, seen = attack(walk, auditor, tamper, words.full)
                name = tamper.__name__.replace("_", " ")
                print(f"{'held' if holds else 'FELL':7} {name:48} {line}", flush=True)
                if not holds:
                    fallen += 1
                    print(f"        {seen[:600]}", flush=True)
            repaired = auditor.verify()
            if (repaired.returncode, repaired.stderr) != (0, ""):
                fallen += 1
                print(f"FELL    repaired files are valid: {repaired}"[:600])
            walk.server.stop()
        finally:
            if walk.server.process.poll() is None:
                walk.server.kill9()
    print(f"{len(forms.FORMS)} forms of tampering, {fallen} missed")
    sys.exit(1 if fallen else 0)


if __name__ == "__main__":
    main()
