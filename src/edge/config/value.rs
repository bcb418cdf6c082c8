//! What a key may hold: one small parser per kind of value, each with the sentence that refuses.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use toml::de::DeValue;

use super::duration;
use super::network::Network;
use crate::rules::domain::id::{ModelName, UserId};

/// What a parser of values answers: the value, or what was wanted instead.
pub(super) type Parsed<T> = Result<T, String>;

/// A whole number within `range`.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&DeValue<'_>) -> Parsed<T>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |value| {
        let wanted = || {
            let (low, high) = (range.start(), range.end());
            format!("must be a whole number from {low} to {high}")
        };
        let number = value.as_integer().ok_or_else(wanted)?;
        i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .and_then(|number| T::try_from(number).ok())
            .filter(|number| range.contains(number))
            .ok_or_else(wanted)
    }
}

/// `true` or `false`.
pub(super) fn truth(value: &DeValue<'_>) -> Parsed<bool> {
    value
        .as_bool()
        .ok_or_else(|| "must be true or false".into())
}

/// A text with something in it, without the blanks around it.
pub(super) fn text(value: &DeValue<'_>) -> Parsed<String> {
    value
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| "must be a text in quotes, not empty".into())
}

/// A duration from `low` to `high`.
pub(super) fn duration(
    low: &'static str,
    high: &'static str,
) -> impl Fn(&DeValue<'_>) -> Parsed<Duration> {
    let bound = |text| duration::parse(text).expect("our bounds are durations");
    let range = bound(low)..=bound(high);
    move |value| {
        let text = text(value)?;
        let parsed = duration::parse(&text).map_err(|error| error.to_string())?;
        let within = range.contains(&parsed);
        within
            .then_some(parsed)
            .ok_or_else(|| format!("must be from {low} to {high}"))
    }
}

/// One of a few words, each with its meaning.
pub(super) fn choice<T: Clone>(choices: &[(&str, T)]) -> impl Fn(&DeValue<'_>) -> Parsed<T> {
    move |value| {
        let found = choices
            .iter()
            .find(|(word, _)| Some(*word) == value.as_str());
        found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
            let words: Vec<_> = choices
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            format!("must be one of {}", words.join(", "))
        })
    }
}

/// An `http://` or `https://` address without query, fragment or password; given back without a slash at the end.
pub(super) fn url(value: &DeValue<'_>) -> Parsed<String> {
    let text = text(value)?;
    let url = Url::parse(&text).map_err(|error| format!("is not a URL: {error}"))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain
        .then(|| url.as_str().trim_end_matches('/').to_owned())
        .ok_or_else(|| "must be a plain http:// or https:// URL".into())
}

/// The `https://` address of an ACME directory; a query may belong to it.
pub(super) fn directory(value: &DeValue<'_>) -> Parsed<String> {
    let text = text(value)?;
    let url = Url::parse(&text).map_err(|error| format!("is not a URL: {error}"))?;
    (url.scheme() == "https")
        .then_some(text)
        .ok_or_else(|| "must begin with https://".into())
}

/// A mail address, as far as one can tell.
pub(super) fn email(value: &DeValue<'_>) -> Parsed<String> {
    let text = text(value)?;
    let fits = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        && !text.contains(|c: char| c.is_whitespace() || c == ',' || c == ':');
    fits.then_some(text)
        .ok_or_else(|| "must be a mail address, such as \"me@example.com\"".into())
}

/// A list of values of one kind.
pub(super) fn list<T>(
    item: impl Fn(&DeValue<'_>) -> Parsed<T>,
) -> impl Fn(&DeValue<'_>) -> Parsed<Vec<T>> {
    move |value| {
        let items = value.as_array().ok_or("must be a list in [brackets]")?;
        items
            .iter()
            .enumerate()
            .map(|(at, value)| {
                item(value.get_ref()).map_err(|wanted| format!("item {}: {wanted}", at + 1))
            })
            .collect()
    }
}

/// A list with at least one item.
pub(super) fn some<T>(
    list: impl Fn(&DeValue<'_>) -> Parsed<Vec<T>>,
) -> impl Fn(&DeValue<'_>) -> Parsed<Vec<T>> {
    move |value| {
        let items = list(value)?;
        let empty = items.is_empty();
        (!empty).then_some(items).ok_or("must not be empty".into())
    }
}

/// An address to listen on, such as `127.0.0.1:8080`.
pub(super) fn socket(value: &DeValue<'_>) -> Parsed<SocketAddr> {
    SocketAddr::from_str(&text(value)?)
        .map_err(|_| "must be an address and a port, such as \"127.0.0.1:8080\"".into())
}

/// An address or a range of them, such as `10.0.0.0/8`.
pub(super) fn network(value: &DeValue<'_>) -> Parsed<Network> {
    Network::from_str(&text(value)?).map_err(|wanted| wanted.to_string())
}

/// A Telegram user's number.
pub(super) fn user(value: &DeValue<'_>) -> Parsed<UserId> {
    whole(1..=(1_i64 << 52))(value).map(|number| UserId(number.unsigned_abs()))
}

/// A Telegram user's name, with or without the `@`.
pub(super) fn username(value: &DeValue<'_>) -> Parsed<String> {
    let text = text(value)?;
    let name = text.trim_start_matches('@');
    let fits = (4..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then(|| name.to_owned())
        .ok_or_else(|| "must be a Telegram name: 4 to 32 Latin letters, digits and _".into())
}

/// A public key that backups are encrypted to, such as `age1…`.
pub(super) fn recipient(value: &DeValue<'_>) -> Parsed<String> {
    let text = text(value)?;
    age::x25519::Recipient::from_str(&text)
        .map(|_| text)
        .map_err(|_| "must be a public key of age's, such as \"age1…\"".into())
}

/// A model, as the provider names it.
pub(super) fn model(value: &DeValue<'_>) -> Parsed<ModelName> {
    text(value).map(ModelName)
}
