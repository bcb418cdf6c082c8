//! What the planes of a JPEG mean, and the rows of colours they make together.

use super::segments::{Frame, Notes};
use crate::edge::files::planes::Plane;

/// What the planes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Light.
    Gray,
    /// Red, green and blue.
    Rgb,
    /// Light and two differences.
    Ycc,
    /// Four inks, as they are or each taken from 255.
    Inks {
        /// Whether the first three are stored as light and two differences.
        ycc: bool,
        /// Whether they may be stored the plain way round: no browser knows that, some programs do it all the same.
        plain: bool,
    },
}

impl Meaning {
    /// What the planes of a frame mean, by the rules that libjpeg has and browsers with it.
    pub fn of(frame: &Frame, notes: &Notes<'_>) -> Self {
        let ids: Vec<u8> = frame
            .components
            .iter()
            .map(|component| component.id)
            .collect();
        match (ids.len(), notes.adobe) {
            (1, _) => Self::Gray,
            (3, _) if notes.jfif => Self::Ycc,
            (3, Some(Some(0))) => Self::Rgb,
            (3, None | Some(None)) if ids == *b"RGB" => Self::Rgb,
            (4, Some(Some(0))) => Self::Inks {
                ycc: false,
                plain: false,
            },
            (4, Some(Some(_))) => Self::Inks {
                ycc: true,
                plain: false,
            },
            (4, adobe) => Self::Inks {
                ycc: false,
                plain: adobe.is_none(),
            },
            _ => Self::Ycc,
        }
    }
}

/// Inks of a row into colours; each of the four is 255 where there is none of it.
pub type Mixer<'a> = &'a mut dyn FnMut(&[u8], &mut [u8]);

/// Writes the picture's rows, of `width` pixels each, as red, green and blue. Inks are mixed by `mixer`.
pub fn rows(planes: &[Plane], meaning: Meaning, width: usize, rgb: &mut [u8], mixer: Mixer<'_>) {
    let mut rows = vec![vec![0; width]; planes.len()];
    let (mut between, mut inks) = (Vec::new(), vec![0; width * 4]);
    let upside_down = match meaning {
        // Hardly a picture has a black of more than a quarter of its surface.
        Meaning::Inks { plain: true, .. } => average(&planes[3]) < 128,
        _ => false,
    };
    for (y, to) in rgb.chunks_exact_mut(width * 3).enumerate() {
        for (plane, row) in planes.iter().zip(&mut rows) {
            plane.stretch(y, &mut between, row);
        }
        match (meaning, &rows[..]) {
            (Meaning::Rgb, [red, green, blue, ..]) => weave(red, green, blue, to),
            (Meaning::Ycc, [light, blue, red, ..]) => from_ycc(light, blue, red, to),
            (Meaning::Inks { ycc, .. }, [first, second, third, black]) => {
                match ycc {
                    true => from_ycc(first, second, third, to),
                    false => weave(first, second, third, to),
                }
                for ((ink, colour), black) in
                    inks.chunks_exact_mut(4).zip(to.chunks_exact(3)).zip(black)
                {
                    let turn = |value: u8, turn: bool| if turn { 255 - value } else { value };
                    for (ink, colour) in ink.iter_mut().zip(colour) {
                        *ink = turn(*colour, ycc != upside_down);
                    }
                    ink[3] = turn(*black, upside_down);
                }
                mixer(&inks, to);
            }
            (_, rows) => weave(&rows[0], &rows[0], &rows[0], to),
        }
    }
}

fn weave(red: &[u8], green: &[u8], blue: &[u8], to: &mut [u8]) {
    for (((pixel, red), green), blue) in to.chunks_exact_mut(3).zip(red).zip(green).zip(blue) {
        pixel.copy_from_slice(&[*red, *green, *blue]);
    }
}

/// The average of what of a plane is the picture's.
fn average(plane: &Plane) -> u64 {
    let row = |y| {
        plane
            .row(y)
            .iter()
            .map(|value| u64::from(*value))
            .sum::<u64>()
    };
    let sum: u64 = (0..plane.size.1).map(row).sum();
    sum / (plane.size.0 * plane.size.1).max(1) as u64
}

/// As JFIF says, in 16 bits behind the point.
fn from_ycc(light: &[u8], blue: &[u8], red: &[u8], to: &mut [u8]) {
    let byte = |value: i32| value.clamp(0, 255 << 16).wrapping_shr(16) as u8;
    for (((pixel, light), blue), red) in to.chunks_exact_mut(3).zip(light).zip(blue).zip(red) {
        let light = (i32::from(*light) << 16) + (1 << 15);
        let (blue, red) = (i32::from(*blue) - 128, i32::from(*red) - 128);
        pixel[0] = byte(light + 91_881 * red);
        pixel[1] = byte(light - 22_554 * blue - 46_802 * red);
        pixel[2] = byte(light + 116_130 * blue);
    }
}
