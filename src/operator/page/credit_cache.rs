//! The credit cache: what is left on the provider's accounts. It is asked for now and then, and never waited for long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::operator::service::Desk;
use crate::operator::service::answer::KeyLine;
use crate::operator::service::ask::Keys;
use crate::rules::domain::act::Who;

/// What was heard is good for so long.
const FRESH: Duration = Duration::from_secs(60);
/// Whoever asks first waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was heard last.
#[derive(Debug, Default)]
pub struct CreditCache {
    heard: Mutex<Option<(Timestamp, Vec<KeyLine>)>>,
    asking: AtomicBool,
}

impl CreditCache {
    fn heard(&self) -> Option<(Timestamp, Vec<KeyLine>)> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.clone()
    }

    /// Asks again when it is next looked, after something was done to a key.
    pub fn forget(&self) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = None;
    }

    async fn ask(&self, desk: &Desk) {
        let answer = desk.ask(Who::Page, Keys).await;
        if let Ok(Ok(lines)) = answer {
            let now = desk.clock.now();
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            *heard = Some((now, lines));
        }
        self.asking.store(false, Ordering::Release);
    }
}

/// The keys with their credits; empty while nobody knows them.
pub async fn keys(credit_cache: &Arc<CreditCache>, desk: &Desk) -> Vec<KeyLine> {
    let now = desk.clock.now();
    let heard = credit_cache.heard();
    let stale = heard.as_ref().is_none_or(|(at, _)| now.since(*at) >= FRESH);
    if stale && !credit_cache.asking.swap(true, Ordering::AcqRel) {
        let (asker, desk) = (Arc::clone(credit_cache), desk.clone());
        let asked = tokio::spawn(async move { asker.ask(&desk).await });
        if heard.is_none() {
            // Whoever waits in vain sees the keys a little later.
            let _ = tokio::time::timeout(PATIENCE, asked).await;
        }
    }
    credit_cache
        .heard()
        .map(|(_, lines)| lines)
        .unwrap_or_default()
}
