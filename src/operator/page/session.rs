//! Sessions: who has said the token, and for how long they are believed.
//!
//! They are kept in memory only, so that a restart of the daemon asks everybody again, and by the digests of their
//! ids, so that no look-up tells how much of an id was right.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use crate::base::time::Timestamp;

/// Whoever does nothing for so long must say the token again.
const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// So must everybody after this time.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// More than an operator has browsers. When one more comes, whoever has been away longest goes.
const MOST: usize = 64;
/// Deeds of one session that are known by their forms; older forms are long gone.
const FORMS: usize = 256;
/// Bytes of chance in an id, a word or a form.
const CHANCE: usize = 32;

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<Digest, Session>>);

type Digest = [u8; 32];

#[derive(Debug)]
struct Session {
    since: Timestamp,
    seen: Timestamp,
    word: String,
    told: Option<Told>,
    forms: VecDeque<String>,
}

/// What a request of somebody signed in knows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    id: Digest,
    /// What every form of theirs must say: no other page knows it.
    pub word: String,
}

/// What came of a deed, to be told on the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it was done.
    pub good: bool,
    pub text: String,
}

impl Sessions {
    /// Begins one; its id for the cookie. Nothing if the system gives no chance.
    pub fn begin(&self, now: Timestamp) -> Option<String> {
        let (id, word) = (chance()?, chance()?);
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.lasts(now));
        if sessions.len() >= MOST {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.seen);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                sessions.remove(&oldest);
            }
        }
        let session = Session {
            since: now,
            seen: now,
            word,
            told: None,
            forms: VecDeque::new(),
        };
        sessions.insert(hidden(&id), session);
        Some(id)
    }

    /// Whose an id is. With `acts` they are there themselves; a page that looks for news by itself does not count.
    pub fn find(&self, id: &str, now: Timestamp, acts: bool) -> Option<Known> {
        let id = hidden(id);
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get_mut(&id)?;
        if !session.lasts(now) {
            sessions.remove(&id);
            return None;
        }
        if acts {
            session.seen = now;
        }
        let word = session.word.clone();
        Some(Known { id, word })
    }

    /// Ends one.
    pub fn end(&self, known: &Known) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&known.id);
    }

    /// Whether a form is used for the first time.
    pub fn uses(&self, known: &Known, form: &str) -> bool {
        self.with(known, |session| {
            if session.forms.iter().any(|used| used == form) {
                return false;
            }
            if session.forms.len() == FORMS {
                session.forms.pop_front();
            }
            session.forms.push_back(form.to_owned());
            true
        })
        .unwrap_or(false)
    }

    /// A form that came to nothing may be sent again.
    pub fn frees(&self, known: &Known, form: &str) {
        self.with(known, |session| session.forms.retain(|used| used != form));
    }

    /// Leaves word for the next page.
    pub fn leave(&self, known: &Known, told: Told) {
        self.with(known, |session| session.told = Some(told));
    }

    /// Takes the word that was left.
    pub fn take(&self, known: &Known) -> Option<Told> {
        self.with(known, |session| session.told.take()).flatten()
    }

    fn with<T>(&self, known: &Known, work: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get_mut(&known.id).map(work)
    }
}

impl Session {
    fn lasts(&self, now: Timestamp) -> bool {
        now.since(self.seen) < IDLE && now.since(self.since) < LONGEST
    }
}

impl Known {
    /// Whether a form says this session's word.
    pub fn says(&self, word: &str) -> bool {
        self.word.as_bytes().ct_eq(word.as_bytes()).into()
    }
}

/// Something unguessable, in hexadecimal digits.
pub fn chance() -> Option<String> {
    let mut bytes = [0; CHANCE];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether a text looks like what [`chance`] gives.
pub fn is_chance(text: &str) -> bool {
    text.len() == 2 * CHANCE && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hidden(id: &str) -> Digest {
    let mut hidden = [0; 32];
    hidden.copy_from_slice(digest(&SHA256, id.as_bytes()).as_ref());
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp(1_769_083_200_000);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_session_lasts_while_somebody_is_there_and_a_week_at_most() {
        let sessions = Sessions::default();
        let id = sessions.begin(BEGIN).unwrap();
        assert!(is_chance(&id));
        let mut now = BEGIN;
        for _ in 0..16 {
            now = now.plus(HOUR * 10);
            assert!(sessions.find(&id, now, true).is_some(), "{now}");
        }
        assert!(sessions.find(&id, now.plus(HOUR * 8), true).is_none());
        assert!(
            sessions.find(&id, now, true).is_none(),
            "it does not come back"
        );

        let idle = sessions.begin(BEGIN).unwrap();
        assert!(sessions.find(&idle, BEGIN.plus(HOUR * 11), false).is_some());
        assert!(
            sessions.find(&idle, BEGIN.plus(HOUR * 13), true).is_none(),
            "looking for news is no doing"
        );
        assert!(sessions.find("", BEGIN, true).is_none());
    }

    #[test]
    fn more_than_so_many_are_not_kept() {
        let sessions = Sessions::default();
        let first = sessions.begin(BEGIN).unwrap();
        for at in 1..=MOST as u64 {
            sessions.begin(Timestamp(BEGIN.0 + at)).unwrap();
        }
        assert_eq!(sessions.0.lock().unwrap().len(), MOST);
        assert!(sessions.find(&first, BEGIN, true).is_none());
    }

    #[test]
    fn a_form_is_used_once_and_a_word_told_once() {
        let sessions = Sessions::default();
        let id = sessions.begin(BEGIN).unwrap();
        let known = sessions.find(&id, BEGIN, true).unwrap();
        assert!(sessions.uses(&known, "a") && !sessions.uses(&known, "a"));
        sessions.frees(&known, "a");
        assert!(sessions.uses(&known, "a"));
        let told = Told {
            good: true,
            text: "done".into(),
        };
        sessions.leave(&known, told.clone());
        assert_eq!(sessions.take(&known), Some(told));
        assert_eq!(sessions.take(&known), None);
        assert!(known.says(&known.word) && !known.says("") && !known.says(&id));
        sessions.end(&known);
        assert!(sessions.find(&id, BEGIN, true).is_none());
        assert!(!sessions.uses(&known, "b"), "nobody does anything any more");
    }
}
