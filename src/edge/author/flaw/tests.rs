//! Tables of what is no script, in the languages authors were seen to use, and of scripts that look like it.

use super::*;
use crate::edge::author::Templates;
use crate::rules::domain::template::Template;

fn ugc() -> String {
    let ugc = Template::parse("ugc").unwrap();
    Templates::shipped().get(ugc).unwrap().instructions(1500)
}

fn told(script: &str) -> Option<Flaw> {
    flaw(script, End::Whole, &ugc())
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
            "I'm really sorry, but I can't do that.",
            "Sorry, that's not something I can help with.",
            "I'm sorry, but this request goes against my guidelines.",
            "I have to decline this request.",
            "I can't produce that content.",
            "I cannot assist with creating content that promotes smoking.",
            "Apologies, but I'm not able to fulfill this request.",
            "I'm sorry, but I can't provide a prompt for that.",
            "Unfortunately I cannot help you with this.",
            "I'm unable to help with this request as it involves regulated goods.",
            "It's against my policy to generate sexual content.",
            "I appreciate your request, but I can't create content that includes real people.",
            "I do not feel comfortable generating this video prompt.",
            "I’m not able to write that. Can I help you with something else?",
            "Sorry! I can't create prompts for knives.",
            "I can't create this kind of content. Would you like to try another product?",
            "The request contains prohibited content.",
            "This content may violate our usage policies.",
            "Your request was flagged as potentially violating our usage policy.",
            "I'm sorry, but I cannot generate a script for this product as it may violate content policies. Please provide a different product and I will be happy to help.",
            "Прошу прощения, но я не могу создать контент для этого товара.",
            "К сожалению, я не могу помочь с созданием рекламы алкоголя.",
            "Извините, данный запрос нарушает правила использования.",
            "Я не могу выполнить этот запрос.",
            "Я не могу создавать рекламу для табачных изделий.",
            "Сожалею, но помочь с этим я не смогу.",
            "Извините, но это невозможно.",
            "Я не имею права рекламировать такие товары.",
            "Этот запрос противоречит политике безопасности, поэтому я не буду его выполнять.",
            "Увы, с этим я помочь не могу.",
            "К сожалению, я не могу сгенерировать ответ на этот запрос. Попробуйте переформулировать.",
            "Давайте сменим тему.",
            "Что-то в вашем вопросе меня смущает. Может, поговорим на другую тему?",
            "Как искусственный интеллект, я не могу создавать подобный контент.",
            "Я — ИИ-ассистент и не могу помогать с такими запросами.",
            "Извините, не могу.",
            "Ich kann bei dieser Anfrage nicht helfen.",
            "Entschuldigung, aber ich kann diesen Inhalt nicht erstellen.",
            "Tut mir leid, das kann ich nicht machen.",
            "Lamentablemente no puedo generar ese contenido.",
            "Lo lamento, pero no puedo cumplir con esta solicitud.",
            "Disculpa, pero no puedo ayudarte con eso.",
            "Désolé, je ne peux pas vous aider avec cette demande.",
            "Je regrette, mais je ne peux pas créer ce contenu.",
            "Sinto muito, mas não posso ajudar com isso.",
            "Infelizmente, não posso criar esse conteúdo.",
            "Nie mogę pomóc w tej sprawie.",
            "很抱歉，我不能帮助您完成这个请求。",
            "抱歉，我不能协助完成这个请求。",
            "对不起，我无法为您生成该内容。",
            "我无法满足您的请求，因为它违反了相关政策。",
            "作为AI助手，我不能生成此类内容。",
            "申し訳ありませんが、そのリクエストには対応できません。",
            "すみません、お手伝いできません。",
            "죄송합니다. 해당 요청을 도와드릴 수 없습니다.",
            "죄송하지만 이 요청은 처리할 수 없습니다.",
            "آسف، لا يمكنني المساعدة في ذلك.",
            "मुझे खेद है, मैं इसमें मदद नहीं कर सकता।",
            "Maaf, saya tidak bisa membantu dengan permintaan itu.",
            "Кешіріңіз, мен бұл сұрауға көмектесе алмаймын.",
            "Kechirasiz, men bunda yordam bera olmayman.",
            "Ik kan je hier niet mee helpen, sorry.",
            "Het spijt me, maar ik kan niet helpen met dit verzoek.",
            "Jag kan tyvärr inte hjälpa till med det.",
            "Bohužel s tímto nemohu pomoci.",
            "Sajnálom, de ebben nem tudok segíteni.",
            "Îmi pare rău, dar nu pot ajuta cu această solicitare.",
            "מצטער, אני לא יכול לעזור בזה.",
            "Λυπάμαι, αλλά δεν μπορώ να βοηθήσω με αυτό.",
            "I'm sorry, but I can't create a video prompt for this item because it appears to be a replica of a branded product.",
            "Unfortunately, I can’t assist with generating content for adult products.",
            "I'm sorry, I can't assist with identifying people in images.",
            "Sorry, but I must decline. The product appears to be a weapon.",
            "I can't help create ads for prescription medicine.",
            "Извините, я не могу помочь с рекламой лекарств.",
            "Я не смогу написать сценарий о сигаретах.",
            "К сожалению, это выходит за рамки того, что я могу сделать.",
            "Простите, но такой контент запрещён.",
            "Boa tarde! Infelizmente não posso criar este anúncio.",
            "I will not create this content.",
            "I cannot and will not provide this.",
            "I’m just an AI and can’t do this.",
            "Hmm, I can't do that one.",
            "Nope, I can't write that.",
            "My guidelines don't allow me to create tobacco ads.",
            "Content policy prevents me from writing this script.",
            "Es ist mir leider nicht möglich, diesen Inhalt zu erstellen.",
            "Leider darf ich das nicht.",
            "No estoy en condiciones de ayudar con eso.",
            "No me es posible generar ese contenido.",
            "Je ne suis pas en mesure de répondre à cette demande.",
            "Non sono in grado di aiutarti.",
            "抱歉，无法提供此类内容。",
            "对不起，我还没有学会回答这个问题。",
            "这个问题我不能回答，我们换个话题吧。",
            "您的请求包含敏感内容，我无法回答。",
            "Вибач, я не можу це зробити.",
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
            "Sure! Could you share a bit more about your product?",
            "To write the best prompt, I need a few details: what is the product, who is it for and what mood do you want?",
            "What style do you prefer: cosy or dynamic?",
            "Чтобы написать промпт, мне нужно больше деталей о товаре.",
            "Какой товар вы продаёте?",
            "Можете рассказать подробнее о товаре?",
            "Подскажите, пожалуйста, для кого этот товар?",
            "Хотите, чтобы в кадре были руки?",
            "I don't see the photo. Could you upload it?",
            "Can you describe the product in more detail?",
            "Which language should the voice-over be in?",
            "Do you want the camera to move? Do you want warm light?",
            "Welche Farbe hat das Produkt?",
            "Could you clarify what you mean by \"cosy\"? Then I'll write the script.",
            "It seems the product description is missing. Please provide it.",
            "It looks like you haven't provided a product.",
            "请告诉我产品的名称和特点。",
            "Quel est le produit ?",
            "I need more information to write the script.",
            "Необходимо уточнить информацию о товаре. Что именно вы продаёте и какие у него преимущества?",
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
    let instructions = ugc();
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
            "A hand lifts the mug into warm light; steam curls. The camera pushes in.",
            "A hand lifts the mug to the camera. Voice: \"I can't believe it's so light!\"",
            "A hand lifts the mug to the camera. Voice: I can't believe it's so light!",
            "Sorry seems to be the hardest word, hums a voice, as a hand slides the mug into soft light and the camera pushes in.",
            "Unfortunately, mornings are cold. Fortunately, a hand lifts a steaming mug into warm light, handheld, slow push in.",
            "Here we see a hand lifting the mug in soft light.",
            "Here's the mug: a hand lifts it into warm light, slow push in.",
            "Here's a close-up of the mug in warm light.",
            "Steam rises.  The mug glows.",
            "Кружка стоит на столе. Пар поднимается.",
            "Мягкий утренний свет, рука берёт кружку. Голос: «Не могу без неё, простите!»",
            "Рука берёт кружку. Голос за кадром: не могу проснуться без неё.",
            "Извините за беспорядок на столе: рука сдвигает бумаги, кружка в мягком свете, камера наезжает.",
            "Наконец-то! Рука ставит кружку на стол, камера медленно приближается.",
            "Вот она: кружка в луче света, пар вьётся, камера наезжает.",
            "Вот так рука открывает крышку: щелчок, пар, свет.",
            "A child-safe lock that small hands cannot open: a finger presses, it clicks, macro, soft light.",
            "The stain cannot be removed by water; a hand sprays, foam spreads, the stain vanishes in the light.",
            "No request is too big: the box opens, light spills over the tools, the camera glides.",
            "Could you resist? A hand breaks the chocolate, crumbs fall in slow motion, macro.",
            "What is inside? A hand opens the box, the camera dives in, warm light.",
            "Who said tea is boring? Steam curls over the mug in warm light.",
            "\"Would you like some tea?\" a voice asks as a hand lifts the mug.",
            "一杯热茶，蒸汽升起，镜头缓缓推进，温暖的光。",
            "湯気が立つマグカップを手が持ち上げ、カメラがゆっくり寄る。",
            "Eine Hand hebt die Tasse ins warme Licht, die Kamera fährt heran.",
            "Una mano levanta la taza hacia la luz cálida; la cámara se acerca.",
            "Vertical 9:16. Hand takes mug. Steam. Close-up. Warm light. No text.",
            "[0-2s] Hand takes the mug. [2-6s] Steam curls. [6-8s] Hold on the mug.",
            "SHOT 1: hand takes the mug. SHOT 2: steam. AUDIO: \"Тепло надолго.\"",
            "Mug on wood, morning light, steam, slow push in, 9:16",
            "A request for silence: a finger on the lips of the statue, the camera drifts to the headphones in soft light.",
            "The product keeps its shape. A hand turns it.",
            "A hand lifts the mug & tilts it toward the light, steam curling, slow push in, end",
            "Close-up on ice cubes falling into glass (slow motion), splash, light flares",
            "She can't stop. A hand dips another chip; crumbs fall, macro, warm light.",
            "I love this mug. A hand lifts it into warm light, steam curls, slow push in.",
            "Я ставлю кружку на стол, рука поворачивает её к свету, камера наезжает.",
            "You see a hand lift the mug; steam curls in the light.",
            "Clay mug turns on a wooden table.",
            "Steam curls over tea.",
            "Sneakers hit wet asphalt, droplets fly, dawn.",
            "Молоко льётся в стакан, брызги, утро.",
            "Dust bursts into a beam; fabric falls away; the watch gleams.",
            "Ein Becher dreht sich im Licht, Dampf steigt auf.",
            "UGC style vertical clip: someone picks up the serum bottle, squeezes one drop, rubs it between fingertips.",
            "A bottle. A splash. Silence.",
            "The knife cannot be dulled: it slices a tomato, seeds glisten, macro.",
            "Ночь. Рука щёлкает выключателем, лампа загорается. Голос: «Извините, соседи».",
            "Content creators love it: a ring lamp lights up, a phone slides into the holder, the picture glows.",
        ],
    );
}

#[test]
fn no_script_of_the_templates_is_refused() {
    let text = |text| crate::rules::domain::brief::Text::parse(text).unwrap();
    for (_, words) in Templates::shipped().iter() {
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

#[test]
fn what_is_left_of_a_chat_is_no_script() {
    for text in [
        "I'll get started on your video prompt right away!",
        "Okay, I understand the rules.",
        "Sure, I can help with that!",
        "Конечно, я помогу!",
        "Понял вас, приступаю к работе.",
        "{\"error\": \"unknown\"}",
        "null",
        "undefined",
        "...",
        "N/A",
        "Error: something went wrong",
        "[Your script here]",
        "A hand lifts [Product Name] to the camera in soft light.",
        "A hand lifts the {{product}} to the camera in soft light.",
        "A hand lifts the %PRODUCT% to the camera in soft light.",
        "Рука поднимает [товар] к камере в мягком свете.",
        "Рука поднимает {название} к камере в мягком свете.",
        "Thank you!",
        "The prompt is ready.",
        "Промпт готов.",
        "As requested.",
        "A hand lifts <insert product here> to the camera in soft light.",
        "A hand lifts the (insert product name) to the camera in soft light.",
        "Here is the text",
        "Sure!",
        "Understood.",
        "Generating script...",
        "<!-- no output -->",
        "[no content]",
        "Please wait.",
        "Script generation failed.",
        "Let me think about this.",
    ] {
        assert!(
            told(&crate::edge::author::script::script(text)).is_some(),
            "{text}"
        );
    }
}
