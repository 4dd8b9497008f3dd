//! Calls that find the state changed between their preparation and their turn at the writer.

use std::sync::mpsc::channel;

use crate::world::*;

const USER: (&str, &str) = ("UserName", "u");
const OLD: (&str, &str) = ("OldPassword", "Correct-horse-1");

/// Of two changes of one password that were both proved by the old one, the second is refused.
#[test]
fn a_password_that_has_changed_meanwhile_is_not_changed_again() {
    let world = World::new();
    let user = world.user("u", &allowing("iam:ChangePassword"));
    world.ok(&world.root, "CreateLoginProfile", &[USER, ("Password", OLD.1)]);
    let begin = |new: &str| {
        let parameters = [("Action", "ChangePassword"), OLD, ("NewPassword", new)];
        world.kit.begin_query_as(&user, "iam", &parameters)
    };
    // The writer is held until both are prepared.
    let (release, held) = channel::<()>();
    let holding = world.kit.store.submit(move |_| (held.recv().is_err(), Vec::new()));
    let (first, second) = (begin("Second-horse-2"), begin("Third-horse-3"));
    drop(release);
    assert!(holding.wait().unwrap(), "released");
    assert_eq!(first.finish().status, 200);
    let refused = second.finish().error();
    let message =
        "Login Profile for User u cannot be modified while login profile is being created.";
    let want = (409, "EntityTemporarilyUnmodifiable".to_owned(), message.to_owned());
    assert_eq!(refused, want);
    let event = world.last_event();
    assert_eq!(event["errorCode"], "EntityTemporarilyUnmodifiableException");
    let next = [("OldPassword", "Second-horse-2"), ("NewPassword", "Fourth-horse-4")];
    world.ok(&user, "ChangePassword", &next);
}
