//! How a chart gets its colours: from the page's style sheet, or written into it.

use std::fmt::Write;

use super::chart::Tone;

/// Where colours and letters come from.
#[derive(Debug, Clone)]
pub enum Look {
    /// From a style sheet, by the classes `chart`, `chart-title`, `chart-text`, `chart-grid`, `chart-base` and
    /// `chart-first`, `-second`, `-good`, `-bad`, so that a page can be dark.
    Styled,
    /// Written into it, on a ground of its own, for a picture.
    Painted(Box<Paint>),
}

/// Colours, as SVG writes them, and letters.
#[derive(Debug, Clone)]
pub struct Paint {
    /// Behind everything.
    pub ground: String,
    pub ink: String,
    /// Other words.
    pub faint: String,
    /// Lines across.
    pub grid: String,
    /// [`Tone::First`]
    pub first: String,
    /// [`Tone::Second`]
    pub second: String,
    /// [`Tone::Good`]
    pub good: String,
    /// [`Tone::Bad`]
    pub bad: String,
    /// The family of its letters, which must have Cyrillic ones.
    pub font: String,
}

impl Default for Paint {
    /// Dark on white, as the page is by day.
    fn default() -> Self {
        Self {
            ground: "#ffffff".into(),
            ink: "#1b1f27".into(),
            faint: "#5b6472".into(),
            grid: "#e3e6eb".into(),
            first: "#3763d6".into(),
            second: "#8b5fd3".into(),
            good: "#1f8a5b".into(),
            bad: "#d1493f".into(),
            font: "sans-serif".into(),
        }
    }
}

/// A part of a chart that has a colour.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Title,
    Text,
    Grid,
    Base,
    Bar(Tone),
}

impl Look {
    /// The attribute that gives a part its colour, with a space in front.
    pub(super) fn of(&self, part: Part) -> String {
        match self {
            Self::Styled => format!(" class=\"{}\"", class(part)),
            Self::Painted(paint) => {
                let how = match part {
                    Part::Grid | Part::Base => "stroke",
                    Part::Title | Part::Text | Part::Bar(_) => "fill",
                };
                format!(" {how}=\"{}\"", escaped(paint.of(part)))
            }
        }
    }

    /// The family of letters, as an attribute, if it is written into the chart.
    pub(super) fn font(&self) -> String {
        match self {
            Self::Styled => String::new(),
            Self::Painted(paint) => format!(" font-family=\"{}\"", escaped(&paint.font)),
        }
    }
}

impl Paint {
    fn of(&self, part: Part) -> &str {
        match part {
            Part::Title => &self.ink,
            Part::Text | Part::Base => &self.faint,
            Part::Grid => &self.grid,
            Part::Bar(Tone::First) => &self.first,
            Part::Bar(Tone::Second) => &self.second,
            Part::Bar(Tone::Good) => &self.good,
            Part::Bar(Tone::Bad) => &self.bad,
        }
    }
}

fn class(part: Part) -> &'static str {
    match part {
        Part::Title => "chart-title",
        Part::Text => "chart-text",
        Part::Grid => "chart-grid",
        Part::Base => "chart-base",
        Part::Bar(Tone::First) => "chart-first",
        Part::Bar(Tone::Second) => "chart-second",
        Part::Bar(Tone::Good) => "chart-good",
        Part::Bar(Tone::Bad) => "chart-bad",
    }
}

/// A text as it may stand in an element or between quotes. What XML cannot say at all is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A number as SVG reads it, to a hundredth.
pub(super) fn number(out: &mut String, value: f64) {
    let rounded = (value * 100.0).round() / 100.0;
    // Minus zero would be written with its sign.
    let rounded = if rounded == 0.0 { 0.0 } else { rounded };
    write!(out, "{rounded}").expect("a string takes what it is given");
}
