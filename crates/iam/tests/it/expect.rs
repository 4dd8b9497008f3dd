//! What tests expect of responses and events.

use serde_json::Value;

use crate::world::*;

/// Parameters of a call.
pub(crate) type Sent<'a> = &'a [(&'a str, &'a str)];

/// A member's name as events and messages spell it.
pub(crate) fn lower(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// A role's trust in one principal of the type `AWS`.
pub(crate) fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

/// A policy of one statement with a condition.
pub(crate) fn allowing_if(action: &str, condition: &str) -> String {
    allowing(action)
        .replace(r#""Resource":"*""#, &format!(r#""Resource":"*","Condition":{{{condition}}}"#))
}

/// The ARN of a resource of IAM in the account of the tests.
pub(crate) fn arn(resource: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{resource}")
}

/// The texts of all elements of that name, in their order.
pub(crate) fn texts(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&open).skip(1);
    parts.map(|part| part.split(&close).next().unwrap_or_default().to_owned()).collect()
}

impl World {
    /// What the result element contains of a call of the root user, which must succeed.
    pub(crate) fn result(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.result_as(&self.root, action, parameters)
    }

    /// The same of another caller.
    pub(crate) fn result_as(
        &self,
        who: &Credentials,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> String {
        let body = self.ok(who, action, parameters);
        let inner = body.split_once(&format!("<{action}Result>")).map(|(_, rest)| rest);
        let inner = inner.and_then(|rest| rest.split_once(&format!("</{action}Result>")));
        inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
    }

    /// A call of the root user that must fail with this status, code and message, and whose event
    /// has them, too.
    pub(crate) fn fails(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
        (status, code, message): (u16, &str, &str),
    ) {
        self.refused(&self.root, action, parameters, (status, code, message));
        let event = self.last_event();
        assert_eq!(event["eventName"], action);
        assert_eq!(event["errorMessage"], message, "{action}");
        assert_eq!(event["responseElements"], Value::Null, "{action}");
        let shape = event["errorCode"].as_str().unwrap_or_default();
        let shapes = [code.to_owned(), format!("{code}Exception")];
        assert!(shapes.iter().any(|known| known == shape), "{action}: {shape}");
    }

    /// A call that must be denied because no identity policy of the caller allows the action, which
    /// is the operation or another, on the resource.
    pub(crate) fn denied(
        &self,
        who: &Credentials,
        name: &str,
        (action, parameters): (&str, &[(&str, &str)]),
        (needed, resource): (&str, &str),
    ) {
        let message = format!(
            "User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: {needed} on \
             resource: {resource} because no identity-based policy allows the {needed} action"
        );
        self.refused(who, action, parameters, (403, "AccessDenied", &message));
        assert_eq!(self.last_event()["errorMessage"], message, "{action}");
    }

    /// The parameters and the response of the last event, which must be of this call and without
    /// an error.
    pub(crate) fn recorded(&self, action: &str) -> (Value, Value) {
        let event = self.last_event();
        assert_eq!(event["eventName"], action);
        assert_eq!(event.get("errorCode"), None, "{event}");
        (event["requestParameters"].clone(), event["responseElements"].clone())
    }

    /// Replaces the inline policy of a user that [`World::user`] made.
    pub(crate) fn permit(&self, user: &str, policy: &str) {
        let own = [("UserName", user), ("PolicyName", "own"), ("PolicyDocument", policy)];
        self.ok(&self.root, "PutUserPolicy", &own);
    }

    /// A new managed policy; its ARN.
    pub(crate) fn policy(&self, name: &str, document: &str) -> String {
        let sent = [("PolicyName", name), ("PolicyDocument", document)];
        text(&self.ok(&self.root, "CreatePolicy", &sent), "Arn")
    }

    /// A new role; its unique ID.
    pub(crate) fn role(&self, name: &str, trust: &str) -> String {
        let sent = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        text(&self.ok(&self.root, "CreateRole", &sent), "RoleId")
    }
}
