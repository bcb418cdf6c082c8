//! What a visitor does and sees on a page.

use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::browser::{Browser, PATIENCE};

/// Between two looks.
const GLANCE: Duration = Duration::from_millis(25);
/// More stops than a whole page has.
const MANY_TABS: usize = 150;

/// One visit: a page in the browser.
pub struct Visit<'a> {
    /// The browser with its window.
    pub browser: &'a Browser,
    /// What is done in it.
    pub client: &'a Client,
}

impl Visit<'_> {
    pub async fn asks(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Waits until the script answers something that is true.
    pub async fn until(&self, script: &str, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        let truth = format!("return Boolean((() => {{ {script} }})())");
        while self.asks(&truth).await != Value::Bool(true) {
            assert!(Instant::now() < deadline, "waited in vain for {what}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Clicks as a hand does: what is hidden, covered or moving cannot be clicked yet.
    pub async fn clicks_at(&self, at: Locator<'_>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let clicked = match self.client.find(at).await {
                Ok(found) => found.click().await,
                Err(missing) => Err(missing),
            };
            match clicked {
                Ok(()) => return,
                Err(error) => assert!(Instant::now() < deadline, "cannot click {at:?}: {error}"),
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    pub async fn clicks(&self, css: &str) {
        self.clicks_at(Locator::Css(css)).await;
    }

    pub async fn text(&self, css: &str) -> String {
        let wanted = self.client.wait().at_most(PATIENCE).every(GLANCE);
        wanted
            .for_element(Locator::Css(css))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// Waits until something says this; a click may still be on its way to the next page.
    pub async fn says(&self, css: &str, text: &str) {
        let (css_word, wanted) = (serde_json::json!(css), serde_json::json!(text));
        let says =
            format!("return document.querySelector({css_word})?.innerText.trim() === {wanted}");
        self.until(&says, &format!("«{text}» in {css}")).await;
    }

    pub async fn types(&self, keys: impl ToString) {
        // As a keyboard does: to whatever has the focus. Shift is held for what follows it.
        const SHIFT: char = '\u{e008}';
        let mut strokes = KeyActions::new("keyboard".to_owned());
        let keys = keys.to_string();
        for value in keys.chars() {
            strokes = strokes.then(KeyAction::Down { value });
            if value != SHIFT {
                strokes = strokes.then(KeyAction::Up { value });
            }
        }
        if keys.contains(SHIFT) {
            strokes = strokes.then(KeyAction::Up { value: SHIFT });
        }
        self.client.perform_actions(strokes).await.unwrap();
    }

    /// What has the focus, by its name for tests, else by its words.
    pub async fn focus(&self) -> String {
        let script = "return document.activeElement.dataset.test ?? document.activeElement.textContent.slice(0, 40)";
        self.asks(script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub async fn tabs_to(&self, css: &str, key: Key) {
        self.tabs_until(
            &format!("document.activeElement.matches({})", json!(css)),
            &key.to_string(),
        )
        .await;
    }

    pub async fn tabs_until(&self, there: &str, keys: &str) {
        for _ in 0..MANY_TABS {
            self.types(keys).await;
            if self.asks(&format!("return {there}")).await == Value::Bool(true) {
                return;
            }
        }
        panic!("the focus never comes to where {there}");
    }

    /// Nothing sticks out to the side.
    pub async fn fits(&self, what: &str) {
        let script = "const wide = [...document.querySelectorAll('body, .scroll, .pane, .panel, .phone')]
                .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth)
                .map((node) => `${node.className || node.tagName} ${node.scrollWidth} > ${node.clientWidth}`);
            if (document.documentElement.scrollWidth > innerWidth) wide.push('the page');
            return wide";
        assert_eq!(self.asks(script).await, json!([]), "too wide: {what}");
    }
}
