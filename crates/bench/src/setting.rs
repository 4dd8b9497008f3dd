//! What all measurements of a server share.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub(crate) struct Setting {
    /// The server's binary [default: the one built beside this program].
    #[arg(long, default_value_os_t = beside())]
    pub(crate) server: PathBuf,
    /// The parent of the temporary data directory; it should be on a disk.
    #[arg(long)]
    pub(crate) scratch: Option<PathBuf>,
    /// The number of connections, each with one request in flight.
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u32,
    /// The number of events created before `LookupEvents` is measured.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) history: usize,
    /// With a trail that logs everything, delivered every two seconds.
    #[arg(long)]
    pub(crate) trail: bool,
    /// Prints JSON, one object per line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Waits for a line on standard input before measuring, so that a profiler can be attached.
    #[arg(long)]
    pub(crate) hold: bool,
}

/// The path of the server's binary, relative to this program's in any target directory.
fn beside() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name("shoseki")
}
