//! Where results may be fetched from: the public web, and nothing behind our own door.
//!
//! A provider at `https` gives addresses at `https`, of public hosts: that is looked at in the address, after its name
//! is resolved, and at every redirect. A stand-in at `http` may have its files on this machine.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::ClientBuilder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

/// No host of results has a reason to redirect more often.
const REDIRECTS: usize = 3;

/// Which addresses results may have.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Only `https` and public hosts.
    strict: bool,
    /// The provider's own addresses.
    own: Vec<Url>,
}

/// An address is none that results are fetched from.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the address is not of the public web")]
pub struct Forbidden;

impl Reach {
    /// Of a provider with these addresses.
    pub fn new(api_url: &str, upload_url: &str) -> Self {
        let own = [api_url, upload_url];
        Self {
            strict: api_url.starts_with("https://"),
            own: own.into_iter().filter_map(|url| url.parse().ok()).collect(),
        }
    }

    /// Whether an address may be asked, as far as it says itself; its name is resolved later.
    pub fn allows(&self, url: &Url) -> bool {
        let scheme = match url.scheme() {
            "https" => true,
            "http" => !self.strict,
            _ => false,
        };
        let host = match url.host() {
            Some(Host::Ipv4(ip)) => self.takes(ip.into()),
            Some(Host::Ipv6(ip)) => self.takes(ip.into()),
            Some(Host::Domain(name)) => !self.strict || !is_local(name),
            None => false,
        };
        scheme && host
    }

    /// Whether a redirect may be followed: never to another door of this machine.
    fn follows(&self, from: &Url, to: &Url) -> bool {
        let door = |url: &Url| {
            (
                url.host_str().map(str::to_owned),
                url.port_or_known_default(),
            )
        };
        let here = match to.host() {
            Some(Host::Ipv4(ip)) => !is_public(ip.into()),
            Some(Host::Ipv6(ip)) => !is_public(ip.into()),
            Some(Host::Domain(name)) => is_local(name),
            None => true,
        };
        let known = std::iter::once(from).chain(&self.own);
        self.allows(to) && (!here || known.into_iter().any(|url| door(url) == door(to)))
    }

    fn takes(&self, ip: IpAddr) -> bool {
        is_public(ip) || !self.strict && ip.to_canonical().is_loopback()
    }

    /// Whether an address may be handed on as a link: what it says itself, and what its name resolves to now.
    pub async fn allows_resolved(&self, url: &Url) -> bool {
        if !self.allows(url) {
            return false;
        }
        let Some(Host::Domain(name)) = url.host() else {
            return true;
        };
        self.resolved(name).await.is_ok()
    }

    async fn resolved(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        let taken: Vec<_> = found.filter(|found| self.takes(found.ip())).collect();
        match taken.is_empty() {
            true => Err(Forbidden.into()),
            false => Ok(taken),
        }
    }

    /// A client that goes nowhere else, and says nowhere whence it comes.
    pub fn guard(&self, client: ClientBuilder) -> ClientBuilder {
        let (resolver, reach) = (Arc::new(self.clone()), self.clone());
        let policy = Policy::custom(move |attempt| {
            let followed = match attempt.previous().last() {
                Some(from) => reach.follows(from, attempt.url()),
                None => false,
            };
            match followed {
                false => attempt.error(Forbidden),
                true if attempt.previous().len() > REDIRECTS => attempt.stop(),
                true => attempt.follow(),
            }
        });
        client
            .dns_resolver(resolver)
            .redirect(policy)
            .referer(false)
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let found = reach.resolved(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an error has come of an address that is not allowed.
pub(super) fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is of a host on the public internet (IANA's registries of special addresses, 2026-11).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !matches!(
        ip.octets(),
        [0 | 10 | 127, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..]
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // Mapped, and translated by NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        // 6to4: the first of them is the router's.
        [0x2002, high, low, ..] => embedded(high, low),
        // For protocols (Teredo among them), for documents.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is handed out to networks.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn https() -> Reach {
        Reach::new("https://api.kie.ai", "https://kieai.redpandaai.co")
    }

    fn http() -> Reach {
        Reach::new("http://127.0.0.1:8080", "http://127.0.0.1:8081")
    }

    fn allows(reach: &Reach, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| reach.allows(&url))
    }

    #[test]
    fn only_the_public_web_is_allowed() {
        for url in [
            "https://tempfile.aiquickdraw.com/v.mp4",
            "https://93.184.215.14/v.mp4",
            "https://[2606:2800:220:1::1]/v.mp4",
            "https://[64:ff9b::5db8:d70e]/v.mp4",
            "https://r.example:8443/v.mp4",
        ] {
            assert!(allows(&https(), url), "{url}");
        }
        for url in [
            "http://tempfile.aiquickdraw.com/v.mp4",
            "ftp://r.example/v.mp4",
            "file:///etc/passwd",
            "data:video/mp4;base64,AAAA",
            "https://localhost/v.mp4",
            "https://files.localhost./v.mp4",
            "https://0.0.0.0/",
            "https://0.1.2.3/",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.0.0.8/",
            "https://192.168.1.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a00:1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:a00:1::]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[fc00::1]/",
            "https://[fd12::1]/",
            "https://[fe80::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
        ] {
            assert!(!allows(&https(), url), "{url}");
        }
    }

    #[test]
    fn a_stand_in_may_have_its_files_on_this_machine_and_nowhere_else() {
        for url in [
            "http://127.0.0.1:9/v.mp4",
            "http://[::1]/v",
            "http://localhost/v",
        ] {
            assert!(allows(&http(), url), "{url}");
        }
        for url in [
            "http://169.254.169.254/latest/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
        ] {
            assert!(!allows(&http(), url), "{url}");
        }
    }

    #[test]
    fn no_redirect_leads_to_another_door_of_this_machine() {
        let follows = |reach: &Reach, from: &str, to: &str| {
            reach.follows(&from.parse().unwrap(), &to.parse().unwrap())
        };
        let (public, own) = ("https://r.example/v", "http://127.0.0.1:8080/v");
        assert!(follows(&https(), public, "https://cdn.example/v"));
        assert!(!follows(&https(), public, "http://cdn.example/v"));
        assert!(!follows(&https(), public, "https://127.0.0.1/v"));
        assert!(follows(&http(), own, "http://127.0.0.1:8080/w"));
        assert!(follows(&http(), own, "http://127.0.0.1:8081/w"));
        for to in [
            "http://127.0.0.1:9464/metrics",
            "http://localhost:9464/metrics",
            "http://[::ffff:127.0.0.1]:9464/",
            "http://169.254.169.254/",
        ] {
            assert!(!follows(&http(), own, to), "{to}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_gone_to() {
        let resolved = https().resolved("localhost").await.unwrap_err();
        assert!(resolved.is::<Forbidden>());
        assert!(!http().resolved("localhost").await.unwrap().is_empty());
        let client = https().guard(reqwest::Client::builder().no_proxy()).build();
        let client = client.unwrap();
        let error = client.get("https://localhost:9/").send().await.unwrap_err();
        assert!(is_forbidden(&error), "{error:?}");
    }
}
