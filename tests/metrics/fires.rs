//! Trouble of every kind, seen by a real Prometheus: the rule for it fires, and is quiet again when it is over.
//!
//! The rules are the shipped ones with shorter spans: `for:` is a second and windows are some seconds, for nobody
//! wants to wait for hours; thresholds are as they ship, and the shop's time runs fast enough to reach them.
//! `tests/metrics/alerts_test.yml` judges the spans as they ship. Slow commits and a shop without any backup are
//! judged there only.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use neurocards::sandbox::{Ending, Fault, Person};
use rustix::process::{Resource, Rlimit, prlimit};

use crate::prometheus::{PATIENCE, Prometheus};
use crate::seller::{Wish, has_read, orders, reads};
use crate::world::{OPERATOR, Setting, World};

const WISH: Wish<'_> = Wish {
    photo: 0,
    product: "Подушка",
    prompt: None,
    wishes: "-",
    count: "1 видео",
};

/// The shipped rules with shorter spans.
fn rules() -> String {
    let shipped = include_str!("../../data/prometheus/alerts.yml");
    let mut rules = String::new();
    for line in shipped.lines() {
        match line.split_once("for: ") {
            Some((indent, _)) if indent.trim().is_empty() => rules += &format!("{indent}for: 1s\n"),
            Some(_) | None => rules += &format!("{line}\n"),
        }
    }
    for (from, to) in [
        ("[15m]", "[8s]"),
        ("offset 15m", "offset 8s"),
        ("[30m]", "[20s]"),
        ("[1h]", "[15s]"),
    ] {
        assert!(rules.contains(from), "no rule has {from}");
        rules = rules.replace(from, to);
    }
    rules
}

fn limit_files(world: &World, bytes: Option<u64>) {
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Some(world.pid()), Resource::Fsize, limit).unwrap();
}

/// Changes a line of the configuration, and has it hold.
async fn reloads(world: &World, from: &str, to: &str) {
    let file = world.data().join("neurocards.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
    let told = world.says(&["reload"]).await;
    assert!(told.contains("changed: "), "{told}");
}

async fn to_menu(world: &mut World, seller: &Person) {
    seller.sends("/menu");
    reads(world, seller, "Главное меню").await;
}

/// An order of so many videos of which the first creations end like that.
async fn fails(world: &mut World, seller: &Person, endings: &[Ending], count: &str) {
    endings
        .iter()
        .for_each(|ending| world.sandbox.kie.next(*ending));
    to_menu(world, seller).await;
    let before = ended(seller);
    orders(world, seller, &Wish { count, ..WISH }).await;
    world
        .until("the order ends", |_| ended(seller) > before)
        .await;
}

fn ended(seller: &Person) -> usize {
    let messages = seller.messages();
    messages
        .iter()
        .filter(|message| message.text.contains("🏁 Генерация завершена"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_fire_when_there_is_trouble_and_are_quiet_when_it_is_over() {
    let setting = Setting {
        speed: 300.0,
        ..Setting::default()
    };
    let mut world = World::new(setting).await;
    let seller = world.sandbox.telegram.person(7, "Анна", Some("ru"));
    seller.sends("/start");
    reads(&mut world, &seller, "👋 Привет!").await;
    let prometheus = Prometheus::watch(world.office_port(), OPERATOR, &rules()).await;

    // All is well.
    prometheus.reads("up", 1.0).await;
    assert_eq!(prometheus.scrape_error().await, "");
    orders(&mut world, &seller, &WISH).await;
    has_read(&mut world, &seller, "✅ Видео готово!", 1).await;
    prometheus.reads("neurocards_orders_total", 1.0).await;
    let ours = world.office("/metrics").await;
    let samples = ours
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .count();
    assert!(samples > 150, "{ours}");
    prometheus
        .reads("scrape_samples_scraped", samples as f64)
        .await;
    assert_eq!(prometheus.firing().await, BTreeSet::new());
    // An operator pauses sales.
    world.says(&["pause", "--reason", "a story"]).await;
    prometheus.fires("NeurocardsPausedLong").await;
    world.says(&["resume"]).await;
    prometheus.resolves("NeurocardsPausedLong").await;
    // There is no room.
    reloads(
        &world,
        "[backup]\n",
        "[store]\nmin_free_mb = 999999999\n[backup]\n",
    )
    .await;
    prometheus.fires("NeurocardsNoRoom").await;
    reloads(&world, "min_free_mb = 999999999", "min_free_mb = 1").await;
    prometheus.resolves("NeurocardsNoRoom").await;
    // The disk takes nothing.
    limit_files(&world, Some(4096));
    seller.sends("/help");
    prometheus.fires("NeurocardsDiskNotWritable").await;
    let other = world.sandbox.telegram.person(8, "Борис", Some("ru"));
    other.sends("/start");
    has_read(&mut world, &other, "Код: U", 1).await;
    limit_files(&world, None);
    prometheus.resolves("NeurocardsDiskNotWritable").await;
    // Telegram is out of reach.
    let telegram = &world.sandbox.telegram;
    telegram.fail_next("sendMessage", Fault::DropConnection);
    // Before the note is tried again Telegram is asked something harmless.
    let break_off = || {
        for _ in 0..20 {
            telegram.fail_next("sendChatAction", Fault::DropConnection);
        }
    };
    break_off();
    seller.sends("/help");
    let begun = Instant::now();
    while !prometheus.firing().await.contains("NeurocardsOutboxStands") {
        assert!(
            begun.elapsed() < PATIENCE,
            "nobody minds that nothing is said"
        );
        break_off();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    prometheus.resolves("NeurocardsOutboxStands").await;

    // The provider wants money, a model is off, everything fails.
    fails(&mut world, &seller, &[Ending::Billing], "1 видео").await;
    prometheus.fires("NeurocardsUnpaid").await;
    fails(&mut world, &seller, &[Ending::DeadModel], "1 видео").await;
    prometheus.fires("NeurocardsModelOff").await;
    for _ in 0..3 {
        fails(&mut world, &seller, &[Ending::NoUrl; 5], "5 видео").await;
    }
    prometheus.fires("NeurocardsManyFailures").await;
    for alert in [
        "NeurocardsUnpaid",
        "NeurocardsModelOff",
        "NeurocardsManyFailures",
    ] {
        prometheus.resolves(alert).await;
    }

    // One video takes the only place.
    reloads(&world, "look_every", "max_rendering = 1\nlook_every").await;
    to_menu(&mut world, &seller).await;
    (0..4).for_each(|_| world.sandbox.kie.next(Ending::Silence));
    orders(
        &mut world,
        &seller,
        &Wish {
            count: "5 видео",
            ..WISH
        },
    )
    .await;
    prometheus.fires("NeurocardsQueueStands").await;
    reloads(&world, "max_rendering = 1\n", "").await;
    prometheus.resolves("NeurocardsQueueStands").await;

    // It is gone, comes back with an old backup, and is gone again and again.
    world.says(&["backup"]).await;
    for round in 0..4 {
        world.stops().await;
        if round == 0 {
            prometheus.fires("NeurocardsDown").await;
            assert_ne!(prometheus.scrape_error().await, "");
            let backup_dir = world.data().join("backups");
            let made = std::fs::read_dir(&backup_dir)
                .unwrap()
                .next()
                .unwrap()
                .unwrap();
            std::fs::rename(made.path(), backup_dir.join("2026-01-22T12-00-00Z")).unwrap();
        }
        world.starts();
        // Before it listens for signals one would end it at once; and what "up" reads may be of before.
        let runs = |log: String| log.matches("neurocards runs").count();
        world
            .until("it runs again", |world| runs(world.log()) == round + 2)
            .await;
        prometheus.reads("up", 1.0).await;
    }
    prometheus.fires("NeurocardsRestartsOften").await;
    prometheus.resolves("NeurocardsDown").await;
    prometheus.fires("NeurocardsBackupOld").await;
    world.says(&["backup"]).await;
    prometheus.resolves("NeurocardsBackupOld").await;
    prometheus.resolves("NeurocardsRestartsOften").await;

    let known = prometheus.rules().await;
    assert_eq!(known.len(), rules().matches("- alert:").count());
    assert_eq!(
        prometheus.log(),
        "",
        "no scrape and no rule was complained of"
    );
    world.stops().await;
}
