//! Pixels in memory: made smaller, larger, turned.

use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

use super::exif::Orientation;

/// A picture of red, green and blue, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

impl Raster {
    /// A black one.
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            rgb: vec![0; width as usize * height as usize * 3],
        }
    }

    /// Bytes in a row.
    pub fn stride(&self) -> usize {
        self.width as usize * 3
    }

    /// Another size, smoothly, after Catmull and Rom.
    ///
    /// The library's own copy of it is the one that is optimised in every profile.
    pub fn resized(self, width: u32, height: u32) -> Self {
        if (width, height) == (self.width, self.height) {
            return self;
        }
        let own = RgbImage::from_raw(self.width, self.height, self.rgb)
            .expect("a raster has three bytes for each of its pixels");
        let resized = DynamicImage::ImageRgb8(own)
            .resize_exact(width, height, FilterType::CatmullRom)
            .into_rgb8();
        Self {
            width,
            height,
            rgb: resized.into_raw(),
        }
    }

    /// As it is meant to be seen.
    pub fn turned(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let (width, height) = orientation.upright(self.width, self.height);
        let mut turned = Self::new(width, height);
        let (own_width, own_height) = (self.width as usize, self.height as usize);
        for (y, row) in turned.rgb.chunks_exact_mut(width as usize * 3).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let (x, y) = match orientation.swapped {
                    true => (y, x),
                    false => (x, y),
                };
                let x = if orientation.from_right {
                    own_width - 1 - x
                } else {
                    x
                };
                let y = if orientation.from_below {
                    own_height - 1 - y
                } else {
                    y
                };
                let from = (y * own_width + x) * 3;
                pixel.copy_from_slice(&self.rgb[from..from + 3]);
            }
        }
        turned
    }

    /// A part of it.
    pub fn part(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Self {
        let mut part = Self::new(width, height);
        let rows = self.rgb.chunks_exact(self.stride()).skip(y as usize);
        for (to, from) in part.rgb.chunks_exact_mut(width as usize * 3).zip(rows) {
            to.copy_from_slice(&from[x as usize * 3..][..to.len()]);
        }
        part
    }

    /// Puts another one on it; what does not fit is left out.
    pub fn put(&mut self, other: &Self, (x, y): (u32, u32)) {
        let stride = self.stride();
        let rows = self.rgb.chunks_exact_mut(stride).skip(y as usize);
        for (to, from) in rows.zip(other.rgb.chunks_exact(other.stride())) {
            let to = to.get_mut(x as usize * 3..).unwrap_or_default();
            let length = from.len().min(to.len());
            to[..length].copy_from_slice(&from[..length]);
        }
    }
}

/// A picture that comes in rows or in points and becomes so many times smaller; each pixel is the average of those
/// it is made of.
pub struct Shrinking {
    from: (usize, usize),
    by: usize,
    raster: Raster,
    /// Sums of what is not finished: of one row, or of all if points come in any order.
    sums: Vec<u32>,
}

impl Shrinking {
    /// Of `width` by `height` pixels, `by` times smaller. With `rows` they come row by row.
    pub fn new((width, height): (u32, u32), by: u32, rows: bool) -> Self {
        let raster = Raster::new(width.div_ceil(by), height.div_ceil(by));
        let sums = match (by, rows) {
            (1, _) => 0,
            (_, true) => raster.stride(),
            (_, false) => raster.rgb.len(),
        };
        Self {
            from: (width as usize, height as usize),
            by: by as usize,
            raster,
            sums: vec![0; sums],
        }
    }

    /// Takes row `y`, after the one before it.
    pub fn row(&mut self, y: usize, rgb: &[u8]) {
        let stride = self.raster.stride();
        let to = &mut self.raster.rgb[y / self.by * stride..][..stride];
        if self.by == 1 {
            to.copy_from_slice(rgb);
            return;
        }
        for (sums, pixels) in self.sums.chunks_exact_mut(3).zip(rgb.chunks(self.by * 3)) {
            for pixel in pixels.chunks_exact(3) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(*value);
                }
            }
        }
        if y % self.by == self.by - 1 || y == self.from.1 - 1 {
            average(&mut self.sums, to, self.from.0, self.by, y % self.by + 1);
        }
    }

    /// Takes one pixel.
    pub fn point(&mut self, (x, y): (usize, usize), rgb: [u8; 3]) {
        let at = y / self.by * self.raster.stride() + x / self.by * 3;
        if self.by == 1 {
            self.raster.rgb[at..at + 3].copy_from_slice(&rgb);
            return;
        }
        for (sum, value) in self.sums[at..at + 3].iter_mut().zip(rgb) {
            *sum += u32::from(value);
        }
    }

    /// The picture.
    pub fn done(mut self) -> Raster {
        let stride = self.raster.stride();
        if self.sums.len() == self.raster.rgb.len() {
            let rows = self.raster.rgb.chunks_exact_mut(stride);
            for (y, (to, sums)) in rows.zip(self.sums.chunks_exact_mut(stride)).enumerate() {
                let rows = self.by.min(self.from.1 - y * self.by);
                average(sums, to, self.from.0, self.by, rows);
            }
        }
        self.raster
    }
}

/// Writes a row out of its sums, which become 0.
fn average(sums: &mut [u32], to: &mut [u8], width: usize, by: usize, rows: usize) {
    for (x, (to, sums)) in to
        .chunks_exact_mut(3)
        .zip(sums.chunks_exact_mut(3))
        .enumerate()
    {
        let count = (by.min(width - x * by) * rows) as u32;
        for (to, sum) in to.iter_mut().zip(sums) {
            *to = ((*sum + count / 2) / count) as u8;
            *sum = 0;
        }
    }
}
