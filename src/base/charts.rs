//! Charts: numbers in, an SVG out. Bars over time, stacked or side by side, from an honest zero.
//!
//! Pure and without fonts of its own: widths of words are guessed generously, which is enough to keep them apart.
//! There are no lines, no second axis and no animation.

pub mod axis;
mod chart;
mod draw;
pub mod look;
mod scale;

#[cfg(test)]
mod tests;

pub use axis::Slot;
pub use chart::{Chart, HEIGHT, Series, Stand, Tone, WIDTH};
pub use look::{Look, Paint};
pub use scale::Measure;

impl Chart {
    /// The whole chart as one `<svg>` element.
    pub fn svg(&self, look: &Look) -> String {
        draw::draw(self, look)
    }
}
