//! How a rail tells the bot of something: posts it, again and again, until it is taken or given up.

use std::{
    io,
    sync::{Arc, Mutex},
};

use reqwest::Certificate;

use super::News;
use crate::sandbox::{
    ground::{Ground, TICK, UnderWay},
    lock::lock,
};

/// What is posted.
#[derive(Clone)]
pub(in crate::sandbox) struct Letter {
    pub(in crate::sandbox) headers: Vec<(&'static str, String)>,
    pub(in crate::sandbox) body: String,
}

/// Rings at one address.
#[derive(Clone)]
pub(in crate::sandbox) struct Bell(Arc<Inner>);

struct Inner {
    service: &'static str,
    client: reqwest::Client,
    /// How often it is tried, and how long is waited first, in virtual milliseconds; then twice as long each time.
    tries: u32,
    first_wait: u64,
    /// Whether whoever is not heard is not told any more.
    gives_up: bool,
    hook: Mutex<Option<String>>,
    news: Mutex<News>,
    held: Mutex<Vec<Letter>>,
    sent: Mutex<Vec<Letter>>,
}

impl Bell {
    pub(in crate::sandbox) fn new(
        service: &'static str,
        root_pem: Option<&str>,
        (tries, first_wait): (u32, u64),
        gives_up: bool,
    ) -> io::Result<Bell> {
        let mut client = reqwest::Client::builder().no_proxy().use_rustls_tls();
        if let Some(pem) = root_pem {
            let roots = Certificate::from_pem_bundle(pem.as_bytes()).map_err(io::Error::other)?;
            client = roots
                .into_iter()
                .fold(client, reqwest::ClientBuilder::add_root_certificate);
        }
        Ok(Bell(Arc::new(Inner {
            service,
            client: client.build().map_err(io::Error::other)?,
            tries,
            first_wait,
            gives_up,
            hook: Mutex::default(),
            news: Mutex::default(),
            held: Mutex::default(),
            sent: Mutex::default(),
        })))
    }

    pub(in crate::sandbox) fn hang_at(&self, url: Option<&str>) {
        *lock(&self.0.hook) = url.map(str::to_owned);
    }

    pub(in crate::sandbox) fn hook(&self) -> Option<String> {
        lock(&self.0.hook).clone()
    }

    /// Tells, holds back or forgets a letter.
    pub(in crate::sandbox) fn ring(&self, ground: &Ground, letter: Letter) {
        lock(&self.0.sent).push(letter.clone());
        let news = *lock(&self.0.news);
        match news {
            News::Prompt => self.post(ground, letter),
            News::Held => lock(&self.0.held).push(letter),
            News::Lost => {}
        }
    }

    pub(in crate::sandbox) fn set_news(&self, ground: &Ground, news: News) {
        *lock(&self.0.news) = news;
        if news == News::Prompt {
            let held = std::mem::take(&mut *lock(&self.0.held));
            held.into_iter()
                .for_each(|letter| self.post(ground, letter));
        }
    }

    /// Tells the newest letter once more; `false` if there is none.
    pub(in crate::sandbox) fn repeat(&self, ground: &Ground) -> bool {
        let last = lock(&self.0.sent).last().cloned();
        let last = last.map(|letter| self.post(ground, letter));
        last.is_some()
    }

    /// Posts in the background, whatever becomes of news.
    pub(in crate::sandbox) fn post(&self, ground: &Ground, letter: Letter) {
        let Some(url) = self.hook() else {
            return;
        };
        let (bell, here, under_way) = (self.clone(), ground.clone(), ground.begin());
        ground
            .nursery
            .spawn(async move { bell.insist(here, &url, letter, under_way).await });
    }

    async fn insist(&self, ground: Ground, url: &str, letter: Letter, under_way: UnderWay) {
        let mut wait = self.0.first_wait;
        let mut under_way = Some(under_way);
        for last in (0..self.0.tries).rev() {
            if self.once(&ground, url, &letter).await {
                return;
            }
            under_way.take();
            if last == 0 {
                break;
            }
            let due = ground.now() + wait;
            while ground.now() < due {
                tokio::time::sleep(TICK).await;
            }
            wait *= 2;
            under_way = Some(ground.begin());
        }
        if self.0.gives_up {
            self.hang_at(None);
        }
    }

    async fn once(&self, ground: &Ground, url: &str, letter: &Letter) -> bool {
        let mut request = self.0.client.post(url).body(letter.body.clone());
        request = request.header("content-type", "application/json");
        for (name, value) in &letter.headers {
            request = request.header(*name, value);
        }
        let (status, note) = match request.send().await {
            Ok(answer) => (answer.status().as_u16(), String::new()),
            Err(error) => (0, format!("{:?}", error.without_url())),
        };
        ground.record(self.0.service, "webhook", status, note);
        (200..300).contains(&status)
    }
}
