//! Videos in fragments: how long they are, by what they announce or else by their samples, counted.

use std::io::{Read, Seek};

use super::{Found, Moov, NoMovie, Track, Walk, span};

/// `tfhd`: what stands before the duration of a sample, and that it is there.
const BASE_OFFSET: u32 = 0x1;
const DESCRIPTION: u32 = 0x2;
const EACH: u32 = 0x8;
/// `trun`: what stands before its samples, and what a sample has.
const DATA_OFFSET: u32 = 0x1;
const FIRST_FLAGS: u32 = 0x4;
const SAMPLE_DURATION: u32 = 0x100;
const SAMPLE_FIELDS: [u32; 4] = [SAMPLE_DURATION, 0x200, 0x400, 0x800];

impl<F: Read + Seek> Walk<'_, F> {
    /// What a movie's header says of its fragments.
    pub(super) fn extends(&mut self, mvex: &Found, told: &mut Moov) -> Result<(), NoMovie> {
        for child in self.children(mvex)? {
            let (body, end) = (child.body, child.end);
            match (&child.kind, &mut told.picture) {
                (b"mehd", _) if told.length.is_none() => {
                    let units = match self.is_long(&child)? {
                        true => self.bytes(body + 4, end)?.map(u64::from_be_bytes),
                        false => self.number(body + 4, end)?.map(u64::from),
                    };
                    told.length = units.and_then(|units| span(units, told.scale));
                }
                (b"trex", Some(track)) if self.number(body + 4, end)? == Some(track.id) => {
                    track.each = self.number(body + 12, end)?.unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds what a fragment has of a track.
    pub(super) fn fragment(&mut self, moof: &Found, track: &mut Track) -> Result<(), NoMovie> {
        for traf in self.children(moof)? {
            if traf.kind != *b"traf" {
                continue;
            }
            let mut each = None;
            for child in self.children(&traf)? {
                match (&child.kind, each) {
                    (b"tfhd", _) => each = self.each(&child, track)?,
                    (b"trun", Some(each)) => {
                        track.units = track.units.saturating_add(self.run(&child, each)?);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// How long a sample of a fragment is; nothing if it is another track's.
    fn each(&mut self, tfhd: &Found, track: &Track) -> Result<Option<u32>, NoMovie> {
        let (body, end) = (tfhd.body, tfhd.end);
        let flags = self.number(body, end)?.unwrap_or_default();
        if self.number(body + 4, end)? != Some(track.id) {
            return Ok(None);
        }
        let mut at = body + 8;
        at += if flags & BASE_OFFSET != 0 { 8 } else { 0 };
        at += if flags & DESCRIPTION != 0 { 4 } else { 0 };
        match flags & EACH {
            0 => Ok(Some(track.each)),
            _ => Ok(Some(self.number(at, end)?.unwrap_or(track.each))),
        }
    }

    /// The units of a run of samples.
    fn run(&mut self, trun: &Found, each: u32) -> Result<u64, NoMovie> {
        let (body, end) = (trun.body, trun.end);
        let flags = self.number(body, end)?.unwrap_or_default();
        let count = self.number(body + 4, end)?.unwrap_or_default();
        if flags & SAMPLE_DURATION == 0 {
            return Ok(u64::from(count) * u64::from(each));
        }
        let mut at = body + 8;
        at += if flags & DATA_OFFSET != 0 { 4 } else { 0 };
        at += if flags & FIRST_FLAGS != 0 { 4 } else { 0 };
        let fields = SAMPLE_FIELDS.iter().filter(|field| flags & **field != 0);
        let size = 4 * fields.count() as u64;
        let mut units = 0;
        for sample in 0..u64::from(count) {
            // A sample is as dear to look at as a box.
            self.left = self.left.checked_sub(1).ok_or(NoMovie::Other)?;
            let Some(duration) = self.number(at + sample * size, end)? else {
                break;
            };
            units += u64::from(duration);
        }
        Ok(units)
    }
}
