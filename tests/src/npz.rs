//! Reads the files that `numpy.savez` writes: ZIP archives whose members are arrays.
//!
//! The crates for it turn on features of what the compiler depends on, and then a crate outside of this workspace, which
//! some tests build, has everything down to tract-tflite compiled once more.

use flate2::{Crc, read::DeflateDecoder};
use std::io::Read;
use std::path::Path;

/// A file of arrays.
pub(crate) struct Npz {
    bytes: Vec<u8>,
    members: Vec<Member>,
}

/// An entry of the archive's directory.
struct Member {
    name: String,
    method: usize,
    checksum: usize,
    /// Bytes in the archive.
    compressed: usize,
    /// Where its own header begins.
    header: usize,
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
        const END: &[u8] = b"PK\x05\x06";
        const ENTRY: &[u8] = b"PK\x01\x02";
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let end = bytes.windows(END.len()).rposition(|window| window == END);
        let end = end.unwrap_or_else(|| panic!("{} is no archive", file.display()));
        let mut at = four(&bytes, end + 16);
        let member = |_| {
            assert!(bytes[at..].starts_with(ENTRY), "{}: the directory is broken", file.display());
            let [name, extra, comment] = [28, 30, 32].map(|field| two(&bytes, at + field));
            let text = String::from_utf8_lossy(&bytes[at + 46..][..name]);
            let member = Member {
                name: text.trim_end_matches(".npy").to_owned(),
                method: two(&bytes, at + 10),
                checksum: four(&bytes, at + 16),
                compressed: four(&bytes, at + 20),
                header: four(&bytes, at + 42),
            };
            at += 46 + name + extra + comment;
            member
        };
        let members = (0..two(&bytes, end + 10)).map(member).collect();
        Self { bytes, members }
    }

    /// The array of that name, if there is one.
    pub(crate) fn array(&self, name: &str) -> Option<Npy> {
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(Npy::parse(&self.unpack(member)))
    }

    fn unpack(&self, member: &Member) -> Vec<u8> {
        let start =
            member.header + 30 + two(&self.bytes, member.header + 26) + two(&self.bytes, member.header + 28);
        let packed = &self.bytes[start..][..member.compressed];
        let bytes = match member.method {
            0 => packed.to_vec(),
            8 => {
                let mut bytes = Vec::new();
                DeflateDecoder::new(packed).read_to_end(&mut bytes).expect("the archive is sound");
                bytes
            }
            other => panic!("{} is compressed by method {other}", member.name),
        };
        let mut checksum = Crc::new();
        checksum.update(&bytes);
        assert_eq!(checksum.sum() as usize, member.checksum, "{} is damaged", member.name);
        bytes
    }
}

impl Npy {
    fn parse(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"\x93NUMPY\x01\0"), "an array has the first version of the format");
        let (header, elements) = bytes[10..].split_at(two(bytes, 8));
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

fn two(bytes: &[u8], at: usize) -> usize {
    bytes[at..][..2].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

fn four(bytes: &[u8], at: usize) -> usize {
    two(bytes, at + 2) << 16 | two(bytes, at)
}
