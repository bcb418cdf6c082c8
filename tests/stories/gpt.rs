//! The script's author: what happens when it refuses, is silent, or talks nonsense, and what the doctor says of it.

use std::time::Duration;

use neurocards::sandbox::{Ending, Reply, Writing};
use serde_json::Value;

use crate::scene::{PRODUCT, Scene};

/// The author fails once for a moment, is asked again, and the video comes.
async fn passes(writing: Writing, config: &str, wait: u64) {
    let scene = Scene::with(config, false).await;
    scene.gpt().next(writing);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let job = scene.jobs().remove(0);
    assert_eq!(job.stage.name(), "queued");
    let failed = job.missed[0].at;
    assert_eq!(job.due.since(failed), Duration::from_secs(wait));
    scene.all_end().await;
    if wait == 10 {
        anna.sees("⚠️ Временная ошибка генерации");
    }
    anna.gets_video();
    assert_eq!(scene.gpt().requests().len(), 2);
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![2]));
    scene.ends().await;
}

#[tokio::test]
async fn an_author_with_too_much_to_do_is_asked_again_after_60_seconds() {
    passes(Writing::RateLimit, "", 60).await;
}

#[tokio::test]
async fn an_author_with_a_fault_is_asked_again_after_10_seconds() {
    passes(Writing::ServerError, "", 10).await;
}

#[tokio::test]
async fn an_author_who_talks_html_is_asked_again() {
    passes(Writing::NotJson, "", 10).await;
}

#[tokio::test]
async fn an_author_who_hangs_is_given_up_and_asked_again() {
    passes(Writing::Hang, "[gpt]\ntimeout = \"1s\"\n", 10).await;
}

#[tokio::test]
async fn an_author_who_fails_thrice_costs_the_seller_nothing() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.gpt().next(Writing::ServerError);
    }
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("❌ Не получилось сгенерировать");
    assert_eq!(scene.creations(), 0);
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

/// The author will not work unpaid: refund, the operator is told, and told again when it is over.
async fn unpaid(writing: Writing) {
    let scene = Scene::new().await;
    scene.gpt().next(writing);
    let boss = scene.operator().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.sees("⚠️ Временные технические неполадки");
    boss.sees("🚨 GPT отказывает: проблема с оплатой или ключом.");
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.creations(), 0);
    anna.orders(&scene, 1).await;
    boss.sees("✅ GPT снова работает.");
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn an_author_with_the_quota_used_up_is_the_operators_business() {
    unpaid(Writing::Billing).await;
}

#[tokio::test]
async fn an_author_who_refuses_the_key_is_the_operators_business() {
    unpaid(Writing::Unauthorized).await;
}

#[tokio::test]
async fn each_video_of_an_order_has_a_script_of_its_own_paid_for_once() {
    let scene = Scene::new().await;
    scene.next(&[Ending::TemporaryAtCreate; 4]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..4 {
        anna.finds("⚠️ Временная ошибка генерации");
    }
    for _ in 0..3 {
        anna.gets_video();
    }
    assert_eq!(scene.gpt().requests().len(), 3);
    scene.ends().await;
}

#[tokio::test]
async fn without_a_key_the_template_writes() {
    let scene = Scene::without_author().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert!(scene.gpt().requests().is_empty());
    let prompt = scene.kie().tasks()[0].input["prompt"].clone();
    assert!(prompt.as_str().unwrap().contains(PRODUCT), "{prompt}");
    scene.ends().await;
}

#[tokio::test]
async fn an_author_who_sees_is_shown_the_photo() {
    let scene = Scene::with("[gpt]\nvision = true\n", false).await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let request = &scene.gpt().requests()[0];
    let shown = &request["messages"][1]["content"][1]["image_url"]["url"];
    assert!(
        shown
            .as_str()
            .unwrap()
            .starts_with("data:image/jpeg;base64,/9j/")
    );
    scene.ends().await;
}

/// What the doctor finds of the author, and what it says to do.
async fn doctor(scene: &Scene) -> (String, String, String) {
    let checked = scene.shell(&["check", "--json"]).await;
    let found: Value = serde_json::from_str(&checked.told).unwrap();
    let of = found
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["what"] == "gpt");
    let word = |key: &str| of.unwrap()[key].as_str().unwrap_or_default().to_owned();
    (word("grade"), word("found"), word("remedy"))
}

#[tokio::test]
async fn the_doctor_tells_a_wrong_address_from_a_wrong_model_and_a_wrong_key() {
    let scene = Scene::with("[gpt]\nmodel = \"my-model\"\n", true).await;
    let (grade, found, remedy) = doctor(&scene).await;
    assert_eq!(
        (grade.as_str(), found.as_str()),
        ("fail", "does not know my-model")
    );
    assert!(remedy.contains("gpt.model"), "{remedy}");
    let region = r#"{"error": {"code": "unsupported_country_region_territory", "message": "m"}}"#;
    for (status, body, has, remedy_has) in [
        (
            404,
            r#"{"detail":"Not Found"}"#,
            "there is no author at http://",
            "gpt.api_url",
        ),
        (403, region, "refuses to work for us", "gpt.api_url"),
        (401, "Unauthorized", "the key is refused", "OPENAI_API_KEY"),
    ] {
        scene.gpt().always(Some(Reply {
            status,
            headers: Vec::new(),
            body: body.into(),
        }));
        let (grade, found, remedy) = doctor(&scene).await;
        assert!(grade == "fail" && found.contains(has), "{grade} {found}");
        assert!(remedy.contains(remedy_has), "{remedy}");
    }
    scene.ends().await;
}

#[tokio::test]
async fn the_doctor_warns_of_a_longest_answer_that_no_script_fits() {
    let scene = Scene::with("[gpt]\nmax_tokens = 100\n", true).await;
    let (grade, found, remedy) = doctor(&scene).await;
    assert_eq!(grade, "warn");
    assert_eq!(found, "max_tokens is 100: too little for a script");
    assert!(remedy.contains("gpt.max_tokens"), "{remedy}");
    scene.ends().await;
}
