// What Embedded Swift expects of a C library, for a WebAssembly module that has none: memory, and how to stop.

#include <stddef.h>
#include <stdint.h>

// A block of memory begins with its size, header included; a free one also has the address of the next free one.
typedef struct block {
    size_t size;
    struct block *next;
} block;

enum { page = 65536, unit = 16 };

extern unsigned char __heap_base;

// Free blocks in the order of their addresses, none touching the next.
static block *free_blocks;
static uintptr_t heap_end;

static int grow(size_t size)
{
    if (heap_end == 0) heap_end = ((uintptr_t)&__heap_base + unit - 1) & ~(uintptr_t)(unit - 1);
    uintptr_t memory_end = (uintptr_t)__builtin_wasm_memory_size(0) * page;
    if (size > UINT32_MAX - page - heap_end) return 0;
    if (heap_end + size > memory_end) {
        size_t pages = (heap_end + size - memory_end + page - 1) / page;
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) return 0;
        size = memory_end + pages * page - heap_end;
    } else {
        size = memory_end - heap_end;
    }
    block *added = (block *)heap_end;
    added->size = size & ~(size_t)(unit - 1);
    heap_end += added->size;
    void free(void *);
    free((unsigned char *)added + unit);
    return 1;
}

static void *allocate(size_t count)
{
    if (count > UINT32_MAX - 2 * page) return NULL;
    size_t size = (count + unit + unit - 1) & ~(size_t)(unit - 1);
    do {
        for (block **place = &free_blocks; *place != NULL; place = &(*place)->next) {
            block *found = *place;
            if (found->size < size) continue;
            if (found->size - size >= 4 * unit) {
                block *rest = (block *)((unsigned char *)found + size);
                rest->size = found->size - size;
                rest->next = found->next;
                found->size = size;
                *place = rest;
            } else {
                *place = found->next;
            }
            return (unsigned char *)found + unit;
        }
    } while (grow(size));
    return NULL;
}

void free(void *memory)
{
    if (memory == NULL) return;
    block *freed = (block *)((unsigned char *)memory - unit);
    // A block of greater alignment has the distance to its own header, with the lowest bit set, where a size would be.
    if (freed->size & 1) freed = (block *)((unsigned char *)freed - (freed->size & ~(size_t)1));
    block **place = &free_blocks;
    block *before = NULL;
    while (*place != NULL && *place < freed) {
        before = *place;
        place = &before->next;
    }
    freed->next = *place;
    *place = freed;
    if (freed->next != NULL && (unsigned char *)freed + freed->size == (unsigned char *)freed->next) {
        freed->size += freed->next->size;
        freed->next = freed->next->next;
    }
    if (before != NULL && (unsigned char *)before + before->size == (unsigned char *)freed) {
        before->size += freed->size;
        before->next = freed->next;
    }
}

int posix_memalign(void **result, size_t alignment, size_t count)
{
    if (alignment <= unit) {
        *result = allocate(count);
        return *result == NULL ? 12 : 0;
    }
    if (count > UINT32_MAX - 2 * page - alignment) return 12;
    unsigned char *memory = allocate(count + alignment);
    if (memory == NULL) return 12;
    unsigned char *aligned = (unsigned char *)(((uintptr_t)memory + alignment - 1) & ~(uintptr_t)(alignment - 1));
    if (aligned != memory) ((block *)(aligned - unit))->size = (size_t)(aligned - memory) | 1;
    *result = aligned;
    return 0;
}

// For JavaScript, which puts bytes in.
__attribute__((export_name("allocate"))) void *allocate_exported(size_t count)
{
    return allocate(count);
}

__attribute__((export_name("deallocate"))) void deallocate_exported(void *memory)
{
    free(memory);
}

// The compiler makes single instructions of these bodies (bulk memory).
void *memcpy(void *target, const void *source, size_t count)
{
    __builtin_memcpy(target, source, count);
    return target;
}

void *memmove(void *target, const void *source, size_t count)
{
    __builtin_memmove(target, source, count);
    return target;
}

void *memset(void *target, int value, size_t count)
{
    __builtin_memset(target, value, count);
    return target;
}

int memcmp(const void *one, const void *other, size_t count)
{
    const unsigned char *a = one, *b = other;
    for (; count > 0; count--, a++, b++) {
        if (*a != *b) return *a - *b;
    }
    return 0;
}

uintptr_t __stack_chk_guard = 0x5DEECE66;

_Noreturn void __stack_chk_fail(void)
{
    __builtin_trap();
}
