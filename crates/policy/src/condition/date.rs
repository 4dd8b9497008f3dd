//! `DateEquals`, `DateLessThan` and so on: the W3C forms of ISO 8601, or seconds since the epoch.
//!
//! Source: IAM User Guide, "Date condition operators".

use types::{Timestamp, Utc};

/// Longer texts are no dates.
const DATE_BYTES_MAX: usize = 64;

/// Reads a date; `None` if it has none of the forms.
///
/// Years before 1970 become the epoch, years after 9999 the end of time: no compared date is
/// outside. Texts with `-` or `T` are calendar dates, all others are seconds. Missing parts default
/// to their first value, a missing zone to UTC.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    if text.len() > DATE_BYTES_MAX {
        return None;
    }
    let calendar = text.contains(['-', 'T', 't']);
    if !calendar {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let seconds: i64 = digits.then(|| text.parse().ok()).flatten()?;
        return u64::try_from(seconds).ok().map(Timestamp::from_secs);
    }
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let (before_epoch, date) = match date.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, date),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 9, 292_278_993)?;
    let month = optional(parts.next(), 1, 12)?;
    let day = optional(parts.next(), 1, 31)?;
    let clock = Clock::parse(time)?;
    if parts.next().is_some() || month == 0 || day == 0 {
        return None;
    }
    if before_epoch || year < 1970 {
        return Some(Timestamp::from_ms(0));
    }
    if year > 9999 {
        return Some(Timestamp::from_ms(u64::MAX));
    }
    clock.on(year, month, day)
}

/// A time of day with its distance from UTC.
#[derive(Debug, Clone, Copy, Default)]
struct Clock {
    hour: u64,
    minute: u64,
    second: u64,
    millisecond: u64,
    offset_ms: u64,
    east: bool,
}

impl Clock {
    fn parse(text: &str) -> Option<Self> {
        let mut clock = Self::default();
        let text = if let Some(text) = text.strip_suffix(['Z', 'z']) {
            text
        } else if let Some((text, zone)) = text.split_once('+') {
            clock.east = true;
            clock.offset_ms = offset_ms(zone)?;
            text
        } else if let Some((text, zone)) = text.split_once('-') {
            clock.offset_ms = offset_ms(zone)?;
            text
        } else {
            text
        };
        if text.is_empty() {
            return Some(clock);
        }
        let mut parts = text.split(':');
        clock.hour = number(parts.next()?, 2, 23)?;
        clock.minute = optional(parts.next(), 0, 59)?;
        let second = parts.next().unwrap_or("0");
        let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
        clock.second = number(second, 2, 59)?;
        number(fraction, 9, 999_999_999)?;
        let padded: String = fraction.chars().chain("000".chars()).take(3).collect();
        clock.millisecond = number(&padded, 3, 999)?;
        parts.next().is_none().then_some(clock)
    }

    fn on(self, year: u64, month: u64, day: u64) -> Option<Timestamp> {
        let Self { hour, minute, second, millisecond, offset_ms, east } = self;
        let local =
            Timestamp::from_utc(Utc { year, month, day, hour, minute, second, millisecond })?;
        Some(if east { local.minus_ms(offset_ms) } else { local.plus_ms(offset_ms) })
    }
}

/// `23`, `2359` or `23:59`.
fn offset_ms(zone: &str) -> Option<u64> {
    let (hours, minutes) = match zone.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if zone.len() == 4 => zone.split_at_checked(2)?,
        None => (zone, "00"),
    };
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let minutes = number(hours, 2, 23)?.checked_mul(60)?.checked_add(number(minutes, 2, 59)?)?;
    minutes.checked_mul(60_000)
}

fn number(digits: &str, digits_max: usize, max: u64) -> Option<u64> {
    let valid = !digits.is_empty()
        && digits.len() <= digits_max
        && digits.bytes().all(|b| b.is_ascii_digit());
    let value: u64 = valid.then(|| digits.parse().ok()).flatten()?;
    (value <= max).then_some(value)
}

fn optional(digits: Option<&str>, default: u64, max: u64) -> Option<u64> {
    match digits {
        Some(digits) => number(digits, 2, max),
        None => Some(default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Option<&str>) {
        assert_eq!(parse(text).map(Timestamp::iso).as_deref(), want, "{text}");
    }

    /// All W3C forms, zones, and seconds; nonsense is refused.
    #[test]
    fn reads_dates() {
        check("2023-07", Some("2023-07-01T00:00:00Z"));
        check("2023-07-10", Some("2023-07-10T00:00:00Z"));
        check("2023T", Some("2023-01-01T00:00:00Z"));
        check("2023-07-10T11:57Z", Some("2023-07-10T11:57:00Z"));
        check("2023-07-10T11:57:47.123Z", Some("2023-07-10T11:57:47Z"));
        check("2023-07-10T20:57:47+09:00", Some("2023-07-10T11:57:47Z"));
        check("2023-07-10T06:57:47-0500", Some("2023-07-10T11:57:47Z"));
        check("2016-12-13t2:00:00.593194+23", Some("2016-12-12T03:00:00Z"));
        check("1688990267", Some("2023-07-10T11:57:47Z"));
        check("01T", Some("1970-01-01T00:00:00Z"));
        check("-292275054", Some("1970-01-01T00:00:00Z"));
        for bad in [
            "",
            "x",
            "234-13",
            "2023-02-30",
            "2016-12-13t2:00:00.593194+1",
            "2016-12-13t2:00:00.1999999999+10:59",
            "9223372036854775808",
            "2023-01-01T24:00:00Z",
            "2023-01-01-01",
            "2023-01-01T00:00:00+999999999999999999:00",
            "2023-00-01",
        ] {
            check(bad, None);
        }
    }
}
