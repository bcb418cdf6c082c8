//! Updates on their way in: each becomes one turn, and only then is it acknowledged.

mod answers;
mod groups;
mod hook;
mod look;
mod looks;
mod menus;
mod operators;
mod poll;
mod recent;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::actors::about;
use crate::base::clock::heartbeat::Heartbeat;
use crate::base::clock::{Clock, Stopwatch};
use crate::base::failpoints;
use crate::base::live::Live;
use crate::base::telemetry::meters::Outcome;
use crate::edge::files::Photos;
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::pace::Pace;
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::update::{self, Wire};
use crate::edge::telegram::words::Words;
use crate::rules::conversation::event::{Event, Update};
use crate::rules::conversation::say::{Say, Toast};
use crate::rules::domain::alert::Alert;
use crate::rules::domain::id::{CallbackId, Code, OrderId, UpdateId, UserId};
use crate::rules::domain::order::Order;
use crate::rules::domain::user::Lang;
use crate::shop::alerts;
use crate::shop::turn::{self, Turned};
use crate::store::{Store, StoreError, Txn};
use answers::Answers;
use groups::Groups;
use looks::Looks;
use menus::Menus;
use recent::Recent;

/// The updates of one poll are handled within this time, Telegram's answers to them not counted.
const HANDLING: Duration = Duration::from_secs(60);
/// The pause after a failed poll; it doubles up to [`LONGEST_PAUSE`]. In real time: it is Telegram's machine.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often the webhook is looked at: Telegram keeps what it cannot bring for a day.
const MIND: Duration = Duration::from_secs(10 * 60);
/// A press that nobody could answer for so long is forgotten by Telegram as well.
const PRESS_LIFE: Duration = Duration::from_secs(150);
/// Nobody waits longer for room in our pace; in real time: a courtesy is not worth more.
const COURTESY: Duration = Duration::from_secs(5);

/// Where updates go in.
pub struct Bot {
    store: Store,
    clock: Clock,
    telegram: Live<Telegram>,
    words: Live<Words>,
    /// The bot's own name, once Telegram has told it.
    me: OnceLock<Option<String>>,
    answers: Answers,
    pace: Arc<Pace>,
    answering: TaskTracker,
    /// Updates of which nobody knew whether they are on disk.
    doubtful: Recent<UpdateId>,
    /// Updates whose seller was told to repeat them: they must not act later.
    turned_away: Recent<UpdateId>,
    /// Who has an operator's menu.
    menus: Menus,
    /// Groups that were answered lately.
    groups: Groups,
    looks: Looks,
    heartbeat: Heartbeat,
}

impl Bot {
    /// A bot that does not know its own name yet; `heartbeat` is of the loop that takes updates.
    pub fn new(
        store: Store,
        clock: Clock,
        telegram: Live<Telegram>,
        words: Live<Words>,
        photos: Photos,
        pace: Arc<Pace>,
        heartbeat: Heartbeat,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            telegram,
            words,
            me: OnceLock::new(),
            answers: Answers::default(),
            pace,
            answering: TaskTracker::new(),
            doubtful: Recent::default(),
            turned_away: Recent::default(),
            menus: Menus::default(),
            groups: Groups::default(),
            looks: Looks::new(photos),
            heartbeat,
        })
    }

    /// Handles one update; when this returns `Ok` it is on disk.
    pub async fn handle(self: &Arc<Self>, wire: &Wire<'_>) -> Result<(), StoreError> {
        let about = about::update(wire.id);
        self.take(wire).instrument(about).await
    }

    async fn take(self: &Arc<Self>, wire: &Wire<'_>) -> Result<(), StoreError> {
        let Some(update) = update::parse(wire, self.name()) else {
            tracing::debug!("an update is none of our business");
            return Ok(());
        };
        if update.event == Event::Group {
            return self.answer_group(&update);
        }
        if let Event::Stars(_) = update.event {
            tracing::debug!("news of money is not listened to yet");
            return Ok(());
        }
        let (id, press) = (update.id, update.callback.clone());
        if self.turned_away.has(id) {
            return Ok(());
        }
        let (user, lang) = (update.user, update.lang);
        let waits = waits_for_an_answer(&update.event);
        let asks_as_operator = matches!(update.event, Event::Desk(_));
        let file = match &update.event {
            Event::Picture(picture) if picture.as_file => Some(picture.photo.clone()),
            _ => None,
        };
        failpoints::reach("turn.before");
        let begun = Stopwatch::start();
        let turned = self.turn(update).await;
        self.meter(&turned, begun);
        let turned = match turned {
            // What may be on disk already is asked again until that is known.
            Err(StoreError::Unwritable) if waits && !self.doubtful.has(id) => {
                self.turn_away(id, user, press, lang).await?;
                self.turned_away.notice(id);
                return Ok(());
            }
            Err(StoreError::CommitUnknown) => {
                self.doubtful.notice(id);
                return Err(StoreError::CommitUnknown);
            }
            turned => turned?,
        };
        failpoints::reach("turn.after");
        match turned {
            Turned::Before => {
                // The first time has answered it; a second answer is harmless and stops a spinner.
                self.toast(user, press, None, Lang::Ru);
            }
            Turned::Done { toast, lang, order } => {
                self.toast(user, press, toast, lang);
                if let Some(order) = order {
                    self.tell_of(order);
                }
                if let Some(photo) = file {
                    self.look_at(user, photo);
                }
                self.notice_operator(user, lang);
                if asks_as_operator {
                    self.notice_stranger(user);
                }
            }
        }
        Ok(())
    }

    /// Writes down that an order is placed, and which videos are of it.
    fn tell_of(&self, order: OrderId) {
        tracing::info!(order.id = order.0, "an order is placed");
        let placed = self
            .store
            .snapshot()
            .and_then(|snapshot| snapshot.order(order));
        for job in placed.iter().flat_map(Order::jobs) {
            tracing::debug!(
                order.id = order.0,
                job.id = job.0,
                attempt = 0,
                "a video waits for its turn"
            );
        }
    }

    fn meter(&self, turned: &Result<Turned, StoreError>, begun: Stopwatch) {
        let meters = self.store.meters();
        let outcome = match turned {
            Ok(Turned::Done { order, .. }) => {
                meters.turn.observe(begun.elapsed().as_secs_f64());
                meters.orders.inc_by(order.is_some().into());
                "handled"
            }
            Ok(Turned::Before) => "repeated",
            Err(error) if error.passes() => "put_off",
            Err(_) => "failed",
        };
        meters.updates.get_or_create(&Outcome { outcome }).inc();
    }

    fn name(&self) -> Option<&str> {
        self.me.get()?.as_deref()
    }

    async fn turn(&self, update: Update) -> Result<Turned, StoreError> {
        let mut chance = [0; 32];
        if getrandom::fill(&mut chance).is_err() {
            // Without chance no names can be made; Telegram repeats the update.
            tracing::error!("the system gives no random bytes");
            return Err(StoreError::Busy);
        }
        let now = self.clock.now();
        let shop = self.store.shop();
        self.store
            .try_write(move |txn| turn::turn(txn, &shop, &update, &chance, now))
            .await
    }

    /// Says that nothing can be stored. Whoever has been told repeats it themselves, so that nothing happens later
    /// behind their back; whoever could not be told is asked again by Telegram.
    async fn turn_away(
        self: &Arc<Self>,
        update: UpdateId,
        user: UserId,
        press: Option<CallbackId>,
        lang: Lang,
    ) -> Result<(), StoreError> {
        self.toast(user, press, None, lang);
        let _place = self.answers.place(user).await;
        let chat = user.chat();
        let told = match self.pace.take(chat, self.clock.now()) {
            Ok(()) => {
                let outage = self.words.now().outage(lang, update);
                self.telegram.now().send(chat, &outage).await
            }
            Err(_) => Err(Trouble::Away),
        };
        let code = Code::Update(update);
        match told {
            Ok(_) => {
                tracing::warn!("ref" = %code, "a seller is told that nothing can be stored");
                Ok(())
            }
            Err(trouble) => {
                tracing::warn!("ref" = %code, %trouble, "nobody could be told that nothing can be stored");
                Err(StoreError::Unwritable)
            }
        }
    }

    /// Tells a group where the bot works: at once or not at all, and nothing to somebody who is shut out.
    fn answer_group(self: &Arc<Self>, update: &Update) -> Result<(), StoreError> {
        let (chat, now) = (update.chat, self.clock.now());
        if self.store.snapshot()?.ban(update.user)?.is_some()
            || !self.groups.answers(chat, now)
            || self.pace.take(chat, now).is_err()
        {
            return Ok(());
        }
        let (bot, lang) = (Arc::clone(self), update.lang);
        let answer = async move {
            let message = bot.words.now().message(lang, &Say::Group);
            if let Err(trouble) = bot.telegram.now().send(chat, &message).await {
                tracing::debug!(%trouble, "a group could not be answered");
            }
        };
        self.answering.spawn(answer.in_current_span());
        Ok(())
    }

    /// Ends a button's spinner: at once, once, and not kept, for a press lives 150 seconds.
    fn toast(
        self: &Arc<Self>,
        user: UserId,
        press: Option<CallbackId>,
        toast: Option<Toast>,
        lang: Lang,
    ) {
        let Some(press) = press else { return };
        let (bot, pressed) = (Arc::clone(self), Stopwatch::start());
        let answer = async move {
            let _place = bot.answers.place(user).await;
            if pressed.elapsed() > PRESS_LIFE {
                return;
            }
            let text = toast.and_then(|toast| bot.words.now().toast(lang, toast));
            if let Err(trouble) = bot.telegram.now().answer(&press, text.as_deref()).await {
                tracing::debug!(%trouble, "a press could not be answered");
            }
        };
        self.answering.spawn(answer.in_current_span());
    }

    /// Whether no picture is being looked at.
    pub fn is_idle(&self) -> bool {
        self.looks.is_idle()
    }

    /// Waits for the answers to presses that are on their way.
    pub async fn finish(&self) {
        self.answering.close();
        self.answering.wait().await;
    }

    /// Learns the bot's name and registers commands and descriptions; tried until it works.
    pub async fn introduce(self: Arc<Self>, stop: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            match self.try_introduce().await {
                Ok(()) => return,
                Err(Trouble::Token) => {
                    tracing::error!(
                        "telegram does not know the token: put the right one into TELEGRAM_TOKEN"
                    );
                    pause = LONGEST_PAUSE;
                }
                Err(Trouble::Wait(span)) => {
                    tracing::warn!(
                        wait_s = span.as_secs(),
                        "telegram hears no introductions for now"
                    );
                    wait(&stop, span).await;
                    continue;
                }
                Err(Trouble::Refused) => {
                    tracing::error!(
                        "telegram does not take our commands and descriptions: see command-… and description in texts/"
                    );
                    return;
                }
                Err(trouble) => tracing::warn!(%trouble, "the bot could not introduce itself yet"),
            }
            try_again(&stop, &mut pause).await;
        }
    }

    async fn try_introduce(&self) -> Result<(), Trouble> {
        if self.me.get().is_none() {
            let name = self.telegram.now().me().await?;
            tracing::info!(bot = name.as_deref().unwrap_or("?"), "telegram knows us");
            // Set once; a second introduction finds the same name.
            let _ = self.me.set(name);
        }
        self.telegram.now().introduce(&self.words.now()).await?;
        self.give_menus().await
    }

    /// Waits until one more call fits our pace; whether it does.
    async fn takes_its_turn(&self, chat: i64) -> bool {
        let turn = async {
            while let Err(later) = self.pace.take(chat, self.clock.now()) {
                self.clock.sleep_until(later).await;
            }
        };
        tokio::time::timeout(COURTESY, turn).await.is_ok()
    }

    /// Tells operators that somebody else takes our updates, or that nobody does any more.
    async fn tell_rival(&self, there: bool) {
        let (shop, now) = (self.store.shop(), self.clock.now());
        let cause = Alert::Rival.topic().word();
        let tell = move |txn: &mut Txn<'_>| match there {
            true => alerts::lasts(txn, &shop, cause, &Alert::Rival, now),
            false => alerts::recovered(txn, &shop, cause, &Alert::RivalGone, now),
        };
        if let Err(error) = self.store.try_write(tell).await {
            tracing::warn!(%error, "operators could not be told of somebody with the same token");
        }
    }

    /// Waits for what may take long and is no hanging.
    async fn rest<R>(&self, rest: impl Future<Output = R>) -> R {
        let over = self.heartbeat.rest(rest).await;
        self.heartbeat.within(HANDLING);
        over
    }
}

/// Whether somebody waits for an answer to this.
fn waits_for_an_answer(event: &Event) -> bool {
    match event {
        Event::Command(_)
        | Event::Text(_)
        | Event::Picture(_)
        | Event::BadFile(_)
        | Event::Other
        | Event::Desk(_)
        | Event::Press(_) => true,
        Event::Edited | Event::Blocked | Event::Unblocked | Event::Group | Event::Stars(_) => false,
    }
}

/// Waits, longer each time; whether to go on.
async fn try_again(stop: &CancellationToken, pause: &mut Duration) -> bool {
    wait(stop, *pause).await;
    *pause = (*pause * 2).min(LONGEST_PAUSE);
    !stop.is_cancelled()
}

async fn wait(stop: &CancellationToken, span: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(span) => {}
    }
}
