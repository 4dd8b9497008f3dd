//! What is stored.

use serde::{Deserialize, Serialize};
use store::{StoreError, Table, Tx, key};
use types::{AccountId, Arn, Region, Timestamp};

/// The queues: account, region, name.
pub(crate) const QUEUES: Table<Queue> = Table::new("sqs.queue");
/// When queues were deleted: account, region, name. A name cannot be used again for a minute.
pub(crate) const DELETED: Table<Timestamp> = Table::new("sqs.deleted");

/// Contents of queues that were deleted or purged, whose rows are still to be deleted.
pub(crate) const GONE: Table<()> = Table::new("sqs.gone");

/// A queue with its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
    /// What its messages are stored under: another one after a purge, and for a later queue of
    /// the same name.
    pub(crate) contents: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) delay_seconds: u32,
    pub(crate) maximum_message_size: u32,
    pub(crate) message_retention_period: u32,
    pub(crate) receive_message_wait_time_seconds: u32,
    pub(crate) visibility_timeout: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redrive: Option<Redrive>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redrive_allow: Option<RedriveAllow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_master_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_reuse_seconds: Option<u32>,
    pub(crate) sqs_managed_sse: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fifo: Option<Fifo>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) purged: Option<Timestamp>,
}

/// What only FIFO queues have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fifo {
    /// Whether the hash of the body is the deduplication ID of messages without one.
    pub(crate) content_based: bool,
    /// `queue` or `messageGroup`.
    pub(crate) scope: String,
    /// `perQueue` or `perMessageGroupId`.
    pub(crate) throughput: String,
}

impl Fifo {
    /// Whether equal deduplication IDs in different groups are different messages.
    pub(crate) fn is_per_group(&self) -> bool {
        self.scope == "messageGroup"
    }
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redrive {
    pub(crate) dead_letter_target_arn: String,
    pub(crate) max_receive_count: u32,
}

/// Which queues may use a queue as their dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedriveAllow {
    pub(crate) redrive_permission: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_queue_arns: Option<Vec<String>>,
}

impl RedriveAllow {
    /// Whether the queue with this ARN may use it.
    pub(crate) fn admits(&self, source: &Arn) -> bool {
        match self.redrive_permission.as_str() {
            "denyAll" => false,
            "byQueue" => {
                let arns = self.source_queue_arns.as_deref().unwrap_or_default();
                arns.iter().any(|arn| arn == source.as_str())
            }
            _ => true,
        }
    }
}

impl Queue {
    /// A queue with the default attributes.
    ///
    /// Observed: the defaults.
    pub(crate) fn new(
        account: &AccountId,
        region: &Region,
        name: &str,
        contents: String,
        now: Timestamp,
    ) -> Self {
        Self {
            account: account.clone(),
            region: region.clone(),
            name: name.to_owned(),
            contents,
            created: now,
            modified: now,
            delay_seconds: 0,
            maximum_message_size: 1_048_576,
            message_retention_period: 345_600,
            receive_message_wait_time_seconds: 0,
            visibility_timeout: 30,
            policy: None,
            redrive: None,
            redrive_allow: None,
            kms_master_key_id: None,
            kms_reuse_seconds: None,
            sqs_managed_sse: true,
            fifo: None,
            tags: Vec::new(),
            purged: None,
        }
    }

    /// The ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("sqs", &self.region, &self.account, &self.name)
    }

    /// Where it is stored.
    pub(crate) fn key(&self) -> Vec<u8> {
        queue_key(&self.account, &self.region, &self.name)
    }

    /// Stores it.
    pub(crate) fn save(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        QUEUES.put(tx, self.key(), self)
    }

    /// Until when a message is kept that was sent at an instant.
    pub(crate) fn kept_until(&self, sent: Timestamp) -> Timestamp {
        sent.plus_ms(u64::from(self.message_retention_period).saturating_mul(types::SECOND_MS))
    }
}

/// Where a queue is stored.
pub(crate) fn queue_key(account: &AccountId, region: &Region, name: &str) -> Vec<u8> {
    key([account.as_str(), region.as_str(), name])
}
