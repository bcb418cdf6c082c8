//! What authors say of a script, before and after it.

use crate::edge::author::words::Words;

/// What is said before anything else, with a mark behind it.
const AGREED: Words = Words(
    "sure|sure thing|certainly|of course|absolutely|okay|ok|great|got it|understood|no problem|\
    with pleasure|happy to help|i'd be happy to help|hello|hi|alright|all right|конечно|хорошо|отлично|\
    понял|поняла|понятно|с удовольствием|разумеется|без проблем|да, конечно|готово|здравствуйте|привет|\
    natürlich|gerne|claro|por supuesto|bien sûr|certo|当然|当然可以|好的",
);
/// How a sentence begins that hands something over.
const HANDED: Words = Words(
    "here is|here's|here are|here you go|here goes|below is|below you|as requested|вот|ниже|держи|\
    предлагаю|представляю|hier ist|hier kommt|voici|aquí|aqui|ecco|ось|以下|这是|下面|以下が|다음은",
);
/// And one that may begin a script as well.
const SHOWN: Words = Words(
    "the following|this is|i've|i have|i wrote|i created|let me|let's|я подготовил|я написал|я составил|\
    это|следующий",
);
/// What is handed over.
const THINGS: Words = Words(
    "video|version|clip|reel|draft|text|answer|option|idea|видео|вариант|ролик|текст|ответ|文案|描述|视频|\
    vidéo|vídeo|대본",
);
/// What it can be and nothing else.
const SCRIPTS: Words = Words(
    "script|prompt|scenario|сценари|промпт|промт|skript|drehbuch|guion|guión|scénario|roteiro|脚本|提示词|\
    プロンプト|프롬프트",
);
/// A label has no other words than these …
const LABELS: Words = Words(
    "final|video|image-to-video|image|to|ai|the|your|generated|full|complete|main|ready|for|kie|sora|veo|\
    kling|ugc|ad|reel|reels|short|vertical|9:16|revised|english|in|text|model|generation|итоговый|\
    финальный|готовый|рекламный|для|видео|ролика|видеоролика|на|английском|вертикального|der|das|el|le|\
    视频|a",
);
/// … and at least one of these, or of [`SCRIPTS`].
const NAMES: Words = Words("answer|output|result|response|version|ответ|результат|текст|сценарий");
/// Headings of what follows a script, or goes before it and is none.
const BESIDE: Words = Words(
    "note|notes|explanation|why this works|why it works|rationale|negative prompt|hashtags|tips|\
    character count|word count|disclaimer|примечание|примечания|пояснение|пояснения|почему это работает|\
    хэштеги|негативный промпт|количество символов|说明|备注",
);
/// Headings that only go before it.
const TITLES: Words = Words("title|headline|название|заголовок|标题");
/// How a sentence begins that is meant for whoever asked.
const OFFERS: Words = Words(
    "let me know|would you like|feel free|hope this|i hope|want me to|shall i|should i|do you want|\
    do you need|need any|please let me|please tell me|can i help|is there anything|i can also|\
    i can adjust|happy to|if you'd like|if you need|if you want|хотите|хочешь|если нужно|если хотите|\
    если потребуется|дайте знать|дай знать|надеюсь|могу также|нужно ли|如果|希望|möchten sie",
);
/// No remark of this kind is longer, in characters.
const REMARK: usize = 200;

/// The first of several versions: "Option 1: … Option 2: …".
pub(super) fn without_alternatives(text: &str) -> Option<String> {
    let mut told: Option<Vec<&str>> = None;
    for line in text.lines() {
        match (number(line), &mut told) {
            (Some((1, rest)), None) => told = Some(vec![rest]),
            (Some((number, _)), Some(told)) if number > 1 => return Some(told.join("\n")),
            (_, Some(told)) => told.push(line),
            (_, None) => {}
        }
    }
    None
}

/// Which of several versions begins here, and with what.
fn number(line: &str) -> Option<(u32, &str)> {
    const KINDS: Words = Words(
        "option|variant|version|alternative|idea|script|prompt|concept|вариант|версия|сценарий|промпт|идея|方案",
    );
    let line = unmarked(line).trim_start_matches(['*', '_']);
    let lower = line.to_lowercase();
    let kind = KINDS.each().find(|kind| lower.starts_with(kind))?;
    let rest = line.get(kind.len()..)?.trim_start_matches([' ', '#', '№']);
    let end = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    let number = match rest[..end].to_lowercase().as_str() {
        "1" | "a" | "i" | "one" | "а" | "первый" | "一" => 1,
        "2" | "b" | "ii" | "two" | "б" | "второй" | "二" => 2,
        "3" | "c" | "iii" | "three" | "в" | "третий" | "三" => 3,
        _ => return None,
    };
    let rest = rest[end..].trim_start_matches(['*', '_', ' ']);
    match rest.is_empty() || rest.starts_with([':', '.', ')', '-', '—', '–', '(']) {
        true => Some((
            number,
            rest.trim_start_matches([':', '.', ')', '-', '—', '–', ' ', '*']),
        )),
        false => None,
    }
}

/// Without what is said before the script.
pub(super) fn without_lead(text: &str) -> Option<String> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let bare = unmarked(line);
    let bare = bare.trim_start_matches(['*', '_', '✅', '🎬', '🎥', '📝', ' ']);
    if bare.is_empty() || bare.chars().all(|c| "-=_*".contains(c)) {
        return Some(rest.trim_start().to_owned()).filter(|rest| !rest.is_empty());
    }
    if let Some(behind) = agreed(bare)
        .or_else(|| labelled(bare, true))
        .or_else(|| handed(bare))
    {
        return Some(join(behind, rest));
    }
    let short = bare.chars().count() <= REMARK;
    let heading =
        line.trim_start().starts_with('#') || beside(bare, TITLES) || beside(bare, BESIDE);
    if short && heading && !rest.trim().is_empty() {
        return Some(rest.trim_start().to_owned());
    }
    // The script may be named further down, behind what was thought aloud.
    let named = text.match_indices('\n').map(|(at, _)| &text[at + 1..]);
    let mut named = named.filter_map(|tail| {
        let (line, rest) = tail.split_once('\n').unwrap_or((tail, ""));
        let bare = unmarked(line).trim_start_matches(['*', '_']);
        let behind =
            labelled(bare, false).or_else(|| handed(bare).filter(|_| bare.ends_with(':')))?;
        Some(join(behind, rest)).filter(|told| !told.is_empty())
    });
    named.next()
}

fn join(behind: &str, rest: &str) -> String {
    let behind = behind.trim_start_matches(['*', '_', ' ']);
    format!("{behind}\n{rest}").trim().to_owned()
}

/// Behind "Sure!".
fn agreed(line: &str) -> Option<&str> {
    let lower = line.to_lowercase().replace('’', "'");
    let word = AGREED.each().filter(|word| lower.starts_with(word));
    let word = word.max_by_key(|word| word.len())?;
    let behind = line.get(line.char_indices().nth(word.chars().count())?.0..)?;
    let marks = ['!', '.', ',', ':', '—', '！', '，', '。'];
    behind
        .starts_with(marks)
        .then(|| behind.trim_start_matches(marks).trim_start())
}

/// Behind "Final prompt:", or behind a line that says no more than that; `loosely`, what it names may be less clear.
fn labelled(line: &str, loosely: bool) -> Option<&str> {
    let (label, behind) = at_colon(line).unwrap_or((line, ""));
    let label = label.to_lowercase();
    let words = label.split(|c: char| c.is_whitespace() || "*_()[]\"«»".contains(c));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let is_script = |word: &&str| SCRIPTS.begin(word);
    let named = |word: &&str| is_script(word) || NAMES.has(word);
    let certain = words.iter().any(is_script) || label.starts_with("final answer");
    let known = words.iter().all(|word| LABELS.has(word) || named(word));
    let names = words.iter().any(named) && (loosely || certain);
    (known && names).then_some(behind.trim_start())
}

/// A line at its first colon, times and proportions left out.
fn at_colon(line: &str) -> Option<(&str, &str)> {
    let mut colons = line.match_indices([':', '：']);
    let (at, mark) = colons.find(|(at, _)| !line[..*at].ends_with(|c: char| c.is_ascii_digit()))?;
    Some((&line[..at], &line[at + mark.len()..]))
}

/// Behind a sentence that hands a script over.
fn handed(line: &str) -> Option<&str> {
    let lower = line.to_lowercase().replace('’', "'");
    let (handed, shown) = (HANDED.begin(&lower), SHOWN.begin(&lower));
    if !handed && !shown {
        return None;
    }
    let is_remark = |remark: &str| {
        let remark = remark.to_lowercase();
        let of = SCRIPTS.stand_in(&remark) || handed && THINGS.stand_in(&remark);
        remark.chars().count() <= REMARK && of
    };
    if let Some((remark, behind)) = at_colon(line) {
        return is_remark(remark).then_some(behind.trim_start());
    }
    // Without a colon it must be a sentence of its own.
    let (remark, behind) = line.split_once(['.', '!']).unwrap_or((line, ""));
    is_remark(remark).then_some(behind.trim_start())
}

/// Whether a line is one of these headings, or says something under it.
fn beside(line: &str, headings: Words) -> bool {
    let lower = line.to_lowercase().replace('’', "'");
    let lower = lower.trim_start_matches(['*', '_', '(', '[', ' ']);
    headings.each().any(|word| {
        let behind = lower
            .strip_prefix(word)
            .map(|rest| rest.trim_start_matches(['*', '_', ' ', ')']));
        behind.is_some_and(|rest| rest.starts_with([':', '：']) || rest.is_empty())
    })
}

/// Without what is said after the script.
pub(super) fn without_tail(text: &str) -> Option<String> {
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if from > 0 && beside(unmarked(line), BESIDE) {
            return Some(text[..from].trim_end().to_owned());
        }
        from += line.len();
    }
    let last = text.rfind('\n').map_or(0, |at| at + 1);
    if last > 0 && (counts(&text[last..]) || offers(unmarked(&text[last..]))) {
        return Some(text[..last].trim_end().to_owned());
    }
    // Or in the same line.
    let ends: Vec<_> = text.match_indices(['.', '!', '?', '»', '"']).collect();
    let ends = ends.into_iter().rev().skip(1).take(3);
    let mut tails = ends.map(|(at, mark)| text.split_at(at + mark.len()));
    let cut = tails.find(|(head, tail)| {
        offers(tail.trim_start_matches([')', '"', '»', ' '])) && head.chars().count() > REMARK / 5
    });
    cut.map(|(head, _)| head.trim_end().to_owned())
}

/// "(428 characters)".
fn counts(line: &str) -> bool {
    const UNITS: Words = Words("character|символ|word|слов|字");
    let line = line
        .trim()
        .trim_matches(['(', ')', '*', '[', ']', '_', '.', '~', '≈']);
    let digits = line.chars().filter(char::is_ascii_digit).count();
    digits > 0 && line.chars().count() < 40 && UNITS.stand_in(&line.to_lowercase())
}

/// Whether a sentence is meant for whoever asked.
fn offers(sentence: &str) -> bool {
    /// An "if" of these speaks of the script, and not of the thing that is sold.
    const CHANGES: Words = Words(
        "change|adjust|tweak|another|version|modif|revis|different|shorter|измен|поправ|друг|вариант|доработ|\
        调整|帮",
    );
    const CERTAIN: Words =
        Words("let me know|hope this|feel free|дайте знать|дай знать|is there anything");
    let lower = sentence.trim().to_lowercase().replace('’', "'");
    let begins = OFFERS.begin(&lower);
    let changes = CHANGES.stand_in(&lower);
    begins && (changes || lower.ends_with(['?', '？']) || CERTAIN.begin(&lower))
}

/// A line without what makes it a heading, a quotation, an item of a list or slanted.
pub(super) fn unmarked(line: &str) -> &str {
    let line = line.trim().trim_start_matches('#').trim();
    let items = ["> ", "* ", "- ", "• ", "– ", "— "];
    let bare = items.iter().find_map(|item| line.strip_prefix(item));
    let line = bare.unwrap_or(line).trim();
    let slanted = line
        .strip_prefix('*')
        .and_then(|rest| rest.strip_suffix('*'));
    slanted.filter(|inner| !inner.contains('*')).unwrap_or(line)
}
