//! The brake on guessing: so many failed tries by account and by address in a window, then a wait.
//!
//! It does not know whether an account exists, so it says the same of both. Kept in memory and bounded: a flood of
//! made-up names pushes out the oldest, never the server.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

/// Failed tries on one account in a window.
pub const BY_ACCOUNT: u32 = 10;
/// Failed tries from one address in a window: an office shares one.
pub const BY_ADDRESS: u32 = 40;
/// The window.
pub const WINDOW: Duration = Duration::minutes(15);
/// Accounts and addresses remembered at most.
const REMEMBERED: usize = 50_000;

/// Whose tries are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    since: DateTime<Utc>,
    count: u32,
}

/// The tries of the last minutes.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: HashMap<Who, Tries>,
}

/// A /64 is one household in IPv6; counting single addresses would count nothing.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let bits = u128::from(six) & (u128::MAX << 64);
            IpAddr::V6(bits.into())
        }
        four => four,
    }
}

impl Throttle {
    fn who(account: &str, address: Option<IpAddr>) -> Vec<(Who, u32)> {
        let name: String = account.trim().to_lowercase().chars().take(200).collect();
        let mut out = vec![(Who::Account(name), BY_ACCOUNT)];
        // This machine itself is a proxy or its operator: braking it would lock out everyone behind it.
        let far = address.filter(|address| !address.to_canonical().is_loopback());
        out.extend(far.map(|address| (Who::Address(network(address)), BY_ADDRESS)));
        out
    }

    /// Counts a try before the password is looked at; a right one is taken back with [`Self::succeeded`]. Gives how
    /// many there were on this account in the window.
    ///
    /// # Errors
    /// How long to wait, when there were too many already.
    pub fn attempt(
        &mut self,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<u32, Duration> {
        let who = Self::who(account, address);
        for (who, most) in &who {
            if let Some(tries) = self.tries.get(who)
                && tries.count >= *most
                && now - tries.since < WINDOW
            {
                return Err(WINDOW - (now - tries.since).max(Duration::zero()));
            }
        }
        self.make_room(now);
        for (who, _) in who {
            let tries = self.tries.entry(who).or_insert(Tries {
                since: now,
                count: 0,
            });
            if now - tries.since >= WINDOW {
                *tries = Tries {
                    since: now,
                    count: 0,
                };
            }
            tries.count += 1;
        }
        let account = Self::who(account, None).remove(0).0;
        Ok(self.tries.get(&account).map_or(1, |tries| tries.count))
    }

    /// The password was right: the account starts afresh, and this try does not count for the address.
    pub fn succeeded(&mut self, account: &str, address: Option<IpAddr>) {
        for (who, _) in Self::who(account, address) {
            match who {
                Who::Account(_) => drop(self.tries.remove(&who)),
                Who::Address(_) => {
                    if let Some(tries) = self.tries.get_mut(&who) {
                        tries.count = tries.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        if self.tries.len() < REMEMBERED {
            return;
        }
        self.tries.retain(|_, tries| now - tries.since < WINDOW);
        if self.tries.len() >= REMEMBERED {
            let mut times: Vec<_> = self.tries.values().map(|tries| tries.since).collect();
            let middle = times.len() / 2;
            let cut = *times.select_nth_unstable(middle).1;
            // What was throttled already stays: a flood must not open the door it wants.
            self.tries
                .retain(|_, tries| tries.since > cut || tries.count >= BY_ACCOUNT);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn ten_wrong_tries_on_an_account_are_enough_for_a_quarter_of_an_hour() {
        let mut throttle = Throttle::default();
        for i in 0..10 {
            assert_eq!(
                throttle.attempt("Ada", None, at(i)),
                Ok(u32::try_from(i).unwrap() + 1)
            );
        }
        let wait = throttle.attempt(" ada ", None, at(10)).unwrap_err();
        assert_eq!(wait, Duration::seconds(890));
        assert_eq!(throttle.attempt("bob", None, at(10)), Ok(1));
        assert_eq!(throttle.attempt("ada", None, at(900)), Ok(1));
    }

    #[test]
    fn many_accounts_from_one_address_are_braked_too() {
        let mut throttle = Throttle::default();
        let address = |text: &str| Some(text.parse().unwrap());
        for i in 0..40 {
            let name = format!("user{i}");
            assert!(
                throttle
                    .attempt(&name, address("2001:db8::1"), at(i))
                    .is_ok()
            );
        }
        assert!(
            throttle
                .attempt("user99", address("2001:db8::2"), at(50))
                .is_err()
        );
        assert!(
            throttle
                .attempt("user99", address("192.0.2.1"), at(50))
                .is_ok()
        );
    }

    #[test]
    fn a_right_password_starts_afresh() {
        let mut throttle = Throttle::default();
        for i in 0..100 {
            assert!(
                throttle
                    .attempt("ada", Some([192, 0, 2, 1].into()), at(i))
                    .is_ok()
            );
            throttle.succeeded("ada", Some([192, 0, 2, 1].into()));
        }
    }

    #[test]
    fn a_flood_of_names_is_forgotten_and_the_throttled_are_not() {
        let mut throttle = Throttle::default();
        for _ in 0..10 {
            assert!(throttle.attempt("ada", None, at(0)).is_ok());
        }
        for i in 0..60_000 {
            assert!(
                throttle
                    .attempt(&format!("u{i}"), None, at(1 + i / 1000))
                    .is_ok()
            );
        }
        assert!(throttle.tries.len() <= REMEMBERED + 1);
        assert!(throttle.attempt("ada", None, at(70)).is_err());
    }
}
