//! What is made of a configuration and the files beside it: the same for a start, a reload and a check.

use std::path::Path;

use secrecy::SecretString;

use super::shipped::Files;
use crate::actors::workers::Choices;
use crate::base::telemetry::meters::Meters;
use crate::edge::author::{Gpt, Templates, Title};
use crate::edge::config::{self, Config, Mistakes, Setting, fingerprint};
use crate::edge::http;
use crate::edge::provider::Reach;
use crate::edge::provider::kie::{Kie, Models, Seal};
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::pace::Limits;
use crate::edge::telegram::words::{EN, Labels, RU, Words, WordsError};
use crate::operator::service::Provider;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::user::Lang;
use crate::rules::failures::Failures;
use crate::store::Shop;

/// Everything that may change while the daemon runs.
pub struct Made {
    /// How Telegram is called.
    pub telegram: Telegram,
    pub words: Words,
    /// How fast we may speak.
    pub limits: Limits,
    /// The script's author.
    pub gpt: Gpt,
    pub kie: Kie,
    pub models: Models,
    /// All of that, for operators.
    pub provider: Provider,
    /// The account's keys.
    pub keys: Vec<SecretString>,
    /// New tasks in ten seconds, with each key.
    pub creates: u32,
    pub choices: Choices,
    pub shop: Shop,
    /// Below so many bytes of room orders are not taken.
    pub floor: u64,
    /// Tells whose a callback is.
    pub seal: Option<Seal>,
    /// The operator's own files, by their fingerprints.
    pub files: Vec<Setting>,
}

impl Made {
    /// Makes everything of a configuration and of what lies in `data`; `root` is trusted in calls. All mistakes
    /// are told at once.
    pub fn new(config: &Config, data: &Path, root: Option<&[u8]>) -> Result<Self, Mistakes> {
        let mut files = Files::new(data);
        let models = models(config, &mut files);
        let templates = templates(&mut files);
        let failures = failures(&mut files);
        let words = words(config, &models, &templates, &mut files);
        let telegram = telegram(config, root, files.menu());
        let clients = telegram.and_then(|telegram| {
            let reach = Reach::new(&config.kie.api_url, &config.kie.upload_url);
            let results = http::guarded(root, |client| reach.guard(client))?;
            Ok((telegram, http::client(root, None)?, results))
        });
        let (files, mut mistakes) = files.finish();
        // What else belongs to a client is right once the configuration is read.
        let wrong = |error| config.mistake("extra_root_file", format!("{error:#}"));
        let clients = clients.map_err(|error: anyhow::Error| mistakes.push(wrong(error)));
        let (Some(words), Ok((telegram, http, results)), []) = (words, clients, &mistakes[..])
        else {
            return Err(Mistakes(mistakes));
        };
        let kie = kie(config, http.clone(), results, failures);
        let shop = shop(config, &templates);
        Ok(Self {
            telegram,
            words,
            limits: limits(config),
            gpt: author(config, http).with_templates(templates),
            provider: known(config, kie.clone(), models.clone()),
            kie,
            models,
            keys: config.kie.keys.clone(),
            creates: config.kie.creates_per_10s,
            choices: choices(config, data),
            shop,
            floor: config.store.min_free_mb << 20,
            seal: config.kie.webhook_hmac_key.as_ref().map(Seal::new),
            files,
        })
    }

    /// The same, its calls counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        Self {
            telegram: self.telegram.metered(meters),
            gpt: self.gpt.metered(meters),
            kie: self.kie.metered(meters),
            ..self
        }
    }
}

/// The provider, as the configuration and the operator's models know it.
pub fn provider(config: &Config, data: &Path, http: reqwest::Client) -> anyhow::Result<Provider> {
    let mut files = Files::new(data);
    let models = models(config, &mut files);
    let failures = failures(&mut files);
    match files.finish() {
        (_, mistakes) if !mistakes.is_empty() => Err(Mistakes(mistakes).into()),
        // Nobody who asks so fetches anything.
        _ => Ok(known(
            config,
            kie(config, http.clone(), http, failures),
            models,
        )),
    }
}

/// The provider, as operators are told of it.
fn known(config: &Config, kie: Kie, models: Models) -> Provider {
    let keys = config.kie.keys.iter();
    Provider {
        kie,
        keys: keys.map(|key| (fingerprint(key), key.clone())).collect(),
        chain: config.kie.models.clone(),
        models,
    }
}

/// Telegram, as the configuration knows it; `root` is trusted in calls.
pub fn telegram(config: &Config, root: Option<&[u8]>, menu: Vec<u8>) -> anyhow::Result<Telegram> {
    let chosen = &config.telegram;
    let calls = http::client(root, Some(chosen.call_timeout))?;
    let slow = http::client(root, Some(chosen.upload_timeout))?;
    let quick = http::client(root, Some(chosen.call_timeout))?;
    let telegram = Telegram::new(&chosen.api_url, &chosen.token, calls, slow, menu)?;
    Ok(telegram.with_quick(quick))
}

fn models(config: &Config, files: &mut Files<'_>) -> Models {
    const FILE: &str = "models.toml";
    let models = match files.text(FILE).map(|text| Models::parse(&text)) {
        Some(Ok(models)) => models,
        Some(Err(error)) => {
            files.mistake(FILE, None, error.to_string());
            // Which names it has is not known, so none of them is called unknown.
            return Models::shipped();
        }
        None => Models::shipped(),
    };
    for name in &config.kie.models {
        if models.get(name).is_none() {
            let known: Vec<_> = models.iter().map(|model| model.name.0.as_str()).collect();
            let text = format!("models.toml has no {name}; it has {}", known.join(", "));
            files.wrong(config.mistake("kie.models", text));
        }
    }
    models
}

fn templates(files: &mut Files<'_>) -> Templates {
    const FILE: &str = "templates.toml";
    let Some(text) = files.text(FILE) else {
        return Templates::shipped();
    };
    Templates::parse(&text).unwrap_or_else(|mistakes| {
        for mistake in mistakes {
            files.mistake(FILE, None, mistake.to_string());
        }
        Templates::shipped()
    })
}

/// The operator's own table of failures, or the shipped one.
pub fn failures(files: &mut Files<'_>) -> Failures {
    const FILE: &str = "failures.toml";
    let Some(text) = files.text(FILE) else {
        return Failures::shipped();
    };
    Failures::parse(&text).unwrap_or_else(|mistakes| {
        for mistake in mistakes {
            files.mistake(FILE, None, mistake.to_string());
        }
        Failures::shipped()
    })
}

fn words(
    config: &Config,
    models: &Models,
    templates: &Templates,
    files: &mut Files<'_>,
) -> Option<Words> {
    let (ru, en) = (files.text("texts/ru.ftl"), files.text("texts/en.ftl"));
    let shop = labels(config, models, templates);
    let words = Words::new(
        ru.as_deref().unwrap_or(RU),
        en.as_deref().unwrap_or(EN),
        shop,
    );
    let errors = match words {
        Ok(words) => return Some(words),
        Err(errors) => errors,
    };
    for error in errors {
        match error {
            WordsError::Syntax { lang, line, what } => {
                files.mistake(&format!("texts/{lang}.ftl"), Some(line), what);
            }
            WordsError::Missing { lang, keys } => {
                let text = format!("these texts are missing: {}", keys.join(", "));
                files.mistake(&format!("texts/{lang}.ftl"), None, text);
            }
        }
    }
    None
}

fn labels(config: &Config, models: &Models, templates: &Templates) -> Labels {
    let buttons = templates.iter().map(|(template, words)| {
        let Title { ru, en } = words.title.clone();
        (template, [(Lang::Ru, ru), (Lang::En, en)].into())
    });
    let packages = &config.packages_text;
    Labels {
        support: config.support_username.clone(),
        packages: [
            (Lang::Ru, packages.ru.clone()),
            (Lang::En, packages.en.clone()),
        ]
        .into(),
        titles: models
            .iter()
            .map(|model| (model.name.clone(), model.title.clone()))
            .collect(),
        templates: buttons.collect(),
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        per_second: config.telegram.messages_per_second,
        per_chat: config.telegram.per_chat_interval,
        burst: config.telegram.per_chat_burst,
        broadcast: config.telegram.broadcast_per_second,
    }
}

/// The author of scripts, with the shipped templates; `http` follows no redirect.
pub fn author(config: &Config, http: reqwest::Client) -> Gpt {
    let chosen = &config.gpt;
    Gpt::new(
        http,
        &chosen.api_url,
        chosen.key.clone(),
        &chosen.model,
        chosen.vision,
        chosen.timeout,
        chosen.max_tokens,
    )
}

fn kie(
    config: &Config,
    http: reqwest::Client,
    results: reqwest::Client,
    failures: Failures,
) -> Kie {
    let chosen = &config.kie;
    let (api, upload) = (&chosen.api_url, &chosen.upload_url);
    Kie::new(http, results, api, upload, chosen.timeout).heard_by(failures)
}

fn choices(config: &Config, data: &Path) -> Choices {
    Choices {
        workers: config.workers,
        look_every: config.look_every,
        deadline: config.generation_deadline,
        photos_at: match config.photos() {
            config::Photos::Serve => config.public_url.clone(),
            config::Photos::Upload => None,
        },
        callbacks_at: config.public_url.clone().filter(|_| config.callbacks()),
        call_timeout: config.kie.timeout,
        link_over: config.telegram.link_over,
        videos: data.join("videos"),
        chain: config.kie.models.clone(),
    }
}

fn shop(config: &Config, templates: &Templates) -> Shop {
    Shop {
        templates: templates.iter().map(|(template, _)| template).collect(),
        welcome: Credits(config.welcome_credits),
        admins: config.admin_ids.clone(),
        max_attempts: config.max_attempts,
        max_rendering: u32::try_from(config.max_rendering).unwrap_or(u32::MAX),
        alerts: config.alerts.clone(),
    }
}
