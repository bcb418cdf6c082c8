//! Alerts in words.

use fluent_bundle::FluentValue;

use super::{Message, Words};
use crate::rules::domain::alert::{Alert, Lack, Obstacle, Trouble};
use crate::rules::domain::failure::Source;
use crate::rules::domain::id::Code;
use crate::rules::domain::part::Part;
use crate::rules::domain::user::Lang;

impl Words {
    /// An alert, and how often it was held back.
    pub(super) fn held(&self, lang: Lang, alert: &Alert, held: u32) -> Message {
        let alert = self.alert(lang, alert);
        let again = self.text(lang, "alert-held", &[("held", held.into())]);
        Message {
            text: format!("{}\n\n{again}", alert.text),
            ..alert
        }
    }

    /// How old the newest backup is.
    fn newest(&self, lang: Lang, hours: Option<u64>) -> String {
        match hours {
            Some(hours) => self.text(lang, "backup-newest", &[("hours", hours.into())]),
            None => self.plain(lang, "backup-none"),
        }
    }

    fn part(&self, lang: Lang, part: Part) -> FluentValue<'static> {
        let key = format!("part-{}", part.word());
        self.plain(lang, &key).into()
    }

    pub(super) fn alert(&self, lang: Lang, alert: &Alert) -> Message {
        let (key, args): (_, Vec<(&str, FluentValue<'static>)>) = match alert {
            Alert::Billing { source, key: None } => {
                ("alert-billing", vec![("source", name(*source))])
            }
            Alert::Billing {
                source,
                key: Some(key),
            } => (
                "alert-billing-key",
                vec![("source", name(*source)), ("key", key.clone().into())],
            ),
            Alert::NoModels => ("alert-no-models", vec![]),
            Alert::BillingOver { source } => {
                ("alert-billing-over", vec![("source", name(*source))])
            }
            Alert::ModelOff {
                model,
                models_left: true,
            } => ("alert-model-off", vec![("model", model.0.clone().into())]),
            Alert::ModelOff {
                model,
                models_left: false,
            } => (
                "alert-model-off-last",
                vec![("model", model.0.clone().into())],
            ),
            Alert::ModelBack { model } => {
                ("alert-model-back", vec![("model", model.0.clone().into())])
            }
            Alert::AllKeysRest => ("alert-all-keys-rest", vec![]),
            Alert::KeysAwake => ("alert-keys-awake", vec![]),
            Alert::Panic { job } => (
                "alert-panic",
                vec![("job", Code::Job(*job).to_string().into())],
            ),
            Alert::NoRoom { free_mb } => ("alert-no-room", vec![("free", (*free_mb).into())]),
            Alert::RoomBack => ("alert-room-back", vec![]),
            Alert::Unwritable { why } => ("alert-unwritable", vec![("why", why.clone().into())]),
            Alert::Writable => ("alert-writable", vec![]),
            Alert::Breach { breaches, first } => (
                "alert-breach",
                vec![
                    ("breaches", (*breaches).into()),
                    ("first", first.clone().into()),
                ],
            ),
            Alert::BooksFine => ("alert-books-fine", vec![]),
            Alert::CertificateFails {
                host,
                days,
                obstacle,
            } => {
                let why = self.plain(lang, why(*obstacle));
                let mut args = vec![("host", host.clone().into()), ("why", why.into())];
                args.extend(days.map(|days| ("days", days.into())));
                let late = days.is_some();
                let key = if late {
                    "alert-certificate-ends"
                } else {
                    "alert-certificate-none"
                };
                (key, args)
            }
            Alert::CertificateBack { host } => (
                "alert-certificate-back",
                vec![("host", host.clone().into())],
            ),
            Alert::CertificateUnkept { host } => (
                "alert-certificate-unkept",
                vec![("host", host.clone().into())],
            ),
            Alert::CertificateKept { host } => (
                "alert-certificate-kept",
                vec![("host", host.clone().into())],
            ),
            Alert::BackupFails { why, hours } => {
                let newest = self.newest(lang, *hours);
                let args = vec![("why", why.clone().into()), ("newest", newest.into())];
                ("alert-backup-fails", args)
            }
            Alert::BackupLate { hours } => {
                let newest = self.newest(lang, *hours);
                ("alert-backup-late", vec![("newest", newest.into())])
            }
            Alert::BackupBack => ("alert-backup-back", vec![]),
            Alert::CopyFails { why, hours } => {
                let newest = self.newest(lang, *hours);
                let args = vec![("why", why.clone().into()), ("newest", newest.into())];
                ("alert-copy-fails", args)
            }
            Alert::CopyBack => ("alert-copy-back", vec![]),
            Alert::KeyRests { key, minutes } => (
                "alert-key-rests",
                vec![("key", key.clone().into()), ("minutes", (*minutes).into())],
            ),
            Alert::KeyBack { key } => ("alert-key-back", vec![("key", key.clone().into())]),
            Alert::CreditsLow { left } => ("alert-credits-low", vec![("left", (*left).into())]),
            Alert::CreditsBack { left } => ("alert-credits-back", vec![("left", (*left).into())]),
            Alert::Failing { failed, ended } => (
                "alert-failing",
                vec![("failed", (*failed).into()), ("ended", (*ended).into())],
            ),
            Alert::FailingOver => ("alert-failing-over", vec![]),
            Alert::QueueLate { minutes } => {
                ("alert-queue-late", vec![("minutes", (*minutes).into())])
            }
            Alert::QueueMoves => ("alert-queue-moves", vec![]),
            Alert::Unsent { minutes, waiting } => (
                "alert-unsent",
                vec![
                    ("minutes", (*minutes).into()),
                    ("waiting", (*waiting).into()),
                ],
            ),
            Alert::SentAgain => ("alert-sent-again", vec![]),
            Alert::Undelivered { job } => (
                "alert-undelivered",
                vec![("job", Code::Job(*job).to_string().into())],
            ),
            Alert::Rival => ("alert-rival", vec![]),
            Alert::RivalGone => ("alert-rival-gone", vec![]),
            Alert::Restarted { before } => {
                ("alert-restarted", vec![("before", before.utc().into())])
            }
            Alert::Unwritten { trouble } => {
                let why = self.plain(lang, unwritten(*trouble));
                ("alert-unwritten", vec![("why", why.into())])
            }
            Alert::AnswersChanged { job, model, shape } => (
                "alert-answers-changed",
                vec![
                    ("job", Code::Job(*job).to_string().into()),
                    ("model", model.0.clone().into()),
                    ("shape", shape.clone().into()),
                ],
            ),
            Alert::AnswersFine { model } => (
                "alert-answers-fine",
                vec![("model", model.0.clone().into())],
            ),
            Alert::NoResult { job, lack } => {
                let why = self.plain(lang, lacking(*lack));
                let job = Code::Job(*job).to_string();
                let args = vec![("job", job.into()), ("why", why.into())];
                ("alert-no-result", args)
            }
            Alert::LateVideo { job } => (
                "alert-late-video",
                vec![("job", Code::Job(*job).to_string().into())],
            ),
            Alert::Doubled { job } => (
                "alert-doubled",
                vec![("job", Code::Job(*job).to_string().into())],
            ),
            Alert::Strange(strange) => {
                let mut args = vec![
                    ("code", strange.code.into()),
                    ("text", strange.text.clone().into()),
                ];
                if strange.request {
                    ("alert-strange-request", args)
                } else {
                    args.push(("row", strange.row().into()));
                    ("alert-strange", args)
                }
            }
            Alert::StrangeOver { text } => {
                ("alert-strange-over", vec![("text", text.clone().into())])
            }
            Alert::ClockAhead { minutes } => {
                ("alert-clock-ahead", vec![("minutes", (*minutes).into())])
            }
            Alert::ClockBack { minutes } => {
                ("alert-clock-back", vec![("minutes", (*minutes).into())])
            }
            Alert::ClockFine => ("alert-clock-fine", vec![]),
            Alert::PartFails { part, why } => {
                let args = vec![
                    ("part", self.part(lang, *part)),
                    ("why", why.clone().into()),
                ];
                ("alert-part-fails", args)
            }
            Alert::PartWorks { part } => {
                ("alert-part-works", vec![("part", self.part(lang, *part))])
            }
        };
        self.said(lang, key, &args, vec![])
    }
}

/// The text that tells what is the matter with a result.
fn lacking(lack: Lack) -> &'static str {
    match lack {
        Lack::Nameless => "result-nameless",
        Lack::Gone => "result-gone",
        Lack::NotAVideo => "result-no-video",
        Lack::NotWhole => "result-not-whole",
        Lack::Forbidden => "result-forbidden",
    }
}

/// The text that tells what stands in the way of a certificate.
fn why(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Silent => "certificate-silent",
        Obstacle::Unseen => "certificate-unseen",
        Obstacle::Limited => "certificate-limited",
        Obstacle::Account => "certificate-account",
        Obstacle::Refused => "certificate-refused",
        Obstacle::Files => "certificate-files",
        Obstacle::Machine => "certificate-machine",
    }
}

/// The text that tells why there is no script of the author's.
fn unwritten(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unfound => "unwritten-unfound",
        Trouble::Forbidden => "unwritten-forbidden",
        Trouble::Request => "unwritten-request",
        Trouble::Budget => "unwritten-budget",
        Trouble::Senseless => "unwritten-senseless",
    }
}

fn name(source: Source) -> FluentValue<'static> {
    source.word().to_uppercase().into()
}
