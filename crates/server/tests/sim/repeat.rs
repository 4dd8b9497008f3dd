//! A life can be lived again.

use crate::proof::read_logs;
use crate::workload::{Trouble, live};

/// The same seed creates the same objects, digests included, byte for byte: with outages, restarts
/// and clock steps. Power failures are excluded: how many operations of the disk a commit takes
/// depends on the timing of threads in the engine.
#[test]
fn the_same_seed_delivers_the_same_bytes() {
    for (seed, trouble) in [(11, Trouble::None), (12, Trouble::WithPower)] {
        let [one, two] = [(); 2].map(|()| read_logs(live(seed, 100, trouble).kit()));
        assert!(one.keys().any(|(_, key)| key.contains("/CloudTrail-Digest/")));
        for (place, object) in &one {
            assert_eq!(two.get(place), Some(object), "seed {seed}: {place:?}");
        }
        assert_eq!(one.len(), two.len());
    }
    let [one, two] = [11, 13].map(|seed| read_logs(live(seed, 100, Trouble::None).kit()));
    assert_ne!(one, two, "another seed is another life");
}
