use crate::{enable_versioning, get, kit, put, send};

/// Observed: every answer of a key's life under versioning.
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
    assert_eq!(unknown.error().1, "NoSuchVersion");
    assert_eq!(get(&kit, "/bkt/k?versionId=x").error().2, "Invalid version id specified");
}

#[test]
fn a_suspended_bucket_has_one_null_version() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let kept = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    enable_versioning(&kit, "Suspended");
    for text in ["2", "3"] {
        assert_eq!(put(&kit, "/bkt/k", text).header("x-amz-version-id"), "null");
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
