//! Telegram: the token, the clock against Telegram's, the webhook as it is registered.

use std::time::Duration;

use super::super::webhook::Wanted;
use super::finding::Finding;
use super::patient::{PATIENCE, Patient};
use crate::base::time::Timestamp;
use crate::daemon::made;
use crate::edge::http;
use crate::edge::telegram::trouble::Trouble;

/// A clock that is further off makes certificates and signatures fail.
const OFF: Duration = Duration::from_secs(60);
/// A clock that is further off makes messages look late.
const DRIFTS: Duration = Duration::from_secs(5);

pub async fn look(patient: &Patient) -> Vec<Finding> {
    let Patient { config, root, .. } = patient;
    let telegram = match made::telegram(config, root.as_deref(), Vec::new()) {
        Ok(telegram) => telegram,
        Err(error) => {
            let remedy = "mend extra_root_file";
            return vec![Finding::fail("telegram", format!("{error:#}"), remedy)];
        }
    };
    let me = tokio::time::timeout(PATIENCE, telegram.me()).await;
    let mut findings = vec![clock(patient).await];
    let name = match me.unwrap_or(Err(Trouble::Away)) {
        Ok(name) => name,
        Err(Trouble::Token) => {
            let remedy = "put the token that @BotFather gave into TELEGRAM_TOKEN";
            findings.push(Finding::fail("telegram", "the token is not known", remedy));
            return findings;
        }
        Err(trouble @ Trouble::LoggedOut) => {
            let remedy =
                "wait ten minutes after logOut, or name the server it moved to in telegram.api_url";
            findings.push(Finding::fail("telegram", trouble.to_string(), remedy));
            return findings;
        }
        Err(trouble) => {
            let remedy = "look at the network, and at telegram.api_url";
            findings.push(Finding::fail("telegram", trouble.to_string(), remedy));
            return findings;
        }
    };
    findings.push(match name {
        Some(name) => Finding::ok("telegram", format!("knows us as @{name}")),
        None => Finding::warn(
            "telegram",
            "knows us, and tells no name of ours",
            "see that telegram.api_url is a Bot API server",
        ),
    });
    findings.push(webhook(patient, telegram).await);
    findings
}

async fn webhook(patient: &Patient, telegram: crate::edge::telegram::client::Telegram) -> Finding {
    let wanted = match Wanted::of(patient.config.clone(), patient.data.clone(), telegram) {
        Ok(wanted) => wanted,
        Err(error) => return Finding::fail("webhook", format!("{error:#}"), "mend public_url"),
    };
    let remedy = "a running daemon sets it within ten minutes; or `neurocards webhook set`";
    let hook = tokio::time::timeout(PATIENCE, wanted.telegram.webhook()).await;
    let hook = match hook.unwrap_or(Err(Trouble::Away)) {
        Ok(hook) => hook,
        Err(trouble) => return Finding::fail("webhook", trouble.to_string(), remedy),
    };
    let way = match &wanted.url {
        Some(_) => "updates are brought",
        None => "updates are polled",
    };
    match (&hook.last_error, wanted.is_met_by(&hook)) {
        (Some(_), true) if hook.is_turned_away_since(an_hour_ago(patient)) => Finding::fail(
            "webhook",
            "telegram was turned away lately: another secret is registered",
            remedy,
        ),
        (_, false) => Finding::fail("webhook", "is not what the configuration says", remedy),
        (Some((at, why)), true) if recent(patient, *at) => Finding::warn(
            "webhook",
            format!("telegram could not bring an update lately: {why}"),
            "see that public_url can be reached from outside",
        ),
        (_, true) => Finding::ok("webhook", format!("{way}; {} wait", hook.pending)),
    }
}

/// Within the last hour; `at` is in Unix seconds.
fn recent(patient: &Patient, at: i64) -> bool {
    u64::try_from(at).unwrap_or_default() > an_hour_ago(patient).0 / 1000
}

fn an_hour_ago(patient: &Patient) -> Timestamp {
    patient.now.minus(Duration::from_secs(60 * 60))
}

/// Our clock against Telegram's.
async fn clock(patient: &Patient) -> Finding {
    let asked = async {
        let http = http::client(patient.root.as_deref(), Some(PATIENCE)).ok()?;
        let answer = http
            .get(&patient.config.telegram.api_url)
            .send()
            .await
            .ok()?;
        let date = answer.headers().get(reqwest::header::DATE)?;
        let date = jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok()?;
        u64::try_from(date.timestamp().as_second()).ok()
    };
    let asked = tokio::time::timeout(PATIENCE, asked).await;
    let Some(theirs) = asked.ok().flatten() else {
        let remedy = "see that the machine keeps its time: timedatectl";
        return Finding::warn("clock", "telegram's time could not be read", remedy);
    };
    let off = Duration::from_secs(
        super::super::run::clock()
            .now()
            .0
            .div_euclid(1000)
            .abs_diff(theirs),
    );
    let found = format!("{} s from telegram's", off.as_secs());
    let remedy = "set the clock, and keep it set: timedatectl set-ntp true";
    if off > OFF {
        Finding::fail("clock", found, remedy)
    } else if off > DRIFTS {
        Finding::warn("clock", found, remedy)
    } else {
        Finding::ok("clock", found)
    }
}
