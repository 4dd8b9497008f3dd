use serde_json::{Value, json};
use testkit::{Answered, Kit, S3Request};
use wire::sign::Credentials;

use crate::{kit, put, send};

type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

fn send_as(kit: &Kit, by: &Credentials, (method, target, headers, body): Call<'_>) -> Answered {
    kit.s3_as(by, S3Request { method, target, headers, body: body.as_bytes() })
}

/// What denies all that has `condition`.
fn deny(condition: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition},
    ]})
}

/// The response to a user whose policy denies `condition`.
fn denied_by(kit: &Kit, name: &str, condition: &Value, call: Call<'_>) -> Answered {
    let user = kit.user(name, &deny(condition));
    send_as(kit, &user, call)
}

const TAGS: &str =
    "<Tagging><TagSet><Tag><Key>class</Key><Value>secret</Value></Tag></TagSet></Tagging>";
/// Ten days and a moment after the kit's clock.
const RETENTION: &str = "<Retention><Mode>GOVERNANCE</Mode>\
    <RetainUntilDate>2026-03-11T00:00:01Z</RetainUntilDate></Retention>";
const HOLD: &str = "<LegalHold><Status>ON</Status></LegalHold>";
const OWNERSHIP: &str = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership>\
    </Rule></OwnershipControls>";
const TAGGED_BUCKET: &str = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
    </LocationConstraint><Tags><Tag><Key>class</Key><Value>secret</Value></Tag></Tags>\
    </CreateBucketConfiguration>";
const PLACED_BUCKET: &str = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
    </LocationConstraint></CreateBucketConfiguration>";

/// A Deny sees the contents of documents, not only headers, and the signature of every call.
#[test]
fn keys_see_documents_and_signatures() {
    let kit = kit();
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    send(&kit, "PUT", "/locked", &lock, PLACED_BUCKET).ok();
    put(&kit, "/locked/k", "x");
    let grantee = format!("id={}", "0".repeat(64));
    let grant = [("x-amz-grant-read", grantee.as_str())];
    let cases: [(&str, &str, Call<'_>); 12] = [
        ("s3:RequestObjectTag/class", "secret", ("PUT", "/locked/k?tagging", &[], TAGS)),
        ("s3:object-lock-mode", "GOVERNANCE", ("PUT", "/locked/k?retention", &[], RETENTION)),
        (
            "s3:object-lock-remaining-retention-days",
            "11",
            ("PUT", "/locked/k?retention", &[], RETENTION),
        ),
        ("s3:object-lock-legal-hold", "ON", ("PUT", "/locked/k?legal-hold", &[], HOLD)),
        (
            "s3:x-amz-object-ownership",
            "ObjectWriter",
            ("PUT", "/bkt?ownershipControls", &[], OWNERSHIP),
        ),
        ("aws:RequestTag/class", "secret", ("PUT", "/more-1", &[], TAGGED_BUCKET)),
        ("aws:TagKeys", "class", ("PUT", "/more-2", &[], TAGGED_BUCKET)),
        ("s3:authType", "REST-HEADER", ("PUT", "/more-3", &[], PLACED_BUCKET)),
        ("s3:x-amz-grant-read", &grantee, ("PUT", "/more-4", &grant, PLACED_BUCKET)),
        ("s3:signatureversion", "AWS4-HMAC-SHA256", ("GET", "/", &[], "")),
        ("s3:authType", "REST-HEADER", ("GET", "/", &[], "")),
        ("s3:prefix", "private/", ("GET", "/bkt?list-type=2&prefix=private/", &[], "")),
    ];
    for (at, (key, value, call)) in cases.into_iter().enumerate() {
        let other = json!({"StringEquals": {key: "other"}});
        let own = json!({"StringEquals": {key: value}});
        let (denied, _, message) = denied_by(&kit, &format!("denied-{at}"), &own, call).error();
        assert_eq!(denied, 403, "{key}: {message}");
        let free = denied_by(&kit, &format!("free-{at}"), &other, call);
        assert_ne!(free.status, 403, "{key}: {}", free.text());
    }
}

/// The guide's example: only certain tags may be set on objects.
#[test]
fn only_certain_tags_are_allowed() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let only = |key: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "s3:PutObjectTagging", "Resource": "*",
            "Condition": {"ForAllValues:StringLike": {"s3:RequestObjectTagKeys": [key]}},
        }]})
    };
    let fits = kit.user("fits", &only("class"));
    send_as(&kit, &fits, ("PUT", "/bkt/k?tagging", &[], TAGS)).ok();
    let other = kit.user("other", &only("owner"));
    assert_eq!(send_as(&kit, &other, ("PUT", "/bkt/k?tagging", &[], TAGS)).status, 403);
}

/// Permissions granted on a new bucket by any header require the permission to grant them.
#[test]
fn grants_at_creation_need_the_right_to_give_them() {
    let kit = kit();
    let making = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:CreateBucket", "s3:PutBucketOwnershipControls"],
         "Resource": "*"}]});
    let maker = kit.user("maker", &making);
    let grantee = format!("id={}", "0".repeat(64));
    for header in ["full-control", "read", "read-acp", "write", "write-acp"] {
        let name = format!("x-amz-grant-{header}");
        let headers = [(name.as_str(), grantee.as_str())];
        let refused = send_as(&kit, &maker, ("PUT", "/made", &headers, PLACED_BUCKET));
        assert_eq!(refused.status, 403, "{header}");
    }
    send_as(&kit, &maker, ("PUT", "/made", &[], PLACED_BUCKET)).ok();
}

/// Tags at creation need the right to tag resources, beside that to create.
#[test]
fn a_tagged_bucket_needs_the_right_to_tag() {
    let kit = kit();
    let may = |name: &str, actions: &Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "*"},
        ]});
        let user = kit.user(name, &policy);
        send_as(&kit, &user, ("PUT", &format!("/of-{name}"), &[], TAGGED_BUCKET)).status
    };
    assert_eq!(may("maker", &json!(["s3:CreateBucket", "s3:PutBucketTagging"])), 403);
    assert_eq!(may("tagger", &json!(["s3:CreateBucket", "s3:TagResource"])), 200);
}
