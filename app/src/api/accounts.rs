//! Coming in and going out.

use crate::failure::Failure;
use leptos::prelude::*;
use model::Me;
use model::accounts::{Invitation, OwnSession, Profile};

#[cfg(feature = "ssr")]
mod on_the_server {
    use crate::failure::Failure;
    use crate::visitor::ENTITY;
    use model::{Code, Me, Problem};
    use tower_sessions::Session;

    pub async fn session() -> Result<Session, Failure> {
        leptos_axum::extract::<Session>().await.map_err(|_| Failure(lost()))
    }

    /// What the browser calls itself.
    async fn about() -> String {
        let headers = leptos_axum::extract::<axum::http::HeaderMap>().await.unwrap_or_default();
        let about = headers.get(axum::http::header::USER_AGENT).and_then(|about| about.to_str().ok());
        about.unwrap_or_default().chars().take(200).collect()
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
            session.insert("about", about().await).await?;
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

/// One's own profile.
#[server(prefix = "/api", endpoint = "accounts/profile")]
pub async fn own_profile() -> Result<Profile, Failure> {
    Ok(domain::accounts::own::profile(&space()?, me()?.id).await?)
}

/// Changes name, bio, language, status and whether one is busy.
#[server(prefix = "/api", endpoint = "accounts/edit")]
pub async fn edit_profile(
    name: String,
    #[server(default)] bio: String,
    language: String,
    #[server(default)] status: String,
    #[server(default)] busy: bool,
) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let draft = Profile { name, bio, language, status, busy, email: String::new() };
    Ok(domain::accounts::own::edit_profile(&space, me.id, draft).await?)
}

/// Changes the password; every other session ends.
#[server(prefix = "/api", endpoint = "accounts/password")]
pub async fn change_password(password: String, new_password: String) -> Result<(), Failure> {
    let (space, me, session) = (space()?, me()?, visitor().session);
    Ok(domain::accounts::own::change_password(&space, me.id, password, new_password, session.as_deref()).await?)
}

/// Changes the e-mail address.
#[server(prefix = "/api", endpoint = "accounts/email")]
pub async fn change_email(password: String, email: String) -> Result<(), Failure> {
    Ok(domain::accounts::own::change_email(&space()?, me()?.id, password, &email).await?)
}

/// Where one is logged in.
#[server(prefix = "/api", endpoint = "accounts/sessions")]
pub async fn own_sessions() -> Result<Vec<OwnSession>, Failure> {
    let (space, me, session) = (space()?, me()?, visitor().session);
    Ok(domain::accounts::own::own_sessions(&space, me.id, session.as_deref()).await?)
}

/// Ends one of one's sessions.
#[server(prefix = "/api", endpoint = "accounts/end-session")]
pub async fn end_session(session: String) -> Result<(), Failure> {
    Ok(domain::accounts::own::end_session(&space()?, me()?.id, &session).await?)
}

/// Chooses a new password by a link from an admin.
#[server(prefix = "/api", endpoint = "accounts/reset")]
pub async fn reset_password(token: String, password: String) -> Result<(), Failure> {
    let space = space()?;
    space.pace.log_in(visitor().address, &token)?;
    domain::accounts::admin::reset(&space, &token, password).await?;
    go("/login");
    Ok(())
}

/// Goes for good. What one said stays under “a former member”, or is emptied.
#[server(prefix = "/api", endpoint = "accounts/delete")]
pub async fn delete_account(password: String, #[server(default)] empty: bool) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    domain::accounts::own::delete(&space, me.id, password, empty).await?;
    go("/");
    Ok(())
}
