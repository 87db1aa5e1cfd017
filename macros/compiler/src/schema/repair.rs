//! Makes files readable that every reader but the strict flatbuffer verifier accepts.
//!
//! Some converters name the type of an operator's options where there are none. TensorFlow Lite takes
//! that for "no options"; the verifier refuses the whole file. Every access here is checked, because
//! this runs before the file is known to be sound.

use std::borrow::Cow;

/// Slots of the schema's tables: `4 + 2 · field`.
const MODEL_SUBGRAPHS: usize = 8;
const SUBGRAPH_OPERATORS: usize = 10;
const OPERATOR_OPTIONS_TYPE: usize = 10;
const OPERATOR_OPTIONS: usize = 12;

/// The file without the types of absent options; borrowed if there is nothing to do.
///
/// Which fields a table has stands in its vtable, which tables of other kinds may share. So each
/// operator concerned gets one of its own, behind the end of the file.
pub(super) fn drop_types_of_absent_options(bytes: &[u8]) -> Cow<'_, [u8]> {
    let operators = with_type_of_absent_options(bytes).unwrap_or_default();
    let mut repaired = Cow::Borrowed(bytes);
    for operator in operators {
        if repair(repaired.to_mut(), operator).is_none() {
            return Cow::Borrowed(bytes);
        }
    }
    repaired
}

/// Gives the table at `operator` a vtable without the type of its options.
fn repair(bytes: &mut Vec<u8>, operator: usize) -> Option<()> {
    let vtable = vtable(bytes, operator)?;
    let mut copy = bytes.get(vtable..vtable.checked_add(short(bytes, vtable)?)?)?.to_vec();
    copy.get_mut(OPERATOR_OPTIONS_TYPE..OPERATOR_OPTIONS)?.fill(0);
    bytes.resize(bytes.len().checked_next_multiple_of(4)?, 0);
    let back =
        i32::try_from(i64::try_from(operator).ok()?.checked_sub(i64::try_from(bytes.len()).ok()?)?).ok()?;
    bytes.get_mut(operator..operator.checked_add(4)?)?.copy_from_slice(&back.to_le_bytes());
    bytes.extend(copy);
    Some(())
}

/// Where such operators are; `None` if the file is too broken to tell, which the verifier then says.
fn with_type_of_absent_options(bytes: &[u8]) -> Option<Vec<usize>> {
    let model = follow(bytes, 0)?;
    let mut found = Vec::new();
    for graph in tables(bytes, field(bytes, model, MODEL_SUBGRAPHS)?)? {
        let Some(operators) = field(bytes, graph, SUBGRAPH_OPERATORS) else { continue };
        let operators = tables(bytes, operators)?;
        let has = |operator, slot| field(bytes, operator, slot).is_some();
        found.extend(
            operators
                .into_iter()
                .filter(|&operator| has(operator, OPERATOR_OPTIONS_TYPE) && !has(operator, OPERATOR_OPTIONS)),
        );
    }
    Some(found).filter(|found| found.len() <= super::MAX_OPERATORS)
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

/// What the offset at a place points to.
fn follow(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(word(bytes, at)?)
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

/// Where the vtable of a table is.
fn vtable(bytes: &[u8], table: usize) -> Option<usize> {
    let back = i32::from_le_bytes(*bytes.get(table..)?.first_chunk()?);
    usize::try_from(i64::try_from(table).ok()?.checked_sub(back.into())?).ok()
}

/// The place of a table's field, if the table has it.
fn field(bytes: &[u8], table: usize, slot: usize) -> Option<usize> {
    let vtable = vtable(bytes, table)?;
    let offset = match slot < short(bytes, vtable)? {
        true => short(bytes, vtable.checked_add(slot)?)?,
        false => 0,
    };
    table.checked_add(offset).filter(|_| offset != 0)
}

/// The tables of the vector that a field refers to.
fn tables(bytes: &[u8], at: usize) -> Option<Vec<usize>> {
    let vector = follow(bytes, at)?;
    let count = word(bytes, vector)?;
    let entry = |index: usize| follow(bytes, vector.checked_add(4)?.checked_add(index.checked_mul(4)?)?);
    // An entry takes four bytes, so that a count beyond that is not honest.
    (count <= bytes.len() / 4).then(|| (0..count).map_while(entry).collect())
}
