//! Memory for one call. An instance begins with a piece of it, which is enough for most calls; only then is the sandbox asked for
//! more, which costs it two changes of protection and the page faults that follow: a third of a short call.
//!
//! What is freed in the piece comes back only from its end. A call is short, and all of its memory is gone with it.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::UnsafeCell,
    ptr,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Bytes an instance begins with.
const SIZE: usize = 64 << 10;
/// What the piece is aligned to; more goes to the system.
const ALIGNED: usize = 16;

#[repr(align(16))]
struct Piece(UnsafeCell<[u8; SIZE]>);

// SAFETY: an instance has one thread, where wasm has no atomics. Elsewhere there is no such promise, and no `static` of this.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
unsafe impl Sync for Piece {}

/// A piece of memory, and the system behind it.
pub(crate) struct Memory {
    piece: Piece,
    used: AtomicUsize,
}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self { piece: Piece(UnsafeCell::new([0; SIZE])), used: AtomicUsize::new(0) }
    }

    fn start(&self) -> *mut u8 {
        self.piece.0.get().cast()
    }

    /// Where in the piece it lies. `None`: it is the system's.
    fn place(&self, pointer: *mut u8) -> Option<usize> {
        pointer.addr().checked_sub(self.start().addr()).filter(|place| *place < SIZE)
    }

    /// Whether it is what was given last.
    fn is_last(&self, place: usize, size: usize) -> bool {
        place + size == self.used.load(Relaxed)
    }
}

// SAFETY: what it gives lies within the piece, aligned, behind everything that was given before and not given back; or is the
// system's, to which it then goes back.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let place = self.used.load(Relaxed).next_multiple_of(layout.align());
        match place.checked_add(layout.size()) {
            Some(end) if end <= SIZE && layout.align() <= ALIGNED => {
                self.used.store(end, Relaxed);
                // SAFETY: `place` is within the piece.
                unsafe { self.start().add(place) }
            }
            // SAFETY: as the caller promises.
            _ => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        match self.place(pointer) {
            Some(place) if self.is_last(place, layout.size()) => self.used.store(place, Relaxed),
            Some(_) => {}
            // SAFETY: it is not of the piece, so it came from there.
            None => unsafe { System.dealloc(pointer, layout) },
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(place) = self.place(pointer) else {
            // SAFETY: as in `dealloc`.
            return unsafe { System.realloc(pointer, layout, size) };
        };
        if self.is_last(place, layout.size()) && place.checked_add(size).is_some_and(|end| end <= SIZE) {
            self.used.store(place + size, Relaxed);
            return pointer;
        }
        // SAFETY: the size is not zero and fits, as the caller promises.
        let to = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !to.is_null() {
            // SAFETY: both are that long, and apart.
            unsafe { ptr::copy_nonoverlapping(pointer, to, layout.size().min(size)) };
            // SAFETY: the caller gives it up.
            unsafe { self.dealloc(pointer, layout) };
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("a layout")
    }

    #[test]
    fn what_is_given_is_aligned_apart_and_in_the_piece_while_it_lasts() {
        let memory = Memory::new();
        // SAFETY: sizes are not zero, and what is given is used as long as it is.
        unsafe {
            let first = memory.alloc(layout(3, 1));
            let second = memory.alloc(layout(8, 8));
            assert_eq!((memory.place(first), memory.place(second)), (Some(0), Some(8)));
            let large = memory.alloc(layout(SIZE, 1));
            assert_eq!(memory.place(large), None);
            let wide = memory.alloc(layout(64, 64));
            assert_eq!((memory.place(wide), wide.addr() % 64), (None, 0));
            memory.dealloc(large, layout(SIZE, 1));
            memory.dealloc(wide, layout(64, 64));
        }
    }

    #[test]
    fn the_last_one_grows_and_goes_in_its_place_and_others_move_with_what_they_hold() {
        let memory = Memory::new();
        // SAFETY: as above.
        unsafe {
            let first = memory.alloc(layout(4, 1));
            first.copy_from(b"abcd".as_ptr(), 4);
            assert_eq!(memory.realloc(first, layout(4, 1), 100), first);
            let second = memory.alloc(layout(4, 1));
            let moved = memory.realloc(first, layout(100, 1), 200);
            assert_eq!(memory.place(moved), Some(104));
            assert_eq!(std::slice::from_raw_parts(moved, 4), b"abcd");
            memory.dealloc(moved, layout(200, 1));
            memory.dealloc(second, layout(4, 1));
            assert_eq!(memory.place(memory.alloc(layout(1, 1))), Some(100));
            let beyond = memory.realloc(memory.alloc(layout(10, 1)), layout(10, 1), SIZE);
            assert_eq!(memory.place(beyond), None);
            memory.dealloc(beyond, layout(SIZE, 1));
        }
    }
}
