use std::sync::Arc;

use gateway::{Ctx, Fault};
use store::{Table, Tx};
use types::{AccountId, Region};

use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Ownership, PublicAccess};

/// The buckets of all accounts and regions by name: the namespace is one.
pub(crate) const BUCKETS: Table<Bucket> = Table::new("s3.bucket");

/// Block Public Access of accounts by number.
pub(crate) const ACCOUNTS: Table<PublicAccess> = Table::new("s3.account-public-access");

/// The maximum total size of a bucket's documents, in bytes.
const DOCUMENTS_BYTES_MAX: usize = 4 << 20;

impl Ownership {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::BucketOwnerEnforced, Self::BucketOwnerPreferred, Self::ObjectWriter]
            .into_iter()
            .find(|own| own.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        }
    }
}

impl PublicAccess {
    /// Nothing is blocked.
    pub(crate) const NONE: Self = Self {
        block_acls: false,
        ignore_acls: false,
        block_policy: false,
        restrict_buckets: false,
    };

    /// Both together.
    fn and(self, other: Self) -> Self {
        Self {
            block_acls: self.block_acls || other.block_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            block_policy: self.block_policy || other.block_policy,
            restrict_buckets: self.restrict_buckets || other.restrict_buckets,
        }
    }

    /// The initial settings of a new bucket.
    pub(crate) const ALL: Self =
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_buckets: true };
}

impl Bucket {
    /// Whether ACLs are on.
    ///
    /// Source: S3 User Guide, "Controlling ownership of objects": without ownership controls they
    /// are, as in buckets that are older than these.
    pub(crate) fn has_acls(&self) -> bool {
        self.ownership != Some(Ownership::BucketOwnerEnforced)
    }

    /// The combined blocks of the bucket and its account.
    ///
    /// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage": the most
    /// restrictive combination applies.
    pub(crate) fn blocks(&self) -> PublicAccess {
        let settings = [self.public_access, self.account_public_access];
        settings.into_iter().flatten().fold(PublicAccess::NONE, PublicAccess::and)
    }

    /// The location as `GetBucketLocation` returns it; empty for `us-east-1`.
    pub(crate) fn location(&self) -> Option<&str> {
        let region = self.region.as_str();
        self.location.as_deref().or((region != "us-east-1").then_some(region))
    }

    /// Refuses documents that are too large together: they are read and written with the bucket at
    /// each change of it. The limit is our own: AWS limits each kind by number alone.
    pub(crate) fn check_documents(&self) -> S3Result<()> {
        let documents = self.documents.values().map(String::len);
        if documents.fold(0, usize::saturating_add) > DOCUMENTS_BYTES_MAX {
            let message = "The configurations of the bucket exceed 4 MiB together.";
            return Err(S3Error::request(message).into());
        }
        Ok(())
    }

    pub(crate) fn save(&self, ctx: &mut Ctx<'_>) -> Result<(), Fault> {
        Ok(BUCKETS.put(ctx.tx_mut(), &self.name, self)?)
    }
}

/// The bucket of a name, if there is one.
pub(crate) fn find(ctx: &Ctx<'_>, name: &str) -> Result<Option<Arc<Bucket>>, Fault> {
    if name.is_empty() {
        return Ok(None);
    }
    let Some(bucket) = BUCKETS.shared(ctx.tx(), name)? else { return Ok(None) };
    Ok(Some(match account_public_access(ctx.tx(), &bucket.owner)? {
        None => bucket,
        account_public_access => {
            Arc::new(Bucket { account_public_access, ..Arc::unwrap_or_clone(bucket) })
        }
    }))
}

/// Block Public Access of an account, if it is set.
pub(crate) fn account_public_access(
    tx: &Tx<'_>,
    account: &AccountId,
) -> Result<Option<PublicAccess>, Fault> {
    Ok(ACCOUNTS.shared(tx, account.as_str())?.map(|block| *block))
}

/// The bucket of a name; errors with `NoSuchBucket`.
pub(crate) fn load(ctx: &Ctx<'_>, name: &str) -> S3Result<Arc<Bucket>> {
    find(ctx, name)?.ok_or_else(|| S3Error::NoSuchBucket { bucket: name.to_owned() }.into())
}

/// The region of a bucket.
pub(crate) fn bucket_location(tx: &Tx<'_>, name: &str) -> Result<Option<Region>, Fault> {
    Ok(BUCKETS.shared(tx, name)?.map(|bucket| bucket.region.clone()))
}

/// The 64-digit id of an account in owners and grants.
///
/// AWS does not publish how it is derived; ours is a hash, so that no table is needed.
pub(crate) fn canonical_id(account: &AccountId) -> String {
    types::hex(&keys::sha256(format!("canonical user {account}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_id_has_64_digits_and_belongs_to_one_account() {
        let id = |text| canonical_id(&AccountId::parse(text).unwrap());
        assert_eq!(id("123456789012").len(), 64);
        assert_ne!(id("123456789012"), id("123456789013"));
    }
}
