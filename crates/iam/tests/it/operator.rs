//! What an operator sets and changes: accounts, root users' keys and passwords.

use std::sync::Arc;

use gateway::Fault;
use iam::signin::{Outcome, sign_in};
use iam::{AccountSummary, Bootstrapped, KeyChange};
use store::Tx;
use types::AccountId;

use crate::sign_in_page::attempt;
use crate::world::*;

const NEW_KEY: &str = "AKIANEWNEWNEWNEWNEWN";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const INVALID: (u16, &str, &str) =
    (403, "InvalidClientTokenId", "The security token included in the request is invalid.");

/// Runs a change as an operator's program does: while no call is served, with the program's keys.
fn change<T: Send + 'static>(
    world: &World,
    work: impl FnOnce(&mut Tx<'_>, &gateway::Gateway) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let own = Arc::clone(&world.kit.gateway);
    world.kit.store.submit(move |tx| (work(tx, &own), Vec::new())).wait()?
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn bootstrap(
    world: &World,
    id: &str,
    (name, key, secret): (&'static str, &'static str, &'static str),
) -> Result<Bootstrapped, Fault> {
    let id = account(id);
    change(world, move |tx, own| {
        let (keyring, entropy, now) = (own.keyring(), own.entropy(), own.clock().now());
        iam::bootstrap(tx, keyring, entropy, &id, name, key, secret, now)
    })
}

fn summaries(world: &World) -> Vec<AccountSummary> {
    let view = world.kit.gateway.snapshot().unwrap();
    iam::account_summaries(&view.tx()).unwrap()
}

fn key(id: &str, secret: &str) -> Credentials {
    Credentials { access_key_id: id.to_owned(), secret: secret.to_owned(), session_token: None }
}

/// An account is made once, with its key; a key keeps working, gets a new secret, or is added.
#[test]
fn an_account_is_bootstrapped_again_and_again() {
    let world = World::new();
    let id = "777788889999";
    let made = |is_new_account, key| Bootstrapped { is_new_account, key };
    let first = bootstrap(&world, id, ("first", NEW_KEY, SECRET)).unwrap();
    assert_eq!(first, made(true, KeyChange::Created));
    let root = key(NEW_KEY, SECRET);
    assert_eq!(text(&world.ok(&root, "GetCallerIdentity", &[]), "Account"), id);
    world.ok(&root, "CreateUser", &[("UserName", "alice")]);
    let before = summaries(&world);
    let again = bootstrap(&world, id, ("first", NEW_KEY, SECRET)).unwrap();
    assert_eq!(again, made(false, KeyChange::None));
    assert_eq!(summaries(&world), before);
    let other = bootstrap(&world, id, ("renamed", NEW_KEY, "another-secret")).unwrap();
    assert_eq!(other, made(false, KeyChange::NewSecret));
    // A program that runs keeps the signing keys of a day; bootstrapping is done at a start.
    world.kit.clock.advance_ms(24 * 3_600_000);
    let (status, body) = world.call(&root, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!((status, text(&body, "Code").as_str()), (403, "SignatureDoesNotMatch"));
    world.ok(&key(NEW_KEY, "another-secret"), "GetUser", &[("UserName", "alice")]);
    let more = bootstrap(&world, id, ("renamed", "AKIASECONDSECONDSECO", SECRET)).unwrap();
    assert_eq!(more, made(false, KeyChange::Created));
    world.ok(&key("AKIASECONDSECONDSECO", SECRET), "GetCallerIdentity", &[]);
    let summary = summaries(&world).pop().unwrap();
    assert_eq!(summary.name, "renamed");
    assert_eq!(summary.root_access_key_ids, [NEW_KEY, "AKIASECONDSECONDSECO"]);
    assert_eq!(summary.created, before.last().unwrap().created);
}

/// A key that was switched off stays so, also when it gets a new secret.
#[test]
fn bootstrapping_switches_no_key_on() {
    let world = World::new();
    bootstrap(&world, ACCOUNT, ("test", NEW_KEY, SECRET)).unwrap();
    let second = key(NEW_KEY, SECRET);
    let off = [("AccessKeyId", NEW_KEY), ("Status", "Inactive")];
    world.ok(&world.root, "UpdateAccessKey", &off);
    world.refused(&second, "GetCallerIdentity", &[], INVALID);
    for secret in [SECRET, "another-secret"] {
        bootstrap(&world, ACCOUNT, ("test", NEW_KEY, secret)).unwrap();
        world.refused(&key(NEW_KEY, secret), "GetCallerIdentity", &[], INVALID);
    }
}

/// A key of another account, or of a user, is not taken over.
#[test]
fn a_key_of_another_owner_is_not_taken_over() {
    let world = World::new();
    bootstrap(&world, OTHER_ACCOUNT, ("test", NEW_KEY, SECRET)).unwrap();
    let taken = bootstrap(&world, ACCOUNT, ("test", NEW_KEY, "another-secret")).unwrap_err();
    assert!(taken.to_string().contains(NEW_KEY), "{taken}");
    let who = world.ok(&key(NEW_KEY, SECRET), "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "Account"), OTHER_ACCOUNT);
    let alice: &'static str = world.user("alice", "").access_key_id.clone().leak();
    bootstrap(&world, ACCOUNT, ("test", alice, SECRET)).unwrap_err();
    let view = world.kit.gateway.snapshot().unwrap();
    let of = |id: &str| iam::account_of_key(&view.tx(), id).unwrap();
    assert_eq!(of(NEW_KEY), Some(account(OTHER_ACCOUNT)));
    assert_eq!(of(alice), Some(account(ACCOUNT)));
    assert_eq!(of("AKIANONENONENONENONE"), None);
}

/// Summaries have the alias, the keys, and whether there is a password, in the order of IDs.
#[test]
fn accounts_are_summarized() {
    let world = World::new();
    world.ok(&world.root, "CreateAccountAlias", &[("AccountAlias", "house")]);
    let second = credentials(&world.ok(&world.root, "CreateAccessKey", &[]));
    let found = summaries(&world);
    let ids: Vec<&str> = found.iter().map(|summary| summary.id.as_str()).collect();
    assert_eq!(ids, [ACCOUNT, OTHER_ACCOUNT]);
    assert_eq!(found[0].alias.as_deref(), Some("house"));
    assert_eq!(found[1].alias, None);
    let keys = [&*world.root.access_key_id, &*second.access_key_id];
    assert_eq!(found[0].root_access_key_ids, keys);
    assert!(!found[0].has_root_password);
    let id = account(ACCOUNT);
    let renamed = change(&world, move |tx, _| {
        let none = AccountId::parse("999999999999").unwrap();
        Ok((iam::rename_account(tx, &id, "home")?, iam::rename_account(tx, &none, "x")?))
    });
    assert_eq!(renamed.unwrap(), (true, false));
    assert_eq!(summaries(&world)[0].name, "home");
    assert_eq!(summaries(&world)[0].alias.as_deref(), Some("house"));
}

/// All keys of a root user are replaced by one, and the old ones are worth nothing.
#[test]
fn the_root_users_keys_are_replaced() {
    let world = World::new();
    let second = credentials(&world.ok(&world.root, "CreateAccessKey", &[]));
    let replace = |id: &'static str, key: &'static str| {
        let id = account(id);
        change(&world, move |tx, own| {
            let (keyring, entropy, now) = (own.keyring(), own.entropy(), own.clock().now());
            iam::replace_root_keys(tx, keyring, entropy, &id, (key, SECRET), now)
        })
    };
    let old = replace(ACCOUNT, NEW_KEY).unwrap().unwrap();
    assert_eq!(old, [&*world.root.access_key_id, &*second.access_key_id]);
    for who in [&world.root, &second] {
        world.refused(who, "GetCallerIdentity", &[], INVALID);
    }
    let root = key(NEW_KEY, SECRET);
    let listed = world.ok(&root, "ListAccessKeys", &[]);
    assert_eq!(text(&listed, "AccessKeyId"), NEW_KEY);
    assert_eq!(listed.matches("<AccessKeyId>").count(), 1);
    assert_eq!(replace("999999999999", "AKIAOTHEROTHEROTHER1").unwrap(), None);
    let taken = replace(OTHER_ACCOUNT, NEW_KEY).unwrap_err();
    assert!(taken.to_string().contains(NEW_KEY), "{taken}");
    world.ok(&world.other_root, "GetCallerIdentity", &[]);
}

/// A reset sets the password and ends the sessions of the one before.
#[test]
fn the_root_users_password_is_reset() {
    let world = World::new();
    let reset = |id: &'static str, password: &'static str| {
        let id = account(id);
        let done = change(&world, move |tx, own| {
            let (entropy, now) = (own.entropy(), own.clock().now());
            let hash = keys::password::hash(password, entropy)?;
            iam::reset_root_password(tx, entropy, &id, hash, now)
        });
        done.unwrap()
    };
    let signs_in =
        |password: &str| match sign_in(&world.kit.gateway, attempt(ACCOUNT, "", password)) {
            Ok(Outcome::SignedIn(opened)) => Some(opened),
            Ok(_) => None,
            Err(fault) => panic!("{fault}"),
        };
    assert!(!reset("999999999999", "Correct-horse-1"));
    assert!(reset(ACCOUNT, "Correct-horse-1"));
    assert!(summaries(&world)[0].has_root_password);
    let opened = signs_in("Correct-horse-1").unwrap();
    let granted = &opened.granted;
    let console = Credentials {
        access_key_id: granted.access_key_id.clone(),
        secret: granted.secret_access_key.clone(),
        session_token: Some(granted.session_token.clone()),
    };
    world.ok(&console, "ListUsers", &[]);
    assert!(reset(ACCOUNT, "Second-horse-2"));
    assert!(signs_in("Correct-horse-1").is_none());
    assert!(signs_in("Second-horse-2").is_some());
    let expired = "The security token included in the request is expired";
    world.refused(&console, "ListUsers", &[], (403, "ExpiredToken", expired));
    assert_eq!(iam::root_password_violation("Correct-horse-1"), None);
    let short = "Password should have a minimum length of 8";
    assert_eq!(iam::root_password_violation("short").as_deref(), Some(short));
}
