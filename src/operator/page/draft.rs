//! Drafts of deeds as forms: every deed is read and written in the same fields.

use super::form::Form;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::deed::{self, DeedKind, Resting};
use crate::rules::domain::id::{Fingerprint, JobId, ModelName, UserId};

/// Reads a form; what is missing is found when the draft becomes a deed.
pub fn read(form: &Form) -> Result<Draft, Refusal> {
    let kind = DeedKind::named(form.get("deed")).ok_or(Refusal::Foreign)?;
    let number = |said: &str| said.parse::<u64>().map_err(|_| Refusal::Foreign);
    let resting = match (form.get("key"), form.get("model")) {
        ("", "") => None,
        ("", model) => Some(Resting::Model(ModelName(model.to_owned()))),
        (key, _) => Some(Resting::Key(
            Fingerprint::parse(key).ok_or(Refusal::Foreign)?,
        )),
    };
    Ok(Draft {
        user: field(form, "user", number)?.map(UserId),
        job: field(form, "job", number)?.map(JobId),
        credits: field(form, "credits", deed::amount_said)?,
        why: field(form, "why", deed::reason)?,
        resting,
        hours: field(form, "hours", deed::hours)?,
        ..Draft::new(kind)
    })
}

fn field<T>(
    form: &Form,
    name: &str,
    read: impl FnOnce(&str) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    let said = form.get(name);
    (!said.is_empty()).then(|| read(said)).transpose()
}

/// The same as the fields of a form.
pub fn fields(draft: &Draft) -> Vec<(&'static str, String)> {
    let mut fields = vec![("deed", draft.kind.word().to_owned())];
    fields.extend(draft.user.map(|user| ("user", user.to_string())));
    fields.extend(draft.job.map(|job| ("job", job.to_string())));
    fields.extend(
        draft
            .credits
            .map(|credits| ("credits", credits.to_string())),
    );
    fields.extend(draft.why.clone().map(|why| ("why", why)));
    fields.extend(
        draft
            .resting
            .as_ref()
            .map(|what| (what.kind(), what.to_string())),
    );
    fields.extend(draft.hours.map(|hours| ("hours", hours.to_string())));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(said: &str) -> Result<Draft, Refusal> {
        let draft = read(&Form::read(said.as_bytes()))?;
        draft.deed().map_err(|field| field.refusal())?;
        Ok(draft)
    }

    #[test]
    fn what_a_confirmation_repeats_is_what_was_wanted() {
        for said in [
            "deed=grant&user=1001&credits=5&why=paid",
            "deed=grant&user=1001&credits=-5&why=%D0%B4%D0%B0",
            "deed=ban&user=1&why=spam",
            "deed=unban&user=1",
            "deed=refund&job=17&why=blurred",
            "deed=hurry&job=17",
            "deed=reorder&job=17&why=our+fault",
            "deed=cancel&job=17&why=asked",
            "deed=pause&why=night",
            "deed=resume",
            "deed=rest&model=sora-2&hours=24",
            "deed=wake&key=00ff00ff00ff00ff",
        ] {
            let draft = read_text(said).unwrap();
            let mut again = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields(&draft) {
                again.append_pair(name, &value);
            }
            assert_eq!(again.finish(), said);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (said, refusal) in [
            ("deed=grant&user=1&credits=0&why=a", Refusal::Amount),
            ("deed=grant&user=1&credits=1.5&why=a", Refusal::Amount),
            ("deed=grant&user=1&why=a", Refusal::Amount),
            ("deed=grant&user=1&credits=1&why=+", Refusal::Reason),
            ("deed=grant&user=anna&credits=1&why=a", Refusal::Foreign),
            ("deed=ban&user=1&why=%0A", Refusal::Reason),
            ("deed=ban&user=1", Refusal::Reason),
            ("deed=rest&model=a&hours=0", Refusal::Hours),
            ("deed=rest&hours=1", Refusal::Foreign),
            ("deed=wake&key=00ff", Refusal::Foreign),
            ("deed=broadcast", Refusal::NeedText),
            ("deed=erase", Refusal::Foreign),
            ("", Refusal::Foreign),
        ] {
            assert_eq!(read_text(said), Err(refusal), "{said}");
        }
    }
}
