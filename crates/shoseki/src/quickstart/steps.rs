//! Steps 1 to 3: the key, the bucket, the trail.

use http::Method;
use serde_json::{Value, json};

use super::documents::{self, ALIAS, BUCKET, TRAIL};
use super::messages::Message;
use super::{Stop, Walk};
use crate::client::{Call, CallError};

impl Walk<'_> {
    /// Step 1; returns the key's ARN.
    pub(super) fn make_key(&self) -> Result<String, Stop> {
        self.print(&Message::StepKey);
        let known = json!({ "KeyId": ALIAS });
        if !self.fresh
            && let Ok(described) = self.call(&Call::kms("DescribeKey", &known))
        {
            return key_arn(&described.body);
        }
        let created = self.call(&Call::kms("CreateKey", &json!({ "Description": "mori" })))?;
        let key = key_arn(&created.body)?;
        self.print(&Message::Detail { name: "KeySpec", value: "SYMMETRIC_DEFAULT" });
        self.print(&Message::Detail { name: "Arn", value: &key });
        let alias = json!({ "AliasName": ALIAS, "TargetKeyId": key });
        self.call(&Call::kms("CreateAlias", &alias))?;
        let policy = documents::key_policy(self.config.account.as_str(), &self.trail_arn());
        self.call(&Call::kms(
            "PutKeyPolicy",
            &json!({ "KeyId": key, "PolicyName": "default", "Policy": policy.to_string() }),
        ))?;
        Ok(key)
    }

    /// Step 2; returns whether the bucket still has no policy.
    pub(super) fn make_bucket(&self, key: &str) -> Result<bool, Stop> {
        self.print(&Message::StepBucket);
        let mut create = Call::s3("CreateBucket", Method::PUT, BUCKET, "");
        // Source: S3 API Reference: `us-east-1` is the only region that must be omitted.
        if self.client.region() != "us-east-1" {
            let location = documents::location(self.client.region());
            create = create.with_body("application/xml", location);
        }
        self.call_unless("BucketAlreadyOwnedByYou", &create)?;
        let encrypt = Call::s3("PutBucketEncryption", Method::PUT, BUCKET, "encryption=")
            .with_body("application/xml", documents::encryption(key));
        self.call(&encrypt)?;
        let policy = Call::s3("GetBucketPolicy", Method::GET, BUCKET, "policy=");
        let absent = self.call_unless("NoSuchBucketPolicy", &policy)?.is_none();
        if absent {
            self.print(&Message::NoPolicyYet);
        }
        Ok(absent)
    }

    /// What AWS's console hides from its users: `CreateTrail` checks that it can deliver.
    fn refused_without_policy(&self, key: &str) -> Result<(), Stop> {
        match self.call(&create_trail(key)) {
            Err(CallError::Refused { .. }) => {
                self.print(&Message::RejectedAsOnAws);
                Ok(())
            }
            Err(error) => Err(error.into()),
            Ok(_) => Err(Stop::Wrong("CreateTrail succeeded without the bucket policy".to_owned())),
        }
    }

    /// Step 3.
    pub(super) fn make_trail(&self, key: &str, without_policy: bool) -> Result<(), Stop> {
        self.print(&Message::StepTrail);
        if without_policy {
            self.refused_without_policy(key)?;
        }
        let uuids = [self.uuid()?, self.uuid()?];
        let account = self.config.account.as_str();
        let policy = documents::bucket_policy(account, &self.trail_arn(), &uuids);
        let put = Call::s3("PutBucketPolicy", Method::PUT, BUCKET, "policy=")
            .with_body("application/json", policy.to_string());
        self.call(&put)?;
        for statement in
            policy.pointer("/Statement").and_then(Value::as_array).into_iter().flatten()
        {
            let value = statement.pointer("/Sid").and_then(Value::as_str).unwrap_or_default();
            self.print(&Message::Detail { name: "Sid", value });
        }
        self.call_unless("TrailAlreadyExistsException", &create_trail(key))?;
        self.print(&Message::Detail { name: "TrailARN", value: &self.trail_arn() });
        let selectors = json!({ "TrailName": TRAIL, "EventSelectors": documents::selectors() });
        self.call(&Call::cloudtrail("PutEventSelectors", &selectors))?;
        self.call(&Call::cloudtrail("StartLogging", &json!({ "Name": TRAIL })))?;
        Ok(())
    }

    /// The trail's ARN, which the policies need before the trail exists.
    pub(super) fn trail_arn(&self) -> String {
        let (region, account) = (&self.config.region, &self.config.account);
        format!("arn:aws:cloudtrail:{region}:{account}:trail/{TRAIL}")
    }

    fn uuid(&self) -> Result<String, Stop> {
        let random = self.entropy.bytes::<16>().map_err(|error| Stop::Wrong(error.to_string()))?;
        Ok(types::uuid_v4(random))
    }
}

fn create_trail(key: &str) -> Call {
    Call::cloudtrail(
        "CreateTrail",
        &json!({
            "Name": TRAIL,
            "S3BucketName": BUCKET,
            "IncludeGlobalServiceEvents": true,
            "IsMultiRegionTrail": true,
            "EnableLogFileValidation": true,
            "KmsKeyId": key,
        }),
    )
}

fn key_arn(body: &[u8]) -> Result<String, Stop> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let arn = answer.pointer("/KeyMetadata/Arn").and_then(Value::as_str);
    arn.map(str::to_owned).ok_or_else(|| Stop::Wrong("a response without KeyMetadata".to_owned()))
}
