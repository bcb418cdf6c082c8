//! `[alerts]`: of what operators are told in the chat, and from when on.

use super::reader::Section;
use super::value;
use crate::rules::domain::alert::{Alerting, Topic};

pub(super) fn read(section: &mut Section<'_, '_>) -> Alerting {
    let topics = Topic::ALL.map(|topic| (topic.word(), topic));
    let span = || value::duration("1m", "7d");
    Alerting {
        off: section.value("off", "[]", value::list(value::choice(&topics))),
        quiet: section.value("quiet", r#""1h""#, span()),
        credits_below: section.value("credits_below", "500", value::whole(0..=1_000_000_000)),
        failing_percent: section.value("failing_percent", "50", value::whole(1..=100)),
        failing_least: section.value("failing_least", "5", value::whole(1..=1_000_000)),
        queued_longer: section.value("queued_longer", r#""15m""#, span()),
        unsent_longer: section.value("unsent_longer", r#""10m""#, span()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::config::Config;

    #[test]
    fn the_shipped_file_says_what_the_defaults_are() {
        let env = |name: &str| match name {
            "TELEGRAM_TOKEN" => Some("1:token".to_owned()),
            "KIE_API_KEY" => Some("key".to_owned()),
            _ => None,
        };
        let shipped = Config::load(None, &env).unwrap();
        assert_eq!(shipped.alerts, Alerting::default());
    }
}
