//! Additional warnings of `explain`: policies around a trail that allow a service on anyone's
//! behalf.

use std::collections::BTreeSet;

use http::Method;
use policy::{Grammar, Policy, UnboundService, unbound_services};
use serde_json::{Value, json};
use types::Arn;

use super::text;
use crate::client::{ANY_REGION, Call, CallError, Client, bucket_region};
use crate::out::Out;

/// Warns about the policies of the buckets and keys that trails deliver with. Skips those that do
/// not exist or that the caller cannot read, because `explain` is about denials.
pub(super) fn warn<'a>(client: &Client, out: Out, trails: impl Iterator<Item = &'a Value>) {
    let (mut buckets, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for trail in trails {
        buckets.insert(text(trail, "Bucket"));
        keys.insert(text(trail, "KmsKeyId"));
    }
    for bucket in buckets.iter().filter(|name| !name.is_empty()) {
        if let Ok(policy) = bucket_policy(client, bucket) {
            warn_about(out, &format!("bucket {bucket}"), &policy);
        }
    }
    for key in keys.iter().filter(|name| !name.is_empty()) {
        if let Ok(policy) = key_policy(client, key) {
            warn_about(out, &format!("key {key}"), &policy);
        }
    }
}

fn bucket_policy(client: &Client, bucket: &str) -> Result<String, CallError> {
    let region = bucket_region(client, bucket).unwrap_or_else(|| ANY_REGION.to_owned());
    let call = Call::s3("GetBucketPolicy", Method::GET, bucket, "policy=").in_region(region);
    let answered = client.call(&call)?;
    Ok(String::from_utf8_lossy(&answered.body).into_owned())
}

fn key_policy(client: &Client, key: &str) -> Result<String, CallError> {
    let region = Arn::parse(key).map(|arn| arn.region().to_owned());
    let input = json!({ "KeyId": key, "PolicyName": "default" });
    let call = Call::kms("GetKeyPolicy", &input);
    let answered = client.call(&call.in_region(region.unwrap_or_else(|| ANY_REGION.to_owned())))?;
    let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    Ok(text(&answer, "Policy"))
}

fn warn_about(out: Out, whose: &str, document: &str) {
    let Ok(policy) = Policy::stored(document, &Grammar::Resource) else { return };
    for UnboundService { statement, service } in unbound_services(&policy) {
        out.value(&json!({
            "UnboundService": { "Of": whose, "Statement": statement, "Service": service }
        }));
        out.text(&format!(
            "warning: statement `{statement}` of the policy of {whose} allows {service} on \
             anyone's behalf: add a condition on aws:SourceArn or aws:SourceAccount"
        ));
    }
}
