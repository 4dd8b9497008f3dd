//! Object Lock: what protects a version, and what a write into it must prove.

use testkit::Kit;

use crate::{HELLO_CRC32, enable_versioning, get, kit, put, send};

/// The kit whose bucket has Object Lock, with a default retention if a mode is named.
fn locking(mode: &str) -> Kit {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    lock(&kit, mode);
    kit
}

fn lock(kit: &Kit, mode: &str) {
    let rule = if mode.is_empty() {
        String::new()
    } else {
        format!(
            "<Rule><DefaultRetention><Mode>{mode}</Mode><Days>1</Days></DefaultRetention></Rule>"
        )
    };
    let document = format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}\
         </ObjectLockConfiguration>"
    );
    let digest = crate::md5_of(&document);
    send(kit, "PUT", "/bkt?object-lock", &[("content-md5", &digest)], document).ok();
}

const NEEDED: &str = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object \
     Lock parameters";

/// Observed: the wording.
#[test]
fn a_locked_write_must_prove_its_bytes() {
    let kit = locking("");
    put(&kit, "/bkt/free", "x");
    let until = "2030-01-01T00:00:00Z";
    let retained =
        [("x-amz-object-lock-mode", "GOVERNANCE"), ("x-amz-object-lock-retain-until-date", until)];
    let held = [("x-amz-object-lock-legal-hold", "ON")];
    let check = |locked: &[(&str, &str)]| {
        let refused = send(&kit, "PUT", "/bkt/k", locked, "hello").error();
        assert_eq!(refused, (400, "InvalidRequest".to_owned(), NEEDED.to_owned()));
        assert_eq!(get(&kit, "/bkt/k").status, 404);
        for proof in [("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="), HELLO_CRC32] {
            let headers: Vec<_> = locked.iter().copied().chain([proof]).collect();
            let id = send(&kit, "PUT", "/bkt/k", &headers, "hello").ok().header("x-amz-version-id");
            assert_eq!(id.len(), 32, "{proof:?}");
        }
        send(&kit, "DELETE", "/bkt/k", &[], "");
    };
    check(&retained);
    check(&held);
    lock(&kit, "COMPLIANCE");
    check(&[]);
    let event = kit
        .events()
        .into_iter()
        .rfind(|event| event["eventName"] == "PutObject" && event["errorCode"] == "InvalidRequest");
    assert_eq!(event.unwrap()["errorMessage"], NEEDED);
}

/// A checksum in a URL was computed before there was a body.
#[test]
fn a_checksum_in_the_query_proves_nothing() {
    let kit = locking("GOVERNANCE");
    let refused = send(&kit, "PUT", "/bkt/k?x-amz-checksum-crc32=NhCmhg%3D%3D", &[], "hello");
    assert_eq!(refused.error().2, NEEDED);
}

/// Observed: parts have a separate message; starting, completing and copying require no checksum.
#[test]
fn parts_of_a_locked_upload_prove_their_bytes() {
    let kit = locking("GOVERNANCE");
    let begun = send(&kit, "POST", "/bkt/k?uploads", &[], "").ok();
    let id = begun.element("UploadId");
    let target = format!("/bkt/k?partNumber=1&uploadId={id}");
    let refused = send(&kit, "PUT", &target, &[], "hello").error();
    assert_eq!(refused.2, NEEDED.replace("Put Object", "Put Part"));
    let part = send(&kit, "PUT", &target, &[HELLO_CRC32], "hello").ok().header("etag");
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    send(&kit, "POST", &format!("/bkt/k?uploadId={id}"), &[], document).ok();
    send(&kit, "PUT", "/bkt/copy", &[("x-amz-copy-source", "bkt/k")], "").ok();
    assert_eq!(get(&kit, "/bkt/copy").header("x-amz-object-lock-mode"), "GOVERNANCE");
}

/// From GOVERNANCE to COMPLIANCE removes a permission from callers that may bypass: only they may
/// do it.
#[test]
fn governance_becomes_compliance_only_by_bypass() {
    let kit = locking("GOVERNANCE");
    let id = send(&kit, "PUT", "/bkt/k", &[HELLO_CRC32], "hello").ok().header("x-amz-version-id");
    let target = format!("/bkt/k?retention&versionId={id}");
    let wanted = "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z\
                  </RetainUntilDate></Retention>";
    let refused = send(&kit, "PUT", &target, &[], wanted).error();
    let text = "Access Denied because object protected by object lock.";
    assert_eq!(refused, (403, "AccessDenied".to_owned(), text.to_owned()));
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    send(&kit, "PUT", &target, &bypass, wanted).ok();
    let weaker = wanted.replace("COMPLIANCE", "GOVERNANCE");
    assert_eq!(send(&kit, "PUT", &target, &bypass, weaker).status, 403);
}

#[test]
fn a_locked_version_stays() {
    let kit = locking("GOVERNANCE");
    let id = send(&kit, "PUT", "/bkt/k", &[HELLO_CRC32], "hello").ok().header("x-amz-version-id");
    let target = format!("/bkt/k?versionId={id}");
    let refused = send(&kit, "DELETE", &target, &[], "");
    assert_eq!(refused.error().2, "Access Denied because object protected by object lock.");
    assert_eq!(get(&kit, &target).header("x-amz-object-lock-mode"), "GOVERNANCE");
    let hold = "<LegalHold><Status>ON</Status></LegalHold>";
    put(&kit, &format!("/bkt/k?legal-hold&versionId={id}"), hold);
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    assert_eq!(send(&kit, "DELETE", &target, &bypass, "").status, 403);
    put(&kit, &format!("/bkt/k?legal-hold&versionId={id}"), hold.replace("ON", "OFF"));
    assert_eq!(send(&kit, "DELETE", &target, &bypass, "").status, 204);
    let frozen = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    assert_eq!(send(&kit, "PUT", "/bkt?versioning", &[], frozen).error().1, "InvalidBucketState");
}
