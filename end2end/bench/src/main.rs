//! How fast the space is, beside what this machine could do at best in the same run. Loopback only, bounded in time and count.
//!
//! `bench fanout|post|page|minds|recall [--json]`; `cargo xtask bench` builds both halves and calls it.

mod bare;
mod eval;
mod fanout;
mod figures;
mod house;
mod http;
mod minds;
mod page;
mod post;
mod recall;

use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // A connection is a file, and there are a thousand listeners on either side.
    rlimit::increase_nofile_limit(u64::MAX)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let kind = arguments.first().map_or("", String::as_str);
    let measured: Value = match kind {
        "bare" => return bare::serve().await,
        "eval" => return eval::run(&arguments[1..]).await,
        "fanout" => json!({"fanout": fanout::measure().await?}),
        "post" => json!({"post": post::measure().await?}),
        "minds" => json!({"minds": minds::measure().await?}),
        "recall" => json!({"recall": recall::measure().await?}),
        "page" => json!({"page": page::measure().await?}),
        unknown => {
            return Err(
                format!("there is no figure “{unknown}”: there are fanout, post, page, minds and recall").into()
            );
        }
    };
    if arguments.iter().any(|argument| argument == "--json") {
        println!("{measured}");
        return Ok(());
    }
    for (name, figure) in measured[kind].as_object().into_iter().flatten() {
        println!("{name:>24}  {figure}");
    }
    Ok(())
}
