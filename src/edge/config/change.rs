//! What becomes of a configuration when another one is read in its place.

use secrecy::{ExposeSecret, SecretString};

use super::settings::changes;
use super::{AT_START, Config, Http, Log, Setting, Settings, Store, Telegram};

/// Under what the bot's token is known.
const TOKEN: &str = "telegram.token";

/// A configuration that takes another one's place.
#[derive(Debug)]
pub struct Change {
    /// What holds from now on.
    pub config: Config,
    /// What is different in it, by name.
    pub changed: Vec<String>,
    /// What would be different and waits for the next start, by name.
    pub waits: Vec<String>,
}

impl Config {
    /// This configuration in a daemon that runs with `running`: what is read at the start only stays as it was.
    pub fn in_place_of(self, running: &Self) -> Change {
        // Another token of the same bot opens the same chats; another bot has none of them.
        let other_bot = bot(&self.telegram.token) != bot(&running.telegram.token);
        let waits = |key: &str| AT_START.contains(&key) || (other_bot && key == TOKEN);
        let names = changes(running.settings(), self.settings());
        let old = running.settings().iter().filter(|old| waits(&old.key));
        let new = self.settings().iter().filter(|new| !waits(&new.key));
        let settings: Vec<Setting> = new.chain(old).cloned().collect();
        let token = match other_bot {
            true => running.telegram.token.clone(),
            false => self.telegram.token,
        };
        let config = Self {
            public_url: running.public_url.clone(),
            updates: running.updates,
            extra_root_file: running.extra_root_file.clone(),
            telegram: Telegram {
                token,
                webhook_secret: running.telegram.webhook_secret.clone(),
                ..self.telegram
            },
            http: Http {
                listen: running.http.listen.clone(),
                ..self.http
            },
            https: running.https.clone(),
            tls: running.tls.clone(),
            operator: running.operator.clone(),
            store: Store {
                cache_mb: running.store.cache_mb,
                batch: running.store.batch,
                ..self.store
            },
            log: Log {
                format: running.log.format,
                ..self.log
            },
            settings: Settings(settings),
            ..self
        };
        let (waits, changed) = names.into_iter().partition(|key| waits(key));
        Change {
            config,
            changed,
            waits,
        }
    }
}

/// The bot's number, with which every token of it begins.
fn bot(token: &SecretString) -> &str {
    let token = token.expose_secret();
    token.split_once(':').map_or(token, |(bot, _)| bot)
}
