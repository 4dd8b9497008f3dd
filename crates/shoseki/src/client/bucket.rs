use http::Method;
use wire::xml::{self, Limits};

use super::{Ask, Client};

/// The region that knows where every bucket is.
pub(crate) const ANY_REGION: &str = "us-east-1";

/// The region of a bucket; `None` if the caller may not know, or there is none.
pub(crate) fn bucket_region(client: &Client, bucket: &str) -> Option<String> {
    let ask = Ask::s3("GetBucketLocation", Method::GET, bucket, "location=");
    let answer = client.call(&ask.in_region(ANY_REGION.to_owned())).ok()?;
    let place = xml::parse(&answer.body, Limits::S3).ok()?;
    // Source: S3 API Reference, "GetBucketLocation".
    Some(match place.text.as_str() {
        "" => ANY_REGION.to_owned(),
        "EU" => "eu-west-1".to_owned(),
        named => named.to_owned(),
    })
}
