//! As much of H.264 (ITU-T H.264, 03/2005 or later) as a camera moving over a photo needs: no transform, no tables.
//!
//! The first frame is the photo, sample by sample (`I_PCM`): one and a half bytes to a pixel, and exact. Each later
//! frame is that photo displaced, told by a single motion vector that all its macroblocks share. What a player shows
//! is a window at the left of the coded picture (the cropping rectangle), so that the displacement brings into view
//! what was outside.

use image::{DynamicImage, RgbImage};

/// Constrained baseline, and a level whose key frames may be as large as uncoded ones are (A.3.1: below level 5 a
/// frame is at most half as large as its samples, or a quarter).
const PROFILE: [u8; 3] = [66, 0b1100_0000, 50];
/// Pixels along the side of a macroblock, and its colours' samples.
const SIDE: u32 = 16;
const COLOUR_SIDE: u32 = SIDE / 2;
/// Macroblock types: raw samples (table 7-11), and one vector for all of it (table 7-13).
const I_PCM: u32 = 25;
const P_L0_16X16: u32 = 0;
/// Slice types (table 7-6), with the promise that every slice of the picture is of the type.
const P_SLICES: u32 = 5;
const I_SLICES: u32 = 7;
/// Bits of `frame_num` and of `pic_order_cnt_lsb`, which must not wrap: it counts fields, and all from the first.
const NUMBER_BITS: u32 = 4;
const ORDER_BITS: u32 = 10;

/// A film's NAL units, as an MP4 wants them: without start codes, the parameter sets apart.
pub(super) struct Film {
    /// What is shown: pixels from left to right, and from top to bottom.
    pub(super) size: (u32, u32),
    pub(super) profile: [u8; 3],
    pub(super) sequence: Vec<u8>,
    pub(super) picture: Vec<u8>,
    /// The first is a key frame, and the only one.
    pub(super) frames: Vec<Vec<u8>>,
}

/// Moves a window of this width over the photo, one pixel to the right with each frame.
///
/// # Panics
/// If the photo is not of whole macroblocks.
pub(super) fn pan(photo: &DynamicImage, window: u32, frames: u32) -> Film {
    let (width, height) = (photo.width(), photo.height());
    assert!(width % SIDE == 0 && height % SIDE == 0, "whole macroblocks");
    let blocks = (width / SIDE, height / SIDE);
    let mut film = Film {
        size: (window, height),
        profile: PROFILE,
        sequence: sequence(blocks, width - window),
        picture: picture(),
        frames: vec![key_frame(photo)],
    };
    film.frames
        .extend((1..frames).map(|n| displaced(blocks, n)));
    film
}

/// 7.3.2.1.1, the sequence parameter set.
fn sequence((across, down): (u32, u32), hidden: u32) -> Vec<u8> {
    let mut nal = Nal::new(0x67);
    nal.bytes.extend(PROFILE);
    nal.ue(0); // seq_parameter_set_id
    nal.ue(NUMBER_BITS - 4);
    nal.ue(0); // pic_order_cnt_type
    nal.ue(ORDER_BITS - 4);
    nal.ue(1); // max_num_ref_frames
    nal.u(1, 0); // gaps_in_frame_num_value_allowed_flag
    nal.ue(across - 1);
    nal.ue(down - 1);
    nal.u(2, 0b11); // frame_mbs_only_flag, direct_8x8_inference_flag
    nal.u(1, 1); // frame_cropping_flag: left, right, top, bottom, in samples of colour
    for side in [0, hidden / 2, 0, 0] {
        nal.ue(side);
    }
    nal.u(1, 0); // vui_parameters_present_flag
    nal.finish()
}

/// 7.3.2.2, the picture parameter set.
fn picture() -> Vec<u8> {
    let mut nal = Nal::new(0x68);
    nal.ue(0); // pic_parameter_set_id
    nal.ue(0); // seq_parameter_set_id
    nal.u(2, 0); // entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
    nal.ue(0); // num_slice_groups_minus1
    nal.ue(0); // num_ref_idx_l0_default_active_minus1
    nal.ue(0); // num_ref_idx_l1_default_active_minus1
    nal.u(3, 0); // weighted_pred_flag, weighted_bipred_idc
    nal.ue(0); // pic_init_qp_minus26
    nal.ue(0); // pic_init_qs_minus26
    nal.ue(0); // chroma_qp_index_offset
    nal.u(3, 0); // deblocking_filter_control_, constrained_intra_pred_, redundant_pic_cnt_
    nal.finish()
}

/// The photo itself. Its quantiser counts as 0, at which the deblocking filter leaves everything as it is.
fn key_frame(photo: &DynamicImage) -> Vec<u8> {
    let (width, height) = (photo.width(), photo.height());
    let colours = photo.thumbnail_exact(width / 2, height / 2).into_rgb8();
    let photo = photo.to_rgb8();
    let mut nal = Nal::new(0x65);
    nal.slice(I_SLICES, 0);
    nal.ue(0); // idr_pic_id
    nal.u(ORDER_BITS, 0);
    nal.u(2, 0); // no_output_of_prior_pics_flag, long_term_reference_flag
    nal.ue(0); // slice_qp_delta
    for row in 0..height / SIDE {
        for column in 0..width / SIDE {
            nal.ue(I_PCM);
            nal.filled = 0;
            nal.samples(&photo, SIDE, (column, row), luma);
            nal.samples(&colours, COLOUR_SIDE, (column, row), blue);
            nal.samples(&colours, COLOUR_SIDE, (column, row), red);
        }
    }
    nal.finish()
}

/// The photo, this many pixels further to the left; no other frame refers to it.
fn displaced((across, down): (u32, u32), pixels: u32) -> Vec<u8> {
    let mut nal = Nal::new(0x01);
    nal.slice(P_SLICES, 1);
    nal.u(ORDER_BITS, pixels * 2);
    nal.u(2, 0); // num_ref_idx_active_override_flag, ref_pic_list_modification_flag_l0
    nal.ue(0); // slice_qp_delta
    // Inside, a macroblock that is skipped takes its vector from its neighbours (8.4.1.1). At the top and at the
    // left it would stand still, so that these are told: no difference from what the neighbours foretell.
    let mut skipped = 0;
    for block in 0..across * down {
        if block > across && block % across > 0 {
            skipped += 1;
            continue;
        }
        nal.ue(skipped);
        skipped = 0;
        nal.ue(P_L0_16X16);
        // se(v) of the vector in quarters of a pixel: to the right for the first, then the same.
        nal.ue(if block == 0 { pixels * 4 * 2 - 1 } else { 0 });
        nal.ue(0);
        nal.ue(0); // coded_block_pattern: nothing left over
    }
    nal.ue(skipped);
    nal.finish()
}

/// A NAL unit in the making, bit by bit.
struct Nal {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken; none of a whole one.
    filled: u32,
}

impl Nal {
    fn new(header: u8) -> Self {
        Self {
            bytes: vec![header],
            filled: 0,
        }
    }

    /// What both kinds of slice begin with (7.3.3).
    fn slice(&mut self, kind: u32, number: u32) {
        self.ue(0); // first_mb_in_slice
        self.ue(kind);
        self.ue(0); // pic_parameter_set_id
        self.u(NUMBER_BITS, number);
    }

    /// The samples of one macroblock in one plane.
    fn samples(
        &mut self,
        plane: &RgbImage,
        side: u32,
        (column, row): (u32, u32),
        sample: fn([i32; 3]) -> i32,
    ) {
        let stride = plane.width() as usize * 3;
        let begin = (column * side) as usize * 3;
        let rows = plane.chunks_exact(stride).skip((row * side) as usize);
        for row in rows.take(side as usize) {
            let pixels = row[begin..].chunks_exact(3).take(side as usize);
            self.bytes.extend(pixels.map(|rgb| {
                let rgb = [rgb[0], rgb[1], rgb[2]].map(i32::from);
                sample(rgb) as u8
            }));
        }
    }

    /// So many bits.
    fn u(&mut self, bits: u32, value: u32) {
        for bit in (0..bits).rev() {
            if self.filled == 0 {
                self.bytes.push(0);
            }
            self.filled = (self.filled + 1) % 8;
            let last = self.bytes.last_mut().expect("it begins with a header");
            *last |= ((value >> bit & 1) << ((8 - self.filled) % 8)) as u8;
        }
    }

    /// Exponential Golomb code (9.1). Of 0 it is that of a signed 0, too.
    fn ue(&mut self, value: u32) {
        self.u((value + 1).ilog2() * 2 + 1, value + 1);
    }

    /// Ends it with a bit. Nothing in it needs a byte put between (7.4.1.1): in studio range no sample is below 16.
    fn finish(mut self) -> Vec<u8> {
        self.u(1, 1);
        self.bytes
    }
}

/// BT.601 in studio range: what players take for the colours of a small video that does not say.
fn luma([red, green, blue]: [i32; 3]) -> i32 {
    16 + ((66 * red + 129 * green + 25 * blue + 128) >> 8)
}

fn blue([red, green, blue]: [i32; 3]) -> i32 {
    128 + ((112 * blue - 38 * red - 74 * green + 128) >> 8)
}

fn red([red, green, blue]: [i32; 3]) -> i32 {
    128 + ((112 * red - 94 * green - 18 * blue + 128) >> 8)
}
