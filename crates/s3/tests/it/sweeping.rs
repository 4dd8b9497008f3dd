//! Sweeps that a stop interrupts.

use std::cell::Cell;
use std::ops::ControlFlow;

use types::Timestamp;

use crate::{get, kit, put, send};

const DELETED: u64 = 3;
/// After all bodies, which have the time of the operating system's clock.
const LATER: Timestamp = Timestamp::from_secs(4_000_000_000);

/// Wherever a stop interrupts a sweep, it removes no body after it, and later sweeps remove the
/// rest: no more and no less than the bodies of deleted objects.
#[test]
fn later_sweeps_remove_what_a_stopped_one_left() {
    let kit = kit();
    let large = vec![7; 1 << 20];
    put(&kit, "/bkt/live", &large);
    for n in 0..DELETED {
        let target = format!("/bkt/{n}");
        put(&kit, &target, &large);
        send(&kit, "DELETE", &target, &[], "").ok();
    }
    let mut removed = 0;
    for most in 0_u64.. {
        let pulses = Cell::new(0);
        let breaking = || {
            pulses.set(pulses.get() + 1);
            if pulses.get() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let swept = s3::sweep(&kit.gateway, LATER, &breaking).unwrap();
        // The first pulse is that of the version that is left; each of the others is a body's.
        assert!(swept <= most.saturating_sub(1), "{swept} bodies in {most} pulses");
        assert_eq!(get(&kit, "/bkt/live").body, large, "stopped after {most}");
        removed += swept;
        if pulses.get() <= most {
            break;
        }
    }
    assert_eq!(removed, DELETED);
    assert_eq!(s3::sweep(&kit.gateway, LATER, &types::steady).unwrap(), 0);
}
