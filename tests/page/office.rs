//! The operator's page: what an operator reads, presses and is asked, each promise told as a visit.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::key::Key;
use futures_util::FutureExt;
use neurocards::admin::ask::Wanted;
use neurocards::admin::{Answer, Ask};
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::clock::Clock;
use neurocards::domain::id::UserId;
use neurocards::domain::time::Timestamp;
use neurocards::sandbox::{Ending, Person, sample_photo};
use neurocards::store::audit;
use reqwest::{Response, StatusCode, redirect};
use serde_json::{Value, json};

use crate::browser::{Browser, DESK, TELEPHONE};
use crate::visit::Visit;

/// 2026-01-22 12:00:00 UTC.
const NOON: Timestamp = Timestamp(1_769_083_200_000);
/// What the seller says of the product: nobody but the script's author reads it.
const PRODUCT: &str = "Ортопедическая подушка, снимает напряжение";
const ANNA: i64 = 1001;
const BEN: i64 = 1002;

type Told<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
/// What the page promises, and the visit that proves it.
type Promise = (&'static str, for<'a> fn(&'a Office<'a>) -> Told<'a>);

const PROMISES: [Promise; 8] = [
    (
        "who says the token comes in, and goes when they wish",
        |it| Box::pin(in_and_out(it)),
    ),
    ("news come by themselves and disturb nobody", |it| {
        Box::pin(news(it))
    }),
    (
        "every attempt has its story, and the search finds it",
        |it| Box::pin(stories(it)),
    ),
    (
        "credits are granted once, and only when it is meant",
        |it| Box::pin(grants(it)),
    ),
    ("everything an operator may do is done from here", |it| {
        Box::pin(deeds(it))
    }),
    ("everything is done by keyboard", |it| {
        Box::pin(by_keyboard(it))
    }),
    (
        "a telephone's screen is wide enough, and dark is dark",
        |it| Box::pin(on_a_telephone(it)),
    ),
    ("without the script it works, too", |it| {
        Box::pin(without_script(it))
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_s_page_keeps_its_promises() {
    let browser = Browser::start().await;
    let mut broken = Vec::new();
    for (promise, proof) in PROMISES {
        let begun = Instant::now();
        let kept = AssertUnwindSafe(visit(&browser, proof))
            .catch_unwind()
            .await;
        eprintln!("{promise}: {:.1} s", begun.elapsed().as_secs_f64());
        if kept.is_err() {
            broken.push(promise);
        }
    }
    browser.stop().await;
    assert_eq!(broken, [""; 0], "broken promises");
}

async fn in_and_out(office: &Office<'_>) {
    let visit = &office.visit;
    office.opens("/jobs?show=failed").await;
    assert_eq!(visit.text("h1").await, "Вход для оператора");
    office.says_token("not-the-token").await;
    assert!(visit.text("[data-test=wrong]").await.contains("не подошёл"));
    office.says_token(&office.token).await;
    assert_eq!(visit.text("h1").await, "Видео");
    assert!(office.address().await.ends_with("/jobs?show=failed"));
    visit.clicks("a[lang=en]").await;
    assert_eq!(visit.text("h1").await, "Videos");
    assert!(office.address().await.ends_with("/jobs?show=failed"));
    visit.clicks("a[lang=ru]").await;
    visit.clicks("form[action='/signout'] button").await;
    assert_eq!(visit.text("h1").await, "Вход для оператора");
    office.opens("/").await;
    assert_eq!(visit.text("h1").await, "Вход для оператора");
}

async fn news(office: &Office<'_>) {
    let visit = &office.visit;
    office.signs_in().await;
    assert_eq!(visit.text("[data-test=tile-running] .value").await, "0");
    visit.asks("window.here = 'all along'; return 0").await;
    visit.clicks("[data-keep=pause] summary").await;
    let why = visit.client.find(Locator::Css("#why-pause")).await.unwrap();
    why.send_keys("обед").await.unwrap();
    let anna = office.seller(ANNA).await;
    office.orders(&anna).await;
    visit
        .until(
            "return document.querySelector('[data-test=tile-running] .value').textContent === '1'
                 && document.querySelector('main tbody a[href=\"/jobs/1\"]')",
            "a running video",
        )
        .await;
    office.ends().await;
    visit
        .until(
            "return document.querySelector('[data-test=tile-running] .value').textContent === '0'",
            "its end",
        )
        .await;
    assert_eq!(visit.asks("return window.here").await, json!("all along"));
    let kept = "const field = document.querySelector('#why-pause');
        return [field.value, document.activeElement === field, field.closest('details').open]";
    assert_eq!(visit.asks(kept).await, json!(["обед", true, true]));
    // What was charted came along, in the reader's own colours.
    let charted = "return document.querySelectorAll('svg.chart .chart-good').length > 1";
    visit.until(charted, "the video in a chart").await;
    office.stops_listening().await;
    visit
        .until(
            "return document.querySelector('.lost')",
            "that the connection is lost",
        )
        .await;
}

async fn stories(office: &Office<'_>) {
    let visit = &office.visit;
    let anna = office.seller(ANNA).await;
    anna.takes_username("anna_shop");
    office.next(&[Ending::Temporary, Ending::Violation]);
    office.orders(&anna).await;
    office.ends().await;
    office.signs_in().await;
    office.searches("j1").await;
    assert_eq!(visit.text("h1").await, "Видео J1");
    let story = visit.text(".story").await;
    for told in [
        "Попытка 1: временный сбой · провайдер видео",
        "Попытка 2: нарушение правил",
        "Видео не вышло, кредит вернулся.",
        "sora-2-image-to-video",
    ] {
        assert!(story.contains(told), "no «{told}» in {story}");
    }
    let task = visit.text(".story code").await;
    office.searches(&task).await;
    assert_eq!(visit.text("h1").await, "Видео J1", "{task}");
    office.searches("№ 1").await;
    // An order and a video have that number.
    assert_eq!(visit.text("h1").await, "Поиск: 1");
    visit.clicks("main a[href='/orders/1']").await;
    assert_eq!(visit.text("h1").await, "Заказ № 1");
    for said in ["1001", "@anna", "SHOP"] {
        office.searches(said).await;
        assert_eq!(visit.text("h1").await, "Продавец 1001", "{said}");
        assert!(!office.address().await.contains(said) || said == "1001");
    }
    office.searches("U5").await;
    assert!(visit.text(".lead").await.contains("только лог"));
    office.searches("nobody").await;
    assert_eq!(visit.text(".lead").await, "Ничего не нашлось.");
    for path in [
        "/",
        "/orders",
        "/orders/1",
        "/jobs",
        "/jobs/1",
        "/users",
        "/users/1001",
        "/acts",
    ] {
        office.opens(path).await;
        let page = visit.client.source().await.unwrap();
        for secret in ["подушка", &office.token, "api.telegram", "/p/", "Bearer"] {
            assert!(!page.contains(secret), "{path} tells {secret}");
        }
    }
}

async fn grants(office: &Office<'_>) {
    let visit = &office.visit;
    let anna = office.seller(ANNA).await;
    office.signs_in().await;
    office.fills_grant(ANNA, "5", "оплата на карту").await;
    assert!(
        visit
            .text("[data-test=confirm]")
            .await
            .contains("Начислим 5 кредитов продавцу 1001")
    );
    assert_eq!(visit.text("[data-test=balance]").await, "Баланс: 2 → 7");
    assert_eq!(
        office.balance(ANNA),
        2,
        "nothing is done before it is confirmed"
    );
    // Two hands at once, and the same form once more after it was done.
    let twice = "const form = document.querySelector('.confirm form');
        const send = () => fetch('/do', {method: 'POST', body: new URLSearchParams(new FormData(form))});
        return Promise.all([send(), send(), send()]).then((all) => all.every((answer) => answer.ok))";
    assert_eq!(visit.asks(twice).await, json!(true));
    visit.clicks(".confirm button.main").await;
    assert_eq!(visit.text("h1").await, "Продавец 1001");
    assert_eq!(visit.text("[data-test=available]").await, "7");
    assert_eq!(office.balance(ANNA), 7);
    office.settles().await;
    let told = anna
        .messages()
        .into_iter()
        .filter(|it| it.text.contains("+5 кредитов"));
    assert_eq!(told.count(), 1);

    office.fills_grant(ANNA, "-2", "ошибка").await;
    assert_eq!(visit.text("[data-test=balance]").await, "Баланс: 7 → 5");
    visit.clicks(".confirm button.main").await;
    assert_eq!(
        visit.text("[data-test=told]").await,
        "Готово. Баланс теперь 5."
    );
    office.fills_grant(ANNA, "-50", "ошибка").await;
    assert!(
        visit
            .text("[data-test=wrong]")
            .await
            .contains("только 5 кредитов")
    );
    assert_eq!(office.balance(ANNA), 5);
    // Who changes their mind has done nothing.
    office.fills_grant(ANNA, "9", "передумаю").await;
    visit.clicks(".confirm a.button").await;
    assert_eq!(visit.text("[data-test=available]").await, "5");
    office.opens("/acts").await;
    let trail = visit.text("main table").await;
    assert!(
        trail.contains("начислено 5 кредитов продавцу 1001 «оплата на карту»"),
        "{trail}"
    );
    assert!(
        trail.contains("забрано 2 кредита") && !trail.contains("передумаю"),
        "{trail}"
    );
}

async fn deeds(office: &Office<'_>) {
    let visit = &office.visit;
    let anna = office.seller(ANNA).await;
    office.orders(&anna).await;
    office.ends().await;
    office.signs_in().await;
    office.opens("/jobs/1").await;
    office.does("refund", "смазано").await;
    assert_eq!(
        visit.text("[data-test=told]").await,
        "Готово. Баланс теперь 2."
    );
    office.does("refund", "ещё раз").await;
    assert!(
        visit
            .text("[data-test=told]")
            .await
            .contains("уже было сделано")
    );
    assert_eq!(office.balance(ANNA), 2);

    office.next(&[Ending::Violation]);
    office.orders(&anna).await;
    office.ends().await;
    office.opens("/jobs/2").await;
    office.presses("retry").await;
    assert_eq!(visit.text("[data-test=balance]").await, "Баланс: 2 → 1");
    visit.clicks(".confirm button.main").await;
    assert_eq!(
        visit.text("[data-test=told]").await,
        "Готово: это теперь заказ № 3."
    );
    office.opens("/jobs/3").await;
    office.does("cancel", "по просьбе").await;
    assert_eq!(
        visit.text("[data-test=told]").await,
        "Видео отменено, кредит вернулся."
    );
    assert_eq!(office.balance(ANNA), 2);

    office.opens("/users/1001").await;
    office.does("ban", "спам").await;
    assert_eq!(visit.text(".titled .badge").await, "доступ закрыт");
    office.presses("unban").await;
    visit.clicks(".confirm button.main").await;
    assert_eq!(visit.text(".titled .badge").await, "на связи");

    office.opens("/").await;
    office.does("pause", "ночь").await;
    assert!(
        visit
            .text("[data-test=sales]")
            .await
            .contains("Заказы не принимаются")
    );
    office.presses("resume").await;
    visit.clicks(".confirm button.main").await;
    assert!(
        visit
            .text("[data-test=sales]")
            .await
            .contains("Заказы принимаются")
    );

    let model = "details[data-keep='rest-model-sora-2-image-to-video']";
    visit.clicks(&format!("{model} summary")).await;
    visit.clicks(&format!("{model} button")).await;
    assert!(
        visit
            .text("[data-test=confirm]")
            .await
            .contains("24 часа, до 2026-01-23")
    );
    visit.clicks(".confirm button.main").await;
    assert_eq!(visit.text("[data-test=told]").await, "Отдыхает.");
    office.presses("wake").await;
    visit.clicks(".confirm button.main").await;
    assert_eq!(visit.text("[data-test=told]").await, "Снова в деле.");

    // A form that is filled in wrongly is shown again with what is wrong.
    office.opens("/users/1001").await;
    visit.asks("document.querySelectorAll('main input').forEach((it) => it.required = false); return 0").await;
    office.fills_here("0", "так").await;
    assert!(
        visit
            .text("[data-test=wrong]")
            .await
            .contains("Кредиты — целое число")
    );
    assert_eq!(
        visit
            .asks("return document.querySelector('#why-grant').value")
            .await,
        json!("так")
    );
    office.all_ended().await;
    office.goes_on_below().await;
}

async fn by_keyboard(office: &Office<'_>) {
    let visit = &office.visit;
    office.seller(ANNA).await;
    office.opens("/").await;
    // The field has the focus.
    visit.types(&office.token).await;
    visit.types(Key::Enter).await;
    visit
        .until(
            "return document.querySelector('[data-test=sales]')",
            "the first page",
        )
        .await;
    visit.types(Key::Tab).await;
    let skips = "return document.activeElement.matches('.skip') && document.activeElement.getBoundingClientRect().left >= 0";
    assert_eq!(visit.asks(skips).await, json!(true));
    visit.tabs_to("nav a[href='/users']", Key::Tab).await;
    visit.types(Key::Enter).await;
    visit
        .until(
            "return document.title.startsWith('Продавцы')",
            "the sellers",
        )
        .await;
    visit.tabs_to("main a[href='/users/1001']", Key::Tab).await;
    visit.types(Key::Enter).await;
    visit
        .until("return document.querySelector('#credits')", "the seller")
        .await;
    visit.tabs_to("#credits", Key::Tab).await;
    let outlined = "return getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(visit.asks(outlined).await, json!("solid"));
    visit.types("3").await;
    visit.types(Key::Tab).await;
    visit.types("оплата").await;
    visit.types(Key::Enter).await;
    visit
        .until(
            "return document.querySelector('.confirm button.main')",
            "the question",
        )
        .await;
    visit.tabs_to(".confirm button.main", Key::Tab).await;
    visit.types(Key::Enter).await;
    visit
        .until(
            "return document.querySelector('[data-test=told]')",
            "the answer",
        )
        .await;
    assert_eq!(office.balance(ANNA), 5);
    // Every field and button says what it is.
    for path in ["/", "/jobs", "/users/1001"] {
        office.opens(path).await;
        let nameless =
            "return [...document.querySelectorAll('input:not([type=hidden]), button, a, summary')]
            .filter((it) => !it.textContent.trim() && !it.labels?.length && !it.ariaLabel)
            .map((it) => it.outerHTML)";
        assert_eq!(visit.asks(nameless).await, json!([]), "{path}");
        assert_eq!(
            visit
                .asks("return document.querySelectorAll('main h1').length")
                .await,
            json!(1)
        );
    }
}

async fn on_a_telephone(office: &Office<'_>) {
    let visit = &office.visit;
    let (anna, ben) = (office.seller(ANNA).await, office.seller(BEN).await);
    ben.takes_username(&"long_name".repeat(3));
    office.orders(&anna).await;
    office.ends().await;
    office.next(&[Ending::Temporary, Ending::Violation]);
    office.orders(&ben).await;
    office.ends().await;
    visit.browser.resize(TELEPHONE).await;
    office.opens("/").await;
    visit.fits("the door").await;
    office.signs_in().await;
    office.fills_grant(ANNA, "1", &"w".repeat(200)).await;
    visit.fits("the question").await;
    visit.clicks(".confirm button.main").await;
    let paths = [
        "/",
        "/orders",
        "/orders/2",
        "/jobs",
        "/jobs/1",
        "/jobs/2",
        "/users",
        "/users/1001",
        "/users/1002",
        "/acts",
        "/nowhere",
    ];
    for path in paths {
        office.opens(path).await;
        visit
            .asks("document.querySelectorAll('details').forEach((it) => it.open = true); return 0")
            .await;
        visit.fits(path).await;
    }
    office.forgives_404().await;
    let ways =
        "const nav = document.querySelector('.bar nav'); return nav.scrollWidth <= nav.clientWidth";
    assert_eq!(visit.asks(ways).await, json!(true), "every way is in sight");
    let colours = "const style = (of) => getComputedStyle(document.querySelector(of));
        return [style('body').backgroundColor, style('body').color]";
    office.opens("/").await;
    let light = visit.asks(colours).await;
    office.is_dark(true).await;
    let dark = visit.asks(colours).await;
    office.is_dark(false).await;
    visit.browser.resize(DESK).await;
    assert_ne!(light, dark);
    assert_eq!(dark[0], json!("rgb(18, 21, 26)"));
}

async fn without_script(office: &Office<'_>) {
    let visit = &office.visit;
    office.seller(ANNA).await;
    office.blocks(&["*/script.js*"]).await;
    office.signs_in().await;
    let times = "return document.querySelector('time') && !document.querySelector('time[title]')";
    visit.until(times, "times as the server writes them").await;
    office.fills_grant(ANNA, "4", "оплата").await;
    visit.clicks(".confirm button.main").await;
    assert_eq!(
        visit.text("[data-test=told]").await,
        "Готово. Баланс теперь 6."
    );
    assert_eq!(office.balance(ANNA), 6);
    office.blocks(&[]).await;
    // The browser tells of what was kept from it.
    visit.browser.console().await;
}

/// A playground with its operator's page in the browser.
struct Office<'a> {
    visit: Visit<'a>,
    stage: tokio::sync::Mutex<Playground>,
    url: String,
    token: String,
}

/// Opens the page of a new playground, lets the visitor prove the promise, and reads what the console said.
async fn visit(browser: &Browser, proof: for<'a> fn(&'a Office<'a>) -> Told<'a>) {
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

async fn stage() -> (Playground, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let setting = Setting {
        data: data.path(),
        clock: Clock::led(NOON, 0.0),
        page: None,
        config: "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n",
        reach: Reach::Polling,
        author: true,
    };
    let stage = Playground::start(setting).await.unwrap();
    stage.settle().await.unwrap();
    (stage, data)
}

impl Office<'_> {
    async fn opens(&self, path: &str) {
        let url = format!("{}{path}", self.url);
        self.visit.client.goto(&url).await.unwrap();
    }

    async fn address(&self) -> String {
        self.visit.client.current_url().await.unwrap().to_string()
    }

    async fn says_token(&self, token: &str) {
        let field = self
            .visit
            .client
            .find(Locator::Css("#token"))
            .await
            .unwrap();
        field.send_keys(token).await.unwrap();
        self.visit.clicks(".door button").await;
    }

    async fn signs_in(&self) {
        self.opens("/").await;
        self.says_token(&self.token).await;
        let there = "return document.querySelector('[data-test=sales]')";
        self.visit.until(there, "the first page").await;
    }

    async fn searches(&self, said: &str) {
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
    async fn does(&self, deed: &str, why: &str) {
        self.visit
            .clicks(&format!("details[data-keep={deed}] summary"))
            .await;
        let field = format!("#why-{deed}");
        let field = self.visit.client.find(Locator::Css(&field)).await.unwrap();
        field.send_keys(why).await.unwrap();
        self.presses(deed).await;
        assert!(self.visit.text(".confirm .why").await.contains(why));
        self.visit.clicks(".confirm button.main").await;
        let done = "return document.querySelector('[data-test=told]')";
        self.visit.until(done, "what came of it").await;
    }

    /// Presses the button that asks for a deed.
    async fn presses(&self, deed: &str) {
        let button = format!("//main//form[input[@name='deed' and @value='{deed}']]//button");
        self.visit.clicks_at(Locator::XPath(&button)).await;
    }

    async fn fills_grant(&self, user: i64, credits: &str, why: &str) {
        self.opens(&format!("/users/{user}")).await;
        self.fills_here(credits, why).await;
    }

    async fn fills_here(&self, credits: &str, why: &str) {
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
    async fn seller(&self, id: i64) -> Person {
        let stage = self.stage.lock().await;
        let person = stage.sandbox.telegram.person(id, "Анна", Some("ru"));
        person.sends("/start");
        stage.settle().await.unwrap();
        person
    }

    /// One video, from the menu to the last button.
    async fn orders(&self, person: &Person) {
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

    fn next(&self, endings: &[Ending]) {
        let stage = self.stage.try_lock().expect("nobody else plays");
        endings
            .iter()
            .for_each(|ending| stage.sandbox.kie.next(*ending));
    }

    /// Lets time pass until every video has ended.
    async fn ends(&self) {
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

    async fn all_ended(&self) {
        self.ends().await;
        self.settles().await;
    }

    /// Lists go on below a number.
    async fn goes_on_below(&self) {
        let stage = self.stage.lock().await;
        let (whom, before, most) = (None, Some(3), 10);
        let orders = Ask::Orders {
            whom: whom.clone(),
            before,
            most,
        };
        let Answer::Orders(orders) = stage.ask(orders).await.unwrap() else {
            panic!("no orders");
        };
        assert_eq!(orders.iter().map(|it| it.id).collect::<Vec<_>>(), [2, 1]);
        let wanted = Wanted::All;
        let jobs = Ask::Jobs {
            wanted,
            whom,
            before,
            most: 1,
        };
        let Answer::Jobs(jobs) = stage.ask(jobs).await.unwrap() else {
            panic!("no jobs");
        };
        assert_eq!(jobs.iter().map(|it| it.id).collect::<Vec<_>>(), [2]);
        let Answer::Acts(acts) = stage.ask(Ask::Acts { before, most }).await.unwrap() else {
            panic!("no acts");
        };
        assert_eq!(acts.iter().map(|it| it.n).collect::<Vec<_>>(), [2, 1]);
    }

    async fn settles(&self) {
        self.stage.lock().await.settle().await.unwrap();
    }

    /// What a seller may spend.
    fn balance(&self, user: i64) -> u32 {
        let stage = self.stage.try_lock().expect("nobody else plays");
        let snapshot = stage.daemon().store().snapshot().unwrap();
        let row = snapshot.user(UserId(user.unsigned_abs())).unwrap();
        row.unwrap().user.available.0
    }

    /// The daemon goes away, and comes again at another address.
    async fn stops_listening(&self) {
        let mut stage = self.stage.lock().await;
        stage.stop_daemon().await;
        stage.start_daemon().await.unwrap();
        stage.settle().await.unwrap();
    }

    async fn devtools(&self, cmd: &str, params: Value) {
        let body = json!({"cmd": cmd, "params": params});
        self.visit.browser.asks("goog/cdp/execute", body).await;
    }

    async fn is_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    async fn blocks(&self, urls: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({"urls": urls}))
            .await;
    }

    /// A page that is not there is told of in the console, too.
    async fn forgives_404(&self) {
        let said = self.visit.browser.console().await;
        let strange = said.iter().filter(|line| !line.contains("/nowhere"));
        assert_eq!(strange.count(), 0, "{said:?}");
    }
}

/// Asks the door without a browser, which would not ask so.
struct Stranger {
    http: reqwest::Client,
    url: String,
}

impl Stranger {
    fn new(url: String) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            url,
        }
    }

    async fn gets(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.http.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    async fn posts(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Response {
        let mut request = self.http.post(format!("{}{path}", self.url)).form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_forms_of_other_pages_are_refused() {
    let (mut stage, _data) = stage().await;
    let stranger = Stranger::new(stage.office_url());
    let token = stage.office_token().unwrap();
    let person = stage.sandbox.telegram.person(ANNA, "Анна", Some("ru"));
    person.sends("/start");
    stage.settle().await.unwrap();

    for (path, to) in [
        ("/", "/signin"),
        ("/users/1001", "/signin?to=%2Fusers%2F1001"),
    ] {
        let sent = stranger.gets(path, &[]).await;
        assert_eq!(sent.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&sent, "location"), to);
    }
    let news = stranger.gets("/", &[("x-news", "1")]).await;
    assert_eq!(news.status(), StatusCode::UNAUTHORIZED);
    let grant = [
        ("deed", "grant"),
        ("user", "1001"),
        ("credits", "5"),
        ("why", "a"),
    ];
    let sent = stranger.posts("/do", &[], &grant).await;
    assert_eq!(
        (sent.status(), header(&sent, "location")),
        (StatusCode::SEE_OTHER, "/signin".into())
    );

    let said = [("token", token.as_str())];
    let foreign = stranger
        .posts("/signin", &[("origin", "http://evil.example")], &said)
        .await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let come = stranger
        .posts("/signin", &[], &[said[0], ("to", "//evil.example")])
        .await;
    assert_eq!(
        (come.status(), header(&come, "location")),
        (StatusCode::SEE_OTHER, "/".into())
    );
    let cookie = header(&come, "set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let secure = stranger
        .posts("/signin", &[("x-forwarded-proto", "https")], &said)
        .await;
    assert!(header(&secure, "set-cookie").contains("; Secure"));

    let cookie = cookie.split(';').next().unwrap();
    let known = ("cookie", cookie);
    let page = stranger.gets("/users/1001", &[known]).await;
    assert_eq!(page.status(), StatusCode::OK);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(header(&page, name), value);
    }
    let page = page.text().await.unwrap();
    assert!(!page.contains("style=") && !page.contains("onclick") && !page.contains("<style"));
    let word = page.split("name=\"word\" value=\"").nth(1).unwrap();
    let word = word.split('"').next().unwrap();

    let once = "0".repeat(64);
    let sure = [
        &grant[..],
        &[("sure", "yes"), ("form", &once), ("back", "/users/1001")],
    ]
    .concat();
    let own = [&sure[..], &[("word", word)]].concat();
    let origin = |origin| [known, ("origin", origin)];
    for (headers, form) in [
        (&[known][..], &sure[..]),
        (&[known], &[&sure[..], &[("word", "0")]].concat()),
        (&origin("http://evil.example"), &own),
        (&origin("null"), &own),
        (&[known, ("sec-fetch-site", "cross-site")], &own),
    ] {
        let refused = stranger.posts("/do", headers, form).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(refused.text().await.unwrap().contains("другой страницы"));
    }
    let balance = || {
        let snapshot = stage.daemon().store().snapshot().unwrap();
        snapshot
            .user(UserId(1001))
            .unwrap()
            .unwrap()
            .user
            .available
            .0
    };
    assert_eq!(balance(), 2);
    for _ in 0..2 {
        let done = stranger.posts("/do", &[known], &own).await;
        assert_eq!(header(&done, "location"), "/users/1001");
        assert_eq!(balance(), 7);
    }

    let tag = stranger.gets("/users", &[known, ("x-news", "1")]).await;
    let etag = header(&tag, "etag");
    assert!(tag.text().await.unwrap().starts_with("<main"));
    let same = [known, ("x-news", "1"), ("if-none-match", &etag)];
    let same = stranger.gets("/users", &same).await;
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);

    for (path, status) in [
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/users/999", StatusCode::NOT_FOUND),
        ("/users/anna", StatusCode::NOT_FOUND),
        ("/do", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let told = stranger.gets(path, &[known]).await;
        assert_eq!(told.status(), status, "{path}");
        assert!(
            told.text()
                .await
                .unwrap()
                .contains("<h1>Не получилось</h1>"),
            "{path}"
        );
    }
    let large = "a".repeat(20_000);
    let large = stranger.posts("/do", &[known], &[("why", &large)]).await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);

    let bye = stranger
        .posts("/signout", &[known], &[("word", word)])
        .await;
    assert!(header(&bye, "set-cookie").contains("Max-Age=0"));
    let gone = stranger.gets("/", &[known]).await;
    assert_eq!(header(&gone, "location"), "/signin");
    stage.stop_daemon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_at_the_token_must_wait_and_numbers_stay_open() {
    let (mut stage, data) = stage().await;
    let stranger = Stranger::new(stage.office_url());
    let token = stage.office_token().unwrap();
    use std::os::unix::fs::PermissionsExt;
    let file = data.path().join("operator.token").metadata().unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    for _ in 0..5 {
        let wrong = stranger.posts("/signin", &[], &[("token", "guess")]).await;
        assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    }
    let right = [("token", token.as_str())];
    let wait = stranger.posts("/signin", &[], &right).await;
    assert_eq!(wait.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&wait, "retry-after"), "600");
    assert!(wait.text().await.unwrap().contains("через 10 минут."));
    stage.clock.pass(Duration::from_secs(600));
    let come = stranger.posts("/signin", &[], &right).await;
    assert_eq!(come.status(), StatusCode::SEE_OTHER);

    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(
            stranger.gets(path, &[]).await.status(),
            StatusCode::OK,
            "{path}"
        );
    }
    // A page elsewhere whose name leads to this machine reads no numbers.
    let rebound = stranger
        .gets("/metrics", &[("host", "evil.example:9464")])
        .await;
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN);

    stage.stop_daemon().await;
    stage.start_daemon().await.unwrap();
    assert_eq!(stage.office_token().unwrap(), token, "it is kept");
    stage.stop_daemon().await;
}
