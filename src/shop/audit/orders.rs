//! The orders: each with its jobs, each known by the one press that placed it.

use super::{Audit, LISTED, job_row, named, order_row, press_row};
use crate::rules::domain::id::{JobId, OrderId, UserId};
use crate::rules::domain::order::Order;
use crate::store::record::decode;
use crate::store::{StoreError, tables};

impl Audit<'_> {
    pub(crate) fn orders(&mut self) -> Result<(), StoreError> {
        let presses = self.snapshot.table(tables::CALLBACKS)?;
        let mut retired = self.retired_orders()?;
        for row in self.snapshot.rows(tables::ORDERS)? {
            let (number, row) = row?;
            let number = number.value();
            self.retired_below(&mut retired, number)?;
            self.report.orders += 1;
            let Some(order) = self.read::<Order>(decode(row.value()), || order_row(number)) else {
                self.unread.0.insert(OrderId(number));
                continue;
            };
            self.order_leads(order.id, order.user, order.before, order_row(number));
            let press = presses.get(order.callback.0.as_str())?;
            if press.map(|order| order.value()) != Some(number) {
                let rows = [order_row(number), press_row(&order.callback.0)];
                self.breach(format!("order {number} is not known by its press"), rows);
            }
            for job in order.jobs() {
                let row = match self.snapshot.find_job(job) {
                    // It has been told.
                    Err(StoreError::Corrupt { .. }) => {
                        self.mark(job, LISTED);
                        continue;
                    }
                    found => found?,
                };
                if row.is_none_or(|row| row.order.0 != number || row.user != order.user) {
                    let rows = [order_row(number), job_row(job.0)];
                    self.breach(format!("order {number} has no job {job}"), rows);
                } else {
                    self.mark(job, LISTED);
                }
            }
        }
        self.retired_below(&mut retired, u64::MAX)?;
        for row in self.snapshot.rows(tables::JOBS)? {
            let number = row?.0.value();
            if !self.moves(JobId(number)).is(LISTED) {
                self.breach(format!("no order has job {number}"), [job_row(number)]);
            }
        }
        let orders = self.report.orders;
        self.holds("every order has its jobs, every job its order", orders);
        self.holds("each order leads to the same user's before it", orders);
        Ok(())
    }

    /// Holds the order that one leads to against the same user's before it; `row` is what leads there.
    pub(crate) fn order_leads(
        &mut self,
        order: OrderId,
        user: UserId,
        said: Option<OrderId>,
        row: String,
    ) {
        let before = self.people.of(user).follow_order(order);
        let excused = said.is_some_and(|id| self.unread.0.contains(&id));
        if said != before && !excused {
            let (said, before) = (named(said), named(before));
            let what = format!("it leads to order {said}, the same user's before is {before}");
            self.breach(what, [row]);
        }
    }

    /// A job's key is its press and its number in the order, so one order a press is one job a key.
    pub(crate) fn presses(&mut self) -> Result<(), StoreError> {
        let mut presses = 0;
        for row in self.snapshot.rows(tables::CALLBACKS)? {
            let (press, order) = row?;
            presses += 1;
            let (press, order) = (press.value(), order.value());
            let found = match self.snapshot.find_order(OrderId(order)) {
                // It has been told.
                Err(StoreError::Corrupt { .. }) => continue,
                found => found?,
            };
            if found.is_none_or(|order| order.callback.0 != press) {
                let what = format!("a press points to order {order}, which it did not place");
                self.breach(what, [press_row(press), order_row(order)]);
            }
        }
        self.holds("one press is one order, one key at most one job", presses);
        Ok(())
    }
}
