use std::ops::Range;

use crate::error::{S3Error, S3Result};

/// The bytes that a `Range` header means of a body of `size` bytes; `None` for the whole body.
///
/// Observed: `bytes=-0` and a start beyond the end are rejected; malformed ranges, and several of
/// them, are ignored.
pub(crate) fn parse(header: &str, size: u64) -> S3Result<Option<Range<u64>>> {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|text| text.split_once('-'))
    else {
        return Ok(None);
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let refused = || S3Error::InvalidRange { requested: header.to_owned(), size }.into();
    match (number(first), number(last)) {
        (Some(first), None) if last.is_empty() => {
            if first >= size {
                Err(refused())
            } else {
                Ok(Some(first..size))
            }
        }
        (Some(first), Some(last)) if first <= last => {
            if first >= size {
                return Err(refused());
            }
            Ok(Some(first..last.saturating_add(1).min(size)))
        }
        (None, Some(length)) if first.is_empty() => {
            if length == 0 || size == 0 {
                return Err(refused());
            }
            Ok(Some(size.saturating_sub(length)..size))
        }
        _ => Ok(None),
    }
}

/// The bytes that `x-amz-copy-source-range` means; it has one form only.
pub(crate) fn parse_copy(header: &str, size: u64) -> S3Result<Range<u64>> {
    let bad = || {
        let message = "The x-amz-copy-source-range value must be of the form bytes=first-last \
                       where first and last are the zero-based offsets of the first and last bytes \
                       to copy";
        S3Error::argument(message, "x-amz-copy-source-range", header)
    };
    let text = header.strip_prefix("bytes=").ok_or_else(bad)?;
    let (first, last) = text.split_once('-').ok_or_else(bad)?;
    let first: u64 = first.parse().map_err(|_| bad())?;
    let last: u64 = last.parse().map_err(|_| bad())?;
    if first > last {
        return Err(bad().into());
    }
    if first >= size {
        let text = "The specified copy range is invalid for the source object size";
        return Err(S3Error::request(text).into());
    }
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(S3Error::argument(message, "x-amz-copy-source-range", header).into());
    }
    Ok(first..last.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_aws_reads_them() {
        for (header, want) in [
            ("bytes=0-8", Some(0..9)),
            ("bytes=1-1", Some(1..2)),
            ("bytes=5-", Some(5..10)),
            ("bytes=-4", Some(6..10)),
            ("bytes=-15", Some(0..10)),
            ("bytes=0-1000", Some(0..10)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("byte=0-1", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
        ] {
            assert_eq!(parse(header, 10).unwrap(), want, "{header}");
        }
        for (header, size) in
            [("bytes=-0", 10), ("bytes=10-", 10), ("bytes=12-13", 10), ("bytes=0-0", 0)]
        {
            assert!(parse(header, size).is_err(), "{header} of {size}");
        }
    }

    #[test]
    fn a_copy_range_must_lie_within_the_source() {
        assert_eq!(parse_copy("bytes=0-9", 10).unwrap(), 0..10);
        for header in ["bytes=0-10", "bytes=2-1", "bytes=0-", "0-1", "bytes=x-1"] {
            assert!(parse_copy(header, 10).is_err(), "{header}");
        }
    }
}
