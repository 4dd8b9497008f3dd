/// The purpose of a key in the keyring. No key serves two purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// The backing keys of KMS keys.
    KmsMaterial,
    /// The private keys that unwrap imported key material.
    ImportKey,
    /// Secret access keys, which signature verification must recover.
    AccessKey,
    /// The seeds of second factors, from which their codes are derived.
    SecondFactor,
    /// What session tokens carry.
    SessionToken,
    /// The keys of objects and buckets under SSE-S3.
    S3Object,
    /// The RSA keys that sign digest files.
    DigestKey,
    /// The Ed25519 key that signs the checkpoints of the transparency log.
    CheckpointKey,
    /// Authentication codes over stored rows.
    Integrity,
}

impl Domain {
    /// The label of key derivation. Changing one loses what was sealed under it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::KmsMaterial => "shoseki domain kms material",
            Self::ImportKey => "shoseki domain import key",
            Self::AccessKey => "shoseki domain access key",
            Self::SecondFactor => "shoseki domain second factor",
            Self::SessionToken => "shoseki domain session token",
            Self::S3Object => "shoseki domain s3 object",
            Self::DigestKey => "shoseki domain digest key",
            Self::CheckpointKey => "shoseki domain checkpoint key",
            Self::Integrity => "shoseki domain integrity",
        }
    }
}

/// One value for each domain.
pub(crate) struct PerDomain<T> {
    kms_material: T,
    import_key: T,
    access_key: T,
    second_factor: T,
    session_token: T,
    s3_object: T,
    digest_key: T,
    checkpoint_key: T,
    integrity: T,
}

impl<T> PerDomain<T> {
    /// Builds each value with `make`.
    pub(crate) fn try_from_fn<E>(mut make: impl FnMut(Domain) -> Result<T, E>) -> Result<Self, E> {
        Ok(Self {
            kms_material: make(Domain::KmsMaterial)?,
            import_key: make(Domain::ImportKey)?,
            access_key: make(Domain::AccessKey)?,
            second_factor: make(Domain::SecondFactor)?,
            session_token: make(Domain::SessionToken)?,
            s3_object: make(Domain::S3Object)?,
            digest_key: make(Domain::DigestKey)?,
            checkpoint_key: make(Domain::CheckpointKey)?,
            integrity: make(Domain::Integrity)?,
        })
    }

    /// The value of `domain`.
    pub(crate) fn of(&self, domain: Domain) -> &T {
        match domain {
            Domain::KmsMaterial => &self.kms_material,
            Domain::ImportKey => &self.import_key,
            Domain::AccessKey => &self.access_key,
            Domain::SecondFactor => &self.second_factor,
            Domain::SessionToken => &self.session_token,
            Domain::S3Object => &self.s3_object,
            Domain::DigestKey => &self.digest_key,
            Domain::CheckpointKey => &self.checkpoint_key,
            Domain::Integrity => &self.integrity,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const ALL: [Domain; 9] = [
        Domain::KmsMaterial,
        Domain::ImportKey,
        Domain::AccessKey,
        Domain::SecondFactor,
        Domain::SessionToken,
        Domain::S3Object,
        Domain::DigestKey,
        Domain::CheckpointKey,
        Domain::Integrity,
    ];

    #[test]
    fn every_domain_has_a_label_and_a_place_of_its_own() {
        let places = PerDomain::try_from_fn(Ok::<_, ()>).unwrap();
        let mut labels: Vec<_> = ALL.iter().map(|domain| domain.label()).collect();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), ALL.len());
        for domain in ALL {
            assert_eq!(*places.of(domain), domain);
            assert!(!domain.label().contains('\0'));
        }
    }
}
