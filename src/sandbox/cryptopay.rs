//! The stand-in for Crypto Pay, and the page on which its bot takes money.

mod book;
mod check;
mod wire;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::Value;

pub use self::book::{CryptoInvoice, InvoiceStatus, Writing};
use self::{
    book::Book,
    wire::{Door, TOKEN, sign},
};
use super::{
    ground::{Ground, TICK},
    lock::lock,
    rail::{News, RailFault, bell::Bell, bell::Letter},
};

/// Seventeen tries within three days, and then no more.
const PATIENCE: (u32, u64) = (17, 2_000);

/// The stand-in Crypto Pay; a cheap handle.
#[derive(Clone)]
pub struct CryptoPay {
    door: Door,
    address: SocketAddr,
}

impl CryptoPay {
    pub(super) async fn start(ground: &Ground, root_pem: Option<&str>) -> io::Result<CryptoPay> {
        let door = Door {
            ground: ground.clone(),
            book: Arc::new(Mutex::new(Book::default())),
            faults: Arc::default(),
            bell: Bell::new("cryptopay", root_pem, PATIENCE, true)?,
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
        Ok(CryptoPay { door, address })
    }

    /// What a client takes for `https://pay.crypt.bot`; without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of the app.
    pub fn token(&self) -> &str {
        TOKEN
    }

    /// Where webhooks are posted, as it is set in the bot; nowhere at first.
    pub fn set_webhook(&self, url: Option<&str>) {
        self.door.bell.hang_at(url);
    }

    /// Where webhooks are posted now: nowhere once nobody has taken one for three days.
    pub fn webhook(&self) -> Option<String> {
        self.door.bell.hook()
    }

    /// How webhooks are written from here on.
    pub fn set_writing(&self, writing: Writing) {
        self.door.change(|book, _| book.writing = writing);
    }

    /// Every invoice, oldest first, without those that were deleted.
    pub fn invoices(&self) -> Vec<CryptoInvoice> {
        self.door.change(|book, _| book.invoices.clone())
    }

    /// Somebody pays in this asset; `false` if it cannot be paid any more, or not in it.
    pub fn pays(&self, invoice: u64, asset: &str) -> bool {
        self.door.change(|book, now| book.pay(invoice, asset, now))
    }

    /// Somebody has paid what has expired: the network was slow.
    pub fn pays_late(&self, invoice: u64) -> bool {
        self.door.change(|book, now| book.pay_late(invoice, now))
    }

    /// What happens to news from here on; what was held goes out with [`News::Prompt`].
    pub fn set_news(&self, news: News) {
        self.door.bell.set_news(&self.door.ground, news);
    }

    /// The newest webhook comes once more; `false` if there was none.
    pub fn repeats_news(&self) -> bool {
        self.door.bell.repeat(&self.door.ground)
    }

    /// Somebody posts a webhook of their own, with any signature or none.
    pub fn forges(&self, body: &Value, signature: Option<&str>) {
        let signature = signature.map(|it| ("crypto-pay-api-signature", it.to_owned()));
        let (headers, body) = (signature.into_iter().collect(), body.to_string());
        self.door
            .bell
            .post(&self.door.ground, Letter { headers, body });
    }

    /// The signature of these bytes, as a webhook has it.
    pub fn signs(&self, body: &str) -> String {
        sign(body)
    }

    /// Makes the next call of this method go wrong; "" is any.
    pub fn fail_next(&self, method: &str, fault: RailFault) {
        lock(&self.door.faults).plan(method, fault);
    }

    /// Every call goes wrong from here on, or none.
    pub fn set_down(&self, fault: Option<RailFault>) {
        lock(&self.door.faults).down = fault;
    }
}
