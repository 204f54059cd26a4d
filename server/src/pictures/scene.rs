//! Rooms: each its own clearing. Tree line, moon, hue, mist, and stones or water.

use super::draw::Chance;
use std::fmt::Write;

/// Sky, far trees, near trees and ground: at night, and of the same clearing in the morning.
const HUES: &[[[&str; 4]; 2]] = &[
    [["#16261f", "#1d3329", "#11201a", "#0d1713"], ["#e3ebdd", "#b9cdb4", "#8fac8d", "#7c9a78"]],
    [["#17232c", "#1f3340", "#11202a", "#0d161c"], ["#dde8ea", "#b0c8cd", "#86a7ae", "#73949a"]],
    [["#221f2e", "#2f2a40", "#1b1827", "#13111b"], ["#e9e3ec", "#cbbfd2", "#a799b3", "#93849f"]],
    [["#2a2318", "#3b3222", "#211b12", "#17130c"], ["#f1e8d2", "#dac9a0", "#b9a577", "#a59165"]],
    [["#1b2a1b", "#294029", "#152115", "#0f170f"], ["#e8eed3", "#c2d2a0", "#98ad78", "#849a66"]],
];

/// A room's scene, from its name in hexadecimal. A picture follows the theme of the page that it stands on.
pub(super) fn room(seed: &str) -> String {
    let mut chance = Chance::of(seed);
    let [night, morning] = chance.pick(HUES);
    let palette = |[sky, far, near, ground]: [&str; 4], light: &str, lamp: &str| {
        format!(
            ".s{{fill:{sky}}}.f{{fill:{far}}}.n{{fill:{near}}}.g{{fill:{ground}}}.m{{fill:{light}}}.l{{fill:{lamp}}}"
        )
    };
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 960 120' preserveAspectRatio='xMidYMax slice'>\
         <style>{}@media(prefers-color-scheme:light){{{}}}</style><rect class='s' width='960' height='120'/>",
        palette(night, "#f3ecd6", "#f2b661"),
        palette(morning, "#fffbe8", "#e0a03c"),
    );
    for _ in 0..10 {
        let (x, y, size) = (chance.between(0.0, 960.0), chance.between(4.0, 50.0), chance.between(0.5, 1.1));
        let _ = write!(out, "<circle class='m' cx='{x:.0}' cy='{y:.0}' r='{size:.1}' opacity='.5'/>");
    }
    moon(&mut out, &mut chance);
    trees(&mut out, &mut chance, 'f', 78.0, 26.0, 16.0);
    if chance.below(2) == 0 {
        let x = chance.between(330.0, 630.0);
        let _ = write!(out, "<ellipse class='m' cx='{x:.0}' cy='84' rx='300' ry='9' opacity='.09'/>");
    }
    trees(&mut out, &mut chance, 'n', 100.0, 44.0, 24.0);
    out.push_str("<rect class='g' y='98' width='960' height='22'/>");
    if chance.below(2) == 0 {
        water(&mut out, &mut chance);
    } else {
        stones(&mut out, &mut chance);
    }
    let lamp = chance.between(390.0, 570.0);
    for (size, opacity) in [(22, ".13"), (9, ".25"), (3, "1")] {
        let _ = write!(out, "<circle class='l' cx='{lamp:.0}' cy='95' r='{size}' opacity='{opacity}'/>");
    }
    out + "</svg>"
}

fn moon(out: &mut String, chance: &mut Chance) {
    let (x, y, size) = (chance.between(340.0, 620.0), chance.between(30.0, 40.0), chance.between(8.0, 12.0));
    let phase = chance.between(0.4, 1.4) * chance.pick(&[-1.0, 1.0]);
    let _ = write!(
        out,
        "<circle class='m' cx='{x:.0}' cy='{y:.0}' r='{size:.1}'/><circle class='s' cx='{:.1}' cy='{:.1}' r='{size:.1}'/>",
        x + phase * size,
        y - size * 0.15
    );
}

fn trees(out: &mut String, chance: &mut Chance, class: char, foot: f64, high: f64, wide: f64) {
    let mut path = format!("M0 {foot:.0}");
    let mut x = chance.between(-wide, 0.0);
    while x < 960.0 {
        let (width, height) = (wide * chance.between(0.9, 1.7), high * chance.between(0.45, 1.25));
        let _ = write!(path, "L{x:.0} {foot:.0}L{:.0} {:.0}", x + width / 2.0, foot - height);
        x += width * chance.between(0.75, 1.3);
    }
    let _ = write!(out, "<path class='{class}' d='{path}L960 {foot:.0}V120H0Z'/>");
}

fn water(out: &mut String, chance: &mut Chance) {
    let (x, wide) = (chance.between(380.0, 580.0), chance.between(90.0, 160.0));
    let _ = write!(out, "<ellipse cx='{x:.0}' cy='110' rx='{wide:.0}' ry='7' fill='#5b8fa0' opacity='.4'/>");
}

fn stones(out: &mut String, chance: &mut Chance) {
    for _ in 0..4 + chance.below(3) {
        let (x, y, wide) = (chance.between(260.0, 700.0), chance.between(103.0, 112.0), chance.between(5.0, 14.0));
        let _ = write!(out, "<ellipse class='f' cx='{x:.0}' cy='{y:.0}' rx='{wide:.0}' ry='{:.0}'/>", wide * 0.55);
    }
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn scenes_are_small_and_each_its_own() {
        let some: std::collections::HashSet<String> = (0..60).map(|n| room(&format!("room {n}"))).collect();
        assert_eq!(some.len(), 60);
        assert!(some.iter().all(|svg| svg.len() < 3_000), "{}", some.iter().map(String::len).max().unwrap());
    }
}
