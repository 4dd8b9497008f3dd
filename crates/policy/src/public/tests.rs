//! Every form of a policy, through one `check`.

use super::*;
use crate::Grammar;

fn check(members: &str, want: bool) {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"*",{members}}}]}}"#
    );
    let policy = Policy::stored(&text, &Grammar::Resource).unwrap();
    assert_eq!(is_public(&policy), want, "{members}");
}

/// Fixed principals are never the public; everyone is.
#[test]
fn principals_make_a_policy_public() {
    check(r#""Principal":"*""#, true);
    check(r#""Principal":{"AWS":["111122223333","*"]}"#, true);
    check(r#""NotPrincipal":{"AWS":"111122223333"}"#, true);
    check(r#""Principal":{"AWS":"111122223333"}"#, false);
    check(r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, false);
    check(r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/r"}"#, false);
    check(r#""Principal":{"CanonicalUser":"111122223333"}"#, false);
    check(r#""NotPrincipal":"*""#, true);
    // Anyone can sign in at a provider. Source: the guide's first example.
    check(r#""Principal":{"Federated":"graph.facebook.com"}"#, true);
    let provider = "arn:aws:iam::111122223333:saml-provider/p";
    check(&format!(r#""Principal":{{"Federated":"{provider}"}}"#), true);
    check(
        r#""Principal":{"Federated":"graph.facebook.com"},"Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
        false,
    );
}

/// Fixed values of certain condition keys restrict a wildcard principal to known ones.
#[test]
fn conditions_make_a_policy_private() {
    let when = |condition: &str, want: bool| {
        check(&format!(r#""Principal":"*","Condition":{{{condition}}}"#), want);
    };
    when(r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#, false);
    when(r#""StringEquals":{"AWS:SourceAccount":["111122223333","444455556666"]}"#, false);
    when(r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, true);
    when(r#""StringEquals":{"aws:SourceVpc":"${aws:username}"}"#, true);
    when(r#""StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}"#, true);
    when(r#""ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"}"#, true);
    when(r#""StringNotEquals":{"aws:SourceVpc":"vpc-1"}"#, true);
    when(r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:t"}"#, false);
    when(r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:t"}"#, true);
    when(r#""StringLike":{"aws:userid":"AROAROLEROLEROLEROLE1:*"}"#, true);
    when(r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, false);
    when(r#""StringEquals":{"aws:PrincipalType":"Anonymous"}"#, true);
    when(r#""Null":{"aws:PrincipalArn":"true"}"#, true);
    when(r#""StringEquals":{"aws:SourceIp":"203.0.113.1"}"#, true);
    when(r#""NumericEquals":{"aws:SourceAccount":"111122223333"}"#, true);
    when(r#""StringEquals":{"aws:SourceVpc":[]}"#, true);
    when(r#""StringEquals":{"aws:SourceVpc":["vpc-1","vpc-?"]}"#, true);
    when(r#""StringEquals":{"aws:SourceVpc":"vpc-${*}"}"#, true);
    when(r#""ForAnyValue:StringEquals":{"aws:SourceVpc":"vpc-1"}"#, false);
    when(r#""StringEqualsIgnoreCase":{"aws:SourceVpc":"VPC-1"}"#, false);
    when(r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}"#, true);
    when(r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}"#, false);
    when(r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}"#, true);
    when(r#""IpAddress":{"aws:SourceIp":"2001::/16"}"#, true);
    when(r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, true);
    when(
        r#""ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111122223333:accesspoint/*"}"#,
        false,
    );
    when(r#""ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:*:accesspoint/*"}"#, true);
    when(r#""Bool":{"aws:SecureTransport":"true"}"#, true);
    when(
        r#""Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceVpc":"vpc-1"}"#,
        false,
    );
}

/// Every key of the guide's list binds, by every operator that demands a value, and no other.
#[test]
fn the_documented_keys_bind() {
    let policy = |operator: &str, key: &str, value: &str| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"{operator}":{{"{key}":"{value}"}}}}}}}}"#
        );
        is_public(&Policy::stored(&text, &Grammar::Resource).unwrap())
    };
    for key in BINDING_KEYS {
        let value = "arn:aws:sns:us-east-1:111122223333:t";
        for operator in ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals"] {
            assert!(!policy(operator, key, value), "{operator} {key}");
            assert!(!policy(&format!("ForAnyValue:{operator}"), key, value), "{key}");
            assert!(policy(&format!("{operator}IfExists"), key, value), "{key}");
            assert!(policy(&format!("ForAllValues:{operator}"), key, value), "{key}");
        }
        for operator in ["StringNotEquals", "StringNotLike", "ArnNotLike", "Null", "Bool"] {
            assert!(policy(operator, key, value), "{operator} {key}");
        }
        for value in ["*", "arn:aws:sns:us-east-1:111122223333:?", "${aws:username}"] {
            assert!(policy("StringLike", key, value), "{key} {value}");
        }
    }
    for key in ["aws:Referer", "aws:UserAgent", "s3:prefix", "s3:x-amz-acl", "aws:PrincipalTag/a"] {
        assert!(policy("StringEquals", key, "fixed"), "{key}");
    }
}

/// A user ID restricts a policy if it belongs to a single caller, but not if it is that of a role
/// session or of unsigned requests.
#[test]
fn user_ids_bind_if_they_are_one_callers() {
    let when = |operator: &str, value: &str, want: bool| {
        let condition = format!(r#""Condition":{{"{operator}":{{"aws:userid":{value}}}}}"#);
        check(&format!(r#""Principal":"*",{condition}"#), want);
    };
    when("StringEquals", r#""AIDAUSERUSERUSERUSER1""#, false);
    when("StringEquals", r#""111122223333""#, false);
    when("StringEquals", r#""111122223333:federated""#, false);
    when("StringEquals", r#""anonymous""#, true);
    when("StringLike", r#""anonymous""#, true);
    when("StringEqualsIgnoreCase", r#""ANONYMOUS""#, true);
    when("ForAnyValue:StringEquals", r#""anonymous""#, true);
    when("StringEquals", r#"["AIDAUSERUSERUSERUSER1","anonymous"]"#, true);
    when("StringLike", r#""anon?mous""#, true);
    when("StringEquals", r#""AROAROLEROLEROLEROLE1:session""#, true);
    when("StringLike", r#""AROAROLEROLEROLEROLE1:*""#, true);
}

/// Blocks are judged by their union, in any notation.
#[test]
fn addresses_are_judged_together() {
    let when = |values: &[String], want: bool| {
        let values = serde_json::to_string(values).unwrap();
        let condition = format!(r#""Condition":{{"IpAddress":{{"aws:SourceIp":{values}}}}}"#);
        check(&format!(r#""Principal":"*",{condition}"#), want);
    };
    let blocks = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    when(&blocks(&["3.0.0.0/8", "15.0.0.0/8"]), false);
    when(&blocks(&["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]), false);
    when(&blocks(&["2001:db8::/32", "2400:cb00::/32"]), false);
    // Two halves of a /7, and the halves of those.
    when(&blocks(&["2.0.0.0/8", "3.0.0.0/8"]), true);
    when(&blocks(&["2.0.0.0/9", "3.0.0.0/8", "2.128.0.0/9"]), true);
    when(&blocks(&["2001:db8::/32", "2001:db9::/32"]), true);
    when(&(0..=255).map(|n| format!("{n}.0.0.0/8")).collect::<Vec<_>>(), true);
    // Half of all addresses, no two blocks of which touch.
    when(&(0..=255).map(|n| format!("{n}.0.0.0/9")).collect::<Vec<_>>(), true);
    // All addresses of version 4, written as version 6.
    when(&blocks(&["::ffff:0:0/96"]), true);
    when(&blocks(&["::ffff:203.0.113.0/120"]), false);
    when(&blocks(&["203.0.113.0/33"]), true);
    when(&blocks(&["everywhere"]), true);
}

/// One public statement makes the whole policy public, in any position.
#[test]
fn one_public_statement_is_enough() {
    let bound = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}"#;
    let open = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    for (statements, want) in
        [(vec![bound, bound], false), (vec![bound, open], true), (vec![open, bound], true)]
    {
        let text = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
        assert_eq!(is_public(&Policy::stored(&text, &Grammar::Resource).unwrap()), want);
    }
}

/// A Deny opens nothing and closes nothing.
#[test]
fn denies_do_not_count() {
    let text = r#"{"Statement":[
        {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]}"#;
    assert!(!is_public(&Policy::stored(text, &Grammar::Resource).unwrap()));
    let open = text.replace(r#"{"AWS":"111122223333"}"#, "\"*\"");
    assert!(is_public(&Policy::stored(&open, &Grammar::Resource).unwrap()));
}
