//! Faults of ours: a page that says so, with the number under which the log tells the rest.

use std::any::Any;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::RequestId;

use super::frame::Frame;
use super::page::{Message, render};

/// Turns a panic and what axum refuses into a page, and writes the request's number into every page about a fault of ours.
pub fn tell<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages
        .layer(middleware::map_response(as_page))
        .layer(CatchPanicLayer::custom(fell))
        .layer(middleware::from_fn(number))
}

/// A page in the place of the bare words with which a request is refused before any of our own code sees it: an
/// address or form that cannot be read, one that is too long, a way of asking that there is not.
async fn as_page(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    let (title, text) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "Too large",
            "This is longer than a form may be. Go back, shorten it, and attach what is long as a document.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not found",
            "There is no page under this address. Go back and choose again.",
        ),
        StatusCode::BAD_REQUEST
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => (
            "This could not be read",
            "The address or the form is not as our pages send it. Go back and try again.",
        ),
        _ => return response,
    };
    if !bare {
        return response;
    }
    let message = Message {
        frame: Frame::bare(),
        title: title.into(),
        text: text.into(),
        incident: String::new(),
    };
    let mut page = message.answer(status);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    page
}

fn fell(_: Box<dyn Any + Send>) -> Response {
    let text =
        "Nothing was changed. Go back and try again; what you typed is still there.".to_owned();
    Message {
        frame: Frame::bare(),
        title: "Something went wrong".into(),
        text,
        incident: String::new(),
    }
    .answer(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn number(request: Request, next: Next) -> Response {
    let number = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let Some(message) = response.extensions_mut().remove::<Message>() else {
        return response;
    };
    let Some(number) = number
        .as_ref()
        .and_then(|id| id.header_value().to_str().ok())
    else {
        return response;
    };
    let incident = number.to_owned();
    let mut numbered = render(
        response.status(),
        &Message {
            incident,
            ..message
        },
    );
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH {
            numbered.headers_mut().insert(name.clone(), value.clone());
        }
    }
    numbered
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_page_with_the_number_of_the_request() {
        async fn broken() -> Response {
            panic!("a fault of ours")
        }
        let site: Router = tell(Router::new().route("/", get(broken)));
        let mut request = Request::new(Body::empty());
        let number = RequestId::new(header::HeaderValue::from_static("f00d"));
        request.extensions_mut().insert(number);
        let response = site.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let page = to_bytes(response.into_body(), 1 << 20)
            .await
            .expect("a page");
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("Something went wrong"), "{page}");
        assert!(page.contains("quote f00d"), "{page}");
    }
}
