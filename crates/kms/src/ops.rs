//! The operations, one file for each or for a few small ones on one noun.

mod create_alias;
mod create_grant;
mod create_key;
mod decrypt;
mod delete_alias;
mod deletion;
mod describe_key;
mod enablement;
mod encrypt;
mod generate_data_key;
mod generate_random;
mod key_policies;
mod list_aliases;
mod list_grants;
mod list_key_rotations;
mod list_keys;
mod members;
mod re_encrypt;
mod retire_grant;
mod revoke_grant;
mod rotate_key_on_demand;
mod rotation;
pub(crate) mod tagging;
mod update_alias;
mod update_key_description;

use gateway::{Row, row};

use self::tagging::{TagResource, UntagResource};
use crate::tagged::Keys;

pub use decrypt::{Decrypt, DecryptInput, DecryptOutput};
pub use describe_key::{DescribeKey, DescribeKeyInput, DescribeKeyOutput};
pub use encrypt::{Encrypt, EncryptInput, EncryptOutput};
pub use generate_data_key::{
    GenerateDataKey, GenerateDataKeyInput, GenerateDataKeyOutput, GenerateDataKeyWithoutPlaintext,
    GenerateDataKeyWithoutPlaintextOutput,
};
pub use members::Recipient;

/// The rows of the table of operations.
///
/// Absent: asymmetric and HMAC keys with the operations on them (`Sign`, `Verify`, `GetPublicKey`,
/// `GenerateMac`, `VerifyMac`, `DeriveSharedSecret`, `Encapsulate`, `Decapsulate`,
/// `GenerateDataKeyPair`), imported material, replicas of multi-Region keys, custom key stores,
/// and `GetKeyLastUsage`.
pub const ROWS: &[Row] = &[
    row::<create_key::CreateKey>(),
    row::<DescribeKey>(),
    row::<list_keys::ListKeys>(),
    row::<enablement::EnableKey>(),
    row::<enablement::DisableKey>(),
    row::<deletion::ScheduleKeyDeletion>(),
    row::<deletion::CancelKeyDeletion>(),
    row::<update_key_description::UpdateKeyDescription>(),
    row::<key_policies::GetKeyPolicy>(),
    row::<key_policies::PutKeyPolicy>(),
    row::<key_policies::ListKeyPolicies>(),
    row::<create_alias::CreateAlias>(),
    row::<update_alias::UpdateAlias>(),
    row::<delete_alias::DeleteAlias>(),
    row::<list_aliases::ListAliases>(),
    row::<TagResource>().with_tags(&Keys),
    row::<UntagResource>(),
    row::<tagging::ListResourceTags>(),
    row::<Encrypt>(),
    row::<Decrypt>(),
    row::<re_encrypt::ReEncrypt>(),
    row::<GenerateDataKey>(),
    row::<GenerateDataKeyWithoutPlaintext>(),
    row::<generate_random::GenerateRandom>(),
    row::<rotation::EnableKeyRotation>(),
    row::<rotation::DisableKeyRotation>(),
    row::<rotation::GetKeyRotationStatus>(),
    row::<rotate_key_on_demand::RotateKeyOnDemand>(),
    row::<list_key_rotations::ListKeyRotations>(),
    row::<create_grant::CreateGrant>(),
    row::<list_grants::ListGrants>(),
    row::<list_grants::ListRetirableGrants>(),
    row::<retire_grant::RetireGrant>(),
    row::<revoke_grant::RevokeGrant>(),
];
