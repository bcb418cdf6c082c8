//! The client: create a task, look at it, ask for the account's credits.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::balance::balance;
use super::classify::Ear;
use super::look::{failed_look, read_look};
use super::wire::Envelope;
use crate::base::clock::Stopwatch;
use crate::base::telemetry::meters::Meters;
use crate::edge::http::retry_after;
use crate::edge::provider::{CreateError, Look, LookError, Reach, Refusal};
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::TaskId;
use crate::rules::failures::{Failures, Meaning};

/// No answer of the provider is longer; more is not read.
const BODY_LIMIT: usize = 1 << 20;
/// A gateway's time-out: what it stood for may have been done.
const GATEWAY_TIMEOUT: i64 = 524;

/// The provider.
#[derive(Debug, Clone)]
pub struct Kie {
    pub(super) http: reqwest::Client,
    api_url: String,
    pub(super) upload_url: String,
    pub(super) timeout: Duration,
    /// What fetches results, from where it may.
    pub(super) results: reqwest::Client,
    pub(super) reach: Reach,
    ear: Ear,
    meters: Meters,
}

/// An answer as it came.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    retry_after: Option<Duration>,
    ear: Ear,
    pub(super) body: Vec<u8>,
}

impl Kie {
    /// A client of the provider at `api_url`, which takes files at `upload_url`; `timeout` bounds each call.
    ///
    /// `results` fetches videos: a client that [`Reach::guard`] has seen.
    pub fn new(
        http: reqwest::Client,
        results: reqwest::Client,
        api_url: &str,
        upload_url: &str,
        timeout: Duration,
    ) -> Self {
        Self {
            http,
            results,
            reach: Reach::new(api_url, upload_url),
            api_url: api_url.trim_end_matches('/').to_owned(),
            upload_url: upload_url.trim_end_matches('/').to_owned(),
            timeout,
            ear: Ear::new(Failures::shipped()),
            meters: Meters::default(),
        }
    }

    /// The same, understood by this table.
    pub fn heard_by(self, failures: Failures) -> Self {
        let ear = Ear::new(failures);
        Self { ear, ..self }
    }

    /// Whoever hears it.
    pub fn ear(&self) -> &Ear {
        &self.ear
    }

    /// The same, and what it says that nobody understands is nobody's business.
    pub(super) fn unheard(&self) -> Self {
        self.clone().heard_by(self.ear.failures().clone())
    }

    /// The same, counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        let meters = meters.clone();
        Self { meters, ..self }
    }

    /// Does a call, and notes how long it took and how it ended; `word` names what went wrong.
    pub(super) async fn timed<T, E>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, E>>,
        word: impl FnOnce(&E) -> &'static str,
    ) -> Result<T, E> {
        let begun = Stopwatch::start();
        let ended = work.await;
        let outcome = ended.as_ref().err().map_or("ok", word);
        self.meters.called("kie", call, outcome, begun.elapsed());
        ended
    }

    /// Asks for a clip; `body` is [`super::Model::body`]. Never asks twice.
    pub async fn create(&self, key: &SecretString, body: &Value) -> Result<TaskId, CreateError> {
        let url = format!("{}/api/v1/jobs/createTask", self.api_url);
        let create = async {
            let answer = self.ask(self.http.post(url).json(body), key).await;
            let answer = answer.map_err(|error| {
                let unsent = error.is_connect() || error.is_builder();
                tracing::debug!(error = told(error), "a new task was not answered");
                match unsent {
                    true => CreateError::NotSent,
                    false => CreateError::Lost,
                }
            })?;
            answer.created()
        };
        let word = |error: &CreateError| match error {
            CreateError::Refused(refusal) => refusal.failure.kind.name(),
            CreateError::NotSent => "not_sent",
            CreateError::Lost => "lost",
        };
        self.timed("createTask", create, word).await
    }

    /// Looks at a task.
    pub async fn look(&self, key: &SecretString, task: &TaskId) -> Result<Look, LookError> {
        let url = format!("{}/api/v1/jobs/recordInfo", self.api_url);
        let request = self.http.get(url).query(&[("taskId", &task.0)]);
        let look = async { self.seen(request, key).await?.looked() };
        self.timed("recordInfo", look, LookError::word).await
    }

    /// The credits of the account behind `key`, at the provider.
    pub async fn credits(&self, key: &SecretString) -> Result<f64, LookError> {
        let url = format!("{}/api/v1/chat/credit", self.api_url);
        let look = async {
            let answer = self.seen(self.http.get(url), key).await?;
            let envelope = Envelope::parse(&answer.body);
            let fine = envelope.as_ref().filter(|said| said.code == Some(200));
            fine.and_then(|envelope| balance(&envelope.data))
                .ok_or_else(|| answer.look_error(envelope.as_ref()))
        };
        self.timed("credit", look, LookError::word).await
    }

    async fn seen(&self, request: RequestBuilder, key: &SecretString) -> Result<Answer, LookError> {
        self.ask(request, key).await.map_err(|error| {
            tracing::debug!(error = told(error), "a look was not answered");
            failed_look(Kind::Temporary, None)
        })
    }

    async fn ask(
        &self,
        request: RequestBuilder,
        key: &SecretString,
    ) -> Result<Answer, reqwest::Error> {
        self.ask_within(request, key, self.timeout).await
    }

    pub(super) async fn ask_within(
        &self,
        request: RequestBuilder,
        key: &SecretString,
        patience: Duration,
    ) -> Result<Answer, reqwest::Error> {
        let request = request.bearer_auth(key.expose_secret());
        let response = request.timeout(patience).send().await?;
        Ok(Answer {
            status: response.status(),
            retry_after: retry_after(&response),
            ear: self.ear.clone(),
            body: read(response).await?,
        })
    }
}

impl Answer {
    /// What the answer to a creation says. What cannot be read may stand for a task all the same.
    fn created(&self) -> Result<TaskId, CreateError> {
        let Some(envelope) = Envelope::parse(&self.body) else {
            return Err(match self.is_turned_away() {
                true => self.page().into(),
                false => CreateError::Lost,
            });
        };
        if let Some(task) = envelope.task() {
            return Ok(task);
        }
        Err(match envelope.code {
            Some(200) if envelope.refuses => self.refusal(200, &envelope.text).into(),
            Some(200 | GATEWAY_TIMEOUT) => CreateError::Lost,
            Some(code) => self.refusal(code, &envelope.text).into(),
            None if self.is_refused() && !envelope.text.is_empty() => {
                self.refusal(self.http_code(), &envelope.text).into()
            }
            None if self.is_turned_away() => self.page().into(),
            None => CreateError::Lost,
        })
    }

    /// What the answer to a look says.
    fn looked(&self) -> Result<Look, LookError> {
        read_look(&self.ear, self.status.as_u16(), &self.body).map_err(|mut error| {
            error.failure.retry_after = self.retry_after;
            error
        })
    }

    /// Whether it is a refusal by its status.
    fn is_refused(&self) -> bool {
        self.status.is_client_error() && self.status != 408
    }

    /// Whether whoever answered has not let the request through: a gateway's refusal, or a way elsewhere that we do
    /// not go. After a 303 it may have been done.
    pub(super) fn is_turned_away(&self) -> bool {
        match self.status.as_u16() {
            303 | 408 => false,
            300..=499 => true,
            _ => false,
        }
    }

    fn look_error(&self, envelope: Option<&Envelope>) -> LookError {
        let refusal = match envelope {
            Some(envelope) => {
                let code = envelope.code.unwrap_or(self.http_code());
                self.refusal(code, &envelope.text)
            }
            None => self.page(),
        };
        LookError {
            failure: refusal.failure,
            code: Some(refusal.code),
        }
    }

    pub(super) fn refusal(&self, code: i64, text: &str) -> Refusal {
        let meaning = self.ear.hears(Some(code), text);
        self.refused(code, meaning)
    }

    /// A page, or nothing: somebody in between answers, who knows nothing of our account, whatever the status.
    pub(super) fn page(&self) -> Refusal {
        let meaning = match self.http_code() {
            429 => Meaning::RateLimit,
            _ => Meaning::Temporary,
        };
        self.refused(self.http_code(), Some(meaning))
    }

    fn refused(&self, code: i64, meaning: Option<Meaning>) -> Refusal {
        let failure = Failure {
            kind: meaning.map_or(Kind::Unknown, Meaning::kind),
            source: Source::Kie,
            retry_after: self.retry_after,
        };
        Refusal {
            failure,
            meaning,
            code,
        }
    }

    fn http_code(&self) -> i64 {
        self.status.as_u16().into()
    }
}

/// An error and its causes in one line, without the address.
pub(super) fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    let lines: Vec<_> = causes.map(ToString::to_string).collect();
    lines.join(": ")
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
