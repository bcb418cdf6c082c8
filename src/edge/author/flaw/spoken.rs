//! How an answer speaks: its first sentences, and whether they are those of one who films.

use crate::edge::author::words::Words;

/// Words of whoever films, in several languages, by their beginnings.
const FILMING: Words = Words(
    "camera|close-up|closeup|close up|shot|lens|zoom|push in|pushes in|pans |panning|tilt|dolly|handheld|\
    9:16|vertical|light|frame|hand |hands |fingers|steam|slow motion|focus|macro|foreground|background|\
    glides|slowly|voice-over|voiceover|lifts|turns|pours|slides|spins|rotates|glow|rises|curls|falls |splash|\
    sparkl|shadow|поднима|повора|вращ|наливает|открывает|луч |лучи|лучах|блик|капл|музык|камер|кадр|крупн|план|свет|рук|вертикальн|съёмк|съемк|\
    фокус|фон |фоне|наезд|медленно|голос|kamera|licht|nahaufnahme|cámara|luz|plano|caméra|lumière|镜头|光|画面|特写|\
    カメラ|카메라|câmera|światł",
);

/// Whether it speaks as one who films: by two different words at least.
pub fn films(spoken: &str) -> bool {
    FILMING
        .each()
        .filter(|word| spoken.contains(word))
        .nth(1)
        .is_some()
}

/// The first sentences, as far as a remark goes.
pub fn opening(spoken: &str, sentences: usize) -> &str {
    const LONGEST: usize = 320;
    let mut ends = spoken.match_indices(['.', '!', '?', '。', '！', '？']);
    let end = ends.nth(sentences - 1).map(|(at, mark)| at + mark.len());
    let limit = spoken.char_indices().nth(LONGEST).map(|(at, _)| at);
    let whole = spoken.len();
    &spoken[..end.unwrap_or(whole).min(limit.unwrap_or(whole))]
}
