//! A Bloom filter over content keys: 10,000 new claims are told from a million on record without a look at the disk.

/// Bits set for a key, in one word.
const BITS: u32 = 4;
/// Keys that a word is meant for: 16 bits a key, of which one in some 300 unknown ones gets through.
const KEYS_A_WORD: u64 = 4;

/// Says of a key that it was surely not put in, or may have been. Keys are prefixes of SHA-256, hence evenly spread.
#[derive(Debug)]
pub(super) struct Filter {
    words: Vec<u64>,
    keys: u64,
}

impl Filter {
    /// Room for `keys` keys and as many again, and at least for a quarter of a million: loading it anew takes a while.
    pub(super) fn with_room(keys: u64) -> Self {
        let words = 2 * keys / KEYS_A_WORD + 65_536;
        Self { words: vec![0; words as usize], keys: 0 }
    }

    /// Whether more keys would let too many unknown ones through.
    pub(super) fn full(&self) -> bool {
        self.keys > self.words.len() as u64 * KEYS_A_WORD
    }

    fn place(&self, key: u64) -> (usize, u64) {
        // The upper half chooses the word (multiply-shift), the lower the bits.
        let word = ((key >> 32) * self.words.len() as u64) >> 32;
        let bits = (0..BITS).fold(0, |bits, i| bits | 1 << (key >> (6 * i) & 63));
        (word as usize, bits)
    }

    pub(super) fn put(&mut self, key: u64) {
        let (word, bits) = self.place(key);
        self.words[word] |= bits;
        self.keys += 1;
    }

    pub(super) fn may_have(&self, key: u64) -> bool {
        let (word, bits) = self.place(key);
        self.words[word] & bits == bits
    }
}
