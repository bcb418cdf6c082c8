//! Coming and going: the token is said once, and a session is given for it. The language is chosen here, too.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, http};
use maud::html;
use serde::Deserialize;

use super::frame::{self, Tab};
use super::means::Page;
use super::token::Heard;
use super::visitor::{Peer, Visitor, own_path};
use super::{cookies, guard, trouble};
use crate::rules::domain::user::Lang;

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct To {
    to: Option<String>,
}

impl To {
    fn path(&self) -> &str {
        self.to.as_deref().and_then(own_path).unwrap_or("/")
    }
}

/// Asks for the token.
pub async fn ask(Query(to): Query<To>, request: Request) -> Response {
    let visitor = Visitor::stranger(request.uri(), request.headers());
    asked(&visitor, to.path(), None)
}

fn asked(visitor: &Visitor, to: &str, wrong: Option<&str>) -> Response {
    let locale = visitor.locale;
    let main = html! {
        div.door {
            h1 { (locale.say("signin-title")) }
            form method="post" action="/signin" {
                input type="hidden" name="to" value=(to);
                // Those who keep passwords want to know whose it is.
                input type="text" name="name" value="operator" autocomplete="username" hidden;
                div.field.wide {
                    label for="token" { (locale.say("signin-token")) }
                    input #token name="token" type="password" required autofocus
                        autocomplete="current-password" spellcheck="false" maxlength="1000"
                        aria-describedby="token-hint" aria-invalid=[wrong.map(|_| "true")];
                }
                @if let Some(wrong) = wrong {
                    p.wrong role="alert" data-test="wrong" { (wrong) }
                }
                button.main type="submit" { (locale.say("signin-go")) }
                p.hint #token-hint { (locale.say("signin-hint")) " " code { "neurocards page" } }
            }
        }
    };
    frame::still(visitor, &locale.say("signin-title"), Tab::None, main)
}

/// Hears the token.
pub async fn come(State(page): State<Arc<Page>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let http::request::Parts {
        uri,
        headers,
        extensions,
        ..
    } = &parts;
    let mut visitor = Visitor::stranger(uri, headers);
    visitor.path = "/signin".to_owned();
    let form = match guard::read(headers, body).await {
        Ok(form) => form,
        Err(status) => return trouble::page(&visitor, status),
    };
    if !guard::is_ours(headers) {
        return trouble::page(&visitor, StatusCode::FORBIDDEN);
    }
    let peer = extensions.get::<Peer>();
    let peer = peer.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let to = own_path(form.get("to")).unwrap_or("/");
    match page.hears(form.get("token").trim().as_bytes(), peer) {
        Heard::Right => page.token.forgive(peer),
        Heard::Wait(wait) => return wait_first(&visitor, to, wait),
        Heard::Wrong => {
            let mut answer = asked(&visitor, to, Some(&visitor.locale.say("signin-wrong")));
            *answer.status_mut() = StatusCode::FORBIDDEN;
            return answer;
        }
    }
    let Some(id) = page.sessions.begin(page.desk.clock.now()) else {
        return trouble::page(&visitor, StatusCode::SERVICE_UNAVAILABLE);
    };
    let cookie = cookies::keep_session(&id, cookies::is_secure(headers));
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

fn wait_first(visitor: &Visitor, to: &str, wait: Duration) -> Response {
    let minutes = wait.as_secs().div_ceil(60);
    let text = visitor.locale.fill("signin-wait", &[("n", minutes.into())]);
    let mut answer = asked(visitor, to, Some(&text));
    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    answer
}

/// Forgets a session.
pub async fn leave(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    request: axum::http::Request<Body>,
) -> Response {
    if let Some(known) = &visitor.known {
        page.sessions.end(known);
    }
    let cookie = cookies::end_session(cookies::is_secure(request.headers()));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/signin")).into_response()
}

/// Keeps the language that was chosen.
pub async fn speak(
    State(page): State<Arc<Page>>,
    Path(lang): Path<String>,
    Query(to): Query<To>,
    request: Request,
) -> Response {
    let Some(lang) = Lang::ALL.into_iter().find(|it| it.code() == lang) else {
        return guard::nowhere(State(page), request).await;
    };
    let cookie = cookies::keep_lang(lang, cookies::is_secure(request.headers()));
    ([(header::SET_COOKIE, cookie)], Redirect::to(to.path())).into_response()
}
