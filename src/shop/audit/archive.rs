//! The archive: what stays of a retired order agrees with its entries, and nothing is both retired and kept.

use std::iter::Peekable;

use super::jobs::Of;
use super::{Audit, KNOWN, archive_row, order_row};
use crate::rules::domain::id::{JobId, OrderId};
use crate::rules::domain::retired::{End, Retired};
use crate::store::record::decode;
use crate::store::{StoreError, tables};

impl Audit<'_> {
    /// Retired jobs; those with a row of their own are known already.
    pub(crate) fn retired_jobs(&mut self) -> Result<(), StoreError> {
        let mut before = (OrderId(0), JobId(0));
        let mut rows = 0;
        for row in self.snapshot.rows(tables::ARCHIVE)? {
            let (key, row) = row?;
            let key = key.value();
            rows += 1;
            let name = || archive_row(key);
            let Some(retired) = self.read::<Retired>(decode(row.value()), name) else {
                continue;
            };
            self.report.jobs += retired.ends.len() as u64;
            let order = retired.order;
            if retired.first_job.0 != key || retired.ends.is_empty() {
                let what = format!("retired order {order} is under the job of another");
                self.breach(what, [name()]);
                continue;
            }
            if order <= before.0 || retired.first_job <= before.1 {
                let what = format!("retired order {order} has a job of order {}", before.0);
                self.breach(what, [name()]);
            }
            if order.0 > self.counters.order {
                let counted = self.counters.order;
                let what = format!("numbers are given up to {counted}, a row has {order}");
                self.breach(what, [name(), "meta.v1/counters".into()]);
            }
            before = (order, JobId(key + retired.ends.len() as u64 - 1));
            self.retired_ends(&retired);
        }
        if rows > 0 {
            self.holds("a retired order is what its entries say", rows);
        }
        Ok(())
    }

    fn retired_ends(&mut self, retired: &Retired) {
        let row = || archive_row(retired.first_job.0);
        for (job, ended) in retired.jobs() {
            if self.moves(job).is(KNOWN) {
                self.breach(format!("job {job} is retired and kept"), [row()]);
            }
            self.mark(job, KNOWN);
            let (captures, releases) = match ended.end {
                End::Done { .. } => (1, 0),
                End::Failed { .. } => (0, 1),
            };
            let of = Of {
                job,
                user: retired.user,
                order: retired.order,
                price: ended.price,
                stage: ended.end.name(),
            };
            self.moves_are(&of, captures, releases, row);
        }
    }

    /// Retired orders, in order.
    pub(crate) fn retired_orders(&self) -> Result<RetiredOrders, StoreError> {
        let rows = self.snapshot.rows(tables::ARCHIVE)?;
        // What cannot be read has been told.
        let read = rows.filter_map(|row| match row {
            Ok((_, row)) => decode(row.value()).ok().map(Ok),
            Err(error) => Some(Err(error.into())),
        });
        let read: Box<dyn Iterator<Item = Result<Retired, StoreError>>> = Box::new(read);
        Ok(read.peekable())
    }

    /// Looks at the next of them up to that number: they have no rows of their own, and lead to those before.
    pub(crate) fn retired_below(
        &mut self,
        retired: &mut RetiredOrders,
        number: u64,
    ) -> Result<(), StoreError> {
        let upto = |row: &Result<Retired, StoreError>| {
            row.as_ref().map_or(true, |row| row.order.0 <= number)
        };
        while let Some(row) = retired.next_if(upto) {
            let row = row?;
            self.report.orders += 1;
            let (order, name) = (row.order, archive_row(row.first_job.0));
            if self.snapshot.table(tables::ORDERS)?.get(order.0)?.is_some() {
                let rows = [name.clone(), order_row(order.0)];
                self.breach(format!("order {order} is retired and kept"), rows);
            }
            self.order_leads(order, row.user, row.before, name);
        }
        Ok(())
    }
}

/// Retired orders, to be looked at together with those that are kept.
pub(crate) type RetiredOrders = Peekable<Box<dyn Iterator<Item = Result<Retired, StoreError>>>>;
