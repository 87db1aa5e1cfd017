//! The options of custom operators: a map of numbers, written as FlexBuffers.

use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use flexbuffers::{FlexBufferType, Reader as Flex};

/// The options of one operator.
pub(crate) struct CustomOptions {
    values: Vec<(&'static str, i32)>,
}

impl Reader<'_> {
    /// Reads the options, which must be these, in this order: the reference takes them by their places.
    pub(crate) fn custom_options(&self, names: &[&'static str]) -> Result<CustomOptions, Problem> {
        let bytes = self.operator.custom_options();
        let bytes = bytes.map(|bytes| bytes.bytes()).unwrap_or_default();
        parse(bytes, names).map(|values| CustomOptions { values }).ok_or_else(|| {
            Problem::new(
                format!("{} bytes of options that cannot be read", bytes.len()),
                format!(
                    "{} has a FlexBuffers map of numbers with these names: {}",
                    self.name,
                    names.join(", ")
                ),
                CONVERT_AGAIN,
            )
        })
    }

    /// An option that must be a number in a range.
    pub(crate) fn custom_in_range(
        &self,
        options: &CustomOptions,
        name: &str,
        range: std::ops::RangeInclusive<i32>,
    ) -> Result<usize, Problem> {
        self.in_range(options.get(name), &format!("the option `{name}`"), range)
    }
}

impl CustomOptions {
    /// The option of a name that was asked for when they were read. Truth is 1.
    pub(crate) fn get(&self, name: &str) -> i32 {
        self.values.iter().find(|(known, _)| *known == name).map_or(0, |&(_, value)| value)
    }
}

/// The values of a map that has exactly these keys, all of them whole numbers or truth values.
fn parse(bytes: &[u8], names: &[&'static str]) -> Option<Vec<(&'static str, i32)>> {
    let width = inside(bytes)?;
    let map = Flex::get_root(bytes).ok()?.get_map().ok()?;
    if map.len() != names.len() {
        return None;
    }
    let mut values = Vec::with_capacity(names.len());
    for (at, &name) in names.iter().enumerate() {
        let value = map.index(at).ok()?;
        // Numbers lie in the map itself, as wide as all of it. Wider ones would be outside.
        if map.index_key(name) != Some(at) || value.bitwidth().n_bytes() != width {
            return None;
        }
        let value = match value.flexbuffer_type() {
            FlexBufferType::Int => i32::try_from(value.get_i64().ok()?).ok()?,
            FlexBufferType::Bool => value.get_bool().ok()?.into(),
            _ => return None,
        };
        values.push((name, value));
    }
    Some(values)
}

/// Options that have more are not of any operator's.
const MOST: usize = 16;

/// Bytes of each value of a map that lies inside of the buffer with all of its parts. Else the library, which checks
/// offsets but not lengths, would panic.
///
/// Before the values lie their number, the width of keys, and how far before that the keys are; behind the
/// values lie their types.
fn inside(bytes: &[u8]) -> Option<usize> {
    const MAP: u8 = 9;
    let [before @ .., packed, root_width] = bytes else { return None };
    let width = 1usize.wrapping_shl((packed & 3).into());
    if packed >> 2 != MAP {
        return None;
    }
    let at = before.len().checked_sub((*root_width).into())?;
    let values = at.checked_sub(number(bytes, at, (*root_width).into())?)?;
    let count_at = values.checked_sub(width)?;
    let count = number(bytes, count_at, width).filter(|&count| count <= MOST)?;
    let key_width_at = count_at.checked_sub(width)?;
    let key_width = number(bytes, key_width_at, width).filter(|width| [1, 2, 4, 8].contains(width))?;
    let keys_at = key_width_at.checked_sub(width)?;
    let keys = keys_at.checked_sub(number(bytes, keys_at, width)?)?;
    let end_of_keys = keys.checked_add(count.checked_mul(key_width)?)?;
    let end = values.checked_add(count.checked_mul(width.checked_add(1)?)?)?;
    (end_of_keys <= bytes.len() && end <= bytes.len()).then_some(width)
}

/// A little-endian number of so many bytes.
fn number(bytes: &[u8], start: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(start..start.checked_add(width)?)?;
    let mut wide = [0; 8];
    wide.get_mut(..width)?.copy_from_slice(bytes);
    usize::try_from(u64::from_le_bytes(wide)).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use flexbuffers::{Builder, BuilderOptions};

    /// Options as converters write them.
    fn options(values: &[(&str, i64)]) -> Vec<u8> {
        let mut builder = Builder::new(BuilderOptions::SHARE_NONE);
        let mut map = builder.start_map();
        values.iter().for_each(|&(key, value)| map.push(key, value));
        map.push("is", true);
        map.end_map();
        builder.view().to_vec()
    }

    #[test]
    fn numbers_of_every_width_are_read() {
        for value in [0, -1, 127, -129, 40000, -40000, i32::MAX.into(), i32::MIN.into()] {
            let bytes = options(&[("a", 5), ("b", value)]);
            let expected = vec![("a", 5), ("b", value as i32), ("is", 1)];
            assert_eq!(parse(&bytes, &["a", "b", "is"]), Some(expected));
        }
        let wide = options(&[("a", 5), ("b", i64::from(i32::MAX) + 1)]);
        assert_eq!(parse(&wide, &["a", "b", "is"]), None);
    }

    #[test]
    fn other_options_are_refused() {
        let bytes = options(&[("a", 5)]);
        assert_eq!(parse(&bytes, &["a", "is"]), Some(vec![("a", 5), ("is", 1)]));
        for names in [&["is", "a"][..], &["a"], &["a", "b"], &["a", "is", "it"], &[]] {
            assert_eq!(parse(&bytes, names), None, "{names:?}");
        }
    }

    /// The library may be given what was checked only: every change of one byte, and some of two.
    #[test]
    fn damaged_options_do_no_harm() {
        let names = ["a", "b", "is"];
        for sound in [options(&[("a", 5), ("b", 7)]), options(&[("a", 5), ("b", 70000)])] {
            for cut in 0..sound.len() {
                let _ = parse(&sound[cut..], &names);
                let _ = parse(&sound[..cut], &names);
            }
            for at in 0..sound.len() {
                for byte in 0..=u8::MAX {
                    let mut bytes = sound.clone();
                    bytes[at] = byte;
                    let _ = parse(&bytes, &names);
                    for other in 0..bytes.len() {
                        let mut bytes = bytes.clone();
                        bytes[other] = bytes[other].wrapping_mul(31).wrapping_add(byte);
                        let _ = parse(&bytes, &names);
                    }
                }
            }
        }
    }
}
