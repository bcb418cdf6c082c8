//! Pictures from files, with what is right about each in `tests/cases/pictures.tsv`.

use super::*;

/// Colours may be so far off.
const NEAR: u8 = 6;

#[test]
fn every_picture_of_the_cases_is_framed_as_it_should_be() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let cases = std::fs::read_to_string(dir.join("pictures.tsv")).unwrap();
    for case in cases.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = case.split('\t');
        let (name, wanted) = (columns.next().unwrap(), columns.next().unwrap());
        let bytes = std::fs::read(dir.join("pictures").join(name)).unwrap();
        let framed = frame(&bytes[..]);
        match wanted {
            "ok" => {
                let picture = opened(&framed.unwrap_or_else(|error| panic!("{name}: {error}")));
                let (width, height) = columns.next().unwrap().split_once('x').unwrap();
                let size = (width.parse().unwrap(), height.parse().unwrap());
                for place in columns
                    .next()
                    .into_iter()
                    .flat_map(|places| places.split(' '))
                {
                    check(name, &picture, size, place);
                }
            }
            "damaged" => assert_eq!(framed, Err(FrameError::Damaged), "{name}"),
            other => panic!("{name} is {other}"),
        }
    }
}

/// Checks a colour at a place of the picture, both as numbers: `x,y=red,green,blue`.
fn check(name: &str, picture: &RgbImage, size: (u32, u32), place: &str) {
    let (at, colour) = place.split_once('=').unwrap();
    let numbers = |text: &str| {
        text.split(',')
            .map(|number| number.parse().unwrap())
            .collect::<Vec<u32>>()
    };
    let (at, wanted) = (numbers(at), numbers(colour));
    let (width, height) = GOAL.fit(size.0, size.1);
    let x = (WIDTH - width) / 2 + width * at[0] / 100;
    let y = (HEIGHT - height) / 2 + height * at[1] / 100;
    let found = picture.get_pixel(x, y).0;
    let near = found
        .iter()
        .zip(&wanted)
        .all(|(a, b)| a.abs_diff(*b as u8) <= NEAR);
    assert!(near, "{name}: {found:?} at {x},{y} is not {wanted:?}");
}
