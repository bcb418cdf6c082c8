//! The operator's door against strangers, foreign forms and guesses: asked without a browser.

use neurocards::rules::domain::id::UserId;
use reqwest::{Response, StatusCode, redirect};

use crate::ground::{ANNA, stage, stage_with};

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
    let (right, guess) = ([("token", token.as_str())], [("token", "guess")]);
    for _ in 0..10 {
        let wrong = stranger.posts("/signin", &[], &guess).await;
        assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    }
    let wait = stranger.posts("/signin", &[], &guess).await;
    assert_eq!(wait.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&wait, "retry-after"), "10");
    assert!(wait.text().await.unwrap().contains("через 1 минуту."));
    // Whoever comes through a tunnel comes from the same address, and is not shut out by what others say there.
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

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_guesses_are_those_of_the_address_it_names() {
    let trusts = "[http]\ntrusted_proxies = [\"127.0.0.1\"]\n";
    for (config, next) in [
        (trusts, StatusCode::TOO_MANY_REQUESTS),
        ("", StatusCode::FORBIDDEN),
    ] {
        let (mut stage, _data) = stage_with(config).await;
        let stranger = Stranger::new(stage.office_url());
        let token = stage.office_token().unwrap();
        let (right, guess) = ([("token", token.as_str())], [("token", "guess")]);
        let evil = ("x-forwarded-for", "198.51.100.1, 203.0.113.9");
        for _ in 0..5 {
            let wrong = stranger.posts("/signin", &[evil], &guess).await;
            assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
        }
        let more = stranger.posts("/signin", &[evil], &guess).await;
        assert_eq!(more.status(), next);
        for from in [evil, ("x-forwarded-for", "203.0.113.10")] {
            let operator = stranger.posts("/signin", &[from], &right).await;
            assert_eq!(operator.status(), StatusCode::SEE_OTHER, "{config}");
        }
        stage.stop_daemon().await;
    }
}
