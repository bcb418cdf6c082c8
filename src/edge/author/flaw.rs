//! Whether a text can be filmed: an apology, a question back or half a sentence is no script.
//!
//! A true script may say "sorry" in a spoken line, begin with "Here" or end in a question, so quoted words are not
//! looked at, and a text that speaks of camera, light and hands is believed more than one that speaks of requests.

mod apology;
mod spoken;

use super::answer::End;
use super::words::Words;
use spoken::{films, opening};

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// There is none.
    Empty,
    /// There is none, for thoughts had used up the longest answer.
    Budget,
    /// It breaks off.
    Cut,
    /// The author says no.
    Apology,
    /// The author asks back.
    Question,
    /// It is something else: too short, with gaps to fill in, the instructions themselves, a chat.
    Unclear,
}

impl Flaw {
    /// Its name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "NO_TEXT",
            Self::Budget => "NO_BUDGET",
            Self::Cut => "CUT_OFF",
            Self::Apology => "APOLOGY",
            Self::Question => "QUESTION",
            Self::Unclear => "NO_SCRIPT",
        }
    }
}

/// The shortest script has so many letters; a Chinese one counts for three.
const LEAST_LETTERS: usize = 10;
/// And so many words, where there are any.
const LEAST_WORDS: usize = 3;
/// A line of the instructions is known again by so many characters.
const KNOWN_AGAIN: usize = 40;
/// A text without words of filming is a question only if it is no longer than this, in characters.
const QUESTION: usize = 500;
/// And a text of any kind is an inquiry only up to here.
const INQUIRY: usize = 900;

/// Words that only a chat begins or ends with.
const CHATTING: Words = Words(
    "i'm ready|ready to help|i understand|i'll create|i'll write|i will create|i will write|let's create|\
    let's get started|how can i help|how may i help|how can i assist|what would you like|\
    i'd be happy to|i'd love to|thank you for|готов помочь|я готов|чем могу|чем я могу|давайте создадим|\
    спасибо за|i can help|i'll get started|got it|приступаю|промпт готов|prompt is ready|script is ready|\
    something went wrong|an error occurred|generation failed",
);
/// How nobody begins who films, unless there is more to see.
const SPEAKING: Words = Words(
    "i |i'm |i'll |i've |i'd |we |you |my |let me|your request|it seems|it looks like|error|я |мы |вы |ваш запрос|похоже|ich |\
    wir |ik |jag |jeg |je |j'|nous |yo |eu |io |ja |我|私|저는",
);
/// How an author asks for what it lacks.
const INQUIRING: Words = Words(
    "please provide|please share|please tell|please describe|please specify|please clarify|please send|\
    please upload|please give|please let me know|could you provide|could you share|could you tell|\
    could you describe|could you specify|could you clarify|could you please|can you provide|\
    can you tell|can you share|can you describe|can you please|would you mind|tell me more|\
    more information|more details|more context|i need to know|i'd need|what kind of|what product|\
    which product|не могли бы|уточните|уточни,|расскажите|пришлите|укажите|опишите|предоставьте|\
    больше информации|больше деталей|haven't provided|have not provided|is missing|请告诉|podrías|pourriez-vous|请提供|请问",
);
/// Words that open a sentence and never end one.
const OPEN_WORDS: Words = Words(
    "the|a|an|and|or|of|with|into|from|its|their|his|her|at|by|for|as|и|с|на|в|для|под|из|от|к|по|со",
);

/// What is wrong with `script`, which ended so; `instructions` are what was asked for.
pub(super) fn flaw(script: &str, end: End, instructions: &str) -> Option<Flaw> {
    if script.is_empty() {
        return Some(match end {
            End::Length => Flaw::Budget,
            End::Whole | End::Refused | End::Fault | End::Unsaid => Flaw::Empty,
        });
    }
    let spoken = unquoted(script);
    if apology::is_apology(&spoken) {
        return Some(Flaw::Apology);
    }
    if is_question(&spoken) {
        return Some(Flaw::Question);
    }
    if breaks_off(script, end) {
        return Some(Flaw::Cut);
    }
    let unclear =
        is_short(script) || has_gaps(script) || repeats(script, instructions) || chats(&spoken);
    unclear.then_some(Flaw::Unclear)
}

/// In lower case, with one kind of apostrophe, without what stands in quotation marks.
fn unquoted(script: &str) -> String {
    const PAIRS: [(char, char); 6] = [
        ('"', '"'),
        ('«', '»'),
        ('“', '”'),
        ('„', '“'),
        ('「', '」'),
        ('‘', '’'),
    ];
    let lower = script.to_lowercase();
    let (mut told, mut until) = (String::new(), None);
    for (at, c) in lower.char_indices() {
        match until {
            Some(close) if c == close => until = None,
            Some(_) => {}
            None => match PAIRS.iter().find(|(open, _)| *open == c) {
                // What never closes is no quotation.
                Some((_, close)) if lower[at + c.len_utf8()..].contains(*close) => {
                    until = Some(*close)
                }
                Some(_) | None => told.push(if c == '’' || c == '`' { '\'' } else { c }),
            },
        }
    }
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_question(spoken: &str) -> bool {
    let length = spoken.chars().count();
    let asks = spoken.contains(['?', '？', '؟']);
    let ends = spoken.trim_end_matches(|c: char| !c.is_alphanumeric() && !"?？؟".contains(c));
    let ends = ends.ends_with(['?', '？', '؟']);
    let inquires = INQUIRING.stand_in(opening(spoken, 3));
    let tells = spoken.contains(['.', '!', '。', '！']);
    inquires && length <= INQUIRY && (asks || !films(spoken))
        || ends && length <= QUESTION && !(films(spoken) && tells)
}

/// Whether it stops amid a sentence, by what the author said of its end and by its last word.
fn breaks_off(script: &str, end: End) -> bool {
    let last = script.trim_end();
    let closed = last.ends_with([
        '.', '!', '?', '…', '"', '»', '”', ')', ']', '\'', '。', '！', '？', '’', '」',
    ]);
    match end {
        End::Length | End::Fault => return true,
        End::Unsaid if !closed => return true,
        End::Whole | End::Refused | End::Unsaid => {}
    }
    let word = last
        .rsplit(|c: char| c.is_whitespace())
        .next()
        .unwrap_or_default();
    let hanging = last.ends_with([
        ',', ':', ';', '(', '[', '—', '–', '-', '«', '“', '„', '/', '&', '+',
    ]);
    hanging || OPEN_WORDS.has(&word.to_lowercase())
}

fn is_short(script: &str) -> bool {
    let letters = script.chars().filter(|c| c.is_alphabetic());
    let is_wide = |c: &char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    let wide = letters.clone().filter(is_wide).count();
    let words = script.split_whitespace().count();
    letters.count() + 2 * wide < LEAST_LETTERS || words < LEAST_WORDS && wide == 0
}

/// What stands where something was to follow.
const FILLERS: Words =
    Words("____|lorem ipsum|xxxx|<tool_call|function_call|%product|%s |(insert |(your |(вставь");

/// Whether somebody was to fill something in: "[product name]", "{product}", "____", or JSON that is not whole.
fn has_gaps(script: &str) -> bool {
    const PAIRS: [(char, char); 3] = [('[', ']'), ('{', '}'), ('<', '>')];
    let lower = script.to_lowercase();
    let gap = |(open, close): (char, char)| {
        lower.match_indices(open).any(|(at, _)| {
            let rest = &lower[at + open.len_utf8()..];
            let inner = rest.char_indices().take(60).find(|(_, c)| *c == close);
            inner.is_some_and(|(end, _)| is_gap(&rest[..end], open))
        })
    };
    PAIRS.into_iter().any(gap)
        || ["{\"", "[{", "{ \"", "{\n"]
            .iter()
            .any(|json| lower.starts_with(json))
        || FILLERS.stand_in(&lower)
}

/// Whether what stands in brackets is the name of something that is missing, and not a scene, a time or a sound.
fn is_gap(inner: &str, open: char) -> bool {
    const BEGINS: Words = Words(
        "insert|enter |your |name of|fill in|placeholder|e.g.|вставь|вставить|укажи|впиши|название|имя |\
        ваш|например",
    );
    const WHOLE: Words = Words(
        "product|product name|the product|brand|brand name|company|company name|item|item name|store|\
        store name|shop name|seller|benefit|key benefit|feature|key feature|color|colour|material|price|\
        discount|cta|tagline|slogan|товар|бренд|продукт|цена|выгода",
    );
    let inner = inner
        .trim_matches(['{', '[', '<', ' ', '$', '%'])
        .replace('_', " ");
    let word = !inner.is_empty()
        && inner
            .chars()
            .all(|c| c.is_alphanumeric() || c == ' ' || c == '.');
    WHOLE.has(&inner) || BEGINS.begin(&inner) || open == '{' && word
}

/// Whether it is what was asked for, word for word.
fn repeats(script: &str, instructions: &str) -> bool {
    let lines = instructions.lines().map(|line| {
        let numbered = |c: char| c.is_ascii_digit() || ".) -•".contains(c);
        line.trim_start_matches(numbered).trim()
    });
    let known: Vec<String> = lines
        .filter(|line| line.chars().count() >= KNOWN_AGAIN)
        .map(|line| line.chars().take(KNOWN_AGAIN).collect())
        .collect();
    let again = known
        .iter()
        .filter(|line| script.contains(line.as_str()))
        .count();
    again > 0 && again >= known.len().min(2) || script.contains("The seller typed:")
}

fn chats(spoken: &str) -> bool {
    !films(spoken) && (CHATTING.stand_in(opening(spoken, 2)) || SPEAKING.begin(spoken))
}

#[cfg(test)]
mod tests;
