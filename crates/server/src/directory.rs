//! Decides what to do with a data directory, by its contents.
//!
//! A new store is created in this order: `identity`, unfinished; the root key; the keyring; the
//! state, first under another name; the log; the root credentials; the first account; `identity`
//! again, finished. An interrupted creation can be resumed from any point. A missing state is never
//! replaced.

use std::path::Path;

use store::{Found, StateFile};

use crate::store_identity::Identity;
use crate::{OpenError, roots, sealing, transparency};

/// A loss that is visible from the directory alone.
pub(crate) const BODIES_GONE: &str = "`bodies` is missing or empty, but objects were written there";

/// A loss that can be made up for.
const REBUILD: &str =
    "`state.redb` is missing, but the log is there: `shoseki rebuild` replaces it";

/// What exists besides the identity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Survey {
    /// The store's files.
    pub(crate) found: Found,
    /// Whether keys or credentials of ours are in the directory.
    pub(crate) keys: bool,
    /// Whether files of a transparency log are in the directory.
    pub(crate) tlog: bool,
}

impl Survey {
    pub(crate) fn of(folder: &Path) -> Result<Self, OpenError> {
        let files = [sealing::BARE_FILE, sealing::SEALED_FILE, roots::FILE];
        let keys = files.iter().any(|file| folder.join(file).exists());
        let tlog = folder.join(transparency::FOLDER).exists();
        Ok(Self { found: Found::within(folder)?, keys, tlog })
    }

    /// Whether there are no files of ours.
    pub(crate) fn is_nothing(self) -> bool {
        self.found.is_nothing() && !self.keys && !self.tlog
    }
}

/// The action to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Create a new store.
    Create,
    /// Resume the creation of a store that the identity records as unfinished.
    Resume,
    /// Open the store that the identity names.
    Open,
    /// Open a store that has no identity: of an earlier release, or robbed of it. Only the state
    /// shows which.
    Adopt,
}

/// Decides what to do with the data directory `folder`; an error describes what is missing.
///
/// `accept_less` accepts missing bodies.
pub(crate) fn plan(
    folder: &Path,
    survey: Survey,
    identity: Option<&Identity>,
    accept_less: bool,
) -> Result<Plan, OpenError> {
    let Found { state, log, segments, bodies, .. } = survey.found;
    let lost = |what: &str| Err(OpenError::Lost { folder: folder.to_owned(), what: what.into() });
    match (identity, state) {
        (None, StateFile::Missing) if survey.is_nothing() => Ok(Plan::Create),
        (Some(Identity { store: None, .. }), StateFile::Missing)
            if !log && !segments && !bodies =>
        {
            Ok(Plan::Resume)
        }
        (Some(Identity { store: None, .. }), StateFile::There) if !segments && !bodies => {
            Ok(Plan::Resume)
        }
        (_, StateFile::Missing) if log => lost(REBUILD),
        (_, StateFile::Missing) => {
            lost("`state.redb` is missing, but other files of a store exist")
        }
        (_, StateFile::Empty) => lost("`state.redb` is empty"),
        (None, StateFile::There) => Ok(Plan::Adopt),
        (Some(Identity { store: None, .. }), StateFile::There) => {
            lost("`identity` belongs to a store without events, but events or objects exist")
        }
        (Some(identity), StateFile::There) if identity.bodies && !bodies && !accept_less => {
            lost(BODIES_GONE)
        }
        (Some(_), StateFile::There) => Ok(Plan::Open),
    }
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    /// All combinations of what can be there.
    #[test]
    fn a_lost_state_is_never_replaced() {
        use StateFile::{Empty, Missing, There};
        let unfinished = Identity::unfinished(Timestamp::from_secs(1));
        let finished = Identity { store: Some("s".into()), position: 9, ..unfinished.clone() };
        let with_bodies = Identity { bodies: true, ..finished.clone() };
        let identities = [None, Some(unfinished), Some(finished), Some(with_bodies)];
        let mut seen = [0; 5];
        for bits in 0..3 * 4 * 64_usize {
            let state = [Missing, Empty, There][bits % 3];
            let which = bits / 3 % 4;
            let on = |bit: usize| (bits / 12) >> bit & 1 == 1;
            let (segments, bodies, reserve, log) = (on(0), on(1), on(2), on(4));
            let found = Found { state, log, segments, bodies, reserve };
            let survey = Survey { found, keys: on(3), tlog: on(5) };
            let identity = identities[which].as_ref();
            let plan = plan(Path::new("data"), survey, identity, false).ok();
            let events_or_objects = found.segments || found.bodies;
            let want = match (which, state) {
                (0, Missing)
                    if !events_or_objects && !reserve && !log && !survey.keys && !survey.tlog =>
                {
                    Some(Plan::Create)
                }
                (1, Missing) if !events_or_objects && !log => Some(Plan::Resume),
                (1, There) if !events_or_objects => Some(Plan::Resume),
                (0, There) => Some(Plan::Adopt),
                (2, There) => Some(Plan::Open),
                (3, There) if found.bodies => Some(Plan::Open),
                _ => None,
            };
            assert_eq!(plan, want, "{identity:?} {survey:?}");
            seen[plan.map_or(4, |plan| plan as usize)] += 1;
        }
        assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
        assert_eq!(seen[Plan::Create as usize], 1, "one way only to begin a history");
    }
}
