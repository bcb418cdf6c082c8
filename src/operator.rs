//! One operator, and the faces by which an operator is served.

pub mod page;
pub mod service;
pub mod socket;
