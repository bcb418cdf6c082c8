//! The words of refusals: one text for each, whichever face shows it.

use super::{Blank, Locale};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::JobId;
use crate::rules::domain::user_ref::Bearer;

/// Of those who have had a name so many are listed.
const LISTED: usize = 10;

impl Locale {
    /// Why something cannot be done.
    pub fn refusal(self, refusal: &Refusal) -> String {
        let job = |key, job: &JobId| self.fill(key, &[number("job", job.0)]);
        match refusal {
            Refusal::NotWhom => self.say("refused-not-whom"),
            Refusal::NoUser(who) => self.fill("refused-no-user", &[("who", who.as_str().into())]),
            Refusal::Ambiguous { name, bearers } => {
                let people = bearers.iter().take(LISTED).map(|one| self.bearer(one));
                let people: Vec<_> = people.collect();
                let blanks = [
                    ("name", name.as_str().into()),
                    ("people", people.join("; ").into()),
                ];
                self.fill("refused-ambiguous", &blanks)
            }
            Refusal::Amount => self.say("refused-amount"),
            Refusal::Reason => self.say("refused-reason"),
            Refusal::Key => self.say("refused-key"),
            Refusal::Hours => self.say("refused-hours"),
            Refusal::NeedText => self.say("refused-need-text"),
            Refusal::NeedButton => self.say("refused-need-button"),
            Refusal::Foreign => self.say("refused-foreign"),
            Refusal::Used { key, user, credits } => {
                let blanks = [
                    ("key", key.as_str().into()),
                    number("user", user.0),
                    ("n", (*credits).into()),
                ];
                self.fill("refused-used", &blanks)
            }
            Refusal::Already => self.say("refused-already"),
            Refusal::TooMuch { user, balance } => {
                let blanks = [number("user", user.0), ("n", balance.0.into())];
                self.fill("refused-too-much", &blanks)
            }
            Refusal::Full { user, balance } => {
                let blanks = [number("user", user.0), ("n", balance.0.into())];
                self.fill("refused-full", &blanks)
            }
            Refusal::NoOrder(order) => self.fill("refused-no-order", &[number("order", order.0)]),
            Refusal::NoJob(id) => job("refused-no-job", id),
            Refusal::Live(id) => job("refused-live", id),
            Refusal::Done(id) => job("refused-done", id),
            Refusal::Failed(id) => job("refused-failed", id),
            Refusal::Retired(id) => job("refused-retired", id),
            Refusal::Asked(id) => job("refused-asked", id),
            Refusal::Waits(id) => job("refused-waits", id),
            Refusal::Poor(id) => job("refused-poor", id),
            Refusal::Repaid(id) => job("refused-repaid", id),
            Refusal::Reordered { job, order } => {
                let blanks = [number("job", job.0), number("order", order.0)];
                self.fill("refused-reordered", &blanks)
            }
            Refusal::Operator(user) => self.fill("refused-operator", &[number("user", user.0)]),
            Refusal::OnItsWay(_) => self.say("refused-on-its-way"),
            Refusal::ChatOnly => self.say("refused-chat-only"),
            Refusal::NoKey(key) => self.fill("refused-no-key", &[("key", key.as_str().into())]),
            Refusal::ManyKeys(key) => {
                self.fill("refused-many-keys", &[("key", key.as_str().into())])
            }
            Refusal::NoModel { name, chain } => {
                let blanks = [
                    ("name", name.as_str().into()),
                    ("chain", chain.as_str().into()),
                ];
                self.fill("refused-no-model", &blanks)
            }
            Refusal::NoConfig => self.say("refused-no-config"),
            Refusal::NotBackedUp(why) => {
                self.fill("refused-not-backed-up", &[("why", why.as_str().into())])
            }
            Refusal::Mistakes(mistakes) => {
                let blanks = [("mistakes", mistakes.join("\n").into())];
                self.fill("refused-mistakes", &blanks)
            }
            Refusal::NoDaemon => self.say("refused-no-daemon"),
        }
    }

    fn bearer(self, bearer: &Bearer) -> String {
        let key = match bearer.has {
            true => "refused-ambiguous-has",
            false => "refused-ambiguous-had",
        };
        let blanks = [
            number("user", bearer.user.0),
            ("seen", bearer.seen.utc().into()),
        ];
        self.fill(key, &blanks)
    }
}

/// A number that is a name: it is not grouped.
fn number(blank: &'static str, number: u64) -> Blank<'static> {
    (blank, number.to_string().into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::domain::deed::refusal::tests::every;
    use crate::rules::domain::user::Lang;

    #[test]
    fn every_refusal_has_a_text_of_its_own() {
        for lang in Lang::ALL {
            let texts: Vec<_> = every()
                .iter()
                .map(|refusal| Locale(lang).refusal(refusal))
                .collect();
            for text in &texts {
                assert!(text.contains(' ') && !text.contains(['{', '}']), "{text}");
            }
            assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
        }
    }
}
