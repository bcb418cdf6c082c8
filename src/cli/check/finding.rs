//! What the doctor found.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// All is well.
    Ok,
    /// It works, for now or not as well as it could.
    Warn,
    /// It does not work.
    Fail,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// What was looked at, how it is, and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub what: &'static str,
    pub grade: Grade,
    pub found: String,
    pub remedy: Option<String>,
}

impl Finding {
    pub fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            grade: Grade::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    pub fn warn(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            grade: Grade::Warn,
            remedy: Some(remedy.into()),
            ..Self::ok(what, found)
        }
    }

    pub fn fail(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            grade: Grade::Fail,
            remedy: Some(remedy.into()),
            ..Self::ok(what, found)
        }
    }
}
