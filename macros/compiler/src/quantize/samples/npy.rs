//! Arrays of NumPy: `.npy`, and `.npz`, which is a ZIP archive of them.

use super::{Array, SAVE_AGAIN, unfit};
use crate::diagnostics::{Problem, printable};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Bytes that a member of an archive may have.
const MOST: u64 = 1 << 31;

fn damaged(what: &str) -> Problem {
    unfit(format!("{what} is damaged or of an unknown kind"), "it is not as NumPy writes it", SAVE_AGAIN)
}

/// Reads a `.npy` file.
pub(super) fn array(bytes: &[u8]) -> Result<Array, Problem> {
    let (header, data) = parts(bytes).ok_or_else(|| damaged("the array"))?;
    let value = |key: &str| {
        let (_, rest) = header.split_once(&format!("'{key}':"))?;
        Some(rest.trim_start())
    };
    let quoted = value("descr").and_then(|rest| rest.strip_prefix('\'')?.split_once('\''));
    let (Some((descr, _)), Some(shape)) = (quoted, value("shape").and_then(shape)) else {
        return Err(damaged("the array's header"));
    };
    if value("fortran_order").is_some_and(|rest| rest.starts_with("True")) && shape.len() > 1 {
        return Err(unfit(
            "an array with columns first",
            "samples are read row by row",
            "save `numpy.ascontiguousarray(samples)`",
        ));
    }
    let values = values(descr, data).ok_or_else(|| {
        unfit(
            format!("an array of type `{}`", printable(descr)),
            "floats and integers of up to 64 bits are read, the least byte first",
            SAVE_AGAIN,
        )
    })?;
    let count = shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size));
    match count.and_then(|count| values.get(..count)) {
        Some(values) => Ok(Array { values: values.to_vec(), shape }),
        None => Err(damaged("the array")),
    }
}

/// Header and data.
fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (&[version, _], rest) = rest.split_first_chunk()?;
    let (len, rest) = match version {
        1 => rest.split_first_chunk().map(|(&len, rest)| (u32::from(u16::from_le_bytes(len)), rest))?,
        _ => rest.split_first_chunk().map(|(&len, rest)| (u32::from_le_bytes(len), rest))?,
    };
    let (header, data) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The dimensions in parentheses.
fn shape(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty());
    sizes.map(|size| size.parse().ok()).collect()
}

fn values(descr: &str, data: &[u8]) -> Option<Vec<f32>> {
    macro_rules! read {
        ($t:ty) => {
            data.as_chunks().0.iter().map(|&bytes| <$t>::from_le_bytes(bytes) as f32).collect()
        };
    }
    Some(match descr.trim_start_matches(['<', '|', '=']) {
        "f4" => read!(f32),
        "f8" => read!(f64),
        "i1" => read!(i8),
        "u1" | "b1" => read!(u8),
        "i2" => read!(i16),
        "u2" => read!(u16),
        "i4" => read!(i32),
        "u4" => read!(u32),
        "i8" => read!(i64),
        "u8" => read!(u64),
        _ => return None,
    })
}

/// Reads a `.npz` file: its arrays by name.
pub(super) fn arrays(bytes: &[u8]) -> Result<Vec<(String, Array)>, Problem> {
    let members = members(bytes).ok_or_else(|| damaged("the archive"))?;
    let read = |(name, content): (String, Vec<u8>)| {
        let array = array(&content)?;
        Ok((name.strip_suffix(".npy").unwrap_or(&name).to_owned(), array))
    };
    members.into_iter().map(read).collect()
}

/// The members of a ZIP archive.
fn members(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index(index).ok()?;
        let (name, mut content) = (member.name().ok()?.into_owned(), Vec::new());
        member.take(MOST).read_to_end(&mut content).ok()?;
        members.push((name, content));
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let len = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &len[..], header.as_bytes(), data].concat()
    }

    #[test]
    fn arrays_are_read() {
        let data: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let expected = Array { shape: vec![2, 1], values: vec![1.5, -2.0] };
        assert_eq!(array(&npy("<f4", "(2, 1)", &data)), Ok(expected));
        assert_eq!(array(&npy("|i1", "(3,)", &[1, 255, 0])).map(|a| a.values), Ok(vec![1.0, -1.0, 0.0]));
        assert_eq!(array(&npy("|u1", "()", &[7])).map(|a| a.shape), Ok(vec![]));
    }

    fn npz(method: CompressionMethod) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, array) in
            [("x.npy", npy("|u1", "(2, 1)", &[3, 4])), ("labels.npy", npy("|u1", "(2,)", &[1, 0]))]
        {
            archive.start_file(name, options).unwrap();
            archive.write_all(&array).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn archives_are_read() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let arrays = arrays(&npz(method)).unwrap();
            let found: Vec<_> =
                arrays.iter().map(|(name, array)| (name.as_str(), array.values.as_slice())).collect();
            assert_eq!(found, [("x", [3.0, 4.0].as_slice()), ("labels", [1.0, 0.0].as_slice())]);
            // Whatever comes of it, nothing panics.
            super::super::tests::damaged(&npz(method)).for_each(|bytes| drop(super::arrays(&bytes)));
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let whole = npy("<f4", "(2, 1)", &[0; 8]);
        for len in 0..whole.len() {
            assert!(array(&whole[..len]).is_err(), "{len} bytes");
        }
        assert!(array(&npy("<c8", "(1,)", &[0; 8])).is_err());
        assert!(array(&npy("|i1", "(99999999999, 99999999999)", &[0; 8])).is_err());
        assert!(arrays(b"PK\x05\x06").is_err());
    }
}
