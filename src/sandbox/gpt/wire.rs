//! Chat completions over HTTP, with every field checked.

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    door::{Door, KEY},
    script,
    writing::{Reply, Writing},
};
use crate::sandbox::{http, lock::lock};

const NAME: &str = "chat/completions";
/// The longest request that is read after a redirect.
const LONGEST: usize = 4 << 20;
/// The model that is listed.
const MODEL: &str = "gpt-4o-mini";

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/models/{model}", get(model))
        .route("/v1/models", get(models))
        .method_not_allowed_fallback(nowhere)
        .fallback(any(elsewhere))
        .with_state(door)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    model: String,
    messages: Vec<Message>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    temperature: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    role: Role,
    content: Content,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Role {
    System,
    Developer,
    User,
    Assistant,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Part {
    Text { text: String },
    ImageUrl { image_url: Image },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    url: String,
    detail: Option<String>,
}

/// Elsewhere there is nothing, but where an answer has just sent its reader on to.
async fn elsewhere(State(door): State<Door>, request: Request) -> Response {
    let moved = lock(&door.inner.moved).take();
    let post = request.method() == axum::http::Method::POST;
    if !post || moved.as_deref() != Some(request.uri().path()) {
        return nowhere(State(door), request).await;
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LONGEST).await;
    complete(State(door), parts.headers, body.unwrap_or_default()).await
}

async fn nowhere(State(door): State<Door>, request: Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    door.wrong(404, &format!("Invalid URL ({what})"))
}

async fn complete(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    match key(&headers) {
        Some(KEY) => {}
        Some(_) => return door.plan(Writing::Unauthorized, "").await,
        None => return door.wrong(401, "You didn't provide an API key."),
    }
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|it| !it.as_bytes().starts_with(b"application/json")) {
        return door.wrong(400, "the body is not declared as JSON");
    }
    let (value, parsed) = match (
        serde_json::from_slice::<Value>(&body),
        serde_json::from_slice::<Body>(&body),
    ) {
        (Ok(value), Ok(parsed)) => (value, parsed),
        (_, Err(error)) => return door.wrong(400, &error.to_string()),
        (Err(error), _) => return door.wrong(400, &error.to_string()),
    };
    if parsed.asks_nothing() {
        let why = "Invalid 'messages': empty array.";
        return match lock(&door.inner.always).clone() {
            Some(raw) => door.give(raw),
            None => door.refuse(400, "invalid_request_error", "empty_array", why),
        };
    }
    let text = match parsed.check() {
        Ok(text) => text,
        Err(why) => return door.wrong(400, why),
    };
    lock(&door.inner.requests).push(value);
    if let Some(raw) = door.raw() {
        return door.give(raw);
    }
    let writing = lock(&door.inner.next)
        .pop_front()
        .unwrap_or(Writing::Script);
    door.plan(writing, &text).await
}

/// The models there are, for whoever has the key.
async fn models(State(door): State<Door>, headers: HeaderMap) -> Response {
    if let Some(raw) = lock(&door.inner.always).clone() {
        return door.give(raw);
    }
    match key(&headers) {
        Some(KEY) => {
            let listed = json!([{"id": MODEL, "object": "model", "owned_by": "system"}]);
            http::json(200, &json!({"object": "list", "data": listed}))
        }
        Some(_) => door.plan(Writing::Unauthorized, "").await,
        None => door.wrong(401, "You didn't provide an API key."),
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?;
    given.to_str().ok()?.strip_prefix("Bearer ")
}

/// What there is to know of a model: that it is there, for whoever has the key.
async fn model(State(door): State<Door>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if let Some(raw) = lock(&door.inner.always).clone() {
        return door.give(raw);
    }
    match key(&headers) {
        Some(KEY) if name.starts_with("gpt-") => {
            let told = json!({"id": name, "object": "model", "owned_by": "system"});
            door.ground.journal.touch();
            http::json(200, &told)
        }
        Some(KEY) => {
            let error = json!({"error": {"message": "The model does not exist", "code": "model_not_found"}});
            http::json(404, &error)
        }
        Some(_) => door.plan(Writing::Unauthorized, "").await,
        None => door.wrong(401, "You didn't provide an API key."),
    }
}

impl Body {
    /// Whether it is a question without a word, for one token: of one who only looks whether somebody is there.
    fn asks_nothing(&self) -> bool {
        self.messages.is_empty() && self.max_tokens == Some(1)
    }

    /// The texts of the seller's side, if the request is one that OpenAI takes.
    fn check(self) -> Result<String, &'static str> {
        if self.model.is_empty() {
            return Err("you must provide a model parameter");
        }
        if self.max_tokens.is_some() && self.max_completion_tokens.is_some() {
            return Err("max_tokens and max_completion_tokens cannot both be set");
        }
        if self.max_tokens == Some(0) || self.max_completion_tokens == Some(0) {
            return Err("max_tokens is below the minimum of 1");
        }
        if self
            .temperature
            .is_some_and(|it| !(0.0..=2.0).contains(&it))
        {
            return Err("temperature must be between 0 and 2");
        }
        let mut said = String::new();
        for message in self.messages {
            let is_user = message.role == Role::User;
            let parts = match message.content {
                Content::Text(text) => vec![Part::Text { text }],
                Content::Parts(parts) => parts,
            };
            for part in parts {
                match part {
                    Part::Text { text } if is_user => said = said + &text + "\n",
                    Part::Text { .. } => {}
                    Part::ImageUrl { image_url } => image_url.check(is_user)?,
                }
            }
        }
        match said.trim().is_empty() {
            true => Err("there is no text of the user"),
            false => Ok(said),
        }
    }
}

impl Image {
    fn check(&self, is_user: bool) -> Result<(), &'static str> {
        let schemes = ["https://", "http://", "data:image/"];
        let details = ["low", "high", "auto"];
        let detail = self.detail.as_deref().unwrap_or("auto");
        if !is_user {
            return Err("only the user sends images");
        }
        if !schemes.iter().any(|it| self.url.starts_with(it)) {
            return Err("invalid image_url");
        }
        match details.contains(&detail) {
            true => Ok(()),
            false => Err("invalid detail of an image"),
        }
    }
}

impl Door {
    /// Somebody else's answer that is planned for this request.
    fn raw(&self) -> Option<Reply> {
        let once = lock(&self.inner.once).pop_front();
        once.or_else(|| lock(&self.inner.always).clone())
    }

    fn give(&self, raw: Reply) -> Response {
        let note = format!("{} bytes of somebody else's", raw.body.len());
        self.ground.record("gpt", NAME, raw.status, note);
        let mut answer = Response::builder().status(raw.status);
        for (name, value) in &raw.headers {
            answer = answer.header(name, value);
        }
        let location = raw
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("location"));
        *lock(&self.inner.moved) = location.map(|(_, to)| to.clone());
        let answer = answer.body(raw.body.into());
        answer.expect("planned answers have headers that HTTP knows")
    }

    async fn plan(&self, writing: Writing, text: &str) -> Response {
        match writing {
            Writing::Script => {
                let script = script::write(text);
                lock(&self.inner.said).push(script.clone());
                self.say(script)
            }
            Writing::Empty => self.say(String::new()),
            Writing::RateLimit => self.refuse(
                429,
                "requests",
                "rate_limit_exceeded",
                "Rate limit reached for requests. Please try again in 1s.",
            ),
            Writing::Billing => self.refuse(
                429,
                "insufficient_quota",
                "insufficient_quota",
                "You exceeded your current quota, please check your plan and billing details.",
            ),
            Writing::ServerError => self.refuse(
                500,
                "server_error",
                "server_error",
                "The server had an error while processing your request. Sorry about that!",
            ),
            Writing::Unauthorized => self.refuse(
                401,
                "invalid_request_error",
                "invalid_api_key",
                "Incorrect API key provided.",
            ),
            Writing::NotJson => {
                self.ground.record("gpt", NAME, 200, "HTML".to_owned());
                http::html(200)
            }
            Writing::Hang => {
                self.ground.record("gpt", NAME, 0, "no answer".to_owned());
                std::future::pending().await
            }
        }
    }

    fn say(&self, content: String) -> Response {
        let words = content.split_whitespace().count();
        self.ground
            .record("gpt", NAME, 200, format!("{words} words"));
        let body = json!({
            "id": "chatcmpl-sandbox",
            "object": "chat.completion",
            "created": self.ground.now() / 1000,
            "model": "gpt-sandbox",
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": null},
                "logprobs": null,
                "finish_reason": "stop",
            }],
            "usage": {"prompt_tokens": 100, "completion_tokens": words, "total_tokens": 100 + words},
        });
        http::json(200, &body)
    }

    fn refuse(&self, status: u16, kind: &str, code: &str, text: &str) -> Response {
        self.ground.record("gpt", NAME, status, code.to_owned());
        let error = json!({"message": text, "type": kind, "param": null, "code": code});
        http::json(status, &json!({"error": error}))
    }

    fn wrong(&self, status: u16, why: &str) -> Response {
        self.ground.journal.complain(format!("gpt: {why}"));
        self.refuse(status, "invalid_request_error", "invalid_request", why)
    }
}
