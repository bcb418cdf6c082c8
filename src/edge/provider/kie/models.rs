//! The models of `data/models.toml`, each able to write its own request.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::rules::domain::id::ModelName;

/// The file that is compiled in.
const SHIPPED: &str = include_str!("../../../../data/models.toml");

/// Every model we know how to ask.
#[derive(Debug, Clone)]
pub struct Models(Vec<Model>);

/// One model of the provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// As the provider names it.
    pub name: ModelName,
    /// As sellers read it.
    pub title: String,
    /// The longest prompt, in characters.
    pub prompt_limit: usize,
    /// What one clip costs, in the provider's credits.
    pub credits: f64,
    image: Image,
    input: Map<String, Value>,
}

/// Where the photo's address goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    field: String,
    list: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Vec<Model>,
}

/// Why a file of models was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// Not TOML, or not of the shape the file's header describes.
    #[error("the models cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// Two models of one name.
    #[error("the model {0} stands in the file twice")]
    Twice(ModelName),
    /// A model that leaves no room for a prompt.
    #[error("the model {0} has a prompt_limit of 0")]
    NoPrompt(ModelName),
    /// A fixed input that would be overwritten.
    #[error("the model {0} sets its prompt or its image in [model.input]")]
    Overwritten(ModelName),
}

impl Models {
    /// The models that are compiled in.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("the shipped models are right")
    }

    /// Reads a file of models.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        let File { model: models } = toml::from_str(text)?;
        for (at, model) in models.iter().enumerate() {
            let name = || model.name.clone();
            if models[..at].iter().any(|other| other.name == model.name) {
                return Err(ModelsError::Twice(name()));
            }
            if model.prompt_limit == 0 {
                return Err(ModelsError::NoPrompt(name()));
            }
            if ["prompt", &model.image.field]
                .iter()
                .any(|field| model.input.contains_key(*field))
            {
                return Err(ModelsError::Overwritten(name()));
            }
        }
        Ok(Self(models))
    }

    /// The model of that name.
    pub fn get(&self, name: &ModelName) -> Option<&Model> {
        self.iter().find(|model| model.name == *name)
    }

    /// Every model, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.0.iter()
    }
}

impl Model {
    /// The whole request for one clip; `prompt` is cut to fit.
    pub fn body(&self, prompt: &str, image_url: &str, callback: Option<&str>) -> Value {
        let image = match self.image.list {
            true => json!([image_url]),
            false => json!(image_url),
        };
        let mut input = self.input.clone();
        input.insert("prompt".into(), fit(prompt, self.prompt_limit).into());
        input.insert(self.image.field.clone(), image);
        let mut body = json!({ "model": self.name, "input": input });
        if let Some(callback) = callback {
            body["callBackUrl"] = callback.into();
        }
        body
    }
}

/// `text` in at most `limit` characters: cut after a sentence, else between words, else anywhere.
///
/// A cut that would throw away more than half of the room is not worth its beauty.
pub fn fit(text: &str, limit: usize) -> &str {
    let text = text.trim();
    let Some((end, next)) = text.char_indices().nth(limit) else {
        return text;
    };
    let head = &text[..end];
    let sentence = head
        .rfind(['.', '!', '?', '…', '\n'])
        .map(|at| at + head[at..].chars().next().map_or(0, char::len_utf8));
    let word = match next.is_whitespace() {
        true => Some(end),
        false => head.rfind(char::is_whitespace),
    };
    let worth = |at: &usize| head[..*at].chars().count() * 2 >= limit;
    let cut = sentence.filter(worth).or(word.filter(worth)).unwrap_or(end);
    head[..cut].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request each model must get, field by field as in the provider's documentation.
    fn pinned() -> Vec<Value> {
        let (image, list) = (json!("https://a/b.jpg"), json!(["https://a/b.jpg"]));
        let prompt = "A cup turns.";
        vec![
            json!({"model": "sora-2-image-to-video", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_urls": list, "n_frames": "10",
                "aspect_ratio": "portrait", "remove_watermark": true}}),
            json!({"model": "bytedance/seedance-1.5-pro", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "input_urls": list, "duration": 8, "aspect_ratio": "9:16",
                "resolution": "720p", "generate_audio": true}}),
            json!({"model": "veo-3-1", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_urls": list, "duration": 8, "aspect_ratio": "9:16",
                "generation_type": "FIRST_AND_LAST_FRAMES_2_VIDEO", "resolution": "720p"}}),
            json!({"model": "grok-imagine-video-1-5-preview", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_urls": list, "duration": 10, "resolution": "720p"}}),
            json!({"model": "kling-2.6/image-to-video", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_urls": list, "duration": "10", "sound": false}}),
            json!({"model": "bytedance/seedance-2-mini", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "first_frame_url": image, "duration": 8, "aspect_ratio": "9:16",
                "resolution": "720p", "generate_audio": true}}),
            json!({"model": "hailuo/2-3-image-to-video-standard", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_url": image, "duration": "10", "resolution": "768P"}}),
            json!({"model": "wan/2-5-image-to-video", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_url": image, "duration": "10", "resolution": "720p"}}),
            json!({"model": "happyhorse-1-1/image-to-video", "callBackUrl": "https://a/c", "input": {
                "prompt": prompt, "image_urls": list, "duration": 8, "resolution": "720p"}}),
        ]
    }

    #[test]
    fn every_request_is_pinned() {
        let models = Models::shipped();
        let ask =
            |model: &Model| model.body("A cup turns.", "https://a/b.jpg", Some("https://a/c"));
        let bodies: Vec<_> = models.iter().map(ask).collect();
        assert_eq!(bodies, pinned());
    }

    #[test]
    fn without_a_callback_the_field_is_absent() {
        let body = Models::shipped().0[0].body("x", "https://a/b.jpg", None);
        assert_eq!(body.get("callBackUrl"), None);
    }

    #[test]
    fn a_long_prompt_is_cut_to_the_models_limit() {
        let models = Models::shipped();
        let wan = models
            .get(&ModelName("wan/2-5-image-to-video".into()))
            .unwrap();
        let body = wan.body(&"A cup turns. ".repeat(100), "https://a/b.jpg", None);
        let prompt = body["input"]["prompt"].as_str().unwrap();
        assert!(prompt.ends_with("turns.") && (780..=800).contains(&prompt.len()));
    }

    #[test]
    fn a_cut_falls_after_a_sentence_else_between_words_else_anywhere() {
        assert_eq!(fit(" One two. ", 8), "One two.");
        assert_eq!(fit("One two. Three four", 14), "One two.");
        assert_eq!(fit("One. two three four", 13), "One. two");
        assert_eq!(fit("One. two three four", 14), "One. two three");
        assert_eq!(fit("ёёёёё", 3), "ёёё");
        assert_eq!(fit("Да… нет, наверное", 6), "Да…");
        assert_eq!(fit("", 3), "");
    }

    #[test]
    fn a_wrong_file_is_refused() {
        let one = "[[model]]\nname='a'\ntitle='A'\nprompt_limit=9\ncredits=1\n\
                   image={field='i',list=true}\n";
        let parse = |more: &str| Models::parse(&format!("{one}{more}"));
        assert!(parse("[model.input]\n").is_ok());
        assert!(matches!(parse(""), Err(ModelsError::Shape(_))));
        let twice = format!("[model.input]\n{one}[model.input]\n");
        assert!(matches!(parse(&twice), Err(ModelsError::Twice(_))));
        let over = parse("[model.input]\ni = 'x'\n");
        assert!(matches!(over, Err(ModelsError::Overwritten(_))));
        assert!(matches!(
            parse("[model.input]\n[quux]\n"),
            Err(ModelsError::Shape(_))
        ));
    }
}
