//! A seller who walks through the six steps and waits for every answer.

use neurocards::sandbox::{Person, sample_photo};

use crate::world::World;

/// How a seller answers the questions.
pub struct Wish<'w> {
    pub photo: usize,
    pub product: &'w str,
    /// What is filmed: a prompt of their own, or wishes for a template.
    pub prompt: Option<&'w str>,
    pub wishes: &'w str,
    /// `1 видео`, `3 видео` or `5 видео`.
    pub count: &'w str,
}

/// Waits until the bot's newest message but for status and video has `text` in it.
pub async fn reads(world: &mut World, person: &Person, text: &str) {
    let read = |_: &World| {
        let messages = person.messages();
        let asked = messages
            .iter()
            .rfind(|message| message.from_bot && message.video.is_none());
        asked.is_some_and(|message| message.text.contains(text))
    };
    world.until(text, read).await;
}

/// Waits until the bot has said something with `text` in it `times` times.
pub async fn has_read(world: &mut World, person: &Person, text: &str, times: usize) {
    let read = |_: &World| {
        let messages = person.messages();
        let said = messages
            .iter()
            .filter(|message| message.from_bot && message.text.contains(text));
        said.count() >= times
    };
    world.until(text, read).await;
}

/// Orders; the menu must be open.
pub async fn orders(world: &mut World, person: &Person, wish: &Wish<'_>) {
    let accepted = accepted(person);
    person.presses("Сделать Reels").unwrap();
    reads(world, person, "Пришли фото товара").await;
    person.sends_photo(sample_photo(wish.photo));
    reads(world, person, "Напиши информацию о товаре").await;
    person.sends(wish.product);
    reads(world, person, "Выбери шаблон").await;
    match wish.prompt {
        Some(prompt) => {
            person.presses("Свой промпт").unwrap();
            reads(world, person, "Вставь свой prompt").await;
            person.sends(prompt);
        }
        None => {
            person.presses("UGC").unwrap();
            reads(world, person, "доп. пожелания").await;
            person.sends(wish.wishes);
        }
    }
    reads(world, person, "Сколько видео").await;
    person.presses(wish.count).unwrap();
    reads(world, person, "Готовы запустить").await;
    person.presses("Да, запустить").unwrap();
    has_read(world, person, "✅ Принял!", accepted + 1).await;
}

fn accepted(person: &Person) -> usize {
    let messages = person.messages();
    let said = messages
        .iter()
        .filter(|message| message.text.contains("✅ Принял!"));
    said.count()
}
