//! What an AI knows from documents: adding them, how far they are, looking for something in them, and one of them whole.

use crate::app::viewer;
use crate::components::{Ask, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use domain::knowledge::{self, PAGE};
use domain::minds::studio;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{Code, Document, DocumentState, EntityId, FoundPassage, MindCard, Problem, limits};

const FORGET: &str = "/api/minds/forget";

fn missing() -> Failure {
    Failure(Problem::new(Code::NotFound, words::NOT_FOUND))
}

/// What was looked for, and what of it is known or why nothing was looked for.
type Looked = (String, Result<Vec<FoundPassage>, Problem>);

async fn load(id: Option<String>, question: String) -> Result<(MindCard, Vec<Document>, Option<Looked>), Failure> {
    let (space, me) = (space()?, me()?);
    let id: EntityId = id.and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let card = studio::one(&space, me.id, id).await?;
    let documents = knowledge::all(&space, me.id, id).await?;
    let found = if limits::length(&question) > 0 {
        let found = knowledge::find(&space, me.id, id, &question).await;
        Some((question, found.map_err(|cause| cause.problem())))
    } else {
        None
    };
    Ok((card, documents, found))
}

/// All of it.
#[component]
pub fn Knowledge() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("mind"));
    let question = use_query_map().with_untracked(|query| query.get("q")).unwrap_or_default();
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load(id, question).await {
                    Ok((card, documents, found)) => Either::Left(view! { <Show card documents found /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(card: MindCard, documents: Vec<Document>, found: Option<Looked>) -> impl IntoView {
    let (id, name) = (card.id, card.mind.name);
    let problem = viewer().get_untracked().problem(FORGET);
    let is_new = documents.is_empty();
    let question = found.as_ref().map(|(question, _)| question.clone()).unwrap_or_default();
    let found = found.map(|(_, found)| match found {
        Ok(found) if found.is_empty() => Either::Left(view! { <p class="hint">{words::NOTHING_KNOWN}</p> }.into_any()),
        Err(problem) => Either::Left(view! { <p class="wrong" role="alert">{problem.message}</p> }.into_any()),
        Ok(found) => Either::Right(
            view! { <ol class="passages">{found.into_iter().map(|one| passage(id, one, true)).collect_view()}</ol> },
        ),
    });
    view! {
        <Title text=words::knows(&name) />
        <main id="main" class="narrow studio">
            <h1>{words::knows(&name)}</h1>
            <p class="lead">{words::KNOWLEDGE_LEAD}</p>
            <Trouble problem />
            <form class="card by-script" method="post" action="/api/minds/learn" data-teaches="" data-sending=words::SENDING>
                <h2>{words::ADD_DOCUMENTS}</h2>
                <input type="hidden" name="mind" value=id.to_string() />
                <div class="drop">
                    <label for="documents-to-add">{words::CHOOSE_DOCUMENTS}</label>
                    <input id="documents-to-add" name="files" type="file" multiple=true required=true
                        accept=".txt,.md,.markdown,.pdf,.html,.htm,.docx,.epub" aria-describedby="documents-hint" />
                    <p class="hint" id="documents-hint">{words::DOCUMENTS_HINT}</p>
                </div>
                <button class="primary">{words::ADD_DOCUMENTS_NOW}</button>
                <div role="status"><ul class="plain"></ul></div>
            </form>
            <p class="card without-script">{words::NEEDS_SCRIPT}</p>
            <section class="card">
                <h2>{words::DOCUMENTS}</h2>
                <List documents />
            </section>
            {(!is_new).then(|| view! {
                <form class="card" method="get">
                    <h2>{words::LOOK_IT_UP}</h2>
                    <div class="beside">
                        <input name="q" type="search" aria-label=words::LOOK_IT_UP value=question maxlength="500" autocomplete="off" dir="auto" />
                        <button class="secondary">{words::LOOK}</button>
                    </div>
                    <p class="hint">{words::LOOK_IT_UP_HINT}</p>
                    {found}
                </form>
            })}
            <p class="aside"><a href=format!("/studio/{id}")>{name.clone()}</a></p>
        </main>
    }
}

/// The documents, and how far they are. page.js draws it anew while something is on its way.
#[component]
fn List(documents: Vec<Document>) -> impl IntoView {
    let is_on_its_way =
        |document: &Document| document.state == DocumentState::Waiting || document.embedded < document.passages;
    let works = documents.iter().any(is_on_its_way);
    let nothing = documents.is_empty().then(|| view! { <p class="hint">{words::NO_DOCUMENTS}</p> });
    let rows = documents.into_iter().map(|document| {
        let href = format!("/studio/{}/knowledge/{}", document.mind, document.id);
        let told = words::document_state(&document);
        let title = if document.state == DocumentState::Known {
            Either::Left(view! { <a href=href>{document.title.clone()}</a> })
        } else {
            Either::Right(view! { <span>{document.name.clone()}</span> })
        };
        let is_wrong = document.state == DocumentState::Failed;
        view! {
            <li class="choice document">
                <span>
                    <b>{title}</b>
                    <span class=if is_wrong { "wrong" } else { "hint" }>{told}</span>
                </span>
                <form method="post" action=FORGET>
                    <input type="hidden" name="document" value=document.id.to_string() />
                    <button class="quiet" aria-label=words::forget_document(&document.title)>{words::REMOVE}</button>
                </form>
            </li>
        }
    });
    view! {
        <div id="documents" data-works=works.then_some("")>
            {nothing}
            <ul class="choices">{rows.collect_view()}</ul>
        </div>
    }
}

/// A passage: with the document that it stands in, or within that.
fn passage(mind: EntityId, found: FoundPassage, with_title: bool) -> impl IntoView {
    let FoundPassage { document, title, place, passage } = found;
    let at = words::standing(with_title.then_some(title.as_str()), passage.page, &passage.heading);
    let href = format!("/studio/{mind}/knowledge/{document}?after={}#p{place}", place - 1);
    let at = if with_title {
        Either::Left(view! { <a href=href>{at}</a> })
    } else {
        Either::Right(view! { <span>{at}</span> })
    };
    view! {
        <li id=(!with_title).then(|| format!("p{place}"))>
            <p class="hint">{at}</p>
            <p class="written" dir="auto">{passage.text}</p>
        </li>
    }
}

async fn load_one(id: Option<String>, after: i32) -> Result<(Document, Vec<FoundPassage>), Failure> {
    let (space, me) = (space()?, me()?);
    let id = id.and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let document = knowledge::one(&space, me.id, id).await?;
    Ok((document, knowledge::passages(&space, me.id, id, after).await?))
}

/// One document, as it was cut.
#[component]
pub fn OneDocument() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("document"));
    let after = use_query_map().with_untracked(|query| query.get("after")?.parse().ok()).unwrap_or(0);
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load_one(id, after).await {
                    Ok((document, passages)) => Either::Left(view! { <ShowOne document passages after /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn ShowOne(document: Document, passages: Vec<FoundPassage>, after: i32) -> impl IntoView {
    let mind = document.mind;
    let back = format!("/studio/{mind}/knowledge");
    let last = passages.last().map_or(after, |one| one.place);
    let earlier = (after > 0).then(|| {
        let href = format!("?after={}", (i64::from(after) - PAGE).max(0));
        view! { <a class="secondary" href=href>{words::EARLIER_PASSAGES}</a> }
    });
    let later = (i64::from(last) < document.passages).then(|| {
        view! { <a class="secondary" href=format!("?after={last}")>{words::LATER_PASSAGES}</a> }
    });
    let told = words::document_state(&document);
    view! {
        <Title text=document.title.clone() />
        <main id="main" class="narrow studio">
            <h1>{document.title.clone()}</h1>
            <p class="lead">{document.name.clone()} " · " {told}</p>
            <section class="card">
                <ol class="passages">{passages.into_iter().map(|one| passage(mind, one, false)).collect_view()}</ol>
                <div class="ways">{earlier} {later}</div>
            </section>
            <section class="card">
                <Ask id="forget" label=words::REMOVE hint=words::FORGET_DOCUMENT_HINT yes=words::REMOVE action=FORGET about=("document", document.id.to_string()) />
            </section>
            <p class="aside"><a href=back>{words::DOCUMENTS}</a></p>
        </main>
    }
}
