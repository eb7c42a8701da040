// The compression libraries of others behind one small C interface. They see hostile bytes: call these functions in a
// confined process only (fc_confine), where a crash, a hang or a flood of memory costs one frame.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fc_status {
    FC_OK = 0,
    // The bytes cannot be decoded.
    FC_CORRUPT = 1,
    // The stream is not of the size, depth or number of components that the image has.
    FC_MISMATCH = 2,
    // A kind of stream, or of image, that the library does not do.
    FC_UNSUPPORTED = 3,
    FC_NO_MEMORY = 4,
    // The output does not hold what there is to be written.
    FC_NO_ROOM = 5,
} fc_status;

typedef enum fc_codec {
    FC_JPEG = 1,
    FC_JPEG_LS = 2,
    FC_JPEG_2000 = 3,
    FC_JPEG_XL = 4,
} fc_codec;

// What a frame has to be, or is.
typedef struct fc_image {
    uint32_t columns;
    uint32_t rows;
    uint32_t samples_per_pixel;
    // 1, 2 or 4: cells of the decoded frame, little endian, colour by pixel.
    uint32_t bytes_per_cell;
    // Whether cells are two's complement: narrower samples are extended by their sign.
    uint32_t is_signed;
} fc_image;

// The bytes of a decoded frame.
static inline size_t fc_frame_size(const fc_image *image) {
    return (size_t)image->columns * image->rows * image->samples_per_pixel * image->bytes_per_cell;
}

// Decodes one frame into `output`, which has to hold fc_frame_size(image) bytes. Cells that are wider than the stream's
// samples are extended: by the sign where the image or the stream is signed, else by zeros.
fc_status fc_decode(
    fc_codec codec, const uint8_t *input, size_t length, const fc_image *image, uint8_t *output, size_t capacity);

// The size of one resolution of a frame.
typedef struct fc_resolution {
    uint32_t columns;
    uint32_t rows;
} fc_resolution;

// Decodes a JPEG 2000 frame at every resolution whose shorter side is at least `minimum_side`, and at the full one: one
// behind the other in `output`, smallest first. `resolutions` has room for 33; `count` tells how many there are.
fc_status fc_decode_resolutions(
    const uint8_t *input, size_t length, const fc_image *image, uint32_t minimum_side, fc_resolution *resolutions,
    uint32_t *count, uint8_t *output, size_t capacity);

// How a frame is coded.
typedef struct fc_encoding {
    // Bits that hold every sample, and whether they are two's complement.
    uint32_t bit_depth;
    uint32_t is_signed;
    // Whether the reversible colour transform is applied to three samples.
    uint32_t transforms_colours;
    uint32_t decomposition_levels;
} fc_encoding;

// Codes a frame losslessly as a JPEG 2000 codestream: 5/3, RPCL, a tile-part for every resolution, TLM.
fc_status fc_encode_jpeg2000(
    const uint8_t *samples, size_t sample_length, const fc_image *image, const fc_encoding *encoding, uint8_t *output,
    size_t capacity, size_t *length);

// What fc_confine has achieved.
typedef struct fc_confinement {
    // Whether system calls are filtered: no files, no network, no processes, no executable memory.
    uint32_t filters_system_calls;
} fc_confinement;

// Gives up, for ever, whatever decoding does not need; only `socket`, the standard descriptors and memory remain.
fc_confinement fc_confine(int socket);

// Bounds what the next frame may take: the process ends when it uses more processor time, and gets no more memory.
// Returns 0, or the error number.
int fc_limit(uint64_t cpu_milliseconds, uint64_t memory_bytes);

#ifdef __cplusplus
}
#endif
