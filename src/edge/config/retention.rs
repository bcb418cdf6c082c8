//! `[retention]`: how long what is kept.

use std::time::Duration;

use super::reader::Section;
use super::value;

/// `[retention]`
#[derive(Debug, Clone)]
pub struct Retention {
    /// How long everything about an order is kept once its videos have ended; nothing: for ever.
    pub details: Option<Duration>,
}

/// Details are kept at least so long: Telegram repeats what it could not deliver for a day.
const LEAST: Duration = Duration::from_secs(24 * 60 * 60);

impl Retention {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let details = section.value("details", r#""30d""#, value::duration("0s", "36500d"));
        if !details.is_zero() && details < LEAST {
            section.mistake(
                "details",
                "is too short: write \"1d\" or more, or \"0s\" to keep everything for ever",
            );
        }
        Self {
            details: (!details.is_zero()).then_some(details),
        }
    }
}
