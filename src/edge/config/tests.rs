//! Tests of the configuration: the shipped file tells the truth, and mistakes are told well.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::reader::{Known, Reader};
use super::{Challenge, Config, LogFormat, Photos, SHIPPED, Tls, Updates};

mod settings;

fn env(name: &str) -> Option<String> {
    match name {
        "TELEGRAM_TOKEN" => Some("123:hidden-token".into()),
        "KIE_API_KEY" => Some(" hidden-kie\n".into()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, Vec<String>> {
    Config::parse("shop.toml", Path::new(""), text, &env)
        .right()
        .map_err(|mistakes| mistakes.to_string().lines().map(str::to_owned).collect())
}

fn known() -> Vec<Known> {
    let mut reader = Reader::new("", Path::new(""), "");
    Config::read(&mut reader, &env);
    reader.known().to_vec()
}

/// Every `key = …` and `# key = …` line of the shipped file as (section, key, set).
fn shipped_keys() -> Vec<(String, String, bool)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in SHIPPED.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        }
        let (set, line) = line
            .strip_prefix("# ")
            .map_or((true, line), |line| (false, line));
        if let Some((key, _)) = line.split_once(" = ")
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
        {
            keys.push((section.clone(), key.to_owned(), set));
        }
    }
    keys
}

#[test]
fn every_key_stands_in_the_shipped_file_with_its_default() {
    let file: toml::Table = SHIPPED.parse().unwrap();
    for Known {
        section,
        key,
        default,
    } in known()
    {
        let table = match section {
            "" => &file,
            section => section
                .split('.')
                .fold(&file, |table, part| table[part].as_table().unwrap()),
        };
        let place = (section.to_owned(), key.to_owned(), default.is_some());
        let count = shipped_keys()
            .iter()
            .filter(|found| **found == place)
            .count();
        assert_eq!(count, 1, "{section}.{key}");
        let default = default.map(|text| format!("v = {text}").parse::<toml::Table>().unwrap());
        assert_eq!(
            table.get(key),
            default.as_ref().map(|t| &t["v"]),
            "{section}.{key}"
        );
    }
}

#[test]
fn every_key_of_the_shipped_file_is_known_and_explained() {
    let known = known();
    for (section, key, _) in shipped_keys() {
        let found = known
            .iter()
            .any(|known| known.section == section && known.key == key);
        assert!(found, "{section}.{key}");
        let lines: Vec<_> = SHIPPED.lines().collect();
        let at = lines
            .iter()
            .position(|line| line.contains(&format!("{key} = ")))
            .unwrap();
        assert!(
            lines[at - 1].starts_with("# "),
            "{section}.{key} is not explained"
        );
    }
}

#[test]
fn the_shipped_file_and_an_empty_one_mean_the_same() {
    let shipped = Config::load(None, &env).unwrap();
    assert_eq!(format!("{shipped:?}"), format!("{:?}", parse("").unwrap()));
    assert_eq!(shipped.updates(), Updates::Polling);
    assert_eq!(shipped.photos(), Photos::Upload);
    assert_eq!(shipped.admin_ids.len(), 1);
    assert_eq!(shipped.generation_deadline, Duration::from_secs(1800));
    assert_eq!(shipped.log.format, LogFormat::Human);
    assert_eq!(shipped.kie.models.len(), 4);
    assert!(shipped.packages_text.ru.starts_with("💎 5 кредитов"));
    assert!(shipped.https.listen.is_empty() && !shipped.tls.is_on());
}

#[test]
fn all_mistakes_are_told_at_once_each_with_its_line() {
    let text = "wrokers = 5\nmax_attempts = 11\nlook_every = 10\nworkers = \"x\"\n\n[kie]\n\
                models = []\nwelcome_credits = 3\n[gpt]\nvision = \"yes\"\n[https]\n\
                cert_file = \"a.pem\"\n[quux]\n[log]\nlevel = \"a=b=c\"\nformat = \"xml\"\n";
    let told = parse(text).unwrap_err();
    let wanted = [
        "shop.toml:1: there is no key wrokers; did you mean workers?",
        "shop.toml:2: max_attempts must be a whole number from 1 to 10",
        "shop.toml:3: look_every must be a text in quotes",
        "shop.toml:4: workers must be a whole number from 1 to 1000",
        "shop.toml:7: kie.models must not be empty",
        "shop.toml:8: there is no key kie.welcome_credits; it belongs at the top",
        "shop.toml:10: gpt.vision must be true or false",
        "shop.toml:12: there is no key https.cert_file; it belongs in [tls]",
        "shop.toml:13: there is no key quux",
        "shop.toml:15: log.level: does not know \"a=b=c\"",
        "shop.toml:16: log.format must be one of \"human\", \"json\"",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.starts_with(wanted), "{told}\n{wanted}");
    }
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let told = parse("workers = 5\nlook_every = \"10s\n[kie\n").unwrap_err();
    assert!(told[0].starts_with("shop.toml:2: "), "{told:#?}");
    let told = parse("kie = 5").unwrap_err();
    assert_eq!(told, ["shop.toml:1: kie must be a section: [kie]"]);
}

#[test]
fn a_missing_file_is_told() {
    let told = Config::load(Some(Path::new("/nowhere/shop.toml")), &env).unwrap_err();
    assert!(
        told.to_string()
            .starts_with("/nowhere/shop.toml: cannot be read: ")
    );
}

#[test]
fn missing_secrets_are_mistakes_that_name_the_remedy() {
    let told = Config::load(None, &|_| None).unwrap_err().to_string();
    for remedy in [
        "TELEGRAM_TOKEN",
        "telegram.token_file",
        "KIE_API_KEY",
        "kie.key_files",
    ] {
        assert!(told.contains(remedy), "{told}");
    }
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn keys_are_gathered_once_each_until_a_gap_of_ten() {
    let env = |name: &str| match name {
        "TELEGRAM_TOKEN" => Some("t".into()),
        "KIE_API_KEY" | "KIE_API_KEY_2" => Some("a".to_owned()),
        "KIE_API_KEY_1" => Some("b".into()),
        "KIE_API_KEY_12" => Some("c".into()),
        "KIE_API_KEY_23" => Some("beyond the gap".into()),
        "KIE_API_KEY_3" => Some(String::new()),
        _ => None,
    };
    let config = Config::load(None, &env).unwrap();
    let keys: Vec<_> = config
        .kie
        .keys
        .iter()
        .map(|key| key.expose_secret())
        .collect();
    assert_eq!(keys, ["a", "b", "c"]);
}

#[test]
fn secrets_come_from_files_beside_the_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop.toml");
    std::fs::write(
        &path,
        "[telegram]\ntoken_file = \"t\"\n[kie]\nkey_files = [\"k\", \"l\"]\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("t"), "token\n").unwrap();
    std::fs::write(dir.path().join("k"), "key\n").unwrap();
    let told = Config::load(Some(&path), &|_| None)
        .unwrap_err()
        .to_string();
    assert!(told.contains("shop.toml:4: kie.key_files: "), "{told}");
    std::fs::write(dir.path().join("l"), "key").unwrap();
    let config = Config::load(Some(&path), &|_| None).unwrap();
    assert_eq!(config.telegram.token.expose_secret(), "token");
    assert_eq!(config.kie.keys.len(), 1);
}

#[test]
fn secrets_come_from_credentials_when_nothing_nearer_has_them() {
    let dir = tempfile::tempdir().unwrap();
    let kept = |name: &str, secret: &str| std::fs::write(dir.path().join(name), secret).unwrap();
    let path = dir.path().join("shop.toml");
    kept("shop.toml", "[gpt]\nkey_file = \"g\"\n");
    kept("g", "from-file");
    kept("telegram-token", "from-credential\n");
    kept("openai-api-key", "not-asked");
    kept("kie-api-key", "first");
    kept("kie-api-key-2", "second");
    kept("kie-webhook-hmac-key", "hmac");
    let bare =
        |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| dir.path().display().to_string());
    let config = Config::load(Some(&path), &bare).unwrap();
    assert_eq!(config.telegram.token.expose_secret(), "from-credential");
    assert_eq!(config.gpt.key.unwrap().expose_secret(), "from-file");
    let keys: Vec<_> = config
        .kie
        .keys
        .iter()
        .map(|key| key.expose_secret())
        .collect();
    assert_eq!(keys, ["first", "second"]);
    let hmac = config.kie.webhook_hmac_key.unwrap();
    assert_eq!(hmac.expose_secret(), "hmac");

    let nearer = |name: &str| env(name).or_else(|| bare(name));
    let config = Config::load(Some(&path), &nearer).unwrap();
    assert_eq!(config.telegram.token.expose_secret(), "123:hidden-token");
    assert_eq!(config.kie.keys.len(), 3);

    kept("telegram-token", "\n");
    let told = Config::load(Some(&path), &bare).unwrap_err().to_string();
    assert!(
        told.contains("telegram.token_file: ") && told.contains("telegram-token is empty"),
        "{told}"
    );
}

#[test]
fn nothing_secret_is_shown() {
    let env = |name: &str| match name {
        "KIE_WEBHOOK_HMAC_KEY" => Some("hidden-hmac".into()),
        name => env(name),
    };
    let config = Config::load(None, &env).unwrap();
    let key = config.kie.webhook_hmac_key.as_ref().unwrap();
    assert_eq!(key.expose_secret(), "hidden-hmac");
    let shown = format!("{config:?}");
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn a_webhook_follows_a_secure_public_url() {
    let updates = |text: &str| parse(text).map(|config| config.updates());
    assert_eq!(
        updates("public_url = \"https://a.example/\""),
        Ok(Updates::Webhook)
    );
    assert_eq!(
        updates("public_url = \"http://a.example\""),
        Ok(Updates::Polling)
    );
    let polling = "public_url = \"https://a.example\"\nupdates = \"polling\"";
    assert_eq!(updates(polling), Ok(Updates::Polling));
    assert!(updates("updates = \"webhook\"").is_err());
}

/// How photos get to the provider, and whether it calls back.
fn reach(text: &str) -> Result<(Photos, bool), String> {
    let config = parse(text).map_err(|told| told.join("\n"))?;
    Ok((config.photos(), config.callbacks()))
}

#[test]
fn photos_and_callbacks_follow_an_address_that_strangers_trust() {
    let own = format!("{SECURE}[tls]\nmode = \"self-signed\"");
    let proxied = format!("{SECURE}[tls]\nmode = \"off\"");
    let files = format!("{SECURE}[tls]\ncert_file = \"a\"\nkey_file = \"b\"");
    let lonely = "[tls]\ncert_file = \"a\"\nkey_file = \"b\"";
    for (text, photos, callbacks) in [
        ("", Photos::Upload, false),
        (lonely, Photos::Upload, false),
        (&own, Photos::Upload, false),
        (SECURE, Photos::Serve, true),
        (&proxied, Photos::Serve, true),
        (&files, Photos::Serve, true),
        ("public_url = \"http://a.example\"", Photos::Serve, true),
        ("photos = \"upload\"", Photos::Upload, false),
        ("[http]\nlisten = []", Photos::Upload, false),
    ] {
        assert_eq!(reach(text), Ok((photos, callbacks)), "{text}");
    }
    let uploads = format!("photos = \"upload\"\n{SECURE}");
    assert_eq!(reach(&uploads), Ok((Photos::Upload, true)));
    let quiet = format!("photos = \"serve\"\n{SECURE}[kie]\ncallbacks = false");
    assert_eq!(reach(&quiet), Ok((Photos::Serve, false)));
    assert!(reach("[kie]\ncallbacks = false").is_ok());
}

#[test]
fn what_needs_an_address_says_so_without_one() {
    let own = "[tls]\nmode = \"self-signed\"";
    for (text, told) in [
        (
            "photos = \"serve\"".into(),
            "shop.toml:1: photos: KIE can fetch photos only from a public_url",
        ),
        (
            format!("photos = \"serve\"\n{SECURE}{own}"),
            "shop.toml:1: photos: KIE can fetch",
        ),
        (
            "[kie]\ncallbacks = true".into(),
            "shop.toml:2: kie.callbacks: KIE can call back only to a public_url",
        ),
        (
            format!("{SECURE}{own}\n[kie]\ncallbacks = true"),
            "shop.toml:5: kie.callbacks: KIE can",
        ),
        (
            "photos = \"post\"".into(),
            "photos must be one of \"auto\", \"serve\", \"upload\"",
        ),
    ] {
        let found = reach(&text).unwrap_err();
        assert!(found.contains(told), "{text}\n{found}");
    }
}

#[test]
fn a_url_loses_its_last_slash_and_must_be_plain() {
    let config = parse("public_url = \"https://a.example:8443/shop/\"").unwrap();
    assert_eq!(
        config.public_url.as_deref(),
        Some("https://a.example:8443/shop")
    );
    for bad in [
        "ftp://a",
        "a.example",
        "https://u:p@a",
        "https://a/?x=1",
        "",
    ] {
        assert!(parse(&format!("public_url = \"{bad}\"")).is_err(), "{bad}");
    }
}

const SECURE: &str = "public_url = \"https://cards.example.org\"\n";

fn tls(text: &str) -> Result<Config, String> {
    parse(&format!("{SECURE}{text}")).map_err(|told| told.join("\n"))
}

#[test]
fn a_secure_public_url_is_all_that_acme_needs() {
    let config = tls("").unwrap();
    let Tls::Acme(acme) = &config.tls else {
        panic!("{:?}", config.tls)
    };
    assert_eq!(acme.host, "cards.example.org");
    assert!(acme.directory.contains("letsencrypt"), "{acme:?}");
    assert_eq!((acme.challenge, &acme.profile), (Challenge::Auto, &None));
    assert_eq!(config.https.listen, ["[::]:443".parse().unwrap()]);
    let text = "public_url = \"https://192.0.2.7:8443/shop\"";
    let config = parse(text.replace("192.0.2.7", "[2a00::7]").as_str()).unwrap();
    let Tls::Acme(acme) = &config.tls else {
        panic!("{:?}", config.tls)
    };
    assert_eq!(
        (acme.host.as_str(), acme.profile.as_deref()),
        ("2a00::7", Some("shortlived"))
    );
    assert_eq!(config.https.listen, ["[::]:8443".parse().unwrap()]);
}

#[test]
fn the_mode_follows_what_is_given_or_is_chosen() {
    let off = parse("public_url = \"http://cards.example.org\"").unwrap();
    assert!(!off.tls.is_on() && off.https.listen.is_empty());
    let off = tls("[tls]\nmode = \"off\"").unwrap();
    assert!(!off.tls.is_on() && off.https.listen.is_empty());
    let files = tls("[tls]\ncert_file = \"a\"\nkey_file = \"b\"").unwrap();
    assert!(matches!(files.tls, Tls::Files { .. }));
    let files = parse("[tls]\ncert_file = \"a\"\nkey_file = \"b\"").unwrap();
    assert_eq!(files.https.listen, ["[::]:443".parse().unwrap()]);
    let own = tls("[https]\nlisten = [\"127.0.0.1:8443\"]\n[tls]\nmode = \"self-signed\"").unwrap();
    assert!(matches!(&own.tls, Tls::SelfSigned { host } if host == "cards.example.org"));
    assert_eq!(own.https.listen, ["127.0.0.1:8443".parse().unwrap()]);
}

#[test]
fn what_does_not_fit_together_is_told_with_the_remedy() {
    for (text, told) in [
        ("[tls]\ncert_file = \"a\"", "tls.key_file: is missing"),
        ("[tls]\nkey_file = \"a\"", "tls.cert_file: is missing"),
        ("[tls]\nmode = \"files\"", "tls.cert_file: is missing"),
        (
            "[tls]\nmode = \"acme\"\nkey_file = \"a\"",
            "shop.toml:4: tls.key_file: is for mode = \"files\"",
        ),
        (
            "[tls]\nmode = \"off\"\n[http]\nlisten = []",
            "http.listen: is empty, and TLS is off",
        ),
        (
            "[tls]\nmode = \"off\"\n[https]\nlisten = [\"[::]:443\"]",
            "https.listen: needs a certificate",
        ),
        (
            "[tls]\nacme_challenge = \"http-01\"\n[http]\nlisten = []",
            "http.listen: is empty, and tls.acme_challenge",
        ),
        (
            "[tls]\nacme_eab_key_id = \"k\"",
            "tls.acme_eab_key_file: is missing",
        ),
        (
            "[tls]\nacme_contact = \"me\"",
            "tls.acme_contact must be a mail address",
        ),
        (
            "[tls]\nacme_directory = \"http://a.example/dir\"",
            "tls.acme_directory must begin with https://",
        ),
        ("[https]\nlisten = []", "https.listen must not be empty"),
    ] {
        let found = tls(text).unwrap_err();
        assert!(found.contains(told), "{text}\n{found}\n{told}");
    }
    for (text, told) in [
        (
            "[tls]\nmode = \"acme\"",
            "tls.mode: the certificate is for the host of public_url",
        ),
        (
            "[tls]\nmode = \"self-signed\"",
            "tls.mode: the certificate is for the host of public_url",
        ),
        (
            "[https]\nlisten = [\"[::]:443\"]",
            "https.listen: needs a certificate",
        ),
        (
            "public_url = \"https://localhost\"",
            "Let's Encrypt certifies public hosts only",
        ),
        (
            "public_url = \"https://192.168.0.7\"",
            "Let's Encrypt certifies public hosts only",
        ),
        (
            "public_url = \"https://a.example:4443\"",
            "shop.toml:1: public_url: Telegram calls ports 443",
        ),
    ] {
        let found = parse(text).unwrap_err().join("\n");
        assert!(found.contains(told), "{text}\n{found}\n{told}");
    }
    assert!(parse("public_url = \"https://a.example:4443\"\nupdates = \"polling\"").is_ok());
}

#[test]
fn an_account_s_binding_is_a_name_and_a_key() {
    let bound = |key: &'static str| {
        let env = move |name: &str| match name {
            "ACME_EAB_KEY" => Some(key.to_owned()),
            name => env(name),
        };
        let text = format!("{SECURE}[tls]\nacme_eab_key_id = \"kid\"");
        Config::parse("shop.toml", Path::new(""), &text, &env).right()
    };
    for key in ["-_8", "+/8=", " -_8=\n"] {
        let Tls::Acme(acme) = bound(key).unwrap().tls else {
            panic!("{key}")
        };
        let binding = acme.binding.unwrap();
        assert_eq!(binding.key_id, "kid");
        assert_eq!(binding.key.expose_secret(), [0xfb, 0xff]);
    }
    let told = bound("no key!").unwrap_err().to_string();
    assert!(told.contains("must be base64"), "{told}");
    let lonely = Config::parse("shop.toml", Path::new(""), SECURE, &|name| match name {
        "ACME_EAB_KEY" => Some("-_8".into()),
        name => env(name),
    });
    let told = lonely.right().unwrap_err().to_string();
    assert!(told.contains("tls.acme_eab_key_id: is missing"), "{told}");
}
