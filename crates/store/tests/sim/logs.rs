//! Lives of a log alone: frames are appended, read, and trimmed on a failing disk.

use std::ops::ControlFlow;
use std::sync::Arc;

use store::{FileLog, Head, Log, LogSettings, Opener, Sealer, StoreError};
use testkit::{Dice, Disk, DiskFault, Part, keyring};
use types::Entropy;

use crate::each_seed;

struct Life {
    disk: Disk,
    dice: Dice,
    sealer: Sealer,
    log: FileLog,
    /// The payloads of all frames that were appended, the first at position 1.
    frames: Vec<Vec<u8>>,
    /// The frame that may be there: its append failed.
    doubtful: Option<Vec<u8>>,
    /// Frames before this position may be gone.
    trimmed: u64,
}

fn open(disk: &Disk) -> Result<FileLog, StoreError> {
    let settings = LogSettings { first_file_bytes: 16 << 10, file_bytes: 32 << 10 };
    FileLog::within(Arc::new(disk.clone()), settings, &keyring())
}

impl Life {
    fn begin(seed: u64) -> Self {
        let (disk, dice) = (Disk::with_power(), Dice::new(seed));
        let sealer = Sealer::start(&keyring(), &Entropy::seeded(seed)).unwrap();
        let log = open(&disk).unwrap();
        Self { disk, dice, sealer, log, frames: Vec::new(), doubtful: None, trimmed: 1 }
    }

    fn append(&mut self) -> Result<(), StoreError> {
        if self.doubtful.is_some() {
            self.settle()?;
        }
        let mut turn = self.log.turn()?;
        let payload = vec![self.frames.len() as u8; self.dice.below(9_000) as usize];
        let frame = self.sealer.seal(&turn.head(), &payload).unwrap();
        match turn.append(&frame) {
            Ok(head) => {
                self.frames.push(payload);
                assert_eq!(head.position, self.frames.len() as u64);
                Ok(())
            }
            Err(error) => {
                self.doubtful = Some(payload);
                Err(error)
            }
        }
    }

    /// What a failed append left is found out.
    fn settle(&mut self) -> Result<(), StoreError> {
        let head = self.log.settle()?;
        self.decide(head);
        Ok(())
    }

    fn decide(&mut self, head: Head) {
        let doubtful = self.doubtful.take();
        if head.position == self.frames.len() as u64 + 1 {
            self.frames.push(doubtful.unwrap());
        }
        assert_eq!(head.position, self.frames.len() as u64, "acknowledged frames are there");
    }

    fn open_again(&mut self) {
        if let Ok(log) = open(&self.disk) {
            self.log = log;
        } else {
            self.disk.repair();
            self.disk.limit(None);
            self.log = open(&self.disk).unwrap();
        }
        self.decide(self.log.head().unwrap());
        let seed = self.dice.below(u64::MAX);
        self.sealer = Sealer::start(&keyring(), &Entropy::seeded(seed)).unwrap();
    }

    fn step(&mut self) {
        let fault = [DiskFault::Write, DiskFault::Sync, DiskFault::Read, DiskFault::Remove];
        match self.dice.below(14) {
            0..=1 => self.disk.fail(Part::Log, fault[self.dice.below(4) as usize]),
            2 => self.disk.limit(Some(self.disk.bytes() + self.dice.below(40_000))),
            3 => {
                self.disk.repair();
                self.disk.limit(None);
            }
            4 => drop(self.log.prepare()),
            5 => {
                let before = 1 + self.dice.below(self.frames.len() as u64 + 1);
                self.trimmed = self.trimmed.max(before);
                drop(self.log.trim(before));
            }
            6 => {
                self.disk.lose_power(&self.dice);
                self.open_again();
            }
            7 => self.open_again(),
            8 => {
                self.disk.power(self.dice.below(12));
                while self.append().is_ok() {}
                self.disk.lose_power(&self.dice);
                self.disk.power(u64::MAX);
                self.open_again();
            }
            _ => {
                for _ in 0..4 {
                    drop(self.append());
                }
            }
        }
    }

    /// All frames that were not trimmed are read, and what they contain is what was appended.
    fn check(&mut self) {
        self.disk.repair();
        self.disk.limit(None);
        if self.doubtful.is_some() {
            self.settle().unwrap();
        }
        let (first, mut opener) = (self.log.first().unwrap(), Opener::new(keyring()));
        assert!(first <= self.trimmed, "{first} {}", self.trimmed);
        let mut next = first;
        let read = self.log.read(first, &mut |frame| {
            assert_eq!(frame.position(), next);
            let payload = opener.open(&frame)?;
            assert_eq!(payload.as_bytes(), self.frames[next as usize - 1]);
            next += 1;
            Ok(ControlFlow::Continue(()))
        });
        read.unwrap();
        assert_eq!(next, self.frames.len() as u64 + 1);
    }
}

fn live(seed: u64) {
    let mut life = Life::begin(seed);
    for step in 0..60 {
        life.step();
        if step % 12 == 0 {
            life.check();
        }
    }
    life.check();
}

#[test]
fn a_log_keeps_its_frames_on_a_failing_disk() {
    each_seed(live);
}
