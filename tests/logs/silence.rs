//! A whole life at `trace`, and nothing of it that must not be known: in the log, the metrics, the operator's answers.

use neurocards::sandbox::{Ending, Person, Writing, sample_photo};
use neurocards::store;

use crate::hunt::Secrets;
use crate::seller::{Wish, has_read, orders, reads};
use crate::storage;
use crate::world::{HMAC, OPERATOR, PASSPHRASE, Reach, Setting, WEBHOOK, World};

const NAME: &str = "Евпраксия";
const USERNAME: &str = "evpraxia_of_the_logs";
const PRODUCT: &str = "Кружка «Ледокол»\nс ручкой \"ёж\" и 100% эмали";
const WISHES: &str = "Снимай под музыку Шостаковича, ракурс: снизу";
const PROMPT: &str = "A close-up of an unmistakable samovar & its reflection\nin slow motion";
const REASON: &str = "перевод по квитанции 7791";

/// Everything that must not be known to whoever reads a log.
fn secrets(world: &World) -> Secrets {
    let mut secrets = Secrets::default();
    let token = world.sandbox.telegram.token();
    let (_, inner) = token.split_once(':').unwrap();
    let keys = world.sandbox.kie.keys();
    secrets
        .text("the bot's token", token)
        .text("the bot's token", inner)
        .text("KIE's key", &keys[0])
        .text("KIE's other key", &keys[1])
        .text("OpenAI's key", world.sandbox.gpt.key())
        .text("the key KIE signs with", HMAC)
        .text("the webhook's secret", WEBHOOK)
        .text("the operator's token", OPERATOR)
        .text("S3's key", storage::SECRET)
        .text("the backup's passphrase", PASSPHRASE)
        .text("a product", "Ледокол")
        .text("a product", "100% эмали")
        .text("a wish", "Шостаковича")
        .text("a prompt", "unmistakable samovar")
        .text("a first name", NAME)
        .text("a first name", "Евпракси");
    let snapshot = store::read_only(&world.shop()).unwrap();
    let jobs = snapshot.jobs().unwrap();
    assert!(!jobs.is_empty());
    for row in &jobs {
        secrets
            .text("a photo's name", &row.job.photo.to_string())
            .text(
                "a photo's name",
                &row.job.photo.to_string().replace('-', ""),
            )
            .text(
                "an address of callbacks",
                &format!("{:016x}", row.job.nonce),
            );
        if let Some(script) = &row.job.script {
            let telling: String = script.chars().take(24).collect();
            secrets.text("a script", &telling);
        }
    }
    for order in snapshot.orders().unwrap() {
        secrets.text("a file of Telegram's", &order.brief.photo.file.0);
    }
    for task in world.sandbox.kie.tasks() {
        let photo = task.input.to_string();
        let at = photo.find("http").unwrap();
        let address: String = photo[at..]
            .chars()
            .take_while(|c| !matches!(c, '"' | '\\'))
            .collect();
        secrets.text("where a photo lies", &address);
        if let Some(photo) = &task.photo {
            secrets.bytes("a framed photo", &photo[..12]);
            secrets.bytes("a framed photo", &photo[photo.len() / 2..][..12]);
        }
    }
    let photo = sample_photo(1);
    secrets
        .bytes("a photo", &photo[..10])
        .bytes("a photo", &photo[photo.len() / 2..][..12])
        .exactly("the beginning of a JPEG", "[255, 216")
        .exactly("the beginning of a JPEG", "/9j/")
        .exactly("Telegram's address", "/bot1")
        .exactly("Telegram's address", "api.telegram.org/bot");
    // What only whole bodies have.
    for body in [
        "update_id",
        "callback_query",
        "file_unique_id",
        "first_name",
        "is_bot",
        "reply_markup",
        "resultUrls",
        "resultJson",
        "image_url",
        "image_urls",
        "callBackUrl",
        "\"messages\"",
        "finish_reason",
        "x-telegram-bot-api",
        "authorization",
        "Bearer",
    ] {
        secrets.exactly("a raw body or head", body);
    }
    secrets
}

/// What becomes of sellers, of the good and of the bad.
async fn story(world: &mut World) -> (Person, Vec<String>) {
    let seller = world.sandbox.telegram.person(7, NAME, Some("ru"));
    seller.takes_username(USERNAME);
    seller.sends("/start");
    reads(world, &seller, "👋 Привет!").await;
    seller.sends_sticker();
    reads(world, &seller, "Не понял").await;

    // Each end a video can come to, in whichever order they are begun.
    world.sandbox.gpt.next(Writing::ServerError);
    for ending in [
        Ending::TemporaryAtCreate,
        Ending::Violation,
        Ending::RateLimitAtCreate,
        Ending::Temporary,
        Ending::BrokenLook,
        Ending::DeadModel,
        Ending::NoUrl,
    ] {
        world.sandbox.kie.next(ending);
    }
    let of_template = Wish {
        photo: 1,
        product: PRODUCT,
        prompt: None,
        wishes: WISHES,
        count: "5 видео",
    };
    orders(world, &seller, &of_template).await;
    has_read(world, &seller, "готово", 1).await;
    world
        .until("the first order ends", |world| over(world, 5))
        .await;
    world.sandbox.kie.next(Ending::Billing);
    seller.sends("/menu");
    reads(world, &seller, "Главное меню").await;
    let own = Wish {
        prompt: Some(PROMPT),
        count: "3 видео",
        ..of_template
    };
    orders(world, &seller, &own).await;
    world
        .until("the second order ends", |world| over(world, 8))
        .await;

    let mut told = Vec::new();
    for words in [
        &["grant", "--user", "7", "--credits", "3", "--reason", REASON][..],
        &["status"],
        &["status", "--json"],
        &["users", "list"],
        &["users", "show", "7"],
        &["orders", "show", "1"],
        &["orders", "list", "--json"],
        &["jobs", "show", "j1"],
        &["jobs", "list", "--json"],
        &["keys", "list"],
        &["models", "list", "--json"],
        &["acts"],
        &["audit"],
        &["config", "show"],
        &["backup"],
        &["backups", "list", "--remote"],
        &["webhook", "show"],
    ] {
        told.push(format!("{}\n{}", words.join(" "), world.says(words).await));
    }
    has_read(world, &seller, "Баланс пополнен", 1).await;
    let copied = |world: &World| world.log().contains("a copy of a backup is in the storage");
    world.until("the backup is sent away", copied).await;
    (seller, told)
}

fn over(world: &World, jobs: usize) -> bool {
    let told = world.log();
    let ended = told.lines().filter(|line| {
        line.contains("a video is done")
            || line.contains("an attempt failed") && line.contains("Refund")
    });
    ended.count() >= jobs
}

/// What strangers try at the door.
async fn strangers(world: &World) {
    let update = format!("{{\"update_id\":1,\"message\":{{\"text\":\"{PRODUCT}\"}}}}");
    let secret = "x-telegram-bot-api-secret-token";
    assert_eq!(
        world
            .knocks("/telegram", &[(secret, "guessed")], &update)
            .await,
        401
    );
    assert_eq!(
        world
            .knocks(
                "/telegram",
                &[(secret, WEBHOOK)],
                "{\"update_id\":\"Ледокол\"}"
            )
            .await,
        200
    );
    let snapshot_free = world.sandbox.kie.tasks();
    let address = snapshot_free
        .iter()
        .find_map(|task| task.callback_url.clone())
        .unwrap();
    let path = &address[address.find("/kie/").unwrap()..];
    assert_eq!(
        world
            .knocks(path, &[], "{\"taskId\":\"x\",\"prompt\":\"Ледокол\"}")
            .await,
        401
    );
    assert_eq!(world.knocks("/p/Ледокол.jpg", &[], "").await, 404);
}

async fn nothing_is_told(reach: Reach, format: &'static str) {
    let setting = Setting {
        reach,
        format,
        level: "trace",
        ..Setting::default()
    };
    let mut world = World::new(setting).await;
    let (_seller, told) = story(&mut world).await;
    if reach == Reach::Public {
        strangers(&world).await;
    }
    let metrics = world.office("/metrics").await;
    world.stops().await;
    let (log, mut secrets) = (world.log(), secrets(&world));
    // The operator's own words and their sellers' @names are for their screen.
    told.iter()
        .for_each(|told| secrets.are_not_in("an answer", told));
    secrets
        .text("a @name", USERNAME)
        .text("a reason", "квитанции 7791");
    secrets.are_not_in("the log", &log);
    secrets.are_not_in("the metrics", &metrics);

    assert!(metrics.contains("neurocards_orders_total 2"), "{metrics}");
    assert!(told.iter().any(|told| told.contains(USERNAME)), "{told:#?}");
    assert!(
        world.storage.keys().iter().any(|key| key.ends_with(".age")),
        "{log}"
    );
    for said in [
        "a call has ended",
        "an order is placed",
        "an attempt begins",
        "another attempt begins",
        "a step begins",
        "the script is there",
        "the provider has made a task",
        "an attempt failed",
        "a video is done",
        "a note is said",
        "a copy of a backup is in the storage",
    ] {
        assert!(log.contains(said), "nothing says «{said}» in {log}");
    }
    let of_reach: &[&str] = match reach {
        Reach::Public => &[
            "the provider called back",
            "somebody fetches a photo",
            "the door has refused",
        ],
        Reach::Home => &["a photo is uploaded"],
    };
    for said in of_reach {
        assert!(log.contains(said), "nothing says «{said}» in {log}");
    }
    match format {
        "json" => {
            for line in log.lines() {
                let line: serde_json::Value = serde_json::from_str(line).expect(line);
                assert!(
                    line["message"].is_string() && line["level"].is_string(),
                    "{line}"
                );
            }
            assert!(log.contains("\"level\":\"TRACE\"") && log.contains("\"job.id\":8"));
        }
        _ => assert!(log.contains(" TRACE ") && log.contains(" job.id=8")),
    }
    // The same search finds what is there.
    let planted = format!(
        "{log}\n{}",
        serde_json::json!({ "why": format!("no {PRODUCT}") })
    );
    assert_eq!(secrets.found(&planted).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_the_world_reaches_tells_nothing_secret_as_json() {
    nothing_is_told(Reach::Public, "json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_the_world_reaches_tells_nothing_secret_to_a_person() {
    nothing_is_told(Reach::Public, "human").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_at_home_tells_nothing_secret_as_json() {
    nothing_is_told(Reach::Home, "json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_at_home_tells_nothing_secret_to_a_person() {
    nothing_is_told(Reach::Home, "human").await;
}
