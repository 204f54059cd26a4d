//! How English, German and Dutch ask.

use super::{Form, Language, at, is};

pub(super) const ENGLISH: Language = Language {
    common: "the a an is are was were be been i you he she they we my your his her their our this that these those of to in on at for with and or but not do does did have has had can could will would should what who how why when where which it there anyone anybody somebody someone know any it's i'm you're what's don't",
    lead: "hi hey hello ok okay so and but well also oh hm then please sorry good morning evening everyone everybody all guys folks hmm now",
    tells: "know knows think guess see saw said told remember forgot understand",
    form: english,
    tags: "right|correct|eh|huh|innit|yes|no|or not|isn't it|isn't he|isn't she|isn't there|aren't you|aren't they|aren't we|wasn't it|weren't you|don't you|don't we|don't they|doesn't it|doesn't he|doesn't she|didn't you|didn't it|didn't we|haven't you|haven't we|hasn't it|can't you|can't we|won't you|won't it|wouldn't you|shouldn't we|can you|could you|will you|would you|shall we|is it|are you|do you|did you|have you",
};

const EN_VERBS: &str = "is are was were am do does did can could will would should shall has have had may might must isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't";

fn english(words: &[&str]) -> Form {
    let subject = "i you he she it we they there this that these those the";
    let words = match words {
        [
            "to" | "with" | "for" | "from" | "in" | "at" | "on" | "of" | "by" | "about" | "since" | "until",
            rest @ ..,
        ] if at(rest, 0, "who whom whose what which where when") => rest,
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    let verb = |place: usize| at(words, place, EN_VERBS);
    match *first {
        "who's" | "what's" | "where's" | "how's" | "when's" | "why's" | "who're" | "what're" | "where'd" | "how'd" => {
            Form::sure(words.len() > 1)
        }
        "what" | "how" if at(words, 1, "a an") => Form::None,
        "who" | "whom" | "whose" | "what" | "which" | "when" | "where" | "why" | "how" => {
            if verb(1) {
                let aside = (*first == "which" && at(words, 1, "is was means")) || at(words, 1, "may");
                return if aside { Form::None } else { Form::Sure };
            }
            if *first == "what" && words[1..] == ["the"] || at(words, 1, subject) {
                return Form::None;
            }
            if *first == "how"
                && at(words, 1, "about come many much long far often old big late soon do to")
                && words.len() > 2
            {
                return Form::Open;
            }
            let later =
                (2..words.len().min(7)).any(|place| verb(place) && !at(words, place - 1, "i you he she it we they"));
            match *first {
                "why" | "which" | "whose" => Form::Open,
                "how" => Form::open(later || at(words, 1, "come about")),
                "what" => Form::open(
                    later
                        || at(
                            words,
                            1,
                            "happened happens makes made kind sort time about if else now next brought happening",
                        ),
                ),
                "who" => Form::open(words.len() > 1 && words[1..] != ["cares"]),
                "where" => Form::open(at(words, 1, "to from else next")),
                _ => Form::open(later && words.len() < 8),
            }
        }
        // “Do the dishes, please.”
        "do" | "don't" if at(words, 1, "your the my") => Form::Open,
        "do" | "don't" => Form::sure(at(words, 1, "i you we they these those people any")),
        // “Had a great time.”, “Was at the lake.”: of oneself, whom one leaves out.
        "had" | "did" | "was" | "has" if at(words, 1, "a an the my some all at in on with up off out") => {
            Form::open(!at(words, 1, "at in on with up off out"))
        }
        "have" | "haven't" => Form::sure(at(words, 1, "i you we they any")),
        "may" | "might" => Form::sure(at(words, 1, "i we")),
        "will" | "would" | "can" | "could" | "should" | "shall" | "is" | "isn't" | "are" | "aren't" | "was"
        | "wasn't" | "were" | "am" | "does" | "doesn't" | "did" | "didn't" | "has" | "hasn't" | "had" | "can't"
        | "couldn't" | "won't" | "wouldn't" | "shouldn't" => {
            let asked = at(words, 1, subject)
                || at(
                    words,
                    1,
                    "a an my your his her our their its any some anyone anybody someone somebody everyone everybody anything something people one all not",
                );
            // “Is Ada here”: a name may be the subject, too.
            Form::sure(
                asked
                    || (words.len() > 2
                        && is(first, "is are was does did has can will")
                        && !at(words, 1, "do be been being what how why")),
            )
        }
        "anyone" | "anybody" | "any" => Form::open(
            words.len() > 1
                && at(
                    words,
                    1,
                    "know knows here idea ideas else have has ever seen tried want wants need needs up got heard plans news thoughts good suggestions remember interested",
                ),
        ),
        "got" => {
            Form::open(at(words, 1, "a any") && at(words, 2, "minute moment second sec idea ideas plans news time"))
        }
        "ever" => Form::open(words.len() > 2),
        _ => Form::None,
    }
}

pub(super) const GERMAN: Language = Language {
    common: "der die das den dem ein eine einen ist sind war bin bist und oder aber nicht ich du er sie wir ihr mir dir uns euch mich dich es zu mit auf für von wie wer wo wann warum wieso weshalb woher wohin welche welcher welches hat hast habe haben kann kannst könnt können jemand was heute hier schon noch auch mal denn man sich im am zum nach",
    lead: "hallo hi hey na ok okay so und aber also oh hm sag sagt mal bitte entschuldigung guten morgen tag abend ach ja denn nun äh",
    tells: "weiß wissen weißt sehe sagte sagt frage fragte erzählte vergessen verstehe glaube",
    form: german,
    tags: "oder|oder nicht|nicht|nicht wahr|gell|ne|richtig|stimmt's|ja",
};

fn german(words: &[&str]) -> Form {
    let words = match words {
        [
            "mit" | "von" | "für" | "bei" | "zu" | "an" | "auf" | "aus" | "seit" | "bis" | "um" | "in" | "über"
            | "nach" | "ab",
            rest @ ..,
        ] if at(rest, 0, "wem wen was welchem welchen welcher welche wann wie") => rest,
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    let person = "ich du er sie es wir ihr man jemand";
    let subject = "der die das den dem des ein eine einer eines mein meine dein deine unser unsere";
    match *first {
        "wer" | "wen" | "wem" | "wessen" | "was" | "wann" | "wo" | "wohin" | "woher" | "wie" | "wieso" | "weshalb"
        | "warum" | "womit" | "wofür" | "worüber" | "wozu" | "wodurch" | "woran" | "worauf" | "woraus" | "wobei"
        | "wonach" | "wovon" | "wieviel" | "wieviele" => {
            if words.len() == 1 {
                return Form::open(!is(first, "wie was"));
            }
            if is(first, "warum wieso weshalb") && !at(words, 1, person) {
                return Form::Open;
            }
            if at(words, 1, person) || at(words, 1, subject) || at(words, 1, "auch immer gesagt") {
                return Form::None;
            }
            if *first == "wie"
                && !at(
                    words,
                    1,
                    "viel viele lange oft weit alt spät geht ist war heißt heißen kann kannst komme kommt macht machst machen findest sieht läuft wäre war's geht's soll sollen funktioniert funktionieren kommst",
                )
            {
                // “Wie schön du singst”, “wie immer”: no question.
                return Form::open(
                    words.len() > 3
                        && !at(words, 2, person)
                        && !at(words, 2, subject)
                        && !at(words, 1, "immer schön wunderbar so bei in gestern"),
                );
            }
            if *first == "was" && at(words, 1, "für") {
                return Form::open(words.len() > 3 && !at(words, 2, "ein eine"));
            }
            Form::Open
        }
        "ob" => Form::open(words.iter().any(|word| is(word, "wohl denn eigentlich"))),
        "welche" | "welcher" | "welches" | "welchen" | "welchem" => Form::open(words.len() > 2),
        _ if words.len() > 1 && words[1] == "du" && (first.ends_with("st") || first.ends_with("ßt")) => Form::Sure,
        "hätte" | "wäre" | "wär" => Form::sure(at(words, 1, "jemand es das noch") && words.len() > 2),
        "ist" | "sind" | "seid" | "war" | "waren" | "bin" | "hat" | "habt" | "haben" | "kann" | "könnt" | "können"
        | "könnte" | "könnten" | "könntet" | "darf" | "dürfen" | "dürft" | "muss" | "müssen" | "müsst" | "soll"
        | "sollen" | "sollte" | "sollten" | "will" | "wollen" | "wollt" | "möchte" | "möchten" | "möchtet" | "mag"
        | "wird" | "werden" | "werdet" | "würde" | "würden" | "würdet" | "gibt" | "gibt's" | "geht" | "geht's"
        | "weiß" | "wisst" | "wissen" | "kennt" | "kennen" | "stimmt" | "kommt" | "macht" | "braucht" | "glaubt"
        | "findet" | "habe" | "hatte" | "hatten" => {
            let strong = at(words, 1, person)
                || (at(words, 1, "mir dir uns ihm euch mich dich dem der den das") && at(words, 2, person))
                || at(words, 1, "jemand schon heute hier irgendjemand eigentlich noch denn da dort");
            let weak = at(words, 1, subject) || at(words, 1, "dies diese dieser alle euch dir ihm ihr morgen wirklich");
            // “Weiß ich.”, “Kann ich verstehen.”: what it is about is left out.
            let of_oneself = at(words, 1, "ich");
            if of_oneself && *first == "weiß" {
                Form::None
            } else if strong && !of_oneself {
                Form::Sure
            } else {
                Form::open(strong || weak || *first == "gibt's" || *first == "geht's")
            }
        }
        _ => Form::None,
    }
}

pub(super) const DUTCH: Language = Language {
    common: "de het een en of maar niet ik jij je hij zij ze wij we jullie mijn jouw zijn haar ons is ben bent was heb hebt heeft kan kun kunt wat wie waar wanneer waarom hoe welke welk van voor met op aan er dat dit deze die iemand nog ook al wel naar om te bij weet zo geen",
    lead: "hoi hallo hé hey hi ok oké dus en maar nou zeg oh hm ja goedemorgen goedenavond sorry allemaal dag eh",
    tells: "weet weten zie zei vertelde vroeg vergeten begrijp",
    form: dutch,
    tags: "toch|hè|niet|niet waar|of niet|klopt dat|nietwaar|he",
};

fn dutch(words: &[&str]) -> Form {
    let words = match words {
        [
            "met" | "van" | "voor" | "aan" | "op" | "in" | "tot" | "sinds" | "bij" | "naar" | "over" | "om",
            rest @ ..,
        ] if at(rest, 0, "wie wat welke welk wanneer waar hoe hoeveel") => rest,
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    let person = "ik je jij u hij ze zij het we wij jullie men iemand er";
    let subject = "de het een dat die mijn jouw onze zijn haar hun deze dit";
    match *first {
        "wie" | "wat" | "waar" | "wanneer" | "waarom" | "hoe" | "waarheen" | "waarvoor" | "waarmee" | "waarover"
        | "hoeveel" | "hoezo" | "wiens" => {
            if words.len() == 1 {
                return Form::open(is(first, "wie waar wanneer waarom hoezo hoeveel"));
            }
            if *first == "waarom" || *first == "hoezo" || *first == "hoeveel" {
                return Form::open(!at(words, 1, person));
            }
            if at(words, 1, person)
                || at(words, 1, subject)
                || at(words, 1, "leuk mooi fijn jammer dan ook heerlijk stom lief")
            {
                return Form::None;
            }
            // “Hoe ouder ik word”: the more, the …
            if *first == "hoe" && words.len() > 2 && words[1].ends_with("er") && at(words, 2, person) {
                return Form::None;
            }
            // German, and no Dutch question.
            if *first == "wie" && at(words, 1, "schade schön nett toll süß traurig gut blöd") {
                return Form::None;
            }
            if *first == "wat" && at(words, 1, "een") {
                return Form::None;
            }
            Form::Open
        }
        "welke" | "welk" => Form::open(words.len() > 2),
        "ben" | "bent" | "is" | "zijn" | "heb" | "hebt" | "heeft" | "hebben" | "kan" | "kun" | "kunt" | "kunnen"
        | "mag" | "mogen" | "moet" | "moeten" | "wil" | "wilt" | "willen" | "zal" | "zullen" | "zou" | "zouden"
        | "ga" | "gaat" | "gaan" | "weet" | "weten" | "ken" | "kent" | "vind" | "vinden" | "denk" | "kom" | "komt"
        | "komen" | "doe" | "doet" | "doen" | "was" | "waren" | "had" | "hadden" | "werkt" | "klopt" | "snap"
        | "zie" | "gebruik" | "lees" | "woon" | "werk" => {
            let strong = at(words, 1, person) || at(words, 1, "iemand al");
            let weak = at(words, 1, subject) || at(words, 1, "hier daar nog alles iedereen");
            // “Weet ik niet.”, “Heb ik gedaan.”: what it is about is left out.
            let of_oneself = at(words, 1, "ik");
            if of_oneself && at(words, 2, "niet ook gedaan al wel zeker net zelf") && words.len() < 5 {
                Form::None
            } else if strong && !of_oneself {
                Form::Sure
            } else {
                Form::open(strong || (weak && !is(first, "doe kom ga zie lees denk")))
            }
        }
        _ => Form::None,
    }
}
