//! YooKassa over HTTP: credentials, keys, and what goes wrong on purpose.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    bank,
    book::{Book, Kept},
    check::{self, Wrong},
    door::Door,
};
use crate::sandbox::{http, lock::lock, rail::RailFault};

pub(super) const SECRET: &str = "live_SANDBOXsandboxSANDBOXsandboxSANDBOXsan";
/// `506751:live_SANDBOX…` in Base64, as a client must send it.
const BASIC: &str = "Basic NTA2NzUxOmxpdmVfU0FOREJPWHNhbmRib3hTQU5EQk9Yc2FuZGJveFNBTkRCT1hzYW4=";
const BODY_LIMIT: usize = 1 << 20;

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .route("/v3/payments", post(create_payment).get(list_payments))
        .route("/v3/payments/{id}", get(get_payment))
        .route("/v3/refunds", post(create_refund))
        .route("/v3/refunds/{id}", get(get_refund))
        .route("/bank/{id}", get(bank::show))
        .route("/bank/{id}/{deed}", post(bank::act))
        .method_not_allowed_fallback(nowhere)
        .fallback(any(nowhere))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(door)
}

/// An answer that refuses: status, code, parameter, description.
type Refusal = (u16, &'static str, &'static str, String);

async fn nowhere(State(door): State<Door>, request: Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let refusal = (404, "not_found", "", "Not found".to_owned());
    door.refuse(&what, refusal, true)
}

async fn create_payment(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let make = |door: &Door, key: &str, body: &Value| {
        let receipts = door.change(|book, _| book.receipts);
        let wish = check::payment(body, receipts)?;
        Ok(door.change(|book, now| book.open(wish, key, now)))
    };
    door.create("POST /payments", headers, body, make).await
}

async fn create_refund(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let make = |door: &Door, _: &str, body: &Value| {
        let receipts = door.change(|book, _| book.receipts);
        let wish = check::refund(body, receipts)?;
        let refund = |book: &mut Book, now| {
            book.refund(&wish.payment, wish.kopecks, wish.metadata.clone(), now)
        };
        door.change(refund)
            .map_err(|(field, why)| Wrong(field, why.to_owned()))
    };
    door.create("POST /refunds", headers, body, make).await
}

async fn get_payment(
    State(door): State<Door>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    door.look("GET /payments", headers, &id).await
}

async fn get_refund(
    State(door): State<Door>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    door.look("GET /refunds", headers, &id).await
}

async fn list_payments(State(door): State<Door>, headers: HeaderMap) -> Response {
    let call = "GET /payments";
    if let Some(refusal) = stranger(&headers) {
        return door.refuse(call, refusal, false);
    }
    if let Some(fault) = door.fault(call) {
        return fault
            .answer(|status, wait| door.own(call, status, wait))
            .await;
    }
    let newest = |book: &mut Book, _| {
        let newest = book.payments.iter().rev().take(100);
        newest.map(|it| it.describe()).collect::<Vec<_>>()
    };
    let items = door.change(newest);
    door.ground.record("yookassa", call, 200, String::new());
    http::json(200, &json!({"type": "list", "items": items}))
}

fn stranger(headers: &HeaderMap) -> Option<Refusal> {
    let given = headers.get(header::AUTHORIZATION);
    let says = match given {
        Some(given) if given == BASIC => return None,
        Some(_) => "Error in shopId or secret key. Check their validity.",
        None => "Authentication is missing",
    };
    Some((401, "invalid_credentials", "", says.to_owned()))
}

impl Door {
    fn fault(&self, call: &str) -> Option<RailFault> {
        lock(&self.faults).meet(call)
    }

    async fn create(
        &self,
        call: &'static str,
        headers: HeaderMap,
        body: Bytes,
        make: impl FnOnce(&Door, &str, &Value) -> Result<String, Wrong>,
    ) -> Response {
        if let Some(refusal) = stranger(&headers) {
            return self.refuse(call, refusal, false);
        }
        let fault = self.fault(call);
        if let Some(fault) = fault.filter(|fault| !fault.is_done()) {
            return fault
                .answer(|status, wait| self.own(call, status, wait))
                .await;
        }
        let made = self.made(call, &headers, &body, make);
        match (made, fault) {
            (Ok(_), Some(fault)) => {
                fault
                    .answer(|status, wait| self.own(call, status, wait))
                    .await
            }
            (Ok(id), None) => self.tell(call, &id),
            (Err(refusal), _) => self.refuse(call, refusal, true),
        }
    }

    /// The id of what was created, now or before under the same key.
    fn made(
        &self,
        call: &'static str,
        headers: &HeaderMap,
        body: &Bytes,
        make: impl FnOnce(&Door, &str, &Value) -> Result<String, Wrong>,
    ) -> Result<String, Refusal> {
        let wrong = |field, why: &str| (400, "invalid_request", field, why.to_owned());
        let key = headers
            .get("idempotence-key")
            .and_then(|key| key.to_str().ok());
        let letter = |it: u8| it.is_ascii_alphanumeric() || b"+-_.".contains(&it);
        let key = key.filter(|key| (1..=64).contains(&key.len()) && key.bytes().all(letter));
        let Some(key) = key else {
            return Err(wrong(
                "Idempotence-Key",
                "Idempotence key is missing or invalid",
            ));
        };
        let kind = headers.get(header::CONTENT_TYPE);
        if kind.is_none_or(|it| !it.as_bytes().starts_with(b"application/json")) {
            return Err(wrong("Content-Type", "application/json expected"));
        }
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| wrong("body", "Request body is invalid JSON"))?;
        let kept = self.change(|book, now| {
            let kept = book.kept(key, now)?;
            Some((kept.call == call && kept.body == body).then(|| kept.id.clone()))
        });
        match kept {
            Some(Some(id)) => return Ok(id),
            Some(None) => {
                let why = "Idempotence key was used with another request";
                return Err(wrong("Idempotence-Key", why));
            }
            None => {}
        }
        let id = make(self, key, &body).map_err(|Wrong(field, why)| wrong(field, &why))?;
        self.change(|book, at| {
            let (key, call, id) = (key.to_owned(), call.to_owned(), id.clone());
            book.keys.push(Kept {
                key,
                call,
                body,
                id,
                at,
            });
        });
        Ok(id)
    }

    async fn look(&self, call: &'static str, headers: HeaderMap, id: &str) -> Response {
        if let Some(refusal) = stranger(&headers) {
            return self.refuse(call, refusal, false);
        }
        match self.fault(call) {
            Some(fault) => {
                fault
                    .answer(|status, wait| self.own(call, status, wait))
                    .await
            }
            None => self.tell(call, id),
        }
    }

    fn tell(&self, call: &str, id: &str) -> Response {
        let told = self.change(|book, _| match call.ends_with("/payments") {
            true => book
                .payments
                .iter()
                .find(|it| it.id == id)
                .map(|it| it.describe()),
            false => book
                .refunds
                .iter()
                .find(|it| it.id == id)
                .map(|it| it.describe()),
        });
        match told {
            Some(told) => {
                let status = told["status"].as_str().unwrap_or_default();
                self.ground
                    .record("yookassa", call, 200, format!("{id} {status}"));
                http::json(200, &told)
            }
            None => {
                let says = format!("Object {id:?} doesn't exist");
                self.refuse(call, (404, "not_found", "", says), false)
            }
        }
    }

    fn own(&self, call: &str, status: u16, wait: u32) -> Response {
        if status != 429 {
            let refusal = (
                500,
                "internal_server_error",
                "",
                "Internal server error".to_owned(),
            );
            return self.refuse(call, refusal, false);
        }
        self.ground.record("yookassa", call, 429, String::new());
        let error = json!({
            "type": "error", "id": "0", "code": "too_many_requests",
            "description": "Too many requests", "retry_after": wait * 1000,
        });
        http::json(429, &error)
    }

    fn refuse(&self, call: &str, refusal: Refusal, wrong: bool) -> Response {
        let (status, code, parameter, says) = refusal;
        if wrong {
            let complaint = format!("yookassa {call}: {parameter}: {says}");
            self.ground.journal.complain(complaint);
        }
        let note = format!("{code} {parameter}");
        self.ground.record("yookassa", call, status, note);
        let mut error = json!({
            "type": "error", "id": "ab5a11cd-13cc-4e33-af8b-75a74e18dd09",
            "code": code, "description": says,
        });
        if !parameter.is_empty() {
            error["parameter"] = parameter.into();
        }
        http::json(status, &error)
    }
}
