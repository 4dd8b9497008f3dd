//! Each sub-resource of a bucket: its document, its absence, its removal, its denial, its events.

use serde_json::{Value, json};

use crate::calls::{allow, by, code};
use crate::{create, enable_versioning, get, kit, md5_of, put, send};

/// A setting that is a document under a sub-resource.
struct Setting {
    sub: &'static str,
    root: &'static str,
    inner: &'static str,
    /// A piece of the document and its value in the event, by a pointer below the root.
    shown: (&'static str, &'static str, &'static str),
    /// The code of a bucket without it; empty where the absence is a document.
    missing: &'static str,
    /// The names of its events after `Get`, `Put` and `Delete`.
    event: &'static str,
    /// The permissions to read, write and, if possible, delete it.
    actions: (&'static str, &'static str, &'static str),
    put_status: u16,
}

const fn setting(
    sub: &'static str,
    root: &'static str,
    inner: &'static str,
    shown: (&'static str, &'static str, &'static str),
) -> Setting {
    let actions = ("", "", "");
    Setting { sub, root, inner, shown, missing: "", event: "", actions, put_status: 200 }
}

const SETTINGS: [Setting; 10] = [
    Setting {
        missing: "NoSuchCORSConfiguration",
        event: "BucketCors",
        actions: ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
        ..setting(
            "cors",
            "CORSConfiguration",
            "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>",
            ("<AllowedMethod>GET</AllowedMethod>", "/CORSRule/AllowedMethod", "GET"),
        )
    },
    Setting {
        missing: "NoSuchLifecycleConfiguration",
        event: "BucketLifecycle",
        actions: (
            "GetLifecycleConfiguration",
            "PutLifecycleConfiguration",
            "PutLifecycleConfiguration",
        ),
        ..setting(
            "lifecycle",
            "LifecycleConfiguration",
            "<Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>3</Days></Expiration>\
             </Rule>",
            ("<ID>r</ID>", "/Rule/Status", "Enabled"),
        )
    },
    Setting {
        missing: "NoSuchWebsiteConfiguration",
        event: "BucketWebsite",
        actions: ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
        ..setting(
            "website",
            "WebsiteConfiguration",
            "<IndexDocument><Suffix>i.html</Suffix></IndexDocument>",
            ("<Suffix>i.html</Suffix>", "/IndexDocument/Suffix", "i.html"),
        )
    },
    Setting {
        missing: "ReplicationConfigurationNotFoundError",
        event: "BucketReplication",
        actions: (
            "GetReplicationConfiguration",
            "PutReplicationConfiguration",
            "PutReplicationConfiguration",
        ),
        ..setting(
            "replication",
            "ReplicationConfiguration",
            "<Role>arn:aws:iam::111122223333:role/r</Role><Rule><ID>x</ID><Status>Enabled</Status>\
             <Destination><Bucket>arn:aws:s3:::bkt</Bucket></Destination></Rule>",
            ("<ID>x</ID>", "/Role", "arn:aws:iam::111122223333:role/r"),
        )
    },
    Setting {
        missing: "NoSuchTagSet",
        event: "BucketTagging",
        actions: ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
        put_status: 204,
        ..setting(
            "tagging",
            "Tagging",
            "<TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>",
            ("<Key>a</Key><Value>1</Value>", "/TagSet/Tag/Key", "a"),
        )
    },
    Setting {
        missing: "OwnershipControlsNotFoundError",
        event: "BucketOwnershipControls",
        actions: (
            "GetBucketOwnershipControls",
            "PutBucketOwnershipControls",
            "PutBucketOwnershipControls",
        ),
        ..setting(
            "ownershipControls",
            "OwnershipControls",
            "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>",
            (">ObjectWriter<", "/Rule/ObjectOwnership", "ObjectWriter"),
        )
    },
    Setting {
        missing: "NoSuchPublicAccessBlockConfiguration",
        event: "BucketPublicAccessBlock",
        actions: (
            "GetBucketPublicAccessBlock",
            "PutBucketPublicAccessBlock",
            "PutBucketPublicAccessBlock",
        ),
        ..setting(
            "publicAccessBlock",
            "PublicAccessBlockConfiguration",
            "<IgnorePublicAcls>TRUE</IgnorePublicAcls>",
            ("<IgnorePublicAcls>true</IgnorePublicAcls>", "/IgnorePublicAcls", "TRUE"),
        )
    },
    Setting {
        event: "BucketRequestPayment",
        actions: ("GetBucketRequestPayment", "PutBucketRequestPayment", ""),
        ..setting(
            "requestPayment",
            "RequestPaymentConfiguration",
            "<Payer>Requester</Payer>",
            ("<Payer>Requester</Payer>", "/Payer", "Requester"),
        )
    },
    Setting {
        event: "AccelerateConfiguration",
        actions: ("GetAccelerateConfiguration", "PutAccelerateConfiguration", ""),
        ..setting(
            "accelerate",
            "AccelerateConfiguration",
            "<Status>Suspended</Status>",
            ("<Status>Suspended</Status>", "/Status", "Suspended"),
        )
    },
    Setting {
        event: "BucketLogging",
        actions: ("GetBucketLogging", "PutBucketLogging", ""),
        ..setting(
            "logging",
            "BucketLoggingStatus",
            "<LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>p/</TargetPrefix>\
             </LoggingEnabled>",
            (
                "<TargetBucket>logs</TargetBucket><TargetPrefix>p/</TargetPrefix>",
                "/LoggingEnabled/TargetPrefix",
                "p/",
            ),
        )
    },
];

impl Setting {
    fn target(&self) -> String {
        format!("/bkt?{}", self.sub)
    }

    fn document(&self) -> String {
        format!("<{0}>{1}</{0}>", self.root, self.inner)
    }
}

/// A kit in which each of the documents can be set.
fn ready() -> testkit::Kit {
    let kit = kit();
    create(&kit, "logs");
    enable_versioning(&kit, "Enabled");
    for sub in ["ownershipControls", "publicAccessBlock"] {
        send(&kit, "DELETE", &format!("/bkt?{sub}"), &[], "").ok();
    }
    kit
}

/// Before it is set, when it is set, and after it was deleted twice.
#[test]
fn a_setting_is_absent_then_present_then_absent() {
    let kit = ready();
    for own in &SETTINGS {
        let (target, sub) = (own.target(), own.sub);
        let absent = || {
            let answer = get(&kit, &target);
            if own.missing.is_empty() {
                assert_eq!(answer.status, 200, "{sub}");
                assert!(!answer.text().contains(own.shown.0), "{sub}");
                return;
            }
            assert_eq!(code(&answer), (404, own.missing.to_owned()), "{sub}");
            assert_eq!(answer.element("BucketName"), "bkt", "{sub}");
        };
        absent();
        let stored = put(&kit, &target, own.document());
        assert_eq!((stored.status, stored.text().as_str()), (own.put_status, ""), "{sub}");
        let read = get(&kit, &target).ok();
        assert!(read.text().contains(own.shown.0), "{sub}: {}", read.text());
        assert!(read.text().contains(&format!("<{} xmlns=\"http://s3.", own.root)), "{sub}");
        assert_eq!(read.header("content-type"), "application/xml", "{sub}");
        if own.actions.2.is_empty() {
            continue;
        }
        for _ in 0..2 {
            let gone = send(&kit, "DELETE", &target, &[], "");
            assert_eq!((gone.status, gone.text().as_str()), (204, ""), "{sub}");
        }
        absent();
    }
}

/// A setting changes no other: all of them are set, and each is read afterwards.
#[test]
fn settings_do_not_disturb_each_other() {
    let kit = ready();
    for own in &SETTINGS {
        put(&kit, &own.target(), own.document());
    }
    for (at, own) in SETTINGS.iter().enumerate() {
        let text = get(&kit, &own.target()).ok().text();
        assert!(text.contains(own.shown.0), "{}: {text}", own.sub);
        if !own.actions.2.is_empty() {
            send(&kit, "DELETE", &own.target(), &[], "").ok();
            for later in SETTINGS.iter().skip(at + 1) {
                let text = get(&kit, &later.target()).ok().text();
                assert!(text.contains(later.shown.0), "{} without {}", later.sub, own.sub);
            }
        }
    }
}

/// Bodies that are no document, another document, an empty one, and none.
#[test]
fn a_document_that_is_none_changes_nothing() {
    let kit = ready();
    for own in &SETTINGS {
        let (target, sub) = (own.target(), own.sub);
        put(&kit, &target, own.document());
        let root = own.root;
        let cut = format!("<{root}>{}", own.inner);
        let other = format!("<Other{root}>{}</Other{root}>", own.inner);
        for body in [cut, other, "{}".to_owned()] {
            let refused = send(&kit, "PUT", &target, &[], &body);
            assert_eq!(code(&refused), (400, "MalformedXML".to_owned()), "{sub}: {body}");
        }
        let empty = send(&kit, "PUT", &target, &[], "");
        assert_eq!(code(&empty), (400, "MissingRequestBodyError".to_owned()), "{sub}");
        let digest = md5_of("something else");
        let damaged = send(&kit, "PUT", &target, &[("content-md5", &digest)], own.document());
        assert_eq!(code(&damaged), (400, "BadDigest".to_owned()), "{sub}");
        assert_eq!(damaged.element("ExpectedDigest"), digest, "{sub}");
        assert_eq!(damaged.element("CalculatedDigest"), md5_of(&own.document()), "{sub}");
        assert!(get(&kit, &target).ok().text().contains(own.shown.0), "{sub}");
    }
}

/// The permission is named, and one permission does not include another.
#[test]
fn a_setting_needs_its_own_permission() {
    let kit = ready();
    for (at, own) in SETTINGS.iter().enumerate() {
        let (read, write, remove) = own.actions;
        put(&kit, &own.target(), own.document());
        let reader = kit.user(&format!("reader-{at}"), &allow(&[&format!("s3:{read}")]));
        let writer = kit.user(&format!("writer-{at}"), &allow(&[&format!("s3:{write}")]));
        by(&kit, &reader, "GET", &own.target(), &[]).ok();
        let mut refused = vec![
            (by(&kit, &reader, "PUT", &own.target(), &[]), write),
            (by(&kit, &writer, "GET", &own.target(), &[]), read),
        ];
        if !remove.is_empty() {
            refused.push((by(&kit, &reader, "DELETE", &own.target(), &[]), remove));
        }
        for (answer, action) in refused {
            let (status, code, message) = answer.error();
            assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{}", own.sub);
            let want = format!("to perform: s3:{action} on resource: \"arn:aws:s3:::bkt\"");
            assert!(message.contains(&want), "{message}");
        }
        assert_eq!(code(&by(&kit, &writer, "PUT", &own.target(), &[])).0, 400, "{}", own.sub);
    }
}

/// Observed: the flag, the document under its root, no response elements, the bucket.
#[test]
fn the_events_of_a_setting_name_it() {
    let kit = ready();
    for own in &SETTINGS {
        let (sub, event) = (own.sub, own.event);
        let stored = put(&kit, &own.target(), own.document());
        let written = kit.event(&format!("Put{event}"));
        let parameters = &written["requestParameters"];
        assert_eq!(parameters[sub], "", "{sub}");
        let document = &parameters[own.root];
        assert_eq!(document.pointer(own.shown.1), Some(&json!(own.shown.2)), "{document}");
        assert_eq!(written["responseElements"], Value::Null, "{sub}");
        let additional = &written["additionalEventData"];
        assert_eq!(additional["bytesTransferredIn"], own.document().len(), "{sub}");
        assert_eq!(additional["bytesTransferredOut"], 0, "{sub}");
        assert_eq!(additional["x-amz-id-2"], stored.header("x-amz-id-2"), "{sub}");
        let read = get(&kit, &own.target()).ok();
        let event_of_read = kit.event(&format!("Get{event}"));
        let additional = &event_of_read["additionalEventData"];
        assert_eq!(additional["bytesTransferredOut"], read.body.len(), "{sub}");
        assert_eq!(event_of_read["requestParameters"].get(own.root), None, "{sub}");
        for event in [&written, &event_of_read] {
            assert_eq!(event["managementEvent"], true, "{sub}");
            assert_eq!(event["resources"][0]["ARN"], "arn:aws:s3:::bkt", "{sub}");
            assert_eq!(event["resources"].as_array().map(Vec::len), Some(1), "{sub}");
        }
    }
}
