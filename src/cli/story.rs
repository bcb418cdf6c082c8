//! `neurocards sandbox --story`: the spec's example, three videos, played in seconds with time moved by hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use super::playground::{Playground, Reach, Setting};
use super::scratch::Scratch;
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::operator::service::ask::Do;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::UserId;
use crate::rules::domain::job::Stage;
use crate::sandbox::{Ending, Message, Person, sample_photo};

/// 2026-01-22 12:00:00 UTC, the day of the spec.
const NOON: Timestamp = Timestamp(1_769_083_200_000);
/// The seller of the example.
const ANNA: i64 = 123_456;
/// A story that has not ended by then never will.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

pub fn story(data: Option<PathBuf>, out: &Path) -> anyhow::Result<()> {
    let data = Scratch::new(data)?;
    super::run::runtime()?.block_on(play(data.path(), out))
}

async fn play(data: &Path, out: &Path) -> anyhow::Result<()> {
    let mut stage = Playground::start(Setting {
        data,
        clock: Clock::led(NOON, 0.0),
        page: None,
        config: "",
        reach: Reach::Polling,
        author: true,
    })
    .await?;
    let anna = stage.sandbox.telegram.person(ANNA, "Анна", Some("ru"));
    let mut chat = Chat {
        person: anna.clone(),
        shown: HashMap::new(),
    };
    anna.sends("/start");
    chat.settle(&stage).await?;
    let why = "the example begins with five credits".to_owned();
    let grant = Deed::Grant {
        user: UserId(ANNA as u64),
        credits: 3,
        why,
        key: Some("story".into()),
    };
    let answer = stage.ask(Do(grant)).await?;
    ensure!(answer.is_ok(), "the grant failed: {answer:?}");
    chat.settle(&stage).await?;
    for act in [
        Act::Press("Сделать Reels"),
        Act::Photo,
        Act::Text("Ортопедическая подушка для сна, снимает напряжение"),
        Act::Press("UGC Блогер"),
        Act::Text("Добавь динамичную музыку"),
        Act::Press("3 видео"),
    ] {
        chat.act(&stage, act).await?;
    }
    stage.sandbox.kie.set_duration(6 * 60 * 1000);
    for ending in [Ending::Success, Ending::RateLimit, Ending::Violation] {
        stage.sandbox.kie.next(ending);
    }
    chat.act(&stage, Act::Press("Да, запустить")).await?;
    let begun = stage.clock.now();
    while running(&stage)? {
        ensure!(
            stage.clock.now().since(begun) < LONGEST,
            "the story does not end"
        );
        stage.pass(Duration::from_secs(5)).await?;
        chat.show();
    }
    chat.settle(&stage).await?;
    let videos = save(&anna, out)?;
    println!("\nvideos: {videos} in {}", out.display());
    let told = sum_up(&stage)?;
    stage.stop_daemon().await;
    let complaints = stage.sandbox.complaints();
    ensure!(
        complaints.is_empty(),
        "the stand-ins complain: {}",
        complaints.join("; ")
    );
    println!("{}", told.line());
    if (
        told.ordered,
        told.delivered,
        told.refused,
        told.spent,
        told.balance,
    ) != (3, 2, 1, 2, 3)
    {
        bail!("the story did not go as the spec tells it");
    }
    Ok(())
}

/// What the seller does.
enum Act {
    Press(&'static str),
    Text(&'static str),
    Photo,
}

/// The chat as it is printed: every message once, and again when it is edited.
struct Chat {
    person: Person,
    shown: HashMap<i64, String>,
}

impl Chat {
    async fn act(&mut self, stage: &Playground, act: Act) -> anyhow::Result<()> {
        // A person needs some seconds to read and to answer.
        stage.pass(Duration::from_secs(4)).await?;
        match act {
            Act::Press(label) => {
                let at = stage.clock.now();
                self.person
                    .presses(label)
                    .with_context(|| format!("there is no button «{label}»"))?;
                println!("{at}  Анна   [ {label} ]");
            }
            Act::Text(text) => _ = self.person.sends(text),
            Act::Photo => _ = self.person.sends_photo(sample_photo(1)),
        }
        self.settle(stage).await
    }

    async fn settle(&mut self, stage: &Playground) -> anyhow::Result<()> {
        stage.settle().await?;
        self.show();
        Ok(())
    }

    fn show(&mut self) {
        for message in self.person.messages() {
            let told = told(&message);
            if self.shown.get(&message.id) == Some(&told) {
                continue;
            }
            let edited = self.shown.insert(message.id, told.clone()).is_some();
            let at = Timestamp(if edited {
                message.edited_at.unwrap_or(message.at)
            } else {
                message.at
            });
            let who = if message.from_bot {
                "бот"
            } else {
                "Анна"
            };
            let mark = if edited { "~" } else { " " };
            for (number, line) in told.lines().enumerate() {
                match number {
                    0 => println!("{at} {mark}{who:<6} {line}"),
                    _ => println!("{:>17}{line}", ""),
                }
            }
        }
    }
}

fn told(message: &Message) -> String {
    let mut lines = Vec::new();
    if message.photo {
        lines.push("[фото]".to_owned());
    }
    if let Some(video) = &message.video {
        let (seconds, kb) = (video.duration, video.size / 1024);
        lines.push(format!(
            "[видео {}×{}, {seconds} с, {kb} КБ]",
            video.width, video.height
        ));
    }
    lines.extend(message.text.lines().map(str::to_owned));
    for row in &message.buttons {
        let row: Vec<_> = row
            .iter()
            .map(|button| format!("[ {} ]", button.text))
            .collect();
        lines.push(row.join(" "));
    }
    lines.join("\n")
}

fn running(stage: &Playground) -> anyhow::Result<bool> {
    let snapshot = stage.daemon().store().snapshot()?;
    let live = snapshot.jobs()?.iter().any(|row| !row.job.stage.ended());
    Ok(live || snapshot.waiting_notes()? > 0)
}

fn save(anna: &Person, out: &Path) -> anyhow::Result<usize> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let videos: Vec<_> = anna
        .messages()
        .into_iter()
        .filter_map(|message| message.video)
        .collect();
    for (number, video) in videos.iter().enumerate() {
        std::fs::write(out.join(format!("video-{}.mp4", number + 1)), &video.bytes)?;
    }
    Ok(videos.len())
}

/// How the story went, computed from the store.
struct Told {
    ordered: usize,
    delivered: usize,
    refused: usize,
    spent: i64,
    balance: u32,
}

impl Told {
    fn line(&self) -> String {
        let Self {
            ordered,
            delivered,
            refused,
            spent,
            balance,
        } = self;
        format!(
            "story: ordered {ordered}, delivered {delivered}, refused {refused}, spent {spent}, balance {balance}"
        )
    }
}

fn sum_up(stage: &Playground) -> anyhow::Result<Told> {
    let snapshot = stage.daemon().store().snapshot()?;
    let report = crate::shop::audit::audit(&snapshot)?;
    ensure!(
        report.breaches.is_empty(),
        "the books do not balance: {}",
        report.breaches[0]
    );
    let mut told = Told {
        ordered: 0,
        delivered: 0,
        refused: 0,
        spent: snapshot.counters()?.revenue,
        balance: 0,
    };
    for row in snapshot.jobs()? {
        told.ordered += 1;
        match row.job.stage {
            // Delivered means that Telegram has it.
            Stage::Done { .. } => {
                told.delivered += usize::from(snapshot.video(row.job.id)?.is_some());
            }
            Stage::Failed { failure, .. } => {
                told.refused += usize::from(failure.kind == Kind::UserViolation);
            }
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => {}
        }
    }
    let anna = snapshot
        .user(UserId(ANNA as u64))?
        .context("Анна is not in the store")?;
    told.balance = anna.user.available.0;
    Ok(told)
}
