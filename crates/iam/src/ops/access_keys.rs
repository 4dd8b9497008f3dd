//! Long-term access keys of users and of the root user.

use gateway::{Answered, Ctx, Fault};
use keys::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Target, existing, target_of, user_or_caller};
use crate::error::{Fail, IamError};
use crate::model::{AccessKey, Kind};
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::validate::{ACCESS_KEY_ID, Checks, NAME_128, given};
use crate::{directory, ids, secrets};

/// Source: IAM User Guide, "IAM and AWS STS quotas".
const PER_USER_MAX: usize = 2;

/// Whose keys, and which.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

impl KeyInput {
    fn owner_checks(&self) -> Checks {
        Checks::iam().may("userName", self.of.user_name.as_deref(), &NAME_128)
    }

    fn checks(&self) -> Checks {
        self.owner_checks().must("accessKeyId", self.access_key_id.as_deref(), &ACCESS_KEY_ID)
    }

    fn id(&self) -> &str {
        given(self.access_key_id.as_ref())
    }

    /// The key, if it belongs to the user in the call.
    ///
    /// Observed: the text.
    fn key(&self, ctx: &Ctx<'_>, owner: &Owner) -> Result<AccessKey, Fail> {
        let id = self.id();
        let key = directory::access_key(ctx.tx(), id)?;
        let key = key.filter(|_| owner.keys.iter().any(|known| known == id));
        key.ok_or_else(|| {
            IamError::NoSuchEntity(format!("The Access Key with id {id} cannot be found.")).into()
        })
    }
}

/// Whose keys a call is about.
struct Owner {
    /// Name and id of the user; `None` is the root user.
    user: Option<(String, String)>,
    keys: Vec<String>,
}

fn owner(ctx: &Ctx<'_>, of: &Of) -> Result<Owner, Fail> {
    if let Some(name) = user_or_caller(of.user_name.as_ref(), ctx)? {
        let user = existing(ctx, Kind::User, &name)?;
        return Ok(Owner { user: Some((user.name, user.id)), keys: user.access_keys });
    }
    let row = directory::account(ctx.tx(), ctx.account())?;
    Ok(Owner { user: None, keys: row.map(|row| row.access_keys).unwrap_or_default() })
}

fn set_keys(ctx: &mut Ctx<'_>, owner: &Owner, keys: Vec<String>) -> Result<(), Fail> {
    let account = ctx.account().clone();
    if let Some((_, id)) = &owner.user {
        if let Some(mut user) = directory::holder_by_id(ctx.tx(), id)? {
            user.access_keys = keys;
            directory::put_holder(ctx.tx_mut(), &user)?;
        }
    } else if let Some(mut row) = directory::account(ctx.tx(), &account)? {
        row.access_keys = keys;
        directory::put_account(ctx.tx_mut(), &account, &row)?;
    }
    Ok(())
}

fn owner_target(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Target>, Fail> {
    match user_or_caller(of.user_name.as_ref(), ctx)? {
        Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
        None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
    }
}

/// A key with its secret, shown this once.
#[derive(Debug)]
pub(crate) struct CreateKeyOutput {
    key: KeyShape,
    secret: SecretText,
}

/// Observed: the event has the key without its secret.
impl Answered for CreateKeyOutput {
    fn answer(&self) -> impl Serialize + '_ {
        let KeyShape { user_name, access_key_id, status, create_date } = &self.key;
        json!({ "AccessKey": gateway::object([
            ("UserName", json!(user_name)),
            ("AccessKeyId", json!(access_key_id)),
            ("Status", json!(status)),
            ("SecretAccessKey", json!(&*self.secret)),
            ("CreateDate", json!(create_date)),
        ]) })
    }

    fn recorded(&self) -> Result<Value, Fault> {
        Ok(json!({ "AccessKey": &self.key }))
    }
}

/// `AccessKeyMetadata`: an `AccessKey` without its secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    access_key_id: String,
    status: &'static str,
    create_date: String,
}

fn status(key: &AccessKey) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}

/// Creates a key.
pub(crate) struct CreateAccessKey;

impl Action for CreateAccessKey {
    const NAME: &'static str = "CreateAccessKey";
    const READ_ONLY: bool = false;
    type Input = KeyInput;
    type Output = CreateKeyOutput;

    fn check(input: &KeyInput) -> Result<(), IamError> {
        input.owner_checks().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &KeyInput) -> Result<Vec<Target>, Fail> {
        owner_target(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<CreateKeyOutput, Fail> {
        let owner = owner(ctx, &input.of)?;
        if owner.keys.len() >= PER_USER_MAX {
            return Err(IamError::quota("AccessKeysPerUser", PER_USER_MAX).into());
        }
        let account = ctx.account().clone();
        let id = loop {
            let id = ids::access_key_id(ctx.entropy(), "AKIA", &account)?;
            if directory::access_key(ctx.tx(), &id)?.is_none() {
                break id;
            }
        };
        let secret = ids::secret(&ctx.entropy().bytes()?);
        let key = AccessKey {
            account,
            user_id: owner.user.as_ref().map(|(_, id)| id.clone()),
            active: true,
            sealed_secret: secrets::seal(ctx.keyring(), ctx.entropy(), &id, &secret)?,
            created: ctx.now(),
        };
        directory::put_access_key(ctx.tx_mut(), &id, &key)?;
        let mut keys = owner.keys.clone();
        keys.push(id.clone());
        set_keys(ctx, &owner, keys)?;
        Ok(CreateKeyOutput {
            key: KeyShape {
                user_name: owner.user.map(|(name, _)| name),
                access_key_id: id,
                status: status(&key),
                create_date: key.created.iso(),
            },
            secret: SecretText::new(secret),
        })
    }
}

/// Whose keys are listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListKeysInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// Lists keys without their secrets.
pub(crate) struct ListAccessKeys;

impl Action for ListAccessKeys {
    const NAME: &'static str = "ListAccessKeys";
    const READ_ONLY: bool = true;
    type Input = ListKeysInput;
    type Output = Listing<KeyShape>;

    fn check(input: &ListKeysInput) -> Result<(), IamError> {
        let name = input.of.user_name.as_deref();
        input.paging.check(Checks::iam().may("userName", name, &NAME_128)).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListKeysInput) -> Result<Vec<Target>, Fail> {
        owner_target(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListKeysInput) -> Result<Listing<KeyShape>, Fail> {
        let owner = owner(ctx, &input.of)?;
        let mut shapes = Vec::new();
        for (place, id) in owner.keys.iter().enumerate() {
            let Some(key) = directory::access_key(ctx.tx(), id)? else { continue };
            let shape = KeyShape {
                user_name: owner.user.as_ref().map(|(name, _)| name.clone()),
                access_key_id: id.clone(),
                status: status(&key),
                create_date: key.created.iso(),
            };
            shapes.push((format!("{place:03}"), shape));
        }
        Ok(input.paging.page(shapes)?.listing("AccessKeyMetadata"))
    }
}

/// Switches a key on or off.
pub(crate) struct UpdateAccessKey;

impl Action for UpdateAccessKey {
    const NAME: &'static str = "UpdateAccessKey";
    const READ_ONLY: bool = false;
    type Input = KeyInput;
    type Output = ();

    fn check(input: &KeyInput) -> Result<(), IamError> {
        let status = input.status.as_deref();
        // A missing status is reported like any missing member.
        let checks = input.checks().must("status", status, &crate::validate::DESCRIPTION);
        checks.word("status", status, &["Active", "Inactive"]).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &KeyInput) -> Result<Vec<Target>, Fail> {
        owner_target(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<(), Fail> {
        let mut key = input.key(ctx, &owner(ctx, &input.of)?)?;
        key.active = input.status.as_deref() == Some("Active");
        directory::put_access_key(ctx.tx_mut(), input.id(), &key)?;
        Ok(())
    }
}

/// Deletes a key.
pub(crate) struct DeleteAccessKey;

impl Action for DeleteAccessKey {
    const NAME: &'static str = "DeleteAccessKey";
    const READ_ONLY: bool = false;
    type Input = KeyInput;
    type Output = ();

    fn check(input: &KeyInput) -> Result<(), IamError> {
        input.checks().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &KeyInput) -> Result<Vec<Target>, Fail> {
        owner_target(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<(), Fail> {
        let owner = owner(ctx, &input.of)?;
        input.key(ctx, &owner)?;
        directory::delete_access_key(ctx.tx_mut(), input.id())?;
        let mut keys = owner.keys.clone();
        keys.retain(|known| known != input.id());
        set_keys(ctx, &owner, keys)?;
        Ok(())
    }
}

/// When a key was last used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LastUsedOutput {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    access_key_last_used: LastUsedShape,
}

/// `AccessKeyLastUsed`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LastUsedShape {
    service_name: &'static str,
    region: &'static str,
}

/// Returns what AWS returns for a key that was never used: use is not tracked here, only in the
/// event history.
pub(crate) struct GetAccessKeyLastUsed;

impl Action for GetAccessKeyLastUsed {
    const NAME: &'static str = "GetAccessKeyLastUsed";
    const READ_ONLY: bool = true;
    type Input = KeyInput;
    type Output = LastUsedOutput;

    fn check(input: &KeyInput) -> Result<(), IamError> {
        input.checks().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &KeyInput) -> Result<Vec<Target>, Fail> {
        match own_key(ctx, input.id())?.and_then(|key| key.user_id) {
            Some(id) => match directory::holder_by_id(ctx.tx(), &id)? {
                Some(user) => Ok(vec![Target::holder(&user)]),
                None => Ok(vec![Target::any()]),
            },
            None => Ok(vec![Target::any()]),
        }
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<LastUsedOutput, Fail> {
        let Some(key) = own_key(ctx, input.id())? else {
            let message = format!("The Access Key with id {} cannot be found.", input.id());
            return Err(IamError::NoSuchEntity(message).into());
        };
        let user = match key.user_id {
            Some(id) => directory::holder_by_id(ctx.tx(), &id)?,
            None => None,
        };
        Ok(LastUsedOutput {
            user_name: user.map(|user| user.name),
            access_key_last_used: LastUsedShape { service_name: "N/A", region: "N/A" },
        })
    }
}

/// A key of the caller's account.
fn own_key(ctx: &Ctx<'_>, id: &str) -> Result<Option<AccessKey>, Fail> {
    let key = directory::access_key(ctx.tx(), id)?;
    Ok(key.filter(|key| key.account == *ctx.account()))
}
