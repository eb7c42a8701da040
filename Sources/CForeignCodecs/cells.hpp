#pragma once

#include "foreign_codecs.h"

#include <cstring>

namespace foreign {

// Writes the sample `value`, already extended, as cell `index`.
inline void put_cell(uint8_t *output, size_t index, uint32_t bytes_per_cell, int64_t value) {
    switch (bytes_per_cell) {
    case 1:
        output[index] = static_cast<uint8_t>(value);
        break;
    case 2: {
        const uint16_t cell = static_cast<uint16_t>(value);
        std::memcpy(output + index * 2, &cell, 2);
        break;
    }
    default: {
        const uint32_t cell = static_cast<uint32_t>(value);
        std::memcpy(output + index * 4, &cell, 4);
    }
    }
}

// The lowest `bits` bits of `value` as a number in two's complement.
inline int64_t sign_extended(int64_t value, uint32_t bits) {
    const uint32_t rest = 64 - bits;
    return static_cast<int64_t>(static_cast<uint64_t>(value) << rest) >> rest;
}

// Copies `count` unsigned samples of `bytes_per_sample` (1 or 2) bytes and `bits` bits into cells.
inline void put_cells(
    const uint8_t *samples, size_t count, uint32_t bytes_per_sample, uint32_t bits, const fc_image &image,
    uint8_t *output) {
    const uint32_t cell = image.bytes_per_cell;
    const bool extends = image.is_signed && bits < cell * 8;
    if (bytes_per_sample == cell && !extends) {
        std::memmove(output, samples, count * cell);
        return;
    }
    for (size_t index = 0; index < count; ++index) {
        int64_t value;
        if (bytes_per_sample == 1) {
            value = samples[index];
        } else {
            uint16_t wide;
            std::memcpy(&wide, samples + index * 2, 2);
            value = wide;
        }
        put_cell(output, index, cell, extends ? sign_extended(value, bits) : value);
    }
}

} // namespace foreign
