//! Neurocards: a Telegram bot that turns a product photo into short vertical videos.
//!
//! A seller sends a photo, answers four questions and pays with credits; GPT writes the script and KIE, an API
//! over several video models, films it. One binary, one data directory, one redb file.
//!
//! # The house
//! A folder is a floor: it imports from the floors below it only, and inside a floor no two files import each other
//! in a circle (`tests/tidy.rs`, which reads this table).
//!
//! | floor | module | what lives there |
//! |---|---|---|
//! | 10 | [`cli`] | the commands; the sandbox and its story, where daemon and stand-ins meet |
//! | 9 | [`daemon`] | builds everything from a configuration, starts it, reloads it, stops it |
//! | 8 | [`door`] | the doors to the world: webhook, callback, photos, proofs for certificates; the operator's: page, metrics, health |
//! | 7 | [`actors`] | what runs by itself: intake (updates in), workers (steps of jobs), sender (the only one who speaks to chats), monitor (disk, books, queue, credits), backups, certificates, janitor |
//! | 6 | [`operator`] | what an operator may ask and be told: service (each question a type that names its answer), socket, page |
//! | 5 | [`shop`] | the use cases, one transaction each: turn, order, verdict, queue, ledger, outbox, deeds, alerts, tally, retirement, audit |
//! | 4 | [`store`] | one file, one writer, transactions, snapshots, rows, tables, migrations, compaction, backups |
//! | 3 | [`edge`] | the world as types: telegram, provider (KIE), author (GPT), pay (YooKassa, Crypto Pay), files (photos, videos), locale, tls, http, offsite (S3), config |
//! | 2 | [`rules`] | pure: domain, conversation, and what the texts of failures mean |
//! | 1 | [`base`] | clock, live values, private files, fail points, telemetry, charts |
//! | – | [`sandbox`] | stand-ins for Telegram, KIE, GPT and the rails of payments; imports nothing of ours |
//!
//! # One order, from tap to video
//! 1. A door hands an update to [`actors::intake`]; [`edge::telegram`] makes an event of it; [`shop::turn`] runs one
//!    transaction: seen before? → session and balance → [`rules::conversation::step`] → ledger, order, jobs,
//!    session, notes. Only after the commit is the update acknowledged.
//! 2. [`actors::sender`] wakes, says the notes in the seller's language, strikes them.
//! 3. [`actors::workers`] wakes, claims the next due job, fair between sellers, and does one step: photo → script →
//!    upload, if the provider cannot come for it → submit → look → fetch. What a step found is stored before the
//!    next begins, and `Submitting` is stored before the call that costs money.
//! 4. An end is one transaction ([`shop::verdict`]): stage, credit, rests, the seller's note, the operator's.
//! 5. A restart finds only rows: due jobs and unsent notes. Nothing in memory matters.
//!
//! # Deliberately absent
//! No row locks and no leases: one process owns the file. No sleeping jobs: a wait is a due time. No retry
//! inside a client: whether to try again is the job's business. No dialogue storage, webhook listener or
//! dispatcher of teloxide's: they acknowledge before they have stored.

pub mod actors;
pub mod base;
pub mod cli;
pub mod daemon;
pub mod door;
pub mod edge;
pub mod operator;
pub mod rules;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod shop;
pub mod store;
