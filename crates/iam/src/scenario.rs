//! Whole calls against a gateway with IAM and STS alone: signed, decided, recorded.

mod iam_calls;
mod json_calls;
mod policy_calls;
mod recorded;
mod sign_in_calls;
mod sts_calls;

use gateway::Row;
use serde_json::Value;
use testkit::{ACCOUNT, Kit, OTHER_ACCOUNT};
use wire::sign::Credentials;

/// The operations of IAM whose output has no shape, and whose answer no result element.
///
/// Source: the service model of IAM.
const WITHOUT_OUTPUT: &str = include_str!("scenario/without_output.txt");

/// Anybody may assume it; nobody may do anything with it.
const OPEN_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}"#;

/// A policy that allows one action on everything.
fn allowing(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// Two accounts, their root users, and a clock that stands still at 2026-03-01T00:00:00Z.
struct World {
    kit: Kit,
    root: Credentials,
    other_root: Credentials,
}

impl World {
    fn new() -> Self {
        // The kit is linked with another build of this crate, whose rows are of the same type.
        let rows: &'static [Row] = crate::ROWS;
        let kit = Kit::new(&[rows]);
        let (root, other_root) = (kit.root.clone(), kit.other_root.clone());
        Self { kit, root, other_root }
    }

    /// A call; status and body of the answer.
    fn call(&self, who: &Credentials, service: &str, parameters: &[(&str, &str)]) -> (u16, String) {
        let answer = self.kit.query_as(who, service, parameters);
        (answer.status, answer.text())
    }

    fn service_of(action: &str) -> &'static str {
        let sts =
            crate::ROWS.iter().any(|row| row.spec.name == action && row.spec.service.name == "sts");
        if sts { "sts" } else { "iam" }
    }

    /// A call that must succeed; the body of the answer.
    fn ok(&self, who: &Credentials, action: &str, parameters: &[(&str, &str)]) -> String {
        let all = [&[("Action", action)], parameters].concat();
        let (status, body) = self.call(who, Self::service_of(action), &all);
        assert_eq!(status, 200, "{action}: {body}");
        let wanted = !WITHOUT_OUTPUT.lines().any(|name| name == action);
        let result = [format!("<{action}Result>"), format!("<{action}Result/>")];
        let found = result.iter().any(|element| body.contains(element));
        assert_eq!(found, wanted, "the result element of {action}: {body}");
        body
    }

    /// A call that must fail with this status, code and message.
    fn refused(
        &self,
        who: &Credentials,
        action: &str,
        parameters: &[(&str, &str)],
        want: (u16, &str, &str),
    ) {
        let all = [&[("Action", action)], parameters].concat();
        let (status, body) = self.call(who, Self::service_of(action), &all);
        let got = (status, text(&body, "Code"), text(&body, "Message"));
        assert_eq!(got, (want.0, want.1.to_owned(), want.2.to_owned()), "{action}: {body}");
    }

    /// A new user with an access key and one inline policy.
    fn user(&self, name: &str, policy: &str) -> Credentials {
        self.ok(&self.root, "CreateUser", &[("UserName", name)]);
        if !policy.is_empty() {
            let of = [("UserName", name), ("PolicyName", "own"), ("PolicyDocument", policy)];
            self.ok(&self.root, "PutUserPolicy", &of);
        }
        let body = self.ok(&self.root, "CreateAccessKey", &[("UserName", name)]);
        credentials(&body)
    }

    /// The last committed event.
    fn last_event(&self) -> Value {
        self.kit.events().pop().unwrap()
    }
}

/// The text of the first element of that name; empty if there is none.
fn text(xml: &str, name: &str) -> String {
    let inner = xml.split_once(&format!("<{name}>")).map(|(_, rest)| rest).unwrap_or_default();
    let raw = inner.split("</").next().unwrap_or_default();
    raw.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&amp;", "&")
}

/// The credentials that an answer carries.
fn credentials(xml: &str) -> Credentials {
    Credentials {
        access_key_id: text(xml, "AccessKeyId"),
        secret: text(xml, "SecretAccessKey"),
        session_token: Some(text(xml, "SessionToken")).filter(|token| !token.is_empty()),
    }
}

mod port {
    use super::*;

    /// What may stand in a stored policy, and as what.
    #[test]
    fn principals_are_stored_by_their_unique_ids() {
        let world = World::new();
        let path = [("UserName", "alice"), ("Path", "/team/")];
        let id = text(&world.ok(&world.root, "CreateUser", &path), "UserId");
        let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
        world.ok(&world.root, "CreateRole", &[("RoleName", "r"), trust]);
        world.ok(&world.root, "CreateGroup", &[("GroupName", "g")]);
        let view = world.kit.gateway.snapshot().unwrap();
        let check = |name: &str, want: Option<&str>| {
            let got = (crate::PORT.unique_id)(&view.tx(), name).unwrap();
            assert_eq!(got.as_deref(), want, "{name}");
        };
        let same = |name: &str| check(name, Some(name));
        let arn = "arn:aws:iam::111122223333:user/team/alice";
        check(arn, Some(&id));
        check(&id, Some(&id));
        check(ACCOUNT, Some("arn:aws:iam::111122223333:root"));
        same("*");
        same("arn:aws:iam::111122223333:root");
        same("arn:aws:sts::111122223333:assumed-role/r/any");
        same("arn:aws:sts::111122223333:federated-user/any");
        same("arn:aws:iam::999999999999:user/not-hosted-here");
        for nobody in [
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:user/team/Alice",
            "arn:aws:iam::111122223333:group/g",
            "arn:aws:iam::111122223333:role/missing",
            "arn:aws:sts::111122223333:assumed-role/R/any",
            "arn:aws:s3:::bucket",
            "AIDAMISSING",
            "",
        ] {
            check(nobody, None);
        }
        assert_eq!((crate::PORT.arn)(&view.tx(), &id).unwrap().as_deref(), Some(arn));
    }

    /// Accounts keep the id by which S3 knows them; others have one too.
    #[test]
    fn accounts_have_a_canonical_user_id() {
        let world = World::new();
        let view = world.kit.gateway.snapshot().unwrap();
        let accounts = crate::accounts(&view.tx()).unwrap();
        let ids: Vec<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
        assert_eq!(ids, [ACCOUNT, OTHER_ACCOUNT]);
        for account in accounts {
            let id = crate::canonical_user_id(&view.tx(), &account.id).unwrap();
            assert_eq!(id, account.canonical_user_id);
            assert!(id.len() == 64 && types::hex_decode(&id).is_some());
        }
        let stranger = types::AccountId::parse("999999999999").unwrap();
        assert_eq!(crate::canonical_user_id(&view.tx(), &stranger).unwrap().len(), 64);
    }
}
