//! Words and buttons: what each `Say` is in a seller's language.

mod alerts;
mod hints;
mod office;
mod texts;
mod videos;

use std::collections::HashMap;

use fluent_bundle::FluentValue;

use crate::edge::fluent::Bundle;
use crate::rules::conversation::draft::Question;
use crate::rules::conversation::event::{Button, Command};
use crate::rules::conversation::say::{Say, Toast};
use crate::rules::domain::brief::{Count, Style};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{Code, DraftId, JobId, ModelName, UpdateId};
use crate::rules::domain::template::Template;
use crate::rules::domain::user::Lang;

pub use texts::WordsError;

/// The Russian texts that are compiled in.
pub const RU: &str = include_str!("../../../data/texts/ru.ftl");
/// The English texts that are compiled in.
pub const EN: &str = include_str!("../../../data/texts/en.ftl");

/// Every text of the bot, and what the operator fills into them.
pub struct Words {
    bundles: [(Lang, Bundle); 2],
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
    /// What sellers can pick, in the order of the keyboard, with its button in each language.
    pub templates: Vec<(Template, HashMap<Lang, String>)>,
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

impl Words {
    /// Reads both languages; every text that the compiled-in file has must be there. All mistakes are told.
    pub fn new(ru: &str, en: &str, shop: Labels) -> Result<Self, Vec<WordsError>> {
        match (texts::read(Lang::Ru, ru, RU), texts::read(Lang::En, en, EN)) {
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
            Say::Ask {
                hint,
                question,
                draft,
                balance,
            } => {
                let (text, keyboard) = self.ask(lang, *question, *draft, *balance);
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
                    self.plain(lang, Self::headline(video)),
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
            Say::Undelivered { job } => {
                let code = self.code(lang, "reference-support", Code::Job(*job));
                Message {
                    text: format!("{}\n\n{code}", self.plain(lang, "undelivered")),
                    keyboard: vec![self.to_menu(lang)],
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

    /// A question's text, and the buttons that answer it.
    fn ask(
        &self,
        lang: Lang,
        question: Question,
        draft: DraftId,
        balance: Credits,
    ) -> (String, Vec<Vec<Key>>) {
        let key = format!("ask-{}", question.name());
        match question {
            Question::Photo | Question::Text | Question::Prompt | Question::Wishes => {
                (self.plain(lang, &key), vec![])
            }
            Question::Template => {
                let templates = self.shop.templates.iter();
                let styles = templates.map(|(template, _)| Style::Template(*template));
                let keys = styles.chain([Style::Own]).map(|style| {
                    let button = Button::Style { draft, style };
                    vec![Key::Press(self.style(lang, style), button)]
                });
                (self.plain(lang, &key), keys.collect())
            }
            Question::Count => {
                let keys = Count::ALL.map(|count| vec![self.count(lang, draft, count)]);
                (self.plain(lang, &key), keys.to_vec())
            }
            Question::Confirm(count) => {
                let args = [
                    ("count", count.number().into()),
                    ("cost", count.price().0.into()),
                    ("balance", balance.0.into()),
                ];
                let keys = vec![
                    vec![self.press(lang, "button-confirm", Button::Confirm { draft })],
                    vec![self.press(lang, "button-cancel", Button::Cancel { draft })],
                ];
                (self.text(lang, &key, &args), keys)
            }
        }
    }

    /// The button of a style.
    pub fn style(&self, lang: Lang, style: Style) -> String {
        match style {
            Style::Own => self.plain(lang, "button-self"),
            Style::Template(template) => {
                let mut templates = self.shop.templates.iter();
                let titles = templates.find(|(known, _)| *known == template);
                let title = titles.and_then(|(_, titles)| titles.get(&lang));
                title.map_or(template.name(), String::as_str).to_owned()
            }
        }
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

    fn count(&self, lang: Lang, draft: crate::rules::domain::id::DraftId, count: Count) -> Key {
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
        let support = ("support", self.shop.support.as_str().into());
        let args: Vec<_> = args.iter().cloned().chain([support]).collect();
        let Some((text, fits)) = bundle.fill(key, &args) else {
            tracing::error!(text = key, lang = lang.code(), "a text is missing");
            return key.to_owned();
        };
        if !fits {
            tracing::error!(
                text = key,
                lang = lang.code(),
                "a text does not fit its variables"
            );
        }
        text
    }
}

#[cfg(test)]
mod tests;
