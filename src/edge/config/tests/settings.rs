//! What each key says, and what becomes of it when the configuration is read again.

use secrecy::ExposeSecret;

use super::super::reader::Known;
use super::super::{AT_START, Config, Origin, SHIPPED, Setting, Value, fingerprint, guarded};
use super::{env, known, parse};

/// The shipped file's comment above a key.
fn explanation(section: &str, key: &str) -> String {
    let mut here = String::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in SHIPPED.lines() {
        if let Some(name) = line.strip_prefix('[') {
            here = name.trim_end_matches(']').to_owned();
        }
        let set = line.strip_prefix("# ").unwrap_or(line);
        if here == section && set.starts_with(&format!("{key} = ")) {
            return comment.join(" ");
        }
        match line.strip_prefix('#') {
            Some(said) => comment.push(said.trim()),
            None => comment.clear(),
        }
    }
    panic!("{section}.{key} does not stand in the shipped file")
}

fn name(known: &Known) -> String {
    match known.section {
        "" => known.key.to_owned(),
        section => format!("{section}.{}", known.key),
    }
}

#[test]
fn the_shipped_file_marks_what_is_read_at_the_start_only() {
    for known in known() {
        let marked = explanation(known.section, known.key).ends_with(" At start only.");
        let waits = AT_START.contains(&name(&known).as_str());
        assert_eq!(marked, waits, "{}", name(&known));
    }
    let config = Config::load(None, &env).unwrap();
    for key in AT_START {
        let known = config.settings().iter().any(|setting| setting.key == key);
        assert!(known, "{key} is no setting");
    }
}

#[test]
fn every_key_has_a_setting_that_says_where_its_value_comes_from() {
    let text = "workers = 5\n[log]\nlevel = 'debug'\n[packages_text]\nen = \"a\"\n";
    let config = parse(text).unwrap();
    for known in known() {
        let of = |setting: &&Setting| setting.key == name(&known);
        let found: Vec<_> = config.settings().iter().filter(of).collect();
        assert_eq!(found.len(), 1, "{}", name(&known));
        let by_default = found[0].origin == Origin::Default;
        let said = ["workers", "log.level", "packages_text.en"].contains(&name(&known).as_str());
        assert_eq!(by_default, !said, "{}", name(&known));
    }
    let of = |key: &str| {
        config
            .settings()
            .iter()
            .find(|setting| setting.key == key)
            .unwrap()
    };
    let level = of("log.level");
    assert!(matches!(
        level.value,
        Value::Written(ref text) if text == "\"debug\""
    ));
    assert_eq!(level.origin.to_string(), "shop.toml:3");
    let token = of("telegram.token");
    assert!(matches!(token.value, Value::Secret(Some(_))));
    assert_eq!(token.origin.to_string(), "environment TELEGRAM_TOKEN");
    assert!(matches!(of("gpt.key").value, Value::Secret(None)));
    assert!(matches!(of("kie.keys").value, Value::Key(_)));
}

/// Another value for a key, one that the rest of the default configuration goes with.
fn other(key: &str) -> Option<&'static str> {
    Some(match key {
        "public_url" => r#""http://a.example""#,
        "updates" => r#""polling""#,
        "photos" => r#""upload""#,
        "look_every"
        | "generation_deadline"
        | "shutdown_grace"
        | "telegram.call_timeout"
        | "telegram.upload_timeout"
        | "kie.timeout"
        | "gpt.timeout" => r#""2m""#,
        "telegram.per_chat_interval" => r#""5s""#,
        "support_username" => r#""somebody""#,
        "admin_ids" => "[1]",
        "gpt.max_tokens" => "77",
        "packages_text.ru" | "packages_text.en" | "gpt.model" => r#""other""#,
        "telegram.api_url" | "kie.api_url" | "kie.upload_url" | "gpt.api_url" => {
            r#""http://a.example""#
        }
        "kie.models" => r#"["wan/2-5-image-to-video"]"#,
        "kie.callbacks" => "false",
        "gpt.vision" => "true",
        "http.listen" | "operator.listen" => "[]",
        "http.trusted_proxies" => r#"["10.0.0.0/8"]"#,
        "tls.mode" => r#""off""#,
        "tls.acme_directory" => r#""https://a.example/dir""#,
        "tls.acme_challenge" => r#""http-01""#,
        "tls.acme_contact" => r#""me@a.example""#,
        "tls.acme_profile" => r#""short""#,
        "alerts.off" => r#"["panic"]"#,
        "alerts.quiet" | "alerts.queued_longer" | "alerts.unsent_longer" => r#""2m""#,
        "backup.every" => r#""1h""#,
        "retention.details" => r#""7d""#,
        "backup.dir" | "backup.s3.region" | "backup.s3.prefix" => r#""other""#,
        "backup.s3.path_style" => "false",
        "backup.s3.encryption" => r#""none""#,
        "log.level" => r#""debug""#,
        "log.format" => r#""json""#,
        key if key.ends_with("_file") || key == "kie.key_files" => return None,
        // Those need other keys, and are of sections that stay or go as a whole.
        "https.listen" | "tls.acme_eab_key_id" | "backup.s3.bucket" | "backup.s3.endpoint" => {
            return None;
        }
        "backup.s3.recipients" => return None,
        _ => "9",
    })
}

#[test]
fn every_key_is_taken_at_once_or_waits_as_its_mark_says() {
    let without_settings = |config: &Config| {
        let shown = format!("{config:?}");
        shown.split(", settings: ").next().unwrap().to_owned()
    };
    let running = parse("").unwrap();
    for known in known() {
        let key = name(&known);
        let Some(value) = other(&key) else { continue };
        let text = match known.section {
            "" => format!("{} = {value}", known.key),
            section => format!("[{section}]\n{} = {value}", known.key),
        };
        let read = parse(&text).unwrap_or_else(|told| panic!("{key}: {told:?}"));
        let waits = AT_START.contains(&key.as_str());
        let differs = without_settings(&read) != without_settings(&running);
        let change = read.in_place_of(&running);
        let taken = without_settings(&change.config) != without_settings(&running);
        assert_eq!(taken, differs && !waits, "{key}");
        let (now, later) = (&change.changed[..], &change.waits[..]);
        match waits {
            true => assert_eq!((now, later), (&[][..], &[key.clone()][..])),
            false => assert_eq!((now, later), (&[key.clone()][..], &[][..])),
        }
        let quiet = ["updates", "tls.mode", "tls.acme_", "backup.s3."];
        let quiet = quiet.iter().any(|quiet| key.starts_with(quiet));
        assert!(differs || quiet, "{key}: choose another other value");
        // Told again as long as it waits, and not again once it is taken.
        let again = parse(&text).unwrap().in_place_of(&change.config);
        assert_eq!(
            (again.changed.len(), again.waits.len()),
            (0, usize::from(waits)),
            "{key}"
        );
    }
}

#[test]
fn a_key_that_is_written_otherwise_or_left_to_its_default_has_not_changed() {
    let running = parse("workers = 20\nadmin_ids = [5, 6]\n[log]\nlevel = \"info\"").unwrap();
    let read = parse("workers = 0x14\nadmin_ids = [\n  5,\n  6,\n]\n").unwrap();
    let change = read.in_place_of(&running);
    assert_eq!(
        (change.changed.len(), change.waits.len()),
        (0, 0),
        "{change:?}"
    );
}

#[test]
fn another_secret_is_another_value_and_another_bot_waits() {
    let with = |token: &'static str, kie: &'static str| {
        let env = move |name: &str| match name {
            "TELEGRAM_TOKEN" => Some(token.to_owned()),
            "KIE_API_KEY" => Some(kie.to_owned()),
            _ => None,
        };
        Config::load(None, &env).unwrap()
    };
    let running = with("1:a", "k");
    let change = with("1:b", "l").in_place_of(&running);
    assert_eq!(change.changed, ["kie.keys", "telegram.token"]);
    assert_eq!(change.config.telegram.token.expose_secret(), "1:b");
    let change = with("2:a", "k").in_place_of(&running);
    assert_eq!(
        (change.changed.len(), &change.waits[..]),
        (0, &["telegram.token".to_owned()][..])
    );
    assert_eq!(change.config.telegram.token.expose_secret(), "1:a");
}

#[test]
fn a_weak_secret_cannot_be_found_by_its_fingerprint() {
    const TOKEN: &str = "123456789:AAE7x0sVvGm1lWc5jYQ2kPn8rTzUoB4dHfI";
    let (weak, token) = (&"summer".into(), &TOKEN.into());
    let found = guarded(weak, token).unwrap();
    // The same again, and another for another word, or under another bot's token.
    assert_eq!(guarded(weak, token), Some(found));
    assert_ne!(guarded(&"winter".into(), token), Some(found));
    assert_ne!(guarded(weak, &TOKEN.replace('7', "8").into()), Some(found));
    // Not what anybody can make of the word alone.
    assert_ne!(found, fingerprint(weak));
    assert_eq!(guarded(weak, &"1:a".into()), None);
    assert_eq!(guarded(weak, &"".into()), None);
}
