//! What a model thought before it wrote, where its server left that in the text.

use crate::edge::author::words::Words;

/// Pieces of the names of tags around thoughts.
const THOUGHTS: Words = Words("think|thought|reason|reflect|analysis|scratch|monolog|plan");
/// Tags around the answer.
const ANSWERS: Words = Words(
    "answer|script|output|final|response|result|prompt|video_prompt|solution|final_answer|final_script",
);
/// No name of a tag is longer.
const TAG: usize = 40;

/// A tag and where it stands.
struct Tag {
    from: usize,
    to: usize,
    closes: bool,
    name: String,
}

/// The text without thoughts: what is between their tags, before a closing one that nothing opens, and after an
/// opening one that nothing closes.
pub(super) fn without(text: &str) -> String {
    let text = in_channels(text).unwrap_or_else(|| text.to_owned());
    let (mut told, mut rest, mut depth) = (String::new(), text.as_str(), 0u32);
    while let Some(tag) = next(rest) {
        let before = &rest[..tag.from];
        let thinks = THOUGHTS.stand_in(&tag.name);
        if depth == 0 {
            told.push_str(before);
        }
        match (thinks, tag.closes) {
            (true, false) => depth += 1,
            (true, true) if depth == 0 => told.clear(),
            (true, true) => depth -= 1,
            (false, _) if depth == 0 => told.push_str(&rest[tag.from..tag.to]),
            (false, _) => {}
        }
        rest = &rest[tag.to..];
    }
    if depth == 0 {
        told.push_str(rest);
    }
    answer(&told)
}

/// What stands in the tags of an answer; what does not close goes to the end. Other tags go, what they hold stays.
fn answer(text: &str) -> String {
    let (mut told, mut rest, mut found) = (String::new(), text, None);
    while let Some(tag) = next(rest) {
        told.push_str(&rest[..tag.from]);
        let answers = ANSWERS.has(&tag.name);
        match (answers, tag.closes) {
            (true, false) => {
                told.clear();
                found = None;
            }
            (true, true) if found.is_none() => found = Some(told.clone()),
            (true, true) => {}
            // One that only a seller could fill in is looked at later.
            (false, false) if !is_markup(&tag.name) => told.push_str(&rest[tag.from..tag.to]),
            (false, _) => {}
        }
        rest = &rest[tag.to..];
    }
    told.push_str(rest);
    found
        .filter(|found| !found.trim().is_empty())
        .unwrap_or(told)
}

/// Tags of HTML and of the templates of chats.
fn is_markup(name: &str) -> bool {
    const HTML: Words = Words("p|b|i|u|br|em|strong|div|span|ul|ol|li|h1|h2|code");
    const CHATS: Words = Words("s|im_start|im_end|end|start|return|endoftext|eot_id|inst");
    HTML.has(name) || CHATS.has(name) || name.contains("_of_") || name.contains("sentence")
}

/// The next tag: `<think>`, `[THINK]`, `◁/think▷`, `<seed:think>`, `<|end|>`.
fn next(text: &str) -> Option<Tag> {
    let mut skipped = 0;
    while let Some(at) = text[skipped..].find(['<', '[', '◁']) {
        let from = skipped + at;
        let tail = &text[from..];
        let open = tail.chars().next().map_or(0, char::len_utf8);
        skipped = from + open;
        let close = match tail.chars().next() {
            Some('[') => ']',
            Some('◁') => '▷',
            _ => '>',
        };
        let end = tail.char_indices().take(TAG).find(|(_, c)| *c == close);
        let Some((end, _)) = end else {
            continue;
        };
        let inner = &tail[open..end];
        let closes = inner.trim_start_matches('|').starts_with('/') || inner.contains("end_of_");
        let name = inner.trim_matches(['/', '|', ' ']);
        let name = name.rsplit(':').next().unwrap_or_default();
        let name = name
            .split([' ', '='])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let word = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        // In square brackets there are scenes and times: those of thoughts are the only tags.
        let is_tag = close != ']'
            || ["think", "/think", "inst", "/inst"].contains(&inner.to_lowercase().as_str());
        if word && !name.is_empty() && is_tag {
            let to = from + end + close.len_utf8();
            return Some(Tag {
                from,
                to,
                closes,
                name,
            });
        }
    }
    None
}

/// What gpt-oss says in its last channel, where the marks of channels were left in, or their names alone.
fn in_channels(text: &str) -> Option<String> {
    const CHANNEL: &str = "<|channel|>";
    const MESSAGE: &str = "<|message|>";
    if !text.contains(CHANNEL) {
        let (_, told) = text
            .strip_prefix("analysis")?
            .split_once("assistantfinal")?;
        return Some(told.to_owned());
    }
    let last = text.rsplit(CHANNEL).find_map(|channel| {
        let channel = channel.trim_start().strip_prefix("final")?;
        let (_, told) = channel.split_once(MESSAGE)?;
        told.split("<|").next()
    });
    Some(last.unwrap_or_default().to_owned())
}
