//! Memory of a plugin: small blocks come from a pool, by their size.
//!
//! Rows are many short texts that live for one call. The compiler's own allocator for WebAssembly merges and splits
//! blocks at each of them; here, a freed block waits for the next one of its size, and both ways are a few instructions
//! (`docs/decisions/0015-a-pool-for-small-blocks.md` has the figures).
//!
//! ```text
//! 1 to 1,024 bytes ─▶ one of 64 lists of free blocks, 16 bytes apart ─▶ empty: cut from a slab of 64 KiB
//! larger           ─▶ the compiler's allocator, as slabs are
//! ```
//!
//! # Invariants
//! 1. A block is in one list or in one owner's hands (test `blocks_are_not_shared`).
//! 2. Slabs are never given back: memory for small blocks is bounded by the most that was alive at once, of each size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::{copy_nonoverlapping, null_mut};

/// Sizes are rounded up to a multiple of it; the strictest alignment of a small block.
const STEP: usize = 16;
/// Largest small block.
const LARGEST: usize = 1 << 10;
/// How many sizes there are.
const SIZES: usize = LARGEST / STEP;
/// What is cut into blocks.
const SLAB: usize = 64 << 10;

/// Not for threads: a plugin has none.
struct Pool(UnsafeCell<Blocks>);

struct Blocks {
    /// First free block of each size; it begins with the place of the next one.
    free: [*mut u8; SIZES],
    /// What is left of the last slab, and its bytes.
    rest: *mut u8,
    rest_bytes: usize,
}

impl Pool {
    const fn new() -> Self {
        Self(UnsafeCell::new(Blocks { free: [null_mut(); SIZES], rest: null_mut(), rest_bytes: 0 }))
    }
}

/// Which size a small block has; none: it is not small.
#[inline]
fn size_of(layout: Layout) -> Option<usize> {
    let small = (1..=LARGEST).contains(&layout.size()) && layout.align() <= STEP;
    small.then(|| (layout.size() - 1) / STEP)
}

impl Blocks {
    /// A block of that size that nobody had before.
    #[cold]
    #[expect(unsafe_code, reason = "an allocator")]
    fn cut(&mut self, size: usize) -> *mut u8 {
        let bytes = (size + 1) * STEP;
        if self.rest_bytes < bytes {
            // SAFETY: the layout has a size above 0.
            let slab = unsafe { System.alloc(SLAB_LAYOUT) };
            if slab.is_null() {
                return slab;
            }
            (self.rest, self.rest_bytes) = (slab, SLAB);
        }
        let block = self.rest;
        // SAFETY: the slab has at least so many bytes left.
        self.rest = unsafe { block.add(bytes) };
        self.rest_bytes -= bytes;
        block
    }
}

const SLAB_LAYOUT: Layout = match Layout::from_size_align(SLAB, STEP) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

// SAFETY: a block is taken out of its list before it is given out, and its list follows from its layout, which is the
// same when it comes back; blocks lie side by side in slabs, at multiples of STEP. All else is System's.
#[expect(unsafe_code, reason = "an allocator")]
#[allow(clippy::cast_ptr_alignment, reason = "blocks are aligned to STEP")]
unsafe impl GlobalAlloc for Pool {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(size) = size_of(layout) else { return unsafe { System.alloc(layout) } };
        // SAFETY: there is one thread, and nothing in here calls itself.
        let blocks = unsafe { &mut *self.0.get() };
        let Some(first) = blocks.free.get_mut(size) else { return null_mut() };
        if first.is_null() {
            return blocks.cut(size);
        }
        let block = *first;
        *first = unsafe { *block.cast::<*mut u8>() };
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(size) = size_of(layout) else { return unsafe { System.dealloc(block, layout) } };
        // SAFETY: as above.
        let blocks = unsafe { &mut *self.0.get() };
        let Some(first) = blocks.free.get_mut(size) else { return };
        unsafe { *block.cast::<*mut u8>() = *first };
        *first = block;
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        let new = unsafe { Layout::from_size_align_unchecked(bytes, layout.align()) };
        match (size_of(layout), size_of(new)) {
            (None, None) => unsafe { System.realloc(block, layout, bytes) },
            (before, after) if before == after => block,
            _ => unsafe {
                let moved = self.alloc(new);
                if !moved.is_null() {
                    copy_nonoverlapping(block, moved, layout.size().min(bytes));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod global {
    // SAFETY: a plugin has one thread.
    #[expect(unsafe_code, reason = "an allocator")]
    unsafe impl Sync for super::Pool {}

    #[global_allocator]
    static POOL: super::Pool = super::Pool::new();
}

#[cfg(test)]
#[expect(unsafe_code, reason = "calls of an allocator")]
mod tests {
    use super::*;

    /// A block in somebody's hands, full of one byte.
    struct Held {
        block: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Held {
        fn is_whole(&self, bytes: usize) -> bool {
            // SAFETY: the block has so many bytes, all of them written.
            unsafe { std::slice::from_raw_parts(self.block, bytes) }.iter().all(|byte| *byte == self.mark)
        }
    }

    fn layout(number: u64) -> Layout {
        let bytes = match number % 8 {
            0 => 1 + number / 8 % 40_000,
            1 => 1_000 + number / 8 % 50,
            _ => 1 + number / 8 % 300,
        };
        let align = 1 << (number / 64 % 6);
        Layout::from_size_align(usize::try_from(bytes).expect("small"), align).expect("a power of two")
    }

    #[test]
    fn blocks_are_not_shared() {
        let (pool, mut held) = (Pool::new(), Vec::<Held>::new());
        let mut number = 0x9e37_79b9_7f4a_7c15_u64;
        for step in 0..200_000_usize {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (choice, mark) = (number >> 32, u8::try_from(step % 251).expect("a byte"));
            if held.len() < 500 && !choice.is_multiple_of(3) {
                let layout = layout(choice);
                // SAFETY: the size is above 0.
                let block = unsafe { pool.alloc(layout) };
                assert_eq!(block.align_offset(layout.align()), 0, "{layout:?}");
                unsafe { block.write_bytes(mark, layout.size()) };
                held.push(Held { block, layout, mark });
            } else if let Some(at) = usize::try_from(choice).expect("64 bits").checked_rem(held.len()) {
                let mut one = held.swap_remove(at);
                assert!(one.is_whole(one.layout.size()), "somebody wrote into {:?}", one.layout);
                if choice.is_multiple_of(2) {
                    let bytes = layout(choice / 2).size();
                    // SAFETY: the block came with this layout, and the size is above 0.
                    one.block = unsafe { pool.realloc(one.block, one.layout, bytes) };
                    assert!(one.is_whole(one.layout.size().min(bytes)), "what was in {:?} is lost", one.layout);
                    one.layout = Layout::from_size_align(bytes, one.layout.align()).expect("a power of two");
                    unsafe { one.block.write_bytes(one.mark, bytes) };
                    held.push(one);
                } else {
                    // SAFETY: the block came with this layout.
                    unsafe { pool.dealloc(one.block, one.layout) };
                }
            }
        }
        assert!(held.len() > 100);
    }

    #[test]
    fn freed_blocks_come_again() {
        let pool = Pool::new();
        let layout = Layout::from_size_align(100, 8).expect("a power of two");
        // SAFETY: the size is above 0, and each block comes back with its layout.
        let taken = |count: usize| -> Vec<*mut u8> { (0..count).map(|_| unsafe { pool.alloc(layout) }).collect() };
        let mut first = taken(5_000);
        first.iter().for_each(|block| unsafe { pool.dealloc(*block, layout) });
        let mut second = taken(5_000);
        first.sort_unstable();
        second.sort_unstable();
        assert!(first == second && first.windows(2).all(|two| two[0] != two[1]));
    }
}
