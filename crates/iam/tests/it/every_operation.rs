//! Every operation in one walk: denied to a user without rights, then done by the root user, each
//! with its event; and in an account where nothing is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::Authenticator;

use crate::world::*;

const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}"#;
const POLICY: &str = "arn:aws:iam::111122223333:policy/p";
const DEVICE: &str = "arn:aws:iam::111122223333:mfa/d";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";

const USER: (&str, &str) = ("UserName", "u");
const GROUP: (&str, &str) = ("GroupName", "g");
const OF_ROLE: (&str, &str) = ("RoleName", "r");
const OF_POLICY: (&str, &str) = ("PolicyArn", POLICY);
const INLINE: (&str, &str) = ("PolicyName", "inline");
const WITH: (&str, &str) = ("PolicyDocument", DOCUMENT);
const BOUNDARY: (&str, &str) = ("PermissionsBoundary", POLICY);
const TAG: [(&str, &str); 2] = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
const UNTAG: (&str, &str) = ("TagKeys.member.1", "k");
const SERIAL: (&str, &str) = ("SerialNumber", DEVICE);
const ALIAS: (&str, &str) = ("AccountAlias", "house");
const KEY: (&str, &str) = ("AccessKeyId", "{key}");
/// The device's codes, of which a call shows two.
const CODES: [(&str, &str); 2] =
    [("AuthenticationCode1", "{code1}"), ("AuthenticationCode2", "{code2}")];

type Call = (&'static str, &'static [(&'static str, &'static str)]);

/// In the order of a life: what a call needs is there when its turn comes.
const WALK: &[Call] = &[
    ("CreateUser", &[USER]),
    ("CreateGroup", &[GROUP]),
    ("CreateRole", &[OF_ROLE, ("AssumeRolePolicyDocument", OPEN_TRUST)]),
    ("CreatePolicy", &[("PolicyName", "p"), WITH]),
    ("CreatePolicyVersion", &[OF_POLICY, WITH]),
    ("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]),
    ("CreateAccessKey", &[USER]),
    ("CreateLoginProfile", &[USER, ("Password", "Correct-horse-1")]),
    ("CreateAccountAlias", &[ALIAS]),
    ("UpdateAccountPasswordPolicy", &[("MinimumPasswordLength", "9")]),
    ("AddUserToGroup", &[GROUP, USER]),
    ("EnableMFADevice", &[USER, SERIAL, CODES[0], CODES[1]]),
    ("ResyncMFADevice", &[USER, SERIAL, CODES[0], CODES[1]]),
    ("AttachUserPolicy", &[USER, OF_POLICY]),
    ("AttachGroupPolicy", &[GROUP, OF_POLICY]),
    ("AttachRolePolicy", &[OF_ROLE, OF_POLICY]),
    ("PutUserPolicy", &[USER, INLINE, WITH]),
    ("PutGroupPolicy", &[GROUP, INLINE, WITH]),
    ("PutRolePolicy", &[OF_ROLE, INLINE, WITH]),
    ("PutUserPermissionsBoundary", &[USER, BOUNDARY]),
    ("PutRolePermissionsBoundary", &[OF_ROLE, BOUNDARY]),
    ("TagUser", &[USER, TAG[0], TAG[1]]),
    ("TagRole", &[OF_ROLE, TAG[0], TAG[1]]),
    ("TagPolicy", &[OF_POLICY, TAG[0], TAG[1]]),
    ("GetUser", &[USER]),
    ("GetGroup", &[GROUP]),
    ("GetRole", &[OF_ROLE]),
    ("GetPolicy", &[OF_POLICY]),
    ("GetPolicyVersion", &[OF_POLICY, ("VersionId", "v1")]),
    ("GetUserPolicy", &[USER, INLINE]),
    ("GetGroupPolicy", &[GROUP, INLINE]),
    ("GetRolePolicy", &[OF_ROLE, INLINE]),
    ("GetLoginProfile", &[USER]),
    ("GetAccessKeyLastUsed", &[KEY]),
    ("GetAccountAuthorizationDetails", &[]),
    ("GetAccountPasswordPolicy", &[]),
    ("GetAccountSummary", &[]),
    ("ListAccessKeys", &[USER]),
    ("ListAccountAliases", &[]),
    ("ListAttachedUserPolicies", &[USER]),
    ("ListAttachedGroupPolicies", &[GROUP]),
    ("ListAttachedRolePolicies", &[OF_ROLE]),
    ("ListEntitiesForPolicy", &[OF_POLICY]),
    ("ListGroupPolicies", &[GROUP]),
    ("ListGroups", &[]),
    ("ListGroupsForUser", &[USER]),
    ("ListInstanceProfiles", &[]),
    ("ListInstanceProfilesForRole", &[OF_ROLE]),
    ("ListMFADevices", &[USER]),
    ("ListOpenIDConnectProviders", &[]),
    ("ListPolicies", &[]),
    ("ListPolicyTags", &[OF_POLICY]),
    ("ListPolicyVersions", &[OF_POLICY]),
    ("ListRolePolicies", &[OF_ROLE]),
    ("ListRoleTags", &[OF_ROLE]),
    ("ListRoles", &[]),
    ("ListSAMLProviders", &[]),
    ("ListSSHPublicKeys", &[USER]),
    ("ListServerCertificates", &[]),
    ("ListServiceSpecificCredentials", &[USER]),
    ("ListSigningCertificates", &[USER]),
    ("ListUserPolicies", &[USER]),
    ("ListUserTags", &[USER]),
    ("ListUsers", &[]),
    ("ListVirtualMFADevices", &[]),
    ("SimulateCustomPolicy", &[("PolicyInputList.member.1", DOCUMENT), ACTION]),
    ("SimulatePrincipalPolicy", &[("PolicySourceArn", ROLE), ACTION]),
    ("UpdateAccessKey", &[USER, KEY, ("Status", "Inactive")]),
    ("UpdateLoginProfile", &[USER, ("Password", "Correct-horse-2")]),
    ("UpdateAssumeRolePolicy", &[OF_ROLE, ("PolicyDocument", OPEN_TRUST)]),
    ("UpdateRole", &[OF_ROLE, ("MaxSessionDuration", "7200")]),
    ("UpdateRoleDescription", &[OF_ROLE, ("Description", "of the house")]),
    ("UpdateUser", &[USER, ("NewPath", "/team/")]),
    ("UpdateGroup", &[GROUP, ("NewPath", "/team/")]),
    ("SetDefaultPolicyVersion", &[OF_POLICY, ("VersionId", "v2")]),
    ("GetAccessKeyInfo", &[KEY]),
    ("UntagUser", &[USER, UNTAG]),
    ("UntagRole", &[OF_ROLE, UNTAG]),
    ("UntagPolicy", &[OF_POLICY, UNTAG]),
    ("DeleteUserPermissionsBoundary", &[USER]),
    ("DeleteRolePermissionsBoundary", &[OF_ROLE]),
    ("DeleteUserPolicy", &[USER, INLINE]),
    ("DeleteGroupPolicy", &[GROUP, INLINE]),
    ("DeleteRolePolicy", &[OF_ROLE, INLINE]),
    ("DetachUserPolicy", &[USER, OF_POLICY]),
    ("DetachGroupPolicy", &[GROUP, OF_POLICY]),
    ("DetachRolePolicy", &[OF_ROLE, OF_POLICY]),
    ("DeactivateMFADevice", &[USER, SERIAL]),
    ("DeleteVirtualMFADevice", &[SERIAL]),
    ("RemoveUserFromGroup", &[GROUP, USER]),
    ("DeleteAccountPasswordPolicy", &[]),
    ("DeleteAccountAlias", &[ALIAS]),
    ("DeleteLoginProfile", &[USER]),
    ("DeleteAccessKey", &[USER, KEY]),
    ("DeletePolicyVersion", &[OF_POLICY, ("VersionId", "v1")]),
    ("DeletePolicy", &[OF_POLICY]),
    ("DeleteRole", &[OF_ROLE]),
    ("DeleteGroup", &[GROUP]),
    ("DeleteUser", &[USER]),
];

const ACTION: (&str, &str) = ("ActionNames.member.1", "iam:GetUser");

/// Operations that the walk leaves out: what they ask of their caller is tested elsewhere.
const APART: [&str; 4] = ["AssumeRole", "ChangePassword", "GetCallerIdentity", "GetSessionToken"];

/// Values that come up on the way.
#[derive(Default)]
struct Known(BTreeMap<&'static str, String>);

impl Known {
    /// Some text for each, as of things that are not there.
    fn nothing() -> Self {
        let texts =
            [("{key}", "AKIANOTHERENOTHERE00"), ("{code1}", "123456"), ("{code2}", "654321")];
        Self(texts.map(|(name, text)| (name, text.to_owned())).into())
    }

    fn fill<'a>(&'a self, parameters: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let fill = |(name, value): &(&'a str, &'a str)| {
            (*name, self.0.get(value).map_or(*value, String::as_str))
        };
        parameters.iter().map(fill).collect()
    }

    /// What later calls need of an answer, and of the time.
    fn learn(&mut self, world: &World, app: &mut Option<Authenticator>, action: &str, body: &str) {
        match action {
            "CreateAccessKey" => {
                self.0.insert("{key}", text(body, "AccessKeyId"));
            }
            "CreateVirtualMFADevice" => {
                *app = Some(Authenticator::of(&text(body, "Base32StringSeed")));
            }
            "AddUserToGroup" | "EnableMFADevice" => {
                world.kit.clock.advance_ms(60_000);
                let step = world.kit.clock.now().as_secs() / 30;
                let app = app.as_ref().unwrap();
                self.0.insert("{code1}", app.code(step - 1));
                self.0.insert("{code2}", app.code(step));
            }
            _ => {}
        }
    }
}

/// The walk has every operation, but for those whose tests are elsewhere.
#[test]
fn the_walk_has_every_operation() {
    let walked: BTreeSet<&str> = WALK.iter().map(|(action, _)| *action).chain(APART).collect();
    let served: BTreeSet<&str> = iam::ROWS.iter().map(|row| row.spec.name).collect();
    assert_eq!(walked, served);
}

/// A call without the right for it changes nothing and is recorded as denied; with the right it is
/// done and recorded as done.
#[test]
fn every_operation_is_denied_without_a_right_and_done_with_it() {
    let world = World::new();
    let outsider = world.user("outsider", "");
    let (mut known, mut app) = (Known::nothing(), None);
    for (action, parameters) in WALK {
        let service = World::service_of(action);
        let sent = known.fill(parameters);
        let (status, body) =
            world.call(&outsider, service, &[&[("Action", *action)], &sent[..]].concat());
        assert_eq!((status, text(&body, "Code").as_str()), (403, "AccessDenied"), "{action}");
        let needed = format!("is not authorized to perform: {service}:{action} on resource: ");
        assert!(text(&body, "Message").contains(&needed), "{action}: {body}");
        let event = world.last_event();
        assert_eq!(event["eventName"], *action);
        assert_eq!(event["errorCode"], "AccessDenied", "{action}");
        assert_eq!(event["responseElements"], Value::Null, "{action}");
        assert_eq!(event["userIdentity"]["userName"], "outsider", "{action}");
        let body = world.ok(&world.root, action, &sent);
        let event = world.last_event();
        assert_eq!(event["eventName"], *action);
        assert_eq!(event["eventSource"], format!("{service}.amazonaws.com"), "{action}");
        assert_eq!(event.get("errorCode"), None, "{action}");
        assert_eq!(event["userIdentity"]["type"], "Root", "{action}");
        assert_eq!(event["requestID"], text(&body, "RequestId"), "{action}");
        let reads = ["Get", "List", "Simulate"].iter().any(|prefix| action.starts_with(prefix));
        assert_eq!(event["readOnly"], json!(reads), "{action}");
        known.learn(&world, &mut app, action, &body);
    }
}

/// In an empty account everything that is named is missing.
#[test]
fn what_is_not_there_is_no_such_entity() {
    let world = World::new();
    let known = Known::nothing();
    // What these make, change or list needs nothing to be there before.
    let otherwise = BTreeSet::from([
        "GetAccountAuthorizationDetails",
        "GetAccountSummary",
        "SimulateCustomPolicy",
        "UpdateAccountPasswordPolicy",
        "GetAccessKeyInfo",
    ]);
    for (action, parameters) in WALK {
        let names_itself = !parameters.is_empty()
            && !["CreateUser", "CreateGroup", "CreateRole", "CreatePolicy"].contains(action)
            && !["CreateVirtualMFADevice", "CreateAccountAlias"].contains(action);
        let is_of_account =
            ["DeleteAccountPasswordPolicy", "GetAccountPasswordPolicy"].contains(action);
        if otherwise.contains(action) || !(names_itself || is_of_account) {
            continue;
        }
        let sent = [&[("Action", *action)], &known.fill(parameters)[..]].concat();
        let (status, body) = world.call(&world.root, "iam", &sent);
        let got = (status, text(&body, "Code"));
        assert_eq!(got, (404, "NoSuchEntity".to_owned()), "{action}: {body}");
        let event = world.last_event();
        assert_eq!(event["eventName"], *action);
        assert_eq!(event["errorCode"], "NoSuchEntityException", "{action}");
        assert_eq!(event["errorMessage"], text(&body, "Message"), "{action}");
    }
}

/// A call that cannot be recorded is not answered, in any operation: the fault is the service's.
#[test]
fn every_operation_fails_when_nothing_can_be_stored() {
    let disk = Disk::with_power();
    let (world, known) = (World::on(&disk), Known::nothing());
    let unknown =
        "The request processing has failed because of an unknown error, exception or failure.";
    disk.power(0);
    let apart = APART.map(|action| (action, &[][..]));
    for (action, parameters) in WALK.iter().copied().chain(apart) {
        let service = World::service_of(action);
        let sent = [&[("Action", action)], &known.fill(parameters)[..]].concat();
        let (status, body) = world.call(&world.root, service, &sent);
        let code = if service == "iam" { "ServiceFailure" } else { "InternalFailure" };
        let got = (status, text(&body, "Code"), text(&body, "Message"));
        assert_eq!(got, (500, code.to_owned(), unknown.to_owned()), "{action}");
    }
}
