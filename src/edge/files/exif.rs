//! How a picture is to be turned, as an Exif block says it.

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// How the stored picture becomes the one that is meant: rows and columns swapped or not, and read from the other
/// side or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    /// What is stored as columns are rows.
    pub swapped: bool,
    /// Stored rows are read from their end.
    pub from_right: bool,
    /// The last stored row comes first.
    pub from_below: bool,
}

impl Orientation {
    /// By its number, 1 to 8.
    fn numbered(number: u32) -> Option<Self> {
        let (swapped, from_right, from_below) = match number {
            1 => (false, false, false),
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => return None,
        };
        Some(Self {
            swapped,
            from_right,
            from_below,
        })
    }

    /// The size of a stored picture once it is turned, and the other way round.
    pub fn upright(self, width: u32, height: u32) -> (u32, u32) {
        match self.swapped {
            true => (height, width),
            false => (width, height),
        }
    }
}

/// Reads an Exif block, with JPEG's name before it or without; what is damaged says nothing.
pub fn orientation(block: &[u8]) -> Option<Orientation> {
    let tiff = Tiff::new(block.strip_prefix(b"Exif\0\0").unwrap_or(block))?;
    let first = usize::try_from(tiff.long(4)?).ok()?;
    let count = usize::from(tiff.short(first)?);
    let entries = (0..count).map_while(|entry| first.checked_add(2 + entry * 12));
    // The first one that can be read counts.
    let mut found = entries.filter_map(|at| match tiff.short(at)? {
        ORIENTATION => Orientation::numbered(tiff.number(at)?),
        _ => None,
    });
    found.next()
}

/// A TIFF file, of which Exif is made.
struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big = match bytes.first_chunk::<4>()? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(match self.big {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(match self.big {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }

    /// The first whole number of the entry at `at`, of whatever length.
    fn number(&self, at: usize) -> Option<u32> {
        let count = usize::try_from(self.long(at + 4)?).ok()?;
        let size = match self.short(at + 2)? {
            1 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 => 4,
            _ => return None,
        };
        // What is longer than four bytes lies elsewhere.
        let at = match count.checked_mul(size)? {
            0 => return None,
            1..=4 => at + 8,
            _ => usize::try_from(self.long(at + 8)?).ok()?,
        };
        match size {
            1 => self.bytes.get(at).copied().map(u32::from),
            2 => self.short(at).map(u32::from),
            _ => self.long(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Exif block of one entry, or of two with the other one first.
    fn block(big: bool, kind: u16, count: u32, value: &[u8], second: bool) -> Vec<u8> {
        let short = |n: u16| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let long = |n: u32| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let mut block = if big { b"MM\0*" } else { b"II*\0" }.to_vec();
        block.extend(long(8));
        block.extend(short(if second { 2 } else { 1 }));
        if second {
            block.extend(short(0x010f));
            block.extend(short(2));
            block.extend(long(4));
            block.extend(b"Pho\0");
        }
        block.extend(short(0x0112));
        block.extend(short(kind));
        block.extend(long(count));
        block.extend(value);
        block.resize(block.len() + 4 - value.len().min(4) + 4, 0);
        block
    }

    #[test]
    fn every_number_is_read_in_every_kind_and_order() {
        for number in 1..=8_u8 {
            let wanted = Orientation::numbered(number.into());
            let n = u16::from(number);
            for (big, kind, value) in [
                (false, 1, vec![number]),
                (false, 3, n.to_le_bytes().to_vec()),
                (true, 3, n.to_be_bytes().to_vec()),
                (false, 4, u32::from(n).to_le_bytes().to_vec()),
                (true, 4, u32::from(n).to_be_bytes().to_vec()),
                (true, 8, n.to_be_bytes().to_vec()),
                (true, 9, u32::from(n).to_be_bytes().to_vec()),
            ] {
                for second in [false, true] {
                    let block = block(big, kind, 1, &value, second);
                    assert_eq!(orientation(&block), wanted, "{block:x?}");
                    let named = [b"Exif\0\0".to_vec(), block].concat();
                    assert_eq!(orientation(&named), wanted, "{named:x?}");
                }
            }
        }
    }

    #[test]
    fn what_is_damaged_says_nothing() {
        let good = block(true, 3, 1, &[0, 6], true);
        assert!(orientation(&good).is_some());
        for length in 0..good.len() - 8 {
            assert_eq!(orientation(&good[..length]), None, "{length}");
        }
        for (kind, count, value) in [
            (3, 1, [0, 0]),
            (3, 1, [0, 9]),
            (2, 1, [0, 6]),
            (5, 1, [0, 6]),
            (3, 0, [0, 6]),
            (4, u32::MAX, [255, 255]),
        ] {
            assert_eq!(orientation(&block(true, kind, count, &value, false)), None);
        }
    }
}
