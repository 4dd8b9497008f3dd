//! Invalid documents and AWS's messages for them.

use super::*;

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";

fn bucket() -> Grammar {
    Grammar::Bucket { bucket: "logs".to_owned() }
}

/// `want` is the message; `ok` for a valid document.
#[track_caller]
fn check(grammar: &Grammar, text: &str, want: &str) {
    let got = match Policy::parse(text, grammar) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.message,
    };
    assert_eq!(got, want, "{text}");
}

/// A document around the members of one statement.
fn document(members: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#)
}

/// Documents with an invalid shape.
#[test]
fn identity_policies_must_be_well_formed() {
    for text in [
        "",
        "no json",
        "[]",
        r#"{"Version":"2012-10-17"}"#,
        r#"{"Version":"2013-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
        r#"{"Statement":["x"]}"#,
        r#"{"Statement":[]}"#,
        r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"},"More":1}"#,
        r#"{"Id":[],"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
        r#"{"Statement":{"Effect":"Deny","Effect":"Deny","Action":"*","Resource":"*"}}"#,
    ] {
        check(&Grammar::Identity, text, SYNTAX);
    }
    for members in [
        r#""Effect":"Maybe","Action":"s3:x","Resource":"*""#,
        r#""Action":"s3:x","Resource":"*""#,
        r#""Effect":"Allow","Action":{},"Resource":"*""#,
        r#""Effect":"Allow","Action":[[]],"Resource":"*""#,
        r#""Effect":"Allow","Action":"s3:x","NotAction":[],"Resource":"*""#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","NotResource":"*""#,
        r#""Effect":"Allow","Action":"s3:x","Resource":["*",{}]"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","sid":"x""#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Sid":{}"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":[]"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Bool":"x"}"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Bool":{"a":{}}}"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Boolean":{"a":"b"}}"#,
        r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"ForAnyValue::Bool":{"a":"b"}}"#,
    ] {
        check(&Grammar::Identity, &document(members), SYNTAX);
    }
}

/// IAM's messages for missing or malformed elements, in its order.
///
/// Observed: messages of `CreatePolicy`.
#[test]
fn identity_policies_are_rejected_with_iams_messages() {
    let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    let path = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";
    let resource =
        |resource: &str| format!(r#""Effect":"Allow","Action":"s3:x","Resource":{resource}"#);
    for (members, want) in [
        (r#""Effect":"Allow","Action":"s3:x","Resource":"*""#.to_owned(), "ok"),
        (r#""Effect":"Allow","Principal":"*","Action":"s3:x","Resource":"*""#.to_owned(), "Policy document should not specify a principal."),
        (r#""Effect":"allow","Action":"s3:x","Resource":"*""#.to_owned(), LEGACY),
        (r#""Effect":"Allow","Condition":{"DateEquals":{"a":"soon"}}"#.to_owned(), LEGACY),
        (r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"DateEquals":{"a":[]},"x":{}}"#.to_owned(), "ok"),
        (r#""Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Bool":{"a":true},"NumericEquals":{"b":[1,2.5]}}"#.to_owned(), "ok"),
        (r#""Effect":"Allow""#.to_owned(), "Policy statement must contain actions."),
        (r#""Effect":"Allow","Action":[],"Resource":"*""#.to_owned(), "Policy statement must contain actions."),
        (r#""Effect":"Allow","Action":"s3:x""#.to_owned(), "Policy statement must contain resources."),
        (r#""Effect":"Allow","Action":"s3:x","NotResource":[]"#.to_owned(), "Policy statement must contain resources."),
        (r#""Effect":"Allow","Action":"x""#.to_owned(), vendor),
        (r#""Effect":"Allow","NotAction":"","Resource":"*""#.to_owned(), vendor),
        (r#""Effect":"Allow","Action":"s3:a:b","Resource":"*""#.to_owned(), "Actions/Condition can contain only one colon."),
        (r#""Effect":"Allow","Action":"a a:b","Resource":"*""#.to_owned(), "Vendor a a is not valid"),
        (r#""Effect":"Allow","Action":"s3*:b","Resource":"*""#.to_owned(), "Vendor s3* is not valid"),
        (r#""Effect":"Allow","Action":"s3:a:b","Resource":"x""#.to_owned(), "Resource x must be in ARN format or \"*\"."),
        (resource(r#""""#), "Resource  must be in ARN format or \"*\"."),
        (resource(r#"["*","b","a"]"#), "Resource a must be in ARN format or \"*\"."),
        (resource(r#""a:b""#), "Partition \"b\" is not valid for resource \"arn:b:*:*:*:*\"."),
        (resource(r#""a:b:c""#), "Partition \"b\" is not valid for resource \"arn:b:c:*:*:*\"."),
        (resource(r#""a:b:c:d:e:f:g:h""#), "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\"."),
        (resource(r#""aws:s3:::logs""#), "Partition \"s3\" is not valid for resource \"arn:s3:::logs:*\"."),
        (resource(r#""arn:aws""#), "Resource vendor must be fully qualified and cannot contain regexes."),
        (resource(r#""arn:aws:iam::1:x/y""#), path),
        (resource(r#""arn:aws:iam::1:*""#), "ok"),
        (resource(r#""arn:aws:iam:r:1:user/x""#), "IAM resource arn:aws:iam:r:1:user/x cannot contain region information."),
        (resource(r#""arn:aws:s3:r::logs""#), "Resource arn:aws:s3:r::logs can not contain region information."),
        (resource(r#""arn:aws:s3::logs""#), LEGACY),
        (resource(r#""arn:aws::r:1:logs""#), LEGACY),
        (resource(r#""arn:*:s3:::logs/*""#), "ok"),
        (r#""Sid":"a b","Effect":"Allow","Action":"s3:x","Resource":"*""#.to_owned(), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"),
        (r#""Sid":"a","Effect":"Allow","Action":"s3:x","Resource":"*"},{"Sid":"a","Effect":"Deny""#.to_owned(), "Statement IDs (SID) in a single policy must be unique."),
    ] {
        check(&Grammar::Identity, &document(&members), want);
        check(&Grammar::Managed, &document(&members), want);
    }
}

/// Only managed policies must be of the newer version.
#[test]
fn only_managed_policies_need_the_newer_version() {
    let message = "Policy document must be version 2012-10-17 or greater.";
    for version in ["", r#""Version":"2008-10-17","#] {
        let text =
            format!(r#"{{{version}"Statement":{{"Effect":"Deny","Action":"*","Resource":"*"}}}}"#);
        check(&Grammar::Managed, &text, message);
        check(&Grammar::Identity, &text, "ok");
    }
}

/// Trust policies define only who may assume the role.
#[test]
fn trust_policies_are_rejected_with_iams_messages() {
    check(&Grammar::Trust, "{", "This policy contains invalid Json");
    let assume = r#""Action":"sts:AssumeRole""#;
    for (members, want) in [
        (format!(r#""Effect":"Allow","Principal":{{"AWS":"111122223333"}},{assume}"#), "ok"),
        (
            format!(r#""Effect":"Allow","Principal":{{"AWS":"AROAROLEROLEROLEROLE1"}},{assume}"#),
            "ok",
        ),
        (
            format!(r#""Effect":"Allow","Principal":{{"Service":["ec2.amazonaws.com"]}},{assume}"#),
            "ok",
        ),
        (
            format!(r#""Effect":"Allow","Principal":"*",{assume},"Resource":"*""#),
            "Has prohibited field Resource",
        ),
        (
            format!(r#""Effect":"Allow","NotPrincipal":"*",{assume}"#),
            "Has prohibited field NotPrincipal",
        ),
        (format!(r#""Effect":"Allow",{assume}"#), "Missing required field Principal"),
        (
            format!(r#""Effect":"Allow","Principal":{{}},{assume}"#),
            "Missing required field Principal cannot be empty!",
        ),
        (r#""Effect":"Allow","Principal":"*""#.to_owned(), "Missing required field Action"),
        (
            r#""Effect":"Allow","Principal":"*","Action":"s3:GetObject""#.to_owned(),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            format!(
                r#""Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::111122223333:user/*"}},{assume}"#
            ),
            r#"Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*""#,
        ),
        (
            format!(r#""Effect":"Allow","Principal":{{"Service":"ec2"}},{assume}"#),
            r#"Invalid principal in policy: "SERVICE":"ec2""#,
        ),
        (
            format!(r#""Effect":"Allow","Principal":"alice",{assume}"#),
            r#"Invalid principal in policy: "AWS":"alice""#,
        ),
        (format!(r#""Effect":"Allow","Principal":["*"],{assume}"#), SYNTAX),
    ] {
        check(&Grammar::Trust, &document(&members), want);
    }
}

/// Key policies: principals matter, the rest may be missing.
#[test]
fn key_policies_are_rejected_with_kmss_messages() {
    let invalid = "Policy contains a statement with one or more invalid principals.";
    let none = "Policy contains a statement with no principal.";
    for (members, want) in [
        (
            r#""Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"111122223333"}"#,
            "ok",
        ),
        (
            r#""Effect":"Allow","Principal":{"AWS":"alice"},"Action":"kms:*","Resource":"*""#,
            invalid,
        ),
        (r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:group/g"}"#, invalid),
        (r#""Effect":"Allow","Principal":{"Other":"*"}"#, invalid),
        (r#""Effect":"Allow","Principal":{"AWS":[]}"#, none),
        (r#""Effect":"Allow","Action":"kms:*","Resource":"*""#, none),
        (r#""Effect":"allow","Principal":"*""#, ""),
        (r#""Effect":"Allow","Principal":"*","Extra":"x""#, ""),
        (r#""Effect":"Allow","Principal":"*","Action":"encrypt""#, ""),
        (
            r#""Effect":"Deny","Principal":"*","Condition":{"ForAllValues:StringEquals":{"kms:EncryptionContext:a":"b"}}"#,
            "ok",
        ),
        (
            r#""Effect":"Allow","Principal":"*","Condition":{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":"b"}}"#,
            "ok",
        ),
    ] {
        check(&Grammar::Kms, &document(members), want);
    }
    let own = "These condition keys are not permitted in a key policy: aws:ResourceTag, \
               kms:ResourceTag, kms:ResourceAliases";
    for (effect, operator, key, want) in [
        ("Allow", "StringEquals", "aws:ResourceTag/team", own),
        ("Allow", "StringEquals", "AWS:resourcetag/team", own),
        ("Deny", "StringEquals", "kms:ResourceTag/team", own),
        ("Allow", "ForAnyValue:StringLike", "kms:ResourceAliases", own),
        ("Allow", "StringEquals", "aws:RequestTag/team", "ok"),
        ("Allow", "StringEquals", "kms:RequestAlias", "ok"),
        ("Allow", "StringEquals", "kms:EncryptionContext:aws:ResourceTag/team", "ok"),
    ] {
        let members = format!(
            r#""Effect":"{effect}","Principal":"*","Condition":{{"{operator}":{{"{key}":"x"}}}}"#
        );
        check(&Grammar::Kms, &document(&members), want);
    }
    check(&Grammar::Kms, "", "");
    let open = document(
        r#""Effect":"Allow","Principal":"*","Condition":{"ForAllValues:StringLike":{"KMS:encryptioncontext:a":"b"}}"#,
    );
    check(
        &Grammar::Kms,
        &open,
        "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a \
         single-valued condition key matches requests without the specified encryption context or \
         with an unspecified encryption context. To fix, remove ForAllValues.",
    );
}

/// Bucket policies: every check and its words.
#[test]
fn bucket_policies_are_rejected_with_s3s_messages() {
    let json = "Policies must be valid JSON and the first byte must be '{'";
    check(&bucket(), "", json);
    check(&bucket(), r#" {"Statement":[]}"#, json);
    check(&bucket(), "{", json);
    check(&bucket(), "{}", "Missing required field Statement");
    check(&bucket(), r#"{"Statement":[]}"#, "Could not parse the policy: Statement is empty!");
    check(
        &bucket(),
        r#"{"Version":"2020","Statement":[]}"#,
        "The policy must contain a valid version string",
    );
    let apply = "Action does not apply to any resource(s) in statement";
    let combination =
        "Conditions do not apply to combination of actions and resources in statement";
    let invalid = "Policy has invalid resource";
    let on = |action: &str, resource: &str| {
        format!(r#""Effect":"Allow","Principal":"*","Action":{action},"Resource":{resource}"#)
    };
    let when = |action: &str, condition: &str| {
        let rest = on(action, r#"["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]"#);
        format!(r#"{rest},"Condition":{{{condition}}}"#)
    };
    for (members, want) in [
        (on(r#""s3:*""#, r#""arn:aws:s3:::logs/*""#), "ok"),
        (
            on(
                r#"["s3:GetObject","s3:ListBucket"]"#,
                r#"["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]"#,
            ),
            "ok",
        ),
        (on(r#""s3:ListBucket""#, r#""arn:aws:s3:::lo*""#), "ok"),
        (on(r#""s3:GetObject""#, r#""arn:aws:s3:::lo*""#), "ok"),
        (on(r#""s3:GetObject""#, r#""arn:aws:s3:::logs""#), apply),
        (on(r#"["s3:GetObject","s3:ListBucket"]"#, r#""arn:aws:s3:::logs/*""#), apply),
        (on(r#""s3:ListAllMyBuckets""#, r#""arn:aws:s3:::logs""#), apply),
        (on(r#""s3:GetObject""#, r#""*""#), invalid),
        (on(r#""s3:GetObject""#, r#""arn:aws:s3:::other/*""#), invalid),
        (on(r#""s3:GetObject""#, r#""arn:aws:s3:us-east-1::logs/*""#), invalid),
        (on(r#""s3:GetObject""#, r#""logs/*""#), invalid),
        (on(r#""s3:GetThing""#, r#""arn:aws:s3:::logs/*""#), "Policy has invalid action"),
        (on(r#""kms:Decrypt""#, r#""arn:aws:s3:::logs/*""#), "Policy has invalid action"),
        (on("[]", r#""arn:aws:s3:::logs/*""#), "Missing required field Action cannot be empty!"),
        (on("7", r#""arn:aws:s3:::logs/*""#), "Invalid policy syntax."),
        (
            r#""Effect":"Allow","Principal":"*","Action":"s3:GetObject""#.to_owned(),
            "Missing required field Resource",
        ),
        (
            r#""Effect":"Allow","Principal":"*","Resource":"x""#.to_owned(),
            "Missing required field Action",
        ),
        (
            r#""Effect":"Allow","Action":"s3:GetObject","Resource":"x""#.to_owned(),
            "Missing required field Principal",
        ),
        (
            r#""Effect":"Allow","Principal":{},"Action":"x","Resource":"x""#.to_owned(),
            "Missing required field Principal cannot be empty!",
        ),
        (
            r#""Effect":"Allow","Principal":{"AWS":"1"},"Action":"x","Resource":"x""#.to_owned(),
            "Invalid principal in policy",
        ),
        (r#""Principal":"*""#.to_owned(), "Missing required field Effect"),
        (r#""Effect":"allow","Principal":"*""#.to_owned(), "Invalid effect: allow"),
        (r#""Effect":"Allow","Principals":"*""#.to_owned(), "Unknown field Principals"),
        (when(r#""s3:ListBucket""#, r#""StringLike":{"s3:prefix":"a/*"}"#), "ok"),
        (when(r#""s3:*""#, r#""StringLike":{"s3:prefix":"a/*"}"#), "ok"),
        (when(r#""s3:GetObject""#, r#""StringLike":{"s3:prefix":"a/*"}"#), combination),
        (
            when(r#"["s3:ListBucket","s3:GetObject"]"#, r#""StringLike":{"s3:prefix":"a/*"}"#),
            combination,
        ),
        (when(r#""s3:PutObject""#, r#""StringEquals":{"S3:X-Amz-Acl":"x"}"#), "ok"),
        (when(r#""s3:GetObject""#, r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#), "ok"),
        (when(r#""s3:GetObject""#, r#""StringEquals":{"s3:ExistingObjectTag/a":"b"}"#), "ok"),
        (
            when(r#""s3:GetObject""#, r#""StringEquals":{"s3:nonsense":"b"}"#),
            "Policy has an invalid condition key",
        ),
        (
            when(r#""s3:GetObject""#, r#""StringEquals":{"prefix":"b"}"#),
            "Policy has an invalid condition key",
        ),
        (
            when(r#""s3:GetObject""#, r#""StringIs":{"s3:prefix":"b"}"#),
            "Invalid Condition type : StringIs",
        ),
    ] {
        check(&bucket(), &document(&members), want);
    }
}

/// Sizes are limited, by kind.
#[test]
fn documents_have_a_largest_size() {
    for grammar in [Grammar::Identity, Grammar::Trust, Grammar::Kms, bucket(), Grammar::Topic] {
        let largest = format!("{{{}", " ".repeat(grammar.bytes_max() - 1));
        let kind = |text: &str| Policy::parse(text, &grammar).unwrap_err().kind;
        assert_eq!(kind(&largest), PolicyErrorKind::NotJson);
        assert_eq!(kind(&format!("{largest} ")), PolicyErrorKind::TooLarge);
    }
}

/// Stored policies may contain unique IDs and need not pass the service's checks again.
#[test]
fn stored_policies_are_read_leniently() {
    let text = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":["AIDAUSERUSERUSERUSER1","111122223333","111122223333"]},"Action":"s3:GetThing","Resource":"*"}}"#;
    assert!(Policy::parse(text, &bucket()).is_err());
    let policy = Policy::stored(text, &bucket()).unwrap();
    let principals: Vec<_> = policy.principals().collect();
    assert_eq!(principals, ["AIDAUSERUSERUSERUSER1", "111122223333"]);
    assert!(Policy::stored("{}", &bucket()).is_err());
}
