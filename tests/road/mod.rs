//! The road of a plugin's author: a project written, built and tested in each language by the real program, with the
//! language's real tools.
//!
//! JavaScript and Python need their tools from npm and PyPI. Where those cannot be reached the test says so and ends,
//! unless `REDRESS_TOOLCHAINS_REQUIRED` is set, as it is for every change that lands.

mod journey;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::support::program;

fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// `redress plugin …` in a folder.
fn plugin(folder: &Path, args: &[&str]) -> Output {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    run(Command::new(program())
        .current_dir(folder)
        .arg("plugin")
        .args(args)
        // Dependencies are compiled once for all projects of the tests.
        .env("CARGO_TARGET_DIR", kept.join("road"))
        .env("REDRESS_CACHE", kept.join("road-compiled")))
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// A new project in `folder`, with the tools of its language; none where they cannot be had.
fn project(folder: &Path, lang: &str, kind: &str, name: &str) -> Option<PathBuf> {
    let made = plugin(folder, &["new", "--lang", lang, "--kind", kind, name]);
    assert!(made.status.success(), "{}", said(&made));
    let project = folder.join(name);
    match tools(&project, lang) {
        Ok(()) => Some(project),
        Err(why) => {
            let required = std::env::var_os("REDRESS_TOOLCHAINS_REQUIRED").is_some();
            assert!(!required, "the tools of {lang} are missing: {why}");
            eprintln!("skipped: the tools of {lang} cannot be had: {why}");
            None
        }
    }
}

/// Installs a language's tools once and lends them to the project.
fn tools(project: &Path, lang: &str) -> Result<(), String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (place, tool, lent) = match lang {
        "js" => (
            kept.join("componentize-qjs-0.4.5"),
            "node_modules/.bin/componentize-qjs",
            "node_modules",
        ),
        "python" => (
            kept.join("componentize-py-0.25.1"),
            ".venv/bin/componentize-py",
            ".venv",
        ),
        _ => return Ok(()),
    };
    if !place.join(tool).exists() {
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        let steps: &[&[&str]] = if lang == "js" {
            fs::copy(project.join("package.json"), place.join("package.json"))
                .map_err(|e| e.to_string())?;
            &[&["npm", "install", "--no-audit", "--no-fund"]]
        } else {
            fs::copy(
                project.join("requirements.txt"),
                place.join("requirements.txt"),
            )
            .map_err(|e| e.to_string())?;
            &[
                &["python3", "-m", "venv", ".venv"],
                &[".venv/bin/pip", "install", "-q", "-r", "requirements.txt"],
            ]
        };
        for step in steps {
            let program = if step[0].starts_with('.') {
                place.join(step[0])
            } else {
                step[0].into()
            };
            let done = Command::new(program)
                .args(&step[1..])
                .current_dir(&place)
                .output()
                .map_err(|error| format!("{}: {error}", step[0]))?;
            if !done.status.success() {
                return Err(format!("{}: {}", step.join(" "), said(&done)));
            }
        }
    }
    std::os::unix::fs::symlink(place.join(lent), project.join(lent)).map_err(|e| e.to_string())
}

/// Builds a project; false where Rust cannot build WebAssembly on this machine.
fn built(project: &Path) -> bool {
    let built = plugin(project, &["build"]);
    let said = said(&built);
    if said.contains("cannot build WebAssembly yet") {
        assert!(
            std::env::var_os("REDRESS_TOOLCHAINS_REQUIRED").is_none(),
            "{said}"
        );
        eprintln!("skipped: {said}");
        return false;
    }
    assert!(built.status.success(), "{said}");
    true
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

fn details(report: &Value, outcome: &str) -> Vec<String> {
    let checks = report["checks"].as_array().expect("checks");
    let of = checks.iter().filter(|check| check["outcome"] == outcome);
    of.map(|check| {
        ["name", "detail"]
            .map(|m| check[m].as_str().unwrap_or_default())
            .join(": ")
    })
    .collect()
}

fn goes_the_road(lang: &str) {
    let home = tempfile::tempdir().expect("a folder");
    for kind in ["linker", "exporter"] {
        let name = format!("acme-{kind}");
        let Some(project) = project(home.path(), lang, kind, &name) else {
            return;
        };
        if !built(&project) {
            return;
        }
        let tested = plugin(&project, &["test", "--json", "--output", "kept"]);
        let report = report(&tested);
        assert!(tested.status.success(), "{report:#}");
        assert_eq!(report["passed"], true);
        assert_eq!(details(&report, "warned"), [""; 0]);
        assert!(
            report["plugin"]
                .as_str()
                .expect("text")
                .starts_with(&format!("{name} 0.1.0")),
            "{report:#}"
        );
        if kind == "exporter" {
            let entries = report["written"].as_array().expect("entries");
            assert!(entries.iter().any(|entry| entry["path"] == "Manifest.json"));
            let verified = run(Command::new(program())
                .arg("verify")
                .arg(project.join("kept/mould.zip")));
            assert!(verified.status.success(), "{}", said(&verified));
        } else {
            assert!(report["peak"]["requests"].as_u64() >= Some(1));
            if lang != "rust" {
                reads_dates_as_england_writes_them(&project);
            }
        }
    }
}

/// The helper libraries of JavaScript and Python bring dates into the form of records, without asking for a disk.
fn reads_dates_as_england_writes_them(project: &Path) {
    let recorded = project.join("tests/answers.json");
    let answers = fs::read_to_string(&recorded).expect("the recorded answers");
    let english = answers.replace("\"2026-09-02\"", "\"02/09/2026 08:41\"");
    assert_ne!(english, answers);
    fs::write(&recorded, english).expect("the recorded answers");
    let tested = plugin(project, &["test", "--json"]);
    let report = report(&tested);
    assert_eq!(details(&report, "warned"), [""; 0]);
    assert!(tested.status.success(), "{report:#}");
}

#[test]
fn a_plugin_in_rust_goes_from_an_empty_folder_to_its_test() {
    goes_the_road("rust");
}

#[test]
fn a_plugin_in_javascript_goes_from_an_empty_folder_to_its_test() {
    goes_the_road("js");
}

#[test]
fn a_plugin_in_python_goes_from_an_empty_folder_to_its_test() {
    goes_the_road("python");
}

#[test]
fn what_is_wrong_with_an_adapter_is_said_before_anybody_installs_it() {
    let home = tempfile::tempdir().expect("a folder");
    let Some(project) = project(home.path(), "js", "linker", "acme") else {
        return;
    };
    let code = fs::read_to_string(project.join("plugin.js")).expect("the code");
    // It takes every trouble for "no repairs", makes each record another one on every run, and names a field of its own.
    let bad = code
        .replace(
            "needJson(\"mendwell\", ask.cursor ?? first)",
            "calm(() => needJson(\"mendwell\", ask.cursor ?? first))",
        )
        .replace("status: job.state,", "status: job.state, due: startedAt(),")
        .replace("record, url }", "record, startedAt, url }")
        + "\nfunction calm(work) { try { return work(); } catch { return { repairs: [], next: null }; } }\n";
    fs::write(project.join("plugin.js"), bad).expect("written");
    assert!(built(&project));
    let mut answers: Value =
        serde_json::from_slice(&fs::read(project.join("tests/answers.json")).expect("answers"))
            .expect("JSON");
    answers["answers"].as_array_mut().expect("a list").remove(0);
    fs::write(project.join("tests/answers.json"), answers.to_string()).expect("written");
    let tested = plugin(&project, &["test", "--json"]);
    assert!(!tested.status.success());
    let report = report(&tested);
    let (failed, odd) = (details(&report, "failed"), details(&report, "warned"));
    for says in [
        "it sent GET status over \"mendwell\", to which no answer is recorded",
        "answered differently",
        "(500): it gives 0 records as if nothing had happened",
        "not what the format says: it gives 0 records as if nothing had happened",
    ] {
        assert!(
            failed.iter().any(|f| f.contains(says)),
            "{says}: {failed:#?}"
        );
    }
    assert!(
        odd.iter()
            .any(|o| o.contains("which a repair does not have")),
        "{odd:#?}"
    );

    // What was changed and not built again is not what was tested.
    fs::write(project.join("plugin.js"), "export const = 1;\n").expect("written");
    let tested = plugin(&project, &["test"]);
    assert!(said(&tested).contains("has changed since the component was built"));
    let broken = plugin(&project, &["build"]);
    assert!(!broken.status.success() && said(&broken).contains("cannot be built"));
}

#[test]
fn a_component_of_the_version_before_is_tested_too() {
    let home = tempfile::tempdir().expect("a folder");
    let tests = home.path().join("tests");
    fs::create_dir_all(tests.join("granted")).expect("folders");
    fs::write(
        tests.join("granted/repairs.csv"),
        "Job No,Property ref,Date raised,Description\nR1,00700123,02/09/2026,Extractor broken\n",
    )
    .expect("written");
    let test = json!({
        "schema": "redress-plugin-test/1", "title": "One repair", "folder": "granted",
        "query": { "property_ref": "00700123" }, "expect": { "records": ["repair R1"] },
    });
    fs::write(tests.join("one.json"), test.to_string()).expect("written");
    let component =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/old-contract/csv-folder-0.1.0.wasm");
    let component = component.to_str().expect("a path");
    let tested = plugin(
        home.path(),
        &["test", component, "--tests", "tests", "--json"],
    );
    let report = report(&tested);
    assert!(tested.status.success(), "{report:#}");
    assert_eq!(report["contract"], "0.1.0");
    assert!(
        details(&report, "warned")
            .iter()
            .any(|w| w.contains("From 0.1 to 0.2"))
    );
}

#[test]
fn what_is_missing_is_said_with_the_command_that_brings_it() {
    let home = tempfile::tempdir().expect("a folder");
    for (lang, says) in [
        ("js", "npm install"),
        ("python", "pip install -r requirements.txt"),
        ("rust", "rustup"),
    ] {
        let made = plugin(
            home.path(),
            &["new", "--lang", lang, "--kind", "linker", lang],
        );
        assert!(
            said(&made).contains("redress plugin build"),
            "{}",
            said(&made)
        );
        // The machine's own Rust is found by its place, whatever the path says.
        if lang == "rust" && Path::new("/usr/bin/rustc").exists() {
            continue;
        }
        let built = run(Command::new(program())
            .args(["plugin", "build"])
            .current_dir(home.path().join(lang))
            .env_remove("VIRTUAL_ENV")
            .env("PATH", ""));
        assert!(!built.status.success());
        assert!(said(&built).contains(says), "{}", said(&built));
    }
    for (args, says) in [
        (&["test", "js"][..], "build it first"),
        (&["test", "nothing"], "there is no nothing"),
        (&["build", "."], "plugin.json cannot be read"),
        (
            &["new", "--lang", "js", "--kind", "linker", "js"],
            "here already",
        ),
        (
            &["new", "--lang", "js", "--kind", "linker", "../up"],
            "cannot be a plugin's id",
        ),
    ] {
        let done = plugin(home.path(), args);
        assert!(!done.status.success());
        assert!(said(&done).contains(says), "{args:?}: {}", said(&done));
    }
}
