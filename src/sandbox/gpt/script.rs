//! A script of about eighty words for any product.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The longest piece of the product's text that a script quotes.
const QUOTED: usize = 160;

const PLACES: [&str; 6] = [
    "a sunlit kitchen with pale oak counters",
    "a quiet bedroom in the first morning light",
    "a busy street market after rain",
    "a minimalist studio with a warm grey backdrop",
    "a balcony above the city at golden hour",
    "a tidy desk beside a tall window",
];
const MOVES: [&str; 5] = [
    "pushes in slowly",
    "circles half a turn to the left",
    "rises from table height",
    "glides sideways past soft foreground blur",
    "starts on a macro detail and pulls back",
];
const PEOPLE: [&str; 4] = [
    "a cheerful woman in a linen shirt",
    "a young father with rolled-up sleeves",
    "a student in a mustard sweater",
    "a silver-haired man with kind eyes",
];
const ENDS: [&str; 4] = [
    "The last second holds still, product centred, nothing else moving.",
    "It ends on a smile and a small nod straight into the lens.",
    "The light warms, the background melts away, and only the product stays.",
    "A hand sets it down gently and the shot freezes on the logo side.",
];

/// Writes the same script for the same request, and another one for another.
pub(super) fn write(request: &str) -> String {
    let product = product(request);
    let mut hasher = DefaultHasher::new();
    request.hash(&mut hasher);
    let dice = hasher.finish() as usize;
    let pick = |list: &[&'static str], turn: usize| list[(dice >> turn) % list.len()];
    format!(
        "Vertical 9:16 clip, handheld and natural, set in {}. The camera {} towards the product exactly as it looks in the photo: {}. \
         Then {} picks it up, tries it once, and reacts with honest delight; fingers, fabric and surfaces move believably, \
         the product keeps its shape, colour and label throughout. Soft daylight, shallow focus, gentle upbeat music, no captions on screen. {}",
        pick(&PLACES, 3),
        pick(&MOVES, 9),
        product,
        pick(&PEOPLE, 15),
        pick(&ENDS, 21),
    )
}

/// The piece of a request that names the product: what follows such a label, else its last line.
fn product(request: &str) -> String {
    let mut lines = request
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let labelled = lines.clone().find_map(|line| {
        let (label, text) = line.split_once(':')?;
        let label = label.to_lowercase();
        let known = ["product", "товар", "описание"];
        let known = known.iter().any(|word| label.contains(word));
        (known && !text.trim().is_empty()).then(|| text.trim())
    });
    let text = labelled.or(lines.next_back()).unwrap_or("the product");
    text.chars().take(QUOTED).collect()
}
