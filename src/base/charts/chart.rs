//! A chart: what is drawn, and nothing of how.

use super::axis::Slot;
use super::scale::Measure;

/// The width of every chart, in its own units.
pub const WIDTH: f64 = 400.0;

/// The height of every chart, in its own units.
pub const HEIGHT: f64 = 230.0;

/// What is drawn. Texts are plain: they are escaped here.
#[derive(Debug, Clone)]
pub struct Chart {
    pub title: String,
    /// The time, from left to right.
    pub slots: Vec<Slot>,
    /// What is counted, from the baseline up, or from left to right.
    pub series: Vec<Series>,
    /// How the series of a slot stand.
    pub stand: Stand,
    /// What the numbers are.
    pub measure: Measure,
    /// What is said in place of bars if there is nothing but zeros.
    pub empty: String,
}

/// One thing that is counted.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    pub tone: Tone,
    /// A number for each slot. What is missing, negative or no number is taken for zero.
    pub values: Vec<f64>,
}

/// How the series of a slot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// One upon the other: they are parts of a sum.
    Stacked,
    /// Side by side.
    Beside,
}

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    First,
    Second,
    /// It went well.
    Good,
    /// It did not.
    Bad,
}

impl Series {
    /// The number of a slot.
    pub(super) fn at(&self, slot: usize) -> f64 {
        let value = self.values.get(slot).copied().unwrap_or(0.0);
        if value.is_finite() {
            value.max(0.0)
        } else {
            0.0
        }
    }
}

impl Chart {
    /// The highest bar.
    pub(super) fn top(&self) -> f64 {
        let slots = 0..self.slots.len();
        let tops = slots.map(|slot| {
            let values = self.series.iter().map(|series| series.at(slot));
            match self.stand {
                Stand::Stacked => values.sum(),
                Stand::Beside => values.fold(0.0, f64::max),
            }
        });
        tops.fold(0.0, f64::max)
    }
}
