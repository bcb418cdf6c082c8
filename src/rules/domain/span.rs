//! A span: how far back somebody looks.

use serde::{Deserialize, Serialize};

/// How far back is looked. Stored: variants are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Span {
    /// 24 hours, hour by hour.
    #[default]
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Span {
    /// Every span.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The span that somebody means, in English or in Russian.
    pub fn named(said: &str) -> Option<Self> {
        match said.to_lowercase().as_str() {
            "day" | "день" | "сутки" => Some(Self::Day),
            "week" | "неделя" => Some(Self::Week),
            "month" | "месяц" => Some(Self::Month),
            _ => None,
        }
    }
}
