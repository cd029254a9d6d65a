//! Who calls: tokens from the command line, people by page, and changes that hold at once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Server, cli};

#[test]
fn a_token_works_until_it_is_revoked_or_expires() {
    let server = Server::start();
    let administrator = server.caller("Setup", &["administrator"]);
    let made = administrator
        .post(
            "/tokens",
            &json!({"name": "Import", "roles": ["contact_centre"]}),
        )
        .is(201);
    let import = server.with_secret(made["secret"].as_str().expect("a secret"));
    let me = import.get("/me").is(200);
    assert_eq!(
        (&me["name"], &me["is_token"]),
        (&json!("Import"), &json!(true))
    );
    import.log(&complaint(2));
    let path = format!("/tokens/{}", made["id"]);
    administrator
        .call(Method::DELETE, &path, &Value::Null, &[])
        .is(200);
    import.get("/me").refuses(401, "unauthenticated", None);
    let list = administrator.get("/tokens").is(200);
    assert!(
        !list
            .to_string()
            .contains(made["secret"].as_str().expect("a secret"))
    );
    administrator
        .post(
            "/tokens",
            &json!({"name": "Old", "roles": ["board"], "expires_at": "2020-01-01T00:00:00Z"}),
        )
        .refuses(422, "validation", Some("expires_at"));
    administrator
        .post("/tokens", &json!({"name": "None", "roles": []}))
        .refuses(422, "validation", Some("roles"));
    administrator
        .post("/tokens", &json!({"name": "Odd", "roles": ["king"]}))
        .refuses(422, "validation", None);
}

#[test]
fn a_token_of_the_command_line_outlives_the_server() {
    let mut server = Server::start();
    let secret = server.token("Nightly", &["auditor"]);
    server.with_secret(&secret).get("/cases").is(200);
    server.stop();
    // Without a server the same verb works on the file itself.
    let other = cli(
        &server.data,
        &["token", "create", "--role", "board", "--name", "Board"],
        "",
    );
    assert!(
        other.status.success(),
        "{}",
        String::from_utf8_lossy(&other.stderr)
    );
    let other = String::from_utf8(other.stdout).expect("text");
    let again = Server::on(server.data.clone());
    again.with_secret(&secret).get("/cases").is(200);
    again.with_secret(other.trim()).get("/cases").is(200);
}

#[test]
fn people_change_at_once() {
    let server = Server::start();
    let administrator = server.caller("Setup", &["administrator"]);
    let new = json!({"id": "meera.kapoor", "name": "Meera Kapoor", "roles": ["complaints_officer"],
                     "password": "three unrelated words"});
    let person = administrator.post("/people", &new).is(201);
    assert_eq!(person["can_sign_in"], true);
    assert!(!administrator.get("/people").text().contains("argon2"));
    administrator
        .post("/people", &new)
        .refuses(422, "validation", Some("id"));
    for (change, field) in [
        (
            json!({"id": "no spaces", "name": "x", "roles": ["board"]}),
            "id",
        ),
        (
            json!({"id": "weak", "name": "x", "roles": ["board"], "password": "short"}),
            "password",
        ),
        (json!({"id": "x", "name": " ", "roles": ["board"]}), "name"),
    ] {
        administrator
            .post("/people", &change)
            .refuses(422, "validation", Some(field));
    }
    let session = sign_in(&server, "meera.kapoor", "three unrelated words").expect("signed in");
    let me = as_person(&server, &session);
    assert_eq!(me.0, 200);
    assert_eq!(me.1["id"], "meera.kapoor");
    let path = "/people/meera.kapoor";
    administrator
        .call(Method::PATCH, path, &json!({"roles": ["board"]}), &[])
        .is(200);
    assert_eq!(as_person(&server, &session).1["roles"], json!(["board"]));
    administrator
        .call(Method::PATCH, path, &json!({"disabled": true}), &[])
        .is(200);
    assert_eq!(as_person(&server, &session).0, 401);
    assert!(sign_in(&server, "meera.kapoor", "three unrelated words").is_none());
    administrator
        .call(Method::PATCH, path, &json!({"disabled": false}), &[])
        .is(200);
    assert_eq!(
        as_person(&server, &session).0,
        401,
        "an ended session stays ended"
    );
    let session =
        sign_in(&server, "meera.kapoor", "three unrelated words").expect("signed in again");
    administrator
        .call(
            Method::PATCH,
            path,
            &json!({"password": "four quite new words"}),
            &[],
        )
        .is(200);
    assert_eq!(
        as_person(&server, &session).0,
        401,
        "a new password ends what was open"
    );
    administrator
        .call(
            Method::PATCH,
            "/people/nobody",
            &json!({"disabled": true}),
            &[],
        )
        .refuses(404, "not_found", None);
}

#[test]
fn guessing_is_braked_with_the_same_words_for_everyone() {
    let server = Server::start();
    let administrator = server.caller("Setup", &["administrator"]);
    let new = json!({"id": "meera", "name": "Meera", "roles": ["board"], "password": "three unrelated words"});
    administrator.post("/people", &new).is(201);
    let mut words = Vec::new();
    for name in ["meera", "nobody"] {
        for _ in 0..10 {
            let (status, text) = try_sign_in(&server, name, "wrong wrong wrong");
            assert_ne!(status, 303);
            words.push(text.replace(name, "NAME"));
        }
    }
    words.dedup();
    assert_eq!(
        words.len(),
        1,
        "a known and an unknown account are told the same"
    );
    let (status, _) = try_sign_in(&server, "meera", "three unrelated words");
    assert_eq!(status, 429, "even the right password waits now");
}

fn try_sign_in(server: &Server, name: &str, password: &str) -> (u16, String) {
    let answer = crate::support::http()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
        .post(format!("{}/sign-in", server.base()))
        .form(&[("id", name), ("password", password)])
        .send()
        .expect("an answer");
    (answer.status().as_u16(), answer.text().expect("text"))
}

/// The secret of a session begun by page.
fn sign_in(server: &Server, name: &str, password: &str) -> Option<String> {
    let answer = crate::support::http()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
        .post(format!("{}/sign-in", server.base()))
        .form(&[("id", name), ("password", password)])
        .send()
        .expect("an answer");
    let cookie = answer
        .headers()
        .get("set-cookie")?
        .to_str()
        .ok()?
        .to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let value = cookie.split(';').next()?.split_once('=')?.1.to_owned();
    (!value.is_empty()).then_some(value)
}

fn as_person(server: &Server, session: &str) -> (u16, Value) {
    let answer = crate::support::plain_http()
        .get(format!("{}/api/v1/me", server.base()))
        .header("cookie", format!("redress={session}"))
        .send()
        .expect("an answer");
    (answer.status().as_u16(), answer.json().expect("JSON"))
}
