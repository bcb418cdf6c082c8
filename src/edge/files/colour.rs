//! What the numbers of a picture mean, and how they become sRGB.
//!
//! A profile that is damaged, or is for another kind of picture, is ignored: the numbers are then taken as sRGB, as
//! every browser does.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    Layout, MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformExecutor,
    TransformOptions,
};

use super::raster::Raster;

type Transform = Arc<dyn TransformExecutor<u8> + Send + Sync>;

/// What the numbers mean.
#[derive(Default)]
pub struct Colours {
    /// Nothing: sRGB.
    transform: Option<Transform>,
    /// Whether red, green and blue are one number.
    gray: bool,
}

/// White and the three colours that a screen is made of, by their x and y.
pub type Primaries = [(f32, f32); 4];

impl Colours {
    /// As an ICC profile says, for a picture of colours or of grays.
    pub fn of_profile(profile: &[u8], gray: bool) -> Self {
        let (space, layout) = match gray {
            true => (DataColorSpace::Gray, Layout::Gray),
            false => (DataColorSpace::Rgb, Layout::Rgb),
        };
        Self {
            transform: quietly(|| to_srgb(&read(profile, space)?, layout)),
            gray,
        }
    }

    /// As the code points of H.273 say: primaries and transfer.
    pub fn of_code_points(primaries: u8, transfer: u8) -> Self {
        let transform = quietly(|| {
            let coded = CicpProfile {
                color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
                transfer_characteristics: transfer_of(transfer)?,
                matrix_coefficients: MatrixCoefficients::Identity,
                full_range: true,
            };
            let profile = ColorProfile::new_from_cicp(coded);
            profile.red_trc.as_ref()?;
            to_srgb(&profile, Layout::Rgb)
        });
        Self {
            transform,
            gray: false,
        }
    }

    /// As an exponent says, and what the screen was like for which it was written.
    pub fn of_gamma(exponent: f32, primaries: Option<Primaries>) -> Self {
        /// What sRGB is near to, and how near: 1/2.2.
        const USUAL: std::ops::RangeInclusive<f32> = 0.43..=0.48;
        let usual = USUAL.contains(&exponent);
        let srgb = primaries.is_none_or(|primaries| near(&primaries, &SRGB));
        if !(0.05..=5.0).contains(&exponent) || usual && srgb {
            return Self::default();
        }
        let transform = quietly(|| {
            let mut profile = ColorProfile::new_srgb();
            profile.cicp = None;
            if !usual {
                let curve = ToneReprCurve::Parametric(vec![1.0 / exponent]);
                profile.red_trc = Some(curve.clone());
                profile.green_trc = Some(curve.clone());
                profile.blue_trc = Some(curve);
            }
            if let Some([white, red, green, blue]) = primaries.filter(|_| !srgb) {
                let point = |(x, y)| Chromaticity { x, y };
                let primaries = ColorPrimaries {
                    red: point(red),
                    green: point(green),
                    blue: point(blue),
                };
                profile.update_rgb_colorimetry(point(white).to_xyyb(), primaries);
            }
            to_srgb(&profile, Layout::Rgb)
        });
        Self {
            transform,
            gray: false,
        }
    }

    /// Makes a picture sRGB.
    pub fn settle(&self, raster: &mut Raster) {
        let Some(transform) = &self.transform else {
            return;
        };
        let stride = raster.stride();
        let mut from = Vec::with_capacity(stride);
        for row in raster.rgb.chunks_exact_mut(stride) {
            from.clear();
            match self.gray {
                true => from.extend(row.iter().step_by(3)),
                false => from.extend_from_slice(row),
            }
            // It only fails for rows of unequal length.
            let _ = transform.transform(&from, row);
        }
    }
}

/// How inks are mixed.
pub struct Mixing {
    transform: Option<Transform>,
    inks: Vec<u8>,
}

impl Mixing {
    /// As a profile says, or as if they were pure.
    pub fn new(profile: Option<&[u8]>) -> Self {
        let transform = profile.and_then(|profile| {
            quietly(|| to_srgb(&read(profile, DataColorSpace::Cmyk)?, Layout::Rgba))
        });
        Self {
            transform,
            inks: Vec::new(),
        }
    }

    /// Mixes a row of four inks, each 255 where there is none of it.
    pub fn mix(&mut self, inks: &[u8], rgb: &mut [u8]) {
        if let Some(transform) = &self.transform {
            self.inks.clear();
            self.inks.extend(inks.iter().map(|ink| 255 - ink));
            if transform.transform(&self.inks, rgb).is_ok() {
                return;
            }
        }
        for (pixel, inks) in rgb.chunks_exact_mut(3).zip(inks.chunks_exact(4)) {
            for (colour, ink) in pixel.iter_mut().zip(inks) {
                *colour = (u16::from(*ink) * u16::from(inks[3]) / 255) as u8;
            }
        }
    }
}

/// sRGB's own.
const SRGB: Primaries = [(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)];

fn near(some: &Primaries, others: &Primaries) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() < 0.005;
    some.iter()
        .zip(others)
        .all(|(one, other)| near(one.0, other.0) && near(one.1, other.1))
}

/// The curve of a code point; light beyond white, as in films, is taken for ordinary light.
fn transfer_of(code: u8) -> Option<TransferCharacteristics> {
    match code {
        16 | 18 => Some(TransferCharacteristics::Srgb),
        code => TransferCharacteristics::try_from(code).ok(),
    }
}

fn read(profile: &[u8], space: DataColorSpace) -> Option<ColorProfile> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    (profile.color_space == space).then_some(profile)
}

fn to_srgb(profile: &ColorProfile, layout: Layout) -> Option<Transform> {
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    profile
        .create_transform_8bit(layout, &srgb, Layout::Rgb, options)
        .ok()
}

/// What a profile makes of strange numbers must not end a picture.
fn quietly<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}
