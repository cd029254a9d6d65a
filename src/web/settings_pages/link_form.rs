//! The form of a link, made from what its adapter asks for: settings from the manifest's schema, and for each
//! connection where it leads, how to sign in, and what else the operator decides.

use serde_json::{Map, Value, json};

use crate::desk::DeskError;
use crate::desk::plugins::connection::{Connection, FixedHeader, Hidden, KEPT, SignIn};
use crate::desk::plugins::sources::LinkSource;
use crate::plugins::Manifest;
use crate::plugins::manifest::{Wanted, WantedLimits};
use crate::plugins::schema::{Member, Schema, Type};
use crate::web::form::{Choice, Field, Form, Kind};

/// The form of a link: a new one, or one that is kept.
pub fn link_form(manifest: &Manifest, kept: Option<&LinkSource>) -> Form {
    let mut first = Vec::new();
    match kept {
        None => first.push(Field::new(Kind::Line, "key", "Name of the link").hint(
            "Short, such as “repairs”: it stands on every record that comes from there, for ever.",
        )),
        Some(kept) => {
            first.push(Field::new(Kind::Hidden, "key", "Name").with(&kept.key));
        }
    }
    first.push(Field::new(Kind::Hidden, "plugin", "Adapter").with(&manifest.id));
    if let Some(folder) = &manifest.folder {
        let hint = match folder.purpose.as_str() {
            "" => "A folder on the server. It is read and never written to.".to_owned(),
            purpose => format!("{purpose}. It is read and never written to."),
        };
        let field = Field::new(Kind::Line, "folder", "Folder on the server")
            .hint(hint)
            .with(
                kept.and_then(|kept| kept.folder.clone())
                    .unwrap_or_default(),
            );
        first.push(if folder.required {
            field
        } else {
            field.optional()
        });
    }
    let action = match kept {
        None => "/settings/links/new".to_owned(),
        Some(kept) => format!("/settings/links/{}", kept.key),
    };
    let submit = if kept.is_some() {
        "Save the link"
    } else {
        "Link the system"
    };
    let mut form = Form::new(action, submit, first);
    let empty = Value::Null;
    let settings = schema_fields(
        &manifest.settings,
        "settings",
        kept.map_or(&empty, |kept| &kept.settings),
    );
    if !settings.is_empty() {
        form = form.section("Settings of the adapter", "", false, settings);
    }
    for wanted in &manifest.connections {
        let own = kept.and_then(|kept| kept.connections.iter().find(|own| own.name == wanted.name));
        form = connection(form, wanted, own, kept.is_some());
    }
    form.section(
        "Limits and refreshing",
        "The usual is right for most systems.",
        true,
        limits(manifest.limits, kept),
    )
    .trial("Test connection")
}

/// Questions for each member of a schema; `under` goes before their names.
pub fn schema_fields(schema: &Schema, under: &str, values: &Value) -> Vec<Field> {
    if schema.takes_anything() {
        let field = Field::new(Kind::Text, under, "Settings, as JSON")
            .optional()
            .hint("As the plugin’s author describes them.");
        return vec![match values {
            Value::Null => field,
            values => field.with(pretty(values)),
        }];
    }
    let asked = |(name, member): (&String, &Member)| {
        let title = if member.title.is_empty() {
            name
        } else {
            &member.title
        };
        let kind = match member.kind {
            Type::String if !member.choices.is_empty() => Kind::Select,
            Type::String if member.format.as_deref() == Some("date") => Kind::Date,
            Type::String if member.format.as_deref() == Some("multiline") => Kind::Text,
            Type::String | Type::Number => Kind::Line,
            Type::Integer => Kind::Number,
            Type::Boolean => Kind::Tick,
            Type::Array => Kind::Lines,
            Type::Object => Kind::Text,
        };
        let mut field =
            Field::new(kind, format!("{under}.{name}"), title.clone()).hint(match kind {
                Kind::Lines => format!("{} One on each line.", member.description)
                    .trim()
                    .to_owned(),
                _ => member.description.clone(),
            });
        field.choices = member
            .choices
            .iter()
            .map(|choice| Choice::new(choice, choice))
            .collect();
        let value = match &values[name] {
            Value::Null => member.default.as_ref().unwrap_or(&Value::Null),
            value => value,
        };
        field.values = match value {
            Value::Null | Value::Bool(false) => Vec::new(),
            Value::Bool(true) => vec!["yes".into()],
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => {
                let lines: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                vec![lines.join("\n")]
            }
            Value::Object(_) => vec![pretty(value)],
            number => vec![number.to_string()],
        };
        if schema.required.contains(name) && kind != Kind::Tick {
            field
        } else {
            field.optional()
        }
    };
    schema.properties.iter().map(asked).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What was answered to [`schema_fields`], as the schema has it; its own check comes after.
///
/// # Errors
/// A field and what to type there instead.
pub fn schema_answers(
    schema: &Schema,
    under: &str,
    answers: &Value,
) -> Result<Value, (String, String)> {
    let no_json = |name: &str, error: serde_json::Error| {
        (name.to_owned(), format!("This is not JSON: {error}"))
    };
    if schema.takes_anything() {
        let text = answers[under].as_str().unwrap_or("{}");
        return serde_json::from_str(text).map_err(|error| no_json(under, error));
    }
    let mut settings = Map::new();
    for (name, member) in &schema.properties {
        let (said, field) = (&answers[under][name], format!("{under}.{name}"));
        let value = match (member.kind, said.as_str()) {
            _ if said.is_null() => continue,
            (Type::Object, Some(text)) => {
                serde_json::from_str(text).map_err(|error| no_json(&field, error))?
            }
            (Type::Number, Some(text)) => match text.parse::<f64>() {
                Ok(number) => json!(number),
                Err(_) => return Err((field, format!("Enter a number; “{text}” is not one"))),
            },
            _ => said.clone(),
        };
        settings.insert(name.clone(), value);
    }
    Ok(Value::Object(settings))
}

fn connection(form: Form, wanted: &Wanted, own: Option<&Connection>, is_kept: bool) -> Form {
    let at = |field: &str| format!("c.n-{}.{field}", wanted.name);
    let text = |of: fn(&Connection) -> &String| own.map(of).cloned().unwrap_or_default();
    let ways: Vec<(&str, &str)> = [
        ("none", "No credentials"),
        ("header", "A header of its own, such as x-api-key"),
        ("bearer", "A token (Authorization: Bearer)"),
        ("basic", "Name and password (Basic)"),
        ("oauth", "OAuth 2.0 client credentials"),
    ]
    .into_iter()
    .filter(|(way, _)| {
        wanted.credentials.is_empty() || wanted.credentials.iter().any(|known| known == way)
    })
    .collect();
    let usual = ways.first().map_or("none", |(way, _)| way);
    let sign_in = own.map_or(usual.to_owned(), |own| {
        crate::web::words::wire(&own.sign_in)
    });
    let mut base = Field::new(Kind::Line, at("base_url"), "Base address")
        .hint(match wanted.example.as_str() {
            "" => {
                "Nothing outside this address is reached, such as https://repairs.example.org/api."
                    .to_owned()
            }
            example => format!("Such as {example}. Nothing outside this address is reached."),
        })
        .with(text(|own| &own.base_url));
    if !wanted.required {
        base = base.optional();
    }
    let secret = Field::new(Kind::Password, at("secret"), "Password, token or value")
        .optional()
        .purpose("off");
    let secret = match own {
        Some(own) if own.secret != Hidden::None => {
            secret.hint("One is kept, sealed. Leave this empty to keep it; it has to be entered again when the address changes.")
        }
        _ => secret.hint("Kept sealed, under a key outside the data file. Neither the adapter nor any page sees it again."),
    };
    let lines = |of: fn(&Connection) -> &Vec<String>| {
        own.map(of)
            .map(|lines| lines.join("\n"))
            .unwrap_or_default()
    };
    let headers = own.map(|own| &own.headers).into_iter().flatten();
    let headers: Vec<String> = headers
        .map(|header| format!("{}: {KEPT}", header.name))
        .collect();
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let tick = |on: Option<bool>| if on == Some(true) { "yes" } else { "" };
    let purpose = match wanted.purpose.as_str() {
        "" => String::new(),
        purpose => format!("{}. ", purpose.trim_end_matches('.')),
    };
    let asked = if is_kept && own.is_none() && wanted.required {
        "Now say where this leads: the adapter needs it and the link does not have it yet. "
    } else {
        ""
    };
    let intro = format!("{asked}{purpose}It sends {}.", wanted.methods.join(", "));
    let fields = vec![
        base,
        Field::new(Kind::Select, at("sign_in"), "How to sign in")
            .of(ways.iter().map(|(way, label)| Choice::new(*way, *label)).collect())
            .with(sign_in),
        Field::new(Kind::Line, at("sign_in_name"), "Name")
            .optional()
            .hint("The header’s name, the account or the client id; nothing for a token.")
            .with(text(|own| &own.sign_in_name))
            .purpose("off"),
        secret,
        Field::new(Kind::Lines, at("private_network"), "Hosts in your own network")
            .optional()
            .hint("Only for a system inside your network: its host name, address or network (10.1.0.0/16), one on each line. Without this, private addresses are refused.")
            .with(lines(|own| &own.private_network)),
    ];
    let more = vec![
        Field::new(Kind::Lines, at("headers"), "Further headers")
            .optional()
            .hint("Such as “x-tenant: marsh-end”, one on each line. Values are kept sealed; “(kept)” leaves one as it is.")
            .with(headers.join("\n")),
        Field::new(Kind::Line, at("token_url"), "Where OAuth tokens are fetched").optional().with(text(|own| &own.token_url)),
        Field::new(Kind::Line, at("scope"), "OAuth scope").optional().with(text(|own| &own.scope)),
        Field::new(Kind::Line, at("audience"), "OAuth audience").optional().with(text(|own| &own.audience)),
        Field::new(Kind::Tick, at("secret_in_body"), "Send the OAuth client’s secret in the form")
            .optional()
            .with(tick(own.map(|own| own.secret_in_body))),
        Field::new(Kind::Text, at("private_ca"), "Certificates of your own authority, as PEM")
            .optional()
            .with(text(|own| &own.private_ca)),
        Field::new(Kind::Tick, at("plain_http"), "Accept http:// without encryption")
            .optional()
            .with(tick(own.map(|own| own.plain_http))),
        Field::new(Kind::Number, at("timeout_seconds"), "Seconds for an answer")
            .optional()
            .hint("20 where nothing is said; at most 120.")
            .with(number(own.and_then(|own| own.timeout_seconds))),
        Field::new(Kind::Number, at("per_second"), "Requests a second")
            .optional()
            .hint("10 where nothing is said.")
            .with(number(own.and_then(|own| own.per_second))),
    ];
    let title = format!(
        "Connection “{}”{}",
        wanted.name,
        if wanted.required { "" } else { " (optional)" }
    );
    form.section(&title, &intro, false, fields).section(
        &format!("More about “{}”", wanted.name),
        "",
        true,
        more,
    )
}

fn limits(asked: WantedLimits, kept: Option<&LinkSource>) -> Vec<Field> {
    let limits = kept.map(|kept| kept.limits).unwrap_or_default();
    let number = |name: &str, label: &str, hint: &str, value: Option<u32>| {
        Field::new(Kind::Number, name.to_owned(), label.to_owned())
            .optional()
            .hint(hint.to_owned())
            .with(value.map(|n| n.to_string()).unwrap_or_default())
    };
    let else_gets = |asked: Option<u32>, usual: u32| match asked {
        Some(asked) => format!("{asked} where nothing is said, as the plugin asks."),
        None => format!("{usual} where nothing is said."),
    };
    vec![
        number(
            "refresh_hours",
            "Ask again for open cases after so many hours",
            "24 where nothing is said; 0 for never. A day or more means the night in which that time is over.",
            kept.and_then(|kept| kept.refresh_hours),
        ),
        number(
            "limits.memory_mb",
            "Memory in megabytes",
            &else_gets(asked.memory_mb, 128),
            limits.memory_mb,
        ),
        number(
            "limits.seconds",
            "Seconds for a run",
            &else_gets(asked.seconds, 60),
            limits.seconds,
        ),
        number(
            "limits.requests",
            "Requests in a run",
            &else_gets(asked.requests, 60),
            limits.requests,
        ),
        number(
            "limits.at_once",
            "Runs at the same time",
            "4 where nothing is said.",
            limits.at_once,
        ),
    ]
}

/// The link that the answers mean. What is kept of secrets stays where nothing was typed.
///
/// # Errors
/// A field and what to type there instead; or what else does not fit.
pub fn link_answers(
    manifest: &Manifest,
    kept: Option<&LinkSource>,
    answers: &Value,
) -> Result<LinkSource, (String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    let mut connections = Vec::new();
    for wanted in &manifest.connections {
        let said = &answers["c"][format!("n-{}", wanted.name)];
        if text(&said["base_url"]).is_empty() {
            continue;
        }
        let own = kept.and_then(|kept| kept.connections.iter().find(|own| own.name == wanted.name));
        connections.push(connection_answers(wanted, own, said)?);
    }
    let source = json!({
        "key": kept.map_or_else(|| text(&answers["key"]), |kept| kept.key.clone()),
        "plugin": manifest.id,
        "folder": answers["folder"],
        "settings": schema_answers(&manifest.settings, "settings", answers)?,
        "limits": if answers["limits"].is_null() { json!({}) } else { answers["limits"].clone() },
        "refresh_hours": answers["refresh_hours"],
        "enabled": kept.is_none_or(|kept| kept.enabled),
    });
    let mut source: LinkSource = serde_json::from_value(source).map_err(|error| {
        (
            String::new(),
            format!("Something does not fit together: {error}"),
        )
    })?;
    source.connections = connections;
    Ok(source)
}

fn connection_answers(
    wanted: &Wanted,
    own: Option<&Connection>,
    said: &Value,
) -> Result<Connection, (String, String)> {
    let text = |name: &str| said[name].as_str().unwrap_or_default().trim().to_owned();
    let list = |name: &str| -> Vec<String> {
        let lines = said[name].as_array().into_iter().flatten();
        lines.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let sign_in: SignIn = serde_json::from_value(said["sign_in"].clone()).unwrap_or_default();
    let typed = |text: &str| match text {
        "" | KEPT => Hidden::AsItWas,
        text => Hidden::Typed(crate::auth::seal::Secret::new(text)),
    };
    let secret = match (sign_in, text("secret").as_str()) {
        (SignIn::None, _) => Hidden::None,
        (_, "") if own.is_none_or(|own| own.secret == Hidden::None) => Hidden::None,
        (_, secret) => typed(secret),
    };
    let mut headers = Vec::new();
    for line in list("headers") {
        let Some((name, value)) = line.split_once(':') else {
            let field = format!("c.n-{}.headers", wanted.name);
            return Err((
                field,
                format!("Enter a name, a colon and a value; “{line}” is not that"),
            ));
        };
        headers.push(FixedHeader {
            name: name.trim().to_owned(),
            value: typed(value.trim()),
        });
    }
    let number = |name: &str| said[name].as_u64().and_then(|n| u32::try_from(n).ok());
    Ok(Connection {
        name: wanted.name.clone(),
        base_url: text("base_url"),
        methods: own.map(|own| own.methods.clone()).unwrap_or_default(),
        sign_in,
        sign_in_name: text("sign_in_name"),
        secret,
        token_url: text("token_url"),
        scope: text("scope"),
        audience: text("audience"),
        secret_in_body: said["secret_in_body"] == true,
        headers,
        private_ca: text("private_ca"),
        private_network: list("private_network"),
        plain_http: said["plain_http"] == true,
        timeout_seconds: number("timeout_seconds"),
        per_second: number("per_second"),
    })
}

/// Notes on the form what the desk refused; its words name the connection.
pub fn refuse_link(form: &mut Form, manifest: &Manifest, error: &DeskError) {
    let DeskError::Invalid {
        field: "connections",
        detail,
    } = error
    else {
        return crate::web::session::refuse(form, error);
    };
    let named = manifest.connections.iter().find(|wanted| {
        detail.contains(&format!("onnection {}:", wanted.name))
            || detail.contains(&format!("connection {} ", wanted.name))
    });
    let field = named.map(|wanted| format!("c.n-{}.base_url", wanted.name));
    form.refuse(field.as_deref(), detail, "", "");
}
