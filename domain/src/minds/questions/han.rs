//! How Japanese and Chinese ask.

use super::Form;

/// Whether a character is Chinese or Japanese.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// What the form of a sentence says.
pub(super) fn form(sentence: &str) -> Form {
    let sentence = sentence.trim_end_matches(|c: char| !is_han(c));
    if sentence.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}')) { japanese(sentence) } else { chinese(sentence) }
}

fn any(sentence: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| sentence.contains(part))
}

fn japanese(sentence: &str) -> Form {
    let ends = |parts: &[&str]| parts.iter().any(|part| sentence.ends_with(part));
    // Polite questions need no mark: か behind a verb's end says it all.
    if ends(&[
        "ですか",
        "ますか",
        "ましたか",
        "でしたか",
        "ませんか",
        "でしょうか",
        "だろうか",
        "ましょうか",
        "ないか",
        "のか",
        "んか",
        "たか",
        "るか",
        "うか",
        "いかな",
        "かな",
        "かね",
        "かしら",
        "っけ",
        "くれない",
        "もらえない",
        "たの",
        "だの",
        "てるの",
        "ているの",
    ]) {
        if ends(&["くれない", "もらえない", "の"]) {
            return Form::Open;
        }
        let said = ["じゃないか", "ではないか", "とか", "というか", "どうか"];
        return if ends(&said) { Form::None } else { Form::Sure };
    }
    // “somewhere”, “somebody”, “some day” and the like ask nothing.
    let mut rest = sentence.to_owned();
    for some in [
        "どこか",
        "誰か",
        "だれか",
        "何か",
        "なにか",
        "いつか",
        "いくつか",
        "どれか",
        "何でも",
        "なんでも",
        "誰も",
        "だれも",
        "どこも",
        "いつも",
        "何も",
        "なにも",
        "誰でも",
        "どこでも",
        "いつでも",
        "何度も",
        "どうも",
        "どうぞ",
        "なんて",
        "何とか",
        "なんとか",
    ] {
        rest = rest.replace(some, "");
    }
    let asks = any(
        &rest,
        &[
            "何",
            "なに",
            "なん",
            "どこ",
            "だれ",
            "誰",
            "いつ",
            "なぜ",
            "どうして",
            "どうやって",
            "どう",
            "どの",
            "どれ",
            "どちら",
            "どっち",
            "どんな",
            "いくら",
            "いくつ",
        ],
    );
    let open = ends(&[
        "の",
        "んだ",
        "んだい",
        "だい",
        "かい",
        "です",
        "って",
        "思う",
        "どう",
        "何",
        "どこ",
        "誰",
        "いつ",
        "なぜ",
        "なに",
        "る",
        "た",
        "い",
        "は",
        "ば",
        "が",
        "で",
        "なん",
    ]);
    Form::open(
        asks && open
            && !any(
                &rest,
                &[
                    "わからない",
                    "分からない",
                    "知らない",
                    "知っている",
                    "知ってる",
                    "教えた",
                    "わかった",
                    "分かった",
                    "忘れた",
                    "ないこと",
                ],
            ),
    )
}

fn chinese(sentence: &str) -> Form {
    let ends = |parts: &[&str]| parts.iter().any(|part| sentence.ends_with(part));
    if ends(&["吗", "嗎", "么", "麼"]) && !ends(&["什么", "什麼", "怎么", "怎麼", "那么", "那麼", "这么", "這麼"])
    {
        return Form::Sure;
    }
    if any(
        sentence,
        &[
            "随便",
            "隨便",
            "无论",
            "無論",
            "不记得",
            "不記得",
            "说了",
            "說了",
            "解释",
            "解釋",
            "不管",
            "不知道",
            "我知道",
            "没什么",
            "沒什麼",
            "没有什么",
            "什么的",
            "不怎么",
            "几乎",
            "幾乎",
            "忘了",
            "告诉他",
            "告诉我他",
            "谁都",
            "誰都",
            "什么都",
            "什麼都",
            "什么也",
            "什麼也",
            "哪里都",
            "怎么都",
            "多么",
            "多麼",
            "怎么这么",
            "怎麼這麼",
            "几个朋友",
            "好几",
        ],
    ) {
        return Form::open(ends(&["呢"]));
    }
    if ends(&["对吧", "對吧", "是吧", "对不对", "是不是", "了没有", "了沒有", "了没", "了沒"]) {
        return Form::Open;
    }
    let words = [
        "什么",
        "什麼",
        "谁",
        "誰",
        "哪",
        "怎么",
        "怎麼",
        "怎样",
        "怎樣",
        "为什么",
        "為什麼",
        "为何",
        "為何",
        "多少",
        "几点",
        "幾點",
        "几个",
        "幾個",
        "几岁",
        "几天",
        "几号",
        "多大",
        "多久",
        "多远",
        "多遠",
        "多长",
        "何时",
        "何時",
        "如何",
        "啥",
        "咋",
    ];
    let chosen = sentence
        .chars()
        .collect::<Vec<_>>()
        .windows(3)
        .any(|part| part[0] == part[2] && matches!(part[1], '不' | '没' | '沒'));
    let doubled =
        any(sentence, &["可不可以", "知不知道", "喜不喜欢", "喜不喜歡", "还是不", "愿不愿意", "应不应该", "需不需要"]);
    if chosen || doubled {
        return Form::Open;
    }
    Form::open(
        any(sentence, &words)
            || (ends(&["呢"]) && sentence.chars().count() < 8)
            || (sentence.contains("还是") && sentence.starts_with('你')),
    )
}
