//! Neurocards: a Telegram bot that turns a product photo into short vertical videos.
//!
//! A seller sends a photo, answers four questions and pays with credits; GPT writes the script and KIE, an API
//! over several video models, films it. One binary, one data directory, one redb file.
//!
//! # The house
//! A module imports from lower floors only; neighbours on a floor do not import each other (`tests/tidy.rs`).
//!
//! | floor | module | what it does |
//! |---|---|---|
//! | 8 | [`cli`] | the commands; the sandbox and its story live here, where daemon and stand-ins meet |
//! | 7 | [`daemon`] | builds everything from a configuration, starts it, stops it |
//! | 6 | [`web`] | the doors to the world: webhook, callback, photos, proofs for certificates; the operator's: metrics, health |
//! | 6 | [`control`] | the operator's socket |
//! | 5 | [`bot`] | updates on their way in: each becomes one turn |
//! | 5 | [`worker`] | the pool that does one step of one job at a time |
//! | 5 | [`delivery`] | the only sender: drains the outbox within Telegram's limits, looks up what operators ask to see, and sends broadcasts with what is left |
//! | 5 | [`guard`] | looks after room on the disk, a disk that can be written, books that balance |
//! | 5 | [`watch`] | watches queue, outbox, failures and the provider's credits, and tells operators |
//! | 5 | [`janitor`] | forgets old updates, retires old orders, removes files no row speaks of |
//! | 5 | [`certificates`] | gets and renews the certificate of our door |
//! | 5 | [`archivist`] | makes backups in time, clears old ones away, tells when it cannot |
//! | 5 | [`page`] | the operator's page: what an operator asks and does in a browser |
//! | 4 | [`admin`] | what an operator may ask and be told |
//! | 3 | [`store`] | one file, one writer, snapshots; turns, queue, ledger, outbox, verdicts, tallies, broadcasts, archive, compaction, audit, migrations, backups |
//! | 3 | [`photos`] | framing to 9:16, and the files on disk |
//! | 3 | [`telegram`] | updates become events; words, buttons and calls |
//! | 3 | [`kie`] | the video provider: calls, tolerant wire, classification, models |
//! | 3 | [`gpt`] | the script's author, and the templates that stand in for it |
//! | 3 | [`tls`] | certificates for our door, the HTTP client for our calls |
//! | 3 | [`vault`] | copies of backups in a storage that speaks S3, packed and encrypted |
//! | 2 | [`config`] | what the operator chose |
//! | 2 | [`body`] | a body read in one piece, up to so many bytes |
//! | 2 | [`clock`] | the time, or one led by hand |
//! | 2 | [`live`] | a value that a reload replaces |
//! | 2 | [`telemetry`] | where logs go, what is counted and timed |
//! | 2 | [`private`] | files that nobody but their owner opens |
//! | 2 | [`points`] | named places where the crash harness lets the process die |
//! | 1 | [`picture`] | a drawing as a PNG, with letters of its own |
//! | 1 | [`charts`] | numbers over time as bars: an SVG for a page or a picture; pure |
//! | 1 | [`flow`] | the conversation: session and event in, session and effects out; pure |
//! | 1 | [`failures`] | what the texts of refusals and failures mean, by a table; pure |
//! | 0 | [`domain`] | the rules of the shop; pure |
//! | – | [`sandbox`] | stand-ins for Telegram, KIE and GPT; imports nothing of ours |
//!
//! # One order, from tap to video
//! 1. A door hands an update to [`bot`]; [`telegram`] makes an event of it; [`store::turn`] runs one transaction:
//!    seen before? → session and balance → [`flow::step`] → ledger, order, jobs, session, notes. Only after the
//!    commit is the update acknowledged.
//! 2. [`delivery`] wakes, says the notes in the seller's language, strikes them.
//! 3. [`worker`] wakes, claims the next due job, fair between sellers, and does one step: photo → script →
//!    upload, if the provider cannot come for it → submit → look → fetch. What a step found is stored before the
//!    next begins, and `Submitting` is stored before the call that costs money.
//! 4. An end is one transaction ([`store::verdict`]): stage, credit, rests, the seller's note, the operator's.
//! 5. A restart finds only rows: due jobs and unsent notes. Nothing in memory matters.
//!
//! # Deliberately absent
//! No row locks and no leases: one process owns the file. No sleeping jobs: a wait is a due time. No retry
//! inside a client: whether to try again is the job's business. No dialogue storage, webhook listener or
//! dispatcher of teloxide's: they acknowledge before they have stored.

pub mod admin;
pub mod archivist;
pub mod body;
pub mod bot;
pub mod certificates;
pub mod charts;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod daemon;
pub mod delivery;
pub mod domain;
pub mod failures;
pub mod flow;
pub mod gpt;
pub mod guard;
pub mod janitor;
pub mod kie;
pub mod live;
pub mod page;
pub mod photos;
pub mod picture;
pub mod points;
pub mod private;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod store;
pub mod telegram;
pub mod telemetry;
pub mod tls;
pub mod vault;
pub mod watch;
pub mod web;
pub mod worker;
