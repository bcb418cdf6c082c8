//! Durations as an operator writes them: a whole number and one of `ms`, `s`, `m`, `h`, `d`.

use std::time::Duration;

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It does not begin with a whole number, or the number is too large.
    #[error("a duration is a whole number and a unit, such as \"10s\", \"30m\" or \"24h\"")]
    Shape,
    /// The letters after the number are no unit.
    #[error("a duration ends in ms, s, m, h or d")]
    Unit,
}

/// Reads `"10s"`, `"30m"`, `"24h"`.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().map_err(|_| DurationError::Shape)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(DurationError::Unit),
    };
    number
        .checked_mul(millis)
        .map(Duration::from_millis)
        .ok_or(DurationError::Shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse("30m"), Ok(Duration::from_secs(1800)));
        assert_eq!(parse("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(parse("1d"), parse("24h"));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["10", "10 s", "10sec", "1h30m"] {
            assert_eq!(parse(text), Err(DurationError::Unit), "{text}");
        }
        for text in ["", "s", "-5s", "99999999999999999d"] {
            assert_eq!(parse(text), Err(DurationError::Shape), "{text}");
        }
    }
}
