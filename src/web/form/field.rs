//! One question of a form: how it is drawn, which answers it takes, and what was answered.

/// How a field is drawn, and what becomes of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A password; never drawn again.
    Password,
    /// A whole number.
    Number,
    /// Pounds and pence; becomes pence.
    Money,
    /// A day.
    Date,
    /// A day and time in England; becomes an instant.
    Moment,
    /// Several lines of text.
    Text,
    /// Several lines, each an item of a list.
    Lines,
    /// One of a list.
    Select,
    /// One of a list of numbers.
    SelectNumber,
    /// One of a list of values that are JSON themselves.
    SelectJson,
    /// One of a few, all visible.
    Radios,
    /// Yes or no.
    YesNo,
    /// Any of a few.
    Checkboxes,
    /// Any of a few numbers.
    CheckboxNumbers,
    /// Any of a few values that are JSON themselves.
    CheckboxesJson,
    /// One box to tick; becomes true or false.
    Tick,
    /// A file.
    File,
    /// Several files.
    Files,
    /// Not drawn.
    Hidden,
    /// Not drawn; a whole number.
    HiddenNumber,
}

/// One possible answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// The heading it stands under in a long list; empty for none.
    pub group: String,
}

impl Choice {
    /// A choice under no heading.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            group: String::new(),
        }
    }
}

/// Code values as choices, labelled by [`crate::web::words::words`].
pub fn choices(values: &[&str]) -> Vec<Choice> {
    values
        .iter()
        .map(|value| Choice::new(*value, crate::web::words::words(value)))
        .collect()
}

/// One question.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the post and, with dots for nesting, in the JSON.
    pub name: String,
    /// The question.
    pub label: String,
    /// Help under the question.
    pub hint: String,
    /// The paragraph of the Code that asks for it, such as `6.4`.
    pub rule: &'static str,
    /// How it is drawn and read.
    pub kind: Kind,
    /// Whether an answer must be given.
    pub required: bool,
    /// The possible answers.
    pub choices: Vec<Choice>,
    /// What was typed or chosen.
    pub values: Vec<String>,
    /// What is wrong with it.
    pub error: String,
    /// The browser's `autocomplete` purpose.
    pub purpose: &'static str,
    /// What a select says before anything is chosen.
    pub blank: &'static str,
}

impl Field {
    /// A required field.
    pub fn new(kind: Kind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            rule: "",
            kind,
            required: true,
            choices: Vec::new(),
            values: Vec::new(),
            error: String::new(),
            purpose: "",
            blank: "Choose",
        }
    }

    /// May be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Help under the question.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The paragraph of the Code that asks for it.
    #[must_use]
    pub fn rule(mut self, rule: &'static str) -> Self {
        self.rule = rule;
        self
    }

    /// The possible answers.
    #[must_use]
    pub fn of(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// What stands in it before anything is typed.
    #[must_use]
    pub fn with(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// The browser's `autocomplete` purpose.
    #[must_use]
    pub fn purpose(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    /// A select that narrows a list: nothing chosen means any.
    #[must_use]
    pub fn or_any(mut self) -> Self {
        self.blank = "Any";
        self
    }

    /// The single value.
    pub fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// Whether this choice is chosen.
    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|given| given == value)
    }

    /// The element's id; dots would need escaping in links.
    pub fn id(&self) -> String {
        self.name.replace('.', "-")
    }

    /// The `aria-describedby` of its hint and error; empty for none.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() || !self.rule.is_empty() {
            ids.push(format!("{}-hint", self.id()));
        }
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.id()));
        }
        ids.join(" ")
    }

    /// The `type` of its input.
    pub fn input_type(&self) -> &'static str {
        match self.kind {
            Kind::Email => "email",
            Kind::Phone => "tel",
            Kind::Password => "password",
            Kind::Date => "date",
            Kind::Moment => "datetime-local",
            Kind::File | Kind::Files => "file",
            _ => "text",
        }
    }

    /// Which markup draws it: `hidden`, `tick`, `radios`, `checkboxes`, `text`, `select`, `file` or `line`.
    pub fn shape(&self) -> &'static str {
        match self.kind {
            Kind::Hidden | Kind::HiddenNumber => "hidden",
            Kind::Tick => "tick",
            Kind::Radios | Kind::YesNo => "radios",
            Kind::Checkboxes | Kind::CheckboxNumbers | Kind::CheckboxesJson => "checkboxes",
            Kind::Text | Kind::Lines => "text",
            Kind::Select | Kind::SelectNumber | Kind::SelectJson => "select",
            Kind::File | Kind::Files => "file",
            _ => "line",
        }
    }

    /// Whether several may be chosen.
    pub fn takes_many(&self) -> bool {
        self.kind == Kind::Files
    }

    /// Whether what was typed may be drawn again.
    pub fn keeps(&self) -> bool {
        !matches!(self.kind, Kind::Password | Kind::File | Kind::Files)
    }

    /// The keyboard that a phone shows; empty for the usual one.
    pub fn keyboard(&self) -> &'static str {
        match self.kind {
            Kind::Money => "decimal",
            Kind::Number => "numeric",
            _ => "",
        }
    }

    /// Whether it is a short input that needs no full width.
    pub fn is_short(&self) -> bool {
        matches!(
            self.kind,
            Kind::Date | Kind::Moment | Kind::Money | Kind::Number
        )
    }

    /// The headings of its choices, in order.
    pub fn groups(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for choice in &self.choices {
            if !all.contains(&choice.group.as_str()) {
                all.push(&choice.group);
            }
        }
        all
    }
}
