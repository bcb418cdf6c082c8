//! KIE over HTTP: create a task, look at it, fetch its file.

use std::collections::VecDeque;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    callbacks,
    door::Door,
    ending::{Ending, PAUSED, UNAUTHORIZED},
    models::{self, Model},
    photo,
    raw::{Asked, Raw},
    tasks::{Look, PhotoState, Task},
};
use crate::sandbox::{http, lock::lock, movie, pictures::sample_photo};

/// Creations of one key in one window of virtual time.
const CREATIONS: usize = 20;
const WINDOW: u64 = 10_000;
/// A file that Telegram does not take.
const BIG: usize = 46 << 20;
const TOO_FAST: &str = "Your call frequency is too high. Please try again later.";

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .route("/api/v1/jobs/createTask", post(create))
        .route("/api/v1/jobs/recordInfo", get(look))
        .route("/api/v1/chat/credit", get(credit))
        .route("/files/{name}", get(file))
        .method_not_allowed_fallback(nowhere)
        .fallback(any(nowhere))
        .with_state(door)
}

async fn nowhere(State(door): State<Door>, request: axum::extract::Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    door.complain(&what, "there is no such interface");
    door.answer(&what, 404, 404, "Not Found")
}

async fn create(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    const NAME: &str = "createTask";
    let Some(key) = door.key(NAME, &headers) else {
        return door.answer(NAME, 200, 401, UNAUTHORIZED);
    };
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|it| !it.as_bytes().starts_with(b"application/json")) {
        door.complain(NAME, "the body is not declared as JSON");
        return door.answer(NAME, 200, 422, "Content-Type must be application/json");
    }
    if !door.within_rate(&key) {
        door.complain(NAME, "more than 20 creations in 10 s");
        return door.answer(NAME, 429, 429, TOO_FAST);
    }
    let order = match Order::read(&body) {
        Ok(order) => order,
        Err(why) => {
            door.complain(NAME, &why);
            return door.answer(NAME, 200, 422, &why);
        }
    };
    // Whoever asks for nothing wants to know whether the model lives.
    let probe = order.input.is_empty();
    let name = if probe { "probe" } else { NAME };
    let Some(model) = models::find(&order.model) else {
        let text = "The model name you specified is not supported";
        return door.answer(name, 200, 500, text);
    };
    if lock(&door.inner.plan).dead.contains(&order.model) {
        return door.answer(name, 200, 500, PAUSED);
    }
    if let Err(mistake) = model.check(&order.input) {
        if !probe {
            let what = format!("{}: {}: {}", order.model, mistake.field, mistake.message);
            door.complain(NAME, &what);
        }
        return door.answer(name, 200, mistake.code, mistake.message);
    }
    let ending = door.next_ending(&order.model);
    if let Some(raw) = door.raw(Asked::Create) {
        return door.answer_raw(key, order, model, ending, &raw).await;
    }
    match ending.refusal() {
        Some((status, code, text)) => door.answer(NAME, status, code, text),
        None => door.accept(key, order, model, ending),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Whose {
    task_id: String,
}

async fn look(
    State(door): State<Door>,
    headers: HeaderMap,
    asked: Result<Query<Whose>, axum::extract::rejection::QueryRejection>,
) -> Response {
    const NAME: &str = "recordInfo";
    let Some(key) = door.key(NAME, &headers) else {
        return door.answer(NAME, 200, 401, UNAUTHORIZED);
    };
    let Ok(Query(asked)) = asked else {
        door.complain(NAME, "taskId is not the only parameter");
        return door.answer(NAME, 200, 422, "taskId is required");
    };
    let now = door.ground.now();
    let mut tasks = lock(&door.inner.tasks);
    let Some(task) = tasks.iter_mut().find(|task| task.id == asked.task_id) else {
        drop(tasks);
        return door.answer(NAME, 200, 422, "recordInfo is null");
    };
    if task.key != key {
        drop(tasks);
        door.complain(NAME, "the task belongs to another key");
        return door.answer(NAME, 200, 422, "recordInfo is null");
    }
    task.advance(now);
    let found = task.look(now, &door.inner.files_url());
    let note = format!("{} {}", task.id, task.state);
    let over = task.is_over();
    drop(tasks);
    if let Some(raw) = over.then(|| door.raw(Asked::Look)).flatten() {
        door.ground.record("kie", NAME, raw.status(), note);
        return raw.answer(&asked.task_id, &door.inner.files_url(), &[]);
    }
    match found {
        Look::Task(data) => {
            door.ground.record("kie", NAME, 200, note);
            http::json(200, &json!({"code": 200, "msg": "success", "data": data}))
        }
        Look::Null => door.answer(NAME, 200, 422, "recordInfo is null"),
        Look::ServerError => door.answer(NAME, 500, 500, "Server exception"),
        Look::TooMany => door.answer(NAME, 429, 429, TOO_FAST),
        Look::Html => {
            door.ground.record("kie", NAME, 502, "HTML".to_owned());
            http::html(502)
        }
    }
}

async fn credit(State(door): State<Door>, headers: HeaderMap) -> Response {
    const NAME: &str = "credit";
    if door.key(NAME, &headers).is_none() {
        return door.answer(NAME, 200, 401, UNAUTHORIZED);
    }
    if let Some(raw) = door.raw(Asked::Credit) {
        door.ground.record("kie", NAME, raw.status(), "raw".into());
        return raw.answer("", "", &[]);
    }
    let spent: f64 = lock(&door.inner.tasks)
        .iter()
        .filter(|task| task.billed)
        .map(|task| task.price)
        .sum();
    let left = lock(&door.inner.plan).account - spent;
    door.ground.record("kie", NAME, 200, left.to_string());
    http::json(200, &json!({"code": 200, "msg": "success", "data": left}))
}

async fn file(State(door): State<Door>, headers: HeaderMap, Path(name): Path<String>) -> Response {
    const NAME: &str = "file";
    if headers.contains_key(header::AUTHORIZATION) {
        door.complain(NAME, "the key was sent to the file host");
    }
    if !headers.contains_key(header::USER_AGENT) {
        door.complain(NAME, "no User-Agent");
        door.ground.record("kie", NAME, 403, name);
        return http::html(403);
    }
    let of = |task: &&Task| name.rsplit_once('.').is_some_and(|(id, _)| id == task.id);
    let done = |task: &&Task| task.state == "success";
    let task = lock(&door.inner.tasks)
        .iter()
        .filter(done)
        .find(of)
        .cloned();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let Some(task) = task.filter(|_| matches!(ending, Some("mp4" | "jpg"))) else {
        door.ground.record("kie", NAME, 404, name);
        return http::html(404);
    };
    // A model that may go without a photo makes its video from the prompt alone.
    let photo = task.photo.unwrap_or_else(|| sample_photo(0));
    if ending == Some("jpg") {
        door.ground.record("kie", NAME, 200, name);
        return ([(header::CONTENT_TYPE, "image/jpeg")], photo).into_response();
    }
    let movie = match movie::of(photo).await {
        Ok(movie) => movie,
        Err(why) => {
            door.complain(NAME, &why);
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let movie = match task.ending {
        Ending::BigVideo => movie::padded(&movie, BIG),
        _ => movie,
    };
    if let Some(raw) = door.raw(Asked::File) {
        door.ground.record("kie", NAME, raw.status(), name);
        return raw.answer(&task.id, &door.inner.files_url(), &movie);
    }
    let note = format!("{name}, {} bytes", movie.len());
    door.ground.record("kie", NAME, 200, note);
    ([(header::CONTENT_TYPE, "video/mp4")], movie).into_response()
}

/// The body of a creation.
struct Order {
    model: String,
    callback_url: Option<String>,
    input: serde_json::Map<String, Value>,
}

impl Order {
    fn read(body: &[u8]) -> Result<Order, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Body {
            model: String,
            call_back_url: Option<String>,
            input: serde_json::Map<String, Value>,
        }
        let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let url = body.call_back_url.as_deref();
        if url.is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err("callBackUrl is not an address".to_owned());
        }
        Ok(Order {
            model: body.model,
            callback_url: body.call_back_url,
            input: body.input,
        })
    }
}

impl Door {
    fn within_rate(&self, key: &str) -> bool {
        let now = self.ground.now();
        let mut plan = lock(&self.inner.plan);
        let recent: &mut VecDeque<u64> = plan.creations.entry(key.to_owned()).or_default();
        recent.retain(|at| at + WINDOW > now);
        let within = recent.len() < CREATIONS;
        if within {
            recent.push_back(now);
        }
        within
    }

    fn next_ending(&self, model: &str) -> Ending {
        let mut plan = lock(&self.inner.plan);
        let ending = plan.next.pop_front().unwrap_or(plan.by_default);
        if ending == Ending::DeadModel {
            plan.dead.insert(model.to_owned());
        }
        ending
    }

    fn raw(&self, asked: Asked) -> Option<Raw> {
        lock(&self.inner.plan).raw.next(asked)
    }

    /// Answers a creation as it was planned, byte by byte.
    async fn answer_raw(
        &self,
        key: String,
        order: Order,
        model: &Model,
        ending: Ending,
        raw: &Raw,
    ) -> Response {
        let url = order.callback_url.clone().filter(|_| raw.calls_first());
        let id = raw
            .task()
            .map(|id| self.make(key, order, model, ending, id));
        let id = id.unwrap_or_default();
        if let Some(url) = url {
            let body = json!({"code": 200, "data": {"taskId": id, "state": "success"}});
            callbacks::post(self, &url, &body).await;
        }
        let note = format!("raw {id}");
        self.ground.record("kie", "createTask", raw.status(), note);
        raw.answer(&id, &self.inner.files_url(), &[])
    }

    fn accept(&self, key: String, order: Order, model: &Model, ending: Ending) -> Response {
        let id = self.make(key, order, model, ending, "");
        if ending == Ending::LostReply {
            let note = format!("{id} accepted, no answer");
            self.ground.record("kie", "createTask", 0, note);
            return http::hang_up();
        }
        self.ground
            .record("kie", "createTask", 200, format!("{} {id}", model.name));
        let body = json!({"code": 200, "msg": "success", "data": {"taskId": id}});
        http::json(200, &body)
    }

    /// Makes a task, of that name if it is one; its name.
    fn make(&self, key: String, order: Order, model: &Model, ending: Ending, name: &str) -> String {
        let now = self.ground.now();
        let duration = lock(&self.inner.plan).duration;
        let photo_url = Model::photo_url(&order.input);
        let mut tasks = lock(&self.inner.tasks);
        let id = match name {
            "" => format!(
                "{:032x}",
                0x5a4d_b0c5_0000_0000_u128 + tasks.len() as u128 + 1
            ),
            name => name.to_owned(),
        };
        tasks.push(Task {
            id: id.clone(),
            model: order.model,
            key,
            input: Value::Object(order.input),
            callback_url: order.callback_url,
            state: "waiting",
            created_at: now,
            ends_at: Task::end_of(ending, now, duration),
            billed: true,
            photo: None,
            ending,
            looks: 0,
            price: model.price,
            photo_state: match photo_url {
                Some(_) => PhotoState::Fetching,
                None => PhotoState::Good,
            },
            completed_at: None,
            updated_at: now,
            told: false,
        });
        drop(tasks);
        if let Some(url) = photo_url {
            let door = self.clone();
            let id = id.clone();
            self.ground
                .nursery
                .spawn(async move { photo::fetch(&door, &id, &url).await });
        }
        id
    }

    fn answer(&self, name: &str, status: u16, code: u16, text: &str) -> Response {
        let note = format!("{code} {text}");
        self.ground.record("kie", name, status, note);
        http::json(status, &json!({"code": code, "msg": text, "data": null}))
    }
}
