//! The video providers, one folder to each.

pub mod kie;
