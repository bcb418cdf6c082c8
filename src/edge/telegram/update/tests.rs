//! What Telegram and those between us send, and what it means: the table in `tests/cases`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::rules::domain::broadcast::Style;
use crate::rules::domain::stars::Deal;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn body(name: &str) -> String {
    fs::read_to_string(cases().join(format!("updates/{name}.json"))).unwrap()
}

fn meaning(name: &str) -> Option<Update> {
    let body = body(name);
    parse(&read(&body).unwrap(), Some("neurocards_test_bot"))
}

fn text_of(name: &str) -> String {
    match meaning(name).map(|update| update.event) {
        Some(Event::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

fn picture_of(name: &str) -> Picture {
    match meaning(name).map(|update| update.event) {
        Some(Event::Picture(picture)) => picture,
        other => panic!("{name}: {other:?}"),
    }
}

/// An event as the table names it.
fn named(event: &Event) -> String {
    match event {
        Event::Command(_) => "command".into(),
        Event::Desk(_) => "desk".into(),
        Event::Text(_) => "text".into(),
        Event::Picture(Picture { caption: None, .. }) => "picture".into(),
        Event::Picture(_) => "picture+caption".into(),
        Event::BadFile(hint) => format!("bad:{hint:?}"),
        Event::Other => "other".into(),
        Event::Edited => "edited".into(),
        Event::Press(None) => "press:?".into(),
        Event::Press(Some(button)) => format!("press:{}", button.data()),
        Event::Blocked => "blocked".into(),
        Event::Unblocked => "unblocked".into(),
        Event::Group => "group".into(),
        Event::Stars(Stars::Checkout { query, deal }) => {
            format!("checkout:{query}:{}", named_deal(deal))
        }
        Event::Stars(Stars::Paid { charge, deal }) => format!("paid:{charge}:{}", named_deal(deal)),
        Event::Stars(Stars::Refunded { charge, deal }) => {
            format!("refunded:{charge}:{}", named_deal(deal))
        }
    }
}

fn named_deal(deal: &Deal) -> String {
    format!("{} {}:{}", deal.amount, deal.currency, deal.payload)
}

#[test]
fn every_update_of_the_table_is_what_it_says() {
    let table = fs::read_to_string(cases().join("updates.tsv")).unwrap();
    let mut names = BTreeSet::new();
    for row in table.lines().skip(1) {
        let [name, _, event, _] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let meant = meaning(name).map_or("none".into(), |update| named(&update.event));
        assert_eq!(meant, event, "{name}");
        names.insert(format!("{name}.json"));
    }
    let files = fs::read_dir(cases().join("updates")).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(files.collect::<BTreeSet<_>>(), names);
}

#[test]
fn the_largest_size_is_taken_in_whatever_order() {
    for (name, file) in [
        (
            "02_photo_caption_date_time_entity",
            "AgACAgIAAxkBAAITEST00023",
        ),
        ("46_photo_sizes_unordered", "AgACAgIAAxkBAAITEST00463"),
        ("101_live_photo_alone", "AgACAgIAAxkBAAITEST00002"),
        ("105_rich_message_with_photo", "AgACAgIAAxkBAAITEST00004"),
        ("151_live_photo_large_first", "AgACAgIAAxkBAAITEST00011"),
        ("117_huge_numbers", "AgACbig"),
    ] {
        assert_eq!(picture_of(name).photo.file.0, file, "{name}");
    }
}

#[test]
fn words_are_read_whatever_is_around_them() {
    assert_eq!(text_of("07_rich_message"), "Linen apron, natural dye");
    assert_eq!(
        text_of("103_rich_message_of_many_blocks"),
        "Linen apron\nred"
    );
    assert_eq!(
        text_of("09_reply_to_live_photo"),
        "This one, please: oak board"
    );
    assert_eq!(text_of("44_text_4096_emoji").chars().count(), 2048);
    assert!(text_of("111_half_a_character").starts_with("Mug "));
    let caption = picture_of("105_rich_message_with_photo").caption;
    assert_eq!(caption.as_deref(), Some("Vase"));
}

#[test]
fn who_pays_is_who_sent_it_and_who_is_paid_back_is_who_has_the_chat() {
    let of = |name| meaning(name).map(|it| (it.user.0, it.chat)).unwrap();
    assert_eq!(of("156_paid_in_a_group"), (7000000001, -1000000001));
    assert_eq!(of("155_refunded_by_the_bot"), (7000000001, 7000000001));
    assert_eq!(of("154_pre_checkout"), (7000000001, 7000000001));
}

#[test]
fn the_topic_is_known() {
    let place = |name| meaning(name).unwrap().place;
    assert_eq!(
        place("32_photo_in_private_topic"),
        Place::Topic(TopicId(4242))
    );
    assert_eq!(place("132_topic_as_text"), Place::Topic(TopicId(4244)));
    assert_eq!(place("133_press_in_topic"), Place::Topic(TopicId(4245)));
    assert_eq!(place("01_text_date_time_entity"), Place::Chat);
    assert_eq!(place("37_callback_styled_buttons"), Place::Chat);
    // Of these nobody says where they stand.
    assert_eq!(place("34_callback_inaccessible"), Place::Unknown);
    assert_eq!(place("35_callback_without_message"), Place::Unknown);
    assert_eq!(place("38_my_chat_member_blocked"), Place::Unknown);
}

#[test]
fn only_a_plain_name_is_kept() {
    let name = |case| meaning(case).unwrap().username;
    assert_eq!(
        name("01_text_date_time_entity").as_deref(),
        Some("anna_shop_test")
    );
    for case in [
        "40_deleted_account",
        "41_strange_name",
        "143_strange_username",
    ] {
        assert_eq!(name(case), None, "{case}");
    }
}

#[test]
fn a_link_with_an_odd_address_spoils_no_other_mark() {
    let marks = meaning("64_text_link_odd_url").unwrap().aside.marks;
    let links = marks.iter().map(|mark| &mark.style);
    let links: Vec<_> = links.collect();
    let link = |url: &str| Style::Link(url.into());
    assert_eq!(links, [&link("tg://resolve?domain=x"), &link("http://")]);
}

#[test]
fn what_is_no_update_is_nothing() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"message":{}}"#,
        r#"{"update_id":-1}"#,
    ] {
        assert!(read(body).is_none(), "{body}");
    }
}
