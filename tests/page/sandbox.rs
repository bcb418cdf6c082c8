//! The sandbox's page: what a seller clicks, types and sees, each promise told as a visit.
//!
//! One chromedriver and one Chromium serve all visits, one after another; each visit has a playground of its own.

use std::future::Future;
use std::pin::Pin;

use fantoccini::Locator;
use fantoccini::key::Key;
use neurocards::base::clock::Clock;
use neurocards::cli::playground::{Playground, Reach, Setting};
use serde_json::json;

use crate::browser::{Browser, DESK, TELEPHONE};
use crate::promises;
use crate::visit::Visit;

/// How fast the playground's time runs.
const SPEED: f64 = 60.0;
const ANNA: i64 = 1001;
const BEN: i64 = 1002;

type Told<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
/// What the page promises, and the visit that proves it.
type Promise = (&'static str, for<'a> fn(&'a Visit<'a>) -> Told<'a>);

const PROMISES: [Promise; 6] = [
    (
        "a seller clicks through six steps and gets a video that plays",
        |it| Box::pin(an_order(it)),
    ),
    ("a violation is told and refunded", |it| {
        Box::pin(a_violation(it))
    }),
    (
        "the second seller is spoken to in English and alone",
        |it| Box::pin(two_sellers(it)),
    ),
    ("who runs out of credits takes more", |it| {
        Box::pin(more_credits(it))
    }),
    ("everything is done by keyboard", |it| {
        Box::pin(by_keyboard(it))
    }),
    ("a telephone's screen is wide enough", |it| {
        Box::pin(on_a_telephone(it))
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_keeps_its_promises() {
    promises::are_kept(&PROMISES, visit).await;
}

async fn an_order(visit: &Visit<'_>) {
    let anna = chat(visit, ANNA);
    anna.starts("Привет!").await;
    assert_eq!(anna.purse().await, "2");
    anna.briefs().await;
    anna.presses("1 видео").await;
    anna.sees("Готовы запустить генерацию?").await;
    anna.presses("Да, запустить").await;
    anna.sees("Принял!").await;
    visit
        .until(
            "return document.querySelector('[data-test=balance]').textContent === '1'",
            "a credit held",
        )
        .await;
    anna.sees("Видео готово!").await;
    visit
        .until(
            "const film = document.querySelector('#seller-1001 video');
             return film && film.readyState >= 2 && film.videoWidth > 0 && film.videoWidth < film.videoHeight
                 && !film.paused && film.currentTime > 0.2",
            "a vertical video that plays",
        )
        .await;
    let film = "return document.querySelector('#seller-1001 video').currentTime";
    let before = visit.asks(film).await.as_f64().unwrap();
    visit
        .until(&format!("{film} !== {before}"), "the video going on")
        .await;
    assert_eq!(anna.purse().await, "1");
    assert_eq!(visit.text("[data-test=sum]").await, "сумма = 0");
    visit.clicks("[data-test=tab-books]").await;
    assert_eq!(visit.text("[data-test=job-1] .badge").await, "готово");
    visit.clicks("[data-test=tab-calls]").await;
    assert!(visit.text("#calls").await.contains("sendVideo"));
}

async fn a_violation(visit: &Visit<'_>) {
    let anna = chat(visit, ANNA);
    anna.starts("Привет!").await;
    anna.briefs().await;
    visit.clicks("[data-test=ending-violation]").await;
    visit
        .until(
            "return document.querySelector('#queue [data-name=violation]')",
            "a plan in the queue",
        )
        .await;
    anna.presses("1 видео").await;
    anna.presses("Да, запустить").await;
    anna.sees("Вы нарушили правила").await;
    anna.sees("1 кредит вернули на баланс").await;
    visit
        .until(
            "return document.querySelector('#seller-1001 [data-test=balance]').textContent === '2'
                 && document.querySelector('#seller-1001 .in-work').textContent === ''",
            "the credit back",
        )
        .await;
    assert_eq!(visit.text("[data-test=sum]").await, "сумма = 0");
    visit.clicks("[data-test=tab-books]").await;
    assert_eq!(visit.text("[data-test=job-1] .badge").await, "возвращено");
}

async fn two_sellers(visit: &Visit<'_>) {
    let (anna, ben) = (chat(visit, ANNA), chat(visit, BEN));
    ben.starts("Hi! I turn product photos into Reels.").await;
    ben.presses("Make a Reel").await;
    ben.sees("Send a photo of the product").await;
    assert_eq!(anna.messages().await, 0);
    anna.starts("Привет!").await;
    anna.presses("Личный кабинет").await;
    anna.sees("Баланс: 2 кредита").await;
    ben.clicks("sample-3").await;
    ben.sees("Describe the product").await;
    assert!(!anna.root_text().await.contains("Describe the product"));
    visit.clicks("[data-test=lang-en]").await;
    assert_eq!(visit.text("[data-test=sum]").await, "sum = 0");
    visit.clicks("[data-test=lang-ru]").await;
}

async fn more_credits(visit: &Visit<'_>) {
    let anna = chat(visit, ANNA);
    anna.starts("Привет!").await;
    anna.briefs().await;
    anna.presses("3 видео").await;
    anna.sees("Недостаточно кредитов").await;
    anna.clicks("grant").await;
    anna.sees("Баланс пополнен: +5 кредитов").await;
    visit
        .until(
            "return document.querySelector('[data-test=balance]').textContent === '7'",
            "seven credits",
        )
        .await;
    assert_eq!(visit.text("[data-test=sum]").await, "сумма = 0");
}

async fn by_keyboard(visit: &Visit<'_>) {
    let anna = chat(visit, ANNA);
    visit
        .tabs_to("#seller-1001 [data-test=start]", Key::Tab)
        .await;
    visit.types(Key::Enter).await;
    anna.sees("Привет!").await;
    anna.tabs_back_to("Сделать Reels").await;
    anna.sees("Пришли фото").await;
    visit
        .tabs_to("#seller-1001 [data-test=sample-1]", Key::Tab)
        .await;
    visit.types(Key::Enter).await;
    anna.sees("Напиши информацию").await;
    visit
        .tabs_to("#seller-1001 [data-test=text]", Key::Tab)
        .await;
    visit.types("Кружка").await;
    visit.types(Key::Enter).await;
    anna.sees("Выбери шаблон").await;
    anna.tabs_back_to("Реклама").await;
    anna.sees("доп. пожелания").await;
    visit
        .tabs_to("#seller-1001 [data-test=phrase-no]", Key::Tab)
        .await;
    visit.types(Key::Space).await;
    anna.sees("Сколько видео").await;
    anna.tabs_back_to("1 видео").await;
    anna.sees("Запускаем?").await;
    visit
        .tabs_to("[data-test=ending-violation]", Key::Tab)
        .await;
    visit.types(Key::Space).await;
    visit
        .until(
            "return document.querySelector('#queue [data-name=violation]')",
            "a plan in the queue",
        )
        .await;
    anna.tabs_back_to("Да, запустить").await;
    anna.sees("Вы нарушили правила").await;
    // A menu opens with its first line chosen, and gives the focus back.
    visit
        .tabs_to("#seller-1001 [data-test=commands]", Key::Tab)
        .await;
    visit.types(Key::Enter).await;
    assert_eq!(visit.focus().await, "command-start");
    visit.types(Key::Down).await;
    assert_eq!(visit.focus().await, "command-menu");
    visit.types(Key::Escape).await;
    assert_eq!(visit.focus().await, "commands");
    visit.tabs_to("[data-test=tab-script]", Key::Tab).await;
    visit.types(Key::Left).await;
    assert_eq!(visit.focus().await, "tab-books");
    assert_eq!(visit.text("[data-test=job-1] .badge").await, "возвращено");
}

async fn on_a_telephone(visit: &Visit<'_>) {
    visit.browser.resize(TELEPHONE).await;
    let anna = chat(visit, ANNA);
    anna.starts("Привет!").await;
    visit.fits("the menu").await;
    anna.briefs().await;
    anna.says(&"длинноеслово".repeat(12)).await;
    anna.sees("Выбери вариант кнопкой").await;
    visit.fits("a chat with a long word").await;
    visit.clicks("[data-test=seller-tab-1002]").await;
    chat(visit, BEN).starts("Hi!").await;
    visit.fits("the other seller").await;
    visit.clicks("[data-test=panel-toggle]").await;
    for pane in ["script", "calls", "books"] {
        visit.clicks(&format!("[data-test=tab-{pane}]")).await;
        visit.fits(pane).await;
    }
    visit.clicks("#panel-close").await;
    visit.browser.resize(DESK).await;
}

/// Opens the page of a new playground, lets the visitor prove the promise, and reads what the console said.
async fn visit(browser: &Browser, proof: for<'a> fn(&'a Visit<'a>) -> Told<'a>) {
    browser.console().await;
    let data = tempfile::tempdir().unwrap();
    let now = Clock::system().now();
    let setting = Setting {
        data: data.path(),
        clock: Clock::led(now, SPEED),
        page: Some(0),
        config: "",
        reach: Reach::Polling,
        author: true,
    };
    let mut playground = Playground::start(setting).await.unwrap();
    browser
        .client
        .goto(&playground.sandbox.page_url().unwrap())
        .await
        .unwrap();
    let visit = Visit {
        browser,
        client: &browser.client,
    };
    proof(&visit).await;
    assert_eq!(
        browser.console().await,
        [""; 0],
        "the console, with the policy's refusals"
    );
    assert_eq!(playground.sandbox.complaints(), [""; 0]);
    // The page goes first: it would find nobody to ask.
    browser.client.goto("about:blank").await.unwrap();
    playground.stop_daemon().await;
}

fn chat<'a>(visit: &'a Visit<'a>, id: i64) -> Chat<'a> {
    Chat { visit, id }
}

/// One seller's chat on the page.
struct Chat<'a> {
    visit: &'a Visit<'a>,
    id: i64,
}

impl Chat<'_> {
    async fn clicks(&self, name: &str) {
        self.visit
            .clicks(&format!("#seller-{} [data-test={name}]", self.id))
            .await;
    }

    async fn starts(&self, welcome: &str) {
        self.clicks("start").await;
        self.sees(welcome).await;
    }

    /// Presses the newest of the bot's buttons with these words.
    async fn presses(&self, words: &str) {
        let key = format!(
            "(//*[@id='seller-{}']//button[@data-test='inline'][contains(., '{words}')])[last()]",
            self.id
        );
        self.visit.clicks_at(Locator::XPath(&key)).await;
    }

    /// Goes back by Shift+Tab to a button with these words and presses Enter.
    async fn tabs_back_to(&self, words: &str) {
        let there = format!(
            "document.activeElement.matches('#seller-{} .key') && document.activeElement.textContent.includes({})",
            self.id,
            json!(words)
        );
        let back = format!("{}{}", Key::Shift, Key::Tab);
        self.visit.tabs_until(&there, &back).await;
        self.visit.types(Key::Enter).await;
    }

    async fn says(&self, words: &str) {
        let field = format!("#seller-{} [data-test=text]", self.id);
        let field = self.visit.client.find(Locator::Css(&field)).await.unwrap();
        field.send_keys(words).await.unwrap();
        self.clicks("send").await;
    }

    async fn sees(&self, words: &str) {
        let script = format!(
            "return [...document.querySelectorAll('#seller-{} .message.bot .text')].some((it) => it.textContent.includes({}))",
            self.id,
            json!(words)
        );
        self.visit.until(&script, words).await;
    }

    /// Everything up to the count, by clicks, with a sample photo and words of one's own.
    async fn briefs(&self) {
        self.presses("Сделать Reels").await;
        self.sees("Пришли фото товара").await;
        self.clicks("sample-2").await;
        self.sees("Напиши информацию").await;
        self.says("Подушка для сна").await;
        self.sees("Выбери шаблон").await;
        self.presses("UGC Блогер").await;
        self.sees("доп. пожелания").await;
        self.clicks("phrase-no").await;
        self.sees("Сколько видео").await;
    }

    async fn purse(&self) -> String {
        self.visit
            .text(&format!("#seller-{} [data-test=balance]", self.id))
            .await
    }

    async fn messages(&self) -> usize {
        let messages = format!("#seller-{} .message", self.id);
        self.visit
            .client
            .find_all(Locator::Css(&messages))
            .await
            .unwrap()
            .len()
    }

    async fn root_text(&self) -> String {
        self.visit.text(&format!("#seller-{}", self.id)).await
    }
}
