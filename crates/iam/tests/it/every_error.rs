//! Errors that many operations share, from each that gives them: a table for each error.

use testkit::Authenticator;

use crate::world::*;

const USER: (&str, &str) = ("UserName", "u");
const GROUP: (&str, &str) = ("GroupName", "g");
const ROLE: (&str, &str) = ("RoleName", "r");
const OF_POLICY: (&str, &str) = ("PolicyArn", "arn:aws:iam::111122223333:policy/p");
const TRUST: (&str, &str) = ("AssumeRolePolicyDocument", OPEN_TRUST);
const INLINE: (&str, &str) = ("PolicyName", "inline");

/// Actions, each with the lists of parameters that it sends together.
type Calls<'a> = &'a [(&'a str, &'a [&'a [(&'a str, &'a str)]])];

/// A user, a group, a role and a policy, none of which has anything.
fn world() -> World {
    let world = World::new();
    let document = allowing("iam:GetUser");
    world.ok(&world.root, "CreateUser", &[USER]);
    world.ok(&world.root, "CreateGroup", &[GROUP]);
    world.ok(&world.root, "CreateRole", &[ROLE, TRUST]);
    world.ok(&world.root, "CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &document)]);
    world
}

/// Each call must fail with the code, and so must its event.
fn all_fail(world: &World, want: (u16, &str), calls: Calls<'_>) {
    for (action, parts) in calls {
        let sent = [&[("Action", *action)], &parts.concat()[..]].concat();
        let (status, body) = world.call(&world.root, "iam", &sent);
        let got = (status, text(&body, "Code"));
        assert_eq!(got, (want.0, want.1.to_owned()), "{action} {parts:?}: {body}");
        let event = world.last_event();
        assert_eq!(event["eventName"], *action);
        assert_eq!(event["errorCode"], format!("{}Exception", want.1), "{action}");
        assert_eq!(event["errorMessage"], text(&body, "Message"), "{action}");
    }
}

/// Observed: keys of tags that differ by case only, and AWS's own.
#[test]
fn tags_must_make_sense() {
    let world = world();
    let twice = [
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "1"),
        ("Tags.member.2.Key", "K"),
        ("Tags.member.2.Value", "2"),
    ];
    let reserved = [("Tags.member.1.Key", "aws:k"), ("Tags.member.1.Value", "1")];
    let document = allowing("iam:GetUser");
    let other = [("PolicyName", "other"), ("PolicyDocument", document.as_str())];
    for tags in [&twice[..], &reserved] {
        let calls: Calls<'_> = &[
            ("CreateUser", &[&[("UserName", "other")], tags]),
            ("CreateRole", &[&[("RoleName", "other"), TRUST], tags]),
            ("CreatePolicy", &[&other, tags]),
            ("CreateVirtualMFADevice", &[&[("VirtualMFADeviceName", "other")], tags]),
            ("TagUser", &[&[USER], tags]),
            ("TagRole", &[&[ROLE], tags]),
            ("TagPolicy", &[&[OF_POLICY], tags]),
        ];
        all_fail(&world, (400, "InvalidInput"), calls);
    }
    assert!(!world.ok(&world.root, "ListUserTags", &[USER]).contains("<Key>"));
    assert!(!world.ok(&world.root, "ListRoleTags", &[ROLE]).contains("<Key>"));
    assert!(!world.ok(&world.root, "ListPolicyTags", &[OF_POLICY]).contains("<Key>"));
}

/// Fifty tags are all that there can be.
#[test]
fn tags_are_counted() {
    let world = world();
    let names: Vec<_> = (1..=50)
        .map(|number| (format!("Tags.member.{number}.Key"), format!("Tags.member.{number}.Value")))
        .collect();
    let keys: Vec<_> = (1..=50).map(|number| format!("k{number}")).collect();
    let fifty: Vec<(&str, &str)> = names
        .iter()
        .zip(&keys)
        .flat_map(|((name, value), key)| [(name.as_str(), key.as_str()), (value.as_str(), "v")])
        .collect();
    let one = [("Tags.member.1.Key", "more"), ("Tags.member.1.Value", "v")];
    let again = [("Tags.member.1.Key", "K7"), ("Tags.member.1.Value", "new")];
    for (action, of) in [("TagUser", USER), ("TagRole", ROLE), ("TagPolicy", OF_POLICY)] {
        world.ok(&world.root, action, &[&[of], &fifty[..]].concat());
        all_fail(&world, (409, "LimitExceeded"), &[(action, &[&[of], &one])]);
        world.ok(&world.root, action, &[&[of], &again[..]].concat());
    }
    let listed = world.ok(&world.root, "ListUserTags", &[USER]);
    assert_eq!(listed.matches("<Key>").count(), 50);
    assert!(listed.contains("<Key>K7</Key><Value>new</Value>"), "{listed}");
}

/// Documents that are no policies of their kind.
#[test]
fn documents_must_be_policies() {
    let world = world();
    let trust = OPEN_TRUST.to_owned();
    for bad in
        ["{}", "no json", r#"{"Version":"2012-10-17","Statement":{"Effect":"Maybe"}}"#, &trust]
    {
        let document = ("PolicyDocument", bad);
        let calls: Calls<'_> = &[
            ("CreatePolicy", &[&[("PolicyName", "other"), document]]),
            ("CreatePolicyVersion", &[&[OF_POLICY, document]]),
            ("PutUserPolicy", &[&[USER, INLINE, document]]),
            ("PutGroupPolicy", &[&[GROUP, INLINE, document]]),
            ("PutRolePolicy", &[&[ROLE, INLINE, document]]),
        ];
        all_fail(&world, (400, "MalformedPolicyDocument"), calls);
    }
    let identity = allowing("iam:GetUser");
    let unknown =
        trust.replace(r#"{"AWS":"*"}"#, r#"{"AWS":"arn:aws:iam::111122223333:user/none"}"#);
    for bad in ["{}", "no json", &identity, &unknown] {
        let other = [("RoleName", "other"), ("AssumeRolePolicyDocument", bad)];
        let calls: Calls<'_> = &[
            ("CreateRole", &[&other]),
            ("UpdateAssumeRolePolicy", &[&[ROLE, ("PolicyDocument", bad)]]),
        ];
        all_fail(&world, (400, "MalformedPolicyDocument"), calls);
    }
    let role = world.ok(&world.root, "GetRole", &[ROLE]);
    assert!(role.contains("sts%3AAssumeRole"), "nothing was changed: {role}");
}

/// Names that are taken.
#[test]
fn names_are_taken_once() {
    let world = world();
    let document = allowing("iam:GetUser");
    let policy = [("PolicyName", "p"), ("PolicyDocument", document.as_str())];
    let (alias, device) = (("AccountAlias", "house"), ("VirtualMFADeviceName", "d"));
    world.ok(&world.root, "CreateUser", &[("UserName", "v")]);
    world.ok(&world.root, "CreateGroup", &[("GroupName", "h")]);
    world.ok(&world.root, "CreateAccountAlias", &[alias]);
    world.ok(&world.root, "CreateVirtualMFADevice", &[device]);
    world.ok(&world.root, "CreateLoginProfile", &[USER, ("Password", "Correct-horse-1")]);
    let calls: Calls<'_> = &[
        ("CreateUser", &[&[("UserName", "U")]]),
        ("CreateGroup", &[&[("GroupName", "G")]]),
        ("CreateRole", &[&[("RoleName", "R"), TRUST]]),
        ("CreatePolicy", &[&policy]),
        ("CreateVirtualMFADevice", &[&[device]]),
        ("CreateLoginProfile", &[&[USER, ("Password", "Correct-horse-2")]]),
        ("UpdateUser", &[&[USER, ("NewUserName", "v")]]),
        ("UpdateGroup", &[&[GROUP, ("NewGroupName", "h")]]),
    ];
    all_fail(&world, (409, "EntityAlreadyExists"), calls);
    let other = world.kit.other_root.clone();
    let sent = [("Action", "CreateAccountAlias"), alias];
    let (status, body) = world.call(&other, "iam", &sent);
    assert_eq!((status, text(&body, "Code")), (409, "EntityAlreadyExists".to_owned()));
    world.ok(&world.root, "GetUser", &[USER]);
    world.ok(&world.root, "GetGroup", &[GROUP]);
}

/// What still depends on it.
#[test]
fn what_is_in_use_is_not_deleted() {
    let world = world();
    let root = &world.root;
    let document = allowing("iam:GetUser");
    let with = ("PolicyDocument", document.as_str());
    world.ok(root, "AddUserToGroup", &[GROUP, USER]);
    let conflicts = |calls: Calls<'_>| {
        all_fail(&world, (409, "DeleteConflict"), calls);
    };
    conflicts(&[("DeleteUser", &[&[USER]]), ("DeleteGroup", &[&[GROUP]])]);
    world.ok(root, "RemoveUserFromGroup", &[GROUP, USER]);
    for (put, delete, attach, detach, destroy, of) in [
        (
            "PutUserPolicy",
            "DeleteUserPolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "DeleteUser",
            USER,
        ),
        (
            "PutGroupPolicy",
            "DeleteGroupPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
            "DeleteGroup",
            GROUP,
        ),
        (
            "PutRolePolicy",
            "DeleteRolePolicy",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "DeleteRole",
            ROLE,
        ),
    ] {
        world.ok(root, put, &[of, INLINE, with]);
        conflicts(&[(destroy, &[&[of]])]);
        world.ok(root, delete, &[of, INLINE]);
        world.ok(root, attach, &[of, OF_POLICY]);
        conflicts(&[(destroy, &[&[of]]), ("DeletePolicy", &[&[OF_POLICY]])]);
        world.ok(root, detach, &[of, OF_POLICY]);
        world.ok(root, destroy, &[of]);
    }
    conflicts(&[("DeletePolicyVersion", &[&[OF_POLICY, ("VersionId", "v1")]])]);
    world.ok(root, "CreatePolicyVersion", &[OF_POLICY, with]);
    conflicts(&[("DeletePolicy", &[&[OF_POLICY]])]);
    world.ok(root, "DeletePolicyVersion", &[OF_POLICY, ("VersionId", "v2")]);
    world.ok(root, "DeletePolicy", &[OF_POLICY]);
}

/// Quotas that a few calls reach.
#[test]
fn quotas_are_kept() {
    let world = world();
    let root = &world.root;
    let document = allowing("iam:GetUser");
    let with = ("PolicyDocument", document.as_str());
    let over = |calls: Calls<'_>| {
        all_fail(&world, (409, "LimitExceeded"), calls);
    };
    for number in 0..10 {
        let (policy, group) = (format!("p{number}"), format!("g{number}"));
        world.ok(root, "CreatePolicy", &[("PolicyName", &policy), with]);
        world.ok(root, "CreateGroup", &[("GroupName", &group)]);
        world.ok(root, "AddUserToGroup", &[("GroupName", &group), USER]);
        let arn = format!("arn:aws:iam::111122223333:policy/{policy}");
        for (action, of) in
            [("AttachUserPolicy", USER), ("AttachGroupPolicy", GROUP), ("AttachRolePolicy", ROLE)]
        {
            world.ok(root, action, &[of, ("PolicyArn", &arn)]);
        }
    }
    over(&[
        ("AttachUserPolicy", &[&[USER, OF_POLICY]]),
        ("AttachGroupPolicy", &[&[GROUP, OF_POLICY]]),
        ("AttachRolePolicy", &[&[ROLE, OF_POLICY]]),
        ("AddUserToGroup", &[&[GROUP, USER]]),
    ]);
    for _ in 0..2 {
        world.ok(root, "CreateAccessKey", &[USER]);
    }
    for _ in 0..4 {
        world.ok(root, "CreatePolicyVersion", &[OF_POLICY, with]);
    }
    over(&[("CreateAccessKey", &[&[USER]]), ("CreatePolicyVersion", &[&[OF_POLICY, with]])]);
    let long = allowing(&format!("iam:{}", "G".repeat(11_000)));
    let wide = ("PolicyDocument", long.as_str());
    let statement = OPEN_TRUST.replace("sts:TagSession", &format!("sts:{}", "T".repeat(2_048)));
    over(&[
        ("CreatePolicy", &[&[("PolicyName", "wide"), wide]]),
        ("PutUserPolicy", &[&[USER, INLINE, wide]]),
        ("PutGroupPolicy", &[&[GROUP, INLINE, wide]]),
        ("PutRolePolicy", &[&[ROLE, INLINE, wide]]),
        ("CreateRole", &[&[("RoleName", "wide"), ("AssumeRolePolicyDocument", &statement)]]),
        ("UpdateAssumeRolePolicy", &[&[ROLE, ("PolicyDocument", &statement)]]),
    ]);
    let trust = world.ok(root, "GetRole", &[ROLE]);
    assert!(trust.contains("sts%3ATagSession"), "nothing was changed: {trust}");
}

/// Groups and roles of an account are counted.
#[test]
fn an_account_has_so_many_groups() {
    let world = World::new();
    for number in 0..300 {
        world.ok(&world.root, "CreateGroup", &[("GroupName", &format!("g{number}"))]);
    }
    let message = "Cannot exceed quota for GroupsPerAccount: 300";
    world.refused(&world.root, "CreateGroup", &[GROUP], (409, "LimitExceeded", message));
    world.ok(&world.root, "DeleteGroup", &[("GroupName", "g7")]);
    world.ok(&world.root, "CreateGroup", &[GROUP]);
}

/// A password that breaks the account's policy is no new password either.
#[test]
fn a_new_password_keeps_to_the_policy() {
    let world = world();
    world.ok(&world.root, "CreateLoginProfile", &[USER, ("Password", "Correct-horse-1")]);
    let calls: Calls<'_> = &[("UpdateLoginProfile", &[&[USER, ("Password", "short")]])];
    all_fail(&world, (400, "PasswordPolicyViolation"), calls);
    let events = serde_json::Value::from(world.kit.events()).to_string();
    assert!(!events.contains("short") && !events.contains("horse"), "{events}");
}

/// What a simulation cannot be asked.
#[test]
fn simulations_are_of_policies_and_of_people() {
    let world = world();
    let action = ("ActionNames.member.1", "iam:GetUser");
    let group_trust = [("PolicyInputList.member.1", "{}"), action];
    let bucket = [("PolicySourceArn", "arn:aws:s3:::a-bucket-with-a-name"), action];
    let policy = [("PolicySourceArn", OF_POLICY.1), action];
    let calls: Calls<'_> = &[
        ("SimulateCustomPolicy", &[&group_trust]),
        ("SimulatePrincipalPolicy", &[&bucket]),
        ("SimulatePrincipalPolicy", &[&policy]),
    ];
    all_fail(&world, (400, "InvalidInput"), calls);
    let missing = [("PolicySourceArn", "arn:aws:iam::111122223333:user/none"), action];
    all_fail(&world, (404, "NoSuchEntity"), &[("SimulatePrincipalPolicy", &[&missing])]);
}

/// What a creation and a change of password name must be there.
#[test]
fn boundaries_and_profiles_must_be_there() {
    let world = world();
    let none = ("PermissionsBoundary", "arn:aws:iam::111122223333:policy/none");
    let user = [("UserName", "other"), none];
    let role = [("RoleName", "other"), TRUST, none];
    let failure = (404, "NoSuchEntity");
    all_fail(&world, failure, &[("CreateUser", &[&user]), ("CreateRole", &[&role])]);
    let user = world.user("v", &allowing("iam:ChangePassword"));
    let change = [("OldPassword", "Correct-horse-1"), ("NewPassword", "Correct-horse-2")];
    let message = "Login Profile for User v cannot be found.";
    world.refused(&user, "ChangePassword", &change, (404, "NoSuchEntity", message));
}

/// A user has eight devices, and no more.
#[test]
fn devices_of_a_user_are_counted() {
    let world = world();
    for number in 0..9 {
        let name = format!("d{number}");
        let made =
            world.ok(&world.root, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", &name)]);
        let app = Authenticator::of(&text(&made, "Base32StringSeed"));
        let (serial, step) = (text(&made, "SerialNumber"), world.kit.clock.now().as_secs() / 30);
        let (old, new) = (app.code(step - 1), app.code(step));
        let sent = [
            USER,
            ("SerialNumber", &serial),
            ("AuthenticationCode1", &old),
            ("AuthenticationCode2", &new),
        ];
        if number < 8 {
            world.ok(&world.root, "EnableMFADevice", &sent);
        } else {
            let message = "Cannot exceed quota for MfaDevicesPerUser: 8";
            let want = (409, "LimitExceeded", message);
            world.refused(&world.root, "EnableMFADevice", &sent, want);
        }
    }
}
