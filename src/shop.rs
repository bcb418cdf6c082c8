//! The use cases of the shop, each one transaction.

pub mod alerts;
pub mod audience;
pub mod audit;
pub mod backup;
pub mod broadcasts;
pub mod deeds;
pub mod late;
pub mod ledger;
pub mod office;
pub mod outbox;
pub mod place;
pub mod queue;
pub mod reckoning;
pub mod retire;
pub mod sales;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod turn;
pub mod undelivered;
pub mod verdict;
