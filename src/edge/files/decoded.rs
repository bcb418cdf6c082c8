//! A decoded picture, what it is decoded for, and why it may not be.

use super::colour::Colours;
use super::exif::Orientation;
use super::raster::Raster;

/// No side may be shorter: every model wants at least this.
pub const SHORTEST: u32 = 300;
/// No picture may have more pixels: the largest of phones have 200 million. Time is bounded by it, not memory.
pub const MOST_PIXELS: u64 = 220_000_000;
/// How far from the goal's ratio a picture may be and still be stretched to it.
const TOLERANCE: f64 = 0.02;

/// A picture as it is stored, but for its size.
pub struct Decoded {
    /// Its pixels, on white where it is transparent.
    pub raster: Raster,
    /// What their numbers mean.
    pub colours: Colours,
    /// How it is to be turned.
    pub orientation: Orientation,
}

/// Why a picture cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not what it says it is.
    Broken,
    /// It ends before it is whole.
    Cut,
    /// A kind that nobody shows.
    Unusual,
    /// A side is too short.
    TooSmall {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// It takes too much time or memory.
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

/// The size that a picture is decoded for.
pub struct Goal {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// No picture that has more pixels is decoded.
    pub most: u64,
}

impl Decoded {
    /// The picture upright and whole, in sRGB, as large as it can be within the goal.
    pub fn fitted(self, goal: &Goal) -> Raster {
        let (raster, orientation) = (self.raster, self.orientation);
        let (width, height) = orientation.upright(raster.width, raster.height);
        let (width, height) = goal.fit(width, height);
        let (width, height) = orientation.upright(width, height);
        let mut whole = raster.resized(width, height);
        self.colours.settle(&mut whole);
        whole.turned(orientation)
    }
}

impl Goal {
    /// The size of a picture within the goal: as large as it can be whole, or the goal itself for one that is nearly
    /// of its ratio.
    pub fn fit(&self, width: u32, height: u32) -> (u32, u32) {
        let own = f64::from(width) / f64::from(height);
        let wanted = f64::from(self.width) / f64::from(self.height);
        if (own / wanted - 1.0).abs() <= TOLERANCE {
            return (self.width, self.height);
        }
        let scale = f64::from(self.width) / f64::from(width);
        let scale = scale.min(f64::from(self.height) / f64::from(height));
        let side = |own: u32, most: u32| ((f64::from(own) * scale).round() as u32).clamp(1, most);
        (side(width, self.width), side(height, self.height))
    }

    /// How many times smaller a stored picture may be decoded and still be large enough; whether it is to be decoded
    /// at all.
    pub fn reduction(
        &self,
        width: u32,
        height: u32,
        orientation: Orientation,
    ) -> Result<u32, Fault> {
        if width.min(height) < SHORTEST {
            return Err(Fault::TooSmall { width, height });
        }
        if u64::from(width) * u64::from(height) > self.most {
            return Err(Fault::TooLarge { width, height });
        }
        let (width, height) = orientation.upright(width, height);
        let (least_width, least_height) = self.fit(width, height);
        Ok((width / least_width).min(height / least_height).max(1))
    }
}
