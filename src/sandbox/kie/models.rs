//! What each model takes, field by field, by the provider's documentation of 2026-10.

use serde_json::{Map, Value};

/// What a field may hold.
pub(super) enum Shape {
    /// A string of at most so many characters.
    Text(usize),
    /// One http or https address.
    Address,
    /// A list of addresses, at least and at most so many.
    Addresses(usize, usize),
    /// One of these strings.
    One(&'static [&'static str]),
    /// A whole number, at least and at most.
    Whole(i64, i64),
    /// One of these numbers.
    Among(&'static [i64]),
    Bool,
}

pub(super) struct Field {
    name: &'static str,
    needed: bool,
    shape: Shape,
}

pub(super) struct Model {
    pub(super) name: &'static str,
    /// Credits of a task, about.
    pub(super) price: f64,
    fields: &'static [Field],
}

/// Why an input is refused.
#[derive(Debug, PartialEq)]
pub(super) struct Mistake {
    pub(super) code: u16,
    /// What the provider says.
    pub(super) message: &'static str,
    /// What the caller did.
    pub(super) field: String,
}

const fn needed(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        needed: true,
        shape,
    }
}

const fn free(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        needed: false,
        shape,
    }
}

const RATIOS: Shape = Shape::One(&["9:16", "16:9", "1:1", "4:3", "3:4", "21:9"]);

pub(super) const MODELS: [Model; 9] = [
    Model {
        name: "sora-2-image-to-video",
        price: 30.0,
        fields: &[
            needed("prompt", Shape::Text(10_000)),
            needed("image_urls", Shape::Addresses(1, 1)),
            free("aspect_ratio", Shape::One(&["portrait", "landscape"])),
            free("n_frames", Shape::One(&["10", "15"])),
            free("remove_watermark", Shape::Bool),
        ],
    },
    Model {
        name: "bytedance/seedance-1.5-pro",
        price: 56.0,
        fields: &[
            needed("prompt", Shape::Text(20_000)),
            free("input_urls", Shape::Addresses(0, 2)),
            needed("aspect_ratio", RATIOS),
            needed("duration", Shape::Whole(4, 12)),
            free("resolution", Shape::One(&["480p", "720p", "1080p"])),
            free("generate_audio", Shape::Bool),
        ],
    },
    Model {
        name: "veo-3-1",
        price: 65.0,
        fields: &[
            needed("prompt", Shape::Text(20_000)),
            needed("image_urls", Shape::Addresses(1, 2)),
            needed(
                "generation_type",
                Shape::One(&["FIRST_AND_LAST_FRAMES_2_VIDEO"]),
            ),
            free("duration", Shape::Among(&[4, 6, 8])),
            free("aspect_ratio", Shape::One(&["9:16", "16:9"])),
            free("resolution", Shape::One(&["720p", "1080p", "4k"])),
        ],
    },
    Model {
        name: "grok-imagine-video-1-5-preview",
        price: 45.0,
        fields: &[
            needed("prompt", Shape::Text(4096)),
            needed("image_urls", Shape::Addresses(1, 7)),
            free("duration", Shape::Whole(1, 15)),
            free("aspect_ratio", RATIOS),
            free("resolution", Shape::One(&["480p", "720p"])),
        ],
    },
    Model {
        name: "kling-2.6/image-to-video",
        price: 110.0,
        fields: &[
            needed("prompt", Shape::Text(1000)),
            needed("image_urls", Shape::Addresses(1, 1)),
            needed("duration", Shape::One(&["5", "10"])),
            needed("sound", Shape::Bool),
        ],
    },
    Model {
        name: "bytedance/seedance-2-mini",
        price: 164.0,
        fields: &[
            needed("prompt", Shape::Text(20_000)),
            needed("first_frame_url", Shape::Address),
            free("duration", Shape::Whole(4, 15)),
            free("aspect_ratio", RATIOS),
            free("resolution", Shape::One(&["480p", "720p"])),
            free("generate_audio", Shape::Bool),
        ],
    },
    Model {
        name: "hailuo/2-3-image-to-video-standard",
        price: 50.0,
        fields: &[
            needed("prompt", Shape::Text(5000)),
            needed("image_url", Shape::Address),
            free("duration", Shape::One(&["6", "10"])),
            free("resolution", Shape::One(&["768P", "1080P"])),
        ],
    },
    Model {
        name: "wan/2-5-image-to-video",
        price: 120.0,
        fields: &[
            needed("prompt", Shape::Text(800)),
            needed("image_url", Shape::Address),
            free("duration", Shape::One(&["5", "10"])),
            free("resolution", Shape::One(&["720p", "1080p"])),
        ],
    },
    Model {
        name: "happyhorse-1-1/image-to-video",
        price: 180.0,
        fields: &[
            needed("prompt", Shape::Text(5000)),
            needed("image_urls", Shape::Addresses(1, 1)),
            free("duration", Shape::Whole(3, 15)),
            free("resolution", Shape::One(&["720p", "1080p"])),
        ],
    },
];

pub(super) fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

impl Model {
    /// Checks an input as strictly as can be: what the provider would silently ignore is a mistake here.
    pub(super) fn check(&self, input: &Map<String, Value>) -> Result<(), Mistake> {
        for field in self.fields {
            match input.get(field.name) {
                None if field.needed => {
                    return Err(Mistake {
                        code: 500,
                        message: "This field is required",
                        field: field.name.to_owned(),
                    });
                }
                None => {}
                Some(value) => field.check(value)?,
            }
        }
        let known = |name: &&String| self.fields.iter().all(|field| field.name != name.as_str());
        match input.keys().find(known) {
            Some(unknown) => Err(Mistake {
                code: 422,
                message: "Unknown input field",
                field: unknown.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The first photo of a checked input.
    pub(super) fn photo_url(input: &Map<String, Value>) -> Option<String> {
        let names = ["image_urls", "input_urls", "image_url", "first_frame_url"];
        let found = names.iter().find_map(|name| input.get(*name))?;
        let first = found.get(0).unwrap_or(found);
        first.as_str().map(str::to_owned)
    }
}

impl Field {
    fn check(&self, value: &Value) -> Result<(), Mistake> {
        let mistake = |code, message| {
            Err(Mistake {
                code,
                message,
                field: self.name.to_owned(),
            })
        };
        let mistyped = || mistake(422, "Wrong type of a field");
        let out_of_range = || mistake(500, "Value must be within the specified range");
        let not_an_option = || mistake(500, "The value is not within the range of allowed options");
        match (&self.shape, value) {
            (Shape::Text(limit), Value::String(text)) => match text.chars().count() {
                0 => mistake(500, "This field is required"),
                long if long > *limit => {
                    mistake(500, "The text length cannot exceed the maximum limit")
                }
                _ => Ok(()),
            },
            (Shape::Address, Value::String(text)) if is_address(text) => Ok(()),
            (Shape::Addresses(least, most), Value::Array(list)) => {
                let good = |it: &Value| it.as_str().is_some_and(is_address);
                match list.iter().all(good) {
                    false => mistyped(),
                    true if (*least..=*most).contains(&list.len()) => Ok(()),
                    true => out_of_range(),
                }
            }
            (Shape::One(options), Value::String(text)) => match options.contains(&text.as_str()) {
                true => Ok(()),
                false => not_an_option(),
            },
            (Shape::Whole(least, most), Value::Number(number)) => match number.as_i64() {
                Some(it) if (*least..=*most).contains(&it) => Ok(()),
                _ => out_of_range(),
            },
            (Shape::Among(options), Value::Number(number)) => match number.as_i64() {
                Some(it) if options.contains(&it) => Ok(()),
                _ => not_an_option(),
            },
            (Shape::Bool, Value::Bool(_)) => Ok(()),
            _ => mistyped(),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
