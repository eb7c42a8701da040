// JPEG-LS (ISO/IEC 14495-1) through CharLS.
#include "cells.hpp"
#include "codecs.hpp"

#include <vector>

#include <charls/charls.h>

namespace foreign {
namespace {

fc_status status(const std::error_code &code) {
    if (code == charls::jpegls_errc::not_enough_memory) { return FC_NO_MEMORY; }
    for (const charls::jpegls_errc unsupported :
         {charls::jpegls_errc::parameter_value_not_supported, charls::jpegls_errc::encoding_not_supported,
          charls::jpegls_errc::color_transform_not_supported}) {
        if (code == unsupported) { return FC_UNSUPPORTED; }
    }
    return FC_CORRUPT;
}

// Turns colour by plane to colour by pixel.
void interleave(const uint8_t *planes, size_t pixels, uint32_t samples, uint32_t size, uint8_t *output) {
    for (uint32_t sample = 0; sample < samples; ++sample) {
        const uint8_t *plane = planes + pixels * sample * size;
        for (size_t pixel = 0; pixel < pixels; ++pixel) {
            std::memcpy(output + (pixel * samples + sample) * size, plane + pixel * size, size);
        }
    }
}

// Throws charls::jpegls_error.
fc_status decode(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    charls::jpegls_decoder decoder;
    decoder.source(input, length).read_header();
    const charls::frame_info &frame = decoder.frame_info();
    const uint32_t bits = static_cast<uint32_t>(frame.bits_per_sample);
    const uint32_t samples = static_cast<uint32_t>(frame.component_count);
    if (frame.width != image.columns || frame.height != image.rows || samples != image.samples_per_pixel ||
        bits > image.bytes_per_cell * 8 || bits > 16) {
        return FC_MISMATCH;
    }
    const uint32_t size = bits <= 8 ? 1 : 2;
    const size_t pixels = static_cast<size_t>(frame.width) * frame.height;
    const bool is_planar = samples > 1 && decoder.interleave_mode() == charls::interleave_mode::none;
    if (!is_planar && size == image.bytes_per_cell) {
        decoder.decode(output, pixels * samples * size);
        put_cells(output, pixels * samples, size, bits, image, output);
        return FC_OK;
    }
    std::vector<uint8_t> decoded(pixels * samples * size);
    decoder.decode(decoded);
    if (is_planar) {
        std::vector<uint8_t> interleaved(decoded.size());
        interleave(decoded.data(), pixels, samples, size, interleaved.data());
        decoded.swap(interleaved);
    }
    put_cells(decoded.data(), pixels * samples, size, bits, image, output);
    return FC_OK;
}

} // namespace

fc_status decode_jpeg_ls(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    try {
        return decode(input, length, image, output);
    } catch (const charls::jpegls_error &error) {
        if (error.code() != charls::jpegls_errc::jpeg_marker_start_byte_not_found) { return status(error.code()); }
    }
    // Some encoders fill up with a zero byte before the end marker, which CharLS takes for damage.
    while (length > 2 && input[length - 1] == 0) { length -= 1; }
    if (length < 3 || input[length - 2] != 0xFF || input[length - 1] != 0xD9 || input[length - 3] != 0) {
        return FC_CORRUPT;
    }
    std::vector<uint8_t> repaired(input, input + length - 3);
    repaired.insert(repaired.end(), {0xFF, 0xD9});
    try {
        return decode(repaired.data(), repaired.size(), image, output);
    } catch (const charls::jpegls_error &error) {
        return status(error.code());
    }
}

} // namespace foreign
