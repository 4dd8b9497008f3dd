//! The account: its alias, summary and authorization details.

use serde_json::{Value, json};
use testkit::Authenticator;

use crate::expect::*;
use crate::world::*;

const DATE: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>";
const SECURITY_AUDIT: &str = "arn:aws:iam::aws:policy/SecurityAudit";

fn alias(name: &str) -> [(&str, &str); 1] {
    [("AccountAlias", name)]
}

/// There is one alias: another one takes its place, the same once more changes nothing.
#[test]
fn an_alias_replaces_the_one_before() {
    let world = World::new();
    let none = "<AccountAliases/><IsTruncated>false</IsTruncated>";
    assert_eq!(world.result("ListAccountAliases", &[]), none);
    for name in ["first", "second", "second"] {
        world.ok(&world.root, "CreateAccountAlias", &alias(name));
        assert_eq!(
            world.recorded("CreateAccountAlias"),
            (json!({"accountAlias": name}), Value::Null)
        );
        assert_eq!(
            world.result("ListAccountAliases", &[]),
            format!(
                "<AccountAliases><member>{name}</member></AccountAliases>\
                 <IsTruncated>false</IsTruncated>"
            )
        );
    }
    world.ok(&world.other_root, "CreateAccountAlias", &alias("first"));
    let taken = (409, "EntityAlreadyExists", "The account alias first already exists.");
    world.fails("CreateAccountAlias", &alias("first"), taken);
    let missing = (404, "NoSuchEntity", "The account alias first does not exist.");
    world.fails("DeleteAccountAlias", &alias("first"), missing);
    world.ok(&world.root, "DeleteAccountAlias", &alias("second"));
    let (sent, answered) = world.recorded("DeleteAccountAlias");
    assert_eq!((sent, answered), (json!({"accountAlias": "second"}), Value::Null));
    assert_eq!(world.result("ListAccountAliases", &[]), none);
    let missing = (404, "NoSuchEntity", "The account alias second does not exist.");
    world.fails("DeleteAccountAlias", &alias("second"), missing);
}

/// Lower-case letters, digits and single hyphens inside.
#[test]
fn an_alias_has_the_models_form() {
    let world = World::new();
    let longest = "a".repeat(63);
    for good in ["abc", "a-b", "123", "a-b-c-1", &longest] {
        world.ok(&world.root, "CreateAccountAlias", &alias(good));
    }
    for bad in ["Abc", "a--b", "-abc", "abc-", "a_b", "a.b", "a b c"] {
        let message = "1 validation error detected: Value at 'accountAlias' failed to satisfy \
                       constraint: Member must satisfy regular expression pattern: \
                       ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
        world.fails("CreateAccountAlias", &alias(bad), (400, "ValidationError", message));
    }
}

/// The alias is the root user's name in its events from the next call on.
#[test]
fn events_of_the_root_user_have_the_alias() {
    let world = World::new();
    let name = || {
        world.ok(&world.root, "ListAccountAliases", &[]);
        world.last_event()["userIdentity"].get("userName").cloned()
    };
    assert_eq!(name(), None);
    world.ok(&world.root, "CreateAccountAlias", &alias("house"));
    assert_eq!(name(), Some(json!("house")));
    world.ok(&world.root, "DeleteAccountAlias", &alias("house"));
    assert_eq!(name(), None);
}

/// The entry of a summary.
fn entry(summary: &str, key: &str) -> Option<usize> {
    let (_, rest) = summary.split_once(&format!("<entry><key>{key}</key><value>"))?;
    rest.split_once("</value></entry>")?.0.parse().ok()
}

/// The numbers of an account that has nothing but its root user's key.
///
/// Source: IAM API Reference, "GetAccountSummary", its example, for the quotas of AWS.
#[test]
fn the_summary_of_a_new_account_has_zeros_and_quotas() {
    let world = World::new();
    let summary = world.result("GetAccountSummary", &[]);
    assert_eq!(world.recorded("GetAccountSummary"), (Value::Null, Value::Null));
    for (key, want) in [
        ("Users", 0),
        ("UsersQuota", 5_000),
        ("Groups", 0),
        ("GroupsQuota", 300),
        ("Roles", 0),
        ("RolesQuota", 1_000),
        ("Policies", 0),
        ("PoliciesQuota", 1_500),
        ("PolicySizeQuota", 6_144),
        ("PolicyVersionsInUse", 0),
        ("PolicyVersionsInUseQuota", 10_000),
        ("VersionsPerPolicyQuota", 5),
        ("UserPolicySizeQuota", 2_048),
        ("GroupPolicySizeQuota", 5_120),
        ("RolePolicySizeQuota", 10_240),
        ("AssumeRolePolicySizeQuota", 2_048),
        ("GroupsPerUserQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("AccessKeysPerUserQuota", 2),
        ("SigningCertificatesPerUserQuota", 2),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("InstanceProfiles", 0),
        ("InstanceProfilesQuota", 1_000),
        ("Providers", 0),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("AccountMFAEnabled", 0),
        ("AccountPasswordPresent", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("AccountAccessKeysPresent", 1),
        ("GlobalEndpointTokenVersion", 1),
    ] {
        assert_eq!(entry(&summary, key), Some(want), "{key}: {summary}");
    }
    assert_eq!(summary.matches("<entry>").count(), 34);
    let alice = world.user("alice", "");
    let call: (&str, &[(&str, &str)]) = ("GetAccountSummary", &[]);
    world.denied(&alice, "alice", call, ("iam:GetAccountSummary", "*"));
}

/// Each resource is counted in its entry, and uncounted when it is deleted.
#[test]
fn the_summary_counts_what_there_is() {
    let world = World::new();
    let root = &world.root;
    let count = |key: &str| entry(&world.result("GetAccountSummary", &[]), key);
    let own = world.policy("p", &allowing("s3:*"));
    let version = [("PolicyArn", own.as_str()), ("PolicyDocument", &allowing("s3:Get*"))];
    world.ok(root, "CreatePolicyVersion", &version);
    for name in ["a", "b", "c"] {
        world.ok(root, "CreateUser", &[("UserName", name)]);
    }
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.role("r", OPEN_TRUST);
    world.role("q", OPEN_TRUST);
    let device = world.ok(root, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    world.ok(root, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "spare")]);
    let app = Authenticator::of(&text(&device, "Base32StringSeed"));
    let step = world.kit.clock.now().as_secs() / 30;
    let (one, two) = (app.code(step - 1), app.code(step));
    let enable = [
        ("UserName", "a"),
        ("SerialNumber", "arn:aws:iam::111122223333:mfa/d"),
        ("AuthenticationCode1", &one),
        ("AuthenticationCode2", &two),
    ];
    world.ok(root, "EnableMFADevice", &enable);
    for (key, want) in [
        ("Users", 3),
        ("Groups", 1),
        ("Roles", 2),
        ("Policies", 1),
        ("PolicyVersionsInUse", 2),
        ("MFADevices", 2),
        ("MFADevicesInUse", 1),
        ("AccountMFAEnabled", 0),
    ] {
        assert_eq!(count(key), Some(want), "{key}");
    }
    world.ok(root, "DeleteUser", &[("UserName", "b")]);
    world.ok(root, "DeletePolicyVersion", &[("PolicyArn", &own), ("VersionId", "v2")]);
    world.ok(root, "DeleteRole", &[("RoleName", "q")]);
    assert_eq!((count("Users"), count("Roles")), (Some(2), Some(1)));
    assert_eq!(count("PolicyVersionsInUse"), Some(1));
    let own_key = ("AccessKeyId", world.root.access_key_id.as_str());
    let second = credentials(&world.ok(root, "CreateAccessKey", &[]));
    world.ok(&second, "DeleteAccessKey", &[own_key]);
    let summary = world.result_as(&second, "GetAccountSummary", &[]);
    assert_eq!(entry(&summary, "AccountAccessKeysPresent"), Some(1));
    let other = world.result_as(&world.other_root, "GetAccountSummary", &[]);
    assert_eq!(entry(&other, "Users"), Some(0));
}

/// A user, a group and a role, each with an inline policy, an attached one and what else it can
/// have; the IDs of the three.
fn one_of_each(world: &World, document: &str) -> [String; 3] {
    let boundary = ("PermissionsBoundary", SECURITY_AUDIT);
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let (user, group, role) = (("UserName", "u"), ("GroupName", "g"), ("RoleName", "r"));
    let (path, trust) = (("Path", "/x/"), ("AssumeRolePolicyDocument", OPEN_TRUST));
    let own = world.policy("own", document);
    let of_user = world.result("CreateUser", &[user, path, boundary, tag[0], tag[1]]);
    let of_group = world.result("CreateGroup", &[group, path]);
    let of_role = world.result("CreateRole", &[role, path, trust, boundary, tag[0], tag[1]]);
    let inline = [("PolicyName", "in"), ("PolicyDocument", document)];
    for (kind, of) in [("User", user), ("Group", group), ("Role", role)] {
        world.ok(&world.root, &format!("Put{kind}Policy"), &[of, inline[0], inline[1]]);
        world.ok(&world.root, &format!("Attach{kind}Policy"), &[of, ("PolicyArn", &own)]);
    }
    world.ok(&world.root, "AddUserToGroup", &[user, group]);
    [text(&of_user, "UserId"), text(&of_group, "GroupId"), text(&of_role, "RoleId")]
}

/// Every member of each kind of detail.
#[test]
fn authorization_details_have_every_member() {
    let world = World::new();
    let document = allowing("s3:*");
    let encoded = wire::uri::encode(&document);
    let [user_id, group_id, role_id] = one_of_each(&world, &document);
    let own = arn("policy/own");
    let details = world.result("GetAccountAuthorizationDetails", &[]);
    let part = |name: &str| {
        let inner = details.split_once(&format!("<{name}><member>")).unwrap().1;
        inner.split_once(&format!("</member></{name}>")).unwrap().0.to_owned()
    };
    let policies = format!(
        "PolicyList><member><PolicyName>in</PolicyName><PolicyDocument>{encoded}</PolicyDocument>\
         </member>"
    );
    let attached = format!(
        "<AttachedManagedPolicies><member><PolicyName>own</PolicyName><PolicyArn>{own}</PolicyArn>\
         </member></AttachedManagedPolicies>"
    );
    let bounded = format!(
        "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>{SECURITY_AUDIT}</PermissionsBoundaryArn></PermissionsBoundary>\
         <Tags><member><Key>k</Key><Value>v</Value></member></Tags>"
    );
    assert_eq!(
        part("UserDetailList"),
        format!(
            "<Path>/x/</Path><UserName>u</UserName><UserId>{user_id}</UserId>\
             <Arn>arn:aws:iam::111122223333:user/x/u</Arn>{DATE}<User{policies}</UserPolicyList>\
             <GroupList><member>g</member></GroupList>{attached}{bounded}"
        )
    );
    assert_eq!(
        part("GroupDetailList"),
        format!(
            "<Path>/x/</Path><GroupName>g</GroupName><GroupId>{group_id}</GroupId>\
             <Arn>arn:aws:iam::111122223333:group/x/g</Arn>{DATE}<Group{policies}\
             </GroupPolicyList>{attached}"
        )
    );
    let trust = wire::uri::encode(OPEN_TRUST);
    assert_eq!(
        part("RoleDetailList"),
        format!(
            "<Path>/x/</Path><RoleName>r</RoleName><RoleId>{role_id}</RoleId>\
             <Arn>arn:aws:iam::111122223333:role/x/r</Arn>{DATE}\
             <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><InstanceProfileList/>\
             <Role{policies}</RolePolicyList>{attached}{bounded}<RoleLastUsed/>"
        )
    );
    let of_policy = part("Policies");
    assert_eq!(texts(&of_policy, "PolicyName"), ["own", "SecurityAudit"]);
    assert_eq!(texts(&of_policy, "AttachmentCount"), ["3", "0"]);
    assert_eq!(texts(&of_policy, "PermissionsBoundaryUsageCount"), ["0", "2"]);
    let version = format!(
        "<PolicyVersionList><member><Document>{encoded}</Document><VersionId>v1</VersionId>\
         <IsDefaultVersion>true</IsDefaultVersion>{DATE}</member></PolicyVersionList>"
    );
    assert!(of_policy.contains(&version), "{of_policy}");
}

/// A filter selects kinds, several select several, and one of AWS's policies is there when used.
#[test]
fn authorization_details_are_filtered_by_kind() {
    let world = World::new();
    let root = &world.root;
    world.policy("own", &allowing("s3:*"));
    world.ok(root, "CreateUser", &[("UserName", "u"), ("PermissionsBoundary", SECURITY_AUDIT)]);
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.role("r", OPEN_TRUST);
    let of = |filters: &[&str]| {
        let names: Vec<_> = (1..=filters.len()).map(|at| format!("Filter.member.{at}")).collect();
        let sent: Vec<_> = names.iter().map(String::as_str).zip(filters.iter().copied()).collect();
        let details = world.result("GetAccountAuthorizationDetails", &sent);
        let found = ["UserName", "GroupName", "RoleName", "PolicyName"];
        found.map(|name| texts(&details, name)).concat().join(" ")
    };
    for (filters, want) in [
        (&[][..], "u g r own SecurityAudit"),
        (&["User"], "u"),
        (&["Group"], "g"),
        (&["Role"], "r"),
        (&["LocalManagedPolicy"], "own"),
        (&["AWSManagedPolicy"], "SecurityAudit"),
        (&["User", "AWSManagedPolicy"], "u SecurityAudit"),
        (&["Role", "Role"], "r"),
    ] {
        assert_eq!(of(filters), want, "{filters:?}");
    }
    let message = "2 validation errors detected: Value at 'filter.1.member' failed to satisfy \
                   constraint: Member must satisfy enum value set; Value at 'filter.3.member' \
                   failed to satisfy constraint: Member must satisfy enum value set";
    let sent = [("Filter.member.1", "user"), ("Filter.member.2", "User"), ("Filter.member.3", "x")];
    world.fails("GetAccountAuthorizationDetails", &sent, (400, "ValidationError", message));
}
