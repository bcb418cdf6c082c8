//! Files made of boxes, as models and muxers of all kinds make them.

use std::io::Cursor;

use super::*;

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap();
    [&size.to_be_bytes(), kind.as_slice(), body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

const UPRIGHT: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
const LYING: [u32; 9] = [
    0,
    1 << 16,
    0,
    (-65536_i32).cast_unsigned(),
    0,
    0,
    0,
    0,
    1 << 30,
];

fn mvhd(scale: u32, units: u32) -> Vec<u8> {
    boxed(
        b"mvhd",
        &numbers(&[0, 0, 0, scale, units, 1 << 16, 0, 0, 0]),
    )
}

fn tkhd(matrix: [u32; 9], width: u32, height: u32) -> Vec<u8> {
    let head = numbers(&[7, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    let tail = numbers(&[width << 16, height << 16]);
    boxed(b"tkhd", &[head, numbers(&matrix), tail].concat())
}

/// A track of that kind whose last data begins at `last`.
fn track(handler: &[u8; 4], tkhd: Vec<u8>, last: u32) -> Vec<u8> {
    let hdlr = boxed(
        b"hdlr",
        &[&numbers(&[0, 0]), handler.as_slice(), &numbers(&[0, 0, 0])].concat(),
    );
    let mdhd = boxed(b"mdhd", &numbers(&[0, 0, 0, 600, 3000, 0]));
    let entry = [
        numbers(&[0, 0]),
        numbers(&[0; 4]),
        vec![2, 208, 5, 0],
        vec![0; 50],
    ]
    .concat();
    let stsd = boxed(
        b"stsd",
        &[numbers(&[0, 1]), boxed(b"avc1", &entry)].concat(),
    );
    let stco = boxed(b"stco", &numbers(&[0, 2, 1, last]));
    let stbl = boxed(b"stbl", &[stsd, stco].concat());
    let minf = boxed(b"minf", &stbl);
    let mdia = boxed(b"mdia", &[mdhd, hdlr, minf].concat());
    boxed(b"trak", &[tkhd, mdia].concat())
}

fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", b"isom\0\0\x02\0isomavc1")
}

fn picture_of(matrix: [u32; 9]) -> Vec<u8> {
    track(b"vide", tkhd(matrix, 720, 1280), 8)
}

fn moov() -> Vec<u8> {
    let sound = track(b"soun", tkhd(UPRIGHT, 0, 0), 8);
    boxed(
        b"moov",
        &[mvhd(1000, 10_200), picture_of(UPRIGHT), sound].concat(),
    )
}

fn mdat() -> Vec<u8> {
    boxed(b"mdat", &[7; 1000])
}

/// A whole video, and a small one.
pub(crate) fn small() -> Vec<u8> {
    [ftyp(), moov(), mdat()].concat()
}

fn film(file: &[Vec<u8>]) -> Result<Movie, NoMovie> {
    read(&mut Cursor::new(file.concat()))
}

fn told(file: &[Vec<u8>]) -> &'static str {
    match film(file) {
        Ok(_) => "whole",
        Err(NoMovie::Other) => "other",
        Err(NoMovie::Part) => "part",
        Err(NoMovie::Unread(error)) => panic!("{error}"),
    }
}

#[test]
fn a_video_tells_its_size_its_length_and_whether_it_is_heard() {
    let movie = film(&[ftyp(), moov(), mdat()]).unwrap();
    let wanted = Movie {
        size: Some((720, 1280)),
        length: Some(Duration::from_millis(10_200)),
        sound: true,
    };
    assert_eq!(movie, wanted);
}

#[test]
fn boxes_come_in_any_order_and_in_every_length() {
    let free = || boxed(b"free", &[0; 20]);
    let mut open = mdat();
    open[..4].copy_from_slice(&[0; 4]);
    let wide = [
        &1u32.to_be_bytes(),
        b"mdat".as_slice(),
        &1016u64.to_be_bytes(),
        &[7; 1000],
    ]
    .concat();
    for (name, file) in [
        ("the index first", vec![ftyp(), moov(), mdat()]),
        ("the index last", vec![ftyp(), mdat(), moov()]),
        ("free first", vec![free(), ftyp(), moov(), mdat()]),
        (
            "skip first",
            vec![boxed(b"skip", &[]), ftyp(), moov(), mdat()],
        ),
        ("wide first", vec![boxed(b"wide", &[]), mdat(), moov()]),
        (
            "quicktime",
            vec![
                boxed(b"ftyp", b"qt  \0\0\0\0qt  "),
                boxed(b"wide", &[]),
                mdat(),
                moov(),
            ],
        ),
        ("free at the end", vec![ftyp(), moov(), mdat(), free()]),
        ("data to the end", vec![ftyp(), moov(), open]),
        ("a size of 64 bits", vec![ftyp(), wide, moov()]),
        (
            "an unknown box between",
            vec![ftyp(), boxed(b"C2PA", &[1]), moov(), mdat()],
        ),
        ("junk behind", vec![ftyp(), moov(), mdat(), vec![0; 5]]),
        ("zeros behind", vec![ftyp(), moov(), mdat(), vec![0; 500]]),
        (
            "words behind",
            vec![ftyp(), moov(), mdat(), b"made by somebody".to_vec()],
        ),
    ] {
        assert_eq!(told(&file), "whole", "{name}");
    }
}

#[test]
fn a_video_in_fragments_is_whole() {
    let mvex = |units: u32| boxed(b"mvex", &boxed(b"mehd", &numbers(&[0, units])));
    let track = || {
        let entry = [
            numbers(&[0, 0]),
            numbers(&[0; 4]),
            vec![2, 208, 5, 0],
            vec![0; 50],
        ]
        .concat();
        let stsd = boxed(
            b"stsd",
            &[numbers(&[0, 1]), boxed(b"avc1", &entry)].concat(),
        );
        let stco = boxed(b"stco", &numbers(&[0, 0]));
        let minf = boxed(b"minf", &boxed(b"stbl", &[stsd, stco].concat()));
        let hdlr = boxed(
            b"hdlr",
            &[&numbers(&[0, 0]), b"vide".as_slice(), &numbers(&[0; 3])].concat(),
        );
        let mdhd = boxed(b"mdhd", &numbers(&[0, 0, 0, 600, 0, 0]));
        let mdia = boxed(b"mdia", &[mdhd, hdlr, minf].concat());
        boxed(b"trak", &[tkhd(UPRIGHT, 0, 0), mdia].concat())
    };
    let moof = || boxed(b"moof", &boxed(b"mfhd", &numbers(&[0, 1])));
    let init = boxed(b"moov", &[mvhd(1000, 0), mvex(4000), track()].concat());
    let movie = film(&[ftyp(), init.clone(), moof(), mdat(), moof(), mdat()]).unwrap();
    assert_eq!(movie.length, Some(Duration::from_secs(4)));
    assert_eq!(
        movie.size,
        Some((720, 1280)),
        "from the codec, if the track is silent"
    );
    assert!(!movie.sound);
    let silent = boxed(b"moov", &[mvhd(1000, 0), track()].concat());
    let movie = film(&[ftyp(), silent, moof(), mdat()]).unwrap();
    assert_eq!(movie.length, None);
    // Without an announcement the samples are counted: ten of 60, by default, and two that say so themselves.
    let trex = boxed(b"trex", &numbers(&[0, 1, 1, 60, 0, 0]));
    let init = boxed(
        b"moov",
        &[mvhd(1000, 0), track(), boxed(b"mvex", &trex)].concat(),
    );
    let run = |tfhd: &[u32], trun: &[u32]| {
        let traf = [
            boxed(b"tfhd", &numbers(tfhd)),
            boxed(b"trun", &numbers(trun)),
        ]
        .concat();
        boxed(b"moof", &boxed(b"traf", &traf))
    };
    let plain = run(&[0, 1], &[0, 10]);
    let told = run(&[0x1_0002, 1, 1], &[0x305, 2, 0, 0, 300, 9, 300, 9]);
    let own = run(&[0x8, 1, 120], &[0, 5]);
    let other = run(&[0, 2], &[0, 10]);
    let parts = [plain, told, own, other].map(|moof| [moof, mdat()].concat());
    let movie = film(&[ftyp(), init, parts.concat()]).unwrap();
    assert_eq!(movie.length, Some(Duration::from_secs(3)));
}

#[test]
fn a_video_that_lies_on_its_side_is_told_as_it_is_shown() {
    let moov = boxed(b"moov", &[mvhd(1000, 5000), picture_of(LYING)].concat());
    let movie = film(&[ftyp(), moov, mdat()]).unwrap();
    assert_eq!(movie.size, Some((1280, 720)));
}

#[test]
fn wherever_it_is_cut_a_video_is_not_whole() {
    for file in [
        [ftyp(), moov(), mdat()].concat(),
        [ftyp(), mdat(), moov()].concat(),
        [boxed(b"wide", &[]), mdat(), moov()].concat(),
    ] {
        for length in 8..file.len() {
            let told = told(&[file[..length].to_vec()]);
            assert_eq!(told, "part", "cut at {length} of {}", file.len());
        }
    }
}

#[test]
fn an_index_without_data_and_data_without_an_index_are_parts() {
    assert_eq!(told(&[ftyp(), moov()]), "part");
    assert_eq!(told(&[ftyp(), mdat()]), "part");
    assert_eq!(told(&[ftyp()]), "part");
    assert_eq!(told(&[ftyp(), moov(), boxed(b"mdat", &[])]), "part");
    let beyond = track(b"vide", tkhd(UPRIGHT, 720, 1280), 1 << 30);
    let moov = boxed(b"moov", &[mvhd(1000, 5000), beyond].concat());
    assert_eq!(
        told(&[ftyp(), moov, mdat()]),
        "part",
        "its data lies beyond its end"
    );
}

#[test]
fn what_is_something_else_is_no_video() {
    for (name, file) in [
        ("nothing", Vec::new()),
        ("three bytes", b"abc".to_vec()),
        ("a page", b"<html>File expired</html>".to_vec()),
        ("an error", br#"{"code":404,"msg":"gone"}"#.to_vec()),
        ("a picture", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec()),
        ("a JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".to_vec()),
        ("a WebM", b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f".to_vec()),
        (
            "only sound",
            [
                ftyp(),
                boxed(
                    b"moov",
                    &[mvhd(1, 1), track(b"soun", tkhd(UPRIGHT, 0, 0), 8)].concat(),
                ),
                mdat(),
            ]
            .concat(),
        ),
    ] {
        assert_eq!(told(&[file]), "other", "{name}");
    }
    assert!(!begins(b"<html>File expired"));
    assert!(begins(b"\0\0\0\x18ftypmp42"));
    assert!(begins(b"\0\0"));
}

#[test]
fn boxes_without_end_are_given_up() {
    let endless = boxed(b"free", &[]).repeat(MOST as usize + 1);
    assert_eq!(told(&[endless]), "other");
}

#[test]
fn nonsense_in_it_is_not_told() {
    let moov = |units, scale, side| {
        let picture = track(b"vide", tkhd(UPRIGHT, side, 1280), 8);
        boxed(b"moov", &[mvhd(scale, units), picture].concat())
    };
    let of = |moov| film(&[ftyp(), moov, mdat()]).unwrap();
    let other = Some(Duration::from_secs(5));
    assert_eq!(of(moov(5000, 0, 720)).length, other, "from the track");
    assert_eq!(of(moov(u32::MAX, 1000, 720)).length, other);
    assert_eq!(of(moov(u32::MAX - 1, 1, 720)).length, other);
    assert_eq!(
        of(moov(5000, 1000, 60_000)).size,
        Some((720, 1280)),
        "from the codec"
    );
}
