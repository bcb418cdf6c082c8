//! What a seller can do: an event, and the buttons with their stable callback text.

use crate::rules::domain::brief::{Count, Photo, Style};
use crate::rules::domain::broadcast::Mark;
use crate::rules::domain::id::{
    AlbumId, CallbackId, DraftId, MessageId, OrderId, TopicId, UpdateId, UserId,
};
use crate::rules::domain::stars::Stars;
use crate::rules::domain::user::Lang;

use super::office::knob::Knob;
use super::office::request::Request;
use super::say::Hint;

/// One Telegram update, parsed at the edge.
#[derive(Debug, Clone)]
pub struct Update {
    /// Its number.
    pub id: UpdateId,
    pub user: UserId,
    /// Where; a group's id is negative.
    pub chat: i64,
    /// Their Telegram name, without `@`.
    pub username: Option<String>,
    pub lang: Lang,
    pub event: Event,
    /// The press, if it was one.
    pub callback: Option<CallbackId>,
    /// Where in their chat they did it.
    pub place: Place,
    /// What only operators need.
    pub aside: Aside,
}

/// Where in their private chat a seller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nobody said.
    Unknown,
    /// In the chat itself.
    Chat,
    /// In one of its topics.
    Topic(TopicId),
}

/// What an operator's update may come with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// The message below which a button was pressed.
    pub pressed: Option<MessageId>,
    /// How the text is formatted.
    pub marks: Vec<Mark>,
}

/// Something a seller did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A command.
    Command(Command),
    /// A command that only operators have; anybody else's is an unknown one.
    Desk(Request),
    /// A text, as it was written.
    Text(String),
    /// A picture, sent as a photo or as a file.
    Picture(Picture),
    /// A file that cannot be used, and why.
    BadFile(Hint),
    /// A sticker, a voice, a location, or anything else with no meaning here.
    Other,
    /// A message was edited.
    Edited,
    /// A button was pressed; nothing if its text is not one of ours.
    Press(Option<Button>),
    /// The user blocked the bot.
    Blocked,
    /// The user came back.
    Unblocked,
    /// Somebody spoke to the bot in a group.
    Group,
    /// Money: about to be paid, paid, given back.
    Stars(Stars),
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What to fetch it by.
    pub photo: Photo,
    /// The album it came in.
    pub album: Option<AlbumId>,
    /// What was written under it.
    pub caption: Option<String>,
    /// Whether it came as a file: then it is as its sender has it, and may be anything.
    pub as_file: bool,
}

/// A command, with or without the bot's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `/start`
    Start,
    /// `/menu`
    Menu,
    /// `/cancel`
    Cancel,
    /// `/help`
    Help,
    /// Any other.
    Unknown,
}

impl Command {
    /// The commands a seller is shown, with their names.
    pub const SHOWN: [(Self, &'static str); 4] = [
        (Self::Start, "start"),
        (Self::Menu, "menu"),
        (Self::Cancel, "cancel"),
        (Self::Help, "help"),
    ];

    /// The command of that name, without its slash, in any case.
    pub fn named(name: &str) -> Self {
        let known = Self::SHOWN
            .into_iter()
            .find(|(_, known)| name.eq_ignore_ascii_case(known));
        known.map_or(Self::Unknown, |(command, _)| command)
    }
}

/// A button. Its callback text never changes its meaning: old messages keep their buttons for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// To the menu.
    Menu,
    /// Begin a draft.
    Make,
    /// Show the balance.
    Cabinet,
    /// Show the contact.
    Support,
    /// Show the packages.
    TopUp,
    /// Order the same once more.
    Again(OrderId),
    Style {
        /// The draft it belongs to.
        draft: DraftId,
        style: Style,
    },
    Count {
        /// The draft it belongs to.
        draft: DraftId,
        count: Count,
    },
    Confirm {
        /// The draft it belongs to.
        draft: DraftId,
    },
    Cancel {
        /// The draft it belongs to.
        draft: DraftId,
    },
    /// One that only operators have; anybody else's is an old one.
    Desk(Knob),
}

impl Button {
    /// The callback text, at most 64 bytes.
    pub fn data(&self) -> String {
        match self {
            Self::Menu => "menu".into(),
            Self::Make => "make".into(),
            Self::Cabinet => "cabinet".into(),
            Self::Support => "support".into(),
            Self::TopUp => "topup".into(),
            Self::Again(order) => format!("again:{order}"),
            Self::Style { draft, style } => format!("style:{}:{draft}", style.name()),
            Self::Count { draft, count } => format!("count:{}:{draft}", count.number()),
            Self::Confirm { draft } => format!("go:{draft}"),
            Self::Cancel { draft } => format!("no:{draft}"),
            Self::Desk(knob) => format!("desk:{}", knob.data()),
        }
    }

    /// Reads a callback text; nothing if it is not one of ours.
    pub fn parse(data: &str) -> Option<Self> {
        if let Some(knob) = data.strip_prefix("desk:") {
            return Knob::parse(knob).map(Self::Desk);
        }
        let mut parts = data.split(':');
        let button = match (parts.next()?, parts.next(), parts.next()) {
            ("menu", None, None) => Self::Menu,
            ("make", None, None) => Self::Make,
            ("cabinet", None, None) => Self::Cabinet,
            ("support", None, None) => Self::Support,
            ("topup", None, None) => Self::TopUp,
            ("again", Some(order), None) => Self::Again(OrderId(order.parse().ok()?)),
            ("style", Some(name), Some(draft)) => Self::Style {
                draft: DraftId(draft.parse().ok()?),
                style: Style::named(name)?,
            },
            ("count", Some(number), Some(draft)) => Self::Count {
                draft: DraftId(draft.parse().ok()?),
                count: Count::from_number(number.parse().ok()?)?,
            },
            ("go", Some(draft), None) => Self::Confirm {
                draft: DraftId(draft.parse().ok()?),
            },
            ("no", Some(draft), None) => Self::Cancel {
                draft: DraftId(draft.parse().ok()?),
            },
            _ => return None,
        };
        parts.next().is_none().then_some(button)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::template::{LONGEST, Template};

    fn every_button() -> Vec<Button> {
        let draft = DraftId(u64::MAX);
        let mut all = vec![
            Button::Menu,
            Button::Make,
            Button::Cabinet,
            Button::Support,
            Button::TopUp,
            Button::Again(OrderId(u64::MAX)),
            Button::Confirm { draft },
            Button::Cancel { draft },
        ];
        let longest = Template::parse(&"x".repeat(LONGEST)).unwrap();
        let styles = [Style::Own, Style::Template(longest)];
        all.extend(styles.map(|style| Button::Style { draft, style }));
        all.extend(Count::ALL.map(|count| Button::Count { draft, count }));
        all
    }

    #[test]
    fn a_button_is_its_text_and_fits_telegram() {
        for button in every_button() {
            assert_eq!(Button::parse(&button.data()), Some(button));
            assert!(button.data().len() <= 64);
        }
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        for data in [
            "",
            "go",
            "go:x",
            "count:2:1",
            "style:ugc:1:2",
            "style:UGC:1",
            "menu:1",
            "кнопка",
            "again:-1",
        ] {
            assert_eq!(Button::parse(data), None, "{data}");
        }
    }
}
