//! Large pictures: the same colours, and hardly more memory.

use super::*;

#[test]
fn hidden_colours_do_not_bleed() {
    // A green square on nothing, and nothing is stored as red.
    for (width, height) in [(600, 800), (2400, 3200), (3000, 2000)] {
        let (inner, outer) = (width / 4, height / 4);
        let row = |square: bool| -> Vec<u8> {
            let inside = |x: &u32| square && (inner..width - inner).contains(x);
            let colour = |x| match inside(&x) {
                true => [0, 160, 40, 255],
                false => [255, 0, 0, 0],
            };
            (0..width).flat_map(colour).collect()
        };
        let middle = row(true).repeat((height - 2 * outer) as usize);
        let edge = row(false).repeat(outer as usize);
        let pixels = [&edge[..], &middle, &edge].concat();
        let cut_out = DynamicImage::from(RgbaImage::from_raw(width, height, pixels).unwrap());
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let picture = framed(&bytes(&cut_out, format));
            let red = picture.pixels().filter(|pixel| {
                let Rgb([r, g, b]) = **pixel;
                r > g.saturating_add(20) && r > b.saturating_add(20)
            });
            assert_eq!(red.count(), 0, "{width}x{height} {format:?}");
        }
    }
}

#[test]
fn a_large_picture_keeps_its_colours_and_direction() {
    for (width, height) in [
        (4000, 3000),
        (3000, 4000),
        (8160, 6144),
        (12_600, 2400),
        (300, 20_000),
    ] {
        let picture = halves(width, height);
        let whole = GOAL.fit(width, height);
        let (left, top) = ((WIDTH - whole.0) / 2, (HEIGHT - whole.1) / 2);
        let framed = framed(&bytes(&picture, ImageFormat::Jpeg));
        let middle = top + whole.1 / 2;
        assert!(
            near(framed.get_pixel(left + whole.0 / 8, middle), RED.0),
            "{width}x{height}"
        );
        assert!(
            near(framed.get_pixel(left + whole.0 * 7 / 8, middle), BLUE.0),
            "{width}x{height}"
        );
    }
}
