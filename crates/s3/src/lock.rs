//! Object Lock: what prevents a version from being deleted.

use types::{DAY_MS, Timestamp};

use crate::checksum;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Lock, Mode, Period, Retention};
use crate::request::Request;

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";
const HOLD: &str = "x-amz-object-lock-legal-hold";
const BYPASS: &str = "x-amz-bypass-governance-retention";
/// Source: S3 User Guide, "Locking objects with Object Lock": 100 years at most.
const DAYS_MAX: u64 = 36_500;
const YEARS_MAX: u64 = 100;

impl Mode {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Governance, Self::Compliance].into_iter().find(|own| own.name() == text)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

impl Period {
    /// Errors when it is nothing or too long.
    pub(crate) fn check(self) -> S3Result<()> {
        let (value, max, name) = match self {
            Self::Days(days) => (days, DAYS_MAX, "Days"),
            Self::Years(years) => (years, YEARS_MAX, "Years"),
        };
        if value == 0 {
            let message = "Default retention period must be a positive integer value.";
            return Err(S3Error::argument(message, name, value.to_string()).into());
        }
        if value > max {
            let message = "Default retention period is too large.";
            return Err(S3Error::argument(message, name, value.to_string()).into());
        }
        Ok(())
    }

    /// Assumed: S3 takes 365 days for a year.
    fn ms(self) -> u64 {
        let days = match self {
            Self::Days(days) => days,
            Self::Years(years) => years.saturating_mul(365),
        };
        days.saturating_mul(DAY_MS)
    }
}

/// What a locked version refuses with.
fn locked() -> S3Error {
    S3Error::AccessDenied("Access Denied because object protected by object lock.".to_owned())
}

impl Lock {
    /// The lock of a new version: the request's headers, or the bucket's default.
    pub(crate) fn of_write(request: &Request, bucket: &Bucket, now: Timestamp) -> S3Result<Self> {
        let (mode, until, hold) =
            (request.header(MODE), request.header(UNTIL), request.header(HOLD));
        if (mode.is_some() || until.is_some() || hold.is_some()) && bucket.object_lock.is_none() {
            return Err(S3Error::request("Bucket is missing Object Lock Configuration").into());
        }
        let retention = match (mode, until) {
            (None, None) => bucket
                .object_lock
                .as_ref()
                .and_then(|lock| lock.default)
                .map(|own| Retention { mode: own.mode, until: now.plus_ms(own.period.ms()) }),
            (Some(mode), Some(until)) => Some(Retention::parse(&mode, &until, now, UNTIL)?),
            (None, Some(_)) => return Err(incomplete(MODE).into()),
            (Some(_), None) => return Err(incomplete(UNTIL).into()),
        };
        let hold = hold.map(|text| parse_hold(&text)).transpose()?;
        Ok(Self { retention, hold })
    }

    /// Errors when it locks bytes that were sent without a checksum; `what` names the request.
    ///
    /// Observed: the wording, also of parts.
    pub(crate) fn demand_proof(&self, request: &Request, what: &str) -> S3Result<()> {
        let locks = self.retention.is_some() || self.hold.is_some();
        if !locks || checksum::is_proved(request)? {
            return Ok(());
        }
        Err(S3Error::request(format!(
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put {what} requests with \
             Object Lock parameters"
        ))
        .into())
    }

    /// The headers that describe it.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(retention) = self.retention {
            headers.push((MODE.to_owned(), retention.mode.name().to_owned()));
            headers.push((UNTIL.to_owned(), retention.until.iso_ms()));
        }
        if let Some(hold) = self.hold {
            headers.push((HOLD.to_owned(), hold_name(hold).to_owned()));
        }
        headers
    }

    /// Whether the version may be deleted.
    pub(crate) fn check_delete(&self, now: Timestamp, bypass: bool) -> S3Result<()> {
        if self.hold == Some(true) {
            return Err(locked().into());
        }
        match self.retention {
            Some(Retention { until, .. }) if until <= now => Ok(()),
            Some(Retention { mode: Mode::Governance, .. }) if bypass => Ok(()),
            Some(_) => Err(locked().into()),
            None => Ok(()),
        }
    }

    /// Whether the retention may become `new`: longer always, another mode or weaker only by
    /// callers that may bypass governance.
    pub(crate) fn check_change(
        &self,
        new: Option<Retention>,
        now: Timestamp,
        bypass: bool,
    ) -> S3Result<()> {
        let Some(old) = self.retention.filter(|old| old.until > now) else { return Ok(()) };
        let stronger = new.is_some_and(|new| {
            // The other mode removes the bypass from those who have it, or grants it to them.
            new.until >= old.until && new.mode == old.mode
        });
        if stronger || (old.mode == Mode::Governance && bypass) {
            Ok(())
        } else {
            Err(locked().into())
        }
    }
}

impl Retention {
    /// `name` is the name of the date in errors.
    pub(crate) fn parse(mode: &str, until: &str, now: Timestamp, name: &str) -> S3Result<Self> {
        let Some(mode) = Mode::parse(mode) else {
            return Err(S3Error::argument("Unknown wormMode directive.", MODE, mode).into());
        };
        let Some(time) = Timestamp::parse_iso(until) else {
            let message = "The retain until date must be provided in ISO 8601 format";
            return Err(S3Error::argument(message, name, until).into());
        };
        if time <= now {
            let message = "The retain until date must be in the future!";
            return Err(S3Error::argument(message, name, java_date(time)).into());
        }
        Ok(Self { mode, until: time })
    }
}

/// A date as Java prints it on the US west coast in winter, eight hours behind Greenwich.
///
/// Observed: `Tue Dec 31 16:00:00 PST 2019`. Assumed: S3 prints summer dates so, too.
fn java_date(time: Timestamp) -> String {
    let there = Timestamp::from_ms(time.as_ms().saturating_sub(8 * 3_600_000)).http_date();
    let mut words = there.split([' ', ',']).filter(|word| !word.is_empty());
    let mut word = || words.next().unwrap_or_default();
    let (weekday, day, month, year, clock) = (word(), word(), word(), word(), word());
    format!("{weekday} {month} {day} {clock} PST {year}")
}

/// Observed: the missing element is named.
fn incomplete(name: &str) -> S3Error {
    let message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be \
                   supplied";
    S3Error::named(message, name)
}

pub(crate) fn parse_hold(text: &str) -> S3Result<bool> {
    match text {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        other => {
            Err(S3Error::argument("Legal Hold must be either of 'ON' or 'OFF'", HOLD, other).into())
        }
    }
}

pub(crate) fn hold_name(hold: bool) -> &'static str {
    if hold { "ON" } else { "OFF" }
}

/// Whether the request bypasses governance; errors in buckets without locks.
pub(crate) fn bypass(request: &Request, bucket: &Bucket) -> S3Result<bool> {
    let wanted = request.flag(BYPASS);
    // Observed: the header is rejected there even with `false`, and without its value.
    if request.header(BYPASS).is_some() && bucket.object_lock.is_none() {
        let message = "x-amz-bypass-governance-retention is only applicable to Object Lock enabled \
                       buckets.";
        return Err(S3Error::named(message, BYPASS).into());
    }
    Ok(wanted)
}

/// Whether the request bypasses governance, which needs a separate permission.
pub(crate) fn wants_bypass(request: &Request) -> bool {
    request.flag(BYPASS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn lock(mode: Mode, until: u64) -> Lock {
        let until = Timestamp::from_secs(until);
        Lock { retention: Some(Retention { mode, until }), hold: None }
    }

    #[test]
    fn a_locked_version_cannot_be_deleted_before_its_time() {
        for (lock, bypass, want) in [
            (Lock::default(), false, true),
            (lock(Mode::Governance, 2_000), false, false),
            (lock(Mode::Governance, 2_000), true, true),
            (lock(Mode::Compliance, 2_000), true, false),
            (lock(Mode::Compliance, 1_000), false, true),
            (Lock { hold: Some(true), retention: None }, true, false),
            (Lock { hold: Some(false), retention: None }, false, true),
        ] {
            assert_eq!(lock.check_delete(NOW, bypass).is_ok(), want, "{lock:?} {bypass}");
        }
    }

    #[test]
    fn retention_is_extended_by_all_and_weakened_by_few() {
        let to = |mode, until| lock(mode, until).retention;
        for (old, new, bypass, want) in [
            (lock(Mode::Governance, 2_000), to(Mode::Governance, 3_000), false, true),
            (lock(Mode::Governance, 2_000), to(Mode::Compliance, 2_000), false, false),
            (lock(Mode::Governance, 2_000), to(Mode::Compliance, 2_000), true, true),
            (lock(Mode::Governance, 2_000), to(Mode::Governance, 1_500), false, false),
            (lock(Mode::Governance, 2_000), None, true, true),
            (lock(Mode::Compliance, 2_000), to(Mode::Compliance, 3_000), false, true),
            (lock(Mode::Compliance, 2_000), to(Mode::Governance, 3_000), true, false),
            (lock(Mode::Compliance, 2_000), None, true, false),
            (lock(Mode::Compliance, 900), None, false, true),
        ] {
            assert_eq!(old.check_change(new, NOW, bypass).is_ok(), want, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_retention_needs_a_known_mode_and_a_future_date() {
        assert!(Retention::parse("GOVERNANCE", "2030-01-01T00:00:00Z", NOW, UNTIL).is_ok());
        assert!(Retention::parse("bad", "2030-01-01T00:00:00Z", NOW, UNTIL).is_err());
        assert!(Retention::parse("COMPLIANCE", "1970-01-01T00:00:00Z", NOW, UNTIL).is_err());
        assert!(Retention::parse("COMPLIANCE", "tomorrow", NOW, UNTIL).is_err());
    }
}
