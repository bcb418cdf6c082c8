//! The operator's page: what an operator reads, presses and is asked, each promise told as a visit.

use fantoccini::Locator;
use fantoccini::key::Key;
use neurocards::sandbox::Ending;
use serde_json::json;

use crate::browser::{DESK, TELEPHONE};
use crate::ground::{ANNA, BEN, Office, Told, visit};
use crate::promises;

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
    promises::are_kept(&PROMISES, visit).await;
}

async fn in_and_out(office: &Office<'_>) {
    let visit = &office.visit;
    office.opens("/jobs?show=failed").await;
    visit.says("h1", "Вход для оператора").await;
    office.says_token("not-the-token").await;
    assert!(visit.text("[data-test=wrong]").await.contains("не подошёл"));
    office.says_token(&office.token).await;
    visit.says("h1", "Видео").await;
    assert!(office.address().await.ends_with("/jobs?show=failed"));
    visit.clicks("a[lang=en]").await;
    visit.says("h1", "Videos").await;
    assert!(office.address().await.ends_with("/jobs?show=failed"));
    visit.clicks("a[lang=ru]").await;
    visit.clicks("form[action='/signout'] button").await;
    visit.says("h1", "Вход для оператора").await;
    office.opens("/").await;
    visit.says("h1", "Вход для оператора").await;
}

async fn news(office: &Office<'_>) {
    let visit = &office.visit;
    office.signs_in().await;
    visit.says("[data-test=tile-running] .value", "0").await;
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
    visit.says("h1", "Видео J1").await;
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
    visit.says("h1", "Поиск: 1").await;
    visit.clicks("main a[href='/orders/1']").await;
    visit.says("h1", "Заказ № 1").await;
    for said in ["1001", "@anna", "SHOP"] {
        office.searches(said).await;
        assert_eq!(visit.text("h1").await, "Продавец 1001", "{said}");
        assert!(!office.address().await.contains(said) || said == "1001");
    }
    office.searches("U5").await;
    assert!(visit.text(".lead").await.contains("только лог"));
    office.searches("nobody").await;
    visit.says(".lead", "Ничего не нашлось.").await;
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
    visit.says("[data-test=balance]", "Баланс: 2 → 7").await;
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
    visit.says("h1", "Продавец 1001").await;
    visit.says("[data-test=available]", "7").await;
    assert_eq!(office.balance(ANNA), 7);
    office.settles().await;
    let told = anna
        .messages()
        .into_iter()
        .filter(|it| it.text.contains("+5 кредитов"));
    assert_eq!(told.count(), 1);

    office.fills_grant(ANNA, "-2", "ошибка").await;
    visit.says("[data-test=balance]", "Баланс: 7 → 5").await;
    visit.clicks(".confirm button.main").await;
    visit
        .says("[data-test=told]", "Готово. Баланс теперь 5.")
        .await;
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
    visit.says("[data-test=available]", "5").await;
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
    visit
        .says("[data-test=told]", "Готово. Баланс теперь 2.")
        .await;
    office.asks("refund", "ещё раз").await;
    let wrong = visit.text("[data-test=wrong]").await;
    assert!(wrong.contains("Кредит за видео J1 уже вернули"), "{wrong}");
    assert_eq!(office.balance(ANNA), 2);

    office.next(&[Ending::Violation]);
    office.orders(&anna).await;
    office.ends().await;
    office.opens("/jobs/2").await;
    office.does("reorder", "наша вина").await;
    visit
        .says("[data-test=told]", "Готово: это теперь заказ № 3.")
        .await;
    office.opens("/jobs/3").await;
    office.does("cancel", "по просьбе").await;
    visit
        .says("[data-test=told]", "Видео отменено, кредит вернулся.")
        .await;
    assert_eq!(office.balance(ANNA), 2);

    office.opens("/users/1001").await;
    office.does("ban", "спам").await;
    visit.says(".titled .badge", "доступ закрыт").await;
    office.presses("unban").await;
    visit.clicks(".confirm button.main").await;
    visit.says(".titled .badge", "на связи").await;

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
    visit.says("[data-test=told]", "Отдыхает.").await;
    office.presses("wake").await;
    visit.clicks(".confirm button.main").await;
    visit.says("[data-test=told]", "Снова в деле.").await;

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
    visit
        .says("[data-test=told]", "Готово. Баланс теперь 6.")
        .await;
    assert_eq!(office.balance(ANNA), 6);
    office.blocks(&[]).await;
    // The browser tells of what was kept from it.
    visit.browser.console().await;
}
