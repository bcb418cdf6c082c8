//! A file full of jobs: finished ones of the past, and ones that are with the provider.

use std::path::Path;
use std::time::Duration;

use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::{NoteId, TaskId, UserId};
use neurocards::shop::outbox::{self, Sent};
use neurocards::shop::{queue, verdict};
use neurocards::store::{Options, Shop, Store, StoreError, Txn};

use crate::shop::{NOW, place_at, route, seed};

/// Jobs made in one transaction.
const AT_ONCE: u64 = 5_000;

/// What is in a file.
#[derive(Debug, Clone, Copy)]
pub struct Filling {
    /// Finished jobs.
    pub ended: u64,
    /// Jobs that are with the provider, and are not looked at for years.
    pub live: u64,
    /// Whose they are, in turn.
    pub sellers: u64,
}

/// The rules of a shop that is full.
pub fn rules() -> Shop {
    Shop {
        welcome: Credits(2),
        max_rendering: u32::MAX,
        ..Shop::default()
    }
}

/// Makes a file with that in it; every note is said.
pub async fn fill(file: &Path, filling: Filling) -> Result<Store, StoreError> {
    let store = Store::open(file, Options::default(), rules())?;
    let Filling {
        ended,
        live,
        sellers,
    } = filling;
    seed(&store, sellers).await?;
    // That they were given credits has been said.
    let said = move |txn: &mut Txn<'_>| {
        let notes = (1..=txn.counted().note).zip(1..=sellers);
        notes.into_iter().try_for_each(|(note, user)| {
            let chat = UserId(user).chat();
            outbox::strike(txn, chat, NoteId(note), &Sent::Plainly)
        })
    };
    store.write(said).await?;
    assert_eq!(store.snapshot()?.waiting_notes()?, 0);
    let mut made = 0;
    while made < ended + live {
        let some = AT_ONCE.min(ended + live - made);
        let shop = store.shop();
        let chunk = move |txn: &mut Txn<'_>| {
            (made..made + some)
                .try_for_each(|number| job(txn, &shop, number, sellers, number < ended))
        };
        store.write(chunk).await?;
        made += some;
    }
    Ok(store)
}

/// One job a second, to its end or until it renders; every note is said.
fn job(
    txn: &mut Txn<'_>,
    shop: &Shop,
    number: u64,
    sellers: u64,
    ends: bool,
) -> Result<(), StoreError> {
    let user = UserId(1 + number % sellers);
    let now = NOW.plus(Duration::from_secs(number));
    let first = txn.counted().note;
    place_at(txn, shop, user, 1 + number, Count::One, now)?;
    let claimed = queue::claim(txn, shop, 1, now)?;
    let id = claimed.first().expect("a job").id;
    let task = TaskId(format!("task_{number:016}"));
    // Far away, so that nobody looks at it meanwhile.
    let late = NOW.plus(Duration::from_secs(1 << 32));
    let moved = "nobody else moves it";
    queue::advance(txn, id, 1, |job| job.submit(route(), now, late))?.expect(moved);
    queue::advance(txn, id, 1, |job| job.accepted(task, late))?.expect(moved);
    if ends {
        let url = format!("https://example.test/{number}.mp4");
        queue::advance(txn, id, 1, |job| job.rendered(vec![url.clone()], now))?.expect(moved);
        verdict::succeed(txn, id, 1, &url, false, now)?.expect(moved);
    }
    say_all(txn, user, first)
}

/// Strikes every note of a seller's behind that one.
pub fn say_all(txn: &mut Txn<'_>, user: UserId, after: u64) -> Result<(), StoreError> {
    let chat = user.chat();
    let last = txn.counted().note;
    (after + 1..=last).try_for_each(|note| outbox::strike(txn, chat, NoteId(note), &Sent::Plainly))
}
