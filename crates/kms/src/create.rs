//! Creation of keys, for all callers.

use gateway::{Ctx, SealingTx};
use types::uuid_v4;

use crate::error::KmsFailure;
use crate::material::{self, Renewal};
use crate::model::{Key, Manager, OWNERS, Owner, State, owner_place};

/// The properties of a key that are decided before it exists.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) manager: Manager,
    pub(crate) multi_region: bool,
    /// With principals by unique id.
    pub(crate) policy: String,
    pub(crate) tags: Vec<(String, String)>,
}

/// A fresh key id.
pub(crate) fn fresh_id(ctx: &Ctx<'_>, multi_region: bool) -> Result<String, KmsFailure> {
    let random = ctx.entropy().bytes::<16>()?;
    Ok(if multi_region { format!("mrk-{}", types::hex(&random)) } else { uuid_v4(random) })
}

/// Creates the key and its first material.
pub(crate) fn create(ctx: &mut Ctx<'_>, blueprint: Blueprint) -> Result<Key, KmsFailure> {
    let mut key = Key {
        account: ctx.account().clone(),
        region: ctx.region().clone(),
        id: blueprint.id,
        created: ctx.now(),
        description: blueprint.description,
        state: State::Enabled,
        manager: blueprint.manager,
        multi_region: blueprint.multi_region,
        policy: blueprint.policy,
        tags: blueprint.tags,
        aliases: Vec::new(),
        material_id: String::new(),
        rotation: None,
        on_demand_rotations: 0,
        grants: 0,
        version: 0,
    };
    let how = Renewal { now: ctx.now(), number: 0, on_demand: false };
    let SealingTx { tx, keyring, entropy } = ctx.sealing_tx();
    material::renew(tx, keyring, entropy, &mut key, how)?;
    let owner = Owner { account: key.account.clone() };
    OWNERS.put(tx, keyring, &owner_place(&key.region, &key.id), &owner)?;
    Ok(key)
}
