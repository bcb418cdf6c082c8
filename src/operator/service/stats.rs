//! What happened of late: numbers of a day, a week or a month, and how they came to be, hour by hour or day by day.

use std::collections::BTreeMap;
use std::time::Duration;

use super::answer::{Counts, Stats, StatsBar, StatsOf};
use super::ask::{self, Span};
use super::desk::{Answerable, Desk};
use crate::base::time::Timestamp;
use crate::rules::domain::tally::{DAY, HOUR, Tally, Videos, begin};
use crate::shop::deeds::{By, Judged};
use crate::store::{Snapshot, StoreError};

impl Answerable for ask::Stats {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Stats> {
        let see = move |snapshot: &Snapshot| stats(snapshot, self.span, by.at);
        Ok(Ok(desk.see(see).await?))
    }
}

impl Span {
    /// How many bars it has, and what one stands for.
    fn bars(self) -> (u32, Duration) {
        match self {
            Self::Day => (24, HOUR),
            Self::Week => (7, DAY),
            Self::Month => (30, DAY),
        }
    }
}

/// The span that ends now: whole hours or whole days (UTC), the last of them not over yet.
pub fn stats(snapshot: &Snapshot, span: Span, now: Timestamp) -> Result<Stats, StoreError> {
    let (count, width) = span.bars();
    let last = begin(now, width);
    let back = width * (count - 1);
    let from = last.minus(back);
    let mut bars = vec![Tally::default(); count as usize];
    let mut total = Tally::default();
    for (at, tally) in snapshot.tallies(from)? {
        let bar = usize::try_from(at.since(from).as_millis() / width.as_millis());
        if let Some(bar) = bar.ok().and_then(|bar| bars.get_mut(bar)) {
            bar.add(&tally);
            total.add(&tally);
        }
    }
    let bars = bars.iter().zip(0..).map(|(tally, n)| StatsBar {
        at: from.plus(width * n).0,
        counts: counts(tally),
    });
    let mut models = BTreeMap::<_, Videos>::new();
    let mut templates = BTreeMap::<_, Videos>::new();
    for (sort, videos) in &total.videos {
        let model = sort.model.as_ref().map(|model| model.0.clone());
        models.entry(model).or_default().add(videos);
        let template = sort.template_name().to_owned();
        templates.entry(Some(template)).or_default().add(videos);
    }
    let failed = total.all().failed.into_iter();
    Ok(Stats {
        span,
        from: from.0,
        until: now.0,
        total: counts(&total),
        bars: bars.collect(),
        models: lines(models),
        templates: lines(templates),
        failures: failed
            .map(|(kind, n)| (kind.name().to_owned(), n))
            .collect(),
    })
}

fn counts(tally: &Tally) -> Counts {
    let videos = tally.all();
    let moved = tally.credits;
    Counts {
        newcomers: tally.newcomers,
        orders: tally.orders,
        ordered: tally.ordered,
        done: videos.done,
        failed: videos.failures(),
        sold: moved.sold,
        gifts: moved.gifts,
        granted: moved.granted,
        taken: moved.taken,
        earned: moved.earned,
        released: moved.released,
        burned: burned(&videos),
        median_s: wait(&videos, 0.5),
        p90_s: wait(&videos, 0.9),
    }
}

fn lines(of: BTreeMap<Option<String>, Videos>) -> Vec<StatsOf> {
    let line = |(name, videos): (Option<String>, Videos)| StatsOf {
        name,
        done: videos.done,
        failed: videos.failures(),
        burned: burned(&videos),
        median_s: wait(&videos, 0.5),
        p90_s: wait(&videos, 0.9),
    };
    of.into_iter().map(line).collect()
}

fn burned(videos: &Videos) -> f64 {
    videos.burned as f64 / 1000.0
}

fn wait(videos: &Videos, share: f64) -> Option<u64> {
    let wait = videos.waits.quantile(share)?;
    Some(wait.as_secs_f64().round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::id::UserId;
    use crate::shop::{ledger, turn};
    use crate::store::{Options, Shop, Store, Txn};

    const ANNA: UserId = UserId(1);
    /// 2026-01-22 12:30:00 UTC.
    const NOW: Timestamp = Timestamp(1_769_085_000_000);

    fn granted(store: &Store, credits: i32, before: Duration) {
        let at = NOW.minus(before);
        let grant =
            move |txn: &mut Txn<'_>| ledger::grant(txn, ANNA, credits, "why", None, at).map(drop);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(store.write(grant)).unwrap();
    }

    fn store(dir: &tempfile::TempDir) -> Store {
        let shop = Shop::default();
        let file = dir.path().join("neurocards.redb");
        let store = Store::open(&file, Options::default(), shop.clone()).unwrap();
        let update = crate::rules::conversation::event::Update {
            id: crate::rules::domain::id::UpdateId(1),
            user: ANNA,
            chat: 1,
            username: None,
            lang: crate::rules::domain::user::Lang::Ru,
            event: crate::rules::conversation::event::Event::Other,
            callback: None,
            place: crate::rules::conversation::event::Place::Chat,
            aside: Default::default(),
        };
        let old = NOW.minus(DAY * 40);
        let come =
            move |txn: &mut Txn<'_>| turn::turn(txn, &shop, &update, &[7; 32], old).map(drop);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(store.write(come)).unwrap();
        store
    }

    #[test]
    fn each_bar_has_what_happened_in_its_time() {
        let dir = tempfile::TempDir::new().unwrap();
        let store = store(&dir);
        let minutes = |n: u64| Duration::from_secs(n * 60);
        for (credits, before) in [
            (1, minutes(0)),
            (2, minutes(29)),
            (4, minutes(31)),
            (8, minutes(23 * 60 + 30)),
            (16, minutes(23 * 60 + 31)),
            (32, DAY * 6),
            (64, DAY * 7),
            (128, DAY * 29),
            (256, DAY * 30),
        ] {
            granted(&store, credits, before);
        }
        let of = |span| {
            let stats = stats(&store.snapshot().unwrap(), span, NOW).unwrap();
            let bars = stats.bars.iter().map(|bar| bar.counts.granted);
            (bars.collect::<Vec<_>>(), stats)
        };
        let (bars, day) = of(Span::Day);
        assert_eq!((bars.len(), day.total.granted), (24, 1 + 2 + 4 + 8));
        assert_eq!((bars[23], bars[22], bars[0]), (3, 4, 8));
        assert_eq!(day.from, 1_769_000_400_000);
        assert_eq!(day.bars[23].at, 1_769_083_200_000);
        let (bars, week) = of(Span::Week);
        assert_eq!((bars.len(), week.total.granted), (7, 63));
        assert_eq!((bars[6], bars[5], bars[0]), (1 + 2 + 4, 8 + 16, 32));
        let (bars, month) = of(Span::Month);
        assert_eq!((bars.len(), month.total.granted), (30, 255));
        assert_eq!((bars[0], month.total.newcomers), (128, 0));
    }
}
