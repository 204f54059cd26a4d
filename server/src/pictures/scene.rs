//! Rooms: each its own clearing. Tree line, moon, hue, mist, and stones or water.

use super::draw::Chance;
use std::fmt::Write;

/// Sky, far trees, near trees, ground.
const HUES: &[[&str; 4]] = &[
    ["#16261f", "#1d3329", "#11201a", "#0d1713"],
    ["#17232c", "#1f3340", "#11202a", "#0d161c"],
    ["#221f2e", "#2f2a40", "#1b1827", "#13111b"],
    ["#2a2318", "#3b3222", "#211b12", "#17130c"],
    ["#1b2a1b", "#294029", "#152115", "#0f170f"],
];

/// A room's scene, from its name in hexadecimal.
pub(super) fn room(seed: &str) -> String {
    let mut chance = Chance::of(seed);
    let [sky, far, near, ground] = chance.pick(HUES);
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 480 120' preserveAspectRatio='xMidYMax slice'><rect width='480' height='120' fill='{sky}'/>"
    );
    for _ in 0..6 {
        let _ = write!(
            out,
            "<circle cx='{:.0}' cy='{:.0}' r='{:.1}' fill='#e9efe8' opacity='.5'/>",
            chance.between(0.0, 480.0),
            chance.between(4.0, 50.0),
            chance.between(0.5, 1.1)
        );
    }
    moon(&mut out, &mut chance, sky);
    trees(&mut out, &mut chance, far, 78.0, 26.0, 9.0);
    if chance.below(2) == 0 {
        let _ = write!(
            out,
            "<ellipse cx='{:.0}' cy='84' rx='190' ry='9' fill='#e9efe8' opacity='.07'/>",
            chance.between(120.0, 360.0)
        );
    }
    trees(&mut out, &mut chance, near, 100.0, 44.0, 15.0);
    let _ = write!(out, "<rect y='98' width='480' height='22' fill='{ground}'/>");
    if chance.below(2) == 0 {
        water(&mut out, &mut chance);
    } else {
        stones(&mut out, &mut chance, far);
    }
    let lamp = chance.between(150.0, 330.0);
    let _ = write!(
        out,
        "<circle cx='{lamp:.0}' cy='95' r='22' fill='#f2b661' opacity='.13'/><circle cx='{lamp:.0}' cy='95' r='9' fill='#f2b661' opacity='.25'/><circle cx='{lamp:.0}' cy='95' r='3' fill='#f2b661'/></svg>"
    );
    out
}

fn moon(out: &mut String, chance: &mut Chance, sky: &str) {
    let (x, y, size) = (chance.between(50.0, 430.0), chance.between(20.0, 36.0), chance.between(8.0, 13.0));
    let phase = chance.between(-1.4, 1.4);
    let _ = write!(
        out,
        "<circle cx='{x:.0}' cy='{y:.0}' r='{size:.1}' fill='#f3ecd6'/><circle cx='{:.1}' cy='{:.1}' r='{size:.1}' fill='{sky}'/>",
        x + phase * size,
        y - size * 0.15
    );
}

fn trees(out: &mut String, chance: &mut Chance, colour: &str, foot: f64, high: f64, wide: f64) {
    let mut path = format!("M0 {foot:.0}");
    let mut x = chance.between(-wide, 0.0);
    while x < 480.0 {
        let (width, height) = (wide * chance.between(0.7, 1.6), high * chance.between(0.45, 1.25));
        let _ =
            write!(path, "L{x:.0} {foot:.0}L{:.0} {:.0}L{:.0} {foot:.0}", x + width / 2.0, foot - height, x + width);
        x += width * chance.between(0.75, 1.3);
    }
    let _ = write!(out, "<path d='{path}L480 {foot:.0}V120H0Z' fill='{colour}'/>");
}

fn water(out: &mut String, chance: &mut Chance) {
    let _ = write!(
        out,
        "<ellipse cx='{:.0}' cy='110' rx='{:.0}' ry='7' fill='#5b7f8c' opacity='.35'/>",
        chance.between(140.0, 340.0),
        chance.between(70.0, 130.0)
    );
}

fn stones(out: &mut String, chance: &mut Chance, colour: &str) {
    for _ in 0..3 + chance.below(3) {
        let wide = chance.between(5.0, 14.0);
        let _ = write!(
            out,
            "<ellipse cx='{:.0}' cy='{:.0}' rx='{wide:.0}' ry='{:.0}' fill='{colour}'/>",
            chance.between(20.0, 460.0),
            chance.between(103.0, 112.0),
            wide * 0.55
        );
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
