//! `neurocards config`: the real binary, on files right and wrong.

use std::path::Path;
use std::process::{Command, Output};

use neurocards::edge::config::{AT_START, Config, SHIPPED};
use serde_json::Value;

/// As long as those are that Telegram gives: what is searched cannot be found by its fingerprint.
const TOKEN: &str = "123456789:hidden-token-of-35-characters-long-x";

fn run(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command
        .arg("config")
        .args(words)
        .arg("--data-dir")
        .arg(data);
    command
        .env_clear()
        .env("TELEGRAM_TOKEN", TOKEN)
        .env("KIE_API_KEY", "hidden-one")
        .env("KIE_API_KEY_1", "hidden-two");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn writes(data: &Path, name: &str, content: &str) {
    let path = data.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

#[test]
fn a_first_file_is_written_once_and_is_right() {
    let data = tempfile::tempdir().unwrap();
    let written = run(data.path(), &["init"]);
    assert!(written.status.success(), "{}", said(&written));
    let file = data.path().join("neurocards.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), SHIPPED);
    std::fs::write(&file, "mine").unwrap();
    let refused = run(data.path(), &["init"]);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("--force replaces it"),
        "{}",
        said(&refused)
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert!(run(data.path(), &["init", "--force"]).status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), SHIPPED);
    assert_eq!(
        std::fs::read_dir(data.path()).unwrap().count(),
        1,
        "no part is left"
    );

    let checked = run(data.path(), &["check"]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(said(&checked).starts_with("ok: "), "{}", said(&checked));
    assert_eq!(said(&checked).lines().count(), 1, "{}", said(&checked));
}

#[test]
fn every_mistake_is_named_at_once() {
    let data = tempfile::tempdir().unwrap();
    let root = "extra_root_file = \"root.pem\"\npublic_url = \"https://a.example\"\n";
    let tls = "[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n";
    let text = format!(
        "wrokers = 1\n{root}{tls}[kie]\nmodels = [\"nobody/knows-it\"]\nkey_files = [\"no.key\"]\n"
    );
    writes(data.path(), "neurocards.toml", &text);
    writes(data.path(), "root.pem", "no root");
    writes(data.path(), "cert.pem", "no certificate");
    writes(data.path(), "templates.toml", "[ugc]\n");
    writes(data.path(), "texts/en.ftl", "menu = Menu\n");
    writes(data.path(), "menu.jpg", "no picture");
    let checked = run(data.path(), &["check"]);
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    let told = said(&checked);
    let wanted = [
        "neurocards.toml:1: there is no key wrokers",
        "neurocards.toml:9: kie.key_files: ",
        "neurocards.toml:5: tls.cert_file: ",
        "neurocards.toml:8: kie.models: models.toml has no nobody/knows-it",
        "templates.toml: the templates cannot be read",
        "texts/en.ftl: these texts are missing: ",
        "menu.jpg: the file is not a whole",
        "neurocards.toml:2: extra_root_file: ",
        "8 mistakes",
    ];
    for wanted in wanted {
        assert_eq!(told.matches(wanted).count(), 1, "{wanted}\n{told}");
    }
    let unnamed = run(data.path(), &["check", "--config", "nowhere.toml"]);
    assert!(
        said(&unnamed).contains("nowhere.toml: cannot be read"),
        "{}",
        said(&unnamed)
    );
}

#[test]
fn a_start_without_secrets_is_refused_by_the_check_too() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command
        .args(["config", "check", "--data-dir"])
        .arg(data.path());
    let told = command.env_clear().output().unwrap();
    assert!(!told.status.success());
    for remedy in ["TELEGRAM_TOKEN", "KIE_API_KEY"] {
        assert!(said(&told).contains(remedy), "{}", said(&told));
    }
}

#[test]
fn every_key_is_shown_with_its_value_and_source_and_no_secret() {
    let data = tempfile::tempdir().unwrap();
    let text = "workers = 5\n[gpt]\nkey_file = \"openai.key\"\n";
    writes(data.path(), "neurocards.toml", text);
    writes(data.path(), "openai.key", "hidden-three\n");
    let shown = run(data.path(), &["show"]);
    assert!(shown.status.success(), "{}", said(&shown));
    let table = said(&shown);
    let line = |key: &str| {
        let mut lines = table.lines();
        let line = lines.find(|line| line.split_whitespace().next() == Some(key));
        line.unwrap_or_else(|| panic!("no {key} in\n{table}"))
            .to_owned()
    };
    assert!(line("workers").ends_with("neurocards.toml:1"), "{table}");
    assert!(line("look_every").contains("\"10s\""), "{table}");
    assert!(line("look_every").ends_with("default"), "{table}");
    assert!(
        line("telegram.token").ends_with("environment TELEGRAM_TOKEN"),
        "{table}"
    );
    assert!(line("gpt.key").contains("set, ") && line("gpt.key").ends_with("openai.key"));
    assert!(line("kie.webhook_hmac_key").contains("unset"), "{table}");

    let json = run(data.path(), &["show", "--json"]);
    let settings: Vec<Value> = serde_json::from_slice(&json.stdout).unwrap();
    let keys = settings
        .iter()
        .filter(|setting| setting["key"] == "kie.keys");
    assert_eq!(keys.count(), 2);
    for setting in &settings {
        let key = setting["key"].as_str().unwrap();
        assert_eq!(setting["at_start"], AT_START.contains(&key), "{key}");
    }
    // In the file's order, and every key of it.
    let mut section = String::new();
    let mut stand = Vec::new();
    for line in SHIPPED.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        }
        let word = |key: &str| {
            key.bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
        };
        if let Some((key, _)) = line.strip_prefix("# ").unwrap_or(line).split_once(" = ")
            && word(key)
        {
            stand.push(format!("{section}{key}"));
        }
    }
    let secret = |setting: &&Value| setting["secret"] == false;
    let plain = settings.iter().filter(secret);
    let plain: Vec<_> = plain
        .map(|setting| setting["key"].as_str().unwrap())
        .collect();
    assert_eq!(plain, stand);
    for output in [&shown, &json] {
        assert!(!said(output).contains("hidden"), "{}", said(output));
    }
}

#[test]
fn the_manual_names_keys_that_there_are() {
    let reading = Config::look(None, &|_| None);
    let config = reading.config.unwrap();
    let known: Vec<_> = config
        .settings()
        .iter()
        .map(|setting| setting.key.as_str())
        .collect();
    let section = |name: &str| known.iter().any(|key| key.starts_with(&format!("{name}.")));
    for name in ["data/manual/en.md", "data/manual/ru.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split('`').skip(1).step_by(2);
        let words = code.filter_map(|code| code.split([' ', '=']).next());
        let named = words.filter(|word| {
            word.split_once('.')
                .is_some_and(|(first, _)| section(first))
        });
        let named: Vec<_> = named.collect();
        assert!(named.len() > 5, "{name}: {named:?}");
        for key in named {
            assert!(known.contains(&key), "{name} names {key}");
        }
    }
}
