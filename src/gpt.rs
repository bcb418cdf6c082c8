//! The script's author: an OpenAI-compatible model, or the template itself when there is no key.

mod templates;
mod wire;

use std::time::Duration;

use reqwest::{Response, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::clock::Stopwatch;
use crate::domain::brief::{Template, Text};
use crate::domain::failure::{Failure, Kind, Source};
use crate::telemetry::meters::Meters;

pub use templates::{Templates, TemplatesError, Title, Words};

/// No answer of the author is longer; more is not read.
const BODY_LIMIT: usize = 1 << 20;
/// No script gains from being longer, whatever the video model takes; it also fits 600 tokens.
const LONGEST: usize = 1500;

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
    templates: Templates,
    meters: Meters,
}

impl Gpt {
    /// An author at `api_url` (with its version) with the shipped templates; `timeout` bounds each call.
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

    /// Writes the script of one video for a model that takes `limit` characters.
    ///
    /// A script may still be longer by a few words; the request to the video model is cut to fit.
    pub async fn write(
        &self,
        template: Template,
        product: &Text,
        wishes: Option<&Text>,
        photo_jpeg: Option<&[u8]>,
        limit: usize,
    ) -> Result<String, Failure> {
        let words = self.templates.get(template);
        let Some(key) = &self.key else {
            return Ok(words.fallback(product, wishes, limit));
        };
        let request = wire::Request {
            model: &self.model,
            max_tokens: self.max_tokens,
            system: words.system.trim(),
            instructions: &words.instructions(limit.min(LONGEST)),
            product,
            wishes,
            photo: photo_jpeg.filter(|_| self.vision),
        };
        let begun = Stopwatch::start();
        let written = self.ask(key, &request.body()).await;
        let failed = written.as_ref().err();
        let outcome = failed.map_or("ok", |failure| failure.kind.name());
        self.meters.called("gpt", "write", outcome, begun.elapsed());
        written
    }

    /// Whether the author takes the key and has the model, asked for nothing; nothing if there is no key.
    pub async fn answers(&self) -> Option<Result<(), Failure>> {
        let key = self.key.as_ref()?;
        let request = self
            .http
            .get(format!("{}/models/{}", self.api_url, self.model))
            .bearer_auth(key.expose_secret())
            .timeout(self.timeout);
        let failed = |kind| Failure::new(kind, Source::Gpt);
        Some(match request.send().await.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Ok(()),
            Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(failed(Kind::Billing)),
            Ok(StatusCode::NOT_FOUND) => Err(failed(Kind::ModelOff)),
            Ok(StatusCode::TOO_MANY_REQUESTS) => Err(failed(Kind::RateLimit)),
            Ok(_) | Err(_) => Err(failed(Kind::Temporary)),
        })
    }

    async fn ask(&self, key: &SecretString, body: &Value) -> Result<String, Failure> {
        let broken = |error: reqwest::Error| {
            tracing::debug!(error = %error.without_url(), "the author did not answer");
            Failure::new(Kind::Temporary, Source::Gpt)
        };
        let request = self
            .http
            .post(format!("{}/chat/completions", self.api_url))
            .bearer_auth(key.expose_secret())
            .timeout(self.timeout)
            .json(body);
        let response = request.send().await.map_err(broken)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let answer = read(response).await.map_err(broken)?;
        wire::answer(status, &answer).map_err(|kind| Failure {
            kind,
            source: Source::Gpt,
            retry_after,
        })
    }
}

/// `Retry-After` in seconds; a date is not understood, for want of a clock.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The body, or what of it fits; what does not fit is then no JSON.
async fn read(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_LIMIT {
            body.truncate(BODY_LIMIT);
            break;
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests;
