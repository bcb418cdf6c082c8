//! Questions and answers as they go over the socket.

use serde_json::Value;

use super::ask::Ask;
use super::desk::{Answerable, Desk};
use crate::rules::domain::act::Who;
use crate::shop::deeds::Judged;

impl Desk {
    /// Answers whichever question it is, in JSON.
    pub async fn answer(&self, who: Who, ask: Ask) -> Judged<Value> {
        match ask {
            Ask::Status(question) => self.told(who, question).await,
            Ask::Stats(question) => self.told(who, question).await,
            Ask::Users(question) => self.told(who, question).await,
            Ask::User(question) => self.told(who, question).await,
            Ask::History(question) => self.told(who, question).await,
            Ask::Orders(question) => self.told(who, question).await,
            Ask::Order(question) => self.told(who, question).await,
            Ask::Jobs(question) => self.told(who, question).await,
            Ask::Task(question) => self.told(who, question).await,
            Ask::Job(question) => self.told(who, question).await,
            Ask::Keys(question) => self.told(who, question).await,
            Ask::Key(question) => self.told(who, question).await,
            Ask::Models(question) => self.told(who, question).await,
            Ask::Acts(question) => self.told(who, question).await,
            Ask::Audit(question) => self.told(who, question).await,
            Ask::Books(question) => self.told(who, question).await,
            Ask::Check(question) => self.told(who, question).await,
            Ask::Do(question) => self.told(who, question).await,
            Ask::Backup(question) => self.told(who, question).await,
            Ask::Reload(question) => self.told(who, question).await,
        }
    }

    async fn told<Q: Answerable>(&self, who: Who, question: Q) -> Judged<Value> {
        let answer = self.ask(who, question).await?;
        Ok(answer.map(|answer| serde_json::to_value(answer).expect("answers have names as keys")))
    }
}
