//! Problems that exist although calls are served.

use cloudtrail::{Backlog, ReadBacklog};
use gateway::{Ctx, Refused};
use types::{MINUTE_MS, Timestamp};

/// Files that wait for longer without being refused are not being delivered, in milliseconds:
/// three of AWS's intervals.
const STALLED_MS: u64 = 15 * MINUTE_MS;

/// The reasons for which the server is degraded now; none if it is healthy. A restart fixes none of
/// them.
pub(crate) fn troubles(ctx: &mut Ctx<'_>) -> Result<Vec<&'static str>, Refused> {
    let backlog = ctx.invoke::<ReadBacklog>(ctx.caller().clone(), &())?;
    Ok(named(&backlog, ctx.is_full(), ctx.now()))
}

/// The reasons by what was measured: `delivery-refused`, `delivery-stalled`, `disk-full`.
pub fn named(backlog: &Backlog, is_full: bool, now: Timestamp) -> Vec<&'static str> {
    let is_late = |oldest: Timestamp| now.since_ms(oldest) > STALLED_MS;
    let refused = backlog.refusing > 0;
    let stalled = !refused && backlog.oldest.is_some_and(is_late);
    let all =
        [(refused, "delivery-refused"), (stalled, "delivery-stalled"), (is_full, "disk-full")];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rejected and late deliveries and a full disk have separate names.
    #[test]
    fn troubles_have_names() {
        let now = Timestamp::from_secs(1_000_000);
        let late = Some(now.minus_ms(STALLED_MS + 1));
        for (refusing, oldest, full, want) in [
            (0, None, false, vec![]),
            (0, Some(now.minus_ms(STALLED_MS)), false, vec![]),
            (0, late, false, vec!["delivery-stalled"]),
            (1, late, false, vec!["delivery-refused"]),
            (1, None, true, vec!["delivery-refused", "disk-full"]),
        ] {
            let backlog = Backlog { refusing, oldest, ..Backlog::default() };
            assert_eq!(named(&backlog, full, now), want, "{refusing} {oldest:?} {full}");
        }
    }
}
