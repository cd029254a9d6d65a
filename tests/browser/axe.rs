//! axe-core, which finds what shuts people out of a page: run on every page that a test visits.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The version; its rules change with it, so it is fixed.
const VERSION: &str = "4.11.0";

/// Its source, fetched once with npm into the build's own folder; none where it cannot be had.
pub fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    SOURCE.get_or_init(fetched).as_deref()
}

fn fetched() -> Option<String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-core-{VERSION}"));
    let file = place.join("node_modules/axe-core/axe.min.js");
    if !file.exists() {
        let package = format!("axe-core@{VERSION}");
        let _ = fs::create_dir_all(&place);
        let done = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix", "."])
            .arg(&package)
            .current_dir(&place)
            .output();
        if !done.as_ref().is_ok_and(|done| done.status.success()) {
            assert!(
                std::env::var_os("REDRESS_BROWSER_REQUIRED").is_none(),
                "{package} could not be had, and REDRESS_BROWSER_REQUIRED says it must be: {done:?}"
            );
            eprintln!(
                "NOT RUN: {package} could not be had with npm, so no page is looked at by axe"
            );
            return None;
        }
    }
    fs::read_to_string(file).ok()
}

/// The same, of the contrast of words alone.
pub const CONTRAST: &str = "
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}, resultTypes: ['violations']}).then((found) =>
  done(found.violations.map((rule) =>
    rule.id + ': ' + rule.nodes.map((node) => node.target.join(' ') + ' ' + node.any.map((one) => one.message)).slice(0, 5).join(', '))),
  (error) => done([String(error)]));
";

/// Tells what is wrong with the page: `[rule, elements, …]`, a line each.
pub const LOOK: &str = "
const done = arguments[arguments.length - 1];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then((found) =>
  done(found.violations.map((rule) =>
    rule.id + ': ' + rule.help + ' at ' + rule.nodes.map((node) => node.target.join(' ')).slice(0, 5).join(', '))),
  (error) => done([String(error)]));
";
