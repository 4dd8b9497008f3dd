//! Conditions on deletes and on presigned writes.

use testkit::S3Request;

use crate::{delete_many, enable_versioning, get, kit, put, send};

fn delete(kit: &testkit::Kit, target: &str, if_match: &str) -> (u16, String) {
    let answer = send(kit, "DELETE", target, &[("if-match", if_match)], "");
    let code = if answer.status < 300 { String::new() } else { answer.error().1 };
    (answer.status, code)
}

/// Observed: a key without an object is missing, also under a delete marker; an ETag that is
/// another's fails.
#[test]
fn a_conditional_delete_needs_a_current_object() {
    let kit = kit();
    let missing = (404, "NoSuchKey".to_owned());
    for wanted in ["*", "\"00000000000000000000000000000000\""] {
        assert_eq!(delete(&kit, "/bkt/none", wanted), missing, "{wanted}");
    }
    enable_versioning(&kit, "Enabled");
    let etag = put(&kit, "/bkt/k", "1").header("etag");
    assert_eq!(delete(&kit, "/bkt/k", "\"x\""), (412, "PreconditionFailed".to_owned()));
    assert_eq!(delete(&kit, "/bkt/k", &etag).0, 204);
    for wanted in ["*", etag.as_str()] {
        assert_eq!(delete(&kit, "/bkt/k", wanted), missing, "{wanted}");
    }
    assert_eq!(get(&kit, "/bkt?versions").text().matches("<DeleteMarker>").count(), 1);
}

/// Source: S3 User Guide, "How to perform conditional deletes": conditions are about the current
/// version only.
#[test]
fn a_condition_and_a_version_id_do_not_go_together() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let stored = put(&kit, "/bkt/k", "1");
    let (id, etag) = (stored.header("x-amz-version-id"), stored.header("etag"));
    let target = format!("/bkt/k?versionId={id}");
    for wanted in ["*", etag.as_str(), "\"x\""] {
        let refused = send(&kit, "DELETE", &target, &[("if-match", wanted)], "");
        assert_eq!((refused.status, refused.element("Header")), (501, "If-Match".to_owned()));
        assert_eq!(refused.error().1, "NotImplemented");
    }
    let event = kit.event("DeleteObject");
    assert_eq!(event["errorCode"], "NotImplemented");
    let document = format!(
        "<Delete><Object><Key>k</Key><VersionId>{id}</VersionId><ETag>{}</ETag></Object></Delete>",
        etag.trim_matches('"')
    );
    let answer = delete_many(&kit, "/bkt?delete", &document).ok().text();
    assert!(answer.contains("<Code>NotImplemented</Code>"), "{answer}");
    assert_eq!(get(&kit, &target).text(), "1");
}

#[test]
fn each_key_of_a_long_delete_has_its_condition() {
    let kit = kit();
    put(&kit, "/bkt/k", "1");
    for (entry, code) in [
        ("<Key>k</Key><ETag>x</ETag>", "PreconditionFailed"),
        ("<Key>none</Key><ETag>*</ETag>", "NoSuchKey"),
        ("<Key>k</Key><Size>99</Size>", "NotImplemented"),
        (
            "<Key>k</Key><LastModifiedTime>Sun, 06 Nov 1994 08:49:37 GMT</LastModifiedTime>",
            "NotImplemented",
        ),
    ] {
        let document = format!("<Delete><Object>{entry}</Object></Delete>");
        let answer = delete_many(&kit, "/bkt?delete", &document).ok().text();
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{entry}: {answer}");
        assert!(!answer.contains("<Deleted>"), "{entry}");
    }
    assert_eq!(get(&kit, "/bkt/k").text(), "1");
}

/// Source: S3 User Guide, "Enforce conditional deletes": an ETag reveals an object's contents, so
/// it needs the permission to read it.
#[test]
fn a_condition_on_an_etag_needs_the_right_to_read() {
    let kit = kit();
    put(&kit, "/bkt/k", "1");
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bkt/*"},
    ]});
    let user = kit.user("cleaner", &policy);
    let ask = |wanted: &str| {
        let headers = [("if-match", wanted)];
        let request =
            S3Request { method: "DELETE", target: "/bkt/k", headers: &headers, body: b"" };
        kit.s3_as(&user, request)
    };
    let (status, _, message) = ask("\"x\"").error();
    assert_eq!(status, 403);
    assert!(message.contains("s3:GetObject"), "{message}");
    assert_eq!(ask("*").status, 204);
}

/// Some SDKs move all headers of a presigned URL into its query, these among them.
#[test]
fn conditions_in_a_presigned_query_are_obeyed() {
    let kit = kit();
    let write = |query: &str, headers: &[(&str, &str)], body: &str| {
        send(&kit, "PUT", &format!("/bkt/k?{query}"), headers, body)
    };
    write("If-None-Match=%2A", &[], "1").ok();
    let refused = write("If-None-Match=%2A", &[], "2");
    assert_eq!((refused.status, refused.element("Condition")), (412, "If-None-Match".to_owned()));
    assert_eq!(write("if-match=x", &[], "2").status, 412);
    let etag = get(&kit, "/bkt/k").header("etag");
    // What was signed is not lifted by a header that was not.
    assert_eq!(write("if-match=x", &[("if-match", &etag)], "2").status, 412);
    assert_eq!(get(&kit, "/bkt/k").text(), "1");
    assert_eq!(get(&kit, "/bkt/k?if-none-match=%2A").status, 304);
    assert_eq!(send(&kit, "DELETE", "/bkt/k?If-Match=x", &[], "").status, 412);
    write(&format!("if-match={}", etag.replace('"', "%22")), &[], "3").ok();
    assert_eq!(get(&kit, "/bkt/k").text(), "3");
}
