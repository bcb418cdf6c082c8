//! The crash harness: the real binary under load, killed again and again, then held to its promises.
//!
//! `NEUROCARDS_KILLS` says how often (`scripts/crash.sh --kills N`), `NEUROCARDS_SEED` with which luck. Kills come
//! at random moments (SIGKILL) and at every named point in turn. Time runs fast, the same for the daemon and the
//! stand-ins; the stand-ins live on in this process.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::base::failpoints;
use neurocards::operator::service::ask::Books;
use neurocards::operator::socket;
use neurocards::rules::domain::job::{Job, Stage};
use neurocards::sandbox::{
    Ending, Hooks, Message, Options, Person, Sandbox, Writing, sample_photo,
};
use neurocards::shop::audit;
use neurocards::store;

/// How fast time runs.
const SPEED: f64 = 40.0;
/// Sellers under load.
const SELLERS: i64 = 12;
/// The operator.
const ADMIN: i64 = 99;
/// Kills when nobody says how many: enough for every point once.
const KILLS: usize = failpoints::NAMES.len() * 3 / 2;
/// After the last kill something must happen at least this often (real time) until everything is quiet.
const QUIET: Duration = Duration::from_secs(120);

/// A small generator (SplitMix64): a failed run is run again by its seed.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// The daemon's surroundings, and the daemon while it lives.
struct World {
    data: PathBuf,
    sandbox: Sandbox,
    admin: Person,
    clock: Clock,
    base: u64,
    port: u16,
    daemon: Option<Child>,
}

impl World {
    async fn new(data: &Path) -> Self {
        let base = Clock::system().now();
        let clock = Clock::led(base, SPEED);
        let (now, speed) = (clock.clone(), clock.clone());
        let hooks = Hooks {
            now: Arc::new(move || now.now().0),
            speed: Arc::new(move || speed.speed()),
            set_speed: Arc::new(|_| {}),
            advance: Arc::new(|_| {}),
            books: Arc::new(|| serde_json::Value::Null),
            grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
        };
        let options = Options {
            hooks,
            photo_root_pem: None,
            page: None,
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let config = format!(
            "public_url = \"http://127.0.0.1:{port}\"\nupdates = \"polling\"\nadmin_ids = [{ADMIN}]\n\
             welcome_credits = 40\nlook_every = \"5s\"\ngeneration_deadline = \"3m\"\nworkers = 8\n\
             [telegram]\napi_url = \"{}\"\ncall_timeout = \"3s\"\nper_chat_interval = \"100ms\"\n\
             [kie]\napi_url = \"{}\"\ntimeout = \"5s\"\n[gpt]\napi_url = \"{}\"\n\
             [http]\nlisten = [\"127.0.0.1:{port}\"]\n[log]\nlevel = \"info\"\n",
            sandbox.telegram.api_url(),
            sandbox.kie.api_url(),
            sandbox.gpt.api_url(),
        );
        std::fs::write(data.join("neurocards.toml"), config).unwrap();
        sandbox.kie.set_duration(8_000);
        let admin = sandbox.telegram.person(ADMIN, "Олег", Some("ru"));
        admin.sends("/start");
        Self {
            data: data.to_owned(),
            sandbox,
            admin,
            clock,
            base: base.0,
            port,
            daemon: None,
        }
    }

    fn start(&mut self, die_at: Option<String>) {
        let keys = self.sandbox.kie.keys();
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.data.join("daemon.log"))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command
            .args(["run", "--data-dir"])
            .arg(&self.data)
            .env("TELEGRAM_TOKEN", self.sandbox.telegram.token())
            .env("KIE_API_KEY", &keys[0])
            .env("KIE_API_KEY_1", &keys[1])
            .env("OPENAI_API_KEY", self.sandbox.gpt.key())
            .env("NEUROCARDS_CLOCK", format!("{},{SPEED}", self.base))
            // A file of the daemon's own disk: that it cannot be written must not be its death.
            .stderr(log)
            .stdout(Stdio::null());
        if let Some(point) = die_at {
            command.env("NEUROCARDS_DIE_AT", point);
        }
        self.daemon = Some(command.spawn().unwrap());
    }

    /// Kills the daemon, if it has not died by itself; whether it had.
    fn kill(&mut self) -> bool {
        let Some(mut daemon) = self.daemon.take() else {
            return false;
        };
        let died = daemon.try_wait().unwrap().is_some();
        if !died {
            daemon.kill().unwrap();
            daemon.wait().unwrap();
        }
        died
    }

    fn lives(&mut self) -> bool {
        self.daemon
            .as_mut()
            .is_some_and(|daemon| daemon.try_wait().unwrap().is_none())
    }

    /// Waits until the daemon answers or dies.
    async fn serving(&mut self) -> Option<Duration> {
        let begun = Instant::now();
        loop {
            if socket::ask(&self.data, Books).await.is_ok() {
                return Some(begun.elapsed());
            }
            let daemon = self.daemon.as_mut().expect("the daemon was started");
            if daemon.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "the daemon does not come up"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for World {
    /// A test that fails leaves nobody behind.
    fn drop(&mut self) {
        self.kill();
    }
}

/// One thing a seller does, whatever the chat looks like: mostly what is asked, sometimes nonsense.
fn act(person: &Person, luck: &mut Luck) {
    let messages = person.messages();
    let Some(last) = messages
        .iter()
        .rev()
        .find(|message| message.from_bot && !message.text.starts_with("🎬 Генерация запущена"))
    else {
        person.sends("/start");
        return;
    };
    match luck.below(20) {
        0 => _ = person.sends("/cancel"),
        1 => _ = person.sends("привет"),
        2 => _ = person.sends_photo(sample_photo(luck.below(3) as usize)),
        3 => {
            // Any old button.
            let buttons: Vec<_> = messages
                .iter()
                .flat_map(|message| {
                    message
                        .buttons
                        .iter()
                        .flatten()
                        .map(move |button| (message.id, button))
                })
                .filter_map(|(id, button)| button.data.clone().map(|data| (id, data)))
                .collect();
            if !buttons.is_empty() {
                let (id, data) = luck.one_of(&buttons);
                person.presses_on(*id, data);
            }
        }
        _ => {
            let text = &last.text;
            if text.contains("Готовы запустить") {
                person.presses("Да, запустить");
                if luck.below(3) == 0 {
                    person.presses("Да, запустить");
                }
            } else if text.contains("Сколько видео") {
                person.presses(luck.one_of::<&str>(&["1 видео", "3 видео"]));
            } else if text.contains("доп. пожелания") {
                person.sends("-");
            } else if text.contains("Выбери шаблон") {
                person.presses(luck.one_of::<&str>(&["UGC", "Реклама"]));
            } else if text.contains("Напиши информацию") {
                person.sends("Кружка");
            } else if text.contains("Пришли фото товара") {
                person.sends_photo(sample_photo(luck.below(3) as usize));
            } else if person.presses("Сделать Reels").is_none() {
                person.sends("/menu");
            }
        }
    }
}

fn endings() -> Vec<Ending> {
    let mut endings = vec![Ending::Success; 8];
    endings.extend([
        Ending::Violation,
        Ending::Unknown,
        Ending::Temporary,
        Ending::TemporaryAtCreate,
        Ending::RateLimit,
        Ending::LostReply,
        Ending::NoUrl,
        Ending::BrokenLook,
    ]);
    endings
}

/// Nothing here takes longer, in real time.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_over_which_two_processes_died_is_refused_and_not_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let mut world = World::new(data.path()).await;
    let anna = world.sandbox.telegram.person(1, "Анна", Some("ru"));
    let (mut luck, begun) = (Luck(7), Instant::now());
    let runs = |message: &Message| message.text.contains("Генерация запущена");
    for _ in 0..2 {
        world.start(Some("photo.written:1".to_owned()));
        while world.lives() {
            assert!(begun.elapsed() < PATIENCE, "nobody died over a photo");
            if !anna.messages().iter().any(runs) {
                act(&anna, &mut luck);
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        world.kill();
    }
    world.start(None);
    let refused = |message: &Message| message.text.starts_with("🖼 Не получилось открыть фото");
    while !anna.messages().iter().any(refused) {
        assert!(begun.elapsed() < PATIENCE, "the photo is not refused");
        assert!(world.lives(), "somebody died over it again");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credit_no_video_and_no_answer_is_lost_whatever_dies() {
    let from_env = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|said| said.parse::<u64>().ok())
    };
    let kills = from_env("NEUROCARDS_KILLS").map_or(KILLS, |kills| kills as usize);
    let seed = from_env("NEUROCARDS_SEED").unwrap_or_else(|| Clock::system().now().0);
    println!("crash: seed {seed}, {kills} kills");
    let mut luck = Luck(seed);
    let data = tempfile::tempdir().unwrap();
    let mut world = World::new(data.path()).await;
    let sellers: Vec<Person> = (1..=SELLERS)
        .map(|id| world.sandbox.telegram.person(id, "Анна", Some("ru")))
        .collect();
    let mut at_points: BTreeMap<&str, usize> = BTreeMap::new();
    let mut slowest = Duration::ZERO;
    for round in 0..kills {
        // Two rounds of three die at a point, each in its turn; the third at a random moment.
        let point = failpoints::NAMES[(round - round / 3) % failpoints::NAMES.len()];
        let armed = (round % 3 != 2).then(|| format!("{point}:{}", 1 + luck.below(2)));
        let is_armed = armed.is_some();
        world.start(armed);
        if let Some(up) = world.serving().await {
            slowest = slowest.max(up);
        }
        // A life of 10 to 40 virtual seconds, longer if it is to end at a point.
        let lives = Duration::from_millis(if is_armed {
            2500
        } else {
            250 + luck.below(750)
        });
        let born = Instant::now();
        while born.elapsed() < lives && world.lives() {
            world.sandbox.kie.by_default(*luck.one_of(&endings()));
            act(luck.one_of(&sellers), &mut luck);
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        let died = world.kill();
        assert!(
            !died || is_armed,
            "the daemon died by itself: see its log\n{}",
            log(data.path())
        );
        if died {
            *at_points.entry(point).or_default() += 1;
        }
    }
    world.sandbox.kie.by_default(Ending::Success);
    world.start(None);
    world.serving().await.expect("the daemon runs");
    quiet(&world).await;
    stop(&mut world);
    judge(&world, &sellers);
    println!("crash: died at {at_points:?}");
    println!("crash: slowest start {} ms", slowest.as_millis());
}

/// Stops the daemon in good order.
fn stop(world: &mut World) {
    let daemon = world.daemon.as_mut().unwrap();
    let pid = rustix::process::Pid::from_child(daemon);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let stopped = daemon.wait().unwrap();
    assert!(
        stopped.success(),
        "stopped in good order: {stopped}\n{}",
        log(&world.data)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once_and_loses_nothing() {
    let mut luck = Luck(7);
    let data = tempfile::tempdir().unwrap();
    let mut world = World::new(data.path()).await;
    let anna = world.sandbox.telegram.person(1, "Анна", Some("ru"));
    world.sandbox.gpt.next(Writing::Hang);
    world.start(None);
    while world.sandbox.gpt.requests().is_empty() {
        act(&anna, &mut luck);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A script is being written that never comes: the first signal waits for it, for as long as the grace.
    let daemon = world.daemon.as_mut().unwrap();
    let pid = rustix::process::Pid::from_child(daemon);
    let term = || rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    term();
    while !log(data.path()).contains("told to stop; finishing what runs") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(daemon.try_wait().unwrap(), None, "it finishes what runs");
    term();
    let ended = daemon.wait().unwrap();
    assert_eq!(ended.code(), Some(143), "{ended}");
    world.start(None);
    world.serving().await.expect("the daemon runs");
    quiet(&world).await;
    stop(&mut world);
    judge(&world, &[anna]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_after_a_crash_is_told() {
    let data = tempfile::tempdir().unwrap();
    let mut world = World::new(data.path()).await;
    let config = data.path().join("neurocards.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}[alerts]\nquiet = \"1m\"\n")).unwrap();
    let told = |world: &World| -> Vec<String> {
        let messages = world.admin.messages().into_iter();
        let restarts = messages.filter(|m| m.text.contains("не завершился как положено"));
        restarts.map(|m| m.text).collect()
    };
    let tells = async |world: &World, times: usize| {
        let begun = Instant::now();
        while told(world).len() < times {
            assert!(begun.elapsed() < QUIET, "{:?}", told(world));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    world.start(None);
    world.serving().await.expect("the daemon runs");
    quiet(&world).await;
    stop(&mut world);
    world.start(None);
    world.serving().await.expect("the daemon runs");
    quiet(&world).await;
    assert_eq!(told(&world), [""; 0], "it had stopped in good order");
    for _ in 0..3 {
        world.kill();
        world.start(None);
        world.serving().await.expect("the daemon runs");
        tells(&world, 1).await;
        quiet(&world).await;
    }
    // What was held back is told when it was quiet for a minute.
    tells(&world, 2).await;
    let told = told(&world);
    assert!(!told[0].contains("придержано"), "{told:?}");
    assert!(
        told[1].contains("Таких же сообщений придержано: 2"),
        "{told:?}"
    );
    stop(&mut world);
    judge(&world, &[]);
}

/// Lets no file of the daemon's be longer than this, or lifts that again: every write beyond fails as on a full disk.
fn limit_files(daemon: &Child, bytes: Option<u64>) {
    let pid = rustix::process::Pid::from_child(daemon);
    let limit = rustix::process::Rlimit {
        current: bytes,
        maximum: None,
    };
    rustix::process::prlimit(Some(pid), rustix::process::Resource::Fsize, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_nothing_is_told_and_sat_out() {
    /// So many acts are refused in each outage, and so many orders placed before, between and after.
    const ENOUGH: usize = 10;
    let mut luck = Luck(7);
    let data = tempfile::tempdir().unwrap();
    let mut world = World::new(data.path()).await;
    let sellers: Vec<Person> = (1..=SELLERS)
        .map(|id| world.sandbox.telegram.person(id, "Анна", Some("ru")))
        .collect();
    world.start(None);
    world.serving().await.expect("the daemon runs");
    let told = |sellers: &[Person], text: &str| {
        let messages = sellers.iter().flat_map(Person::messages);
        messages.filter(|m| m.text.contains(text)).count()
    };
    let (refused, accepted) = ("Сейчас не могу ничего сохранить", "✅ Принял!");
    for full in [false, true, false, true, false] {
        // Writes end at the very beginning of every file, or somewhere in the part of ours that is in use.
        let length = world.data.join("neurocards.redb").metadata().unwrap().len();
        let limit = full.then(|| [0, 4096, length / 8, length / 4][luck.below(4) as usize]);
        limit_files(world.daemon.as_ref().unwrap(), limit);
        let text = if full { refused } else { accepted };
        let (before, begun) = (told(&sellers, text), Instant::now());
        loop {
            world.sandbox.kie.by_default(*luck.one_of(&endings()));
            act(luck.one_of(&sellers), &mut luck);
            tokio::time::sleep(Duration::from_millis(4)).await;
            assert!(world.lives(), "the daemon lives\n{}", log(data.path()));
            let enough = told(&sellers, text) >= before + ENOUGH;
            if enough && begun.elapsed() > Duration::from_secs(1) {
                break;
            }
            let patient = begun.elapsed() < QUIET;
            assert!(patient, "sellers are told «{text}»\n{}", log(data.path()));
        }
    }
    world.sandbox.kie.by_default(Ending::Success);
    quiet(&world).await;
    stop(&mut world);
    judge(&world, &sellers);
    let told_admin = |text: &str| {
        let messages = world.admin.messages();
        messages.iter().filter(|m| m.text.starts_with(text)).count()
    };
    // Once an hour at most, and each time that it is over.
    let begun = told_admin("🚨 На диск ничего не записать: ");
    let over = told_admin("✅ На диск снова можно писать.");
    assert!(
        (1..=2).contains(&begun) && over == begun,
        "{begun} begun, {over} over"
    );
    let refused = told(&sellers, refused);
    println!("crash: {refused} sellers' acts were refused for want of room");
}

fn log(data: &Path) -> String {
    std::fs::read_to_string(data.join("daemon.log")).unwrap_or_default()
}

/// Waits until every job has ended and every note is said.
async fn quiet(world: &World) {
    let (mut last, mut moved) = ((0, 0, 0), Instant::now());
    loop {
        let books = socket::ask(&world.data, Books).await.unwrap().unwrap();
        let live = books.live;
        if live == 0 && books.notes == 0 && world.sandbox.telegram.pending_updates() == 0 {
            return;
        }
        let entries = books.entries.first().map_or(0, |entry| entry.n);
        if last != (live, books.notes, entries) {
            (last, moved) = ((live, books.notes, entries), Instant::now());
        }
        assert!(
            moved.elapsed() < QUIET,
            "not quiet: {live} jobs live, {} notes wait\n{}",
            books.notes,
            log(&world.data)
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Every promise, held against the file, the chats and the provider's bills.
fn judge(world: &World, sellers: &[Person]) {
    let snapshot = store::read_only(&world.data.join("neurocards.redb")).unwrap();
    let report = audit::audit(&snapshot).unwrap();
    assert_eq!(report.breaches, []);
    let jobs: Vec<Job> = snapshot
        .jobs()
        .unwrap()
        .into_iter()
        .map(|row| row.job)
        .collect();
    assert!(jobs.iter().all(|job| job.stage.ended()));
    assert_eq!(snapshot.waiting_notes().unwrap(), 0);

    let done = |job: &&Job| matches!(job.stage, Stage::Done { .. });
    for seller in sellers {
        let own = |job: &&Job| job.user.0 == seller.id() as u64;
        let messages = seller.messages();
        let count = |text: &str| {
            messages
                .iter()
                .filter(|message| message.text.contains(text))
                .count()
        };
        let videos = jobs.iter().filter(own).filter(done).count();
        assert!(count("✅ Видео готово!") >= videos, "a video was not told");
        for job in jobs.iter().filter(own).filter(|job| !done(job)) {
            assert!(
                count(&format!("J{}", job.id)) >= 1,
                "the refund of job {} was not told",
                job.id
            );
        }
        let orders = snapshot
            .orders()
            .unwrap()
            .iter()
            .filter(|order| order.user.0 == seller.id() as u64)
            .count();
        assert!(
            count("✅ Принял!") >= orders,
            "an order was not acknowledged"
        );
    }

    // No attempt is billed twice: a creation belongs to the job and attempt in its callback address.
    let mut bills: HashMap<String, u32> = HashMap::new();
    for task in world.sandbox.kie.tasks() {
        let address = task.callback_url.expect("callbacks are asked for");
        *bills.entry(address).or_default() += 1;
    }
    let twice: Vec<_> = bills.iter().filter(|(_, times)| **times > 1).collect();
    assert!(
        twice.is_empty(),
        "asked for twice in one attempt: {twice:?}"
    );

    let photos = std::fs::read_dir(world.data.join("photos"))
        .into_iter()
        .flatten()
        .flatten();
    let photos = photos
        .flat_map(|user| std::fs::read_dir(user.path()).unwrap())
        .count();
    assert_eq!(photos, 0, "photos are left over");
    // A daemon that is killed leaves half an upload behind; everything else it may not do.
    let half = |complaint: &String| complaint.contains("can't parse multipart");
    let complaints: Vec<_> = world
        .sandbox
        .complaints()
        .into_iter()
        .filter(|c| !half(c))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    let (entries, orders) = (report.entries, report.orders);
    println!(
        "crash: {entries} entries, {orders} orders, {} jobs, {} videos, port {}, at {}",
        jobs.len(),
        jobs.iter().filter(done).count(),
        world.port,
        world.clock.now()
    );
}
