//! The shop's templates: of how many there are, sellers pick one, and one that is taken away leaves nobody without an answer.

use neurocards::edge::author::Templates;
use neurocards::operator::service::ask::Do;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::id::JobId;
use neurocards::rules::domain::template::Template;
use neurocards::sandbox::Ending;

use crate::scene::{At, Scene};
use crate::seller::Seller;

const SHIPPED: &str = include_str!("../../data/templates.toml");
const UGC: &str = "🎥 UGC Блогер";
const AD: &str = "📢 Реклама";
const GONE: &str = "🎛 Этого шаблона больше нет.";

/// The shipped file's part of one template, under another name and title.
fn part(of: &str, name: &str, title: &str) -> String {
    let start = SHIPPED.find(&format!("[{of}]\n")).unwrap();
    let end = SHIPPED[start + 1..]
        .find("\n[")
        .map_or(SHIPPED.len(), |end| start + 1 + end);
    let part = SHIPPED[start..end].replace(&format!("[{of}]\n"), &format!("[{name}]\n"));
    let shipped = if of == "ugc" { UGC } else { AD };
    part.replace(shipped, title) + "\n"
}

fn only_ad() -> String {
    part("ad", "ad", AD)
}

/// Reads the question for a template, and its buttons.
#[track_caller]
fn offered(seller: &Seller, hint: &str) -> Vec<String> {
    let asked = seller.sees(At::Template.question());
    assert!(asked.text.contains(hint), "{}", asked.text);
    let rows = asked.buttons.iter().flatten();
    rows.map(|button| button.text.clone()).collect()
}

#[tokio::test]
async fn a_shop_of_three_templates_offers_them_and_makes_and_counts_each() {
    let scene = Scene::talk().await;
    let three = part("ad", "top_10", "🏆 Топ") + &part("ugc", "ugc", UGC) + &only_ad();
    let three = three.replacen("You direct", "THE TOP TEN. You direct", 1);
    scene.writes("templates.toml", three);
    assert_eq!(scene.reloads().await.unwrap().changed, ["templates.toml"]);
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Text).await;
    anna.sends(&scene, "Подушка").await;
    let labels = offered(&anna, "");
    assert_eq!(labels[..3], ["🏆 Топ", UGC, AD]);
    assert!(labels.len() == 4 && labels[3].contains("Свой промпт"));
    anna.presses(&scene, "🏆 Топ").await;
    anna.sees(At::Wishes.question());
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.confirms(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let told = &scene.gpt().requests()[0]["messages"][0]["content"];
    assert!(told.as_str().unwrap().starts_with("THE TOP TEN."), "{told}");
    let stats = scene.shell(&["stats", "day", "--json"]).await.json();
    assert_eq!(stats["templates"][0]["name"], "top_10", "{stats}");
    assert_eq!(stats["templates"][0]["done"], 1, "{stats}");
    scene.ends().await;
}

#[tokio::test]
async fn a_draft_of_a_template_that_was_taken_away_asks_again_and_goes_on() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let boris = scene.seller(2, 2).await;
    anna.walks_to(&scene, At::Wishes).await;
    boris.walks_to(&scene, At::Confirm).await;
    scene.writes("templates.toml", only_ad());
    scene.reloads().await.unwrap();
    // Who looks elsewhere meanwhile is told all the same.
    anna.sends(&scene, "/help").await;
    anna.sees("");
    let labels = offered(&anna, GONE);
    assert_eq!((labels.len(), labels[0].as_str()), (2, AD));
    anna.presses(&scene, AD).await;
    anna.sees(At::Wishes.question());
    boris.presses(&scene, "Да, запустить").await;
    offered(&boris, GONE);
    // The old button of it is still below an older message.
    boris.presses(&scene, "UGC").await;
    boris.toast("Эта кнопка уже не работает");
    offered(&boris, GONE);
    boris.presses(&scene, AD).await;
    // What was answered before stays answered.
    boris.sees(At::Confirm.question());
    boris.presses(&scene, "Да, запустить").await;
    boris.sees("✅ Принял!");
    scene.all_end().await;
    boris.gets_video();
    // And once more, of an order whose template was taken away.
    scene.writes("templates.toml", part("ugc", "ugc", UGC));
    scene.reloads().await.unwrap();
    boris.presses(&scene, "Ещё раз").await;
    assert_eq!(offered(&boris, GONE)[0], UGC);
    anna.sends(&scene, "/cancel").await;
    anna.sees(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn an_order_whose_template_was_taken_away_is_made_after_the_first() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    scene.writes("templates.toml", only_ad());
    scene.reloads().await.unwrap();
    let again = Deed::Reorder {
        job: JobId(1),
        why: None,
    };
    scene.stage().ask(Do(again)).await.unwrap().unwrap();
    scene.all_end().await;
    anna.gets_video();
    let requests = scene.gpt().requests();
    let ad = Template::parse("ad").unwrap();
    let templates = Templates::shipped();
    let words = templates.get(ad).unwrap();
    assert_eq!(requests[1]["messages"][0]["content"], words.system.trim());
    scene.ends().await;
}
