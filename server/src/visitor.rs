//! Who asks: read once for each request and handed to pages and server functions.

use crate::config::Proxies;
use crate::listener::Peer;
use crate::sessions;
use app::visitor::{FLASH, Flash, Visitor, ZONE_COOKIE};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Space;
use model::accounts::Doors;
use model::{Code, Me, Problem};
use std::net::IpAddr;
use std::sync::Arc;
use tower_sessions::Session;

/// What is needed to say who asks.
#[derive(Clone)]
pub(crate) struct Doorkeeper {
    pub space: Space,
    pub proxies: Arc<Proxies>,
}

/// Adds the [`Visitor`] to a request.
pub(crate) async fn each_request(
    State(keeper): State<Doorkeeper>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match visitor(&keeper, &session, &parts).await {
        Ok(visitor) => {
            parts.extensions.insert(visitor);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => crate::api::refused(&problem).into_response(),
    }
}

async fn visitor(keeper: &Doorkeeper, session: &Session, request: &Parts) -> Result<Visitor, Problem> {
    let lost = |cause: tower_sessions::session::Error| {
        tracing::error!(%cause, "a session could not be read");
        Problem::new(Code::Unavailable, "The space cannot reach its memory right now. Try again in a moment.").after(2)
    };
    let me: Option<Me> = session.get(sessions::ME).await.map_err(lost)?;
    if me.is_some() {
        sessions::renew(session).await.map_err(lost)?;
    }
    let navigates = accepts_html(&request.headers);
    let page = request.method == Method::GET && navigates;
    let flash =
        if page && !session.is_empty().await { session.remove::<Flash>(FLASH).await.map_err(lost)? } else { None };
    let peer = request.extensions.get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(address))| address.ip());
    let policy = &keeper.space.policy;
    Ok(Visitor {
        me,
        flash,
        doors: Doors { open: policy.open_registration, demonstration: policy.demonstration },
        zone_minutes: zone(&request.headers),
        navigates,
        address: address(peer, &request.headers, &keeper.proxies),
        session: session.id().map(|id| sessions::key(&id)),
    })
}

pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// The reader's offset from UTC in minutes, as their browser left it in a cookie.
fn zone(headers: &HeaderMap) -> i32 {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let zone = cookies.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == ZONE_COOKIE).then(|| value.parse::<i32>().ok()).flatten()
    });
    zone.filter(|minutes| (-14 * 60..=14 * 60).contains(minutes)).unwrap_or(0)
}

/// Where a request came from. `X-Forwarded-For` is read from its end, as far as the proxies are trusted.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &Proxies) -> IpAddr {
    let mut address = peer.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)).to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        if !proxies.trust(address) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else { break };
        address = before.to_canonical();
    }
    address
}

impl Proxies {
    /// Whether an address lies in one of the networks.
    pub(crate) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, prefix)| match (network.to_canonical(), address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(*prefix).min(32);
                u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(*prefix);
                shift == 128 || network.to_bits() >> shift == address.to_bits() >> shift
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2".parse().unwrap());
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let nobody = Proxies::default();
        assert_eq!(address(Some(peer), &headers, &nobody), peer);
        let inside = Proxies(vec![("10.0.0.0".parse().unwrap(), 8)]);
        assert_eq!(address(Some(peer), &headers, &inside), "198.51.100.7".parse::<IpAddr>().unwrap());
        assert_eq!(
            address(Some("192.0.2.1".parse().unwrap()), &headers, &inside),
            "192.0.2.1".parse::<IpAddr>().unwrap()
        );
        assert!(Proxies(vec![("::".parse().unwrap(), 0)]).trust("2001:db8::1".parse().unwrap()));
    }
}
