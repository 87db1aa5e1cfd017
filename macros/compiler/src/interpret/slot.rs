//! Arguments of kernels: elements of the types that they want.

use crate::graph::ElementType;
use crate::inner::flash::{Element, Flash};
use crate::kernels::source::Source;
use std::cell::Cell;

/// The elements of one argument.
pub(super) enum Slot {
    I8(Vec<i8>),
    U8(Vec<u8>),
    I16(Vec<i16>),
    U16(Vec<u16>),
    I32(Vec<i32>),
    U32(Vec<u32>),
}

/// Types of elements.
pub(super) trait Of: Element {
    fn of(slot: &mut Slot) -> Option<&mut Vec<Self>>;
}

/// What a kernel takes.
pub(super) trait Take<'a>: Sized {
    fn take(slot: &'a mut Slot) -> Option<Self>;
}

/// Elements of which the kernel need not know where they lie.
#[derive(Clone, Copy)]
pub(super) struct Anywhere<'a, T>(&'a [T]);

impl Slot {
    /// Little-endian bytes as elements of a type.
    pub(super) fn of(ty: ElementType, bytes: &[u8]) -> Option<Self> {
        let pairs = || bytes.as_chunks::<2>().0.iter().copied();
        let fours = || bytes.as_chunks::<4>().0.iter().copied();
        Some(match ty {
            ElementType::Int8 | ElementType::Int4 => {
                Self::I8(bytes.iter().map(|b| b.cast_signed()).collect())
            }
            ElementType::UInt8 | ElementType::Bool => Self::U8(bytes.to_vec()),
            ElementType::Int16 => Self::I16(pairs().map(i16::from_le_bytes).collect()),
            ElementType::UInt16 => Self::U16(pairs().map(u16::from_le_bytes).collect()),
            ElementType::Int32 => Self::I32(fours().map(i32::from_le_bytes).collect()),
            ElementType::UInt32 => Self::U32(fours().map(u32::from_le_bytes).collect()),
            _ => return None,
        })
    }

    /// Back again.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::I8(values) => values.iter().map(|x| x.cast_unsigned()).collect(),
            Self::U8(values) => values.clone(),
            Self::I16(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::U16(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::I32(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::U32(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }
}

macro_rules! of {
    ($($variant:ident: $t:ty;)*) => {$(
        impl Of for $t {
            fn of(slot: &mut Slot) -> Option<&mut Vec<Self>> {
                match slot {
                    Slot::$variant(values) => Some(values),
                    _ => None,
                }
            }
        }
    )*};
}
of! { I8: i8; U8: u8; I16: i16; U16: u16; I32: i32; U32: u32; }

impl<'a, T: Of> Take<'a> for Flash<'a, T> {
    fn take(slot: &'a mut Slot) -> Option<Self> {
        Some(Flash::from_slice(T::of(slot)?))
    }
}

impl<'a, T: Of> Take<'a> for &'a [T] {
    fn take(slot: &'a mut Slot) -> Option<Self> {
        T::of(slot).map(|values| values.as_slice())
    }
}

impl<'a, T: Of> Take<'a> for &'a mut [T] {
    fn take(slot: &'a mut Slot) -> Option<Self> {
        T::of(slot).map(Vec::as_mut_slice)
    }
}

impl<'a, T: Of> Take<'a> for &'a [Cell<T>] {
    fn take(slot: &'a mut Slot) -> Option<Self> {
        Some(Cell::from_mut(T::of(slot)?.as_mut_slice()).as_slice_of_cells())
    }
}

impl<'a, T: Of> Take<'a> for Anywhere<'a, T> {
    fn take(slot: &'a mut Slot) -> Option<Self> {
        Some(Self(T::of(slot)?))
    }
}

impl<T: Element> Source<T> for Anywhere<'_, T> {
    fn get(self, index: usize) -> Option<T> {
        self.0.get(index).copied()
    }

    fn range(self, start: usize, len: usize) -> Self {
        Self(self.0.get(start..start.wrapping_add(len)).unwrap_or(&[]))
    }

    fn elements(self) -> impl ExactSizeIterator<Item = T> {
        self.0.iter().copied()
    }
}
