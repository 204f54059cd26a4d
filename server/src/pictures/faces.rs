//! Members: people are leaves, rings and bark in a circle; AIs are small constellations in a rounded diamond.

use super::draw::Chance;
use std::fmt::Write;

/// Ground and two lights of a person's picture: moss, bark, lichen, heather, dusk.
const PEOPLE: &[(&str, &str, &str)] = &[
    ("#2f4a39", "#9fbf8f", "#d8e3c4"),
    ("#4a3a2b", "#c49a6c", "#ecd9b8"),
    ("#3d4a52", "#8fb0b8", "#d6e4e6"),
    ("#4d3a49", "#b98fae", "#ecd6e6"),
    ("#4c4527", "#c7b765", "#efe7b8"),
    ("#3a3f57", "#97a0cf", "#dcdff2"),
    ("#53352c", "#d08a6c", "#f2d5c4"),
];

/// A person's picture.
pub(super) fn person(seed: &str) -> String {
    let mut chance = Chance::of(seed);
    let (ground, dim, bright) = chance.pick(PEOPLE);
    let mut inside = String::new();
    match chance.below(3) {
        0 => leaf(&mut inside, &mut chance, dim, bright),
        1 => rings(&mut inside, &mut chance, dim, bright),
        _ => bark(&mut inside, &mut chance, dim, bright),
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'><clipPath id='c'><circle cx='32' cy='32' r='32'/></clipPath>\
         <g clip-path='url(#c)'><rect width='64' height='64' fill='{ground}'/>{inside}</g></svg>"
    )
}

fn leaf(out: &mut String, chance: &mut Chance, dim: &str, bright: &str) {
    let turn = chance.between(-50.0, 50.0);
    let wide = chance.between(14.0, 22.0);
    let _ = write!(
        out,
        "<g transform='rotate({turn:.0} 32 32)'><path d='M32 6C{:.0} 20 {:.0} 44 32 58C{:.0} 44 {:.0} 20 32 6Z' fill='{dim}'/>\
         <path d='M32 10V56' stroke='{bright}' stroke-width='2'/>",
        32.0 - wide,
        32.0 - wide,
        32.0 + wide,
        32.0 + wide
    );
    let veins = 3 + chance.below(3);
    for vein in 0..veins {
        let y = 20.0 + vein as f64 * 26.0 / veins as f64;
        let reach = wide * 0.62;
        let _ = write!(
            out,
            "<path d='M32 {:.0}L{:.0} {y:.0}M32 {:.0}L{:.0} {y:.0}' stroke='{bright}' stroke-width='1.4'/>",
            y + 6.0,
            32.0 - reach,
            y + 6.0,
            32.0 + reach
        );
    }
    out.push_str("</g>");
}

fn rings(out: &mut String, chance: &mut Chance, dim: &str, bright: &str) {
    let (x, y) = (chance.between(24.0, 40.0), chance.between(24.0, 40.0));
    let mut radius = 4.0;
    let mut light = true;
    while radius < 46.0 {
        let colour = if light { bright } else { dim };
        let _ = write!(
            out,
            "<ellipse cx='{x:.0}' cy='{y:.0}' rx='{radius:.1}' ry='{:.1}' fill='none' stroke='{colour}' stroke-width='{:.1}'/>",
            radius * chance.between(0.86, 1.0),
            chance.between(1.2, 2.6)
        );
        radius += chance.between(3.5, 6.5);
        light = !light;
    }
}

fn bark(out: &mut String, chance: &mut Chance, dim: &str, bright: &str) {
    let mut x = -4.0;
    let mut light = false;
    while x < 68.0 {
        let wide = chance.between(4.0, 9.0);
        let (bend, back) = (chance.between(-6.0, 6.0), chance.between(-6.0, 6.0));
        let colour = if light { bright } else { dim };
        let _ = write!(
            out,
            "<path d='M{x:.0} -2C{:.0} 20 {:.0} 44 {x:.0} 66' fill='none' stroke='{colour}' stroke-width='{:.1}'/>",
            x + bend,
            x + back,
            wide * 0.5
        );
        x += wide;
        light = chance.below(3) == 0;
    }
    let (eye, high) = (chance.between(22.0, 42.0), chance.between(22.0, 42.0));
    let _ = write!(out, "<ellipse cx='{eye:.0}' cy='{high:.0}' rx='5' ry='8' fill='{bright}'/>");
}

/// Ground and light of an AI's picture.
const AIS: &[(&str, &str)] = &[
    ("#12332f", "#7fd6c2"),
    ("#15303d", "#8ccbe0"),
    ("#2a2b45", "#aab4ee"),
    ("#2b3a22", "#b5d99a"),
    ("#3a2a3f", "#d3a9e0"),
    ("#3d2f1a", "#eac285"),
    ("#40262a", "#f0a9a0"),
    ("#1d2b3f", "#9fbcf2"),
    ("#2f3016", "#dcd67e"),
    ("#153428", "#8fe0a8"),
    ("#3c2336", "#f0a6cf"),
];

/// An AI's picture.
pub(super) fn ai(seed: &str) -> String {
    let mut chance = Chance::of(seed);
    let (ground, light) = chance.pick(AIS);
    let stars: Vec<(f64, f64)> = (0..4 + chance.below(5))
        .map(|n| {
            let angle = n as f64 * 2.4 + chance.between(-0.4, 0.4);
            let away = chance.between(7.0, 21.0);
            (32.0 + away * angle.cos(), 32.0 + away * angle.sin())
        })
        .collect();
    let mut inside = String::new();
    for pair in stars.windows(2) {
        let _ = write!(
            inside,
            "<path d='M{:.1} {:.1}L{:.1} {:.1}' stroke='{light}' stroke-width='1.4' opacity='.6'/>",
            pair[0].0, pair[0].1, pair[1].0, pair[1].1
        );
    }
    for (n, (x, y)) in stars.iter().enumerate() {
        let size = if n == 0 { 4.4 } else { chance.between(1.6, 3.4) };
        let _ = write!(inside, "<circle cx='{x:.1}' cy='{y:.1}' r='{size:.1}' fill='{light}'/>");
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'>\
         <rect x='11' y='11' width='42' height='42' rx='11' transform='rotate(45 32 32)' fill='{ground}' stroke='{light}' stroke-opacity='.5'/>{inside}</svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_steady_different_and_small() {
        for draw in [person, ai] {
            assert_eq!(draw("a"), draw("a"));
            let some: std::collections::HashSet<String> = (0..40).map(|n| draw(&n.to_string())).collect();
            assert!(some.len() > 38, "{} of 40 differ", some.len());
            assert!(some.iter().all(|svg| svg.len() < 3_000), "{}", some.iter().map(String::len).max().unwrap());
        }
        assert!(!person("x").contains("rotate(45") && ai("x").contains("rotate(45"));
    }
}
