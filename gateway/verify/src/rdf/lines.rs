//! Writing statements: as lines of canonical N-Quads, in the order of their bytes.

use super::dataset::{Dataset, Quad, Term};

/// A few lines in one buffer, to be had in order.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    ranges: Vec<(usize, usize)>,
}

impl Lines {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ranges.clear();
    }

    pub(super) fn push(&mut self, dataset: &Dataset, quad: &Quad, label: impl Fn(usize) -> &'static str) {
        let begin = self.text.len();
        write_quad(&mut self.text, quad, |term| match term.blank_number() {
            Some(blank) => label(blank),
            None => dataset.text(term),
        });
        self.ranges.push((begin, self.text.len()));
    }

    pub(super) fn sorted(&mut self) -> impl Iterator<Item = &str> {
        let text = &self.text;
        self.ranges.sort_unstable_by_key(|(begin, end)| &text[*begin..*end]);
        self.ranges.iter().map(|(begin, end)| &text[*begin..*end])
    }
}

/// The whole dataset. Its terms are put in order once, so that its many lines are compared as numbers.
///
/// That is the order of the lines themselves: no term begins with another one but a label that is longer, and what follows
/// a term is a space, which is less than whatever a longer label goes on with.
pub(super) fn write(dataset: &Dataset, labels: &[Option<u32>]) -> String {
    let labels: Vec<String> =
        labels.iter().map(|label| label.map_or_else(String::new, |label| format!("_:c14n{label}"))).collect();
    let order = Order::new(dataset, &labels);
    let mut quads: Vec<([u32; 4], &Quad)> = dataset.quads.iter().map(|quad| (order.of(quad), quad)).collect();
    quads.sort_unstable_by_key(|(key, _)| *key);
    let text = |term: Term| term.blank_number().map_or_else(|| dataset.text(term), |blank| labels[blank].as_str());
    let length = |quad: &Quad| terms(quad).map(|term| text(term).len() + 1).sum::<usize>() + 2;
    let mut out = String::with_capacity(quads.iter().map(|(_, quad)| length(quad)).sum());
    for (_, quad) in quads {
        write_quad(&mut out, quad, text);
    }
    out
}

/// The place of each term among all, by its text.
struct Order {
    texts: Vec<u32>,
    blanks: Vec<u32>,
}

impl Order {
    fn new(dataset: &Dataset, labels: &[String]) -> Self {
        let texts = dataset.text_count();
        // IRIs begin with `<`, literals with `"`, labels with `_`: every label comes after every text.
        let after = u32::try_from(texts).unwrap_or(u32::MAX);
        Self {
            texts: places(texts, 0, |number| dataset.text_at(number)),
            blanks: places(labels.len(), after, |number| labels[number].as_str()),
        }
    }

    /// A line without a graph goes on with `.`, which is less than whatever a graph begins with.
    fn of(&self, quad: &Quad) -> [u32; 4] {
        let place =
            |term: Term| term.blank_number().map_or_else(|| self.texts[term.index()], |blank| self.blanks[blank]);
        let graph = quad.graph.map_or(0, |graph| place(graph) + 1);
        [place(quad.subject), place(quad.predicate), place(quad.object), graph]
    }
}

fn places<'a>(count: usize, first: u32, text: impl Fn(usize) -> &'a str) -> Vec<u32> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by_key(|number| text(*number));
    let mut places = vec![0; count];
    for (place, number) in (first..).zip(order) {
        places[number] = place;
    }
    places
}

fn terms(quad: &Quad) -> impl Iterator<Item = Term> {
    [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph].into_iter().flatten()
}

fn write_quad<'a>(out: &mut String, quad: &Quad, text: impl Fn(Term) -> &'a str) {
    for term in terms(quad) {
        out.push_str(text(term));
        out.push(' ');
    }
    out.push_str(".\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However terms begin with one another, the lines come out in the order of their bytes.
        #[test]
        fn lines_are_in_the_order_of_their_bytes(
            statements in proptest::collection::vec((0..8u8, 0..4u8, "[a-c\"\\\\ ]{0,4}", 0..6u8), 0..40),
        ) {
            let mut dataset = Dataset::new(1_000);
            let blanks: Vec<Term> = (0..12).map(|_| dataset.blank()).collect();
            for (subject, predicate, value, graph) in statements {
                let subject = if subject < 4 { dataset.iri(&format!("urn:{}", "a".repeat(subject.into()))) } else { blanks[usize::from(subject)] };
                let predicate = dataset.iri(&format!("urn:p{predicate}"));
                let object = match value.len() {
                    0 => blanks[usize::from(graph)],
                    1 => dataset.language_string(&value, "en"),
                    2 => dataset.literal(&value, "urn:t"),
                    _ => dataset.literal(&value, crate::rdf::XSD_STRING),
                };
                let graph = match graph { 0 | 1 => None, 2 => Some(dataset.iri("urn:g")), n => Some(blanks[usize::from(n) + 6]) };
                dataset.insert(Quad { subject, predicate, object, graph }).unwrap();
            }
            let labels: Vec<Option<u32>> = (0..12).map(|number| Some((number * 7) % 12)).collect();
            let written = write(&dataset, &labels);
            let mut lines: Vec<&str> = written.split_inclusive('\n').collect();
            lines.sort_unstable();
            prop_assert_eq!(lines.concat(), written);
        }
    }
}
