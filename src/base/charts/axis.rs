//! The time along the bottom of a chart, in UTC.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// An hour, in milliseconds.
const HOUR: u64 = 3_600_000;
/// A day, in milliseconds.
const DAY: u64 = 24 * HOUR;

/// A place on the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What it is called where there is room: `23.11 14:00`.
    pub name: String,
    /// What stands below it, if anything.
    pub tick: Option<String>,
}

/// So many hours, the first of which begins at `from`, in Unix milliseconds; every sixth of the day has a tick.
pub fn hours(from: u64, many: usize) -> Vec<Slot> {
    slots(from, HOUR, many, |at, _| Slot {
        name: at.strftime("%d.%m %H:00").to_string(),
        tick: (at.hour() % 6 == 0).then(|| at.strftime("%H:00").to_string()),
    })
}

/// So many days, the first of which begins at `from`, in Unix milliseconds; the newest has a tick, and of many
/// every fifth before it.
pub fn days(from: u64, many: usize) -> Vec<Slot> {
    let every = if many > 10 { 5 } else { 1 };
    slots(from, DAY, many, |at, left| {
        let name = at.strftime("%d.%m").to_string();
        Slot {
            tick: (left % every == 0).then(|| name.clone()),
            name,
        }
    })
}

fn slots(from: u64, step: u64, many: usize, slot: impl Fn(&Zoned, usize) -> Slot) -> Vec<Slot> {
    let zone = TimeZone::fixed(Offset::UTC);
    let at = |index: usize| {
        let at = from.saturating_add(step.saturating_mul(index as u64));
        let at = i64::try_from(at).ok();
        let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
        at.unwrap_or(Timestamp::MAX).to_zoned(zone.clone())
    };
    (0..many)
        .map(|index| slot(&at(index), many - 1 - index))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-22 09:00:00 UTC.
    const MORNING: u64 = 1_769_072_400_000;

    #[test]
    fn a_day_has_a_tick_every_six_hours() {
        let slots = hours(MORNING, 24);
        let ticks: Vec<_> = slots.iter().filter_map(|slot| slot.tick.clone()).collect();
        assert_eq!(ticks, ["12:00", "18:00", "00:00", "06:00"]);
        assert_eq!(slots[0].name, "22.01 09:00");
        assert_eq!(slots[23].name, "23.01 08:00");
    }

    #[test]
    fn the_newest_day_has_a_tick() {
        let slots = days(MORNING, 30);
        assert_eq!(slots[29].tick.as_deref(), Some("20.02"));
        assert_eq!(slots.iter().filter(|slot| slot.tick.is_some()).count(), 6);
        let week = days(MORNING, 7);
        assert!(week.iter().all(|slot| slot.tick.is_some()));
        assert_eq!(week[0].name, "22.01");
    }

    #[test]
    fn the_end_of_time_is_no_end_of_ours() {
        assert_eq!(hours(u64::MAX, 2).len(), 2);
    }
}
