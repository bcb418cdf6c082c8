//! A certificate from an authority that speaks ACME (RFC 8555).

mod error;
mod method;
mod wire;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, ExternalAccountKey,
    Identifier, KeyAuthorization, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use secrecy::ExposeSecret;

use super::door::{Door, Proof, Proving};
use super::{Pair, TlsError, keep};
use crate::base::aside;
use crate::edge::config;

pub use error::AcmeError;
pub use method::Method;
use wire::Wire;

/// From the order to the certificate; authorities look from several places and take their time.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long the authority may take to look, and then to sign.
const EACH: Duration = Duration::from_secs(120);
/// The first pause between two questions whether it is done.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// An authority, our account with it, and the certificate we have from it.
pub struct Authority {
    chosen: config::Acme,
    dir: PathBuf,
    wire: Wire,
    /// Files that the disk has not taken yet. What an authority gave cannot be asked for again at will.
    unkept: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
}

impl Authority {
    /// `certificates` is the directory that certificates are kept in; `http` bounds each call in time.
    pub fn new(chosen: config::Acme, certificates: &Path, http: reqwest::Client) -> Self {
        Self {
            dir: certificates.join(keep::name(&chosen.directory)),
            wire: Wire::new(http),
            chosen,
            unkept: Mutex::default(),
        }
    }

    /// The host that is certified.
    pub fn host(&self) -> &str {
        &self.chosen.host
    }

    /// Where the authority is asked.
    pub fn directory(&self) -> &str {
        &self.chosen.directory
    }

    /// The certificate that is kept from before, if there is one and it is whole.
    pub fn kept(&self) -> Option<Pair> {
        let file = self.certificate_file();
        if !file.exists() {
            return None;
        }
        match Pair::read(&file, &file) {
            Ok(pair) => Some(pair).filter(|pair| pair.covers(&self.chosen.host)),
            Err(error) => {
                tracing::warn!(%error, "the certificate that was kept cannot be used");
                None
            }
        }
    }

    /// Orders a certificate and proves at `door` that the host is ours. It can be used at once; whoever calls sees
    /// to it that it is kept.
    pub async fn issue(&self, door: &Arc<Door>, method: Method) -> Result<Pair, AcmeError> {
        self.wire.forget();
        let issued = tokio::time::timeout(PATIENCE, self.try_issue(door, method)).await;
        issued.unwrap_or(Err(AcmeError::Slow))
    }

    /// Keeps what was given and has not been kept yet. It may be repeated; what the disk does not take is not lost.
    pub async fn keep(&self) -> Result<(), AcmeError> {
        let unkept = self.unkept().clone();
        for (path, bytes) in unkept {
            store(path.clone(), bytes.clone()).await?;
            let mut unkept = self.unkept();
            // By now there may be a newer one.
            if unkept.get(&path) == Some(&bytes) {
                unkept.remove(&path);
            }
        }
        Ok(())
    }

    /// Whether anything has not been kept yet.
    pub fn owes(&self) -> bool {
        !self.unkept().is_empty()
    }

    /// Whether it is the certificate.
    pub fn owes_certificate(&self) -> bool {
        self.unkept().contains_key(&self.certificate_file())
    }

    /// How long the authority wants us to wait, if it refused the last order so.
    pub fn asked_to_wait(&self) -> Option<Duration> {
        self.wire.asked_to_wait()
    }

    async fn try_issue(&self, door: &Arc<Door>, method: Method) -> Result<Pair, AcmeError> {
        let mut order = match self.order(self.kept_account()).await {
            // The authority has forgotten us, or we the right account: begin anew, once.
            Err(error) if error.is_account_gone() => {
                tracing::warn!("the authority does not know our account; making a new one");
                self.order(None).await?
            }
            ordered => ordered?,
        };
        let proofs = self.prove(&mut order, door, method).await?;
        let policy = RetryPolicy::new().initial_delay(ASK_AGAIN).timeout(EACH);
        let ready = order.poll_ready(&policy).await;
        drop(proofs);
        if !matches!(ready, Ok(OrderStatus::Ready)) {
            return Err(self.refusal(&mut order, ready.err()).await);
        }
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&policy).await?;
        let file = self.certificate_file();
        let pem = format!("{key}\n{chain}").replace("\r\n", "\n").into_bytes();
        let pair = Pair::parse((&file, &pem), (&file, &pem))?;
        if !pair.covers(&self.chosen.host) {
            return Err(AcmeError::Strange);
        }
        self.unkept().insert(file, pem);
        Ok(pair)
    }

    async fn order(&self, kept: Option<AccountCredentials>) -> Result<Order, AcmeError> {
        let account = self.account(kept).await?;
        let host = &self.chosen.host;
        let identifier = match host.parse::<IpAddr>() {
            Ok(address) => Identifier::Ip(address),
            Err(_) => Identifier::Dns(host.clone()),
        };
        let identifiers = [identifier];
        let mut order = NewOrder::new(&identifiers);
        if let Some(profile) = &self.chosen.profile {
            order = order.profile(profile);
        }
        Ok(account.new_order(&order).await?)
    }

    /// The account that is kept, or a new one.
    async fn account(&self, kept: Option<AccountCredentials>) -> Result<Account, AcmeError> {
        let builder = || Account::builder_with_http(Box::new(self.wire.clone()));
        if let Some(credentials) = kept {
            return Ok(builder().from_credentials(credentials).await?);
        }
        let contact = self
            .chosen
            .contact
            .as_ref()
            .map(|mail| format!("mailto:{mail}"));
        let contact: Vec<_> = contact.iter().map(String::as_str).collect();
        let wanted = NewAccount {
            contact: &contact,
            // The configuration says that choosing ACME agrees to them.
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let binding = self.chosen.binding.as_ref().map(|binding| {
            ExternalAccountKey::new(binding.key_id.clone(), binding.key.expose_secret())
        });
        let directory = self.chosen.directory.clone();
        let made = builder().create(&wanted, directory, binding.as_ref()).await;
        let (account, credentials) = made.map_err(AcmeError::of_account)?;
        let text = serde_json::to_vec(&credentials).map_err(|_| AcmeError::Strange)?;
        self.unkept().insert(self.account_file(), text);
        // It is kept with the certificate at the latest.
        if let Err(error) = self.keep().await {
            tracing::warn!(%error, "our account with the authority cannot be kept yet");
        }
        tracing::info!(
            account = account.id(),
            "the authority has given us an account"
        );
        Ok(account)
    }

    fn kept_account(&self) -> Option<AccountCredentials> {
        let file = self.account_file();
        let unkept = self.unkept().get(&file).cloned();
        let text = unkept.or_else(|| std::fs::read(file).ok())?;
        let credentials = serde_json::from_slice(&text);
        if credentials.is_err() {
            tracing::warn!("the account that was kept cannot be used; making a new one");
        }
        credentials.ok()
    }

    /// Shows a proof for whatever the authority wants proven.
    async fn prove(
        &self,
        order: &mut Order,
        door: &Arc<Door>,
        method: Method,
    ) -> Result<Vec<Proving>, AcmeError> {
        let mut shown = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let kind = match method {
                Method::TlsAlpn01 => ChallengeType::TlsAlpn01,
                Method::Http01 => ChallengeType::Http01,
            };
            let challenge = authorization.challenge(kind);
            let mut challenge = challenge.ok_or(AcmeError::NotOffered(method))?;
            let answer = challenge.key_authorization();
            let proof = match method {
                Method::TlsAlpn01 => self.certificate_of_proof(&answer)?,
                Method::Http01 => Proof::Http {
                    token: challenge.token.clone(),
                    answer: answer.as_str().to_owned(),
                },
            };
            shown.push(door.prove(proof));
            challenge.set_ready().await.map_err(AcmeError::of_proof)?;
        }
        Ok(shown)
    }

    /// The certificate of RFC 8737, which holds the digest of the answer.
    fn certificate_of_proof(&self, answer: &KeyAuthorization) -> Result<Proof, AcmeError> {
        let host = &self.chosen.host;
        let made = || {
            let mut params = CertificateParams::new([host.clone()])?;
            let extension = CustomExtension::new_acme_identifier(answer.digest().as_ref());
            params.custom_extensions = vec![extension];
            let key = KeyPair::generate()?;
            Ok((params.self_signed(&key)?, key))
        };
        let (certificate, key) = made().map_err(|error| TlsError::Unmade(host.clone(), error))?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| AcmeError::Strange)?;
        let key = ring::default_provider().key_provider.load_private_key(key);
        // Not from_der: that would refuse the extension, which is critical and unknown to it.
        let key = key.map_err(|error| TlsError::Unusable(self.certificate_file(), error))?;
        Ok(Proof::Tls {
            name: asked_name(host),
            key: Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)),
        })
    }

    /// Why an order did not become ready: what the authority says of the proofs, else what became of the call.
    async fn refusal(&self, order: &mut Order, error: Option<instant_acme::Error>) -> AcmeError {
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            if authorization.refresh().await.is_err() {
                break;
            }
            let told = authorization
                .challenges
                .iter()
                .find_map(|it| it.error.clone());
            if let Some(problem) = told {
                return AcmeError::Unseen(problem);
            }
        }
        error.map_or(AcmeError::Strange, AcmeError::from)
    }

    fn unkept(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.unkept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn account_file(&self) -> PathBuf {
        self.dir.join("account.json")
    }

    /// Key and chain in one file, so that they change together.
    fn certificate_file(&self) -> PathBuf {
        self.dir
            .join(format!("{}.pem", keep::name(&self.chosen.host)))
    }
}

/// Keeps a file without holding up the runtime while the disk works.
async fn store(path: PathBuf, bytes: Vec<u8>) -> Result<(), AcmeError> {
    let kept = aside::run(move || keep::write(&path, &bytes)).await;
    Ok(kept.map_err(|_| AcmeError::Strange)??)
}

/// The name an authority asks for in the handshake: the host, or the reverse name of an address (RFC 8738).
fn asked_name(host: &str) -> String {
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        Ok(IpAddr::V6(address)) => {
            let octets = address.octets().into_iter().rev();
            let nibbles = octets.map(|octet| format!("{:x}.{:x}.", octet & 15, octet >> 4));
            format!("{}ip6.arpa", nibbles.collect::<String>())
        }
        Err(_) => host.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests;
