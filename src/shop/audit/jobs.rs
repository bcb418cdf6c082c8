//! The jobs: what their entries make of them, and their places in the due index.

use redb::ReadableTableMetadata;

use super::{Audit, KNOWN, Moves, due_row, job_row, named, user_row};
use crate::rules::domain::credit::{Account, Credits};
use crate::rules::domain::id::{JobId, OrderId, UserId};
use crate::rules::domain::job::{Job, Stage};
use crate::store::record::{JobRow, Live, decode};
use crate::store::{StoreError, tables};

/// So many live jobs are looked at by a glance.
const LIVE: u64 = 10_000;

/// Which job it is about, and how that stands.
pub(crate) struct Of {
    pub job: JobId,
    pub user: UserId,
    pub order: OrderId,
    pub price: Credits,
    pub stage: &'static str,
}

impl Audit<'_> {
    pub(crate) fn jobs(&mut self) -> Result<(), StoreError> {
        let mut places = 0;
        let mut due = 0;
        let mut live = Live::default();
        for row in self.snapshot.rows(tables::JOBS)? {
            let (number, row) = row?;
            let number = number.value();
            self.report.jobs += 1;
            let Some(row) = self.read::<JobRow>(decode(row.value()), || job_row(number)) else {
                continue;
            };
            self.mark(JobId(number), KNOWN);
            self.job_moves(&row.job);
            due += u64::from(self.job_is_due(&row)?);
            places += u32::from(row.job.stage.takes_a_place());
            live = live.plus(Live::of(&row.job.stage));
            if !row.job.stage.ended() {
                self.people.of(row.job.user).costs(row.job.price);
            }
        }
        self.retired_jobs()?;
        let moves = self.moves.iter().zip(0..);
        let strangers = moves.filter(|(moves, _)| !moves.is(KNOWN) && moves.counts() != (0, 0, 0));
        let strangers: Vec<_> = strangers.map(|(_, number)| JobId(number)).collect();
        for job in strangers {
            self.suspects.insert(job, job_row(job.0));
            self.breach(
                format!("job {job} has entries and no row"),
                [job_row(job.0)],
            );
        }
        let rows = self.snapshot.table(tables::DUE)?.len()?;
        if rows != due {
            self.rows_of_nobody()?;
        }
        self.counted_places(places);
        self.counted_live(live);
        let jobs = self.report.jobs;
        self.holds("a live job has one open hold, an ended one none", jobs);
        self.holds("done means one capture, failed one release", jobs);
        self.holds("every live job is due once, no other is", rows);
        self.holds("the places counted are the places taken", places.into());
        self.holds("live jobs are counted at their stages", due);
        Ok(())
    }

    /// Rows of the due index that no job says it has.
    fn rows_of_nobody(&mut self) -> Result<(), StoreError> {
        for row in self.snapshot.rows(tables::DUE)? {
            let key = row?.0.value();
            let job = self.found(self.snapshot.job_row(JobId(key.2)))?.flatten();
            if job.is_none_or(|row| row.lane.key(row.job.id) != Some(key)) {
                self.breach("the due index has a row that is no job's", [due_row(key)]);
            }
        }
        Ok(())
    }

    fn job_moves(&mut self, job: &Job) {
        let (captures, releases) = match job.stage {
            Stage::Done { .. } => (1, 0),
            Stage::Failed { .. } => (0, 1),
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => (0, 0),
        };
        let of = Of {
            job: job.id,
            user: job.user,
            order: job.order,
            price: job.price,
            stage: job.stage.name(),
        };
        self.moves_are(&of, captures, releases, || job_row(job.id.0));
    }

    /// Holds what the entries make of a job against how often they must capture and release; `row` is what has it.
    pub(crate) fn moves_are(
        &mut self,
        of: &Of,
        captures: u8,
        releases: u8,
        row: impl Fn() -> String,
    ) {
        let Of {
            job,
            user,
            order,
            price,
            stage,
        } = of;
        let moves = self.moves(*job);
        let (found, wanted) = (moves.counts(), (1, captures, releases));
        if found != wanted {
            self.suspects.insert(*job, row());
            let what = format!(
                "job {job} is {stage} with (holds, captures, releases) {found:?}, not {wanted:?}"
            );
            self.breach(what, [row()]);
            return;
        }
        if moves.price != *price {
            let moved = moves.price;
            self.suspects.insert(*job, row());
            self.breach(
                format!("job {job} costs {price}, its entries move {moved}"),
                [row()],
            );
        }
        let payer = self.people.at(moves.user).map(|person| person.user);
        if (payer, moves.order) != (Some(*user), Moves::short(*order)) {
            let (payer, paid) = (named(payer), moves.order);
            self.suspects.insert(*job, row());
            let what = format!(
                "job {job} of user {user} and order {order} is paid by user {payer} for order {paid}"
            );
            self.breach(what, [row()]);
        }
    }

    /// Whether the job has a row in the due index; a breach if it should have one and has none.
    fn job_is_due(&mut self, row: &JobRow) -> Result<bool, StoreError> {
        let job = &row.job;
        let key = row.lane.key(row.job.id);
        if job.stage.ended() != key.is_none() {
            let (id, stage) = (job.id, job.stage.name());
            let what = format!("job {id} is {stage} in lane {:?}", row.lane);
            self.breach(what, [job_row(id.0)]);
        }
        let Some(key) = key else { return Ok(false) };
        let found = self.snapshot.table(tables::DUE)?.get(key)?;
        match found.map(|waits| waits.value() == 1) {
            None => {
                let what = format!("job {} is not in the due index", job.id);
                self.breach(what, [job_row(job.id.0), due_row(key)]);
                return Ok(false);
            }
            Some(waits) if waits != (job.stage == Stage::Queued) => {
                let what = format!("job {} is {} and due as another", job.id, job.stage.name());
                self.breach(what, [job_row(job.id.0), due_row(key)]);
            }
            Some(_) => {}
        }
        Ok(true)
    }

    fn counted_places(&mut self, taken: u32) {
        let counted = self.counters.places;
        if counted != taken {
            self.breach(
                format!("{counted} places are counted, {taken} are taken"),
                ["meta.v1/counters".into()],
            );
        }
    }

    fn counted_live(&mut self, live: Live) {
        let counted = self.counters.live.named().into_iter().zip(live.named());
        let wrong: Vec<_> = counted
            .filter(|(counted, there)| counted != there)
            .collect();
        for ((stage, counted), (_, there)) in wrong {
            let what = format!("{counted} jobs are counted as {stage}, there are {there}");
            self.breach(what, ["meta.v1/counters".into()]);
        }
    }

    /// The first [`LIVE`] of them.
    pub(crate) fn live_jobs(&mut self) -> Result<(), StoreError> {
        let mut places = 0;
        let mut rows = 0;
        let mut all = true;
        for row in self.snapshot.rows(tables::DUE)? {
            if rows == LIVE {
                all = false;
                break;
            }
            let (lane, at, job) = row?.0.value();
            rows += 1;
            let due = due_row((lane, at, job));
            let row = match self.found(self.snapshot.job_row(JobId(job)))? {
                Some(Some(row)) => row,
                Some(None) => {
                    self.breach(format!("job {job} is due and there is not"), [due]);
                    continue;
                }
                None => continue,
            };
            self.report.jobs += 1;
            self.job_is_due(&row)?;
            places += u32::from(row.job.stage.takes_a_place());
            self.people.of(row.job.user).costs(row.job.price);
        }
        self.holds("every live job is due once, no other is", rows);
        if !all {
            // What only some jobs add up to says nothing.
            return Ok(());
        }
        self.counted_places(places);
        let live = self.people.iter().filter(|person| person.live > 0);
        let live: Vec<_> = live.map(|person| (person.user, person.live)).collect();
        for (user, live) in &live {
            self.report.users += 1;
            let Some(held) = self.found(self.stored(Account::Held(*user)))? else {
                continue;
            };
            if held != Some(i64::from(*live)) {
                let what = format!("user {user} holds {held:?} credits for live jobs of {live}");
                self.breach(what, [user_row(*user)]);
            }
        }
        self.holds("the places counted are the places taken", places.into());
        self.holds("held credits are those of live jobs", live.len() as u64);
        Ok(())
    }
}
