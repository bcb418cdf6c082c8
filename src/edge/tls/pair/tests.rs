//! Tests of pairs: wrong files are named with the remedy, and a life is planned.

use super::*;
use crate::edge::tls::own;

/// A directory with two pairs, `a` and `b`, and a file that holds neither.
fn files() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(dir.path().join(format!("{name}.crt")), pair.cert.pem()).unwrap();
        let key = pair.signing_key.serialize_pem();
        std::fs::write(dir.path().join(format!("{name}.key")), key).unwrap();
    }
    std::fs::write(dir.path().join("text"), "hello").unwrap();
    dir
}

fn read(cert: &str, key: &str) -> Result<Pair, String> {
    let dir = files();
    let told = Pair::read(&dir.path().join(cert), &dir.path().join(key));
    told.map_err(|error| error.to_string())
}

#[test]
fn a_wrong_file_is_named_with_the_remedy() {
    assert!(read("a.crt", "a.key").is_ok());
    for (cert, key, named) in [
        ("none.crt", "a.key", "none.crt cannot be read; check"),
        ("a.crt", "none.key", "none.key cannot be read; check"),
        ("text", "a.key", "text holds no certificate; cert_file"),
        ("a.key", "a.crt", "a.key holds no certificate; cert_file"),
        ("a.crt", "text", "text holds no private key; key_file"),
        (
            "a.crt",
            "b.key",
            "b.key does not belong to the first certificate in",
        ),
    ] {
        let told = read(cert, key).unwrap_err();
        assert!(told.contains(named), "{told}");
    }
}

fn at(days: u64) -> Timestamp {
    Timestamp(days * 24 * 60 * 60 * 1000)
}

#[test]
fn a_life_is_planned_by_its_length() {
    let plan = |days| {
        let life = Life {
            from: at(0),
            until: at(days),
        };
        (life.renew_at(), life.worry_at())
    };
    assert_eq!(plan(90), (at(60), at(75)));
    assert_eq!(plan(3650), (at(3620), at(3635)));
    assert_eq!(plan(45), (at(30), Timestamp(at(75).0 / 2)));
    assert_eq!(plan(6), (at(3), Timestamp(at(9).0 / 2)));
    let life = Life {
        from: at(0),
        until: at(90),
    };
    assert_eq!(life.days_left(at(76)), 14);
    assert_eq!(life.days_left(Timestamp(at(90).0 - 1)), 0);
    assert_eq!((life.is_over(at(89)), life.is_over(at(90))), (false, true));
}

#[test]
fn a_pair_knows_its_hosts_its_life_and_its_chain() {
    let now = at(20_000);
    for (host, others) in [
        ("cards.example.org", ["example.org", "a.cards.example.org"]),
        ("192.0.2.7", ["192.0.2.8", "cards.example.org"]),
        ("2001:db8::7", ["2001:db8::8", "192.0.2.7"]),
    ] {
        let text = own::make(host, now).unwrap();
        let file = (Path::new("own.pem"), text.as_bytes());
        let pair = Pair::parse(file, file).unwrap();
        assert!(pair.covers(host), "{host}");
        assert!(others.iter().all(|other| !pair.covers(other)), "{host}");
        assert!(pair.life().from < now && pair.life().days_left(now) > 3000);
        assert!(
            text.ends_with(pair.chain_pem()),
            "{text}\n{}",
            pair.chain_pem()
        );
        assert!(!pair.chain_pem().contains("KEY"));
    }
}
