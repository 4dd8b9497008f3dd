//! The AWS managed policies in every account: those that users of these services, and tutorials,
//! attach. They are verbatim; actions of services that are not supported here stay in them.
//!
//! `managed/distill.py` writes documents and table from a copy of AWS's own.
//!
//! Source: AWS Managed Policy Reference Guide, by the copy in getmoto/moto.

use std::ops::Range;

use types::Timestamp;

use crate::model::{ManagedPolicy, Version};

/// The prefix of the ARNs of AWS managed policies.
pub(crate) const ARN_PREFIX: &str = "arn:aws:iam::aws:policy/";

/// All documents, one a line.
const DOCUMENTS: &str = include_str!("managed/documents.jsonl");

/// A policy that ships with the program.
#[derive(Debug)]
pub(crate) struct Shipped {
    /// The path, `/` mostly.
    pub(crate) path: &'static str,
    /// The name.
    pub(crate) name: &'static str,
    /// Its description; empty if there is none.
    pub(crate) description: &'static str,
    /// The number of its only version.
    version: u32,
    created: Timestamp,
    updated: Timestamp,
    /// Where the document is among all.
    document: Range<usize>,
}

macro_rules! shipped {
    ($($path:literal $name:literal $description:literal $version:literal $created:literal
       $updated:literal $start:literal $end:literal;)*) => {
        pub(super) static TABLE: &[Shipped] = &[$(Shipped {
            path: $path,
            name: $name,
            description: $description,
            version: $version,
            created: Timestamp::from_secs($created),
            updated: Timestamp::from_secs($updated),
            document: $start..$end,
        }),*];
    };
}

mod table;

/// All of them, by name.
pub(crate) static ALL: &[Shipped] = table::TABLE;

/// The policy of an ARN.
pub(crate) fn find(arn: &str) -> Option<&'static Shipped> {
    let rest = arn.strip_prefix(ARN_PREFIX)?;
    let name = rest.rsplit('/').next().unwrap_or(rest);
    let place = ALL.binary_search_by_key(&name, |policy| policy.name).ok()?;
    let folder = rest.strip_suffix(name)?;
    ALL.get(place).filter(|policy| policy.path.trim_start_matches('/') == folder)
}

impl Shipped {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}{}", self.path.trim_start_matches('/'), self.name)
    }

    /// The document.
    pub(crate) fn document(&self) -> &'static str {
        DOCUMENTS.get(self.document.clone()).unwrap_or_default()
    }

    /// In the form of a customer's policy, with only its newest version.
    pub(crate) fn row(&self) -> ManagedPolicy {
        let (number, document) = (self.version, self.document().to_owned());
        ManagedPolicy {
            arn: self.arn(),
            name: self.name.to_owned(),
            path: self.path.to_owned(),
            id: self.id(),
            description: Some(self.description.to_owned()).filter(|text| !text.is_empty()),
            created: self.created,
            updated: self.updated,
            tags: Vec::new(),
            versions: vec![Version { number, document, created: self.updated }],
            default_version: number,
            next_version: number.saturating_add(1),
        }
    }

    /// A stable ID derived from the name, in place of AWS's own, such as `ANPAIWMBCKSKIEE64ZLYK`.
    fn id(&self) -> String {
        let hash = keys::sha256(self.name.as_bytes());
        format!("ANPA{}", types::base32_upper(hash.get(..17).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Grammar, Policy};

    /// A policy that does not compile would deny everything to its principals. Customers could
    /// write all of them but three, which name the root user of an account as a resource.
    #[test]
    fn every_shipped_policy_compiles_and_is_found_by_its_arn() {
        let mut of_aws_alone = Vec::new();
        for shipped in ALL {
            let (document, name) = (shipped.document(), shipped.name);
            let stored = Policy::stored(document, &Grammar::Managed);
            assert!(stored.is_ok(), "{name}: {stored:?}");
            if Policy::parse(document, &Grammar::Managed).is_err() {
                of_aws_alone.push(name);
            }
            assert!(std::ptr::eq(find(&shipped.arn()).unwrap(), shipped));
        }
        let root_tasks = [
            "IAMAuditRootUserCredentials",
            "IAMCreateRootUserPassword",
            "IAMDeleteRootUserCredentials",
        ];
        assert_eq!(of_aws_alone, root_tasks);
        for arn in ["ViewOnlyAccess", "job-function/ReadOnlyAccess", "ReadOnlyAcces", ""] {
            assert!(find(&format!("{ARN_PREFIX}{arn}")).is_none(), "{arn}");
        }
    }

    /// The table names every line of the documents, and nothing else.
    #[test]
    fn table_and_documents_belong_together() {
        assert!(ALL.iter().map(|policy| policy.name).is_sorted());
        let named: Vec<_> = ALL.iter().map(Shipped::document).collect();
        assert_eq!(named, DOCUMENTS.lines().collect::<Vec<_>>());
    }

    /// The policies that tutorials attach first exist.
    #[test]
    fn tutorials_find_their_policies() {
        for arn in [
            "AdministratorAccess",
            "AmazonSSMManagedInstanceCore",
            "AmazonEC2ReadOnlyAccess",
            "AmazonEKSClusterPolicy",
            "job-function/SystemAdministrator",
            "service-role/AWSLambdaBasicExecutionRole",
            "service-role/AWSLambdaVPCAccessExecutionRole",
            "service-role/AWS_ConfigRole",
            "service-role/AmazonECSTaskExecutionRolePolicy",
            "CloudWatchAgentServerPolicy",
        ] {
            assert!(find(&format!("{ARN_PREFIX}{arn}")).is_some(), "{arn}");
        }
        assert!(ALL.len() >= 150);
    }
}
