//! What a key's state allows.

use crate::KmsError;
use crate::model::{Key, State};

impl Key {
    /// For cryptography, new grants and rotation: the key must be enabled.
    ///
    /// Source: KMS Developer Guide, "Key states of AWS KMS keys". Observed: the texts, and that a
    /// pending deletion is an invalid state rather than a disabled key.
    pub(crate) fn usable(&self) -> Result<(), KmsError> {
        match self.state {
            State::Enabled => Ok(()),
            State::Disabled => Err(KmsError::Disabled(self.arn().to_string())),
            State::PendingDeletion { .. } => Err(self.pending_deletion()),
        }
    }

    /// For changes of the key itself: rejects a key whose deletion is scheduled.
    pub(crate) fn changeable(&self) -> Result<(), KmsError> {
        match self.state {
            State::Enabled | State::Disabled => Ok(()),
            State::PendingDeletion { .. } => Err(self.pending_deletion()),
        }
    }

    /// For the cancellation of a deletion.
    pub(crate) fn cancellable(&self) -> Result<(), KmsError> {
        match self.state {
            State::PendingDeletion { .. } => Ok(()),
            State::Enabled | State::Disabled => {
                Err(KmsError::InvalidState(format!("{} is not pending deletion.", self.arn())))
            }
        }
    }

    fn pending_deletion(&self) -> KmsError {
        KmsError::InvalidState(format!("{} is pending deletion.", self.arn()))
    }
}

impl State {
    /// The value of AWS's `KeyState`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion { .. } => "PendingDeletion",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use gateway::ApiError;
    use types::{AccountId, Region, Timestamp};

    use super::*;
    use crate::model::Manager;

    pub(crate) fn key(state: State) -> Key {
        Key {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::us_east_1(),
            id: "1234abcd-12ab-44cd-96ef-1234567890ab".to_owned(),
            created: Timestamp::from_secs(0),
            description: String::new(),
            state,
            manager: Manager::Customer,
            multi_region: false,
            policy: String::new(),
            tags: Vec::new(),
            aliases: Vec::new(),
            material_id: String::new(),
            rotation: None,
            on_demand_rotations: 0,
            grants: 0,
            version: 0,
        }
    }

    #[track_caller]
    fn check(state: State, rule: fn(&Key) -> Result<(), KmsError>, expected: Option<&str>) {
        let found = rule(&key(state)).err().map(|error| {
            let error = error.wire();
            let message = error.message.unwrap_or_default();
            let arn = key(state).arn().to_string();
            format!("{}: {}", error.code, message.replace(&arn, "KEY"))
        });
        assert_eq!(found.as_deref(), expected);
    }

    /// The table of states, by group of operations.
    #[test]
    fn states_allow_what_they_allow_on_aws() {
        let pending = State::PendingDeletion { due: Timestamp::from_secs(9) };
        let refused = Some("KMSInvalidStateException: KEY is pending deletion.");
        check(State::Enabled, Key::usable, None);
        check(State::Disabled, Key::usable, Some("DisabledException: KEY is disabled."));
        check(pending, Key::usable, refused);
        check(State::Enabled, Key::changeable, None);
        check(State::Disabled, Key::changeable, None);
        check(pending, Key::changeable, refused);
        let idle = Some("KMSInvalidStateException: KEY is not pending deletion.");
        check(State::Enabled, Key::cancellable, idle);
        check(State::Disabled, Key::cancellable, idle);
        check(pending, Key::cancellable, None);
    }

    /// A key is deleted at the exact time of its deletion, whether or not a worker has run.
    #[test]
    fn a_key_is_gone_when_its_time_comes() {
        let pending = key(State::PendingDeletion { due: Timestamp::from_secs(9) });
        assert!(!pending.is_gone(Timestamp::from_ms(8_999)));
        assert!(pending.is_gone(Timestamp::from_secs(9)));
        assert!(!key(State::Disabled).is_gone(Timestamp::from_secs(99)));
    }
}
