//! Operators' menus: who is known has the operators' commands in the list that Telegram shows, and nobody else.

use std::sync::Arc;

use super::Bot;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::domain::id::UserId;
use crate::rules::domain::user::Lang;

impl Bot {
    /// Gives their menu to every operator who has written to the bot, and takes it from those who are none any more.
    pub(super) async fn give_menus(&self) -> Result<(), Trouble> {
        let operators = self.store.shop().admins.clone();
        let held: Vec<_> = self.menus.lock().iter().copied().collect();
        for user in held.into_iter().filter(|user| !operators.contains(user)) {
            forgiving(self.telegram.now().end_menu(user.chat()).await)?;
            self.menus.lock().remove(&user);
        }
        for user in operators {
            let known = self
                .store
                .snapshot()
                .and_then(|snapshot| snapshot.user(user));
            // Whoever cannot be read now is given their menu when they write.
            let Ok(Some(row)) = known else { continue };
            self.give_menu(user, row.user.lang).await?;
        }
        Ok(())
    }

    /// Gives an operator who writes for the first time their menu.
    pub(super) fn notice_operator(self: &Arc<Self>, user: UserId, lang: Lang) {
        if !self.store.shop().admins.contains(&user) || !self.menus.lock().insert(user) {
            return;
        }
        self.menus.strangers.forget(user);
        let bot = Arc::clone(self);
        self.answering.spawn(async move {
            let given = match bot.takes_its_turn(user.chat()).await {
                true => bot.give_menu(user, lang).await,
                false => Err(Trouble::Away),
            };
            if let Err(trouble) = given {
                tracing::warn!(%trouble, "an operator has no menu yet");
                bot.menus.lock().remove(&user);
            }
        });
    }

    /// Takes an operators' menu from somebody who uses an operator's command and is none: they may have been one before
    /// this process began.
    pub(super) fn notice_stranger(self: &Arc<Self>, user: UserId) {
        if self.store.shop().admins.contains(&user) || !self.menus.strangers.notice(user) {
            return;
        }
        let bot = Arc::clone(self);
        self.answering.spawn(async move {
            let chat = user.chat();
            let ended = match bot.takes_its_turn(chat).await {
                true => forgiving(bot.telegram.now().end_menu(chat).await),
                false => Err(Trouble::Away),
            };
            match ended {
                Ok(()) => {
                    bot.menus.lock().remove(&user);
                }
                Err(trouble) => {
                    tracing::warn!(%trouble, "a menu could not be ended yet");
                    bot.menus.strangers.forget(user);
                }
            }
        });
    }

    async fn give_menu(&self, user: UserId, lang: Lang) -> Result<(), Trouble> {
        let words = self.words.now();
        let mut commands = words.commands(lang);
        commands.extend(words.desk_commands(lang));
        let chat = user.chat();
        forgiving(self.telegram.now().set_menu(chat, commands).await)?;
        self.menus.lock().insert(user);
        Ok(())
    }
}

/// Whoever has never written to this bot, or has blocked it, needs no menu.
fn forgiving(told: Result<(), Trouble>) -> Result<(), Trouble> {
    match told {
        Err(Trouble::Unreachable) => Ok(()),
        told => told,
    }
}
