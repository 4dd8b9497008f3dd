//! Form uploads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use types::Timestamp;
use wire::sigv4::{PostPolicy, PostSignature, SigningKey, verify_post_signature};
use wire::{Family, query, sigv2};

use super::signature::assert_readable;
use super::texts;
use crate::{Target, Way};

const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);

/// The input: a form's fields as a query string, a line feed, and the policy before base64; if
/// there is no line feed, the field `policy` counts.
pub(super) const TARGET: Target = Target {
    words: &[
        "\"expiration\":",
        "\"conditions\":",
        "content-length-range",
        "starts-with",
        "eq",
        "$key",
        "$bucket",
        "${filename}",
        "policy=",
        "x-amz-algorithm=AWS4-HMAC-SHA256",
        "x-amz-date=",
        "x-amz-credential=",
        "x-amz-signature=",
        "AWSAccessKeyId=",
        "x-ignore-",
        "file",
        "key=",
        "2026-12-01T12:00:00.000Z",
    ],
    cost: 2,
    run,
    ..Target::new("post_policy", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "key=user/a&acl=public-read&x-amz-algorithm=AWS4-HMAC-SHA256&x-amz-date=20260301T000000Z&\
         x-amz-credential=AKIAIOSFODNN7EXAMPLE/20260301/us-east-1/s3/aws4_request&\
         x-amz-signature=00&x-ignore-a=1\n{\"expiration\":\"2026-12-01T12:00:00.000Z\",\
         \"conditions\":[{\"bucket\":\"b\"},[\"starts-with\",\"$key\",\"user/\"],\
         {\"acl\":\"public-read\"},[\"content-length-range\",1,1024],\
         [\"eq\",\"$x-amz-date\",\"20260301T000000Z\"]]}",
        "key=a&policy=e30=",
        "key=a\n{\"expiration\":\"2020-12-01T12:00:00.000Z\",\"conditions\":[]}",
    ])
}

fn run(input: &[u8]) -> Way {
    let end = input.iter().position(|byte| *byte == b'\n');
    let (form, plain) = input.split_at(end.unwrap_or(input.len()));
    let Ok(mut fields) = query::parse(form) else { return Way(0) };
    if !plain.is_empty() {
        fields.push(("policy".to_owned(), STANDARD.encode(&plain[1..])));
    }
    let mut way = Way(1);
    match sigv2::PostSignature::presented(&fields) {
        Ok(None) => {}
        Ok(Some(post)) => {
            assert!(post.verify(b"secret").is_err(), "a forged signature was accepted");
            way = way.then("version 2");
        }
        Err(refusal) => {
            assert_readable(&refusal.wire());
            way = way.kind(&refusal);
        }
    }
    match PostSignature::presented(&fields) {
        Ok(None) => {}
        Ok(Some(post)) => {
            let key = SigningKey::for_signed("secret", &post.signed);
            let verified = verify_post_signature(&post, &key);
            assert!(verified.is_err(), "a forged signature was accepted");
            way = way.then("signed");
        }
        Err(error) => {
            assert_readable(&error.wire(Family::S3));
            way = way.kind(&error);
        }
    }
    let policy = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("policy"));
    let Some((_, policy)) = policy else { return way };
    match PostPolicy::parse(policy) {
        Err(error) => {
            assert_readable(&error.wire());
            way.kind(&error)
        }
        Ok(policy) => {
            let checks = [policy.check(&fields, "b", NOW), policy.check_length(512)];
            for error in checks.iter().filter_map(|check| check.as_ref().err()) {
                assert_readable(&error.wire());
                way = way.kind(error);
            }
            way.then("read")
        }
    }
}
