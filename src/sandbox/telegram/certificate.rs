//! The certificate that comes with `setWebhook`: looked at as the real service looks at it.

use std::net::IpAddr;

use reqwest::{Certificate, Url};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;

use super::args::{FileArg, Refusal};

/// No certificate is larger, in bytes.
const LIMIT: usize = 3 << 20;

/// The certificate to trust at `url`, and there only.
pub(super) fn read(given: FileArg, url: &str) -> Result<Certificate, Refusal> {
    let wrong = |why: &str| Refusal::wrong(format!("bad webhook: {why}"));
    let file = match given {
        FileArg::Uploaded(file) if file.bytes.len() <= LIMIT => file,
        FileArg::Uploaded(_) => return Err(wrong("certificate is too big")),
        FileArg::Named(_) => return Err(wrong("certificate must be uploaded")),
    };
    let blocks: Result<Vec<_>, _> = Pem::iter_from_buffer(&file.bytes).collect();
    let blocks = blocks.map_err(|_| wrong("certificate is not PEM"))?;
    if let Some(block) = blocks.iter().find(|block| block.label != "CERTIFICATE") {
        return Err(wrong(&format!(
            "a certificate was wanted, not a {}",
            block.label
        )));
    }
    let [block] = &blocks[..] else {
        return Err(wrong(&format!(
            "one certificate was wanted, not {}",
            blocks.len()
        )));
    };
    let parsed = block
        .parse_x509()
        .map_err(|_| wrong("certificate is damaged"))?;
    let url = Url::parse(url).map_err(|_| wrong("invalid URL"))?;
    let host = url.host_str().unwrap_or_default();
    if !is_for(&parsed, host.trim_matches(['[', ']'])) {
        return Err(wrong(&format!("certificate is not for {host}")));
    }
    Certificate::from_pem(&file.bytes).map_err(|_| wrong("certificate is damaged"))
}

/// Whether the common name or an alternative name is `host`.
fn is_for(certificate: &X509Certificate<'_>, host: &str) -> bool {
    let mut common = certificate.subject().iter_common_name();
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternatives = alternative
        .iter()
        .flat_map(|names| &names.value.general_names);
    let address = host.parse::<IpAddr>().ok().map(|address| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    });
    common.any(|name| name.as_str() == Ok(host))
        || alternatives.into_iter().any(|name| match name {
            GeneralName::DNSName(name) => name.eq_ignore_ascii_case(host),
            GeneralName::IPAddress(bytes) => address.as_deref() == Some(bytes),
            _ => false,
        })
}
