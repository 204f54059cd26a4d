//! Coming in and going out.

use crate::failure::Failure;
use leptos::prelude::*;
use model::Me;
use model::accounts::Invitation;

#[cfg(feature = "ssr")]
mod on_the_server {
    use crate::failure::Failure;
    use crate::visitor::ENTITY;
    use model::{Code, Me, Problem};
    use tower_sessions::Session;

    pub async fn session() -> Result<Session, Failure> {
        leptos_axum::extract::<Session>().await.map_err(|_| Failure(lost()))
    }

    fn lost() -> Problem {
        Problem::new(Code::Unavailable, crate::words::BUSY).after(2)
    }

    /// A new id at each log-in: who knew the old one knows nothing.
    pub async fn enter(me: &Me) -> Result<(), Failure> {
        let session = session().await?;
        let entered = async {
            session.cycle_id().await?;
            // A session that only kept a refused form was to be short.
            session.set_expiry(Some(tower_sessions::Expiry::OnInactivity(time::Duration::days(30))));
            session.insert(ENTITY, me.id).await
        };
        entered.await.map_err(|cause| {
            tracing::error!(%cause, "a session could not be made");
            Failure(lost())
        })
    }

    /// Where a browser goes next; a program is not told.
    pub fn go(place: &str) {
        use axum::http::{HeaderValue, header};
        let response = leptos::prelude::use_context::<leptos_axum::ResponseOptions>();
        if let (Some(response), Ok(place)) = (response, HeaderValue::from_str(place)) {
            response.insert_header(header::LOCATION, place);
        }
    }
}

#[cfg(feature = "ssr")]
pub(crate) use on_the_server::go;
#[cfg(feature = "ssr")]
use {
    crate::visitor::{me, space, visitor},
    on_the_server::{enter, session},
};

/// Registers somebody, who is logged in from then on.
#[server(prefix = "/api", endpoint = "accounts/register")]
pub async fn register(
    name: String,
    email: String,
    password: String,
    invitation: Option<String>,
) -> Result<Me, Failure> {
    let space = space()?;
    space.pace.register(visitor().address, &email)?;
    let form = domain::accounts::Registration { name, email, password, invitation };
    let me = domain::accounts::register(&space, form).await?;
    enter(&me).await?;
    go("/rooms");
    Ok(me)
}

/// Logs in by name or e-mail address.
#[server(prefix = "/api", endpoint = "accounts/login")]
pub async fn log_in(login: String, password: String) -> Result<Me, Failure> {
    let space = space()?;
    space.pace.log_in(visitor().address, &login)?;
    let me = domain::accounts::log_in(&space, &login, password).await?;
    enter(&me).await?;
    go("/rooms");
    Ok(me)
}

/// Ends this session.
#[server(prefix = "/api", endpoint = "accounts/logout")]
pub async fn log_out() -> Result<(), Failure> {
    let visitor = visitor();
    session()
        .await?
        .flush()
        .await
        .map_err(|_| Failure(model::Problem::new(model::Code::Unavailable, crate::words::BUSY)))?;
    if let (Some(me), Some(digest)) = (visitor.me, visitor.session) {
        space()?.live.end(me.id, Some(&digest));
    }
    go("/");
    Ok(())
}

/// Ends every session of the one who asks, this one too.
#[server(prefix = "/api", endpoint = "accounts/logout-everywhere")]
pub async fn log_out_everywhere() -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    domain::accounts::log_out_everywhere(&space, me.id).await?;
    go("/");
    Ok(())
}

/// Who is logged in.
#[server(prefix = "/api", endpoint = "accounts/me")]
#[allow(clippy::unused_async)]
pub async fn who_am_i() -> Result<Me, Failure> {
    me()
}

/// Makes a link by which one person can register. For admins.
#[server(prefix = "/api", endpoint = "accounts/invite")]
pub async fn invite() -> Result<Invitation, Failure> {
    let (space, me) = (space()?, me()?);
    let token = domain::accounts::invite(&space, me.id).await?;
    Ok(Invitation { link: format!("/register?invitation={token}") })
}
