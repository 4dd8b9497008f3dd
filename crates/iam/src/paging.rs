//! One way to page through every list: `Marker`, `MaxItems`, `IsTruncated`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::IamError;
use crate::validate::{Checks, MARKER};

/// Source: IAM API Reference, `MaxItems`.
const ITEMS_DEFAULT: usize = 100;
const ITEMS_MAX: i64 = 1_000;
/// Bytes after which a page of large items ends.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// The paging members of a list operation's input.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Paging {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) marker: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_i64",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) max_items: Option<i64>,
}

impl Paging {
    /// Adds the constraints of these members.
    pub(crate) fn check(&self, checks: Checks) -> Checks {
        let checks = checks.may("marker", self.marker.as_deref(), &MARKER);
        checks.number("maxItems", self.max_items, 1, ITEMS_MAX)
    }

    /// The sort key after which the page begins.
    pub(crate) fn after(&self) -> Result<Option<String>, IamError> {
        let Some(marker) = &self.marker else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
        let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        key.map(Some).ok_or_else(|| IamError::Validation(format!("Invalid Marker: {marker}.")))
    }

    /// The maximum number of items in the page.
    pub(crate) fn room(&self) -> usize {
        self.max_items.and_then(|max| usize::try_from(max).ok()).unwrap_or(ITEMS_DEFAULT)
    }

    /// The page of all items, which are in the order of their keys.
    pub(crate) fn page<T>(
        &self,
        items: impl IntoIterator<Item = (String, T)>,
    ) -> Result<Page<T>, IamError> {
        self.page_by_bytes(items, |_| 0)
    }

    /// The same for items that may be large, by the bytes of each: a page ends early once it has
    /// [`PAGE_BYTES_MAX`].
    ///
    /// Source: IAM API Reference, `MaxItems`: fewer items may be returned even when there are more.
    pub(crate) fn page_by_bytes<T>(
        &self,
        items: impl IntoIterator<Item = (String, T)>,
        bytes: impl Fn(&T) -> usize,
    ) -> Result<Page<T>, IamError> {
        let after = self.after()?;
        let mut page = Page { items: Vec::new(), marker: None };
        let (mut last, mut total) = (String::new(), 0_usize);
        for (key, item) in items {
            if after.as_ref().is_some_and(|after| key <= *after) {
                continue;
            }
            if page.items.len() == self.room() || total >= PAGE_BYTES_MAX {
                page.marker = Some(URL_SAFE_NO_PAD.encode(&last));
                break;
            }
            total = total.saturating_add(bytes(&item));
            page.items.push(item);
            last = key;
        }
        Ok(page)
    }
}

/// Some of a list's items, and where the next page begins.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) marker: Option<String>,
}

impl<T> Page<T> {
    /// With each item converted.
    pub(crate) fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(map).collect::<Result<_, _>>()?;
        Ok(Page { items, marker: self.marker })
    }

    /// As an output whose list is called `member`.
    pub(crate) fn listing<U: From<T>>(self, member: &'static str) -> Listing<U> {
        let items = self.items.into_iter().map(U::from).collect();
        Listing { member, items, marker: self.marker }
    }
}

/// The output of a list operation.
#[derive(Debug)]
pub(crate) struct Listing<T> {
    member: &'static str,
    items: Vec<T>,
    marker: Option<String>,
}

impl<T> Listing<T> {
    /// An empty list.
    pub(crate) fn empty(member: &'static str) -> Self {
        Self { member, items: Vec::new(), marker: None }
    }
}

impl<T: Serialize> Serialize for Listing<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry(self.member, &self.items)?;
        members.serialize_entry("IsTruncated", &self.marker.is_some())?;
        if let Some(marker) = &self.marker {
            members.serialize_entry("Marker", marker)?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However large the pages, together they are the list, each item once and in order.
    #[test]
    fn pages_together_are_the_list() {
        let all: Vec<(String, u32)> = (0..25).map(|n| (format!("{n:03}"), n)).collect();
        for room in [1, 7, 24, 25, 26] {
            let mut paging = Paging { marker: None, max_items: Some(room) };
            let mut seen = Vec::new();
            loop {
                let page = paging.page(all.clone()).unwrap();
                seen.extend(page.items);
                match page.marker {
                    Some(marker) => paging.marker = Some(marker),
                    None => break,
                }
            }
            assert_eq!(seen, (0..25).collect::<Vec<_>>(), "pages of {room}");
        }
    }

    /// Large items result in short pages of at least one item, which together are the list.
    #[test]
    fn large_items_make_short_pages() {
        let all: Vec<(String, usize)> = (0..9).map(|n| (format!("{n}"), n)).collect();
        let mut paging = Paging::default();
        let mut pages = Vec::new();
        loop {
            let bytes = |n: &usize| if *n == 8 { 5 << 20 } else { 400 << 10 };
            let page = paging.page_by_bytes(all.clone(), bytes).unwrap();
            pages.push(page.items);
            match page.marker {
                Some(marker) => paging.marker = Some(marker),
                None => break,
            }
        }
        assert_eq!(pages, [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]]);
    }

    /// A marker that we did not return is rejected.
    #[test]
    fn a_strange_marker_is_refused() {
        let paging = Paging { marker: Some("?".to_owned()), max_items: None };
        assert!(paging.page(Vec::<(String, u32)>::new()).is_err());
    }

    /// The output contains whether there are more items, and the marker only if there are.
    #[test]
    fn a_listing_has_whether_there_is_more() {
        let items = || [("a".to_owned(), 1), ("b".to_owned(), 2)];
        let paging = |max_items| Paging { marker: None, max_items };
        let shown = |max| {
            let page = paging(max).page(items()).unwrap();
            serde_json::to_string(&page.listing::<i32>("Users")).unwrap()
        };
        assert_eq!(shown(None), r#"{"Users":[1,2],"IsTruncated":false}"#);
        assert_eq!(shown(Some(1)), r#"{"Users":[1],"IsTruncated":true,"Marker":"YQ"}"#);
    }
}
