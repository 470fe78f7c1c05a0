//! Numbers that stand for texts: the same on every machine and in every version of the compiler, as nothing of the
//! standard library promises.

/// FNV-1a, 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    /// Takes more bytes in.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// What the bytes so far come to.
    ///
    /// ```
    /// use ddlint_core::hash::Hash;
    ///
    /// let mut hash = Hash::default();
    /// hash.add(b"foo");
    /// hash.add(b"bar");
    /// assert_eq!(hash.value(), 0x8594_4171_f739_67e8);
    /// ```
    pub fn value(self) -> u64 {
        self.0
    }
}
