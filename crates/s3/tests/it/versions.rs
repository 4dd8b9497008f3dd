use crate::{delete_many, enable_versioning, get, kit, put, send};

/// Observed: every response in the life of a key with versioning.
#[test]
fn a_key_keeps_its_versions_and_markers() {
    let kit = kit();
    put(&kit, "/bkt/k", "null");
    enable_versioning(&kit, "Enabled");
    let first = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    assert_eq!(first.len(), 32);
    let second = put(&kit, "/bkt/k", "2").header("x-amz-version-id");
    assert_eq!(get(&kit, "/bkt/k").text(), "2");
    assert_eq!(get(&kit, &format!("/bkt/k?versionId={first}")).text(), "1");
    assert_eq!(get(&kit, "/bkt/k?versionId=null").text(), "null");
    let deleted = send(&kit, "DELETE", "/bkt/k", &[], "");
    let marker = deleted.header("x-amz-version-id");
    assert_eq!(deleted.header("x-amz-delete-marker"), "true");
    let gone = get(&kit, "/bkt/k");
    assert_eq!((gone.status, gone.header("x-amz-delete-marker")), (404, "true".to_owned()));
    let refused = get(&kit, &format!("/bkt/k?versionId={marker}"));
    assert_eq!((refused.status, refused.element("ResourceType")), (405, "DeleteMarker".to_owned()));
    let list = get(&kit, "/bkt?versions").ok().text();
    let order: Vec<_> =
        [&marker, &second, &first].iter().map(|id| list.find(id.as_str()).unwrap()).collect();
    assert!(order.is_sorted() || list.contains("DeleteMarker"));
    assert!(list.contains(&format!("<VersionId>{marker}</VersionId><IsLatest>true</IsLatest>")));
    assert!(list.contains("<VersionId>null</VersionId><IsLatest>false</IsLatest>"));
    let back = send(&kit, "DELETE", &format!("/bkt/k?versionId={marker}"), &[], "");
    assert_eq!((back.status, back.header("x-amz-delete-marker")), (204, "true".to_owned()));
    assert_eq!(get(&kit, "/bkt/k").text(), "2");
    let unknown = get(&kit, &format!("/bkt/k?versionId={}", "A".repeat(32)));
    assert_eq!(unknown.error().2, "Invalid version id specified");
    assert_eq!(get(&kit, "/bkt/k?versionId=x").error().2, "Invalid version id specified");
}

#[test]
fn a_suspended_bucket_has_one_null_version() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let kept = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    enable_versioning(&kit, "Suspended");
    for text in ["2", "3"] {
        // Observed: the write does not name the null version.
        assert_eq!(put(&kit, "/bkt/k", text).header("x-amz-version-id"), "");
    }
    assert_eq!(get(&kit, "/bkt/k?versionId=null").text(), "3");
    assert_eq!(get(&kit, &format!("/bkt/k?versionId={kept}")).text(), "1");
    assert_eq!(get(&kit, "/bkt?versions").text().matches("<Version>").count(), 2);
    let marker = send(&kit, "DELETE", "/bkt/k", &[], "");
    assert_eq!(marker.header("x-amz-version-id"), "null");
    assert_eq!(get(&kit, "/bkt/k?versionId=null").status, 405);
    assert_eq!(get(&kit, "/bkt?versions").text().matches("<Version>").count(), 1);
    let error = send(&kit, "DELETE", "/bkt", &[], "");
    assert!(error.error().2.ends_with("You must delete all versions in the bucket."));
}

/// The ids in a page of versions, and the markers of the next.
fn page(kit: &testkit::Kit, query: &str) -> (Vec<String>, Option<(String, String)>) {
    let text = get(kit, &format!("/bkt?versions&{query}")).ok().text();
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split('<').next().unwrap().to_owned())
    };
    let ids = text.split("<VersionId>").skip(1);
    let ids = ids.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    let next = element("NextKeyMarker").map(|key| (key, element("NextVersionIdMarker").unwrap()));
    (ids, next)
}

/// To empty a bucket, one deletes each page before asking for the next.
#[test]
fn a_marker_that_was_deleted_keeps_its_place() {
    let kit = kit();
    put(&kit, "/bkt/k", "null");
    enable_versioning(&kit, "Enabled");
    for text in ["1", "2", "3", "4"] {
        put(&kit, "/bkt/k", text);
    }
    put(&kit, "/bkt/l", "1");
    let mut query = "max-keys=2".to_owned();
    let mut seen = 0;
    loop {
        let (ids, next) = page(&kit, &query);
        seen += ids.len();
        for id in ids {
            let gone = |key| send(&kit, "DELETE", &format!("/bkt/{key}?versionId={id}"), &[], "");
            assert!(gone("k").status == 204 || gone("l").status == 204);
        }
        let Some((key, id)) = next else { break };
        query = format!("max-keys=2&key-marker={key}&version-id-marker={id}");
    }
    assert_eq!(seen, 6);
    let left = get(&kit, "/bkt?versions").text();
    assert!(!left.contains("<Key>k</Key>"), "{left}");
}

/// The position of a deleted null version is unknown: the key is listed from its start.
#[test]
fn a_null_marker_that_was_deleted_skips_nothing() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let old = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    enable_versioning(&kit, "Suspended");
    put(&kit, "/bkt/k", "2");
    let (ids, next) = page(&kit, "max-keys=1");
    assert_eq!((ids, next), (vec!["null".to_owned()], Some(("k".to_owned(), "null".to_owned()))));
    send(&kit, "DELETE", "/bkt/k?versionId=null", &[], "");
    let (ids, _) = page(&kit, "key-marker=k&version-id-marker=null");
    assert_eq!(ids, [old]);
}

/// A version that has become the newest is returned as such, although a marker preceded it.
#[test]
fn the_newest_version_is_marked_behind_a_deleted_marker() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    put(&kit, "/bkt/k", "1");
    let top = put(&kit, "/bkt/k", "2").header("x-amz-version-id");
    let target = format!("/bkt?versions&key-marker=k&version-id-marker={top}");
    assert_eq!(get(&kit, &target).element("IsLatest"), "false");
    send(&kit, "DELETE", &format!("/bkt/k?versionId={top}"), &[], "");
    assert_eq!(get(&kit, &target).element("IsLatest"), "true");
    let bad = get(&kit, "/bkt?versions&key-marker=k&version-id-marker=x");
    assert_eq!(bad.element("ArgumentName"), "version-id-marker");
}

/// Observed: an id that never was is an error in a list of keys; one that was deleted is deleted.
#[test]
fn deleting_a_version_again_is_no_error() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let id = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    let document = |key: &str, id: &str| {
        format!("<Delete><Object><Key>{key}</Key><VersionId>{id}</VersionId></Object></Delete>")
    };
    for _ in 0..2 {
        let answer = delete_many(&kit, "/bkt?delete", &document("k", &id)).ok().text();
        let want = format!("<Deleted><Key>k</Key><VersionId>{id}</VersionId></Deleted>");
        assert!(answer.contains(&want), "{answer}");
    }
    let made_up = "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD";
    for (key, id) in [("k", made_up), ("other", made_up), ("other", id.as_str())] {
        let answer = delete_many(&kit, "/bkt?delete", &document(key, id)).ok().text();
        assert!(answer.contains("<Code>NoSuchVersion</Code>"), "{key} {id}: {answer}");
    }
    let answer = delete_many(&kit, "/bkt?delete", &document("k", "null")).ok().text();
    assert!(answer.contains("<Deleted>"), "{answer}");
}
