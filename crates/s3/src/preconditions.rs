//! Conditions in headers: on the object that is read, on the source of a copy, on the object that
//! is overwritten.

use gateway::Fault;
use types::Timestamp;

use crate::error::{S3Error, S3Result};
use crate::model::{Stored, Version};
use crate::object::quoted;
use crate::request::Request;

/// The kind of condition: the spelling of headers and errors differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The object that is read.
    Read,
    /// The source of a copy.
    CopySource,
}

impl Side {
    fn header(self, request: &Request, name: &str) -> Option<String> {
        match self {
            Self::Read => request.header(name),
            Self::CopySource => request.header(&format!("x-amz-copy-source-{name}")),
        }
    }

    fn failed(self, name: &str) -> S3Error {
        let condition = match self {
            Self::Read => name.to_owned(),
            Self::CopySource => format!("x-amz-copy-source-{name}"),
        };
        S3Error::PreconditionFailed { condition }
    }
}

fn matches(header: &str, etag: &str) -> bool {
    header.split(',').map(|one| one.trim().trim_matches('"')).any(|one| one == "*" || one == etag)
}

/// Checks the conditions on a version that is read.
///
/// Source: S3 API Reference, "GetObject": `If-Match` outweighs `If-Unmodified-Since`, and
/// `If-None-Match` outweighs `If-Modified-Since`. Observed: a date in the future is ignored.
pub(crate) fn check_read(
    request: &Request,
    side: Side,
    etag: &str,
    modified: Timestamp,
    now: Timestamp,
) -> S3Result<()> {
    let modified = Timestamp::from_secs(modified.as_secs());
    let date =
        |name: &str| side.header(request, name).and_then(|text| Timestamp::parse_http_date(&text));
    if let Some(wanted) = side.header(request, "if-match") {
        if !matches(&wanted, etag) {
            return Err(side.failed("If-Match").into());
        }
    } else if date("if-unmodified-since").is_some_and(|date| modified > date) {
        return Err(side.failed("If-Unmodified-Since").into());
    }
    let unchanged = |name: &str| match side {
        Side::Read => S3Error::NotModified { etag: quoted(etag), modified: modified.http_date() },
        Side::CopySource => side.failed(name),
    };
    if let Some(known) = side.header(request, "if-none-match") {
        if matches(&known, etag) {
            return Err(unchanged("If-None-Match").into());
        }
    } else if date("if-modified-since").is_some_and(|date| date <= now && modified <= date) {
        return Err(unchanged("If-Modified-Since").into());
    }
    Ok(())
}

/// The condition of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WriteCondition {
    None,
    /// The key must not exist.
    Absent,
    /// The newest version must have this ETag.
    Etag(String),
}

impl WriteCondition {
    /// Observed: S3 accepts `If-None-Match: *` and `If-Match: etag`, and one of them.
    pub(crate) fn of(request: &Request) -> S3Result<Self> {
        let refuse = |header: &str, additional: String| S3Error::NotImplemented {
            header: header.to_owned(),
            additional,
        };
        let value = |header: &str| {
            refuse(
                header,
                format!("We don't accept the provided value of {header} header for this API"),
            )
        };
        match (request.header("if-match"), request.header("if-none-match")) {
            (None, None) => Ok(Self::None),
            (Some(_), Some(_)) => Err(refuse(
                "If-Match,If-None-Match",
                "Multiple conditional request headers present in the request".to_owned(),
            )
            .into()),
            (Some(etag), None) if etag == "*" => Err(value("If-Match").into()),
            (Some(etag), None) => Ok(Self::Etag(etag.trim_matches('"').to_owned())),
            (None, Some(etag)) if etag == "*" => Ok(Self::Absent),
            (None, Some(_)) => Err(value("If-None-Match").into()),
        }
    }

    /// Checks it against the newest version of a key.
    pub(crate) fn check(&self, key: &str, newest: Option<&Version>) -> S3Result<()> {
        let stored = newest.and_then(|version| version.stored.as_ref());
        let failed = |name: &str| S3Error::PreconditionFailed { condition: name.to_owned() };
        match (self, stored) {
            (Self::None, _) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(failed("If-None-Match").into()),
            (Self::Etag(_), None) => Err(S3Error::NoSuchKey { key: key.to_owned() }.into()),
            (Self::Etag(etag), Some(Stored { etag: own, .. })) => {
                if etag == own {
                    Ok(())
                } else {
                    Err(failed("If-Match").into())
                }
            }
        }
    }
}

/// The condition of a delete: an ETag, or `*` for anything.
///
/// Observed: 412 for another ETag; a key without a current object is missing, also under a delete
/// marker. Source: S3 User Guide, "How to perform conditional deletes": conditions are about the
/// current version only. Observed: 501 for any condition on a version that is named, be it the current
/// one, by a client that asked in March 2026.
pub(crate) fn check_delete(
    request: &Request,
    newest: impl FnOnce() -> Result<Option<Version>, Fault>,
) -> S3Result<()> {
    let Some(wanted) = request.header("if-match") else { return Ok(()) };
    if request.version_id().is_some() {
        let (header, additional) = ("If-Match".to_owned(), String::new());
        return Err(S3Error::NotImplemented { header, additional }.into());
    }
    match newest()?.and_then(|version| version.stored) {
        None => Err(S3Error::NoSuchKey { key: request.key.clone() }.into()),
        Some(stored) if matches(&wanted, &stored.etag) => Ok(()),
        Some(_) => Err(S3Error::PreconditionFailed { condition: "If-Match".to_owned() }.into()),
    }
}

/// Whether a condition depends on an object's contents, and not only on its existence.
pub(crate) fn asks_etag(request: &Request) -> bool {
    request.header("if-match").is_some_and(|wanted| wanted != "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODIFIED: Timestamp = Timestamp::from_secs(784_111_777);
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const LATER: &str = "Sun, 06 Nov 2094 08:49:36 GMT";

    fn check(side: Side, headers: &[(&str, &str)], want: &str) {
        let request = headers.iter().fold(Request::default(), |r, (n, v)| r.with_header(n, v));
        let now = MODIFIED.plus_ms(60_000);
        let got = match check_read(&request, side, "abc", MODIFIED, now) {
            Ok(()) => "ok".to_owned(),
            Err(gateway::Failure::Api(S3Error::NotModified { .. }, _)) => "304".to_owned(),
            Err(gateway::Failure::Api(S3Error::PreconditionFailed { condition }, _)) => condition,
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(got, want, "{headers:?}");
    }

    #[test]
    fn read_conditions_have_their_precedence() {
        check(Side::Read, &[("if-match", "\"abc\"")], "ok");
        check(Side::Read, &[("if-match", "abc")], "ok");
        check(Side::Read, &[("if-match", "x")], "If-Match");
        check(Side::Read, &[("if-match", "abc"), ("if-unmodified-since", BEFORE)], "ok");
        check(Side::Read, &[("if-unmodified-since", BEFORE)], "If-Unmodified-Since");
        check(Side::Read, &[("if-unmodified-since", SAME)], "ok");
        check(Side::Read, &[("if-none-match", "\"abc\"")], "304");
        check(Side::Read, &[("if-none-match", "x"), ("if-modified-since", SAME)], "ok");
        check(Side::Read, &[("if-modified-since", SAME)], "304");
        check(Side::Read, &[("if-modified-since", BEFORE)], "ok");
        check(Side::Read, &[("if-modified-since", LATER)], "ok");
    }

    #[test]
    fn copy_conditions_fail_under_their_own_names() {
        check(
            Side::CopySource,
            &[("x-amz-copy-source-if-none-match", "abc")],
            "x-amz-copy-source-If-None-Match",
        );
        check(
            Side::CopySource,
            &[("x-amz-copy-source-if-modified-since", SAME)],
            "x-amz-copy-source-If-Modified-Since",
        );
        check(Side::CopySource, &[("if-none-match", "abc")], "ok");
    }

    #[test]
    fn writes_take_one_condition_of_two_forms() {
        let of = |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(Request::default(), |r, (n, v)| r.with_header(n, v));
            WriteCondition::of(&request).ok()
        };
        assert_eq!(of(&[]), Some(WriteCondition::None));
        assert_eq!(of(&[("if-none-match", "*")]), Some(WriteCondition::Absent));
        assert_eq!(of(&[("if-match", "\"e\"")]), Some(WriteCondition::Etag("e".to_owned())));
        assert_eq!(of(&[("if-match", "*")]), None);
        assert_eq!(of(&[("if-none-match", "e")]), None);
        assert_eq!(of(&[("if-none-match", "*"), ("if-match", "e")]), None);
    }
}
