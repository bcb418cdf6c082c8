//! `[operator]`: the door that only operators use.

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Section;
use super::secret::{self, Env};
use super::value;

/// A shorter word could be guessed.
const SHORTEST: usize = 16;

/// `[operator]`
#[derive(Debug, Clone)]
pub struct Operator {
    /// Where metrics, health and the operator's page are; may be empty.
    pub listen: Vec<SocketAddr>,
    /// What an operator must know. Without it only this machine is answered, and only numbers.
    pub token: Option<SecretString>,
}

impl Operator {
    pub(super) fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Self {
        let listen = value::list(value::socket);
        let operator = Self {
            listen: section.value("listen", r#"["127.0.0.1:9464"]"#, listen),
            token: secret::from_env_or_file(section, env, "OPERATOR_TOKEN", "token_file"),
        };
        let far = operator.listen.iter().any(|at| !at.ip().is_loopback());
        match &operator.token {
            None if far => section.mistake(
                "listen",
                "others than this machine could ask: set OPERATOR_TOKEN in the environment, or \
                 name a file that holds a token (token_file)",
            ),
            Some(token) if token.expose_secret().len() < SHORTEST => section.mistake(
                "token_file",
                "the token is too short: take at least 16 characters, such as openssl rand -hex 32",
            ),
            None | Some(_) => {}
        }
        operator
    }
}
