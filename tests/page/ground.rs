//! The ground an operator's visits stand on: a playground, its page, and a seller or two.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use fantoccini::Locator;
use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::operator::service::ask::{Acts, Jobs, Orders, Wanted};
use neurocards::rules::domain::id::UserId;
use neurocards::sandbox::{Ending, Person, sample_photo};
use neurocards::shop::audit;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::visit::Visit;

/// 2026-01-22 12:00:00 UTC.
const NOON: Timestamp = Timestamp(1_769_083_200_000);
/// What the seller says of the product: nobody but the script's author reads it.
const PRODUCT: &str = "Ортопедическая подушка, снимает напряжение";
/// A seller.
pub const ANNA: i64 = 1001;
/// Another one.
pub const BEN: i64 = 1002;

/// What is done on a visit.
pub type Told<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A playground with its operator's page in the browser.
pub struct Office<'a> {
    /// What is done in the browser.
    pub visit: Visit<'a>,
    stage: tokio::sync::Mutex<Playground>,
    url: String,
    /// What is said at the door.
    pub token: String,
}

/// Opens the page of a new playground, lets the visitor prove the promise, and reads what the console said.
pub async fn visit(browser: &Browser, proof: for<'a> fn(&'a Office<'a>) -> Told<'a>) {
    browser.console().await;
    let (stage, _data) = stage().await;
    browser.client.delete_all_cookies().await.unwrap();
    let office = Office {
        url: stage.office_url(),
        token: stage.office_token().unwrap(),
        stage: tokio::sync::Mutex::new(stage),
        visit: Visit {
            browser,
            client: &browser.client,
        },
    };
    proof(&office).await;
    browser.client.goto("about:blank").await.unwrap();
    let expected = [
        "/signin - Failed",
        "ERR_CONNECTION_REFUSED",
        "ERR_BLOCKED_BY_CLIENT",
    ];
    let mut said = browser.console().await;
    said.retain(|line| !expected.iter().any(|it| line.contains(it)));
    assert_eq!(said, [""; 0], "the console, with the policy's refusals");
    let mut stage = office.stage.into_inner();
    assert_eq!(stage.sandbox.complaints(), [""; 0]);
    let books = audit::audit(&stage.daemon().store().snapshot().unwrap()).unwrap();
    assert!(books.breaches.is_empty(), "{:?}", books.breaches);
    stage.stop_daemon().await;
}

/// A playground at noon.
pub async fn stage() -> (Playground, tempfile::TempDir) {
    stage_with("").await
}

/// With more lines of configuration.
pub async fn stage_with(more: &str) -> (Playground, tempfile::TempDir) {
    let config = format!("[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n{more}");
    let data = tempfile::tempdir().unwrap();
    let setting = Setting {
        data: data.path(),
        clock: Clock::led(NOON, 0.0),
        page: None,
        config: &config,
        reach: Reach::Polling,
        author: true,
    };
    let stage = Playground::start(setting).await.unwrap();
    stage.settle().await.unwrap();
    (stage, data)
}

impl Office<'_> {
    pub async fn opens(&self, path: &str) {
        let url = format!("{}{path}", self.url);
        self.visit.client.goto(&url).await.unwrap();
    }

    pub async fn address(&self) -> String {
        self.visit.client.current_url().await.unwrap().to_string()
    }

    pub async fn says_token(&self, token: &str) {
        let field = self
            .visit
            .client
            .find(Locator::Css("#token"))
            .await
            .unwrap();
        field.send_keys(token).await.unwrap();
        self.visit.clicks(".door button").await;
    }

    pub async fn signs_in(&self) {
        self.opens("/").await;
        self.says_token(&self.token).await;
        let there = "return document.querySelector('[data-test=sales]')";
        self.visit.until(there, "the first page").await;
    }

    pub async fn searches(&self, said: &str) {
        let field = Locator::Css("search input[name=q]");
        let field = self.visit.client.find(field).await.unwrap();
        field.send_keys(said).await.unwrap();
        let old = "document.documentElement.dataset.old = 'yes'; return 0";
        self.visit.asks(old).await;
        self.visit.clicks("search button").await;
        let new =
            "return !document.documentElement.dataset.old && document.readyState === 'complete'";
        self.visit.until(new, "what was found").await;
    }

    /// Opens a form with a reason, fills it in and confirms it.
    pub async fn does(&self, deed: &str, why: &str) {
        self.asks(deed, why).await;
        assert!(self.visit.text(".confirm .why").await.contains(why));
        self.visit.clicks(".confirm button.main").await;
        let done = "return document.querySelector('[data-test=told]')";
        self.visit.until(done, "what came of it").await;
    }

    /// Opens a form with a reason and fills it in.
    pub async fn asks(&self, deed: &str, why: &str) {
        self.visit
            .clicks(&format!("details[data-keep={deed}] summary"))
            .await;
        let field = format!("#why-{deed}");
        let field = self.visit.client.find(Locator::Css(&field)).await.unwrap();
        field.send_keys(why).await.unwrap();
        self.presses(deed).await;
    }

    /// Presses the button that asks for a deed.
    pub async fn presses(&self, deed: &str) {
        let button = format!("//main//form[input[@name='deed' and @value='{deed}']]//button");
        self.visit.clicks_at(Locator::XPath(&button)).await;
    }

    pub async fn fills_grant(&self, user: i64, credits: &str, why: &str) {
        self.opens(&format!("/users/{user}")).await;
        self.fills_here(credits, why).await;
    }

    pub async fn fills_here(&self, credits: &str, why: &str) {
        for (field, value) in [("#credits", credits), ("#why-grant", why)] {
            let field = self.visit.client.find(Locator::Css(field)).await.unwrap();
            field.send_keys(value).await.unwrap();
        }
        self.visit.clicks("[data-test=grant] button").await;
        self.visit
            .until("return document.querySelector('.confirm')", "the question")
            .await;
    }

    /// A seller who has started the bot.
    pub async fn seller(&self, id: i64) -> Person {
        let stage = self.stage.lock().await;
        let person = stage.sandbox.telegram.person(id, "Анна", Some("ru"));
        person.sends("/start");
        stage.settle().await.unwrap();
        person
    }

    /// One video, from the menu to the last button.
    pub async fn orders(&self, person: &Person) {
        let stage = self.stage.lock().await;
        person.sends("/menu");
        stage.settle().await.unwrap();
        let press = async |label: &str| {
            person
                .presses(label)
                .unwrap_or_else(|| panic!("there is no button «{label}»"));
            stage.settle().await.unwrap();
        };
        press("Сделать Reels").await;
        person.sends_photo(sample_photo(0));
        stage.settle().await.unwrap();
        person.sends(PRODUCT);
        stage.settle().await.unwrap();
        press("UGC Блогер").await;
        person.sends("-");
        stage.settle().await.unwrap();
        press("1 видео").await;
        press("Да, запустить").await;
    }

    pub fn next(&self, endings: &[Ending]) {
        let stage = self.stage.try_lock().expect("nobody else plays");
        endings
            .iter()
            .for_each(|ending| stage.sandbox.kie.next(*ending));
    }

    /// Lets time pass until every video has ended.
    pub async fn ends(&self) {
        let stage = self.stage.lock().await;
        for _ in 0..60 {
            let snapshot = stage.daemon().store().snapshot().unwrap();
            if snapshot.live_jobs().unwrap() == 0 {
                return;
            }
            drop(snapshot);
            stage.pass(Duration::from_secs(30)).await.unwrap();
        }
        panic!("a video without an end");
    }

    pub async fn all_ended(&self) {
        self.ends().await;
        self.settles().await;
    }

    /// Lists go on below a number.
    pub async fn goes_on_below(&self) {
        let stage = self.stage.lock().await;
        let (whom, before, most) = (None, Some(3), 10);
        let orders = Orders {
            whom: whom.clone(),
            before,
            most,
        };
        let orders = stage.ask(orders).await.unwrap().unwrap();
        assert_eq!(orders.iter().map(|it| it.id).collect::<Vec<_>>(), [2, 1]);
        let wanted = Wanted::All;
        let jobs = Jobs {
            wanted,
            whom,
            before,
            most: 1,
        };
        let jobs = stage.ask(jobs).await.unwrap().unwrap();
        assert_eq!(jobs.lines.iter().map(|it| it.id).collect::<Vec<_>>(), [2]);
        let acts = stage.ask(Acts { before, most }).await.unwrap().unwrap();
        assert_eq!(acts.iter().map(|it| it.n).collect::<Vec<_>>(), [2, 1]);
    }

    pub async fn settles(&self) {
        self.stage.lock().await.settle().await.unwrap();
    }

    /// What a seller may spend.
    pub fn balance(&self, user: i64) -> u32 {
        let stage = self.stage.try_lock().expect("nobody else plays");
        let snapshot = stage.daemon().store().snapshot().unwrap();
        let row = snapshot.user(UserId(user.unsigned_abs())).unwrap();
        row.unwrap().user.available.0
    }

    /// The daemon goes away, and comes again at another address.
    pub async fn stops_listening(&self) {
        let mut stage = self.stage.lock().await;
        stage.stop_daemon().await;
        stage.start_daemon().await.unwrap();
        stage.settle().await.unwrap();
    }

    async fn devtools(&self, cmd: &str, params: Value) {
        let body = json!({"cmd": cmd, "params": params});
        self.visit.browser.asks("goog/cdp/execute", body).await;
    }

    pub async fn is_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    pub async fn blocks(&self, urls: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({"urls": urls}))
            .await;
    }

    /// A page that is not there is told of in the console, too.
    pub async fn forgives_404(&self) {
        let said = self.visit.browser.console().await;
        let strange = said.iter().filter(|line| !line.contains("/nowhere"));
        assert_eq!(strange.count(), 0, "{said:?}");
    }
}
