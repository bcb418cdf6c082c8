//! The operator's words, in Russian and English: of the page, and of refusals in every face.
//!
//! They are not among the texts an operator may edit: sellers never see them, and an older `texts/ru.ftl` must not
//! keep a newer daemon from starting.

mod refusal;

use std::sync::LazyLock;

use crate::edge::fluent::Bundle;
use crate::rules::domain::user::Lang;

pub use crate::edge::fluent::Blank;

const RU: &str = include_str!("locale/ru.ftl");
const EN: &str = include_str!("locale/en.ftl");

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| {
    [(Lang::Ru, RU), (Lang::En, EN)]
        .map(|(lang, texts)| Bundle::read(lang, texts).expect("the compiled-in texts are Fluent"))
});

/// Speaks one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub Lang);

impl Locale {
    /// A text.
    pub fn say(self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A text with blanks filled in. One that is missing is shown by its key: the tests look for those.
    pub fn fill(self, key: &str, blanks: &[Blank<'_>]) -> String {
        self.find(key, blanks).unwrap_or_else(|| key.to_owned())
    }

    /// A text, if there is one of that name.
    pub fn find(self, key: &str, blanks: &[Blank<'_>]) -> Option<String> {
        let bundle = match self.0 {
            Lang::Ru => &BUNDLES[0],
            Lang::En => &BUNDLES[1],
        };
        bundle.fill(key, blanks).map(|(text, _)| text)
    }

    /// A word of ours, such as a stage's name; as it is if there is no text for it.
    pub fn word(self, kind: &str, word: &str) -> String {
        self.find(&format!("{kind}-{word}"), &[])
            .unwrap_or_else(|| word.to_owned())
    }
}

/// The language a browser asks for: the first of ours that it names; Russian if there is none.
pub fn asked(accept: &str) -> Lang {
    let mut wanted: Vec<(f32, Lang)> = Vec::new();
    for part in accept.split(',') {
        let mut fields = part.split(';').map(str::trim);
        let name = fields.next().unwrap_or_default().to_ascii_lowercase();
        let weight = fields.find_map(|field| field.strip_prefix("q="));
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let lang = match name.split('-').next().unwrap_or_default() {
            "ru" | "uk" | "be" | "kk" => Some(Lang::Ru),
            "" | "*" => None,
            _ => Some(Lang::En),
        };
        if let Some(lang) = lang.filter(|_| weight > 0.0) {
            wanted.push((weight, lang));
        }
    }
    // Of equals the first.
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.first().map_or(Lang::Ru, |(_, lang)| *lang)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::domain::deed::DeedKind;
    use crate::rules::domain::failure::Kind;

    fn keys(text: &str) -> BTreeSet<&str> {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with(['#', ' ', '}']));
        lines
            .filter_map(|line| Some(line.split_once(" =")?.0))
            .collect()
    }

    /// Every text the page's sources name.
    fn named() -> BTreeSet<String> {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operator/page");
        let mut named = BTreeSet::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|it| it != "rs") || path.ends_with("locale.rs") {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for call in [".say(", ".fill("] {
                for (at, _) in text.match_indices(call) {
                    let rest = text[at + call.len()..].trim_start();
                    if let Some(rest) = rest.strip_prefix('"') {
                        named.insert(rest.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
        named
    }

    #[test]
    fn both_languages_have_every_text_the_page_names() {
        assert_eq!(keys(RU), keys(EN));
        let named = named();
        assert!(named.len() > 50, "{named:?}");
        for key in &named {
            assert!(keys(RU).contains(key.as_str()), "no text {key}");
        }
    }

    #[test]
    fn no_text_is_there_twice() {
        for text in [RU, EN] {
            let lines = text.lines().filter(|line| {
                line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(" =")
            });
            assert_eq!(lines.count(), keys(text).len());
        }
    }

    #[test]
    fn every_deed_has_a_text_wherever_the_page_speaks_of_it() {
        let chat_only = [DeedKind::Broadcast, DeedKind::Stop];
        let words = DeedKind::ALL
            .iter()
            .filter(|kind| !chat_only.contains(kind));
        let words: Vec<_> = words.map(|kind| kind.word()).chain(["take"]).collect();
        for text in [RU, EN] {
            let has = |key: String| assert!(keys(text).contains(key.as_str()), "no text {key}");
            for word in &words {
                for before in ["confirm", "sure", "told"] {
                    has(format!("{before}-{word}"));
                }
                match *word {
                    "rest" | "wake" => {
                        has(format!("act-{word}-key"));
                        has(format!("act-{word}-model"));
                    }
                    word => has(format!("act-{word}")),
                }
            }
            for kind in &chat_only {
                has(format!("act-{}", kind.word()));
            }
        }
        let n = [("n", 3.into())];
        assert_eq!(
            Locale(Lang::En).fill("told-take", &n),
            "Done. The balance is 3 now."
        );
    }

    #[test]
    fn every_word_of_the_shop_has_a_text() {
        let words: [(&str, &[&str]); 9] = [
            (
                "stage",
                &[
                    "queued",
                    "preparing",
                    "submitting",
                    "rendering",
                    "rendered",
                    "done",
                    "failed",
                ],
            ),
            ("kind", &Kind::ALL.map(Kind::name)),
            ("means", &Kind::ALL.map(Kind::name)),
            ("source", &["telegram", "gpt", "kie", "shop"]),
            (
                "reason",
                &["welcome", "hold", "capture", "release", "grant"],
            ),
            ("template", &["ugc", "ad", "self"]),
            ("photo", &["wanted", "ready", "refused"]),
            ("closed", &["room", "pause"]),
            (
                "step",
                &[
                    "menu", "photo", "text", "template", "prompt", "wishes", "count", "confirm",
                ],
            ),
        ];
        for lang in [Lang::Ru, Lang::En] {
            for (kind, words) in words {
                for word in words {
                    let text = Locale(lang).find(&format!("{kind}-{word}"), &[]);
                    assert!(text.is_some_and(|text| !text.is_empty()), "{kind}-{word}");
                }
            }
        }
    }

    #[test]
    fn a_browser_is_spoken_to_in_the_language_it_asks_for() {
        for (accept, lang) in [
            ("", Lang::Ru),
            ("*", Lang::Ru),
            ("ru-RU,ru;q=0.9,en;q=0.8", Lang::Ru),
            ("en-GB,en;q=0.9,ru;q=0.8", Lang::En),
            ("de,ru;q=0.9", Lang::En),
            ("en;q=0.3, ru;q=0.7", Lang::Ru),
            ("ru;q=0, en", Lang::En),
            ("\u{0};;;q=q,=", Lang::En),
        ] {
            assert_eq!(asked(accept), lang, "{accept}");
        }
    }

    #[test]
    fn russian_counts_as_russians_do() {
        let said = |n: u64| Locale(Lang::Ru).fill("credits", &[("n", n.into())]);
        assert_eq!(said(1), "1 кредит");
        assert_eq!(said(3), "3 кредита");
        assert_eq!(said(11), "11 кредитов");
    }
}
