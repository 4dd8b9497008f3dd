//! Signing in to the console, on a real server on loopback with a fixed clock.

mod world;

use std::ops::ControlFlow;

use serde_json::{Value, json};
use types::{DAY_MS, HOUR_MS, MINUTE_MS};
use world::*;

/// The link's token sets the root user's password once; nothing else does.
#[test]
fn the_first_run_sets_the_root_password_once() {
    let world = World::new();
    let link = world.server.as_ref().unwrap().first_run_link().unwrap().to_owned();
    let (page, token) = link.split_once("?token=").unwrap();
    assert_eq!(page, format!("http://{}/_console/#/first-run", world.address));
    let target = "/_console/session/first-run";
    let needed = || world.send("GET", target, &[], "").json();
    assert_eq!(needed(), json!({"needed": true, "account": ACCOUNT}));
    let set = |token: &str, password: &str| {
        world.post(target, &json!({"token": token, "password": password}))
    };
    assert_eq!(set(&"0".repeat(64), PASSWORD).code(), coded(403, "InvalidToken"));
    let weak = set(token, "weak");
    assert_eq!(weak.code(), coded(400, "PasswordPolicyViolation"));
    assert_eq!(weak.json()["message"], "Password should have a minimum length of 8");
    let root = json!({"account": ACCOUNT, "user": "", "password": PASSWORD});
    assert_eq!(world.sign_in(&root).code(), coded(401, "InvalidCredentials"));
    assert_eq!(set(token, PASSWORD).status, 200);
    assert_eq!(needed(), json!({"needed": false, "account": ACCOUNT}));
    assert_eq!(set(token, "Another-horse-2").code(), coded(403, "InvalidToken"));
    let event = world.last_event("PasswordUpdated");
    assert_eq!(event["responseElements"], json!({"PasswordUpdated": "Success"}));
    assert_eq!(event["userIdentity"]["type"], "Root");
    let signed_in = world.sign_in(&root);
    assert_eq!(signed_in.status, 200);
    assert_eq!(signed_in.json()["arn"], format!("arn:aws:iam::{ACCOUNT}:root"));
    assert_eq!(signed_in.json()["user"], "root");
    let identity = &world.last_event("ConsoleLogin")["userIdentity"];
    assert_eq!(
        *identity,
        json!({"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "accessKeyId": "",
            "arn": format!("arn:aws:iam::{ACCOUNT}:root")})
    );
}

/// The response, the cookie and its attributes, the event, and a call with the credentials.
#[test]
fn a_user_signs_in_and_calls() {
    let world = World::with_alice();
    let answer = world.alice();
    let body = answer.json();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members.join(" "),
        "accessKeyId secretAccessKey sessionToken expiration account user arn region sessionSecret"
    );
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    assert!(body["accessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(body["expiration"], "2026-03-01T01:00:00Z");
    assert_eq!((body["user"].as_str(), body["arn"].as_str()), (Some("alice"), Some(arn.as_str())));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    let (_, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/_console; Max-Age=43200");
    let login = world.last_event("ConsoleLogin");
    let id = login["userIdentity"]["principalId"].clone();
    assert_eq!(
        login["userIdentity"],
        json!({"type": "IAMUser", "principalId": id, "arn": arn, "accountId": ACCOUNT,
            "userName": "alice"})
    );
    assert_eq!(login["eventSource"], "signin.amazonaws.com");
    assert_eq!(login["eventType"], "AwsConsoleSignIn");
    assert_eq!(login["awsRegion"], "us-east-1");
    assert_eq!(login["readOnly"], false);
    assert_eq!(login["sourceIPAddress"], "127.0.0.1");
    assert_eq!(login["userAgent"], AGENT);
    assert_eq!(login["requestParameters"], Value::Null);
    assert_eq!(login["responseElements"], json!({"ConsoleLogin": "Success"}));
    let login_to = format!("http://{}/_console/", world.address);
    assert_eq!(
        login["additionalEventData"],
        json!({"LoginTo": login_to, "MobileVersion": "No", "MFAUsed": "No"})
    );
    for absent in ["requestID", "errorCode", "errorMessage", "tlsDetails"] {
        assert_eq!(login.get(absent), None, "{absent}");
    }
    world.clock.advance_ms(MINUTE_MS);
    assert_eq!(world.identity(&answer.credentials()).status, 200);
    let call = world.last_event("GetCallerIdentity");
    assert_eq!(call["sessionCredentialFromConsole"], "true");
    assert_eq!(
        call["userIdentity"]["sessionContext"]["attributes"],
        json!({"creationDate": "2026-03-01T00:00:00Z", "mfaAuthenticated": "false"})
    );
    let denied = world.call(&answer.credentials(), "iam", &[("Action", "ListUsers")]);
    assert!(denied.status == 403 && denied.body.contains("<Code>AccessDenied</Code>"));
}

/// The response does not distinguish a wrong password from a wrong user or account; the events do,
/// except that they hide what may be a password typed into the wrong field.
#[test]
fn wrong_names_and_wrong_passwords_get_the_same_answer() {
    let world = World::with_alice();
    world.ok("CreateUser", &[("UserName", "nopass")]);
    let attempt = |account: &str, user: &str, password: &str| {
        let body = json!({"account": account, "user": user, "password": password});
        let answer = world.sign_in(&body);
        (answer.status, answer.headers, answer.body)
    };
    let wrong = attempt(ACCOUNT, "alice", "wrong");
    assert_eq!((wrong.0, wrong.2.as_str()), (401, r#"{"code":"InvalidCredentials"}"#));
    let failed = world.last_event("ConsoleLogin");
    let id = failed["userIdentity"]["principalId"].clone();
    assert_eq!(
        failed["userIdentity"],
        json!({"type": "IAMUser", "principalId": id, "accountId": ACCOUNT, "accessKeyId": "",
            "userName": "alice"})
    );
    assert_eq!(failed["errorMessage"], "Failed authentication");
    assert_eq!(failed.get("errorCode"), None);
    assert_eq!(failed["responseElements"], json!({"ConsoleLogin": "Failure"}));
    for (account, user) in [
        (ACCOUNT, "mallory"),
        (ACCOUNT, "nopass"),
        (ACCOUNT, ""),
        ("999999999999", "alice"),
        ("no-such-alias", "alice"),
    ] {
        assert_eq!(attempt(account, user, PASSWORD), wrong, "{account} {user}");
    }
    let events = world.events("ConsoleLogin");
    assert_eq!(events.len(), 4);
    assert_eq!(
        events[1]["userIdentity"],
        json!({"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "",
            "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"})
    );
    assert_eq!(events[1]["errorMessage"], "No username found in supplied account");
    assert!(events.iter().all(|event| !event.to_string().contains("mallory")));
}

#[test]
fn an_alias_names_the_account_too() {
    let world = World::with_alice();
    world.ok("CreateAccountAlias", &[("AccountAlias", "my-company")]);
    for account in ["my-company", "1234-5678-9012"] {
        let body = json!({"account": account, "user": "ALICE", "password": PASSWORD});
        assert_eq!(world.sign_in(&body).json()["account"], ACCOUNT, "{account}");
    }
}

/// The sixth attempt in a minute is not even evaluated, right or wrong.
#[test]
fn five_failures_in_a_minute_lock_out() {
    let world = World::with_alice();
    let wrong = json!({"account": ACCOUNT, "user": "alice", "password": "wrong"});
    let right = json!({"account": ACCOUNT, "user": "alice", "password": PASSWORD});
    for _ in 0..5 {
        assert_eq!(world.sign_in(&wrong).code(), coded(401, "InvalidCredentials"));
        world.clock.advance_ms(1_000);
    }
    for body in [&wrong, &right] {
        let locked = world.sign_in(body);
        assert_eq!(locked.code(), coded(429, "TooManyAttempts"));
        assert_eq!(locked.header("retry-after"), "55");
    }
    assert_eq!(world.events("ConsoleLogin").len(), 5);
    world.clock.advance_ms(55_000);
    assert_eq!(world.sign_in(&right).status, 200);
}

/// One wrong password for each of many users is throttled by their common address; a successful
/// sign-in in between allows no more guesses.
#[test]
fn one_address_cannot_try_one_password_at_many_users() {
    let world = World::with_alice();
    let attempt = |user: &str, password: &str| {
        world.sign_in(&json!({"account": ACCOUNT, "user": user, "password": password}))
    };
    for n in 0..20 {
        let refused = attempt(&format!("user{n}"), "Summer-2026");
        assert_eq!(refused.code(), coded(401, "InvalidCredentials"), "{n}");
        if n == 10 {
            assert_eq!(attempt("alice", PASSWORD).status, 200);
        }
    }
    world.clock.advance_ms(10_000);
    for (user, password) in [("user20", "Summer-2026"), ("alice", PASSWORD)] {
        let slowed = attempt(user, password);
        assert_eq!(slowed.code(), coded(429, "TooManyAttempts"), "{user}");
        assert_eq!(slowed.header("retry-after"), "50");
    }
    assert_eq!(world.events("ConsoleLogin").len(), 21);
    world.clock.advance_ms(50_000);
    assert_eq!(attempt("alice", PASSWORD).status, 200);
}

/// A code is required, valid once, and recorded in the events of sign-in and calls.
#[test]
fn a_second_factor_is_required() {
    let world = World::with_alice();
    let (serial, app) = world.second_factor();
    let body = |mfa: Option<&str>| {
        let mut body = json!({"account": ACCOUNT, "user": "alice", "password": PASSWORD});
        if let Some(mfa) = mfa {
            body["mfa"] = mfa.into();
        }
        body
    };
    for mfa in [None, Some("")] {
        assert_eq!(world.sign_in(&body(mfa)).code(), coded(401, "MfaRequired"));
    }
    let asked = world.last_event("CheckMfa");
    assert_eq!(asked["additionalEventData"], json!({"MfaType": "Virtual MFA"}));
    assert_eq!(asked["responseElements"], json!({"CheckMfa": "Success"}));
    assert_eq!(asked["userIdentity"].get("arn"), None);
    // The codes that proved the device are used up.
    let old = app.code(world.step() - 1);
    for wrong in ["000000", "x", &old] {
        assert_eq!(world.sign_in(&body(Some(wrong))).code(), coded(401, "InvalidCredentials"));
    }
    let data = &world.last_event("ConsoleLogin")["additionalEventData"];
    assert_eq!((&data["MFAUsed"], data.get("MFAIdentifier")), (&json!("Yes"), None));
    let present = app.code(world.step());
    let answer = world.sign_in(&body(Some(&present)));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let data = &world.last_event("ConsoleLogin")["additionalEventData"];
    assert_eq!((&data["MFAUsed"], &data["MFAIdentifier"]), (&json!("Yes"), &json!(serial)));
    world.identity(&answer.credentials());
    let attributes =
        &world.last_event("GetCallerIdentity")["userIdentity"]["sessionContext"]["attributes"];
    assert_eq!(attributes["mfaAuthenticated"], "true");
    let again = world.sign_in(&body(Some(&present)));
    assert_eq!(again.code(), coded(401, "InvalidCredentials"));
}

/// A client with the password may guess ten codes, from any number of addresses, and then none.
#[test]
fn codes_cannot_be_guessed() {
    let world = World::with_alice();
    let (_, app) = world.second_factor();
    let attempt = |code: &str| {
        let body = json!({"account": ACCOUNT, "user": "alice", "password": PASSWORD, "mfa": code});
        world.sign_in(&body).status
    };
    for round in 0..2 {
        for _ in 0..5 {
            assert_eq!(attempt("x"), 401, "{round}");
        }
        world.clock.advance_ms(MINUTE_MS);
    }
    assert_eq!(attempt(&app.code(world.step())), 401);
    world.clock.advance_ms(10 * MINUTE_MS);
    assert_eq!(attempt(&app.code(world.step())), 200);
}

/// Each refresh changes the cookie; a late reuse of an old one ends the session.
#[test]
fn the_cookie_changes_with_every_use() {
    let world = World::with_alice();
    let first = world.alice().shown();
    let refreshed = world.show("GET", &first);
    assert_eq!(refreshed.status, 200);
    assert_ne!(refreshed.cookie(), first.cookie);
    assert_eq!(refreshed.json().get("sessionSecret"), None);
    let newest = first.after(&refreshed);
    // Another tab refreshed at the same time: it gets the same new cookie.
    let tab = world.show("GET", &first);
    assert_eq!((tab.status, tab.cookie()), (200, refreshed.cookie()));
    world.clock.advance_ms(MINUTE_MS);
    assert_eq!(world.identity(&tab.credentials()).status, 200);
    let stolen = world.show("GET", &first);
    assert_eq!(stolen.code(), coded(401, "NoSession"));
    assert!(stolen.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.show("GET", &newest).code(), coded(401, "NoSession"));
    assert!(world.identity(&tab.credentials()).body.contains("<Code>ExpiredToken</Code>"));
}

/// Browsers send the cookie to every port of this host. The cookie alone grants nothing and ends
/// nothing, however new or old it is, and the browser keeps it.
#[test]
fn a_cookie_without_its_secret_is_useless() {
    let world = World::with_alice();
    let (first, other) = (world.alice(), world.alice().shown());
    let refreshed = world.show("GET", &first.shown());
    let shown = first.shown().after(&refreshed);
    world.clock.advance_ms(MINUTE_MS);
    let mut forged = shown.secret.clone();
    let last = if forged.pop() == Some('0') { '1' } else { '0' };
    forged.push(last);
    for cookie in [first.cookie(), shown.cookie.clone()] {
        for secret in ["", "0", &forged, &shown.secret.repeat(2), &other.secret, &"x".repeat(9_000)]
        {
            let shown = Shown { cookie: cookie.clone(), secret: secret.to_owned() };
            for method in ["GET", "DELETE"] {
                let answers = [world.with_cookie(method, &cookie), world.show(method, &shown)];
                for answer in answers {
                    assert_eq!(answer.code(), coded(401, "NoSession"), "{method} {secret}");
                    assert_eq!(answer.header("set-cookie"), "", "{method} {secret}");
                }
            }
        }
    }
    // Nor is the secret worth anything without the cookie.
    let header = [("x-shoseki-session-secret", shown.secret.as_str())];
    for method in ["GET", "DELETE"] {
        let answer = world.send(method, "/_console/session", &header, "");
        assert_eq!(answer.code(), coded(401, "NoSession"), "{method}");
    }
    assert_eq!(world.identity(&refreshed.credentials()).status, 200);
    assert_eq!(world.show("GET", &shown).status, 200);
}

/// The server stores only the secret's hash, and accepts the secret after a restart.
#[test]
fn the_secret_outlives_the_server_and_is_not_stored() {
    let world = World::with_alice();
    let shown = world.alice().shown();
    assert!(shown.secret.len() == 64 && shown.secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let world = world.restarted();
    let wrong = Shown { secret: "0".repeat(64), ..shown.clone() };
    assert_eq!(world.show("GET", &wrong).code(), coded(401, "NoSession"));
    let refreshed = world.show("GET", &shown);
    assert_eq!(refreshed.status, 200);
    let mut state = Vec::new();
    let mut each = |_: &[u8], row: &[u8]| {
        state.extend_from_slice(row);
        ControlFlow::Continue(())
    };
    world.store.snapshot().unwrap().tx().visit(&[], None, &mut each).unwrap();
    let holds = |text: &str| state.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&types::hex(&keys::sha256(shown.secret.as_bytes()))));
    assert!(!holds(&shown.secret));
}

/// Cookies that we did not create have no session.
#[test]
fn forged_cookies_have_no_session() {
    let world = World::with_alice();
    let shown = world.alice().shown();
    let last = if shown.cookie.ends_with('0') { "1" } else { "0" };
    let mut forged = shown.cookie.clone();
    forged.pop();
    forged.push_str(last);
    for wrong in [forged.as_str(), "shoseki_console=", "shoseki_console=a.b", "other=1"] {
        let shown = Shown { cookie: wrong.to_owned(), ..shown.clone() };
        assert_eq!(world.show("GET", &shown).code(), coded(401, "NoSession"), "{wrong}");
        let out = if wrong == "other=1" { 401 } else { 204 };
        assert_eq!(world.show("DELETE", &shown).status, out, "{wrong}");
    }
    assert_eq!(world.show("GET", &shown).status, 200);
}

/// Signing out ends the session and its credentials; no event records it.
#[test]
fn signing_out_ends_all() {
    let world = World::with_alice();
    let (answer, other) = (world.alice(), world.alice());
    let out = world.show("DELETE", &answer.shown());
    assert_eq!(out.status, 204);
    assert_eq!(out.header("set-cookie").split(';').next(), Some("shoseki_console="));
    assert_eq!(world.show("GET", &answer.shown()).code(), coded(401, "NoSession"));
    // Once more does no harm.
    assert_eq!(world.show("DELETE", &answer.shown()).status, 204);
    assert!(world.identity(&answer.credentials()).body.contains("<Code>ExpiredToken</Code>"));
    assert_eq!(world.identity(&other.credentials()).status, 200);
    assert_eq!(world.events("ConsoleLogin").len(), 2);
}

#[test]
fn deleting_the_password_ends_the_sessions() {
    let world = World::with_alice();
    let answer = world.alice();
    world.ok("DeleteLoginProfile", &[("UserName", "alice")]);
    assert!(world.identity(&answer.credentials()).body.contains("<Code>ExpiredToken</Code>"));
    assert_eq!(world.show("GET", &answer.shown()).code(), coded(401, "NoSession"));
    // Another password does not bring them back.
    world.ok("CreateLoginProfile", &[("UserName", "alice"), ("Password", PASSWORD)]);
    assert_eq!(world.show("GET", &answer.shown()).code(), coded(401, "NoSession"));
}

/// An hour without a refresh, or twelve in all.
#[test]
fn sessions_end_by_age() {
    let world = World::with_alice();
    let idle = world.alice();
    world.clock.advance_ms(HOUR_MS);
    assert_eq!(world.show("GET", &idle.shown()).code(), coded(401, "NoSession"));
    assert!(world.identity(&idle.credentials()).body.contains("<Code>ExpiredToken</Code>"));
    let began = world.clock.now();
    let mut answer = world.alice();
    let mut shown = answer.shown();
    for _ in 0..14 {
        world.clock.advance_ms(50 * MINUTE_MS);
        answer = world.show("GET", &shown);
        assert_eq!(answer.status, 200);
        shown = shown.after(&answer);
    }
    let ends = began.plus_ms(12 * HOUR_MS);
    assert_eq!(answer.json()["expiration"], ends.iso());
    assert!(answer.header("set-cookie").ends_with("Max-Age=1200"));
    assert_eq!(world.identity(&answer.credentials()).status, 200);
    // The calls of all those hours record when the session began.
    let attributes =
        &world.last_event("GetCallerIdentity")["userIdentity"]["sessionContext"]["attributes"];
    assert_eq!(attributes["creationDate"], began.iso());
    world.clock.set(ends);
    assert_eq!(world.show("GET", &shown).code(), coded(401, "NoSession"));
}

/// An initial password can only be used to set another.
#[test]
fn a_password_that_must_be_changed_is_changed_at_sign_in() {
    let world = World::with_alice();
    let reset = [("UserName", "alice"), ("PasswordResetRequired", "true")];
    world.ok("UpdateLoginProfile", &reset);
    let attempt = |password: &str, new: Option<&str>| {
        let mut body = json!({"account": ACCOUNT, "user": "alice", "password": password});
        if let Some(new) = new {
            body["newPassword"] = new.into();
        }
        world.sign_in(&body)
    };
    assert_eq!(attempt(PASSWORD, None).code(), coded(401, "PasswordChangeRequired"));
    assert_eq!(attempt("wrong", Some("New-horse-22")).code(), coded(401, "InvalidCredentials"));
    for bad in ["short", PASSWORD] {
        let refused = attempt(PASSWORD, Some(bad));
        assert_eq!(refused.code(), coded(400, "PasswordPolicyViolation"), "{bad}");
    }
    // Whether a password is right is never answered without an event.
    let events = world.events("ConsoleLogin");
    let messages: Vec<_> = events.iter().map(|event| &event["errorMessage"]).collect();
    let (change, wrong) = ("Password change required", "Failed authentication");
    assert_eq!(messages, [change, wrong, change, change]);
    assert_eq!(attempt(PASSWORD, Some("New-horse-22")).status, 200);
    assert_eq!(world.last_event("PasswordUpdated")["userIdentity"]["userName"], "alice");
    assert_eq!(attempt(PASSWORD, None).code(), coded(401, "InvalidCredentials"));
    assert_eq!(attempt("New-horse-22", None).status, 200);
    let third = attempt("New-horse-22", Some("New-horse-33"));
    assert_eq!(third.code(), coded(400, "PasswordPolicyViolation"));
}

/// An expired password that only an administrator can renew opens nothing, and a try of the right
/// one leaves the event that a try of a wrong one leaves.
#[test]
fn an_expired_password_is_not_tried_unseen() {
    let world = World::with_alice();
    world.ok("UpdateAccountPasswordPolicy", &[("MaxPasswordAge", "1"), ("HardExpiry", "true")]);
    let attempt = |password: &str| {
        world.sign_in(&json!({"account": ACCOUNT, "user": "alice", "password": password}))
    };
    assert_eq!(attempt(PASSWORD).status, 200);
    world.clock.advance_ms(2 * DAY_MS);
    for password in [PASSWORD, "wrong"] {
        let before = world.events("ConsoleLogin").len();
        assert_eq!(attempt(password).code(), coded(401, "InvalidCredentials"));
        let events = world.events("ConsoleLogin");
        assert_eq!(events.len(), before + 1, "{password}");
        assert_eq!(events[before]["errorMessage"], "Failed authentication", "{password}");
        assert_eq!(events[before]["responseElements"], json!({"ConsoleLogin": "Failure"}));
    }
}

/// Other sites' pages, other names, other bodies.
#[test]
fn only_our_own_page_may_call() {
    let world = World::with_alice();
    let body = json!({"account": ACCOUNT, "user": "alice", "password": PASSWORD}).to_string();
    let json = ("content-type", "application/json");
    let check = |method: &str, headers: &[(&str, &str)], body: &str, want: (u16, String)| {
        let answer = world.send(method, "/_console/session", headers, body);
        assert_eq!(answer.code(), want, "{headers:?}");
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    };
    let cross = coded(403, "CrossOrigin");
    check("POST", &[json, ("origin", "http://evil.example")], &body, cross.clone());
    check("POST", &[json, ("origin", "null")], &body, cross.clone());
    check("POST", &[json, ("sec-fetch-site", "cross-site")], &body, cross.clone());
    check("GET", &[("sec-fetch-site", "same-site")], "", cross.clone());
    check("DELETE", &[("origin", "http://evil.example")], "", cross);
    let foreign = coded(403, "ForeignHost");
    check("POST", &[json, ("host", "evil.example:4566")], &body, foreign.clone());
    check("GET", &[("host", "evil.example")], "", foreign);
    let form = ("content-type", "text/plain");
    check("POST", &[form], &body, coded(415, "UnsupportedMediaType"));
    check("POST", &[], &body, coded(415, "UnsupportedMediaType"));
    check("POST", &[json], "{", coded(400, "MalformedBody"));
    check("POST", &[json], "{}", coded(400, "MalformedBody"));
    let long = format!(r#"{{"account":"{}"}}"#, "x".repeat(8 << 10));
    check("POST", &[json], &long, coded(413, "BodyTooLarge"));
    check("PUT", &[json], &body, coded(405, "MethodNotAllowed"));
    let elsewhere = world.send("GET", "/_console/session/x", &[], "");
    assert_eq!(elsewhere.code(), coded(404, "NotFound"));
    assert!(world.events("ConsoleLogin").is_empty());
}
