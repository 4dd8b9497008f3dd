use gateway::Fault;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use types::Timestamp;

use crate::model::{Key, Manager, State};
use crate::{AWS_KMS, ENCRYPT_DECRYPT, SYMMETRIC_DEFAULT};

/// An instant; on the wire, seconds since the epoch with a fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seconds(pub Timestamp);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_secs_f64())
    }
}

/// The description of a key.
///
/// Source: KMS API Reference, "`KeyMetadata`". Observed: which members are present when.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyMetadata {
    /// The owner.
    #[serde(rename = "AWSAccountId")]
    pub aws_account_id: String,
    /// The id, not the ARN.
    pub key_id: String,
    /// The ARN.
    pub arn: String,
    /// When it was created.
    pub creation_date: Seconds,
    /// Whether the state is `Enabled`.
    pub enabled: bool,
    /// Up to 8192 characters.
    pub description: String,
    /// `ENCRYPT_DECRYPT`
    pub key_usage: &'static str,
    /// `Enabled`, `Disabled` or `PendingDeletion`.
    pub key_state: &'static str,
    /// When it will be destroyed, if that was scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_date: Option<Seconds>,
    /// `AWS_KMS`
    pub origin: &'static str,
    /// `CUSTOMER` or `AWS`.
    pub key_manager: &'static str,
    /// The old name of `key_spec`.
    pub customer_master_key_spec: &'static str,
    /// `SYMMETRIC_DEFAULT`
    pub key_spec: &'static str,
    /// `SYMMETRIC_DEFAULT`
    pub encryption_algorithms: Vec<&'static str>,
    /// Whether the id begins with `mrk-`.
    pub multi_region: bool,
    /// Of a multi-Region key: its relatives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_region_configuration: Option<MultiRegionConfiguration>,
    /// The material that encrypts.
    pub current_key_material_id: String,
}

/// The relatives of a multi-Region key.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MultiRegionConfiguration {
    /// `PRIMARY`: there are no replicas here.
    pub multi_region_key_type: &'static str,
    /// The primary key.
    pub primary_key: MultiRegionKey,
    /// The replicas.
    pub replica_keys: Vec<MultiRegionKey>,
}

/// One of several keys that share material.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MultiRegionKey {
    /// Its ARN.
    pub arn: String,
    /// Its region.
    pub region: String,
}

impl KeyMetadata {
    pub(crate) fn of(key: &Key) -> Self {
        let arn = key.arn().to_string();
        let deletion_date = match key.state {
            State::PendingDeletion { due } => Some(Seconds(due)),
            State::Enabled | State::Disabled => None,
        };
        let multi_region_configuration = key.multi_region.then(|| MultiRegionConfiguration {
            multi_region_key_type: "PRIMARY",
            primary_key: MultiRegionKey { arn: arn.clone(), region: key.region.to_string() },
            replica_keys: Vec::new(),
        });
        Self {
            aws_account_id: key.account.to_string(),
            key_id: key.id.clone(),
            arn,
            creation_date: Seconds(key.created),
            enabled: key.state == State::Enabled,
            description: key.description.clone(),
            key_usage: ENCRYPT_DECRYPT,
            key_state: key.state.name(),
            deletion_date,
            origin: AWS_KMS,
            key_manager: match key.manager {
                Manager::Customer => "CUSTOMER",
                Manager::Aws => "AWS",
            },
            customer_master_key_spec: SYMMETRIC_DEFAULT,
            key_spec: SYMMETRIC_DEFAULT,
            encryption_algorithms: vec![SYMMETRIC_DEFAULT],
            multi_region: key.multi_region,
            multi_region_configuration,
            current_key_material_id: key.material_id.clone(),
        }
    }

    /// The same as events show it: lower-camel members, the creation date as text.
    ///
    /// Observed: the account's member is called `aWSAccountId`.
    pub(crate) fn recorded(&self) -> Result<Value, Fault> {
        let mut tree = gateway::camel_members(gateway::shown(self)?, &crate::SERVICE.event_form);
        if let Some(members) = tree.as_object_mut() {
            members.insert("creationDate".to_owned(), json!(self.creation_date.0.java_text()));
        }
        Ok(tree)
    }
}
