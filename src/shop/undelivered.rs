//! The end of a note that Telegram does not take: nothing that was paid for is dropped without a word.

use super::{ledger, outbox};
use crate::base::time::Timestamp;
use crate::rules::conversation::say::{Say, Subject};
use crate::rules::domain::alert::Alert;
use crate::rules::domain::id::{NoteId, UserId};
use crate::shop::{alerts, deeds};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// Gives a note up. The credit of a video goes back to whoever paid for it, once, and operators hear.
pub fn give_up(
    txn: &mut Txn<'_>,
    shop: &Shop,
    chat: i64,
    id: NoteId,
    say: &Say,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !txn.strike_note(chat, id)? {
        return Ok(());
    }
    let (Some(user), Subject::Video(video)) = (UserId::of_chat(chat), say.subject()) else {
        return Ok(());
    };
    let (job, key) = (video.job, deeds::refund_key(video.job));
    let why = format!("job {job}: telegram does not take the video");
    let credits = deeds::price(txn, job)?;
    ledger::credit(txn, user, credits, &why, Some(&key), now)?;
    let lang = txn.lang_of(user)?;
    outbox::tell(txn, user, lang, Say::Undelivered { job }, now)?;
    let alert = Alert::Undelivered { job };
    alerts::alert(txn, shop, alert.topic().word(), &alert, now)
}
