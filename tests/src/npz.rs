//! Reads the files that `numpy.savez` writes: ZIP archives whose members are arrays.
//!
//! The crates for arrays turn on features of what the compiler depends on, and then a crate outside of this workspace,
//! which some tests build, has everything down to tract-tflite compiled once more.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// A file of arrays.
pub(crate) struct Npz {
    archive: RefCell<ZipArchive<File>>,
}

/// An array.
pub(crate) struct Npy {
    /// NumPy's name for the type of its elements, as in `i2`.
    pub(crate) ty: String,
    pub(crate) shape: Vec<usize>,
    /// Elements, the least significant byte of each first.
    pub(crate) bytes: Vec<u8>,
}

impl Npz {
    pub(crate) fn open(file: &Path) -> Self {
        let archive = File::open(file).map_err(ZipError::from).and_then(ZipArchive::new);
        let archive = archive.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { archive: RefCell::new(archive) }
    }

    /// The array of that name, if there is one.
    pub(crate) fn array(&self, name: &str) -> Option<Npy> {
        let mut archive = self.archive.borrow_mut();
        let mut member = match archive.by_name(&format!("{name}.npy")) {
            Err(ZipError::FileNotFound) => return None,
            member => member.unwrap_or_else(|error| panic!("{name}: {error}")),
        };
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("the archive is sound");
        Some(Npy::parse(&bytes))
    }
}

impl Npy {
    fn parse(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"\x93NUMPY\x01\0"), "an array has the first version of the format");
        let (header, elements) = bytes[10..].split_at(u16::from_le_bytes([bytes[8], bytes[9]]).into());
        let header = String::from_utf8_lossy(header);
        let field = |before: &str, after| {
            let rest = header.split_once(before).map(|(_, rest)| rest);
            let found = rest.and_then(|rest| rest.split_once(after));
            found.unwrap_or_else(|| panic!("there is no {before} in {header}")).0
        };
        assert_eq!(field("'fortran_order': ", ','), "False", "the last dimension must be the fastest");
        let dimensions = field("'shape': (", ')').split(',').map(str::trim).filter(|text| !text.is_empty());
        Self {
            ty: field("'descr': '", '\'').trim_start_matches(['<', '|']).to_owned(),
            shape: dimensions.map(|text| text.parse().expect("dimensions are numbers")).collect(),
            bytes: elements.to_vec(),
        }
    }

    /// Its elements, of which each has so many bytes.
    pub(crate) fn elements<const N: usize, T>(&self, element: fn([u8; N]) -> T) -> Vec<T> {
        let (elements, rest) = self.bytes.as_chunks::<N>();
        assert_eq!((elements.len(), rest.len()), (self.shape.iter().product(), 0), "an array is broken");
        elements.iter().copied().map(element).collect()
    }
}
