//! What surrounds every page: the landlord's name, who is signed in, where we are, and what was just done.

/// The person at the screen.
#[derive(Clone, Debug)]
pub struct Me {
    /// Their name.
    pub name: String,
    /// Whether they may open cases and lists.
    pub reads: bool,
    /// Whether they may log a complaint.
    pub logs: bool,
    /// Whether the settings pages are theirs.
    pub settles: bool,
    /// How many open cases are theirs.
    pub open: Option<u64>,
}

/// An entry of the top bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it leads.
    pub href: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Whether this page is in it.
    pub current: bool,
    /// A number beside it.
    pub count: Option<u64>,
}

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The landlord's name; `Redress` before there is one.
    pub landlord: String,
    /// Whether the file is one to practise on.
    pub practice: bool,
    /// Where the landlord's colour is; empty for the program's own.
    pub style: String,
    /// Where the landlord's logo is; empty for none.
    pub logo: String,
    /// Who is signed in; none on the sign-in and first-run pages.
    pub me: Option<Me>,
    /// The current entry of the top bar, by its address.
    pub here: &'static str,
    /// What was just done, as a sentence; empty for nothing.
    pub done: String,
    /// What of it went wrong, as a sentence; empty for nothing.
    pub amiss: String,
    /// What the person should see to on any page, a sentence each.
    pub notices: Vec<String>,
    /// Whether the page shows an error, which its title must say first.
    pub trouble: bool,
}

impl Frame {
    /// A frame with nobody in it and no landlord's name.
    pub fn bare() -> Self {
        Self {
            landlord: "Redress".to_owned(),
            practice: false,
            style: String::new(),
            logo: String::new(),
            me: None,
            here: "",
            done: String::new(),
            amiss: String::new(),
            notices: Vec::new(),
            trouble: false,
        }
    }

    /// The entries of the top bar.
    pub fn items(&self) -> Vec<Item> {
        let item = |href, label, count| Item {
            href,
            label,
            current: href == self.here,
            count,
        };
        let Some(me) = &self.me else {
            return Vec::new();
        };
        let all = [
            (me.reads, item("/", "Work queue", me.open)),
            (me.reads, item("/cases", "Cases", None)),
            (me.reads, item("/board", "Board", None)),
            (me.reads, item("/ombudsman", "Ombudsman", None)),
            (me.logs, item("/log", "Log a complaint", None)),
            // Those who read cases have it at the foot of every page, and on each case.
            (!me.reads, item("/clocks", "Deadlines", None)),
            (me.settles, item("/settings", "Settings", None)),
        ];
        let theirs = all.into_iter().filter(|(theirs, _)| *theirs);
        theirs.map(|(_, item)| item).collect()
    }

    /// Whether the person at the screen may log a complaint.
    pub fn logs(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.logs)
    }

    /// Two letters for the landlord's mark.
    pub fn mark(&self) -> String {
        super::words::initials(&self.landlord)
    }
}
