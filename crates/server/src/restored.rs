//! A restored past is recorded: what follows the restored frame is another history than what
//! followed it before.

use gateway::{ServiceEvent, operator_events};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Store, Table};
use types::{AccountId, Entropy, Region, Timestamp};

use crate::OpenError;
use crate::store_identity::Origin;

/// The restores of this store, by the newest frame that was restored.
const RESTORED: Table<Restoration> = Table::new("server.restored");

/// A restore that is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restoration {
    /// The backup.
    backup: String,
    /// When it was restored.
    at: Timestamp,
    /// The newest event that was restored.
    event: u64,
}

/// Records that the store was restored, once: with a service event `RestoreBackup` of our own
/// service, in the first account, and a row in the same commit. AWS has nothing like it.
pub(crate) fn record(
    account: &AccountId,
    store: &Store,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), OpenError> {
    let Origin { backup, frame, newest, at } = origin.clone();
    let (view, key) = (store.snapshot()?, format!("{frame:020}"));
    let row = Restoration { backup: backup.clone(), at, event: view.last_seq()? };
    let known = RESTORED.get(&view.tx(), &key)?;
    if known.is_some_and(|known| known.backup == backup && known.at == at) {
        return Ok(());
    }
    tracing::warn!(backup, frame, newest, "the data directory was restored from a backup");
    let all = iam::accounts(&view.tx())?;
    let first = all.first().map(|account| account.id.clone());
    let is_known = all.iter().any(|known| known.id == *account);
    let event = ServiceEvent {
        source: inquiry::SERVICE.event_source,
        name: "RestoreBackup",
        region: Region::us_east_1(),
        account: first.filter(|_| !is_known).unwrap_or_else(|| account.clone()),
        resources: vec![],
        details: json!({
            "backup": backup,
            "restoredAt": at.iso(),
            "lastFrame": frame,
            "lastEvent": row.event,
            "newestFrameOfBackup": newest,
        }),
    };
    let events = operator_events(vec![event], now, &Entropy::system())?;
    let recorded =
        store.submit_when_full(move |tx| (RESTORED.put(tx, key, &row), events)).wait()?;
    Ok(recorded?)
}
