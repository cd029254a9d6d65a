//! Small numbers in figures that are published: a number under five could point at a household.

/// What is smaller than this is not published.
pub const FEW: u64 = 5;

/// A number as it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Number(u64),
    /// Under five.
    Few,
    /// Not small itself, but with the total it would give away the one that is.
    Withheld,
}

/// The parts of a whole as they are published. Where exactly one part is small and the whole is known, the
/// next smallest part is withheld too, or the one could be worked out from the others. `known` says whether
/// the whole is published beside them.
pub fn protected(parts: &[u64], known: bool) -> Vec<Shown> {
    let mut out: Vec<Shown> = parts
        .iter()
        .map(|part| match part {
            0..FEW => Shown::Few,
            part => Shown::Number(*part),
        })
        .collect();
    let small = out.iter().filter(|part| **part == Shown::Few).count();
    if known && small == 1 {
        let next = parts.iter().enumerate().filter(|(_, part)| **part >= FEW);
        if let Some((at, _)) = next.min_by_key(|(_, part)| **part) {
            out[at] = Shown::Withheld;
        }
    }
    out
}

/// What may be said of a share when the number of those that are not in it is small: the least it can be, in whole
/// percent. None when the whole itself is small or the share is.
pub fn at_least(part: u64, whole: u64) -> Option<u64> {
    (part >= FEW && whole >= 2 * FEW).then(|| (whole - (FEW - 1)) * 100 / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_are_not_told_nor_to_be_worked_out() {
        use Shown::{Few, Number, Withheld};
        assert_eq!(protected(&[12, 7], true), [Number(12), Number(7)]);
        assert_eq!(protected(&[12, 3, 7], true), [Number(12), Few, Withheld]);
        assert_eq!(protected(&[12, 3, 7], false), [Number(12), Few, Number(7)]);
        assert_eq!(
            protected(&[12, 3, 0, 7], true),
            [Number(12), Few, Few, Number(7)]
        );
        assert_eq!(protected(&[4], true), [Few]);
        assert_eq!(protected(&[], true), []);
    }

    #[test]
    fn a_share_with_few_outside_it_is_told_as_the_least_it_can_be() {
        assert_eq!(at_least(38, 41), Some(90));
        assert_eq!(
            at_least(41, 41),
            Some(90),
            "none late and few late look alike"
        );
        assert_eq!((at_least(6, 9), at_least(3, 40)), (None, None));
    }
}
