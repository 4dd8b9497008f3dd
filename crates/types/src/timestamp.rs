use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds in a second.
pub const SECOND_MS: u64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: u64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: u64 = 24 * HOUR_MS;

/// The last year that four digits can write.
const YEAR_MAX: u64 = 9999;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, never before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

/// An instant split into fields of the UTC calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    /// 1970 and later.
    pub year: u64,
    /// 1–12.
    pub month: u64,
    /// 1–31.
    pub day: u64,
    /// 0–23.
    pub hour: u64,
    /// 0–59.
    pub minute: u64,
    /// 0–59.
    pub second: u64,
    /// 0–999.
    pub millisecond: u64,
}

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// From seconds since the epoch.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(SECOND_MS))
    }

    /// Milliseconds since the epoch.
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn as_secs(self) -> u64 {
        self.0 / SECOND_MS
    }

    /// From seconds since the epoch with a fraction, as JSON clients send them; times before the
    /// epoch and invalid numbers become the epoch.
    pub fn from_secs_f64(secs: f64) -> Self {
        std::time::Duration::try_from_secs_f64(secs)
            .map_or(Self(0), |since| Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Seconds with a fraction, as the JSON protocols carry times.
    #[expect(clippy::cast_precision_loss, reason = "exact below the year 285 000")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// Later by `ms`; stops at the end of time.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Earlier by `ms`; stops at the epoch.
    #[must_use]
    pub const fn minus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// Milliseconds since `earlier`, or 0 if it is later.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The last multiple of `period_ms` at or before here.
    #[must_use]
    pub const fn floor_to(self, period_ms: u64) -> Self {
        match self.0.checked_rem(period_ms) {
            Some(rest) => Self(self.0.saturating_sub(rest)),
            None => self,
        }
    }

    /// The first multiple of `period_ms` at or after here.
    #[must_use]
    pub const fn ceil_to(self, period_ms: u64) -> Self {
        let floor = self.floor_to(period_ms);
        if floor.0 == self.0 { floor } else { floor.plus_ms(period_ms) }
    }

    /// Calendar and clock in UTC.
    pub fn utc(self) -> Utc {
        let (days, rest) = (self.0 / DAY_MS, self.0 % DAY_MS);
        let (year, month, day) = civil_from_days(days);
        Utc {
            year,
            month,
            day,
            hour: rest / HOUR_MS,
            minute: rest / MINUTE_MS % 60,
            second: rest / SECOND_MS % 60,
            millisecond: rest % SECOND_MS,
        }
    }

    /// From a UTC calendar date and time; `None` if it does not exist or is before 1970.
    pub fn from_utc(utc: Utc) -> Option<Self> {
        let Utc { year, month, day, hour, minute, second, millisecond } = utc;
        if !(1970..=YEAR_MAX).contains(&year) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_from_civil(year, month, day);
        if civil_from_days(days) != (year, month, day) || millisecond > 999 {
            return None;
        }
        let clock_ms = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + millisecond;
        days.checked_mul(DAY_MS)?.checked_add(clock_ms).map(Self)
    }

    /// `2023-07-10T11:57:47Z`
    pub fn iso(self) -> String {
        let u = self.utc();
        let Utc { year, month, day, hour, minute, second, .. } = u;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// `2023-07-10T11:57:47.123Z`
    pub fn iso_ms(self) -> String {
        let Utc { year, month, day, hour, minute, second, millisecond } = self.utc();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
    }

    /// `20230710T115747Z`, the form of signatures and digest names.
    pub fn basic(self) -> String {
        let Utc { year, month, day, hour, minute, second, .. } = self.utc();
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    /// `20230710`
    pub fn basic_date(self) -> String {
        let Utc { year, month, day, .. } = self.utc();
        format!("{year:04}{month:02}{day:02}")
    }

    /// `Mon, 10 Jul 2023 11:57:47 GMT`
    pub fn http_date(self) -> String {
        let Utc { year, month, day, hour, minute, second, .. } = self.utc();
        let weekday = name(&WEEKDAYS, self.0 / DAY_MS % 7);
        let month = name(&MONTHS, month.saturating_sub(1));
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    /// `Jul 10, 2023, 12:55:24 PM`, the date format in records of KMS and STS.
    ///
    /// Observed: records of 2023.
    pub fn java_text(self) -> String {
        self.java(", ")
    }

    /// `Jul 10, 2023 12:23:05 PM`, the date format in records of IAM.
    ///
    /// Observed: records of 2023.
    pub fn java_text_iam(self) -> String {
        self.java(" ")
    }

    fn java(self, separator: &str) -> String {
        let Utc { year, month, day, hour, minute, second, .. } = self.utc();
        let half = if hour < 12 { "AM" } else { "PM" };
        let hour = match hour % 12 {
            0 => 12,
            other => other,
        };
        let month = name(&MONTHS, month.saturating_sub(1));
        format!("{month} {day}, {year}{separator}{hour}:{minute:02}:{second:02} {half}")
    }

    /// Reads `2023-07-10T11:57:47Z`, with a fraction, an offset such as `+09:00`, or as a bare date.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, "00:00:00Z"));
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let (time, offset_ms, ahead) = split_offset(time)?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let millisecond = fraction_ms(fraction)?;
        let utc = Utc { year, month, day, hour, minute, second, millisecond };
        let local = Self::from_utc(utc)?.0;
        let ms = if ahead { local.checked_sub(offset_ms) } else { local.checked_add(offset_ms) };
        ms.map(Self).filter(|time| time.utc().year <= YEAR_MAX)
    }

    /// Reads `20230710T115747Z`.
    pub fn parse_basic(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('Z')?;
        let (date, time) = digits.split_once('T')?;
        if date.len() != 8 || time.len() != 6 || !date.is_ascii() || !time.is_ascii() {
            return None;
        }
        let number =
            |text: &str, at: usize, len: usize| digits_of(text.get(at..at.checked_add(len)?)?);
        Self::from_utc(Utc {
            year: number(date, 0, 4)?,
            month: number(date, 4, 2)?,
            day: number(date, 6, 2)?,
            hour: number(time, 0, 2)?,
            minute: number(time, 2, 2)?,
            second: number(time, 4, 2)?,
            millisecond: 0,
        })
    }

    /// Reads `Mon, 10 Jul 2023 11:57:47 GMT`; the weekday is not checked.
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let rest = text.split_once(", ").map(|(_, rest)| rest)?;
        let mut words = rest.split_ascii_whitespace();
        let day = digits_of(words.next()?)?;
        let month_name = words.next()?;
        let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month_name))?;
        let year = digits_of(words.next()?)?;
        let [hour, minute, second] = numbers(words.next()?, ':', [2, 2, 2])?;
        if !matches!(words.next()?, "GMT" | "UTC" | "+0000") {
            return None;
        }
        let month = u64::try_from(month).ok()?.checked_add(1)?;
        Self::from_utc(Utc { year, month, day, hour, minute, second, millisecond: 0 })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso_ms())
    }
}

fn name<'a>(names: &[&'a str], index: u64) -> &'a str {
    usize::try_from(index).ok().and_then(|i| names.get(i)).copied().unwrap_or("")
}

fn digits_of(text: &str) -> Option<u64> {
    let valid = !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}

/// Parses three numbers of exactly the given widths.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let mut out = [0; 3];
    for (value, width) in out.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width {
            return None;
        }
        *value = digits_of(part)?;
    }
    parts.next().is_none().then_some(out)
}

/// The clock part without its zone, the zone's distance from UTC, and whether it is east of it.
fn split_offset(time: &str) -> Option<(&str, u64, bool)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0, true));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0, true)) };
    let (clock, zone) = (time.get(..at)?, time.get(at..)?);
    let ahead = zone.starts_with('+');
    let zone = zone.trim_start_matches(['+', '-']);
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone.get(..2)?, zone.get(2..)?));
    let minutes = if minutes.is_empty() { 0 } else { digits_of(minutes)? };
    let hours = digits_of(hours)?;
    (hours < 24 && minutes < 60).then(|| (clock, hours * HOUR_MS + minutes * MINUTE_MS, ahead))
}

fn fraction_ms(digits: &str) -> Option<u64> {
    digits_of(digits)?;
    let padded: String = digits.chars().chain("000".chars()).take(3).collect();
    digits_of(&padded)
}

/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u64::from(month <= 2), month, day)
}

/// The inverse of [`civil_from_days`] for 1970 and later; nonsense in, some day out.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let y = year - u64::from(month <= 2);
    let (era, yoe) = (y / 400, y % 400);
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day.saturating_sub(1);
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An offset is less than a day, and does not lead out of the years that can be written.
    #[test]
    fn absurd_offsets_are_no_dates() {
        for text in [
            "2023-07-10T11:57:47+999999999999999999:00",
            "2023-07-10T11:57:47+18446744073709551",
            "2023-07-10T11:57:47+24:00",
            "2023-07-10T11:57:47-00:60",
            "9999-12-31T23:59:59-14:00",
        ] {
            assert_eq!(Timestamp::parse_iso(text), None, "{text}");
        }
        let last = Timestamp::parse_iso("9999-12-31T23:59:59+23:59");
        assert_eq!(last.map(Timestamp::iso).as_deref(), Some("9999-12-31T00:00:59Z"));
    }

    const SAMPLE: Timestamp = Timestamp::from_ms(1_688_990_267_123);

    /// Every form of one instant.
    #[test]
    fn renders_each_form() {
        assert_eq!(SAMPLE.iso(), "2023-07-10T11:57:47Z");
        assert_eq!(SAMPLE.iso_ms(), "2023-07-10T11:57:47.123Z");
        assert_eq!(SAMPLE.basic(), "20230710T115747Z");
        assert_eq!(SAMPLE.http_date(), "Mon, 10 Jul 2023 11:57:47 GMT");
        assert_eq!(SAMPLE.java_text(), "Jul 10, 2023, 11:57:47 AM");
        assert_eq!(SAMPLE.plus_ms(HOUR_MS).java_text_iam(), "Jul 10, 2023 12:57:47 PM");
    }

    /// Formatted times parse, to the precision of their format.
    #[test]
    fn parses_what_it_formats() {
        for days in (0..60_000).step_by(17) {
            let at = SAMPLE.plus_ms(days * DAY_MS);
            assert_eq!(Timestamp::parse_iso(&at.iso_ms()), Some(at));
            assert_eq!(Timestamp::parse_basic(&at.basic()), Some(at.floor_to(SECOND_MS)));
            assert_eq!(Timestamp::parse_http_date(&at.http_date()), Some(at.floor_to(SECOND_MS)));
        }
    }

    /// Zones are applied, impossible dates refused.
    #[test]
    fn parses_zones_and_rejects_invalid_times() {
        let utc = Timestamp::parse_iso("2023-07-10T11:57:47Z");
        assert_eq!(Timestamp::parse_iso("2023-07-10T20:57:47+09:00"), utc);
        assert_eq!(Timestamp::parse_iso("2023-07-10T06:57:47-0500"), utc);
        assert_eq!(Timestamp::parse_iso("2023-07-10").unwrap().iso(), "2023-07-10T00:00:00Z");
        for bad in
            ["", "2023-02-30T00:00:00Z", "2023-13-01", "1969-12-31", "2023-07-10T24:00:00Z", "x"]
        {
            assert_eq!(Timestamp::parse_iso(bad), None, "{bad}");
        }
        assert_eq!(Timestamp::parse_basic("20230710T115747"), None);
        assert_eq!(Timestamp::parse_basic("2023071あT115747Z"), None);
    }
}
