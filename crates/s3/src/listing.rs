//! What the four listings of keys share: arguments, scans over the tables, and encoding.

use std::ops::ControlFlow;

use gateway::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Table, Tx, key_prefix};

use crate::error::{S3Error, S3Result};
use crate::list::{Query, Start};
use crate::model::{Version, key_of_row, rows_of};
use crate::object::VERSIONS;
use crate::request::Request;
use crate::xml::Xml;

/// Source: S3 API Reference: pages of at most 1,000 entries.
pub(crate) const PAGE_MAX: u32 = 1_000;
/// Above every byte of a text in a row's key.
const ABOVE: u8 = u8::MAX;
/// Longer than the part of a row's key that identifies a version.
const BEHIND_VERSIONS: [u8; 9] = [ABOVE; 9];

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    /// Observed: any other value is refused, an empty one, too.
    pub(crate) fn of(request: &Request) -> S3Result<Self> {
        match request.param("encoding-type") {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => {
                let message = "Invalid Encoding Method specified in Request";
                Err(S3Error::argument(message, "encoding-type", other).into())
            }
        }
    }

    /// Observed: as in forms, where a space is `+` and `*` is unchanged; a slash is, too.
    pub(crate) fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => wire::uri::encode_path(text)
                .replace("%20", "+")
                .replace("%2A", "*")
                .replace('~', "%7E"),
        }
    }

    /// Writes the element that names it.
    pub(crate) fn write_name(self, xml: &mut Xml) {
        if self == Self::Url {
            xml.text("EncodingType", "url");
        }
    }

    /// Writes rolled-up prefixes.
    pub(crate) fn prefixes<'p>(self, xml: &mut Xml, prefixes: impl Iterator<Item = &'p str>) {
        for prefix in prefixes {
            xml.open("CommonPrefixes").text("Prefix", self.write(prefix)).close();
        }
    }
}

/// The arguments that all listings have.
pub(crate) fn query(request: &Request, max: &str, after: &str) -> S3Result<Query> {
    Ok(Query {
        prefix: request.param("prefix").unwrap_or_default().to_owned(),
        delimiter: request.filled("delimiter").map(str::to_owned),
        after: after.to_owned(),
        max: request.count(max, PAGE_MAX, PAGE_MAX)?,
    })
}

/// Where a page begins in a table whose rows are keyed by bucket, key and more.
#[derive(Debug, Clone)]
pub(crate) enum Begin {
    /// Behind all rows of the query's `after`; at the start if that is empty.
    BehindName,
    /// At the first row of the query's `after`.
    AtName,
    /// Behind one row.
    BehindRow(Vec<u8>),
}

/// Shows rows of a table of keys in order.
pub(crate) fn scan<T: Serialize + DeserializeOwned>(
    tx: &Tx<'_>,
    table: &Table<T>,
    bucket: &str,
    query: &Query,
    (begin, start): (&Begin, &Start),
    visitor: &mut dyn FnMut(String, T) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let from = match (start, begin) {
        (Start::BehindPrefix(prefix), _) => {
            [key_prefix([bucket], prefix.as_bytes()), vec![ABOVE]].concat()
        }
        (Start::Begin, Begin::BehindRow(row)) => [row.as_slice(), &[0]].concat(),
        (Start::Begin, Begin::AtName) => rows_of(bucket, &query.after),
        (Start::Begin, Begin::BehindName) if query.after.is_empty() => Vec::new(),
        (Start::Begin, Begin::BehindName) => {
            [rows_of(bucket, &query.after).as_slice(), &BEHIND_VERSIONS].concat()
        }
    };
    let prefix = key_prefix([bucket], query.prefix.as_bytes());
    let mut damage = Ok(());
    table.visit(tx, prefix, from, &mut |row, value| match key_of_row(row) {
        Ok(key) => visitor(key, value),
        Err(error) => {
            damage = Err(error.into());
            ControlFlow::Break(())
        }
    })?;
    damage
}

/// Shows the newest version of every key that is not deleted.
pub(crate) fn scan_objects(
    tx: &Tx<'_>,
    bucket: &str,
    query: &Query,
    start: &Start,
    visitor: &mut dyn FnMut(String, Version) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let mut last = None;
    scan(tx, &VERSIONS, bucket, query, (&Begin::BehindName, start), &mut |key, version| {
        if last.as_ref() == Some(&key) {
            return ControlFlow::Continue(());
        }
        last = Some(key.clone());
        if version.is_marker() { ControlFlow::Continue(()) } else { visitor(key, version) }
    })
}
