use serde_json::{Value, json};
use testkit::{Answered, Kit};
use types::Timestamp;
use wire::sign::sign_form;

use crate::{get, kit, put};

/// A form that the root user signs.
struct Form {
    fields: Vec<(String, String)>,
    conditions: Vec<Value>,
    expiration: &'static str,
    filename: Option<&'static str>,
}

impl Form {
    /// A form for any key, whose conditions are all of its fields.
    fn new(fields: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let (expiration, filename) = ("2026-03-01T01:00:00Z", Some("photo.jpg"));
        let conditions = vec![json!({"bucket": "bkt"}), json!(["starts-with", "$key", ""])];
        let mut form =
            Self { fields: fields.iter().map(own).collect(), conditions, expiration, filename };
        for (name, value) in fields.iter().filter(|(name, _)| *name != "key") {
            form.conditions.push(json!({*name: value}));
        }
        form
    }

    fn with(mut self, condition: Value) -> Self {
        self.conditions.push(condition);
        self
    }

    fn without_conditions(mut self) -> Self {
        self.conditions = vec![json!({"bucket": "bkt"})];
        self
    }

    fn send(&self, kit: &Kit, file: &[u8]) -> Answered {
        let expiration = Timestamp::parse_iso(self.expiration).unwrap();
        let conditions = self.conditions.clone();
        let now = kit.clock.now();
        let signed = sign_form(conditions, expiration, &kit.root, testkit::REGION, now);
        let fields: Vec<_> = self.fields.iter().cloned().chain(signed).collect();
        post(kit, "/bkt", &fields, self.filename, file)
    }
}

pub(crate) fn post(
    kit: &Kit,
    target: &str,
    fields: &[(String, String)],
    filename: Option<&str>,
    file: &[u8],
) -> Answered {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice([head.as_bytes(), value.as_bytes(), b"\r\n"].concat().as_slice());
    }
    let filename = filename.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"{filename}\r\n\r\n");
    body.extend_from_slice(&[head.as_bytes(), file, b"\r\n--b--\r\n"].concat());
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    kit.send_raw("POST", target, &kind, &body)
}

/// Everything that a form specifies about its object is stored, and recorded in the event.
#[test]
fn a_form_stores_its_file() {
    let kit = kit();
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let form = Form::new(&[
        ("key", "user/${filename}"),
        ("Content-Type", "image/jpeg"),
        ("acl", "bucket-owner-full-control"),
        ("tagging", tags),
        ("x-amz-meta-color", "red"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-server-side-encryption", "aws:kms"),
    ]);
    let answer = form.send(&kit, b"bytes");
    assert_eq!((answer.status, answer.text().as_str()), (204, ""));
    assert_eq!(answer.header("location"), "http://127.0.0.1:4566/bkt/user/photo.jpg");
    assert_eq!(answer.header("x-amz-server-side-encryption"), "aws:kms");
    let stored = get(&kit, "/bkt/user/photo.jpg").ok();
    assert_eq!(stored.text(), "bytes");
    assert_eq!(stored.header("etag"), answer.header("etag"));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("x-amz-meta-color", "red"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-tagging-count", "1"),
    ] {
        assert_eq!(stored.header(name), value, "{name}");
    }
    let event = kit.event("PostObject");
    assert_eq!((&event["readOnly"], &event["eventCategory"]), (&json!(false), &json!("Data")));
    assert_eq!(event["requestParameters"]["key"], "user/photo.jpg");
    assert_eq!(event["requestParameters"]["x-amz-acl"], "bucket-owner-full-control");
    assert_eq!(event["resources"][0]["ARN"], "arn:aws:s3:::bkt/user/photo.jpg");
    assert_eq!(event["additionalEventData"]["SSEApplied"], "SSE_KMS");
    assert_eq!(event["userIdentity"]["type"], "Root");
    assert!(!event.to_string().contains("x-amz-signature"), "{event}");
}

/// Metadata keep every letter, in encoded words; other headers keep those of ISO-8859-1, and have a
/// space for any other.
///
/// Observed: the answers; the last of the metadata is Java's form of five control characters.
#[test]
fn letters_that_headers_lack_are_encoded_or_lost() {
    let kit = kit();
    let safe = "! \"#$%&'()*+,-./0123456789:;<>'?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                abcdefghijklmnopqrstuvwxyz{|}~";
    let crown = "test_—_file%E2%80%94_é_2👑.pdf";
    let form = Form::new(&[
        ("key", "test_unicode—_file.pdf"),
        ("success_action_status", "201"),
        ("Cache-Control", "non-ascii-%E2%80%94_—_é_"),
        ("Content-Disposition", "filename=\"test_—_file%E2%80%94_é_2-.pdf\""),
        ("x-amz-meta-nonascii", "ÄMÄZÕÑ S3"),
        ("x-amz-meta-nonascii-2", crown),
        ("x-amz-meta-q-encoded", "=?UTF-8?Q?actually-ascii?="),
        ("x-amz-meta-b-encoded", "=?UTF-8?B?YWJj?="),
        ("x-amz-meta-safe-chars", safe),
        ("x-amz-meta-controls", "\0\u{1}\u{2}\u{3}\u{4}"),
    ]);
    let created = form.send(&kit, b"1");
    assert_eq!(created.status, 201, "{}", created.text());
    let location = "http://127.0.0.1:4566/bkt/test_unicode%E2%80%94_file.pdf";
    assert_eq!(
        (created.element("Location"), created.header("location")),
        (location.into(), location.into())
    );
    assert_eq!(created.element("Key"), "test_unicode—_file.pdf");
    let stored = get(&kit, "/bkt/test_unicode%E2%80%94_file.pdf").ok();
    for (name, want) in [
        ("cache-control", "non-ascii-%E2%80%94_ _é_"),
        ("content-disposition", "filename=\"test_ _file%E2%80%94_é_2-.pdf\""),
        ("x-amz-meta-nonascii", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
        (
            "x-amz-meta-nonascii-2",
            "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=F0=9F=91=91.pdf?=",
        ),
        ("x-amz-meta-q-encoded", "=?UTF-8?Q?actually-ascii?="),
        ("x-amz-meta-b-encoded", "=?UTF-8?B?YWJj?="),
        ("x-amz-meta-safe-chars", safe),
        ("x-amz-meta-controls", "=?UTF-8?B?AAECAwQ=?="),
    ] {
        let bytes = stored.headers.get(name).map(http::HeaderValue::as_bytes).unwrap_or_default();
        let latin: String = bytes.iter().copied().map(char::from).collect();
        assert_eq!(latin, want, "{name}");
    }
}

#[test]
fn the_form_chooses_its_answer() {
    let kit = kit();
    let of = |field: (&str, &str)| Form::new(&[("key", "a b"), field]).send(&kit, b"1");
    assert_eq!(of(("success_action_status", "200")).status, 200);
    assert_eq!(of(("success_action_status", "404")).status, 204);
    let created = of(("success_action_status", "201"));
    assert_eq!(created.status, 201);
    let location = "http://127.0.0.1:4566/bkt/a%20b";
    assert_eq!(created.element("Location"), location);
    assert_eq!((created.element("Bucket"), created.element("Key")), ("bkt".into(), "a b".into()));
    assert!(created.text().contains("<PostResponse><Location>"), "no namespace");
    for name in ["success_action_redirect", "redirect"] {
        let moved = of((name, "http://example.com/done?x=1"));
        assert_eq!(moved.status, 303);
        let etag = moved.header("etag").replace('"', "%22");
        let want = format!("http://example.com/done?x=1&bucket=bkt&key=a%20b&etag={etag}");
        assert_eq!(moved.header("location"), want);
    }
    assert_eq!(of(("success_action_redirect", "nonsense")).status, 204);
}

/// What the policy does not allow is rejected with AWS's message, and recorded.
#[test]
fn a_form_must_keep_to_its_policy() {
    let kit = kit();
    let check = |form: Form, file: &[u8], status: u16, code: &str, message: &str| {
        let error = form.send(&kit, file).error();
        let want = (status, code.to_owned(), message.to_owned());
        assert_eq!(error, want);
        let event = kit.event("PostObject");
        assert_eq!((&event["errorCode"], &event["errorMessage"]), (&json!(code), &json!(message)));
    };
    let plain = || Form::new(&[("key", "k")]);
    check(
        plain().with(json!(["starts-with", "$key", "user/"])),
        b"1",
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\", \
         \"user/\"]",
    );
    check(
        Form::new(&[("key", "k"), ("acl", "private")]).without_conditions(),
        b"1",
        403,
        "AccessDenied",
        "Invalid according to Policy: Extra input fields: key, acl",
    );
    check(
        Form { expiration: "2026-02-28T00:00:00Z", ..plain() },
        b"1",
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy expired.",
    );
    check(
        plain().with(json!({"a": "1", "b": "2"})),
        b"1",
        400,
        "InvalidPolicyDocument",
        "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one \
         property specified.",
    );
    let ranged = || plain().with(json!(["content-length-range", 2, 4]));
    check(
        ranged(),
        b"12345",
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    );
    check(
        ranged(),
        b"1",
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
    );
    assert_eq!(get(&kit, "/bkt/k").status, 404, "nothing of it was stored");
    let long = ranged().send(&kit, &vec![7; 100_000]);
    assert_eq!(long.element("ProposedSize"), "100000");
    assert_eq!(long.element("MaxSizeAllowed"), "4");
    assert_eq!(ranged().send(&kit, b"1234").status, 204);
}

#[test]
fn a_form_that_is_none_is_refused() {
    let kit = kit();
    let key = [("key".to_owned(), "k".to_owned())];
    let other = [("content-type", "text/plain")];
    let wrong = kit.send_raw("POST", "/bkt", &other, b"");
    assert_eq!((wrong.status, wrong.error().1.as_str()), (412, "PreconditionFailed"));
    let kind = "Bucket POST must be of the enclosure-type multipart/form-data";
    assert_eq!(wrong.element("Condition"), kind);
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let cut = kit.send_raw("POST", "/bkt", &kind, b"--b\r\n");
    assert_eq!(cut.error().1, "MalformedPOSTRequest");
    let none = kit.send_raw("POST", "/bkt", &kind, b"--b--\r\n");
    assert_eq!(none.error().2, "POST requires exactly one file upload per request.");
    let keyless = Form::new(&[("acl", "private")]).send(&kit, b"1");
    assert_eq!(
        (keyless.error().1, keyless.element("ArgumentName")),
        ("InvalidArgument".into(), "key".into())
    );
    let anonymous = post(&kit, "/bkt", &key, None, b"1");
    assert_eq!(anonymous.error(), (403, "AccessDenied".into(), "Access Denied".into()));
    let mut forged = Form::new(&[("key", "k")]);
    forged.fields.push(("x-amz-signature".into(), "0".repeat(64)));
    let events = kit.events().len();
    let forged = forged.send(&kit, b"1");
    assert_eq!(forged.error().1, "SignatureDoesNotMatch");
    assert!(
        forged.text().contains("<StringToSign>") && !forged.text().contains("<CanonicalRequest>")
    );
    assert_eq!(kit.events().len(), events, "no caller is identified");
    let tags = Form::new(&[("key", "k"), ("tagging", "not-xml")]).send(&kit, b"1");
    assert_eq!(tags.error().1, "MalformedXML");
}

/// Only the form's fields count: neither its URL nor its headers are covered by the policy.
#[test]
fn a_form_cannot_be_widened_from_outside() {
    let kit = kit();
    let form = Form::new(&[("key", "k")]);
    let target = "/bkt?x-amz-meta-smuggled=1&x-amz-storage-class=GLACIER";
    let fields: Vec<_> = {
        // The response to a form is a success.
        assert_eq!(form.send(&kit, b"1").status, 204);
        form.fields.clone()
    };
    let public = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bkt/*"}]});
    let open = "<PublicAccessBlockConfiguration><BlockPublicPolicy>false</BlockPublicPolicy>\
                <RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    put(&kit, "/bkt?publicAccessBlock", open);
    put(&kit, "/bkt?policy", public.to_string());
    assert_eq!(post(&kit, target, &fields, None, b"2").status, 204);
    let stored = get(&kit, "/bkt/k").ok();
    assert_eq!((stored.text().as_str(), stored.header("x-amz-meta-smuggled").as_str()), ("2", ""));
    assert_eq!(stored.header("x-amz-storage-class"), "");
}
