//! Passwords and second factors.

use serde_json::{Value, json};
use testkit::Authenticator;

use crate::world::*;

const PASSWORD: &str = "Correct-horse-1";

const ALICE: (&str, &str) = ("UserName", "alice");

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world
}

/// Observed: the response and the event; neither contains the password.
#[test]
fn a_password_is_given_shown_changed_and_taken() {
    let world = world();
    let no_profile = (404, "NoSuchEntity", "Login Profile for User alice cannot be found.");
    world.refused(&world.root, "GetLoginProfile", &[ALICE], no_profile);
    assert_eq!(world.last_event()["errorCode"], "NoSuchEntityException");
    let password = ("Password", PASSWORD);
    let required = ("PasswordResetRequired", "false");
    let body = world.ok(&world.root, "CreateLoginProfile", &[ALICE, password, required]);
    let shown = "<LoginProfile><UserName>alice</UserName><CreateDate>2026-03-01T00:00:00Z\
                 </CreateDate><PasswordResetRequired>false</PasswordResetRequired></LoginProfile>";
    assert!(body.contains(shown), "{body}");
    let event = world.last_event();
    assert_eq!(
        event["requestParameters"],
        json!({"userName": "alice", "passwordResetRequired": false})
    );
    assert_eq!(
        event["responseElements"],
        json!({"loginProfile": {"userName": "alice", "createDate": "Mar 1, 2026 12:00:00 AM",
            "passwordResetRequired": false}})
    );
    let taken = (409, "EntityAlreadyExists", "Login Profile for user alice already exists.");
    world.refused(&world.root, "CreateLoginProfile", &[ALICE, password], taken);
    assert!(world.ok(&world.root, "GetLoginProfile", &[ALICE]).contains(shown));
    let update = [ALICE, ("Password", "Another-horse-2"), ("PasswordResetRequired", "true")];
    world.ok(&world.root, "UpdateLoginProfile", &update);
    assert_eq!(world.last_event()["responseElements"], Value::Null);
    let body = world.ok(&world.root, "GetLoginProfile", &[ALICE]);
    assert_eq!(text(&body, "PasswordResetRequired"), "true");
    let first = "Cannot delete entity, must delete login profile first.";
    world.refused(&world.root, "DeleteUser", &[ALICE], (409, "DeleteConflict", first));
    world.ok(&world.root, "DeleteLoginProfile", &[ALICE]);
    world.refused(&world.root, "DeleteLoginProfile", &[ALICE], no_profile);
    world.refused(&world.root, "UpdateLoginProfile", &update, no_profile);
    world.ok(&world.root, "DeleteUser", &[ALICE]);
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains("horse"), "{events}");
}

/// Weak passwords, under AWS's policy and under the account's own.
#[test]
fn passwords_keep_to_the_accounts_policy() {
    let world = world();
    let create = |password: &str, want| {
        let parameters = [ALICE, ("Password", password)];
        world.refused(&world.root, "CreateLoginProfile", &parameters, want);
    };
    let short = "Password should have a minimum length of 8";
    create("Ab1!", (400, "PasswordPolicyViolation", short));
    assert_eq!(world.last_event()["errorCode"], "PasswordPolicyViolationException");
    let one = "Password should meet 1 more of the following requirements: Password should have at \
               least one uppercase letter, Password should have at least one symbol";
    create("abcdefg1", (400, "PasswordPolicyViolation", one));
    let two = "Password should meet 2 more of the following requirements: Password should have at \
               least one uppercase letter, Password should have at least one number, Password \
               should have at least one symbol";
    create("abcdefgh", (400, "PasswordPolicyViolation", two));
    let missing = "The Password Policy with domain name 111122223333 cannot be found.";
    for action in ["GetAccountPasswordPolicy", "DeleteAccountPasswordPolicy"] {
        world.refused(&world.root, action, &[], (404, "NoSuchEntity", missing));
    }
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[]);
    let body = world.ok(&world.root, "GetAccountPasswordPolicy", &[]);
    assert!(
        body.contains(
            "<PasswordPolicy><MinimumPasswordLength>6</MinimumPasswordLength><RequireSymbols>false\
             </RequireSymbols><RequireNumbers>false</RequireNumbers><RequireUppercaseCharacters>\
             false</RequireUppercaseCharacters><RequireLowercaseCharacters>false\
             </RequireLowercaseCharacters><AllowUsersToChangePassword>false\
             </AllowUsersToChangePassword><ExpirePasswords>false</ExpirePasswords></PasswordPolicy>"
        ),
        "{body}"
    );
    let strict = [("RequireSymbols", "true"), ("MaxPasswordAge", "90"), ("HardExpiry", "false")];
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &strict);
    assert_eq!(
        world.last_event()["requestParameters"],
        json!({"requireSymbols": true, "maxPasswordAge": 90, "hardExpiry": false})
    );
    let body = world.ok(&world.root, "GetAccountPasswordPolicy", &[]);
    let of = |name| text(&body, name);
    assert_eq!((of("ExpirePasswords"), of("MaxPasswordAge")), ("true".into(), "90".into()));
    let plain = "Password should have at least one symbol";
    create("abcdef1", (400, "PasswordPolicyViolation", plain));
    let long = "1 validation error detected: Value at 'minimumPasswordLength' failed to satisfy \
                constraint: Member must have value less than or equal to 128";
    let parameters = [("MinimumPasswordLength", "129")];
    let want = (400, "ValidationError", long);
    world.refused(&world.root, "UpdateAccountPasswordPolicy", &parameters, want);
    world.ok(&world.root, "DeleteAccountPasswordPolicy", &[]);
    world.refused(&world.root, "GetAccountPasswordPolicy", &[], (404, "NoSuchEntity", missing));
}

/// Allowed by a policy of the user, or by the account's setting; a denial overrides both.
#[test]
fn users_change_their_own_password() {
    let world = world();
    let key = credentials(&world.ok(&world.root, "CreateAccessKey", &[ALICE]));
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", PASSWORD)]);
    let change = [("OldPassword", PASSWORD), ("NewPassword", "Second-horse-2")];
    let arn = "arn:aws:iam::111122223333:user/alice";
    let denied = format!(
        "User: {arn} is not authorized to perform: iam:ChangePassword on resource: {arn} because \
         no identity-based policy allows the iam:ChangePassword action"
    );
    world.refused(&key, "ChangePassword", &change, (403, "AccessDenied", &denied));
    let setting = [("AllowUsersToChangePassword", "true"), ("PasswordReusePrevention", "2")];
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &setting);
    world.ok(&key, "ChangePassword", &change);
    let event = world.last_event();
    assert_eq!((&event["requestParameters"], &event["readOnly"]), (&Value::Null, &json!(false)));
    let wrong = (403, "AccessDenied", "The old password was incorrect.");
    world.refused(&key, "ChangePassword", &change, wrong);
    for reused in [PASSWORD, "Second-horse-2"] {
        let back = [("OldPassword", "Second-horse-2"), ("NewPassword", reused)];
        let message = "Policy constraint violation with password reuse prevention during password \
                    change";
        world.refused(&key, "ChangePassword", &back, (400, "PasswordPolicyViolation", message));
    }
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}}"#;
    let put = [ALICE, ("PolicyName", "p"), ("PolicyDocument", deny)];
    world.ok(&world.root, "PutUserPolicy", &put);
    let third = [("OldPassword", "Second-horse-2"), ("NewPassword", "Third-horse-3")];
    let (status, body) =
        world.call(&key, "iam", &[&[("Action", "ChangePassword")], &third[..]].concat());
    assert!(status == 403 && text(&body, "Message").contains("explicit deny"), "{body}");
    let message = "Only IAM Users can change their own password";
    world.refused(&world.root, "ChangePassword", &third, (400, "InvalidUserType", message));
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains("horse"), "{events}");
}

/// The serial number of a new device, and the app that has its seed.
fn device(world: &World) -> (String, Authenticator) {
    let body = world.ok(&world.root, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    let app = Authenticator::of(&text(&body, "Base32StringSeed"));
    assert_eq!(app.typed.len(), 64);
    (text(&body, "SerialNumber"), app)
}

/// The code of a step from now.
fn code(world: &World, app: &Authenticator, offset: i64) -> String {
    app.code((world.kit.clock.now().as_secs() / 30).checked_add_signed(offset).unwrap())
}

/// From creation to deletion; no event contains a secret.
#[test]
fn a_device_is_made_proven_and_taken_away() {
    let world = world();
    let (serial, app) = device(&world);
    assert_eq!(serial, "arn:aws:iam::111122223333:mfa/d");
    let event = world.last_event();
    assert_eq!(event["requestParameters"], json!({"virtualMFADeviceName": "d"}));
    assert_eq!(event["responseElements"], json!({"virtualMFADevice": {"serialNumber": serial}}));
    let number = ("SerialNumber", serial.as_str());
    let (old, new) = (code(&world, &app, -1), code(&world, &app, 0));
    let codes = |a, b| [ALICE, number, ("AuthenticationCode1", a), ("AuthenticationCode2", b)];
    let wrong = (403, "InvalidAuthenticationCode", "Authentication code for device is not valid.");
    world.refused(&world.root, "EnableMFADevice", &codes(&new, &old), wrong);
    assert_eq!(world.last_event()["errorCode"], "InvalidAuthenticationCodeException");
    let short = "1 validation error detected: Value at 'authenticationCode1' failed to satisfy \
                 constraint: Member must have length greater than or equal to 6";
    let bad = (400, "ValidationError", short);
    world.refused(&world.root, "EnableMFADevice", &codes("12345", &new), bad);
    world.ok(&world.root, "EnableMFADevice", &codes(&old, &new));
    assert_eq!(
        world.last_event()["requestParameters"],
        json!({"userName": "alice", "serialNumber": serial})
    );
    let body = world.ok(&world.root, "ListMFADevices", &[ALICE]);
    assert!(
        body.contains(&format!(
            "<MFADevices><member><UserName>alice</UserName><SerialNumber>{serial}</SerialNumber>\
         <EnableDate>2026-03-01T00:00:00Z</EnableDate></member></MFADevices>"
        )),
        "{body}"
    );
    for (status, count) in [("Assigned", 1), ("Unassigned", 0), ("Any", 1)] {
        let parameters = [("AssignmentStatus", status)];
        let body = world.ok(&world.root, "ListVirtualMFADevices", &parameters);
        assert_eq!(body.matches(&serial).count(), count, "{status}: {body}");
        assert!(!body.contains("Seed"));
    }
    let used = "MFA Device is already in use.";
    let again = (409, "EntityAlreadyExists", used);
    world.refused(&world.root, "EnableMFADevice", &codes(&old, &new), again);
    let conflict = (409, "DeleteConflict", "Cannot delete entity, must delete MFA device first.");
    world.refused(&world.root, "DeleteUser", &[ALICE], conflict);
    let in_use = (409, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.");
    world.refused(&world.root, "DeleteVirtualMFADevice", &[number], in_use);
    // The same two codes prove nothing any more; the next two do.
    world.refused(&world.root, "ResyncMFADevice", &codes(&old, &new), wrong);
    world.kit.clock.advance_ms(60_000);
    let (old, new) = (code(&world, &app, -1), code(&world, &app, 0));
    world.ok(&world.root, "ResyncMFADevice", &codes(&old, &new));
    world.ok(&world.root, "DeactivateMFADevice", &[ALICE, number]);
    let (status, _) =
        world.call(&world.root, "iam", &[("Action", "DeactivateMFADevice"), ALICE, number]);
    assert_eq!(status, 404);
    world.ok(&world.root, "DeleteVirtualMFADevice", &[number]);
    world.ok(&world.root, "DeleteUser", &[ALICE]);
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains(&app.typed) && !events.contains(&new), "{events}");
}

/// The root user has no name by which it could be called.
#[test]
fn the_root_user_has_second_factors_too() {
    let world = world();
    let (serial, app) = device(&world);
    let (old, new) = (code(&world, &app, -1), code(&world, &app, 0));
    let number = ("SerialNumber", serial.as_str());
    let codes = [("AuthenticationCode1", old.as_str()), ("AuthenticationCode2", new.as_str())];
    let name = ("UserName", "AWS ROOT USER");
    world.ok(&world.root, "EnableMFADevice", &[&[name, number], &codes[..]].concat());
    assert!(world.ok(&world.root, "ListMFADevices", &[]).contains(&serial));
    let body = world.ok(&world.root, "GetAccountSummary", &[]);
    for (key, value) in [("MFADevices", 1), ("MFADevicesInUse", 1), ("AccountMFAEnabled", 1)] {
        let entry = format!("<key>{key}</key><value>{value}</value>");
        assert!(body.contains(&entry), "{key}: {body}");
    }
    world.ok(&world.root, "DeactivateMFADevice", &[number]);
}

/// A code grants temporary credentials that policies recognize as authenticated with MFA, once.
#[test]
fn sts_takes_codes_of_the_callers_devices() {
    let world = world();
    let key = credentials(&world.ok(&world.root, "CreateAccessKey", &[ALICE]));
    let (serial, app) = device(&world);
    let (old, new) = (code(&world, &app, -1), code(&world, &app, 0));
    let number = ("SerialNumber", serial.as_str());
    let codes = [("AuthenticationCode1", old.as_str()), ("AuthenticationCode2", new.as_str())];
    world.ok(&world.root, "EnableMFADevice", &[&[ALICE, number], &codes[..]].concat());
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}"#;
    let role = [("RoleName", "strong"), ("AssumeRolePolicyDocument", trust)];
    world.ok(&world.root, "CreateRole", &role);
    world.kit.clock.advance_ms(30_000);
    let present = code(&world, &app, 0);
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    let wrong = (403, "AccessDenied", message);
    for shown in ["000000", new.as_str()] {
        let parameters = [number, ("TokenCode", shown)];
        world.refused(&key, "GetSessionToken", &parameters, wrong);
    }
    let foreign = [("SerialNumber", "arn:aws:iam::111122223333:mfa/other")];
    let text = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your \
                MFA serial number is valid and associated with this user.";
    let parameters = [foreign[0], ("TokenCode", present.as_str())];
    world.refused(&key, "GetSessionToken", &parameters, (403, "AccessDenied", text));
    let session = [number, ("TokenCode", present.as_str())];
    let strong = credentials(&world.ok(&key, "GetSessionToken", &session));
    world.refused(&key, "GetSessionToken", &session, wrong);
    let assume = [("RoleArn", "arn:aws:iam::111122223333:role/strong"), ("RoleSessionName", "s1")];
    let all = [&[("Action", "AssumeRole")], &assume[..]].concat();
    assert_eq!(world.call(&key, "sts", &all).0, 403);
    world.ok(&strong, "AssumeRole", &assume);
    let attributes = &world.last_event()["userIdentity"]["sessionContext"]["attributes"];
    assert_eq!(attributes["mfaAuthenticated"], "true");
    world.kit.clock.advance_ms(30_000);
    let present = code(&world, &app, 0);
    let with_code = [&assume[..], &[number, ("TokenCode", present.as_str())]].concat();
    let in_role = credentials(&world.ok(&key, "AssumeRole", &with_code));
    world.ok(&in_role, "GetCallerIdentity", &[]);
    let attributes = &world.last_event()["userIdentity"]["sessionContext"]["attributes"];
    assert_eq!(attributes["mfaAuthenticated"], "true");
    world.refused(&key, "AssumeRole", &with_code, wrong);
}
