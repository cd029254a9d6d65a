//! Answers: a rendered page, a redirect after a post, a page that says what went wrong.

use super::case_page::Gap;
use super::form::Form;
use super::frame::Frame;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// A page with one form on it.
#[derive(Template)]
#[template(path = "form_page.html")]
pub struct FormPage {
    /// Around it.
    pub frame: Frame,
    /// Its heading.
    pub title: String,
    /// A sentence under the heading.
    pub intro: String,
    /// Where the way back leads; empty for none.
    pub back: String,
    /// Its words.
    pub back_label: String,
    /// What letters and calls to the resident of the case must respect.
    pub care: Vec<String>,
    /// The form.
    pub form: Form,
}

impl FormPage {
    /// The page, with 422 and "Error:" in its title when the form holds problems.
    pub fn answer(self) -> Response {
        let status = if self.form.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        self.answer_as(status)
    }

    /// The page with a status that says more.
    pub fn answer_as(mut self, status: StatusCode) -> Response {
        self.frame.trouble = !self.form.problems.is_empty();
        render(status, &self)
    }
}

/// A page that only says something: not found, not allowed, failed.
#[derive(Clone, Template)]
#[template(path = "message.html")]
pub struct Message {
    /// Around it.
    pub frame: Frame,
    /// Its heading.
    pub title: String,
    /// What to do now.
    pub text: String,
    /// The identifier to quote when asking for help; empty for none.
    pub incident: String,
}

impl Message {
    /// The page as an answer. One about a fault of ours gets the request's number on its way out.
    pub fn answer(self, status: StatusCode) -> Response {
        let mut response = render(status, &self);
        if status.is_server_error() {
            response.extensions_mut().insert(self);
        }
        response
    }
}

/// Log a complaint.
#[derive(Template)]
#[template(path = "log.html")]
pub struct LogPage {
    /// Around it.
    pub frame: Frame,
    /// By when it must be acknowledged and answered.
    pub due: String,
    /// Complaints that the person began and did not log.
    pub begun: Vec<Begun>,
    /// Open cases that may be the same.
    pub same: Vec<Same>,
    /// The form.
    pub form: Form,
}

/// A complaint that somebody began to log.
pub struct Begun {
    /// Where it goes on.
    pub href: String,
    /// Its draft.
    pub slot: String,
    /// The resident.
    pub name: String,
    /// What it is about, shortened.
    pub about: String,
    /// When it was kept last.
    pub when: String,
}

/// An open case that may be about the same.
pub struct Same {
    /// Its page.
    pub href: String,
    /// `C-2026-0042`.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Who, since when, where it stands.
    pub about: String,
}

/// Make a bundle.
#[derive(Template)]
#[template(path = "bundle.html")]
pub struct BundlePage {
    /// Around it.
    pub frame: Frame,
    /// The format.
    pub title: String,
    /// What it is for.
    pub lede: String,
    /// The case.
    pub reference: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// What goes in.
    pub form: Form,
    /// What is still missing.
    pub gaps: Vec<Gap>,
    /// Other cases of the same resident.
    pub others: Vec<Way>,
    /// The other formats.
    pub ways: Vec<Way>,
    /// What left before, the last first.
    pub sent: Vec<Sent>,
}

/// What left a case before.
pub struct Sent {
    /// When, and by whom.
    pub when: String,
    /// The format and how much of the case.
    pub what: String,
    /// How large it was.
    pub size: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How much the case has gained since, as a sentence.
    pub since: String,
}

/// A way in which a case leaves.
pub struct Way {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub about: String,
}

/// Someone else changed the case in the meantime; what was typed is kept.
#[derive(Template)]
#[template(path = "clash.html")]
pub struct ClashPage {
    /// Around it.
    pub frame: Frame,
    /// The case.
    pub reference: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// What happened since.
    pub since: Vec<String>,
    /// Answers of the form that somebody else changed and the person did not, with what they are now.
    pub taken: Vec<(String, String)>,
    /// The command.
    pub title: String,
    /// The form with the text and the new version.
    pub form: Form,
}

/// What giving cases to someone would do.
#[derive(Template)]
#[template(path = "give.html")]
pub struct GivePage {
    /// Around it.
    pub frame: Frame,
    /// The list that they were ticked on.
    pub back: String,
    /// Who was chosen.
    pub to: String,
    /// The cases.
    pub lines: Vec<Given>,
    /// What does it.
    pub form: Form,
    /// Whether any of them goes.
    pub some: bool,
}

/// A case that is to be given to someone.
pub struct Given {
    /// `C-2026-0042`.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Who has it; empty for nobody.
    pub from: String,
    /// Who gets it; empty when it stays.
    pub to: String,
    /// Why it stays; empty when it goes.
    pub why_not: String,
}

/// About Redress and whose work is in it.
#[derive(Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    /// Around it.
    pub frame: Frame,
    /// Our version.
    pub version: &'static str,
    /// What runs in the sandbox: what it is, its name, its hash.
    pub plugins: Vec<(&'static str, String, String)>,
    /// Name and text of each licence.
    pub licences: Vec<(&'static str, &'static str)>,
}

/// The licences of what the pages are made of.
pub const LICENCES: [(&str, &str); 3] = [
    (
        "govuk-frontend, the kit of form parts",
        include_str!("assets/licences/govuk-frontend.txt"),
    ),
    (
        "Public Sans, the typeface",
        include_str!("assets/licences/public-sans.txt"),
    ),
    (
        "Lucide, the icons",
        include_str!("assets/licences/lucide.txt"),
    ),
];

/// Renders a template with a status.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The page could not be drawn. Go back and try again.",
            )
                .into_response()
        }
    }
}

/// The answer to a post that worked: look at `to`.
pub fn see(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
