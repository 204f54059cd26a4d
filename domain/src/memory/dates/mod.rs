//! Which time a question names: a day, a month, a year, “last week”, “three days ago”, in the space's languages.
//!
//! What crates there are for it know English alone.

mod names;

use super::words::Language;
use names::{AGO, BEFORE, DAYS, IN, LAST, MONTHS, NIGHT, NUMBERS, THIS, UNITS, WEEKDAYS, WEEKEND};
use time::{Date, Duration, Month, OffsetDateTime, Time};
use unicode_normalization::UnicodeNormalization;

/// From when to when, the end left out. People's days begin elsewhere than ours, so it is half a day wider at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: OffsetDateTime,
    pub to: OffsetDateTime,
}

impl Span {
    pub fn holds(&self, at: OffsetDateTime) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// So many days from one on.
    fn of(first: Date, days: i64) -> Option<Self> {
        let wider = Duration::hours(12);
        let from = first.with_time(Time::MIDNIGHT).assume_utc();
        Some(Self { from: from.checked_sub(wider)?, to: from.checked_add(Duration::days(days))?.checked_add(wider)? })
    }

    fn between(first: Date, last: Date) -> Option<Self> {
        Self::of(first, (last - first).whole_days())
    }
}

/// The time that a text names, if it names one, in a language and as seen from `now`.
pub(super) fn span(text: &str, language: Language, now: OffsetDateTime) -> Option<Span> {
    let text = text.to_lowercase();
    if text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
        && let Some(span) = eastern(&text, now.date())
    {
        return Some(span);
    }
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-')))
        .flat_map(|word| {
            let is_number = word.starts_with(|c: char| c.is_ascii_digit());
            word.split(move |c| is_number && c == '-')
        })
        .filter(|word| !word.is_empty())
        .collect();
    let (today, by) = (now.date(), By(language.code()));
    numbered(&words)
        .or_else(|| by.month(&words, today))
        .or_else(|| by.relative(&words, today))
        .or_else(|| by.year(&words))
}

/// Reading by the words of a language.
#[derive(Clone, Copy)]
struct By(&'static str);

impl By {
    fn is(self, word: &str, list: &str) -> bool {
        list.split(' ').any(|one| match one.split_once(':') {
            Some((one, language)) => one == word && language == self.0,
            None => one == word,
        })
    }

    /// Which of these lists a word is in.
    fn which(self, word: &str, lists: &[&str]) -> Option<usize> {
        lists.iter().position(|list| self.is(word, list))
    }
}

fn year_of(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| (1970..2100).contains(year) && word.len() == 4)
}

/// The number of a day, as 3, 3rd or 03.
fn day_of(word: &str) -> Option<u8> {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    digits.parse().ok().filter(|day| (1..=31).contains(day) && word.len() <= 4)
}

fn month_of(number: usize) -> Option<Month> {
    Month::try_from(u8::try_from(number).ok()?).ok()
}

fn whole_month(year: i32, month: Month) -> Option<Span> {
    Span::of(Date::from_calendar_date(year, month, 1).ok()?, i64::from(month.length(year)))
}

fn whole_year(year: i32) -> Option<Span> {
    Span::between(Date::from_ordinal_date(year, 1).ok()?, Date::from_ordinal_date(year + 1, 1).ok()?)
}

/// `2026-03-05`, `5.3.2026`, `5/3/2026`, and `3/25/2026` where it can be nothing else; of two, from one to the other.
fn numbered(words: &[&str]) -> Option<Span> {
    let mut days = words.windows(3).filter_map(|three| {
        let number = |at: usize| three[at].parse::<usize>().ok();
        let (year, month, day) = match (year_of(three[0]), year_of(three[2])) {
            (Some(year), _) => (year, number(1)?, number(2)?),
            (_, Some(year)) => {
                let (first, second) = (number(0)?, number(1)?);
                if second > 12 { (year, first, second) } else { (year, second, first) }
            }
            _ => return None,
        };
        Date::from_calendar_date(year, month_of(month)?, u8::try_from(day).ok()?).ok()
    });
    let first = days.next()?;
    let last = days.next_back().unwrap_or(first);
    Span::between(first.min(last), first.max(last).next_day()?)
}

impl By {
    /// `5 March 2026`, `March 5`, `March 2026`, `in March`: without a year the last one that has begun.
    fn month(self, words: &[&str], today: Date) -> Option<Span> {
        words.iter().enumerate().find_map(|(at, word)| {
            let month = month_of(self.which(word, &MONTHS)? + 1)?;
            let beside = |far: isize| at.checked_add_signed(far).and_then(|at| words.get(at)).copied();
            // “5 de marzo”, “le 5 mars”.
            let before = beside(-1).filter(|word| !self.is(word, "de of del di d'")).or_else(|| beside(-2));
            let day =
                before.and_then(day_of).or_else(|| beside(1).filter(|word| year_of(word).is_none()).and_then(day_of));
            let year = (1..=3).find_map(|far| beside(far).and_then(year_of));
            let is_meant = day.is_some() || year.is_some() || beside(-1).is_some_and(|word| self.is(word, IN));
            if !is_meant {
                return None;
            }
            let last = |first: Option<Date>| first.is_some_and(|first| first <= today);
            let year = year.unwrap_or_else(|| {
                let first = Date::from_calendar_date(today.year(), month, day.unwrap_or(1)).ok();
                if last(first) { today.year() } else { today.year() - 1 }
            });
            match day {
                Some(day) => Span::of(Date::from_calendar_date(year, month, day).ok()?, 1),
                None => whole_month(year, month),
            }
        })
    }

    fn relative(self, words: &[&str], today: Date) -> Option<Span> {
        if let Some((at, ago)) = words.iter().enumerate().find_map(|(at, word)| Some((at, self.which(word, &DAYS)?))) {
            // “The day before yesterday”, “antes de ayer”, “l'altro ieri”.
            let before = ago == 1 && (1..=2).any(|far| at >= far && self.is(words[at - far], BEFORE));
            return Span::of(today.checked_sub(Duration::days(ago as i64 + i64::from(before)))?, 1);
        }
        let monday = today - Duration::days(i64::from(today.weekday().number_days_from_monday()));
        let beside = |at: usize, list: &str| {
            [at.checked_sub(1), Some(at + 1)]
                .into_iter()
                .flatten()
                .any(|at| words.get(at).is_some_and(|word| self.is(word, list)))
        };
        for (at, word) in words.iter().enumerate() {
            let on = |list: &str| at.checked_sub(1).is_some_and(|at| self.is(words[at], list));
            let day = self.which(word.trim_end_matches("-feira"), &WEEKDAYS);
            if let Some(weekday) = day.filter(|_| beside(at, LAST) || on(IN)) {
                return Span::of(last_weekday(weekday, today), 1);
            }
            if self.is(word, NIGHT) && beside(at, LAST) {
                return Span::of(today - Duration::days(1), 1);
            }
            if self.is(word, WEEKEND) && (beside(at, LAST) || beside(at, THIS)) {
                return Span::of(last_weekday(5, today), 2);
            }
            let Some(unit) = self.which(word, &UNITS) else { continue };
            let count = at.checked_sub(1).and_then(|at| words.get(at)).and_then(|word| {
                word.parse::<i64>()
                    .ok()
                    .or_else(|| self.which(word, &NUMBERS).map(|at| at as i64 + 1))
                    .filter(|n| *n < 1_000)
            });
            // “In the past three days”, “in den letzten zwei Wochen”.
            if let Some(count) = count.filter(|_| at >= 2 && self.is(words[at - 2], LAST)) {
                let days = count.checked_mul([1, 7, 30, 365][unit])?;
                return Span::of(today.checked_sub(Duration::days(days))?, days + 1);
            }
            if let Some(count) = count.filter(|_| words.iter().any(|word| self.is(word, AGO))) {
                return ago(unit, count, today);
            }
            // “Tydzień temu”: one.
            if count.is_none() && words.get(at + 1).is_some_and(|word| self.is(word, AGO)) {
                return ago(unit, 1, today);
            }
            if beside(at, LAST) {
                return match unit {
                    0 => Span::of(today - Duration::days(1), 2),
                    1 => Span::of(monday - Duration::weeks(1), 7),
                    2 => {
                        let last = today.replace_day(1).ok()? - Duration::days(1);
                        whole_month(last.year(), last.month())
                    }
                    _ => whole_year(today.year() - 1),
                };
            }
            if beside(at, THIS) {
                return match unit {
                    0 => Span::of(today, 1),
                    1 => Span::of(monday, 7),
                    2 => whole_month(today.year(), today.month()),
                    _ => whole_year(today.year()),
                };
            }
        }
        None
    }

    /// A year behind a word that says that a time is meant.
    fn year(self, words: &[&str]) -> Option<Span> {
        words.windows(2).find_map(|two| self.is(two[0], IN).then(|| year_of(two[1])).flatten()).and_then(whole_year)
    }
}

/// The last day of the week of that name before today; 0 is Monday.
fn last_weekday(weekday: usize, today: Date) -> Date {
    let back = (i64::from(today.weekday().number_days_from_monday()) - weekday as i64 - 1).rem_euclid(7) + 1;
    today - Duration::days(back)
}

/// So many days, weeks, months or years ago: nobody counts exactly.
fn ago(unit: usize, count: i64, today: Date) -> Option<Span> {
    let (days, about) = match unit {
        0 => (count, 0),
        1 => (count * 7, 3),
        2 => (count * 30, 15),
        _ => (count * 365, 180),
    };
    let first = today.checked_sub(Duration::days(days + about))?;
    Span::of(first, 2 * about + 1)
}

/// The number that a text ends with, in figures or in Han.
fn counted(text: &str) -> Option<usize> {
    let start = |is: fn(char) -> bool| {
        text.len() - text.chars().rev().take_while(|c| is(*c)).map(char::len_utf8).sum::<usize>()
    };
    let figures = &text[start(|c| c.is_ascii_digit())..];
    if !figures.is_empty() {
        return figures.parse().ok();
    }
    let value = |c: char| {
        "一二三四五六七八九".chars().position(|one| one == c).map(|at| at + 1).or((c == '两' || c == '兩').then_some(2))
    };
    let han = &text[start(|c| "一二三四五六七八九十两兩".contains(c))..];
    match han.split_once('十') {
        Some((tens, ones)) => {
            let tens = tens.chars().next_back().map_or(Some(1), value)?;
            Some(tens * 10 + ones.chars().next().and_then(value).unwrap_or(0))
        }
        None => han.chars().next_back().and_then(value),
    }
}

/// In Japanese and Chinese.
fn eastern(text: &str, today: Date) -> Option<Span> {
    let text: String = text.nfkc().collect();
    let number = |mark: &str| text.match_indices(mark).find_map(|(at, _)| counted(&text[..at]));
    let any = |list: &[&str]| list.iter().any(|one| text.contains(one));
    for (at, (chinese, japanese)) in
        ["一", "二", "三", "四", "五", "六", "日天"].iter().zip("月火水木金土日".chars()).enumerate()
    {
        let weeks = ["星期", "礼拜", "禮拜", "周", "週"];
        let is_chinese = chinese.chars().any(|day| weeks.iter().any(|week| text.contains(&format!("{week}{day}"))));
        if is_chinese || any(&[&format!("{japanese}曜日に"), &format!("{japanese}曜に")]) {
            return Span::of(last_weekday(at, today), 1);
        }
    }
    for (words, unit) in [
        (&["日前", "天前"][..], 0),
        (&["週間前", "周前", "週前", "个星期前"], 1),
        (&["か月前", "ヶ月前", "个月前", "個月前"], 2),
        (&["年前"], 3),
    ] {
        if let Some(count) = words.iter().find_map(|word| number(word)) {
            return ago(unit, i64::try_from(count).ok().filter(|n| *n < 1_000)?, today);
        }
    }
    let year = number("年").and_then(|year| i32::try_from(year).ok()).filter(|year| (1970..2100).contains(year));
    let month = number("月").and_then(month_of);
    let day = number("日").or_else(|| number("号")).and_then(|day| u8::try_from(day).ok());
    match (year, month) {
        (year, Some(month)) => {
            let first = Date::from_calendar_date(today.year(), month, day.unwrap_or(1)).ok();
            let has_begun = first.is_some_and(|first| first <= today);
            let year = year.unwrap_or(if has_begun { today.year() } else { today.year() - 1 });
            return match day {
                Some(day) => Span::of(Date::from_calendar_date(year, month, day).ok()?, 1),
                None => whole_month(year, month),
            };
        }
        (Some(year), None) => return whole_year(year),
        _ => {}
    }
    let monday = today - Duration::days(i64::from(today.weekday().number_days_from_monday()));
    let days = |back: i64| Span::of(today - Duration::days(back), 1);
    if any(&["一昨日", "おととい", "前天"]) {
        days(2)
    } else if any(&["昨日", "きのう", "昨天"]) {
        days(1)
    } else if any(&["今日", "きょう", "今天"]) {
        days(0)
    } else if any(&["先週", "上周", "上週", "上个星期", "上星期"]) {
        Span::of(monday - Duration::weeks(1), 7)
    } else if any(&["今週", "这周", "這週", "本周", "这个星期"]) {
        Span::of(monday, 7)
    } else if any(&["先月", "上个月", "上個月"]) {
        let last = today.replace_day(1).ok()? - Duration::days(1);
        whole_month(last.year(), last.month())
    } else if any(&["今月", "这个月", "這個月", "本月"]) {
        whole_month(today.year(), today.month())
    } else if any(&["去年", "昨年"]) {
        whole_year(today.year() - 1)
    } else if any(&["今年"]) {
        whole_year(today.year())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_are_understood_in_eleven_languages() {
        // A Thursday.
        let now = datetime!(2026-11-26 18:00 UTC);
        for (language, text, first, days) in [
            ("en", "What did Ada say on 2026-03-05?", "2026-03-05", 1),
            ("de", "Was war am 5.3.2026?", "2026-03-05", 1),
            ("en", "What happened on 3/25/2026?", "2026-03-25", 1),
            ("en", "What was said on March 5th, 2025?", "2025-03-05", 1),
            ("es", "¿Qué dijo Ada el 5 de marzo?", "2026-03-05", 1),
            ("en", "Who came in December?", "2025-12-01", 31),
            ("de", "Was hat Ada im Februar 2024 gesagt?", "2024-02-01", 29),
            ("fr", "Qu'a dit Ada en août ?", "2026-08-01", 31),
            ("pl", "Co mówiła Ada w styczniu?", "2026-01-01", 31),
            ("ru", "Что было в марте 2025?", "2025-03-01", 31),
            ("en", "What did we plan yesterday?", "2026-11-25", 1),
            ("nl", "Wat zei Ada eergisteren?", "2026-11-24", 1),
            ("it", "Cosa ha detto Ada oggi?", "2026-11-26", 1),
            ("en", "What did we talk about last week?", "2026-11-16", 7),
            ("pt", "O que disse a Ada na semana passada?", "2026-11-16", 7),
            ("de", "Was war letzten Monat?", "2026-10-01", 31),
            ("ru", "Что было в прошлом году?", "2025-01-01", 365),
            ("en", "Who came this week?", "2026-11-23", 7),
            ("en", "What did she say last Monday?", "2026-11-23", 1),
            ("en", "What did she say last Friday?", "2026-11-20", 1),
            ("en", "What was planned three days ago?", "2026-11-23", 1),
            ("de", "Was war vor zwei Wochen?", "2026-11-09", 7),
            ("es", "Hace 3 días, ¿qué dijo?", "2026-11-23", 1),
            ("en", "What was said the day before yesterday?", "2026-11-24", 1),
            ("it", "Che cosa ha detto l'altro ieri?", "2026-11-24", 1),
            ("es", "¿Qué dijo antes de ayer?", "2026-11-24", 1),
            ("en", "What was said between 2026-11-10 and 2026-11-14?", "2026-11-10", 5),
            ("en", "Who came on Monday?", "2026-11-23", 1),
            ("de", "Was war am Montag?", "2026-11-23", 1),
            ("pl", "Co było w poniedziałek?", "2026-11-23", 1),
            ("pt", "O que disse na segunda-feira passada?", "2026-11-23", 1),
            ("en", "What did we do last weekend?", "2026-11-21", 2),
            ("de", "Was war letztes Wochenende?", "2026-11-21", 2),
            ("en", "What was that last night?", "2026-11-25", 1),
            ("en", "What was planned ten days ago?", "2026-11-16", 1),
            ("de", "Was war vor zehn Tagen?", "2026-11-16", 1),
            ("en", "What was said in the past three days?", "2026-11-23", 4),
            ("pl", "Co było tydzień temu?", "2026-11-16", 7),
            ("ru", "Что было неделю назад?", "2026-11-16", 7),
            ("pl", "Co było w ubiegłym tygodniu?", "2026-11-16", 7),
            ("zh", "三天前说了什么", "2026-11-23", 1),
            ("zh", "两周前说了什么", "2026-11-09", 7),
            ("zh", "星期一说了什么", "2026-11-23", 1),
            ("zh", "十一月二十号说了什么", "2026-11-20", 1),
            ("ja", "三日前に何を言いましたか", "2026-11-23", 1),
            ("ja", "２週間前に何を言いましたか", "2026-11-09", 7),
            ("ja", "月曜日に何を言いましたか", "2026-11-23", 1),
            ("en", "What did we do in 2024?", "2024-01-01", 366),
            ("ja", "昨日アダは何と言いましたか", "2026-11-25", 1),
            ("ja", "2026年3月5日に何がありましたか", "2026-03-05", 1),
            ("zh", "艾达上周说了什么", "2026-11-16", 7),
            ("zh", "三月以前没有,3月说了什么", "2026-03-01", 31),
        ] {
            let first = Date::parse(first, time::macros::format_description!("[year]-[month]-[day]")).unwrap();
            let language = Language::of_code(language).unwrap();
            assert_eq!(span(text, language, now), Span::of(first, days), "{text}");
        }
    }

    #[test]
    fn other_words_name_no_time() {
        let now = datetime!(2026-11-26 18:00 UTC);
        for (language, text) in [
            ("de", "Wer war hier?"),
            ("en", "Where may we dig?"),
            ("de", "Was war an diesem Tag?"),
            ("nl", "Waar zijn Piet en Jan?"),
            ("pt", "Quem nada no mar?"),
        ] {
            let span = span(text, Language::of_code(language).unwrap(), now);
            assert!(span.is_none_or(|span| (span.to - span.from).whole_days() < 3), "{text}: {span:?}");
        }
        for text in [
            "May I ask where the ladder is?",
            "Where do the bees march to?",
            "Who has 3 days left?",
            "Which week suits you?",
            "How old is the mill?",
            "Who lives at 2026 Mill Road?",
            "31.31.2026",
            "Where was Ada on Mondays?",
            "",
            "水曜日のことは誰も知らない",
        ] {
            assert_eq!(span(text, Language::of(text, None), now), None, "{text}");
        }
    }
}
