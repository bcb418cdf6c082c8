//! Words and buttons: what each `Say` is in a seller's language.

mod alerts;
mod office;

use std::collections::HashMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::brief::{Count, Template};
use crate::domain::failure::Kind;
use crate::domain::id::{Code, JobId, ModelName, UpdateId};
use crate::domain::user::Lang;
use crate::flow::event::{Button, Command, Style};
use crate::flow::say::{Ask, Hint, Say, Toast, Video};

/// The Russian texts that are compiled in.
pub const RU: &str = include_str!("../../data/texts/ru.ftl");
/// The English texts that are compiled in.
pub const EN: &str = include_str!("../../data/texts/en.ftl");

/// Every text of the bot, and what the operator fills into them.
pub struct Words {
    bundles: [(Lang, FluentBundle<FluentResource>); 2],
    shop: Labels,
}

/// What the operator fills into the texts.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// The support contact, without `@`.
    pub support: String,
    /// The packages on sale, per language.
    pub packages: HashMap<Lang, String>,
    /// What sellers call a model.
    pub titles: HashMap<ModelName, String>,
    /// The button of each template, per language.
    pub templates: HashMap<(Lang, Template), String>,
}

/// A message as Telegram takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text, or the caption.
    pub text: String,
    /// The buttons below it.
    pub keyboard: Vec<Vec<Key>>,
    /// Whether it goes with the menu's picture.
    pub picture: bool,
}

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Comes back to us.
    Press(String, Button),
    /// Opens an address.
    Open(String, String),
}

/// How one video of an order fares, as the status message shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Waits for its first attempt.
    Queued,
    /// Waits for another one.
    Retrying(JobId),
    /// The script is being written.
    Preparing,
    /// The provider films, with this model.
    Rendering(ModelName),
    /// The video is being fetched.
    Rendered,
    /// Ready.
    Done,
    /// Refunded.
    Failed(JobId),
}

/// Why texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// Not Fluent.
    #[error("texts/{lang}.ftl: line {line}: {what}")]
    Syntax {
        /// Which file.
        lang: &'static str,
        /// Which line.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// Texts that the bot needs are missing.
    #[error("texts/{lang}.ftl: these texts are missing: {}", keys.join(", "))]
    Missing {
        /// Which file.
        lang: &'static str,
        /// Which texts.
        keys: Vec<String>,
    },
}

impl Words {
    /// Reads both languages; every text that the compiled-in file has must be there. All mistakes are told.
    pub fn new(ru: &str, en: &str, shop: Labels) -> Result<Self, Vec<WordsError>> {
        match (bundle(Lang::Ru, ru, RU), bundle(Lang::En, en, EN)) {
            (Ok(ru), Ok(en)) => Ok(Self {
                bundles: [(Lang::Ru, ru), (Lang::En, en)],
                shop,
            }),
            (ru, en) => Err([ru.err(), en.err()]
                .into_iter()
                .flatten()
                .flatten()
                .collect()),
        }
    }

    /// A text without anything to fill in but the shop's labels.
    pub fn plain(&self, lang: Lang, key: &str) -> String {
        self.text(lang, key, &[])
    }

    /// What a seller reads and can press. The status message of an order is [`Words::status`].
    pub fn message(&self, lang: Lang, say: &Say) -> Message {
        match say {
            Say::Welcome { balance } => {
                let text = self.text(lang, "welcome", &[("balance", balance.0.into())]);
                Message {
                    text,
                    keyboard: self.menu(lang),
                    picture: true,
                }
            }
            Say::Menu { hint } => {
                let text = self.hinted(lang, *hint, self.plain(lang, "menu"));
                Message {
                    text,
                    keyboard: self.menu(lang),
                    picture: true,
                }
            }
            Say::Ask { hint, ask } => {
                let (text, keyboard) = self.ask(lang, ask);
                Message {
                    text: self.hinted(lang, *hint, text),
                    keyboard,
                    picture: false,
                }
            }
            Say::Help => self.said(lang, "help", &[], vec![self.to_menu(lang)]),
            Say::Support => {
                let write = Key::Open(
                    self.plain(lang, "button-write-support"),
                    self.support_link(),
                );
                self.said(lang, "support", &[], vec![vec![write], self.to_menu(lang)])
            }
            Say::Cabinet { balance } => {
                let topup = vec![self.press(lang, "button-topup", Button::TopUp)];
                let keyboard = vec![topup, self.to_menu(lang)];
                self.said(lang, "cabinet", &[("balance", balance.0.into())], keyboard)
            }
            Say::TopUp => {
                let packages = self.shop.packages.get(&lang).cloned().unwrap_or_default();
                let write = Key::Open(
                    self.plain(lang, "button-write-support"),
                    self.support_link(),
                );
                let keyboard = vec![vec![write], self.to_menu(lang)];
                self.said(lang, "topup", &[("packages", packages.into())], keyboard)
            }
            Say::TooFew {
                draft,
                need,
                balance,
            } => {
                let mut keyboard = vec![vec![self.press(lang, "button-topup", Button::TopUp)]];
                let affordable = Count::ALL
                    .into_iter()
                    .filter(|count| count.price() <= *balance);
                keyboard.extend(affordable.map(|count| vec![self.count(lang, *draft, count)]));
                keyboard.push(self.to_menu(lang));
                let args = [
                    ("need", need.0.into()),
                    ("balance", balance.0.into()),
                    ("affordable", keyboard.len().saturating_sub(2).into()),
                ];
                self.said(lang, "too-few", &args, keyboard)
            }
            Say::Accepted { count } => {
                self.said(lang, "accepted", &[("count", (*count).into())], vec![])
            }
            Say::AlbumFirst => self.said(lang, "album-first", &[], vec![]),
            Say::Group => self.said(lang, "group", &[], vec![]),
            Say::Status { .. } => self.said(lang, "status-running", &[], vec![]),
            Say::Video(video) => {
                let text = format!(
                    "{}\n\n{}",
                    self.plain(lang, "video"),
                    self.video_note(lang, video)
                );
                Message {
                    text,
                    keyboard: vec![self.after_video(lang, video)],
                    picture: false,
                }
            }
            Say::VideoLink(video) => self.video_link(lang, video),
            Say::Retrying => self.said(lang, "retrying", &[], vec![]),
            Say::RetryingJob { job } => {
                let code = self.code(lang, "reference", Code::Job(*job));
                let text = format!("{}\n\n{code}", self.plain(lang, "retrying"));
                Message {
                    text,
                    keyboard: vec![],
                    picture: false,
                }
            }
            Say::Refunded { job, kind, model } => self.refunded(lang, *job, *kind, model.as_ref()),
            Say::Granted { credits, balance } => {
                let key = if *credits < 0 {
                    "taken-back"
                } else {
                    "granted"
                };
                let args = [
                    ("credits", credits.unsigned_abs().into()),
                    ("balance", balance.0.into()),
                ];
                self.said(lang, key, &args, vec![])
            }
            Say::Alert(alert) => self.alert(lang, alert),
            Say::Held { alert, held } => self.held(lang, alert, *held),
            Say::Banned => {
                let write = Key::Open(
                    self.plain(lang, "button-write-support"),
                    self.support_link(),
                );
                self.said(lang, "banned", &[], vec![vec![write]])
            }
            Say::Desk(line) => self.line(lang, line),
            // What there is to see only the sender knows.
            Say::Report { .. } | Say::Progress { .. } => {
                self.said(lang, "report-none", &[], vec![])
            }
            Say::Letter(letter) => Message {
                text: letter.text.clone(),
                keyboard: vec![],
                picture: false,
            },
        }
    }

    /// The status message of an order.
    pub fn status(&self, lang: Lang, videos: &[Progress]) -> Message {
        let over = videos
            .iter()
            .all(|video| matches!(video, Progress::Done | Progress::Failed(_)));
        let done = videos
            .iter()
            .filter(|video| **video == Progress::Done)
            .count();
        let head = if over {
            self.text(
                lang,
                "status-over",
                &[("done", done.into()), ("count", videos.len().into())],
            )
        } else {
            self.plain(lang, "status-running")
        };
        let lines = videos.iter().zip(1..).map(|(video, number): (_, u32)| {
            let state = self.progress(lang, video);
            self.text(
                lang,
                "status-line",
                &[("number", number.into()), ("state", state.into())],
            )
        });
        let text = format!("{head}\n\n{}", lines.collect::<Vec<_>>().join("\n"));
        Message {
            text,
            keyboard: vec![],
            picture: false,
        }
    }

    /// What appears for a moment on a pressed button; nothing for a plain one.
    pub fn toast(&self, lang: Lang, toast: Toast) -> Option<String> {
        let key = match toast {
            Toast::Plain => return None,
            Toast::Stale => "toast-stale",
            Toast::Already => "toast-already",
            Toast::Launched => "toast-launched",
            Toast::Stopping => "toast-stopping",
        };
        Some(self.plain(lang, key))
    }

    /// What is said when an update cannot be stored, not even that it was said.
    pub fn outage(&self, lang: Lang, update: UpdateId) -> Message {
        let code = self.code(lang, "reference-support", Code::Update(update));
        Message {
            text: format!("{}\n\n{code}", self.plain(lang, "outage")),
            keyboard: vec![],
            picture: false,
        }
    }

    /// What the commands of the bot's menu do.
    pub fn commands(&self, lang: Lang) -> Vec<(&'static str, String)> {
        Command::SHOWN
            .into_iter()
            .map(|(_, name)| (name, self.plain(lang, &format!("command-{name}"))))
            .collect()
    }

    fn progress(&self, lang: Lang, video: &Progress) -> String {
        let key = match video {
            Progress::Queued => "state-queued",
            Progress::Retrying(job) => return self.coded(lang, "state-retrying", *job),
            Progress::Preparing => "state-preparing",
            Progress::Rendering(model) => {
                let title = self.title(lang, Some(model));
                return self.text(lang, "state-rendering-by", &[("model", title.into())]);
            }
            Progress::Rendered => "state-rendered",
            Progress::Done => "state-done",
            Progress::Failed(job) => return self.coded(lang, "state-failed", *job),
        };
        self.plain(lang, key)
    }

    /// A text with its job's code behind it.
    fn coded(&self, lang: Lang, key: &str, job: JobId) -> String {
        let state = self.plain(lang, key);
        let code = Code::Job(job).to_string();
        self.text(
            lang,
            "state-code",
            &[("state", state.into()), ("code", code.into())],
        )
    }

    /// The line with a reference code.
    fn code(&self, lang: Lang, key: &str, code: Code) -> String {
        self.text(lang, key, &[("code", code.to_string().into())])
    }

    fn ask(&self, lang: Lang, ask: &Ask) -> (String, Vec<Vec<Key>>) {
        match ask {
            Ask::Photo => (self.plain(lang, "ask-photo"), vec![]),
            Ask::Text => (self.plain(lang, "ask-text"), vec![]),
            Ask::Prompt => (self.plain(lang, "ask-prompt"), vec![]),
            Ask::Wishes => (self.plain(lang, "ask-wishes"), vec![]),
            Ask::Template { draft } => {
                let keys = Style::ALL.map(|style| {
                    let draft = *draft;
                    vec![Key::Press(
                        self.style(lang, style),
                        Button::Style { draft, style },
                    )]
                });
                (self.plain(lang, "ask-template"), keys.to_vec())
            }
            Ask::Count { draft } => {
                let keys = Count::ALL.map(|count| vec![self.count(lang, *draft, count)]);
                (self.plain(lang, "ask-count"), keys.to_vec())
            }
            Ask::Confirm {
                draft,
                count,
                cost,
                balance,
            } => {
                let args = [
                    ("count", (*count).into()),
                    ("cost", cost.0.into()),
                    ("balance", balance.0.into()),
                ];
                let keys = vec![
                    vec![self.press(lang, "button-confirm", Button::Confirm { draft: *draft })],
                    vec![self.press(lang, "button-cancel", Button::Cancel { draft: *draft })],
                ];
                (self.text(lang, "ask-confirm", &args), keys)
            }
        }
    }

    /// The button of a style.
    pub fn style(&self, lang: Lang, style: Style) -> String {
        match style {
            Style::Own => self.plain(lang, "button-self"),
            Style::Template(template) => {
                let titled = self.shop.templates.get(&(lang, template));
                titled
                    .cloned()
                    .unwrap_or_else(|| template.name().to_owned())
            }
        }
    }

    fn hinted(&self, lang: Lang, hint: Option<Hint>, text: String) -> String {
        match hint {
            Some(hint) => format!("{}\n\n{text}", self.plain(lang, hint_key(hint))),
            None => text,
        }
    }

    fn refunded(&self, lang: Lang, job: JobId, kind: Kind, model: Option<&ModelName>) -> Message {
        let key = match kind {
            Kind::UserViolation => "refund-user-violation",
            Kind::Billing | Kind::ModelOff => "refund-billing",
            Kind::RateLimit => "refund-rate-limit",
            Kind::Temporary => "refund-temporary",
            Kind::Unknown => "refund-unknown",
            Kind::BadPhoto => "refund-bad-photo",
            Kind::Cancelled => "refund-cancelled",
        };
        let text = self.text(lang, key, &[("model", self.title(lang, model).into())]);
        let reference = match kind {
            // What to do is said, and support could do no more.
            Kind::UserViolation | Kind::BadPhoto | Kind::RateLimit => "reference",
            Kind::Billing | Kind::ModelOff | Kind::Temporary | Kind::Unknown | Kind::Cancelled => {
                "reference-support"
            }
        };
        let code = self.code(lang, reference, Code::Job(job));
        let text = format!("{text}\n\n{code}");
        Message {
            text,
            keyboard: vec![self.to_menu(lang)],
            picture: false,
        }
    }

    fn video_note(&self, lang: Lang, video: &Video) -> String {
        let args = [
            ("number", video.number.into()),
            ("count", video.count.into()),
            ("model", self.title(lang, Some(&video.model)).into()),
        ];
        self.text(lang, "video-note", &args)
    }

    fn video_link(&self, lang: Lang, video: &Video) -> Message {
        let text = format!(
            "{}\n\n{}\n\n{}\n{}\n\n{}",
            self.plain(lang, "video"),
            self.video_note(lang, video),
            self.plain(lang, "video-link"),
            video.url,
            self.code(lang, "reference-support", Code::Job(video.job)),
        );
        let open = Key::Open(self.plain(lang, "button-download"), video.url.clone());
        Message {
            text,
            keyboard: vec![vec![open], self.after_video(lang, video)],
            picture: false,
        }
    }

    fn after_video(&self, lang: Lang, video: &Video) -> Vec<Key> {
        let again = self.press(lang, "button-again", Button::Again(video.order));
        vec![again, self.press(lang, "button-menu", Button::Menu)]
    }

    /// What sellers call a model.
    pub fn title(&self, lang: Lang, model: Option<&ModelName>) -> String {
        let known = model.map(|model| {
            self.shop
                .titles
                .get(model)
                .cloned()
                .unwrap_or(model.0.clone())
        });
        known.unwrap_or_else(|| self.plain(lang, "the-model"))
    }

    fn menu(&self, lang: Lang) -> Vec<Vec<Key>> {
        vec![
            vec![self.press(lang, "button-make", Button::Make)],
            vec![self.press(lang, "button-cabinet", Button::Cabinet)],
            vec![self.press(lang, "button-support", Button::Support)],
        ]
    }

    fn to_menu(&self, lang: Lang) -> Vec<Key> {
        vec![self.press(lang, "button-menu", Button::Menu)]
    }

    fn count(&self, lang: Lang, draft: crate::domain::id::DraftId, count: Count) -> Key {
        let label = self.text(lang, "button-count", &[("count", count.number().into())]);
        Key::Press(label, Button::Count { draft, count })
    }

    /// A button with a text of its own.
    pub fn press(&self, lang: Lang, key: &str, button: Button) -> Key {
        Key::Press(self.plain(lang, key), button)
    }

    fn support_link(&self) -> String {
        format!("https://t.me/{}", self.shop.support)
    }

    fn said(
        &self,
        lang: Lang,
        key: &str,
        args: &[(&str, FluentValue<'_>)],
        keyboard: Vec<Vec<Key>>,
    ) -> Message {
        Message {
            text: self.text(lang, key, args),
            keyboard,
            picture: false,
        }
    }

    /// A text with what is to be filled in.
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let (_, bundle) = self
            .bundles
            .iter()
            .find(|(known, _)| *known == lang)
            .expect("every language is loaded");
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(text = key, lang = lang.code(), "a text is missing");
            return key.to_owned();
        };
        let mut filled = FluentArgs::new();
        filled.set("support", self.shop.support.clone());
        for (name, value) in args {
            filled.set((*name).to_owned(), value.clone());
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&filled), &mut errors);
        if !errors.is_empty() {
            tracing::error!(
                text = key,
                lang = lang.code(),
                "a text does not fit its variables"
            );
        }
        text.into_owned()
    }
}

fn hint_key(hint: Hint) -> &'static str {
    match hint {
        Hint::NeedPhoto => "hint-need-photo",
        Hint::NeedText => "hint-need-text",
        Hint::NeedButton => "hint-need-button",
        Hint::EmptyText => "hint-empty-text",
        Hint::TooLong => "hint-too-long",
        Hint::HavePhoto => "hint-have-photo",
        Hint::PhotoReplaced => "hint-photo-replaced",
        Hint::CaptionTaken => "hint-caption-taken",
        Hint::NotAPicture => "hint-not-a-picture",
        Hint::FileTooBig => "hint-file-too-big",
        Hint::PhotoTooSmall => "hint-photo-too-small",
        Hint::EditIgnored => "hint-edit-ignored",
        Hint::OldButton => "hint-old-button",
        Hint::UnknownCommand => "hint-unknown-command",
        Hint::NotUnderstood => "hint-not-understood",
        Hint::Cancelled => "hint-cancelled",
        Hint::NothingToCancel => "hint-nothing-to-cancel",
        Hint::SameAgain => "hint-same-again",
        Hint::NoRoom => "hint-no-room",
        Hint::Paused => "hint-paused",
        Hint::PausedEarly => "hint-paused-early",
    }
}

fn bundle(
    lang: Lang,
    source: &str,
    complete: &str,
) -> Result<FluentBundle<FluentResource>, Vec<WordsError>> {
    let file = lang.code();
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
        let errors = errors.into_iter().map(|error| {
            let before = source.as_bytes().iter().take(error.pos.start);
            WordsError::Syntax {
                lang: file,
                line: before.filter(|byte| **byte == b'\n').count() + 1,
                what: error.to_string(),
            }
        });
        errors.collect::<Vec<_>>()
    })?;
    let id: LanguageIdentifier = file.parse().expect("our language codes are well-formed");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    let missing: Vec<String> = keys(complete)
        .filter(|key| !bundle.has_message(key))
        .map(str::to_owned)
        .collect();
    if missing.is_empty() {
        Ok(bundle)
    } else {
        Err(vec![WordsError::Missing {
            lang: file,
            keys: missing,
        }])
    }
}

/// The names of a Fluent file's messages.
fn keys(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credit::Credits;
    use crate::domain::failure::Source;
    use crate::domain::id::{DraftId, OrderId};
    use crate::flow::alert::{Alert, Obstacle};

    pub(super) fn words() -> Words {
        let titles = [(ModelName("sora".into()), "SORA 2".to_owned())].into();
        let templates = Lang::ALL.into_iter().flat_map(|lang| {
            Template::ALL.map(|template| ((lang, template), "🎥 a template".into()))
        });
        let templates = templates.collect();
        let packages = Lang::ALL.map(|lang| (lang, "5 — 500".to_owned())).into();
        Words::new(
            RU,
            EN,
            Labels {
                support: "help".into(),
                packages,
                titles,
                templates,
            },
        )
        .unwrap()
    }

    fn every_say() -> Vec<Say> {
        let (draft, order, job) = (DraftId(u64::MAX), OrderId(u64::MAX), JobId(7));
        let model = ModelName("sora".into());
        let video = Video {
            order,
            job,
            number: 2,
            count: 3,
            model: model.clone(),
            url: "https://example.org/v.mp4".into(),
        };
        let mut says = vec![
            Say::Welcome {
                balance: Credits(2),
            },
            Say::Menu { hint: None },
            Say::Help,
            Say::Support,
            Say::TopUp,
            Say::TooFew {
                draft,
                need: Credits(5),
                balance: Credits(2),
            },
            Say::AlbumFirst,
            Say::Group,
            Say::Video(video.clone()),
            Say::VideoLink(video),
            Say::Retrying,
            Say::RetryingJob { job },
            Say::Granted {
                credits: 3,
                balance: Credits(5),
            },
            Say::Granted {
                credits: -1,
                balance: Credits(0),
            },
        ];
        says.extend([0, 1, 2, 5, 11, 21].map(|n| Say::Cabinet {
            balance: Credits(n),
        }));
        says.extend([1, 3, 5].map(|count| Say::Accepted { count }));
        let (cost, balance) = (Credits(3), Credits(5));
        says.extend(
            [
                Ask::Photo,
                Ask::Text,
                Ask::Template { draft },
                Ask::Prompt,
                Ask::Wishes,
                Ask::Count { draft },
                Ask::Confirm {
                    draft,
                    count: 3,
                    cost,
                    balance,
                },
            ]
            .map(|ask| Say::Ask { hint: None, ask }),
        );
        says.extend(Hint::ALL.map(|hint| Say::Menu { hint: Some(hint) }));
        says.extend(Kind::ALL.map(|kind| Say::Refunded {
            job,
            kind,
            model: Some(model.clone()),
        }));
        says.push(Say::Refunded {
            job,
            kind: Kind::UserViolation,
            model: None,
        });
        let source = Source::Kie;
        says.extend(
            [
                Alert::Billing { source, key: None },
                Alert::Billing {
                    source,
                    key: Some("0011".into()),
                },
                Alert::NoModels,
                Alert::BillingOver { source },
                Alert::ModelOff {
                    model: model.clone(),
                    models_left: true,
                },
                Alert::ModelOff {
                    model: model.clone(),
                    models_left: false,
                },
                Alert::ModelBack { model },
                Alert::AllKeysRest,
                Alert::KeysAwake,
                Alert::Panic { job },
                Alert::NoRoom { free_mb: 150 },
                Alert::RoomBack,
                Alert::Unwritable {
                    why: "No space left on device".into(),
                },
                Alert::Writable,
                Alert::Breach {
                    breaches: 2,
                    first: "it moves 2 for a job [ledger.v2/7]".into(),
                },
                Alert::BooksFine,
                Alert::BackupBack,
                Alert::CopyBack,
                Alert::KeyRests {
                    key: "0a1b".into(),
                    minutes: 60,
                },
                Alert::KeyBack { key: "0a1b".into() },
                Alert::CreditsLow { left: 120 },
                Alert::CreditsBack { left: 9000 },
                Alert::Failing {
                    failed: 5,
                    ended: 8,
                },
                Alert::FailingOver,
                Alert::QueueLate { minutes: 16 },
                Alert::QueueMoves,
                Alert::Unsent {
                    minutes: 11,
                    waiting: 40,
                },
                Alert::SentAgain,
                Alert::Restarted {
                    before: crate::domain::time::Timestamp(1_769_083_200_000),
                },
                Alert::CertificateBack {
                    host: "cards.example.org".into(),
                },
            ]
            .map(Say::Alert),
        );
        for hours in [None, Some(0), Some(7)] {
            let why = String::from("there is no room on the disk");
            let fails = Alert::BackupFails {
                why: why.clone(),
                hours,
            };
            let copy = Alert::CopyFails { why, hours };
            says.extend([fails, Alert::BackupLate { hours }, copy].map(Say::Alert));
            let alert = Alert::AllKeysRest;
            says.push(Say::Held { alert, held: 3 });
        }
        for obstacle in Obstacle::ALL {
            says.extend([None, Some(0), Some(5)].map(|days| {
                Say::Alert(Alert::CertificateFails {
                    host: "cards.example.org".into(),
                    days,
                    obstacle,
                })
            }));
        }
        says
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let (mut ru, mut en): (Vec<_>, Vec<_>) = (keys(RU).collect(), keys(EN).collect());
        ru.sort_unstable();
        en.sort_unstable();
        assert_eq!(ru, en);
    }

    #[test]
    fn everything_that_can_be_said_has_words_that_fit_telegram() {
        let words = words();
        for lang in Lang::ALL {
            for say in every_say() {
                let message = words.message(lang, &say);
                assert!(
                    !message.text.contains(['{', '}']),
                    "{say:?}: {}",
                    message.text
                );
                assert!(message.text.chars().count() <= 1024, "{say:?}");
                assert!(message.text.contains(' '), "{say:?}: {}", message.text);
                for key in message.keyboard.iter().flatten() {
                    let (Key::Press(label, _) | Key::Open(label, _)) = key;
                    assert!(label.contains(' '), "{label}");
                }
            }
            for toast in [
                Toast::Stale,
                Toast::Already,
                Toast::Launched,
                Toast::Stopping,
            ] {
                assert!(words.toast(lang, toast).unwrap().chars().count() <= 200);
            }
            assert!(
                words
                    .commands(lang)
                    .iter()
                    .all(|(_, what)| !what.contains("command-"))
            );
        }
    }

    #[test]
    fn russian_counts_credits_as_russians_do() {
        let words = words();
        let said = |n| {
            words
                .message(
                    Lang::Ru,
                    &Say::Cabinet {
                        balance: Credits(n),
                    },
                )
                .text
        };
        for (n, form) in [
            (0, "0 кредитов"),
            (1, "1 кредит\n"),
            (2, "2 кредита"),
            (5, "5 кредитов"),
            (11, "11 кредитов"),
            (21, "21 кредит\n"),
            (112, "112 кредитов"),
        ] {
            assert!(said(n).contains(form), "{n}: {}", said(n));
        }
    }

    #[test]
    fn the_words_are_those_of_the_spec() {
        let words = words();
        let text = |say: &Say| words.message(Lang::Ru, say).text;
        let draft = DraftId(1);
        let ask = Ask::Confirm {
            draft,
            count: 3,
            cost: Credits(3),
            balance: Credits(5),
        };
        assert_eq!(
            text(&Say::Ask { hint: None, ask }),
            "🎬 Готовы запустить генерацию?\n\nКоличество видео: 3\nСтоимость: 3 кредита\n\
             Текущий баланс: 5\n\n⏱ Генерация займёт от 1 до 30 минут\n\nЗапускаем?"
        );
        assert_eq!(
            text(&Say::Accepted { count: 3 }),
            "✅ Принял!\n\n🎬 Генерация 3 видео запущена!\n\n\
             ⏱ Ожидайте — это может занять от 1 до 30 минут\n\n\
             Я пришлю результаты сюда по мере готовности."
        );
        let model = Some(ModelName("sora".into()));
        let violation = Say::Refunded {
            job: JobId(1),
            kind: Kind::UserViolation,
            model,
        };
        assert!(text(&violation).starts_with(
            "⚠️ Вы нарушили правила SORA 2\n\nВнимательно изучите требования к:\n\
             • фото (чаще всего проблема в фото)\n• промпту\n\n1 кредит вернули на баланс ✅"
        ));
        assert_eq!(
            text(&Say::RetryingJob { job: JobId(1) }),
            "⚠️ Временная ошибка генерации\n\nМы попробуем ещё раз автоматически.\n\
             Если не получится - вернём кредит.\n\nКод: J1"
        );
    }

    #[test]
    fn whatever_tells_of_a_failure_has_a_code_that_can_be_looked_up() {
        let words = words();
        let (job, order) = (JobId(17), OrderId(3));
        let model = ModelName("sora".into());
        let url = "https://example.org/v.mp4".into();
        let (number, count) = (1, 1);
        let video = Video {
            order,
            job,
            number,
            count,
            model,
            url,
        };
        let mut failures = vec![Say::RetryingJob { job }, Say::VideoLink(video)];
        failures.extend(Kind::ALL.map(|kind| Say::Refunded {
            job,
            kind,
            model: None,
        }));
        for lang in Lang::ALL {
            let said = failures.iter().map(|say| words.message(lang, say).text);
            let status = words.status(lang, &[Progress::Failed(job)]).text;
            let retrying = words
                .status(lang, &[Progress::Retrying(job), Progress::Queued])
                .text;
            for text in said.chain([status, retrying]) {
                let code = text
                    .split([' ', '\n'])
                    .find_map(|word| Code::job(word.trim_end_matches('.')).ok());
                assert!(text.contains("J17") && code.is_some(), "{text}");
            }
            let outage = words.outage(lang, UpdateId(5)).text;
            assert!(outage.contains("U5"), "{outage}");
        }
    }

    #[test]
    fn a_file_with_a_missing_text_is_refused_by_name() {
        let broken = RU.replace("\nhelp =", "\nhalp =");
        let told = told(&broken, EN);
        assert_eq!(told, ["texts/ru.ftl: these texts are missing: help"]);
    }

    fn told(ru: &str, en: &str) -> Vec<String> {
        let errors = Words::new(ru, en, Labels::default()).err().unwrap();
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_mistake_in_both_files_is_told_with_its_line() {
        let broken = "a = b\n= c\nd = e\n= f\n";
        let told = told(broken, broken);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].starts_with("texts/ru.ftl: line 2: "), "{told:?}");
        assert!(told[3].starts_with("texts/en.ftl: line 4: "), "{told:?}");
    }
}
