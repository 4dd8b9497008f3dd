use http::Method;
use wire::xml::{self, Limits};

use super::{Call, Client};

/// The region that can locate every bucket.
pub(crate) const ANY_REGION: &str = "us-east-1";

/// Returns a bucket's region, or `None` if the caller lacks permission or the bucket does not
/// exist.
pub(crate) fn bucket_region(client: &Client, bucket: &str) -> Option<String> {
    let call = Call::s3("GetBucketLocation", Method::GET, bucket, "location=");
    let answer = client.call(&call.in_region(ANY_REGION.to_owned())).ok()?;
    let place = xml::parse(&answer.body, Limits::S3).ok()?;
    // Source: S3 API Reference, "GetBucketLocation".
    Some(match place.text.as_str() {
        "" => ANY_REGION.to_owned(),
        "EU" => "eu-west-1".to_owned(),
        named => named.to_owned(),
    })
}
