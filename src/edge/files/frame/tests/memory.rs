//! What framing takes: the largest pictures of each kind, each in a process of its own that is measured.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::process::Command;

use super::*;
use crate::edge::files::jpeg::tests::maker::Maker;

/// No picture takes more, in KiB: what [`frame`] promises.
const MOST: u64 = 150 << 10;
/// Of 50 megapixels, as a phone takes them upright.
const SIZE: (usize, usize) = (6120, 8160);
/// The test that is the other process, and what it is told: the picture's file, and how many MiB to waste.
const CHILD: &str = "edge::files::frame::tests::memory::one_picture_in_a_process_of_its_own";
const FILE: &str = "NEUROCARDS_FRAMED_FILE";
const WASTE: &str = "NEUROCARDS_FRAMED_WASTE";

#[test]
#[ignore = "the other tests here start it"]
fn one_picture_in_a_process_of_its_own() {
    let file = File::open(std::env::var(FILE).unwrap()).unwrap();
    let waste = std::env::var(WASTE).unwrap().parse::<usize>().unwrap();
    let before = memory("VmRSS");
    let waste = vec![1_u8; waste << 20];
    frame(file).unwrap();
    black_box(waste);
    let taken = memory("VmHWM") - before;
    println!("{taken} KiB were taken");
    assert!(taken <= MOST, "more than {MOST} KiB");
}

/// What the system says of our memory, in KiB.
fn memory(of: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| *name == of).unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Frames a picture in a process of its own that wastes some MiB as well: whether that kept to the bound, and what
/// it said.
fn kept(picture: &[u8], waste: usize) -> (bool, String) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(picture).unwrap();
    // As large a file as there may be: all of it is read, whatever its end is for.
    file.as_file().set_len(MOST_READ).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(FILE, file.path())
        .env(WASTE, waste.to_string())
        .output()
        .unwrap();
    let said = [child.stdout, child.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("KiB were taken"), "{said}");
    (child.status.success(), said)
}

#[track_caller]
fn keeps(picture: &[u8]) {
    let (kept, said) = kept(picture, 0);
    println!("{said}");
    assert!(kept, "{said}");
}

/// A JPEG of one colour.
fn jpeg(maker: Maker) -> Vec<u8> {
    maker.make(|plane, _, _| [90, 110, 150][plane]).bytes
}

#[test]
fn a_jpeg_of_50_megapixels_keeps_to_the_bound() {
    keeps(&jpeg(Maker::new(SIZE.0, SIZE.1)));
}

#[test]
fn a_progressive_jpeg_of_50_megapixels_keeps_to_the_bound() {
    keeps(&jpeg(Maker {
        progressive: true,
        ..Maker::new(SIZE.0, SIZE.1)
    }));
}

#[test]
fn a_progressive_jpeg_of_which_all_is_kept_keeps_to_the_bound() {
    // Not twice as large as a frame, so that nothing is left out, and with all of its colours.
    let size = (2 * WIDTH as usize - 1, 2 * HEIGHT as usize - 1);
    let maker = Maker::new(size.0, size.1).planes(&[(1, 1, 1), (2, 1, 1), (3, 1, 1)]);
    keeps(&jpeg(Maker {
        progressive: true,
        ..maker
    }));
}

#[test]
fn a_png_of_50_megapixels_keeps_to_the_bound() {
    use ::png::{BitDepth, ColorType, Compression, Encoder};

    let (width, height) = (SIZE.0 as u32, SIZE.1 as u32);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fastest);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let row = [200, 30, 30].repeat(SIZE.0);
    for _ in 0..height {
        rows.write_all(&row).unwrap();
    }
    rows.finish().unwrap();
    writer.finish().unwrap();
    keeps(&file);
}

#[test]
fn an_interlaced_png_of_which_most_is_kept_keeps_to_the_bound() {
    // Not three times as large as a frame: its sums take the more the less smaller it becomes.
    let (width, height) = (3 * WIDTH as usize - 1, 3 * HEIGHT as usize - 1);
    // Nothing but black in one bit a pixel: by pass, rows of a filter and the pixels.
    let size: usize = super::super::png::PASSES
        .iter()
        .map(|((x, across), (y, down))| {
            let (columns, rows) = ((width - x).div_ceil(*across), (height - y).div_ceil(*down));
            rows * (1 + columns.div_ceil(8))
        })
        .sum();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&vec![0; size]).unwrap();
    let header = [
        &(width as u32).to_be_bytes()[..],
        &(height as u32).to_be_bytes(),
        &[1, 0, 0, 0, 1],
    ];
    let file = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header.concat()),
        chunk(b"IDAT", &packed.finish().unwrap()),
        chunk(b"IEND", b""),
    ];
    keeps(&file.concat());
}

#[test]
fn the_largest_webp_keeps_to_the_bound() {
    // Lossless, without a transform, a cache or other codes than these: of each channel one value in no bits at all.
    const SIDE: u32 = 4800;
    let code = |value: u64| (0b101 | value << 3, 11);
    let distance = (0b001, 4);
    let parts = [(0, 3), code(30), code(200), code(30), code(255), distance];
    let packed = parts.iter().rev();
    let stream = packed.fold(0, |bits, (part, length)| bits << length | part);
    let content = [
        &[0x2f][..],
        &((SIDE - 1) | (SIDE - 1) << 14).to_le_bytes(),
        &stream.to_le_bytes(),
    ];
    let content = content.concat();
    let length = (content.len() as u32).to_le_bytes();
    let file = [&b"RIFF\x1a\0\0\0WEBPVP8L"[..], &length, &content, &[0]];
    keeps(&file.concat());
}

#[test]
fn who_takes_more_is_found_out() {
    let small = bytes(&halves(450, 800), ImageFormat::Jpeg);
    let (within, said) = kept(&small, 1);
    assert!(within, "{said}");
    let (within, said) = kept(&small, (MOST >> 10) as usize);
    assert!(!within && said.contains("more than"), "{said}");
}
