//! The time: the system's, or one that is led by hand.

pub mod beat;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::domain::time::Timestamp;

/// A sleeper under the system's clock looks again at least this often, in case somebody set that clock.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Real time since the first question for it: nobody sets it, nobody leads it.
pub fn uptime() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// What actors ask for the time and sleep by. Clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

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
        };
    }
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self(Arc::new(Kind::System))
    }

    /// A time led by hand, from `start` on, running `speed` times as fast as real time; 0 stands still.
    pub fn led(start: Timestamp, speed: f64) -> Self {
        let led = Mutex::new(Led {
            at: start.0,
            since: Instant::now(),
            speed,
        });
        Self(Arc::new(Kind::Led {
            led,
            changed: watch::channel(()).0,
        }))
    }

    /// A time that was the system's at `base` and has run `speed` times as fast since.
    pub fn sped(base: Timestamp, speed: f64) -> Self {
        let gone = Self::system().now().since(base).as_secs_f64() * 1000.0 * speed;
        Self::led(Timestamp(base.0 + gone as u64), speed)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(since.as_millis() as u64)
            }
            Kind::Led { led, .. } => Timestamp(lock(led).now()),
        }
    }

    /// How fast it runs.
    pub fn speed(&self) -> f64 {
        match &*self.0 {
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

    fn change(&self, change: impl FnOnce(&mut Led)) {
        if let Kind::Led { led, changed } = &*self.0 {
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
            match &*self.0 {
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

fn lock(led: &Mutex<Led>) -> std::sync::MutexGuard<'_, Led> {
    led.lock().unwrap_or_else(PoisonError::into_inner)
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
}
