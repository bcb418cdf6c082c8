//! The provider's keys in use: whose turn it is, and how many creations each may still ask for.
//!
//! Rests are in the store. Turns and moments are in memory: a restart only spaces requests anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ring::digest;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::id::{JobId, KeyPrint};
use crate::domain::keyring::{self, Choice, Rest};
use crate::domain::time::Timestamp;

/// The provider counts creations over ten seconds.
const WINDOW: Duration = Duration::from_secs(10);

/// The keys, in the operator's order.
pub struct Keys {
    keys: Vec<(KeyPrint, SecretString)>,
    /// Creations of one key are at least so far apart: evenly spaced, a window's edge is never crowded.
    spacing: Duration,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    turn: u64,
    free_from: HashMap<KeyPrint, Timestamp>,
    booked: HashMap<JobId, (Choice, Timestamp)>,
}

/// The fingerprint of a key.
pub fn print(key: &SecretString) -> KeyPrint {
    let digest = digest::digest(&digest::SHA256, key.expose_secret().as_bytes());
    KeyPrint(
        digest.as_ref()[..8]
            .try_into()
            .expect("a digest has 32 bytes"),
    )
}

impl Keys {
    /// `per_window` creations may be asked for with each key in ten seconds.
    pub fn new(keys: Vec<SecretString>, per_window: u32) -> Self {
        let keys = keys.into_iter().map(|key| (print(&key), key)).collect();
        Self {
            keys,
            spacing: WINDOW / per_window.max(1),
            book: Mutex::default(),
        }
    }

    /// Every fingerprint.
    pub fn prints(&self) -> impl Iterator<Item = KeyPrint> {
        self.keys.iter().map(|(print, _)| *print)
    }

    /// The key of that fingerprint; the first one if it has been taken away since.
    pub fn secret(&self, print: KeyPrint) -> Option<&SecretString> {
        let found = self.keys.iter().find(|(known, _)| *known == print);
        found.or(self.keys.first()).map(|(_, key)| key)
    }

    /// Books the next free moment of the next rested key for a job. Booking again before it has come gives the
    /// same; a booking whose moment has come is used up by asking.
    pub fn book(
        &self,
        job: JobId,
        rests: &[(KeyPrint, Option<Rest>)],
        now: Timestamp,
    ) -> Option<(Choice, Timestamp)> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let tired = |key| {
            rests
                .iter()
                .any(|(known, rest)| *known == key && rest.is_some_and(|rest| rest.lasts(now)))
        };
        // A key that has been put to rest since it was booked is not used, unless there was no other.
        let kept = book.booked.remove(&job).filter(|(choice, _)| match choice {
            Choice::Rested(key) => !tired(*key),
            Choice::AllRest(_) => true,
        });
        let booked = match kept {
            Some(booked) => booked,
            None => {
                let choice = keyring::choose(rests, book.turn, now)?;
                book.turn += 1;
                let free = book
                    .free_from
                    .get(&choice.key())
                    .copied()
                    .unwrap_or(now)
                    .max(now);
                book.free_from.insert(choice.key(), free.plus(self.spacing));
                (choice, free)
            }
        };
        if booked.1 > now {
            book.booked.insert(job, booked);
        }
        Some(booked)
    }

    /// Forgets a job's booking: its attempt has ended.
    pub fn let_go(&self, job: JobId) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.booked.remove(&job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(per_window: u32) -> (Keys, Vec<(KeyPrint, Option<Rest>)>) {
        let keys = Keys::new(vec!["one".into(), "two".into()], per_window);
        let rests = keys.prints().map(|print| (print, None)).collect();
        (keys, rests)
    }

    #[test]
    fn no_window_of_ten_seconds_sees_more_than_twenty_creations_of_a_key() {
        let (keys, rests) = keys(20);
        let now = Timestamp(1_000_000);
        let mut moments: HashMap<KeyPrint, Vec<u64>> = HashMap::new();
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
        assert_eq!(booked.1, Timestamp(10_000));
        assert_eq!(keys.book(JobId(3), &rests, Timestamp(5_000)), Some(booked));
        assert_eq!(keys.book(JobId(3), &rests, Timestamp(10_000)), Some(booked));
        assert_ne!(keys.book(JobId(3), &rests, Timestamp(10_000)), Some(booked));
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
                    crate::domain::failure::Kind::Billing,
                );
                *rest = Some(Rest::new(now, span, why));
            });
        let (other, _) = keys.book(JobId(2), &rests, at).unwrap();
        assert_ne!(other.key(), choice.key());
    }

    #[test]
    fn a_fingerprint_is_not_the_key() {
        let print = print(&"kie-secret".into()).to_string();
        assert_eq!(print.len(), 16);
        assert!(!print.contains("kie"));
    }
}
