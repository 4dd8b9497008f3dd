"""Clients that wait for `100 Continue` also where no body follows: botocore before 1.44, and the
CLIs that carry it within."""

import os
import subprocess
from pathlib import Path

import pytest

from rehearsal import AWS_V1, AWS_V2, PROJECT, REGION, ROOT

# Made by `./check` of requirements-old.txt.
OLD_PYTHON = Path(os.environ.get("OLD_PYTHON", PROJECT / ".venv-old" / "bin" / "python"))
FILES = 2_000
HERE = {"LocationConstraint": REGION}

WRITES = """
import io, sys, boto3
from botocore.exceptions import ClientError
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
bucket = sys.argv[2]
for turn in range(3):
    for name, body in ("empty", b""), ("full", b"full"), ("empty", b""):
        assert s3.put_object(Bucket=bucket, Key=name, Body=io.BytesIO(body))["ETag"]
        assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == body
    for body in b"", b"full":
        try:
            s3.put_object(Bucket=bucket + "-none", Key="k", Body=io.BytesIO(body))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchBucket", error
        else:
            raise AssertionError("a bucket that is not there was written into")
        assert s3.head_object(Bucket=bucket, Key="full")["ContentLength"] == 4
upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
place = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
parts = [{"PartNumber": 1, "ETag": s3.upload_part(PartNumber=1, Body=io.BytesIO(b""), **place)["ETag"]}]
s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **place)
print("done")
"""


@pytest.fixture
def bucket(shared, name):
    shared.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return name


def test_an_old_boto3_writes_what_is_empty(shared, bucket):
    assert OLD_PYTHON.exists(), "`./check` makes .venv-old"
    done = subprocess.run(
        [OLD_PYTHON, "-c", WRITES, shared.url, bucket], text=True, capture_output=True, timeout=60,
        env={
            "PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT[0], "AWS_SECRET_ACCESS_KEY": ROOT[1],
            "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
        },
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def tree(folder):
    """Files with odd names, every tenth of them empty."""
    odd = ["plain", "a space", "a+plus", "100%", "~tilde", "日本語", "é", "'quoted'", "a&b=c", "(1)"]
    for number in range(FILES):
        path = folder / odd[number % 10] / odd[number // 10 % 10] / f"{odd[number // 7 % 10]} {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if number % 10 == 3 else f"file {number}".encode())


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("aws", [AWS_V1, (AWS_V2,)], ids=["v1", "v2"])
def test_a_tree_with_empty_files_goes_there_and_back(shared, bucket, tmp_path, aws):
    if not Path(aws[0]).exists():
        pytest.skip(f"{aws[0]} is missing")
    there, back = tmp_path / "there", tmp_path / "back"
    tree(there)
    for words in (there, f"s3://{bucket}"), (f"s3://{bucket}", back):
        # The version that Debian 12 ships takes no endpoint from the environment.
        shared.cli("s3", "sync", "--only-show-errors", "--endpoint-url", shared.url,
                   *map(str, words), aws=aws)
    assert contents(back) == contents(there)
    assert len(contents(back)) == FILES
