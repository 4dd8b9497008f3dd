//! Complete raw requests: each gets a response.

use std::cell::RefCell;

use bytes::Bytes;
use serde_json::Value;
use testkit::{Answered, Kit, S3Request};
use wire::Head;
use wire::sign::{Credentials, payload_hash, sign_header};

use super::{assert_xml, raw_request};
use crate::{Target, Way};

/// A kit is used for this many requests; then it would only grow.
const REQUESTS_MAX: usize = 300;

pub(super) const TARGET: Target = Target {
    words: &[
        "x-amz-target: ",
        "TrentService.Encrypt",
        "x-amz-content-sha256: UNSIGNED-PAYLOAD\n",
        "authorization: AWS4-HMAC-SHA256 ",
        "content-length: ",
        "x-amz-decoded-content-length: ",
        "host: bkt.s3.localhost",
        "/bkt/k",
        "?acl",
        "?policy",
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "Action=GetCallerIdentity",
        "GET ",
        "PUT ",
        "DELETE ",
        "OPTIONS ",
    ],
    cost: 8,
    run,
    ..Target::new("requests", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    let host = ("host", "127.0.0.1:4566");
    let kms = ("x-amz-target", "TrentService.ListKeys");
    let mut seeds = vec![
        raw_request::text("GET", "/bkt/k", &[host], ""),
        raw_request::text("PUT", "/bkt/k?acl", &[host, ("x-amz-acl", "private")], "<a/>"),
        raw_request::text("GET", "/", &[("host", "bkt.s3.ap-northeast-1.localhost")], ""),
        raw_request::text("POST", "/", &[host, kms], "{}"),
        raw_request::text("POST", "/", &[host], "Action=GetCallerIdentity&Version=2011-06-15"),
    ];
    seeds.extend(signed_seeds());
    seeds
}

/// Method, target, service, headers and body of a request to be signed.
type Unsigned<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Requests that are signed for good.
fn signed_seeds() -> Vec<Vec<u8>> {
    let chunk = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let streaming = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let requests: [Unsigned<'_>; 5] = [
        ("GET", "/bkt?list-type=2&prefix=k", "s3", &[], ""),
        ("GET", "/bkt/k", "s3", &[("range", "bytes=1-2")], ""),
        (
            "PUT",
            "/bkt/x",
            "s3",
            &[
                ("x-amz-decoded-content-length", "5"),
                ("x-amz-trailer", "x-amz-checksum-crc32"),
                ("content-encoding", "aws-chunked"),
            ],
            chunk,
        ),
        ("POST", "/", "kms", &[("x-amz-target", "TrentService.ListKeys")], "{\"Limit\":1}"),
        ("POST", "/", "sts", &[], "Action=GetCallerIdentity&Version=2011-06-15"),
    ];
    let text = |(method, target, service, own, body): (_, _, _, &[_], &str)| {
        let hash = if body == chunk { streaming.to_owned() } else { payload_hash(body.as_bytes()) };
        let added = sign(method, target, own, &hash, service);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = own.iter().copied().chain([("host", "127.0.0.1:4566")]).chain(added);
        raw_request::text(method, target, &all.collect::<Vec<_>>(), body)
    };
    requests.into_iter().map(text).collect()
}

/// The signature of the root user of a kit, which is the same in each.
fn sign(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    hash: &str,
    service: &str,
) -> Vec<(String, String)> {
    let root = Credentials {
        access_key_id: "AKIAROOTROOTROOTROOT".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let (host, now) = ("127.0.0.1:4566", testkit::START);
    sign_header(method, host, target, headers, hash, &root, testkit::REGION, service, now)
}

/// A kit with a bucket, an object, a key and a user, and how often it was used.
struct World {
    kit: Kit,
    used: usize,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// The ID of the key that [`with_kit`] created.
pub(super) const KEY: &str = "alias/a";

impl World {
    fn new() -> Self {
        let rows = [
            iam::ROWS,
            kms::ROWS,
            s3::ROWS,
            cloudtrail::ROWS,
            inquiry::ROWS,
            ec2::ROWS,
            sqs::ROWS,
            tagging::ROWS,
        ];
        let kit = Kit::new(&rows);
        let put = |target, body| {
            kit.s3(S3Request { method: "PUT", target, body, ..S3Request::default() }).ok();
        };
        put(
            "/bkt",
            b"<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
            </LocationConstraint></CreateBucketConfiguration>"
                .as_slice(),
        );
        put("/bkt/k", b"hello");
        let made = kit.json("TrentService.CreateKey", &serde_json::json!({})).ok().json();
        let alias = serde_json::json!({
            "AliasName": KEY,
            "TargetKeyId": made["KeyMetadata"]["KeyId"],
        });
        kit.json("TrentService.CreateAlias", &alias).ok();
        let version = ("Version", "2010-05-08");
        kit.query("iam", &[("Action", "CreateUser"), version, ("UserName", "u")]).ok();
        Self { kit, used: 0 }
    }
}

/// Runs `work` on a kit that is renewed now and then.
pub(super) fn with_kit<R>(work: impl FnOnce(&Kit) -> R) -> R {
    WORLD.with_borrow_mut(|world| {
        let world = match world {
            Some(world) if world.used < REQUESTS_MAX => world,
            other => other.insert(World::new()),
        };
        world.used += 1;
        work(&world.kit)
    })
}

fn run(input: &[u8]) -> Way {
    let Some((head, body)) = raw_request::parse(input) else { return Way(0) };
    with_kit(|kit| {
        let answered = kit.answer(head.clone(), &Bytes::from(body));
        assert_answer(&head, &answered)
    })
}

/// Asserts that a response is not an internal error, and that its body can be parsed.
pub(super) fn assert_answer(head: &Head, answered: &Answered) -> Way {
    let text = answered.text();
    assert!((200..600).contains(&answered.status), "status {}", answered.status);
    assert!(answered.status != 500, "an internal error: {text}");
    let kind = answered.header("content-type");
    let of_api = answered.status >= 400 || !is_object(head);
    let mut code = String::new();
    if of_api && kind.contains("json") && !answered.body.is_empty() && !is_document(head) {
        let json = serde_json::from_slice::<Value>(&answered.body);
        let json = json.unwrap_or_else(|error| panic!("{error}: {text}"));
        json["__type"].as_str().unwrap_or_default().clone_into(&mut code);
    } else if of_api && kind.contains("xml") && !answered.body.is_empty() {
        assert_xml(&answered.body);
        code = answered.element("Code");
    }
    Way(1).then((answered.status, code))
}

/// Whether the body of a success is a stored object.
fn is_object(head: &Head) -> bool {
    const ABOUT: [&str; 6] =
        ["acl", "tagging", "retention", "legal-hold", "attributes", "uploadId"];
    head.method == "GET"
        && !ABOUT.iter().any(|key| head.query_value(key).is_some())
        && (head.path().trim_start_matches('/').contains('/') || !head.host().starts_with("127."))
}

/// Whether the response is a stored document.
fn is_document(head: &Head) -> bool {
    head.query().contains("policy")
}
