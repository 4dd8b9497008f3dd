"""For every change of delivered files, `shoseki verify` finds it, and names the file.

`aws cloudtrail validate-logs` finds what it reads, and reports the same.
"""

import base64
import hashlib
from datetime import datetime, timezone

import pytest
import rsa

import tampering
from rehearsal import REGION


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A stopped trail with several log files and digests. Each test repairs what it did."""
    walk = tampering.deliver(tmp_path_factory.mktemp("tampering"))
    yield walk
    walk.server.stop()


@pytest.fixture(scope="module")
def auditor(delivered, tmp_path_factory):
    return tampering.Auditor(delivered, tmp_path_factory.mktemp("auditor"))


@pytest.fixture
def thief(delivered):
    thief = tampering.Thief(delivered)
    yield thief
    thief.repair()


def test_our_own_verifier_judges_the_files_of_each_region(delivered):
    for region in (REGION, "us-east-1"):
        done = tampering.verify(delivered, "--trail-arn", delivered.arn, "--region", region)
        assert (done.returncode, done.stderr) == (0, ""), (region, done)
        assert " digest files valid" in done.stdout


@pytest.mark.parametrize("tamper", tampering.FORMS, ids=lambda form: form.__name__)
def test_validation_finds_every_form_of_tampering(delivered, auditor, thief, tamper):
    wanted = tamper(delivered, thief)
    ours = auditor.verify()
    output = ours.stdout + ours.stderr
    assert ours.returncode == 1, output
    for part in wanted.aws + wanted.ours:
        assert part in output, (part, output)
    aws = delivered.validate()
    assert aws.returncode == (1 if wanted.aws else 0), aws.stdout + aws.stderr
    for line in wanted.aws:
        assert line in aws.stderr
    assert aws.stderr.count("INVALID") == len(wanted.aws), aws.stderr


def test_untouched_and_repaired_files_are_valid(delivered, auditor):
    thief = tampering.Thief(delivered)
    for tamper in (tampering.swap_two_log_files, tampering.delete_a_digest,
                   tampering.put_a_forged_log_file_beside_the_others):
        tamper(delivered, thief)
    thief.repair()
    ours = auditor.verify()
    assert (ours.returncode, ours.stderr) == (0, ""), ours
    verdict = delivered.validate()
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    count = len(tampering.digests(delivered))
    assert f"{count}/{count} digest files valid" in verdict.stdout


def test_public_keys_are_pkcs1_with_their_md5_as_name(delivered):
    keys = delivered.server.client("cloudtrail").list_public_keys(
        StartTime=delivered.began, EndTime=datetime.now(timezone.utc),
    )["PublicKeyList"]
    assert keys
    for key in keys:
        der = key["Value"]
        assert base64.b64encode(der).startswith(b"MIIBCgKCAQEA")
        assert key["Fingerprint"] == hashlib.md5(der).hexdigest()
        assert rsa.PublicKey.load_pkcs1(der, "DER").e == 65537
        assert (key["ValidityEndTime"] - key["ValidityStartTime"]).days == 30
