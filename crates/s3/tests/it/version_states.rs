//! Versions while versioning is off, enabled and suspended.

use testkit::{Answered, Kit};

use crate::calls::{all, code};
use crate::{delete_many, enable_versioning, get, kit, put, send};

const ID: &str = "x-amz-version-id";

fn delete(kit: &Kit, target: &str) -> Answered {
    send(kit, "DELETE", target, &[], "").ok()
}

fn versions(kit: &Kit) -> Vec<String> {
    all(&get(kit, "/bkt?versions").ok(), "VersionId")
}

/// Every kind of write names the new version, and every read names the one it read.
#[test]
fn every_write_and_read_names_its_version() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let stored = put(&kit, "/bkt/k", "1").header(ID);
    let copy = [("x-amz-copy-source", "bkt/k")];
    let copied = send(&kit, "PUT", "/bkt/copy", &copy, "").ok();
    assert_eq!(copied.header("x-amz-copy-source-version-id"), stored);
    assert_eq!(copied.header(ID), get(&kit, "/bkt/copy").header(ID));
    assert_ne!(copied.header(ID), stored);
    let id = send(&kit, "POST", "/bkt/m?uploads", &[], "").ok().element("UploadId");
    let part = put(&kit, &format!("/bkt/m?partNumber=1&uploadId={id}"), "x").header("etag");
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    let target = format!("/bkt/m?uploadId={id}");
    let done = send(&kit, "POST", &target, &[], &list).ok().header(ID);
    assert_eq!(done, get(&kit, "/bkt/m").header(ID));
    assert_eq!(send(&kit, "POST", &target, &[], &list).ok().header(ID), done, "completed again");
    for method in ["GET", "HEAD"] {
        assert_eq!(send(&kit, method, "/bkt/k", &[], "").ok().header(ID), stored, "{method}");
    }
    for (method, sub, body) in [
        ("PUT", "tagging", tags),
        ("GET", "tagging", ""),
        ("DELETE", "tagging", ""),
        ("GET", "acl", ""),
    ] {
        let answer = send(&kit, method, &format!("/bkt/k?{sub}"), &[], body).ok();
        assert_eq!(answer.header(ID), stored, "{method} {sub}");
    }
    let attributes = [("x-amz-object-attributes", "ObjectSize")];
    assert_eq!(send(&kit, "GET", "/bkt/k?attributes", &attributes, "").ok().header(ID), stored);
    assert_eq!(kit.event("PutObject")["responseElements"][ID], stored);
    assert_eq!(kit.event("CompleteMultipartUpload")["responseElements"][ID], done);
}

/// Without versioning there is one version, called null, which no answer names.
#[test]
fn without_versioning_no_answer_names_a_version() {
    let kit = kit();
    for text in ["1", "2"] {
        assert_eq!(put(&kit, "/bkt/k", text).header(ID), "");
    }
    assert_eq!(get(&kit, "/bkt/k").header(ID), "");
    assert_eq!(versions(&kit), ["null"]);
    assert_eq!(get(&kit, "/bkt/k?versionId=null").ok().text(), "2");
    let gone = delete(&kit, "/bkt/k");
    assert_eq!(
        (gone.header(ID), gone.header("x-amz-delete-marker")),
        (String::new(), String::new())
    );
    assert_eq!(versions(&kit), Vec::<String>::new());
    assert_eq!(code(&get(&kit, "/bkt/k?versionId=null")), (404, "NoSuchVersion".to_owned()));
}

/// The null version keeps its place below the versions that follow it, and returns to the top.
#[test]
fn the_null_version_is_replaced_only_while_suspended() {
    let kit = kit();
    put(&kit, "/bkt/k", "old");
    enable_versioning(&kit, "Enabled");
    let one = put(&kit, "/bkt/k", "1").header(ID);
    assert_eq!(versions(&kit), [one.as_str(), "null"]);
    assert_eq!(get(&kit, "/bkt/k?versionId=null").ok().text(), "old");
    enable_versioning(&kit, "Suspended");
    put(&kit, "/bkt/k", "new");
    assert_eq!(versions(&kit), ["null", one.as_str()], "the old null version was replaced");
    assert_eq!(get(&kit, "/bkt/k?versionId=null").ok().text(), "new");
    enable_versioning(&kit, "Enabled");
    let two = put(&kit, "/bkt/k", "2").header(ID);
    assert_eq!(versions(&kit), [two.as_str(), "null", one.as_str()]);
    assert_eq!(get(&kit, "/bkt/k?versionId=null").ok().header(ID), "null");
}

/// Source: S3 User Guide, "Deleting objects from versioning-suspended buckets": the null version is
/// replaced by a null delete marker, all others stay.
#[test]
fn a_delete_while_suspended_replaces_the_null_version() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let one = put(&kit, "/bkt/k", "1").header(ID);
    enable_versioning(&kit, "Suspended");
    for _ in 0..2 {
        put(&kit, "/bkt/k", "null");
        let marker = delete(&kit, "/bkt/k");
        assert_eq!(marker.header(ID), "null");
        assert_eq!(marker.header("x-amz-delete-marker"), "true");
        let list = get(&kit, "/bkt?versions").ok().text();
        assert_eq!(list.matches("<DeleteMarker>").count(), 1, "{list}");
        assert_eq!(versions(&kit), ["null", one.as_str()]);
    }
    assert_eq!(code(&get(&kit, "/bkt/k?versionId=null")).0, 405);
    let back = delete(&kit, "/bkt/k?versionId=null");
    assert_eq!(
        (back.header(ID), back.header("x-amz-delete-marker")),
        ("null".into(), "true".into())
    );
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "1");
    delete(&kit, &format!("/bkt/k?versionId={one}"));
    assert_eq!(versions(&kit), Vec::<String>::new());
    assert_eq!(code(&get(&kit, "/bkt/k")), (404, "NoSuchKey".to_owned()));
}

/// Each delete without an id adds a marker, even on a key that never existed.
#[test]
fn markers_accumulate_and_are_deleted_one_by_one() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let markers: Vec<_> = (0..3).map(|_| delete(&kit, "/bkt/none").header(ID)).collect();
    let newest_first: Vec<_> = markers.iter().rev().cloned().collect();
    assert_eq!(versions(&kit), newest_first);
    let gone = get(&kit, "/bkt/none");
    assert_eq!(code(&gone), (404, "NoSuchKey".to_owned()));
    assert_eq!(gone.header(ID), markers[2], "the marker that hides the key");
    for id in &markers {
        let answer = delete(&kit, &format!("/bkt/none?versionId={id}"));
        assert_eq!(
            (answer.header(ID), answer.header("x-amz-delete-marker")),
            (id.clone(), "true".into())
        );
    }
    let gone = get(&kit, "/bkt/none");
    assert_eq!((gone.status, gone.header("x-amz-delete-marker")), (404, String::new()));
    delete(&kit, "/bkt");
}

/// A delete marker allows only its deletion: each other call returns 405 with its headers.
#[test]
fn a_delete_marker_supports_only_delete() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    put(&kit, "/bkt/k", "1");
    let marker = delete(&kit, "/bkt/k").header(ID);
    for (method, sub) in [
        ("GET", ""),
        ("GET", "acl&"),
        ("GET", "tagging&"),
        ("DELETE", "tagging&"),
        ("GET", "attributes&"),
    ] {
        let headers = [("x-amz-object-attributes", "ETag")];
        let target = format!("/bkt/k?{sub}versionId={marker}");
        let refused = send(&kit, method, &target, &headers, "");
        assert_eq!(code(&refused), (405, "MethodNotAllowed".to_owned()), "{method} {sub}");
        let elements = [refused.element("Method"), refused.element("ResourceType")];
        assert_eq!(elements, [method, "DeleteMarker"], "{method} {sub}");
        let headers = ["allow", "x-amz-delete-marker", ID].map(|name| refused.header(name));
        assert_eq!(headers, ["DELETE", "true", &marker], "{method} {sub}");
        assert_eq!(refused.header("last-modified"), "Sun, 01 Mar 2026 00:00:00 GMT");
    }
    let head = send(&kit, "HEAD", &format!("/bkt/k?versionId={marker}"), &[], "");
    assert_eq!((head.status, head.header("allow").as_str()), (405, "DELETE"));
}

/// Markers and versions in a list of keys: what was created, and what was removed.
#[test]
fn a_long_delete_names_versions_and_markers() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let one = put(&kit, "/bkt/k", "1").header(ID);
    let plain = "<Delete><Object><Key>k</Key></Object></Delete>";
    let answer = delete_many(&kit, "/bkt?delete", plain).ok();
    let marker = answer.element("DeleteMarkerVersionId");
    assert_eq!(answer.element("DeleteMarker"), "true");
    assert_eq!(versions(&kit), [marker.as_str(), one.as_str()]);
    let document = format!(
        "<Delete><Object><Key>k</Key><VersionId>{marker}</VersionId></Object><Object><Key>k</Key>\
         <VersionId>{one}</VersionId></Object></Delete>"
    );
    let answer = delete_many(&kit, "/bkt?delete", &document).ok().text();
    let first = format!(
        "<Deleted><Key>k</Key><VersionId>{marker}</VersionId><DeleteMarker>true</DeleteMarker>\
         <DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId></Deleted>"
    );
    let second = format!("<Deleted><Key>k</Key><VersionId>{one}</VersionId></Deleted>");
    assert!(answer.contains(&(first + &second)), "{answer}");
    assert_eq!(versions(&kit), Vec::<String>::new());
    let quiet = plain.replace("<Delete>", "<Delete><Quiet>true</Quiet>");
    let answer = delete_many(&kit, "/bkt?delete", &quiet).ok();
    assert_eq!((answer.element("Key"), versions(&kit).len()), (String::new(), 1));
    for document in
        ["<Delete/>", "<Delete><Object/></Delete>", "<Delete><Object><Key/></Object></Delete>"]
    {
        let refused = delete_many(&kit, "/bkt?delete", document);
        assert_eq!(code(&refused), (400, "MalformedXML".to_owned()), "{document}");
    }
    let object = "<Object><Key>k</Key></Object>";
    let many =
        |count: usize| format!("<Delete><Quiet>true</Quiet>{}</Delete>", object.repeat(count));
    delete_many(&kit, "/bkt?delete", &many(1_000)).ok();
    assert_eq!(code(&delete_many(&kit, "/bkt?delete", &many(1_001))).1, "MalformedXML");
}

/// Tags and legal data of one version are its own.
#[test]
fn tags_belong_to_one_version() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let one = send(&kit, "PUT", "/bkt/k", &[("x-amz-tagging", "n=1")], "1").ok().header(ID);
    let two = send(&kit, "PUT", "/bkt/k", &[("x-amz-tagging", "n=2")], "2").ok().header(ID);
    let value =
        |id: &str| get(&kit, &format!("/bkt/k?tagging&versionId={id}")).ok().element("Value");
    assert_eq!((value(&one), value(&two)), ("1".into(), "2".into()));
    let tags = "<Tagging><TagSet><Tag><Key>n</Key><Value>9</Value></Tag></TagSet></Tagging>";
    let changed = put(&kit, &format!("/bkt/k?tagging&versionId={one}"), tags);
    assert_eq!(changed.header(ID), one);
    assert_eq!((value(&one), value(&two)), ("9".into(), "2".into()));
    delete(&kit, "/bkt/k?tagging");
    assert_eq!((value(&one), value(&two)), ("9".into(), String::new()));
    assert_eq!(versions(&kit), [two, one], "no version was added");
}
