//! The conversation, step by step.

use proptest::prelude::*;

use super::*;
use crate::rules::domain::brief::{Photo, Recipe};
use crate::rules::domain::id::{AlbumId, FileId, OrderId};

fn facts(balance: u32, fresh: u64) -> Facts {
    Facts {
        sales: Sales::Open,
        templates: templates(),
        banned: false,
        balance: Credits(balance),
        fresh: DraftId(fresh),
        again: Some(brief()),
        gone: false,
    }
}

fn templates() -> Vec<Template> {
    ["ugc", "ad"]
        .map(|name| Template::parse(name).unwrap())
        .into()
}

fn photo() -> Photo {
    Photo {
        file: FileId("p".into()),
    }
}

fn brief() -> Brief {
    let recipe = Recipe::Own {
        prompt: Text::parse("prompt").unwrap(),
    };
    Brief {
        photo: photo(),
        product: Text::parse("pillow").unwrap(),
        recipe,
    }
}

fn picture() -> Event {
    Event::Picture(Picture {
        photo: photo(),
        album: None,
        caption: None,
        as_file: false,
    })
}

fn walk(events: Vec<Event>, balance: u32) -> (Session, Vec<Effect>) {
    let start = (Session::new(), Vec::new());
    events.into_iter().fold(start, |(session, _), event| {
        step(session, event, &facts(balance, 7))
    })
}

fn to_count() -> Vec<Event> {
    let style = Style::Template(templates()[0]);
    vec![
        Event::Press(Some(Button::Make)),
        picture(),
        Event::Text("pillow".into()),
        Event::Press(Some(Button::Style {
            draft: DraftId(7),
            style,
        })),
        Event::Text("-".into()),
    ]
}

fn count(count: Count) -> Event {
    Event::Press(Some(Button::Count {
        draft: DraftId(7),
        count,
    }))
}

fn confirm() -> Event {
    Event::Press(Some(Button::Confirm { draft: DraftId(7) }))
}

fn orders(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Order { .. }))
        .count()
}

#[test]
fn six_steps_make_an_order_once() {
    let mut events = to_count();
    events.extend([count(Count::Three), confirm()]);
    let (session, effects) = walk(events.clone(), 5);
    assert_eq!((session.answers, orders(&effects)), (None, 1));
    events.push(confirm());
    let (_, effects) = walk(events, 5);
    assert_eq!(effects, [Effect::Toast(Toast::Launched)]);
}

#[test]
fn an_own_prompt_skips_the_wishes() {
    let mut events = to_count();
    events[3] = Event::Press(Some(Button::Style {
        draft: DraftId(7),
        style: Style::Own,
    }));
    events[4] = Event::Text("a pillow floats".into());
    let (session, _) = walk(events, 5);
    assert_eq!(session.question(), Some(Question::Count));
    let brief = session.answers.and_then(Draft::brief).unwrap();
    assert_eq!(brief.recipe.name(), "self");
}

#[test]
fn too_few_credits_keep_the_draft() {
    let mut events = to_count();
    events.push(count(Count::Three));
    let (session, effects) = walk(events, 2);
    assert_eq!(session.question(), Some(Question::Count));
    assert!(matches!(
        effects[1],
        Effect::Tell(Say::TooFew {
            need: Credits(3),
            ..
        })
    ));
}

#[test]
fn the_balance_counts_when_the_order_is_confirmed() {
    let mut events = to_count();
    events.push(count(Count::Three));
    let (session, _) = walk(events, 3);
    let (session, effects) = step(session, confirm(), &facts(2, 8));
    assert_eq!(orders(&effects), 0);
    assert_eq!(session.question(), Some(Question::Count));
}

fn drafts() -> impl Strategy<Value = DraftId> {
    (0..4u64).prop_map(DraftId)
}

fn styles() -> impl Strategy<Value = Style> {
    let templates = ["ugc", "ad", "gone"].map(|name| Style::named(name).unwrap());
    prop::sample::select([&templates[..], &[Style::Own]].concat())
}

fn buttons() -> impl Strategy<Value = Button> {
    prop_oneof![
        Just(Button::Menu),
        Just(Button::Make),
        Just(Button::Cabinet),
        Just(Button::Support),
        Just(Button::TopUp),
        Just(Button::Again(OrderId(1))),
        (drafts(), styles()).prop_map(|(draft, style)| Button::Style { draft, style }),
        (drafts(), prop::sample::select(Count::ALL.to_vec()))
            .prop_map(|(draft, count)| Button::Count { draft, count }),
        drafts().prop_map(|draft| Button::Confirm { draft }),
        drafts().prop_map(|draft| Button::Cancel { draft }),
    ]
}

fn pictures() -> impl Strategy<Value = Event> {
    (prop::option::of(0..2u8), prop::option::of("[a-z ]{0,5}")).prop_map(|(album, caption)| {
        let album = album.map(|id| AlbumId(id.to_string()));
        Event::Picture(Picture {
            photo: photo(),
            album,
            caption,
            as_file: false,
        })
    })
}

fn events() -> impl Strategy<Value = Event> {
    let commands = [
        Command::Start,
        Command::Menu,
        Command::Cancel,
        Command::Help,
        Command::Unknown,
    ];
    let text = prop_oneof![
        Just("-".to_owned()),
        Just("  ".to_owned()),
        Just("🔥".repeat(4097)),
        "\\PC{0,20}"
    ];
    prop_oneof![
        1 => prop::sample::select(commands.to_vec()).prop_map(Event::Command),
        6 => text.prop_map(Event::Text),
        4 => pictures(),
        1 => Just(Event::BadFile(Hint::NotAPicture)),
        1 => Just(Event::Other),
        1 => Just(Event::Edited),
        1 => Just(Event::Press(None)),
        9 => buttons().prop_map(|button| Event::Press(Some(button))),
        1 => Just(Event::Blocked),
        1 => Just(Event::Unblocked),
        1 => Just(Event::Group),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]
    #[test]
    fn no_reachable_session_leaves_an_event_without_an_answer(
        path in prop::collection::vec((events(), 0..6u32, any::<bool>()), 1..40),
    ) {
        let mut session = Session::new();
        let mut fresh = 0;
        for (event, balance, own) in path {
            fresh = (fresh + 1) % 4;
            let mut facts = facts(balance, fresh);
            if !own {
                facts.again = None;
                facts.gone = balance % 2 == 0;
            }
            let pressed = matches!(event, Event::Press(_));
            let of_the_album = matches!(&event, Event::Picture(picture)
                if picture.album.is_some() && picture.album == session.album && session.album_told);
            let (next, effects) = step(session, event, &facts);
            prop_assert_eq!(effects.is_empty(), of_the_album, "{:?}", effects);
            let toasts = effects.iter().filter(|effect| matches!(effect, Effect::Toast(_))).count();
            prop_assert_eq!(toasts, usize::from(pressed), "one toast per press");
            prop_assert!(orders(&effects) <= 1);
            for effect in &effects {
                if let Effect::Order { count, .. } = effect {
                    prop_assert!(count.price() <= facts.balance);
                    prop_assert_eq!(&next.answers, &None);
                }
            }
            session = next;
        }
    }
}
