//! What an operator may do has the same limits in every face: the shell, with a daemon and without, the chat, the page.

use neurocards::operator::service::Refusal;
use neurocards::operator::service::ask::Do;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::deed::outlook::Outcome;
use neurocards::rules::domain::id::UserId;

use crate::scene::{ADMIN, OPERATOR_TOKEN, Scene};

fn grant(user: u64, credits: i32, key: Option<&str>) -> Do {
    Do(Deed::Grant {
        user: UserId(user),
        credits,
        why: "paid".into(),
        key: key.map(str::to_owned),
    })
}

async fn does(scene: &Scene, deed: Do) -> Result<Outcome, Refusal> {
    scene.stage().ask(deed).await.unwrap()
}

/// A grant at the shell.
fn words<'w>(user: &'w str, credits: &'w str, why: &'w str, key: &'w str) -> Vec<&'w str> {
    let grant = ["grant", "--user", user, "--credits", credits];
    [&grant[..], &["--reason", why, "--key", key]].concat()
}

/// The page without a browser.
struct Page {
    http: reqwest::Client,
    url: String,
    cookie: String,
    word: String,
}

impl Page {
    async fn of(scene: &Scene) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let (http, url) = (http.build().unwrap(), scene.stage().office_url());
        let come = http
            .post(format!("{url}/signin"))
            .form(&[("token", OPERATOR_TOKEN)]);
        let come = come.send().await.unwrap();
        let cookie = come.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let page = http.get(format!("{url}/users/1")).header("cookie", &cookie);
        let page = page.send().await.unwrap().text().await.unwrap();
        let word = page.split("name=\"word\" value=\"").nth(1).unwrap();
        let word = word.split('"').next().unwrap().to_owned();
        Self {
            http,
            url,
            cookie,
            word,
        }
    }

    /// Wishes for something: what is wrong with it, or nothing when it is asked whether it is meant.
    async fn wishes(&self, form: &[(&str, &str)]) -> Option<String> {
        let form = [form, &[("word", self.word.as_str()), ("back", "/users/1")]].concat();
        let asked = self
            .http
            .post(format!("{}/do", self.url))
            .header("cookie", &self.cookie);
        let told = asked.form(&form).send().await.unwrap();
        let told = told.text().await.unwrap();
        let wrong = told.split("data-test=\"wrong\">").nth(1);
        let wrong = wrong.map(|rest| rest.split('<').next().unwrap().to_owned());
        let asks = told.contains("data-test=\"confirm\"");
        assert_ne!(asks, wrong.is_some(), "{told}");
        wrong
    }
}

#[tokio::test]
async fn a_key_that_was_used_for_another_grant_is_refused_with_whom_it_was_for() {
    let mut scene = Scene::talk().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    for repeated in [false, true] {
        let outcome = does(&scene, grant(1, 5, Some("k"))).await.unwrap();
        let user = outcome.person.unwrap().user;
        assert_eq!((user, outcome.before), (UserId(1), repeated));
    }
    for (user, credits) in [(2, 5), (1, 6), (1, -5), (2, -5)] {
        let answer = does(&scene, grant(user, credits, Some("k"))).await;
        let (key, user) = ("k".to_owned(), UserId(1));
        let credits = 5;
        assert_eq!(answer, Err(Refusal::Used { key, user, credits }));
    }
    let told = "The key k was used before, for seller 1 and 5 credits";
    scene
        .shell(&words("2", "5", "paid", "k"))
        .await
        .refuses(told);
    does(&scene, grant(2, -1, Some("back"))).await.unwrap();
    scene.sleeps().await;
    scene
        .shell(&words("2", "5", "paid", "k"))
        .await
        .refuses(told);
    let told = "The key back was used before, for seller 2 and -1 credits";
    scene
        .shell(&words("2", "1", "paid", "back"))
        .await
        .refuses(told);
    let again = scene.shell(&words("1", "5", "paid", "k")).await;
    again.tells("granted before with this key; user 1 has 7 credits");
    scene.wakes().await;
    assert_eq!(
        (scene.balance(&anna), scene.balance(&ben)),
        ((7, 0), (1, 0))
    );
    assert_eq!(scene.entries("grant"), 2);
    anna.sees("🎁 Баланс пополнен: +5");
    ben.sees("ℹ️ С баланса списано: 1");
    scene.ends().await;
}

#[tokio::test]
async fn keys_that_the_program_makes_cannot_be_typed() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    // Whoever could would have the refund of that video made before it is.
    for key in ["refund:1", "page:00", "a:b", ""] {
        let answer = does(&scene, grant(1, 5, Some(key))).await;
        assert_eq!(answer, Err(Refusal::Key));
        let told = scene.shell(&words("1", "5", "paid", key)).await;
        told.refuses("A key has 1 to 64 characters and no colon");
    }
    scene.sleeps().await;
    let told = scene.shell(&words("1", "5", "paid", "refund:1")).await;
    told.refuses("A key has 1 to 64 characters and no colon");
    scene.wakes().await;
    let refund = ["jobs", "refund", "J1", "--reason", "blurred"];
    scene.shell(&refund).await.tells("2 credits");
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +1");
    scene.ends().await;
}

#[tokio::test]
async fn amounts_and_reasons_have_the_same_limits_everywhere() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let page = Page::of(&scene).await;
    let long = "я".repeat(201);
    for (credits, why) in [
        ("100001", "paid"),
        ("-100001", "paid"),
        ("0", "paid"),
        ("5", ""),
        ("5", " \n "),
        ("5", long.as_str()),
    ] {
        let told = match why {
            "paid" => "Credits are a whole number, not zero, and 100,000 at most",
            _ => "Write a reason: one line of up to 200 letters",
        };
        scene
            .shell(&words("1", credits, why, "k"))
            .await
            .refuses(told);
        let form = [
            ("deed", "grant"),
            ("user", "1"),
            ("credits", credits),
            ("why", why),
        ];
        let wrong = page.wishes(&form).await;
        assert!(wrong.is_some(), "{credits} because of {why:?}");
    }
    for words in [
        &["users", "ban", "1", "--reason", long.as_str()][..],
        &["pause", "--reason", ""],
    ] {
        let told = scene.shell(words).await;
        told.refuses("Write a reason: one line of up to 200 letters");
    }
    scene.sleeps().await;
    let told = scene.shell(&words("1", "100001", "paid", "k")).await;
    told.refuses("100,000 at most");
    let told = scene.shell(&words("1", "5", &long, "k")).await;
    told.refuses("Write a reason: one line of up to 200 letters");
    scene.wakes().await;
    let most = does(&scene, grant(1, 100_000, None)).await.unwrap();
    assert_eq!(most.person.unwrap().balance.0, 100_002);
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +100000");
    assert_eq!(scene.entries("grant"), 1);
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_cannot_be_shut_out_by_any_face_and_with_no_daemon_either() {
    let mut scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    let admin = ADMIN.to_string();
    let ban = ["users", "ban", admin.as_str(), "--reason", "oops"];
    let told = format!("{ADMIN} is an operator. Take them out of admin_ids first");
    scene.shell(&ban).await.refuses(&told);
    let page = Page::of(&scene).await;
    let form = [("deed", "ban"), ("user", admin.as_str()), ("why", "oops")];
    let wrong = page.wishes(&form).await.unwrap();
    assert!(wrong.contains("admin_ids"), "{wrong}");
    scene.sleeps().await;
    scene.shell(&ban).await.refuses(&told);
    // A seller who was shut out and becomes an operator is one.
    let out = ["users", "ban", "1", "--reason", "spam"];
    scene.shell(&out).await.tells("user 1 is shut out");
    scene.wakes().await;
    anna.sends(&scene, "/start").await;
    anna.finds("🚫 Доступ к боту закрыт.");
    scene.changes("admin_ids = [9001]", "admin_ids = [9001, 1]");
    scene.reloads().await.unwrap();
    anna.sends(&scene, "/start").await;
    anna.finds("Привет!");
    boss.sends(&scene, "/start").await;
    boss.finds("Привет!");
    scene.ends().await;
}

#[tokio::test]
async fn a_yes_is_asked_only_to_what_can_be_done() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    let page = Page::of(&scene).await;
    let user = ("user", "1");
    let pause = [("deed", "pause"), ("why", "night")];
    let ban = [("deed", "ban"), user, ("why", "spam")];
    let unban = [("deed", "unban"), user];
    let give = |credits| {
        [
            ("deed", "grant"),
            user,
            ("credits", credits),
            ("why", "paid"),
        ]
    };

    let nothing = "Так уже и есть.";
    for form in [&[("deed", "resume")][..], &unban] {
        assert_eq!(page.wishes(form).await.as_deref(), Some(nothing));
    }
    for form in [&pause[..], &ban, &give("5")] {
        assert_eq!(page.wishes(form).await, None);
    }
    let wrong = page.wishes(&give("-3")).await.unwrap();
    assert!(wrong.contains("2 кредита"), "{wrong}");

    let why = || "night".to_owned();
    does(&scene, Do(Deed::Pause { why: why() })).await.unwrap();
    let shut = Deed::Ban {
        user: UserId(1),
        why: why(),
    };
    does(&scene, Do(shut)).await.unwrap();
    for form in [&pause[..], &ban] {
        assert_eq!(page.wishes(form).await.as_deref(), Some(nothing));
    }
    for form in [&[("deed", "resume")][..], &unban] {
        assert_eq!(page.wishes(form).await, None);
    }
    boss.sends(&scene, "/pause night").await;
    boss.sees("✋ Ничего не изменил. Так уже и есть.");

    // An account that can hold no more.
    let store = scene.stage().daemon().store().clone();
    let fill = |change: i64| {
        let store = store.clone();
        async move {
            let fill = move |txn: &mut neurocards::store::Txn<'_>| {
                let user = neurocards::rules::domain::id::UserId(1);
                let mut row = txn.known_user(user)?;
                let full = i64::from(row.user.available.0) + change;
                row.user.available.0 = u32::try_from(full).unwrap();
                txn.put_user(user, &row)
            };
            store.write(fill).await.unwrap();
        }
    };
    let room = i64::from(u32::MAX) - 6;
    fill(room).await;
    let wrong = page.wishes(&give("5")).await.unwrap();
    assert!(wrong.contains("больше на счёт не поместится"), "{wrong}");
    assert_eq!(page.wishes(&give("4")).await, None);
    boss.sends(&scene, "/grant 1 5 paid").await;
    boss.sees("больше на счёт не поместится");
    boss.sends(&scene, "/cancel").await;
    boss.sees("👌 Бросил");
    fill(-room).await;
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}
