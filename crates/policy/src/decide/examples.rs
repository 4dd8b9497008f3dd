//! Example policies from AWS's documentation, with requests that they apply to.

use types::AccountId;

use crate::{Attached, Context, Grammar, Policies, Policy, Principal, Request, decide};

/// `keys` are `name=value`, lists with `|`. A policy that only denies is combined with one that
/// allows everything.
#[track_caller]
fn check(policy: &str, (action, resource): (&str, &str), keys: &[&str], want: bool) {
    let policy = Policy::parse(policy, &Grammar::Managed).unwrap();
    let principal = Principal::User {
        account: AccountId::parse("111122223333").unwrap(),
        arn: "arn:aws:iam::111122223333:user/dev/alice".to_owned(),
        unique_id: "AIDAALICEALICEALICE12".to_owned(),
    };
    let mut context = Context::new();
    context.set_principal(&principal);
    for key in keys {
        let (name, value) = key.split_once('=').unwrap();
        context.set_list(name, value.split('|').map(str::to_owned).collect());
    }
    let request = Request {
        principal: &principal,
        action,
        resource,
        resource_account: None,
        context: &context,
    };
    let attached = [Attached { policy: &policy, arn: None, name: "example" }];
    let decision = decide(&request, &Policies::of_identity(&attached));
    assert_eq!(decision.allowed, want, "{action} {resource} {keys:?}");
}

fn with_full_access(deny: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{deny}]}}"#
    )
}

/// Source: IAM User Guide, "IAM policy elements: Variables and tags".
#[test]
fn users_have_a_folder_of_their_own() {
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Action":["s3:ListBucket"],"Effect":"Allow","Resource":["arn:aws:s3:::b"],
         "Condition":{"StringLike":{"s3:prefix":["${aws:username}/*"]}}},
        {"Action":["s3:GetObject","s3:PutObject"],"Effect":"Allow",
         "Resource":["arn:aws:s3:::b/${aws:username}/*"]}]}"#;
    let list = ("s3:ListBucket", "arn:aws:s3:::b");
    check(policy, list, &["s3:prefix=alice/x"], true);
    check(policy, list, &["s3:prefix=bob/x"], false);
    check(policy, list, &[], false);
    check(policy, ("s3:GetObject", "arn:aws:s3:::b/alice/x"), &[], true);
    check(policy, ("s3:GetObject", "arn:aws:s3:::b/bob/x"), &[], false);
}

/// Long-term keys carry no word about the second factor: `BoolIfExists` denies them, `Bool` does
/// not.
///
/// Source: IAM User Guide, "Configuring MFA-protected API access".
#[test]
fn a_second_factor_is_demanded_by_bool_if_exists() {
    let with = |operator: &str| {
        with_full_access(&format!(
            r#"{{"Effect":"Deny","NotAction":"iam:EnableMFADevice","Resource":"*","Condition":{{"{operator}":{{"aws:MultiFactorAuthPresent":"false"}}}}}}"#
        ))
    };
    let request = ("s3:ListAllMyBuckets", "*");
    check(&with("BoolIfExists"), request, &[], false);
    check(&with("BoolIfExists"), request, &["aws:MultiFactorAuthPresent=true"], true);
    check(&with("BoolIfExists"), ("iam:EnableMFADevice", "*"), &[], true);
    check(&with("Bool"), request, &[], true);
    check(&with("Bool"), request, &["aws:MultiFactorAuthPresent=false"], false);
}

/// Source: IAM User Guide, "AWS: Denies access to AWS based on the source IP".
#[test]
fn addresses_do_not_bind_services() {
    let policy = with_full_access(
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{
            "NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]},
            "Bool":{"aws:ViaAWSService":"false"}}}"#,
    );
    let request = ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k");
    check(&policy, request, &["aws:SourceIp=192.0.2.7", "aws:ViaAWSService=false"], true);
    check(&policy, request, &["aws:SourceIp=198.51.100.1", "aws:ViaAWSService=false"], false);
    check(&policy, request, &["aws:ViaAWSService=true"], true);
}

/// Source: IAM User Guide, "Revoking IAM role temporary security credentials".
#[test]
fn older_sessions_can_be_revoked() {
    let policy = with_full_access(
        r#"{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{
            "DateLessThan":{"aws:TokenIssueTime":"2026-05-01T00:00:00.000Z"}}}"#,
    );
    let request = ("s3:ListAllMyBuckets", "*");
    check(&policy, request, &["aws:TokenIssueTime=2026-04-30T23:59:59Z"], false);
    check(&policy, request, &["aws:TokenIssueTime=2026-05-01T00:00:00Z"], true);
    check(&policy, request, &[], true);
}

/// Source: IAM User Guide, "Controlling access during AWS requests" (tag keys).
#[test]
fn tag_conditions_are_limited_to_supported_keys() {
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:TagResource",
        "Resource":"*","Condition":{
            "StringEquals":{"aws:RequestTag/Team":"${aws:PrincipalTag/Team}"},
            "ForAllValues:StringEquals":{"aws:TagKeys":["Team","Stage"]},
            "Null":{"aws:TagKeys":"false"}}}}"#;
    let request = ("kms:TagResource", "arn:aws:kms:us-east-1:111122223333:key/k");
    let red = ["aws:RequestTag/Team=red", "aws:PrincipalTag/team=red"];
    let and = |more: &'static str| [red[0], red[1], more];
    check(policy, request, &and("aws:TagKeys=Team|Stage"), true);
    check(policy, request, &and("aws:TagKeys=Team|Other"), false);
    check(policy, request, &red, false);
    check(policy, request, &["aws:RequestTag/Team=red", "aws:TagKeys=Team"], false);
    check(
        policy,
        request,
        &["aws:RequestTag/Team=red", "aws:PrincipalTag/Team=blue", "aws:TagKeys=Team"],
        false,
    );
}

/// Readers of encrypted logs decrypt log files and nothing else.
///
/// Source: CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail".
#[test]
fn log_readers_decrypt_log_files_only() {
    let policy = r#"{"Version":"2012-10-17","Statement":{"Sid":"Readers","Effect":"Allow",
        "Action":"kms:Decrypt","Resource":"*",
        "Condition":{"Null":{"kms:EncryptionContext:aws:cloudtrail:arn":"false"}}}}"#;
    let request = ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k");
    let trail = "kms:EncryptionContext:aws:cloudtrail:arn=arn:aws:cloudtrail:us-east-1:111122223333:trail/t";
    check(policy, request, &[trail], true);
    check(policy, request, &["kms:EncryptionContext:other=x"], false);
    check(policy, request, &[], false);
}

/// The resource `*` of actions without one fits no ARN, and `NotAction` reaches every service.
#[test]
fn actions_without_resource_need_a_star() {
    let policy = |resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","NotAction":"iam:*","Resource":"{resource}"}}}}"#
        )
    };
    check(&policy("*"), ("kms:ListKeys", "*"), &[], true);
    check(&policy("*"), ("IAM:ListUsers", "*"), &[], false);
    check(&policy("arn:aws:kms:*:*:*"), ("kms:ListKeys", "*"), &[], false);
    check(&policy("arn:aws:kms:*:*:key/*"), ("kms:Decrypt", "arn:aws:kms:r:1:key/k"), &[], true);
    check(&policy("arn:aws:kms:*:*:key/*"), ("kms:Decrypt", "arn:aws:kms:r:1:alias/k"), &[], false);
}

/// The condition that prevents a statement from allowing is reported, and only for statements that
/// match the request.
#[test]
fn a_statement_prevented_by_a_condition_is_reported() {
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"Near","Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{
            "StringEquals":{"aws:SourceVpc":["a","b"],"aws:username":"alice"},
            "ForAnyValue:StringNotLikeIfExists":{"aws:TagKeys":"x*"},"Bool":{"aws:SecureTransport":"true"}}},
        {"Sid":"Far","Effect":"Allow","Action":"s3:Put*","Resource":"*","Condition":{
            "Bool":{"aws:SecureTransport":"true"}}}]}"#;
    let policy = Policy::parse(policy, &Grammar::Managed).unwrap();
    let principal = Principal::User {
        account: AccountId::parse("111122223333").unwrap(),
        arn: "arn:aws:iam::111122223333:user/alice".to_owned(),
        unique_id: "AIDAALICEALICEALICE12".to_owned(),
    };
    let mut context = Context::new();
    context.set_principal(&principal);
    context.set("aws:SecureTransport", "false");
    context.set_list("aws:TagKeys", vec!["xy".to_owned()]);
    let (action, resource) = ("s3:GetObject", "arn:aws:s3:::b/k");
    let request = Request {
        principal: &principal,
        action,
        resource,
        resource_account: None,
        context: &context,
    };
    let attached = [Attached { policy: &policy, arn: None, name: "example" }];
    let misses = decide(&request, &Policies::of_identity(&attached)).near_misses;
    let described: Vec<String> = misses
        .iter()
        .flat_map(|miss| miss.conditions.iter().map(|one| (&miss.by.statement, one)))
        .map(|(sid, one)| {
            format!("{sid}: {} {} {:?} {:?}", one.operator, one.key, one.expected, one.found)
        })
        .collect();
    assert_eq!(
        described,
        [
            r#"Near: StringEquals aws:sourcevpc ["a", "b"] []"#,
            r#"Near: ForAnyValue:StringNotLikeIfExists aws:tagkeys ["x*"] ["xy"]"#,
            r#"Near: Bool aws:securetransport ["true"] ["false"]"#,
        ]
    );
}
