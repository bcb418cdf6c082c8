//! The time: the system's, or one that is led by hand.
//!
//! Somebody may set the system's clock while we run. What we show goes on as time really passes and makes up for such a
//! jump little by little, so that no wait is over before its time and none lasts hours longer. Each process begins with
//! what the system shows.

pub mod heartbeat;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

use crate::base::time::Timestamp;

/// A sleeper under the system's clock looks again at least this often: what we show may pass a little faster.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// By the tenth part faster or slower what we show passes until it is what the system shows: a promise of 30 minutes is
/// kept in 27 or in 33, and five hours are made up for in two days.
const SLEW: i128 = 10;

/// Real time since the first question for it: nobody sets it, nobody leads it.
pub fn uptime() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// What actors ask for the time and sleep by. Clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    kind: Kind,
    shown: Mutex<Shown>,
}

/// What is shown, in nanoseconds since the Unix epoch, and when in real or led time it was.
struct Shown {
    at: i128,
    since: Duration,
}

enum Kind {
    System,
    Led {
        led: Mutex<Led>,
        changed: watch::Sender<()>,
    },
}

/// Measures how long something really takes, whatever time is shown.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Virtual time: `at` was shown at the real moment `since`, and it runs `speed` times as fast.
struct Led {
    at: u64,
    since: Instant,
    speed: f64,
    /// How far somebody has set the system's clock apart from it, in milliseconds.
    set_by: i64,
}

impl Shown {
    /// What is shown at the moment `now`, at which the system shows `wall`.
    fn go_on(&mut self, now: Duration, wall: i128) -> i128 {
        let gone = nanos(now.saturating_sub(self.since));
        let behind = wall - (self.at + gone);
        let most = gone / SLEW;
        self.at += gone + behind.clamp(-most, most);
        self.since = self.since.max(now);
        self.at
    }
}

impl Led {
    fn now(&self) -> u64 {
        self.at + (self.since.elapsed().as_secs_f64() * 1000.0 * self.speed) as u64
    }

    fn restart(&mut self, at: u64, speed: f64) {
        *self = Self {
            at,
            since: Instant::now(),
            speed,
            set_by: self.set_by,
        };
    }
}

impl Kind {
    /// How long the machine has been up, or the led time: whatever somebody sets, it only goes on.
    fn steady(&self) -> Duration {
        match self {
            // Sleep of the machine is time that passes.
            Self::System => {
                Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
            }
            Self::Led { led, .. } => Duration::from_millis(lock(led).now()),
        }
    }

    /// What the system shows, whatever that is, in nanoseconds.
    fn wall(&self) -> i128 {
        match self {
            Self::System => nanos(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
            ),
            Self::Led { led, .. } => {
                let led = lock(led);
                nanos(Duration::from_millis(
                    led.now().saturating_add_signed(led.set_by),
                ))
            }
        }
    }
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self::of(Kind::System)
    }

    /// A time led by hand, from `start` on, running `speed` times as fast as real time; 0 stands still.
    pub fn led(start: Timestamp, speed: f64) -> Self {
        let led = Mutex::new(Led {
            at: start.0,
            since: Instant::now(),
            speed,
            set_by: 0,
        });
        Self::of(Kind::Led {
            led,
            changed: watch::channel(()).0,
        })
    }

    fn of(kind: Kind) -> Self {
        let shown = Mutex::new(Shown {
            at: kind.wall(),
            since: kind.steady(),
        });
        Self(Arc::new(Inner { kind, shown }))
    }

    /// A time that was the system's at `base` and has run `speed` times as fast since.
    pub fn sped(base: Timestamp, speed: f64) -> Self {
        let gone = Self::system().now().since(base).as_secs_f64() * 1000.0 * speed;
        Self::led(Timestamp(base.0 + gone as u64), speed)
    }

    /// The time now: what everything of ours goes by.
    pub fn now(&self) -> Timestamp {
        let mut shown = lock(&self.0.shown);
        let now = self.0.kind.steady();
        stamp(shown.go_on(now, self.0.kind.wall()))
    }

    /// What the system shows: for what others judge by their own clocks, such as signatures and certificates.
    pub fn wall(&self) -> Timestamp {
        stamp(self.0.kind.wall())
    }

    /// What a clock shows that nobody has set: others go by theirs.
    pub fn elsewhere(&self) -> Timestamp {
        match &self.0.kind {
            Kind::System => self.wall(),
            Kind::Led { led, .. } => Timestamp(lock(led).now()),
        }
    }

    /// Begins anew with what the system shows, as a process that is started does.
    pub fn begin_anew(&self) {
        let mut shown = lock(&self.0.shown);
        (shown.at, shown.since) = (self.0.kind.wall(), self.0.kind.steady());
    }

    /// How fast it runs.
    pub fn speed(&self) -> f64 {
        match &self.0.kind {
            Kind::System => 1.0,
            Kind::Led { led, .. } => lock(led).speed,
        }
    }

    /// Lets a led time pass at another speed; the system's cannot be changed.
    pub fn run(&self, speed: f64) {
        self.change(|led| {
            let now = led.now();
            led.restart(now, speed.max(0.0));
        });
    }

    /// Lets a led time pass by `span` at once; the system's cannot be changed.
    pub fn pass(&self, span: Duration) {
        self.change(|led| {
            let (at, speed) = (led.now() + span.as_millis() as u64, led.speed);
            led.restart(at, speed);
        });
    }

    /// Somebody sets the system's clock `by` so many milliseconds, while a led time passes on; the system's is not ours
    /// to set.
    pub fn set(&self, by: i64) {
        self.change(|led| led.set_by = led.set_by.saturating_add(by));
    }

    fn change(&self, change: impl FnOnce(&mut Led)) {
        if let Kind::Led { led, changed } = &self.0.kind {
            change(&mut lock(led));
            changed.send_replace(());
        }
    }

    /// Sleeps until `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let left = moment.since(self.now());
            if left.is_zero() {
                return;
            }
            match &self.0.kind {
                Kind::System => tokio::time::sleep(left.min(LOOK_AGAIN)).await,
                Kind::Led { changed, .. } => {
                    let mut changed = changed.subscribe();
                    // Between the look at the time and the subscription it may have changed.
                    if self.now() >= moment {
                        return;
                    }
                    match real(left, self.speed()) {
                        Some(wait) => {
                            let _ = tokio::time::timeout(wait, changed.changed()).await;
                        }
                        None => {
                            let _ = changed.changed().await;
                        }
                    }
                }
            }
        }
    }

    /// Sleeps for `span`.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now().plus(span)).await;
    }
}

/// How long a virtual span really takes; nothing when the time stands still.
fn real(span: Duration, speed: f64) -> Option<Duration> {
    (speed > 0.0)
        .then(|| Duration::try_from_secs_f64(span.as_secs_f64() / speed).ok())
        .flatten()
}

fn nanos(span: Duration) -> i128 {
    i128::try_from(span.as_nanos()).unwrap_or(i128::MAX)
}

fn stamp(nanos: i128) -> Timestamp {
    Timestamp(u64::try_from(nanos / 1_000_000).unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_led_time_stands_still_until_it_is_moved() {
        let clock = Clock::led(Timestamp(1000), 0.0);
        assert_eq!(clock.now(), Timestamp(1000));
        clock.pass(Duration::from_secs(60));
        assert_eq!(clock.now(), Timestamp(61_000));
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_its_time_is_moved_past() {
        let clock = Clock::led(Timestamp(0), 0.0);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(Timestamp(5_000)).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.pass(Duration::from_secs(4));
        clock.pass(Duration::from_secs(4));
        assert_eq!(sleeper.await.unwrap(), Timestamp(8_000));
    }

    const HOUR: Duration = Duration::from_secs(3600);
    const NOON: Timestamp = Timestamp(1_769_083_200_000);

    #[test]
    fn a_clock_that_is_set_makes_no_wait_longer_or_shorter_than_by_a_tenth() {
        let hours = 3_600_000;
        for by in [
            -5 * hours,
            5 * hours,
            -20_000 * hours,
            20_000 * hours,
            700,
            -700,
        ] {
            let clock = Clock::led(NOON, 0.0);
            clock.set(by);
            assert_eq!(clock.now(), NOON, "nothing has passed: {by}");
            let mut before = NOON;
            for _ in 0..60 {
                clock.pass(Duration::from_secs(30));
                let gone = clock.now().since(before).as_millis();
                assert!((27_000..=33_000).contains(&gone), "{gone} when set by {by}");
                before = clock.now();
            }
        }
    }

    #[test]
    fn what_is_shown_becomes_what_the_system_shows() {
        for (by, after) in [(-5i64, 51), (5, 51), (-1, 11), (0, 1)] {
            let clock = Clock::led(NOON, 0.0);
            clock.set(by * 3_600_000);
            let mut before = clock.now();
            for _ in 0..after * 60 {
                clock.pass(Duration::from_secs(60));
                assert!(clock.now() > before, "time only goes on");
                before = clock.now();
            }
            assert_eq!(clock.now(), clock.wall(), "{by}");
            let wall = NOON
                .plus(HOUR * after)
                .0
                .saturating_add_signed(by * 3_600_000);
            assert_eq!(clock.wall(), Timestamp(wall));
        }
    }

    #[test]
    fn whoever_begins_anew_begins_with_what_the_system_shows() {
        let clock = Clock::led(NOON, 0.0);
        clock.set(-3_600_000);
        assert_eq!(clock.wall(), NOON.minus(HOUR));
        assert_eq!(clock.now(), NOON);
        clock.begin_anew();
        assert_eq!(clock.now(), NOON.minus(HOUR));
    }

    #[test]
    fn many_short_looks_lose_no_time() {
        let mut shown = Shown {
            at: 0,
            since: Duration::ZERO,
        };
        for n in 1..=1_000_000u64 {
            shown.go_on(
                Duration::from_nanos(n * 997),
                i128::from(n) * 997 - 1_000_000_000,
            );
        }
        let tenth = 997_000_000 / SLEW;
        assert!(
            (shown.at - (997_000_000 - tenth)).abs() <= 1_000_000,
            "{}",
            shown.at
        );
    }

    #[test]
    fn the_system_s_clock_is_shown_as_it_is() {
        let clock = Clock::system();
        let apart = clock.now().0.abs_diff(clock.wall().0);
        assert!(apart < 100, "{apart} ms");
    }
}
