//! Bars by day, and tables of what was spent. Drawn by ourselves: what draws charts elsewhere paints its own colours into
//! them, and these follow the page's theme.

use crate::words;
use leptos::prelude::*;
use model::{Spent, UsedDay};

/// Tokens as one says them.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Millionths of a dollar as dollars: to the cent, and where that would be nothing, to the first digit that is something.
pub fn money(micros: i64) -> String {
    match micros {
        0 => "$0".to_owned(),
        1..100 => "under $0.0001".to_owned(),
        100..10_000 => format!("${:.4}", micros as f64 / 1e6),
        _ => format!("${}.{:02}", count(micros / 1_000_000), micros % 1_000_000 / 10_000),
    }
}

/// Milliseconds as seconds.
pub fn seconds(ms: i64) -> String {
    format!("{:.1} s", ms as f64 / 1e3)
}

/// One bar for each day.
#[component]
pub fn Bars(
    /// What it shows.
    label: &'static str,
    /// The days, the oldest first.
    days: Vec<UsedDay>,
    /// The number of a day.
    of: fn(&Spent) -> i64,
    /// A number in words.
    said: fn(i64) -> String,
) -> impl IntoView {
    let most = days.iter().map(|day| of(&day.spent)).max().unwrap_or(0);
    let width = days.len() * 10;
    let bars = days.iter().enumerate().map(|(at, day)| {
        let value = of(&day.spent);
        // What is something is seen, however little it is beside the rest.
        let height = if value > 0 { (value as f64 / most as f64 * 58.0).max(1.5) } else { 0.0 };
        view! {
            <rect x=at * 10 + 1 y=format!("{:.1}", 60.0 - height) width="8" height=format!("{height:.1}")>
                <title>{format!("{}: {}", day.day, said(value))}</title>
            </rect>
        }
    });
    let bars = bars.collect_view();
    let ends = [days.first(), days.last()].map(|day| day.map(|day| day.day.to_string()).unwrap_or_default());
    view! {
        <figure class="chart">
            <figcaption><b>{label}</b> <span class="muted">{format!("{} {}", words::AT_MOST, said(most))}</span></figcaption>
            <svg viewBox=format!("0 0 {width} 60") preserveAspectRatio="none" role="img" aria-label=format!("{label}, {}: {} {}", words::BY_DAY, words::AT_MOST, said(most))>
                {bars}
            </svg>
            <p class="ends"><span>{ends[0].clone()}</span><span>{ends[1].clone()}</span></p>
        </figure>
    }
}

/// What was spent, line by line, each with its share of the tokens.
#[component]
pub fn SpentTable(
    /// What it is about.
    caption: &'static str,
    /// The lines.
    lines: Vec<Spent>,
) -> impl IntoView {
    let most = lines.iter().map(|line| line.tokens_in + line.tokens_out).max().unwrap_or(0).max(1);
    (!lines.is_empty()).then(|| {
        let rows = lines.into_iter().map(|line| {
            let tokens = line.tokens_in + line.tokens_out;
            let share = (tokens as f64 / most as f64 * 100.0).round();
            view! {
                <tr>
                    <th scope="row">{line.name}</th>
                    <td data-name=words::REPLIES>{count(line.replies)}</td>
                    <td data-name=words::FAILURES>{count(line.failures)}</td>
                    <td data-name=words::TOKENS>
                        {count(tokens)}
                        <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width=share height="4"></rect></svg>
                    </td>
                    <td data-name=words::MONEY>{money(line.micros)}</td>
                    <td data-name=words::FIRST_WORD>{line.first_word_ms.map_or_else(|| "–".to_owned(), seconds)}</td>
                </tr>
            }
        });
        view! {
            <section class="card spent" tabindex="0" aria-label=caption>
                <table>
                    <caption>{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::NAME_FIELD}</th>
                            <th scope="col">{words::REPLIES}</th>
                            <th scope="col">{words::FAILURES}</th>
                            <th scope="col">{words::TOKENS}</th>
                            <th scope="col">{words::MONEY}</th>
                            <th scope="col">{words::FIRST_WORD}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        assert_eq!([count(0), count(999), count(1_234_567), count(-1_000)], ["0", "999", "1,234,567", "-1,000"]);
        let said = [0, 7, 150, 9_999, 10_000, 1_234_560_000].map(money);
        assert_eq!(said, ["$0", "under $0.0001", "$0.0001", "$0.0100", "$0.01", "$1,234.56"]);
        assert_eq!(seconds(1_250), "1.2 s");
    }
}
