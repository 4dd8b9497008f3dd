//! Session tags, transitive tags and source identities.

use serde_json::Value;

use crate::expect::*;
use crate::world::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const SECOND: &str = "arn:aws:iam::111122223333:role/second";
const DUPLICATE: &str = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
const NOT_INCLUDED: &str =
    "The specified transitive tag key must be included in the requested tags.";
const CONFLICT: &str = "One of the specified transitive tag keys can't be set because it conflicts \
                        with a transitive tag key from the calling session.";

/// Two roles that everyone may assume and that may call STS, and a user without policies.
fn world() -> (World, Credentials) {
    let world = World::new();
    let own = allowing("sts:*");
    for name in ["r", "second"] {
        world.role(name, OPEN_TRUST);
        let put = [("RoleName", name), ("PolicyName", "p"), ("PolicyDocument", own.as_str())];
        world.ok(&world.root, "PutRolePolicy", &put);
    }
    let alice = world.user("alice", "");
    (world, alice)
}

/// The parameters of a session with tags, some of which are transitive.
fn tagged(role: &str, tags: &[(&str, &str)], transitive: &[&str]) -> Vec<(String, String)> {
    let mut sent = vec![
        ("RoleArn".to_owned(), role.to_owned()),
        ("RoleSessionName".to_owned(), "s1".to_owned()),
    ];
    for (at, (key, value)) in (1..).zip(tags) {
        sent.push((format!("Tags.member.{at}.Key"), (*key).to_owned()));
        sent.push((format!("Tags.member.{at}.Value"), (*value).to_owned()));
    }
    for (at, key) in (1..).zip(transitive) {
        sent.push((format!("TransitiveTagKeys.member.{at}"), (*key).to_owned()));
    }
    sent
}

fn borrowed(sent: &[(String, String)]) -> Vec<(&str, &str)> {
    sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn assume(world: &World, who: &Credentials, sent: &[(String, String)]) -> Credentials {
    credentials(&world.ok(who, "AssumeRole", &borrowed(sent)))
}

/// Makes the policy of a role allow `iam:ListUsers` for a tag of the principal.
fn permit_by_tag(world: &World, role: &str, key: &str, value: &str) {
    let condition = format!(r#""StringEquals":{{"aws:PrincipalTag/{key}":"{value}"}}"#);
    let policy = allowing_if("iam:ListUsers", &condition);
    let put = [("RoleName", role), ("PolicyName", "t"), ("PolicyDocument", policy.as_str())];
    world.ok(&world.root, "PutRolePolicy", &put);
}

fn lists_users(world: &World, who: &Credentials) -> bool {
    world.call(who, "iam", &[("Action", "ListUsers")]).0 == 200
}

/// Session tags are tags of the principal, and go before the role's own of the same key.
#[test]
fn session_tags_are_tags_of_the_principal() {
    let (world, alice) = world();
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    world.ok(&world.root, "TagRole", &[("RoleName", "r"), tag[0], tag[1]]);
    permit_by_tag(&world, "r", "Team", "red");
    for (tags, want) in [
        (&[][..], true),
        (&[("Team", "blue")], false),
        (&[("team", "blue")], false),
        (&[("Team", "red")], true),
        (&[("Other", "blue")], true),
    ] {
        let session = assume(&world, &alice, &tagged(ROLE, tags, &[]));
        assert_eq!(lists_users(&world, &session), want, "{tags:?}");
    }
    permit_by_tag(&world, "r", "Team", "blue");
    let session = assume(&world, &alice, &tagged(ROLE, &[("Team", "blue")], &[]));
    assert!(lists_users(&world, &session));
}

/// Observed: `test_iam_role_chaining_override_transitive_tags`, and its siblings. Duplicates are
/// found first, then keys that are not included, then conflicts.
#[test]
fn tags_of_a_request_must_fit_together() {
    let (world, alice) = world();
    let session = assume(&world, &alice, &tagged(ROLE, &[("Team", "red")], &["Team"]));
    for (who, tags, transitive, message) in [
        (&alice, &[("a", "1"), ("A", "2")][..], &[][..], DUPLICATE),
        (&alice, &[("a", "1"), ("a", "1")], &["b"], DUPLICATE),
        (&alice, &[], &["Team"], NOT_INCLUDED),
        (&alice, &[("a", "1")], &["a", "b"], NOT_INCLUDED),
        (&session, &[("b", "1")], &["Team"], NOT_INCLUDED),
        (&session, &[("Team", "red")], &[], CONFLICT),
        (&session, &[("TEAM", "blue")], &["TEAM"], CONFLICT),
        (&session, &[("b", "1"), ("team", "x")], &["b"], CONFLICT),
    ] {
        let sent = tagged(SECOND, tags, transitive);
        let want = (400, "InvalidParameterValue", message);
        world.refused(who, "AssumeRole", &borrowed(&sent), want);
        let event = world.last_event();
        assert_eq!(event["errorCode"], "InvalidParameterValue");
        assert_eq!(event["errorMessage"], message);
        assert_eq!(event["requestParameters"], Value::Null);
    }
    assume(&world, &alice, &tagged(ROLE, &[("Team", "x")], &["team"]));
}

/// A transitive tag is passed on along the chain, another tag ends with its session.
#[test]
fn transitive_tags_are_passed_on() {
    let (world, alice) = world();
    let tags = [("Team", "red"), ("Shift", "night")];
    let first = assume(&world, &alice, &tagged(ROLE, &tags, &["Team"]));
    let second = assume(&world, &first, &tagged(SECOND, &[("Shift", "day")], &["Shift"]));
    let third = assume(&world, &second, &tagged(ROLE, &[], &[]));
    for (who, role, team, shift) in [
        (&first, "r", "red", "night"),
        (&second, "second", "red", "day"),
        (&third, "r", "red", "day"),
    ] {
        for (key, value) in [("Team", team), ("Shift", shift)] {
            permit_by_tag(&world, role, key, value);
            assert!(lists_users(&world, who), "{role} {key}={value}");
            permit_by_tag(&world, role, key, "none");
            assert!(!lists_users(&world, who), "{role} {key}");
        }
    }
    let plain = assume(&world, &alice, &tagged(ROLE, &[("Shift", "night")], &[]));
    let after = assume(&world, &plain, &tagged(SECOND, &[], &[]));
    permit_by_tag(&world, "second", "Shift", "night");
    assert!(!lists_users(&world, &after), "it was not transitive");
}

/// Tags need the permission to tag, in the trust policy, which sees keys and values.
#[test]
fn tags_need_the_permission_of_the_trust_policy() {
    let (world, alice) = world();
    let trust_is = |trust: &str| {
        let update = [("RoleName", "r"), ("PolicyDocument", trust)];
        world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    };
    let tag = tagged(ROLE, &[("Team", "red")], &["Team"]);
    trust_is(&OPEN_TRUST.replace(r#""sts:TagSession","#, ""));
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   sts:TagSession on resource: arn:aws:iam::111122223333:role/r because no role \
                   trust policy allows the sts:TagSession action";
    world.refused(&alice, "AssumeRole", &borrowed(&tag), (403, "AccessDenied", message));
    assume(&world, &alice, &tagged(ROLE, &[], &[]));
    let with = |condition: &str| {
        trust_is(&OPEN_TRUST.replace("}]}", &format!(r#","Condition":{{{condition}}}}}]}}"#)));
        world.call(&alice, "sts", &[&[("Action", "AssumeRole")], &borrowed(&tag)[..]].concat()).0
    };
    for (condition, want) in [
        (r#""StringEquals":{"aws:RequestTag/Team":"red"}"#, 200),
        (r#""StringEquals":{"aws:RequestTag/Team":"blue"}"#, 403),
        (r#""ForAllValues:StringEquals":{"aws:TagKeys":["Team"]}"#, 200),
        (r#""ForAllValues:StringEquals":{"aws:TagKeys":["Cost"]}"#, 403),
        (r#""ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["Team"]}"#, 200),
        (r#""ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["Cost"]}"#, 403),
        (r#""StringEquals":{"aws:ResourceTag/Team":"red"}"#, 403),
    ] {
        assert_eq!(with(condition), want, "{condition}");
    }
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    world.ok(&world.root, "TagRole", &[("RoleName", "r"), tag[0], tag[1]]);
    for prefix in ["aws", "iam"] {
        let condition = format!(r#""StringEquals":{{"{prefix}:ResourceTag/Team":"red"}}"#);
        assert_eq!(with(&condition), 200, "{condition}");
    }
}

/// A source identity needs a permission of its own, is passed on, and cannot be changed.
#[test]
fn a_source_identity_stays_along_the_chain() {
    let (world, alice) = world();
    let trust_is = |trust: &str| {
        let update = [("RoleName", "r"), ("PolicyDocument", trust)];
        world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    };
    let asking = |role, identity| {
        [("RoleArn", role), ("RoleSessionName", "s1"), ("SourceIdentity", identity)]
    };
    trust_is(&OPEN_TRUST.replace(r#","sts:SetSourceIdentity""#, ""));
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   sts:SetSourceIdentity on resource: arn:aws:iam::111122223333:role/r because no \
                   role trust policy allows the sts:SetSourceIdentity action";
    world.refused(&alice, "AssumeRole", &asking(ROLE, "alice"), (403, "AccessDenied", message));
    trust_is(OPEN_TRUST);
    let first = world.result_as(&alice, "AssumeRole", &asking(ROLE, "alice"));
    assert_eq!(text(&first, "SourceIdentity"), "alice");
    let first = credentials(&first);
    let second = world.result_as(&first, "AssumeRole", &asking(SECOND, "alice")[..2]);
    assert_eq!(text(&second, "SourceIdentity"), "alice", "it is inherited");
    world.ok(&first, "AssumeRole", &asking(SECOND, "alice"));
    let message = "The source identity of the calling session cannot be changed.";
    world.refused(&first, "AssumeRole", &asking(SECOND, "bob"), (403, "AccessDenied", message));
    let second = credentials(&second);
    world.ok(&second, "GetCallerIdentity", &[]);
    let context = &world.last_event()["userIdentity"]["sessionContext"];
    assert_eq!(context["sourceIdentity"], "alice");
    let policy = allowing_if("iam:ListUsers", r#""StringEquals":{"aws:SourceIdentity":"alice"}"#);
    let put = [("RoleName", "second"), ("PolicyName", "t"), ("PolicyDocument", policy.as_str())];
    world.ok(&world.root, "PutRolePolicy", &put);
    assert!(lists_users(&world, &second));
    let other = world.result_as(&alice, "AssumeRole", &asking(SECOND, "bob"));
    assert!(!lists_users(&world, &credentials(&other)));
    let condition = r#","Condition":{"StringEquals":{"sts:SourceIdentity":"alice"}}}]}"#;
    trust_is(&OPEN_TRUST.replace("}]}", condition));
    world.ok(&alice, "AssumeRole", &asking(ROLE, "alice"));
    let sent = [&[("Action", "AssumeRole")], &asking(ROLE, "bob")[..]].concat();
    assert_eq!(world.call(&alice, "sts", &sent).0, 403);
}

/// A session has fifty tags at most, inherited ones among them, if they fit.
#[test]
fn tags_of_a_session_are_counted_with_those_inherited() {
    let (world, alice) = world();
    let keys: Vec<String> = (0..50).map(|at| format!("k{at}")).collect();
    let fifty: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "")).collect();
    let first = assume(&world, &alice, &tagged(ROLE, &fifty, &["k0"]));
    let second = tagged(SECOND, &fifty[1..], &[]);
    assume(&world, &first, &second);
    let more: Vec<_> = fifty[1..].iter().copied().chain([("more", "")]).collect();
    let message = "Packed size of session tags consumes more than the allotted space.";
    let want = (400, "PackedPolicyTooLarge", message);
    world.refused(&first, "AssumeRole", &borrowed(&tagged(SECOND, &more, &[])), want);
    assert_eq!(world.last_event()["errorCode"], "PackedPolicyTooLargeException");
    let long = "v".repeat(256);
    let two = [("a", long.as_str()), ("b", long.as_str())];
    let message = "Packed size of session tags consumes 113% of allotted space.";
    let want = (400, "PackedPolicyTooLarge", message);
    world.refused(&alice, "AssumeRole", &borrowed(&tagged(ROLE, &two, &[])), want);
    let half = tagged(ROLE, &two[..1], &["a"]);
    let answer = world.ok(&alice, "AssumeRole", &borrowed(&half));
    assert_eq!(text(&answer, "PackedPolicySize"), "57");
    let chained = credentials(&answer);
    let inherited = tagged(SECOND, &two[1..], &[]);
    world.refused(&chained, "AssumeRole", &borrowed(&inherited), want);
}
