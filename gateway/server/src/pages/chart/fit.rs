//! Text from outside that has to fit: SVG does not wrap, and nobody knows the reader's font. Widths are guessed on the safe side.

/// A text for a narrow and for a wide screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Fitted {
    pub wide: String,
    /// Where what fits the wide screen does not fit the narrow one.
    pub narrow: Option<String>,
}

/// How much room there is, in hundredths of the size of the letters.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) struct Room {
    narrow: u32,
    wide: u32,
}

/// Beside a sign, in letters of 14 pixels: 360 and 640 pixels wide.
pub(in crate::pages) const BESIDE_A_SIGN: Room = Room { narrow: 2090, wide: 3950 };

/// Below a bar, in letters of 13 pixels.
pub(in crate::pages) const BELOW_A_BAR: Room = Room { narrow: 2420, wide: 4400 };

impl Fitted {
    pub fn new(text: &str, room: Room) -> Self {
        let (wide, narrow) = (cut(text, room.wide), cut(text, room.narrow));
        Self { narrow: (narrow != wide).then_some(narrow), wide }
    }
}

/// The text, or as much of it as there is room for with an ellipsis.
fn cut(text: &str, room: u32) -> String {
    let mut used = 0;
    let mut fits = text.len();
    for (at, letter) in text.char_indices() {
        // Where the ellipsis could stand, if the rest does not fit.
        if used + width('…') <= room {
            fits = at;
        }
        used += width(letter);
        if used > room {
            return format!("{}…", text[..fits].trim_end());
        }
    }
    text.to_owned()
}

const fn width(letter: char) -> u32 {
    match letter {
        'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' => 32,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 95,
        'A'..='Z' | '0'..='9' => 70,
        '\u{1100}'.. => 105,
        _ => 58,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { narrow: 580, wide: 1160 };

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_is_cut_with_a_sign() {
        assert_eq!(Fitted::new("nine char", ROOM), Fitted { wide: "nine char".into(), narrow: None });
        let long = Fitted::new(&"a".repeat(40), ROOM);
        assert_eq!((long.wide.chars().count(), long.narrow.expect("it is cut").chars().count()), (19, 9));
    }

    #[test]
    fn wide_letters_take_more_room_and_no_letter_is_broken() {
        let narrow = |text: &str| Fitted::new(text, ROOM).narrow.expect("it is cut");
        assert!(narrow(&"W".repeat(30)).chars().count() < narrow(&"n".repeat(30)).chars().count());
        assert_eq!(narrow(&"漢".repeat(30)), "漢漢漢漢…");
    }
}
