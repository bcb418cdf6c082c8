//! The shipped table against what the world says, from `tests/cases/failures.jsonl`; and tables that are wrong.

use serde_json::Value;

use super::*;

const CASES: &str = include_str!("../../../tests/cases/failures.jsonl");

/// Each text with its code and the meanings that are right.
fn cases() -> impl Iterator<Item = (String, Option<i64>, Vec<String>)> {
    CASES.lines().map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        let means = match &case["means"] {
            Value::Array(all) => all
                .iter()
                .map(|one| one.as_str().unwrap().to_owned())
                .collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        };
        (
            case["text"].as_str().unwrap().to_owned(),
            case["code"].as_i64(),
            means,
        )
    })
}

fn word(reading: &Reading<'_>) -> &'static str {
    reading.meaning.map_or("unknown", Meaning::word)
}

#[test]
fn every_collected_text_is_understood() {
    let table = Failures::shipped();
    let mut wrong = Vec::new();
    for (text, code, means) in cases() {
        for text in [text.clone(), text.to_uppercase()] {
            let reading = table.read(code, &text);
            // Capitals alone tell no humps apart.
            let humps = text == text.to_uppercase() && !text.contains(' ');
            if !means.iter().any(|one| one == word(&reading)) && !humps {
                wrong.push(format!(
                    "{code:?} {text}: {:?}, not {means:?}",
                    word(&reading)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[test]
fn every_row_decides_something() {
    let table = Failures::shipped();
    let mut idle: Vec<usize> = table.rules().iter().map(|rule| rule.number).collect();
    for (text, code, _) in cases() {
        if let Why::Rule(rule) = table.read(code, &text).why {
            idle.retain(|number| *number != rule.number);
        }
    }
    assert!(idle.is_empty(), "no case is decided by the rows {idle:?}");
}

#[test]
fn a_code_decides_when_no_text_does() {
    let table = Failures::shipped();
    for (code, means) in table.codes() {
        for text in ["", "Something. Please try again."] {
            assert_eq!(
                table.read(Some(*code), text).meaning,
                Some(*means),
                "{code}"
            );
        }
    }
    for code in [200, 400, 404, 422, 501] {
        assert_eq!(table.read(Some(code), "").meaning, None, "{code}");
    }
    let polite = table.read(None, "Please try again");
    assert_eq!(polite.meaning, Some(Meaning::Temporary));
}

#[test]
fn broad_words_decide_nothing() {
    let table = Failures::shipped();
    for text in [
        "content",
        "people",
        "your account",
        "error 500",
        "generate failed",
        "face",
        "policy",
        "model",
        "image",
        "credit",
        "provider",
        "limit",
        "safety",
        "video",
        "内容",
    ] {
        assert_eq!(table.read(Some(501), text).kind(), Kind::Unknown, "{text}");
    }
}

#[test]
fn no_more_of_a_text_is_read_than_anybody_says() {
    let table = Failures::shipped();
    let long = format!("{}Insufficient balance", "quux ".repeat(READ));
    assert_eq!(table.read(None, &long).meaning, None);
    let text = "ж".repeat(READ * 2);
    assert_eq!(table.read(None, &text).meaning, None);
}

#[test]
fn every_meaning_is_read_by_its_word() {
    for meaning in Meaning::ALL {
        let text = format!(
            "[[rule]]\nmeans = '{}'\nwhy = ''\nany = ['quux']",
            meaning.word()
        );
        let table = Failures::parse(&text).unwrap();
        assert_eq!(table.read(None, "a Quux!").meaning, Some(meaning));
        assert_eq!(table.rules().len(), 1);
    }
}

#[test]
fn a_row_may_want_a_code_and_may_yield_to_one() {
    let table = Failures::parse(
        "[[rule]]\nmeans = 'photo'\nwhy = ''\nany = ['quux']\ncodes = [500]\n\
         [[rule]]\nmeans = 'violation'\nwhy = ''\nall = ['quux', 'a | b']\nnone = ['c']\nweak = true\n\
         [codes]\n402 = 'billing'",
    );
    let table = table.unwrap();
    let means = |code, text| table.read(Some(code), text).meaning;
    assert_eq!(means(500, "quux"), Some(Meaning::Photo));
    assert_eq!(means(501, "quux"), None);
    assert_eq!(means(501, "b, quux"), Some(Meaning::Violation));
    assert_eq!(means(501, "b, quux, c"), None);
    assert_eq!(means(402, "b, quux"), Some(Meaning::Billing));
}

#[test]
fn every_mistake_of_a_file_is_told() {
    let told = |text: &str| {
        let mistakes = Failures::parse(text).unwrap_err();
        let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        told.join("; ")
    };
    let row = |what: &str| format!("[[rule]]\nmeans = 'photo'\nwhy = ''\n{what}\n");
    let rows = [
        row("any = ['a', '@quux']"),
        row("all = ['-']"),
        row("none = ['a']"),
    ]
    .concat();
    assert_eq!(
        told(&format!("{rows}[codes]\nquux = 'photo'")),
        "row 1: there is no class of words \"quux\"; row 2: the phrase \"-\" has no word in it; \
         row 3 fits everything: say any, all or codes; codes: \"quux\" is not a number"
    );
    assert!(told("[[rule]]\nmeans = 'quux'").contains("cannot be read"));
    assert!(told("quux = 1").contains("cannot be read"));
}
