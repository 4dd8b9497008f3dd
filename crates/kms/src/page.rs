//! Pages of listings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::KmsError;

/// A requested page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    list: &'static str,
    pub(crate) limit: usize,
    /// The name of the last element of the page before.
    pub(crate) after: Option<String>,
}

/// The sizes of a listing's pages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) default: i64,
    pub(crate) max: i64,
}

impl Page {
    /// Reads `Limit` and `Marker` of the listing called `list`.
    pub(crate) fn read(
        list: &'static str,
        sizes: Sizes,
        limit: Option<i64>,
        marker: Option<&String>,
    ) -> Result<Self, KmsError> {
        let limit = limit.unwrap_or(sizes.default).clamp(1, sizes.max);
        let after = marker.map(|marker| name_in(list, marker).ok_or(KmsError::InvalidMarker));
        Ok(Self { list, limit: usize::try_from(limit).unwrap_or(1), after: after.transpose()? })
    }

    /// Truncates `found`, sorted by name and containing everything after the marker or at least one
    /// more than fits, to the page; returns the marker of the next page with it, if there is one.
    pub(crate) fn cut<T>(&self, found: &mut Vec<T>, name: impl Fn(&T) -> &str) -> Option<String> {
        if found.len() <= self.limit {
            return None;
        }
        found.truncate(self.limit);
        let last = found.last().map(name)?;
        Some(URL_SAFE_NO_PAD.encode(format!("{}\0{last}", self.list)))
    }
}

fn name_in(list: &str, marker: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(marker).ok()?).ok()?;
    let (of, name) = text.split_once('\0')?;
    (of == list).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { default: 2, max: 3 };

    /// Markers lead through a list without gaps or repetitions.
    #[test]
    fn pages_follow_one_another() {
        let all = ["a", "b", "c", "d", "e"];
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let page = Page::read("keys", SIZES, None, marker.as_ref()).unwrap();
            let after = page.after.clone().unwrap_or_default();
            let mut found: Vec<_> = all.into_iter().filter(|name| **name > *after).collect();
            marker = page.cut(&mut found, |name| name);
            seen.extend(found);
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    /// A marker of another listing is as bad as junk.
    #[test]
    fn foreign_markers_are_refused() {
        let page = Page::read("keys", SIZES, Some(1), None).unwrap();
        let marker = page.cut(&mut vec!["a", "b"], |name| name).unwrap();
        for (list, marker) in [("aliases", marker.as_str()), ("keys", "junk"), ("keys", "")] {
            let read = Page::read(list, SIZES, None, Some(&marker.to_owned()));
            assert_eq!(read, Err(KmsError::InvalidMarker));
        }
    }
}
