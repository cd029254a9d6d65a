//! Two people at one form: what only the other changed is taken over, what both changed is asked about, answer by answer.

use super::{Choice, Field, Form, Kind, Posted, Section};

/// The name of the question which of two answers holds.
const TAKE: &str = "take.";
/// The name of the other's answer beside it, one for each value.
const THEIRS: &str = "theirs.";
/// What the question answers: the other's.
const OTHER: &str = "theirs";

/// What came of laying two people's answers over each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The questions whose new answers were taken over, with them.
    pub taken: Vec<(String, String)>,
    /// How many questions both answered differently.
    pub clashes: usize,
}

impl Form {
    /// Lays what was typed over what the record holds now. `then` and `now` are the same form before anything was
    /// typed, for the version that was looked at and for the present one.
    pub fn lay_over(&mut self, then: &Self, now: &Self) -> Merged {
        let mut merged = Merged::default();
        let mut asked = Vec::new();
        let answer = |form: &Self, name: &str| {
            let field = form.fields().find(|field| field.name == name);
            field.map(|field| given(&field.values)).unwrap_or_default()
        };
        for field in self.fields_mut() {
            if matches!(field.kind, Kind::File | Kind::Files | Kind::Password)
                || field.shape() == "hidden"
            {
                continue;
            }
            let (was, is) = (answer(then, &field.name), answer(now, &field.name));
            let mine = given(&field.values);
            if was == is || is == mine {
                continue;
            }
            if mine == was {
                merged.taken.push((field.label.clone(), field.shown(&is)));
                field.values = is;
                continue;
            }
            merged.clashes += 1;
            let choices = vec![
                Choice::new("mine", format!("Yours: {}", field.shown(&mine))),
                Choice::new(OTHER, format!("Theirs: {}", field.shown(&is))),
            ];
            let name = format!("{TAKE}{}", field.name);
            let ask = Field::new(Kind::Radios, name, field.label.clone()).of(choices);
            asked.push(ask.with("mine"));
            for value in is {
                let name = format!("{THEIRS}{}", field.name);
                asked.push(Field::new(Kind::Hidden, name, "").with(value));
            }
        }
        if !asked.is_empty() {
            let intro = "You and somebody else answered these differently. Choose which answer holds; the form below \
                         still has yours.";
            let section = Section::of("Changed by both of you", intro, false, asked);
            self.sections.insert(0, section);
        }
        merged
    }
}

/// What was really answered: an empty text is no answer.
fn given(values: &[String]) -> Vec<String> {
    let given = values.iter().filter(|value| !value.trim().is_empty());
    given.cloned().collect()
}

impl Posted {
    /// The answers with those of the other person where they were chosen.
    #[must_use]
    pub fn settled(mut self) -> Self {
        let taken: Vec<String> = self
            .0
            .iter()
            .filter(|(name, value)| name.starts_with(TAKE) && value == OTHER)
            .map(|(name, _)| name[TAKE.len()..].to_owned())
            .collect();
        for name in taken {
            let theirs = self.all(&format!("{THEIRS}{name}"));
            self.0.retain(|(other, _)| *other != name);
            self.0
                .extend(theirs.into_iter().map(|value| (name.clone(), value)));
        }
        self.0
            .retain(|(name, _)| !name.starts_with(TAKE) && !name.starts_with(THEIRS));
        self
    }
}

impl Field {
    /// Values of this question in words.
    fn shown(&self, values: &[String]) -> String {
        if values.is_empty() {
            return "nothing".into();
        }
        let word = |value: &String| {
            let choice = self.choices.iter().find(|choice| choice.value == *value);
            choice.map_or_else(|| value.clone(), |choice| choice.label.clone())
        };
        values.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn form(name: &str, phone: &str, ways: &[&str]) -> Form {
        let mut form = Form::new(
            "/x",
            "Save",
            vec![
                Field::new(Kind::Line, "p.name", "Name").with(name),
                Field::new(Kind::Line, "p.phone", "Telephone").with(phone),
                Field::new(Kind::Checkboxes, "ways", "Ways").of(vec![
                    Choice::new("a", "By post"),
                    Choice::new("b", "By phone"),
                ]),
            ],
        );
        ways.iter().for_each(|way| form.set("ways", way));
        form
    }

    fn value(form: &Form, name: &str) -> Vec<String> {
        let field = form.fields().find(|field| field.name == name);
        field.unwrap().values.clone()
    }

    #[test]
    fn what_only_the_other_changed_is_taken_and_what_only_i_changed_stays() {
        let then = form("Amara", "1", &["a"]);
        let now = form("Amara", "2", &["a"]);
        let mut mine = form("Amara Okonjo", "1", &["a"]);
        let merged = mine.lay_over(&then, &now);
        assert_eq!(merged.taken, [("Telephone".to_owned(), "2".to_owned())]);
        assert_eq!(merged.clashes, 0);
        assert_eq!(value(&mine, "p.name"), ["Amara Okonjo"]);
        assert_eq!(value(&mine, "p.phone"), ["2"]);
        assert_eq!(mine.sections.len(), 1);
    }

    #[test]
    fn what_both_changed_is_asked_and_either_answer_can_hold() {
        let then = form("Amara", "1", &["a"]);
        let now = form("Amara O.", "1", &["b"]);
        let mut mine = form("Amara Okonjo", "1", &["a", "b"]);
        let merged = mine.lay_over(&then, &now);
        assert_eq!((merged.clashes, merged.taken.len()), (2, 0));
        let ask = mine.sections[0].fields.iter();
        let labels: Vec<_> = ask
            .flat_map(|field| field.choices.iter().map(|choice| choice.label.as_str()))
            .collect();
        assert_eq!(
            labels,
            [
                "Yours: Amara Okonjo",
                "Theirs: Amara O.",
                "Yours: By post, By phone",
                "Theirs: By phone"
            ]
        );
        let sent = |take: &str| {
            let pairs = [
                ("take.ways", take),
                ("theirs.ways", "b"),
                ("take.p.name", "mine"),
                ("theirs.p.name", "Amara O."),
                ("p.name", "Amara Okonjo"),
                ("ways", "a"),
                ("ways", "b"),
            ];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Posted(pairs.into()).settled()
        };
        assert_eq!(sent("theirs").all("ways"), ["b"]);
        assert_eq!(sent("mine").all("ways"), ["a", "b"]);
        let settled = sent("theirs");
        assert_eq!(settled.get("p.name"), "Amara Okonjo");
        assert!(settled.0.iter().all(|(name, _)| !name.contains("take.")));
    }

    #[test]
    fn the_same_answer_twice_is_no_clash() {
        let then = form("Amara", "1", &[]);
        let now = form("Amara", "2", &[]);
        let mut mine = form("Amara", "2", &[]);
        assert_eq!(mine.lay_over(&then, &now), Merged::default());
    }
}
