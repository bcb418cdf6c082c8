//! What kind of file something is, by its first bytes, by its name or by what its sender says.

/// How far into a file one may have to look.
pub const HEAD: usize = 4096;
/// How much may stand before a JPEG: what a careless script prints before it.
const JUNK: usize = 1024;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A picture we read.
    Jpeg,
    /// A picture we read.
    Png,
    /// A picture we read.
    WebP,
    /// What iPhones keep photos as.
    Heic,
    /// A newer picture of the web's.
    Avif,
    /// What scanners and printers like.
    Tiff,
    /// What a camera saw, before it is developed.
    Raw,
    /// An animation, mostly.
    Gif,
    /// An old picture of Windows'.
    Bmp,
    /// A drawing.
    Svg,
    /// A picture of the JPEG committee's, but another.
    JpegXl,
    /// Another one.
    Jpeg2000,
    /// Photoshop's own.
    Psd,
    /// Paper.
    Pdf,
    /// A film.
    Video,
    /// Files in a file.
    Archive,
    /// Something that is no picture.
    Other,
}

/// Kinds by how files begin, and after how many bytes.
const BEGINNINGS: [(usize, &[u8], Format); 38] = [
    (0, b"\xff\xd8\xff", Format::Jpeg),
    (0, b"\x89PNG\r\n\x1a\n", Format::Png),
    (8, b"WEBP", Format::WebP),
    (0, b"II*\0", Format::Tiff),
    (0, b"MM\0*", Format::Tiff),
    (0, b"II+\0", Format::Tiff),
    (0, b"MM\0+", Format::Tiff),
    (0, b"IIRO", Format::Raw),
    (0, b"IIRS", Format::Raw),
    (0, b"MMOR", Format::Raw),
    (0, b"IIU\0", Format::Raw),
    (0, b"FUJIFILMCCD-RAW", Format::Raw),
    (0, b"FOVb", Format::Raw),
    (0, b"\0MRM", Format::Raw),
    (6, b"HEAPCCDR", Format::Raw),
    (0, b"GIF87a", Format::Gif),
    (0, b"GIF89a", Format::Gif),
    (0, b"\xff\x0a", Format::JpegXl),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Format::JpegXl),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Format::Jpeg2000),
    (0, b"\xff\x4f\xff\x51", Format::Jpeg2000),
    (0, b"8BPS", Format::Psd),
    (0, b"%!PS", Format::Pdf),
    (0, b"\xc5\xd0\xd3\xc6", Format::Pdf),
    (0, b"\x1a\x45\xdf\xa3", Format::Video),
    (0, b"OggS", Format::Video),
    (0, b"FLV\x01", Format::Video),
    (8, b"AVI ", Format::Video),
    (4, b"moov", Format::Video),
    (4, b"mdat", Format::Video),
    (0, b"PK\x03\x04", Format::Archive),
    (0, b"PK\x05\x06", Format::Archive),
    (0, b"Rar!\x1a\x07", Format::Archive),
    (0, b"7z\xbc\xaf\x27\x1c", Format::Archive),
    (0, b"\x1f\x8b", Format::Archive),
    (0, b"BZh", Format::Archive),
    (0, b"\xfd7zXZ\0", Format::Archive),
    (0, b"\x28\xb5\x2f\xfd", Format::Archive),
];

/// Kinds by the endings of names and of types.
const ENDINGS: [(&str, Format); 62] = [
    ("jpg", Format::Jpeg),
    ("jpeg", Format::Jpeg),
    ("jpe", Format::Jpeg),
    ("jfif", Format::Jpeg),
    ("pjpeg", Format::Jpeg),
    ("pjp", Format::Jpeg),
    ("png", Format::Png),
    ("x-png", Format::Png),
    ("apng", Format::Png),
    ("webp", Format::WebP),
    ("heic", Format::Heic),
    ("heif", Format::Heic),
    ("hif", Format::Heic),
    ("heic-sequence", Format::Heic),
    ("heif-sequence", Format::Heic),
    ("avif", Format::Avif),
    ("avifs", Format::Avif),
    ("avif-sequence", Format::Avif),
    ("tif", Format::Tiff),
    ("tiff", Format::Tiff),
    ("dng", Format::Raw),
    ("x-adobe-dng", Format::Raw),
    ("cr2", Format::Raw),
    ("cr3", Format::Raw),
    ("crw", Format::Raw),
    ("nef", Format::Raw),
    ("nrw", Format::Raw),
    ("arw", Format::Raw),
    ("orf", Format::Raw),
    ("rw2", Format::Raw),
    ("raf", Format::Raw),
    ("pef", Format::Raw),
    ("srw", Format::Raw),
    ("gif", Format::Gif),
    ("bmp", Format::Bmp),
    ("x-ms-bmp", Format::Bmp),
    ("dib", Format::Bmp),
    ("svg", Format::Svg),
    ("svg+xml", Format::Svg),
    ("svgz", Format::Svg),
    ("jxl", Format::JpegXl),
    ("jp2", Format::Jpeg2000),
    ("jpx", Format::Jpeg2000),
    ("j2k", Format::Jpeg2000),
    ("psd", Format::Psd),
    ("psb", Format::Psd),
    ("vnd.adobe.photoshop", Format::Psd),
    ("x-photoshop", Format::Psd),
    ("pdf", Format::Pdf),
    ("eps", Format::Pdf),
    ("ai", Format::Pdf),
    ("postscript", Format::Pdf),
    ("mp4", Format::Video),
    ("mov", Format::Video),
    ("webm", Format::Video),
    ("mkv", Format::Video),
    ("avi", Format::Video),
    ("zip", Format::Archive),
    ("rar", Format::Archive),
    ("7z", Format::Archive),
    ("gz", Format::Archive),
    ("docx", Format::Archive),
];

impl Format {
    /// What a file is, by its first [`HEAD`] bytes, and where in them it begins.
    pub fn of_bytes(head: &[u8]) -> (Self, usize) {
        let head = &head[..head.len().min(HEAD)];
        let begins = |(at, begin, _): &&(usize, &[u8], Self)| {
            head.get(*at..).is_some_and(|rest| rest.starts_with(begin))
        };
        if let Some((_, _, format)) = BEGINNINGS.iter().find(begins) {
            return (*format, 0);
        }
        if let Some(format) = of_boxes(head).or(of_bitmap(head)).or(of_text(head)) {
            return (format, 0);
        }
        let start = head.windows(4).take(JUNK).position(|four| {
            matches!(
                four,
                [
                    0xff,
                    0xd8,
                    0xff,
                    0xc0..=0xc2 | 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe,
                ]
            )
        });
        match start {
            Some(start) => (Self::Jpeg, start),
            None => (Self::Other, 0),
        }
    }

    /// What a file is by the type and the name that came with it; nothing if they do not say.
    pub fn of_label(kind: Option<&str>, name: Option<&str>) -> Option<Self> {
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let ending = name
            .and_then(|name| name.rsplit_once('.'))
            .map(|(_, ending)| ending);
        let named = ending.and_then(Self::of_ending);
        match kind.split_once('/') {
            Some(("video", _)) => Some(Self::Video),
            // Of two that both say something the type says it first, but a name says more than "a picture".
            Some(("image", kind)) => Self::of_ending(kind).or(named),
            Some(("application", kind)) => match kind {
                "pdf" | "postscript" | "zip" => Self::of_ending(kind),
                "octet-stream" | "x-binary" | "binary" | "unknown" | "x-unknown" => named,
                _ => Some(named.unwrap_or(Self::Other)),
            },
            Some(("binary" | "unknown", _)) | None => named,
            Some(_) => Some(named.unwrap_or(Self::Other)),
        }
    }

    fn of_ending(ending: &str) -> Option<Self> {
        let mut endings = ENDINGS.iter();
        let known = endings.find(|(known, _)| ending.eq_ignore_ascii_case(known));
        known.map(|(_, format)| *format)
    }

    /// Whether we read it.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP)
    }
}

/// Files in boxes: the first one names what is in them.
fn of_boxes(head: &[u8]) -> Option<Format> {
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let length = u32::from_be_bytes(*head.first_chunk::<4>()?) as usize;
    let brands = head.get(8..length.clamp(12, head.len()))?;
    let mut brands = brands.chunks_exact(4).enumerate();
    // The second word is a version.
    let known = brands.find_map(|(at, brand)| match brand {
        _ if at == 1 => None,
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
            Some(Format::Heic)
        }
        b"crx " => Some(Format::Raw),
        b"jxl " => Some(Format::JpegXl),
        b"jp2 " | b"jpx " => Some(Format::Jpeg2000),
        _ => None,
    });
    known.or_else(|| match &head[8..12] {
        b"mif1" | b"msf1" => Some(Format::Heic),
        _ => Some(Format::Video),
    })
}

/// Two letters are few: the length of the header behind them must be one of those there are.
fn of_bitmap(head: &[u8]) -> Option<Format> {
    let header = u32::from_le_bytes(*head.get(14..)?.first_chunk::<4>()?);
    let known = matches!(header, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124);
    (head.starts_with(b"BM") && known).then_some(Format::Bmp)
}

/// Texts: blanks and a mark of the alphabet may come first.
fn of_text(head: &[u8]) -> Option<Format> {
    let text = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let has = |word: &[u8]| {
        text.windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    match text {
        [b'<', ..] if has(b"<svg") => Some(Format::Svg),
        _ if head[..head.len().min(1024)]
            .windows(5)
            .any(|part| part == b"%PDF-") =>
        {
            Some(Format::Pdf)
        }
        _ => None,
    }
}
