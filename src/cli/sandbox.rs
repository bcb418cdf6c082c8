//! `neurocards sandbox`: the playground with a page.

use std::path::PathBuf;

use super::playground::{Playground, Reach, Setting};
use super::scratch::Scratch;
use crate::base::clock::Clock;
use crate::base::telemetry::{self, Form};
use crate::daemon::lifecycle;

/// What `neurocards sandbox` can be told.
#[derive(Debug, clap::Args)]
pub struct SandboxArgs {
    /// Play the spec's example without a browser, print the chat and end.
    #[arg(long)]
    pub story: bool,
    /// Where the received videos of the story are written.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "target/story",
        requires = "story"
    )]
    pub out: PathBuf,
    /// The port of the page.
    #[arg(long, default_value_t = 8800, conflicts_with = "story")]
    pub port: u16,
    /// Keep the sandbox's data here instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

pub fn sandbox(args: SandboxArgs) -> anyhow::Result<()> {
    if args.story {
        return super::story::story(args.data_dir, &args.out);
    }
    telemetry::start("warn,h2=error,neurocards=info", Form::Human);
    let data = Scratch::new(args.data_dir)?;
    super::run::runtime()?.block_on(async {
        let now = Clock::system().now();
        let mut playground = Playground::start(Setting {
            data: data.path(),
            clock: Clock::led(now, 10.0),
            page: Some(args.port),
            config: "",
            reach: Reach::Polling,
            author: true,
        })
        .await?;
        let page = playground.sandbox.page_url().unwrap_or_default();
        println!("\n  Neurocards sandbox: open {page}\n");
        println!("  The operator's page: {}", playground.office_url());
        println!("  Its token:           {}\n", playground.office_token()?);
        println!("  Telegram, KIE and GPT are stand-ins on this machine; the bot is the real one.");
        println!("  Time runs ten times as fast; the page can change that. Ctrl+C ends it.\n");
        lifecycle::told_to_stop().await;
        playground.stop_daemon().await;
        Ok(())
    })
}
