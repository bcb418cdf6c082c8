//! Updates on their way in: each becomes one turn, and only then is it acknowledged.

mod menus;
mod recent;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use url::Url;

use crate::clock::beat::Beat;
use crate::clock::{Clock, Stopwatch};
use crate::domain::id::{CallbackId, Code, OrderId, UpdateId};
use crate::domain::order::Order;
use crate::domain::user::Lang;
use crate::flow::event::{Event, Update};
use crate::flow::say::Toast;
use crate::live::Live;
use crate::points;
use crate::store::turn::{self, Turned};
use crate::store::{Store, StoreError, outbox};
use crate::telegram::client::{Polled, Telegram};
use crate::telegram::trouble::Trouble;
use crate::telegram::update::{self, Wire};
use crate::telegram::words::Words;
use crate::telemetry::about;
use crate::telemetry::meters::Outcome;
use menus::Menus;
use recent::Recent;

/// How long one long poll waits.
const POLL: Duration = Duration::from_secs(50);
/// A long poll that has not ended by itself so long after is cut off.
const LATE: Duration = Duration::from_secs(30);
/// The updates of one poll are handled within this time, Telegram's answers to them not counted.
const HANDLING: Duration = Duration::from_secs(60);
/// The pause after a failed poll; it doubles up to [`LONGEST_PAUSE`]. In real time: it is Telegram's machine.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often the webhook is looked at: Telegram keeps what it cannot bring for a day.
const MIND: Duration = Duration::from_secs(10 * 60);
/// Presses answered at the same time: each costs a connection, and whoever taps a lot can wait for a toast.
const ANSWERS: usize = 32;

/// Where updates go in.
pub struct Bot {
    store: Store,
    clock: Clock,
    telegram: Live<Telegram>,
    words: Live<Words>,
    /// The bot's own name, once Telegram has told it.
    me: OnceLock<Option<String>>,
    answers: Semaphore,
    answering: TaskTracker,
    /// Updates of which nobody knew whether they are on disk.
    doubtful: Recent,
    /// Updates whose seller was told to repeat them: they must not act later.
    turned_away: Recent,
    /// Who has an operator's menu.
    menus: Menus,
    beat: Beat,
}

impl Bot {
    /// A bot that does not know its own name yet; `beat` is of the loop that takes updates.
    pub fn new(
        store: Store,
        clock: Clock,
        telegram: Live<Telegram>,
        words: Live<Words>,
        beat: Beat,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            telegram,
            words,
            me: OnceLock::new(),
            answers: Semaphore::new(ANSWERS),
            answering: TaskTracker::new(),
            doubtful: Recent::default(),
            turned_away: Recent::default(),
            menus: Menus::default(),
            beat,
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
        let (id, press) = (update.id, update.callback.clone());
        if self.turned_away.has(id) {
            return Ok(());
        }
        let (user, chat, lang) = (update.user, update.chat, update.lang);
        let waits = waits_for_an_answer(&update.event);
        let asks_as_operator = matches!(update.event, Event::Desk(_));
        points::reach("turn.before");
        let begun = Stopwatch::start();
        let turned = self.turn(update).await;
        self.meter(&turned, begun);
        let turned = match turned {
            // What may be on disk already is asked again until that is known.
            Err(StoreError::Unwritable) if waits && !self.doubtful.has(id) => {
                self.turn_away(id, chat, press, lang).await?;
                self.turned_away.notice(id);
                return Ok(());
            }
            Err(StoreError::CommitUnknown) => {
                self.doubtful.notice(id);
                return Err(StoreError::CommitUnknown);
            }
            turned => turned?,
        };
        points::reach("turn.after");
        match turned {
            Turned::Before => {
                // The first time has answered it; a second answer is harmless and stops a spinner.
                self.toast(press, None, Lang::Ru);
            }
            Turned::Done { toast, lang, order } => {
                self.toast(press, toast, lang);
                if let Some(order) = order {
                    self.tell_of(order);
                }
                if chat == outbox::chat_of(user) {
                    self.notice_operator(user, lang);
                    if asks_as_operator {
                        self.notice_stranger(user);
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes down that an order is placed, and which videos are of it.
    fn tell_of(&self, order: OrderId) {
        tracing::info!(order.id = order.0, "an order is placed");
        let placed = self.store.snapshot().and_then(|sight| sight.order(order));
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
        chat: i64,
        press: Option<CallbackId>,
        lang: Lang,
    ) -> Result<(), StoreError> {
        self.toast(press, None, lang);
        let _place = self.answers.acquire().await;
        let told = self
            .telegram
            .now()
            .send(chat, &self.words.now().outage(lang, update))
            .await;
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

    /// Ends a button's spinner: at once, once, and not kept, for a press lives 150 seconds.
    fn toast(self: &Arc<Self>, press: Option<CallbackId>, toast: Option<Toast>, lang: Lang) {
        let Some(press) = press else { return };
        let bot = Arc::clone(self);
        let answer = async move {
            let _place = bot.answers.acquire().await;
            let text = toast.and_then(|toast| bot.words.now().toast(lang, toast));
            if let Err(trouble) = bot.telegram.now().answer(&press, text.as_deref()).await {
                tracing::debug!(%trouble, "a press could not be answered");
            }
        };
        self.answering.spawn(answer.in_current_span());
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

    /// Asks Telegram for updates until told to stop. The offset moves on only after the commit.
    pub async fn poll(self: Arc<Self>, stop: CancellationToken) {
        let mut poll = Poll::default();
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            self.beat.within(POLL + LATE);
            let telegram = self.telegram.now();
            let polled = tokio::select! {
                () = stop.cancelled() => return,
                polled = tokio::time::timeout(POLL + LATE, telegram.updates(poll.offset, poll.most, POLL)) => polled,
            };
            self.beat.within(HANDLING);
            let Ok(polled) = polled else {
                tracing::warn!("telegram has not ended a poll; it is asked anew");
                continue;
            };
            let handled = match polled {
                Ok(polled) => self.handle_all(&polled, &mut poll).await,
                Err(Trouble::Wait(span)) => {
                    self.rest(wait(&stop, span)).await;
                    continue;
                }
                Err(Trouble::Webhook) => {
                    tracing::warn!("somebody has set a webhook; it is taken away, for we poll");
                    self.end_webhook(&stop).await;
                    continue;
                }
                Err(trouble) => {
                    tracing::warn!(%trouble, "updates could not be asked for");
                    false
                }
            };
            if handled {
                pause = FIRST_PAUSE;
            } else {
                self.rest(try_again(&stop, &mut pause)).await;
            }
        }
    }

    /// Handles a batch in order and in as few commits as they fit; the offset stops before the first failure.
    async fn handle_all(self: &Arc<Self>, polled: &Polled, poll: &mut Poll) -> bool {
        let Some(updates) = polled.updates() else {
            return poll.pass_over(polled);
        };
        poll.most = Poll::default().most;
        if updates.is_empty() {
            // All before is confirmed; after a quiet week numbers may start anew, and lower.
            poll.offset = UpdateId(0);
        }
        let handled = join_all(updates.iter().map(|update| self.handle(update))).await;
        for (update, handled) in updates.iter().zip(handled) {
            match handled {
                Ok(()) => {}
                Err(error) if error.passes() => {
                    tracing::warn!(update.id = update.id.0, %error, "an update could not be handled yet");
                    return false;
                }
                Err(error) => {
                    tracing::error!(update.id = update.id.0, %error, "an update can never be handled");
                }
            }
            poll.offset = after(update.id);
        }
        true
    }

    /// Makes sure that no webhook stands in the way of polling; tried until it works.
    pub async fn end_webhook(&self, stop: &CancellationToken) {
        let mut pause = FIRST_PAUSE;
        self.beat.within(HANDLING);
        while let Err(trouble) = self.telegram.now().end_webhook().await {
            tracing::warn!(%trouble, "the webhook could not be ended yet");
            if !self.rest(try_again(stop, &mut pause)).await {
                return;
            }
        }
    }

    /// Has Telegram bring updates to `url`, and trust `certificate` (PEM) there; tried until it works.
    pub async fn begin_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
        certificate: Option<&str>,
        stop: &CancellationToken,
    ) {
        let mut pause = FIRST_PAUSE;
        self.beat.within(HANDLING);
        while let Err(trouble) = self
            .telegram
            .now()
            .begin_webhook(url, secret, certificate)
            .await
        {
            tracing::warn!(%trouble, "the webhook could not be registered yet");
            if !self.rest(try_again(stop, &mut pause)).await {
                return;
            }
        }
        tracing::info!("telegram brings updates to the webhook");
    }

    /// Looks at the webhook now and then, and sets it again when somebody has changed it. Never ends.
    pub async fn mind_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
        certificate: Option<&str>,
        stop: &CancellationToken,
    ) {
        let mut told = None;
        loop {
            self.rest(self.clock.sleep(MIND)).await;
            let hook = match self.telegram.now().webhook().await {
                Ok(hook) => hook,
                Err(trouble) => {
                    tracing::warn!(%trouble, "the webhook could not be looked at");
                    continue;
                }
            };
            if !hook.is(url, certificate.is_some()) {
                tracing::warn!("somebody has changed the webhook; it is set again");
                self.begin_webhook(url, secret, certificate, stop).await;
            }
            if hook.last_error != told
                && let Some((at, why)) = &hook.last_error
            {
                let pending = hook.pending;
                tracing::warn!(at, why, pending, "telegram could not bring an update");
            }
            told = hook.last_error;
        }
    }

    /// Waits for what may take long and is no hanging.
    async fn rest<R>(&self, rest: impl Future<Output = R>) -> R {
        let over = self.beat.rest(rest).await;
        self.beat.within(HANDLING);
        over
    }
}

/// What is asked for next.
struct Poll {
    /// The first that is not confirmed; 0 is whichever waits.
    offset: UpdateId,
    /// So many at once.
    most: u8,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            offset: UpdateId(0),
            most: 100,
        }
    }
}

impl Poll {
    /// A batch that cannot be read is asked for one by one, so that one update spoils no other; whether to go on.
    fn pass_over(&mut self, polled: &Polled) -> bool {
        if self.most > 1 {
            tracing::warn!("updates cannot be read together; they are asked for one by one");
            self.most = 1;
            return true;
        }
        let Some(first) = polled.first() else {
            tracing::error!("telegram sends what cannot be read, and nobody can tell what it is");
            return false;
        };
        tracing::error!(update.id = first.0, "an update can never be read");
        self.offset = after(first);
        true
    }
}

fn after(update: UpdateId) -> UpdateId {
    UpdateId(update.0.saturating_add(1))
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
        Event::Edited | Event::Blocked | Event::Unblocked | Event::Group => false,
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
