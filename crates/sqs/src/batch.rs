//! Batches: the checks of a whole call, and the entries that fail.

use std::collections::BTreeSet;

use gateway::Failure;
use serde::Serialize;

use crate::error::{Fail, SqsError};

/// Source: SQS API Reference, "`SendMessageBatch`".
const ENTRIES_MAX: usize = 10;
const ID_LEN_MAX: usize = 80;

/// An entry that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Failed {
    id: String,
    sender_fault: bool,
    code: String,
    message: String,
}

impl Failed {
    /// An entry that failed by an error of the API. Any other failure is the whole call's, and so
    /// is one of KMS: the key is the queue's.
    ///
    /// Source: the service model, the errors of `SendMessageBatch`.
    pub(crate) fn of(id: &str, failure: Fail) -> Result<Self, Fail> {
        match failure {
            Failure::Api(error, _) if !error.code().starts_with("KMS.") => Ok(Self {
                id: id.to_owned(),
                sender_fault: true,
                code: error.code().to_owned(),
                message: error.text().to_owned(),
            }),
            Failure::Api(..) | Failure::Wire(_) | Failure::Denied(_) | Failure::Internal(_) => {
                Err(failure)
            }
        }
    }
}

/// Checks number and IDs of a batch's entries. `shape` is the entries' name in texts.
///
/// Observed: the texts for too many entries and for an invalid ID. Assumed: the others.
pub(crate) fn check<'a>(
    ids: impl Iterator<Item = Option<&'a String>> + Clone,
    shape: &str,
) -> Result<(), SqsError> {
    let count = ids.clone().count();
    if count == 0 {
        return Err(SqsError::EmptyBatchRequest(format!(
            "There should be at least one {shape} in the request."
        )));
    }
    if count > ENTRIES_MAX {
        return Err(SqsError::TooManyEntriesInBatchRequest(format!(
            "Maximum number of entries per request are {ENTRIES_MAX}. You have sent {count}."
        )));
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let id = id.ok_or_else(|| SqsError::missing(&format!("{shape}.1.Id")))?;
        if !is_id(id) {
            return Err(SqsError::InvalidBatchEntryId(
                "A batch entry id can only contain alphanumeric characters, hyphens and \
                 underscores. It can be at most 80 letters long."
                    .to_owned(),
            ));
        }
        if !seen.insert(id) {
            return Err(SqsError::BatchEntryIdsNotDistinct(format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

fn is_id(id: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=ID_LEN_MAX).contains(&id.len()) && id.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_checked_as_a_whole() {
        let code = |ids: &[&str]| {
            let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
            check(ids.iter().map(Some), "Entry").map_err(|error| error.code())
        };
        assert_eq!(code(&["a", "B-1_"]), Ok(()));
        let prefix = "AWS.SimpleQueueService.";
        for (ids, want) in [
            (&[][..], "EmptyBatchRequest"),
            (&["a"; 11], "TooManyEntriesInBatchRequest"),
            (&["a", "a"], "BatchEntryIdsNotDistinct"),
            (&["a b"], "InvalidBatchEntryId"),
            (&[""], "InvalidBatchEntryId"),
        ] {
            assert_eq!(code(ids), Err([prefix, want].concat().as_str()), "{ids:?}");
        }
    }
}
