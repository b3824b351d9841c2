//! Suggestions by words in common, those that few items have counting more.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use wellspring_model::{assessment::Ppm, competency::Item, submission::Language};

use crate::{Suggest, Suggested, words::Words};

/// Destinations that are compared with one origin at most, those with its rarest words first. With it the time grows with
/// the number of origins, however many words they share with however many destinations.
const MOST_COMPARED: usize = 2_000;
/// Less in common is not worth anybody's time.
const LEAST: u64 = 100_000;
const ONE: u64 = 1_000_000;

/// Compares the words of statements, by their stems.
pub struct Lexical {
    words: Words,
}

impl Lexical {
    /// For statements in this language.
    pub fn new(language: Language) -> Self {
        Self { words: Words::new(language) }
    }
}

impl Suggest for Lexical {
    fn name(&self) -> &'static str {
        "words@1"
    }

    fn suggest<'a>(&self, origins: &[&'a Item], destinations: &[&'a Item], most: usize) -> Vec<Suggested<'a>> {
        let index = Index::new(destinations, &self.words);
        let mut visited = Visited { last: vec![0; destinations.len()], round: 0 };
        let mut is_said = vec![false; index.weights.len()];
        let mut suggested = Vec::new();
        for origin in origins {
            let said = Said::new(self.words.of(origin), &index);
            said.known.keys().for_each(|number| is_said[*number as usize] = true);
            let mut found: Vec<(Reverse<u64>, u32)> = Vec::new();
            for place in index.candidates(&said, &mut visited) {
                let score = index.in_common(&is_said, said.weight, place);
                // What has one name in both frameworks is one item already.
                if score >= LEAST && index.destinations[place as usize].id() != origin.id() {
                    found.push((Reverse(score), place));
                }
            }
            said.known.keys().for_each(|number| is_said[*number as usize] = false);
            found.sort_unstable();
            found.truncate(most);
            let suggest = |(Reverse(score), place)| Suggested {
                origin,
                destination: index.destinations[place as usize],
                score: u32::try_from(score).ok().and_then(Ppm::new).unwrap_or(Ppm::ONE),
                matched: said.matched(&index, place),
            };
            suggested.extend(found.into_iter().map(suggest));
        }
        suggested
    }
}

/// The destinations by their words. A word is a number here.
struct Index<'i, 'a> {
    destinations: &'i [&'a Item],
    numbers: HashMap<String, u32>,
    /// The destinations that have a word.
    having: Vec<Vec<u32>>,
    weights: Vec<u64>,
    /// The words of each destination, ascending.
    words: Vec<Vec<u32>>,
    /// What all words of each destination weigh.
    whole: Vec<u64>,
}

impl<'i, 'a> Index<'i, 'a> {
    fn new(destinations: &'i [&'a Item], words: &Words) -> Self {
        let mut index = Self {
            destinations,
            numbers: HashMap::new(),
            having: Vec::new(),
            weights: Vec::new(),
            words: Vec::with_capacity(destinations.len()),
            whole: Vec::new(),
        };
        for (place, destination) in (0_u32..).zip(destinations) {
            let mut numbers: Vec<u32> = words.of(destination).into_keys().map(|stem| index.number(stem)).collect();
            numbers.sort_unstable();
            for number in &numbers {
                index.having[*number as usize].push(place);
            }
            index.words.push(numbers);
        }
        index.weights = index.having.iter().map(|having| index.weight(having.len())).collect();
        let whole = |words: &Vec<u32>| words.iter().map(|number| index.weights[*number as usize]).sum();
        index.whole = index.words.iter().map(whole).collect();
        index
    }

    fn number(&mut self, stem: String) -> u32 {
        let next = u32::try_from(self.having.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(stem).or_insert(next);
        if number == next {
            self.having.push(Vec::new());
        }
        number
    }

    /// The rarer a word, the more it says (inverse document frequency), in whole thousandths so that sums are exact.
    fn weight(&self, having: usize) -> u64 {
        let share = self.destinations.len() as f64 / (having as f64 + 1.0);
        (share.ln_1p() * 1_000.0).round().max(1.0) as u64
    }

    /// Those that have a word of the origin, the ones with its rarest words first.
    fn candidates(&self, said: &Said, visited: &mut Visited) -> Vec<u32> {
        visited.round += 1;
        let mut rarest: Vec<u32> = said.known.keys().copied().collect();
        rarest.sort_unstable_by_key(|number| (self.having[*number as usize].len(), *number));
        let having = rarest.iter().flat_map(|number| &self.having[*number as usize]);
        having.take(MOST_COMPARED).copied().filter(|place| visited.is_new(*place)).collect()
    }

    /// What the words that both have weigh, of what all of their words do, in parts per million.
    fn in_common(&self, is_said: &[bool], weight: u64, place: u32) -> u64 {
        let both = self.words[place as usize].iter().map(|number| *number as usize).filter(|number| is_said[*number]);
        let both: u64 = both.map(|number| self.weights[number]).sum();
        let all = weight + self.whole[place as usize] - both;
        (both * ONE).checked_div(all).unwrap_or(0)
    }
}

/// What an origin says.
struct Said {
    /// Its words that some destination has, by their numbers.
    known: BTreeMap<u32, String>,
    /// What all of its words weigh.
    weight: u64,
}

impl Said {
    fn new(words: BTreeMap<String, String>, index: &Index) -> Self {
        let (mut known, mut weight) = (BTreeMap::new(), 0);
        for (stem, word) in words {
            match index.numbers.get(&stem) {
                Some(number) => {
                    weight += index.weights[*number as usize];
                    known.insert(*number, word);
                }
                None => weight += index.weight(0),
            }
        }
        Self { known, weight }
    }

    /// The words that a destination has too, the ones that say most first.
    fn matched(&self, index: &Index, place: u32) -> Vec<String> {
        let words = &index.words[place as usize];
        let mut both: Vec<(Reverse<u64>, &String)> = self
            .known
            .iter()
            .filter(|(number, _)| words.binary_search(number).is_ok())
            .map(|(number, word)| (Reverse(index.weights[*number as usize]), word))
            .collect();
        both.sort_unstable();
        both.into_iter().map(|(_, word)| word.clone()).collect()
    }
}

/// Which destinations were looked at for the present origin, without clearing a list for each.
struct Visited {
    last: Vec<u32>,
    round: u32,
}

impl Visited {
    fn is_new(&mut self, place: u32) -> bool {
        let last = &mut self.last[place as usize];
        let is_new = *last != self.round;
        *last = self.round;
        is_new
    }
}
