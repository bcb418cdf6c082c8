//! Stars: what is refused, who is charged, and what the bot is told of it.

use super::*;
use crate::sandbox::{Checkout, News};

async fn ask(shop: &Shop, method: &str, asked: Value) -> Value {
    let telegram = &shop.sandbox.telegram;
    let url = format!("{}/bot{}/{method}", telegram.api_url(), telegram.token());
    let request = shop.bot.client().post(url).json(&asked);
    request.send().await.unwrap().json().await.unwrap()
}

fn invoice() -> Value {
    json!({
        "chat_id": 1001, "title": "15 кредитов", "description": "15 видео", "payload": "P17",
        "provider_token": "", "currency": "XTR", "start_parameter": "topup",
        "prices": [{"label": "15 кредитов", "amount": 150}],
    })
}

async fn open() -> Shop {
    let shop = shop().await;
    shop.anna.sends("/start");
    shop
}

async fn listens(shop: &Shop) -> Vec<Value> {
    let asked = json!({"offset": 0, "allowed_updates": ["message", "pre_checkout_query"]});
    let told = ask(shop, "getUpdates", asked).await;
    told["result"].as_array().unwrap().clone()
}

async fn agrees(shop: &Shop, query: &str) -> Value {
    let yes = json!({"pre_checkout_query_id": query, "ok": true});
    ask(shop, "answerPreCheckoutQuery", yes).await
}

/// Anna pays an invoice; its charge.
async fn pays(shop: &Shop) -> String {
    let query = shop.anna.pays().unwrap();
    assert_eq!(agrees(shop, &query).await["ok"], true);
    match shop.anna.checkout(&query) {
        Checkout::Paid(charge) => charge,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_invoice_that_telegram_would_not_send_is_refused() {
    let shop = open().await;
    let pay = json!({"text": "Pay", "pay": true});
    let data = json!({"text": "x", "callback_data": "x"});
    for (field, value, says) in [
        ("title", json!(""), "parameter \"title\" is required"),
        ("title", json!("ы".repeat(33)), "INVOICE_TITLE_INVALID"),
        (
            "description",
            json!("ы".repeat(256)),
            "INVOICE_DESCRIPTION_INVALID",
        ),
        ("payload", json!(""), "parameter \"payload\" is required"),
        ("payload", json!("ы".repeat(65)), "INVOICE_PAYLOAD_INVALID"),
        ("currency", json!("XTS"), "PAYMENT_PROVIDER_INVALID"),
        ("currency", json!("RUB"), "PAYMENT_PROVIDER_INVALID"),
        ("provider_token", json!("1:LIVE:1"), "STARS_INVOICE_INVALID"),
        ("max_tip_amount", json!(5), "STARS_INVOICE_INVALID"),
        ("need_email", json!(true), "STARS_INVOICE_INVALID"),
        ("prices", json!([]), "there must be at least one price"),
        (
            "prices",
            json!([{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]),
            "STARS_INVOICE_INVALID",
        ),
        (
            "prices",
            json!([{"label": "", "amount": 1}]),
            "LabeledPrice label must be non-empty",
        ),
        (
            "prices",
            json!([{"label": "a", "amount": 0}]),
            "total price must be positive",
        ),
        (
            "prices",
            json!([{"label": "a", "amount": 100_001}]),
            "CURRENCY_TOTAL_AMOUNT_INVALID",
        ),
        ("start_parameter", json!("a b"), "START_PARAM_INVALID"),
        (
            "reply_markup",
            json!({"inline_keyboard": [[data]]}),
            "REPLY_MARKUP_BUY_EMPTY",
        ),
        (
            "reply_markup",
            json!({"inline_keyboard": [[data, pay]]}),
            "BUTTON_POS_INVALID",
        ),
        (
            "subscription_period",
            json!(2_592_000),
            "unknown parameter \"subscription_period\"",
        ),
    ] {
        let mut asked = invoice();
        asked[field] = value;
        let told = ask(&shop, "sendInvoice", asked).await;
        assert_eq!(
            told["description"],
            format!("Bad Request: {says}"),
            "{field}"
        );
    }
    assert_eq!(shop.anna.messages().len(), 1);
    let mut good = invoice();
    good["reply_markup"] = json!({"inline_keyboard": [[pay], [data]]});
    let told = ask(&shop, "sendInvoice", good).await;
    assert_eq!(told["result"]["invoice"]["total_amount"], 150, "{told}");
    let plain = json!({"chat_id": 1001, "text": "x", "reply_markup": {"inline_keyboard": [[pay]]}});
    let told = ask(&shop, "sendMessage", plain).await;
    assert_eq!(told["description"], "Bad Request: BUTTON_TYPE_INVALID");
    let id = shop.anna.messages()[1].id;
    let edit = json!({"chat_id": 1001, "message_id": id, "text": "Оплачено"});
    let told = ask(&shop, "editMessageText", edit).await;
    assert_eq!(
        told["description"],
        "Bad Request: there is no text in the message to edit"
    );
}

#[tokio::test]
async fn who_pays_is_charged_once_the_bot_agrees_in_time() {
    let shop = open().await;
    listens(&shop).await;
    ask(&shop, "sendInvoice", invoice()).await;
    let query = shop.anna.pays().unwrap();
    let asked = listens(&shop).await.pop().unwrap();
    assert_eq!(asked["pre_checkout_query"]["id"], query.as_str());
    assert_eq!(asked["pre_checkout_query"]["invoice_payload"], "P17");
    assert_eq!(shop.anna.checkout(&query), Checkout::Waiting);
    assert_eq!(agrees(&shop, &query).await["result"], true);
    let charge = shop.sandbox.telegram.charges().remove(0);
    assert_eq!(
        shop.anna.checkout(&query),
        Checkout::Paid(charge.id.clone())
    );
    assert_eq!(
        (shop.anna.stars(), shop.sandbox.telegram.bot_stars()),
        (850, 150)
    );
    let told = listens(&shop).await.pop().unwrap();
    assert_eq!(Some(told["update_id"].as_i64().unwrap()), charge.news);
    let paid = &told["message"]["successful_payment"];
    assert_eq!(paid["telegram_payment_charge_id"], charge.id.as_str());
    assert_eq!(told["message"]["from"]["id"], 1001);
    assert_eq!(shop.anna.pays(), Err("there is nothing to pay".into()));
    let again = agrees(&shop, &query).await;
    assert!(
        again["description"]
            .as_str()
            .unwrap()
            .contains("query ID is invalid")
    );
}

#[tokio::test]
async fn nothing_is_charged_without_a_yes_in_time_or_without_stars() {
    let shop = open().await;
    listens(&shop).await;
    ask(&shop, "sendInvoice", invoice()).await;
    let late = shop.anna.pays().unwrap();
    shop.clock.pass(10_000);
    let timeout = Checkout::Failed("BOT_PRECHECKOUT_TIMEOUT".into());
    assert_eq!(shop.anna.checkout(&late), timeout);
    assert_eq!(agrees(&shop, &late).await["result"], true);
    assert_eq!(shop.anna.checkout(&late), timeout);
    let refused = shop.anna.pays().unwrap();
    let no = json!({"pre_checkout_query_id": refused, "ok": false});
    let told = ask(&shop, "answerPreCheckoutQuery", no).await;
    assert_eq!(
        told["description"],
        "Bad Request: error message can't be empty"
    );
    let no = json!({"pre_checkout_query_id": refused, "ok": false, "error_message": "Нет"});
    assert_eq!(ask(&shop, "answerPreCheckoutQuery", no).await["ok"], true);
    assert_eq!(shop.anna.checkout(&refused), Checkout::Failed("Нет".into()));
    shop.sandbox.telegram.fail_next_payment("PAYMENT_FAILED");
    let unlucky = shop.anna.pays().unwrap();
    agrees(&shop, &unlucky).await;
    assert_eq!(
        shop.anna.checkout(&unlucky),
        Checkout::Failed("PAYMENT_FAILED".into())
    );
    shop.anna.has_stars(149);
    assert_eq!(shop.anna.pays(), Err("too few Stars".into()));
    assert!(agrees(&shop, "1").await["ok"] == false);
    assert!(shop.sandbox.telegram.charges().is_empty());
}

#[tokio::test]
async fn a_charge_is_given_back_once_and_has_two_rows() {
    let shop = open().await;
    listens(&shop).await;
    ask(&shop, "sendInvoice", invoice()).await;
    let charge = pays(&shop).await;
    let refund = |person: i64, charge: &str| {
        let asked = json!({"user_id": person, "telegram_payment_charge_id": charge});
        ask(&shop, "refundStarPayment", asked)
    };
    shop.sandbox.telegram.person(1002, "Ben", None);
    for (person, named, says) in [
        (1002, charge.as_str(), "CHARGE_NOT_FOUND"),
        (1001, "stxNobody", "CHARGE_NOT_FOUND"),
        (7, charge.as_str(), "user not found"),
    ] {
        let told = refund(person, named).await;
        assert_eq!(told["description"], format!("Bad Request: {says}"));
    }
    shop.sandbox.telegram.withdraws_stars(100);
    let told = refund(1001, &charge).await;
    assert_eq!(told["description"], "Bad Request: BALANCE_TOO_LOW");
    shop.sandbox.telegram.withdraws_stars(-100);
    assert_eq!(refund(1001, &charge).await["result"], true);
    let told = refund(1001, &charge).await;
    assert_eq!(told["description"], "Bad Request: CHARGE_ALREADY_REFUNDED");
    assert_eq!(shop.anna.stars(), 1000);
    let told = listens(&shop).await.pop().unwrap();
    assert_eq!(told["message"]["from"]["is_bot"], true);
    assert_eq!(told["message"]["chat"]["id"], 1001);
    assert_eq!(told["message"]["refunded_payment"]["total_amount"], 150);
    let listed = ask(&shop, "getStarTransactions", json!({"limit": 900})).await;
    let rows = listed["result"]["transactions"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (&rows[0]["id"], &rows[3]["id"]),
        (&json!(charge), &json!(charge))
    );
    assert_eq!(rows[0]["source"]["invoice_payload"], "P17");
    assert_eq!(rows[3]["receiver"]["user"]["id"], 1001);
    let one = ask(
        &shop,
        "getStarTransactions",
        json!({"offset": 1, "limit": 0}),
    )
    .await;
    assert_eq!(
        one["result"]["transactions"][0]["receiver"]["type"],
        "fragment"
    );
    assert_eq!(one["result"]["transactions"].as_array().unwrap().len(), 1);
    let balance = ask(&shop, "getMyStarBalance", json!({})).await;
    assert_eq!(balance["result"]["amount"], 0);
}

#[tokio::test]
async fn news_is_lost_late_twice_forged_or_of_a_second_payment() {
    let shop = open().await;
    let telegram = &shop.sandbox.telegram;
    listens(&shop).await;
    ask(&shop, "sendInvoice", invoice()).await;
    telegram.set_payment_news(News::Lost);
    let first = pays(&shop).await;
    assert_eq!(telegram.charges()[0].news, None);
    telegram.set_payment_news(News::Held);
    let message = shop.anna.messages()[1].id;
    assert!(shop.anna.pays_on(message).is_err());
    let query = shop.anna.pays_again(message).unwrap();
    agrees(&shop, &query).await;
    let paid = |all: &[Value]| {
        let paid = all
            .iter()
            .filter(|it| it["message"]["successful_payment"].is_object());
        paid.count()
    };
    assert_eq!(paid(&listens(&shop).await), 0);
    telegram.set_payment_news(News::Prompt);
    assert_eq!(paid(&listens(&shop).await), 1);
    let second = telegram.charges().remove(1);
    assert!(second.id != first && second.payload == "P17");
    assert!(telegram.repeat_update(second.news.unwrap()));
    assert_eq!(paid(&listens(&shop).await), 2);
    telegram.forges_payment(1001, 150, "P17", "stxForged");
    assert_eq!(paid(&listens(&shop).await), 2);
    assert!(telegram.refunds_outside(&first, false));
    assert!(!telegram.refunds_outside(&first, true));
    assert_eq!(shop.anna.stars(), 850);
}
