//! The doctor: what `neurocards check` finds, and that it changes nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use neurocards::sandbox::Writing;

use crate::scene::{Output, Scene};

/// The grade and the words of one finding.
#[track_caller]
fn finding(findings: &Value, what: &str, has: &str) -> (String, String) {
    let all = findings.as_array().unwrap();
    let of = all.iter().find(|finding| {
        finding["what"] == what && finding["found"].as_str().unwrap().contains(has)
    });
    let of = of.unwrap_or_else(|| panic!("no {what} with «{has}» in {findings:#}"));
    let word = |name: &str| of[name].as_str().unwrap_or_default().to_owned();
    (word("grade"), word("remedy"))
}

#[track_caller]
fn findings(output: &Output) -> Value {
    serde_json::from_str(&output.told).unwrap_or_else(|error| panic!("{error}: {output:#?}"))
}

const CHECK: [&str; 2] = ["check", "--json"];

#[tokio::test]
async fn a_healthy_shop_is_found_healthy_and_left_alone() {
    let scene = Scene::with("", true).await;
    let before = scene.files();
    let checked = scene.shell(&CHECK).await;
    assert!(checked.done, "{checked:#?}");
    let found = findings(&checked);
    let looked_at: BTreeSet<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["what"].as_str().unwrap())
        .collect();
    for what in [
        "configuration",
        "data",
        "data file",
        "room",
        "disk speed",
        "memory",
        "daemon",
        "clock",
        "telegram",
        "webhook",
        "kie key",
        "model",
        "gpt",
        "certificate",
        "port",
        "backup",
        "systemd",
    ] {
        assert!(
            looked_at.contains(what),
            "{what} is not among {looked_at:?}"
        );
    }
    for what in [
        "telegram",
        "webhook",
        "daemon",
        "clock",
        "gpt",
        "certificate",
        "data",
        "port",
    ] {
        assert_eq!(finding(&found, what, "").0, "ok", "{found:#}");
    }
    let models = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["what"] == "model");
    assert!(models.clone().count() == 4 && models.into_iter().all(|f| f["grade"] == "ok"));
    assert_eq!(scene.files(), before);
    assert!(scene.kie().tasks().is_empty(), "nothing is ordered");
    let told = scene.shell(&["check"]).await;
    told.tells("ok    telegram       knows us as @");
    for secret in scene
        .kie()
        .keys()
        .iter()
        .map(String::as_str)
        .chain([scene.telegram().token(), scene.gpt().key()])
    {
        assert!(!told.told.contains(secret) && !told.aside.contains(secret));
    }
    scene.ends().await;
}

#[tokio::test]
async fn what_is_broken_at_the_other_sides_is_named_with_a_remedy() {
    let scene = Scene::with("", true).await;
    scene.kie().kill_model("sora-2-image-to-video");
    scene.gpt().next(Writing::Unauthorized);
    let wrong = [("OPENAI_API_KEY", "sk-wrong"), ("KIE_API_KEY_2", "wrong")];
    let checked = scene.shell_with(&CHECK, &wrong).await;
    assert!(!checked.done);
    let found = findings(&checked);
    let (grade, remedy) = finding(&found, "model", "sora-2-image-to-video is off");
    assert!(grade == "warn" && remedy.contains("the next one of the chain is used"));
    assert_eq!(finding(&found, "model", "veo").0, "ok");
    let (grade, remedy) = finding(&found, "gpt", "the key is refused");
    assert!(grade == "fail" && remedy.contains("OPENAI_API_KEY"));
    assert_eq!(finding(&found, "kie key", "the key is wrong").0, "fail");
    let wrong = [(
        "TELEGRAM_TOKEN",
        "1234567:nobody-nobody-nobody-nobody-nobody",
    )];
    let checked = scene.shell_with(&CHECK, &wrong).await;
    let found = findings(&checked);
    let (grade, remedy) = finding(&found, "telegram", "the token is not known");
    assert!(grade == "fail" && remedy.contains("TELEGRAM_TOKEN"));
    scene.ends().await;
}

#[tokio::test]
async fn a_chain_without_a_living_model_fails() {
    let scene = Scene::new().await;
    for model in scene.kie().models() {
        scene.kie().kill_model(model);
    }
    let checked = scene.shell(&CHECK).await;
    let (grade, remedy) = finding(&findings(&checked), "model", "hailuo");
    assert!(
        grade == "fail" && remedy.contains("kie.models"),
        "{checked:#?}"
    );
    scene.ends().await;
}

#[tokio::test]
async fn a_sleeping_daemon_and_closed_sales_are_warned_of() {
    let mut scene = Scene::new().await;
    scene.shell(&["pause"]).await.tells("not taken");
    let checked = scene.shell(&CHECK).await;
    let (grade, remedy) = finding(&findings(&checked), "sales", "pause");
    assert_eq!(
        (grade.as_str(), remedy.as_str()),
        ("warn", "neurocards resume")
    );
    scene.shell(&["resume"]).await.tells("taken again");
    scene.sleeps().await;
    let checked = scene.shell(&CHECK).await;
    let found = findings(&checked);
    assert_eq!(finding(&found, "daemon", "does not run").0, "warn");
    assert_eq!(finding(&found, "port", "can be opened").0, "ok");
    scene.wakes().await;
    scene.ends().await;
}

#[tokio::test]
async fn every_mistake_of_the_configuration_is_told() {
    let scene = Scene::new().await;
    let file = scene.data().join("wrong.toml");
    std::fs::write(&file, "workers = 0\nwrkers = 3\n[kie]\nlook = 1\n").unwrap();
    let checked = scene
        .shell(&["check", "--json", "--config", file.to_str().unwrap()])
        .await;
    assert!(!checked.done);
    let found = findings(&checked);
    for mistake in ["workers", "wrkers", "kie.look"] {
        assert_eq!(finding(&found, "configuration", mistake).0, "fail");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new().await;
    let file = scene.data().join("neurocards.redb");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let checked = scene.shell(&CHECK).await;
    let (grade, remedy) = finding(&findings(&checked), "data file", "others");
    assert!(
        grade == "warn" && remedy.starts_with("chmod 600"),
        "{checked:#?}"
    );
    scene.ends().await;
}

#[tokio::test]
async fn backups_are_looked_at() {
    let mut scene = Scene::new().await;
    scene.sleeps().await;
    let none = findings(&scene.shell(&CHECK).await);
    let (grade, remedy) = finding(&none, "backup", "there is none");
    assert!(grade == "warn" && remedy == "neurocards backup");
    scene.shell(&["backup"]).await.tells("");
    let whole = findings(&scene.shell(&CHECK).await);
    assert_eq!(finding(&whole, "backup", "1 whole ones").0, "ok");
    let backups = std::fs::read_dir(scene.data().join("backups")).unwrap();
    let backup = backups.flatten().next().unwrap().path();
    std::fs::write(backup.join("manifest.json"), "{}").unwrap();
    let bad = findings(&scene.shell(&CHECK).await);
    assert_eq!(finding(&bad, "backup", "is not whole").0, "warn");
    scene.wakes().await;
    scene.ends().await;
}
