//! The AWS managed policies that every account finds: written here from the action lists that AWS
//! publishes, of the services that exist here.
//!
//! Source: AWS Managed Policy Reference Guide.

use types::Timestamp;

use crate::model::{ManagedPolicy, Version};

/// What the ARNs of AWS managed policies begin with.
pub(crate) const ARN_PREFIX: &str = "arn:aws:iam::aws:policy/";

/// 2015-02-06T18:39:46Z, when managed policies were introduced.
const INTRODUCED: Timestamp = Timestamp::from_secs(1_423_247_986);

/// A policy that ships with the program.
#[derive(Debug)]
pub(crate) struct Shipped {
    /// The path, `/` mostly.
    pub(crate) path: &'static str,
    /// The name.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) description: &'static str,
    /// The document.
    pub(crate) document: &'static str,
}

macro_rules! shipped {
    ($($path:literal $name:literal $description:literal;)*) => {
        &[$(Shipped {
            path: $path,
            name: $name,
            description: $description,
            document: include_str!(concat!("managed/", $name, ".json")),
        }),*]
    };
}

/// All of them, by name.
pub(crate) static ALL: &[Shipped] = shipped![
    "/" "AWSCloudTrail_FullAccess" "Provides full access to AWS CloudTrail.";
    "/" "AWSCloudTrail_ReadOnlyAccess" "Provides read only access to AWS CloudTrail.";
    "/" "AWSKeyManagementServicePowerUser" "Provides access to AWS Key Management Service (KMS).";
    "/" "AdministratorAccess" "Provides full access to AWS services and resources.";
    "/" "AmazonS3FullAccess" "Provides full access to all buckets via the AWS Management Console.";
    "/" "AmazonS3ReadOnlyAccess"
        "Provides read only access to all buckets via the AWS Management Console.";
    "/" "AmazonSNSFullAccess" "Provides full access to Amazon SNS via the AWS Management Console.";
    "/" "AmazonSNSReadOnlyAccess"
        "Provides read only access to Amazon SNS via the AWS Management Console.";
    "/" "CloudWatchLogsFullAccess" "Provides full access to CloudWatch Logs";
    "/" "CloudWatchLogsReadOnlyAccess" "Provides read only access to CloudWatch Logs";
    "/" "IAMFullAccess" "Provides full access to IAM via the AWS Management Console.";
    "/" "IAMReadOnlyAccess" "Provides read only access to IAM via the AWS Management Console.";
    "/" "IAMUserChangePassword" "Provides the ability for an IAM user to change their own password.";
    "/" "PowerUserAccess"
        "Provides full access to AWS services and resources, but does not allow management of Users and groups.";
    "/" "ReadOnlyAccess" "Provides read-only access to AWS services and resources.";
    "/" "SecurityAudit"
        "The security audit template grants access to read security configuration metadata.";
    "/job-function/" "ViewOnlyAccess"
        "This policy grants permissions to view resources and basic metadata across all AWS services.";
];

/// The policy of an ARN.
pub(crate) fn find(arn: &str) -> Option<&'static Shipped> {
    let rest = arn.strip_prefix(ARN_PREFIX)?;
    ALL.iter().find(|policy| {
        let folder = policy.path.trim_start_matches('/');
        rest.strip_prefix(folder).is_some_and(|name| name == policy.name)
    })
}

impl Shipped {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}{}", self.path.trim_start_matches('/'), self.name)
    }

    /// In the form of a customer's policy, with a single version.
    pub(crate) fn row(&self) -> ManagedPolicy {
        let document = self.document.to_owned();
        ManagedPolicy {
            arn: self.arn(),
            name: self.name.to_owned(),
            path: self.path.to_owned(),
            id: self.id(),
            description: Some(self.description.to_owned()),
            created: INTRODUCED,
            updated: INTRODUCED,
            tags: Vec::new(),
            versions: vec![Version { number: 1, document, created: INTRODUCED }],
            default_version: 1,
            next_version: 2,
        }
    }

    /// A lasting id made of the name.
    ///
    /// Assumed: nobody relies on AWS's own, such as `ANPAIWMBCKSKIEE64ZLYK`.
    fn id(&self) -> String {
        let hash = keys::sha256(self.name.as_bytes());
        format!("ANPA{}", types::base32_upper(hash.get(..17).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Grammar, Policy};

    /// A policy that does not compile would deny everything to whom it is attached.
    #[test]
    fn every_shipped_policy_compiles_and_is_found_by_its_arn() {
        for shipped in ALL {
            let parsed = Policy::parse(shipped.document, &Grammar::Identity);
            assert!(parsed.is_ok(), "{}: {parsed:?}", shipped.name);
            assert!(std::ptr::eq(find(&shipped.arn()).unwrap(), shipped));
        }
        assert!(find("arn:aws:iam::aws:policy/ViewOnlyAccess").is_none());
    }

    /// They are listed by name.
    #[test]
    fn they_are_in_order() {
        assert!(ALL.iter().map(|policy| policy.name).is_sorted());
    }
}
