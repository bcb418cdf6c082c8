//! Cookies: the session and the language.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::rules::domain::user::Lang;

/// Whose session it is.
const SESSION: &str = "neurocards_session";
/// Which language was chosen.
const LANG: &str = "neurocards_lang";
/// A chosen language is known for a year.
const YEAR: u32 = 365 * 24 * 60 * 60;
/// A session's cookie goes when the session does, in seconds.
const WEEK: u32 = 7 * 24 * 60 * 60;

/// The session that a request names.
pub fn session(headers: &HeaderMap) -> Option<&str> {
    find(headers, SESSION)
}

/// The language that was chosen.
pub fn lang(headers: &HeaderMap) -> Option<Lang> {
    let chosen = find(headers, LANG)?;
    Lang::ALL.into_iter().find(|lang| lang.code() == chosen)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Sets the session's cookie; `secure` if the browser came by TLS.
pub fn keep_session(id: &str, secure: bool) -> HeaderValue {
    set(SESSION, id, WEEK, secure)
}

/// Takes the session's cookie away.
pub fn end_session(secure: bool) -> HeaderValue {
    set(SESSION, "", 0, secure)
}

/// Keeps a language.
pub fn keep_lang(lang: Lang, secure: bool) -> HeaderValue {
    set(LANG, lang.code(), YEAR, secure)
}

fn set(name: &str, value: &str, age: u32, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).expect("names and values are ours")
}

/// Whether the browser came by TLS to a proxy in front of us. Only the sender's own cookie hangs on it, so that
/// whoever lies lies to themselves.
pub fn is_secure(headers: &HeaderMap) -> bool {
    let scheme = headers.get("x-forwarded-proto");
    scheme.is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; neurocards_lang=en".parse().unwrap());
        headers.append(
            header::COOKIE,
            "neurocards_session=abc;c=d".parse().unwrap(),
        );
        assert_eq!(session(&headers), Some("abc"));
        assert_eq!(lang(&headers), Some(Lang::En));
        let mut other = HeaderMap::new();
        other.append(
            header::COOKIE,
            "xneurocards_session=1; neurocards_lang=de".parse().unwrap(),
        );
        assert_eq!((session(&other), lang(&other)), (None, None));
    }

    #[test]
    fn a_session_is_no_business_of_scripts_and_other_pages() {
        let plain = keep_session("id", false);
        let plain = plain.to_str().unwrap();
        for part in [
            "neurocards_session=id; ",
            "; HttpOnly",
            "; SameSite=Strict",
            "; Path=/",
        ] {
            assert!(plain.contains(part), "{plain}");
        }
        assert!(!plain.contains("Secure"));
        assert!(
            keep_session("id", true)
                .to_str()
                .unwrap()
                .ends_with("; Secure")
        );
        assert!(end_session(false).to_str().unwrap().contains("Max-Age=0"));
        let mut headers = HeaderMap::new();
        assert!(!is_secure(&headers));
        headers.append("x-forwarded-proto", "https".parse().unwrap());
        assert!(is_secure(&headers));
    }
}
