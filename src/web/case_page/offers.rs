//! What the case page offers to whom: the same table that the desk asks, so that no button leads to a refusal.

use super::CaseView;
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, permission_of};
use crate::domain::remedy::Remedy;
use crate::web::commands::{self, Spec};

/// What someone may do on a case.
#[derive(Clone)]
pub struct Offers {
    actor: Actor,
    stage: u8,
}

/// What a command asks of who gives it, on a case at this stage: stage 2 is decided by those who may review.
pub fn asks(command: &str, stage: u8) -> impl Iterator<Item = Permission> {
    let review = command == "decide_point" && stage == 2;
    let review = review.then_some(Permission::Review);
    permission_of(command).into_iter().chain(review)
}

impl Offers {
    /// What this person may do on this case.
    pub fn to(actor: &Actor, case: &Case) -> Self {
        Self {
            actor: actor.clone(),
            stage: case.stage(),
        }
    }

    /// Whether they may give this command, by its name on the wire.
    pub fn does(&self, command: &str) -> bool {
        permission_of(command).is_some()
            && asks(command, self.stage).all(|permission| self.actor.may(permission))
    }

    /// Whether they may take a bundle out.
    pub fn bundle(&self) -> bool {
        self.actor.may(Permission::Export)
    }

    /// Whether they may look at the hashes.
    pub fn audit(&self) -> bool {
        self.actor.may(Permission::Audit)
    }

    /// Whether the menu has anything in it.
    pub fn anything(&self) -> bool {
        self.bundle() || commands::all().any(|spec| self.does(spec.name))
    }

    /// The green button: the next step of the case, or what this person can do for it meanwhile.
    pub fn next(&self, case: &Case) -> Option<&'static Spec> {
        let step = commands::next_step(case);
        if let Some(theirs) = step.filter(|spec| self.does(spec.name)) {
            return Some(theirs);
        }
        let unpaid = |remedy: &Remedy| {
            let line = remedy.compensation.as_ref();
            line.is_some_and(|line| line.paid_on.is_none())
        };
        if case.remedies.iter().any(unpaid) && self.does("record_payment") {
            return commands::find("record_payment");
        }
        // Of an ended case nothing more is expected.
        step.and(commands::find("record_contact"))
            .filter(|spec| self.does(spec.name))
    }

    /// Takes every link off the page that leads to what they may not do.
    pub(super) fn narrow(&self, view: &mut CaseView) {
        let fits = |href: &str| self.leads(href);
        let clear = |href: &mut String| {
            if !fits(href) {
                href.clear();
            }
        };
        view.points.iter_mut().for_each(|p| clear(&mut p.decide));
        view.gaps.iter_mut().for_each(|gap| clear(&mut gap.explain));
        for list in &mut view.lists {
            clear(&mut list.add.href);
            for row in &mut list.rows {
                row.links.retain(|link| fits(&link.href));
            }
        }
    }

    /// Whether an address of the case is open to them.
    fn leads(&self, href: &str) -> bool {
        match href.split_once("/do/") {
            Some((_, rest)) => self.does(rest.split('?').next().unwrap_or_default()),
            None if href.ends_with("/documents") => self.does("attach"),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Role;
    use crate::web::sample;

    fn next(role: Role) -> Option<&'static str> {
        let (case, _) = sample::case("It comes back every time it rains.");
        let actor = Actor::new("x", "X", [role]);
        Offers::to(&actor, &case).next(&case).map(|spec| spec.name)
    }

    #[test]
    fn the_green_button_is_one_that_works() {
        assert_eq!(next(Role::ComplaintsOfficer), Some("decide_point"));
        assert_eq!(next(Role::ContactCentre), Some("record_contact"));
        assert_eq!(next(Role::Finance), None, "there is nothing to pay yet");
        assert_eq!(next(Role::Board), None);
        let at_stage_2 = |role| Offers {
            actor: Actor::new("x", "X", [role]),
            stage: 2,
        };
        assert!(!at_stage_2(Role::HousingOfficer).does("decide_point"));
        assert!(at_stage_2(Role::Stage2Reviewer).does("decide_point"));
    }
}
