//! The page on which somebody pays by card or by СБП, or lets it be.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{
    book::{Payment, Status},
    door::Door,
};
use crate::sandbox::{http, rail::page::Sheet};

pub(super) async fn show(State(door): State<Door>, Path(id): Path<String>) -> Response {
    let found = door.change(|book, _| book.payments.iter().find(|it| it.id == id).cloned());
    match found {
        Some(payment) => sheet(payment).show(),
        None => http::html(404),
    }
}

pub(super) async fn act(
    State(door): State<Door>,
    Path((id, deed)): Path<(String, String)>,
) -> Response {
    door.change(|book, now| match deed.as_str() {
        "pay" => book.pay(&id, now),
        "poor" => book.cancel(&id, "insufficient_funds", now),
        "decline" => book.cancel(&id, "general_decline", now),
        _ => false,
    });
    show(State(door), Path(id)).await
}

fn sheet(payment: Payment) -> Sheet {
    let to = |deed: &str| format!("/bank/{}/{deed}", payment.id);
    let pay = match payment.sbp {
        true => "Оплатить через СБП · Pay by SBP",
        false => "Оплатить картой •• 4477 · Pay by card",
    };
    let open = vec![
        (pay, to("pay")),
        ("На карте мало денег · Too little money", to("poor")),
        ("Банк отказывает · The bank declines", to("decline")),
    ];
    let (title, buttons) = match payment.status {
        Status::Pending => ("ЮKassa — песочница · YooKassa, a sandbox", open),
        Status::WaitingForCapture => ("⏳ Деньги удержаны · Held", Vec::new()),
        Status::Succeeded => ("✅ Оплачено · Paid", Vec::new()),
        Status::Canceled => ("❌ Не оплачено · Not paid", Vec::new()),
    };
    Sheet {
        title: title.to_owned(),
        sum: format!("{},{:02} ₽", payment.kopecks / 100, payment.kopecks % 100),
        lines: [Some(payment.description), payment.reason]
            .into_iter()
            .flatten()
            .collect(),
        buttons,
        back: Some(payment.return_url),
    }
}
