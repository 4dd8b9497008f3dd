//! The operating system's figures for this process.
//!
//! Source: proc(5).

use std::fs;

use rustix::param::{clock_ticks_per_second, page_size};
use types::Timestamp;

/// A snapshot of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) cpu_us: u64,
    pub(super) resident_bytes: u64,
    pub(super) virtual_bytes: u64,
    pub(super) open_fds: u64,
    pub(super) max_fds: u64,
    pub(super) threads: u64,
    pub(super) started: Timestamp,
}

impl Process {
    /// `None` where there is no `/proc`.
    pub(super) fn own(now: Timestamp) -> Option<Self> {
        let stat = Stat::parse(&fs::read_to_string("/proc/self/stat").ok()?)?;
        let ticks = clock_ticks_per_second().max(1);
        let page = u64::try_from(page_size()).unwrap_or(4_096);
        let limits = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let uptime_ms = parse_seconds_ms(uptime.split(' ').next()?)?;
        let since_boot_ms = stat.start_ticks.saturating_mul(1_000) / ticks;
        // Reading the directory itself opens one more.
        let fds = fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1);
        Some(Self {
            cpu_us: stat.cpu_ticks.saturating_mul(1_000_000) / ticks,
            resident_bytes: stat.resident_pages.saturating_mul(page),
            virtual_bytes: stat.virtual_bytes,
            open_fds: u64::try_from(fds).unwrap_or(u64::MAX),
            max_fds: limits.current.unwrap_or(u64::MAX),
            threads: stat.threads,
            started: now.minus_ms(uptime_ms.saturating_sub(since_boot_ms)),
        })
    }
}

/// The fields of `/proc/self/stat` that are needed.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    start_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // A name may contain spaces and parentheses; the last parenthesis ends it, and field 3
        // follows.
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |field: usize| fields.get(field.checked_sub(3)?)?.parse::<u64>().ok();
        Some(Self {
            cpu_ticks: number(14)?.saturating_add(number(15)?),
            threads: number(20)?,
            start_ticks: number(22)?,
            virtual_bytes: number(23)?,
            resident_pages: number(24)?,
        })
    }
}

/// `12.34` as milliseconds.
fn parse_seconds_ms(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.')?;
    let hundredths = part.parse::<u64>().ok().filter(|_| part.len() == 2)?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(hundredths.checked_mul(10)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name with blanks and brackets does not shift the fields.
    #[test]
    fn fields_are_counted_after_the_name() {
        let line = "7 (a b) c) S 1 7 7 0 -1 4194560 1 0 0 0 120 30 0 0 20 0 9 0 5000 1048576 256 1";
        let want = Stat {
            cpu_ticks: 150,
            threads: 9,
            start_ticks: 5_000,
            virtual_bytes: 1_048_576,
            resident_pages: 256,
        };
        assert_eq!(Stat::parse(line), Some(want));
        assert_eq!(Stat::parse("7 (a"), None);
        assert_eq!(parse_seconds_ms("12.34"), Some(12_340));
        for text in ["", "12", "x.00", "1.5"] {
            assert_eq!(parse_seconds_ms(text), None, "{text}");
        }
    }

    /// This process is seen.
    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_measured() {
        let own = Process::own(types::Clock::system().now()).unwrap();
        assert!(own.resident_bytes > 0 && own.threads > 0 && own.open_fds >= 3, "{own:?}");
        assert!(own.max_fds >= own.open_fds && own.virtual_bytes > own.resident_bytes, "{own:?}");
    }
}
