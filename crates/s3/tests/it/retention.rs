//! Retention and legal hold: who may delete, shorten and extend, and until when.

use testkit::{Answered, Kit};

use crate::calls::{all, allow, by, code};
use crate::{HELLO_CRC32, create, delete_many, get, kit, md5_of, put, send};

const BYPASS: (&str, &str) = ("x-amz-bypass-governance-retention", "true");
const LOCKED: &str = "Access Denied because object protected by object lock.";
const DAY_MS: u64 = 86_400_000;

/// A kit with the bucket `locked`, whose default retention is `rule` unless that is empty.
fn locking(rule: &str) -> Kit {
    let kit = kit();
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                </LocationConstraint></CreateBucketConfiguration>";
    send(&kit, "PUT", "/locked", &[("x-amz-bucket-object-lock-enabled", "true")], body).ok();
    default_retention(&kit, rule).ok();
    kit
}

fn default_retention(kit: &Kit, rule: &str) -> Answered {
    let rule = match rule {
        "" => String::new(),
        rule => format!("<Rule><DefaultRetention>{rule}</DefaultRetention></Rule>"),
    };
    let body = format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}\
         </ObjectLockConfiguration>"
    );
    send(kit, "PUT", "/locked?object-lock", &[("content-md5", &md5_of(&body))], &body)
}

/// Stores a version and returns its target.
fn stored(kit: &Kit, headers: &[(&str, &str)]) -> String {
    let headers: Vec<_> = headers.iter().copied().chain([HELLO_CRC32]).collect();
    let answer = send(kit, "PUT", "/locked/k", &headers, "hello").ok();
    format!("/locked/k?versionId={}", answer.header("x-amz-version-id"))
}

fn until(mode: &'static str, date: &'static str) -> [(&'static str, &'static str); 2] {
    [("x-amz-object-lock-mode", mode), ("x-amz-object-lock-retain-until-date", date)]
}

fn retain(kit: &Kit, version: &str, mode: &str, date: &str, headers: &[(&str, &str)]) -> Answered {
    let body = format!(
        "<Retention><Mode>{mode}</Mode><RetainUntilDate>{date}</RetainUntilDate></Retention>"
    );
    send(kit, "PUT", &version.replace('?', "?retention&"), headers, body)
}

/// Each mode before and after its date, with and without the bypass.
#[test]
fn a_retention_ends_at_its_date() {
    for (mode, bypasses) in [("GOVERNANCE", true), ("COMPLIANCE", false)] {
        let kit = locking("");
        let version = stored(&kit, &until(mode, "2026-03-02T00:00:00Z"));
        let read = get(&kit, &version).ok();
        assert_eq!(read.header("x-amz-object-lock-mode"), mode);
        let date = read.header("x-amz-object-lock-retain-until-date");
        assert_eq!(date, "2026-03-02T00:00:00.000Z");
        let refused = send(&kit, "DELETE", &version, &[], "").error();
        assert_eq!(refused, (403, "AccessDenied".into(), LOCKED.into()), "{mode}");
        assert_eq!(kit.event("DeleteObject")["errorMessage"], LOCKED);
        kit.clock.advance_ms(DAY_MS - 1_000);
        assert_eq!(send(&kit, "DELETE", &version, &[], "").status, 403, "{mode}: a second early");
        if !bypasses {
            assert_eq!(send(&kit, "DELETE", &version, &[BYPASS], "").status, 403, "{mode}");
        }
        kit.clock.advance_ms(1_000);
        assert_eq!(send(&kit, "DELETE", &version, &[], "").status, 204, "{mode}: on time");
        assert_eq!(get(&kit, &version).status, 404);
    }
}

/// Source: S3 User Guide, "Managing Object Lock": the bypass needs a header and a permission.
#[test]
fn the_bypass_needs_its_header_and_its_permission() {
    let kit = locking("");
    let version = stored(&kit, &until("GOVERNANCE", "2026-03-02T00:00:00Z"));
    let plain = kit.user("plain", &allow(&["s3:DeleteObjectVersion", "s3:PutObjectRetention"]));
    let (status, _, message) = by(&kit, &plain, "DELETE", &version, &[BYPASS]).error();
    assert_eq!(status, 403);
    assert!(message.contains("to perform: s3:BypassGovernanceRetention on"), "{message}");
    let retention = version.replace('?', "?retention&");
    let (_, _, message) = by(&kit, &plain, "PUT", &retention, &[BYPASS]).error();
    assert!(message.contains("s3:BypassGovernanceRetention"), "{message}");
    let full =
        kit.user("full", &allow(&["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]));
    let refused = by(&kit, &full, "DELETE", &version, &[]).error();
    assert_eq!(refused.2, LOCKED, "the permission without the header");
    let off = [("x-amz-bypass-governance-retention", "false")];
    assert_eq!(by(&kit, &full, "DELETE", &version, &off).error().2, LOCKED);
    assert_eq!(by(&kit, &full, "DELETE", &version, &[BYPASS]).status, 204);
}

/// Longer always; shorter, weaker and none only with the bypass, and never under compliance.
#[test]
fn a_retention_is_extended_but_not_shortened() {
    let (short, long, longer) =
        ("2026-03-05T00:00:00Z", "2026-03-10T00:00:00Z", "2026-03-20T00:00:00Z");
    for (mode, other, changes) in
        [("GOVERNANCE", "COMPLIANCE", true), ("COMPLIANCE", "GOVERNANCE", false)]
    {
        let kit = locking("");
        let version = stored(&kit, &until(mode, long));
        retain(&kit, &version, mode, long, &[]).ok();
        retain(&kit, &version, mode, longer, &[]).ok();
        for (new, date) in [(mode, short), (other, longer), (other, short)] {
            let refused = retain(&kit, &version, new, date, &[]).error();
            assert_eq!(refused, (403, "AccessDenied".into(), LOCKED.into()), "{mode} {new} {date}");
        }
        let shortened = retain(&kit, &version, mode, short, &[BYPASS]);
        assert_eq!(shortened.status == 200, changes, "{mode}");
        let removed =
            send(&kit, "PUT", &version.replace('?', "?retention&"), &[BYPASS], "<Retention/>");
        assert_eq!(removed.status == 200, changes, "{mode}");
        let read = get(&kit, &version.replace('?', "?retention&"));
        let want = if changes { "NoSuchObjectLockConfiguration" } else { "" };
        assert_eq!(read.element("Code"), want, "{mode}");
        let bare = send(&kit, "PUT", &version.replace('?', "?retention&"), &[], "<Retention/>");
        assert_eq!(code(&bare), (400, "MalformedXML".to_owned()), "no bypass, no removal");
    }
}

/// A hold is independent of the retention: no bypass lifts it, and it has no date.
#[test]
fn a_hold_has_no_end_and_no_bypass() {
    let kit = locking("");
    let hold = |version: &str, status: &str| {
        let body = format!("<LegalHold><Status>{status}</Status></LegalHold>");
        send(&kit, "PUT", &version.replace('?', "?legal-hold&"), &[], body)
    };
    let version = stored(&kit, &[("x-amz-object-lock-legal-hold", "ON")]);
    assert_eq!(get(&kit, &version).header("x-amz-object-lock-legal-hold"), "ON");
    assert_eq!(get(&kit, &version).header("x-amz-object-lock-mode"), "");
    kit.clock.advance_ms(400 * DAY_MS);
    for headers in [&[][..], &[BYPASS]] {
        assert_eq!(send(&kit, "DELETE", &version, headers, "").error().2, LOCKED);
    }
    for status in ["on", "", "MAYBE"] {
        assert_eq!(code(&hold(&version, status)), (400, "MalformedXML".to_owned()), "{status}");
    }
    hold(&version, "OFF").ok();
    let read = get(&kit, &version.replace('?', "?legal-hold&")).ok();
    assert_eq!(read.element("Status"), "OFF");
    assert_eq!(send(&kit, "DELETE", &version, &[], "").status, 204);
    let both = [
        &until("GOVERNANCE", "2030-01-01T00:00:00Z")[..],
        &[("x-amz-object-lock-legal-hold", "ON")],
    ]
    .concat();
    let version = stored(&kit, &both);
    hold(&version, "OFF").ok();
    assert_eq!(send(&kit, "DELETE", &version, &[], "").error().2, LOCKED, "still retained");
    assert_eq!(send(&kit, "DELETE", &version, &[BYPASS], "").status, 204);
}

/// A lock keeps a version, not a key: markers and new versions hide it.
#[test]
fn a_locked_version_can_be_hidden() {
    let kit = locking("<Mode>COMPLIANCE</Mode><Days>1</Days>");
    let version = stored(&kit, &[]);
    let marker = send(&kit, "DELETE", "/locked/k", &[], "").ok();
    assert_eq!(marker.header("x-amz-delete-marker"), "true");
    assert_eq!(get(&kit, "/locked/k").status, 404);
    assert_eq!(get(&kit, &version).ok().text(), "hello");
    let id = marker.header("x-amz-version-id");
    assert_eq!(send(&kit, "DELETE", &format!("/locked/k?versionId={id}"), &[], "").status, 204);
    assert_eq!(get(&kit, "/locked/k").ok().text(), "hello");
    let newer = stored(&kit, &[]);
    assert_ne!(newer, version);
    assert_eq!(send(&kit, "DELETE", "/locked", &[], "").error().1, "BucketNotEmpty");
}

/// The default retention: days, years, and the request's own lock before it.
#[test]
fn the_default_retention_is_counted_from_the_write() {
    for (rule, mode, date) in [
        ("<Mode>GOVERNANCE</Mode><Days>3</Days>", "GOVERNANCE", "2026-03-04T00:00:00.000Z"),
        ("<Mode>COMPLIANCE</Mode><Years>2</Years>", "COMPLIANCE", "2028-02-29T00:00:00.000Z"),
    ] {
        let kit = locking(rule);
        let shown = get(&kit, "/locked?object-lock").ok().text();
        assert!(shown.contains(&format!("<DefaultRetention>{rule}</DefaultRetention>")), "{shown}");
        let version = stored(&kit, &[]);
        let read = get(&kit, &version.replace('?', "?retention&")).ok();
        assert_eq!(
            (read.element("Mode").as_str(), read.element("RetainUntilDate").as_str()),
            (mode, date)
        );
        let own = stored(&kit, &until("GOVERNANCE", "2026-03-02T00:00:00Z"));
        assert_eq!(
            get(&kit, &own).header("x-amz-object-lock-retain-until-date"),
            "2026-03-02T00:00:00.000Z"
        );
        default_retention(&kit, "").ok();
        let free = stored(&kit, &[]);
        assert_eq!(get(&kit, &free).header("x-amz-object-lock-mode"), "", "later writes only");
        assert_eq!(get(&kit, &version).header("x-amz-object-lock-mode"), mode);
    }
    let kit = locking("");
    for (period, accepted) in [
        ("<Days>36500</Days>", true),
        ("<Years>100</Years>", true),
        ("<Days>36501</Days>", false),
        ("<Years>101</Years>", false),
        ("<Days>0</Days>", false),
    ] {
        let answer = default_retention(&kit, &format!("<Mode>GOVERNANCE</Mode>{period}"));
        assert_eq!(answer.status == 200, accepted, "{period}");
        if !accepted {
            assert_eq!(code(&answer), (400, "InvalidArgument".to_owned()), "{period}");
        }
    }
}

/// Each key of a long delete is locked or not on its own.
#[test]
fn a_long_delete_leaves_what_is_locked() {
    let kit = locking("");
    let locked = stored(&kit, &until("GOVERNANCE", "2026-03-02T00:00:00Z"));
    let free = stored(&kit, &[]);
    let id = |target: &str| target.rsplit('=').next().unwrap().to_owned();
    let object = |target: &str| {
        format!("<Object><Key>k</Key><VersionId>{}</VersionId></Object>", id(target))
    };
    let document = format!("<Delete>{}{}</Delete>", object(&locked), object(&free));
    let answer = delete_many(&kit, "/locked?delete", &document).ok();
    assert_eq!(all(&answer, "Code"), ["AccessDenied"]);
    assert_eq!(all(&answer, "Message"), [LOCKED]);
    assert!(answer.text().contains(&format!("<Deleted><Key>k</Key><VersionId>{}<", id(&free))));
    let digest = md5_of(&document);
    let headers = [("content-md5", digest.as_str()), BYPASS];
    let answer = send(&kit, "POST", "/locked?delete", &headers, &document).ok();
    assert_eq!(all(&answer, "Code"), Vec::<String>::new());
    assert_eq!(get(&kit, "/locked?versions").ok().element("VersionId"), "");
    put(&kit, "/bkt/k", "x");
    let refused = send(&kit, "POST", "/bkt?delete", &headers, &document);
    assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "a bucket without locks");
    assert_eq!(refused.element("ArgumentName"), BYPASS.0);
}

/// Dates, modes and holds in headers that cannot be, and the permissions that they need.
#[test]
fn lock_headers_are_checked() {
    let kit = locking("");
    create(&kit, "free");
    let check = |headers: &[(&str, &str)], name: &str, text: &str| {
        for (method, target) in [("PUT", "/locked/k"), ("POST", "/locked/k?uploads")] {
            let all: Vec<_> = headers.iter().copied().chain([HELLO_CRC32]).collect();
            let refused =
                send(&kit, method, target, &all, if method == "PUT" { "hello" } else { "" });
            assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{headers:?}");
            assert_eq!(
                (refused.element("ArgumentName").as_str(), refused.error().2.as_str()),
                (name, text)
            );
        }
    };
    let (mode, date) = ("x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date");
    let both =
        "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
    check(&[(mode, "GOVERNANCE")], date, both);
    check(&[(date, "2030-01-01T00:00:00Z")], mode, both);
    check(&until("Governance", "2030-01-01T00:00:00Z"), mode, "Unknown wormMode directive.");
    check(
        &until("GOVERNANCE", "2026-03-01T00:00:00Z"),
        date,
        "The retain until date must be in the future!",
    );
    check(
        &until("GOVERNANCE", "soon"),
        date,
        "The retain until date must be provided in ISO 8601 format",
    );
    let hold = "x-amz-object-lock-legal-hold";
    check(&[(hold, "on")], hold, "Legal Hold must be either of 'ON' or 'OFF'");
    for headers in [&until("GOVERNANCE", "2030-01-01T00:00:00Z")[..], &[(hold, "OFF")]] {
        let headers: Vec<_> = headers.iter().copied().chain([HELLO_CRC32]).collect();
        let refused = send(&kit, "PUT", "/free/k", &headers, "hello").error();
        assert_eq!(refused.2, "Bucket is missing Object Lock Configuration");
    }
    let writer = kit.user("writer", &allow(&["s3:PutObject"]));
    for (headers, action) in [
        (&until("GOVERNANCE", "2030-01-01T00:00:00Z")[..], "s3:PutObjectRetention"),
        (&[(hold, "ON")], "s3:PutObjectLegalHold"),
        (&[("x-amz-tagging", "a=1")], "s3:PutObjectTagging"),
    ] {
        let (status, _, message) = by(&kit, &writer, "PUT", "/locked/k", headers).error();
        assert_eq!(status, 403);
        assert!(message.contains(&format!("to perform: {action} on")), "{message}");
    }
}
