//! Tags of users, roles and policies: the same operations three times.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

/// A kind of resource, the member that names one, and its name.
const KINDS: [(&str, &str, &str); 3] = [
    ("User", "UserName", "x"),
    ("Role", "RoleName", "x"),
    ("Policy", "PolicyArn", "arn:aws:iam::111122223333:policy/x"),
];

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "x")]);
    world.role("x", OPEN_TRUST);
    world.policy("x", &allowing("s3:*"));
    world
}

/// The parameters of some tags, in the order of the list.
fn sent(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(at, (key, value)): (usize, &(&str, &str))| {
        let name = |member: &str| format!("Tags.member.{at}.{member}");
        [(name("Key"), (*key).to_owned()), (name("Value"), (*value).to_owned())]
    };
    (1..).zip(tags).flat_map(pair).collect()
}

fn tag(world: &World, (kind, member, name): (&str, &str, &str), tags: &[(&str, &str)]) {
    let owned = sent(tags);
    let tags = owned.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = [(member, name)].into_iter().chain(tags).collect();
    world.ok(&world.root, &format!("Tag{kind}"), &all);
}

/// The tags as lists show them: `key=value`.
fn listed(world: &World, (kind, member, name): (&str, &str, &str)) -> String {
    let list = world.result(&format!("List{kind}Tags"), &[(member, name)]);
    let list = list.replace("<Value/>", "<Value></Value>");
    let pairs = texts(&list, "Key").into_iter().zip(texts(&list, "Value"));
    pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

/// Lists are in the order of keys; a key in another case is the same key, and takes the new case.
#[test]
fn tags_are_added_replaced_and_listed_by_key() {
    let world = world();
    for of in KINDS {
        tag(&world, of, &[("b", "1"), ("C", "2"), ("a", "")]);
        let (kind, member, name) = of;
        let (recorded, answered) = world.recorded(&format!("Tag{kind}"));
        let lower = lower(member);
        assert_eq!(
            recorded,
            json!({lower: name, "tags": [{"key": "b", "value": "1"}, {"key": "C", "value": "2"},
                {"key": "a", "value": ""}]})
        );
        assert_eq!(answered, Value::Null);
        let list = world.result(&format!("List{kind}Tags"), &[(member, name)]);
        assert_eq!(
            list,
            "<Tags><member><Key>C</Key><Value>2</Value></member><member><Key>a</Key><Value/>\
             </member><member><Key>b</Key><Value>1</Value></member></Tags>\
             <IsTruncated>false</IsTruncated>"
        );
        tag(&world, of, &[("B", "3"), ("d", "4")]);
        assert_eq!(listed(&world, of), "B=3 C=2 a= d=4");
        // As botocore sends an empty list.
        world.ok(&world.root, &format!("Tag{kind}"), &[(member, name), ("Tags", "")]);
        assert_eq!(listed(&world, of), "B=3 C=2 a= d=4");
    }
}

/// Keys that are not there are ignored, and case does not count.
#[test]
fn tags_are_removed_by_key() {
    let world = world();
    for of in KINDS {
        tag(&world, of, &[("a", "1"), ("b", "2"), ("c", "3")]);
        let (kind, member, name) = of;
        let untag = format!("Untag{kind}");
        let keys =
            [("TagKeys.member.1", "A"), ("TagKeys.member.2", "none"), ("TagKeys.member.3", "c")];
        let all = [&[(member, name)], &keys[..]].concat();
        for _ in 0..2 {
            world.ok(&world.root, &untag, &all);
            assert_eq!(listed(&world, of), "b=2");
        }
        world.ok(&world.root, &untag, &all);
        let lower = lower(member);
        let want = json!({lower: name, "tagKeys": ["A", "none", "c"]});
        assert_eq!(world.recorded(&untag), (want, Value::Null));
    }
}

/// Values of the greatest length and all characters of the patterns.
#[test]
fn keys_and_values_may_have_any_letters() {
    let world = world();
    let (long_key, long_value) = ("k".repeat(128), "v".repeat(256));
    for of in KINDS {
        for (key, value) in [
            (long_key.as_str(), long_value.as_str()),
            ("部署 名", "開発 éß"),
            ("a.b:c/d=e+f-g@h_i", "a.b:c/d=e+f-g@h_i"),
            ("½²٣", ""),
        ] {
            tag(&world, of, &[(key, value)]);
            assert!(listed(&world, of).contains(&format!("{key}={value}")), "{key}");
        }
    }
}

/// Observed: the text about keys that differ by case only.
#[test]
fn keys_are_unique_and_not_awss() {
    let world = world();
    let twice = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    let reserved = "Tags with a prefix of 'aws:' are reserved for AWS use.";
    for of in KINDS {
        let (kind, member, name) = of;
        tag(&world, of, &[("k", "v")]);
        let action = format!("Tag{kind}");
        for (tags, message) in [
            (&[("a", "1"), ("b", "2"), ("A", "3")][..], twice),
            (&[("a", "1"), ("a", "1")], twice),
            (&[("aws:x", "1")], reserved),
            (&[("AWS:x", "1")], reserved),
            (&[("b", "1"), ("Aws:", "1")], reserved),
        ] {
            let owned = sent(tags);
            let tags = owned.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let all: Vec<_> = [(member, name)].into_iter().chain(tags).collect();
            world.fails(&action, &all, (400, "InvalidInput", message));
        }
        assert_eq!(listed(&world, of), "k=v", "nothing was changed");
        tag(&world, of, &[("awsx", "1")]);
    }
}

/// Fifty tags at a time, however they came.
#[test]
fn fifty_tags_are_the_most() {
    let world = world();
    let keys: Vec<String> = (0..50).map(|at| format!("k{at:02}")).collect();
    let fifty: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "v")).collect();
    let message = "The number of tags has reached the maximum limit.";
    for of in KINDS {
        let (kind, member, name) = of;
        tag(&world, of, &fifty[..49]);
        let two = sent(&[("k49", "v"), ("more", "v")]);
        let two = two.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = [(member, name)].into_iter().chain(two).collect();
        world.fails(&format!("Tag{kind}"), &all, (409, "LimitExceeded", message));
        assert_eq!(listed(&world, of).split(' ').count(), 49);
        tag(&world, of, &[("k49", "v")]);
        tag(&world, of, &fifty);
        assert_eq!(listed(&world, of).split(' ').count(), 50);
    }
}

/// What is tagged must exist.
#[test]
fn only_existing_resources_have_tags() {
    let world = world();
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let policy = arn("policy/none");
    for (kind, of, message) in [
        ("User", ("UserName", "none"), "The user with name none cannot be found."),
        ("Role", ("RoleName", "none"), "The role with name none cannot be found."),
        (
            "Policy",
            ("PolicyArn", policy.as_str()),
            "Policy arn:aws:iam::111122223333:policy/none was not found.",
        ),
    ] {
        let want = (404, "NoSuchEntity", message);
        world.fails(&format!("Tag{kind}"), &[of, tag[0], tag[1]], want);
        world.fails(&format!("Untag{kind}"), &[of, ("TagKeys.member.1", "k")], want);
        world.fails(&format!("List{kind}Tags"), &[of], want);
    }
}

/// Requests are decided with the tags of the resource, under both names, and with those sent.
#[test]
fn tags_are_condition_keys() {
    let world = world();
    let admin = world.user("admin", "");
    for of in KINDS {
        tag(&world, of, &[("Team", "red")]);
        let (kind, member, name) = of;
        let resource = match kind {
            "Policy" => name.to_owned(),
            _ => arn(&format!("{}/x", kind.to_lowercase())),
        };
        let get = format!("Get{kind}");
        let call: (&str, &[(&str, &str)]) = (&get, &[(member, name)]);
        let needed = format!("iam:{get}");
        for prefix in ["aws", "iam"] {
            let when = |team: &str| {
                let key = format!("{prefix}:ResourceTag/Team");
                allowing_if("iam:*", &format!(r#""StringEquals":{{"{key}":"{team}"}}"#))
            };
            world.permit("admin", &when("blue"));
            world.denied(&admin, "admin", call, (&needed, &resource));
            world.permit("admin", &when("red"));
            world.ok(&admin, &get, call.1);
        }
        let only_keys = r#""ForAllValues:StringEquals":{"aws:TagKeys":["Cost"]}"#;
        world.permit("admin", &allowing_if("iam:*", only_keys));
        let (tag, untag) = (format!("Tag{kind}"), format!("Untag{kind}"));
        let value = ("Tags.member.1.Value", "1");
        for (key, is_allowed) in [("Team", false), ("Cost", true)] {
            let tagging = [(member, name), ("Tags.member.1.Key", key), value];
            let untagging = [(member, name), ("TagKeys.member.1", key)];
            for (action, parameters) in [(&tag, &tagging[..]), (&untag, &untagging)] {
                if is_allowed {
                    world.ok(&admin, action, parameters);
                } else {
                    let needed = format!("iam:{action}");
                    world.denied(&admin, "admin", (action, parameters), (&needed, &resource));
                }
            }
        }
    }
}

/// The tags of the caller, a user or the role of a session, are in the context of its calls.
#[test]
fn tags_of_the_principal_are_condition_keys() {
    let world = world();
    let red = r#""StringEquals":{"aws:PrincipalTag/Team":"red"}"#;
    let alice = world.user("alice", &allowing_if("iam:ListUsers", red));
    let users = arn("user/");
    world.denied(&alice, "alice", ("ListUsers", &[]), ("iam:ListUsers", &users));
    tag(&world, ("User", "UserName", "alice"), &[("team", "red")]);
    world.ok(&alice, "ListUsers", &[]);
    tag(&world, ("User", "UserName", "alice"), &[("Team", "blue")]);
    world.denied(&alice, "alice", ("ListUsers", &[]), ("iam:ListUsers", &users));
    let policy = allowing_if("iam:ListUsers", red);
    let own = [("RoleName", "x"), ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    world.ok(&world.root, "PutRolePolicy", &own);
    tag(&world, ("Role", "RoleName", "x"), &[("Team", "red")]);
    let role = arn("role/x");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    world.ok(&session, "ListUsers", &[]);
}
