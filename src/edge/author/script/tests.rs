//! Tables of what authors put around a script, and of scripts that look as if something were around them.

use super::script;

/// A script.
const S: &str = "A hand lifts the mug into warm light; steam curls. The camera pushes in.";

#[test]
fn a_script_loses_what_is_around_it() {
    for around in [
        " §\n",
        "\"§\"",
        "'§'",
        "«§»",
        "“§”",
        "„§“",
        "「§」",
        "**§**",
        "*§*",
        "`§`",
        "> §",
        "```\n§\n```",
        "```text\n§\n```",
        "```§```",
        "```\n§",
        "Here you go:\n\n```markdown\n§\n```\n\nEnjoy!",
        "Sure! §",
        "Sure! Here's your script:\n\n§",
        "Sure, here is the prompt:\n§",
        "Certainly! Below is the video prompt.\n\n§",
        "Of course.\n\nHere's a 9:16 image-to-video prompt for your mug:\n\n\"§\"",
        "Here is the script you asked for: §",
        "I've written a prompt for your product:\n\n§",
        "This is your final script:\n§",
        "**Script:** §",
        "**Script**\n\n§",
        "Prompt: §",
        "Final prompt:\n\"§\"",
        "Video Prompt (9:16): §",
        "# Script\n\n§",
        "### Image-to-video prompt\n---\n§\n---",
        "Title: The Morning Mug\n\n§",
        "Вот сценарий:\n§",
        "Вот промпт для видео: §",
        "Конечно! Вот ваш сценарий для ролика:\n\n§",
        "Хорошо, вот готовый промпт:\n\n«§»",
        "Сценарий: §",
        "**Промпт для видео:**\n§",
        "Natürlich! Hier ist das Skript:\n\n§",
        "Claro, aquí tienes el guion:\n\n§",
        "Voici le script :\n§",
        "当然！以下是脚本：\n§",
        "§\n\nLet me know if you'd like any changes!",
        "§\n\nWould you like me to write another version?",
        "§ Let me know if you want another version.",
        "§\n\nХотите, я сделаю вариант короче?",
        "§\n\nЕсли нужно, могу изменить настроение.",
        "§\n\nNote: the label stays as in the photo.",
        "§\n\n**Why this works:** it begins with a movement.",
        "§\n\nNegative prompt: text, faces",
        "§\n\n(71 characters)",
        "§\n\nHashtags: #mug #tea",
        "Option 1: §\n\nOption 2: The mug turns.",
        "**Option 1**\n§\n\n**Option 2**\nThe mug turns.",
        "Here are two options:\n\n**Version A:** §\n**Version B:** The mug turns.",
        "Вариант 1.\n§\n\nВариант 2.\nКружка вращается.",
        "{\"script\": \"§\"}",
        "{\"prompt\": \"§\", \"negative_prompt\": \"text\"}",
        "{\"title\": \"Mug\", \"videoPrompt\": \"§\", \"duration\": 8}",
        "{\"result\": {\"text\": \"§\"}}",
        "{\"ugc\": \"§\"}",
        "{\"options\": [{\"prompt\": \"§\"}, {\"prompt\": \"The mug turns.\"}]}",
        "[{\"script\": \"§\"}, {\"script\": \"The mug turns.\"}]",
        "{\"scenes\": [{\"scene\": 1, \"time\": \"0-3s\", \"visual\": \"A hand lifts the mug into warm light; steam curls\"}, {\"scene\": 2, \"visual\": \"The camera pushes in\"}]}",
        "```json\n{\n  \"script\": \"§\"\n}\n```",
        "Here is the JSON script:\n{\"script\": \"§\"}",
        "json\n{\"сценарий\": \"§\"}",
        "<think>mug</think>§",
        "<think>mug <think>tea</think> mug</think>\n§",
        "mug</think>§",
        "<THINKING>\nmug\n</THINKING>\n§",
        "<thought>mug</thought><answer>§</answer>",
        "<reasoning effort=\"low\">mug</reasoning>§",
        "[THINK]mug[/THINK]§",
        "◁think▷mug◁/think▷§",
        "<seed:think>mug</seed:think>§",
        "<|begin_of_thought|>mug<|end_of_thought|><|begin_of_solution|>§<|end_of_solution|>",
        "<|channel|>analysis<|message|>mug<|end|><|start|>assistant<|channel|>final<|message|>§<|return|>",
        "<|start|>assistant<|channel|>final <|constrain|>text<|message|>§",
        "analysismug and teaassistantfinal§",
        "<script>§</script>",
        "<|im_start|>§<|im_end|>",
        "<p>§</p>",
        "Reasoning: the seller sells a mug, so a hand should lift it.\n\nFinal prompt: §",
        "The seller sells a mug.\n\n**Final script:**\n§",
        "\u{feff}\u{200b}§\u{202e}\u{0}",
        "Sure! Here's the script:\n\n```json\n{\"script\": \"“§”\"}\n```\nLet me know if you want changes.",
    ] {
        assert_eq!(script(&around.replace('§', S)), S, "{around}");
    }
}

#[test]
fn a_script_keeps_what_is_its_own() {
    for own in [
        "Here a hand lifts the mug: steam curls in warm light.",
        "Here is a mug on a windowsill: steam curls in the light.",
        "Here comes the mug. A hand lifts it.",
        "\"Hm\" says she, and lifts the mug, \"good\"",
        "«Хм» - говорит голос, и рука поднимает «кружку»",
        "'Tis the mug that's lifted in the light, isn't it?",
        "This is a mug that keeps tea warm: a hand lifts it.",
        "Morning: a hand lifts the mug. Evening: it stands in the light.",
        "At 9:16 the hand lifts the mug.",
        "Opening shot: a hand lifts the mug.\nSound: a spoon.\nNo text on screen.",
        "1. A hand lifts the mug.\n2. Steam curls.\n3. It ends still.",
        "Scene 1: a hand lifts the mug.\nScene 2: steam curls.",
        "[00:00-00:03] A hand lifts the mug. [00:03-00:08] Steam curls.",
        "A hand lifts the mug. A voice says: \"Would you like some tea?\"",
        "A hand lifts the mug. If you love tea, this is for you.",
        "A note on the mug: a hand turns it to the light.",
        "A hand lifts the mug, 5 < 7 cups fit in, and 9 > 8.",
        "Great light falls on the mug as a hand lifts it.",
        "Okra and tea: a hand lifts the mug.",
        "Рука поднимает кружку: пар вьётся в тёплом свете.",
        "Вот рука поднимает кружку, пар вьётся в тёплом свете.",
        "A hand lifts the mug\n\nSteam curls",
    ] {
        assert_eq!(script(own), own);
    }
}

#[test]
fn what_holds_no_script_is_empty() {
    for nothing in [
        "",
        " \n\t\u{200b}\u{feff}",
        "<think>The seller sells a mug.</think>",
        "<think>The seller sells",
        "<|channel|>analysis<|message|>mug",
        "Sure! Here's your script:",
        "Конечно! Вот сценарий:",
        "{\"product\": \"mug\", \"wishes\": null}",
        "{\"script\": null}",
        "{}",
        "```\n```",
    ] {
        assert_eq!(script(nothing), "", "{nothing}");
    }
}

#[test]
fn letters_that_cannot_be_seen_go_and_blanks_are_blanks() {
    assert_eq!(script("A\u{a0}mug\tin\u{2003}light"), "A mug in light");
    assert_eq!(
        script("A mug\u{0} in\u{200d} light\u{202e}\u{e0041}"),
        "A mug in light"
    );
    assert_eq!(
        script("A mug.\r\n\r\n\r\n\u{2028}  In light."),
        "A mug.\n\nIn light."
    );
    assert_eq!(script("Кружка ☕️ 🙂"), "Кружка ☕ 🙂");
    assert_eq!(
        script(&"Mug. ".repeat(20_000)).chars().count(),
        super::LONGEST - 1
    );
}
