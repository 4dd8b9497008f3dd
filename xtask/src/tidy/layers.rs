//! The allowed dependencies between crates: arrows point down only.

use crate::Failure;
use crate::project::Project;

/// A crate and its allowed dependencies on our crates. A new edge is a decision, which is recorded
/// here.
const LAYERS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("keys", &["types"]),
    ("wire", &["types", "keys"]),
    ("policy", &["types"]),
    ("trail", &["types", "keys"]),
    ("store", &["types", "keys"]),
    ("gateway", &["types", "wire", "policy", "trail", "keys", "store"]),
    ("kms", SERVICE),
    ("iam", SERVICE),
    ("s3", &["types", "wire", "policy", "trail", "keys", "store", "gateway", "kms"]),
    ("ec2", &["types", "wire", "gateway"]),
    ("cloudtrail", &["types", "wire", "policy", "trail", "keys", "store", "gateway", "kms", "s3"]),
    ("tagging", &["types", "store", "gateway", "kms", "s3", "cloudtrail"]),
    (
        "inquiry",
        &[
            "types",
            "wire",
            "policy",
            "trail",
            "keys",
            "store",
            "gateway",
            "kms",
            "s3",
            "cloudtrail",
            "iam",
        ],
    ),
    (
        "server",
        &[
            "types",
            "wire",
            "policy",
            "trail",
            "keys",
            "store",
            "gateway",
            "kms",
            "s3",
            "cloudtrail",
            "ec2",
            "iam",
            "inquiry",
            "tagging",
        ],
    ),
    ("shoseki", &["types", "wire", "policy", "trail", "keys", "inquiry", "server"]),
    ("bench", &["types", "wire", "trail", "keys", "store"]),
    ("testkit", &["types", "wire", "trail", "keys", "store", "gateway", "iam"]),
    (
        "fuzz",
        &[
            "types",
            "wire",
            "policy",
            "trail",
            "keys",
            "store",
            "gateway",
            "kms",
            "s3",
            "cloudtrail",
            "ec2",
            "iam",
            "inquiry",
            "tagging",
            "testkit",
        ],
    ),
    ("xtask", &[]),
];

/// A service that uses no other.
const SERVICE: &[&str] = &["types", "wire", "policy", "trail", "keys", "store", "gateway"];

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

#[cfg(test)]
mod tests {
    use super::*;

    /// An arrow that points up is reported; external crates and test dependencies are ignored.
    #[test]
    fn arrows_point_down() {
        let manifest: toml::Table = "\
            [dependencies]\nserde = \"1\"\nstore = {}\ns3 = {}\n[dev-dependencies]\nserver = {}\n"
            .parse()
            .unwrap();
        assert_eq!(forbidden(&manifest, SERVICE), ["s3"]);
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
