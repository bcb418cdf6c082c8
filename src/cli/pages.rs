//! `neurocards man` and `neurocards completions`, made of the commands as they are defined, and `neurocards manual`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap_complete::Shell;

/// Print the manual's page, or write one page for each command.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write all pages here, ready for a manual's man1.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Print the operator's manual: installing, running, watching, backing up, configuring.
#[derive(Debug, clap::Args)]
pub struct ManualArgs {
    /// In which language; without it that of the environment, if it is one of them, else English.
    #[arg(value_enum)]
    language: Option<Language>,
}

/// The languages of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Ru,
    En,
}

/// Print what lets a shell complete commands and options.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub fn man(args: ManArgs, command: clap::Command) -> anyhow::Result<()> {
    let Some(dir) = args.out else {
        let mut page = Vec::new();
        // There is no page of `help`, as the written ones have none.
        let command = command.disable_help_subcommand(true);
        clap_mangen::Man::new(command).render(&mut page)?;
        return print(&page);
    };
    std::fs::create_dir_all(&dir)
        .and_then(|()| clap_mangen::generate_to(command, &dir))
        .with_context(|| format!("the pages cannot be written to {}", dir.display()))?;
    println!("the pages are in {}", dir.display());
    Ok(())
}

pub fn manual(args: ManualArgs) -> anyhow::Result<()> {
    let text = match args.language.unwrap_or_else(Language::of_the_environment) {
        Language::Ru => include_str!("../../data/manual/ru.md"),
        Language::En => include_str!("../../data/manual/en.md"),
    };
    print(text.as_bytes())
}

impl Language {
    fn of_the_environment() -> Self {
        let mut set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .filter(|value| !value.is_empty());
        match set.next().is_some_and(|value| value.starts_with("ru")) {
            true => Self::Ru,
            false => Self::En,
        }
    }
}

pub fn completions(args: CompletionsArgs, mut command: clap::Command) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "neurocards", &mut script);
    print(&script)
}

/// Who reads only a part of it, as `head` does, has had enough.
fn print(text: &[u8]) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
