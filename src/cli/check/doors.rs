//! The doors: the certificate and its days, the ports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use super::finding::Finding;
use super::machine;
use super::patient::{PATIENCE, Patient};
use crate::edge::config::Tls;
use crate::edge::http;
use crate::edge::tls::pair::Pair;
use crate::edge::tls::{acme, keep};
use crate::operator::service;
use crate::operator::socket::{self, ControlError};

pub async fn look(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(certificate(patient));
    let config = &patient.config;
    let runs = socket::ask(&patient.data, service::ask::Status).await;
    let runs = !matches!(runs, Err(ControlError::NoDaemon));
    let doors = config.http.listen.iter().chain(&config.https.listen);
    for address in doors.chain(&config.operator.listen) {
        findings.push(match runs {
            true => answers(*address).await,
            false => free(*address, handed_over(address.port()).await),
        });
    }
    findings
}

fn certificate(patient: &Patient) -> Option<Finding> {
    let certificates = patient.data.join("certificates");
    let pair = match &patient.config.tls {
        Tls::Off => return None,
        Tls::Files {
            cert_file,
            key_file,
            ..
        } => match Pair::read(cert_file, key_file) {
            Ok(pair) => Some(pair),
            Err(error) => {
                let remedy = "mend tls.cert_file and tls.key_file";
                return Some(Finding::fail("certificate", error.to_string(), remedy));
            }
        },
        Tls::Acme(chosen) => {
            let http = http::client(patient.root.as_deref(), Some(PATIENCE)).ok()?;
            acme::Authority::new(chosen.clone(), &certificates, http).kept()
        }
        Tls::SelfSigned { host } => {
            let file = certificates
                .join("self-signed")
                .join(format!("{}.pem", keep::name(host)));
            Pair::read(&file, &file).ok()
        }
    };
    let Some(pair) = pair else {
        let remedy = "the daemon gets one when it runs: see its log if it does";
        return Some(Finding::warn("certificate", "there is none yet", remedy));
    };
    let (life, now) = (pair.life(), patient.now);
    let days = life.days_left(now);
    let found = format!("good for {days} more days");
    let remedy = "see the log for why it is not renewed";
    Some(if life.is_over(now) {
        Finding::fail("certificate", "is over", remedy)
    } else if now >= life.worry_at() {
        Finding::warn("certificate", found, remedy)
    } else {
        Finding::ok("certificate", found)
    })
}

/// While the daemon runs, its doors are open.
async fn answers(address: SocketAddr) -> Finding {
    let to = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let connect = tokio::net::TcpStream::connect((to, address.port()));
    match tokio::time::timeout(PATIENCE, connect).await {
        Ok(Ok(_)) => Finding::ok("port", format!("{address} is open")),
        Ok(Err(_)) | Err(_) => Finding::fail(
            "port",
            format!("the daemon runs, and {address} does not answer"),
            "see its log; a firewall may stand in between",
        ),
    }
}

/// Whether systemd listens at a port for us.
async fn handed_over(port: u16) -> bool {
    let unit = match port {
        443 => "neurocards.socket",
        80 => "neurocards-http.socket",
        _ => return false,
    };
    let asked = machine::systemctl(&["is-active", "--quiet", unit]).await;
    asked.is_some_and(|asked| asked.status.success())
}

/// While it does not, they are free to be opened, or systemd keeps them for us.
fn free(address: SocketAddr, handed_over: bool) -> Finding {
    if handed_over {
        return Finding::ok(
            "port",
            format!("systemd listens at {address} for the daemon"),
        );
    }
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok("port", format!("{address} can be opened")),
        Err(error) => Finding::fail(
            "port",
            format!("{address} cannot be opened: {error}"),
            "stop whoever has it; below 1024 let systemd hand it over (neurocards.socket), or grant CAP_NET_BIND_SERVICE",
        ),
    }
}
