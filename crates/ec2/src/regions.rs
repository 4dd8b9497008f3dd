/// A Region and whether an account has to opt into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: &'static str,
    pub(crate) is_default: bool,
}

/// The Regions of the partition `aws`.
///
/// Source: AWS Account Management Reference, "Regions availability reference".
pub(crate) const REGIONS: [Listed; 34] = [
    optional("af-south-1"),
    optional("ap-east-1"),
    optional("ap-east-2"),
    default("ap-northeast-1"),
    default("ap-northeast-2"),
    default("ap-northeast-3"),
    default("ap-south-1"),
    optional("ap-south-2"),
    default("ap-southeast-1"),
    default("ap-southeast-2"),
    optional("ap-southeast-3"),
    optional("ap-southeast-4"),
    optional("ap-southeast-5"),
    optional("ap-southeast-6"),
    optional("ap-southeast-7"),
    default("ca-central-1"),
    optional("ca-west-1"),
    default("eu-central-1"),
    optional("eu-central-2"),
    default("eu-north-1"),
    optional("eu-south-1"),
    optional("eu-south-2"),
    default("eu-west-1"),
    default("eu-west-2"),
    default("eu-west-3"),
    optional("il-central-1"),
    optional("me-central-1"),
    optional("me-south-1"),
    optional("mx-central-1"),
    default("sa-east-1"),
    default("us-east-1"),
    default("us-east-2"),
    default("us-west-1"),
    default("us-west-2"),
];

const fn default(name: &'static str) -> Listed {
    Listed { name, is_default: true }
}

const fn optional(name: &'static str) -> Listed {
    Listed { name, is_default: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorted and unique, each a name that requests may use; 17 without opt-in.
    #[test]
    fn the_list_is_one_of_regions() {
        assert!(REGIONS.is_sorted_by(|one, next| one.name < next.name));
        assert!(REGIONS.iter().all(|one| types::Region::parse(one.name).is_some()));
        assert_eq!(REGIONS.iter().filter(|one| one.is_default).count(), 17);
    }
}
