//! The operator's commands: the real binary, of a running daemon and of its file.

use std::path::Path;
use std::process::{Command, Output};

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};

async fn neurocards(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command.args(words).arg("--data-dir").arg(data);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_are_granted_and_the_books_checked_while_the_daemon_runs_and_when_it_does_not() {
    let data = tempfile::tempdir().unwrap();
    let clock = Clock::led(Timestamp(1_769_083_200_000), 0.0);
    let setting = Setting {
        data: data.path(),
        clock,
        page: None,
        config: "",
        reach: Reach::Polling,
        author: true,
    };
    let mut stage = Playground::start(setting).await.unwrap();
    let anna = stage.sandbox.telegram.person(7, "Анна", Some("ru"));
    let grant = [
        "grant",
        "--user",
        "7",
        "--credits",
        "3",
        "--reason",
        "a test",
        "--key",
        "k",
    ];

    let stranger = neurocards(data.path(), &grant).await;
    assert!(!stranger.status.success());
    assert!(
        said(&stranger).contains("There is no seller 7: they must write /start"),
        "{}",
        said(&stranger)
    );

    anna.sends("/start");
    stage.settle().await.unwrap();
    for _ in 0..2 {
        let granted = neurocards(data.path(), &grant).await;
        assert!(granted.status.success(), "{}", said(&granted));
        assert!(
            said(&granted).contains("user 7 has 5 credits"),
            "{}",
            said(&granted)
        );
        assert!(said(&granted).contains("asked the running daemon"));
    }
    stage.settle().await.unwrap();
    let told = anna
        .messages()
        .into_iter()
        .filter(|message| message.text.contains("+3 кредита"));
    assert_eq!(told.count(), 1, "the seller is told once");

    let audit = neurocards(data.path(), &["audit", "--json"]).await;
    let report: serde_json::Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["entries"], 2);
    assert_eq!(report["breaches"], serde_json::json!([]));

    stage.stop_daemon().await;
    let audit = neurocards(data.path(), &["audit"]).await;
    assert!(audit.status.success(), "{}", said(&audit));
    assert!(
        said(&audit).contains("neurocards.redb") && said(&audit).contains("checked 2 entries"),
        "{}",
        said(&audit)
    );
    let take = [
        "grant",
        "--user",
        "7",
        "--credits",
        "-6",
        "--reason",
        "a test",
    ];
    let refused = neurocards(data.path(), &take).await;
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("Seller 7 has only 5 credits"),
        "{}",
        said(&refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_is_named() {
    let data = tempfile::tempdir().unwrap();
    let grant = [
        "grant",
        "--user",
        "7",
        "--credits",
        "3",
        "--reason",
        "a test",
    ];
    let refused = neurocards(data.path(), &grant).await;
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("neurocards.redb: name the right --data-dir"),
        "{}",
        said(&refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_is_shown_taken_away_and_set() {
    let data = tempfile::tempdir().unwrap();
    let setting = Setting {
        data: data.path(),
        clock: Clock::led(Timestamp(1_769_083_200_000), 0.0),
        page: None,
        config: "",
        reach: Reach::Webhook,
        author: true,
    };
    let mut stage = Playground::start(setting).await.unwrap();
    stage.settle().await.unwrap();
    let token = stage.sandbox.telegram.token().to_owned();
    let kie = stage.sandbox.kie.keys().remove(0);
    let webhook = async |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.arg("webhook").args(words);
        command.arg("--data-dir").arg(data.path());
        command
            .env("TELEGRAM_TOKEN", &token)
            .env("KIE_API_KEY", &kie);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    let shown = webhook(&["show"]).await;
    assert!(shown.contains("as configured yes"), "{shown}");
    assert!(
        shown.contains(&format!("{}/telegram", stage.public_url())),
        "{shown}"
    );
    assert!(!shown.contains(&token), "{shown}");
    stage.stop_daemon().await;
    webhook(&["delete"]).await;
    let shown = webhook(&["show"]).await;
    assert!(shown.contains("none: updates are polled"), "{shown}");
    assert!(shown.contains("as configured no"), "{shown}");
    webhook(&["set"]).await;
    let shown: serde_json::Value =
        serde_json::from_str(&webhook(&["show", "--json"]).await).unwrap();
    assert_eq!(shown["as_configured"], true, "{shown}");
    assert_eq!(shown["pending"], 0, "{shown}");
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command
        .args(["config", "show", "--data-dir"])
        .arg(data.path())
        .env("TELEGRAM_TOKEN", "1:token")
        .env("KIE_API_KEY", "key");
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let mut shown = command.spawn().unwrap();
    drop(shown.stdout.take());
    let shown = shown.wait_with_output().unwrap();
    assert!(shown.status.success(), "{}", said(&shown));
    assert!(!said(&shown).contains("panicked"), "{}", said(&shown));
}
