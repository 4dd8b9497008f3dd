//! Two accounts with IAM and STS, and what the tests ask of them.

use serde_json::Value;
use testkit::Kit;

pub(crate) use testkit::{ACCOUNT, Disk, OTHER_ACCOUNT};
pub(crate) use wire::sign::Credentials;

/// The operations of IAM whose output has no shape, and whose answer no result element.
///
/// Source: the service model of IAM.
const WITHOUT_OUTPUT: &str = include_str!("without_output.txt");

/// Anybody may assume it; nobody may do anything with it.
pub(crate) const OPEN_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}"#;

/// A policy that allows one action on everything.
pub(crate) fn allowing(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// Two accounts, their root users, and a clock that stands still at 2026-03-01T00:00:00Z.
pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) root: Credentials,
    pub(crate) other_root: Credentials,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(&Disk::with_power())
    }

    /// The same on a disk that a test may switch off.
    pub(crate) fn on(disk: &Disk) -> Self {
        let kit = Kit::on(disk, &[iam::ROWS]);
        let (root, other_root) = (kit.root.clone(), kit.other_root.clone());
        Self { kit, root, other_root }
    }

    /// A call; status and body of the answer.
    pub(crate) fn call(
        &self,
        who: &Credentials,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String) {
        let answer = self.kit.query_as(who, service, parameters);
        (answer.status, answer.text())
    }

    pub(crate) fn service_of(action: &str) -> &'static str {
        let sts =
            iam::ROWS.iter().any(|row| row.spec.name == action && row.spec.service.name == "sts");
        if sts { "sts" } else { "iam" }
    }

    /// A call that must succeed; the body of the answer.
    pub(crate) fn ok(
        &self,
        who: &Credentials,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> String {
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
    pub(crate) fn refused(
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
    pub(crate) fn user(&self, name: &str, policy: &str) -> Credentials {
        self.ok(&self.root, "CreateUser", &[("UserName", name)]);
        if !policy.is_empty() {
            let of = [("UserName", name), ("PolicyName", "own"), ("PolicyDocument", policy)];
            self.ok(&self.root, "PutUserPolicy", &of);
        }
        let body = self.ok(&self.root, "CreateAccessKey", &[("UserName", name)]);
        credentials(&body)
    }

    /// The last committed event.
    pub(crate) fn last_event(&self) -> Value {
        self.kit.last_event()
    }
}

/// The text of the first element of that name; empty if there is none.
pub(crate) fn text(xml: &str, name: &str) -> String {
    let inner = xml.split_once(&format!("<{name}>")).map(|(_, rest)| rest).unwrap_or_default();
    let raw = inner.split("</").next().unwrap_or_default();
    raw.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&amp;", "&")
}

/// The credentials that an answer carries.
pub(crate) fn credentials(xml: &str) -> Credentials {
    Credentials {
        access_key_id: text(xml, "AccessKeyId"),
        secret: text(xml, "SecretAccessKey"),
        session_token: Some(text(xml, "SessionToken")).filter(|token| !token.is_empty()),
    }
}
