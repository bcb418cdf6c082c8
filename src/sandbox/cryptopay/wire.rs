//! Crypto Pay over HTTP: the token, the methods, the webhook, and the page that pays.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::HeaderMap,
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use ring::{digest, hmac};
use serde_json::{Map, Value, json};

use super::{
    book::{Book, InvoiceStatus, Writing},
    check,
};
use crate::sandbox::{
    ground::Ground,
    http,
    lock::lock,
    rail::{Faults, bell::Bell, bell::Letter, page::Sheet},
};

pub(super) const TOKEN: &str = "17:AASANDBOXsandboxSANDBOXsandbox";
const BODY_LIMIT: usize = 1 << 20;

/// What a request meets.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) ground: Ground,
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) faults: Arc<Mutex<Faults>>,
    pub(super) bell: Bell,
}

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .route("/api/{method}", post(call))
        .route("/pay/{id}", get(show))
        .route("/pay/{id}/{deed}", post(act))
        .method_not_allowed_fallback(nowhere)
        .fallback(any(nowhere))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(door)
}

async fn nowhere(State(door): State<Door>, request: Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    door.refuse(&what, 404, "NOT_FOUND", true)
}

async fn call(
    State(door): State<Door>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("crypto-pay-api-token");
    if token.is_none_or(|token| token != TOKEN) {
        return door.refuse(&method, 401, "UNAUTHORIZED", token.is_none());
    }
    let fault = lock(&door.faults).meet(&method);
    let own = |status, _| match status {
        429 => door.refuse(&method, 429, "TOO_MANY_REQUESTS", false),
        _ => door.refuse(&method, 500, "INTERNAL_ERROR", false),
    };
    if let Some(fault) = fault.filter(|fault| !fault.is_done()) {
        return fault.answer(own).await;
    }
    let body = match serde_json::from_slice(&body) {
        Ok(Value::Object(body)) => body,
        _ if body.is_empty() => Map::new(),
        _ => return door.refuse(&method, 400, "BODY_INVALID", true),
    };
    let done = door.does(&method, &body);
    match (done, fault) {
        (Ok(_), Some(fault)) => fault.answer(own).await,
        (Ok(result), None) => {
            door.ground.record("cryptopay", &method, 200, String::new());
            http::json(200, &json!({"ok": true, "result": result}))
        }
        (Err((code, name)), _) => door.refuse(&method, code, name, code != 404),
    }
}

async fn show(State(door): State<Door>, Path(id): Path<u64>) -> Response {
    let Some(invoice) = door.change(|book, _| book.find(id).cloned()) else {
        return http::html(404);
    };
    let to = |deed: &str| format!("/pay/{id}/{deed}");
    let open = vec![
        ("Оплатить USDT · Pay in USDT", to("USDT")),
        ("Оплатить TON · Pay in TON", to("TON")),
    ];
    let (title, buttons) = match invoice.status {
        InvoiceStatus::Active => ("CryptoBot — песочница · CryptoBot, a sandbox", open),
        InvoiceStatus::Paid => ("✅ Оплачено · Paid", Vec::new()),
        InvoiceStatus::Expired => ("⌛ Счёт истёк · Expired", Vec::new()),
    };
    let paid = invoice
        .paid
        .map(|(asset, amount)| format!("{amount} {asset}"));
    let sheet = Sheet {
        title: title.to_owned(),
        sum: format!("{},{:02} ₽", invoice.kopecks / 100, invoice.kopecks % 100),
        lines: [Some(invoice.description), paid]
            .into_iter()
            .flatten()
            .collect(),
        buttons,
        back: None,
    };
    sheet.show()
}

async fn act(State(door): State<Door>, Path((id, asset)): Path<(u64, String)>) -> Response {
    door.change(|book, now| book.pay(id, &asset, now));
    show(State(door), Path(id)).await
}

impl Door {
    /// Changes the book, after what is due has come to its end; what there is to tell goes out.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Book, u64) -> T) -> T {
        let now = self.ground.now();
        let (done, news, writing) = {
            let mut book = lock(&self.book);
            book.age(now);
            let done = change(&mut book, now);
            (done, std::mem::take(&mut book.news), book.writing)
        };
        for body in news {
            self.bell.ring(&self.ground, letter(&body, writing));
            self.ground.journal.touch();
        }
        done
    }

    fn does(&self, method: &str, body: &Map<String, Value>) -> Result<Value, (u16, &'static str)> {
        let wrong = |name| (400, name);
        match method {
            "getMe" => {
                check::known(body, &[]).map_err(wrong)?;
                let name = "Neurocards Sandbox";
                let bot = "CryptoBot";
                Ok(json!({"app_id": 17, "name": name, "payment_processing_bot_username": bot}))
            }
            "createInvoice" => {
                let wish = check::invoice(body).map_err(wrong)?;
                Ok(self.change(|book, now| {
                    let id = book.open(wish, now);
                    book.find(id).map(|it| it.describe(now)).unwrap_or_default()
                }))
            }
            "getInvoices" => {
                let asked = check::asked(body).map_err(wrong)?;
                let items = self.change(|book, now| {
                    let wanted = book.invoices.iter().rev().filter(|it| {
                        let ids = asked.ids.as_ref().is_none_or(|ids| ids.contains(&it.id));
                        let status = asked.status.as_deref();
                        ids && status.is_none_or(|status| status == it.status.name())
                    });
                    let page = wanted.skip(asked.offset).take(asked.count);
                    page.map(|it| it.describe(now)).collect::<Vec<_>>()
                });
                Ok(json!({"items": items}))
            }
            "deleteInvoice" => {
                let id = check::deleted(body).map_err(wrong)?;
                match self.change(|book, _| book.delete(id)) {
                    true => Ok(true.into()),
                    false => Err((404, "INVOICE_NOT_FOUND")),
                }
            }
            "transfer" => Err((403, "METHOD_DISABLED")),
            _ => Err((405, "METHOD_NOT_FOUND")),
        }
    }

    fn refuse(&self, method: &str, code: u16, name: &str, wrong: bool) -> Response {
        if wrong {
            let complaint = format!("cryptopay {method}: {name}");
            self.ground.journal.complain(complaint);
        }
        self.ground
            .record("cryptopay", method, code, name.to_owned());
        http::json(
            code,
            &json!({"ok": false, "error": {"code": code, "name": name}}),
        )
    }
}

fn letter(body: &Value, writing: Writing) -> Letter {
    let body = odd(&body.to_string());
    let signature = match writing {
        Writing::Odd => Some(sign(&body)),
        Writing::Capitals => Some(sign(&body).to_uppercase()),
        Writing::Unsigned => None,
    };
    let signature = signature.map(|it| ("crypto-pay-api-signature", it));
    let headers = signature.into_iter().collect();
    Letter { headers, body }
}

/// The same JSON with a blank where nobody else writes one, and letters beyond ASCII escaped.
fn odd(body: &str) -> String {
    let mut written = String::new();
    for unit in body.replacen(':', " : ", 1).encode_utf16() {
        match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(letter) => written.push(letter.into()),
            None => {
                let _ = write!(written, "\\u{unit:04x}");
            }
        }
    }
    written
}

/// HMAC-SHA256 in hex, under the token's SHA-256.
pub(super) fn sign(body: &str) -> String {
    let key = digest::digest(&digest::SHA256, TOKEN.as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
    let tag = hmac::sign(&key, body.as_bytes());
    tag.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
