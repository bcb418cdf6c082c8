//! The frame around every page: head, ways to the others, search, language, and what was told.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::form::form;
use super::visitor::Visitor;
use super::{assets, marks};
use crate::edge::locale::Locale;
use crate::rules::domain::user::Lang;

/// Which way is the one we are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Now,
    /// Orders.
    Orders,
    /// Jobs.
    Jobs,
    /// Users.
    Users,
    Acts,
    /// Another one.
    None,
}

/// How often the script looks for news of a page, in seconds.
const OFTEN: u32 = 3;
/// How often of one that costs more to make.
const SELDOM: u32 = 15;

/// A page that brings its news by itself.
pub fn live(visitor: &Visitor, title: &str, tab: Tab, inside: Markup) -> Response {
    fresh(visitor, title, tab, inside, OFTEN)
}

/// A page that brings its news by itself now and then: many rows are looked through for it.
pub fn list(visitor: &Visitor, title: &str, tab: Tab, inside: Markup) -> Response {
    fresh(visitor, title, tab, inside, SELDOM)
}

fn fresh(visitor: &Visitor, title: &str, tab: Tab, inside: Markup, every: u32) -> Response {
    let main = html! {
        main #main tabindex="-1" data-live=(every) { (inside) }
    };
    if !visitor.news {
        return whole(visitor, title, tab, main);
    }
    let tag = tag(main.0.as_str());
    let fresh = visitor.has.as_deref() != Some(tag.as_str());
    let mut headers = HeaderMap::new();
    let tag = HeaderValue::from_str(&tag).expect("digits in quotes");
    headers.insert(header::ETAG, tag);
    match fresh {
        true => (headers, Html(main.0)).into_response(),
        false => (StatusCode::NOT_MODIFIED, headers).into_response(),
    }
}

/// A page that stays as it is.
pub fn still(visitor: &Visitor, title: &str, tab: Tab, inside: Markup) -> Response {
    whole(
        visitor,
        title,
        tab,
        html! { main #main tabindex="-1" { (inside) } },
    )
}

fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

fn whole(visitor: &Visitor, title: &str, tab: Tab, main: Markup) -> Response {
    let locale = visitor.locale;
    let page = html! {
        (DOCTYPE)
        html lang=(locale.0.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (title) " · Neurocards" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(assets::STYLE_AT.as_str());
                script src=(assets::SCRIPT_AT.as_str()) defer {}
            }
            body data-lost=(locale.say("live-lost")) data-over=(locale.say("live-over")) {
                a.skip href="#main" { (locale.say("skip")) }
                (top(visitor, tab))
                @if let Some(told) = &visitor.told {
                    div.told.good[told.good].bad[!told.good] role="status" data-test="told" { (told.text) }
                }
                (main)
                footer {
                    p {
                        @if visitor.known.is_some() {
                            span #zone data-local=(locale.say("zone-local")) { (locale.say("zone-utc")) }
                            " · "
                        }
                        "Neurocards " (env!("CARGO_PKG_VERSION"))
                    }
                }
            }
        }
    };
    Html(page.0).into_response()
}

fn top(visitor: &Visitor, tab: Tab) -> Markup {
    let locale = visitor.locale;
    let ways = [
        (Tab::Now, "/", locale.say("nav-now")),
        (Tab::Orders, "/orders", locale.say("nav-orders")),
        (Tab::Jobs, "/jobs", locale.say("nav-jobs")),
        (Tab::Users, "/users", locale.say("nav-users")),
        (Tab::Acts, "/acts", locale.say("nav-acts")),
    ];
    let known = visitor.known.is_some();
    html! {
        header.top {
            div.bar {
                a.brand href="/" { span.mark aria-hidden="true" { "▶" } "Neurocards" }
                @if known {
                    nav aria-label=(locale.say("nav")) {
                        ul {
                            @for (way, at, name) in &ways {
                                li { a href=(at) aria-current=[(*way == tab).then_some("page")] { (name) } }
                            }
                        }
                    }
                    search {
                        (form(visitor, "/search", &[], html! {
                            input type="search" name="q" required maxlength="100"
                                aria-label=(locale.say("search-label")) placeholder=(locale.say("search-hint"));
                            button type="submit" { (locale.say("search-go")) }
                        }))
                    }
                }
                div.side {
                    (langs(visitor))
                    @if known {
                        (form(visitor, "/signout", &[], html! {
                            button.quiet type="submit" { (locale.say("signout")) }
                        }))
                    }
                }
            }
        }
    }
}

fn langs(visitor: &Visitor) -> Markup {
    let to: String = url::form_urlencoded::byte_serialize(visitor.path.as_bytes()).collect();
    html! {
        @for lang in Lang::ALL {
            @if lang != visitor.locale.0 {
                a.lang href=(format!("/lang/{}?to={to}", lang.code())) lang=(lang.code())
                    hreflang=(lang.code()) { (Locale(lang).say("lang-name")) }
            }
        }
    }
}

/// That rows may be missing, if not all were looked at.
pub fn unseen(locale: Locale, looked: Option<usize>) -> Markup {
    html! {
        @if let Some(looked) = looked {
            p.hint { (locale.fill("list-unseen", &[("n", marks::count(looked as u64).into())])) }
        }
    }
}

/// The ways to older rows, and back to the newest. `base` ends where `before` may follow.
pub fn pages(locale: Locale, base: &str, here: Option<u64>, older: Option<u64>) -> Markup {
    html! {
        nav.pages aria-label=(locale.say("pages")) {
            @if here.is_some() {
                a.button href=(base.trim_end_matches(['?', '&'])) { (locale.say("pages-newest")) }
            }
            @if let Some(older) = older {
                a.button rel="next" href=(format!("{base}before={older}")) { (locale.say("pages-older")) }
            }
        }
    }
}
