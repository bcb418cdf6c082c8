//! Tests of the decoder with pictures of every kind, made on the spot.

pub mod maker;

use super::*;
use crate::edge::files::decoded::{MOST_PIXELS, SHORTEST};
use maker::{Made, Maker, segment};

/// Larger than what is decoded, so that nothing is reduced.
const WHOLE: Goal = Goal {
    width: 1080,
    height: 1920,
    most: MOST_PIXELS,
};
const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

/// What of a colour a plane of light and differences has.
fn ycc(colour: [u8; 3], plane: usize) -> u8 {
    let [r, g, b] = colour.map(f64::from);
    let value = match plane {
        0 => 0.299 * r + 0.587 * g + 0.114 * b,
        1 => 128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b,
        _ => 128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b,
    };
    value.round() as u8
}

/// Red on the left and blue on the right, above; the other way round below.
fn quarters(x: f64, y: f64) -> [u8; 3] {
    if (x < 0.5) == (y < 0.5) { RED } else { BLUE }
}

fn photo(maker: &Maker) -> Made {
    maker.make(|plane, x, y| ycc(quarters(x, y), plane))
}

#[track_caller]
fn shows(raster: &Raster, at: (f64, f64), wanted: [u8; 3]) {
    let (x, y) = (
        at.0 * f64::from(raster.width),
        at.1 * f64::from(raster.height),
    );
    let at = (y as usize * raster.width as usize + x as usize) * 3;
    let found = &raster.rgb[at..at + 3];
    let near = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 4);
    assert!(near, "{found:?} is not {wanted:?} at {x},{y}");
}

#[track_caller]
fn shows_quarters(raster: &Raster) {
    for at in [
        (0.2, 0.2),
        (0.8, 0.2),
        (0.2, 0.8),
        (0.8, 0.8),
        (0.01, 0.01),
        (0.99, 0.99),
    ] {
        shows(raster, at, quarters(at.0, at.1));
    }
}

fn fault(bytes: &[u8]) -> Option<Fault> {
    decode(bytes, &WHOLE).err()
}

#[test]
fn every_share_of_planes_is_read_at_every_size() {
    let shares = [
        (1, 1),
        (2, 1),
        (1, 2),
        (2, 2),
        (4, 1),
        (1, 4),
        (4, 2),
        (3, 1),
        (3, 3),
    ];
    for (across, down) in shares {
        for (progressive, apart, restart) in [
            (false, false, 0),
            (false, true, 3),
            (true, false, 0),
            (true, true, 5),
        ] {
            let maker = Maker {
                progressive,
                apart,
                restart,
                ..Maker::new(450, 390).planes(&[(1, across, down), (2, 1, 1), (3, 1, 1)])
            };
            let made = photo(&maker);
            for by in [1, 2, 4, 8] {
                let goal = Goal {
                    width: 400 / by,
                    height: 10_000,
                    most: MOST_PIXELS,
                };
                let raster = decode(&made.bytes, &goal).unwrap().raster;
                let size = (450_u32.div_ceil(by), 390_u32.div_ceil(by));
                assert_eq!((raster.width, raster.height), size);
                shows_quarters(&raster);
            }
        }
    }
}

#[test]
fn planes_of_unlike_shares_are_read() {
    // The differences with more pixels than the light, and with shares that do not divide each other.
    for planes in [
        [(1, 1, 1), (2, 2, 2), (3, 1, 2)],
        [(1, 3, 2), (2, 2, 1), (3, 1, 3)],
    ] {
        let made = photo(&Maker::new(480, 480).planes(&planes));
        shows_quarters(&decode(&made.bytes, &WHOLE).unwrap().raster);
    }
    // A single plane has one block in its smallest part, whatever it says.
    for share in [(1, 1, 1), (1, 2, 2), (1, 4, 3)] {
        let made = Maker::new(333, 401)
            .planes(&[share])
            .make(|_, x, _| if x < 0.5 { 20 } else { 220 });
        let raster = decode(&made.bytes, &WHOLE).unwrap().raster;
        shows(&raster, (0.2, 0.9), [20; 3]);
        shows(&raster, (0.8, 0.9), [220; 3]);
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    for progressive in [false, true] {
        for restart in [0, 100] {
            let maker = Maker {
                progressive,
                restart,
                ..Maker::new(320, 304)
            };
            let made = photo(&maker);
            for length in 0..made.end {
                let cut = &made.bytes[..length];
                assert!(fault(cut).is_some(), "{length} of {}", made.end);
                // Nor does an end help that was put behind it.
                let ended = [cut, &[0xff, 0xd9]].concat();
                let whole_scans = progressive
                    && made.scans[1..]
                        .iter()
                        .any(|scan| (scan - 14..*scan).contains(&length));
                assert!(
                    fault(&ended).is_some() || whole_scans,
                    "{length} of {}",
                    made.end
                );
            }
            // All that is missing is the end.
            assert_eq!(fault(&made.bytes[..made.end]), None);
        }
    }
}

#[test]
fn what_stands_behind_the_picture_does_not_matter() {
    for progressive in [false, true] {
        let made = photo(&Maker {
            progressive,
            ..Maker::new(320, 304)
        });
        let film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\x10\0mdat\xff\xc4\0\x03\xff\xda\xff\xd8\xff\xd9".repeat(9);
        let another = photo(&Maker::new(640, 640)).bytes;
        for with_end in [true, false] {
            let picture = &made.bytes[..made.end + if with_end { 2 } else { 0 }];
            for behind in [
                film.clone(),
                vec![0; 100_000],
                vec![0xff; 1000],
                another.clone(),
            ] {
                let file = [picture, &behind].concat();
                let raster = decode(&file, &WHOLE).unwrap().raster;
                assert_eq!((raster.width, raster.height), (320, 304));
                shows_quarters(&raster);
            }
        }
    }
}

#[test]
fn a_cut_file_that_was_filled_up_is_refused() {
    let made = photo(&Maker::new(640, 608));
    let half = (made.scans[0] + made.end) / 2;
    for filling in [vec![0; 100_000], vec![0xff; 100_000], made.bytes.clone()] {
        let filled = [&made.bytes[..half], &filling].concat();
        assert!(fault(&filled).is_some());
    }
}

#[test]
fn a_cut_file_is_not_saved_by_its_thumbnail() {
    let thumbnail = photo(&Maker::new(160, 120)).bytes;
    let exif = [b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", &thumbnail[..]].concat();
    let made = photo(&Maker::new(640, 608).note(0xe1, &exif));
    assert_eq!(fault(&made.bytes), None);
    for part in [0, 10, 30, 60, 90, 99] {
        let length = made.scans[0] + (made.end - made.scans[0]) * part / 100;
        assert_eq!(fault(&made.bytes[..length]), Some(Fault::Cut), "{part} %");
    }
}

#[test]
fn restarts_are_found_wherever_they_are() {
    let maker = Maker {
        restart: 4,
        ..Maker::new(320, 304)
    };
    let made = photo(&maker);
    let at = |number: u8| {
        let pair = [0xff, 0xd0 + number];
        made.scans[0]
            + made.bytes[made.scans[0]..]
                .windows(2)
                .position(|two| two == pair)
                .unwrap()
    };
    // Rubbish before one, and a wrong number.
    let mut rubbish = made.bytes.clone();
    rubbish.splice(at(2)..at(2), [0, 0, 0x55, 0xff, 0xff]);
    let mut wrong = made.bytes.clone();
    wrong[at(3) + 1] = 0xd7;
    for file in [rubbish, wrong] {
        shows_quarters(&decode(&file, &WHOLE).unwrap().raster);
    }
    let mut none = made.bytes.clone();
    none.drain(at(1)..at(1) + 2);
    assert!(fault(&none).is_some());
}

#[test]
fn colours_mean_what_their_markers_say() {
    let adobe = |transform: &[u8]| [b"Adobe\0d\0\0\0\0", transform].concat();
    let jfif = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let planes = |ids: &[u8]| ids.iter().map(|id| (*id, 1, 1)).collect::<Vec<_>>();
    let three = |ids: &[u8], notes: &[(u8, Vec<u8>)], as_rgb: bool| {
        let maker = notes
            .iter()
            .fold(Maker::new(320, 304), |maker, (marker, note)| {
                maker.note(*marker, note)
            });
        let made = maker.planes(&planes(ids)).make(|plane, x, y| match as_rgb {
            true => quarters(x, y)[plane],
            false => ycc(quarters(x, y), plane),
        });
        shows_quarters(&decode(&made.bytes, &WHOLE).unwrap().raster);
    };
    three(&[1, 2, 3], &[], false);
    three(&[0, 1, 2], &[], false);
    three(b"RGB", &[], true);
    three(&[1, 2, 3], &[(0xee, adobe(&[0]))], true);
    three(&[1, 2, 3], &[(0xee, adobe(&[1]))], false);
    three(&[1, 2, 3], &[(0xee, adobe(&[7]))], false);
    three(&[1, 2, 3], &[(0xee, adobe(&[]))], false);
    three(&[1, 2, 3], &[(0xee, b"Adob".to_vec())], false);
    three(b"RGB", &[(0xe0, jfif.to_vec())], false);
    three(b"RGB", &[(0xe0, jfif.to_vec()), (0xee, adobe(&[0]))], false);
}

#[test]
fn inks_stay_the_colours_they_make() {
    // Each 255 where there is none of it, as Adobe stores them: red is no cyan, all magenta and yellow.
    let inks = |x: f64, y: f64, plane: usize| {
        let [r, g, b] = quarters(x, y);
        [r, g, b, 255][plane]
    };
    let planes = [(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 1)];
    let maker = || Maker::new(320, 304).planes(&planes);
    let adobe = |transform: u8| [b"Adobe\0d\0\0\0\0".to_vec(), vec![transform]].concat();
    let of = |made: Made| decode(&made.bytes, &WHOLE).unwrap().raster;
    let marked = maker()
        .note(0xee, &adobe(0))
        .make(|plane, x, y| inks(x, y, plane));
    shows_quarters(&of(marked));
    shows_quarters(&of(maker().make(|plane, x, y| inks(x, y, plane))));
    shows_quarters(&of(maker().make(|plane, x, y| 255 - inks(x, y, plane))));
    let ycck = maker()
        .note(0xee, &adobe(2))
        .make(|plane, x, y| match plane {
            3 => 255,
            plane => ycc(quarters(x, y).map(|value| 255 - value), plane),
        });
    shows_quarters(&of(ycck));
}

#[test]
fn kinds_that_nobody_shows_are_refused_as_such() {
    let made = photo(&Maker::new(320, 304));
    let frame = made
        .bytes
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    for marker in [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xcf] {
        let mut unusual = made.bytes.clone();
        unusual[frame + 1] = marker;
        assert_eq!(fault(&unusual), Some(Fault::Unusual), "{marker:x}");
    }
    let mut twelve = made.bytes.clone();
    (twelve[frame + 1], twelve[frame + 4]) = (0xc1, 12);
    assert_eq!(fault(&twelve), Some(Fault::Unusual));
    let mut extended = made.bytes.clone();
    extended[frame + 1] = 0xc1;
    assert_eq!(fault(&extended), None);
}

#[test]
fn sizes_are_judged_by_the_header() {
    let sized = |width: u16, height: u16, marker: u8| {
        let mut made = photo(&Maker::new(320, 304)).bytes;
        let frame = made.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        made[frame + 1] = marker;
        made[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        made[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        fault(&made)
    };
    let (width, height) = (299, 4000);
    assert!(SHORTEST > width);
    assert_eq!(
        sized(299, 4000, 0xc0),
        Some(Fault::TooSmall { width, height })
    );
    let (width, height) = (65_000, 65_000);
    assert_eq!(
        sized(65_000, 65_000, 0xc0),
        Some(Fault::TooLarge { width, height })
    );
    assert_eq!(sized(16_320, 12_240, 0xc0), Some(Fault::Broken));
    assert_eq!(sized(16_320, 12_240, 0xc2), Some(Fault::Broken));
    assert_eq!(sized(0, 4000, 0xc0), Some(Fault::Broken));
    assert_eq!(sized(4000, 0, 0xc0), Some(Fault::Broken));
}

#[test]
fn what_is_damaged_does_no_harm() {
    let mut seed = 1_u64;
    let mut next = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for progressive in [false, true] {
        let maker = Maker {
            progressive,
            restart: 7,
            ..Maker::new(320, 304)
        };
        let profile = [&b"ICC_PROFILE\0\x01\x01"[..], &[7; 200]].concat();
        let made = photo(
            &maker
                .note(0xe1, b"Exif\0\0MM\0*\0\0\0\x08")
                .note(0xe2, &profile),
        );
        assert_eq!(fault(&made.bytes), None, "nor do damaged notes");
        for _ in 0..400 {
            let mut damaged = made.bytes.clone();
            for _ in 0..=next(4) {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            // Whether it is taken or refused: it ends.
            let _ = decode(&damaged, &WHOLE);
        }
    }
}

#[test]
fn two_codings_of_one_picture_are_the_same_picture() {
    // Written by libjpeg-turbo from the same coefficients.
    let plain = include_bytes!("../../../../tests/cases/pictures/photo.jpg");
    let progressive = include_bytes!("../../../../tests/cases/pictures/photo-progressive.jpg");
    for by in [1, 2, 4, 8] {
        let goal = Goal {
            width: 400 / by,
            height: 10_000,
            most: MOST_PIXELS,
        };
        let [one, other] =
            [&plain[..], progressive].map(|bytes| decode(bytes, &goal).unwrap().raster);
        assert_eq!((one.width, one.height), (400 / by, 600 / by));
        assert!(one == other, "{by}");
    }
}

#[test]
fn a_marker_without_its_segment_is_cut_off() {
    for bytes in [
        &b"\xff\xd8"[..],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xdb\0",
        b"\xff\xd8\xff\xe0\x01\0",
    ] {
        assert_eq!(fault(bytes), Some(Fault::Cut));
    }
    let short = [&[0xff, 0xd8][..], &segment(0xda, &[1, 1, 0, 0, 63, 0])].concat();
    assert_eq!(fault(&short), Some(Fault::Broken));
}
