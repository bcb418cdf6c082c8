//! Makes JPEGs of flat blocks, of every kind that is needed and some that nobody makes.

/// A JPEG to be written.
pub struct Maker {
    /// In pixels.
    pub size: (usize, usize),
    /// By plane: its id, and how many of its blocks go into the smallest part across and down.
    pub planes: Vec<(u8, usize, usize)>,
    /// Whether it comes in several scans, each with one more bit of some coefficients.
    pub progressive: bool,
    /// Whether each plane has a scan of its own.
    pub apart: bool,
    /// How many of the smallest parts lie between two restarts; 0 for none.
    pub restart: usize,
    /// What stands before the tables.
    pub notes: Vec<u8>,
}

/// A file, and where its last scan ends.
pub struct Made {
    pub bytes: Vec<u8>,
    /// The first byte behind the bits of the last scan.
    pub end: usize,
    /// Where the bits of each scan begin.
    pub scans: Vec<usize>,
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    word: u32,
    have: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        for at in (0..count).rev() {
            self.word = self.word << 1 | bits >> at & 1;
            self.have += 1;
            if self.have == 8 {
                self.bytes.push(self.word as u8);
                if self.word as u8 == 0xff {
                    self.bytes.push(0);
                }
                (self.word, self.have) = (0, 0);
            }
        }
    }

    fn pad(&mut self) {
        while self.have > 0 {
            self.put(1, 1);
        }
    }

    /// A difference: its size in four bits, and its own.
    fn difference(&mut self, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        self.put(size, 4);
        self.put((if value < 0 { value - 1 } else { value }) as u32, size);
    }
}

impl Maker {
    /// An ordinary one.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            size: (width, height),
            planes: vec![(1, 2, 2), (2, 1, 1), (3, 1, 1)],
            progressive: false,
            apart: false,
            restart: 0,
            notes: Vec::new(),
        }
    }

    /// With these planes.
    pub fn planes(self, planes: &[(u8, usize, usize)]) -> Self {
        Self {
            planes: planes.to_vec(),
            ..self
        }
    }

    /// Adds a segment of notes.
    pub fn note(mut self, marker: u8, content: &[u8]) -> Self {
        self.notes.extend(segment(marker, content));
        self
    }

    /// Writes it. `level` gives the value of a plane at a place of the picture, both from 0 to 1.
    pub fn make(&self, level: impl Fn(usize, f64, f64) -> u8) -> Made {
        let mut bytes = vec![0xff, 0xd8];
        bytes.extend(&self.notes);
        // Every constant part counts 8 for one step of light.
        bytes.extend(segment(0xdb, &[&[0][..], &[8; 64]].concat()));
        let mut frame = vec![8];
        frame.extend((self.size.1 as u16).to_be_bytes());
        frame.extend((self.size.0 as u16).to_be_bytes());
        frame.push(self.planes.len() as u8);
        for (id, across, down) in &self.planes {
            frame.extend([*id, (across << 4 | down) as u8, 0]);
        }
        bytes.extend(segment(if self.progressive { 0xc2 } else { 0xc0 }, &frame));
        // Twelve sizes of four bits each; of the others nothing but the end, and many ends.
        let sizes: Vec<u8> = (0..12).collect();
        let counts = |lengths: [(usize, u8); 2]| {
            let mut counts = [0; 16];
            for (length, count) in lengths {
                counts[length - 1] += count;
            }
            counts
        };
        bytes.extend(segment(
            0xc4,
            &[&[0][..], &counts([(4, 12), (1, 0)]), &sizes].concat(),
        ));
        let ends: Vec<u8> = (0..15).map(|run| run << 4).collect();
        bytes.extend(segment(
            0xc4,
            &[&[0x10][..], &counts([(1, 1), (5, 14)]), &ends].concat(),
        ));
        bytes.extend(segment(0xdd, &(self.restart as u16).to_be_bytes()));
        let mut made = Made {
            bytes,
            end: 0,
            scans: Vec::new(),
        };
        let all: Vec<usize> = (0..self.planes.len()).collect();
        let groups: Vec<Vec<usize>> = match self.apart {
            true => all.iter().map(|plane| vec![*plane]).collect(),
            false => vec![all.clone()],
        };
        if self.progressive {
            // The constant parts but for their last bit, the bands, and that bit.
            for group in &groups {
                self.scan(&mut made, group, (0, 0, 0x01), &level);
            }
            for plane in &all {
                for (first, last, bits) in
                    [(1, 5, 0x02), (6, 63, 0x02), (1, 63, 0x21), (1, 63, 0x10)]
                {
                    self.scan(&mut made, &[*plane], (first, last, bits), &level);
                }
            }
            for group in &groups {
                self.scan(&mut made, group, (0, 0, 0x10), &level);
            }
        } else {
            for group in &groups {
                self.scan(&mut made, group, (0, 63, 0), &level);
            }
        }
        made.end = made.bytes.len();
        made.bytes.extend([0xff, 0xd9]);
        made
    }

    fn scan(
        &self,
        made: &mut Made,
        group: &[usize],
        (first, last, bits): (u8, u8, u8),
        level: &impl Fn(usize, f64, f64) -> u8,
    ) {
        let mut header = vec![group.len() as u8];
        header.extend(group.iter().flat_map(|plane| [self.planes[*plane].0, 0]));
        header.extend([first, last, bits]);
        made.bytes.extend(segment(0xda, &header));
        made.scans.push(made.bytes.len());
        let mut out = Bits::default();
        let (mut before, mut empty, mut parts) = ([0; 4], 0, 0);
        let places = self.places(group);
        let many = if group.len() == 1 {
            1
        } else {
            group
                .iter()
                .map(|plane| self.planes[*plane])
                .map(|(_, a, d)| a * d)
                .sum()
        };
        for (at, (plane, x, y)) in places.iter().enumerate() {
            if at % many == 0 {
                if self.restart > 0 && parts > 0 && parts % self.restart == 0 {
                    flush(&mut out, &mut empty);
                    out.pad();
                    out.bytes
                        .extend([0xff, 0xd0 + (parts / self.restart - 1) as u8 % 8]);
                    before = [0; 4];
                }
                parts += 1;
            }
            let value = i32::from(level(*plane, *x, *y)) - 128;
            match (self.progressive, first, bits) {
                (false, ..) => {
                    out.difference(value - before[*plane]);
                    out.put(0, 1);
                    before[*plane] = value;
                }
                (true, 0, 0x01) => {
                    out.difference((value >> 1) - before[*plane]);
                    before[*plane] = value >> 1;
                }
                (true, 0, _) => out.put(value as u32 & 1, 1),
                (true, ..) => {
                    empty += 1;
                    if empty == 0x7fff {
                        flush(&mut out, &mut empty);
                    }
                }
            }
        }
        flush(&mut out, &mut empty);
        out.pad();
        made.bytes.extend(out.bytes);
    }

    /// The blocks of a scan in order: plane, and the place of their middle.
    fn places(&self, group: &[usize]) -> Vec<(usize, f64, f64)> {
        let most =
            |side: fn(&(u8, usize, usize)) -> usize| self.planes.iter().map(side).max().unwrap();
        let (across, down) = (most(|plane| plane.1), most(|plane| plane.2));
        let (width, height) = self.size;
        let middle = |plane: usize, x: usize, y: usize| {
            let (_, own_across, own_down) = self.planes[plane];
            let place = |at: usize, most: usize, own: usize, size: usize| {
                (at as f64 + 0.5) * 8.0 * most as f64 / own as f64 / size as f64
            };
            (
                plane,
                place(x, across, own_across, width),
                place(y, down, own_down, height),
            )
        };
        let mut places = Vec::new();
        if let [plane] = group {
            let (_, own_across, own_down) = self.planes[*plane];
            let columns = (width * own_across).div_ceil(across).div_ceil(8);
            let rows = (height * own_down).div_ceil(down).div_ceil(8);
            for y in 0..rows {
                places.extend((0..columns).map(|x| middle(*plane, x, y)));
            }
            return places;
        }
        for y in 0..height.div_ceil(8 * down) {
            for x in 0..width.div_ceil(8 * across) {
                for plane in group {
                    let (_, own_across, own_down) = self.planes[*plane];
                    for inner in 0..own_across * own_down {
                        let (inner_x, inner_y) = (inner % own_across, inner / own_across);
                        places.push(middle(
                            *plane,
                            x * own_across + inner_x,
                            y * own_down + inner_y,
                        ));
                    }
                }
            }
        }
        places
    }
}

/// Writes that so many blocks of a band have nothing.
fn flush(out: &mut Bits, empty: &mut u32) {
    if *empty > 0 {
        let size = 31 - empty.leading_zeros();
        match size {
            0 => out.put(0, 1),
            // The codes of five bits begin behind that of one.
            size => out.put(0b10000 + size - 1, 5),
        }
        out.put(*empty - (1 << size), size);
        *empty = 0;
    }
}

/// A segment.
pub fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xff, marker];
    segment.extend((content.len() as u16 + 2).to_be_bytes());
    segment.extend_from_slice(content);
    segment
}
