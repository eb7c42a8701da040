#include "foreign_codecs.h"

#include "codecs.hpp"

#include <new>

fc_status fc_decode(
    fc_codec codec, const uint8_t *input, size_t length, const fc_image *image, uint8_t *output, size_t capacity) {
    if (image->columns == 0 || image->rows == 0 || image->samples_per_pixel == 0 || image->samples_per_pixel > 4 ||
        (image->bytes_per_cell != 1 && image->bytes_per_cell != 2 && image->bytes_per_cell != 4)) {
        return FC_UNSUPPORTED;
    }
    if (capacity < fc_frame_size(image)) { return FC_NO_ROOM; }
    try {
        switch (codec) {
        case FC_JPEG: return foreign::decode_jpeg(input, length, *image, output);
        case FC_JPEG_LS: return foreign::decode_jpeg_ls(input, length, *image, output);
        case FC_JPEG_2000: return foreign::decode_jpeg_2000(input, length, *image, 0, output);
        case FC_JPEG_XL: return foreign::decode_jpeg_xl(input, length, *image, output);
        }
        return FC_UNSUPPORTED;
    } catch (const std::bad_alloc &) {
        return FC_NO_MEMORY;
    } catch (...) {
        return FC_CORRUPT;
    }
}
