//! What happened in a span of time, in numbers that add up.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::brief::Recipe;
use super::credit::{Account, Credits};
use super::failure::Kind;
use super::id::ModelName;
use super::template::{OWN, Template};
use crate::base::time::Timestamp;

/// The span of the finest tallies: an hour is told to a sixth.
pub const SLOT: Duration = Duration::from_secs(10 * 60);
/// The span of tallies that are no longer new.
pub const HOUR: Duration = Duration::from_secs(60 * 60);
/// The span of tallies that are old, as UTC has it.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// So many buckets of waiting lie between a time and its double: a quantile is right to about 5 %.
const PER_DOUBLING: f64 = 8.0;

/// When the span of that length begins that a moment is in.
pub fn begin(at: Timestamp, span: Duration) -> Timestamp {
    let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    Timestamp(at.0 / span * span)
}

/// What happened in a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Sellers who came for the first time.
    pub newcomers: u64,
    /// Orders placed.
    pub orders: u64,
    /// Videos ordered in them.
    pub ordered: u64,
    /// Credits that moved.
    pub credits: Moved,
    /// What became of videos.
    pub videos: BTreeMap<Sort, Videos>,
}

/// Credits that moved between the shop and its sellers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Moved {
    /// Given to newcomers.
    pub gifts: u64,
    /// Paid for.
    pub sold: u64,
    /// Given by operators.
    pub granted: u64,
    /// Taken back by operators.
    pub taken: u64,
    /// Earned by videos.
    pub earned: u64,
    /// Given back for videos that failed.
    pub released: u64,
}

/// Which videos.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sort {
    /// The model; nothing if it did not get so far.
    pub model: Option<ModelName>,
    /// The template; nothing for a prompt of the seller's own.
    pub template: Option<Template>,
}

impl Sort {
    /// The sort of a video.
    pub fn new(model: Option<ModelName>, recipe: &Recipe) -> Self {
        let template = match recipe {
            Recipe::Template { template, .. } => Some(*template),
            Recipe::Own { .. } => None,
        };
        Self { model, template }
    }

    /// The name of its template, or what a seller's own prompt is called.
    pub fn template_name(&self) -> &str {
        self.template.as_ref().map_or(OWN, Template::name)
    }
}

/// What became of videos of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Videos {
    /// They were made.
    pub done: u64,
    /// They ended without a video, by the kind of the last failure.
    pub failed: BTreeMap<Kind, u64>,
    /// Attempts that failed, by kind; some of those videos were made later.
    pub missed: BTreeMap<Kind, u64>,
    /// The provider's credits they took, in thousandths.
    pub burned: u64,
    /// How long sellers waited for those that were made.
    pub waits: Waits,
}

impl Videos {
    /// How many ended without a video.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// The same and those together.
    pub fn add(&mut self, more: &Self) {
        self.done += more.done;
        add(&mut self.failed, &more.failed);
        add(&mut self.missed, &more.missed);
        self.burned += more.burned;
        add(&mut self.waits.0, &more.waits.0);
    }
}

impl Tally {
    /// The videos of a sort, to count one.
    pub fn of(&mut self, sort: Sort) -> &mut Videos {
        self.videos.entry(sort).or_default()
    }

    /// Counts credits that move from one account to another.
    pub fn moved(&mut self, from: Account, to: Account, amount: Credits) {
        let moved = &mut self.credits;
        let count = match (from, to) {
            (Account::Gifts, _) => &mut moved.gifts,
            (Account::Sales, _) => &mut moved.sold,
            (Account::Grants, _) => &mut moved.granted,
            (_, Account::Grants) => &mut moved.taken,
            (_, Account::Revenue) => &mut moved.earned,
            (Account::Held(_), Account::Available(_)) => &mut moved.released,
            (
                Account::Available(_) | Account::Held(_) | Account::Revenue,
                Account::Available(_) | Account::Held(_) | Account::Gifts | Account::Sales,
            ) => return,
        };
        *count += u64::from(amount.0);
    }

    /// This and that span together.
    pub fn add(&mut self, more: &Self) {
        self.newcomers += more.newcomers;
        self.orders += more.orders;
        self.ordered += more.ordered;
        let (ours, theirs) = (&mut self.credits, &more.credits);
        ours.gifts += theirs.gifts;
        ours.sold += theirs.sold;
        ours.granted += theirs.granted;
        ours.taken += theirs.taken;
        ours.earned += theirs.earned;
        ours.released += theirs.released;
        for (sort, videos) in &more.videos {
            self.of(sort.clone()).add(videos);
        }
    }

    /// Every video, whatever its sort.
    pub fn all(&self) -> Videos {
        self.videos.values().fold(Videos::default(), |mut all, of| {
            all.add(of);
            all
        })
    }
}

/// How long something took, many times over: counts in buckets, a fixed number to each doubling of a second.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waits(BTreeMap<u8, u64>);

impl Waits {
    /// Counts one.
    pub fn count(&mut self, span: Duration) {
        let bucket = (span.as_secs_f64().max(1.0).log2() * PER_DOUBLING).floor();
        // 255 / 8 doublings of a second are over a century.
        *self
            .0
            .entry(bucket.min(f64::from(u8::MAX)) as u8)
            .or_default() += 1;
    }

    /// The span that this share of all is within; nothing if none was counted.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let all: u64 = self.0.values().sum();
        let wanted = share.clamp(0.0, 1.0) * all as f64;
        let mut below = 0.0;
        for (bucket, count) in &self.0 {
            let count = *count as f64;
            if below + count >= wanted {
                let within = ((wanted - below) / count).clamp(0.0, 1.0);
                let doublings = (f64::from(*bucket) + within) / PER_DOUBLING;
                return Some(Duration::from_secs_f64(doublings.exp2()));
            }
            below += count;
        }
        None
    }
}

fn add<K: Ord + Copy>(to: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, count) in more {
        *to.entry(*key).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::id::UserId;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_span_begins_where_the_clock_says() {
        assert_eq!(begin(Timestamp(3_599_999), SLOT), Timestamp(3_000_000));
        assert_eq!(begin(Timestamp(3_600_000), HOUR), Timestamp(3_600_000));
    }

    #[test]
    fn quantiles_are_near_the_truth() {
        assert_eq!(Waits::default().quantile(0.5), None);
        let mut waits = Waits::default();
        (1..=1000).for_each(|s| waits.count(secs(s)));
        for (share, truth) in [(0.1, 100.0), (0.5, 500.0), (0.9, 900.0), (1.0, 1000.0)] {
            let told = waits.quantile(share).unwrap().as_secs_f64();
            assert!((told / truth - 1.0).abs() < 0.1, "{share}: {told}");
        }
        let mut one = Waits::default();
        one.count(secs(240));
        let told = one.quantile(0.5).unwrap().as_secs_f64();
        assert!((told / 240.0 - 1.0).abs() < 0.1, "{told}");
        one.count(Duration::ZERO);
        one.count(Duration::MAX);
        assert_eq!(one.quantile(0.0).unwrap(), secs(1));
    }

    #[test]
    fn credits_are_counted_by_where_they_come_from_and_go() {
        let anna = UserId(1);
        let (available, held) = (Account::Available(anna), Account::Held(anna));
        let mut tally = Tally::default();
        for (from, to) in [
            (Account::Gifts, available),
            (Account::Sales, available),
            (Account::Grants, available),
            (available, Account::Grants),
            (available, held),
            (held, Account::Revenue),
            (held, available),
        ] {
            tally.moved(from, to, Credits(3));
        }
        let moved = Moved {
            gifts: 3,
            sold: 3,
            granted: 3,
            taken: 3,
            earned: 3,
            released: 3,
        };
        assert_eq!(tally.credits, moved);
        let mut twice = tally.clone();
        twice.add(&tally);
        assert_eq!(twice.credits.released, 6);
    }

    #[test]
    fn two_spans_add_up() {
        let sort = |model: &str| Sort {
            model: Some(ModelName(model.into())),
            template: None,
        };
        let mut morning = Tally {
            orders: 1,
            ..Tally::default()
        };
        morning.of(sort("a")).done = 2;
        morning.of(sort("a")).failed.insert(Kind::Billing, 1);
        let mut evening = Tally::default();
        evening.of(sort("a")).failed.insert(Kind::Billing, 2);
        evening.of(sort("b")).waits.count(secs(60));
        morning.add(&evening);
        assert_eq!(morning.videos[&sort("a")].failures(), 3);
        assert_eq!(morning.all().done, 2);
        assert!(morning.all().waits.quantile(0.5).is_some());
    }
}
