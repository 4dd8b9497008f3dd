use crate::{enable_versioning, get, kit, put, send};

#[test]
fn both_listings_page_through_keys_and_prefixes() {
    let kit = kit();
    for key in ["a", "dir/1", "dir/2", "other/3", "z"] {
        put(&kit, &format!("/bkt/{key}"), "1");
    }
    let page = get(&kit, "/bkt?delimiter=/&max-keys=2").ok();
    assert_eq!(page.element("NextMarker"), "dir/");
    assert!(page.text().contains("<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>"));
    let page = get(&kit, "/bkt?delimiter=/&max-keys=2&marker=dir/").ok();
    assert!(page.text().contains("<IsTruncated>false</IsTruncated>"));
    assert!(
        page.text().contains("<Prefix>other/</Prefix>") && page.text().contains("<Key>z</Key>")
    );
    let page = get(&kit, "/bkt?list-type=2&delimiter=/&max-keys=2").ok();
    assert_eq!(page.element("KeyCount"), "2");
    let token = page.element("NextContinuationToken");
    let page = get(&kit, &format!("/bkt?list-type=2&delimiter=/&continuation-token={token}")).ok();
    assert!(
        page.text().contains("<Prefix>other/</Prefix>") && page.text().contains("<Key>z</Key>")
    );
    assert!(!page.text().contains("<Prefix>dir/</Prefix>"));
    let inner = get(&kit, "/bkt?list-type=2&prefix=dir/&start-after=dir/1").ok();
    assert_eq!(inner.element("Key"), "dir/2");
    assert_eq!(get(&kit, "/bkt?list-type=2&continuation-token=").status, 400);
    assert_eq!(get(&kit, "/bkt?encoding-type=x").error().1, "InvalidArgument");
}

#[test]
fn versions_are_paged_by_two_markers() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let ids: Vec<_> =
        (0..3).map(|i| put(&kit, "/bkt/k", i.to_string()).header("x-amz-version-id")).collect();
    put(&kit, "/bkt/l", "1");
    let page = get(&kit, "/bkt?versions&max-keys=1").ok();
    assert_eq!(page.element("NextVersionIdMarker"), ids[2]);
    assert_eq!(page.element("IsLatest"), "true");
    let target = format!("/bkt?versions&max-keys=1&key-marker=k&version-id-marker={}", ids[2]);
    let page = get(&kit, &target).ok();
    assert_eq!(
        (page.element("VersionId"), page.element("IsLatest")),
        (ids[1].clone(), "false".into())
    );
    let page = get(&kit, "/bkt?versions&key-marker=k").ok();
    assert_eq!(page.element("Key"), "l");
    assert_eq!(get(&kit, &format!("/bkt?versions&version-id-marker={}", ids[0])).status, 400);
}

#[test]
fn deleted_keys_are_not_listed() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    put(&kit, "/bkt/k", "1");
    put(&kit, "/bkt/l", "1");
    send(&kit, "DELETE", "/bkt/k", &[], "").ok();
    let page = get(&kit, "/bkt").ok();
    assert_eq!(page.element("Key"), "l");
    assert_eq!(page.text().matches("<Contents>").count(), 1);
}

#[test]
fn buckets_are_listed_with_their_owner() {
    let kit = kit();
    let plain = get(&kit, "/").ok();
    assert_eq!(
        (plain.element("Name"), plain.element("BucketRegion")),
        ("bkt".into(), String::new())
    );
    let paged = get(&kit, "/?max-buckets=1").ok();
    assert_eq!(paged.element("BucketRegion"), "ap-northeast-1");
    assert_eq!(get(&kit, "/?prefix=x").ok().element("Name"), "");
}
