//! Residents as other systems know them, for whoever is logging a complaint: found by a few words, and read into what
//! a case holds of a resident. Nothing here decides that somebody is the caller; a person does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::Sheet;
use super::{Source, query_document};
use crate::domain::party::{ContactWay, Party, Tenure};
use crate::plugins::{
    Cause, Failure, LinkQuery, LinkRecord, Manifest, Plugin, PluginHost, RunError,
};

/// How long one source may take: somebody is on the telephone.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// Residents that are asked of one source.
const MOST: u32 = 25;

/// A resident as a linked system, or an earlier case, knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resident {
    /// The link it was found in; empty for an earlier case.
    pub source: String,
    /// Its identifier there.
    pub external_id: String,
    /// Full name.
    pub name: String,
    /// What they like to be called.
    pub preferred_name: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// How they want to be reached.
    pub preferred_contact: Option<ContactWay>,
    /// Their language, where it is not English.
    pub language: Option<String>,
    /// What they need, in the words of the other system.
    pub adjustments: Vec<String>,
    /// How they hold the home.
    pub tenure: Option<Tenure>,
    /// The person's number.
    pub person_ref: Option<String>,
    /// The tenancy's number.
    pub tenancy_ref: Option<String>,
    /// The property's number.
    pub property_ref: Option<String>,
}

impl Resident {
    /// A record of the kind `person`; none when it names nobody.
    pub fn of(source: &str, record: &LinkRecord) -> Option<Self> {
        if record.kind != "person" {
            return None;
        }
        let sheet = Sheet::read(&record.document);
        let get = |name: &str| {
            let found = sheet.get(name).map(str::trim);
            found.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let plain = get("name").unwrap_or_else(|| record.title.trim().to_owned());
        if plain.is_empty() {
            return None;
        }
        let name = match get("title") {
            Some(title) if !plain.to_lowercase().starts_with(&title.to_lowercase()) => {
                format!("{title} {plain}")
            }
            _ => plain,
        };
        let language = get("language").filter(|language| {
            let lower = language.to_lowercase();
            !lower.starts_with("en") && !lower.starts_with("not ")
        });
        Some(Self {
            source: source.to_owned(),
            external_id: record.id.clone(),
            name,
            preferred_name: get("preferred_name"),
            address: get("address"),
            phone: get("phone"),
            email: get("email"),
            preferred_contact: get("preferred_channel").as_deref().and_then(way),
            language,
            adjustments: get("adjustments")
                .map(|text| needs(&text))
                .unwrap_or_default(),
            tenure: get("tenure_type").as_deref().and_then(tenure),
            person_ref: get("person_ref"),
            tenancy_ref: get("tenancy_ref"),
            property_ref: get("property_ref"),
        })
    }

    /// The resident of an earlier case.
    pub fn of_case(party: &Party) -> Self {
        let needs = party.active_adjustments().map(|need| need.need.clone());
        Self {
            name: party.name.clone(),
            address: party.address.clone(),
            phone: party.phone.clone(),
            email: party.email.clone(),
            preferred_contact: Some(party.preferred_contact),
            adjustments: needs.collect(),
            tenure: Some(party.tenure).filter(|tenure| *tenure != Tenure::Unknown),
            person_ref: party.person_ref.clone(),
            tenancy_ref: party.tenancy_ref.clone(),
            property_ref: party.property_ref.clone(),
            ..Self::default()
        }
    }

    /// Whether both are surely one person: the same number, or the same name at the same address.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.person_ref, &other.person_ref) {
            (Some(a), Some(b)) => plain(a) == plain(b),
            _ => {
                let home = |one: &Self| one.address.as_deref().map(plain);
                plain(&self.name) == plain(&other.name) && home(self) == home(other)
            }
        }
    }
}

/// Letters and digits only, in lower case.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// How somebody wants to be reached, from the other system's word for it.
fn way(text: &str) -> Option<ContactWay> {
    let text = plain(text);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(match () {
        () if has(&["email"]) => ContactWay::Email,
        () if has(&["sms", "text"]) => ContactWay::Sms,
        () if has(&["phone", "mobile", "call"]) => ContactWay::Phone,
        () if has(&["letter", "post", "mail"]) => ContactWay::Letter,
        () if has(&["portal", "online", "app"]) => ContactWay::Portal,
        () if has(&["person", "visit", "face"]) => ContactWay::InPerson,
        () => return None,
    })
}

/// How a home is held, from the other system's word for it. The narrower word comes first.
fn tenure(text: &str) -> Option<Tenure> {
    let text = plain(text);
    let known = [
        ("assuredshorthold", Tenure::AssuredShorthold),
        ("starter", Tenure::Starter),
        ("introductory", Tenure::Introductory),
        ("demoted", Tenure::Demoted),
        ("nonsecure", Tenure::Other),
        ("assured", Tenure::Assured),
        ("secure", Tenure::Secure),
        ("licen", Tenure::Licence),
        ("sharedowner", Tenure::SharedOwner),
        ("leasehold", Tenure::Leaseholder),
        ("freehold", Tenure::Freeholder),
        ("former", Tenure::FormerResident),
        ("applicant", Tenure::Applicant),
    ];
    let found = known.into_iter().find(|(word, _)| text.contains(word));
    found.map(|(_, tenure)| tenure)
}

/// What is needed, each by our word for it where we have one.
fn needs(text: &str) -> Vec<String> {
    const KNOWN: &[(&str, &str)] = &[
        ("largeprint", "large_print"),
        ("braille", "braille"),
        ("easyread", "easy_read"),
        ("audio", "audio"),
        ("translat", "translation"),
        ("interpret", "interpreter"),
        ("signlanguage", "sign_language"),
        ("bsl", "sign_language"),
        ("moretime", "more_time"),
        ("phonenotletter", "phone_not_letter"),
    ];
    let mut all = Vec::new();
    for need in text.split([';', ',', '|', '\n']) {
        let short = plain(need);
        if short.is_empty() || matches!(short.as_str(), "none" | "no" | "na") {
            continue;
        }
        let known = KNOWN.iter().find(|(word, _)| short.contains(word));
        let word = known.map_or_else(|| need.trim().to_owned(), |(_, ours)| (*ours).to_owned());
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// Which adapters can search for residents, by what their manifests say; each is asked once.
#[derive(Debug, Default)]
pub struct Finders {
    known: Mutex<BTreeMap<String, bool>>,
}

impl Finders {
    /// Whether this adapter can. One that cannot say so cannot.
    pub async fn can(&self, host: &PluginHost, plugin: &Plugin) -> bool {
        let known = |all: &Mutex<BTreeMap<String, bool>>| {
            let all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(plugin.sha256()).copied()
        };
        if let Some(can) = known(&self.known) {
            return can;
        }
        let described = match host.describe(plugin).await {
            Ok(described) => described,
            Err(error) => {
                tracing::warn!(plugin = plugin.name(), %error, "an adapter does not say what it can do");
                return false;
            }
        };
        let manifest = described.manifest.map(|text| Manifest::read(&text));
        let can = matches!(manifest, Some(Ok(manifest)) if manifest.finds_residents);
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(plugin.sha256().to_owned(), can);
        can
    }
}

/// How a source took part in a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It answered.
    Answered,
    /// It keeps nothing that people could be looked for in; what is linked comes all the same.
    NothingToSearch,
    /// Its files are read for the first time; whom it found is not everybody yet.
    BeingRead,
    /// It gave no answer.
    Failed,
}

/// What a source answered to a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// The source.
    pub source: String,
    /// Whom it knows by these words, the likeliest first.
    pub residents: Vec<Resident>,
    /// Whether it knows more.
    pub more: bool,
    /// How it took part.
    pub part: Part,
    /// Why it gave no answer, in a sentence.
    pub failure: Option<String>,
}

impl Searched {
    /// A source that gave no answer.
    pub fn failed(source: &str, failure: String) -> Self {
        Self {
            source: source.to_owned(),
            residents: Vec::new(),
            more: false,
            part: Part::Failed,
            failure: Some(failure),
        }
    }
}

/// Asks a source for residents by a few words, within [`PATIENCE`].
pub async fn search(
    host: &PluginHost,
    source: &Source,
    text: &str,
    now: DateTime<Utc>,
) -> Searched {
    let failed = |why| Searched::failed(&source.name, why);
    let asked = async {
        let query = super::Query::text(text);
        let asked = LinkQuery {
            document: query_document(&query).map_err(failed)?,
            limit: MOST,
            cursor: None,
        };
        let mut job = source.job(now).await.map_err(failed)?;
        // Within it, so that it can still say what it waits for.
        let limits = &mut job.run.limits;
        limits.wall = limits.wall.min(PATIENCE.mul_f32(0.9));
        let answer = host.link_find(&source.plugin, job, asked).await;
        answer.map_err(|error| Searched {
            part: part(&error),
            ..failed(error.cause.to_string())
        })
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok((page, log))) => Searched {
            source: source.name.clone(),
            residents: page
                .records
                .iter()
                .filter_map(|one| Resident::of(&source.name, one))
                .collect(),
            more: page.next.is_some(),
            part: if log.preparing {
                Part::BeingRead
            } else {
                Part::Answered
            },
            failure: None,
        },
        Ok(Err(searched)) => searched,
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            failed(format!("It gave no answer in {seconds} seconds."))
        }
    }
}

/// What a run that failed says of its source. One that opened no file and asked no other system had nothing to look
/// in.
fn part(error: &RunError) -> Part {
    let log = &error.log;
    let unavailable = matches!(error.cause, Cause::Failed(Failure::Unavailable(_)));
    match () {
        () if log.preparing => Part::BeingRead,
        () if unavailable && log.files == 0 && log.calls.is_empty() => Part::NothingToSearch,
        () => Part::Failed,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record(fields: serde_json::Value) -> LinkRecord {
        LinkRecord {
            id: "P-7".into(),
            kind: "person".into(),
            title: "Amara Okonjo".into(),
            document: serde_json::json!({
                "schema": "redress-link-record/1", "kind": "person", "id": "P-7", "person_ref": "P-7",
                "property_ref": "00700123", "fields": fields,
            })
            .to_string(),
        }
    }

    #[test]
    fn a_person_is_read_into_what_a_case_holds() {
        let fields = serde_json::json!({
            "name": "Amara Okonjo", "title": "Ms", "phone": "07700 900123", "preferred_channel": "E-mail",
            "language": "Igbo", "adjustments": "Large print; yellow paper, BSL interpreter; none",
            "tenure_type": "Assured Shorthold Tenancy", "address": " 7 Alder Court ", "email": "",
        });
        let resident = Resident::of("housing", &record(fields)).unwrap();
        assert_eq!(resident.name, "Ms Amara Okonjo");
        assert_eq!(resident.address.as_deref(), Some("7 Alder Court"));
        assert_eq!(resident.email, None);
        assert_eq!(resident.preferred_contact, Some(ContactWay::Email));
        assert_eq!(resident.language.as_deref(), Some("Igbo"));
        assert_eq!(
            resident.adjustments,
            ["large_print", "yellow paper", "interpreter"]
        );
        assert_eq!(resident.tenure, Some(Tenure::AssuredShorthold));
        assert_eq!(resident.property_ref.as_deref(), Some("00700123"));
    }

    #[test]
    fn words_of_other_systems_become_ours_or_nothing() {
        let ways = ["Mobile", "Text message", "Post", "Carrier pigeon"].map(way);
        let expected = [
            Some(ContactWay::Phone),
            Some(ContactWay::Sms),
            Some(ContactWay::Letter),
            None,
        ];
        assert_eq!(ways, expected);
        assert_eq!(tenure("Non-secure tenancy"), Some(Tenure::Other));
        assert_eq!(tenure("Shared Owners"), Some(Tenure::SharedOwner));
        assert_eq!(tenure("Garage"), None);
        let english = serde_json::json!({"name": "A", "language": "English"});
        assert_eq!(Resident::of("x", &record(english)).unwrap().language, None);
    }

    #[test]
    fn one_person_is_one_person() {
        let one = |name: &str, number: Option<&str>, address: &str| Resident {
            name: name.into(),
            person_ref: number.map(Into::into),
            address: Some(address.into()),
            ..Resident::default()
        };
        let a = one("Ms A. Okonjo", Some("P-7"), "7 Alder Court");
        assert!(a.is_same(&one("Amara Okonjo", Some("p7"), "elsewhere")));
        assert!(!a.is_same(&one("Ms A. Okonjo", Some("P-8"), "7 Alder Court")));
        assert!(a.is_same(&one("ms a okonjo", None, "7, Alder Court")));
        assert!(!a.is_same(&one("ms a okonjo", None, "9 Alder Court")));
    }
}
