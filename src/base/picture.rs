//! Pictures: a drawing in SVG becomes a PNG, in letters that are compiled in.
//!
//! It takes some tens of milliseconds of a processor: call it where it holds nobody up.

use std::sync::{Arc, OnceLock};

use epaint_default_fonts::UBUNTU_LIGHT;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Pixels for one unit of the drawing: phones show two or three for one.
const SHARPNESS: f32 = 2.0;
/// No side of a picture is longer, in pixels: whoever draws more has made a mistake.
const LONGEST: u32 = 4096;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Not a drawing.
    #[error("the drawing cannot be read: {0}")]
    Unread(String),
    /// It has no size, or too much of it.
    #[error("the drawing is {width} by {height} pixels")]
    Size { width: u32, height: u32 },
    /// It could not be written down.
    #[error("the picture cannot be written: {0}")]
    Unwritten(String),
}

/// The family of the letters there are.
pub fn family() -> &'static str {
    &letters().1
}

/// Draws an SVG.
pub fn png(svg: &str) -> Result<Vec<u8>, PictureError> {
    let (fonts, family) = letters();
    let options = Options {
        font_family: family.clone(),
        fontdb: Arc::clone(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options);
    let tree = tree.map_err(|error| PictureError::Unread(error.to_string()))?;
    let size = tree.size().to_int_size();
    let [width, height] =
        [size.width(), size.height()].map(|side| (side as f32 * SHARPNESS) as u32);
    let fits = width.max(height) <= LONGEST;
    let pixels = fits.then(|| Pixmap::new(width, height)).flatten();
    let mut pixels = pixels.ok_or(PictureError::Size { width, height })?;
    let scale = Transform::from_scale(SHARPNESS, SHARPNESS);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    let written = pixels.encode_png();
    written.map_err(|error| PictureError::Unwritten(error.to_string()))
}

/// The letters, read once, and the name of their family.
fn letters() -> &'static (Arc<Database>, String) {
    static LETTERS: OnceLock<(Arc<Database>, String)> = OnceLock::new();
    LETTERS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(UBUNTU_LIGHT.to_vec());
        let face = fonts.faces().next();
        let family = face.and_then(|face| face.families.first());
        let family = family.map(|(name, _)| name.clone()).unwrap_or_default();
        (Arc::new(fonts), family)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pixels are dark.
    fn ink(png: &[u8]) -> usize {
        let picture = image::load_from_memory(png).unwrap().to_luma8();
        picture.pixels().filter(|pixel| pixel.0[0] < 128).count()
    }

    fn drawn(text: &str) -> Vec<u8> {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"40\">\
             <rect width=\"200\" height=\"40\" fill=\"#ffffff\"/>\
             <text x=\"4\" y=\"28\" font-size=\"24\" font-family=\"{}\">{text}</text></svg>",
            family()
        );
        png(&svg).unwrap()
    }

    #[test]
    fn a_drawing_becomes_a_png_of_twice_its_size_with_cyrillic_letters() {
        let png = drawn("Готово, Ёж");
        let picture = image::load_from_memory(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (400, 80));
        let (word, dots, nothing) = (ink(&png), ink(&drawn("…")), ink(&drawn("")));
        assert!(
            nothing == 0 && dots > 0 && word > 10 * dots,
            "{word} {dots} {nothing}"
        );
        assert_ne!(drawn("Ж"), drawn("Ш"), "each letter has a shape of its own");
    }

    #[test]
    fn what_is_no_drawing_or_a_giant_is_refused() {
        assert!(matches!(png("<p>"), Err(PictureError::Unread(_))));
        let giant = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"3000\" height=\"9\"/>";
        assert!(matches!(
            png(giant),
            Err(PictureError::Size { width: 6000, .. })
        ));
    }
}
