//! One operator, and the faces he is seen by.

pub mod page;
pub mod service;
pub mod socket;
