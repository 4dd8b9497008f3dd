//! Listings of keys, in both versions: pages, prefixes, encodings, owners.

use testkit::{Answered, Kit};

use crate::calls::{all, code, own_id};
use crate::{get, kit, put};

const KEYS: [&str; 9] = ["a", "a/1", "a/2", "a/b/3", "b", "b-1", "b/4", "\u{3042}/5", "\u{1f600}"];

fn filled() -> Kit {
    let kit = kit();
    for key in KEYS {
        put(&kit, &format!("/bkt/{}", wire::uri::encode_path(key)), key);
    }
    kit
}

/// Keys and rolled-up prefixes of a page.
fn names(page: &Answered) -> (Vec<String>, Vec<String>) {
    let text = page.text();
    let rolled = text.split("<CommonPrefixes><Prefix>").skip(1);
    let rolled = rolled.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    (all(page, "Key"), rolled)
}

/// All pages of a size in one version of the call.
fn walk(kit: &Kit, version: u8, size: usize, query: &str) -> (Vec<String>, Vec<String>) {
    let (mut keys, mut prefixes, mut next) = (Vec::new(), Vec::new(), String::new());
    loop {
        let kind = if version == 2 { "list-type=2&" } else { "" };
        let page = get(kit, &format!("/bkt?{kind}max-keys={size}{query}{next}")).ok();
        let (found, rolled) = names(&page);
        assert!(found.len() + rolled.len() <= size);
        if version == 2 {
            assert_eq!(page.element("KeyCount"), (found.len() + rolled.len()).to_string());
        }
        let last = found.last().cloned();
        keys.extend(found);
        prefixes.extend(rolled);
        if page.element("IsTruncated") == "false" {
            assert_eq!(
                (page.element("NextMarker"), page.element("NextContinuationToken")),
                <_>::default()
            );
            return (keys, prefixes);
        }
        next = if version == 2 {
            format!("&continuation-token={}", page.element("NextContinuationToken"))
        } else {
            // Without a delimiter, the last key is the marker.
            let marker = Some(page.element("NextMarker")).filter(|marker| !marker.is_empty());
            let marker = marker.or(last).unwrap();
            format!("&marker={}", wire::uri::encode(&marker))
        };
    }
}

/// Regardless of version and size, the pages are the whole list in the order of UTF-8.
#[test]
fn pages_of_both_versions_make_the_whole_list() {
    let kit = filled();
    for version in [1, 2] {
        for size in 1..=10 {
            let (keys, prefixes) = walk(&kit, version, size, "");
            assert_eq!(
                (keys, prefixes.len()),
                (KEYS.map(str::to_owned).to_vec(), 0),
                "{version} {size}"
            );
        }
    }
}

/// Each delimiter and prefix, in all sizes of pages.
#[test]
fn delimiters_roll_up_behind_the_prefix() {
    let kit = filled();
    for (query, keys, prefixes) in [
        ("&delimiter=/", vec!["a", "b", "b-1", "\u{1f600}"], vec!["a/", "b/", "\u{3042}/"]),
        ("&delimiter=/&prefix=a", vec!["a"], vec!["a/"]),
        ("&delimiter=/&prefix=a/", vec!["a/1", "a/2"], vec!["a/b/"]),
        ("&delimiter=b", vec!["a", "a/1", "a/2", "\u{3042}/5", "\u{1f600}"], vec!["a/b", "b"]),
        (
            "&delimiter=/b/",
            vec!["a", "a/1", "a/2", "b", "b-1", "b/4", "\u{3042}/5", "\u{1f600}"],
            vec!["a/b/"],
        ),
        ("&delimiter=-&prefix=b", vec!["b", "b/4"], vec!["b-"]),
        (
            "&delimiter=%E3%81%82",
            vec!["a", "a/1", "a/2", "a/b/3", "b", "b-1", "b/4", "\u{1f600}"],
            vec!["\u{3042}"],
        ),
        ("&prefix=%E3%81%82", vec!["\u{3042}/5"], vec![]),
        ("&prefix=none", vec![], vec![]),
        ("&delimiter=&prefix=b", vec!["b", "b-1", "b/4"], vec![]),
    ] {
        for version in [1, 2] {
            for size in [1, 2, 3, 1_000] {
                let (found, rolled) = walk(&kit, version, size, query);
                assert_eq!(
                    (found, rolled),
                    (
                        keys.iter().map(ToString::to_string).collect(),
                        prefixes.iter().map(ToString::to_string).collect()
                    ),
                    "{version} {size} {query}"
                );
            }
        }
    }
}

/// A start is a name, existing or not; of a token and a start, the token counts.
#[test]
fn a_list_starts_behind_a_name() {
    let kit = filled();
    for (start, want) in
        [("a/2", "a/b/3"), ("a/0", "a/1"), ("b", "b-1"), ("a/b/3", "b"), ("c", "\u{3042}/5")]
    {
        let old = get(&kit, &format!("/bkt?marker={start}&max-keys=1")).ok();
        let new = get(&kit, &format!("/bkt?list-type=2&start-after={start}&max-keys=1")).ok();
        assert_eq!((old.element("Key"), new.element("Key")), (want.into(), want.into()), "{start}");
        assert_eq!(
            (old.element("Marker"), new.element("StartAfter")),
            (start.into(), start.into())
        );
        let token = new.element("NextContinuationToken");
        let next = format!("/bkt?list-type=2&start-after=a&max-keys=1&continuation-token={token}");
        let next = get(&kit, &next).ok();
        assert_eq!(next.element("ContinuationToken"), token);
        assert_eq!(next.element("StartAfter"), "", "the token hides it");
        let at = KEYS.iter().position(|key| *key == want).unwrap();
        assert_eq!(next.element("Key"), KEYS.get(at + 1).copied().unwrap_or_default());
    }
    let behind = get(&kit, "/bkt?list-type=2&start-after=%F0%9F%98%80").ok();
    assert_eq!(
        (behind.element("KeyCount"), behind.element("IsTruncated")),
        ("0".into(), "false".into())
    );
    for token in ["!", "%20", "a%3D"] {
        let refused = get(&kit, &format!("/bkt?list-type=2&continuation-token={token}"));
        assert_eq!(refused.error().2, "The continuation token provided is incorrect", "{token}");
        assert_eq!(refused.element("ArgumentName"), "continuation-token", "{token}");
    }
}

/// The elements of an entry, and owners where they are requested or always shown.
#[test]
fn entries_describe_their_objects() {
    let kit = kit();
    crate::send(&kit, "PUT", "/bkt/k", &[crate::HELLO_CRC32], "hello").ok();
    let own = own_id(&kit);
    for (query, owner) in [
        ("", true),
        ("list-type=2", false),
        ("list-type=2&fetch-owner=true", true),
        ("list-type=2&fetch-owner=false", false),
    ] {
        let page = get(&kit, &format!("/bkt?{query}")).ok();
        for (name, want) in [
            ("Name", "bkt"),
            ("Key", "k"),
            ("LastModified", "2026-03-01T00:00:00.000Z"),
            ("ETag", "&quot;5d41402abc4b2a76b9719d911017c592&quot;"),
            ("ChecksumAlgorithm", "CRC32"),
            ("ChecksumType", "FULL_OBJECT"),
            ("Size", "5"),
            ("StorageClass", "STANDARD"),
            ("MaxKeys", "1000"),
            ("IsTruncated", "false"),
            ("ID", if owner { own.as_str() } else { "" }),
        ] {
            assert_eq!(page.element(name), want, "{query} {name}");
        }
        assert!(page.text().contains("<ListBucketResult xmlns=\"http://s3.amazonaws.com/"));
    }
}

/// Names that XML cannot carry are for encoded lists; all names of such a list are encoded.
#[test]
fn names_are_encoded_on_request() {
    let kit = kit();
    put(&kit, "/bkt/a%20b%2Bc%26%3C%3E/d", "x");
    for version in ["", "list-type=2&"] {
        let plain = get(&kit, &format!("/bkt?{version}prefix=a")).ok();
        assert_eq!(plain.element("Key"), "a b+c&amp;&lt;&gt;/d");
        let query = "encoding-type=url&prefix=a%20&delimiter=/&max-keys=1";
        let page = get(&kit, &format!("/bkt?{version}{query}")).ok();
        assert_eq!(page.element("EncodingType"), "url");
        assert!(page.text().contains("<CommonPrefixes><Prefix>a+b%2Bc%26%3C%3E/</Prefix>"));
        let page = get(&kit, &format!("/bkt?{version}encoding-type=url&prefix=a%20")).ok();
        assert_eq!(
            (page.element("Prefix"), page.element("Key")),
            ("a+".into(), "a+b%2Bc%26%3C%3E/d".into())
        );
    }
}

/// Zero keys are none, and a list of them is not truncated; counts beyond the limit are the limit.
#[test]
fn counts_of_keys_have_limits() {
    let kit = filled();
    for version in ["", "list-type=2&"] {
        let none = get(&kit, &format!("/bkt?{version}max-keys=0")).ok();
        assert_eq!((names(&none).0.len(), none.element("IsTruncated")), (0, "false".into()));
        let many = get(&kit, &format!("/bkt?{version}max-keys=2147483647")).ok();
        assert_eq!((names(&many).0.len(), many.element("MaxKeys")), (KEYS.len(), "1000".into()));
        for count in ["2147483648", "-1", "ten"] {
            let refused = get(&kit, &format!("/bkt?{version}max-keys={count}"));
            assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{count}");
            assert_eq!(refused.element("ArgumentValue"), count);
        }
    }
}

/// Buckets by pages, by prefix and by region; each account sees its own.
#[test]
fn buckets_are_listed_by_pages() {
    let kit = kit();
    for name in ["alpha", "beta", "gamma"] {
        crate::create(&kit, name);
    }
    crate::create_in(&kit, "eu-west-1", "delta");
    let names = |page: &Answered| all(page, "Name");
    assert_eq!(names(&get(&kit, "/").ok()), ["alpha", "beta", "bkt", "delta", "gamma"]);
    assert_eq!(names(&get(&kit, "/?prefix=b").ok()), ["beta", "bkt"]);
    let far = get(&kit, "/?bucket-region=eu-west-1").ok();
    assert_eq!(
        (names(&far), far.element("BucketRegion")),
        (vec!["delta".to_owned()], "eu-west-1".into())
    );
    for size in 1..=6 {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = get(&kit, &format!("/?max-buckets={size}{next}")).ok();
            assert!(names(&page).len() <= size);
            seen.extend(names(&page));
            let token = page.element("ContinuationToken");
            if token.is_empty() {
                break;
            }
            next = format!("&continuation-token={}", wire::uri::encode(&token));
        }
        assert_eq!(seen, ["alpha", "beta", "bkt", "delta", "gamma"], "pages of {size}");
    }
    for query in ["max-buckets=0", "max-buckets=x", "continuation-token=!", "bucket-region=mars"] {
        assert_eq!(
            code(&get(&kit, &format!("/?{query}"))),
            (400, "InvalidArgument".to_owned()),
            "{query}"
        );
    }
    let theirs = crate::calls::by(&kit, &kit.other_root, "GET", "/", &[]).ok();
    assert_eq!(names(&theirs), Vec::<String>::new());
}
