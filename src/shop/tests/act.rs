//! What may happen to a shop: acts, and how one is drawn.

use proptest::prelude::*;

use super::*;

/// One thing that may happen to a shop. Jobs, users and keys are picked by number, modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Says(u64, Word),
    Repeats,
    Orders(u64, Count),
    PressesAgain(u64),
    Grants(u64, i32, Option<u8>),
    Claims(usize),
    ClaimsTimed(usize),
    Scripts(usize),
    PutsOff(usize),
    Submits(usize),
    Accepts(usize),
    LooksAgain(usize),
    Renders(usize),
    MissesVideo(usize),
    Succeeds(usize),
    Fails(usize, Kind, Source),
    FailsLate(usize, u8, Kind),
    Calls(usize, bool, bool),
    Nudges(usize),
    Cancels(usize),
    Refunds(usize),
    Retries(usize),
    Bans(u64, bool),
    Pauses(bool),
    Blocks(u64),
    Strikes(u64),
    Retires(usize),
    Passes(i64),
    Restarts,
}

/// What a user says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word {
    Start,
    Make,
    Photo,
    Text,
    Style,
    Count,
    Yes,
}

fn word() -> impl Strategy<Value = Word> {
    proptest::sample::select(vec![
        Word::Start,
        Word::Make,
        Word::Photo,
        Word::Text,
        Word::Style,
        Word::Count,
        Word::Yes,
    ])
}

/// Any act, the frequent ones more often.
pub(crate) fn act() -> impl Strategy<Value = Act> {
    let user = 1..5u64;
    let job = 0..100usize;
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    let source = proptest::sample::select(vec![
        Source::Telegram,
        Source::Gpt,
        Source::Kie,
        Source::Shop,
    ]);
    let count = proptest::sample::select(Count::ALL.to_vec());
    let key = proptest::option::of(0..3u8);
    let span = prop_oneof![
        4 => 0..120_000i64,
        1 => -7_200_000..0i64,
        1 => 0..90_000_000i64,
    ];
    prop_oneof![
        4 => (user.clone(), word()).prop_map(|(user, word)| Act::Says(user, word)),
        1 => Just(Act::Repeats),
        4 => (user.clone(), count).prop_map(|(user, count)| Act::Orders(user, count)),
        1 => user.clone().prop_map(Act::PressesAgain),
        2 => (user.clone(), -4..6i32, key).prop_map(|(user, n, key)| Act::Grants(user, n, key)),
        4 => (0..6usize).prop_map(Act::Claims),
        3 => job.clone().prop_map(Act::ClaimsTimed),
        1 => job.clone().prop_map(Act::Scripts),
        1 => job.clone().prop_map(Act::PutsOff),
        4 => job.clone().prop_map(Act::Submits),
        4 => job.clone().prop_map(Act::Accepts),
        1 => job.clone().prop_map(Act::LooksAgain),
        4 => job.clone().prop_map(Act::Renders),
        1 => job.clone().prop_map(Act::MissesVideo),
        4 => job.clone().prop_map(Act::Succeeds),
        5 => (job.clone(), kind.clone(), source).prop_map(|(job, kind, source)| Act::Fails(job, kind, source)),
        1 => (job.clone(), 0..4u8, kind).prop_map(|(job, attempt, kind)| Act::FailsLate(job, attempt, kind)),
        2 => (job.clone(), any::<bool>(), any::<bool>()).prop_map(|(job, known, same)| Act::Calls(job, known, same)),
        1 => job.clone().prop_map(Act::Nudges),
        1 => job.clone().prop_map(Act::Cancels),
        1 => job.clone().prop_map(Act::Refunds),
        2 => job.prop_map(Act::Retries),
        1 => (user.clone(), any::<bool>()).prop_map(|(user, out)| Act::Bans(user, out)),
        1 => any::<bool>().prop_map(Act::Pauses),
        1 => user.clone().prop_map(Act::Blocks),
        2 => user.prop_map(Act::Strikes),
        2 => (1..9usize).prop_map(Act::Retires),
        3 => span.prop_map(Act::Passes),
        1 => Just(Act::Restarts),
    ]
}
