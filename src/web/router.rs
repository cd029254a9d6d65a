//! Every address of the pages.

use super::page::{AboutPage, LICENCES, Message, render};
use super::shell::{Visitor, Web};
use super::{
    approval_page, assets, assign_page, away_page, board, brand, bundle_page, case_handlers,
    clocks, command_page, document_page, documents, drafts, erasure_page, evidence_page, faults,
    feed, help, invite, learning, live, log_page, nudges_page, ombudsman_page, queue, record_page,
    search_page, security, session, settings_pages, views_page,
};
use crate::desk::plugins::LARGEST;
use crate::plugins::Kind as PluginKind;
use crate::web::form::Posted;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

/// The longest form: an account may be 4 MB of text, and browsers triple what is not ASCII.
pub const LONGEST_FORM: usize = 16 * 1024 * 1024;

/// The pages over a desk, with their headers and their guard against posts from other sites.
pub fn router(web: Web) -> Router {
    let uploads = Router::new()
        .route(
            "/cases/{reference}/documents",
            get(documents::ask).post(documents::add),
        )
        .route(
            "/settings/policies",
            get(settings_pages::policies::policies).post(settings_pages::policies::add_policy),
        )
        .route("/log", get(log_page::ask).post(log_page::act))
        .route("/drafts/files", post(drafts::keep_files))
        .route("/learning/{number}/files", post(learning::add_file))
        .route("/answer/{secret}", get(invite::show).post(invite::answer))
        .layer(DefaultBodyLimit::disable());
    let components = Router::new()
        .route(
            "/settings/plugins",
            get(settings_pages::plugins::plugins).post(settings_pages::plugins::install),
        )
        .layer(DefaultBodyLimit::max(LARGEST as usize + (1 << 20)));
    let pages = Router::new()
        .route("/", get(queue::queue))
        .route("/cases", get(queue::cases))
        .route("/board", get(board::show))
        .route("/board/published.csv", get(board::download))
        .route("/board/compare", get(board::compare::show))
        .route("/board/live", get(live::board))
        .route("/ombudsman", get(ombudsman_page::show))
        .route("/learning", get(learning::list).post(learning::enter))
        .route("/learning/new", get(learning::ask))
        .route("/learning/{number}", get(learning::show))
        .route(
            "/learning/{number}/change",
            get(learning::ask_change).post(learning::change),
        )
        .route("/learning/{number}/files/{nth}", get(learning::download))
        .route("/search", get(search_page::show))
        .route("/help", get(help::list))
        .route("/help/{name}", get(help::article))
        .route("/cases/{reference}/live", get(live::case))
        .route("/log/dates", get(log_page::dates))
        .route("/drafts", post(drafts::keep))
        .route("/drafts/drop", post(drafts::forget))
        .route("/drafts/files/drop", post(drafts::drop_file))
        .route("/drafts/files/picture", get(drafts::picture))
        .route("/cases/{reference}", get(case_handlers::show))
        .route("/cases/{reference}/audit", get(case_handlers::history))
        .route(
            "/cases/{reference}/do/{command}",
            get(command_page::ask).post(command_page::act),
        )
        .route(
            "/cases/{reference}/documents/{id}",
            get(documents::download),
        )
        .route(
            "/cases/{reference}/documents/{id}/view",
            get(document_page::show),
        )
        .route(
            "/cases/{reference}/documents/{id}/picture",
            get(document_page::picture),
        )
        .route(
            "/cases/{reference}/approvals/{id}",
            get(approval_page::show),
        )
        .route(
            "/cases/{reference}/bundle",
            get(bundle_page::ask).post(bundle_page::make),
        )
        .route(
            "/cases/{reference}/exports/{format}",
            get(bundle_page::ask_format).post(bundle_page::make_format),
        )
        .route("/cases/{reference}/links", post(case_handlers::ask_again))
        .route("/cases/{reference}/evidence", get(evidence_page::show))
        .route(
            "/cases/{reference}/invite/{contribution}",
            get(invite::ask).post(invite::make),
        )
        .route(
            "/cases/{reference}/invite/{contribution}/done",
            post(invite::back),
        )
        .route(
            "/cases/{reference}/links/{source}/{kind}/{id}",
            get(record_page::show).post(record_page::pull),
        )
        .route("/assign", post(assign_page::give))
        .route("/views", get(views_page::ask).post(views_page::keep))
        .route("/views/remove", post(views_page::remove))
        .route("/away", get(away_page::ask).post(away_page::act))
        .route(
            "/cases/{reference}/erase",
            get(erasure_page::ask).post(erasure_page::erase),
        )
        .route("/reminders", get(nudges_page::show).post(nudges_page::seen))
        .route("/feed", get(feed::ask).post(feed::act))
        .route("/feed/{name}", get(feed::calendar))
        .route("/clocks", get(simulate))
        .route("/about", get(about))
        .route(
            "/settings",
            get(settings_pages::people::people).post(settings_pages::people::add_person),
        )
        .route(
            "/settings/roles",
            get(settings_pages::people::ask_roles).post(settings_pages::people::set_roles),
        )
        .route("/settings/disable", post(settings_pages::people::disable))
        .route(
            "/settings/password",
            get(settings_pages::people::ask_password).post(settings_pages::people::set_password),
        )
        .route(
            "/settings/sessions",
            get(settings_pages::sessions::everyones).post(settings_pages::sessions::end_everyones),
        )
        .route(
            "/sessions",
            get(settings_pages::sessions::mine).post(settings_pages::sessions::end_mine),
        )
        .route(
            "/settings/tokens",
            get(settings_pages::tokens::tokens).post(settings_pages::tokens::create),
        )
        .route(
            "/settings/tokens/revoke",
            post(settings_pages::tokens::revoke),
        )
        .route(
            "/settings/calendar",
            get(settings_pages::calendar::calendar).post(settings_pages::calendar::add_holiday),
        )
        .route(
            "/settings/calendar/remove",
            post(settings_pages::calendar::remove_holiday),
        )
        .route(
            "/settings/categories",
            get(settings_pages::categories::categories)
                .post(settings_pages::categories::add_category),
        )
        .route(
            "/settings/categories/offer",
            post(settings_pages::categories::offer_category),
        )
        .route(
            "/settings/rates",
            get(settings_pages::rates::rates).post(settings_pages::rates::add_rate),
        )
        .route(
            "/settings/rates/change",
            get(settings_pages::rates::ask_change).post(settings_pages::rates::change_rate),
        )
        .route(
            "/settings/rates/offer",
            post(settings_pages::rates::offer_rate),
        )
        .route(
            "/settings/rules",
            get(settings_pages::rules::rules).post(settings_pages::rules::set_rules),
        )
        .route("/settings/history", get(settings_pages::history::history))
        .route(
            "/settings/giving",
            get(settings_pages::giving::giving).post(settings_pages::giving::set_giving),
        )
        .route(
            "/settings/look",
            get(settings_pages::look::look).post(settings_pages::look::set_look),
        )
        .route(
            "/settings/letters",
            get(settings_pages::letters::letters).post(settings_pages::letters::set_letters),
        )
        .route(
            "/settings/links",
            get(settings_pages::links::links).post(settings_pages::links::choose),
        )
        .route(
            "/settings/links/new",
            get(settings_pages::links::ask_new).post(settings_pages::links::add_link),
        )
        .route(
            "/settings/links/remove",
            post(settings_pages::links::remove_link),
        )
        .route(
            "/settings/links/{key}/mapping",
            get(settings_pages::mapping::ask).post(settings_pages::mapping::act),
        )
        .route(
            "/settings/links/{key}",
            get(settings_pages::links::ask_link).post(settings_pages::links::change_link),
        )
        .route(
            "/settings/plugins/approve",
            post(settings_pages::plugins::approve),
        )
        .route(
            "/settings/plugins/refuse",
            post(settings_pages::plugins::refuse_waiting),
        )
        .route(
            "/settings/plugins/switch",
            post(settings_pages::plugins::switch),
        )
        .route(
            "/settings/plugins/remove",
            post(settings_pages::plugins::remove),
        )
        .route(
            "/settings/plugins/{id}",
            get(settings_pages::plugins::show_plugin).post(settings_pages::plugins::set_plugin),
        )
        .route(
            "/settings/links/switch",
            post(settings_pages::links::switch_link),
        )
        .route(
            "/settings/links/check",
            post(settings_pages::links::check_link),
        )
        .route(
            "/settings/backups",
            get(settings_pages::backups::backups).post(settings_pages::backups::set_plan),
        )
        .route(
            "/settings/backups/bucket",
            get(settings_pages::bucket::ask).post(settings_pages::bucket::set),
        )
        .route(
            "/settings/backups/make",
            post(settings_pages::backups::make),
        )
        .route(
            "/settings/backups/check",
            post(settings_pages::backups::check),
        )
        .route("/sign-in", get(session::ask).post(session::enter))
        .route("/sign-out", post(session::leave))
        .route("/start", get(session::first).post(session::begin))
        .route(
            "/password",
            get(session::ask_password).post(session::change_password),
        )
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .merge(uploads)
        .merge(components)
        .route("/assets/{name}", get(assets::serve))
        .route("/brand.css", get(brand::style))
        .route("/brand/logo", get(brand::logo))
        .fallback(nothing_here);
    // Browsers send it by themselves, without saying from which site.
    let reports = Router::new()
        .route("/policy-report", post(security::reported))
        .layer(DefaultBodyLimit::max(security::LONGEST_REPORT));
    security::protect(faults::tell(pages))
        .merge(reports)
        .with_state(web)
}

async fn nothing_here(State(web): State<Web>) -> Response {
    let text = "Check the address, or find the case by its reference.".to_owned();
    Message {
        frame: web.outside(),
        title: "Not found".into(),
        text,
        incident: String::new(),
    }
    .answer(StatusCode::NOT_FOUND)
}

async fn simulate(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let book = web.desk.book();
    let today = super::words::civil(web.desk.now());
    let frame = web.frame(&actor, "/clocks");
    let page = clocks::page(
        frame,
        Posted(asked),
        today,
        book.calendar(),
        &book.policy(today).clocks,
    );
    render(StatusCode::OK, &page)
}

fn plugins(web: &Web) -> Vec<(&'static str, String, String)> {
    // A list that cannot be read keeps nobody from the rest of the page.
    let names = web.desk.plugin_names().unwrap_or_default().into_iter();
    names
        .map(|(name, kind, _, sha256)| match kind {
            PluginKind::Exporter => ("Exporter", name, sha256),
            PluginKind::Linker => ("Adapter", name, sha256),
        })
        .collect()
}

async fn about(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let page = AboutPage {
        frame: web.frame(&actor, ""),
        version: env!("CARGO_PKG_VERSION"),
        plugins: plugins(&web),
        licences: LICENCES.to_vec(),
    };
    render(StatusCode::OK, &page)
}
