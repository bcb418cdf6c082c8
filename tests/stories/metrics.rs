//! Metrics and health: what the operator's door shows of a story, held against Prometheus's own tools.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

async fn get(scene: &Scene, path: &str) -> (u16, String) {
    let url = format!("{}{path}", scene.stage().office_url());
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The value of one series, written as Prometheus writes it.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let line = line.unwrap_or_else(|| panic!("no {series} in\n{text}"));
    line.parse().unwrap()
}

#[tokio::test]
async fn a_story_is_counted_as_prometheus_likes_it_and_names_no_seller() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Success, Ending::Violation, Ending::Temporary]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    anna.gets_video();
    anna.gets_video();
    anna.finds("⚠️ Вы нарушили правила");
    anna.finds("⚠️ Временная ошибка генерации");
    let (status, text) = get(&scene, "/metrics").await;
    assert_eq!(status, 200);

    assert_eq!(value(&text, "neurocards_orders_total"), 1.0);
    assert_eq!(value(&text, "neurocards_attempts_total"), 4.0);
    let videos = |outcome: &str| {
        let series = format!(
            "neurocards_videos_total{{outcome=\"{outcome}\",model=\"sora-2-image-to-video\"}}"
        );
        value(&text, &series)
    };
    assert_eq!((videos("done"), videos("USER_VIOLATION")), (2.0, 1.0));
    let temporary = "neurocards_failures_total{kind=\"TEMPORARY\",source=\"kie\",model=\"sora-2-image-to-video\"}";
    assert_eq!(value(&text, temporary), 1.0);
    assert_eq!(
        value(&text, "neurocards_ledger_credits{account=\"revenue\"}"),
        2.0
    );
    assert_eq!(value(&text, "neurocards_jobs{stage=\"queued\"}"), 0.0);
    assert_eq!(value(&text, "neurocards_outbox_messages"), 0.0);
    assert_eq!(
        value(&text, "neurocards_sales_closed{cause=\"pause\"}"),
        0.0
    );
    assert!(value(&text, "neurocards_store_commits_total") > 10.0);
    assert!(value(&text, "process_resident_memory_bytes") > 1e6);
    let created =
        "neurocards_call_seconds_count{service=\"kie\",call=\"createTask\",outcome=\"ok\"}";
    assert_eq!(value(&text, created), 4.0);
    let (sold, burned) = (
        videos("done"),
        "neurocards_provider_credits_burned_total{model=\"sora-2-image-to-video\"}",
    );
    assert!(
        value(&text, burned) >= sold,
        "finished videos take credits of the provider"
    );

    let kie = scene.kie().keys();
    let secrets = kie
        .iter()
        .map(String::as_str)
        .chain([scene.telegram().token(), scene.gpt().key()]);
    for secret in secrets.chain([crate::scene::PRODUCT]) {
        assert!(!text.contains(secret));
    }
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is there: apt-get install prometheus");
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let checked = promtool.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&checked.stdout).into_owned()
        + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && told.is_empty(), "{told}");
    scene.ends().await;
}

#[tokio::test]
async fn health_says_whether_sellers_can_be_served() {
    let scene = Scene::with("", true).await;
    let (status, alive) = get(&scene, "/healthz").await;
    assert_eq!((status, alive.as_str()), (200, "{\"alive\":true}"));
    let (status, ready) = get(&scene, "/readyz").await;
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    assert_eq!((status, &ready["ready"]), (200, &true.into()));
    for part in ["store", "updates", "certificate"] {
        assert_eq!(ready[part]["ok"], true, "{ready}");
    }
    assert_eq!(get(&scene, "/nowhere").await.0, 404);
    scene.ends().await;
}

#[tokio::test]
async fn with_a_token_metrics_want_it_and_health_does_not() {
    let scene = Scene::with("[operator]\ntoken_file = \"operator.token\"\n", false).await;
    let url = format!("{}/metrics", scene.stage().office_url());
    let client = reqwest::Client::new();
    for wrong in [None, Some("wrong"), Some("")] {
        let asked = client.get(&url);
        let asked = match wrong {
            Some(token) => asked.bearer_auth(token),
            None => asked,
        };
        assert_eq!(asked.send().await.unwrap().status(), 401);
    }
    let asked = client.get(&url).bearer_auth(crate::scene::OPERATOR_TOKEN);
    assert_eq!(asked.send().await.unwrap().status(), 200);
    assert_eq!(get(&scene, "/readyz").await.0, 200);
    scene.ends().await;
}

#[tokio::test]
async fn guesses_at_the_metrics_are_those_at_the_page() {
    let scene = Scene::with("[operator]\ntoken_file = \"operator.token\"\n", false).await;
    let office = scene.stage().office_url();
    let client = reqwest::Client::new();
    let asks = async |token: &str| {
        let asked = client.get(format!("{office}/metrics")).bearer_auth(token);
        asked.send().await.unwrap()
    };
    let mut wrong = Vec::new();
    for _ in 0..12 {
        wrong.push(asks("guess").await.status().as_u16());
    }
    assert_eq!(wrong, [[401; 10].as_slice(), &[429; 2]].concat());
    // A token so short that it might be guessed is not listened to either, for a moment.
    let form = [("token", crate::scene::OPERATOR_TOKEN)];
    let at_page = client.post(format!("{office}/signin")).form(&form);
    assert_eq!(at_page.send().await.unwrap().status(), 429);
    let told = asks(crate::scene::OPERATOR_TOKEN).await;
    assert_eq!(told.headers()["retry-after"], "10");
    scene.passes(Duration::from_secs(10)).await;
    assert_eq!(asks(crate::scene::OPERATOR_TOKEN).await.status(), 200);
    scene.ends().await;
}

/// Every name of ours in a text, without what Prometheus adds to histograms.
fn names(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours = parts.filter(|part| part.starts_with("neurocards_") || part.starts_with("process_"));
    ours.map(|name| {
        let bare = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end));
        bare.unwrap_or(name).to_owned()
    })
    .collect()
}

/// The rows of a table of everything that is described: name, type, what it is.
fn described_rows(text: &str) -> String {
    let of = |line: &str, keyword: &str| {
        let (name, rest) = line.strip_prefix(keyword)?.split_once(' ')?;
        Some((name.to_owned(), rest.trim_end_matches('.').to_owned()))
    };
    let helps: Vec<_> = text
        .lines()
        .filter_map(|line| of(line, "# HELP "))
        .collect();
    let types: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| of(line, "# TYPE "))
        .collect();
    let mut rows: Vec<_> = helps
        .iter()
        .map(|(name, help)| format!("| `{name}` | {} | {help} |\n", types[name]))
        .collect();
    rows.sort();
    rows.concat()
}

#[tokio::test]
async fn rules_and_dashboard_name_only_what_there_is() {
    let scene = Scene::with("", true).await;
    // What has never happened has no series.
    scene.next(&[Ending::Success, Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.finds("⚠️ Вы нарушили правила");
    scene.shell(&["backup"]).await.tells("");
    let model = "veo-3-1";
    scene
        .shell(&["models", "rest", model])
        .await
        .tells("rests until");
    let (_, text) = get(&scene, "/metrics").await;
    let described = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let there: BTreeSet<String> = described
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let list = std::fs::read_to_string(data.join("prometheus/metrics.md")).unwrap_or_default();
    let rows = described_rows(&text);
    let listed = list
        .split_once("|---|---|---|\n")
        .map_or("", |(_, rows)| rows);
    assert_eq!(
        listed, rows,
        "data/prometheus/metrics.md must list:\n{rows}"
    );
    for file in ["prometheus/alerts.yml", "grafana/neurocards.json"] {
        let wanted = names(&std::fs::read_to_string(data.join(file)).unwrap());
        assert!(wanted.len() > 8, "{file} names {wanted:?}");
        let unknown: Vec<_> = wanted.difference(&there).collect();
        assert!(
            unknown.is_empty(),
            "{file} names {unknown:?}, there is {there:#?}"
        );
    }
    scene.ends().await;
}

#[test]
fn the_rules_fire_when_they_should() {
    let dir = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in [
        ("data/prometheus/alerts.yml", "alerts.yml"),
        ("tests/metrics/alerts_test.yml", "alerts_test.yml"),
    ] {
        std::fs::copy(root.join(from), dir.path().join(to)).unwrap();
    }
    for words in [
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ] {
        let mut promtool = Command::new("promtool");
        let told = promtool.args(words).current_dir(dir.path()).output();
        let told = told.expect("promtool is there: apt-get install prometheus");
        let said = String::from_utf8_lossy(&told.stdout).into_owned()
            + &String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{said}");
    }
}
