//! What the person who gives a command must be allowed to do (domain rules §11).
//!
//! One table gives both answers: for a command, and for the name of one, so that nothing is offered that would be
//! refused.

use super::Command;
use crate::domain::access::Permission;

macro_rules! table {
    ($($permission:ident: $($command:ident),+;)+) => {
        impl Command {
            /// What the person must be allowed to do (domain rules §11).
            pub fn permission(&self) -> Permission {
                match self {
                    $($(Self::$command { .. })|+ => Permission::$permission,)+
                }
            }
        }

        const TABLE: &[(&str, Permission)] =
            &[$($((stringify!($command), Permission::$permission)),+),+];
    };
}

table! {
    Log: RecordContact, Note, AddPoint, LinkCase, Escalate, ReportHazard, OpenRelated,
        ConvertToComplaint, Withdraw, UpdateComplainant, RecordAdjustment, AppointRepresentative,
        EndRepresentative, AddMember, SetMemberLetters, RecordSatisfaction, DeclareConflict, TakeSnapshots, GiveContribution;
    Attach: Attach, PairPhotos;
    Investigate: DecidePoint, OfferRemedy, AnswerRemedy, PromiseAction, CompleteAction,
        CancelAction, TellResident, RequestApproval, LinkRecord, UnlinkRecord, ChooseEvidence, Triage,
        EndAdjustment, TakeHazardStep, AnswerRelated, ExtendRelated, ReviewServiceRequest,
        CompleteOrder, CompleteHosNotice, ExplainGap, AskContribution, WithdrawContribution;
    Approve: Approve, DeclineApproval;
    Pay: RecordPayment;
    Assign: Assign;
    Restrict: Restrict, LiftRestriction;
    RunProcess: Acknowledge, Refuse, Extend, Pause, Respond, Close, RewordEntry, Reopen, AcceptPoint,
        IssueLetter, Refer,
        RecordHosDirection, RecordHosTask, SendHosEvidence, RecordDetermination,
        AnswerRecommendation, RecordHosNotice, RequestHosReview, CorrectReceivedAt, MergeDuplicate;
}

/// The same by the command's name on the wire, such as `decide_point`; none for a name that is no command's.
pub fn permission_of(name: &str) -> Option<Permission> {
    TABLE
        .iter()
        .find(|(variant, _)| wire(variant) == name)
        .map(|(_, permission)| *permission)
}

/// `DecidePoint` as it is on the wire: `decide_point`.
fn wire(variant: &str) -> String {
    let mut out = String::new();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn every_command_has_one_answer_by_itself_and_by_its_name() {
        // The reader of commands names all that it knows.
        let error = from_value::<Command>(json!({"command": "?"})).unwrap_err();
        let told = error.to_string();
        let names: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
        assert!(names.len() > 40, "{told}");
        for name in names {
            let aliased = matches!(name, "hold" | "stop_clock");
            assert_eq!(permission_of(name).is_some(), !aliased, "{name}");
        }
        for command in [
            json!({"command": "note", "text": "x"}),
            json!({"command": "decide_point", "point": 1, "decision": "upheld"}),
            json!({"command": "record_hos_direction", "respond_by": "2026-11-20"}),
            json!({"command": "approve", "approval": 1}),
            json!({"command": "restrict", "people": [], "reason": "x"}),
        ] {
            let name = command["command"].as_str().unwrap().to_owned();
            let read: Command = from_value(command).unwrap();
            assert_eq!(permission_of(&name), Some(read.permission()), "{name}");
        }
        assert_eq!(permission_of("nonsense"), None);
    }
}
