//! What is said of a model that exceeds a limit which only rustc knows, with the figures that rustc computes.

/// A text that is put together while constants are computed, of at most `LEN` bytes.
pub struct Message<const LEN: usize> {
    bytes: [u8; LEN],
    len: usize,
}

impl<const LEN: usize> Message<LEN> {
    /// `model` takes `used` of `unit`, more than `limit`; and what else there is to say.
    pub const fn new(model: &str, used: usize, unit: &str, limit: usize, advice: &str) -> Self {
        let empty = Self { bytes: [0; LEN], len: 0 };
        let takes = empty.text("`").text(model).text("` takes ").number(used).text(" ").text(unit);
        let limited = takes.text(", ").number(used.saturating_sub(limit)).text(" more than the limit of ");
        limited.number(limit).text(advice)
    }

    /// The text; nothing if `LEN` was too little.
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    const fn text(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let [first, others @ ..] = rest {
            self = self.byte(*first);
            rest = others;
        }
        self
    }

    const fn number(self, number: usize) -> Self {
        let upper = if number < 10 { self } else { self.number(number / 10) };
        upper.byte(b'0' + (number % 10) as u8)
    }

    const fn byte(mut self, byte: u8) -> Self {
        self.bytes[self.len] = byte;
        self.len += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_message_has_the_figures() {
        const MESSAGE: Message<128> = Message::new("kws", 10_240, "bytes", 1_007, "\n  why: …");
        assert_eq!(MESSAGE.as_str(), "`kws` takes 10240 bytes, 9233 more than the limit of 1007\n  why: …");
    }
}
