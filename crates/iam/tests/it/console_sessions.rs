//! Sessions of the console: their credentials, cookies and ends.

use iam::signin::{Granted, Held, Opened, Outcome, Shown, refresh, sign_in, sign_out};

use crate::expect::*;
use crate::sign_in_page::attempt;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const PASSWORD: &str = "Correct-horse-1";
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

fn world() -> (World, Opened) {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world.permit("alice", &allowing("iam:List*"));
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", PASSWORD)]);
    let opened = open(&world);
    (world, opened)
}

fn open(world: &World) -> Opened {
    let outcome = sign_in(&world.kit.gateway, attempt(ACCOUNT, "alice", PASSWORD)).unwrap();
    let Outcome::SignedIn(opened) = outcome else { panic!("{outcome:?}") };
    *opened
}

fn credentials_of(granted: &Granted) -> Credentials {
    Credentials {
        access_key_id: granted.access_key_id.clone(),
        secret: granted.secret_access_key.clone(),
        session_token: Some(granted.session_token.clone()),
    }
}

fn shown(cookie: &str, secret: &str) -> Shown {
    Shown { cookie: cookie.to_owned(), secret: secret.to_owned() }
}

/// The outcome of a refresh: the new cookie, or why there is none.
fn refreshed(world: &World, cookie: &str, secret: &str) -> Result<Granted, &'static str> {
    match refresh(&world.kit.gateway, &shown(cookie, secret)).unwrap() {
        Held::Yes(granted) => Ok(granted),
        Held::NoSession => Err("no session"),
        Held::NotProven => Err("not proven"),
    }
}

fn expired(world: &World, who: &Credentials) {
    let message = "The security token included in the request is expired";
    world.refused(who, "ListUsers", &[], (403, "ExpiredToken", message));
}

/// The credentials act as the user, also with IAM, which those of `GetSessionToken` may not.
#[test]
fn credentials_of_the_console_act_as_the_user() {
    let (world, opened) = world();
    world.kit.clock.advance_ms(MINUTE_MS);
    let alice = credentials_of(&opened.granted);
    assert!(alice.access_key_id.starts_with("ASIA"));
    world.ok(&alice, "ListUsers", &[]);
    let identity = &world.last_event()["userIdentity"];
    assert_eq!(identity["type"], "IAMUser");
    assert_eq!(identity["userName"], "alice");
    assert_eq!(identity["accessKeyId"], alice.access_key_id);
    let attributes = &identity["sessionContext"]["attributes"];
    assert_eq!(attributes["creationDate"], "2026-03-01T00:00:00Z");
    assert_eq!(attributes["mfaAuthenticated"], "false");
    let get = [("UserName", "alice")];
    world.denied(&alice, "alice", ("GetUser", &get), ("iam:GetUser", &arn("user/alice")));
    let message = "Cannot call GetSessionToken with session credentials";
    world.refused(&alice, "GetSessionToken", &[], (403, "AccessDenied", message));
}

/// A session of a role that the console asks for may last as long as the role allows.
#[test]
fn roles_of_the_console_are_not_chained() {
    let (world, opened) = world();
    world.role("r", OPEN_TRUST);
    world.ok(&world.root, "UpdateRole", &[("RoleName", "r"), ("MaxSessionDuration", "43200")]);
    let role = arn("role/r");
    let asked =
        [("RoleArn", role.as_str()), ("RoleSessionName", "s1"), ("DurationSeconds", "43200")];
    let alice = credentials_of(&opened.granted);
    let session = world.result_as(&alice, "AssumeRole", &asked);
    assert_eq!(text(&session, "Expiration"), "2026-03-01T12:00:00Z");
}

/// Each use changes the cookie; the one before is good for a minute, and ends the session after.
#[test]
fn a_cookie_is_used_once() {
    let (world, opened) = world();
    let (first, secret) = (&opened.granted.cookie, &opened.secret);
    let second = refreshed(&world, first, secret).unwrap();
    assert_ne!(&second.cookie, first);
    assert_ne!(second.access_key_id, opened.granted.access_key_id);
    world.kit.clock.advance_ms(MINUTE_MS - 1);
    let again = refreshed(&world, first, secret).unwrap();
    assert_eq!(again.cookie, second.cookie, "two tabs get the same");
    world.kit.clock.advance_ms(1);
    assert_eq!(refreshed(&world, first, secret).unwrap_err(), "no session");
    assert_eq!(refreshed(&world, &second.cookie, secret).unwrap_err(), "no session");
    expired(&world, &credentials_of(&second));
}

/// A cookie of two changes ago is of no session, and harms none.
#[test]
fn an_older_cookie_is_foreign() {
    let (world, opened) = world();
    let (first, secret) = (&opened.granted.cookie, &opened.secret);
    let second = refreshed(&world, first, secret).unwrap();
    let third = refreshed(&world, &second.cookie, secret).unwrap();
    assert_eq!(refreshed(&world, first, secret).unwrap_err(), "no session");
    refreshed(&world, &third.cookie, secret).unwrap();
}

/// A cookie without the page's secret changes nothing, new or old.
#[test]
fn the_secret_must_be_presented() {
    let (world, opened) = world();
    let (first, secret) = (&opened.granted.cookie, &opened.secret);
    let other = open(&world).secret;
    for wrong in ["", &format!("{secret}0"), &secret.to_uppercase(), &other] {
        assert_eq!(refreshed(&world, first, wrong).unwrap_err(), "not proven", "{wrong}");
        let out = sign_out(&world.kit.gateway, &shown(first, wrong)).unwrap();
        assert!(matches!(out, Held::NotProven), "{out:?}");
    }
    let second = refreshed(&world, first, secret).unwrap();
    world.kit.clock.advance_ms(2 * MINUTE_MS);
    assert_eq!(refreshed(&world, first, "").unwrap_err(), "not proven");
    refreshed(&world, &second.cookie, secret).unwrap();
}

/// Cookies that are none, or are of no session here.
#[test]
fn forged_cookies_are_of_no_session() {
    let (world, opened) = world();
    let (cookie, secret) = (&opened.granted.cookie, &opened.secret);
    let (id, code) = cookie.split_once('.').unwrap();
    let other = open(&world).granted.cookie.clone();
    let (other_id, _) = other.split_once('.').unwrap();
    for forged in [
        String::new(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{}", "0".repeat(code.len())),
        format!("{other_id}.{code}"),
        format!("{}.{code}", "0".repeat(32)),
        format!("0{id}.{code}"),
        format!("{cookie}0"),
    ] {
        assert_eq!(refreshed(&world, &forged, secret).unwrap_err(), "no session", "{forged}");
        let out = sign_out(&world.kit.gateway, &shown(&forged, secret)).unwrap();
        assert!(matches!(out, Held::NoSession), "{forged}: {out:?}");
    }
    refreshed(&world, cookie, secret).unwrap();
}

/// A session ends an hour after its last refresh, and twelve hours after its beginning.
#[test]
fn sessions_end_by_idleness_and_by_age() {
    let (world, opened) = world();
    let secret = &opened.secret;
    world.kit.clock.advance_ms(HOUR_MS - 1);
    let mut granted = refreshed(&world, &opened.granted.cookie, secret).unwrap();
    for _ in 0..11 {
        world.kit.clock.advance_ms(HOUR_MS - 1);
        granted = refreshed(&world, &granted.cookie, secret).unwrap();
        assert_eq!(granted.session_ends, opened.granted.session_ends);
    }
    assert_eq!(granted.expiration, granted.session_ends, "credentials do not outlive the session");
    world.ok(&credentials_of(&granted), "ListUsers", &[]);
    world.kit.clock.advance_ms(12);
    expired(&world, &credentials_of(&granted));
    assert_eq!(refreshed(&world, &granted.cookie, secret).unwrap_err(), "no session");
    let idle = open(&world);
    world.kit.clock.advance_ms(HOUR_MS);
    assert_eq!(refreshed(&world, &idle.granted.cookie, &idle.secret).unwrap_err(), "no session");
}

/// Signing out ends the session and its credentials, and no other session.
#[test]
fn signing_out_ends_one_session() {
    let (world, first) = world();
    let second = open(&world);
    let own = shown(&first.granted.cookie, &first.secret);
    assert!(matches!(sign_out(&world.kit.gateway, &own).unwrap(), Held::Yes(())));
    assert!(matches!(sign_out(&world.kit.gateway, &own).unwrap(), Held::NoSession));
    expired(&world, &credentials_of(&first.granted));
    let ended = refreshed(&world, &first.granted.cookie, &first.secret);
    assert_eq!(ended.unwrap_err(), "no session");
    world.ok(&credentials_of(&second.granted), "ListUsers", &[]);
    refreshed(&world, &second.granted.cookie, &second.secret).unwrap();
}

/// Sessions end with the login profile, and a new profile does not revive them.
#[test]
fn sessions_belong_to_a_login_profile() {
    let (world, opened) = world();
    let update = [ALICE, ("Password", "Second-horse-2")];
    world.ok(&world.root, "UpdateLoginProfile", &update);
    world.ok(&credentials_of(&opened.granted), "ListUsers", &[]);
    world.ok(&world.root, "DeleteLoginProfile", &[ALICE]);
    expired(&world, &credentials_of(&opened.granted));
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", PASSWORD)]);
    expired(&world, &credentials_of(&opened.granted));
    let ended = refreshed(&world, &opened.granted.cookie, &opened.secret);
    assert_eq!(ended.unwrap_err(), "no session");
}

/// What a page shows is in no debug output.
#[test]
fn debug_output_has_no_secrets() {
    let (_, opened) = world();
    let own = shown(&opened.granted.cookie, &opened.secret);
    let printed = format!("{own:?} {opened:?} {:?}", attempt(ACCOUNT, "alice", PASSWORD));
    let granted = &opened.granted;
    for secret in [
        PASSWORD,
        &opened.secret,
        &granted.cookie,
        &granted.secret_access_key,
        &granted.session_token,
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
