//! What the provider's refusals mean, by the table of failures, and those that nobody understood.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::rules::domain::failure::Kind;
use crate::rules::domain::strange::Strange;
use crate::rules::failures::{Failures, Meaning};

/// So many texts that nobody understood are kept until somebody asks for them; more say nothing more.
const KEPT: usize = 16;

/// Whoever hears the provider. Clones share what they could not understand.
#[derive(Debug, Clone)]
pub struct Ear {
    failures: Failures,
    strange: Arc<Mutex<BTreeSet<Strange>>>,
}

impl Ear {
    /// One that understands by this table.
    pub fn new(failures: Failures) -> Self {
        Self {
            failures,
            strange: Arc::default(),
        }
    }

    /// The table.
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// What a refusal with this code and these words means.
    pub fn hears(&self, code: Option<i64>, text: &str) -> Option<Meaning> {
        let meaning = self.failures.read(code, text).meaning;
        if meaning.map_or(Kind::Unknown, Meaning::kind) == Kind::Unknown {
            self.keep(code, text, meaning == Some(Meaning::Request));
        }
        meaning
    }

    /// The same, as far as a job's fate goes by it.
    pub fn kind(&self, code: Option<i64>, text: &str) -> Kind {
        self.hears(code, text).map_or(Kind::Unknown, Meaning::kind)
    }

    /// Takes what was not understood.
    pub fn take(&self) -> Vec<Strange> {
        std::mem::take(&mut *self.open()).into_iter().collect()
    }

    fn keep(&self, code: Option<i64>, text: &str, request: bool) {
        let strange = Strange::new(code.unwrap_or_default(), text, request);
        let mut kept = self.open();
        if strange.text.contains(char::is_alphabetic) && kept.len() < KEPT {
            kept.insert(strange);
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeSet<Strange>> {
        self.strange.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_understands_is_kept_once() {
        let ear = Ear::new(Failures::shipped());
        for number in 0..3 {
            let text = format!("The flux capacitor {number} lost its phase");
            assert_eq!(ear.hears(Some(599), &text), None);
        }
        assert_eq!(
            ear.hears(Some(500), "Internal Error"),
            Some(Meaning::Temporary)
        );
        assert_eq!(ear.hears(Some(599), " 42 "), None);
        let kept = ear.clone().take();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].text, "The flux capacitor … lost its phase");
        assert!(ear.take().is_empty());
    }

    #[test]
    fn a_request_of_ours_that_is_wrong_is_kept_as_one() {
        let ear = Ear::new(Failures::shipped());
        let text = "duration is not within the range of allowed options";
        assert_eq!(ear.hears(Some(500), text), Some(Meaning::Request));
        assert!(ear.take()[0].request);
    }

    #[test]
    fn no_more_is_kept_than_anybody_reads() {
        let ear = Ear::new(Failures::shipped());
        for word in ["a", "b", "c", "d", "e"] {
            for other in ["f", "g", "h", "i", "j"] {
                ear.hears(None, &format!("quux {word} {other}"));
            }
        }
        assert_eq!(ear.take().len(), KEPT);
    }
}
