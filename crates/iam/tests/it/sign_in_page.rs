//! Sign-in attempts: outcomes, what each proves, and their events.

use std::sync::Arc;

use gateway::SignInOrigin;
use iam::signin::{Attempt, Outcome, sign_in};
use keys::SecretBytes;
use serde_json::{Value, json};
use testkit::Authenticator;

use crate::expect::*;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const PASSWORD: &str = "Correct-horse-1";
const DAY_MS: u64 = 86_400_000;

/// The browser of these tests.
pub(crate) fn origin() -> SignInOrigin {
    SignInOrigin {
        source_ip: [192, 0, 2, 7].into(),
        user_agent: Some("Mozilla/5.0 (test)".to_owned()),
        host: "console.localhost".to_owned(),
        tls: None,
    }
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

/// An attempt without a code and a new password.
pub(crate) fn attempt(account: &str, user: &str, password: &str) -> Attempt {
    Attempt {
        account: account.to_owned(),
        user: user.to_owned(),
        password: secret(password),
        mfa: None,
        new_password: None,
        login_to: "https://console.localhost/".to_owned(),
        origin: origin(),
    }
}

/// The name of an outcome, with the text of a refusal.
fn outcome(world: &World, attempt: Attempt) -> String {
    match sign_in(&world.kit.gateway, attempt).unwrap() {
        Outcome::SignedIn(opened) => format!("signed in as {}", opened.granted.arn),
        Outcome::InvalidCredentials => "invalid credentials".to_owned(),
        Outcome::MfaRequired => "a code is required".to_owned(),
        Outcome::PasswordChangeRequired => "a change is required".to_owned(),
        Outcome::NewPasswordRefused(message) => message,
        Outcome::Crowded => "crowded".to_owned(),
    }
}

/// A user with a password.
fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE, ("Path", "/team/")]);
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", PASSWORD)]);
    world
}

/// The credentials are the user's, and the event is AWS's.
#[test]
fn a_right_password_opens_a_session() {
    let world = world();
    let outcome = sign_in(&world.kit.gateway, attempt(ACCOUNT, "alice", PASSWORD)).unwrap();
    let Outcome::SignedIn(opened) = outcome else { panic!("{outcome:?}") };
    let granted = &opened.granted;
    assert_eq!(granted.user, "alice");
    assert_eq!(granted.account.as_str(), ACCOUNT);
    assert_eq!(granted.arn, arn("user/team/alice"));
    assert_eq!(granted.expiration.iso(), "2026-03-01T01:00:00Z");
    assert_eq!(granted.session_ends.iso(), "2026-03-01T12:00:00Z");
    assert_eq!(opened.secret.len(), 64);
    let id = text(&world.result("GetUser", &[ALICE]), "UserId");
    let events = world.kit.events();
    let event = events.iter().find(|event| event["eventName"] == "ConsoleLogin").unwrap();
    assert_eq!(event["eventSource"], "signin.amazonaws.com");
    assert_eq!(event["eventType"], "AwsConsoleSignIn");
    assert_eq!(event["sourceIPAddress"], "192.0.2.7");
    assert_eq!(event["userAgent"], "Mozilla/5.0 (test)");
    assert_eq!(event["responseElements"], json!({"ConsoleLogin": "Success"}));
    assert_eq!(
        event["additionalEventData"],
        json!({"LoginTo": "https://console.localhost/", "MobileVersion": "No", "MFAUsed": "No"})
    );
    assert_eq!(
        event["userIdentity"],
        json!({"type": "IAMUser", "principalId": id, "arn": arn("user/team/alice"),
            "accountId": ACCOUNT, "userName": "alice"})
    );
    let secrets = [&opened.secret, &granted.secret_access_key, &granted.cookie];
    let events = Value::from(events).to_string();
    for secret in secrets {
        assert!(!events.contains(secret.as_str()), "{secret}");
    }
    let debugged = format!("{opened:?}");
    assert!(!secrets.iter().any(|secret| debugged.contains(secret.as_str())), "{debugged}");
}

/// Wrong accounts, users and passwords are one outcome, and differ in their events only.
#[test]
fn what_was_wrong_is_in_the_event_only() {
    let world = world();
    world.ok(&world.root, "CreateUser", &[("UserName", "bob")]);
    let failure = |account: &str, user: &str, password: &str| {
        let before = world.kit.events().len();
        let got = outcome(&world, attempt(account, user, password));
        assert_eq!(got, "invalid credentials", "{account} {user}");
        world.kit.events().split_off(before)
    };
    let wrong = failure(ACCOUNT, "alice", "correct-horse-1");
    let event = &wrong[0];
    assert_eq!(event["errorMessage"], "Failed authentication");
    assert_eq!(event["responseElements"], json!({"ConsoleLogin": "Failure"}));
    let id = text(&world.result("GetUser", &[ALICE]), "UserId");
    assert_eq!(
        event["userIdentity"],
        json!({"type": "IAMUser", "principalId": id, "accountId": ACCOUNT, "accessKeyId": "",
            "userName": "alice"})
    );
    let unknown = failure(ACCOUNT, "my-password-in-the-wrong-field", PASSWORD);
    assert_eq!(unknown[0]["errorMessage"], "No username found in supplied account");
    assert_eq!(
        unknown[0]["userIdentity"],
        json!({"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "",
            "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"})
    );
    let root = failure(ACCOUNT, "", PASSWORD);
    assert_eq!(root[0]["errorMessage"], "Failed authentication");
    assert_eq!(root[0]["userIdentity"]["type"], "Root");
    let no_profile = failure(ACCOUNT, "bob", PASSWORD);
    assert_eq!(no_profile[0]["errorMessage"], "Failed authentication");
    for account in ["999999999999", "no-such-alias", "", "1"] {
        assert_eq!(failure(account, "alice", PASSWORD).len(), 0, "{account}");
    }
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains("my-password") && !events.contains("horse"));
}

/// Names of users are compared without regard to case, passwords are not.
#[test]
fn names_have_any_case() {
    let world = world();
    let alice = format!("signed in as {}", arn("user/team/alice"));
    assert_eq!(outcome(&world, attempt(ACCOUNT, "ALICE", PASSWORD)), alice);
    world.ok(&world.root, "CreateAccountAlias", &[("AccountAlias", "house")]);
    assert_eq!(outcome(&world, attempt("house", "alice", PASSWORD)), alice);
    assert_eq!(outcome(&world, attempt(OTHER_ACCOUNT, "alice", PASSWORD)), "invalid credentials");
}

/// A sign-in is the last use of the password, in a user's details and in lists.
#[test]
fn a_sign_in_is_the_last_use_of_the_password() {
    let world = world();
    let used = || text(&world.result("GetUser", &[ALICE]), "PasswordLastUsed");
    assert_eq!(used(), "");
    world.kit.clock.advance_ms(60_000);
    outcome(&world, attempt(ACCOUNT, "alice", "wrong"));
    assert_eq!(used(), "");
    outcome(&world, attempt(ACCOUNT, "alice", PASSWORD));
    assert_eq!(used(), "2026-03-01T00:01:00Z");
    let listed = world.result("ListUsers", &[]);
    assert_eq!(text(&listed, "PasswordLastUsed"), "2026-03-01T00:01:00Z");
}

/// A device must be shown to be the user's by its code, once.
#[test]
fn a_device_demands_a_code() {
    let world = world();
    let made = world.result("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    let app = Authenticator::of(&text(&made, "Base32StringSeed"));
    let serial = text(&made, "SerialNumber");
    let code = |offset: i64| {
        app.code((world.kit.clock.now().as_secs() / 30).checked_add_signed(offset).unwrap())
    };
    let (one, two) = (code(-1), code(0));
    let codes = [("AuthenticationCode1", one.as_str()), ("AuthenticationCode2", two.as_str())];
    let enable = [ALICE, ("SerialNumber", serial.as_str()), codes[0], codes[1]];
    world.ok(&world.root, "EnableMFADevice", &enable);
    let with =
        |code: &str| Attempt { mfa: Some(code.to_owned()), ..attempt(ACCOUNT, "alice", PASSWORD) };
    for no_code in [attempt(ACCOUNT, "alice", PASSWORD), with("")] {
        assert_eq!(outcome(&world, no_code), "a code is required");
        let event = world.kit.events().pop().unwrap();
        assert_eq!(event["eventName"], "CheckMfa");
        assert_eq!(event["additionalEventData"], json!({"MfaType": "Virtual MFA"}));
        assert_eq!(event["responseElements"], json!({"CheckMfa": "Success"}));
        assert_eq!(event["userIdentity"]["userName"], "alice");
    }
    let wrong_password = Attempt { password: secret("x"), ..with("000000") };
    assert_eq!(outcome(&world, wrong_password), "invalid credentials");
    for wrong in ["000000", &two, "12345", "not a code"] {
        assert_eq!(outcome(&world, with(wrong)), "invalid credentials", "{wrong}");
        let event = world.kit.events().pop().unwrap();
        assert_eq!(event["additionalEventData"]["MFAUsed"], "Yes");
        assert_eq!(event["additionalEventData"].get("MFAIdentifier"), None);
    }
    world.kit.clock.advance_ms(60_000);
    let right = code(0);
    assert!(outcome(&world, with(&right)).starts_with("signed in"));
    let event = world.kit.events().pop().unwrap();
    assert_eq!(event["additionalEventData"]["MFAUsed"], "Yes");
    assert_eq!(event["additionalEventData"]["MFAIdentifier"], serial);
    assert_eq!(outcome(&world, with(&right)), "invalid credentials", "a code counts once");
}

/// A password that must be changed opens a session only together with an acceptable new one.
#[test]
fn a_required_change_comes_first() {
    let world = world();
    let required = ("PasswordResetRequired", "true");
    world.ok(&world.root, "UpdateLoginProfile", &[ALICE, required]);
    let changing = |new: &str| Attempt {
        new_password: Some(secret(new)),
        ..attempt(ACCOUNT, "alice", PASSWORD)
    };
    assert_eq!(outcome(&world, attempt(ACCOUNT, "alice", PASSWORD)), "a change is required");
    let event = world.kit.events().pop().unwrap();
    assert_eq!(event["errorMessage"], "Password change required");
    assert_eq!(event["responseElements"], json!({"ConsoleLogin": "Failure"}));
    for (new, message) in [
        ("short", "Password should have a minimum length of 8"),
        (
            PASSWORD,
            "Policy constraint violation with password reuse prevention during password change",
        ),
    ] {
        assert_eq!(outcome(&world, changing(new)), message);
        let event = world.kit.events().pop().unwrap();
        assert_eq!(event["errorMessage"], "Password change required");
    }
    let before = world.kit.events().len();
    assert!(outcome(&world, changing("Second-horse-2")).starts_with("signed in"));
    let events = world.kit.events().split_off(before);
    let names: Vec<_> = events.iter().map(|event| event["eventName"].clone()).collect();
    assert_eq!(names, ["PasswordUpdated", "ConsoleLogin"]);
    assert_eq!(events[0]["responseElements"], json!({"PasswordUpdated": "Success"}));
    assert_eq!(outcome(&world, attempt(ACCOUNT, "alice", PASSWORD)), "invalid credentials");
    let second = attempt(ACCOUNT, "alice", "Second-horse-2");
    assert!(outcome(&world, second).starts_with("signed in"));
}

/// Without the account's permission users change no password that need not be changed.
#[test]
fn a_change_at_sign_in_needs_the_accounts_permission() {
    let world = world();
    let changing = || Attempt {
        new_password: Some(secret("Second-horse-2")),
        ..attempt(ACCOUNT, "alice", PASSWORD)
    };
    let refusal = "You do not have permission to change your password";
    assert_eq!(outcome(&world, changing()), refusal);
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &[]);
    assert_eq!(outcome(&world, changing()), refusal);
    let allow = [("AllowUsersToChangePassword", "true")];
    world.ok(&world.root, "UpdateAccountPasswordPolicy", &allow);
    assert!(outcome(&world, changing()).starts_with("signed in"));
}

/// An old password must be changed, or is worth nothing any more if the account has hard expiry.
#[test]
fn passwords_expire_with_the_accounts_policy() {
    let world = world();
    let policy = |hard: &str| {
        let sent = [("MaxPasswordAge", "2"), ("HardExpiry", hard)];
        world.ok(&world.root, "UpdateAccountPasswordPolicy", &sent);
    };
    policy("false");
    world.kit.clock.advance_ms(2 * DAY_MS - 1);
    assert!(outcome(&world, attempt(ACCOUNT, "alice", PASSWORD)).starts_with("signed in"));
    world.kit.clock.advance_ms(1);
    assert_eq!(outcome(&world, attempt(ACCOUNT, "alice", PASSWORD)), "a change is required");
    policy("true");
    assert_eq!(outcome(&world, attempt(ACCOUNT, "alice", PASSWORD)), "invalid credentials");
    let new = ("Password", "Second-horse-2");
    world.ok(&world.root, "UpdateLoginProfile", &[ALICE, new]);
    assert!(outcome(&world, attempt(ACCOUNT, "alice", new.1)).starts_with("signed in"));
}

/// The root user's first password is set once, by the rules of AWS, and signs in.
#[test]
fn the_root_user_sets_its_first_password_once() {
    use iam::signin::{FirstPassword, FirstRun, first_run, first_run_token, set_root_password};
    let world = World::new();
    let gateway: &Arc<gateway::Gateway> = &world.kit.gateway;
    assert_eq!(first_run(gateway).unwrap(), FirstRun { needed: true, account: None });
    let short = "Password should have a minimum length of 8".to_owned();
    let token = first_run_token(gateway).unwrap().unwrap();
    let set = |password| set_root_password(gateway, &token, password, origin()).unwrap();
    assert_eq!(set("short"), FirstPassword::Refused(short));
    assert_eq!(set(PASSWORD), FirstPassword::Set);
    let event = world.kit.events().pop().unwrap();
    assert_eq!(event["eventName"], "PasswordUpdated");
    assert_eq!(
        event["userIdentity"],
        json!({"type": "Root", "principalId": ACCOUNT, "arn": arn("root"), "accountId": ACCOUNT,
            "accessKeyId": ""})
    );
    assert_eq!(set("Another-horse-2"), FirstPassword::NotNeeded);
    assert_eq!(first_run_token(gateway).unwrap(), None);
    assert_eq!(first_run(gateway).unwrap(), FirstRun { needed: false, account: None });
    let root = outcome(&world, attempt(ACCOUNT, "", PASSWORD));
    assert_eq!(root, format!("signed in as {}", arn("root")));
    let summary = world.result("GetAccountSummary", &[]);
    assert!(summary.contains("<key>AccountPasswordPresent</key><value>1</value>"), "{summary}");
}
