//! What every bench of the shop does: users with full purses, and orders.

use neurocards::base::time::Timestamp;
use neurocards::rules::conversation::draft::Draft;
use neurocards::rules::conversation::event::{Button, Event, Place, Update};
use neurocards::rules::domain::brief::{Brief, Count, Photo, Recipe, Text};
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::{
    CallbackId, DraftId, FileId, Fingerprint, ModelName, UpdateId, UserId,
};
use neurocards::rules::domain::job::Route;
use neurocards::rules::domain::user::{Lang, User};
use neurocards::shop::ledger;
use neurocards::shop::turn::turn;
use neurocards::store::record::UserRow;
use neurocards::store::{Shop, Store, StoreError, Txn};

/// When everything happens.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
const PURSE: i32 = 1_000_000_000;

/// Makes users 1 to `many`.
pub async fn seed(store: &Store, many: u64) -> Result<(), StoreError> {
    store.write(move |txn| seed_in(txn, many)).await
}

/// As [`seed`], with more in the same transaction.
pub fn seed_in(txn: &mut Txn<'_>, many: u64) -> Result<(), StoreError> {
    for user in (1..=many).map(UserId) {
        let row = UserRow::new(User {
            lang: Lang::Ru,
            username: None,
            reachable: true,
            available: Credits(0),
            held: Credits(0),
            last_tag: 0,
            since: NOW,
            topic: None,
        });
        txn.put_user(user, &row)?;
        ledger::grant(txn, user, PURSE, "bench", None, NOW)?;
    }
    Ok(())
}

/// As [`place_at`], at the moment of everything.
#[allow(dead_code, reason = "not every bench has a time of its own")]
pub fn place(
    txn: &mut Txn<'_>,
    shop: &Shop,
    user: UserId,
    number: u64,
    count: Count,
) -> Result<(), StoreError> {
    place_at(txn, shop, user, number, count, NOW)
}

/// One update that confirms an order, the walk to its question included.
pub fn place_at(
    txn: &mut Txn<'_>,
    shop: &Shop,
    user: UserId,
    number: u64,
    count: Count,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut chance = [7; 32];
    chance[..8].copy_from_slice(&number.to_le_bytes());
    let update = Update {
        id: UpdateId(number),
        user,
        chat: user.chat(),
        username: None,
        lang: Lang::Ru,
        event: Event::Press(Some(Button::Confirm { draft: DraftId(1) })),
        callback: Some(CallbackId(format!(
            "{}",
            4_000_000_000_000_000_000 + number
        ))),
        place: Place::Chat,
        aside: Default::default(),
    };
    let mut row = txn.known_user(user)?;
    row.session.draft = DraftId(1);
    row.session.answers = Some(Draft {
        count: Some(count),
        ..Draft::again(brief())
    });
    txn.put_user(user, &row)?;
    turn(txn, shop, &update, &chance, now)?;
    Ok(())
}

fn brief() -> Brief {
    let text = |raw| Text::parse(raw).expect("it is not empty");
    Brief {
        photo: Photo {
            file: FileId("AgACAgIAAxkBAAIBQ2Zc0000000000000000000000000000000000000000000".into()),
        },
        product: text("Чайник со свистком, эмаль, два литра"),
        recipe: Recipe::Own {
            prompt: text("Пар над чайником, утренний свет, камера приближается"),
        },
    }
}

/// The way every job goes.
pub fn route() -> Route {
    Route {
        model: ModelName("sora-2-image-to-video".into()),
        key: Fingerprint([1; 8]),
    }
}
