//! The scene of the scenario: a key, a bucket, a trail.

use serde_json::{Value, json};
use testkit::{Answered, DIGEST_KEYS, Disk, Kit, S3Request, START};
use trail::Timing;
use types::{MINUTE_MS, Region, Timestamp};

pub(crate) const BUCKET: &str = "mori-s3-cloudtrail-management-event";
pub(crate) const TRAIL: &str = "mori-cloudtrail-management-event";
pub(crate) const TRAIL_ARN: &str =
    "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/mori-cloudtrail-management-event";

pub(crate) struct Scene {
    pub(crate) kit: Kit,
    pub(crate) key_arn: String,
}

impl Scene {
    pub(crate) fn with_bucket() -> Self {
        Self::with_bucket_at(testkit::TIMING)
    }

    fn with_bucket_at(timing: Timing) -> Self {
        Self::on_at(&Disk::with_power(), timing)
    }

    /// The same on a disk that a test may switch off.
    pub(crate) fn on(disk: &Disk) -> Self {
        Self::on_at(disk, testkit::TIMING)
    }

    fn on_at(disk: &Disk, timing: Timing) -> Self {
        let scene = Self::without_key_pairs(disk, timing);
        for (region, pair) in DIGEST_KEYS {
            let region = Region::parse(region).unwrap();
            cloudtrail::adopt_key_pair(&scene.kit.gateway, &region, pair, START).unwrap();
        }
        scene
    }

    fn without_key_pairs(disk: &Disk, timing: Timing) -> Self {
        let rows = [inquiry::ROWS, iam::ROWS, kms::ROWS, s3::ROWS, cloudtrail::ROWS];
        let kit = Kit::timed(disk, &rows, timing);
        let made = kit.json("TrentService.CreateKey", &json!({})).ok().json();
        let key_arn = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        let scene = Self { kit, key_arn };
        let alias = json!({"AliasName": "alias/mori/kms", "TargetKeyId": scene.key_id()});
        scene.kit.json("TrentService.CreateAlias", &alias).ok();
        scene.put_key_policy(TRAIL_ARN);
        let location = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
        scene.s3("PUT", &format!("/{BUCKET}"), location.as_bytes()).ok();
        let encryption = format!(
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
            scene.key_arn
        );
        scene.s3_checked("PUT", &format!("/{BUCKET}?encryption"), encryption.as_bytes()).ok();
        scene
    }

    pub(crate) fn with_trail() -> Self {
        Self::with_trail_at(testkit::TIMING)
    }

    /// The same with other intervals of delivery.
    pub(crate) fn with_trail_at(timing: Timing) -> Self {
        Self::with_bucket_at(timing).and_trail()
    }

    /// A trail whose key pairs the service has to generate.
    pub(crate) fn with_trail_before_key_pairs() -> Self {
        Self::without_key_pairs(&Disk::with_power(), testkit::TIMING).and_trail()
    }

    fn and_trail(self) -> Self {
        self.put_bucket_policy(TRAIL_ARN);
        self.create_trail(Some(&self.key_arn)).ok();
        self
    }

    pub(crate) fn key_id(&self) -> &str {
        self.key_arn.rsplit('/').next().unwrap()
    }

    pub(crate) fn put_key_policy(&self, trail_arn: &str) {
        let policy = json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [
            {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
             "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
            {"Sid": "Allow CloudTrail to encrypt logs", "Effect": "Allow",
             "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "kms:GenerateDataKey*", "Resource": "*",
             "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn},
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn":
                    "arn:aws:cloudtrail:*:111122223333:trail/*"}}},
        ]});
        let put =
            json!({"KeyId": self.key_id(), "PolicyName": "default", "Policy": policy.to_string()});
        self.kit.json("TrentService.PutKeyPolicy", &put).ok();
    }

    pub(crate) fn put_bucket_policy(&self, trail_arn: &str) {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "AWSCloudTrailAclCheck20150319-459577f5", "Effect": "Allow",
             "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl",
             "Resource": format!("arn:aws:s3:::{BUCKET}"),
             "Condition": {"StringEquals": {"AWS:SourceArn": trail_arn}}},
            {"Sid": "AWSCloudTrailWrite20150319-664cdffa", "Effect": "Allow",
             "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
             "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/111122223333/*"),
             "Condition": {"StringEquals": {
                "AWS:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}}},
        ]});
        let policy = policy.to_string();
        self.s3_checked("PUT", &format!("/{BUCKET}?policy"), policy.as_bytes()).ok();
    }

    pub(crate) fn create_trail(&self, key: Option<&str>) -> Answered {
        let mut create = json!({"Name": TRAIL, "S3BucketName": BUCKET,
            "IsMultiRegionTrail": true, "EnableLogFileValidation": true});
        if let Some(key) = key {
            create["KmsKeyId"] = key.into();
        }
        self.trail("CreateTrail", &create)
    }

    pub(crate) fn start_logging(&self) {
        self.trail("StartLogging", &json!({"Name": TRAIL})).ok();
    }

    pub(crate) fn status(&self) -> Value {
        self.trail("GetTrailStatus", &json!({"Name": TRAIL})).ok().json()
    }

    pub(crate) fn trail(&self, operation: &str, body: &Value) -> Answered {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
        self.kit.json(&format!("{target}{operation}"), body)
    }

    pub(crate) fn lookup(&self, key: &str, value: &str) -> Vec<Value> {
        let ask = json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
        self.trail("LookupEvents", &ask).ok().json()["Events"].as_array().unwrap().clone()
    }

    pub(crate) fn s3(&self, method: &str, target: &str, body: &[u8]) -> Answered {
        self.kit.s3(S3Request { method, target, headers: &[], body })
    }

    pub(crate) fn s3_checked(&self, method: &str, target: &str, body: &[u8]) -> Answered {
        use base64::Engine;
        let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
        self.kit.s3(S3Request { method, target, headers: &[("content-md5", &md5)], body })
    }

    /// Lets the delivery worker run through the minutes.
    pub(crate) fn pass_minutes(&self, minutes: u64) {
        let end = self.kit.clock.now().plus_ms(minutes * MINUTE_MS);
        while self.kit.clock.now() < end {
            let due: Timestamp = cloudtrail::deliver(&self.kit.gateway, &types::steady);
            self.kit.clock.set(due.min(end).max(self.kit.clock.now().plus_ms(1)));
        }
        cloudtrail::deliver(&self.kit.gateway, &types::steady);
    }

    /// The keys of the objects under a prefix.
    pub(crate) fn list(&self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        loop {
            let marker = wire::uri::encode(keys.last().map_or("", String::as_str));
            let prefix = wire::uri::encode(prefix);
            let target = format!("/{BUCKET}?marker={marker}&prefix={prefix}");
            let page = self.s3("GET", &target, b"").ok().text();
            let before = keys.len();
            keys.extend(
                page.split("<Key>")
                    .skip(1)
                    .map(|rest| rest.split("</Key>").next().unwrap().to_owned()),
            );
            if keys.len() == before || !page.contains("<IsTruncated>true") {
                return keys;
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> Answered {
        self.s3("GET", &format!("/{BUCKET}/{}", wire::uri::encode_path(key)), b"")
    }

    /// All delivered records.
    pub(crate) fn delivered(&self) -> Vec<Value> {
        let mut records = Vec::new();
        for key in self.list("AWSLogs/111122223333/CloudTrail/") {
            let file = self.get(&key).ok();
            assert_eq!(file.header("x-amz-server-side-encryption"), "aws:kms");
            assert_eq!(file.header("x-amz-server-side-encryption-aws-kms-key-id"), self.key_arn);
            records.extend(trail::log_file::read(&file.body, 1 << 30).unwrap());
        }
        records
    }

    /// The findings of our own verifier in the home region.
    pub(crate) fn verify(&self) -> Vec<String> {
        let mut bad = Vec::new();
        let mut previous: Option<trail::digest::Digest> = None;
        for key in self.list("AWSLogs/111122223333/CloudTrail-Digest/ap-northeast-1/") {
            let object = self.get(&key).ok();
            let plain = trail::gzip::decompress(&object.body, 1 << 30).unwrap();
            let digest = trail::digest::Digest::parse(&plain).unwrap();
            let signature = object.header("x-amz-meta-signature");
            let before = digest.previous.as_ref().map(|link| link.signature.as_str());
            let hash = types::hex(&keys::sha256(&plain));
            let text = trail::digest::signing_string(
                &digest.end.iso(),
                &digest.bucket,
                &digest.object,
                &hash,
                before,
            );
            let signature = types::hex_decode(&signature).unwrap();
            if !keys::rsa::verify_pkcs1_sha256(
                &self.public_key(&digest),
                text.as_bytes(),
                &signature,
            ) {
                bad.push(format!("{key}: signature"));
            }
            if let (Some(before), Some(link)) = (&previous, &digest.previous)
                && (before.object != link.object || before.end != digest.start)
            {
                bad.push(format!("{key}: chain"));
            }
            for file in &digest.log_files {
                let plain = trail::gzip::decompress(&self.get(&file.object).ok().body, 1 << 30);
                if types::hex(&keys::sha256(&plain.unwrap())) != file.hash {
                    bad.push(format!("{}: hash", file.object));
                }
            }
            previous = Some(digest);
        }
        bad
    }

    fn public_key(&self, digest: &trail::digest::Digest) -> Vec<u8> {
        use base64::Engine;
        let ask = json!({"StartTime": digest.start.as_secs(), "EndTime": digest.end.as_secs()});
        let listed = self.trail("ListPublicKeys", &ask).ok().json();
        let keys = listed["PublicKeyList"].as_array().unwrap();
        let key =
            keys.iter().find(|key| key["Fingerprint"] == digest.fingerprint.as_str()).unwrap();
        let value = key["Value"].as_str().unwrap();
        base64::engine::general_purpose::STANDARD.decode(value).unwrap()
    }
}
