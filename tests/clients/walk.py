"""The article's four steps, and what a reader of the bucket does afterwards."""

import gzip
import json
from datetime import datetime, timedelta, timezone

from eventually import eventually
from rehearsal import ACCOUNT, REGION

SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def trail_arn(trail, region=REGION):
    """The ARN that a trail of this name has."""
    return f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/{trail}"


def key_policy(trail):
    """The default key policy and the article's statement."""
    root = {
        "Sid": "Enable IAM User Permissions", "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*",
    }
    logs = {
        "Sid": "Allow CloudTrail to encrypt logs", "Effect": "Allow", "Principal": SERVICE,
        "Action": "kms:GenerateDataKey*", "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceArn": trail_arn(trail)},
            "StringLike": {
                "kms:EncryptionContext:aws:cloudtrail:arn":
                    f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*",
            },
        },
    }
    return {"Version": "2012-10-17", "Statement": [root, logs]}


def bucket_policy(bucket, trail):
    """The two statements that the console writes."""
    source = {"AWS:SourceArn": trail_arn(trail)}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AWSCloudTrailAclCheck20150319-459577f5-b4a6-4e5f-82ca-4ca6ed3d6840",
                "Effect": "Allow", "Principal": SERVICE, "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{bucket}", "Condition": {"StringEquals": source},
            },
            {
                "Sid": "AWSCloudTrailWrite20150319-664cdffa-a0a0-4e6b-ba04-3bec10f6e83b",
                "Effect": "Allow", "Principal": SERVICE, "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*",
                "Condition": {
                    "StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"},
                },
            },
        ],
    }


def encryption(key_arn):
    """Default encryption with this key and a bucket key."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    return {"Rules": [rule]}


class Walk:
    """A bucket, a key and a trail of one name, made by boto3 as in the article."""

    def __init__(self, server, name):
        self.server, self.name, self.bucket = server, name, f"{name}-logs"
        self.arn = trail_arn(name)
        self.began = datetime.now(timezone.utc)
        self.key_arn = None
        self._files = {}

    def prepare(self):
        """Steps 1 and 2: the key and the bucket, the bucket's policy included."""
        kms, s3 = self.server.client("kms"), self.server.client("s3")
        policy = json.dumps(key_policy(self.name))
        self.key_arn = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
        self.make_bucket()
        s3.put_bucket_encryption(
            Bucket=self.bucket, ServerSideEncryptionConfiguration=encryption(self.key_arn),
        )
        return self

    def make_bucket(self):
        """The bucket with the console's policy."""
        s3 = self.server.client("s3")
        where = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        self.permit()

    def permit(self):
        """Writes the bucket policy of the console."""
        policy = json.dumps(bucket_policy(self.bucket, self.name))
        self.server.client("s3").put_bucket_policy(Bucket=self.bucket, Policy=policy)

    def create(self, **settings):
        """Step 3 up to CreateTrail; `settings` override its own."""
        words = {
            "Name": self.name, "S3BucketName": self.bucket, "KmsKeyId": self.key_arn,
            "IsMultiRegionTrail": True, "EnableLogFileValidation": True, **settings,
        }
        words = {word: value for word, value in words.items() if value is not None}
        return self.server.client("cloudtrail").create_trail(**words)

    def start(self, **settings):
        """Step 3: the trail, logging."""
        self.create(**settings)
        self.server.client("cloudtrail").start_logging(Name=self.name)
        self.let_the_second_pass()
        return self

    def let_the_second_pass(self):
        """Waits until calls are surely younger than StartLogging: event times are whole seconds."""
        started = self.status()["TimeLoggingStarted"]

        def later():
            return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") > started

        eventually(later, within=5)

    def status(self):
        """GetTrailStatus."""
        return self.server.client("cloudtrail").get_trail_status(Name=self.name)

    def selected(self, *regions):
        """Events of event history that are surely younger than StartLogging."""
        started = self.status()["TimeLoggingStarted"]
        # Event times are whole seconds: those of the same second may be older.
        return [record for region in regions or (REGION,)
                for record in history(self.server, region) if record["eventTime"] > started]

    def objects(self, folder, region=None):
        """The names of the bucket's objects in `CloudTrail` or `CloudTrail-Digest`, in order."""
        pages = self.server.client("s3").get_paginator("list_objects_v2")
        prefix = f"AWSLogs/{ACCOUNT}/{folder}/" + (f"{region}/" if region else "")
        found = pages.paginate(Bucket=self.bucket, Prefix=prefix).search("Contents[].Key")
        return [key for key in found if key]

    def body(self, key):
        """The bytes of an object, as stored."""
        answer = self.server.client("s3").get_object(Bucket=self.bucket, Key=key)
        return answer["Body"].read()

    def document(self, key):
        """The JSON of a log file or digest. They never change, so each is read once."""
        if key not in self._files:
            self._files[key] = json.loads(gzip.decompress(self.body(key)))
        return self._files[key]

    def log_files(self, region=None):
        """Log files by name."""
        keys = self.objects("CloudTrail", region)
        return {key: self.document(key)["Records"] for key in keys}

    def records(self, region=None):
        """The records of all log files."""
        return [record for records in self.log_files(region).values() for record in records]

    def digests(self, region=REGION):
        """Digests of a region by name, oldest first."""
        return {key: self.document(key) for key in self.objects("CloudTrail-Digest", region)}

    def await_records(self, event_ids, within=30):
        """Waits until a record of each of these events is in the bucket."""
        wanted = set(event_ids)

        def delivered():
            missing = wanted - {record["eventID"] for record in self.records()}
            assert not missing, f"{len(missing)} of {len(wanted)} missing: {self.status()}"
            return True

        eventually(delivered, within, "the log files hold every event")

    def await_digested(self, within=30, region=REGION):
        """Waits until a digest names every log file that is there at this moment."""
        wanted = set(self.log_files(region))

        def digested():
            digests = self.digests(region).values()
            named = {log["s3Object"] for digest in digests for log in digest["logFiles"]}
            assert wanted <= named, f"undigested: {sorted(wanted - named)}: {self.status()}"
            return True

        eventually(digested, within, "digests name every log file")

    def validate(self, *words, region=REGION):
        """`aws cloudtrail validate-logs` from the beginning of the walk."""
        since = (self.began - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.server.cli(
            "cloudtrail", "validate-logs", "--trail-arn", self.arn, "--start-time", since,
            "--verbose", "--region", region, *words, check=False, region=region,
        )


def history(server, region=REGION, attribute=None, since=None):
    """Event history as records, newest first."""
    words = {} if since is None else {"StartTime": since}
    if attribute:
        key, value = attribute
        words["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    pages = server.client("cloudtrail", region).get_paginator("lookup_events").paginate(**words)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def request_id(answer):
    """The request's id as boto3 saw it."""
    return answer["ResponseMetadata"]["RequestId"]
