//! What a person at the page can do.

use axum::{
    extract::{FromRequest, Path, Query, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::means::Page;
use crate::sandbox::{
    gpt::Writing,
    ground::TICK,
    http,
    kie::Ending,
    pictures::sample_photo,
    telegram::{Checkout, Person},
};

/// New sellers are numbered after the two that are there from the start.
const FIRST_ID: i64 = 1001;
/// Plans longer than this are a slip of the finger.
const LONGEST_PLAN: u32 = 100;
/// Larger gifts are, too.
const LARGEST_GIFT: i32 = 100;
const FASTEST: f64 = 1000.0;
/// A day: beyond it presses and photos are gone anyway.
const LONGEST_LEAP: u64 = 24 * 60 * 60 * 1000;
/// A person looks at a sheet that does nothing for so long, in ticks of real time.
const LONGEST_SHEET: u32 = 1200;

type Done = Result<Value, Mistake>;

/// Why an action is refused.
pub(super) struct Mistake(u16, String);

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        refuse(self.0, &self.1)
    }
}

pub(super) fn refuse(status: u16, why: &str) -> Response {
    http::json(status, &serde_json::json!({"error": why}))
}

fn wrong(why: impl Into<String>) -> Mistake {
    Mistake(400, why.into())
}

fn done(done: Done) -> Response {
    match done {
        Ok(told) => http::json(200, &told),
        Err(mistake) => mistake.into_response(),
    }
}

/// A JSON body; the content type must say so, which a form of another site cannot.
pub(super) struct Asked<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Asked<T> {
    type Rejection = Mistake;

    async fn from_request(request: Request, state: &S) -> Result<Self, Mistake> {
        let json = axum::Json::<T>::from_request(request, state).await;
        json.map(|axum::Json(asked)| Asked(asked))
            .map_err(|why| wrong(why.body_text()))
    }
}

#[derive(Deserialize)]
pub(super) struct NewSeller {
    name: String,
    language: Option<String>,
}

pub(super) async fn add_seller(State(page): State<Page>, Asked(new): Asked<NewSeller>) -> Response {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 64 {
        return refuse(400, "a seller has a name of 1 to 64 letters");
    }
    let ids = page.telegram.people().into_iter().map(|it| it.id());
    let id = ids.max().map_or(FIRST_ID, |last| last + 1);
    page.telegram.person(id, name, new.language.as_deref());
    done(Ok(json!({"id": id})))
}

#[derive(Deserialize)]
pub(super) struct Text {
    text: String,
}

pub(super) async fn text(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Text>,
) -> Response {
    done(page.seller_named(id).and_then(|seller| {
        let length = asked.text.encode_utf16().count();
        match asked.text.trim().is_empty() || length > 4096 {
            true => Err(wrong("a message has 1 to 4096 letters")),
            false => Ok(json!({"update_id": seller.sends(&asked.text)})),
        }
    }))
}

#[derive(Deserialize)]
pub(super) struct How {
    #[serde(rename = "as")]
    sent_as: Option<String>,
    name: Option<String>,
}

pub(super) async fn photo(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Query(how): Query<How>,
    body: Bytes,
) -> Response {
    done(page.seller_named(id).and_then(|seller| {
        let format = image::guess_format(&body).ok();
        let update = match how.sent_as.as_deref() {
            None | Some("photo") => {
                image::load_from_memory(&body)
                    .map_err(|_| wrong("this is no picture that can be read"))?;
                seller.sends_photo(as_jpeg(body, format)?)
            }
            Some("file") => {
                let name = how.name.unwrap_or_else(|| "photo.jpg".to_owned());
                let mime = format.map_or("application/octet-stream", |it| it.to_mime_type());
                seller.sends_file(body, &name, mime)
            }
            Some(other) => return Err(wrong(format!("a photo cannot be sent as {other:?}"))),
        };
        Ok(json!({"update_id": update}))
    }))
}

/// Telegram's clients send any picture as a JPEG.
fn as_jpeg(body: Bytes, format: Option<image::ImageFormat>) -> Result<Bytes, Mistake> {
    if format == Some(image::ImageFormat::Jpeg) {
        return Ok(body);
    }
    let unreadable = |_| wrong("this is no picture that can be read");
    let picture = image::load_from_memory(&body).map_err(unreadable)?;
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture
        .to_rgb8()
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .map_err(unreadable)?;
    Ok(jpeg.into_inner().into())
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    message_id: i64,
    data: String,
}

pub(super) async fn press(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Pressed>,
) -> Response {
    done(page.seller_named(id).and_then(|seller| {
        let press = seller.presses_on(asked.message_id, &asked.data);
        let press = press.ok_or_else(|| Mistake(404, "there is no such message".to_owned()))?;
        Ok(json!({"callback_id": press}))
    }))
}

#[derive(Deserialize)]
pub(super) struct Paid {
    message_id: i64,
}

/// Pays the invoice in a message; what the person reads, if it comes to nothing.
pub(super) async fn pay(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Paid>,
) -> Response {
    let seller = match page.seller_named(id) {
        Ok(seller) => seller,
        Err(mistake) => return mistake.into_response(),
    };
    let query = match seller.pays_on(asked.message_id) {
        Ok(query) => query,
        Err(why) => return refuse(400, &why),
    };
    for _ in 0..LONGEST_SHEET {
        match seller.checkout(&query) {
            Checkout::Paid(charge) => return done(Ok(json!({"charge": charge}))),
            Checkout::Failed(why) => return refuse(400, &why),
            Checkout::Waiting => tokio::time::sleep(TICK).await,
        }
    }
    refuse(400, "the bot does not answer, and time stands still")
}

#[derive(Deserialize)]
pub(super) struct Blocked {
    blocked: bool,
}

pub(super) async fn block(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Blocked>,
) -> Response {
    done(page.seller_named(id).map(|seller| {
        match asked.blocked {
            true => seller.blocks(),
            false => seller.unblocks(),
        }
        json!({})
    }))
}

#[derive(Deserialize)]
pub(super) struct Gift {
    credits: i32,
}

pub(super) async fn grant(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Gift>,
) -> Response {
    if !(1..=LARGEST_GIFT).contains(&asked.credits) {
        return refuse(400, "grant 1 to 100 credits at once");
    }
    let given = match page.seller_named(id) {
        Ok(seller) => (page.ground.hooks.grant)(seller.id(), asked.credits).await,
        Err(mistake) => return mistake.into_response(),
    };
    page.ground.journal.touch();
    done(given.map(|()| json!({})).map_err(wrong))
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Sticker,
    Voice,
    Location,
    Album,
}

#[derive(Deserialize)]
pub(super) struct Other {
    kind: Kind,
}

pub(super) async fn other(
    State(page): State<Page>,
    Path(id): Path<i64>,
    Asked(asked): Asked<Other>,
) -> Response {
    done(page.seller_named(id).map(|seller| {
        let update = match asked.kind {
            Kind::Sticker => seller.sends_sticker(),
            Kind::Voice => seller.sends_voice(),
            Kind::Location => seller.sends_location(),
            Kind::Album => {
                let photos = vec![sample_photo(0), sample_photo(1)];
                let updates = seller.sends_album(photos);
                updates.last().copied().unwrap_or_default()
            }
        };
        json!({"update_id": update})
    }))
}

#[derive(Deserialize)]
pub(super) struct Plan {
    ending: String,
    count: Option<u32>,
}

pub(super) async fn plan_tasks(State(page): State<Page>, Asked(asked): Asked<Plan>) -> Response {
    let count = asked.count.unwrap_or(1);
    if !(1..=LONGEST_PLAN).contains(&count) {
        return refuse(400, "plan 1 to 100 tasks at once");
    }
    done(ending(&asked.ending).map(|ending| {
        (0..count).for_each(|_| page.kie.next(ending));
        json!({})
    }))
}

pub(super) async fn clear_tasks(State(page): State<Page>) -> Response {
    page.kie.clear_upcoming();
    done(Ok(json!({})))
}

#[derive(Deserialize)]
pub(super) struct Usual {
    ending: String,
}

pub(super) async fn default_ending(
    State(page): State<Page>,
    Asked(asked): Asked<Usual>,
) -> Response {
    done(ending(&asked.ending).map(|ending| {
        page.kie.by_default(ending);
        json!({})
    }))
}

#[derive(Deserialize)]
pub(super) struct Span {
    ms: u64,
}

pub(super) async fn duration(State(page): State<Page>, Asked(asked): Asked<Span>) -> Response {
    if asked.ms > LONGEST_LEAP {
        return refuse(400, "a task takes at most a day");
    }
    page.kie.set_duration(asked.ms);
    done(Ok(json!({})))
}

#[derive(Deserialize)]
pub(super) struct Switch {
    on: bool,
}

pub(super) async fn callbacks(State(page): State<Page>, Asked(asked): Asked<Switch>) -> Response {
    page.kie.set_callbacks(asked.on);
    done(Ok(json!({})))
}

pub(super) async fn revive(State(page): State<Page>) -> Response {
    for model in page.kie.dead_models() {
        page.kie.revive_model(&model);
    }
    done(Ok(json!({})))
}

#[derive(Deserialize)]
pub(super) struct Script {
    writing: String,
}

pub(super) async fn plan_script(State(page): State<Page>, Asked(asked): Asked<Script>) -> Response {
    let writing = Writing::named(&asked.writing);
    let writing = writing.ok_or_else(|| wrong("there is no such way to write"));
    done(writing.map(|writing| {
        page.gpt.next(writing);
        json!({})
    }))
}

#[derive(Deserialize)]
pub(super) struct Speed {
    speed: f64,
}

pub(super) async fn speed(State(page): State<Page>, Asked(asked): Asked<Speed>) -> Response {
    if !(0.0..=FASTEST).contains(&asked.speed) {
        return refuse(400, "the speed of time is 0 to 1000");
    }
    (page.ground.hooks.set_speed)(asked.speed);
    page.ground.journal.touch();
    done(Ok(json!({})))
}

pub(super) async fn advance(State(page): State<Page>, Asked(asked): Asked<Span>) -> Response {
    if asked.ms > LONGEST_LEAP {
        return refuse(400, "time leaps at most a day");
    }
    (page.ground.hooks.advance)(asked.ms);
    page.ground.journal.touch();
    done(Ok(json!({})))
}

fn ending(name: &str) -> Result<Ending, Mistake> {
    Ending::named(name).ok_or_else(|| wrong(format!("there is no ending {name:?}")))
}

impl Page {
    fn seller_named(&self, id: i64) -> Result<Person, Mistake> {
        let mut people = self.telegram.people().into_iter();
        let seller = people.find(|person| person.id() == id);
        seller.ok_or_else(|| Mistake(404, "there is no such seller".to_owned()))
    }
}
