//! The search for what must not be written down, in every dress it could come in.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter pieces would be found by accident.
const LEAST: usize = 6;

/// What must not be found.
#[derive(Default)]
pub struct Secrets(Vec<(&'static str, Vec<String>)>);

impl Secrets {
    /// A text, or a piece of one that is telling enough.
    pub fn text(&mut self, what: &'static str, secret: &str) -> &mut Self {
        assert!(secret.len() >= LEAST, "{what} is too short to look for");
        let mut dresses = vec![
            secret.to_owned(),
            serde_json::to_string(secret)
                .unwrap()
                .trim_matches('"')
                .to_owned(),
            format!("{secret:?}").trim_matches('"').to_owned(),
            secret.escape_default().to_string(),
            secret.encode_utf16().map(dress_json).collect(),
            secret.bytes().map(dress_uri).collect(),
            secret
                .bytes()
                .flat_map(|byte| dress_uri(byte).to_lowercase().chars().collect::<Vec<_>>())
                .collect(),
        ];
        dresses.extend(bytes(secret.as_bytes()));
        self.add(what, dresses)
    }

    /// Bytes that are no text.
    pub fn bytes(&mut self, what: &'static str, secret: &[u8]) -> &mut Self {
        assert!(secret.len() >= LEAST, "{what} is too short to look for");
        let mut dresses = bytes(secret);
        dresses.push(String::from_utf8_lossy(secret).into_owned());
        dresses.push(secret.escape_ascii().to_string());
        self.add(what, dresses)
    }

    /// Exactly this and nothing like it.
    pub fn exactly(&mut self, what: &'static str, told: &str) -> &mut Self {
        self.add(what, vec![told.to_owned()])
    }

    fn add(&mut self, what: &'static str, mut dresses: Vec<String>) -> &mut Self {
        dresses.sort();
        dresses.dedup();
        self.0.push((what, dresses));
        self
    }

    /// The lines in which any of it is found, with what it is.
    pub fn found(&self, text: &str) -> Vec<String> {
        let lines = text.lines();
        lines
            .flat_map(|line| {
                let hit = |(what, dresses): &(&'static str, Vec<String>)| {
                    let dress = dresses.iter().find(|dress| line.contains(dress.as_str()))?;
                    Some(format!("{what} as {dress} in: {line}"))
                };
                self.0.iter().filter_map(hit).collect::<Vec<_>>()
            })
            .collect()
    }

    /// None of it is in `text`, which is not empty.
    #[track_caller]
    pub fn are_not_in(&self, whose: &str, text: &str) {
        assert!(!text.is_empty(), "{whose} is empty");
        let found = self.found(text);
        assert!(found.is_empty(), "{whose}:\n{}", found.join("\n"));
    }
}

/// Bytes as a list of numbers, in hex, and in base64 wherever they begin.
fn bytes(secret: &[u8]) -> Vec<String> {
    let list: Vec<_> = secret.iter().map(u8::to_string).collect();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut dresses = vec![list.join(", "), list.join(","), hex.to_uppercase(), hex];
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let behind = [&vec![0; before], secret].concat();
            let whole = engine.encode(&behind[..behind.len() / 3 * 3]);
            // Letters that bytes before have a share in say nothing.
            dresses.push(whole[before * 8_usize.div_ceil(6)..].to_owned());
        }
    }
    dresses
}

fn dress_json(unit: u16) -> String {
    match u8::try_from(unit).ok().filter(u8::is_ascii_graphic) {
        Some(byte) => char::from(byte).to_string(),
        None => format!("\\u{unit:04x}"),
    }
}

fn dress_uri(byte: u8) -> String {
    match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    }
}

#[test]
fn what_is_looked_for_is_found_in_every_dress() {
    let mut secrets = Secrets::default();
    secrets
        .text("a name", "Ледокол")
        .bytes("a photo", &[255, 216, 255, 224, 1, 2, 3, 4, 5]);
    let name = "Ледокол";
    for said in [
        format!("name={name}."),
        format!("name={name:?}"),
        name.escape_default().to_string(),
        "a\\u041b\\u0435\\u0434\\u043e\\u043a\\u043e\\u043bb".into(),
        "%D0%9B%D0%B5%D0%B4%D0%BE%D0%BA%D0%BE%D0%BB".into(),
        "%d0%9b%d0%b5%d0%b4%d0%be%d0%ba%d0%be%d0%bb".into(),
        format!("{:?}", name.as_bytes()),
        format!("{:x?}", name.as_bytes()).replace(['[', ']', ',', ' '], ""),
        STANDARD_NO_PAD.encode(format!("{name}!!")),
        STANDARD_NO_PAD.encode(format!("1{name}!!")),
        URL_SAFE_NO_PAD.encode(format!("12{name}!!")),
    ] {
        let found = secrets.found(&format!("fine\n{said}\nfine"));
        assert_eq!(found.len(), 1, "{said}: {found:?}");
        assert!(found[0].starts_with("a name as "));
    }
    for photo in [
        "[255, 216, 255, 224, 1, 2, 3, 4, 5]",
        "FFD8FFE00102030405",
        "/9j/4AECAwQF",
        r"\xff\xd8\xff\xe0\x01\x02\x03\x04\x05",
    ] {
        assert_eq!(secrets.found(photo).len(), 1, "{photo}");
    }
    assert_eq!(secrets.found("Ледок\n[255, 217]"), [""; 0]);
}
