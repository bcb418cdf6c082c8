//! Tables of what is no script, in the languages authors were seen to use, and of scripts that look like it.

use super::*;
use crate::domain::brief::Template;
use crate::gpt::Templates;

fn told(script: &str) -> Option<Flaw> {
    let instructions = Templates::shipped().get(Template::Ugc).instructions(1500);
    flaw(script, End::Whole, &instructions)
}

#[track_caller]
fn all_are(wanted: Option<Flaw>, texts: &[&str]) {
    let wrong = texts.iter().filter(|text| told(text) != wanted);
    let wrong: Vec<_> = wrong.map(|text| (text, told(text))).collect();
    assert!(wrong.is_empty(), "not {wanted:?}: {wrong:#?}");
}

#[test]
fn an_apology_is_no_script() {
    all_are(
        Some(Flaw::Apology),
        &[
            "I'm sorry, but I can't assist with that request.",
            "I’m sorry, but I can’t help with that.",
            "Sorry, I can't help with this one.",
            "Sorry, but I cannot create content that promotes tobacco products.",
            "I'm sorry, I can't do that.",
            "I can’t help with that. If you have another product, I’d be glad to help.",
            "I cannot fulfill this request. I am programmed to be a helpful and harmless AI assistant.",
            "Unfortunately, I'm not able to create content for this product.",
            "I apologize, but I must decline.",
            "My apologies, but I'm unable to generate this.",
            "I'm afraid I can't write a prompt for weapons.",
            "As an AI language model, I cannot create marketing for tobacco products.",
            "As an AI, I don't create content of this kind.",
            "I won't be able to provide a video script for this item.",
            "I'm not comfortable writing advertising for this product.",
            "I must respectfully decline this request.",
            "Thank you for your request. Unfortunately, I cannot write a script that depicts alcohol.",
            "I understand that you want a video for your vape. However, I can't promote nicotine products.",
            "This request violates our content policy, so a script cannot be created.",
            "Your request goes against my guidelines, and I won't write this content.",
            "Sorry, I can't create a video with a celebrity. Here is another idea: a hand lifts the mug in soft light, the camera pushes in.",
            "Извините, но я не могу помочь с этим запросом.",
            "Извините, я не могу создать такой сценарий.",
            "К сожалению, я не могу выполнить эту просьбу.",
            "К сожалению, данный запрос не может быть выполнен.",
            "Прошу прощения, но я не смогу написать рекламу табака.",
            "Простите, но я вынужден отказать.",
            "Я не могу обсуждать эту тему. Давайте поговорим о чём-нибудь ещё.",
            "Как языковая модель, я не могу рекламировать оружие.",
            "Не люблю менять тему разговора, но вот сейчас тот самый случай.",
            "В интернете есть много сайтов с информацией на эту тему. Посмотрите, что нашлось в поиске",
            "Мне жаль, но этот контент нарушает правила, и я не буду его создавать.",
            "Вибачте, але я не можу допомогти з цим запитом.",
            "Es tut mir leid, aber dabei kann ich nicht helfen.",
            "Leider kann ich diese Anfrage nicht erfüllen.",
            "Lo siento, pero no puedo ayudar con esa solicitud.",
            "No puedo crear contenido sobre este producto.",
            "Je suis désolé, mais je ne peux pas répondre à cette demande.",
            "Mi dispiace, ma non posso aiutarti con questo.",
            "Desculpe, mas não posso ajudar com isso.",
            "Przepraszam, ale nie mogę w tym pomóc.",
            "Üzgünüm, bu konuda yardımcı olamam.",
            "抱歉，我无法协助处理该请求。",
            "对不起，我不能提供这方面的内容。",
            "很抱歉，这个话题我无法回答。",
            "作为一个人工智能助手，我无法为烟草产品创作广告。",
            "申し訳ございませんが、そのご依頼にはお応えできません。",
            "죄송하지만 그 요청은 도와드릴 수 없습니다.",
            "عذرًا، لا أستطيع المساعدة في هذا الطلب.",
            "Xin lỗi, tôi không thể giúp với yêu cầu này.",
            "Maaf, saya tidak dapat membantu permintaan ini.",
        ],
    );
}

#[test]
fn a_question_is_no_script() {
    all_are(
        Some(Flaw::Question),
        &[
            "Could you tell me more about the product?",
            "Could you please provide more details about the mug? I need its colour, size and the background you want.",
            "What kind of product is it? Which camera move and light do you prefer?",
            "I'd be happy to help! What product would you like to promote?",
            "Please provide the product description, so that I can write the prompt.",
            "Before I write the prompt, I need to know who will use the mug. Is it for children?",
            "Уточните, пожалуйста, из какого материала кружка?",
            "Пришлите, пожалуйста, описание товара.",
            "Какой фон и свет использовать?",
            "Расскажите подробнее о товаре: для кого он?",
            "Не могли бы вы описать, что должно происходить в кадре?",
            "请提供更多关于产品的信息。",
            "请问您想要什么风格的视频？",
            "¿Podrías darme más información sobre el producto?",
        ],
    );
}

#[test]
fn half_a_sentence_is_no_script() {
    all_are(
        Some(Flaw::Cut),
        &[
            "A hand lifts the mug into the light, and the",
            "A hand lifts the mug into the light,",
            "A hand lifts the mug. The voice says:",
            "A hand lifts the mug into the light with",
            "Рука поднимает кружку, камера наезжает на",
        ],
    );
    for end in [End::Length, End::Unsaid] {
        assert_eq!(
            flaw("A hand lifts the mug into the li", end, ""),
            Some(Flaw::Cut)
        );
    }
    assert_eq!(
        flaw("A hand lifts the mug.", End::Length, ""),
        Some(Flaw::Cut)
    );
    assert_eq!(flaw("A hand lifts the mug.", End::Unsaid, ""), None);
    assert_eq!(flaw("", End::Length, ""), Some(Flaw::Budget));
    assert_eq!(flaw("", End::Whole, ""), Some(Flaw::Empty));
}

#[test]
fn something_else_is_no_script() {
    let templates = Templates::shipped();
    let instructions = templates.get(Template::Ugc).instructions(1500);
    all_are(
        Some(Flaw::Unclear),
        &[
            "OK",
            "Done!",
            "Готово! Наслаждайтесь!",
            "Kein Text.",
            "…",
            "A hand lifts [product name] into the light; the camera pushes in.",
            "A hand lifts [INSERT PRODUCT] into the light; the camera pushes in.",
            "A hand lifts [your brand] into the light; the camera pushes in.",
            "A hand lifts {product} into the light; the camera pushes in.",
            "A hand lifts {{product_name}} into the light; the camera pushes in.",
            "A hand lifts <product> into the light; the camera pushes in.",
            "A hand lifts ____ into the light; the camera pushes in.",
            "Рука поднимает [название товара] к свету, камера наезжает.",
            "{\"script\": \"A hand lifts the mug",
            "I'm ready to help you with your video prompts.",
            "I understand. I will write the prompt as you wish.",
            "Спасибо за информацию, я готов помочь с промптом.",
            &instructions,
            &format!("{}\n\nThe seller typed:\n{{}}", "A hand lifts the mug."),
        ],
    );
}

#[test]
fn a_script_is_a_script_in_spite_of_its_words() {
    all_are(
        None,
        &[
            "A mug in light",
            "A hand lifts the mug.",
            "A hand says sorry, then lifts the cup.",
            "Here a hand lifts the mug: steam curls in warm light.",
            "Кружка на столе, утренний свет.",
            "Рука медленно поднимает кружку, камера наезжает, мягкий свет из окна.",
            "一只手拿起杯子，镜头缓缓推进，柔和的光线。",
            "A hand turns the mug in soft light. A voice says: \"Sorry, I can't share this one.\"",
            "\"I'm sorry, I can't help it,\" a voice laughs as a hand lifts the mug to the camera.",
            "Sorry to keep you waiting: a hand slides the parcel into the light, the camera pushes in.",
            "Unfortunately for dust, nothing can hide: a hand glides the brush, the camera follows in soft light.",
            "I can't stop looking at it, a voice whispers; a hand lifts the mug into warm light, slow push in.",
            "I can't help but smile, a voice says; a hand lifts the mug into warm light, slow push in.",
            "No captions. A hand opens the lid; the camera pans across the label; it cannot be missed.",
            "Tired of cold tea? A hand lifts the mug, steam curls, the camera pushes in.",
            "A hand lifts the mug, the camera pushes in, soft light. Ready for your morning?",
            "Рука открывает коробку, камера наезжает. Голос: «Извините, я не могу без неё».",
            "Голос: «К сожалению, их осталось мало». Рука медленно поворачивает кружку к свету.",
            "[00:00-00:03] A hand lifts the mug. [Music: soft piano] The camera pushes in.",
            "Handheld phone video, vertical 9:16. The product keeps the exact shape, colours and label of the photo; only hands, no faces; no text on screen.",
            "A hand writes a request on the notepad, the page turns in soft light, the camera pushes in on the script.",
            "The rules are simple: a hand drops the tablet into the glass, bubbles rise in the light, macro.",
            "A hand lifts the mug into warm light, the shot fades out",
        ],
    );
}

#[test]
fn no_script_of_the_templates_is_refused() {
    let templates = Templates::shipped();
    let text = |text| crate::domain::brief::Text::parse(text).unwrap();
    for template in Template::ALL {
        let words = templates.get(template);
        for (product, wishes) in [("Кружка", None), ("A mug", Some("No faces, sorry"))] {
            let script = words.fallback(&text(product), wishes.map(text).as_ref(), 1500);
            assert_eq!(
                flaw(&script, End::Whole, &words.instructions(1500)),
                None,
                "{script}"
            );
        }
    }
}
