// What bindings and plugin need of a C library.
//
// Memory comes in blocks of 16 << n bytes; a block that is freed is given out again to whoever asks for one of its
// size. Where the host gives no more memory, the plugin traps: the host restores it, and says so.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536u
#define HEADER 16u
#define CLASSES 28u

struct block {
    uint32_t class;
    struct block *next; // while it is free
};

extern unsigned char __heap_base;
static struct block *unused[CLASSES];
static uintptr_t heap, heap_end;

_Noreturn void abort(void) { __builtin_trap(); }

static void *fresh(size_t size) {
    if (heap == 0) {
        heap = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
        heap_end = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
    }
    if (heap_end - heap < size) {
        size_t pages = (size - (heap_end - heap) + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) abort();
        heap_end += pages * PAGE;
    }
    void *given = (void *)heap;
    heap += size;
    return given;
}

void *malloc(size_t size) {
    uint32_t class = 0;
    while (class < CLASSES && ((size_t)HEADER << class) < size) class++;
    if (class == CLASSES) abort();
    struct block *block = unused[class];
    if (block != NULL) {
        unused[class] = block->next;
    } else {
        block = fresh(HEADER + ((size_t)HEADER << class));
        block->class = class;
    }
    return (unsigned char *)block + HEADER;
}

void free(void *memory) {
    if (memory == NULL) return;
    struct block *block = (struct block *)((unsigned char *)memory - HEADER);
    block->next = unused[block->class];
    unused[block->class] = block;
}

void *realloc(void *old, size_t size) {
    if (old == NULL) return malloc(size);
    struct block *block = (struct block *)((unsigned char *)old - HEADER);
    size_t room = (size_t)HEADER << block->class;
    if (size <= room) return old;
    void *grown = malloc(size);
    memcpy(grown, old, room);
    free(old);
    return grown;
}

void *calloc(size_t count, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) abort();
    return memset(malloc(all), 0, all);
}

// One instruction of WebAssembly each.
void *memcpy(void *restrict to, const void *restrict from, size_t size) { return __builtin_memcpy(to, from, size); }
void *memmove(void *to, const void *from, size_t size) { return __builtin_memmove(to, from, size); }
void *memset(void *to, int byte, size_t size) { return __builtin_memset(to, byte, size); }

int memcmp(const void *one, const void *other, size_t size) {
    const unsigned char *a = one, *b = other;
    for (; size > 0; size--, a++, b++) {
        if (*a != *b) return *a < *b ? -1 : 1;
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0) length++;
    return length;
}
