//! Why an authority gave no certificate.

use instant_acme::{Error, Problem};

use super::method::Method;
use crate::edge::tls::TlsError;
use crate::rules::domain::alert::Obstacle;

/// What the names of ACME's problems begin with.
const NAMESPACE: &str = "urn:ietf:params:acme:error:";

/// Why an authority gave no certificate.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    /// It could not be asked, or its answer is none.
    #[error("the authority does not answer: {}", chain(.0))]
    Silent(Box<Error>),
    /// It has trouble of its own.
    #[error("the authority has trouble of its own: {0}")]
    Unwell(Problem),
    /// It was not done in time.
    #[error("the authority takes too long")]
    Slow,
    /// It did not find our proof.
    #[error("the authority does not find our proof: {0}")]
    Unseen(Problem),
    /// It does not offer this way of proving.
    #[error("the authority does not offer {0:?}; tls.acme_challenge may choose another way")]
    NotOffered(Method),
    /// It wants no more requests for some time.
    #[error("the authority wants no more requests for now: {0}")]
    Limited(Problem),
    /// It does not take our account.
    #[error("the authority does not take our account: {0}")]
    Account(Problem),
    /// It refuses for another reason.
    #[error("the authority refuses: {0}")]
    Refused(Problem),
    /// What it sent is not what was agreed.
    #[error("the authority's answer is not what was asked for")]
    Strange,
    /// Our own side.
    #[error(transparent)]
    Ours(#[from] TlsError),
}

impl AcmeError {
    /// What stands in the way, as the operator is told.
    pub fn obstacle(&self) -> Obstacle {
        match self {
            Self::Silent(_) | Self::Unwell(_) | Self::Slow => Obstacle::Silent,
            Self::Unseen(_) => Obstacle::Unseen,
            Self::Limited(_) => Obstacle::Limited,
            Self::Account(_) => Obstacle::Account,
            Self::NotOffered(_) | Self::Refused(_) | Self::Strange => Obstacle::Refused,
            Self::Ours(_) => Obstacle::Machine,
        }
    }

    /// Whether the account is not known to the authority any more.
    pub(super) fn is_account_gone(&self) -> bool {
        matches!(self, Self::Account(problem) if kind(problem) == "accountDoesNotExist")
    }

    /// An error of the call that has a proof looked at: a quick authority has done so when it answers.
    pub(super) fn of_proof(error: Error) -> Self {
        match Self::from(error) {
            Self::Account(problem) if kind(&problem) == "unauthorized" => Self::Unseen(problem),
            other => other,
        }
    }

    /// An error of the call that makes an account: what is refused there is the account.
    pub(super) fn of_account(error: Error) -> Self {
        match Self::from(error) {
            Self::Refused(problem) => Self::Account(problem),
            other => other,
        }
    }
}

impl From<Error> for AcmeError {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(problem) => match kind(&problem) {
                "rateLimited" => Self::Limited(problem),
                "accountDoesNotExist"
                | "externalAccountRequired"
                | "userActionRequired"
                | "invalidContact"
                | "unsupportedContact"
                | "badPublicKey"
                | "unauthorized" => Self::Account(problem),
                "serverInternal" => Self::Unwell(problem),
                "connection" | "dns" | "tls" | "incorrectResponse" | "caa" => Self::Unseen(problem),
                _ => Self::Refused(problem),
            },
            Error::Timeout(_) => Self::Slow,
            other => Self::Silent(Box::new(other)),
        }
    }
}

fn kind(problem: &Problem) -> &str {
    let kind = problem.r#type.as_deref().unwrap_or_default();
    kind.strip_prefix(NAMESPACE).unwrap_or(kind)
}

/// An error and what is behind it, for the crate shows only the outermost.
fn chain(error: &Error) -> String {
    let mut told = error.to_string();
    let mut inner = std::error::Error::source(error);
    while let Some(cause) = inner {
        told = format!("{told}: {cause}");
        inner = cause.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(kind: &str) -> AcmeError {
        let text = format!(r#"{{"type":"{NAMESPACE}{kind}","detail":"no","status":400}}"#);
        Error::Api(serde_json::from_str(&text).unwrap()).into()
    }

    #[test]
    fn a_problem_is_told_by_its_kind() {
        for (kind, obstacle) in [
            ("rateLimited", Obstacle::Limited),
            ("serverInternal", Obstacle::Silent),
            ("externalAccountRequired", Obstacle::Account),
            ("accountDoesNotExist", Obstacle::Account),
            ("connection", Obstacle::Unseen),
            ("dns", Obstacle::Unseen),
            ("rejectedIdentifier", Obstacle::Refused),
            ("somethingNew", Obstacle::Refused),
        ] {
            assert_eq!(api(kind).obstacle(), obstacle, "{kind}");
        }
        assert!(api("accountDoesNotExist").is_account_gone());
        assert_eq!(AcmeError::Slow.obstacle(), Obstacle::Silent);
    }
}
