//! One request and everything that affects its decision.

use types::AccountId;

use crate::{
    Attached, Context, Decision, Grammar, Policies, Policy, Principal, Quoting, Reason, Request,
    ResourceRule, Steps, decide_within,
};

pub(super) const OWN: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";
pub(super) const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k";
pub(super) const OBJECT: &str = "arn:aws:s3:::b/k";
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/path/r";
pub(super) const EVERYTHING: &str =
    r#"{"Statement":{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}}"#;
pub(super) const NOTHING: &str =
    r#"{"Statement":{"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"}}"#;
pub(super) const UNRELATED: &str =
    r#"{"Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}}"#;

pub(super) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(super) fn user() -> Principal {
    Principal::User {
        account: account(OWN),
        arn: "arn:aws:iam::111122223333:user/u".to_owned(),
        unique_id: "AIDAUSERUSERUSERUSER1".to_owned(),
    }
}

pub(super) fn session() -> Principal {
    Principal::Role {
        account: account(OWN),
        role_arn: ROLE.to_owned(),
        role_id: "AROAROLEROLEROLEROLE1".to_owned(),
        session_arn: "arn:aws:sts::111122223333:assumed-role/r/s".to_owned(),
        session_name: "s".to_owned(),
    }
}

pub(super) fn federated() -> Principal {
    Principal::Federated {
        account: account(OWN),
        arn: "arn:aws:sts::111122223333:federated-user/f".to_owned(),
        issuer_arn: "arn:aws:iam::111122223333:user/u".to_owned(),
        issuer_id: Some("AIDAUSERUSERUSERUSER1".to_owned()),
        name: "f".to_owned(),
    }
}

pub(super) fn root() -> Principal {
    Principal::Root { account: account(OWN) }
}

pub(super) fn service(name: &str) -> Principal {
    Principal::Service { name: name.to_owned() }
}

/// A statement in a resource policy.
pub(super) fn statement(effect: &str, principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"R","Effect":"{effect}","Principal":{principal},"Action":"*","Resource":"*"}}}}"#
    )
}

pub(super) fn allow_aws(name: &str) -> String {
    statement("Allow", &format!(r#"{{"AWS":"{name}"}}"#))
}

/// One request and everything that affects its decision.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) principal: Principal,
    pub(super) action: &'static str,
    pub(super) resource: &'static str,
    pub(super) owner: &'static str,
    pub(super) keys: Vec<(&'static str, &'static str)>,
    pub(super) identity: Vec<&'static str>,
    pub(super) boundary: Option<&'static str>,
    pub(super) session: Option<&'static str>,
    pub(super) policy: Option<String>,
    pub(super) rule: ResourceRule,
    pub(super) granted: bool,
    pub(super) restricted: bool,
    pub(super) service_control: Option<&'static str>,
    pub(super) resource_control: Option<&'static str>,
    /// The step budget of the decision.
    pub(super) steps: u64,
}

impl Scene {
    pub(super) fn s3(principal: Principal) -> Self {
        Self {
            principal,
            action: "s3:GetObject",
            resource: OBJECT,
            owner: OWN,
            keys: Vec::new(),
            identity: Vec::new(),
            boundary: None,
            session: None,
            policy: None,
            rule: ResourceRule::Standard,
            granted: false,
            restricted: false,
            service_control: None,
            resource_control: None,
            steps: Steps::DECISION_MAX,
        }
    }

    pub(super) fn kms(principal: Principal) -> Self {
        Self {
            action: "kms:Decrypt",
            resource: KEY,
            rule: ResourceRule::KeyPolicy,
            ..Self::s3(principal)
        }
    }

    pub(super) fn trust(principal: Principal) -> Self {
        Self {
            action: "sts:AssumeRole",
            resource: ROLE,
            rule: ResourceRule::TrustPolicy,
            ..Self::s3(principal)
        }
    }

    pub(super) fn policy(self, text: impl Into<String>) -> Self {
        Self { policy: Some(text.into()), ..self }
    }

    pub(super) fn identity(self, text: &'static str) -> Self {
        Self { identity: vec![text], ..self }
    }

    pub(super) fn boundary(self, text: &'static str) -> Self {
        Self { boundary: Some(text), ..self }
    }

    pub(super) fn session(self, text: &'static str) -> Self {
        Self { session: Some(text), ..self }
    }

    pub(super) fn owned_by(self, owner: &'static str) -> Self {
        Self { owner, ..self }
    }

    pub(super) fn with<T>(&self, check: impl FnOnce(&Request<'_>, &Decision) -> T) -> T {
        let compile = |text: &str| Policy::stored(text, &Grammar::Trust).unwrap();
        let identity: Vec<_> = self.identity.iter().map(|text| compile(text)).collect();
        let [boundary, session, scp, rcp] =
            [self.boundary, self.session, self.service_control, self.resource_control]
                .map(|text| text.map(compile));
        let policy = self.policy.as_deref().map(compile);
        let arn = Some("arn:aws:iam::111122223333:policy/p");
        let attach = |policy| Attached { policy, arn, name: "p" };
        let mut context = Context::new();
        context.set_principal(&self.principal);
        for (key, value) in &self.keys {
            context.set(key, *value);
        }
        let owner = account(self.owner);
        let request = Request {
            principal: &self.principal,
            action: self.action,
            resource: self.resource,
            resource_account: Some(&owner),
            context: &context,
        };
        let identity: Vec<_> = identity.iter().map(attach).collect();
        let [session, scp, rcp] = [&session, &scp, &rcp].map(|p| p.as_ref().map(|p| [attach(p)]));
        let decision = decide_within(
            &request,
            &Policies {
                identity: &identity,
                boundary: boundary.as_ref().map(attach),
                session: session.as_ref().map(<[_; 1]>::as_slice),
                resource: policy.as_ref(),
                rule: self.rule,
                granted: self.granted,
                restrict_public_buckets: self.restricted,
                service_control: scp.as_ref().map(<[_; 1]>::as_slice),
                resource_control: rcp.as_ref().map(<[_; 1]>::as_slice),
            },
            &Steps::new(self.steps),
        );
        check(&request, &decision)
    }

    pub(super) fn message(&self, quoting: Quoting) -> String {
        self.with(|request, decision| decision.message(request, quoting))
    }
}

/// `want`: `+` or `-`, then the layer that decided.
#[track_caller]
pub(super) fn check(scene: &Scene, want: &str) {
    scene.with(|request, decision| {
        let got = match &decision.reason {
            Reason::Allowed { layer, .. } => format!("+ {layer:?}"),
            Reason::Root => "+ root".to_owned(),
            Reason::Granted => "+ granted".to_owned(),
            Reason::ExplicitDeny { layer, by } => format!("- {layer:?} {}", by.statement),
            Reason::ImplicitDeny { layer } => format!("- {layer:?}"),
            Reason::PublicAccessBlocked => "- blocked".to_owned(),
        };
        assert_eq!(got, want, "{} {}", request.principal.arn(), request.action);
        assert_eq!(decision.allowed, want.starts_with('+'));
    });
}
