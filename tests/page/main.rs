//! The pages in a real browser.

mod browser;
mod sandbox;
mod visit;
