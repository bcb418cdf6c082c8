//! Round trips of records with any content.

use std::time::Duration;

use proptest::prelude::*;

use crate::base::time::Timestamp;
use crate::rules::conversation::draft::{Draft, Question, Wishes};
use crate::rules::conversation::say::{Hint, Say, Video};
use crate::rules::conversation::session::Session;
use crate::rules::domain::alert::{Alert, Obstacle, Trouble};
use crate::rules::domain::brief::{Brief, Count, Photo, Recipe, Style, Text};
use crate::rules::domain::credit::{Account, Credits, Entry, Reason, Seal};
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{
    AlbumId, CallbackId, DraftId, EntryId, FileId, Fingerprint, JobId, MessageId, ModelName,
    OrderId, PhotoName, TaskId, TopicId, UserId,
};
use crate::rules::domain::job::{Job, Missed, Route, Stage};
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::order::{Order, PhotoState};
use crate::rules::domain::part::Part;
use crate::rules::domain::retired::{End, Ended, Retired};
use crate::rules::domain::strange::Strange;
use crate::rules::domain::tally::Tally;
use crate::rules::domain::template::Template;
use crate::rules::domain::user::{Lang, User};
use crate::store::record::{
    Counters, Failing, JobRow, Lane, Live, Note, Raised, Record, UserRow, decode, encode,
};

fn survives<T: Record + PartialEq + std::fmt::Debug>(record: &T) -> Result<(), TestCaseError> {
    let again = decode::<T>(&encode(record));
    prop_assert_eq!(again.as_ref(), Ok(record));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counters_survive(numbers in any::<[u64; 12]>(), places: u32, stages: [u32; 5], balances in any::<[i64; 4]>(), seal: [u8; 32]) {
        let [order, job, entry, note, draft, fair, commit, adopted, orphans, doubled, late, chats] = numbers;
        let [gifts, sales, grants, revenue] = balances;
        let [queued, preparing, submitting, rendering, rendered] = stages;
        survives(&Counters {
            order, job, entry, note, draft, fair, places, gifts, sales, grants, revenue,
            seal: Seal(seal), commit, adopted, orphans, doubled, late,
            live: Live { queued, preparing, submitting, rendering, rendered }, chats,
        })?;
    }

    #[test]
    fn users_survive(user in user(), session in session(), last: [Option<u64>; 2], seen in time()) {
        let (last_order, last_entry) = (last[0].map(OrderId), last[1].map(EntryId));
        survives(&UserRow { user, session, last_order, last_entry, seen })?;
    }

    #[test]
    fn orders_survive(order in order()) {
        survives(&order)?;
    }

    #[test]
    fn jobs_survive(job in job(), lane in lane()) {
        survives(&JobRow { job, lane })?;
    }

    #[test]
    fn retired_orders_survive(retired in retired()) {
        survives(&retired)?;
    }

    #[test]
    fn entries_survive(entry in entry()) {
        survives(&entry)?;
    }

    #[test]
    fn notes_survive(
        say in say(),
        lang in lang(),
        at in time(),
        failing in proptest::option::of((time(), any::<(u32, u32)>(), time()))
    ) {
        let failing = failing.map(|(since, (times, unsure), again)| Failing {
            since,
            times,
            unsure,
            again,
        });
        survives(&Note { say, lang, at, failing })?;
    }

    #[test]
    fn rests_and_alerts_survive(
        until in time(),
        why in kind(),
        held: u32,
        alert in alert(),
    ) {
        survives(&Rest { until, why })?;
        survives(&Raised { told: until, held, alert })?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(tag in 0..13u8, version in 0..3u8, rest: Vec<u8>) {
        let mut bytes = vec![tag, version];
        bytes.extend(rest);
        let _ = decode::<Counters>(&bytes);
        let _ = decode::<UserRow>(&bytes);
        let _ = decode::<Order>(&bytes);
        let _ = decode::<JobRow>(&bytes);
        let _ = decode::<Entry>(&bytes);
        let _ = decode::<Note>(&bytes);
        let _ = decode::<Rest>(&bytes);
        let _ = decode::<Raised>(&bytes);
        let _ = decode::<Tally>(&bytes);
    }
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(all.to_vec())
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

fn credits() -> impl Strategy<Value = Credits> {
    any::<u32>().prop_map(Credits)
}

fn lang() -> impl Strategy<Value = Lang> {
    one_of(&Lang::ALL)
}

fn kind() -> impl Strategy<Value = Kind> {
    one_of(&Kind::ALL)
}

fn source() -> impl Strategy<Value = Source> {
    one_of(&[Source::Telegram, Source::Gpt, Source::Kie, Source::Shop])
}

fn model() -> impl Strategy<Value = ModelName> {
    any::<String>().prop_map(ModelName)
}

fn text() -> impl Strategy<Value = Text> {
    any::<String>().prop_filter_map("nothing to read", |raw| Text::parse(&raw).ok())
}

fn photo() -> impl Strategy<Value = Photo> {
    any::<String>().prop_map(|file| Photo { file: FileId(file) })
}

fn template() -> impl Strategy<Value = Template> {
    "[a-z0-9_-]{1,32}".prop_filter_map("taken", |name| Template::parse(&name).ok())
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let template = (template(), proptest::option::of(text()));
    prop_oneof![
        template.prop_map(|(template, wishes)| Recipe::Template { template, wishes }),
        text().prop_map(|prompt| Recipe::Own { prompt }),
    ]
}

fn brief() -> impl Strategy<Value = Brief> {
    (photo(), text(), recipe()).prop_map(|(photo, product, recipe)| Brief {
        photo,
        product,
        recipe,
    })
}

fn user() -> impl Strategy<Value = User> {
    let name = any::<Option<String>>();
    let topic = any::<Option<i32>>();
    let rest = (any::<bool>(), credits(), credits(), any::<u64>(), time());
    (lang(), name, topic, rest).prop_map(|(lang, username, topic, rest)| {
        let (reachable, available, held, last_tag, since) = rest;
        User {
            lang,
            username,
            reachable,
            available,
            held,
            last_tag,
            since,
            topic: topic.map(TopicId),
        }
    })
}

fn draft() -> impl Strategy<Value = Draft> {
    use proptest::option::of;
    let style = prop_oneof![Just(Style::Own), template().prop_map(Style::Template)];
    let texts = (of(text()), of(text()), of(of(text())));
    (of(photo()), of(style), texts, of(one_of(&Count::ALL))).prop_map(
        |(photo, style, (product, prompt, wishes), count)| Draft {
            photo,
            product,
            style,
            prompt,
            wishes: wishes.map(Wishes),
            count,
        },
    )
}

fn session() -> impl Strategy<Value = Session> {
    let answers = proptest::option::of(draft());
    let album = any::<Option<String>>();
    (any::<u64>(), answers, album, any::<bool>()).prop_map(|(draft, answers, album, album_told)| {
        Session {
            draft: DraftId(draft),
            answers,
            album: album.map(AlbumId),
            album_told,
        }
    })
}

fn order() -> impl Strategy<Value = Order> {
    let states = one_of(&[
        PhotoState::Wanted,
        PhotoState::Framing(1),
        PhotoState::Ready,
        PhotoState::Refused,
    ]);
    let rest = (
        any::<String>(),
        states,
        any::<Option<i32>>(),
        any::<Option<u64>>(),
    );
    let parts = (
        any::<[u64; 3]>(),
        brief(),
        one_of(&Count::ALL),
        time(),
        rest,
    );
    parts.prop_map(|([id, user, first], brief, count, placed_at, rest)| {
        let (callback, photo, status, before) = rest;
        Order {
            id: OrderId(id),
            user: UserId(user),
            brief,
            count,
            first_job: JobId(first),
            placed_at,
            callback: CallbackId(callback),
            photo,
            status: status.map(MessageId),
            before: before.map(OrderId),
        }
    })
}

fn failure() -> impl Strategy<Value = Failure> {
    let wait = proptest::option::of((any::<u64>(), 0..1_000_000_000u32));
    (kind(), source(), wait).prop_map(|(kind, source, wait)| Failure {
        kind,
        source,
        retry_after: wait.map(|(seconds, nanos)| Duration::new(seconds, nanos)),
    })
}

fn route() -> impl Strategy<Value = Route> {
    (model(), any::<[u8; 8]>()).prop_map(|(model, key)| Route {
        model,
        key: Fingerprint(key),
    })
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::Queued),
        Just(Stage::Preparing),
        (route(), time()).prop_map(|(route, since)| Stage::Submitting { route, since }),
        (route(), task(), time()).prop_map(|(route, task, since)| Stage::Rendering {
            route,
            task,
            since
        }),
        (route(), task(), any::<Vec<String>>(), time(), any::<u8>()).prop_map(
            |(route, task, urls, since, misses)| {
                Stage::Rendered {
                    route,
                    task,
                    urls,
                    since,
                    misses,
                }
            }
        ),
        (model(), time(), any::<String>(), task()).prop_map(|(model, at, url, task)| Stage::Done {
            model,
            at,
            url,
            task
        }),
        (failure(), time()).prop_map(|(failure, at)| Stage::Failed { failure, at }),
    ]
}

fn task() -> impl Strategy<Value = TaskId> {
    any::<String>().prop_map(TaskId)
}

fn missed() -> impl Strategy<Value = Missed> {
    let sent = (
        proptest::option::of(model()),
        any::<Option<[u8; 8]>>(),
        proptest::option::of(task()),
    );
    let parts = (any::<u8>(), time(), failure(), sent);
    parts.prop_map(|(attempt, at, failure, (model, key, task))| Missed {
        attempt,
        at,
        failure,
        model,
        key: key.map(Fingerprint),
        task,
    })
}

fn retired() -> impl Strategy<Value = Retired> {
    let end = (proptest::option::of(kind()), any::<Option<String>>()).prop_map(|(kind, model)| {
        let model = model.map(ModelName);
        match kind {
            Some(kind) => End::Failed { kind, model },
            None => End::Done {
                model: model.unwrap_or(ModelName("m".into())),
            },
        }
    });
    let ended = (any::<[u8; 2]>(), credits(), time(), end).prop_map(
        |([attempt, missed], price, at, end)| Ended {
            price,
            attempt,
            missed,
            at,
            end,
        },
    );
    let templates = proptest::option::of(template());
    let ends = proptest::collection::vec(ended, 0..6);
    let before = any::<Option<u64>>();
    let parts = (any::<[u64; 3]>(), templates, time(), before, time(), ends);
    parts.prop_map(
        |([order, user, first], template, placed_at, before, since, ends)| Retired {
            order: OrderId(order),
            user: UserId(user),
            first_job: JobId(first),
            template,
            placed_at,
            before: before.map(OrderId),
            since,
            ends,
        },
    )
}

fn job() -> impl Strategy<Value = Job> {
    let numbers = any::<([u64; 4], [u8; 16], u8)>();
    let missed = proptest::collection::vec(missed(), 0..4);
    let script = any::<Option<String>>();
    let parts = (numbers, credits(), script, stage(), time(), time(), missed);
    parts.prop_map(|(numbers, price, script, stage, due, placed_at, missed)| {
        let ([id, order, user, nonce], chance, attempt) = numbers;
        Job {
            id: JobId(id),
            order: OrderId(order),
            user: UserId(user),
            price,
            photo: PhotoName::new(JobId(id), chance),
            nonce,
            attempt,
            script,
            stage,
            due,
            placed_at,
            missed,
        }
    })
}

fn lane() -> impl Strategy<Value = Lane> {
    prop_oneof![
        Just(Lane::None),
        time().prop_map(Lane::Timed),
        any::<u64>().prop_map(Lane::Ready),
    ]
}

fn account() -> impl Strategy<Value = Account> {
    prop_oneof![
        any::<u64>().prop_map(|user| Account::Available(UserId(user))),
        any::<u64>().prop_map(|user| Account::Held(UserId(user))),
        Just(Account::Gifts),
        Just(Account::Sales),
        Just(Account::Grants),
        Just(Account::Revenue),
    ]
}

fn reason() -> impl Strategy<Value = Reason> {
    let job = || any::<u64>().prop_map(JobId);
    prop_oneof![
        Just(Reason::Welcome),
        (any::<u64>(), job()).prop_map(|(order, job)| Reason::Hold {
            order: OrderId(order),
            job
        }),
        job().prop_map(|job| Reason::Capture { job }),
        job().prop_map(|job| Reason::Release { job }),
        any::<(String, Option<String>)>().prop_map(|(why, key)| Reason::Grant { why, key }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let before = any::<Option<u64>>().prop_map(|id| id.map(EntryId));
    let parts = (
        any::<u64>(),
        time(),
        account(),
        account(),
        credits(),
        reason(),
        any::<[i64; 2]>(),
        before,
    );
    parts.prop_map(
        |(id, at, from, to, amount, reason, balances, before)| Entry {
            id: EntryId(id),
            at,
            from,
            to,
            amount,
            reason,
            from_balance: balances[0],
            to_balance: balances[1],
            before,
        },
    )
}

fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        one_of(&Question::ALL),
        one_of(&Count::ALL).prop_map(Question::Confirm)
    ]
}

fn video() -> impl Strategy<Value = Video> {
    let numbers = any::<([u64; 2], [u8; 2], bool)>();
    (numbers, model(), any::<String>()).prop_map(|((ids, [number, count], gift), model, url)| {
        let [order, job] = ids;
        Video {
            gift,
            order: OrderId(order),
            job: JobId(job),
            number,
            count,
            model,
            url,
        }
    })
}

fn alert() -> impl Strategy<Value = Alert> {
    prop_oneof![
        (source(), any::<Option<String>>())
            .prop_map(|(source, key)| Alert::Billing { source, key }),
        source().prop_map(|source| Alert::BillingOver { source }),
        (model(), any::<bool>())
            .prop_map(|(model, models_left)| Alert::ModelOff { model, models_left }),
        model().prop_map(|model| Alert::ModelBack { model }),
        Just(Alert::AllKeysRest),
        Just(Alert::KeysAwake),
        any::<u64>().prop_map(|job| Alert::Panic { job: JobId(job) }),
        any::<u64>().prop_map(|free_mb| Alert::NoRoom { free_mb }),
        any::<String>().prop_map(|why| Alert::Unwritable { why }),
        any::<(u64, String)>().prop_map(|(breaches, first)| Alert::Breach { breaches, first }),
        Just(Alert::RoomBack),
        Just(Alert::Writable),
        Just(Alert::BooksFine),
        (
            any::<String>(),
            any::<Option<u32>>(),
            one_of(&Obstacle::ALL)
        )
            .prop_map(|(host, days, obstacle)| Alert::CertificateFails {
                host,
                days,
                obstacle
            }),
        any::<String>().prop_map(|host| Alert::CertificateBack { host }),
        any::<(String, Option<u64>)>().prop_map(|(why, hours)| Alert::BackupFails { why, hours }),
        any::<Option<u64>>().prop_map(|hours| Alert::BackupLate { hours }),
        any::<(String, Option<u64>)>().prop_map(|(why, hours)| Alert::CopyFails { why, hours }),
        Just(Alert::BackupBack),
        Just(Alert::CopyBack),
        (any::<String>(), any::<u64>()).prop_map(|(key, minutes)| Alert::KeyRests { key, minutes }),
        any::<(u64, u64)>().prop_map(|(failed, ended)| Alert::Failing { failed, ended }),
        time().prop_map(|before| Alert::Restarted { before }),
        one_of(&Trouble::ALL).prop_map(|trouble| Alert::Unwritten { trouble }),
        any::<(i64, String, bool)>().prop_map(|(code, text, request)| {
            Alert::Strange(Strange::new(code, &text, request))
        }),
        any::<String>().prop_map(|text| Alert::StrangeOver { text }),
        any::<u64>().prop_map(|minutes| Alert::ClockBack { minutes }),
        (one_of(&Part::ALL), any::<String>())
            .prop_map(|(part, why)| Alert::PartFails { part, why }),
        any::<u64>().prop_map(|job| Alert::Undelivered { job: JobId(job) }),
        Just(Alert::Rival),
        any::<String>().prop_map(|host| Alert::CertificateUnkept { host }),
        any::<String>().prop_map(|host| Alert::CertificateKept { host }),
    ]
}

fn say() -> impl Strategy<Value = Say> {
    let hint = || proptest::option::of(one_of(&Hint::ALL));
    let told = prop_oneof![
        credits().prop_map(|balance| Say::Welcome { balance }),
        hint().prop_map(|hint| Say::Menu { hint }),
        (hint(), question(), any::<u64>(), credits()).prop_map(
            |(hint, question, draft, balance)| Say::Ask {
                hint,
                question,
                draft: DraftId(draft),
                balance,
            }
        ),
        one_of(&[
            Say::Help,
            Say::Support,
            Say::TopUp,
            Say::AlbumFirst,
            Say::Group,
            Say::Retrying
        ]),
        credits().prop_map(|balance| Say::Cabinet { balance }),
        (any::<u64>(), credits(), credits()).prop_map(|(draft, need, balance)| Say::TooFew {
            draft: DraftId(draft),
            need,
            balance
        }),
        any::<u8>().prop_map(|count| Say::Accepted { count }),
    ];
    prop_oneof![
        told,
        any::<u64>().prop_map(|order| Say::Status {
            order: OrderId(order)
        }),
        video().prop_map(Say::Video),
        video().prop_map(Say::VideoLink),
        (any::<u64>(), kind(), proptest::option::of(model())).prop_map(|(job, kind, model)| {
            Say::Refunded {
                job: JobId(job),
                kind,
                model,
            }
        }),
        (any::<i64>(), credits()).prop_map(|(credits, balance)| Say::Granted { credits, balance }),
        alert().prop_map(Say::Alert),
        any::<u64>().prop_map(|job| Say::RetryingJob { job: JobId(job) }),
        any::<u64>().prop_map(|job| Say::Undelivered { job: JobId(job) }),
        (alert(), any::<u32>()).prop_map(|(alert, held)| Say::Held { alert, held }),
    ]
}
