//! Planes of pixels, some with fewer than the picture has.

/// One plane.
pub struct Plane {
    /// Row by row.
    pub pixels: Vec<u8>,
    /// How many there are in a stored row.
    pub stride: usize,
    /// What of it is the picture's, across and down.
    pub size: (usize, usize),
    /// How many of its pixels lie in how many of the picture's, across and down.
    pub share: (Share, Share),
}

/// So many pixels of a plane lie in so many of the picture's.
#[derive(Debug, Clone, Copy)]
pub struct Share(pub usize, pub usize);

impl Plane {
    /// A stored row; beyond the last one there is that one.
    pub fn row(&self, y: usize) -> &[u8] {
        let y = y.min(self.size.1.saturating_sub(1));
        &self.pixels[y * self.stride..][..self.size.0]
    }

    /// Row `y` of the picture, with as many pixels as `to` has; `between` is room to work in.
    pub fn stretch(&self, y: usize, between: &mut Vec<u8>, to: &mut [u8]) {
        let (near, far) = self.share.1.sources(y);
        let near = self.row(near);
        let row = match far {
            None => near,
            Some(far) => {
                let mixed = near.iter().zip(self.row(far));
                between.clear();
                between.extend(mixed.map(|(near, far)| mix(*near, *far)));
                between
            }
        };
        let across = self.share.0;
        if across.0 == across.1 {
            to.copy_from_slice(&row[..to.len()]);
        } else if across.0 * 2 == across.1 {
            double(row, to);
        } else {
            for (x, to) in to.iter_mut().enumerate() {
                *to = row[across.nearest(x).min(row.len() - 1)];
            }
        }
    }
}

impl Share {
    /// The pixel of the plane that the picture's pixel `at` lies in.
    fn nearest(self, at: usize) -> usize {
        (2 * at + 1) * self.0 / (2 * self.1)
    }

    /// That pixel, and its neighbour if `at` lies between two of twice its size.
    fn sources(self, at: usize) -> (usize, Option<usize>) {
        let near = self.nearest(at);
        let neighbour = match at % 2 {
            _ if self.0 * 2 != self.1 => None,
            0 => near.checked_sub(1),
            _ => Some(near + 1),
        };
        (near, neighbour)
    }
}

/// Three parts of one and one of the other.
#[inline(always)]
fn mix(near: u8, far: u8) -> u8 {
    ((3 * u16::from(near) + u16::from(far) + 2) >> 2) as u8
}

/// A row for another of twice its pixels.
fn double(row: &[u8], to: &mut [u8]) {
    let last = row.len() - 1;
    for (x, pair) in to.chunks_mut(2).enumerate() {
        let near = row[x.min(last)];
        pair[0] = mix(near, row[x.saturating_sub(1).min(last)]);
        if let Some(second) = pair.get_mut(1) {
            *second = mix(near, row[(x + 1).min(last)]);
        }
    }
}
