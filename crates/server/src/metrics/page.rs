//! The states that are read when the page is requested.

use std::sync::atomic::AtomicU64;

use cloudtrail::{Backlog, TrailBacklog};
use gateway::{FaultKind, Gateway, Phase};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;
use store::{BackupCursor, Store, StoreError, Upkeep};
use types::Timestamp;

use super::{Status, VaultStatus, instant, process, seconds};

/// The commit that the program was built from, if the build sets it.
const REVISION: Option<&str> = option_env!("SHOSEKI_REVISION");

type Seconds = Gauge<f64, AtomicU64>;
type Count = Gauge<u64, AtomicU64>;
/// Account, home region and name of a trail.
type OfTrail = [(&'static str, String); 3];
/// Name and place of a backup.
type OfBackup = [(&'static str, String); 2];

/// A page that is being written.
#[derive(Default)]
pub(super) struct Page(Registry);

impl Page {
    pub(super) fn registry(&self) -> &Registry {
        &self.0
    }

    pub(super) fn build(&mut self) {
        let labels =
            [("version", env!("CARGO_PKG_VERSION")), ("revision", REVISION.unwrap_or("unknown"))];
        let build = self.counts("shoseki_build_info", "Build information of the program");
        build.get_or_create(&labels).set(1);
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.0.register(name, help, ConstCounter::new(value));
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.0.register(name, help, ConstGauge::new(value));
    }

    pub(super) fn log(&mut self, status: &Status) {
        let Status { size, published_size, refusing, vault, .. } = status;
        self.gauge("shoseki_tlog_size", "Events in the transparency log", *size);
        let published = "Events in its newest published checkpoint";
        self.gauge("shoseki_tlog_published_size", published, *published_size);
        self.gauge("shoseki_tlog_refusing_witnesses", "Witnesses that refuse it", *refusing);
        let Some(VaultStatus { counts, waiting, waiting_ms }) = vault else { return };
        let help = "Published checkpoints that are not in their bucket yet";
        self.gauge("shoseki_tlog_unsent_checkpoints", help, *waiting);
        let help = "Time for which the oldest of them has been waiting; 0 without any";
        let waiting_seconds = seconds(waiting_ms.saturating_mul(1_000));
        self.seconds("shoseki_tlog_unsent_seconds", help, waiting_seconds);
        let help = "Published checkpoints that were put into their bucket";
        self.counter("shoseki_tlog_sent_checkpoints", help, counts.sent);
        let help = "Attempts to put a checkpoint into its bucket that failed";
        self.counter("shoseki_tlog_failed_uploads", help, counts.failed);
        let help = "Checkpoints that were skipped for newer ones while the bucket failed";
        self.counter("shoseki_tlog_skipped_checkpoints", help, counts.skipped);
    }

    pub(super) fn seconds(&mut self, name: &str, help: &str, value: f64) {
        self.0.register(name, help, ConstGauge::new(value));
    }

    /// Numbers with labels.
    fn counts<L>(&mut self, name: &str, help: &str) -> Family<L, Count>
    where
        L: Clone + std::hash::Hash + Eq + EncodeLabelSet + std::fmt::Debug + Send + Sync + 'static,
    {
        let family = Family::<L, Count>::default();
        self.0.register(name, help, family.clone());
        family
    }

    /// Seconds by trail.
    fn seconds_by_trail(&mut self, name: &str, help: &str) -> Family<OfTrail, Seconds> {
        self.family(name, help)
    }

    /// Seconds with labels.
    fn family<L>(&mut self, name: &str, help: &str) -> Family<L, Seconds>
    where
        L: Clone + std::hash::Hash + Eq + EncodeLabelSet + std::fmt::Debug + Send + Sync + 'static,
    {
        let family = Family::<L, Seconds>::default();
        self.0.register(name, help, family.clone());
        family
    }

    /// Faults of calls and workers, by kind.
    pub(super) fn faults(&mut self, gateway: &Gateway) {
        let family = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let help = "Calls and workers' steps that failed for a reason of our own";
        self.0.register("shoseki_faults", help, family.clone());
        let kinds = [("store", FaultKind::Store), ("key", FaultKind::Key), ("bug", FaultKind::Bug)];
        for (name, kind) in kinds {
            family.get_or_create(&[("kind", name)]).inc_by(gateway.faults(kind));
        }
    }

    /// What the calls so far took on threads of ours.
    pub(super) fn phases(&mut self, gateway: &Gateway) {
        let family =
            Family::<[(&'static str, &'static str); 1], Counter<f64, AtomicU64>>::default();
        let help = "Time that calls took for each phase, without HTTP and their commit";
        self.0.register("shoseki_call_phase_seconds", help, family.clone());
        for phase in Phase::ALL {
            let labels = [("phase", phase.name())];
            family.get_or_create(&labels).inc_by(seconds(gateway.spent_us(phase)));
        }
    }

    /// What waits, in all and by trail.
    pub(super) fn deliveries(&mut self, backlog: &Backlog, now: Timestamp) {
        self.gauge("shoseki_logging_trails", "Trails that are logging", backlog.logging_trails);
        let lost = "Files abandoned after 30 days";
        self.gauge("shoseki_delivery_lost_files", lost, backlog.lost);
        let refusing =
            self.counts("shoseki_delivery_refusing_folders", "Folders that rejected a file");
        let files = self.counts("shoseki_delivery_waiting_files", "Files pending delivery");
        let oldest = "Age of the oldest file pending delivery; 0 without any";
        let oldest = self.seconds_by_trail("shoseki_delivery_oldest_seconds", oldest);
        let latest = self.seconds_by_trail(
            "shoseki_delivery_latest_timestamp_seconds",
            "Time of the last delivered log file",
        );
        let digest = self.seconds_by_trail(
            "shoseki_digest_latest_timestamp_seconds",
            "Time of the last delivered digest",
        );
        for trail in &backlog.trails {
            let labels = labels(trail);
            refusing.get_or_create(&labels).set(trail.refusing);
            files.get_or_create(&labels).set(trail.files);
            let age_ms = trail.oldest.map_or(0, |oldest| now.since_ms(oldest));
            oldest.get_or_create(&labels).set(seconds(age_ms.saturating_mul(1_000)));
            if let Some(at) = trail.latest_delivery {
                latest.get_or_create(&labels).set(instant(at));
            }
            if let Some(at) = trail.latest_digest {
                digest.get_or_create(&labels).set(instant(at));
            }
        }
    }

    /// The store and its disk.
    pub(super) fn disk(&mut self, store: &Store) -> Result<(), StoreError> {
        self.gauge("shoseki_disk_full", "1 while the disk is full", u64::from(store.is_full()));
        let bytes = store.bytes()?;
        let help = "Size of the data directory without object bodies";
        let parts = self.counts("shoseki_store_bytes", help);
        for (part, bytes) in [
            ("log", bytes.log),
            ("state", bytes.state),
            ("bases", bytes.bases),
            ("segments", bytes.segments),
        ] {
            parts.get_or_create(&[("part", part)]).set(bytes);
        }
        let upkeep = store.upkeep();
        let Upkeep { failed_checkpoints, failed_bases, damaged_bases, damaged_frame } = upkeep;
        let help = "Attempts that failed since the last checkpoint of the state file";
        self.gauge("shoseki_store_failed_checkpoints", help, failed_checkpoints);
        let help = "Attempts that failed since the last base of the state";
        self.gauge("shoseki_store_failed_bases", help, failed_bases);
        let help = "Bases of the state that were found damaged since the start";
        self.gauge("shoseki_store_damaged_bases", help, damaged_bases);
        let help = "1 if a backup found a damaged frame of the log in front of intact ones";
        self.gauge("shoseki_store_log_damaged", help, u64::from(damaged_frame.is_some()));
        if let Ok(disk) = rustix::fs::statvfs(store.folder()) {
            let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
            let free = "Free space on the data directory's file system";
            self.gauge("shoseki_disk_free_bytes", free, bytes(disk.f_bavail));
            let size = "Size of the data directory's file system";
            self.gauge("shoseki_disk_size_bytes", size, bytes(disk.f_blocks));
        }
        Ok(())
    }

    /// How far the backups of the data directory have come.
    pub(super) fn backups(&mut self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let frames = "Frames that are not in the backup";
        let frames = self.counts::<OfBackup>("shoseki_backup_lag_frames", frames);
        let lag = "Time for which frames have not been in the backup; 0 if all are";
        let lag = self.family::<OfBackup>("shoseki_backup_lag_seconds", lag);
        let latest = "Time as of which the backup was complete";
        let latest = self.family::<OfBackup>("shoseki_backup_latest_timestamp_seconds", latest);
        let given_up = "1 if a backup that follows the log is given up: nothing is kept for it";
        let given_up = self.counts::<OfBackup>("shoseki_backup_given_up", given_up);
        let follows = "1 if the log waits for the backup, because it follows the log";
        let follows = self.counts::<OfBackup>("shoseki_backup_follows", follows);
        for cursor in BackupCursor::all(store.folder())? {
            let behind = store.position().saturating_sub(cursor.position);
            let (is_waited_for, is_given_up) = (cursor.is_waited_for(), cursor.given_up.is_some());
            let lag_ms = if behind == 0 { 0 } else { now.since_ms(cursor.as_of) };
            let labels = [("backup", cursor.backup), ("destination", cursor.destination)];
            frames.get_or_create(&labels).set(behind);
            lag.get_or_create(&labels).set(seconds(lag_ms.saturating_mul(1_000)));
            latest.get_or_create(&labels).set(instant(cursor.as_of));
            follows.get_or_create(&labels).set(u64::from(is_waited_for));
            given_up.get_or_create(&labels).set(u64::from(is_given_up));
        }
        Ok(())
    }

    /// The process, under the names that all programs use.
    pub(super) fn process(&mut self, now: Timestamp) {
        let Some(own) = process::Process::own(now) else { return };
        self.0.register(
            "process_cpu_seconds",
            "User and system time",
            ConstCounter::new(seconds(own.cpu_us)),
        );
        for (name, help, value) in [
            ("process_resident_memory_bytes", "Resident memory", own.resident_bytes),
            ("process_virtual_memory_bytes", "Virtual memory", own.virtual_bytes),
            ("process_open_fds", "Open file descriptors", own.open_fds),
            ("process_max_fds", "Maximum number of file descriptors", own.max_fds),
            ("process_threads", "Threads", own.threads),
        ] {
            self.gauge(name, help, value);
        }
        let start = "Start time of the process";
        self.seconds("process_start_time_seconds", start, instant(own.started));
    }
}

fn labels(trail: &TrailBacklog) -> OfTrail {
    [
        ("account", trail.account.as_str().to_owned()),
        ("region", trail.region.as_str().to_owned()),
        ("trail", trail.name.clone()),
    ]
}
