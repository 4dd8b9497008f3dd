//! File descriptors: every connection is one, and so is every file that a call has open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::SPARE_MAX;

/// The descriptors of the store, the runtime and the listeners, with a margin.
const OWN_FILES: usize = 64;
/// A connection and the file of the body that it sends or receives.
const FILES_OF_CONNECTION: usize = 2;

/// Ensures that there are enough file descriptors for this many connections; returns the number of
/// connections that they suffice for.
pub(super) fn make_room(connections: usize) -> usize {
    let needed = files_for(connections) as u64;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // `None` is no limit.
    let Some(mut limit) = current.filter(|limit| *limit < needed) else { return connections };
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }) {
        Ok(()) => limit = raised,
        Err(error) => tracing::warn!(%error, "cannot raise the limit of file descriptors"),
    }
    let fitting = connections_for(usize::try_from(limit).unwrap_or(usize::MAX)).min(connections);
    if fitting < connections {
        tracing::warn!(
            connections_max = connections,
            limit,
            needed,
            served = fitting,
            "too few file descriptors for all connections: raise the limit (`ulimit -n`) or lower \
             `connections_max`"
        );
    }
    fitting
}

fn files_for(connections: usize) -> usize {
    let for_connections = connections.saturating_mul(FILES_OF_CONNECTION);
    for_connections.saturating_add(OWN_FILES).saturating_add(SPARE_MAX)
}

/// At least one: a server without connections is useless.
fn connections_for(files: usize) -> usize {
    (files.saturating_sub(OWN_FILES).saturating_sub(SPARE_MAX) / FILES_OF_CONNECTION).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_connections_as_files_suffice_for() {
        for connections in [1, 100, 4_096] {
            assert_eq!(connections_for(files_for(connections)), connections);
            assert_eq!(connections_for(files_for(connections) + 1), connections);
        }
        assert_eq!(connections_for(0), 1);
        assert_eq!(files_for(usize::MAX), usize::MAX);
    }

    /// The limit is raised as requested, as far as permitted.
    #[test]
    fn the_limit_is_raised() {
        assert_eq!(make_room(300), 300);
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= files_for(300) as u64);
        assert!(enough(current) && enough(maximum));
    }
}
