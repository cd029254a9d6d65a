//! Who may do what: the roles of a landlord and one table of permissions (domain rules §11).
//!
//! `desk` asks this table for every call. Restricted cases are a second gate: a role never
//! opens one, only being named on it does (E14).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A person's role. One person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Contact centre, or any member of staff: logs and adds contact notes.
    ContactCentre,
    /// Housing, neighbourhood, repairs or ASB officer: investigates and completes actions.
    HousingOfficer,
    /// Complaints officer: runs the process (Code 4.1).
    ComplaintsOfficer,
    /// Stage 2 reviewer, who may be external or a board member.
    Stage2Reviewer,
    /// Team leader or housing manager.
    TeamLeader,
    /// Director or senior lead (Code 9.4).
    Director,
    /// Compliance or governance officer.
    Compliance,
    /// Member responsible for complaints, and the board (Code 9.5).
    Board,
    /// Finance: pays and proves it.
    Finance,
    /// Data protection officer.
    DataProtection,
    /// System administrator: configuration, no case content.
    Administrator,
    /// Auditor: reads, with a log.
    Auditor,
}

impl Role {
    /// Every role, in the order it is offered.
    pub const ALL: [Self; 12] = [
        Self::ContactCentre,
        Self::HousingOfficer,
        Self::ComplaintsOfficer,
        Self::Stage2Reviewer,
        Self::TeamLeader,
        Self::Director,
        Self::Compliance,
        Self::Board,
        Self::Finance,
        Self::DataProtection,
        Self::Administrator,
        Self::Auditor,
    ];

    /// The name on the wire, such as `complaints_officer`.
    pub fn wire(self) -> &'static str {
        match self {
            Self::ContactCentre => "contact_centre",
            Self::HousingOfficer => "housing_officer",
            Self::ComplaintsOfficer => "complaints_officer",
            Self::Stage2Reviewer => "stage2_reviewer",
            Self::TeamLeader => "team_leader",
            Self::Director => "director",
            Self::Compliance => "compliance",
            Self::Board => "board",
            Self::Finance => "finance",
            Self::DataProtection => "data_protection",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// The name people read, such as “Complaints officer”.
    pub fn title(self) -> &'static str {
        match self {
            Self::ContactCentre => "Contact centre",
            Self::HousingOfficer => "Housing officer",
            Self::ComplaintsOfficer => "Complaints officer",
            Self::Stage2Reviewer => "Stage 2 reviewer",
            Self::TeamLeader => "Team leader",
            Self::Director => "Director",
            Self::Compliance => "Compliance officer",
            Self::Board => "Board member",
            Self::Finance => "Finance",
            Self::DataProtection => "Data protection officer",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
        }
    }

    /// The role with this wire name.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.wire() == name)
    }
}

/// One thing a person may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Open cases and lists.
    ReadCases,
    /// Log dissatisfaction, record contacts and notes.
    Log,
    /// Attach documents; finance attaches the proof of payment.
    Attach,
    /// Investigate: decide points, propose remedies, link records, complete actions.
    Investigate,
    /// Run the process: acknowledge, extend, respond, close, deal with the Ombudsman.
    RunProcess,
    /// Decide at stage 2.
    Review,
    /// Give or take work.
    Assign,
    /// Approve refusals, sums, long extensions and responses.
    Approve,
    /// Record what complaints have taught, and what becomes of it.
    Learn,
    /// Record payments.
    Pay,
    /// Restrict a case or lift the restriction.
    Restrict,
    /// Export cases and bundles.
    Export,
    /// Take out what bundles leave out: one person's data for a subject access request, or a whole case with its legal
    /// advice.
    Disclose,
    /// See the audit log with its hashes.
    Audit,
    /// Erase what the law says must not be kept.
    Erase,
    /// Change people, tokens, calendar, categories, rates, policies and links.
    Administer,
}

/// The table: which roles hold each permission.
pub fn allowed(permission: Permission) -> &'static [Role] {
    use Role::*;
    match permission {
        Permission::ReadCases => &[
            ContactCentre,
            HousingOfficer,
            ComplaintsOfficer,
            Stage2Reviewer,
            TeamLeader,
            Director,
            Compliance,
            Board,
            Finance,
            DataProtection,
            Auditor,
        ],
        Permission::Log => &[
            ContactCentre,
            HousingOfficer,
            ComplaintsOfficer,
            Stage2Reviewer,
            TeamLeader,
            Director,
            Compliance,
        ],
        Permission::Attach => &[
            ContactCentre,
            HousingOfficer,
            ComplaintsOfficer,
            Stage2Reviewer,
            TeamLeader,
            Director,
            Compliance,
            Finance,
        ],
        Permission::Investigate => &[
            HousingOfficer,
            ComplaintsOfficer,
            Stage2Reviewer,
            TeamLeader,
            Director,
        ],
        Permission::RunProcess => &[ComplaintsOfficer, Stage2Reviewer, TeamLeader, Director],
        Permission::Review => &[ComplaintsOfficer, Stage2Reviewer, TeamLeader, Director],
        Permission::Assign => &[ComplaintsOfficer, TeamLeader, Director],
        Permission::Approve => &[TeamLeader, Director, ComplaintsOfficer],
        Permission::Learn => &[
            ComplaintsOfficer,
            Stage2Reviewer,
            TeamLeader,
            Director,
            Compliance,
        ],
        Permission::Pay => &[Finance, ComplaintsOfficer],
        Permission::Restrict => &[ComplaintsOfficer, Director, DataProtection],
        Permission::Export => &[
            ComplaintsOfficer,
            Director,
            Compliance,
            DataProtection,
            Auditor,
        ],
        Permission::Disclose => &[Director, Compliance, DataProtection],
        Permission::Audit => &[
            ComplaintsOfficer,
            TeamLeader,
            Director,
            Compliance,
            DataProtection,
            Auditor,
        ],
        Permission::Erase => &[DataProtection, Administrator],
        Permission::Administer => &[Administrator],
    }
}

/// Who acts: a signed-in person or the holder of an API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The stable name in the record: the account's or token's name.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// The roles held.
    pub roles: BTreeSet<Role>,
    /// An API token: a system that acts for people, not a person itself.
    pub is_token: bool,
}

impl Actor {
    /// An actor with these roles.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        roles: impl IntoIterator<Item = Role>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            roles: roles.into_iter().collect(),
            is_token: false,
        }
    }

    /// Redress itself: recomputed clocks, scheduled work.
    pub fn system() -> Self {
        Self {
            id: "redress".into(),
            name: "Redress".into(),
            roles: BTreeSet::new(),
            is_token: false,
        }
    }

    /// An API token of this name.
    pub fn token(name: impl Into<String>, roles: impl IntoIterator<Item = Role>) -> Self {
        let name = name.into();
        Self {
            is_token: true,
            ..Self::new(name.clone(), name, roles)
        }
    }

    /// Whether documents of health, or of legal advice, are open to the actor: to those who investigate, export or
    /// audit, and to nobody else who reads the case (domain rules §11).
    pub fn may_read_delicate(&self) -> bool {
        [
            Permission::Investigate,
            Permission::Export,
            Permission::Audit,
        ]
        .into_iter()
        .any(|permission| self.may(permission))
    }

    /// Whether cases may be theirs to work on: those who log, investigate, answer or pay, not those who only read.
    pub fn handles_cases(&self) -> bool {
        [Permission::Log, Permission::Attach, Permission::Restrict]
            .into_iter()
            .any(|permission| self.may(permission))
    }

    /// Whether any of the actor's roles holds `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        allowed(permission)
            .iter()
            .any(|role| self.roles.contains(role))
    }
}

/// Whether two names in the record mean the same person, however they were typed.
pub fn same_person(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.split_whitespace()
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns: read, log, attach, erase, investigate, run the process, review, assign, approve, pay, restrict, export, audit,
    /// administer.
    const MATRIX: [(Role, &str); 12] = [
        (Role::ContactCentre, "RLT............."),
        (Role::HousingOfficer, "RLT.I..........."),
        (Role::ComplaintsOfficer, "RLT.IPVSAW$XE.U."),
        (Role::Stage2Reviewer, "RLT.IPV..W......"),
        (Role::TeamLeader, "RLT.IPVSAW....U."),
        (Role::Director, "RLT.IPVSAW.XEOU."),
        (Role::Compliance, "RLT......W..EOU."),
        (Role::Board, "R..............."),
        (Role::Finance, "R.T.......$....."),
        (Role::DataProtection, "R..D.......XEOU."),
        (Role::Administrator, "...D...........C"),
        (Role::Auditor, "R...........E.U."),
    ];

    #[test]
    fn the_table_is_the_written_matrix() {
        use Permission::*;
        let columns = [
            (ReadCases, 'R'),
            (Log, 'L'),
            (Attach, 'T'),
            (Erase, 'D'),
            (Investigate, 'I'),
            (RunProcess, 'P'),
            (Review, 'V'),
            (Assign, 'S'),
            (Approve, 'A'),
            (Learn, 'W'),
            (Pay, '$'),
            (Restrict, 'X'),
            (Export, 'E'),
            (Disclose, 'O'),
            (Audit, 'U'),
            (Administer, 'C'),
        ];
        for (role, row) in MATRIX {
            let actor = Actor::new("x", "X", [role]);
            let may =
                columns.map(|(permission, sign)| if actor.may(permission) { sign } else { '.' });
            assert_eq!(may.iter().collect::<String>(), row, "{role:?}");
        }
        assert_eq!(MATRIX.map(|(role, _)| role), Role::ALL);
        let (nobody, both) = (
            Actor::new("x", "X", []),
            Actor::new("x", "X", [Role::Board, Role::Finance]),
        );
        assert!(
            columns
                .iter()
                .all(|(permission, _)| !nobody.may(*permission))
        );
        assert!(
            both.may(Pay) && both.may(ReadCases) && !both.may(Log),
            "roles add up and nothing more"
        );
        assert!(!Actor::system().may(ReadCases));
    }

    #[test]
    fn the_same_person_is_recognised_however_typed() {
        assert!(same_person("Daniel  Price", "daniel price "));
        assert!(!same_person("Daniel Price", "D Price"));
    }

    #[test]
    fn wire_names_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_wire(role.wire()), Some(role));
        }
    }
}
