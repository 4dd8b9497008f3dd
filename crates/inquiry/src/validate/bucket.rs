//! Listings of the buckets with the delivered files.

use trail::verify::{Entry, Span};
use types::{Region, Timestamp};
use wire::uri;
use wire::xml::{self, Limits};

use super::Source;

/// The folders in a folder, by their whole names.
pub(super) fn folders<S: Source>(
    source: &S,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<String>, S::Error> {
    let (mut folders, mut marker) = (Vec::new(), String::new());
    loop {
        let page = page(source, bucket, prefix, &marker, true)?;
        folders.extend(page.folders());
        // With a delimiter, every page except the last contains the start of the next.
        match page.name(&page.root, "NextMarker") {
            Some(next) if next > marker => marker = next,
            Some(_) | None => return Ok(folders),
        }
    }
}

/// The contents of a folder that belong to no region: folders of another name, and objects.
pub(super) fn strays<S: Source>(
    source: &S,
    bucket: &str,
    folder: &str,
) -> Result<Vec<String>, S::Error> {
    let is_region = |path: &String| {
        let name = path.strip_prefix(folder).and_then(|name| name.strip_suffix('/'));
        name.is_some_and(|name| Region::parse(name).is_some())
    };
    let mut strays = folders(source, bucket, folder)?;
    strays.retain(|path| !is_region(path));
    let page = page(source, bucket, folder, "", true)?;
    let objects = page.entries();
    // Consoles create folders as empty objects.
    let objects = objects.filter(|entry| entry.bytes > 0 || entry.key != folder);
    strays.extend(objects.map(|entry| entry.key));
    Ok(strays)
}

/// All objects of a span by `ListObjects`, page by page.
pub(super) fn entries<S: Source>(source: &S, span: &Span<'_>) -> Result<Vec<Entry>, S::Error> {
    let Span { bucket, prefix, after, until } = *span;
    let (mut found, mut marker) = (Vec::<Entry>::new(), after.to_owned());
    loop {
        let page = page(source, bucket, prefix, &marker, false)?;
        let before = found.len();
        found.extend(page.entries());
        if found.len() > S::LISTED_MAX {
            let text = format!("more than {} objects in s3://{bucket}/{prefix}", S::LISTED_MAX);
            return Err(S::unusable(text));
        }
        let is_late = |entry: &Entry| until.is_some_and(|until| entry.key.as_str() > until);
        let more = page.root.text_of("IsTruncated") == Some("true");
        let goes_on = more && found.len() > before;
        let Some(last) = found.last().filter(|last| goes_on && !is_late(last)) else {
            found.retain(|entry| !is_late(entry));
            return Ok(found);
        };
        marker.clone_from(&last.key);
    }
}

fn page<S: Source>(
    source: &S,
    bucket: &str,
    prefix: &str,
    marker: &str,
    delimited: bool,
) -> Result<Page, S::Error> {
    // Names may contain characters that XML cannot represent.
    let mut parameters = vec![("encoding-type", "url"), ("marker", marker), ("prefix", prefix)];
    if delimited {
        parameters.push(("delimiter", "/"));
    }
    let body = source.page(bucket, &parameters)?;
    let unreadable = |error: xml::XmlError| S::unusable(error.to_string());
    xml::parse(&body, Limits::S3).map(|root| Page { root }).map_err(unreadable)
}

/// A page of a listing.
struct Page {
    root: xml::Element,
}

impl Page {
    /// The name in a member. Encoded ones have a plus for a space.
    fn name(&self, of: &xml::Element, member: &str) -> Option<String> {
        let text = of.text_of(member)?;
        let is_encoded = self.root.text_of("EncodingType") == Some("url");
        Some(if is_encoded { uri::decode_lossy(&text.replace('+', " ")) } else { text.to_owned() })
    }

    fn folders(&self) -> impl Iterator<Item = String> {
        self.root.children("CommonPrefixes").filter_map(|one| self.name(one, "Prefix"))
    }

    /// The objects; one without a time was there from the beginning.
    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.root.children("Contents").filter_map(|listed| {
            let written = listed.text_of("LastModified").and_then(Timestamp::parse_iso);
            let bytes = listed.text_of("Size").and_then(|text| text.parse().ok());
            Some(Entry {
                key: self.name(listed, "Key")?,
                bytes: bytes.unwrap_or(u64::MAX),
                written: written.unwrap_or(Timestamp::from_ms(0)),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names with any characters are decoded correctly, even from servers that do not encode.
    #[test]
    fn names_of_a_listing_are_decoded() {
        let names = |kind: &str, key: &str| {
            let text = format!(
                "<ListBucketResult>{kind}<Contents><Key>{key}</Key><Size>1</Size>\
                 <LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>\
                 </ListBucketResult>"
            );
            let page = Page { root: xml::parse(text.as_bytes(), Limits::S3).unwrap() };
            let found: Vec<Entry> = page.entries().collect();
            assert_eq!(
                (found[0].bytes, found[0].written.iso().as_str()),
                (1, "2026-01-02T03:04:05Z")
            );
            found[0].key.clone()
        };
        let encoded = "<EncodingType>url</EncodingType>";
        assert_eq!(names(encoded, "a%1Bb+c%2B%E7%9B%A3"), "a\u{1b}b c+監");
        assert_eq!(names("", "a%1Bb+c"), "a%1Bb+c");
    }
}
