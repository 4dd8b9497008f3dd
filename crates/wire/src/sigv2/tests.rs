use proptest::prelude::*;

use super::*;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Head {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let peer = [127, 0, 0, 1].into();
    Head::new(method.parse().unwrap(), target.to_owned(), map, false, peer)
}

/// The same request with another header.
fn with(name: &'static str, value: &str, head: Head) -> Head {
    let mut headers = head.headers().clone();
    headers.insert(name, value.parse().unwrap());
    head.with_headers(headers)
}

/// The same request for another target.
fn to(target: String, mut head: Head) -> Head {
    head.target = target;
    head
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_http_date(text).unwrap()
}

/// Parses and verifies; returns the error as sent to the client.
fn proved(head: &Head, bucket: Option<&str>, now: Timestamp) -> Result<Signed, crate::WireError> {
    let proved = presented(head).map(Option::unwrap).and_then(|signed| {
        signed.check_time(now)?;
        signed.verify(head, bucket, SECRET)?;
        Ok(signed)
    });
    proved.map_err(|refusal| refusal.wire())
}

/// The examples of the documentation: their requests, their key, their signatures.
#[test]
fn the_documented_requests_verify() {
    let johnsmith = Some("johnsmith");
    let date = |clock: &str| format!("Tue, 27 Mar 2007 {clock} +0000");
    for (method, target, clock, bucket, headers, signature) in [
        (
            "GET",
            "/photos/puppy.jpg",
            "19:36:42",
            johnsmith,
            &[][..],
            "bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
        ),
        (
            "PUT",
            "/photos/puppy.jpg",
            "21:15:45",
            johnsmith,
            &[("content-type", "image/jpeg"), ("content-length", "94328")],
            "MyyxeRY7whkBe+bq8fHCL/2kKUg=",
        ),
        (
            "GET",
            "/?prefix=photos&max-keys=50&marker=puppy",
            "19:42:41",
            johnsmith,
            &[("user-agent", "Mozilla/5.0")],
            "htDYFYduRNen8P9ZfE/s9SuKy0U=",
        ),
        ("GET", "/?acl", "19:44:46", johnsmith, &[], "c2WLPFtWHVgbEmeEG93a4cG37dM="),
        (
            "DELETE",
            "/johnsmith/photos/puppy.jpg",
            "21:20:26",
            None,
            &[],
            "lx3byBScXR6KzyMaifNkardMwNk=",
        ),
        (
            "PUT",
            "/db-backup.dat.gz",
            "21:06:08",
            Some("static.johnsmith.net"),
            &[
                ("x-amz-acl", "public-read"),
                ("content-type", "application/x-download"),
                ("content-md5", "4gJE4saaMU4BqNR0kLY+lw=="),
                ("x-amz-meta-reviewedby", " joe@johnsmith.net"),
                ("x-amz-meta-reviewedby", "jane@johnsmith.net"),
                ("x-amz-meta-filechecksum", "0x02661779"),
                ("x-amz-meta-checksumalgorithm", "crc32"),
            ],
            "ilyl83RwaSoYIEdixDQcA4OnAnc=",
        ),
    ] {
        let date = date(clock);
        let authorization = format!("AWS {KEY}:{signature}");
        let own = [("date", date.as_str()), ("authorization", authorization.as_str())];
        let head = head(method, target, &[headers, &own].concat());
        let signed = proved(&head, bucket, at(&date)).unwrap();
        assert_eq!((signed.access_key_id.as_str(), signed.date()), (KEY, Some(at(&date))));
    }
    let target = format!(
        "/photos/puppy.jpg?AWSAccessKeyId={KEY}&Expires=1175139620&\
         Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"
    );
    let head = head("GET", &target, &[]);
    assert!(proved(&head, johnsmith, Timestamp::from_secs(1_175_139_620)).is_ok());
}

const DATE: &str = "Tue, 27 Mar 2007 19:36:42 GMT";

/// A request with a correct signature of its own.
fn signed_header(method: &str, target: &str, headers: &[(&str, &str)], path: &str) -> Head {
    let unsigned = head(method, target, headers);
    let line = if unsigned.headers().contains_key("x-amz-date") { "" } else { DATE };
    let signature = signature(SECRET, &string_to_sign(&unsigned, line, path));
    let authorization = format!("AWS {KEY}:{signature}");
    let own = [("date", DATE), ("authorization", authorization.as_str())];
    head(method, target, &[headers, &own].concat())
}

/// Parameters that select the operation, act as headers, or shape the response are signed, in any
/// notation.
#[test]
fn nothing_that_matters_can_be_added() {
    let signed = signed_header("GET", "/b/k", &[], "/b/k");
    assert!(proved(&signed, None, at(DATE)).is_ok());
    for query in [
        "acl",
        "%61cl",
        "uploads=",
        "publicAccessBlock",
        "encryption",
        "versionId=x",
        "response-content-type=text/html",
        "x-amz-acl=public-read",
        "X-Amz-Acl=public-read",
        "x%2Damz-acl=public-read",
    ] {
        let changed = to(format!("/b/k?{query}"), signed.clone());
        let refused = proved(&changed, None, at(DATE)).unwrap_err();
        assert_eq!(refused.code, "SignatureDoesNotMatch", "{query}");
    }
    let changed = with("x-amz-acl", "public-read", signed.clone());
    assert!(proved(&changed, None, at(DATE)).is_err());
    assert!(proved(&signed, Some("b"), at(DATE)).is_err(), "another bucket");
}

/// Parameters are sorted and decoded, including those of the response; others do not count.
#[test]
fn parameters_are_sorted_and_decoded() {
    let target = "/b/k?versionId=v%2F1&x=1&response-content-type=text%2Fplain&partNumber&acl=";
    let head = head("GET", target, &[]);
    let text = string_to_sign(&head, "1", "/b/k");
    let want = "GET\n\n\n1\n/b/k?acl=&partNumber&response-content-type=text/plain&versionId=v/1";
    assert_eq!(String::from_utf8(text).unwrap(), want);
}

/// The date of `x-amz-date` counts, and is signed among the headers.
#[test]
fn x_amz_date_takes_precedence() {
    let late = "Wed, 28 Mar 2007 19:36:42 GMT";
    let head = signed_header("GET", "/b/k", &[("x-amz-date", late)], "/b/k");
    let signed = proved(&head, None, at(late)).unwrap();
    assert_eq!(signed.date(), Some(at(late)));
    assert_eq!(proved(&head, None, at(DATE)).unwrap_err().code, "RequestTimeTooSkewed");
    let head = signed_header("GET", "/b/k", &[("x-amz-date", "soon")], "/b/k");
    let refused = proved(&head, None, at(DATE)).unwrap_err();
    let text = "AWS authentication requires a valid Date or x-amz-date header";
    assert_eq!((refused.status, refused.message.as_deref()), (403, Some(text)));
}

/// A bucket's own path may have been signed with a slash behind it, and nothing else may.
#[test]
fn a_bucket_may_be_signed_with_a_slash() {
    assert!(proved(&signed_header("GET", "/b?acl", &[], "/b/"), None, at(DATE)).is_ok());
    assert!(proved(&signed_header("GET", "/b", &[], "/b"), None, at(DATE)).is_ok());
    assert!(proved(&signed_header("GET", "/b/k", &[], "/b/k/"), None, at(DATE)).is_err());
    assert!(proved(&signed_header("GET", "/", &[], "//"), None, at(DATE)).is_err());
}

/// 15 minutes either way for a header; a presigned URL lives through its last second.
#[test]
fn times_are_bounded() {
    let head = signed_header("GET", "/b/k", &[], "/b/k");
    let (date, minute) = (at(DATE), 60_000);
    for (now, fine) in [
        (date.plus_ms(15 * minute), true),
        (date.plus_ms(15 * minute + 1), false),
        (date.minus_ms(15 * minute), true),
        (date.minus_ms(15 * minute + 1), false),
    ] {
        assert_eq!(proved(&head, None, now).is_ok(), fine, "{now}");
    }
    let refused = proved(&head, None, date.plus_ms(16 * minute)).unwrap_err();
    let names: Vec<_> = refused.extra.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"]);
    assert_eq!(refused.extra[0].1, DATE);
}

/// What two requests have in common as their text is a proof of neither.
#[test]
fn one_signed_text_matches_one_request() {
    for query in [
        "x-amz-meta-a=v%0Ax-amz-object-lock-mode:GOVERNANCE",
        "x-amz-meta-a=v%0D%0Ax-amz-object-lock-mode:GOVERNANCE",
        "x-amz-meta-a:v%0Ax-amz-object-lock-mode=GOVERNANCE",
        "x-amz-meta-a:b=c",
        "x-amz-grant-read=id=1&X-Amz-Grant-Read=id=2",
        "x-amz-object-loc%E2%84%AA-mode=GOVERNANCE",
        "partNumber=1%26uploadId%3DX",
        "partNumber=1%26uploads",
        "acl=%26versionId",
        "response-content-type=t%26versionId%3DV",
        "response-content-type=t%26a=b%26versionId%3DV",
        "response-content-type=t%0Dx",
        "versionId=%00",
    ] {
        let head = signed_header("PUT", &format!("/b/k?{query}"), &[], "/b/k");
        let refused = proved(&head, None, at(DATE)).unwrap_err();
        assert_eq!(refused.code, "SignatureDoesNotMatch", "{query}");
    }
    let twice = signed_header("PUT", "/b/k?x-amz-acl=b", &[("x-amz-acl", "a")], "/b/k");
    assert!(proved(&twice, None, at(DATE)).is_err(), "a header that is sent and queried");
    let head = signed_header("GET", "/b?x-amz-meta-a=v%0Ax-amz-b:c", &[], "/b/");
    assert!(proved(&head, None, at(DATE)).is_err(), "nor with a slash behind the bucket");
}

/// Values may contain characters that are not separators in the text.
#[test]
fn unambiguous_values_verify() {
    for query in [
        "response-content-disposition=attachment;%20filename=%22a%26b=c.txt%22",
        "response-content-disposition=attachment;%20filename*=UTF-8''%E2%82%AC%26aclu",
        "versionId=a==&uploadId=b%3D%3D",
        "acl&versionId",
        "x-amz-meta-a=b:c%26acl%09d&X-Amz-Meta-B=%E2%82%AC",
        "prefix=a%0A%26acl&acl",
    ] {
        let head = signed_header("GET", &format!("/b/k?{query}"), &[], "/b/k");
        assert!(proved(&head, None, at(DATE)).is_ok(), "{query}");
    }
}

fn presigned(expires: &str, query: &str) -> Head {
    let target = format!("/b/k?AWSAccessKeyId={KEY}&Expires={expires}{query}");
    let unsigned = head("PUT", &target, &[]);
    let signature = signature(SECRET, &string_to_sign(&unsigned, expires, "/b/k"));
    to(format!("{target}&Signature={}", uri::encode(&signature)), unsigned)
}

#[test]
fn a_presigned_url_ends_with_its_elements() {
    let now = Timestamp::from_secs(1_175_139_620);
    assert!(proved(&presigned("1175139620", ""), None, now).is_ok());
    assert!(proved(&presigned("1175139620", ""), None, now.plus_ms(999)).is_ok());
    assert!(proved(&presigned("1175139620", ""), None, now.plus_ms(1_000)).is_err());
    let refused = proved(&presigned("1175139619", ""), None, now).unwrap_err();
    assert_eq!(refused.message.as_deref(), Some("Request has expired"));
    let elements: Vec<_> = refused.extra.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let want = [("Expires", "2007-03-29T03:40:19Z"), ("ServerTime", "2007-03-29T03:40:20Z")];
    assert_eq!((refused.code.as_str(), &elements[..]), ("AccessDenied", &want[..]));
    for bad in ["", "x", "+1", "2147483648", "99999999999999999999", "1.5"] {
        let refused = proved(&presigned(bad, ""), None, now).unwrap_err();
        let text = format!("Invalid date (should be seconds since epoch): {bad}");
        assert_eq!(refused.message, Some(text));
    }
}

/// A header in the query is signed there, and a token is found there.
#[test]
fn a_presigned_url_carries_headers() {
    let now = Timestamp::from_secs(1);
    let head = presigned("9", "&x-amz-meta-a=b%20c&x-amz-security-token=t%2B");
    assert_eq!(proved(&head, None, now).unwrap().session_token.as_deref(), Some("t+"));
    let other = with("x-amz-meta-a", "d", head.clone());
    assert_eq!(proved(&other, None, now).unwrap_err().code, "SignatureDoesNotMatch");
}

/// A signature of the other version is not accepted, and two signatures are never treated as one.
#[test]
fn one_signature_of_one_version() {
    let query = "/b/k?AWSAccessKeyId=a&Signature=b&Expires=1";
    let version_4 =
        ("authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c");
    let version_2 = ("authorization", "AWS a:b");
    assert_eq!(presented(&head("GET", "/b/k", &[version_4])), Ok(None));
    assert_eq!(presented(&head("GET", "/b/k?X-Amz-Algorithm=x", &[])), Ok(None));
    assert_eq!(presented(&head("GET", "/b/k", &[])), Ok(None));
    for (target, headers) in [
        (query, &[version_4][..]),
        (query, &[version_2]),
        ("/b/k?X-Amz-Algorithm=x", &[version_2]),
        ("/b/k?X-Amz-Signature=x", &[version_4]),
        ("/b/k", &[version_2, version_4]),
        ("/b/k?X-Amz-Algorithm=x&Signature=b", &[]),
    ] {
        let refused = presented(&head("GET", target, headers)).unwrap_err().wire();
        let text = refused.message.unwrap();
        assert!(text.starts_with("Only one auth mechanism allowed"), "{target}: {text}");
        let value = refused.extra.iter().find(|(name, _)| name == "ArgumentValue");
        assert_eq!(value.is_some(), !headers.is_empty(), "{target}");
    }
}

#[test]
fn unreadable_signatures_are_refused() {
    let of_header = |text: &str| {
        presented(&head("GET", "/b/k", &[("authorization", text), ("date", DATE)])).unwrap_err()
    };
    for text in ["AWS a", "AWS a:", "AWS a:b:c", "aws garbage"] {
        assert!(matches!(of_header(text), Refusal::MalformedHeader { .. }), "{text}");
    }
    for text in ["AWS", "AWS  a:b"] {
        assert!(matches!(of_header(text), Refusal::OneSpace { .. }), "{text}");
    }
    for query in [
        "Signature=a&Expires=1",
        "AWSAccessKeyId=a",
        "AWSAccessKeyId=a&Signature=b&Expires=1&Expires=2",
    ] {
        let refused = presented(&head("GET", &format!("/b/k?{query}"), &[]));
        assert_eq!(refused, Err(Refusal::IncompleteQuery), "{query}");
    }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// The policy of a form is what is signed, and the fields are all present or all absent.
#[test]
fn a_form_is_signed_by_its_policy() {
    let right = signature(SECRET, b"e30=");
    let form = |policy: &str| {
        let form =
            [("key", "k"), ("awsaccesskeyid", KEY), ("policy", policy), ("Signature", &right)];
        PostSignature::presented(&fields(&form)).unwrap().unwrap().verify(SECRET)
    };
    assert_eq!(form("e30="), Ok(()));
    let refused = form("e31=").unwrap_err().wire();
    let names: Vec<_> = refused.extra.iter().map(|(name, _)| name.as_str()).collect();
    let want = ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"];
    assert_eq!((refused.code.as_str(), &names[..]), ("SignatureDoesNotMatch", &want[..]));
    assert_eq!(PostSignature::presented(&fields(&[("policy", "e30=")])), Ok(None));
    for (form, name) in [
        (&[("AWSAccessKeyId", KEY), ("policy", "p")][..], "signature"),
        (&[("signature", "s"), ("policy", "p")], "AWSAccessKeyId"),
        (&[("signature", "s"), ("AWSAccessKeyId", KEY)], "policy"),
    ] {
        let refused = PostSignature::presented(&fields(form)).unwrap_err();
        assert_eq!(refused, Refusal::MissingField { name });
    }
    let both = fields(&[("AWSAccessKeyId", KEY), ("x-amz-signature", "s")]);
    let refused = PostSignature::presented(&both);
    assert_eq!(refused, Err(Refusal::TwoMechanisms { authorization: None }));
}

/// Neither the signature nor the token is shown.
#[test]
fn secrets_are_not_printed() {
    let head = presigned("9", "&x-amz-security-token=tttt");
    let signed = presented(&head).unwrap().unwrap();
    let text = format!("{signed:?}");
    assert!(!text.contains("tttt") && !text.contains(&signed.signature), "{text}");
}

proptest! {
    /// Any input is parsed or rejected.
    #[test]
    fn reading_never_panics(header in "(AWS )?[ -~]{0,40}", query in "[ -~]{0,60}") {
        let head = head("GET", &format!("/?{query}"), &[("authorization", header.trim())]);
        if let Ok(Some(signed)) = presented(&head) {
            let _ = signed.verify(&head, None, SECRET);
        }
        let _ = presented(&head.with_headers(http::HeaderMap::new()));
    }
}
