//! How days, months and spans are called in the languages that put spaces between words; of each as it stands behind others, too.
//! What is another word elsewhere counts in its own language alone: `hier:fr`.

/// The twelve months, each in all languages, with their usual short forms.
pub(super) const MONTHS: [&str; 12] = [
    "january jan:en jan:de jan:nl januar jänner januari janvier enero gennaio stycznia styczniu styczeń janeiro января январе январь",
    "february feb februar februari février febrero febbraio lutego lutym luty fevereiro февраля феврале февраль",
    "march mar:en märz maart mars:fr marzo marca:pl marcu marzec março марта марте март",
    "april apr avril abril aprile kwietnia kwietniu kwiecień апреля апреле апрель",
    "may:en mai:de mai:fr mai:pt mei:nl mayo maggio maja maju maj maio мая мае май",
    "june jun juni juin junio giugno czerwca czerwcu czerwiec junho июня июне июнь",
    "july jul juli juillet julio luglio lipca lipcu lipiec julho июля июле июль",
    "august aug augustus août agosto sierpnia sierpniu sierpień августа августе август",
    "september sep:en sep:de sep:nl sept septembre septiembre settembre września wrześniu wrzesień setembro сентября сентябре сентябрь",
    "october oct oktober okt octobre octubre ottobre października październiku październik outubro октября октябре октябрь",
    "november nov novembre noviembre listopada listopadzie listopad novembro ноября ноябре ноябрь",
    "december dec:en dec:nl dezember dez décembre diciembre dicembre grudnia grudniu grudzień dezembro декабря декабре декабрь",
];

/// Words before a month or a year that say that a time is meant.
pub(super) const IN: &str = "in im:de on:en since during until seit am:de en:fr en:es au:fr depuis pendant durant desde nel:it nell' a:it ad:it da:it dal:it durante sinds tijdens w:pl we:pl od:pl podczas em:pt no:pt desde durante в во с за last next letzten";

/// The days of the week from Monday on.
pub(super) const WEEKDAYS: [&str; 7] = [
    "monday montag lundi lunes lunedì maandag poniedziałek segunda понедельник",
    "tuesday dienstag mardi martes martedì dinsdag wtorek terça вторник",
    "wednesday mittwoch mercredi miércoles mercoledì woensdag środę środa quarta среду среда",
    "thursday donnerstag jeudi jueves giovedì donderdag czwartek quinta четверг",
    "friday freitag vendredi viernes venerdì vrijdag piątek sexta пятницу пятница",
    "saturday samstag sonnabend samedi sábado sabato zaterdag sobotę sobota субботу суббота",
    "sunday sonntag dimanche domingo domenica zondag niedzielę niedziela воскресенье",
];

/// What says that the last one is meant.
pub(super) const LAST: &str = "last letzten letzte letztes letzter vergangenen dernier dernière pasado pasada scorso scorsa vorige afgelopen zeszły zeszłym zeszłą ostatni ostatnią passado passada past:en ubiegły ubiegłym ubiegłą ubiegłego miniony minionym прошлый прошлую прошлое прошлой прошлом";
/// What says that it is the one that is now.
pub(super) const THIS: &str = "this diese diesen dieser dieses diesem cette ce:fr cet esta este questa questo deze dit:nl ten:pl tym:pl tego tej:pl ta:pl esta este essa эта эту это этой этом";

/// Days ago, with the words for it.
pub(super) const DAYS: [&str; 3] = [
    "today heute aujourd'hui hoy oggi vandaag dziś dzisiaj hoje сегодня",
    "yesterday gestern hier:fr ayer ieri gisteren wczoraj ontem вчера",
    "vorgestern avant-hier:fr anteayer eergisteren przedwczoraj anteontem позавчера",
];

/// What makes yesterday the day before it.
pub(super) const BEFORE: &str = "before:en antes:es altro:it l'altro:it antes:pt";
/// The night, and the end of the week.
pub(super) const NIGHT: &str = "night nacht noche nuit notte noc noite ночь ночью evening abend soir sera wieczór";
pub(super) const WEEKEND: &str = "weekend wochenende week-end weekendu weekendzie fim-de-semana выходные выходных";

/// Days, weeks, months and years.
pub(super) const UNITS: [&str; 4] = [
    "day days tag:de tage tagen jour jours día días giorno giorni dag:nl dagen dzień dni dia:pt dias день дня дней",
    "week weeks woche wochen semaine semaines semana semanas settimana settimane weken tydzień tygodnie tygodni tygodniu неделю недели недель неделе неделя",
    "month months monat monate monaten monats mois mes:es meses mese:it mesi:it maand maanden miesiąc miesiące miesięcy miesiącu mês месяц месяца месяцев месяце",
    "year years jahr jahre jahren an:fr ans:fr année année année año años anno anni jaar jaren rok lat lata roku ano anos год года лет году",
];

/// What says that a number of them lies behind.
pub(super) const AGO: &str = "ago:en vor:de il:fr hace fa:it geleden temu há atrás назад";

/// Numbers as words.
pub(super) const NUMBERS: [&str; 10] = [
    "a:en one ein eine einer einem un:fr un:es un:it une una uno één een:nl jeden jedną um:pt uma один одну",
    "two zwei deux dos due twee dwa dwie dois duas два две",
    "three drei trois tres tre:it drie trzy três три",
    "four vier quatre cuatro quattro cztery quatro четыре",
    "five fünf cinq cinco cinque vijf pięć пять",
    "six sechs seis sei:it zes sześć шесть",
    "seven sieben sept siete sette zeven siedem sete семь",
    "eight acht huit ocho otto osiem oito восемь",
    "nine neun neuf nueve nove negen dziewięć девять",
    "ten:en zehn dix diez dieci tien dziesięć dez:pt десять",
];
