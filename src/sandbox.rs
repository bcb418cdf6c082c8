//! Strict stand-ins for Telegram, KIE, OpenAI, YooKassa and Crypto Pay: real HTTP servers on loopback, for a person and for tests.
//!
//! Nothing here imports the rest of the crate, so that a client and its stand-in cannot be wrong together.
//! What the real service would refuse is refused, and recorded in [`Sandbox::complaints`].

#[cfg(test)]
pub(crate) mod clock;
pub mod cryptopay;
pub mod gpt;
mod ground;
mod hooks;
mod http;
pub mod journal;
pub mod kie;
mod lock;
pub mod movie;
mod page;
mod pictures;
mod rail;
pub mod telegram;
pub mod yookassa;

use std::{io, net::SocketAddr};

use tokio::sync::watch;

pub use self::{
    cryptopay::CryptoPay,
    gpt::{Gpt, Reply, Writing},
    hooks::{Granted, Hooks},
    journal::Call,
    kie::{Asked, Ending, Kie, Raw, Task, Upload, UploadFault},
    pictures::sample_photo,
    rail::{News, RailFault},
    telegram::{
        Button, Charge, Checkout, Fault, File, HeldAnswers, Invoice, Message, Person, RawReply,
        Telegram, Toast, Video,
    },
    yookassa::Yookassa,
};
use self::{ground::Ground, journal::Journal};

/// How to start a sandbox.
pub struct Options {
    /// What the sandbox asks of its surroundings.
    pub hooks: Hooks,
    /// One more root certificate trusted when photos are fetched and callbacks are sent.
    pub photo_root_pem: Option<String>,
    /// Where to serve the page on which a person plays the seller.
    pub page: Option<SocketAddr>,
}

/// The running stand-ins; they stop when it is dropped.
pub struct Sandbox {
    /// The stand-in Bot API.
    pub telegram: Telegram,
    /// The stand-in video provider.
    pub kie: Kie,
    /// The stand-in script writer.
    pub gpt: Gpt,
    /// The stand-in bank.
    pub yookassa: Yookassa,
    /// The stand-in CryptoBot.
    pub cryptopay: CryptoPay,
    ground: Ground,
    page: Option<SocketAddr>,
}

impl Sandbox {
    /// Starts every stand-in on a free port of 127.0.0.1, and the page if asked for.
    ///
    /// # Errors
    /// When a port cannot be bound or the extra root is not a PEM certificate.
    pub async fn start(options: Options) -> io::Result<Sandbox> {
        let ground = Ground::new(options.hooks);
        let telegram = Telegram::start(&ground).await?;
        let kie = Kie::start(&ground, options.photo_root_pem.as_deref()).await?;
        let gpt = Gpt::start(&ground).await?;
        let root = options.photo_root_pem.as_deref();
        let yookassa = Yookassa::start(&ground, root).await?;
        let cryptopay = CryptoPay::start(&ground, root).await?;
        let page = match options.page {
            Some(address) => {
                telegram.person(1001, "Анна", Some("ru"));
                telegram.person(1002, "Ben", Some("en"));
                Some(page::start(address, &ground, &telegram, &kie, &gpt).await?)
            }
            None => None,
        };
        Ok(Sandbox {
            telegram,
            kie,
            gpt,
            yookassa,
            cryptopay,
            ground,
            page,
        })
    }

    /// Where a person opens the page.
    pub fn page_url(&self) -> Option<String> {
        self.page.map(|address| format!("http://{address}/"))
    }

    /// Whether a stand-in has something to do at this moment: a request of either side that was not answered yet, an
    /// update that was not taken, an end of a task that was not told.
    pub fn is_busy(&self) -> bool {
        // In this order: whoever is no longer behind has begun to tell.
        self.kie.is_behind() || self.telegram.pending_updates() > 0 || self.ground.is_asked()
    }

    /// A number that grows with every change in any stand-in.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.journal().changed()
    }

    /// The newest 2000 calls, newest last.
    pub fn calls(&self) -> Vec<Call> {
        self.journal().calls()
    }

    /// What callers did that no real service would have taken.
    pub fn complaints(&self) -> Vec<String> {
        self.journal().complaints()
    }

    fn journal(&self) -> &Journal {
        &self.ground.journal
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.ground.nursery.close();
    }
}
