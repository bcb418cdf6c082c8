//! Which backups are kept: the newest of each of the last hours, days and weeks that have one.
//!
//! The time of day plays no part: a shop that stands still for a year loses none.

use std::collections::BTreeSet;

use super::name::Name;

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
/// 1970 began with a Thursday; weeks begin with Monday.
const MONDAY: u64 = 3 * DAY;

/// Of how many hours, days and weeks the newest backup is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Hours.
    pub hours: usize,
    /// Days.
    pub days: usize,
    /// Weeks.
    pub weeks: usize,
}

/// Those of `names` that are kept; the newest always is.
pub fn kept(names: &[Name], keep: Keep) -> BTreeSet<Name> {
    let mut newest_first = names.to_vec();
    newest_first.sort_by(|a, b| b.cmp(a));
    let mut kept: BTreeSet<Name> = newest_first.first().copied().into_iter().collect();
    for (many, length, shift) in [
        (keep.hours, HOUR, 0),
        (keep.days, DAY, 0),
        (keep.weeks, WEEK, MONDAY),
    ] {
        let mut spans = BTreeSet::new();
        for name in &newest_first {
            let span = (name.at().0 + shift) / length;
            if spans.contains(&span) {
                continue;
            }
            if spans.len() == many {
                break;
            }
            spans.insert(span);
            kept.insert(*name);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::time::Timestamp;

    const KEEP: Keep = Keep {
        hours: 8,
        days: 7,
        weeks: 4,
    };

    fn name(ms: u64) -> Name {
        Name::of(Timestamp(ms))
    }

    /// A year of backups, each followed by a clearing, as the daemon does it.
    #[test]
    fn a_year_of_backups_leaves_days_and_weeks_behind() {
        let mut backup_dir = Vec::new();
        for n in 0..4 * 365 {
            backup_dir.push(name(1_795_392_000_000 + n * 6 * HOUR));
            backup_dir = kept(&backup_dir, KEEP).into_iter().collect();
            assert!(backup_dir.len() <= 19, "{}", backup_dir.len());
        }
        let newest = backup_dir.last().unwrap().at();
        let ages: Vec<u64> = backup_dir
            .iter()
            .map(|n| newest.since(n.at()).as_secs() / 3600)
            .collect();
        // Two days of every six hours, then the last of each day, then Sundays' last.
        assert_eq!(&ages[ages.len() - 8..], [42, 36, 30, 24, 18, 12, 6, 0]);
        assert!((14..=19).contains(&ages.len()), "{ages:?}");
        assert!(ages[0] >= 14 * 24, "{ages:?}");
    }

    fn some_names() -> impl Strategy<Value = Vec<Name>> {
        proptest::collection::vec(1_700_000_000_000u64..1_710_000_000_000, 0..80)
            .prop_map(|times| times.into_iter().map(name).collect())
    }

    fn some_keep() -> impl Strategy<Value = Keep> {
        (0usize..30, 0usize..10, 0usize..6).prop_map(|(hours, days, weeks)| Keep {
            hours,
            days,
            weeks,
        })
    }

    proptest! {
        #[test]
        fn the_newest_is_kept_nothing_is_made_up_and_no_more_than_asked(
            names in some_names(), keep in some_keep()
        ) {
            let kept = kept(&names, keep);
            prop_assert_eq!(kept.last().copied(), names.iter().max().copied());
            prop_assert!(kept.iter().all(|name| names.contains(name)));
            prop_assert!(kept.len() <= (keep.hours + keep.days + keep.weeks).max(1));
        }

        #[test]
        fn clearing_twice_clears_no_more(names in some_names(), keep in some_keep()) {
            let once: Vec<_> = kept(&names, keep).into_iter().collect();
            prop_assert_eq!(kept(&once, keep), once.into_iter().collect());
        }

        #[test]
        fn keeping_more_loses_nothing(names in some_names(), keep in some_keep()) {
            let more = Keep { hours: keep.hours + 1, days: keep.days + 1, weeks: keep.weeks + 1 };
            prop_assert!(kept(&names, keep).is_subset(&kept(&names, more)));
        }

        /// Clearing after each backup keeps the newest of every span, as clearing once at the end does.
        #[test]
        fn the_order_of_clearing_does_not_matter(mut names in some_names(), keep in some_keep()) {
            names.sort();
            let mut backup_dir = Vec::new();
            for name in &names {
                backup_dir.push(*name);
                backup_dir = kept(&backup_dir, keep).into_iter().collect();
            }
            let at_once: Vec<_> = kept(&names, keep).into_iter().collect();
            prop_assert_eq!(backup_dir, at_once);
        }
    }
}
