//! The trail of one video: found by its order, its job and its attempts, and read from beginning to end.

use neurocards::sandbox::Ending;
use serde_json::Value;

use crate::seller::{Wish, has_read, orders, reads};
use crate::world::{Reach, Setting, World};

const WISH: Wish<'_> = Wish {
    photo: 0,
    product: "Подушка",
    prompt: None,
    wishes: "-",
    count: "1 видео",
};

/// Two orders, of which the second has a video that takes two attempts; everything that was logged.
async fn written(format: &'static str) -> String {
    let setting = Setting {
        reach: Reach::Public,
        format,
        level: "debug",
        ..Setting::default()
    };
    let mut world = World::new(setting).await;
    let seller = world.sandbox.telegram.person(7, "Анна", Some("ru"));
    seller.sends("/start");
    reads(&mut world, &seller, "👋 Привет!").await;
    for (ending, ready) in [(Ending::Success, 1), (Ending::Temporary, 2)] {
        world.sandbox.kie.next(ending);
        orders(&mut world, &seller, &WISH).await;
        has_read(&mut world, &seller, "✅ Видео готово!", ready).await;
        has_read(&mut world, &seller, "готово 1 из 1", ready).await;
        seller.sends("/menu");
        reads(&mut world, &seller, "Главное меню").await;
    }
    let retrying = seller
        .messages()
        .into_iter()
        .find(|message| message.text.contains("Временная ошибка"));
    assert!(retrying.unwrap().text.ends_with("Код: J2"));
    world.stops().await;
    world.log()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_video_is_found_by_order_job_and_attempt() {
    let log = written("json").await;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let of = |key: &str, value: u64| -> Vec<&Value> {
        lines.iter().filter(|line| line[key] == value).collect()
    };
    for line in &lines {
        if line.get("job.id").is_some() {
            assert!(
                line["order.id"].is_u64() && line["attempt"].is_u64(),
                "{line}"
            );
        }
        assert!(
            line.get("attempt").is_none() || line.get("job.id").is_some(),
            "{line}"
        );
    }
    // One video to an order: whatever is of the job is of the order, which has its own lines besides.
    let (of_order, of_job) = (of("order.id", 2), of("job.id", 2));
    assert!(
        of_job.iter().all(|line| line["order.id"] == 2),
        "{of_job:#?}"
    );
    let besides: Vec<_> = of_order
        .iter()
        .filter(|line| line.get("job.id").is_none())
        .collect();
    assert!(
        besides
            .iter()
            .any(|line| line["message"] == "an order is placed"),
        "{besides:#?}"
    );
    assert!(
        besides
            .iter()
            .all(|line| line["said"] == "status" || line["message"] == "an order is placed")
    );

    // The order of stages can be read, attempt by attempt.
    let told: Vec<(u64, String)> = of_job
        .iter()
        .map(|line| {
            let what = line
                .get("stage")
                .or(line.get("said"))
                .map_or("", |what| what.as_str().unwrap());
            let told = format!("{} {what}", line["message"].as_str().unwrap());
            (line["attempt"].as_u64().unwrap(), told.trim().to_owned())
        })
        .collect();
    let mut left = told.iter();
    for (attempt, wanted) in [
        (0, "a video waits for its turn"),
        (1, "an attempt begins"),
        (1, "a step begins preparing"),
        (1, "the photo is on disk"),
        (1, "the script is there"),
        (1, "the provider is asked for a video"),
        (1, "the provider has made a task"),
        (1, "a step begins rendering"),
        (1, "an attempt failed"),
        (2, "another attempt begins"),
        (2, "a step begins preparing"),
        (2, "the provider is asked for a video"),
        (2, "the provider has made a task"),
        (2, "a step begins rendering"),
        (2, "a step begins rendered"),
        (2, "a video is on disk"),
        (2, "a video is done"),
        (2, "a note is said video"),
    ] {
        let found = left.any(|(at, told)| (*at, told.as_str()) == (attempt, wanted));
        assert!(
            found,
            "«{wanted}» of attempt {attempt} is not in its place in {told:#?}"
        );
    }
    // These come when others like.
    for besides in [
        "somebody fetches a photo",
        "the provider called back",
        "a note is said retrying",
    ] {
        assert!(told.contains(&(1, besides.into())), "{told:#?}");
    }
    let failed = of_job
        .iter()
        .find(|line| line["message"] == "an attempt failed")
        .unwrap();
    assert_eq!(
        failed["ref"], "J2",
        "what the seller was told is looked up by its code"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_finds_the_same_lines_with_grep() {
    let log = written("human").await;
    let has = |line: &str, field: &str| line.split(' ').any(|word| word == field);
    let of_job: Vec<_> = log.lines().filter(|line| has(line, "job.id=2")).collect();
    assert!(of_job.len() > 15, "{log}");
    for line in of_job {
        let attempt = (0..3).filter(|at| has(line, &format!("attempt={at}")));
        assert_eq!(
            (has(line, "order.id=2"), attempt.count()),
            (true, 1),
            "{line}"
        );
    }
    let first = log.lines().find(|line| has(line, "order.id=2")).unwrap();
    assert!(first.contains("an order is placed"), "{first}");
    assert!(log.lines().any(|line| has(line, "ref=J2")));
    assert!(!log.contains('\u{1b}'), "a file is no screen");
}
