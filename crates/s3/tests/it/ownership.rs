//! The owner of an object, and the permissions of ACLs where they are enabled.

use serde_json::{Value, json};
use testkit::{Kit, S3Request};

use crate::calls::by;
use crate::{get, kit, put, send};

/// A kit whose bucket has ACLs, which another account may write into.
fn shared(ownership: &str) -> Kit {
    let kit = kit();
    own(&kit, ownership);
    let allow = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": testkit::OTHER_ACCOUNT}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::bkt/*",
    }]});
    put(&kit, "/bkt?policy", allow.to_string());
    kit
}

fn own(kit: &Kit, ownership: &str) {
    let rule = format!("<Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule>");
    put(kit, "/bkt?ownershipControls", format!("<OwnershipControls>{rule}</OwnershipControls>"));
    send(kit, "DELETE", "/bkt?publicAccessBlock", &[], "");
}

const FULL: [(&str, &str); 1] = [("x-amz-acl", "bucket-owner-full-control")];

/// Source: S3 User Guide, "Controlling ownership of objects".
#[test]
fn another_account_owns_what_it_writes_until_it_shares() {
    for ownership in ["ObjectWriter", "BucketOwnerPreferred"] {
        let kit = shared(ownership);
        let other = &kit.other_root.clone();
        by(&kit, other, "PUT", "/bkt/k", &[]).ok();
        by(&kit, other, "GET", "/bkt/k", &[]).ok();
        let owner = by(&kit, other, "GET", "/bkt/k?acl", &[]).ok().element("ID");
        assert_eq!(
            get(&kit, "/bkt/k").error(),
            (403, "AccessDenied".into(), "Access Denied".into())
        );
        assert_eq!(get(&kit, "/bkt?versions").ok().element("ID"), owner);
        assert_eq!(send(&kit, "PUT", "/bkt/k?acl", &FULL, "").status, 403);
        let copy = [("x-amz-copy-source", "bkt/k")];
        assert_eq!(send(&kit, "PUT", "/bkt/copy", &copy, "").status, 403);
        by(&kit, other, "PUT", "/bkt/k?acl", &FULL).ok();
        get(&kit, "/bkt/k").ok();
        assert_eq!(
            by(&kit, other, "GET", "/bkt/k?acl", &[]).ok().text().matches("<Grant>").count(),
            2
        );
        // The bucket's owner may always delete its contents.
        by(&kit, other, "PUT", "/bkt/l", &[]).ok();
        assert_eq!(send(&kit, "DELETE", "/bkt/l", &[], "").status, 204);
    }
}

/// Source: the same: with BucketOwnerPreferred the canned ACL hands the object over.
#[test]
fn the_canned_acl_hands_an_object_over() {
    for (ownership, handed_over) in [("BucketOwnerPreferred", true), ("ObjectWriter", false)] {
        let kit = shared(ownership);
        let other = &kit.other_root.clone();
        by(&kit, other, "PUT", "/bkt/k", &FULL).ok();
        get(&kit, "/bkt/k").ok();
        let mine = get(&kit, "/").ok().element("ID");
        assert_eq!(get(&kit, "/bkt/k?acl").ok().element("ID") == mine, handed_over);
        assert_eq!(by(&kit, other, "GET", "/bkt/k", &[]).status == 403, handed_over);
        let upload = by(&kit, other, "POST", "/bkt/p?uploads", &FULL).ok().element("UploadId");
        let part = format!("/bkt/p?partNumber=1&uploadId={upload}");
        let part = by(&kit, other, "PUT", &part, &[]).ok().header("etag");
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part>\
             </CompleteMultipartUpload>"
        );
        let target = format!("/bkt/p?uploadId={upload}");
        let body = body.as_bytes();
        kit.s3_as(other, S3Request { method: "POST", target: &target, headers: &[], body }).ok();
        assert_eq!(get(&kit, "/bkt/p?acl").ok().element("ID") == mine, handed_over);
    }
}

/// A bucket policy allows nothing for what others own, but it denies.
#[test]
fn a_bucket_policy_only_denies_for_what_others_own() {
    let kit = shared("ObjectWriter");
    let other = &kit.other_root.clone();
    by(&kit, other, "PUT", "/bkt/k", &[]).ok();
    let statement = |effect: &str, who: Value, action: &str| {
        json!({"Effect": effect, "Principal": who, "Action": action,
            "Resource": "arn:aws:s3:::bkt/*"})
    };
    let both = json!({"AWS": [testkit::OTHER_ACCOUNT, testkit::ACCOUNT]});
    let put_policy = |effect: &str| {
        let statements = [
            statement("Allow", both.clone(), "s3:PutObject"),
            statement(effect, both.clone(), "s3:GetObject"),
        ];
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        put(&kit, "/bkt?policy", policy.to_string());
    };
    put_policy("Allow");
    assert_eq!(get(&kit, "/bkt/k").status, 403);
    by(&kit, other, "GET", "/bkt/k", &[]).ok();
    put_policy("Deny");
    assert_eq!(by(&kit, other, "GET", "/bkt/k", &[]).status, 403);
    // With ACLs off again everything is the bucket owner's.
    put_policy("Allow");
    own(&kit, "BucketOwnerEnforced");
    get(&kit, "/bkt/k").ok();
    let mine = get(&kit, "/").ok().element("ID");
    assert_eq!(get(&kit, "/bkt?versions").ok().element("ID"), mine);
}

/// Without ownership controls a bucket is as buckets were before there were any.
#[test]
fn without_ownership_controls_acls_are_on() {
    let kit = shared("BucketOwnerEnforced");
    let refused = send(&kit, "PUT", "/bkt/k", &[("x-amz-acl", "private")], "").error();
    assert_eq!(refused.1, "AccessControlListNotSupported");
    send(&kit, "DELETE", "/bkt?ownershipControls", &[], "");
    send(&kit, "PUT", "/bkt/k", &[("x-amz-acl", "public-read")], "").ok();
    assert_eq!(kit.send_raw("GET", "/bkt/k", &[], b"").status, 200);
    let other = &kit.other_root.clone();
    by(&kit, other, "PUT", "/bkt/o", &[]).ok();
    assert_eq!(get(&kit, "/bkt/o").status, 403);
}

/// An ACL allows a grantee to write, with an ACL of its own, and to delete its own objects.
#[test]
fn the_right_to_write_by_acl_covers_the_acl_of_what_is_written() {
    let kit = kit();
    own(&kit, "ObjectWriter");
    let other = &kit.other_root.clone();
    let id = by(&kit, other, "GET", "/", &[]).ok().element("ID");
    let grant = format!("id={id}");
    send(&kit, "PUT", "/bkt?acl", &[("x-amz-grant-write", &grant)], "").ok();
    by(&kit, other, "PUT", "/bkt/k", &FULL).ok();
    get(&kit, "/bkt/k").ok();
    put(&kit, "/bkt/mine", "x");
    assert_eq!(by(&kit, other, "DELETE", "/bkt/mine", &[]).status, 403);
    assert_eq!(by(&kit, other, "DELETE", "/bkt/k", &[]).status, 204);
}

/// A caller that may list learns that a key is missing.
#[test]
fn a_public_list_reveals_that_a_key_is_missing() {
    let kit = kit();
    own(&kit, "ObjectWriter");
    put(&kit, "/bkt/k", "x");
    let ask = |target: &str| kit.send_raw("GET", target, &[], b"").status;
    assert_eq!((ask("/bkt/none"), ask("/bkt/k")), (403, 403));
    send(&kit, "PUT", "/bkt?acl", &[("x-amz-acl", "public-read")], "").ok();
    assert_eq!((ask("/bkt/none"), ask("/bkt/k")), (404, 403));
    let answer = by(&kit, &kit.other_root, "GET", "/bkt/none", &[]);
    assert_eq!(answer.error().1, "NoSuchKey");
}

/// Source: S3 User Guide, "Multipart upload API and permissions": the initiator of an upload
/// may list its parts and abort it, unless a policy denies it.
#[test]
fn the_initiator_of_an_upload_may_abort_it() {
    let kit = kit();
    let policy = |actions: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::bkt/*"}]})
    };
    let writer = kit.user("writer", &policy(json!("s3:PutObject")));
    let second = kit.user("second", &policy(json!("s3:PutObject")));
    let begin = || by(&kit, &writer, "POST", "/bkt/k?uploads", &[]).ok().element("UploadId");
    let target = format!("/bkt/k?uploadId={}", begin());
    assert_eq!(by(&kit, &second, "GET", &target, &[]).status, 403);
    assert_eq!(by(&kit, &second, "DELETE", &target, &[]).status, 403);
    by(&kit, &writer, "GET", &target, &[]).ok();
    assert_eq!(by(&kit, &writer, "DELETE", &target, &[]).status, 204);
    assert_eq!(by(&kit, &writer, "DELETE", &target, &[]).status, 403);
    let target = format!("/bkt/k?uploadId={}", begin());
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": "s3:AbortMultipartUpload", "Resource": "arn:aws:s3:::bkt/*"}]});
    put(&kit, "/bkt?policy", deny.to_string());
    assert_eq!(by(&kit, &writer, "DELETE", &target, &[]).status, 403);
}

/// An IAM principal that sends an ACL needs the right to set it, from its own account.
///
/// Source: S3 API Reference, "PutObject"; S3 User Guide, "Bucket policy examples", where a policy
/// for another account that must hand over what it writes allows only `s3:PutObject`.
#[test]
fn an_acl_with_a_write_needs_the_right_to_it_at_home() {
    let kit = shared("BucketOwnerPreferred");
    let policy = |actions: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::bkt/*"}]})
    };
    let one = kit.user("one", &policy(json!("s3:PutObject")));
    let (status, _, message) = by(&kit, &one, "PUT", "/bkt/k", &FULL).error();
    assert_eq!(status, 403);
    assert!(message.contains("s3:PutObjectAcl"), "{message}");
    let two = kit.user("two", &policy(json!(["s3:PutObject", "s3:PutObjectAcl"])));
    by(&kit, &two, "PUT", "/bkt/k", &FULL).ok();
    by(&kit, &kit.other_root, "PUT", "/bkt/k", &FULL).ok();
}

/// Observed: a private ACL enables ACLs, if the request does not specify ownership; public ones are
/// rejected.
#[test]
fn a_bucket_made_with_an_acl_has_acls() {
    let kit = kit();
    let make = |name: &str, headers: &[(&str, &str)]| {
        let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                    </LocationConstraint></CreateBucketConfiguration>";
        send(&kit, "PUT", &format!("/{name}"), headers, body)
    };
    let ownership = |name: &str| {
        get(&kit, &format!("/{name}?ownershipControls")).ok().element("ObjectOwnership")
    };
    let private = ("x-amz-acl", "private");
    make("bucket-1", &[private]).ok();
    assert_eq!(ownership("bucket-1"), "BucketOwnerPreferred");
    send(&kit, "PUT", "/bucket-1/k", &[private], "x").ok();
    make("bucket-2", &[private, ("x-amz-object-ownership", "BucketOwnerEnforced")]).ok();
    assert_eq!(ownership("bucket-2"), "BucketOwnerEnforced");
    make("bucket-3", &[]).ok();
    assert_eq!(ownership("bucket-3"), "BucketOwnerEnforced");
    for acl in ["public-read", "authenticated-read", "log-delivery-write"] {
        let refused = make("bucket-4", &[("x-amz-acl", acl)]).error();
        assert_eq!(refused.1, "InvalidBucketAclWithObjectOwnership", "{acl}");
    }
}
