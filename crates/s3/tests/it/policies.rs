use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::S3Request;

use crate::{get, kit, put, send};

#[test]
fn a_policy_is_answered_as_it_was_put() {
    let kit = kit();
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::bkt"}]}"#;
    assert_eq!(put(&kit, "/bkt?policy", text).status, 204);
    let read = get(&kit, "/bkt?policy").ok();
    assert_eq!(
        (read.text().as_str(), read.header("content-type")),
        (text, "application/json".into())
    );
    assert_eq!(get(&kit, "/bkt?policyStatus").ok().element("IsPublic"), "false");
    assert_eq!(send(&kit, "DELETE", "/bkt?policy", &[], "").status, 204);
    let missing = get(&kit, "/bkt?policy");
    assert_eq!((missing.status, missing.element("BucketName")), (404, "bkt".to_owned()));
}

/// Observed: wording.
#[test]
fn bad_policies_are_refused_with_a_reason() {
    let kit = kit();
    let statement = |principal: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"{resource}"}}]}}"#
        )
    };
    for (text, want) in [
        (String::new(), "Policies must be valid JSON and the first byte must be '{'"),
        ("{}".to_owned(), "Missing required field Statement"),
        (
            statement(r#"{"AWS":"arn:aws:iam::111122223333:user/none"}"#, "arn:aws:s3:::bkt/*"),
            "Invalid principal in policy",
        ),
        (
            statement(r#"{"AWS":"111122223333"}"#, "arn:aws:s3:::other/*"),
            "Policy has invalid resource",
        ),
    ] {
        let error = send(&kit, "PUT", "/bkt?policy", &[], &text).error();
        assert_eq!(error, (400, "MalformedPolicy".into(), want.into()), "{text}");
    }
    let public = send(&kit, "PUT", "/bkt?policy", &[], statement(r#""*""#, "arn:aws:s3:::bkt/*"));
    let (status, code, message) = public.error();
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.ends_with("BlockPublicPolicy setting in S3 Block Public Access."), "{message}");
}

/// "Deny unencrypted put": conditions see the request, not the bucket's default.
#[test]
fn condition_keys_see_the_headers_of_the_request() {
    let kit = kit();
    let deny = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bkt/*",
        "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
    }]});
    put(&kit, "/bkt?policy", deny.to_string());
    let (status, _, message) = send(&kit, "PUT", "/bkt/k", &[], "x").error();
    assert_eq!(status, 403);
    assert!(message.ends_with(
        "is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::bkt/k\" with an \
         explicit deny in a resource-based policy"
    ), "{message}");
    send(&kit, "PUT", "/bkt/k", &[("x-amz-server-side-encryption", "AES256")], "x").ok();
}

#[test]
fn a_caller_that_may_not_list_does_not_learn_that_a_key_is_absent() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let only_get = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bkt/*"},
    ]});
    let user = kit.user("reader", &only_get);
    let read =
        |target| kit.s3_as(&user, S3Request { method: "GET", target, ..S3Request::default() });
    assert_eq!(read("/bkt/k").status, 200);
    let (status, _, message) = read("/bkt/none").error();
    assert_eq!(status, 403);
    assert!(message.contains("s3:ListBucket on resource: \"arn:aws:s3:::bkt\""), "{message}");
}

#[test]
fn another_account_needs_the_bucket_policy() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let read = || {
        let request = S3Request { method: "GET", target: "/bkt/k", ..S3Request::default() };
        kit.s3_as(&kit.other_root, request)
    };
    assert_eq!(read().error(), (403, "AccessDenied".into(), "Access Denied".into()));
    let allow = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": testkit::OTHER_ACCOUNT}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bkt/*",
    }]});
    put(&kit, "/bkt?policy", allow.to_string());
    assert_eq!(read().ok().text(), "x");
}

/// Source: S3 User Guide, "Principals for bucket policies": a canonical user id is its account.
#[test]
fn a_canonical_user_id_names_an_account() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let owner = |root| {
        let request = S3Request { method: "GET", target: "/", ..S3Request::default() };
        kit.s3_as(root, request).ok().element("ID")
    };
    let id = owner(&kit.other_root);
    let policy = |id: &str| {
        let statement = json!({"Effect": "Allow", "Principal": {"CanonicalUser": id},
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bkt/*"});
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    for unknown in ["0".repeat(64), testkit::OTHER_ACCOUNT.to_owned()] {
        let refused = send(&kit, "PUT", "/bkt?policy", &[], policy(&unknown)).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, "MalformedPolicy"), "{}", refused.2);
    }
    put(&kit, "/bkt?policy", policy(&id));
    assert_eq!(get(&kit, "/bkt?policy").ok().text(), policy(&id));
    let request = S3Request { method: "GET", target: "/bkt/k", ..S3Request::default() };
    assert_eq!(kit.s3_as(&kit.other_root, request).ok().text(), "x");
}

/// Tags that are copied are read there and written here; tags that are replaced are not.
#[test]
fn a_copy_of_tags_needs_the_permissions_to_read_and_write_them() {
    let kit = kit();
    send(&kit, "PUT", "/bkt/tagged", &[("x-amz-tagging", "a=b")], "x").ok();
    put(&kit, "/bkt/plain", "x");
    let copy_as = |name: &str, actions: &[&str], source: &str, replace: bool| {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::bkt/*"},
        ]});
        let user = kit.user(name, &policy);
        let headers = [("x-amz-copy-source", source), ("x-amz-tagging-directive", "REPLACE")];
        let headers = if replace { &headers[..] } else { &headers[..1] };
        let request = S3Request { method: "PUT", target: "/bkt/copy", headers, body: b"" };
        let answer = kit.s3_as(&user, request);
        if answer.status == 200 { String::new() } else { answer.error().2 }
    };
    let plain = ["s3:GetObject", "s3:PutObject"];
    let reads = ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging"];
    assert_eq!(copy_as("a", &plain, "bkt/plain", false), "");
    assert_eq!(copy_as("b", &plain, "bkt/tagged", true), "");
    assert!(copy_as("c", &plain, "bkt/tagged", false).contains("s3:GetObjectTagging"));
    assert!(copy_as("d", &reads, "bkt/tagged", false).contains("s3:PutObjectTagging"));
    let all = ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging"];
    assert_eq!(copy_as("e", &all, "bkt/tagged", false), "");
}

/// Each key of a long delete is authorized on its own.
#[test]
fn a_long_delete_refuses_single_keys() {
    let kit = kit();
    put(&kit, "/bkt/mine/1", "x");
    put(&kit, "/bkt/other", "x");
    let mine = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bkt/mine/*"},
    ]});
    let user = kit.user("cleaner", &mine);
    let body = b"<Delete><Quiet>true</Quiet><Object><Key>mine/1</Key></Object><Object><Key>other\
                 </Key></Object></Delete>";
    let digest = STANDARD.encode(keys::md5(body));
    let headers = [("content-md5", digest.as_str())];
    let request = S3Request { method: "POST", target: "/bkt?delete", headers: &headers, body };
    let answer = kit.s3_as(&user, request).ok();
    assert!(!answer.text().contains("<Deleted>"));
    let words = "User: arn:aws:iam::111122223333:user/cleaner is not authorized to perform: \
                 s3:DeleteObject on resource: \"arn:aws:s3:::bkt/other\" because no \
                 identity-based policy allows the s3:DeleteObject action";
    let escaped = words.replace('"', "&quot;");
    let error = format!("<Key>other</Key><Code>AccessDenied</Code><Message>{escaped}</Message>");
    assert!(answer.text().contains(&error), "{}", answer.text());
    assert_eq!((get(&kit, "/bkt/mine/1").status, get(&kit, "/bkt/other").status), (404, 200));
    let events = kit.events();
    let of = |name: &'static str| {
        events.iter().filter(move |event| event["eventName"] == name).collect::<Vec<_>>()
    };
    let [gone, kept] = of("DeleteObject")[..] else { panic!("an event for each key") };
    assert_eq!(gone["requestParameters"]["key"], "mine/1");
    assert_eq!(gone.get("errorCode"), None);
    assert_eq!(kept["resources"][0]["ARN"], "arn:aws:s3:::bkt/other");
    assert_eq!(
        (&kept["errorCode"], &kept["errorMessage"]),
        (&json!("AccessDenied"), &json!(words))
    );
    let [whole] = of("DeleteObjects")[..] else { panic!("one event for the whole call") };
    assert_eq!(whole["resources"][0]["ARNPrefix"], "arn:aws:s3:::bkt/");
    assert_eq!(whole["requestParameters"]["delete"], "");
    assert_eq!(whole.get("errorCode"), None);
    for field in ["userIdentity", "sourceIPAddress", "requestID", "eventTime"] {
        assert_eq!((&gone[field], &kept[field]), (&whole[field], &whole[field]), "{field}");
    }
}
