//! The stored types. The wire has its own types.

use serde::{Deserialize, Serialize};
use store::Table;
use types::{AccountId, Arn, Region, Timestamp};

use crate::rows::{Row, Rows};

/// Keys by account, region and id.
pub(crate) const KEYS: Rows<Key> = Rows::new("kms.key").watched();
/// Backing keys by account, region, key id and material id.
pub(crate) const MATERIALS: Rows<Material> = Rows::new("kms.material");
/// Aliases by account, region and name.
pub(crate) const ALIASES: Rows<Alias> = Rows::new("kms.alias").watched();
/// Grants by account, region, key id and grant id.
pub(crate) const GRANTS: Rows<Grant> = Rows::new("kms.grant").watched();
/// The index of a key's grants by grantee or name: the keys of [`Grant::index_keys`], without
/// authentication, because every lookup checks the grant itself.
pub(crate) const GRANT_INDEX: Table<()> = Table::new("kms.grant_clue");
/// The account of a key, by region and id: ciphertexts name no account.
pub(crate) const OWNERS: Rows<Owner> = Rows::new("kms.owner");

/// A KMS key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// A UUID, or `mrk-` and 32 digits.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) description: String,
    pub(crate) state: State,
    pub(crate) manager: Manager,
    pub(crate) multi_region: bool,
    /// The key policy as set, with principals replaced by their unique IDs.
    pub(crate) policy: String,
    /// In the order in which they were set.
    pub(crate) tags: Vec<(String, String)>,
    /// Names of the aliases, `alias/` included, in order of creation.
    pub(crate) aliases: Vec<String>,
    /// The material that encrypts: 64 hexadecimal digits.
    pub(crate) material_id: String,
    pub(crate) rotation: Option<Rotation>,
    /// Rotations on demand so far.
    pub(crate) on_demand_rotations: u32,
    /// The number of grants of this key; saves a lookup on the hot path when there are none.
    #[serde(default)]
    pub(crate) grants: u32,
    /// Raised with every change.
    pub(crate) version: u64,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Enabled,
    Disabled,
    PendingDeletion {
        /// When the key will be destroyed.
        due: Timestamp,
    },
}

/// Who manages a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Manager {
    Customer,
    Aws,
}

/// Automatic rotation, if it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotation {
    pub(crate) period_days: u32,
    pub(crate) next: Timestamp,
}

/// A backing key, wrapped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Material {
    /// The exported key token: sealed for exactly this place.
    pub(crate) token: crate::Blob,
    pub(crate) created: Timestamp,
    /// Counts a key's materials from 0; the first is no rotation.
    pub(crate) number: u32,
    /// Whether the rotation was on demand or scheduled.
    pub(crate) on_demand: bool,
}

/// An alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) key_id: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) key_id: String,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) created: Timestamp,
    /// The account of the principal that created it.
    pub(crate) issuer: AccountId,
    pub(crate) grantee: Party,
    pub(crate) retiring: Option<Party>,
    pub(crate) operations: Vec<String>,
    pub(crate) constraints: Constraints,
}

impl Grant {
    /// The places that lead to it.
    pub(crate) fn index_keys(&self, key: &Key) -> Vec<Vec<u8>> {
        let (Party::Principal(grantee) | Party::Service(grantee)) = &self.grantee;
        let index =
            |index: GrantIndex<'_>| [index_prefix(key, index), store::key([&self.id])].concat();
        let named = self.name.as_deref().map(GrantIndex::Named);
        std::iter::once(GrantIndex::To(grantee)).chain(named).map(index).collect()
    }
}

/// The index entries of a grant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GrantIndex<'a> {
    /// Its grantee.
    To(&'a str),
    /// Its name.
    Named(&'a str),
}

/// The prefix of the keys of a key's grants under an index entry.
pub(crate) fn index_prefix(key: &Key, index: GrantIndex<'_>) -> Vec<u8> {
    let (kind, text) = match index {
        GrantIndex::To(grantee) => ("to", grantee),
        GrantIndex::Named(name) => ("named", name),
    };
    [part_prefix(key), store::key([kind, text])].concat()
}

/// A principal in a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Party {
    /// A unique id, a root ARN, or the ARN of a session.
    Principal(String),
    /// A service, such as `logs.amazonaws.com`.
    Service(String),
}

/// The conditions of a grant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Constraints {
    pub(crate) subset: Option<std::collections::BTreeMap<String, String>>,
    pub(crate) equals: Option<std::collections::BTreeMap<String, String>>,
    pub(crate) source_arn: Option<String>,
}

impl Row for Key {}
impl Row for Material {}
impl Row for Alias {}
impl Row for Owner {}
impl Row for Due {}
impl Row for Grant {}

impl Key {
    /// Where the row is.
    pub(crate) fn place(&self) -> Vec<u8> {
        key_place(&self.account, &self.region, &self.id)
    }

    /// The key's ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("kms", &self.region, &self.account, format_args!("key/{}", self.id))
    }

    /// Whether the key's time is over at `now`, destroyed yet or not.
    pub(crate) fn is_gone(&self, now: Timestamp) -> bool {
        matches!(self.state, State::PendingDeletion { due } if due <= now)
    }
}

/// Where a key's row is.
pub(crate) fn key_place(account: &AccountId, region: &Region, id: &str) -> Vec<u8> {
    store::key([account.as_str(), region.as_str(), id])
}

/// Where an alias's row is.
pub(crate) fn alias_place(account: &AccountId, region: &Region, name: &str) -> Vec<u8> {
    store::key([account.as_str(), region.as_str(), name])
}

/// Where a grant's or a material's row is.
pub(crate) fn part_place(key: &Key, part: &str) -> Vec<u8> {
    store::key([key.account.as_str(), key.region.as_str(), key.id.as_str(), part])
}

/// The prefix of the keys of a key's grants or materials.
pub(crate) fn part_prefix(key: &Key) -> Vec<u8> {
    store::key([key.account.as_str(), key.region.as_str(), key.id.as_str()])
}

/// Where the owner of a key id is.
pub(crate) fn owner_place(region: &Region, id: &str) -> Vec<u8> {
    store::key([region.as_str(), id])
}

/// The position of a scheduled entry.
pub(crate) fn due_place(at: Timestamp, key: &Key) -> Vec<u8> {
    let at = format!("{:020}", at.as_ms());
    store::key([at.as_str(), key.account.as_str(), key.region.as_str(), key.id.as_str()])
}
