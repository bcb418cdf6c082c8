//! The scale of a chart: round numbers from zero up to just above the highest bar.

/// Fewer lines across than this would say little, many more would be a fence.
const LINES: f64 = 4.0;

/// What the numbers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Things one counts: there are no halves of them.
    Count,
    /// An amount that may have a fraction.
    Amount,
    /// Spans of time in seconds, and how its units are called.
    Seconds {
        /// "s"
        second: String,
        /// "min"
        minute: String,
        /// "h"
        hour: String,
    },
}

/// Steps of time that people count in, in seconds.
const STEPS: [f64; 14] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
];

/// Where the lines across are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// From line to line.
    pub step: f64,
    /// Lines above the baseline.
    pub lines: u32,
}

impl Scale {
    /// For bars up to `top`.
    pub(super) fn new(top: f64, measure: &Measure) -> Self {
        let rough = top / LINES;
        let step = match measure {
            Measure::Count => nice(rough).max(1.0),
            Measure::Amount => nice(rough),
            Measure::Seconds { .. } => {
                let step = STEPS.into_iter().find(|step| *step >= rough);
                step.unwrap_or_else(|| nice(rough / 3600.0) * 3600.0)
            }
        };
        let lines = (top / step).ceil().clamp(1.0, 2.0 * LINES);
        Self {
            step,
            lines: lines as u32,
        }
    }

    /// The number at the highest line.
    pub(super) fn top(&self) -> f64 {
        self.step * f64::from(self.lines)
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50 … that is not below `rough`.
fn nice(rough: f64) -> f64 {
    if rough <= 0.0 {
        return 1.0;
    }
    let ten = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0].into_iter().map(|step| step * ten);
    steps
        .into_iter()
        // A whisker less, or rounding would turn 2 into 5.
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * ten)
}

impl Measure {
    /// A number as it is read.
    pub(super) fn says(&self, value: f64) -> String {
        match self {
            Self::Count => grouped(&format!("{value:.0}")),
            Self::Amount => {
                let text = format!("{value:.2}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                grouped(text)
            }
            Self::Seconds {
                second,
                minute,
                hour,
            } => {
                let all = value.round();
                let (h, m, s) = (
                    (all / 3600.0).floor(),
                    (all / 60.0).floor() % 60.0,
                    all % 60.0,
                );
                let parts = [(h, hour), (m, minute), (s, second)];
                let parts: Vec<_> = parts
                    .into_iter()
                    .filter(|(many, _)| *many > 0.0)
                    .map(|(many, unit)| format!("{many:.0}\u{a0}{unit}"))
                    .collect();
                match parts.is_empty() {
                    true => "0".into(),
                    false => parts.join(" "),
                }
            }
        }
    }
}

/// Thousands apart, by a space that does not break.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds() -> Measure {
        Measure::Seconds {
            second: "с".into(),
            minute: "мин".into(),
            hour: "ч".into(),
        }
    }

    #[test]
    fn lines_are_at_round_numbers_and_none_is_below_the_highest_bar() {
        for (top, measure, step, lines) in [
            (0.0, Measure::Count, 1.0, 1),
            (1.0, Measure::Count, 1.0, 1),
            (3.0, Measure::Count, 1.0, 3),
            (7.0, Measure::Count, 2.0, 4),
            (8.0, Measure::Count, 2.0, 4),
            (9.0, Measure::Count, 5.0, 2),
            (41.0, Measure::Count, 20.0, 3),
            (1000.0, Measure::Count, 500.0, 2),
            (0.3, Measure::Amount, 0.1, 3),
            (90.0, seconds(), 30.0, 3),
            (700.0, seconds(), 300.0, 3),
            (100_000.0, seconds(), 36_000.0, 3),
        ] {
            let scale = Scale::new(top, &measure);
            assert!((scale.step - step).abs() < 1e-9, "{top} {scale:?}");
            assert_eq!(scale.lines, lines, "{top}");
            assert!(scale.top() >= top - 1e-9, "{top}");
        }
    }

    #[test]
    fn numbers_are_said_as_people_read_them() {
        assert_eq!(Measure::Count.says(1_234_567.0), "1\u{a0}234\u{a0}567");
        assert_eq!(Measure::Count.says(999.0), "999");
        assert_eq!(Measure::Amount.says(1234.5), "1\u{a0}234.5");
        assert_eq!(Measure::Amount.says(20.0), "20");
        assert_eq!(seconds().says(0.0), "0");
        assert_eq!(seconds().says(90.0), "1\u{a0}мин 30\u{a0}с");
        assert_eq!(seconds().says(7200.0), "2\u{a0}ч");
    }
}
