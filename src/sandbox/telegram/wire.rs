//! The Bot API over HTTP: the path, the envelope, and what goes wrong on purpose.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::Method,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{
    args::{Args, Refusal},
    chats::World,
    door::{Door, TOKEN},
    edits,
    faults::{Fault, RawReply},
    invoices, sends, setup,
};
use crate::sandbox::{http, lock::lock};

/// The longest a poll may hang, as the real one.
const LONGEST_POLL: i64 = 50;

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .fallback(serve)
        .layer(DefaultBodyLimit::disable())
        .with_state(door)
}

async fn serve(State(door): State<Door>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(rest) = path.strip_prefix("/file/bot") {
        return door.download(rest, request.method());
    }
    let call = path
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'));
    let Some((token, method)) = call else {
        let refusal = Refusal::plain(404, "Not Found");
        return door.refuse(&path, refusal);
    };
    if token != TOKEN {
        return door.refuse(method, Refusal::plain(401, "Unauthorized"));
    }
    if request.method() != Method::POST && request.method() != Method::GET {
        let refusal = Refusal {
            code: 405,
            ..Refusal::wrong("method not allowed")
        };
        return door.refuse(method, refusal);
    }
    door.call(&method.to_lowercase(), request).await
}

impl Door {
    async fn call(&self, method: &str, request: Request) -> Response {
        // As the real server does: whoever still uploads would not hear an earlier answer.
        let args = Args::read(request).await;
        let chat = args.as_ref().ok().and_then(|args| args.peek("chat_id"));
        let fault = self.next_fault(method, chat.and_then(|chat| chat.parse().ok()));
        let fault = match fault {
            Some(Fault::Hang) => {
                let note = "no answer".to_owned();
                self.ground.record("telegram", method, 0, note);
                std::future::pending().await
            }
            Some(fault) if fault.is_done() => Some(fault),
            Some(fault) => return self.fail(method, fault),
            None => None,
        };
        let answer = match args {
            Ok(args) => self.dispatch(method, args).await,
            Err(refusal) => Err(refusal),
        };
        match (answer, fault) {
            (Ok(_), Some(Fault::Answers(raw))) => self.answer(method, &raw),
            (Ok(_), Some(_)) => {
                let note = "done, no answer".to_owned();
                self.ground.record("telegram", method, 0, note);
                http::hang_up()
            }
            (Ok((result, note)), None) => {
                let idle = method == "getupdates" && result == "[]";
                if !idle {
                    self.ground.record("telegram", method, 200, note);
                }
                http::text(200, &[], format!(r#"{{"ok":true,"result":{result}}}"#))
            }
            (Err(refusal), _) => self.refuse(method, refusal),
        }
    }

    fn answer(&self, method: &str, raw: &RawReply) -> Response {
        let start = raw.body.chars().take(60).collect();
        self.ground.record("telegram", method, raw.status, start);
        http::text(raw.status, &raw.headers, raw.body.clone())
    }

    /// The result as it is written, and what is to be noted.
    async fn dispatch(&self, method: &str, args: Args) -> Result<(String, String), Refusal> {
        if method == "getupdates" {
            let batch = self.get_updates(args).await?;
            let note = format!("{} updates", batch.len());
            return Ok((format!("[{}]", batch.join(",")), note));
        }
        if method == "answercallbackquery" {
            self.wait_to_be_heard(args.peek("callback_query_id")).await;
        }
        let note = args.note();
        let answer = match method {
            "getme" => setup::get_me(self, args),
            "setwebhook" => setup::set_webhook(self, args),
            "deletewebhook" => setup::delete_webhook(self, args),
            "getwebhookinfo" => setup::get_webhook_info(self, args),
            "setmycommands"
            | "getmycommands"
            | "deletemycommands"
            | "setmyname"
            | "setmydescription"
            | "setmyshortdescription" => setup::profile_call(self, method, args),
            "sendmessage" => sends::message(self, args),
            "sendphoto" => sends::photo(self, args),
            "sendvideo" => sends::video(self, args),
            "sendchataction" => sends::chat_action(self, args),
            "getfile" => sends::get_file(self, args),
            "editmessagetext" => edits::text(self, args),
            "editmessagecaption" => edits::caption(self, args),
            "editmessagereplymarkup" => edits::reply_markup(self, args),
            "deletemessage" => edits::delete(self, args),
            "sendinvoice" => invoices::send(self, args),
            "answerprecheckoutquery" => invoices::answer_checkout(self, args),
            "refundstarpayment" => invoices::refund(self, args),
            "getstartransactions" => invoices::transactions(self, args),
            "getmystarbalance" => invoices::balance(self, args),
            "answercallbackquery" => edits::answer_press(self, args),
            _ => Err(Refusal {
                code: 404,
                description: "Not Found: method not found".to_owned(),
                retry_after: None,
                wrong: true,
            }),
        }?;
        Ok((answer.to_string(), note))
    }

    /// Until nobody wants this press unanswered any more.
    async fn wait_to_be_heard(&self, press: Option<String>) {
        let whose = {
            let world = lock(&self.inner.world);
            let mut people = world.people.iter();
            let pressed = |press: &str| people.find(|(_, it)| it.has_pressed(press));
            press.as_deref().and_then(pressed).map(|(id, _)| *id)
        };
        let held = lock(&self.inner.unheard).clone();
        for (person, mut held) in held {
            if Some(person) == whose {
                // It ends by being let go.
                while held.changed().await.is_ok() {}
            }
        }
    }

    async fn get_updates(&self, mut args: Args) -> Result<Vec<String>, Refusal> {
        let offset = args.int("offset")?.unwrap_or(0);
        let limit = args.int("limit")?.unwrap_or(100);
        let timeout = args.int("timeout")?.unwrap_or(0).clamp(0, LONGEST_POLL);
        let allowed = setup::kinds(args.json("allowed_updates")?)?;
        args.finish()?;
        if !(1..=100).contains(&limit) || offset < 0 {
            return Err(Refusal::wrong("offset or limit is out of range"));
        }
        let turn = {
            let mut settings = lock(&self.inner.settings);
            if settings.webhook_url().is_some() {
                let text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
                return Err(Refusal::plain(409, text));
            }
            settings.next_poll()
        };
        self.inner.wake.notify_waiters();
        lock(&self.inner.world).updates.allow(allowed);
        let end = tokio::time::Instant::now() + Duration::from_secs(timeout.unsigned_abs());
        loop {
            let woken = self.inner.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            if lock(&self.inner.settings).poll() != turn {
                let text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
                return Err(Refusal::plain(409, text));
            }
            let now = self.ground.now();
            let poll = |world: &mut World| world.updates.poll(offset, limit as usize, now);
            let batch = poll(&mut lock(&self.inner.world));
            if !batch.is_empty() || tokio::time::timeout_at(end, woken).await.is_err() {
                return Ok(batch);
            }
        }
    }

    fn download(&self, rest: &str, method: &Method) -> Response {
        let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
        if let Some(fault) = self.next_fault("file", None) {
            return self.fail("file", fault);
        }
        if token != TOKEN {
            return self.refuse("file", Refusal::plain(401, "Unauthorized"));
        }
        if method != Method::GET {
            return self.refuse("file", Refusal::wrong("a file is downloaded with GET"));
        }
        let path = path.replace("%2F", "/").replace("%2f", "/");
        let file = lock(&self.inner.world).files.at(&path).cloned();
        let Some(file) = file else {
            return self.refuse("file", Refusal::plain(404, "Not Found"));
        };
        let note = format!("{path}, {} bytes", file.bytes.len());
        self.ground.record("telegram", "file", 200, note);
        let Some(held) = lock(&self.inner.hold).take() else {
            return file.bytes.into_response();
        };
        let mut rest = file.bytes;
        let half = rest.split_to(rest.len() / 2);
        let rest = async move {
            // It ends by being let go.
            let _ = held.await;
            Ok::<_, Infallible>(rest)
        };
        let parts = stream::iter([Ok(half)]).chain(stream::once(rest));
        Body::from_stream(parts).into_response()
    }

    fn next_fault(&self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let now = self.ground.now();
        lock(&self.inner.faults).meet(method, chat, now)
    }

    fn fail(&self, method: &str, fault: Fault) -> Response {
        let refusal = match fault {
            Fault::TooMany { retry_after } => Refusal {
                retry_after: Some(retry_after),
                ..Refusal::plain(
                    429,
                    &format!("Too Many Requests: retry after {retry_after}"),
                )
            },
            Fault::Blocked => Refusal::blocked(),
            Fault::Deactivated => Refusal::plain(403, "Forbidden: user is deactivated"),
            Fault::NotModified => edits::not_modified(),
            Fault::ServerError => Refusal::plain(500, "Internal Server Error"),
            Fault::BadGatewayHtml => {
                self.ground
                    .record("telegram", method, 502, "HTML".to_owned());
                return http::html(502);
            }
            Fault::Answers(raw) => return self.answer(method, &raw),
            Fault::DropConnection | Fault::DropAfterDoing | Fault::Hang => {
                self.ground
                    .record("telegram", method, 0, "hung up".to_owned());
                return http::hang_up();
            }
        };
        self.refuse(method, refusal)
    }

    fn refuse(&self, method: &str, refusal: Refusal) -> Response {
        let text = &refusal.description;
        if refusal.wrong {
            let complaint = format!("telegram {method}: {text}");
            self.ground.journal.complain(complaint);
        }
        self.ground
            .record("telegram", method, refusal.code, text.clone());
        let mut body = json!({"ok": false, "error_code": refusal.code, "description": text});
        if let Some(seconds) = refusal.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        http::json(refusal.code, &body)
    }
}
