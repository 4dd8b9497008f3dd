//! Policies: reading them by every grammar, and deciding by them.

use std::sync::LazyLock;

use policy::{
    Attached, Context, Decision, Grammar, Policies, Policy, Principal, Quoting, Request,
    ResourceRule, decide, is_public, map_principals,
};
use types::AccountId;

use super::{assert_bounded, texts};
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "\"Version\":\"2008-10-17\"",
        "\"Effect\":\"Deny\"",
        "\"Effect\":\"Allow\"",
        "\"Principal\":",
        "\"NotPrincipal\":",
        "\"NotAction\":",
        "\"NotResource\":",
        "\"Condition\":{",
        "\"AWS\":",
        "\"Service\":\"cloudtrail.amazonaws.com\"",
        "\"*\"",
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws:s3:::b/*",
        "s3:GetObject",
        "kms:*",
        "sts:AssumeRole",
        "StringLike",
        "ForAllValues:StringNotEqualsIfExists",
        "ForAnyValue:ArnLike",
        "NumericLessThanEquals",
        "DateGreaterThan",
        "IpAddress",
        "BinaryEquals",
        "Null",
        "Bool",
        "aws:SourceIp",
        "aws:PrincipalTag/a",
        "aws:CurrentTime",
        "${aws:username}",
        "${aws:PrincipalTag/x, 'd'}",
        "${*}",
        "${$}",
        "********?*",
        "2026-03-01T00:00:00Z",
        "10.0.0.0/8",
        "::1/128",
    ],
    cost: 16,
    run,
    ..Target::new("policy", seeds)
};

const GRAMMARS: usize = 11;

fn grammar(index: usize) -> Grammar {
    match index % GRAMMARS {
        0 => Grammar::Managed,
        1 => Grammar::Identity,
        2 => Grammar::Session,
        3 => Grammar::ServiceControl,
        4 => Grammar::ResourceControl,
        5 => Grammar::Trust,
        6 => Grammar::Kms,
        7 => Grammar::Bucket { bucket: "b".to_owned() },
        8 => Grammar::Topic,
        9 => Grammar::Queue,
        _ => Grammar::Resource,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:Get*","kms:*"],"Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":{"StringLike":{"aws:PrincipalTag/a":["x*","?"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},{"Effect":"Deny","NotAction":"s3:*","NotResource":"*"}]}"#,
        r#"{"Version":"2012-10-17","Id":"k","Statement":[{"Sid":"root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t"},"Null":{"kms:ViaService":"true"}}}]}"#,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/u"]},"Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"},"DateLessThan":{"aws:CurrentTime":"2026-03-01T00:00:00Z"},"NumericLessThan":{"s3:max-keys":"10"}}}]}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r","Federated":"cognito-identity.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"*"}}}}"#,
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish","Resource":"arn:aws:sns:us-east-1:111122223333:t","Condition":{"BinaryEquals":{"aws:x":"QUJD"},"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:*:*:b*"}}}]}"#,
    ])
}

/// Requests by many kinds of callers.
struct Scene {
    principals: Vec<Principal>,
    owners: [AccountId; 2],
    context: Context,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let account = |id: &str| AccountId::parse(id).expect("an account");
    let own = account("111122223333");
    let principals = vec![
        Principal::Root { account: own.clone() },
        Principal::User {
            account: own.clone(),
            arn: "arn:aws:iam::111122223333:user/u".to_owned(),
            unique_id: "AIDAUSERUSERUSERUSER1".to_owned(),
        },
        Principal::Role {
            account: own.clone(),
            role_arn: "arn:aws:iam::111122223333:role/r".to_owned(),
            role_id: "AROAROLEROLEROLEROLE1".to_owned(),
            session_arn: "arn:aws:sts::111122223333:assumed-role/r/s".to_owned(),
            session_name: "s".to_owned(),
        },
        Principal::Service { name: "cloudtrail.amazonaws.com".to_owned() },
        Principal::Anonymous,
    ];
    let mut context = Context::new();
    for (key, value) in [
        ("aws:username", "u*${aws:userid}"),
        ("aws:PrincipalTag/a", "x?*"),
        ("aws:SourceIp", "10.1.2.3"),
        ("aws:CurrentTime", "2026-03-01T00:00:00Z"),
        ("aws:SecureTransport", "true"),
        ("s3:max-keys", "7"),
        ("aws:SourceArn", "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t"),
        ("aws:x", "QUJD"),
    ] {
        context.set(key, value);
    }
    context.set_list("aws:TagKeys", vec!["a".to_owned(), "c".to_owned()]);
    Scene { principals, owners: [own, account("444455556666")], context }
});

fn run(input: &[u8]) -> Way {
    let text = String::from_utf8_lossy(input);
    let same = map_principals(&text, &mut |_, name| Some(name.to_owned()));
    assert_eq!(same.as_deref(), Ok(&*text), "nothing is changed by changing nothing");
    let mut way = Way(0);
    for index in 0..GRAMMARS {
        let grammar = grammar(index);
        match Policy::parse(&text, &grammar) {
            Err(error) => {
                assert_bounded("message", format!("{error:?}").len(), text.len(), 4);
                way = way.kind(&error.kind);
            }
            Ok(policy) => {
                let stored = Policy::stored(&text, &grammar);
                assert_eq!(stored.as_ref(), Ok(&policy), "what was accepted stays readable");
                way = ask(way, &policy, index);
            }
        }
    }
    way
}

fn ask(way: Way, policy: &Policy, seed: usize) -> Way {
    let scene = &*SCENE;
    let mut way = way.then(is_public(policy)).size(policy.principals().count());
    let calls = [
        ("s3:GetObject", "arn:aws:s3:::b/u/k"),
        ("kms:GenerateDataKey", "arn:aws:kms:ap-northeast-1:111122223333:key/k"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/r"),
        ("", "*"),
    ];
    for (at, principal) in scene.principals.iter().enumerate() {
        let (action, resource) = calls[(at + seed) % calls.len()];
        let request = Request {
            principal,
            action,
            resource,
            resource_account: Some(&scene.owners[(at ^ seed) & 1]),
            context: &scene.context,
        };
        for rule in [
            ResourceRule::None,
            ResourceRule::Standard,
            ResourceRule::KeyPolicy,
            ResourceRule::TrustPolicy,
        ] {
            let decision = judge(policy, &request, rule);
            way = way.then(decision.allowed).kind(&decision.reason);
        }
    }
    way
}

/// The decision, after trying what must never help.
fn judge(policy: &Policy, request: &Request<'_>, rule: ResourceRule) -> Decision {
    let own = [Attached { policy, arn: None, name: "p" }];
    let policies = Policies { resource: Some(policy), rule, ..Policies::of_identity(&own) };
    let decision = decide(request, &policies);
    assert_eq!(decision, decide(request, &policies), "the same each time");
    assert_bounded("message", decision.message(request, Quoting::S3).len(), 0, 1);
    let deny = Policy::deny_all();
    let denied = [own[0], Attached { policy: &deny, arn: None, name: "d" }];
    let limit = [denied[1]];
    // Combinations of identity policies, organization policies and resource policies.
    let has_own = matches!(request.principal, Principal::User { .. } | Principal::Role { .. });
    let has_account = request.principal.account().is_some();
    let is_asked = rule != ResourceRule::None;
    for (counts, stricter) in [
        (has_own, Policies { identity: &denied, ..policies }),
        (has_own, Policies { boundary: Some(denied[1]), ..policies }),
        (has_own, Policies { session: Some(&limit), ..policies }),
        (is_asked, Policies { resource: Some(&deny), granted: true, ..policies }),
        (has_account, Policies { service_control: Some(&limit), ..policies }),
    ] {
        let decision = decide(request, &stricter);
        assert!(!(counts && decision.allowed), "{rule:?} {request:?}: {:?}", decision.reason);
    }
    decision
}
