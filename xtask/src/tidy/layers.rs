//! The allowed dependencies between crates: arrows point down only.

use crate::failure::Failure;
use crate::project::Project;

/// A crate and its allowed dependencies on our crates. A new edge is a decision, which is recorded
/// here.
const LAYERS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("keys", &["types"]),
    ("wire", &["types", "keys"]),
    ("tlog", &["types", "keys"]),
    ("policy", &["types"]),
    ("trail", &["types", "keys"]),
    ("store", &["types", "keys"]),
    ("backup", &["types", "keys", "store"]),
    ("gateway", &["types", "wire", "policy", "trail", "keys", "store"]),
    ("kms", &["types", "wire", "policy", "keys", "store", "gateway"]),
    ("iam", &["types", "wire", "policy", "trail", "keys", "store", "gateway"]),
    ("s3", &["types", "wire", "policy", "keys", "store", "gateway", "kms"]),
    ("ec2", &["wire", "gateway"]),
    ("sqs", &["types", "wire", "policy", "keys", "store", "gateway", "kms"]),
    ("cloudtrail", &["types", "wire", "policy", "trail", "keys", "store", "gateway", "kms", "s3"]),
    ("tagging", &["types", "gateway"]),
    ("inquiry", &["types", "wire", "policy", "trail", "keys", "gateway", "s3", "cloudtrail"]),
    (
        "server",
        &[
            "types",
            "wire",
            "policy",
            "trail",
            "keys",
            "tlog",
            "store",
            "backup",
            "gateway",
            "kms",
            "s3",
            "cloudtrail",
            "ec2",
            "sqs",
            "iam",
            "inquiry",
            "tagging",
        ],
    ),
    (
        "shoseki",
        &["types", "wire", "policy", "trail", "keys", "tlog", "backup", "inquiry", "server"],
    ),
    ("testkit", &["types", "wire", "trail", "keys", "store", "gateway", "iam"]),
    ("bench", &["types", "wire", "trail", "keys", "store", "testkit"]),
    (
        "fuzz",
        &[
            "types",
            "wire",
            "policy",
            "trail",
            "keys",
            "tlog",
            "store",
            "gateway",
            "kms",
            "s3",
            "cloudtrail",
            "ec2",
            "sqs",
            "iam",
            "inquiry",
            "tagging",
            "testkit",
        ],
    ),
    ("xtask", &[]),
];

pub(super) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    for file in project.files()? {
        let Some(name) = crate_of(&file) else { continue };
        let manifest: toml::Table = project.read(&file)?.parse()?;
        match LAYERS.iter().find(|(known, _)| *known == name) {
            None => complaints.push(format!("`{file}`: missing in the table of layers")),
            Some((_, allowed)) => {
                for used in forbidden(&manifest, allowed) {
                    complaints.push(format!("`{file}`: {name} may not use {used}"));
                }
                for used in untaken(&manifest, allowed) {
                    complaints.push(format!("`{file}`: {name} does not use {used}: forbid it"));
                }
            }
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            complaints.push(format!("`{file}`: the workspace's lints are not enabled"));
        }
    }
    Ok(())
}

fn crate_of(file: &str) -> Option<&str> {
    let folder = file.strip_suffix("/Cargo.toml")?;
    let name = folder.strip_prefix("crates/").unwrap_or(folder);
    (!name.contains('/')).then_some(name)
}

/// Our crates under `[dependencies]` that are not allowed.
fn forbidden<'a>(manifest: &'a toml::Table, allowed: &[&str]) -> Vec<&'a str> {
    let used = manifest.get("dependencies").and_then(toml::Value::as_table);
    let used = used.into_iter().flat_map(toml::Table::keys).map(String::as_str);
    let ours = |name: &&str| LAYERS.iter().any(|(known, _)| known == name);
    used.filter(ours).filter(|name| !allowed.contains(name)).collect()
}

/// Our crates that are allowed and not under `[dependencies]`.
fn untaken<'a>(manifest: &toml::Table, allowed: &[&'a str]) -> Vec<&'a str> {
    let used = manifest.get("dependencies").and_then(toml::Value::as_table);
    let is_used = |name: &str| used.is_some_and(|used| used.contains_key(name));
    allowed.iter().copied().filter(|name| !is_used(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arrow that points up is reported, and so is one that is not used; external crates and test
    /// dependencies are ignored.
    #[test]
    fn arrows_point_down() {
        let manifest: toml::Table = "\
            [dependencies]\nserde = \"1\"\nstore = {}\ns3 = {}\n[dev-dependencies]\nserver = {}\n"
            .parse()
            .unwrap();
        assert_eq!(forbidden(&manifest, &["store"]), ["s3"]);
        assert_eq!(untaken(&manifest, &["store", "types"]), ["types"]);
    }

    /// The table itself has no cycle: every dependency of a crate is listed above it.
    #[test]
    fn the_layers_have_no_cycle() {
        for (at, (name, allowed)) in LAYERS.iter().enumerate() {
            for used in *allowed {
                assert!(LAYERS[..at].iter().any(|(known, _)| known == used), "{name} uses {used}");
            }
        }
    }
}
