//! Decompression of what `numpy.savez_compressed` and writers of PNG files compress (RFC 1951).

/// No file of samples has more bytes.
const MOST: usize = 1 << 30;

/// Bits of the compressed bytes, the lowest first.
struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// The next bits, at most 16.
    fn take(&mut self, count: u32) -> Option<u32> {
        while self.count < count {
            self.held |= u32::from(*self.bytes.next()?) << self.count;
            self.count = self.count.saturating_add(8);
        }
        let taken = self.held & 1u32.checked_shl(count)?.saturating_sub(1);
        self.held >>= count;
        self.count = self.count.saturating_sub(count);
        Some(taken)
    }

    /// The next code of a prefix code.
    fn symbol(&mut self, code: &Code) -> Option<u16> {
        let (mut word, mut first, mut index) = (0u32, 0u32, 0u32);
        for &count in &code.counts {
            word |= self.take(1)?;
            if let Some(at) = word.checked_sub(first).filter(|&at| at < count) {
                return code.symbols.get(usize::try_from(index.saturating_add(at)).ok()?).copied();
            }
            index = index.saturating_add(count);
            first = first.saturating_add(count) << 1;
            word <<= 1;
        }
        None
    }
}

/// A prefix code: how many codes have each length from 1 to 15, and what they stand for, in order.
struct Code {
    counts: [u32; 15],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u8]) -> Self {
        let mut counts = [0; 15];
        let mut symbols = Vec::new();
        for (length, count) in (1u8..).zip(&mut counts) {
            let of_length = (0u16..).zip(lengths).filter(|(_, found)| **found == length);
            let before = symbols.len();
            symbols.extend(of_length.map(|(symbol, _)| symbol));
            *count = u32::try_from(symbols.len().saturating_sub(before)).unwrap_or(0);
        }
        Self { counts, symbols }
    }
}

/// Decompresses; `None` if the bytes are damaged.
pub(super) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes: bytes.iter(), held: 0, count: 0 };
    let mut output = Vec::new();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut output)?,
            1 => {
                let mut lengths = [8u8; 288];
                lengths.iter_mut().skip(144).take(112).for_each(|length| *length = 9);
                lengths.iter_mut().skip(256).take(24).for_each(|length| *length = 7);
                block(&mut bits, &mut output, &Code::new(&lengths), &Code::new(&[5; 30]))?;
            }
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                block(&mut bits, &mut output, &literals, &distances)?;
            }
            _ => return None,
        }
        if last {
            return Some(output);
        }
    }
}

fn stored(bits: &mut Bits<'_>, output: &mut Vec<u8>) -> Option<()> {
    bits.held = 0;
    bits.count = 0;
    let (len, complement) = (bits.take(16)?, bits.take(16)?);
    if len != !complement & 0xffff {
        return None;
    }
    for _ in 0..len {
        output.push(u8::try_from(bits.take(8)?).ok()?);
    }
    Some(())
}

/// The codes of a block that has its own.
fn codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let literals = bits.take(5)?.saturating_add(257) as usize;
    let distances = bits.take(5)?.saturating_add(1) as usize;
    let count = bits.take(4)?.saturating_add(4) as usize;
    let mut own = [0u8; 19];
    for &at in ORDER.iter().take(count) {
        *own.get_mut(at)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let own = Code::new(&own);
    let mut lengths: Vec<u8> = Vec::new();
    let wanted = literals.saturating_add(distances);
    while lengths.len() < wanted {
        let symbol = bits.symbol(&own)?;
        let (length, repeated) = match symbol {
            16 => (*lengths.last()?, bits.take(2)?.saturating_add(3)),
            17 => (0, bits.take(3)?.saturating_add(3)),
            18 => (0, bits.take(7)?.saturating_add(11)),
            _ => (u8::try_from(symbol).ok()?, 1),
        };
        lengths.extend(std::iter::repeat_n(length, repeated as usize));
    }
    let (literals, rest) = lengths.split_at_checked(literals)?;
    Some((Code::new(literals), Code::new(rest.get(..distances)?)))
}

fn block(bits: &mut Bits<'_>, output: &mut Vec<u8>, literals: &Code, distances: &Code) -> Option<()> {
    const LENGTHS: [u16; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
        195, 227, 258,
    ];
    const DISTANCES: [u16; 30] = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
        3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ];
    loop {
        let symbol = bits.symbol(literals)?;
        if let Ok(byte) = u8::try_from(symbol) {
            output.push(byte);
        } else if symbol == 256 {
            return Some(());
        } else {
            let kind = usize::from(symbol.checked_sub(257)?);
            let extra = if kind < 8 || kind == 28 { 0 } else { (kind / 4).saturating_sub(1) };
            let length = u32::from(*LENGTHS.get(kind)?).saturating_add(bits.take(extra as u32)?);
            let kind = usize::from(bits.symbol(distances)?);
            let extra = (kind / 2).saturating_sub(1);
            let distance = u32::from(*DISTANCES.get(kind)?).saturating_add(bits.take(extra as u32)?);
            for _ in 0..length {
                let at = output.len().checked_sub(usize::try_from(distance).ok()?)?;
                let byte = *output.get(at)?;
                output.push(byte);
            }
        }
        if output.len() > MOST {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inflate;

    #[test]
    fn all_kinds_of_blocks_are_read() {
        // Made by Python's zlib, with window bits of -15: stored, fixed and own codes.
        assert_eq!(inflate(&[1, 3, 0, 252, 255, 97, 98, 99]), Some(b"abc".to_vec()));
        let fixed = [75, 76, 74, 78, 68, 66, 21, 0];
        assert_eq!(inflate(&fixed), Some(b"abcabcabcabcabcx".to_vec()));
        let own = [
            5, 193, 129, 210, 67, 32, 0, 0, 224, 87, 73, 161, 117, 153, 146, 254, 155, 201, 118, 66, 54, 217,
            207, 113, 49, 99, 239, 255, 28, 251, 62, 224, 65, 63, 60, 209, 56, 145, 89, 81, 26, 59, 186, 29,
            17, 126, 185, 155, 255, 5, 16, 161, 154, 97, 11, 184, 106, 39, 16, 101, 102, 134, 236, 214, 127,
            104, 222, 109, 84, 245, 95, 174, 103, 124, 237, 61, 249, 216, 19, 243, 73, 218, 35, 237, 96, 54,
            146, 242, 45, 108, 112, 127, 167, 47, 82, 3, 181, 202, 49, 182, 164, 13, 107, 164, 97, 9, 53,
            170, 2, 115, 234, 206, 131, 112, 215, 67, 99, 203, 157, 130, 15, 230, 138, 160, 151, 135, 97,
            171, 142, 92, 25, 45, 58, 222, 76, 234, 189, 114, 178, 52, 210, 159, 180, 64, 83, 253, 135, 215,
            174, 96, 200, 61, 139, 36, 220, 134, 38, 231, 248, 152, 109, 149, 11, 234, 239, 110, 120, 86,
            183, 44, 101, 20, 35, 240, 3,
        ];
        let expected = (0..200u32).map(|i| ((i * i / 7 + i) % 61 + 32) as u8).collect();
        assert_eq!(inflate(&own), Some(expected));
        for len in 0..own.len() {
            assert_eq!(inflate(&own[..len]), None);
        }
        assert_eq!(inflate(&[]), None);
        assert_eq!(inflate(&[7]), None);
    }
}
