//! Login profiles, passwords and the account's password policy.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const FIRST: (&str, &str) = ("Password", "Correct-horse-1");

fn profile(required: bool) -> String {
    format!(
        "<LoginProfile><UserName>alice</UserName><CreateDate>2026-03-01T00:00:00Z</CreateDate>\
         <PasswordResetRequired>{required}</PasswordResetRequired></LoginProfile>"
    )
}

fn change<'a>(old: &'a str, new: &'a str) -> [(&'a str, &'a str); 2] {
    [("OldPassword", old), ("NewPassword", new)]
}

/// A reset is required if the creation demands it, until the update that takes it back.
#[test]
fn a_profile_keeps_what_an_update_does_not_name() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    let required = ("PasswordResetRequired", "true");
    assert_eq!(world.result("CreateLoginProfile", &[ALICE, FIRST, required]), profile(true));
    let (sent, answered) = world.recorded("CreateLoginProfile");
    assert_eq!(sent, json!({"userName": "alice", "passwordResetRequired": true}));
    assert_eq!(answered["loginProfile"]["passwordResetRequired"], true);
    world.kit.clock.advance_ms(60_000);
    let updates: &[(Sent<'_>, bool, Value)] = &[
        (&[], true, json!({"userName": "alice"})),
        (&[("Password", "Second-horse-2")], true, json!({"userName": "alice"})),
        (
            &[("PasswordResetRequired", "false")],
            false,
            json!({"userName": "alice", "passwordResetRequired": false}),
        ),
        (&[("Password", "Third-horse-3")], false, json!({"userName": "alice"})),
    ];
    for (sent, want, event) in updates {
        world.ok(&world.root, "UpdateLoginProfile", &[&[ALICE], *sent].concat());
        assert_eq!(world.recorded("UpdateLoginProfile"), (event.clone(), Value::Null));
        assert_eq!(world.result("GetLoginProfile", &[ALICE]), profile(*want), "{sent:?}");
        assert_eq!(world.recorded("GetLoginProfile"), (json!({"userName": "alice"}), Value::Null));
    }
    world.ok(&world.root, "DeleteLoginProfile", &[ALICE]);
    let gone = (404, "NoSuchEntity", "Login Profile for User alice cannot be found.");
    world.fails("GetLoginProfile", &[ALICE], gone);
    world.fails("UpdateLoginProfile", &[ALICE], gone);
    world.fails("DeleteLoginProfile", &[ALICE], gone);
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains("horse"), "{events}");
}

/// The user is the first that must exist; a password is checked after that.
#[test]
fn profiles_are_of_existing_users() {
    let world = World::new();
    let none = ("UserName", "none");
    let missing = (404, "NoSuchEntity", "The user with name none cannot be found.");
    for password in ["Correct-horse-1", "short"] {
        world.fails("CreateLoginProfile", &[none, ("Password", password)], missing);
        world.fails("UpdateLoginProfile", &[none, ("Password", password)], missing);
    }
    world.fails("GetLoginProfile", &[none], missing);
    world.fails("DeleteLoginProfile", &[none], missing);
    let no_profile = (404, "NoSuchEntity", "Login Profile for User  cannot be found.");
    world.fails("GetLoginProfile", &[], no_profile);
    world.fails("DeleteLoginProfile", &[], no_profile);
    world.fails("CreateLoginProfile", &[FIRST], no_profile);
}

/// Every rule of an account's policy, by itself, for each operation that sets a password.
#[test]
fn every_rule_of_the_password_policy_counts() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:ChangePassword"));
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, FIRST]);
    world.ok(&world.root, "CreateUser", &[("UserName", "bob")]);
    for (rule, value, bad, message) in [
        ("MinimumPasswordLength", "12", "aaaaaaaaaaa", "have a minimum length of 12"),
        ("RequireSymbols", "true", "aaaaaa1A", "have at least one symbol"),
        ("RequireNumbers", "true", "aaaaaa!A", "have at least one number"),
        ("RequireUppercaseCharacters", "true", "aaaaa1!", "have at least one uppercase letter"),
        ("RequireLowercaseCharacters", "true", "AAAAA1!", "have at least one lowercase letter"),
    ] {
        world.ok(&world.root, "UpdateAccountPasswordPolicy", &[(rule, value)]);
        let message = format!("Password should {message}");
        let want = (400, "PasswordPolicyViolation", message.as_str());
        let bob = [("UserName", "bob"), ("Password", bad)];
        world.fails("CreateLoginProfile", &bob, want);
        world.fails("UpdateLoginProfile", &[ALICE, ("Password", bad)], want);
        world.refused(&alice, "ChangePassword", &change(FIRST.1, bad), want);
        let event = world.last_event();
        assert_eq!(event["errorCode"], "PasswordPolicyViolationException", "{rule}");
        assert_eq!(event["requestParameters"], Value::Null);
    }
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[]);
    world.ok(&world.root, "UpdateLoginProfile", &[ALICE, ("Password", "aaaaaa")]);
}

/// The policy has the members that were set, and the defaults of the others.
#[test]
fn a_password_policy_is_replaced_as_a_whole() {
    let world = World::new();
    let all = [
        ("MinimumPasswordLength", "14"),
        ("RequireSymbols", "true"),
        ("RequireNumbers", "true"),
        ("RequireUppercaseCharacters", "true"),
        ("RequireLowercaseCharacters", "true"),
        ("AllowUsersToChangePassword", "true"),
        ("MaxPasswordAge", "90"),
        ("PasswordReusePrevention", "24"),
        ("HardExpiry", "true"),
    ];
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &all);
    assert_eq!(
        world.recorded("UpdateAccountPasswordPolicy"),
        (
            json!({"minimumPasswordLength": 14, "requireSymbols": true, "requireNumbers": true,
                "requireUppercaseCharacters": true, "requireLowercaseCharacters": true,
                "allowUsersToChangePassword": true, "maxPasswordAge": 90,
                "passwordReusePrevention": 24, "hardExpiry": true}),
            Value::Null
        )
    );
    let shown = |length: u32, truth: bool, expires: bool, rest: &str| {
        format!(
            "<PasswordPolicy><MinimumPasswordLength>{length}</MinimumPasswordLength>\
             <RequireSymbols>{truth}</RequireSymbols><RequireNumbers>{truth}</RequireNumbers>\
             <RequireUppercaseCharacters>{truth}</RequireUppercaseCharacters>\
             <RequireLowercaseCharacters>{truth}</RequireLowercaseCharacters>\
             <AllowUsersToChangePassword>{truth}</AllowUsersToChangePassword>\
             <ExpirePasswords>{expires}</ExpirePasswords>{rest}</PasswordPolicy>"
        )
    };
    let get = || world.result("GetAccountPasswordPolicy", &[]);
    let rest = "<MaxPasswordAge>90</MaxPasswordAge>\
                <PasswordReusePrevention>24</PasswordReusePrevention><HardExpiry>true</HardExpiry>";
    assert_eq!(get(), shown(14, true, true, rest));
    assert_eq!(world.recorded("GetAccountPasswordPolicy"), (Value::Null, Value::Null));
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[("HardExpiry", "false")]);
    assert_eq!(get(), shown(6, false, false, "<HardExpiry>false</HardExpiry>"));
    let zeros = [("MaxPasswordAge", "0"), ("PasswordReusePrevention", "0")];
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &zeros);
    assert_eq!(get(), shown(6, false, false, ""));
    let missing = "The Password Policy with domain name 444455556666 cannot be found.";
    let want = (404, "NoSuchEntity", missing);
    world.refused(&world.other_root, "GetAccountPasswordPolicy", &[], want);
    world.ok(&world.root, "DeleteAccountPasswordPolicy", &[]);
    assert_eq!(world.recorded("DeleteAccountPasswordPolicy"), (Value::Null, Value::Null));
    let missing = missing.replace(OTHER_ACCOUNT, ACCOUNT);
    world.fails("DeleteAccountPasswordPolicy", &[], (404, "NoSuchEntity", &missing));
}

/// So many earlier passwords are barred as the policy has, the present one among them.
#[test]
fn earlier_passwords_are_barred() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:ChangePassword"));
    let password = |number: u32| format!("Correct-horse-{number}");
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", &password(0))]);
    for number in 1..4 {
        let (old, new) = (password(number - 1), password(number));
        world.ok(&alice, "ChangePassword", &change(&old, &new));
    }
    let present = password(3);
    world.ok(&alice, "ChangePassword", &change(&present, &present));
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[("PasswordReusePrevention", "3")]);
    let message = "Policy constraint violation with password reuse prevention during password \
                   change";
    for number in [3, 2] {
        let want = (400, "PasswordPolicyViolation", message);
        world.refused(&alice, "ChangePassword", &change(&present, &password(number)), want);
    }
    world.ok(&alice, "ChangePassword", &change(&present, &password(0)));
    let update = [ALICE, ("Password", &password(0))];
    world.ok(&world.root, "UpdateLoginProfile", &update);
}

/// A password of a user that has none, of a session, and of the root user.
#[test]
fn only_users_with_a_password_change_it() {
    let world = World::new();
    let alice = world.user("alice", &allowing("*"));
    let sent = change("Correct-horse-1", "Second-horse-2");
    let no_profile = (404, "NoSuchEntity", "Login Profile for User alice cannot be found.");
    world.refused(&alice, "ChangePassword", &sent, no_profile);
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, FIRST]);
    let wrong = (403, "AccessDenied", "The old password was incorrect.");
    world.refused(&alice, "ChangePassword", &change("correct-horse-1", "Second-horse-2"), wrong);
    assert_eq!(world.last_event()["errorCode"], "AccessDenied");
    world.role("r", OPEN_TRUST);
    let all = allowing("*");
    let own = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", all.as_str())];
    world.ok(&world.root, "PutRolePolicy", &own);
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let message = "Only IAM Users can change their own password";
    for who in [&session, &world.root] {
        world.refused(who, "ChangePassword", &sent, (400, "InvalidUserType", message));
        assert_eq!(world.last_event()["errorCode"], "InvalidUserTypeException");
    }
    world.ok(&alice, "ChangePassword", &sent);
    world.refused(&alice, "ChangePassword", &sent, wrong);
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains("horse"), "{events}");
}

/// A change ends a required reset.
#[test]
fn a_change_ends_a_required_reset() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:ChangePassword"));
    let required = ("PasswordResetRequired", "true");
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, FIRST, required]);
    world.ok(&alice, "ChangePassword", &change(FIRST.1, "Second-horse-2"));
    assert_eq!(world.recorded("ChangePassword"), (Value::Null, Value::Null));
    assert_eq!(world.result("GetLoginProfile", &[ALICE]), profile(false));
}

/// The account's setting permits users to change their password, but neither sessions of roles nor
/// other operations.
#[test]
fn the_accounts_setting_permits_the_change_only() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, FIRST]);
    let allow = ("AllowUsersToChangePassword", "true");
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[allow]);
    world.ok(&alice, "ChangePassword", &change(FIRST.1, "Second-horse-2"));
    let own = arn("user/alice");
    let get: (&str, &[(&str, &str)]) = ("GetLoginProfile", &[]);
    world.denied(&alice, "alice", get, ("iam:GetLoginProfile", &own));
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[]);
    let sent = change("Second-horse-2", "Third-horse-3");
    world.denied(&alice, "alice", ("ChangePassword", &sent), ("iam:ChangePassword", &own));
}
