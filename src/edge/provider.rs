//! The video providers, one folder to each, and what all of them come to: a task or a definite no, what a look shows,
//! a video fetched, a photo uploaded.

mod create;
mod fetch;
pub mod kie;
mod look;
pub mod mp4;
mod pulse;
mod reach;
mod upload;

pub use create::{CreateError, Refusal};
pub use fetch::{FetchError, Fetched};
pub use look::{Look, LookError};
pub use pulse::Pulse;
pub use reach::{Forbidden, Reach, is_public};
pub use upload::UploadError;
