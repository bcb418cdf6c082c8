//! The provider's keys in use: whose turn it is, and how many creations each may still ask for.
//!
//! Rests are in the store. Turns and moments are in memory: a restart only spaces requests anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;

use crate::base::time::Timestamp;
use crate::edge::config::fingerprint;
use crate::rules::domain::id::{Fingerprint, JobId};
use crate::rules::domain::keyring::{self, Choice, Rest};

/// The provider counts creations over ten seconds, by its own clock: a request that was long on its way must not
/// fall into the window of the next ones, so ours is half a second longer.
const WINDOW: Duration = Duration::from_millis(10_500);

/// The keys, in the operator's order.
pub struct Keys {
    keys: Vec<(Fingerprint, SecretString)>,
    /// Taken away since the start: nothing is begun with them, but a task can be looked at with its own key only.
    gone: Vec<(Fingerprint, SecretString)>,
    /// How many creations of one key the provider takes in a window.
    per_window: usize,
    /// Creations of one key are booked so far apart: evenly spaced, a window's edge is never crowded.
    spacing: Duration,
    /// Shared with the keys of before a reload, which steps may still hold.
    book: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    turn: u64,
    free_from: HashMap<Fingerprint, Timestamp>,
    booked: HashMap<JobId, (Choice, Timestamp)>,
    /// When each key's newest creations were asked for, a window's worth: whoever came late for a booking
    /// must not crowd those who are in time.
    used: HashMap<Fingerprint, VecDeque<Timestamp>>,
}

impl Book {
    /// The job's key and moment, kept for it until it takes them: those it has already, or else new ones.
    fn hold(
        &mut self,
        spacing: Duration,
        job: JobId,
        rests: &[(Fingerprint, Option<Rest>)],
        now: Timestamp,
    ) -> Option<(Choice, Timestamp)> {
        let known = |key| rests.iter().find(|(known, _)| *known == key);
        let tired = |rest: &Option<Rest>| rest.is_some_and(|rest| rest.lasts(now));
        // A key that has been put to rest since it was booked is not used, unless there was no other; and one that
        // has been taken away is not used at all.
        let kept = self.booked.get(&job).filter(|(choice, _)| match choice {
            Choice::Rested(key) => known(*key).is_some_and(|(_, rest)| !tired(rest)),
            Choice::AllRest(key) => known(*key).is_some(),
        });
        if let Some(kept) = kept {
            return Some(*kept);
        }
        self.booked.remove(&job);
        let choice = keyring::choose(rests, self.turn, now)?;
        self.turn += 1;
        let free = self.free_from.get(&choice.key()).copied();
        let at = free.unwrap_or(now).max(now);
        self.free_from.insert(choice.key(), at.plus(spacing));
        self.booked.insert(job, (choice, at));
        Some((choice, at))
    }

    /// Takes a place in the key's window at `now`, or says when there is one.
    fn take(
        &mut self,
        key: Fingerprint,
        per_window: usize,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let used = self.used.entry(key).or_default();
        if used.len() >= per_window {
            let free = used[used.len() - per_window].plus(WINDOW);
            if free > now {
                return Err(free);
            }
            used.pop_front();
        }
        used.push_back(now);
        Ok(())
    }
}

impl Keys {
    /// `per_window` creations may be asked for with each key in ten seconds.
    pub fn new(keys: Vec<SecretString>, per_window: u32) -> Self {
        let keys = keys
            .into_iter()
            .map(|key| (fingerprint(&key), key))
            .collect();
        Self {
            keys,
            gone: Vec::new(),
            per_window: per_window.max(1) as usize,
            spacing: WINDOW / per_window.max(1),
            book: Arc::default(),
        }
    }

    /// Other keys, or another rate. What is booked with a key that stays is kept, and so is what each was used for.
    pub fn renewed(&self, keys: Vec<SecretString>, per_window: u32) -> Self {
        let mut renewed = Self {
            book: Arc::clone(&self.book),
            ..Self::new(keys, per_window)
        };
        let once = self.keys.iter().chain(&self.gone);
        let gone = once
            .filter(|(fingerprint, _)| renewed.fingerprints().all(|stays| stays != *fingerprint));
        renewed.gone = gone.cloned().collect();
        if renewed.spacing != self.spacing {
            // Moments were given out at the old rate; whoever comes too early is put off when it takes its place.
            renewed.open().free_from.clear();
        }
        renewed
    }

    /// Every fingerprint.
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint> {
        self.keys.iter().map(|(fingerprint, _)| *fingerprint)
    }

    /// The key of that fingerprint; the first one if it was taken away before the start.
    pub fn secret(&self, fingerprint: Fingerprint) -> Option<&SecretString> {
        let mut once = self.keys.iter().chain(&self.gone);
        let found = once.find(|(known, _)| *known == fingerprint);
        found.or(self.keys.first()).map(|(_, key)| key)
    }

    /// Books the next free moment of the next rested key for a job. Booking again before it has come gives the
    /// same; a booking whose moment has come is used up by asking.
    pub fn book(
        &self,
        job: JobId,
        rests: &[(Fingerprint, Option<Rest>)],
        now: Timestamp,
    ) -> Option<(Choice, Timestamp)> {
        let mut book = self.open();
        let (choice, mut at) = book.hold(self.spacing, job, rests, now)?;
        if at <= now
            && let Err(free) = book.take(choice.key(), self.per_window, now)
        {
            at = free;
        }
        match at > now {
            true => book.booked.insert(job, (choice, at)),
            false => book.booked.remove(&job),
        };
        Some((choice, at))
    }

    /// Takes a place in a key's window for a request that belongs to no job, or says when there is one.
    pub fn squeeze_in(&self, key: Fingerprint, now: Timestamp) -> Result<(), Timestamp> {
        self.open().take(key, self.per_window, now)
    }

    /// The key that [`Keys::book`] will give a job, unless that is put to rest in between; nothing is used up.
    pub fn reserve(
        &self,
        job: JobId,
        rests: &[(Fingerprint, Option<Rest>)],
        now: Timestamp,
    ) -> Option<Fingerprint> {
        let mut book = self.open();
        let (choice, _) = book.hold(self.spacing, job, rests, now)?;
        Some(choice.key())
    }

    /// Forgets a job's booking: its attempt has ended.
    pub fn let_go(&self, job: JobId) {
        self.open().booked.remove(&job);
    }

    fn open(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn keys(per_window: u32) -> (Keys, Vec<(Fingerprint, Option<Rest>)>) {
        let keys = Keys::new(vec!["one".into(), "two".into()], per_window);
        let rests = keys
            .fingerprints()
            .map(|fingerprint| (fingerprint, None))
            .collect();
        (keys, rests)
    }

    #[test]
    fn no_window_of_ten_seconds_sees_more_than_twenty_creations_of_a_key() {
        let (keys, rests) = keys(20);
        let now = Timestamp(1_000_000);
        let mut moments: HashMap<Fingerprint, Vec<u64>> = HashMap::new();
        for job in 0..200 {
            let (choice, at) = keys.book(JobId(job), &rests, now).unwrap();
            moments.entry(choice.key()).or_default().push(at.0);
        }
        assert_eq!(moments.len(), 2, "both keys are used");
        for times in moments.values() {
            for start in times {
                let within = times
                    .iter()
                    .filter(|at| (*start..start + 10_000).contains(at))
                    .count();
                assert!(within <= 20, "{within}");
            }
        }
    }

    #[test]
    fn a_booking_is_kept_until_its_moment() {
        let (keys, rests) = keys(1);
        let now = Timestamp(0);
        for job in 0..2 {
            assert_eq!(keys.book(JobId(job), &rests, now).unwrap().1, now);
        }
        let booked = keys.book(JobId(3), &rests, now).unwrap();
        assert_eq!(booked.1, Timestamp(10_500));
        assert_eq!(keys.book(JobId(3), &rests, Timestamp(5_000)), Some(booked));
        assert_eq!(keys.book(JobId(3), &rests, Timestamp(10_500)), Some(booked));
        assert_ne!(keys.book(JobId(3), &rests, Timestamp(10_500)), Some(booked));
    }

    #[test]
    fn a_reserved_key_is_the_one_that_is_booked() {
        let (keys, rests) = keys(20);
        let now = Timestamp(0);
        for job in (0..5).map(JobId) {
            let reserved = keys.reserve(job, &rests, now);
            assert_eq!(keys.reserve(job, &rests, now), reserved);
            let later = Timestamp(60_000);
            let (choice, at) = keys.book(job, &rests, later).unwrap();
            assert_eq!((Some(choice.key()), at <= later), (reserved, true));
        }
    }

    #[test]
    fn a_booked_key_that_is_put_to_rest_is_not_used() {
        let (keys, mut rests) = keys(1);
        let now = Timestamp(0);
        keys.book(JobId(0), &rests, now);
        keys.book(JobId(1), &rests, now);
        let (choice, at) = keys.book(JobId(2), &rests, now).unwrap();
        rests
            .iter_mut()
            .filter(|(key, _)| *key == choice.key())
            .for_each(|(_, rest)| {
                let (span, why) = (
                    Duration::from_secs(3600),
                    crate::rules::domain::failure::Kind::Billing,
                );
                *rest = Some(Rest::new(now, span, why));
            });
        let (other, _) = keys.book(JobId(2), &rests, at).unwrap();
        assert_ne!(other.key(), choice.key());
    }

    #[test]
    fn late_bookings_do_not_crowd_the_window() {
        let (keys, rests) = keys(20);
        let begin = Timestamp(1_000_000);
        let mut waiting: Vec<u64> = (0..100).collect();
        let mut asked: HashMap<Fingerprint, Vec<u64>> = HashMap::new();
        let mut now = begin;
        while !waiting.is_empty() {
            waiting.retain(|job| {
                let (choice, at) = keys.book(JobId(*job), &rests, now).unwrap();
                if at <= now {
                    asked.entry(choice.key()).or_default().push(now.0);
                }
                at > now
            });
            now = now.plus(Duration::from_secs(7));
        }
        for times in asked.values() {
            for start in times {
                let window = *start..start + 10_000;
                let within = times.iter().filter(|at| window.contains(at)).count();
                assert!(within <= 20, "{within}");
            }
        }
    }

    #[test]
    fn a_booking_stays_with_a_key_that_stays_and_leaves_one_that_goes() {
        let (old, rests) = keys(1);
        let now = Timestamp(0);
        for job in 0..2 {
            old.book(JobId(job), &rests, now);
        }
        let booked = [2, 3].map(|job| old.book(JobId(job), &rests, now).unwrap());
        let renewed = old.renewed(vec!["two".into(), "three".into()], 1);
        let rests: Vec<_> = renewed
            .fingerprints()
            .map(|fingerprint| (fingerprint, None))
            .collect();
        let two = fingerprint(&"two".into());
        for (job, booked) in (2..).map(JobId).zip(booked) {
            let (choice, at) = renewed.book(job, &rests, now).unwrap();
            match booked.0.key() == two {
                true => assert_eq!((choice, at), booked),
                false => assert!(rests.iter().any(|(key, _)| *key == choice.key())),
            }
        }
    }

    #[test]
    fn a_key_that_goes_is_known_until_the_next_start_and_no_longer_used() {
        let (old, _) = keys(1);
        let one = fingerprint(&"one".into());
        let renewed = old.renewed(vec!["two".into()], 1);
        let renewed = renewed.renewed(vec!["three".into()], 1);
        assert_eq!(renewed.secret(one).unwrap().expose_secret(), "one");
        assert_eq!(renewed.fingerprints().count(), 1);
        let back = renewed.renewed(vec!["one".into()], 1);
        assert_eq!(back.gone.len(), 2);
        assert_eq!(back.fingerprints().collect::<Vec<_>>(), [one]);
    }

    #[test]
    fn another_rate_holds_from_the_next_booking_on() {
        let now = Timestamp(0);
        let slow = Keys::new(vec!["one".into()], 1);
        let rests: Vec<_> = slow
            .fingerprints()
            .map(|fingerprint| (fingerprint, None))
            .collect();
        for job in 0..50 {
            slow.book(JobId(job), &rests, now);
        }
        let quick = slow.renewed(vec!["one".into()], 20);
        let (_, at) = quick.book(JobId(50), &rests, now).unwrap();
        assert_eq!(at, now, "nobody waits behind the old rate");
        let slow = quick.renewed(vec!["one".into()], 1);
        let (_, at) = slow.book(JobId(51), &rests, now).unwrap();
        assert!(at >= now.plus(WINDOW), "the window is full by the new rate");
    }

    #[test]
    fn a_fingerprint_is_not_the_key() {
        let fingerprint = fingerprint(&"kie-secret".into()).to_string();
        assert_eq!(fingerprint.len(), 16);
        assert!(!fingerprint.contains("kie"));
    }
}
