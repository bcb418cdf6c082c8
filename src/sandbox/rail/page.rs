//! The pages that a rail shows whoever pays.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// Nothing from elsewhere, and no script at all.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";
const STYLE: &str = "body{font:17px/1.45 system-ui,sans-serif;background:#eef1f6;color:#151a26;margin:0;\
    display:grid;place-items:center;min-height:100vh}main{background:#fff;border-radius:18px;padding:28px;width:min(360px,86vw);\
    box-shadow:0 8px 28px #141e3c1f}h1{font-size:19px;margin:0 0 4px}p{margin:6px 0;color:#5f6b80}b{display:block;font-size:34px;\
    margin:14px 0}button{width:100%;border:0;border-radius:12px;padding:14px;margin:5px 0;font:inherit;cursor:pointer;background:#eef1f6;\
    color:#151a26}button.pay{background:#4f5bf0;color:#fff}a{color:#1b6fc2}@media(prefers-color-scheme:dark){body{background:#0d1117;\
    color:#e9edf5}main{background:#161c26}button{background:#2a3342;color:#e9edf5}a{color:#8eb4ff}}";

/// A page of a rail: a title, lines, buttons that post to addresses below it, and a link back.
pub(in crate::sandbox) struct Sheet {
    pub(in crate::sandbox) title: String,
    pub(in crate::sandbox) sum: String,
    pub(in crate::sandbox) lines: Vec<String>,
    /// What a button says and where it posts to.
    pub(in crate::sandbox) buttons: Vec<(&'static str, String)>,
    pub(in crate::sandbox) back: Option<String>,
}

impl Sheet {
    pub(in crate::sandbox) fn show(&self) -> Response {
        let lines: String = self
            .lines
            .iter()
            .map(|it| format!("<p>{}</p>", safe(it)))
            .collect();
        let buttons: String = self.buttons.iter().enumerate().map(button).collect();
        let back = self.back.as_deref().map(|url| {
            let url = safe(url);
            format!("<p><a href=\"{url}\">← Вернуться в чат · Back to the chat</a></p>")
        });
        let page = format!(
            "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>\
             <b>{sum}</b>{lines}{buttons}{back}</main></html>",
            title = safe(&self.title),
            sum = safe(&self.sum),
            back = back.unwrap_or_default(),
        );
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, page).into_response()
    }
}

fn button((at, (says, to)): (usize, &(&'static str, String))) -> String {
    let class = if at == 0 { " class=\"pay\"" } else { "" };
    let (says, to) = (safe(says), safe(to));
    format!("<form method=\"post\" action=\"{to}\"><button{class}>{says}</button></form>")
}

fn safe(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
