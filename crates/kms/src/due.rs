//! Scheduled work on keys: destruction and automatic rotation.
//!
//! [`next_step`] decides what becomes of the first entry of a schedule; two functions over a
//! transaction do it. A worker calls them and writes the service events. An expired key is invisible
//! from that instant, whether or not the worker has run.

use gateway::Fault;
use keys::Keyring;
use store::Tx;
use types::{AccountId, Arn, DAY_MS, Entropy, Region, Timestamp};

use crate::material::{self, Renewal};
use crate::model::{
    ALIASES, Due, GRANT_INDEX, GRANTS, KEYS, Key, OWNERS, Rotation, State, alias_place, due_place,
    key_place, owner_place, part_prefix,
};
use crate::rows::{Range, Rows};

/// Pending deletions, by time.
const DELETIONS: Rows<Due> = Rows::new("kms.deletion");
/// Pending rotations, by time.
const ROTATIONS: Rows<Due> = Rows::new("kms.rotation");

/// A destroyed key; the service event `DeleteKey` records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestroyedKey {
    /// Its owner.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its ARN.
    pub arn: Arn,
    /// Its id.
    pub key_id: String,
}

/// A rotated key; the service event `RotateKey` records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotatedKey {
    /// Its owner.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its ARN.
    pub arn: Arn,
    /// Its id.
    pub key_id: String,
    /// The material that encrypted until now.
    pub previous_material_id: String,
    /// The material that encrypts from now on.
    pub current_material_id: String,
}

/// What is scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Deletion,
    Rotation,
}

/// What becomes of the first entry of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It is not due yet.
    Wait,
    /// It is outdated: the key was destroyed, or its state changed since. Drops it.
    Skip,
    /// Destroys the key.
    Destroy,
    /// Rotates the key; this is the schedule from now on.
    Rotate(Rotation),
}

/// Decides; does nothing itself. `key` is the entry's key as it is stored now.
///
/// A key that is not enabled is not rotated; enabling it makes the rotation due at once.
fn next_step(work: Work, at: Timestamp, key: Option<&Key>, now: Timestamp) -> Step {
    if at > now {
        return Step::Wait;
    }
    let Some(key) = key else { return Step::Skip };
    match (work, key.rotation) {
        (Work::Deletion, _) if key.state == State::PendingDeletion { due: at } => Step::Destroy,
        (Work::Rotation, Some(rotation)) if rotation.next == at && key.state == State::Enabled => {
            Step::Rotate(rotation.restarted(now))
        }
        (Work::Deletion | Work::Rotation, _) => Step::Skip,
    }
}

/// Destroys up to `limit` keys whose waiting period is over: material, aliases, grants, policy.
///
/// The rows are deleted when the transaction is committed. The wrapped material remains in older
/// backups of the data directory, which open with the root key of their time.
///
/// Source: KMS Developer Guide, "Deleting AWS KMS keys".
pub fn destroy_due(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DestroyedKey>, Fault> {
    let mut destroyed = Vec::new();
    while destroyed.len() < limit {
        let Some((key, Step::Destroy)) = take(Work::Deletion, tx, keyring, now)? else { break };
        material::destroy(tx, keyring, &key)?;
        for alias in &key.aliases {
            ALIASES.delete(tx, &alias_place(&key.account, &key.region, alias))?;
        }
        for (place, grant) in GRANTS.all(tx, keyring, &part_prefix(&key))? {
            GRANTS.delete(tx, &place)?;
            for index in grant.index_keys(&key) {
                GRANT_INDEX.delete(tx, index)?;
            }
        }
        unschedule_rotation(tx, &key)?;
        OWNERS.delete(tx, &owner_place(&key.region, &key.id))?;
        KEYS.delete(tx, &key.place())?;
        let arn = key.arn();
        let Key { account, region, id: key_id, .. } = key;
        destroyed.push(DestroyedKey { account, region, arn, key_id });
    }
    Ok(destroyed)
}

/// Rotates up to `limit` keys whose automatic rotation is due.
///
/// Source: KMS Developer Guide, "Rotating AWS KMS keys".
pub fn rotate_due(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    entropy: &Entropy,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<RotatedKey>, Fault> {
    let mut rotated = Vec::new();
    while rotated.len() < limit {
        let Some((mut key, Step::Rotate(next))) = take(Work::Rotation, tx, keyring, now)? else {
            break;
        };
        let previous = key.material_id.clone();
        key.rotation = Some(next);
        let number = next_number(tx, keyring, &key)?;
        let how = Renewal { now, number, on_demand: false };
        material::renew(tx, keyring, entropy, &mut key, how)?;
        schedule_rotation(tx, keyring, &key)?;
        rotated.push(RotatedKey {
            arn: key.arn(),
            account: key.account,
            region: key.region,
            key_id: key.id,
            previous_material_id: previous,
            current_material_id: key.material_id,
        });
    }
    Ok(rotated)
}

/// When the next deletion or rotation is due, if any is foreseen.
pub fn next_due(tx: &Tx<'_>, keyring: &Keyring) -> Result<Option<Timestamp>, Fault> {
    let first = Range { prefix: &[], from: &[], limit: 1 };
    let deletions = DELETIONS.page(tx, keyring, &first)?;
    let rotations = ROTATIONS.page(tx, keyring, &first)?;
    Ok(deletions.iter().chain(&rotations).map(|(_, due)| due.at).min())
}

/// Schedules the deletion for which the key is waiting, if it is.
pub(crate) fn schedule_deletion(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    key: &Key,
) -> Result<(), Fault> {
    let State::PendingDeletion { due } = key.state else { return Ok(()) };
    DELETIONS.put(tx, keyring, &due_place(due, key), &note(due, key))
}

/// Removes the schedule of a deletion at `due`.
pub(crate) fn unschedule_deletion(tx: &mut Tx<'_>, key: &Key, due: Timestamp) -> Result<(), Fault> {
    DELETIONS.delete(tx, &due_place(due, key))
}

/// Schedules the automatic rotation of the key, if it is enabled.
pub(crate) fn schedule_rotation(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    key: &Key,
) -> Result<(), Fault> {
    let Some(Rotation { next, .. }) = key.rotation else { return Ok(()) };
    ROTATIONS.put(tx, keyring, &due_place(next, key), &note(next, key))
}

/// Removes the schedule of the key's next rotation.
pub(crate) fn unschedule_rotation(tx: &mut Tx<'_>, key: &Key) -> Result<(), Fault> {
    let Some(Rotation { next, .. }) = key.rotation else { return Ok(()) };
    ROTATIONS.delete(tx, &due_place(next, key))
}

/// The number of the key's next material.
pub(crate) fn next_number(tx: &Tx<'_>, keyring: &Keyring, key: &Key) -> Result<u32, Fault> {
    let newest = material::all(tx, keyring, key)?.last().map_or(0, |(_, row)| row.number);
    Ok(newest.saturating_add(1))
}

impl Rotation {
    /// A rotation every `period_days` days, the first one a period from `now`.
    pub(crate) fn every(period_days: u32, now: Timestamp) -> Self {
        let next = now.plus_ms(u64::from(period_days).saturating_mul(DAY_MS));
        Self { period_days, next }
    }

    fn restarted(self, now: Timestamp) -> Self {
        Self::every(self.period_days, now)
    }
}

/// Removes the due entries of a schedule up to the first one that calls for work; returns its key
/// and the work.
fn take(
    work: Work,
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Option<(Key, Step)>, Fault> {
    let list = match work {
        Work::Deletion => &DELETIONS,
        Work::Rotation => &ROTATIONS,
    };
    let first = Range { prefix: &[], from: &[], limit: 1 };
    while let Some((place, due)) = list.page(tx, keyring, &first)?.pop() {
        let key = KEYS.get(tx, keyring, &key_place(&due.account, &due.region, &due.key_id))?;
        let step = next_step(work, due.at, key.as_ref(), now);
        if step == Step::Wait {
            break;
        }
        list.delete(tx, &place)?;
        if let Some(key) = key.filter(|_| step != Step::Skip) {
            return Ok(Some((key, step)));
        }
    }
    Ok(None)
}

fn note(at: Timestamp, key: &Key) -> Due {
    Due { at, account: key.account.clone(), region: key.region.clone(), key_id: key.id.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state;

    const DUE: Timestamp = Timestamp::from_ms(1_000);
    const LATER: Timestamp = Timestamp::from_ms(2_000);

    fn check(work: Work, key: Option<&Key>, now: Timestamp, want: Step) {
        assert_eq!(next_step(work, DUE, key, now), want);
    }

    /// A key is destroyed from the instant on that its state names, and only then.
    #[test]
    fn a_key_is_destroyed_when_its_waiting_period_is_over() {
        let pending = state::tests::key(State::PendingDeletion { due: DUE });
        check(Work::Deletion, Some(&pending), DUE.minus_ms(1), Step::Wait);
        check(Work::Deletion, Some(&pending), DUE, Step::Destroy);
        check(Work::Deletion, Some(&pending), LATER, Step::Destroy);
        let again = state::tests::key(State::PendingDeletion { due: LATER });
        for other in [&again, &state::tests::key(State::Enabled)] {
            check(Work::Deletion, Some(other), LATER, Step::Skip);
        }
        check(Work::Deletion, None, LATER, Step::Skip);
    }

    /// The next period begins when the key is rotated, however late that is.
    #[test]
    fn an_enabled_key_is_rotated_when_it_is_due() {
        let rotating = |state, next| {
            let rotation = Some(Rotation { period_days: 90, next });
            Key { rotation, ..state::tests::key(state) }
        };
        let enabled = rotating(State::Enabled, DUE);
        check(Work::Rotation, Some(&enabled), DUE.minus_ms(1), Step::Wait);
        let want = Step::Rotate(Rotation { period_days: 90, next: LATER.plus_ms(90 * DAY_MS) });
        check(Work::Rotation, Some(&enabled), LATER, want);
        for other in [
            rotating(State::Disabled, DUE),
            rotating(State::PendingDeletion { due: DUE }, DUE),
            rotating(State::Enabled, LATER),
            state::tests::key(State::Enabled),
        ] {
            check(Work::Rotation, Some(&other), LATER, Step::Skip);
        }
    }
}
