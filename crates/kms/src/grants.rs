//! Grants: further users of a key, and their constraints.

use std::ops::ControlFlow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use gateway::{Ctx, Fault, SealingTx};
use keys::{Domain, Keyring};
use policy::Principal;

use crate::condition_keys::EncryptionContext;
use crate::error::{KmsError, KmsFailure};
use crate::model::{
    Constraints, GRANT_INDEX, GRANTS, Grant, GrantIndex, Key, Party, index_prefix, part_place,
    part_prefix,
};

/// Whether a grant allows the caller `action` on `key`.
///
/// Source: KMS Developer Guide, "Grants in AWS KMS".
pub(crate) fn cover(
    ctx: &Ctx<'_>,
    key: &Key,
    action: &str,
    pairs: Option<&EncryptionContext>,
) -> Result<bool, KmsFailure> {
    Ok(!covering(ctx, key, action, pairs)?.is_empty())
}

/// The grants that allow the caller `action` on `key`.
pub(crate) fn covering(
    ctx: &Ctx<'_>,
    key: &Key,
    action: &str,
    pairs: Option<&EncryptionContext>,
) -> Result<Vec<Grant>, KmsFailure> {
    if key.grants == 0 {
        return Ok(Vec::new());
    }
    let operation = action.strip_prefix("kms:").unwrap_or(action);
    let principal = &ctx.caller().principal;
    let mut grants = Vec::new();
    for name in names(principal) {
        grants.extend(found_by(ctx, key, GrantIndex::To(&name))?);
    }
    grants.retain(|grant| {
        grant.operations.iter().any(|own| own == operation)
            && is(principal, &grant.grantee)
            && grant.constraints.hold(operation, pairs, ctx.caller().source_arn.as_deref())
    });
    Ok(grants)
}

/// The grants of a key under an index entry.
pub(crate) fn found_by(
    ctx: &Ctx<'_>,
    key: &Key,
    index: GrantIndex<'_>,
) -> Result<Vec<Grant>, KmsFailure> {
    let mut ids = Vec::new();
    GRANT_INDEX.visit(ctx.tx(), index_prefix(key, index), "", &mut |place, ()| {
        ids.push(store::key_parts(place).pop().and_then(|id| String::from_utf8(id).ok()));
        ControlFlow::Continue(())
    })?;
    let damaged = || Fault::damaged("the id of a grant");
    let ids = ids.into_iter().map(|id| id.ok_or_else(damaged)).collect::<Result<Vec<_>, _>>()?;
    let grants = ids.iter().map(|id| find(ctx, key, id));
    Ok(grants.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// A key's grants, by id.
pub(crate) fn of_key(ctx: &Ctx<'_>, key: &Key) -> Result<Vec<Grant>, KmsFailure> {
    let rows = GRANTS.all(ctx.tx(), ctx.keyring(), &part_prefix(key))?;
    Ok(rows.into_iter().map(|(_, grant)| grant).collect())
}

/// One grant of a key.
pub(crate) fn find(ctx: &Ctx<'_>, key: &Key, id: &str) -> Result<Option<Grant>, KmsFailure> {
    Ok(GRANTS.get(ctx.tx(), ctx.keyring(), &part_place(key, id))?)
}

/// Stores a new grant; the key is stored with one more.
pub(crate) fn add(ctx: &mut Ctx<'_>, key: &mut Key, grant: &Grant) -> Result<(), KmsFailure> {
    let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
    GRANTS.put(tx, keyring, &part_place(key, &grant.id), grant)?;
    for index in grant.index_keys(key) {
        GRANT_INDEX.put(tx, index, &())?;
    }
    key.grants = key.grants.saturating_add(1);
    crate::resolve::save(ctx, key)
}

/// Removes a grant; the key's count is decremented.
pub(crate) fn remove(ctx: &mut Ctx<'_>, key: &mut Key, grant: &Grant) -> Result<(), KmsFailure> {
    let tx = ctx.tx_mut();
    GRANTS.delete(tx, &part_place(key, &grant.id))?;
    for index in grant.index_keys(key) {
        GRANT_INDEX.delete(tx, index)?;
    }
    key.grants = key.grants.saturating_sub(1);
    crate::resolve::save(ctx, key)
}

/// Whether `principal` is the one a grant means: a user or role by unique id, a session also by
/// its ARN, an account's root by its ARN.
pub(crate) fn is(principal: &Principal, party: &Party) -> bool {
    match (party, principal) {
        (Party::Service(named), Principal::Service { name }) => named == name,
        (Party::Principal(named), Principal::User { unique_id, .. }) => named == unique_id,
        (Party::Principal(named), Principal::Role { role_id, session_arn, .. }) => {
            named == role_id || named == session_arn
        }
        (Party::Principal(named), Principal::Root { .. } | Principal::Federated { .. }) => {
            *named == principal.arn()
        }
        (Party::Service(_) | Party::Principal(_), _) => false,
    }
}

/// The maximum set of grants that apply to `principal`: at least all for which [`is`] holds.
fn names(principal: &Principal) -> Vec<String> {
    match principal {
        Principal::Service { name } => vec![name.clone()],
        Principal::User { unique_id, .. } => vec![unique_id.clone()],
        Principal::Role { role_id, session_arn, .. } => vec![role_id.clone(), session_arn.clone()],
        Principal::Root { .. } | Principal::Federated { .. } => vec![principal.arn().into_owned()],
        Principal::Anonymous => Vec::new(),
    }
}

impl Constraints {
    /// Whether a request meets them.
    ///
    /// Source: KMS API Reference, "`GrantConstraints`": names are compared case-insensitively,
    /// values case-sensitively; operations without an encryption context are not constrained by
    /// one.
    pub(crate) fn hold(
        &self,
        operation: &str,
        pairs: Option<&EncryptionContext>,
        source_arn: Option<&str>,
    ) -> bool {
        if self.source_arn.is_some() && self.source_arn.as_deref() != source_arn {
            return false;
        }
        if matches!(operation, "DescribeKey" | "RetireGrant" | "CreateGrant") {
            return true;
        }
        let empty = EncryptionContext::new();
        let pairs = pairs.unwrap_or(&empty);
        let equal = self.equals.as_ref().is_none_or(|wanted| same(wanted, pairs));
        equal && self.subset.as_ref().is_none_or(|wanted| includes(pairs, wanted))
    }

    /// Whether everything that these allow is also allowed by `parent`.
    pub(crate) fn at_least_as_strict_as(&self, parent: &Self) -> bool {
        let source = parent.source_arn.is_none() || parent.source_arn == self.source_arn;
        let equal = parent
            .equals
            .as_ref()
            .is_none_or(|wanted| self.equals.as_ref().is_some_and(|own| same(own, wanted)));
        let own = self.equals.as_ref().or(self.subset.as_ref());
        let includes_all = |wanted| own.is_some_and(|own| includes(own, wanted));
        source && equal && parent.subset.as_ref().is_none_or(includes_all)
    }
}

/// Whether all of `wanted` is in `pairs`. Where names differ only in case, each needs its value:
/// `a=1` does not hold for `a=2, A=1`, so that the narrower interpretation wins.
///
/// Source: KMS API Reference, "`GrantConstraints`", which advises against such names.
fn includes(pairs: &EncryptionContext, wanted: &EncryptionContext) -> bool {
    wanted.iter().all(|(name, value)| {
        let name = name.to_lowercase();
        let mut values = pairs
            .iter()
            .filter(|(own, _)| own.to_lowercase() == name)
            .map(|(_, own)| own)
            .peekable();
        values.peek().is_some() && values.all(|own| own == value)
    })
}

/// Whether two contexts have the same pairs.
fn same(one: &EncryptionContext, other: &EncryptionContext) -> bool {
    one.len() == other.len() && includes(one, other) && includes(other, one)
}

/// The form of a grant id: 64 hexadecimal digits.
pub(crate) fn is_grant_id(text: &str) -> bool {
    text.len() == 64 && types::hex_decode(text).is_some()
}

/// A token for a grant. It is not secret and proves only that the grant was created.
pub(crate) fn token(keyring: &Keyring, key: &Key, grant_id: &str, salt: [u8; 8]) -> String {
    let body = format!("{}\n{}\n{}\n{grant_id}", types::hex(&salt), key.account, key.id);
    let code = types::hex(&token_code(keyring, &body));
    URL_SAFE.encode(format!("{body}\n{code}"))
}

/// The contents of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) account: types::AccountId,
    pub(crate) key_id: String,
    pub(crate) grant_id: String,
}

/// Parses a token that [`token`] returned.
pub(crate) fn read_token(keyring: &Keyring, text: &str) -> Option<Token> {
    let text = String::from_utf8(URL_SAFE.decode(text).ok()?).ok()?;
    let (body, code) = text.rsplit_once('\n')?;
    let code = types::hex_decode(code)?;
    if !keys::equal_in_constant_time(&token_code(keyring, body), &code) {
        return None;
    }
    let mut parts = body.split('\n').skip(1);
    let account = types::AccountId::parse(parts.next()?)?;
    let (key_id, grant_id) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Token { account, key_id, grant_id })
}

fn token_code(keyring: &Keyring, body: &str) -> [u8; 32] {
    keyring.mac(Domain::Integrity, &[b"kms grant token", body.as_bytes()])
}

/// Rejects tokens that no grant issued. Grants take effect immediately here, so tokens have no
/// further use.
pub(crate) fn check_tokens(ctx: &Ctx<'_>, tokens: Option<&Vec<String>>) -> Result<(), KmsError> {
    let mut tokens = tokens.into_iter().flatten();
    let known = tokens.all(|text| read_token(ctx.keyring(), text).is_some());
    if known { Ok(()) } else { Err(KmsError::InvalidGrantToken) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> EncryptionContext {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn subset(list: &[(&str, &str)]) -> Constraints {
        Constraints { subset: Some(pairs(list)), ..Constraints::default() }
    }

    fn equals(list: &[(&str, &str)]) -> Constraints {
        Constraints { equals: Some(pairs(list)), ..Constraints::default() }
    }

    /// Subset and equality compare names without case and values with it; `DescribeKey` has no
    /// context to compare.
    #[test]
    fn constraints_bind_the_encryption_context() {
        let (ab, a) = (pairs(&[("a", "1"), ("b", "2")]), pairs(&[("a", "1")]));
        assert!(subset(&[("a", "1")]).hold("Decrypt", Some(&ab), None));
        assert!(subset(&[("A", "1")]).hold("Decrypt", Some(&ab), None));
        let x = pairs(&[("a", "x")]);
        assert!(!subset(&[("a", "X")]).hold("Decrypt", Some(&x), None));
        assert!(equals(&[("A", "x")]).hold("Decrypt", Some(&x), None));
        assert!(!equals(&[("A", "X")]).hold("Decrypt", Some(&x), None));
        let mixed = pairs(&[("a", "1"), ("A", "2")]);
        assert!(!subset(&[("a", "1")]).hold("Decrypt", Some(&mixed), None));
        assert!(!equals(&[("a", "1")]).hold("Decrypt", Some(&mixed), None));
        assert!(!subset(&[("a", "1")]).hold("Decrypt", None, None));
        assert!(equals(&[("a", "1")]).hold("Decrypt", Some(&a), None));
        assert!(!equals(&[("a", "1")]).hold("Decrypt", Some(&ab), None));
        assert!(equals(&[("a", "1")]).hold("DescribeKey", None, None));
        let source = Constraints { source_arn: Some("arn:x".to_owned()), ..Constraints::default() };
        assert!(source.hold("DescribeKey", None, Some("arn:x")));
        assert!(!source.hold("DescribeKey", None, None));
    }

    /// A grantee may only pass on what it has.
    #[test]
    fn sub_grants_are_no_wider() {
        let free = Constraints::default();
        assert!(subset(&[("a", "1")]).at_least_as_strict_as(&free));
        assert!(!free.at_least_as_strict_as(&subset(&[("a", "1")])));
        assert!(subset(&[("a", "1"), ("b", "2")]).at_least_as_strict_as(&subset(&[("a", "1")])));
        assert!(equals(&[("a", "1")]).at_least_as_strict_as(&subset(&[("a", "1")])));
        assert!(!subset(&[("a", "1")]).at_least_as_strict_as(&equals(&[("a", "1")])));
        assert!(equals(&[("A", "1")]).at_least_as_strict_as(&equals(&[("a", "1")])));
        assert!(subset(&[("A", "1")]).at_least_as_strict_as(&subset(&[("a", "1")])));
    }
}
