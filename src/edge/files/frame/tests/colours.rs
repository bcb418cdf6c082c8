//! Colours of PNGs by what their chunks say, and profiles that are in pieces or damaged.

use super::*;

const PROFILE: &[u8] = include_bytes!("../../../../../tests/cases/pictures/p3.png");
/// What is stored, and what it is in Display P3.
const STORED: [u8; 3] = [220, 60, 50];
const IN_P3: [u8; 3] = [239, 35, 36];

/// A picture of one colour with more chunks before its pixels.
fn png(colour: [u8; 3], chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let plain = RgbImage::from_pixel(320, 400, Rgb(colour));
    let mut png = bytes(&plain.into(), ImageFormat::Png);
    let more: Vec<u8> = chunks
        .iter()
        .flat_map(|(name, content)| chunk(name, content))
        .collect();
    png.splice(33..33, more);
    png
}

/// The profile of Display P3.
fn profile() -> Vec<u8> {
    use std::io::Read;

    let at = PROFILE.windows(4).position(|four| four == b"iCCP").unwrap();
    let length = u32::from_be_bytes(PROFILE[at - 4..at].try_into().unwrap()) as usize;
    let content = &PROFILE[at + 4..at + 4 + length];
    let name = content.iter().position(|byte| *byte == 0).unwrap();
    let mut profile = Vec::new();
    let mut unpacking = flate2::read::ZlibDecoder::new(&content[name + 2..]);
    unpacking.read_to_end(&mut profile).unwrap();
    profile
}

/// Colours are the same in a picture that is smaller than the frame and not yet in it.
const TINY: Goal = Goal {
    width: 27,
    height: 48,
    most: MOST_PIXELS,
};

fn middle(file: &[u8]) -> [u8; 3] {
    let small = decode(file, &TINY).unwrap().fitted(&TINY);
    let at = (small.height / 2 * small.width + small.width / 2) as usize * 3;
    small.rgb[at..at + 3].try_into().unwrap()
}

#[track_caller]
fn is(found: [u8; 3], wanted: [u8; 3]) {
    assert!(
        found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 6),
        "{found:?} is not {wanted:?}"
    );
}

#[test]
fn the_most_exact_word_on_colours_counts() {
    let point = |numbers: [u32; 8]| numbers.map(u32::to_be_bytes).concat();
    let srgb = point([
        31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000,
    ]);
    let p3 = point([
        31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000,
    ]);
    let gamma = |hundred_thousandth: u32| hundred_thousandth.to_be_bytes().to_vec();
    let linear = [238, 133, 122];
    is(middle(&png(STORED, &[])), STORED);
    let framed = framed(&png(STORED, &[(b"cICP", vec![12, 13, 0, 1])]));
    is(framed.get_pixel(540, 960).0, IN_P3);
    is(middle(&png(STORED, &[(b"sRGB", vec![0])])), STORED);
    is(middle(&png(STORED, &[(b"gAMA", gamma(45_455))])), STORED);
    is(
        middle(&png(
            STORED,
            &[(b"gAMA", gamma(45_455)), (b"cHRM", srgb.clone())],
        )),
        STORED,
    );
    is(
        middle(&png(STORED, &[(b"gAMA", gamma(45_455)), (b"cHRM", p3)])),
        IN_P3,
    );
    is(middle(&png(STORED, &[(b"gAMA", gamma(100_000))])), linear);
    is(
        middle(&png(STORED, &[(b"gAMA", gamma(100_000)), (b"cHRM", srgb)])),
        linear,
    );
    is(
        middle(&png(
            STORED,
            &[(b"gAMA", gamma(100_000)), (b"sRGB", vec![0])],
        )),
        STORED,
    );
    is(middle(&png(STORED, &[(b"gAMA", gamma(0))])), STORED);
    is(
        middle(&png(STORED, &[(b"cICP", vec![12, 13, 0, 1])])),
        IN_P3,
    );
    is(
        middle(&png(STORED, &[(b"cICP", vec![1, 13, 0, 1])])),
        STORED,
    );
    is(
        middle(&png(
            STORED,
            &[(b"cICP", vec![12, 13, 0, 1]), (b"gAMA", gamma(100_000))],
        )),
        IN_P3,
    );
    // Nonsense, and what is cut off.
    is(
        middle(&png(STORED, &[(b"cICP", vec![200, 200, 9, 7])])),
        STORED,
    );
    is(
        middle(&png(
            STORED,
            &[(b"cICP", vec![12]), (b"gAMA", vec![1]), (b"cHRM", vec![2])],
        )),
        STORED,
    );
    is(
        middle(&png(
            STORED,
            &[
                (b"iCCP", b"x\0\0nonsense".to_vec()),
                (b"eXIf", b"MM\0*".to_vec()),
            ],
        )),
        STORED,
    );
}

#[test]
fn a_profile_in_pieces_is_one() {
    let plain = RgbImage::from_pixel(320, 400, Rgb(STORED));
    let plain = bytes(&plain.into(), ImageFormat::Jpeg);
    let profile = profile();
    let third = profile.len() / 3;
    let piece = |number: u8, piece: &[u8]| {
        let name = [&b"ICC_PROFILE\0"[..], &[number, 3], piece].concat();
        let mut segment = vec![0xff, 0xe2];
        segment.extend((name.len() as u16 + 2).to_be_bytes());
        segment.extend(name);
        segment
    };
    let pieces = [
        piece(3, &profile[2 * third..]),
        piece(1, &profile[..third]),
        piece(2, &profile[third..2 * third]),
    ];
    let with = |pieces: &[Vec<u8>]| [&plain[..2], &pieces.concat(), &plain[2..]].concat();
    is(middle(&with(&pieces)), IN_P3);
    // Without its beginning, with its middle twice, with numbers that make it another.
    is(middle(&with(&pieces[2..])), STORED);
    is(
        middle(&with(&[pieces.to_vec(), vec![pieces[2].clone()]].concat())),
        STORED,
    );
}

#[test]
fn a_damaged_profile_changes_no_more_than_colours() {
    let plain = RgbImage::from_pixel(320, 400, Rgb(STORED));
    let plain = bytes(&plain.into(), ImageFormat::Jpeg);
    let mut seed = 3_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for round in 0..60 {
        let mut profile = profile();
        for _ in 0..=round % 7 {
            let at = next() % profile.len();
            profile[at] = next() as u8;
        }
        profile.truncate(profile.len() - next() % 2 * (next() % profile.len()));
        let name = [&b"ICC_PROFILE\0\x01\x01"[..], &profile].concat();
        let length = (name.len() as u16 + 2).to_be_bytes();
        let file = [&plain[..2], &[0xff, 0xe2], &length, &name, &plain[2..]].concat();
        assert!(decode(&file[..], &TINY).is_ok_and(|it| it.fitted(&TINY).rgb.len() > 300));
    }
}

#[test]
fn a_profile_for_another_kind_of_picture_is_ignored() {
    let gray = image::GrayImage::from_pixel(320, 400, image::Luma([100]));
    let gray = bytes(&DynamicImage::from(gray), ImageFormat::Jpeg);
    let name = [&b"ICC_PROFILE\0\x01\x01"[..], &profile()].concat();
    let length = (name.len() as u16 + 2).to_be_bytes();
    let file = [&gray[..2], &[0xff, 0xe2], &length, &name, &gray[2..]].concat();
    is(middle(&file), [100; 3]);
}
