//! The stand-in for YooKassa's API v3, its cabinet, and the page of the bank.

mod bank;
mod book;
mod check;
mod door;
mod wire;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

pub use self::book::{Payment, Refund, Refunding, Status};
use self::{
    book::{Book, SHOP},
    door::Door,
    wire::SECRET,
};
use super::{
    ground::{Ground, TICK},
    lock::lock,
    rail::{Faults, News, RailFault, bell::Bell, bell::Letter},
};

/// Seven tries within a day.
const PATIENCE: (u32, u64) = (7, 20 * 60 * 1000);

/// The stand-in YooKassa; a cheap handle.
#[derive(Clone)]
pub struct Yookassa {
    door: Door,
    address: SocketAddr,
}

impl Yookassa {
    pub(super) async fn start(ground: &Ground, root_pem: Option<&str>) -> io::Result<Yookassa> {
        let door = Door {
            ground: ground.clone(),
            book: Arc::new(Mutex::new(Book::new())),
            faults: Arc::default(),
            bell: Bell::new("yookassa", root_pem, PATIENCE, false)?,
        };
        let address = ground.serve(wire::router(door.clone())).await?;
        lock(&door.book).url = format!("http://{address}");
        let watch = door.clone();
        ground.nursery.spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                // Looking is enough: what is due comes to its end.
                watch.change(|_, _| ());
            }
        });
        Ok(Yookassa { door, address })
    }

    /// What a client takes for `https://api.yookassa.ru/v3`; without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}/v3", self.address)
    }

    /// The id of the shop.
    pub fn shop(&self) -> &str {
        SHOP
    }

    /// The secret key of the shop.
    pub fn secret(&self) -> &str {
        SECRET
    }

    /// Where notifications are posted, as it is set in the cabinet; nowhere at first.
    pub fn set_webhook(&self, url: Option<&str>) {
        self.door.bell.hang_at(url);
    }

    /// Whether the shop must send receipts, as it must at first.
    pub fn set_receipts(&self, wanted: bool) {
        self.door.change(|book, _| book.receipts = wanted);
    }

    /// Whether the shop is one for tests.
    pub fn set_test(&self, test: bool) {
        self.door.change(|book, _| book.test = test);
    }

    /// How refunds go from here on.
    pub fn set_refunding(&self, refunding: Refunding) {
        self.door.change(|book, _| book.refunding = refunding);
    }

    /// Every payment, oldest first.
    pub fn payments(&self) -> Vec<Payment> {
        self.door.change(|book, _| book.payments.clone())
    }

    /// Every refund, oldest first.
    pub fn refunds(&self) -> Vec<Refund> {
        self.door.change(|book, _| book.refunds.clone())
    }

    /// Somebody pays, in the card's or the bank's way; `false` if it cannot be paid any more.
    pub fn pays(&self, payment: &str) -> bool {
        self.door.change(|book, now| book.pay(payment, now))
    }

    /// The bank does not want it, for that reason: `insufficient_funds`, for instance; `false` if it is not open.
    pub fn declines(&self, payment: &str, reason: &str) -> bool {
        self.door
            .change(|book, now| book.cancel(payment, reason, now))
    }

    /// What was canceled is paid after all: the bank was late.
    pub fn pays_late(&self, payment: &str) -> bool {
        self.door.change(|book, now| book.revive(payment, now))
    }

    /// Somebody at the shop gives back so much in the cabinet; the refund's id.
    pub fn refunds_in_cabinet(&self, payment: &str, kopecks: u64) -> Option<String> {
        let asked = |book: &mut Book, now| book.refund(payment, kopecks, Value::Null, now);
        self.door.change(asked).ok()
    }

    /// What [`Refunding::Later`] has left open comes to its end, well or not.
    pub fn settles_refunds(&self, well: bool) {
        self.door.change(|book, now| book.settle(well, now));
    }

    /// What happens to news from here on; what was held goes out with [`News::Prompt`].
    pub fn set_news(&self, news: News) {
        self.door.bell.set_news(&self.door.ground, news);
    }

    /// The newest notification comes once more; `false` if there was none.
    pub fn repeats_news(&self) -> bool {
        self.door.bell.repeat(&self.door.ground)
    }

    /// Somebody posts a notification about any object.
    pub fn forges(&self, event: &str, object: Value) {
        let body = json!({"type": "notification", "event": event, "object": object}).to_string();
        let headers = Vec::new();
        self.door
            .bell
            .post(&self.door.ground, Letter { headers, body });
    }

    /// Makes the next call go wrong: `POST /payments`, `GET /payments`, `POST /refunds`, `GET /refunds`, or "" for any.
    pub fn fail_next(&self, call: &str, fault: RailFault) {
        lock(&self.door.faults).plan(call, fault);
    }

    /// Every call goes wrong from here on, or none.
    pub fn set_down(&self, fault: Option<RailFault>) {
        lock::<Faults>(&self.door.faults).down = fault;
    }
}
