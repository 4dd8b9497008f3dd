//! Listings of versions: pages, prefixes and markers.

use testkit::{Answered, Kit};

use crate::calls::all;
use crate::{enable_versioning, get, kit, put, send};

/// Keys with one to three versions, a delete marker among them.
fn filled() -> Kit {
    let kit = kit();
    put(&kit, "/bkt/dir/a", "null");
    enable_versioning(&kit, "Enabled");
    for (key, count) in [("b", 3), ("dir/a", 2), ("dir/b", 1), ("dir/sub/c", 2), ("z", 1)] {
        for n in 0..count {
            put(&kit, &format!("/bkt/{key}"), n.to_string());
        }
    }
    send(&kit, "DELETE", "/bkt/b", &[], "").ok();
    kit
}

fn list(kit: &Kit, query: &str) -> Answered {
    get(kit, &format!("/bkt?versions&{query}")).ok()
}

/// Key and version of each entry, in the order of the page.
fn entries(page: &Answered) -> Vec<(String, String)> {
    all(page, "Key").into_iter().zip(all(page, "VersionId")).collect()
}

/// All pages of a size, one after the other.
fn walk(kit: &Kit, size: usize, query: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut found, mut prefixes, mut next) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = list(kit, &format!("max-keys={size}{query}{next}"));
        let text = page.text();
        let rolled = text.split("<CommonPrefixes>").skip(1);
        let rolled: Vec<_> =
            rolled.map(|rest| rest.split(['<', '>']).nth(2).unwrap().to_owned()).collect();
        assert!(entries(&page).len() + rolled.len() <= size);
        found.extend(entries(&page));
        prefixes.extend(rolled);
        if page.element("IsTruncated") == "false" {
            assert_eq!(page.element("NextKeyMarker"), "");
            return (found, prefixes);
        }
        let (key, id) = (page.element("NextKeyMarker"), page.element("NextVersionIdMarker"));
        next = format!("&key-marker={key}");
        if !id.is_empty() {
            next = format!("{next}&version-id-marker={id}");
        }
    }
}

/// Regardless of the size of the pages, together they are the whole list.
#[test]
fn pages_of_any_size_make_the_whole_list() {
    let kit = filled();
    let whole = entries(&list(&kit, ""));
    let keys: Vec<_> = whole.iter().map(|(key, _)| key.as_str()).collect();
    let want =
        ["b", "b", "b", "b", "dir/a", "dir/a", "dir/a", "dir/b", "dir/sub/c", "dir/sub/c", "z"];
    assert_eq!(keys, want);
    for size in 1..=12 {
        assert_eq!(walk(&kit, size, "").0, whole, "pages of {size}");
    }
}

/// A rolled-up prefix is one entry, and the next page begins behind all of its keys.
#[test]
fn prefixes_are_rolled_up_once() {
    let kit = filled();
    let whole = list(&kit, "delimiter=/");
    let keys: Vec<_> = entries(&whole).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["b", "b", "b", "b", "z"]);
    for size in 1..=7 {
        let (found, prefixes) = walk(&kit, size, "&delimiter=/");
        assert_eq!(found, entries(&whole), "pages of {size}");
        assert_eq!(prefixes, ["dir/"], "pages of {size}");
        let (found, prefixes) = walk(&kit, size, "&delimiter=/&prefix=dir/");
        let keys: Vec<_> = found.into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["dir/a", "dir/a", "dir/a", "dir/b"], "pages of {size}");
        assert_eq!(prefixes, ["dir/sub/"], "pages of {size}");
    }
}

/// The newest of each key is marked, and each entry has what its kind has.
#[test]
fn entries_have_the_elements_of_their_kind() {
    let kit = filled();
    let text = list(&kit, "prefix=b").text();
    let marker =
        text.split("<DeleteMarker>").nth(1).unwrap().split("</DeleteMarker>").next().unwrap();
    for absent in ["<ETag>", "<Size>", "<StorageClass>", "<ChecksumType>"] {
        assert!(!marker.contains(absent), "{marker}");
    }
    assert!(marker.contains("<IsLatest>true</IsLatest>") && marker.contains("<Owner><ID>"));
    let version = text.split("<Version>").nth(1).unwrap().split("</Version>").next().unwrap();
    for present in [
        "<Key>b</Key>",
        "<IsLatest>false</IsLatest>",
        "<LastModified>2026-03-01T00:00:00.000Z</LastModified>",
        "<ETag>&quot;c81e728d9d4c2f636f067f89cc14862c&quot;</ETag>",
        "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>",
        "<Size>1</Size><StorageClass>STANDARD</StorageClass>",
    ] {
        assert!(version.contains(present), "{present}: {version}");
    }
    assert_eq!(text.matches("<IsLatest>true</IsLatest>").count(), 1);
    assert_eq!(list(&kit, "").text().matches("<IsLatest>true</IsLatest>").count(), 5);
}

/// The arguments are repeated, encoded if that is requested.
#[test]
fn arguments_are_repeated() {
    let kit = kit();
    put(&kit, "/bkt/a%20b", "x");
    let page = list(&kit, "prefix=a%20&delimiter=%2B&key-marker=a&max-keys=7");
    for (name, want) in [
        ("Name", "bkt"),
        ("Prefix", "a "),
        ("Delimiter", "+"),
        ("KeyMarker", "a"),
        ("MaxKeys", "7"),
        ("IsTruncated", "false"),
        ("Key", "a b"),
        ("EncodingType", ""),
    ] {
        assert_eq!(page.element(name), want, "{name}");
    }
    let page = list(&kit, "prefix=a%20&delimiter=%2B&key-marker=a&encoding-type=url");
    for (name, want) in
        [("Prefix", "a+"), ("Delimiter", "%2B"), ("Key", "a+b"), ("EncodingType", "url")]
    {
        assert_eq!(page.element(name), want, "{name}");
    }
}

/// Nothing is listed for zero keys, and never more than 1,000 entries.
#[test]
fn a_page_has_at_most_a_thousand_entries() {
    let kit = filled();
    let none = list(&kit, "max-keys=0");
    assert_eq!((entries(&none).len(), none.element("IsTruncated")), (0, "false".to_owned()));
    assert_eq!(list(&kit, "max-keys=5000").element("MaxKeys"), "1000");
    let refused = get(&kit, "/bkt?versions&max-keys=2147483648");
    assert_eq!(refused.element("ArgumentValue"), "2147483648");
    let refused = get(&kit, "/bkt?versions&key-marker=b&version-id-marker=");
    assert_eq!(refused.error().2, "A version-id marker cannot be empty.");
}
