//! Money at the edge: the rails beside Stars, and what their clients share.
//!
//! No client asks twice by itself: whether to ask again, and under which key, is the payment's business.

pub mod crypto;
pub mod yookassa;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::edge::http::retry_after;

/// The currency of both rails.
pub const RUB: &str = "RUB";
/// No answer of a rail is longer; a longer one is as good as lost.
const BODY_LIMIT: usize = 1 << 20;
/// A rail is believed to want no longer a wait.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// How long is waited when a rail wants a wait and does not say how long.
const USUAL_WAIT: Duration = Duration::from_secs(5);
/// Letters of what a rail says that are kept.
const SAYS: usize = 200;
/// A word with so many digits may be somebody's phone or card.
const DIGITS: usize = 6;

/// Roubles, in kopecks: on the wire `99.00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Kopecks(pub u64);

impl fmt::Display for Kopecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A text that is no sum of whole kopecks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sum of whole kopecks")]
pub struct NotKopecks;

impl FromStr for Kopecks {
    type Err = NotKopecks;

    fn from_str(text: &str) -> Result<Self, NotKopecks> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return Err(NotKopecks);
        }
        let (cents, beyond) = part.split_at(part.len().min(2));
        if beyond.bytes().any(|digit| digit != b'0') {
            return Err(NotKopecks);
        }
        let whole: u64 = whole.parse().map_err(|_| NotKopecks)?;
        let cents: u64 = format!("{cents:0<2}").parse().map_err(|_| NotKopecks)?;
        let sum = whole.checked_mul(100).and_then(|it| it.checked_add(cents));
        sum.map(Self).ok_or(NotKopecks)
    }
}

/// A call that did not do what it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// A definite no of the rail itself: nothing was done, and asked again it says the same.
    #[error("the rail refuses: {0}")]
    Refused(Refusal),
    /// Nobody was reached; nothing was done.
    #[error("the rail cannot be reached")]
    NotSent,
    /// Nobody knows whether it was done: it is asked again with the same key, or looked up.
    #[error("the rail's answer was lost")]
    Lost,
    /// Nothing was done; it may be asked again with the same key after that long.
    #[error("the rail asks to wait {} s", .0.as_secs())]
    RateLimited(Duration),
}

impl Failed {
    /// In a word, for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::NotSent => "not_sent",
            Self::Lost => "lost",
            Self::RateLimited(_) => "rate_limited",
        }
    }
}

/// What a rail says no to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub why: Why,
    /// The rail's own code, for operators.
    pub code: String,
    /// The rail's own words, for operators; what may be somebody's address or number is left out.
    pub says: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code, self.says)
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The shop's credentials, or what they allow: nothing works until an operator acts.
    Credentials,
    /// There is no such thing.
    Unknown,
    /// What was asked.
    Request,
}

impl Refusal {
    fn new(why: Why, code: &str, says: &str) -> Self {
        let digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
        let shown = |word| match str::contains(word, '@') || digits(word) >= DIGITS {
            true => "…",
            false => word,
        };
        let says: Vec<_> = says.split_whitespace().map(shown).collect();
        Self {
            why,
            code: cut(code, SAYS),
            says: cut(&says.join(" "), SAYS),
        }
    }
}

/// An answer as it came.
struct Answer {
    status: u16,
    wait: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    /// Its JSON; of a page that somebody in between has sent there is none.
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// How long to wait; `told` is what the body says of it.
    fn asked_wait(&self, told: Option<Duration>) -> Duration {
        let wait = told.or(self.wait).unwrap_or(USUAL_WAIT);
        wait.clamp(Duration::from_secs(1), LONGEST_WAIT)
    }
}

/// Asks once.
async fn ask(request: RequestBuilder, patience: Duration) -> Result<Answer, Failed> {
    let answer = request.timeout(patience).send().await;
    let answer = answer.map_err(|error| match error.is_connect() || error.is_builder() {
        true => Failed::NotSent,
        false => Failed::Lost,
    })?;
    Ok(Answer {
        status: answer.status().as_u16(),
        wait: retry_after(&answer),
        body: read(answer).await.ok_or(Failed::Lost)?,
    })
}

/// All of the body, if it comes and is not too long.
async fn read(mut answer: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.ok()? {
        if piece.len() > BODY_LIMIT - body.len() {
            return None;
        }
        body.extend_from_slice(&piece);
    }
    Some(body)
}

/// The first letters of a text.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A sum as a rail writes it: as a text, or as a number.
fn sum(told: &Value) -> Option<Kopecks> {
    match told {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn text(told: &Value, name: &str) -> Option<String> {
    let text = told[name].as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}
