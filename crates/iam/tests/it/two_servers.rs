//! Two servers over one store: what one of them was asked counts for the other, too.

use std::sync::Arc;
use std::sync::mpsc::channel;

use gateway::Gateway;
use iam::signin::{FirstPassword, Outcome, first_run_token, set_root_password, sign_in};
use serde_json::Value;
use store::Table;
use testkit::Authenticator;

use crate::sign_in_page::{attempt, origin};
use crate::world::*;

const TOKENS: Table<Value> = Table::new("iam.first_run_token");
const ALICE: (&str, &str) = ("UserName", "alice");
const PASSWORD: &str = "Correct-horse-1";
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// A user with a password and a device, and the app that generates its codes.
fn alice(world: &World) -> (Authenticator, String) {
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world.ok(&world.root, "CreateLoginProfile", &[ALICE, ("Password", PASSWORD)]);
    let made = world.result("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    let app = Authenticator::of(&text(&made, "Base32StringSeed"));
    let serial = text(&made, "SerialNumber");
    let step = world.kit.clock.now().as_secs() / 30;
    let (one, two) = (app.code(step - 1), app.code(step));
    let codes = [("AuthenticationCode1", one.as_str()), ("AuthenticationCode2", two.as_str())];
    let enable = [ALICE, ("SerialNumber", serial.as_str()), codes[0], codes[1]];
    world.ok(&world.root, "EnableMFADevice", &enable);
    world.kit.clock.advance_ms(MINUTE_MS);
    (app, serial)
}

fn signs_in(gateway: &Arc<Gateway>, code: &str) -> bool {
    let mut attempt = attempt(ACCOUNT, "alice", PASSWORD);
    attempt.mfa = Some(code.to_owned());
    let outcome = sign_in(gateway, attempt).unwrap();
    let is_signed_in = matches!(outcome, Outcome::SignedIn(_));
    assert!(is_signed_in || matches!(outcome, Outcome::InvalidCredentials), "{outcome:?}");
    is_signed_in
}

/// A device allows ten wrong codes, counted over all servers, in the console and in calls of STS.
#[test]
fn guesses_of_a_code_count_at_every_server() {
    let world = World::new();
    let (app, serial) = alice(&world);
    let (first, second) = (Arc::clone(&world.kit.gateway), world.kit.second_gateway(7));
    let code = || app.code(world.kit.clock.now().as_secs() / 30);
    let key = world.ok(&world.root, "CreateAccessKey", &[ALICE]);
    let user = Credentials {
        access_key_id: text(&key, "AccessKeyId"),
        secret: text(&key, "SecretAccessKey"),
        session_token: None,
    };
    let token = |code: &str| {
        let factor = [("SerialNumber", serial.as_str()), ("TokenCode", code)];
        let all = [&[("Action", "GetSessionToken")], &factor[..]].concat();
        world.call(&user, "sts", &all).0
    };
    for gateway in [&first, &second] {
        for _ in 0..4 {
            assert!(!signs_in(gateway, "000000"));
        }
    }
    assert_eq!(token("000000"), 403);
    // A right code at the tenth attempt clears the count at both.
    assert!(signs_in(&second, &code()));
    world.kit.clock.advance_ms(MINUTE_MS);
    for gateway in [&second, &first].into_iter().cycle().take(9) {
        assert!(!signs_in(gateway, "000000"));
    }
    assert_eq!(token("000000"), 403);
    for gateway in [&first, &second] {
        assert!(!signs_in(gateway, &code()), "the device accepts no code now");
    }
    assert_eq!(token(&code()), 403);
    // A server that starts now finds the count, too.
    assert!(!signs_in(&world.kit.second_gateway(8), &code()));
    world.kit.clock.advance_ms(10 * MINUTE_MS);
    assert!(signs_in(&first, &code()));
    world.kit.clock.advance_ms(MINUTE_MS);
    assert_eq!(token(&code()), 200);
}

/// Each server prints a link of its own. All are accepted by each of them, until one is taken.
#[test]
fn a_first_run_token_that_one_server_takes_is_refused_by_the_other() {
    let world = World::new();
    let (first, second) = (Arc::clone(&world.kit.gateway), world.kit.second_gateway(7));
    let tokens = [&first, &second].map(|gateway| first_run_token(gateway).unwrap().unwrap());
    assert_ne!(tokens[0], tokens[1]);
    let rows = TOKENS.all(&first.snapshot().unwrap().tx(), []).unwrap();
    let stored: Vec<_> = rows.into_iter().map(|(row, _)| String::from_utf8(row).unwrap()).collect();
    assert_eq!(stored.len(), 2);
    assert!(!stored.iter().any(|row| tokens.contains(row)), "only digests are stored");
    let set = |gateway: &Arc<Gateway>, token: &str, password: &str| {
        set_root_password(gateway, token, password, origin()).unwrap()
    };
    assert_eq!(set(&second, &"0".repeat(64), PASSWORD), FirstPassword::InvalidToken);
    let short = "Password should have a minimum length of 8".to_owned();
    assert_eq!(set(&second, &tokens[0], "short"), FirstPassword::Refused(short));
    // Both are proved before either is taken.
    let (release, held) = channel::<()>();
    let holding = world.kit.store.submit(move |_| (held.recv().is_err(), Vec::new()));
    let took = std::thread::scope(|scope| {
        let one = scope.spawn(|| set(&first, &tokens[0], PASSWORD));
        let two = scope.spawn(|| set(&second, &tokens[1], "Another-horse-2"));
        drop(release);
        [one.join().unwrap(), two.join().unwrap()]
    });
    assert!(holding.wait().unwrap(), "released");
    assert_eq!(took.iter().filter(|took| **took == FirstPassword::Set).count(), 1, "{took:?}");
    for (gateway, token) in [(&first, &tokens[1]), (&second, &tokens[0])] {
        assert_eq!(set(gateway, token, "Third-horse-3"), FirstPassword::NotNeeded);
    }
    assert_eq!(first_run_token(&second).unwrap(), None);
}

/// A link expires a week after its server has started; servers that start again and again leave no
/// more than eight that are valid.
#[test]
fn first_run_tokens_expire() {
    let world = World::new();
    let gateway = &world.kit.gateway;
    let token = || first_run_token(gateway).unwrap().unwrap();
    let set = |token: &str| set_root_password(gateway, token, "short", origin()).unwrap();
    let is_valid = |token: &str| matches!(set(token), FirstPassword::Refused(_));
    let old = token();
    world.kit.clock.advance_ms(7 * DAY_MS - 1);
    assert!(is_valid(&old));
    world.kit.clock.advance_ms(1);
    assert_eq!(set(&old), FirstPassword::InvalidToken);
    let mut all = Vec::new();
    for _ in 0..9 {
        all.push(token());
        world.kit.clock.advance_ms(1);
    }
    assert_eq!(all.iter().filter(|token| is_valid(token)).count(), 8);
    assert!(!is_valid(&all[0]));
}
