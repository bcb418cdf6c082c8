//! Alerts: told once per cause, held back and counted, told again, taken back; each topic can be switched off.

use super::*;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::{Alert, Alerting, Lack, Obstacle, Topic, Trouble};
use crate::rules::domain::part::Part;
use crate::rules::domain::strange::Strange;
use crate::shop::alerts;

const CAUSE: &str = "cause";

/// Something bad of every topic, and how its end is told.
fn of(topic: Topic) -> (Alert, Option<Alert>) {
    let source = Source::Kie;
    let (key, model) = (|| "0a1b".to_owned(), || ModelName("first".into()));
    let (host, why) = (|| "a.example".to_owned(), || "why".to_owned());
    let (bad, over) = match topic {
        Topic::Billing => (
            Alert::Billing { source, key: None },
            Alert::BillingOver { source },
        ),
        Topic::Key => (
            Alert::KeyRests {
                key: key(),
                minutes: 60,
            },
            Alert::KeyBack { key: key() },
        ),
        Topic::Keys => (Alert::AllKeysRest, Alert::KeysAwake),
        Topic::Model => (
            Alert::ModelOff {
                model: model(),
                models_left: true,
            },
            Alert::ModelBack { model: model() },
        ),
        Topic::Models => (Alert::NoModels, Alert::ModelBack { model: model() }),
        Topic::Credits => (
            Alert::CreditsLow { left: 3 },
            Alert::CreditsBack { left: 900 },
        ),
        Topic::Failures => (
            Alert::Failing {
                failed: 4,
                ended: 5,
            },
            Alert::FailingOver,
        ),
        Topic::Texts => (
            Alert::Strange(Strange::new(599, "a quux", false)),
            Alert::StrangeOver {
                text: "a quux".into(),
            },
        ),
        Topic::Queue => (Alert::QueueLate { minutes: 16 }, Alert::QueueMoves),
        Topic::Outbox => (
            Alert::Unsent {
                minutes: 11,
                waiting: 3,
            },
            Alert::SentAgain,
        ),
        Topic::Certificate => (
            Alert::CertificateFails {
                host: host(),
                days: Some(3),
                obstacle: Obstacle::Silent,
            },
            Alert::CertificateBack { host: host() },
        ),
        Topic::Backup => (
            Alert::BackupFails {
                why: why(),
                hours: None,
            },
            Alert::BackupBack,
        ),
        Topic::Copy => (
            Alert::CopyFails {
                why: why(),
                hours: None,
            },
            Alert::CopyBack,
        ),
        Topic::Room => (Alert::NoRoom { free_mb: 1 }, Alert::RoomBack),
        Topic::Disk => (Alert::Unwritable { why: why() }, Alert::Writable),
        Topic::Books => (
            Alert::Breach {
                breaches: 1,
                first: why(),
            },
            Alert::BooksFine,
        ),
        Topic::Answers => {
            let changed = Alert::AnswersChanged {
                job: JobId(1),
                model: model(),
                shape: "code 200: taskId".into(),
            };
            (changed, Alert::AnswersFine { model: model() })
        }
        Topic::Result => {
            let (job, lack) = (JobId(1), Lack::Gone);
            return (Alert::NoResult { job, lack }, None);
        }
        Topic::Late => return (Alert::LateVideo { job: JobId(1) }, None),
        Topic::Panic => return (Alert::Panic { job: JobId(1) }, None),
        Topic::Restart => return (Alert::Restarted { before: NOW }, None),
        Topic::Author => {
            let trouble = Trouble::Budget;
            return (Alert::Unwritten { trouble }, None);
        }
        Topic::Clock => (Alert::ClockBack { minutes: 300 }, Alert::ClockFine),
        Topic::Part => {
            let part = Part::Janitor;
            (
                Alert::PartFails { part, why: why() },
                Alert::PartWorks { part },
            )
        }
        Topic::Undelivered => return (Alert::Undelivered { job: JobId(1) }, None),
        Topic::Rival => (Alert::Rival, Alert::RivalGone),
    };
    (bad, Some(over))
}

fn ground(off: &[Topic]) -> Ground {
    Ground::with(Shop {
        alerts: Alerting {
            off: off.to_vec(),
            quiet: Duration::from_secs(600),
            ..Alerting::default()
        },
        ..shop()
    })
}

impl Ground {
    /// Does something with alerts after so many seconds; what the operator reads of it.
    fn after<F>(&self, seconds: u64, work: F) -> Vec<Say>
    where
        F: Fn(&mut Txn<'_>, &Shop, Timestamp) -> Result<(), StoreError> + Send + 'static,
    {
        let (shop, before) = (self.shop.clone(), self.notes(ADMIN).len());
        self.write(move |txn| work(txn, &shop, later(NOW, seconds)));
        let told = self.notes(ADMIN).split_off(before);
        told.into_iter().map(|note| note.say).collect()
    }

    fn happens(&self, seconds: u64, alert: &Alert) -> Vec<Say> {
        let what = alert.clone();
        self.after(seconds, move |txn, shop, now| {
            alerts::alert(txn, shop, CAUSE, &what, now)
        })
    }

    fn lasts(&self, seconds: u64, alert: &Alert) -> Vec<Say> {
        let what = alert.clone();
        self.after(seconds, move |txn, shop, now| {
            alerts::lasts(txn, shop, CAUSE, &what, now)
        })
    }

    fn is_over(&self, seconds: u64, over: &Alert) -> Vec<Say> {
        let what = over.clone();
        self.after(seconds, move |txn, shop, now| {
            alerts::recovered(txn, shop, CAUSE, &what, now)
        })
    }

    fn catches_up(&self, seconds: u64) -> Vec<Say> {
        self.after(seconds, alerts::catch_up)
    }

    fn raised(&self) -> usize {
        self.store.snapshot().unwrap().raised().unwrap().len()
    }
}

#[test]
fn every_alert_is_told_once_held_back_counted_and_taken_back() {
    for topic in Topic::ALL {
        let ground = ground(&[]);
        let (bad, over) = of(topic);
        assert_eq!((bad.topic(), over.is_some()), (topic, topic.ends()));
        let told = || vec![Say::Alert(bad.clone())];
        let held = |alert: &Alert, held| {
            let alert = alert.clone();
            vec![Say::Held { alert, held }]
        };
        assert_eq!(ground.happens(0, &bad), told(), "{topic:?}");
        assert_eq!(ground.happens(1, &bad), []);
        assert_eq!(ground.happens(599, &bad), []);
        assert_eq!(ground.catches_up(599), []);
        assert_eq!(ground.catches_up(600), held(&bad, 2));
        assert_eq!(ground.catches_up(1300), [], "nothing was held back since");
        match over {
            None => {
                assert_eq!(ground.raised(), 0, "what has no end is forgotten");
                assert_eq!(ground.happens(1301, &bad), told());
            }
            Some(over) => {
                assert_eq!(ground.happens(1301, &bad), told());
                assert_eq!(ground.happens(1302, &bad), []);
                assert_eq!(ground.is_over(1303, &over), held(&over, 1));
                assert_eq!(ground.is_over(1304, &over), []);
                assert_eq!(ground.happens(1305, &bad), told(), "it is new trouble");
                assert_eq!(ground.is_over(1306, &over), [Say::Alert(over)]);
                assert_eq!(ground.raised(), 0);
            }
        }
    }
}

#[test]
fn what_lasts_is_told_again_when_it_was_quiet_and_not_counted() {
    for topic in Topic::ALL.into_iter().filter(|topic| topic.ends()) {
        let ground = ground(&[]);
        let (bad, over) = of(topic);
        assert_eq!(ground.lasts(0, &bad), [Say::Alert(bad.clone())]);
        for seconds in [60, 120, 599] {
            assert_eq!(ground.lasts(seconds, &bad), []);
        }
        assert_eq!(ground.lasts(600, &bad), [Say::Alert(bad.clone())]);
        let over = over.unwrap();
        assert_eq!(ground.is_over(601, &over), [Say::Alert(over)]);
    }
}

#[test]
fn what_is_switched_off_is_never_told() {
    for topic in Topic::ALL {
        let ground = ground(&[topic]);
        let (bad, over) = of(topic);
        assert_eq!(ground.happens(0, &bad), []);
        assert_eq!(ground.lasts(0, &bad), []);
        assert_eq!(ground.raised(), 0);
        if let Some(over) = over {
            assert_eq!(ground.is_over(1, &over), []);
        }
        let another = Topic::ALL.into_iter().find(|other| *other != topic);
        assert_eq!(ground.happens(2, &of(another.unwrap()).0).len(), 1);
    }
}

#[test]
fn what_is_switched_off_while_it_is_raised_ends_in_silence() {
    let mut ground = ground(&[]);
    let (bad, over) = of(Topic::Keys);
    assert_eq!(ground.happens(0, &bad).len(), 1);
    assert_eq!(ground.happens(1, &bad).len(), 0);
    ground.shop.alerts.off = vec![Topic::Keys];
    assert_eq!(ground.catches_up(700), []);
    assert_eq!(ground.is_over(701, &over.unwrap()), []);
    assert_eq!(ground.raised(), 0);
}

#[test]
fn a_clock_that_is_set_back_silences_nobody() {
    let ground = ground(&[]);
    let (bad, _) = of(Topic::Keys);
    assert_eq!(ground.happens(5000, &bad).len(), 1);
    assert_eq!(ground.happens(0, &bad).len(), 1);
}

#[test]
fn causes_are_quiet_each_for_itself_and_every_operator_reads_them() {
    let mut ground = ground(&[]);
    ground.shop.admins.push(BORIS);
    ground.turn(starts(BORIS, 1));
    let greeted = ground.notes(BORIS).len();
    let tell = |cause: &'static str| {
        ground.after(0, move |txn, shop, now| {
            alerts::alert(txn, shop, cause, &Alert::AllKeysRest, now)
        })
    };
    assert_eq!(tell("one").len(), 1);
    assert_eq!(tell("two").len(), 1);
    assert_eq!(tell("one").len(), 0);
    assert_eq!(ground.notes(BORIS).len() - greeted, 2);
}
