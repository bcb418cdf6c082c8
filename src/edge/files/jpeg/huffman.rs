//! Huffman tables, and the bits of a scan.

use crate::edge::files::decoded::Fault;

/// Codes up to this length are found by one look.
const LOOK: u32 = 10;

/// A table as a DHT segment gives it.
pub struct Table {
    /// By the next [`LOOK`] bits: the code's length in the high byte and its symbol; 0 for a longer code.
    short: Vec<u16>,
    /// By the next [`LOOK`] bits, when a code and its value fit: the value, the run before it, and the length of both.
    quick: Vec<i16>,
    /// By length: the first left-aligned 16-bit code that is longer, and where its symbols begin.
    ends: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Table {
    /// A table of `counts` codes of each length from 1 on, for `symbols` in order.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Fault> {
        let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
        if total > 256 || total > symbols.len() {
            return Err(Fault::Broken);
        }
        let mut table = Self {
            short: vec![0; 1 << LOOK],
            quick: Vec::new(),
            ends: [(0, 0); 17],
            symbols: symbols[..total].to_vec(),
        };
        let (mut code, mut at) = (0_u32, 0_usize);
        for length in 1..=16 {
            let count = u32::from(counts[length - 1]);
            if code + count > 1 << length {
                return Err(Fault::Broken);
            }
            table.ends[length] = ((code + count) << (16 - length), at as i32 - code as i32);
            for _ in 0..count {
                table.learn(code, length as u32, symbols[at]);
                code += 1;
                at += 1;
            }
            code <<= 1;
        }
        table.quicken();
        Ok(table)
    }

    fn learn(&mut self, code: u32, length: u32, symbol: u8) {
        if length <= LOOK {
            let from = (code << (LOOK - length)) as usize;
            let entry = (length as u16) << 8 | u16::from(symbol);
            self.short[from..from + (1 << (LOOK - length))].fill(entry);
        }
    }

    /// Joins short codes of coefficients with the values behind them.
    fn quicken(&mut self) {
        let join = |(bits, entry): (usize, &u16)| {
            let (length, symbol) = (u32::from(entry >> 8), entry & 0xff);
            let (run, size) = (symbol >> 4, u32::from(symbol & 15));
            if length == 0 || size == 0 || length + size > LOOK {
                return 0;
            }
            let raw = (bits >> (LOOK - length - size)) & ((1 << size) - 1);
            let value = signed(raw as i32, size);
            match i8::try_from(value) {
                Ok(value) => i16::from(value) << 8 | (run << 4) as i16 | (length + size) as i16,
                Err(_) => 0,
            }
        };
        self.quick = self.short.iter().enumerate().map(join).collect();
    }
}

/// The value that `size` bits stand for.
fn signed(raw: i32, size: u32) -> i32 {
    match raw < 1 << (size - 1) {
        true => raw - (1 << size) + 1,
        false => raw,
    }
}

/// The bits of a scan, up to its next marker; behind that there are zeros that [`Bits::whole`] knows of.
pub struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, first one on top.
    word: u64,
    /// How many of them there are.
    have: i32,
    /// How many zeros were made up.
    made_up: i32,
}

impl<'a> Bits<'a> {
    /// The bits from byte `at` on.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            word: 0,
            have: 0,
            made_up: 0,
        }
    }

    /// Whether nothing was used that was not there.
    pub fn whole(&self) -> bool {
        self.have >= self.made_up
    }

    /// Where the bytes are that were not looked at, or the marker.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Makes sure of 32 bits.
    #[inline(always)]
    pub fn fill(&mut self) {
        if self.have < 32 {
            self.refill();
        }
    }

    #[inline]
    fn refill(&mut self) {
        if let Some(next) = self.bytes[self.at..].first_chunk::<8>() {
            let next = u64::from_be_bytes(*next);
            let none_is_ff =
                (!next).wrapping_sub(0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080;
            if none_is_ff == 0 {
                let bytes = (64 - self.have) >> 3;
                self.word |= next >> self.have;
                self.at += bytes as usize;
                self.have += bytes * 8;
                return;
            }
        }
        while self.have <= 56 {
            let byte = self.byte().unwrap_or_else(|| {
                self.made_up += 8;
                0
            });
            // The fast way leaves bits of the next byte here: they are the same.
            self.word |= u64::from(byte) << (56 - self.have);
            self.have += 8;
        }
    }

    /// The next byte that is not a marker's.
    fn byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if byte != 0xff {
                self.at += 1;
                return Some(byte);
            }
            match *self.bytes.get(self.at + 1)? {
                0 => {
                    self.at += 2;
                    return Some(0xff);
                }
                0xff => self.at += 1,
                _ => return None,
            }
        }
    }

    /// Goes behind the next restart marker, wherever it is.
    pub fn restart(&mut self) -> Result<(), Fault> {
        let (word, have, made_up) = (self.word, self.have, self.made_up);
        *self = Self::new(self.bytes, self.at);
        loop {
            match self
                .bytes
                .get(self.at..)
                .and_then(|rest| rest.first_chunk::<2>())
            {
                Some([0xff, 0xd0..=0xd7]) => break,
                Some([0xff, 1..=0xfe]) | None => {
                    // What was there still counts for whoever asks how far it went.
                    (self.word, self.have, self.made_up) = (word, have, made_up);
                    return Err(Fault::Cut);
                }
                Some(_) => self.at += 1,
            }
        }
        self.at += 2;
        Ok(())
    }

    #[inline(always)]
    fn peek(&self, count: u32) -> u32 {
        (self.word >> (64 - count)) as u32
    }

    #[inline(always)]
    fn drop(&mut self, count: u32) {
        self.word <<= count;
        self.have -= count as i32;
    }

    /// The next `count` bits, 1 to 16 of those made sure of.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u32 {
        let bits = self.peek(count);
        self.drop(count);
        bits
    }

    /// The value in the next `size` bits, at most 16 of those made sure of.
    #[inline(always)]
    pub fn value(&mut self, size: u32) -> i32 {
        match size {
            0 => 0,
            size => signed(self.take(size) as i32, size),
        }
    }

    /// The next symbol.
    #[inline(always)]
    pub fn symbol(&mut self, table: &Table) -> Result<u8, Fault> {
        let entry = table.short[self.peek(LOOK) as usize];
        if entry == 0 {
            return self.long_symbol(table);
        }
        self.drop(u32::from(entry >> 8));
        Ok(entry as u8)
    }

    #[cold]
    fn long_symbol(&mut self, table: &Table) -> Result<u8, Fault> {
        let code = self.peek(16);
        for length in LOOK + 1..=16 {
            let (end, first) = table.ends[length as usize];
            if code < end {
                let at = (code >> (16 - length)) as i32 + first;
                let symbol = usize::try_from(at)
                    .ok()
                    .and_then(|at| table.symbols.get(at));
                self.drop(length);
                return symbol.copied().ok_or(Fault::Broken);
            }
        }
        Err(Fault::Broken)
    }

    /// The next coefficient, if its code is short: how many zeros before it, and its value.
    #[inline(always)]
    pub fn quick(&mut self, table: &Table) -> Option<(usize, i32)> {
        let entry = table.quick[self.peek(LOOK) as usize];
        if entry == 0 {
            return None;
        }
        self.drop((entry & 15) as u32);
        Some(((entry >> 4 & 15) as usize, i32::from(entry >> 8)))
    }
}
