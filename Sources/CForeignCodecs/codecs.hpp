#pragma once

#include "foreign_codecs.h"

// One function a library; each may assume that the output holds a whole frame.
namespace foreign {

fc_status decode_jpeg(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output);
fc_status decode_jpeg_ls(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output);
fc_status decode_jpeg_2000(
    const uint8_t *input, size_t length, const fc_image &image, uint32_t reduction, uint8_t *output);
fc_status decode_jpeg_xl(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output);

} // namespace foreign
