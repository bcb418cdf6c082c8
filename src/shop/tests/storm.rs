//! Storms: whatever the disk does, what was answered is true, and the shop is as if all of it had been done one by
//! one on a disk that never fails.

mod front;
mod heard;
mod shown;

use std::sync::{Mutex, PoisonError};

use front::Front;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::act::{Act, act};
use super::lie::{Fails, Tally, Trouble};

/// What a storm is made of.
#[derive(Debug, Clone)]
enum Gust {
    /// Acts at once: each waits or is hurried. They wait for one another, so as to share a batch, if so wanted.
    Acts(Vec<(Act, bool)>, bool),
    /// Trouble ahead.
    Trouble(Trouble),
    /// The power goes, and perhaps once more so soon after it is back.
    Cut(Option<u16>),
    /// The store is closed in good order and opened again.
    Restart,
}

/// How the store of a storm is opened, and where chance begins.
#[derive(Debug, Clone)]
struct Start {
    cache: usize,
    batch: usize,
    waiting: usize,
    seed: u64,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let fails = prop_oneof![
        1 => Just(Fails::Read),
        3 => Just(Fails::Write),
        6 => Just(Fails::Sync),
        1 => Just(Fails::Len),
        2 => Just(Fails::Room),
        6 => Just(Fails::Power),
    ];
    (fails, any::<u16>(), any::<u16>()).prop_map(|(fails, after, times)| {
        // A commit is 2 syncs and some 30 writes.
        let (spared, most) = match fails {
            Fails::Sync => (6, 3),
            Fails::Len => (1, 2),
            Fails::Read => (20, 2),
            Fails::Write => (80, 2),
            Fails::Room => (40, 120),
            Fails::Power => (100, 1),
        };
        Trouble {
            fails,
            after: after % spared,
            times: 1 + times % most,
        }
    })
}

fn gust() -> impl Strategy<Value = Gust> {
    let acts = prop::collection::vec((act(), any::<bool>()), 1..6);
    prop_oneof![
        8 => (acts, any::<bool>()).prop_map(|(acts, shared)| Gust::Acts(acts, shared)),
        5 => trouble().prop_map(Gust::Trouble),
        1 => proptest::option::of(0..60u16).prop_map(Gust::Cut),
        1 => Just(Gust::Restart),
    ]
}

fn start() -> impl Strategy<Value = Start> {
    let cache = proptest::sample::select(vec![0, 64 << 10, 64 << 20]);
    let batch = proptest::sample::select(vec![1, 3, 256]);
    let waiting = proptest::sample::select(vec![2, 64]);
    (cache, batch, waiting, any::<u64>()).prop_map(|(cache, batch, waiting, seed)| Start {
        cache,
        batch,
        waiting,
        seed,
    })
}

fn storms() -> impl Strategy<Value = (Start, Vec<Gust>)> {
    (start(), prop::collection::vec(gust(), 1..50))
}

/// How often storms reached what they are for.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    storms: u64,
    deeds: u64,
    restarts: u64,
    /// Answered, and run more than once before.
    redone: u64,
    /// Said to be unknown: done, or not.
    landed: u64,
    missed: u64,
    /// Cut off by the power: done, or not.
    cut_landed: u64,
    cut_missed: u64,
    /// Failed after they had written.
    spoilt: u64,
    /// Refused while a fault lasted, or for want of a place in the queue.
    unwritable: u64,
    busy: u64,
    disk: Tally,
}

/// Lets storms rage; what they reached.
fn rage(
    cases: u32,
    rng: Option<TestRng>,
    storms: impl Strategy<Value = (Start, Vec<Gust>)>,
) -> Reached {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let mut runner = match rng {
        Some(rng) => TestRunner::new_with_rng(config, rng),
        None => TestRunner::new(config),
    };
    let reached = Mutex::new(Reached::default());
    let raged = runner.run(&storms, |(start, gusts)| {
        let mut reached = reached.lock().unwrap_or_else(PoisonError::into_inner);
        let mut front = Front::new(&start, &mut reached);
        gusts.iter().for_each(|gust| front.meets(gust));
        front.ends();
        Ok::<_, TestCaseError>(())
    });
    if let Err(error) = raged {
        panic!("{error}");
    }
    reached.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// `NEUROCARDS_CASES` asks for more storms than those of every day.
#[test]
fn whatever_the_disk_does_what_was_answered_is_true() {
    let cases = std::env::var("NEUROCARDS_CASES").ok();
    let cases = cases.map_or(40, |cases| cases.parse().unwrap());
    println!("{:#?}", rage(cases, None, storms()));
}

/// Acts share their batches, so that these storms are the same each time.
#[test]
fn storms_reach_what_they_are_for() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let orderly = storms().prop_map(|(mut start, mut gusts)| {
        start.waiting = 64;
        for gust in &mut gusts {
            if let Gust::Acts(_, shared) = gust {
                *shared = true;
            }
        }
        (start, gusts)
    });
    let reached = rage(32, Some(rng), orderly);
    println!("{reached:#?}");
    let disk = reached.disk;
    for (what, times) in [
        ("a waiting write was run again", reached.redone),
        ("an unknown one had landed", reached.landed),
        ("an unknown one had not", reached.missed),
        ("one without an answer did not", reached.cut_missed),
        ("one that had written failed", reached.spoilt),
        ("the power went", disk.cuts),
        ("a write survived it", disk.survived),
        ("a write was torn by it", disk.torn),
        ("a write was lost by it", disk.lost),
        ("a read failed", disk.reads),
        ("a write failed", disk.writes),
        ("a sync failed", disk.syncs),
        ("a change of length failed", disk.lens),
        ("the disk was full", disk.full),
        ("a write was given up", disk.given_up),
        ("and turned out of the cache", disk.turned_out),
    ] {
        assert!(times > 0, "it never happened that {what}");
    }
}
