//! How an author says no in words, in the languages it may do so.

use super::spoken::{films, opening};
use crate::edge::author::words::Words;

/// A refusal that explains itself is seldom longer, in characters; a longer text that begins like one is a script.
const LONGEST: usize = 900;
/// Without a word of what is refused it is shorter.
const BARE: usize = 120;
/// In other languages, where less is known of what is refused.
const BRIEF: usize = 350;

/// Regret at the beginning of a sentence.
const SORRY: Words = Words(
    "sorry|i'm sorry|i am sorry|i'm very sorry|i'm really sorry|i'm so sorry|i apologize|i apologise|\
    apologies|my apologies|unfortunately|regrettably|i regret|i'm afraid|i am afraid|извини|простите|\
    прости,|прошу прощения|приношу извинения|к сожалению|сожалею|мне жаль|мне очень жаль|увы|вибач|\
    на жаль|перепрошую|es tut mir leid|tut mir leid|entschuldig|leider|verzeihung|lo siento|lamento|\
    lamentablemente|desafortunadamente|disculp|je suis désolé|désolé|malheureusement|je m'excuse|\
    mi dispiace|purtroppo|desculp|infelizmente|sinto muito|przepraszam|niestety|üzgünüm",
);
/// And in languages that part no words, or that are less heard.
const SORRY_ELSEWHERE: Words = Words(
    "抱歉|对不起|很抱歉|非常抱歉|不好意思|對不起|申し訳|すみません|ごめん|残念ながら|죄송|미안|유감|عذر|آسف|معذرة|क्षमा|माफ|xin lỗi|maaf|maalesef|\
    кешіріңіз|kechirasiz|helaas|het spijt me|tyvärr|jag är ledsen|beklager|desværre|dessverre|bohužel|\
    omlouv|sajnál|îmi pare rău|din păcate|λυπάμαι|δυστυχώς|מצטער|ขออภัย|खेद|मुझे खेद|valitettavasti|\
    pahoittelen|съжалявам|žao mi je|mohon maaf|üzr |təəssüf",
);
/// That whoever speaks cannot or will not, which may be said of a mug as well.
const CANNOT: Words = Words(
    "i cannot|i can't|i can not|i couldn't|i'm not able|i am not able|i'm unable|i am unable|i won't|\
    i will not|i wouldn't be able|i'm not comfortable|i am not comfortable|i don't feel|i do not feel|i'd rather not|\
    i shouldn't|i'm not allowed|i am not allowed|i do not have the ability|we cannot|we can't|\
    cannot assist|unable to|не могу|не смогу|не в состоянии|не имею возможности|не буду|не имею права|\
    не умею|не готов|не вправе|мы не можем|не можу|не зможу",
);
/// The same in other languages.
const CANNOT_ELSEWHERE: Words = Words(
    "kann ich nicht|ich kann nicht|kann dir nicht|kann ihnen nicht|kann dabei nicht|nicht helfen|das kann ich|leider nicht|kann diese|kann ich diese|leider kann|leider nicht|nicht erfüllen|\
    kann keine|darf ich nicht|nicht weiterhelfen|nicht möglich|no puedo|no es posible|no me es posible|\
    no podré|je ne peux pas|je ne suis pas en mesure|je ne peux|non posso|não posso|não consigo|\
    nie mogę|yapamam|edemem|olamam|olamıyorum|alamıyorum|我无法|无法提供|无法协助|无法满足|无法为|无法帮|无法生成|无法完成|我不能|不能提供|\
    不能协助|無法|できません|お応えでき|できかねます|할 수 없|드릴 수 없|алмаймын",
);
/// More of them, of scripts that are read from the right, or seldom.
const CANNOT_FAR: Words = Words(
    "لا أستطيع|لا يمكنني|איני יכול|לא יכול|नहीं कर सकता|không thể|tidak dapat|tidak bisa|olmayman|ไม่สามารถ|\
    kan niet|kan ik niet|niet mee helpen|kan tyvärr|kan inte|kan ikke|nemohu|nem tudok|nu pot|δεν μπορώ|en voi|\
    не мога|ne mogu|bilmərəm|対応できま|no estoy en condiciones|non sono in grado|je n'ai pas|ist mir leider",
);
/// What is a refusal whoever says it.
const DECLINES: Words = Words(
    "can't help with|cannot help with|can't help you with|cannot help you with|can't assist|\
    cannot assist|can't comply|cannot comply|can't do that|cannot do that|can't do this|can't fulfill|\
    cannot fulfill|can't fulfil|cannot fulfil|can't provide|cannot provide|can't create|cannot create|\
    can't generate|cannot generate|can't write|cannot write|can't produce|cannot produce|can't discuss|\
    cannot discuss|can't support|unable to assist|unable to help|unable to comply|unable to fulfill|\
    unable to create|unable to provide|unable to generate|not able to assist|not able to help|\
    something i can help|something i can assist|must decline|have to decline|need to decline|must refuse|i decline|respectfully decline|\
    won't be able to|let's talk about something else|не могу помочь|не могу создать|не могу написать|не могу сгенерировать|не могу предоставить|не смогу помочь|не могу обсуждать|\
    не могу выполнить|вынужден отказ|вынуждена отказ|отказываюсь|давайте поговорим о|\
    поговорим на другую тему|люблю менять тему|сменим тему|сменить тему|меня смущает|нашлось в поиске|не обладают собственным мнением|换个话题",
);
/// Whoever speaks of themselves so does not film.
const SELF: Words = Words(
    "as an ai|as a language model|as a large language|as an assistant|i'm an ai|i am an ai|\
    i'm just an ai|ai language model|ai assistant|как ии|как искусственный интеллект|языковая модель|\
    языковой модели|языковые модели|нейросетев|als ki|als künstliche|ki-modell|como ia|como modelo|\
    en tant qu'ia|作为ai|作为一个|人工智能助手",
);
/// What is refused.
const TASK: Words = Words(
    "request|create|creating|generate|generating|provide|produce|writ|script|prompt|content|marketing|\
    advert|promot|video|assist|discuss|fulfil|comply|depict|engage|this product|such product|\
    these products|with that|with this|do that|запрос|созда|сгенерир|написать|писать|сценари|промпт|\
    контент|реклам|видео|обсужда|выполн|помочь|помога|предостав|тему|таких товар|этого товар|просьб",
);
/// In whose name.
const RULES: Words = Words(
    "policy|policies|guideline|terms of|rules|against my|ethic|illegal|unsafe|harmful|inappropriate|\
    prohibited|not allowed|restricted|против правил|правил|политик|этич|незаконн|запрещ|вредн|\
    недопустим|richtlinie|política|règles|政策",
);
/// That it cannot be done, whoever says so.
const DENIED: Words = Words(
    "cannot be|can't be|not possible|isn't possible|not permitted|not allowed|violates|violate|\
    goes against|contains prohibited|contains inappropriate|contains harmful|was flagged|prevents me|don't allow|doesn't allow|is against|against our|against my|falls outside|не может быть|не могут быть|невозможно|\
    нельзя|не допуска|нарушает|нарушают|противоречит|запрещен|запрещён|verstößt|viola|违反",
);

/// Whether it is a refusal; `spoken` is in lower case and without quotations.
pub(super) fn is_apology(spoken: &str) -> bool {
    let length = spoken.chars().count();
    let (first, open) = (opening(spoken, 1), opening(spoken, 3));
    let films = films(spoken);
    let sorry = regrets(open, SORRY);
    let declines = DECLINES.stand_in(first) && !first.contains("help but");
    if declines && (sorry || !films) {
        return true;
    }
    if length > LONGEST {
        return false;
    }
    let refused = TASK.stand_in(open) || RULES.stand_in(open);
    let cannot = CANNOT.stand_in(open) || DENIED.stand_in(open);
    if sorry && cannot && (refused && !films || length <= BARE) {
        return true;
    }
    // Beyond this a word of camera or light is believed more.
    let sorry_elsewhere = regrets(open, SORRY_ELSEWHERE);
    let cannot_elsewhere = CANNOT_ELSEWHERE.stand_in(open) || CANNOT_FAR.stand_in(open);
    let of_ours = SELF.stand_in(open) && (cannot || refused || cannot_elsewhere)
        || CANNOT.stand_in(open) && refused
        || DENIED.stand_in(open) && TASK.stand_in(open) && RULES.stand_in(open)
        || DECLINES.stand_in(open);
    let of_others = (sorry || sorry_elsewhere) && cannot_elsewhere
        || (sorry || sorry_elsewhere || cannot_elsewhere) && length <= BRIEF;
    !films && (of_ours || of_others)
}

/// Whether one of the first clauses begins with a word of regret.
fn regrets(open: &str, words: Words) -> bool {
    let clauses = open.split(['.', '!', '?', ',', '，', '。', '！']).take(3);
    let mut clauses = clauses.map(|clause| clause.trim_start_matches(|c: char| !c.is_alphabetic()));
    clauses.any(|clause| words.begin(clause))
}
