//! The pages in a real browser: the sandbox's, where one plays a seller, and the operator's.

mod browser;
mod film;
mod ground;
mod office;
mod promises;
mod sandbox;
mod strangers;
mod visit;
