//! Converts byte offsets to lines and columns, also quickly for lines of 1 MiB.

/// The distance in bytes between two character counts.
const STRIDE: usize = 1024;

/// The start of each line, and the number of characters before every [`STRIDE`]th byte.
pub(super) struct Lines {
    starts: Vec<usize>,
    counts: Vec<usize>,
}

impl Lines {
    /// Reads a `text` whose first line starts at the byte `first`, after a byte order mark.
    pub(super) fn new(text: &str, first: usize) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(first).chain(ends.map(|(at, _)| at + 1)).collect();
        let before = |sum: &mut usize, chunk| {
            let before = *sum;
            *sum += characters(chunk);
            Some(before)
        };
        Self { starts, counts: text.as_bytes().chunks(STRIDE).scan(0, before).collect() }
    }

    /// The line that the byte at `offset` is on, counted from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The first byte of `line`; `None` after the last line.
    pub(super) fn start_of(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// The number of characters of `text` before the byte at `offset`.
    pub(super) fn characters_before(&self, text: &str, offset: usize) -> usize {
        let offset = offset.min(text.len());
        // There is no further count at the end of a text whose length is a multiple of the stride.
        let block = (offset / STRIDE).min(self.counts.len().saturating_sub(1));
        let counted = self.counts.get(block).copied().unwrap_or_default();
        counted + characters(text.as_bytes().get(block * STRIDE..offset).unwrap_or_default())
    }
}

/// The characters that start in these bytes of a text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_count_matches_char_indices() {
        for text in
            ["", "a", "ä😀\n".repeat(500).as_str(), "€".repeat(1024).as_str(), "x".repeat(2048).as_str()]
        {
            let lines = Lines::new(text, 0);
            for (count, (offset, _)) in text.char_indices().chain([(text.len(), 'x')]).enumerate() {
                assert_eq!(lines.characters_before(text, offset), count);
                assert_eq!(lines.line_of(offset), text[..offset].matches('\n').count() + 1);
            }
        }
    }
}
