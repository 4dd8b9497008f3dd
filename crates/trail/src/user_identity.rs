//! The shapes of `userIdentity` for the kinds of callers here, with AWS's member order:
//! `type, principalId, arn, accountId, accessKeyId, userName, sessionContext, invokedBy`.
//!
//! Source: `CloudTrail` User Guide, "CloudTrail userIdentity element". Observed: the order, and
//! which members each caller has.

use serde_json::{Map, Value, json};
use types::{AccountId, Timestamp};

/// The caller of changes that services make by themselves, and the source of calls with a caller's
/// forwarded credentials.
///
/// Observed: S3 calling KMS for a user, in `sourceIPAddress`, `userAgent` and `invokedBy`.
pub const AWS_INTERNAL: &str = "AWS Internal";

/// The temporary credentials behind a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// When the credentials were created.
    pub creation_date: Timestamp,
    /// Whether a second factor was shown.
    pub mfa_authenticated: bool,
}

/// An IAM user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IamUser<'a> {
    /// `AIDA…`.
    pub id: &'a str,
    /// The user's ARN, with its path.
    pub arn: &'a str,
    /// The user's account.
    pub account: &'a AccountId,
    /// The key that signed: `AKIA…`, or `ASIA…` in a session.
    pub access_key_id: Option<&'a str>,
    /// The user's name.
    pub name: &'a str,
}

/// A session of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssumedRole<'a> {
    /// The role: `AROA…`.
    pub role_id: &'a str,
    /// The role's ARN, with its path.
    pub role_arn: &'a str,
    /// The role's name.
    pub role_name: &'a str,
    /// The session's name.
    pub session_name: &'a str,
    /// The role's account.
    pub account: &'a AccountId,
    /// `ASIA…`.
    pub access_key_id: Option<&'a str>,
    /// Set by the caller of `AssumeRole`.
    pub source_identity: Option<&'a str>,
}

/// A session created by `GetFederationToken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Federated<'a> {
    /// The name of the session.
    pub name: &'a str,
    /// The issuer's account.
    pub account: &'a AccountId,
    /// `ASIA…`.
    pub access_key_id: Option<&'a str>,
    /// The user that issued the session; `None` is the root user.
    pub issuer: Option<IamUser<'a>>,
}

/// The root user. `alias` is the account's, which AWS shows as the user name.
pub fn root(
    account: &AccountId,
    access_key_id: Option<&str>,
    alias: Option<&str>,
    session: Option<&Session>,
) -> Value {
    let mut out = Members::of("Root");
    out.put("principalId", account.as_str());
    out.put("arn", format!("arn:aws:iam::{account}:root"));
    out.put("accountId", account.as_str());
    out.maybe("accessKeyId", access_key_id);
    out.maybe("userName", alias);
    out.session(session.map(|session| context(&json!({}), session)));
    out.done()
}

/// An IAM user, with a long-term key (no session) or in a session of `GetSessionToken` or the
/// console.
pub fn iam_user(user: IamUser<'_>, session: Option<&Session>) -> Value {
    let mut out = Members::of("IAMUser");
    out.put("principalId", user.id);
    out.put("arn", user.arn);
    out.put("accountId", user.account.as_str());
    out.maybe("accessKeyId", user.access_key_id);
    out.put("userName", user.name);
    out.session(session.map(|session| context(&json!({}), session)));
    out.done()
}

/// A session of a role.
pub fn assumed_role(role: AssumedRole<'_>, session: &Session) -> Value {
    let (account, name) = (role.account, role.role_name);
    let mut out = Members::of("AssumedRole");
    out.put("principalId", format!("{}:{}", role.role_id, role.session_name));
    out.put("arn", format!("arn:aws:sts::{account}:assumed-role/{name}/{}", role.session_name));
    out.put("accountId", account.as_str());
    out.maybe("accessKeyId", role.access_key_id);
    let issuer = json!({
        "type": "Role",
        "principalId": role.role_id,
        "arn": role.role_arn,
        "accountId": account.as_str(),
        "userName": name,
    });
    let mut context = context(&issuer, session);
    if let (Some(source), Some(members)) = (role.source_identity, context.as_object_mut()) {
        members.insert("sourceIdentity".to_owned(), source.into());
    }
    out.session(Some(context));
    out.done()
}

/// A session of `GetFederationToken`.
pub fn federated_user(user: Federated<'_>, session: &Session) -> Value {
    let account = user.account.as_str();
    let mut out = Members::of("FederatedUser");
    out.put("principalId", format!("{account}:{}", user.name));
    out.put("arn", format!("arn:aws:sts::{account}:federated-user/{}", user.name));
    out.put("accountId", account);
    out.maybe("accessKeyId", user.access_key_id);
    let issuer = match user.issuer {
        Some(by) => json!({
            "type": "IAMUser",
            "principalId": by.id,
            "arn": by.arn,
            "accountId": account,
            "userName": by.name,
        }),
        None => json!({
            "type": "Root",
            "principalId": account,
            "arn": format!("arn:aws:iam::{account}:root"),
            "accountId": account,
        }),
    };
    out.session(Some(context(&issuer, session)));
    out.done()
}

/// A service on its own behalf, such as `cloudtrail.amazonaws.com`.
pub fn service(principal: &str) -> Value {
    let mut out = Members::of("AWSService");
    out.put("invokedBy", principal);
    out.done()
}

/// Something a service did by itself in an account. Observed: there is no `type`.
pub fn service_event(account: &AccountId, principal: &str) -> Value {
    let mut out = Members::default();
    out.put("accountId", account.as_str());
    out.put("invokedBy", principal);
    out.done()
}

/// A principal of another account, as the owner of the resource sees it.
pub fn other_account(account: &AccountId, principal_id: &str) -> Value {
    let mut out = Members::of("AWSAccount");
    out.put("principalId", principal_id);
    out.put("accountId", account.as_str());
    out.done()
}

/// A caller without credentials.
///
/// Observed: in a record of an unsigned S3 request (event version 1.10) `accountId` is `anonymous` and
/// `principalId` empty.
pub fn anonymous() -> Value {
    let mut out = Members::of("AWSAccount");
    out.put("principalId", "");
    out.put("accountId", "anonymous");
    out.done()
}

/// The same caller, whose credentials a service used.
pub fn forwarded(mut identity: Value) -> Value {
    if let Some(members) = identity.as_object_mut() {
        members.insert("invokedBy".to_owned(), AWS_INTERNAL.into());
    }
    identity
}

/// Observed: `creationDate` and `mfaAuthenticated` are strings; the first two members are present
/// even when empty.
fn context(issuer: &Value, session: &Session) -> Value {
    json!({
        "sessionIssuer": issuer,
        "webIdFederationData": {},
        "attributes": {
            "creationDate": session.creation_date.iso(),
            "mfaAuthenticated": session.mfa_authenticated.to_string(),
        },
    })
}

#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn of(kind: &str) -> Self {
        let mut members = Self::default();
        members.put("type", kind);
        members
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn maybe(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn session(&mut self, context: Option<Value>) {
        if let Some(context) = context {
            self.put("sessionContext", context);
        }
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Option<&str> = Some("ASIAEXAMPLE");

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    fn session() -> Session {
        Session { creation_date: Timestamp::from_secs(1_688_990_267), mfa_authenticated: false }
    }

    fn check(identity: &Value, members: &str) {
        let names: Vec<&str> = identity.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names.join(" "), members);
    }

    /// The order and the set of members equal those of recorded events.
    #[test]
    fn every_caller_has_the_members_of_awss_records() {
        let account = account();
        let user = IamUser {
            id: "AIDAEXAMPLE",
            arn: "arn:aws:iam::111122223333:user/team/alice",
            account: &account,
            access_key_id: KEY,
            name: "alice",
        };
        let role = AssumedRole {
            role_id: "AROAEXAMPLE",
            role_arn: "arn:aws:iam::111122223333:role/app",
            role_name: "app",
            session_name: "s1",
            account: &account,
            access_key_id: KEY,
            source_identity: Some("alice"),
        };
        let federated =
            Federated { name: "bob", account: &account, access_key_id: KEY, issuer: Some(user) };
        check(&root(&account, KEY, None, None), "type principalId arn accountId accessKeyId");
        let user_members = "type principalId arn accountId accessKeyId userName";
        check(&iam_user(user, None), user_members);
        let in_session = iam_user(user, Some(&session()));
        check(&in_session, &format!("{user_members} sessionContext"));
        check(&forwarded(in_session), &format!("{user_members} sessionContext invokedBy"));
        let sessioned = "type principalId arn accountId accessKeyId sessionContext";
        check(&assumed_role(role, &session()), sessioned);
        check(&federated_user(federated, &session()), sessioned);
        check(&service("cloudtrail.amazonaws.com"), "type invokedBy");
        check(&service_event(&account, "kms.amazonaws.com"), "accountId invokedBy");
        check(&other_account(&account, "AIDAOTHER"), "type principalId accountId");
        check(&anonymous(), "type principalId accountId");
    }

    /// The whole of a role session, text for text.
    #[test]
    fn a_role_session_names_its_issuer() {
        let account = account();
        let role = AssumedRole {
            role_id: "AROAEXAMPLE",
            role_arn: "arn:aws:iam::111122223333:role/p/app",
            role_name: "app",
            session_name: "s1",
            account: &account,
            access_key_id: None,
            source_identity: None,
        };
        let want = concat!(
            r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:s1","#,
            r#""arn":"arn:aws:sts::111122223333:assumed-role/app/s1","accountId":"111122223333","#,
            r#""sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","#,
            r#""arn":"arn:aws:iam::111122223333:role/p/app","accountId":"111122223333","#,
            r#""userName":"app"},"webIdFederationData":{},"attributes":{"#,
            r#""creationDate":"2023-07-10T11:57:47Z","mfaAuthenticated":"false"}}}"#,
        );
        assert_eq!(assumed_role(role, &session()).to_string(), want);
    }
}
