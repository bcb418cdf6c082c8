//! The script's author: an OpenAI-compatible model, or the template itself when there is no key.
//!
//! An answer is a script, no script, or a failure of a kind the shop knows; no script is asked for once more, and
//! then the template stands in. Nothing else is ever filmed.

mod answer;
mod fault;
mod flaw;
mod manner;
mod post;
mod probe;
mod script;
mod templates;
mod wait;
mod wire;
mod words;

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use self::answer::{End, Heard};
use self::fault::{Fault, Limit};
use self::flaw::Flaw;
use self::manner::Manner;
use self::post::{Answer, Caller};
use crate::base::clock::Stopwatch;
use crate::base::live::Live;
use crate::base::telemetry::meters::Meters;
use crate::base::time::Timestamp;
use crate::rules::domain::alert::Trouble;
use crate::rules::domain::brief::Text;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::template::Template;

pub use probe::Pulse;
pub use templates::{Templates, TemplatesError, Title, Words};

/// No script gains from being longer, whatever the video model takes; it also fits 600 tokens.
const LONGEST: usize = 1500;
/// So many tokens such a script takes, or a little less.
const LEAST_TOKENS: u32 = 400;
/// How often an author may refuse the way it is asked in, which it does for nothing, before it is given up.
const REFUSALS: usize = 3;

/// The author.
#[derive(Debug, Clone)]
pub struct Gpt {
    http: reqwest::Client,
    api_url: String,
    key: Option<SecretString>,
    model: String,
    vision: bool,
    timeout: Duration,
    max_tokens: u32,
    manner: Live<Manner>,
    templates: Templates,
    meters: Meters,
}

/// A script, and whether the author is to blame that it is not the author's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What the video model is told.
    pub script: String,
    /// Why the template stands in for the author, if it does.
    pub trouble: Option<Trouble>,
}

/// What one question came to.
enum Reply {
    Script(String),
    Flawed(Flaw),
    Trouble(Trouble),
}

impl Gpt {
    /// An author at `api_url` (with its version) with the shipped templates; `timeout` bounds each call.
    ///
    /// `http` must follow no redirect.
    pub fn new(
        http: reqwest::Client,
        api_url: &str,
        key: Option<SecretString>,
        model: &str,
        vision: bool,
        timeout: Duration,
        max_tokens: u32,
    ) -> Self {
        Self {
            http,
            api_url: api_url.trim_end_matches('/').to_owned(),
            key,
            model: model.to_owned(),
            vision,
            timeout,
            max_tokens,
            manner: Live::new(Manner::of(model)),
            templates: Templates::shipped(),
            meters: Meters::default(),
        }
    }

    /// The same, counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        let meters = meters.clone();
        Self { meters, ..self }
    }

    /// The same author with other templates.
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// Whether the author wants to see the photo.
    pub fn sees(&self) -> bool {
        self.vision && self.key.is_some()
    }

    /// Whether the longest answer is less than a script of the longest takes.
    pub fn is_tight(&self) -> bool {
        self.key.is_some() && self.max_tokens < LEAST_TOKENS
    }

    /// Writes the script of one video for a model that takes `limit` characters; asked at `now`, twice at most.
    ///
    /// A script may still be longer by a few words; the request to the video model is cut to fit.
    pub async fn write(
        &self,
        template: Template,
        product: &Text,
        wishes: Option<&Text>,
        photo_jpeg: Option<&[u8]>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Written, Failure> {
        let words = self.templates.for_order(template);
        let stand_in = |trouble| Written {
            script: words.fallback(product, wishes, limit),
            trouble,
        };
        let Some(key) = &self.key else {
            return Ok(stand_in(None));
        };
        let instructions = words.instructions(limit.min(LONGEST));
        let mut request = wire::Request {
            model: &self.model,
            max_tokens: self.max_tokens,
            system: words.system.trim(),
            instructions: &instructions,
            product,
            wishes,
            photo: photo_jpeg.filter(|_| self.vision),
            again: false,
        };
        let mut reply = self.ask(key, &request, now).await?;
        if let Reply::Flawed(flaw) = reply {
            tracing::info!(
                flaw = flaw.name(),
                "the author wrote no script and is asked again"
            );
            request.again = true;
            request.max_tokens = self.room(flaw);
            reply = self.ask(key, &request, now).await?;
        }
        let trouble = match reply {
            Reply::Script(script) => {
                return Ok(Written {
                    script,
                    trouble: None,
                });
            }
            Reply::Trouble(trouble) => trouble,
            Reply::Flawed(Flaw::Apology) => return Err(failure(Kind::UserViolation)),
            Reply::Flawed(Flaw::Budget) => Trouble::Budget,
            Reply::Flawed(Flaw::Empty | Flaw::Cut | Flaw::Question | Flaw::Unclear) => {
                Trouble::Senseless
            }
        };
        tracing::warn!(
            trouble = trouble.word(),
            "the template stands in for the author"
        );
        Ok(stand_in(Some(trouble)))
    }

    /// How long the second answer may be: whoever ran out of room gets more of it.
    fn room(&self, flaw: Flaw) -> u32 {
        match flaw {
            Flaw::Cut => self.max_tokens.saturating_mul(2),
            Flaw::Budget => self.max_tokens.saturating_add(manner::THOUGHT),
            Flaw::Empty | Flaw::Apology | Flaw::Question | Flaw::Unclear => self.max_tokens,
        }
    }

    /// Asks in the manner that this author takes, which is kept for the next time.
    async fn ask(
        &self,
        key: &SecretString,
        request: &wire::Request<'_>,
        now: Timestamp,
    ) -> Result<Reply, Failure> {
        let begun = *self.manner.now();
        let mut manner = begun;
        for _ in 0..REFUSALS {
            let judged = self
                .call(key, &request.body(manner), request.instructions, now)
                .await;
            let refused = match judged {
                Err(Refused::Limit(limit)) => limit,
                Err(Refused::Failure(failure)) => return Err(failure),
                Ok(reply) => {
                    manner.thinks |= matches!(reply, Reply::Flawed(Flaw::Budget));
                    if manner != begun {
                        self.manner.put(manner);
                    }
                    return Ok(reply);
                }
            };
            let next = match refused {
                Limit::Name => manner.renamed(begun.limit),
                Limit::Large => manner.less(),
                Limit::Small => {
                    self.manner.put(Manner {
                        thinks: true,
                        ..manner
                    });
                    return Ok(Reply::Flawed(Flaw::Budget));
                }
            };
            match next {
                Some(next) => manner = next,
                None => break,
            }
        }
        Ok(Reply::Trouble(Trouble::Request))
    }

    /// One call, counted and timed.
    async fn call(
        &self,
        key: &SecretString,
        body: &Value,
        instructions: &str,
        now: Timestamp,
    ) -> Result<Reply, Refused> {
        let begun = Stopwatch::start();
        let url = format!("{}/chat/completions", self.api_url);
        let answer = self.caller(key).ask(&url, Some(body)).await;
        let judged = match answer {
            Some(answer) => judge(&answer, instructions, now),
            None => Err(Refused::Failure(failure(Kind::Temporary))),
        };
        let outcome = match &judged {
            Ok(Reply::Script(_)) => "ok",
            Ok(Reply::Flawed(flaw)) => flaw.name(),
            Ok(Reply::Trouble(_)) | Err(Refused::Limit(_)) => "REFUSED",
            Err(Refused::Failure(failure)) => failure.kind.name(),
        };
        self.meters.called("gpt", "write", outcome, begun.elapsed());
        judged
    }

    fn caller<'g>(&'g self, key: &'g SecretString) -> Caller<'g> {
        Caller {
            http: &self.http,
            key,
            timeout: self.timeout,
        }
    }
}

/// Why there is no reply.
enum Refused {
    /// For good, or for now.
    Failure(Failure),
    /// For how the longest answer was said.
    Limit(Limit),
}

/// What an answer is: a script, none, or a failure.
fn judge(answer: &Answer, instructions: &str, now: Timestamp) -> Result<Reply, Refused> {
    let heard = match answer.status {
        200..=299 => answer::hear(&answer.body),
        _ => Heard::Other(answer::told(&answer.body)),
    };
    let other = match heard {
        Heard::Said(said) if said.end == End::Refused => {
            return Err(Refused::Failure(failure(Kind::UserViolation)));
        }
        Heard::Said(said) => {
            let script = script::script(&said.text);
            return Ok(match flaw::flaw(&script, said.end, instructions) {
                Some(flaw) => Reply::Flawed(flaw),
                None => Reply::Script(script),
            });
        }
        Heard::Other(other) => other,
    };
    let text = String::from_utf8_lossy(&answer.body);
    match fault::fault(answer.status, &other, &text) {
        Fault::Trouble(trouble) => Ok(Reply::Trouble(trouble)),
        Fault::Limit(limit) => Err(Refused::Limit(limit)),
        Fault::Failure(kind) => {
            let waits = matches!(kind, Kind::RateLimit | Kind::Temporary);
            let wait = || wait::asked(&answer.headers, &other, now);
            Err(Refused::Failure(Failure {
                retry_after: waits.then(wait).flatten(),
                ..failure(kind)
            }))
        }
    }
}

fn failure(kind: Kind) -> Failure {
    Failure::new(kind, Source::Gpt)
}

#[cfg(test)]
mod tests;
