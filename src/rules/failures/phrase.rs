//! Texts as words, and phrases that are looked for in them.

use std::collections::BTreeMap;

/// A "~" stands for at most five words, or ten Chinese signs: a word counts two.
const GAP: usize = 10;

/// A text as words: as it stands, and with `camelCase` taken apart if that is something else.
pub struct Text(Vec<Vec<String>>);

/// A sequence of words.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase(Vec<Piece>);

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// This word, or one that begins so.
    Word { word: String, open: bool },
    /// A few other words, or none.
    Gap,
    /// A phrase of a class.
    Class(Vec<Phrase>),
}

/// Why a phrase cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// Nothing to look for.
    #[error("the phrase \"{0}\" has no word in it")]
    Empty(String),
    /// A class that is not there.
    #[error("there is no class of words \"{0}\"")]
    NoClass(String),
    /// A class that is in itself.
    #[error("the class of words \"{0}\" is in itself")]
    Circle(String),
}

impl Text {
    /// The words of `text`.
    pub fn new(text: &str) -> Self {
        let whole = words(text, false);
        let apart = words(text, true);
        Self(match whole == apart {
            true => vec![whole],
            false => vec![whole, apart],
        })
    }

    /// Whether `fits` holds for one of the ways to read it.
    pub fn any(&self, fits: impl Fn(&[String]) -> bool) -> bool {
        self.0.iter().any(|words| fits(words))
    }
}

impl Phrase {
    /// Reads a phrase with the classes it may name; `within` are those it stands in.
    pub fn parse<'c>(
        source: &'c str,
        classes: &'c BTreeMap<String, Vec<String>>,
        within: &mut Vec<&'c str>,
    ) -> Result<Self, PhraseError> {
        let mut pieces = Vec::new();
        for part in source.split_whitespace() {
            if part == "~" {
                pieces.push(Piece::Gap);
            } else if let Some(name) = part.strip_prefix('@') {
                let (name, members) = classes
                    .get_key_value(name)
                    .ok_or_else(|| PhraseError::NoClass(name.to_owned()))?;
                if within.contains(&name.as_str()) {
                    return Err(PhraseError::Circle(name.clone()));
                }
                within.push(name);
                let members: Result<_, _> = members
                    .iter()
                    .map(|member| Self::parse(member, classes, within))
                    .collect();
                within.pop();
                pieces.push(Piece::Class(members?));
            } else {
                let open = part.ends_with('*');
                let mut found = words(part, false);
                if found.is_empty() && part == "*" {
                    found.push(String::new());
                }
                let last = found.len().checked_sub(1);
                let last = last.ok_or_else(|| PhraseError::Empty(source.to_owned()))?;
                let found = found.into_iter().enumerate();
                pieces.extend(found.map(|(at, word)| Piece::Word {
                    word,
                    open: open && at == last,
                }));
            }
        }
        let named = |piece: &Piece| !matches!(piece, Piece::Gap);
        match pieces.iter().any(named) {
            true => Ok(Self(pieces)),
            false => Err(PhraseError::Empty(source.to_owned())),
        }
    }

    /// Whether it is somewhere in `words`.
    pub fn is_in(&self, words: &[String]) -> bool {
        (0..words.len()).any(|at| ends(&self.0, words, at, &|_| true))
    }
}

/// Whether `pieces` fit `words` from `at` on, and `rest` is content with where they end.
fn ends(pieces: &[Piece], words: &[String], at: usize, rest: &dyn Fn(usize) -> bool) -> bool {
    let Some((first, tail)) = pieces.split_first() else {
        return rest(at);
    };
    match first {
        Piece::Gap => {
            let mut left = GAP;
            let reached = words[at..].iter().take_while(|word| {
                let cost = if word.chars().any(is_a_word) { 1 } else { 2 };
                let fits = cost <= left;
                left = left.saturating_sub(cost);
                fits
            });
            let most = at + reached.count();
            (at..=most).any(|next| ends(tail, words, next, rest))
        }
        Piece::Class(members) => members
            .iter()
            .any(|member| ends(&member.0, words, at, &|end| ends(tail, words, end, rest))),
        Piece::Word { word, open } => {
            let fits = |found: &String| found == word || *open && found.starts_with(word.as_str());
            words.get(at).is_some_and(fits) && ends(tail, words, at + 1, rest)
        }
    }
}

/// The words of a text in small letters. A Chinese sign is a word, an apostrophe is nothing, `isn't` is `is not`;
/// `apart` takes `camelCase` apart.
fn words(text: &str, apart: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut before = None;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if matches!(sign, '\'' | '’' | '`') {
            continue;
        }
        let part = sign.is_alphanumeric();
        let alone = is_a_word(sign);
        let hump = apart
            && sign.is_uppercase()
            && before.is_some_and(|before: char| {
                before.is_lowercase()
                    || before.is_uppercase() && signs.peek().is_some_and(|next| next.is_lowercase())
            });
        if (alone || hump || !part) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        before = Some(sign).filter(|_| part && !alone);
        if alone {
            found.push(sign.to_string());
        } else if part {
            word.extend(
                sign.to_lowercase()
                    .map(|sign| if sign == 'ё' { 'е' } else { sign }),
            );
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found.into_iter().flat_map(without_contraction).collect()
}

/// `isnt` and `cannot` are read as two words, so that a phrase with `not` in it fits them, too.
fn without_contraction(word: String) -> Vec<String> {
    let verb = match word.as_str() {
        "cant" | "cannot" => "can",
        "wont" => "will",
        "isnt" | "arent" | "wasnt" | "werent" | "hasnt" | "havent" | "hadnt" | "dont"
        | "doesnt" | "didnt" | "couldnt" | "wouldnt" | "shouldnt" | "mustnt" => {
            &word[..word.len() - 2]
        }
        _ => return vec![word],
    };
    vec![verb.to_owned(), "not".to_owned()]
}

/// Chinese and Japanese signs, and the one that stands for what was taken out of a text.
fn is_a_word(sign: char) -> bool {
    matches!(sign, '…' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_words() {
        let read = |text: &str| words(text, true).join(" ");
        assert_eq!(read("The user's “Prompt”, v2!"), "the users prompt v2");
        assert_eq!(read("SENSITIVE_WORD_ERROR"), "sensitive word error");
        assert_eq!(
            read("InputImageSensitiveContentDetected.PrivacyInformation"),
            "input image sensitive content detected privacy information"
        );
        assert_eq!(read("invalidAPIKey OK"), "invalid api key ok");
        assert_eq!(read("余额不足, top up"), "余 额 不 足 top up");
        assert_eq!(read("Ещё раз"), "еще раз");
        assert_eq!(
            read("It isn't, we can’t, I cannot, don't"),
            "it is not we can not i can not do not"
        );
        assert_eq!(words("OpenAI", false), ["openai"]);
        assert_eq!(read(" - "), "");
    }

    fn classes() -> BTreeMap<String, Vec<String>> {
        let class = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        [
            ("who".to_owned(), class(&["people", "public figure*"])),
            ("round".to_owned(), class(&["@round"])),
        ]
        .into()
    }

    #[test]
    fn a_phrase_is_found_as_words_in_a_row() {
        let classes = classes();
        let is_in = |phrase: &str, text: &str| {
            let phrase = Phrase::parse(phrase, &classes, &mut Vec::new()).unwrap();
            Text::new(text).any(|words| phrase.is_in(words))
        };
        assert!(is_in("content polic*", "violates our Content Policies."));
        assert!(!is_in("content polic*", "content of a policy"));
        assert!(!is_in("polic", "policy"));
        assert!(is_in("has @who", "it has public figures in it"));
        assert!(is_in("@who in", "Public figure in it"));
        assert!(is_in("account ~ closed", "account closed"));
        assert!(is_in(
            "account ~ closed",
            "account was for now a closed one"
        ));
        assert!(!is_in("account ~ closed", "account 1 2 3 4 5 6 closed"));
        assert!(is_in("内容 审核", "未通过内容审核"));
        assert!(is_in("openai", "OpenAI"));
        assert!(is_in("open ai", "OpenAI"));
        assert!(is_in("error * upload", "error minor upload"));
    }

    #[test]
    fn a_wrong_phrase_is_refused() {
        let classes = classes();
        let wrong = |phrase| Phrase::parse(phrase, &classes, &mut Vec::new()).unwrap_err();
        assert_eq!(wrong(" - "), PhraseError::Empty(" - ".into()));
        assert_eq!(wrong("~"), PhraseError::Empty("~".into()));
        assert_eq!(wrong("a @quux"), PhraseError::NoClass("quux".into()));
        assert_eq!(wrong("@round"), PhraseError::Circle("round".into()));
    }
}
