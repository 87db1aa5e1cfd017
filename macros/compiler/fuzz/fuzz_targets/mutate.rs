//! Changes that leave a file a model: numbers, indices, lengths and offsets at the places where the
//! schema has them. Bytes changed at random would mostly break the file's structure, which the
//! flatbuffer verifier finds before anything interesting runs.
//!
//! It knows the slots of the schema's tables, and of the options of operators only that they are
//! numbers, so that a new operator is fuzzed like the others.

use std::ops::Range;

/// What a field of a table holds.
#[derive(Clone, Copy)]
enum Kind {
    /// A number of so many bytes, or a vector of them.
    Number(usize),
    Numbers(usize),
    Table(&'static [(usize, Kind)]),
    Tables(&'static [(usize, Kind)]),
    /// A table of numbers that depends on the operator.
    Options,
}

use Kind::{Number, Numbers, Options, Table, Tables};

// The slots of the schema: `4 + 2 · field`.
const MODEL: &[(usize, Kind)] =
    &[(4, Number(4)), (6, Tables(CODE)), (8, Tables(GRAPH)), (10, Numbers(1)), (12, Tables(BUFFER))];
const CODE: &[(usize, Kind)] = &[(4, Number(1)), (6, Numbers(1)), (8, Number(4)), (10, Number(4))];
const GRAPH: &[(usize, Kind)] =
    &[(4, Tables(TENSOR)), (6, Numbers(4)), (8, Numbers(4)), (10, Tables(OPERATOR)), (12, Numbers(1))];
const TENSOR: &[(usize, Kind)] = &[
    (4, Numbers(4)),
    (6, Number(1)),
    (8, Number(4)),
    (10, Numbers(1)),
    (12, Table(QUANTIZATION)),
    (14, Number(1)),
    (18, Numbers(4)),
    (20, Number(1)),
];
const QUANTIZATION: &[(usize, Kind)] = &[(8, Numbers(4)), (10, Numbers(8)), (16, Number(4))];
const OPERATOR: &[(usize, Kind)] = &[
    (4, Number(4)),
    (6, Numbers(4)),
    (8, Numbers(4)),
    (10, Number(1)),
    (12, Options),
    (18, Numbers(1)),
    (20, Numbers(4)),
];
const BUFFER: &[(usize, Kind)] = &[(4, Numbers(1)), (6, Number(8)), (8, Number(8))];

/// A place that may be changed.
enum Place {
    Number(Range<usize>),
    /// The count of a vector.
    Count(usize),
    /// The entry of a vector of tables.
    Entry(usize),
    /// A table's entry in its vtable: zero makes the field absent.
    Slot(usize),
}

/// Changes a few places; `None` if there are none, or if it is the turn of plain bytes.
pub fn model(data: &mut [u8], size: usize, seed: u32) -> Option<usize> {
    let mut random = Random(u64::from(seed) << 1 | 1);
    if random.below(8) == 0 {
        return None;
    }
    let bytes = data.get_mut(..size)?;
    let mut places = Vec::new();
    let root = follow(bytes, 0)?;
    collect(bytes, root, MODEL, &mut places);
    if places.is_empty() {
        return None;
    }
    for _ in 0..1 + random.below(4) {
        let at = random.below(places.len());
        change(bytes, &places, places.get(at)?, &mut random);
    }
    Some(size)
}

fn change(bytes: &mut [u8], places: &[Place], place: &Place, random: &mut Random) -> Option<()> {
    const NEAR: [i64; 14] = [0, 1, -1, 2, 3, 4, 8, 16, 127, -128, 255, 32767, 65536, -2];
    const FLOATS: [f32; 8] = [0.0, 1.0, -1.0, 1e-42, 1e30, f32::NAN, f32::INFINITY, 0.003_906_25];
    match place {
        Place::Number(range) => {
            let width = range.len();
            let old = read(bytes, range)?;
            let new = match random.below(8) {
                0 => i64::MAX >> (64 - 8 * width),
                1 => i64::MIN >> (64 - 8 * width),
                2 | 3 => old.wrapping_add(NEAR[random.below(4)]),
                4 if width == 4 => i64::from(FLOATS[random.below(FLOATS.len())].to_bits()),
                5 => random.next() as i64,
                6 => {
                    // What stands elsewhere, such as another tensor's index or extent.
                    let Place::Number(other) = places.get(random.below(places.len()))? else { return None };
                    read(bytes, other)?
                }
                _ => NEAR[random.below(NEAR.len())],
            };
            bytes.get_mut(range.clone())?.copy_from_slice(new.to_le_bytes().get(..width)?);
        }
        &Place::Count(at) => {
            let less = word(bytes, at)?.saturating_sub(1 + random.below(2));
            put(bytes, at, less)?;
        }
        &Place::Entry(at) => {
            // The same table twice: another entry's, if its offset can be written here.
            let Place::Entry(other) = places.get(random.below(places.len()))? else { return None };
            let target = follow(bytes, *other)?.checked_sub(at)?;
            put(bytes, at, target)?;
        }
        &Place::Slot(at) => bytes.get_mut(at..at.checked_add(2)?)?.fill(0),
    }
    Some(())
}

/// Finds all places below a table.
fn collect(bytes: &[u8], table: usize, fields: &[(usize, Kind)], places: &mut Vec<Place>) -> Option<()> {
    const MOST: usize = 20_000;
    for &(slot, kind) in fields {
        let Some((entry, at)) = field(bytes, table, slot) else { continue };
        if places.len() > MOST {
            return None;
        }
        places.push(Place::Slot(entry));
        match kind {
            Number(width) => places.push(Place::Number(at..at.checked_add(width)?)),
            Numbers(width) => {
                let Some(vector) = follow(bytes, at) else { continue };
                places.push(Place::Count(vector));
                // The first ones; weights need not all be changed.
                for index in 0..word(bytes, vector)?.min(8) {
                    let at = vector.checked_add(4)?.checked_add(index.checked_mul(width)?)?;
                    places.push(Place::Number(at..at.checked_add(width)?));
                }
            }
            Table(fields) => {
                collect(bytes, follow(bytes, at)?, fields, places);
            }
            Tables(fields) => {
                let vector = follow(bytes, at)?;
                places.push(Place::Count(vector));
                for index in 0..word(bytes, vector)?.min(64) {
                    let at = vector.checked_add(4)?.checked_add(index.checked_mul(4)?)?;
                    places.push(Place::Entry(at));
                    collect(bytes, follow(bytes, at)?, fields, places);
                }
            }
            Options => {
                options(bytes, follow(bytes, at)?, places);
            }
        }
    }
    Some(())
}

/// The numbers of a table of options: how wide each is follows from where the next one begins.
fn options(bytes: &[u8], table: usize, places: &mut Vec<Place>) -> Option<()> {
    let vtable = vtable(bytes, table)?;
    let slots = (4..short(bytes, vtable)?).step_by(2);
    let found: Vec<(usize, usize)> = slots.filter_map(|slot| field(bytes, table, slot)).collect();
    for &(entry, at) in &found {
        places.push(Place::Slot(entry));
        let next = found.iter().map(|field| field.1).filter(|&next| next > at).min();
        let width = match next.map_or(4, |next| next - at) {
            4.. => 4,
            2 | 3 => 2,
            _ => 1,
        };
        places.push(Place::Number(at..at.checked_add(width)?));
    }
    Some(())
}

fn read(bytes: &[u8], range: &Range<usize>) -> Option<i64> {
    let mut number = [0; 8];
    number.get_mut(..range.len())?.copy_from_slice(bytes.get(range.clone())?);
    let unused = 64 - 8 * u32::try_from(range.len()).ok()?;
    Some(i64::from_le_bytes(number) << unused >> unused)
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

fn put(bytes: &mut [u8], at: usize, value: usize) -> Option<()> {
    let value = u32::try_from(value).ok()?;
    bytes.get_mut(at..at.checked_add(4)?)?.copy_from_slice(&value.to_le_bytes());
    Some(())
}

fn follow(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(word(bytes, at)?)
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn vtable(bytes: &[u8], table: usize) -> Option<usize> {
    let back = i32::from_le_bytes(*bytes.get(table..)?.first_chunk()?);
    usize::try_from(i64::try_from(table).ok()?.checked_sub(back.into())?).ok()
}

/// Where a table's vtable speaks of a field, and where the field is.
fn field(bytes: &[u8], table: usize, slot: usize) -> Option<(usize, usize)> {
    let vtable = vtable(bytes, table)?;
    if slot >= short(bytes, vtable)? {
        return None;
    }
    let entry = vtable.checked_add(slot)?;
    let offset = short(bytes, entry).filter(|&offset| offset != 0)?;
    Some((entry, table.checked_add(offset)?))
}

/// Random numbers that the seed alone decides.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
