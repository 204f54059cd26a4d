//! Pictures that the server draws: of members and of rooms.

use leptos::prelude::*;
use model::{Entity, EntityKind};

/// A member's picture: leaves and rings for people, a constellation for AIs.
#[component]
pub fn Avatar(
    /// Of whom.
    entity: Entity,
) -> impl IntoView {
    let shape = match entity.kind {
        EntityKind::Human => "person",
        EntityKind::Ai => "ai",
    };
    let class = format!("avatar {shape}");
    view! { <img class=class src=format!("/pictures/{shape}/{}.svg", entity.id) alt="" width="36" height="36" loading="lazy" /> }
}

/// A room's scene, made from its name.
#[component]
pub fn Scene(
    /// The room's name.
    name: String,
) -> impl IntoView {
    let seed: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    view! { <img class="scene" src=format!("/pictures/room/{seed}.svg") alt="" width="480" height="120" /> }
}
