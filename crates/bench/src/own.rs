use std::io::{Write, stderr, stdin};
use std::time::Instant;

use crate::failure::Failure;
use crate::server::cpu_us_of;

/// The clock of all measurements.
#[expect(clippy::disallowed_methods, reason = "this program measures")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// CPU time of this process in microseconds: it shares the machine with the server.
pub(crate) fn cpu_us() -> Result<u64, Failure> {
    cpu_us_of("self")
}

/// Prints the process ID that is about to be loaded and waits for a line.
pub(crate) fn hold(pid: u32) -> Result<(), Failure> {
    writeln!(stderr(), "process {pid} is ready; press Enter")?;
    stdin().read_line(&mut String::new())?;
    Ok(())
}
