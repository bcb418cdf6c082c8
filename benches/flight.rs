//! Videos in flight: jobs that render at the stand-in, straight in a store.

use neurocards::base::time::Timestamp;
use neurocards::edge::config::fingerprint;
use neurocards::edge::files::Photos;
use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::id::{JobId, ModelName, NoteId, TaskId, UserId};
use neurocards::rules::domain::job::Route;
use neurocards::rules::domain::order::PhotoState;
use neurocards::sandbox::Sandbox;
use neurocards::shop::outbox::{self, Sent};
use neurocards::shop::queue;
use neurocards::store::{Store, StoreError, Txn};

use crate::filled::say_all;
use crate::shop::{place_at, seed_in};

/// Jobs made in one transaction.
const AT_ONCE: u64 = 1_000;
/// A photo that nobody looks at any more.
const PHOTO: &[u8] = b"a photo";

/// Puts so many jobs with the provider at `now`, one a seller, and has the stand-in know their tasks and call back to
/// `base`; `due` says when each is looked at. The tasks, in the order of jobs.
pub async fn place(
    store: &Store,
    photos: &Photos,
    sandbox: &Sandbox,
    base: &str,
    many: u64,
    now: Timestamp,
    due: fn(u64, Timestamp) -> Timestamp,
) -> Result<Vec<String>, StoreError> {
    let seed = move |txn: &mut Txn<'_>| {
        let told = txn.counted().note;
        seed_in(txn, many)?;
        // That they were given credits has been said.
        let mut notes = (1..=many).map(UserId).zip(told..);
        notes.try_for_each(|(user, before)| {
            outbox::strike(txn, user.chat(), NoteId(before + 1), &Sent::Plainly)
        })
    };
    store.write(seed).await?;
    let route = Route {
        model: ModelName("sora-2-image-to-video".into()),
        key: fingerprint(&sandbox.kie.keys()[0].as_str().into()),
    };
    let mut tasks = Vec::new();
    for from in (0..many).step_by(AT_ONCE as usize) {
        let (shop, route) = (store.shop(), route.clone());
        let chunk = move |txn: &mut Txn<'_>| {
            let mut flying = Vec::new();
            for number in from..many.min(from + AT_ONCE) {
                let user = UserId(1 + number);
                let first = txn.counted().note;
                place_at(txn, &shop, user, 1 + number, Count::One, now)?;
                let claimed = queue::claim(txn, &shop, 1, now)?;
                let job = claimed.into_iter().next().expect("there are places");
                let mut order = txn.order(job.order)?;
                order.photo = PhotoState::Ready;
                txn.put_order(&order)?;
                let (route, task, due) = (route.clone(), task(job.id), due(number, now));
                let moved = "nobody else moves it";
                queue::advance(txn, job.id, 1, |job| job.submit(route, now, due))?.expect(moved);
                let job = queue::advance(txn, job.id, 1, |job| job.accepted(task, due))?;
                flying.push(job.expect(moved));
                say_all(txn, user, first)?;
            }
            Ok(flying)
        };
        for job in store.write(chunk).await? {
            let file = photos.path(job.user, job.photo);
            let home = file.parent().expect("a photo has a directory");
            std::fs::create_dir_all(home).expect("a directory");
            std::fs::write(&file, PHOTO).expect("a photo");
            let (id, nonce) = (job.id, job.nonce);
            let callback = format!("{base}/kie/{id}-{nonce:016x}/{}", job.submission());
            let task = task(id).0;
            sandbox.kie.takes_over(&task, Some(callback));
            tasks.push(task);
        }
    }
    Ok(tasks)
}

fn task(job: JobId) -> TaskId {
    TaskId(format!("{:032x}", job.0))
}
