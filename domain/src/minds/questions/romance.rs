//! How French, Spanish, Italian and Portuguese ask.

use super::{Form, Language, at, is};

pub(super) const FRENCH: Language = Language {
    common: "le la les un une des du de et ou mais pas ne je tu il elle nous vous ils elles on mon ma mes ton ta tes son sa ses notre votre c'est est sont être avoir ai as a avez ont qui que quoi où quand comment pourquoi combien quel quelle quels quelles est-ce qu'est-ce dans pour avec sur ce cette ces ça y en au aux quelqu'un j'ai d'accord très bien",
    lead: "bonjour bonsoir salut coucou et mais alors donc ok oui non dis dites euh oh ah bon pardon merci s'il te vous plaît tiens au fait",
    tells: "sais sait crois pense dit disait",
    form: french,
    tags: "non|n'est-ce pas|pas vrai|hein|ou pas|ou non|d'accord|si",
};

fn french(words: &[&str]) -> Form {
    let words = match words {
        [
            "à" | "de" | "avec" | "pour" | "par" | "depuis" | "en" | "dans" | "sur" | "chez" | "jusqu'à" | "vers"
            | "d'où" | "pendant",
            rest @ ..,
        ] if at(rest, 0, "qui quoi quel quelle quels quelles quand où combien") => rest,
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    // “viens-tu”, “a-t-on”: but no orders, and no “dit-il”.
    let turned = words.iter().take(4).any(|word| {
        let Some((verb, subject)) = word.rsplit_once('-') else { return false };
        let order = is(verb, "asseyez taisez servez dépêchez levez calmez rendez méfiez souvenez préparez reposez amusez imaginez dit dit-t répond répondit demanda demande fit cria pense allons");
        is(subject, "tu vous il elle on nous ils elles je ce") && (!order || subject == "tu") && *word != "peut-être"
    });
    if turned || words.iter().take(4).any(|word| word.starts_with("est-ce") || word.starts_with("qu'est-ce")) {
        return Form::Sure;
    }
    let person = "je tu il elle on nous vous ils elles j'ai tu t'es";
    match *first {
        "pourquoi" | "combien" | "d'où" => Form::open(words.len() > 1 || *first == "pourquoi"),
        "comment" => Form::open(!at(words, 1, "dire")),
        "où" => Form::open(!at(words, 1, "que il elle je nous") && words.len() > 1),
        "quand" => {
            let told = words.get(1).is_some_and(|word| word.starts_with("j'") || word.starts_with("l'"));
            Form::open(
                !told && !at(words, 1, person) && !at(words, 1, "le la les un une mon ma on même") && words.len() > 1,
            )
        }
        "quoi" => Form::open(at(words, 1, "de faire d'autre")),
        "qui" => Form::open(words.len() > 1 && !at(words, 1, "vivra")),
        "que" | "qu'en" | "qu'y" => Form::open(at(words, 1, "faire dire penser puis-je")),
        "quel" | "quelle" | "quels" | "quelles" => {
            let verb = at(words, 1, "est sont était serait sera étaient");
            Form::open(
                verb || (2..words.len().min(6)).any(|place| {
                    at(words, place, person) || at(words, place, "est sont fait prend marche va commence")
                }),
            )
        }
        "quelqu'un" => Form::open(
            at(words, 1, "sait connaît peut veut pourrait aurait")
                || (at(words, 1, "a est") && at(words, 2, "vu une un déjà essayé entendu lu là ici des")),
        ),
        // “vous partez quand”: as one speaks.
        "c'est" | "on" | "vous" | "ils" | "elles" | "il" | "elle" | "ça" if words.len() < 8 => {
            let last = words.iter().rposition(|word| is(word, "quoi où quand combien comment qui"));
            Form::open(last.is_some_and(|place| {
                place > 0
                    && (*first != "c'est" || place == 1)
                    && !is(words[place - 1], "sait sais savoir voir dire que d'où n'importe à")
            }))
        }
        // “tu fais quoi ce soir”.
        "tu" if words.len() < 8
            && !at(words, 1, "sais vois crois")
            && words.iter().skip(2).any(|word| is(word, "quoi où quand combien comment pourquoi")) =>
        {
            Form::Open
        }
        "tu" => Form::open(
            at(words, 1, "sais peux viens veux connais penses crois pourrais vas aimes")
                && words.len() < 6
                && !words.iter().any(|word| is(word, "que bien trop rien jamais")),
        ),
        _ => Form::None,
    }
}

pub(super) const SPANISH: Language = Language {
    common: "el la los las un una unos y o pero no yo tú él ella nosotros ustedes ellos mi tu su es son está están estoy soy hay ha he has que qué quién cuál cuándo dónde cómo cuánto cuántos cuántas por para con en de del al se me te lo le muy más ya aquí alguien esto eso este esta hola quiero tengo puedes sabes",
    lead: "hola buenas buenos días tardes noches y pero o oye oiga entonces pues bueno ok sí no ah oh perdón disculpa gracias a ver todos chicos",
    tells: "sé sabe creo dijo dice dije",
    form: spanish,
    tags: "verdad|no|no es así|o no|cierto|eh|no crees|no es cierto|vale|sí",
};

fn spanish(words: &[&str]) -> Form {
    let words = match words {
        ["a" | "de" | "con" | "para" | "por" | "en" | "desde" | "hasta" | "sobre", rest @ ..]
            if at(rest, 0, "qué quién quiénes cuál cuáles cuándo dónde cuánto cuánta cuántos cuántas que quien") =>
        {
            // “¿A qué hora …”, “¿de qué color …”: with its accent it asks.
            if rest[0] == "qué" {
                return Form::open(rest.len() > 1 || words[0] == "por");
            }
            rest
        }
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    let does = "es son hace haces hacen pasa pasó quieres piensas dices significa tal hay tienes tiene fue opinas vas puedo puedes debo te se le les me nos ha has estás está están sabes prefieres recomiendas crees era eres vive vives viene llega llegas empieza cuesta queda";
    match *first {
        "quién" | "quiénes" | "cuál" | "cuáles" | "dónde" | "adónde" => Form::open(words.len() > 1),
        "cuándo" => Form::open(words.len() > 1),
        "cuánto" | "cuánta" | "cuántos" | "cuántas" => Form::open(words.len() > 1 && !at(words, 1, "me")),
        "cómo" => Form::open(words.len() > 1 && !at(words, 1, "me no")),
        "qué" => Form::open(
            at(words, 1, does)
                || (2..words.len().min(4)).any(|place| at(words, place, does))
                || words.get(1).is_some_and(|word| word.ends_with("ste"))
                || words.get(2).is_some_and(|word| word.ends_with("mos")),
        ),
        "que" => Form::open(at(words, 1, "haces tal hora significa pasa pasó opinas piensas es") && words.len() < 6),
        "como" => {
            Form::open(at(words, 1, "estás estas están te se puedo puedes va hago vas funciona") && words.len() < 6)
        }
        "donde" => Form::open(at(words, 1, "está esta están estás vives puedo queda vive") && words.len() < 7),
        "cuando" => Form::open(at(words, 1, "es empieza llegas llega vienes viene sale nos vas") && words.len() < 5),
        "quien" => Form::open(at(words, 1, "es eres sabe viene quiere") && words.len() < 6),
        "cuanto" | "cuantos" | "cuantas" => Form::open(words.len() > 1),
        "puedes" | "puede" | "podrías" | "podría" | "podemos" | "pueden" | "puedo" => Form::open(words.len() > 1),
        "sabes" | "saben" | "sabe" => {
            Form::open(at(words, 1, "si qué dónde cuándo cómo quién cuál por algo alguien cuánto"))
        }
        "alguien" => Form::open(at(words, 1, "sabe puede tiene conoce ha quiere me ve está más viene")),
        "has" | "han" => Form::open(words.len() > 1 && (words[1].ends_with("do") || is(words[1], "visto hecho dicho"))),
        "te" => Form::open(at(words, 1, "gusta gustaría apetece parece acuerdas gustan importa")),
        "quieres" | "quiere" | "quieren" | "crees" | "creen" | "conoces" | "vienes" | "prefieres" | "recuerdas" => {
            Form::open(words.len() > 1)
        }
        "hay" => Form::open(at(words, 1, "alguien algo alguna algún")),
        "me" => Form::open(at(words, 1, "puedes ayudas podrías oyes puede")),
        _ => Form::None,
    }
}

pub(super) const ITALIAN: Language = Language {
    common: "il lo la gli le un una uno e o ma non io tu lui lei noi voi loro mio tuo suo è sono sei siamo ho hai ha abbiamo che chi cosa come dove quando perché quanto quanti quale qual di del della da in con su per al alla qualcuno questo questa quello molto già anche mi ti ci si c'è cos'è dov'è com'è ciao grazie vuoi puoi sai",
    lead: "ciao salve buongiorno buonasera e ma allora ehi senti scusa scusate ok sì no oh ah beh dunque grazie a tutti ragazzi",
    tells: "so sa credo disse dice penso",
    form: italian,
    tags: "vero|no|giusto|non è vero|o no|eh|non credi|ok",
};

fn italian(words: &[&str]) -> Form {
    let words = match words {
        ["a" | "di" | "con" | "per" | "da" | "in" | "su" | "fino", rest @ ..]
            if at(rest, 0, "chi che cosa quando dove quale quali quanto quanti quante") =>
        {
            if at(rest, 0, "che") && !at(rest, 1, "cosa ora ore parte punto anno giorno tipo colore") {
                return Form::None;
            }
            rest
        }
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    match *first {
        "cos'è" | "dov'è" | "com'è" | "chi'è" | "quand'è" | "qual'è" | "dov'era" | "cos'hai" | "com'era"
        | "cos'altro" => Form::Sure,
        "cosa" => Form::open(words.len() > 1 && !at(words, 1, "fatta")),
        "chi" => Form::open(words.len() > 1 && !at(words, 1, "dorme non va cerca")),
        "quale" | "quali" | "qual" | "quanti" | "quante" | "quanto" | "quanta" => {
            Form::open(words.len() > 1 && !at(words, 1, "bello bella mi a"))
        }
        "perché" => Form::open(words.len() > 1 && !at(words, 1, "sì no piove ho sono")),
        "che" => Form::open(
            at(
                words,
                1,
                "ore ora fai ne tempo significa cos'è cosa succede vuol fate dici succede giorno tipo lavoro ti film libro musica c'è",
            ) && !at(words, 2, "bello bella"),
        ),
        "come" => Form::open(
            at(
                words,
                1,
                "stai va vai state ti si posso funziona mai fai faccio fate sta è sono andata andato possiamo vi",
            ) && words.len() < 9,
        ),
        "dove" => Form::open(words.len() > 1 && !at(words, 1, "c'è io non")),
        "quando" => Form::open(
            at(
                words,
                1,
                "arrivi arriva parte parti inizia comincia ci è vieni viene torni torna finisce esce apre chiude si vai posso",
            ) && words.len() < 7,
        ),
        "puoi" | "può" | "potete" | "potresti" | "potrebbe" | "posso" | "possiamo" => Form::open(words.len() > 1),
        "sai" | "sapete" | "sa" => {
            Form::open(at(words, 1, "se dove quando come chi che cosa perché qual quanto qualcosa dirmi"))
        }
        "qualcuno" => {
            Form::open(at(words, 1, "sa può ha conosce vuole mi è viene") && !words.iter().any(|word| is(word, "ma e")))
        }
        "hai" | "avete" => Form::open(
            words.len() > 1
                && (is(words[1], "visto letto mai già sentito qualche voglia fatto tempo")
                    || words[1].ends_with("ato")
                    || words[1].ends_with("uto")
                    || words[1].ends_with("ito")),
        ),
        "ti" | "vi" => Form::open(at(words, 1, "piace piacciono va ricordi piacerebbe sembra ricordate dispiace")),
        "vuoi" | "volete" | "vieni" | "venite" | "credi" | "pensi" | "conosci" | "preferisci" => {
            Form::open(words.len() > 1)
        }
        "mi" => Form::open(at(words, 1, "puoi senti potresti aiuti sentite")),
        "c'è" => Form::open(at(words, 1, "qualcuno qualcosa")),
        _ => Form::None,
    }
}

pub(super) const PORTUGUESE: Language = Language {
    common: "o a os as um uma e ou mas não eu você ele ela nós vocês eles meu minha seu sua é são está estão estou sou tem há foi que quem qual quando onde como por porque quanto quantos de do da dos das em no na com para pra se me te muito mais já aqui alguém isso este esta olá oi sim quero tenho pode sabe",
    lead: "olá oi bom boa dia tarde noite e mas então ei ok sim não ah oh bem desculpa desculpe obrigado obrigada pessoal gente",
    tells: "sei sabe acho disse diz",
    form: portuguese,
    tags: "né|não é|certo|não|ou não|verdade|não acha|tá|sim",
};

fn portuguese(words: &[&str]) -> Form {
    let words = match words {
        ["de" | "com" | "para" | "pra" | "em" | "a" | "desde" | "até" | "por" | "sobre", rest @ ..]
            if at(rest, 0, "quem que qual quais quando onde quanto quanta quantos quantas") =>
        {
            if words[0] == "por" && rest[0] == "que" {
                return Form::Open;
            }
            rest
        }
        all => all,
    };
    let Some(first) = words.first() else { return Form::None };
    match *first {
        "será" => Form::sure(at(words, 1, "que")),
        "cadê" => Form::Sure,
        "o" => {
            Form::open(at(words, 1, "que quê") && words.len() > 2 && !at(words, 2, "eu ele ela eles nós não importa"))
        }
        "quem" => Form::open(words.len() > 1 && !at(words, 1, "não ri dera")),
        "qual" | "quais" => Form::open(words.len() > 1),
        "quanto" | "quanta" | "quantos" | "quantas" => Form::open(words.len() > 1 && !at(words, 1, "mais a")),
        "onde" | "aonde" => Form::open(words.len() > 1 && !at(words, 1, "há eu ele")),
        "porquê" => Form::Open,
        "porque" => Form::open(at(words, 1, "você não que é") && words.len() > 2 && words.len() < 8),
        "que" => Form::open(
            at(words, 1, "horas hora dia tal significa tipo dias filme livro é cor")
                && !at(words, 2, "lindo linda bonito"),
        ),
        "como" => Form::open(
            at(words, 1, "você está vai vão se faço posso foi funciona é estão fazer te podemos vocês chego")
                && words.len() < 9,
        ),
        "quando" => Form::open(
            at(words, 1, "chega é vai começa você vem sai abre vocês termina volta será nos") && words.len() < 7,
        ),
        "pode" | "podes" | "podem" | "poderia" | "posso" | "podemos" | "consegue" => {
            Form::open(words.len() > 1 && !at(words, 1, "ser"))
        }
        "sabe" | "sabes" | "sabem" => Form::open(at(words, 1, "se onde quando como quem que qual por o quanto")),
        "alguém" => Form::open(at(words, 1, "sabe pode tem conhece já quer aqui me viu vai aí")),
        "você" | "vocês" => Form::open(
            at(
                words,
                1,
                "sabe pode tem quer conhece já gosta acha vem poderia vai lembra sabem podem querem conhecem viu viram fez leu ouviu falou comeu",
            ) && !words.iter().any(|word| is(word, "razão muito bem nunca")),
        ),
        "tem" | "há" => Form::open(at(words, 1, "alguém algum alguma algo")),
        "gostas" | "queres" | "quer" | "conheces" | "viste" | "já" => {
            Form::open(words.len() > 2 && (*first != "já" || at(words, 1, "viu leu ouviu foi você comeu")))
        }
        "me" => Form::open(at(words, 1, "ajuda pode")),
        _ => Form::None,
    }
}
