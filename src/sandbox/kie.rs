//! The stand-in for KIE, the video provider.

mod callbacks;
mod door;
mod ending;
mod models;
mod photo;
mod raw;
mod shelf;
mod tasks;
mod upload;
mod wire;

#[cfg(test)]
mod tests;

use std::{io, sync::Arc, time::Duration};

use reqwest::{Certificate, Client};

use self::door::{Door, Inner, KEYS, Plan};
pub use self::{
    ending::Ending,
    raw::{Asked, Raw},
    shelf::{Upload, UploadFault},
    tasks::Task,
};
use super::{ground::Ground, lock::lock};

/// Real time for a photo or a callback; the provider allows a callback 15 s.
const PATIENCE: Duration = Duration::from_secs(15);

/// The stand-in KIE; a cheap handle.
#[derive(Clone)]
pub struct Kie {
    door: Door,
}

impl Kie {
    pub(super) async fn start(ground: &Ground, root_pem: Option<&str>) -> io::Result<Kie> {
        let mut client = Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .user_agent("kie-sandbox");
        if let Some(pem) = root_pem {
            let roots = Certificate::from_pem_bundle(pem.as_bytes()).map_err(io::Error::other)?;
            client = roots
                .into_iter()
                .fold(client, reqwest::ClientBuilder::add_root_certificate);
        }
        let client = client.build().map_err(io::Error::other)?;
        let door = Door {
            ground: ground.clone(),
            inner: Arc::new(Inner::new(client)),
        };
        let address = ground.serve(wire::router(door.clone())).await?;
        let url = format!("http://{address}");
        door.inner.url.get_or_init(|| url);
        let address = ground.serve(upload::router(door.clone())).await?;
        door.inner
            .upload_url
            .get_or_init(|| format!("http://{address}"));
        ground.nursery.spawn(callbacks::run(door.clone()));
        Ok(Kie { door })
    }

    /// What a client takes for `https://api.kie.ai`; without a slash at the end.
    pub fn api_url(&self) -> String {
        self.door.inner.url.get().cloned().unwrap_or_default()
    }

    /// What a client takes for `https://kieai.redpandaai.co`; without a slash at the end.
    pub fn upload_url(&self) -> String {
        self.door
            .inner
            .upload_url
            .get()
            .cloned()
            .unwrap_or_default()
    }

    /// Every file that was uploaded and not overwritten, oldest first.
    pub fn uploads(&self) -> Vec<Upload> {
        lock(&self.door.inner.shelf.files).clone()
    }

    /// How the next upload that nothing is planned for yet goes wrong.
    pub fn fail_upload(&self, fault: UploadFault) {
        lock(&self.door.inner.shelf.faults).push(fault);
        self.door.ground.journal.touch();
    }

    /// The keys it accepts.
    pub fn keys(&self) -> Vec<String> {
        KEYS.map(str::to_owned).to_vec()
    }

    /// The models it knows.
    pub fn models(&self) -> Vec<&'static str> {
        models::MODELS.iter().map(|model| model.name).collect()
    }

    /// How the next task that nothing is planned for yet will end.
    pub fn next(&self, ending: Ending) {
        self.plan(|plan| plan.next.push_back(ending));
    }

    /// What is planned for the next tasks.
    pub fn upcoming(&self) -> Vec<Ending> {
        lock(&self.door.inner.plan).next.iter().copied().collect()
    }

    /// Forgets what is planned for the next tasks.
    pub fn clear_upcoming(&self) {
        self.plan(|plan| plan.next.clear());
    }

    /// How tasks end that nothing is planned for.
    pub fn by_default(&self, ending: Ending) {
        self.plan(|plan| plan.by_default = ending);
    }

    /// How tasks end that nothing is planned for.
    pub fn default_ending(&self) -> Ending {
        lock(&self.door.inner.plan).by_default
    }

    /// Answers the next call of that kind that nothing is planned for yet with these bytes.
    pub fn answers(&self, asked: Asked, raw: Raw) {
        self.plan(|plan| plan.raw.once(asked, raw));
    }

    /// Answers every call of that kind with these bytes, or as it should again.
    pub fn always_answers(&self, asked: Asked, raw: Option<Raw>) {
        self.plan(|plan| plan.raw.always(asked, raw));
    }

    /// How many virtual milliseconds a new task takes.
    pub fn set_duration(&self, ms: u64) {
        self.plan(|plan| plan.duration = ms);
    }

    /// How many virtual milliseconds a new task takes.
    pub fn duration(&self) -> u64 {
        lock(&self.door.inner.plan).duration
    }

    /// Whether the ends of tasks are told to their callback addresses.
    pub fn set_callbacks(&self, on: bool) {
        self.plan(|plan| plan.callbacks = on);
    }

    /// Whether the ends of tasks are told to their callback addresses.
    pub fn callbacks(&self) -> bool {
        lock(&self.door.inner.plan).callbacks
    }

    /// Signs callbacks with this key, as when a `webhookHmacKey` is set at the provider.
    pub fn sign_callbacks(&self, key: Option<&str>) {
        self.plan(|plan| plan.hmac_key = key.map(str::to_owned));
    }

    /// The key that callbacks are signed with.
    pub fn signing_key(&self) -> Option<String> {
        lock(&self.door.inner.plan).hmac_key.clone()
    }

    /// Pays credits into the account.
    pub fn top_up(&self, credits: f64) {
        self.plan(|plan| plan.account += credits);
    }

    /// Pauses a model.
    pub fn kill_model(&self, name: &str) {
        self.plan(|plan| {
            plan.dead.insert(name.to_owned());
        });
    }

    /// Ends the pause of a model.
    pub fn revive_model(&self, name: &str) {
        self.plan(|plan| {
            plan.dead.remove(name);
        });
    }

    /// The paused models.
    pub fn dead_models(&self) -> Vec<String> {
        let plan = lock(&self.door.inner.plan);
        plan.dead.iter().cloned().collect()
    }

    /// Every accepted task, oldest first.
    pub fn tasks(&self) -> Vec<Task> {
        let now = self.door.ground.now();
        let mut tasks = lock(&self.door.inner.tasks);
        for task in tasks.iter_mut() {
            task.advance(now);
        }
        tasks.clone()
    }

    /// Takes a task over that was accepted before the sandbox began, with the first key; it renders until it is told
    /// to end.
    pub fn takes_over(&self, id: &str, callback_url: Option<String>) {
        let task = Task::taken_over(id, KEYS[0], callback_url, self.door.ground.now());
        lock(&self.door.inner.tasks).push(task);
    }

    /// Has a task end now, in that way; `false` if there is none of that name.
    pub fn ends(&self, id: &str, ending: Ending) -> bool {
        let now = self.door.ground.now();
        let mut tasks = lock(&self.door.inner.tasks);
        let task = tasks.iter_mut().find(|task| task.id == id);
        task.map(|task| (task.ends_at, task.ending) = (now, ending))
            .is_some()
    }

    /// Whether an end has come that nobody was told of yet.
    pub(super) fn is_behind(&self) -> bool {
        let now = self.door.ground.now();
        let tasks = lock(&self.door.inner.tasks);
        tasks.iter().any(|task| task.ends_at <= now && !task.told)
    }

    /// Tells the end of a task once more; `false` if it is not over or nobody asked to be told.
    pub fn send_callback(&self, task_id: &str) -> bool {
        let files = self.door.inner.files_url();
        let tasks = lock(&self.door.inner.tasks);
        let task = tasks.iter().find(|task| task.id == task_id);
        let call = task
            .filter(|task| task.is_over())
            .and_then(|task| Some((task.callback_url.clone()?, task.callback(&files))));
        drop(tasks);
        let asked = call.is_some();
        if let Some((url, body)) = call {
            callbacks::tell(&self.door, url, body, self.door.ground.begin());
        }
        asked
    }

    fn plan(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut lock(&self.door.inner.plan));
        self.door.ground.journal.touch();
    }
}
