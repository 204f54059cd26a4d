//! How Polish and Russian ask.

use super::{Form, Language, at, is};

pub(super) const POLISH: Language = Language {
    common: "i w na z do nie to jest są się że co kto kiedy gdzie jak czy dlaczego ile który jaki jaka jakie dla od po ale albo mam masz ma mogę możesz ja ty on ona my wy mi ci mnie cię jego jej tego tym tu tam już tak bardzo tylko o za przez ktoś coś wiem wiesz było był była dziś proszę dzień skąd czemu",
    lead: "cześć hej dzień dobry wieczór a i ale no więc ok tak oj ach słuchaj słuchajcie przepraszam hmm",
    tells: "wiem wiemy wie sprawdzę sprawdzam zobaczę powiem rozumiem pamiętam zapomniałem zapomniałam pytał pytała mówił to",
    form: polish,
    tags: "prawda|nie|tak|co nie|co|nieprawdaż|czy nie|zgadza się",
};

fn polish(words: &[&str]) -> Form {
    let words = match words {
        ["z" | "o" | "do" | "na" | "po" | "w" | "od" | "dla" | "za" | "przez" | "przy" | "u", rest @ ..]
            if at(rest, 0, "kim czym co kogo czego kiedy ile której którym którego jakim jakiej jaki którą") =>
        {
            rest
        }
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    match *first {
        "czy" | "czyż" => Form::sure(words.len() > 1),
        "dlaczego" | "czemu" | "skąd" | "dokąd" | "gdzie" | "kto" | "kogo" | "komu" | "kim" | "czym" | "czyj"
        | "czyja" | "czyje" | "czego" => Form::open(words.len() > 1 && !at(words, 1, "indziej")),
        "co" => Form::open(words.len() > 1 && !at(words, 1, "za prawda więcej")),
        "ile" => Form::open(words.len() > 1),
        "kiedy" => {
            let told =
                words.iter().skip(1).any(|word| word.ends_with("łem") || word.ends_with("łam") || *word == "byłem");
            Form::open(words.len() > 1 && !told)
        }
        "jak" => Form::open(
            words.len() > 1
                && !at(
                    words,
                    1,
                    "pięknie ładnie miło dobrze zwykle zawsze wiesz wiadomo widać cudownie źle chcesz chcecie wolisz wolicie",
                ),
        ),
        "jaki" | "jaka" | "jakie" | "jaką" | "jakiego" | "jakim" => Form::open(
            at(words, 1, "jest są był była to masz kolor film numer adres dziś dzień będzie jutro")
                || words.len() > 3
                || words.last().is_some_and(|word| word.ends_with('ć')),
        ),
        "który" | "która" | "które" | "którą" | "którego" | "której" | "którym" => Form::open(words.len() > 1),
        "wiesz" | "wiecie" => Form::open(at(
            words,
            1,
            "może gdzie kiedy jak kto co czy ile dlaczego coś który która które jaki jaka jakie",
        )),
        "możesz" | "możecie" | "mogę" | "możemy" | "mógłbyś" | "mogłabyś" => {
            Form::open(words.len() > 1 && !at(words, 1, "być"))
        }
        "ktoś" => Form::open(at(words, 1, "wie może ma zna był chce tu widział jest")),
        "masz" | "macie" | "chcesz" | "chcecie" | "lubisz" | "lubicie" | "znasz" | "znacie" | "widziałeś"
        | "widziałaś" | "pamiętasz" | "idziesz" | "byłeś" | "byłaś" => {
            Form::open(words.len() > 1 && !at(words, 1, "rację"))
        }
        "jest" | "są" => Form::open(at(words, 1, "tu ktoś tam") && words.len() < 6),
        _ => Form::None,
    }
}

pub(super) const RUSSIAN: Language = Language {
    common: "и в на с не что кто когда где как почему сколько какой это я ты он она мы вы они у к по за из от до для но а же ли бы мне тебе меня тебя есть был была было уже ещё очень тут там здесь так все всё мой твой наш ваш нет да",
    lead: "привет здравствуйте здравствуй а и но ну так слушай слушайте скажи скажите ой ах эй ок да нет добрый день вечер утро доброе всем ребята извини извините пожалуйста",
    tells: "знаю знает знаем понял поняла понимаю объяснил объяснила сказал сказала спросил спросила помню то узнал узнала забыл забыла вижу",
    form: russian,
    tags: "правда|да|нет|не так ли|верно|или нет|так|ладно|а",
};

fn russian(words: &[&str]) -> Form {
    let words = match words {
        [
            "с" | "о" | "об" | "в" | "на" | "до" | "от" | "для" | "из" | "у" | "к" | "по" | "за" | "во" | "со" | "при",
            rest @ ..,
        ] if at(
            rest,
            0,
            "кем чем чём кого чего кому чему каком какой каких какого сколько ком какую каким которой котором",
        ) =>
        {
            rest
        }
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    if words.iter().skip(1).take(3).any(|word| *word == "ли") && !is(first, "вряд едва то") {
        return Form::Sure;
    }
    match *first {
        "разве" | "неужели" => Form::sure(words.len() > 1),
        "почему" | "зачем" | "куда" | "откуда" | "отчего" | "кто" | "кого" | "кому" | "кем" | "чей" | "чья" | "чьё"
        | "чьи" | "сколько" | "где" | "чем" | "чего" => Form::open(
            (words.len() > 1 || is(first, "почему зачем кто где куда"))
                && !at(words, 1, "бы")
                && !(*first == "сколько" && at(words, 1, "лет прошло зим")),
        ),
        "что" => {
            Form::open(words.len() > 1 && !at(words, 1, "касается бы") && !(at(words, 1, "за") && words.len() < 4))
        }
        "когда" => {
            let told = words.iter().skip(1).any(|word| {
                word.ends_with("шёл")
                    || word.ends_with("шел")
                    || word.ends_with("лся")
                    || word.ends_with("лась")
                    || is(word, "был была были")
            });
            // “Когда идёт дождь, я читаю”, though nobody has set the comma.
            let told = told || words.iter().skip(3).any(|word| is(word, "я мы"));
            Form::open(words.len() > 1 && words.len() < 7 && !told)
        }
        "как" => Form::open(
            words.len() > 1
                && !at(
                    words,
                    1,
                    "красиво хорошо здорово жаль всегда обычно мило приятно будто только раз я мы плохо странно тихо хочешь хотите угодно",
                ),
        ),
        "какой" | "какая" | "какое" | "какие" | "какого" | "какую" | "каким" | "каких" => {
            Form::open(
                words.len() > 2 && !at(words, 1, "красивый красивая хороший чудесный прекрасный прекрасная ужас"),
            )
        }
        "который" | "которая" | "которое" => Form::open(at(words, 1, "час из")),
        "можно" | "можешь" | "можете" | "могу" | "можем" => Form::open(words.len() > 1),
        "кто-нибудь" | "кто-то" | "есть" => {
            Form::open(at(words, 1, "кто знает может есть хочет здесь видел тут кто-нибудь кто-то умеет был идеи"))
        }
        "ты" | "вы" => Form::open(
            at(
                words,
                1,
                "знаешь можешь знаете можете помнишь помните хочешь хотите не придёшь придёте идёшь видел видела видели слышал слышала читал читала взял взяла был была",
            ) && words.len() < 7
                && !at(words, 2, "прав права правы знаешь"),
        ),
        "знаешь" | "знаете" | "помнишь" | "хочешь" | "хотите" | "видел" | "видела" | "слышал" => {
            Form::open(words.len() > 1)
        }
        "не" => {
            Form::open(at(words, 1, "подскажете подскажешь знаешь знаете поможешь поможете хочешь хотите могли мог"))
        }
        _ => Form::None,
    }
}
