//! The commands: what can be said to the program, and what it answers.

#[macro_use]
mod say;

mod backups;
mod books;
mod check;
mod config;
mod drill;
mod failures;
mod orders;
mod page;
mod pages;
mod place;
#[cfg(feature = "sandbox")]
pub mod playground;
mod provider;
mod reload;
mod restore;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "sandbox")]
mod scratch;
mod shop;
mod stats;
#[cfg(feature = "sandbox")]
mod story;
mod table;
mod users;
mod webhook;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::base::telemetry;

/// What belongs to no single command.
const AFTER: &str = "\
The configuration is neurocards.toml of the data directory, else of $CONFIGURATION_DIRECTORY, unless --config \
names another one; `neurocards config init` writes it, with a sentence about every key. Secrets come from the \
environment (TELEGRAM_TOKEN, KIE_API_KEY, KIE_WEBHOOK_HMAC_KEY, OPENAI_API_KEY, ACME_EAB_KEY), from files that it \
names, or from systemd's credentials.

A running daemon reads everything again at SIGHUP, ends in good order at the first SIGTERM or SIGINT, and at \
once at the second.";

/// Turns product photos into short vertical videos, as a Telegram bot.
#[derive(Debug, Parser)]
#[command(name = "neurocards", version, about, after_long_help = AFTER)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot.
    Run(run::RunArgs),
    /// Try everything on this machine: stand-ins for Telegram, KIE and GPT, the real bot, and a page.
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxArgs),
    Status(shop::StatusArgs),
    Stats(stats::StatsArgs),
    Users(users::UsersArgs),
    Grant(users::GrantArgs),
    Orders(orders::OrdersArgs),
    Jobs(orders::JobsArgs),
    Keys(provider::KeysArgs),
    Models(provider::ModelsArgs),
    Failures(failures::FailuresArgs),
    Pause(shop::PauseArgs),
    Resume(shop::ResumeArgs),
    Acts(shop::ActsArgs),
    Page(page::PageArgs),
    Audit(books::AuditArgs),
    Check(check::CheckArgs),
    Config(config::ConfigArgs),
    Reload(reload::ReloadArgs),
    /// Show, set or delete Telegram's webhook.
    Webhook(webhook::WebhookArgs),
    /// Make a backup: by the running daemon, or of its file.
    Backup(backups::BackupArgs),
    /// Show the backups there are.
    Backups(backups::BackupsArgs),
    /// Put a backup in place; the daemon must not run.
    Restore(restore::RestoreArgs),
    /// Try whether the newest backup can be restored.
    Drill(drill::DrillArgs),
    Man(pages::ManArgs),
    Manual(pages::ManualArgs),
    Completions(pages::CompletionsArgs),
}

/// Every command, for whoever tells of them.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        // The doctor's exit code is part of what it says.
        Command::Check(args) => match check::check(args) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Run(args) => run::run(args),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => sandbox::sandbox(args),
        Command::Status(args) => shop::status(args),
        Command::Stats(args) => stats::stats(args),
        Command::Users(args) => users::users(args),
        Command::Grant(args) => users::grant(args),
        Command::Orders(args) => orders::orders(args),
        Command::Jobs(args) => orders::jobs(args),
        Command::Keys(args) => provider::keys(args),
        Command::Models(args) => provider::models(args),
        Command::Failures(args) => failures::failures(args),
        Command::Pause(args) => shop::pause(args),
        Command::Resume(args) => shop::resume(args),
        Command::Acts(args) => shop::acts(args),
        Command::Page(args) => page::page(args),
        Command::Audit(args) => books::audit(args),
        Command::Config(args) => config::config(args),
        Command::Reload(args) => reload::reload(args),
        Command::Webhook(args) => webhook::webhook(args),
        Command::Backup(args) => backups::backup(args),
        Command::Backups(args) => backups::backups(args),
        Command::Restore(args) => restore::restore(args),
        Command::Drill(args) => drill::drill(args),
        Command::Man(args) => pages::man(args, command()),
        Command::Manual(args) => pages::manual(args),
        Command::Completions(args) => pages::completions(args, command()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let told = format!("neurocards: {error:#}");
            match telemetry::to_journal() {
                // Each line of the journal's is a message with a priority of its own.
                true => told.lines().for_each(|line| eprintln!("<3>{line}")),
                false => eprintln!("{told}"),
            }
            ExitCode::FAILURE
        }
    }
}
