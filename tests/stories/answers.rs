//! What authors really answer: each kind once and always, and no video is paid for of what is no script.

use neurocards::sandbox::Reply;
use serde_json::Value;

use crate::scene::{PRODUCT, Scene, Seller};

/// What authors answered, with what each is.
const CASES: &str = include_str!("../cases/gpt.jsonl");
/// A chat with no pause between messages.
const TALK: &str = "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n";
/// What the template says when it stands in.
const TEMPLATE: &str = "Handheld phone video, vertical 9:16, one continuous take.";
/// Answers that are no script, and no apology either.
const NO_SCRIPTS: [&str; 5] = ["no_text", "no_budget", "cut_off", "question", "no_script"];

/// One answer that an author was seen to give.
struct Case {
    name: String,
    script: Option<String>,
    raw: Reply,
}

/// Some answers of each of these kinds; all of them are looked at where no daemon is needed.
fn cases(rights: &[&str]) -> Vec<Case> {
    /// Of each kind.
    const SOME: usize = 3;
    // A long wait has a story of its own.
    let short = |case: &Case| case.name != "retry_after_date";
    let of = |right: &&str| all(right).into_iter().filter(short).take(SOME);
    rights.iter().flat_map(of).collect()
}

/// The answers that are this.
fn all(right: &str) -> Vec<Case> {
    let read = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().map(str::to_owned);
        let headers = case["headers"].as_object().unwrap().iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().into()));
        let raw = Reply {
            status: u16::try_from(case["http_status"].as_u64().unwrap()).unwrap(),
            headers: headers.collect(),
            body: text("body").unwrap().into_bytes(),
        };
        (text("right").as_deref() == Some(right)).then(|| Case {
            name: text("name").unwrap(),
            script: text("script"),
            raw,
        })
    };
    let cases: Vec<_> = CASES.lines().filter_map(read).collect();
    assert!(!cases.is_empty(), "{right}");
    cases
}

/// A shop whose author gives odd answers, one order after the other, and who hears of it.
struct Shop {
    scene: Scene,
    anna: Seller,
    boss: Seller,
}

impl Shop {
    async fn open(config: &str) -> Self {
        let scene = Scene::with(&format!("{TALK}{config}"), false).await;
        let (anna, boss) = (scene.seller(1, 200).await, scene.operator().await);
        Self { scene, anna, boss }
    }

    /// Anna orders one video and all of it ends; how often the author was asked, and what was filmed, if anything.
    async fn sells(&self) -> (usize, Option<String>) {
        let (asked, filmed) = (self.asked(), self.scene.kie().tasks().len());
        self.anna.orders(&self.scene, 1).await;
        self.scene.all_end().await;
        let tasks = self.scene.kie().tasks();
        assert!(tasks.len() <= filmed + 1, "paid for twice");
        let prompt = tasks
            .get(filmed)
            .map(|task| task.input["prompt"].as_str().unwrap().into());
        (self.asked() - asked, prompt)
    }

    fn asked(&self) -> usize {
        self.scene.gpt().requests().len()
    }

    /// What the author wrote last that was its own.
    fn written(&self) -> Option<String> {
        self.scene.gpt().scripts().pop()
    }

    /// Anna reads what she got, whatever it is, and it is one of these.
    fn reads(&self, case: &Case, texts: &[&str]) {
        let unread = self.anna.unread();
        let last = unread
            .last()
            .unwrap_or_else(|| panic!("{}: nothing", case.name));
        let wanted = texts.iter().any(|text| last.text.contains(text));
        assert!(wanted, "{}: «{}»", case.name, last.text);
        unread.iter().for_each(|message| {
            self.anna.finds(&message.text);
        });
    }

    async fn ends(self) {
        self.scene.ends().await;
    }
}

const VIDEO: &[&str] = &["✅ Видео готово!"];

#[tokio::test]
async fn a_script_is_filmed_without_what_is_around_it() {
    let shop = Shop::open("").await;
    for five in all("script").chunks(5) {
        let filmed = shop.scene.kie().tasks().len();
        five.iter()
            .for_each(|case| shop.scene.gpt().answers(case.raw.clone()));
        shop.anna.orders(&shop.scene, 5).await;
        shop.scene.all_end().await;
        let tasks = shop.scene.kie().tasks();
        for case in five {
            let prompts = tasks[filmed..].iter().map(|task| &task.input["prompt"]);
            let is = prompts.filter(|prompt| prompt.as_str() == case.script.as_deref());
            assert!(is.count() >= 1, "{}: {:?}", case.name, &tasks[filmed..]);
        }
        for _ in 0..5 {
            shop.anna.gets_video();
        }
    }
    shop.ends().await;
}

#[tokio::test]
async fn what_is_no_script_once_is_asked_for_again_at_once_and_not_filmed() {
    let shop = Shop::open("").await;
    for case in cases(&[&NO_SCRIPTS[..], &["apology"]].concat()) {
        shop.scene.gpt().answers(case.raw.clone());
        let (asked, filmed) = shop.sells().await;
        assert_eq!((asked, filmed), (2, shop.written()), "{}", case.name);
        shop.reads(&case, VIDEO);
    }
    shop.ends().await;
}

#[tokio::test]
async fn what_is_no_script_twice_gives_way_to_the_template_and_the_operator_hears_once_an_hour() {
    const CAUSES: [&str; 2] = [
        "`gpt.max_tokens` мал для этой модели",
        "на два вопроса он ответил",
    ];
    let shop = Shop::open("").await;
    for case in cases(&NO_SCRIPTS) {
        shop.scene.gpt().always(Some(case.raw.clone()));
        let (asked, filmed) = shop.sells().await;
        let filmed = filmed.unwrap();
        assert!(
            filmed.starts_with(TEMPLATE) && filmed.contains(PRODUCT),
            "{}: {filmed}",
            case.name
        );
        assert_eq!(asked, 2, "{}", case.name);
        shop.reads(&case, VIDEO);
    }
    for cause in CAUSES {
        let told = shop.boss.finds(cause).text;
        assert!(told.starts_with("⚠️ GPT не написал сценарий"), "{told}");
    }
    shop.boss.sees_nothing();
    shop.ends().await;
}

#[tokio::test]
async fn an_apology_twice_and_a_refusal_once_cost_the_seller_nothing_and_are_not_filmed() {
    let shop = Shop::open("").await;
    for (right, asked) in [("apology", 2), ("violation", 1)] {
        for case in cases(&[right]) {
            shop.scene.gpt().always(Some(case.raw.clone()));
            assert_eq!(shop.sells().await, (asked, None), "{}", case.name);
            shop.reads(&case, &["⚠️ Вы нарушили правила"]);
        }
    }
    assert_eq!(shop.scene.balance(&shop.anna), (200, 0));
    shop.ends().await;
}

#[tokio::test]
async fn whoever_wants_money_or_another_key_is_told_of_as_that() {
    let shop = Shop::open("[alerts]\noff = [\"failures\"]\n").await;
    for case in cases(&["billing"]) {
        shop.scene.gpt().answers(case.raw.clone());
        assert_eq!(shop.sells().await, (1, None), "{}", case.name);
        shop.reads(&case, &["⚠️ Временные технические неполадки"]);
        shop.boss
            .sees("🚨 GPT отказывает: проблема с оплатой или ключом.");
        shop.scene.gpt().always(None);
        assert_eq!(shop.sells().await, (1, shop.written()), "{}", case.name);
        shop.reads(&case, VIDEO);
        shop.boss.sees("✅ GPT снова работает.");
    }
    shop.ends().await;
}

#[tokio::test]
async fn what_the_operator_must_mend_is_told_as_that_and_the_template_stands_in() {
    for (right, cause) in [
        ("unfound", "неверный адрес или модель"),
        ("forbidden", "отказывается работать с нами"),
        ("request", "не принимает наш запрос"),
        ("less", "не принимает наш запрос"),
    ] {
        let shop = Shop::open("").await;
        for case in cases(&[right]) {
            shop.scene.gpt().always(Some(case.raw.clone()));
            let (asked, filmed) = shop.sells().await;
            assert!(
                filmed.is_some_and(|filmed| filmed.starts_with(TEMPLATE)),
                "{}",
                case.name
            );
            assert_eq!(asked, 1, "{}", case.name);
            shop.reads(&case, VIDEO);
        }
        shop.boss.sees(cause);
        shop.boss.sees_nothing();
        shop.ends().await;
    }
}

#[tokio::test]
async fn what_passes_is_asked_again_later() {
    let shop = Shop::open("").await;
    for case in cases(&["temporary", "rate_limit"]) {
        shop.scene.gpt().answers(case.raw.clone());
        let (asked, filmed) = shop.sells().await;
        assert_eq!((asked, filmed), (2, shop.written()), "{}", case.name);
        shop.reads(&case, VIDEO);
    }
    shop.boss.sees_nothing();
    shop.ends().await;
}

#[tokio::test]
async fn what_does_not_pass_ends_in_a_refund_and_nothing_is_filmed() {
    let shop = Shop::open("[alerts]\noff = [\"failures\"]\n").await;
    for case in cases(&["temporary", "rate_limit"]) {
        shop.scene.gpt().always(Some(case.raw.clone()));
        assert_eq!(shop.sells().await, (3, None), "{}", case.name);
        shop.reads(
            &case,
            &[
                "❌ Не получилось сгенерировать",
                "⏳ Сервис временно перегружен",
            ],
        );
    }
    shop.boss.sees_nothing();
    shop.ends().await;
}

#[tokio::test]
async fn a_wait_until_a_moment_is_waited_for() {
    let scene = Scene::new().await;
    let mut case = cases(&["rate_limit"]).remove(0);
    let moment = "Thu, 22 Jan 2026 12:05:00 GMT";
    case.raw.headers = vec![("retry-after".into(), moment.into())];
    case.raw.status = 429;
    scene.gpt().answers(case.raw);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let job = scene.jobs().remove(0);
    let wait = job.due.since(job.missed[0].at).as_secs();
    assert!((240..=300).contains(&wait), "{wait}");
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn the_other_name_of_the_longest_answer_is_tried_and_kept() {
    for case in cases(&["other_name"]) {
        let shop = Shop::open("").await;
        shop.scene.gpt().answers(case.raw.clone());
        for asked in [2, 1] {
            assert_eq!(shop.sells().await, (asked, shop.written()), "{}", case.name);
            shop.reads(&case, VIDEO);
        }
        let requests = shop.scene.gpt().requests();
        let names = requests
            .iter()
            .map(|request| request["max_completion_tokens"].is_u64());
        assert_eq!(names.collect::<Vec<_>>(), [false, true, true]);
        // And one that takes neither.
        shop.scene.gpt().always(Some(case.raw.clone()));
        let (asked, filmed) = shop.sells().await;
        assert!(
            filmed.is_some_and(|filmed| filmed.starts_with(TEMPLATE)),
            "{}",
            case.name
        );
        assert_eq!(asked, 3, "{}", case.name);
        shop.reads(&case, VIDEO);
        shop.boss.sees("не принимает наш запрос");
        shop.ends().await;
    }
}

#[tokio::test]
async fn a_redirect_is_followed_with_the_question_and_not_for_ever() {
    let shop = Shop::open("").await;
    let case = cases(&["redirect"]).remove(0);
    shop.scene.gpt().answers(case.raw.clone());
    let sold = shop.sells().await;
    assert_eq!(sold, (2, shop.written()));
    shop.reads(&case, VIDEO);
    shop.scene.gpt().always(Some(case.raw.clone()));
    let (asked, filmed) = shop.sells().await;
    assert!(filmed.is_some_and(|filmed| filmed.starts_with(TEMPLATE)));
    assert_eq!(asked, 4);
    shop.reads(&case, VIDEO);
    shop.boss.sees("неверный адрес или модель");
    shop.ends().await;
}

#[tokio::test]
async fn a_model_that_thinks_has_room_for_it() {
    let shop = Shop::open("[gpt]\nmodel = \"gpt-5-mini\"\n").await;
    let case = cases(&["no_budget"]).remove(0);
    shop.scene.gpt().answers(case.raw.clone());
    let sold = shop.sells().await;
    assert_eq!(sold, (2, shop.written()));
    shop.reads(&case, VIDEO);
    let requests = shop.scene.gpt().requests();
    let budgets = requests
        .iter()
        .map(|request| request["max_completion_tokens"].as_u64());
    assert_eq!(budgets.collect::<Vec<_>>(), [Some(4600), Some(8600)]);
    shop.scene.gpt().always(Some(case.raw.clone()));
    let (_, filmed) = shop.sells().await;
    assert!(filmed.is_some_and(|filmed| filmed.starts_with(TEMPLATE)));
    shop.reads(&case, VIDEO);
    shop.boss.sees("`gpt.max_tokens` мал для этой модели");
    shop.ends().await;
}

#[tokio::test]
async fn a_script_that_is_longer_than_the_model_takes_ends_with_a_sentence() {
    let shop = Shop::open("[kie]\nmodels = [\"kling-2.6/image-to-video\"]\n").await;
    let sentence = "A hand lifts the mug into warm light and the camera pushes in. ";
    let message = serde_json::json!({"content": sentence.repeat(50)});
    let body = serde_json::json!({"choices": [{"finish_reason": "stop", "message": message}]});
    let body = body.to_string().into_bytes();
    shop.scene.gpt().answers(Reply {
        status: 200,
        headers: Vec::new(),
        body,
    });
    let (_, filmed) = shop.sells().await;
    let filmed = filmed.unwrap();
    assert!(filmed.ends_with("the camera pushes in."), "{filmed}");
    assert!((500..=1000).contains(&filmed.chars().count()), "{filmed}");
    shop.anna.gets_video();
    shop.ends().await;
}
