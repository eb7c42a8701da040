// JPEG XL (ISO/IEC 18181) through libjxl.
#include "cells.hpp"
#include "codecs.hpp"

#include <cmath>
#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include <jxl/decode.h>

namespace foreign {
namespace {

struct Destroy {
    void operator()(JxlDecoder *decoder) const { JxlDecoderDestroy(decoder); }
};

using Decoder = std::unique_ptr<JxlDecoder, Destroy>;

Decoder make_decoder(const uint8_t *input, size_t length, int events) {
    Decoder decoder(JxlDecoderCreate(nullptr));
    if (!decoder) { throw std::bad_alloc(); }
    if (JxlDecoderSubscribeEvents(decoder.get(), events) != JXL_DEC_SUCCESS ||
        JxlDecoderSetKeepOrientation(decoder.get(), JXL_TRUE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder.get(), input, length) != JXL_DEC_SUCCESS) {
        throw std::bad_alloc();
    }
    JxlDecoderCloseInput(decoder.get());
    return decoder;
}

// The JPEG stream that a JPEG XL stream was made of; FC_UNSUPPORTED when it was made of none.
fc_status reconstruct_jpeg(const uint8_t *input, size_t length, size_t limit, std::vector<uint8_t> &jpeg) {
    Decoder decoder = make_decoder(input, length, JXL_DEC_JPEG_RECONSTRUCTION | JXL_DEC_FULL_IMAGE);
    bool is_jpeg = false;
    for (;;) {
        switch (JxlDecoderProcessInput(decoder.get())) {
        case JXL_DEC_JPEG_RECONSTRUCTION:
            is_jpeg = true;
            jpeg.resize(std::min<size_t>(length * 2 + 4096, limit));
            if (JxlDecoderSetJPEGBuffer(decoder.get(), jpeg.data(), jpeg.size()) != JXL_DEC_SUCCESS) {
                return FC_CORRUPT;
            }
            break;
        case JXL_DEC_JPEG_NEED_MORE_OUTPUT: {
            const size_t used = jpeg.size() - JxlDecoderReleaseJPEGBuffer(decoder.get());
            if (jpeg.size() >= limit) { return FC_CORRUPT; }
            jpeg.resize(std::min(jpeg.size() * 2, limit));
            if (JxlDecoderSetJPEGBuffer(decoder.get(), jpeg.data() + used, jpeg.size() - used) != JXL_DEC_SUCCESS) {
                return FC_CORRUPT;
            }
            break;
        }
        case JXL_DEC_FULL_IMAGE:
            if (!is_jpeg) { return FC_UNSUPPORTED; }
            jpeg.resize(jpeg.size() - JxlDecoderReleaseJPEGBuffer(decoder.get()));
            return FC_OK;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
        case JXL_DEC_SUCCESS: return FC_UNSUPPORTED;
        default: return FC_CORRUPT;
        }
    }
}

fc_status check(const JxlBasicInfo &info, const fc_image &image) {
    if (info.xsize != image.columns || info.ysize != image.rows ||
        info.num_color_channels + info.num_extra_channels != image.samples_per_pixel ||
        info.bits_per_sample > image.bytes_per_cell * 8) {
        return FC_MISMATCH;
    }
    // Whole numbers of up to 24 bits come out of libjxl's floating point exactly.
    if (info.exponent_bits_per_sample != 0 || info.bits_per_sample > 24 || info.have_animation ||
        image.samples_per_pixel == 2) {
        return FC_UNSUPPORTED;
    }
    return FC_OK;
}

fc_status decode_samples(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    Decoder decoder = make_decoder(input, length, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE);
    JxlBasicInfo info{};
    std::vector<uint8_t> samples;
    const size_t count = static_cast<size_t>(image.columns) * image.rows * image.samples_per_pixel;
    JxlPixelFormat format{image.samples_per_pixel, JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
    for (;;) {
        switch (JxlDecoderProcessInput(decoder.get())) {
        case JXL_DEC_BASIC_INFO: {
            if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) { return FC_CORRUPT; }
            const fc_status status = check(info, image);
            if (status != FC_OK) { return status; }
            if (info.bits_per_sample == 16) { format.data_type = JXL_TYPE_UINT16; }
            // libjxl spreads other depths over the whole range of an integer type.
            if (info.bits_per_sample != 8 && info.bits_per_sample != 16) { format.data_type = JXL_TYPE_FLOAT; }
            break;
        }
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
            const size_t width = format.data_type == JXL_TYPE_UINT8 ? 1 : format.data_type == JXL_TYPE_UINT16 ? 2 : 4;
            size_t needed = 0;
            if (JxlDecoderImageOutBufferSize(decoder.get(), &format, &needed) != JXL_DEC_SUCCESS ||
                needed != count * width) {
                return FC_MISMATCH;
            }
            samples.resize(needed);
            if (JxlDecoderSetImageOutBuffer(decoder.get(), &format, samples.data(), needed) != JXL_DEC_SUCCESS) {
                return FC_CORRUPT;
            }
            break;
        }
        case JXL_DEC_FULL_IMAGE: {
            if (samples.empty()) { return FC_CORRUPT; }
            if (format.data_type != JXL_TYPE_FLOAT) {
                put_cells(
                    samples.data(), count, format.data_type == JXL_TYPE_UINT8 ? 1 : 2, info.bits_per_sample, image,
                    output);
                return FC_OK;
            }
            const double scale = static_cast<double>((uint64_t{1} << info.bits_per_sample) - 1);
            for (size_t index = 0; index < count; ++index) {
                float value;
                std::memcpy(&value, samples.data() + index * 4, 4);
                // Not a number is 0, as every comparison with it is false.
                const double scaled = value > 0 ? std::fmin(static_cast<double>(value) * scale, scale) : 0;
                const int64_t whole = static_cast<int64_t>(std::floor(scaled + 0.5));
                put_cell(
                    output, index, image.bytes_per_cell,
                    image.is_signed && info.bits_per_sample < image.bytes_per_cell * 8
                        ? sign_extended(whole, info.bits_per_sample) : whole);
            }
            return FC_OK;
        }
        default: return FC_CORRUPT;
        }
    }
}

} // namespace

fc_status decode_jpeg_xl(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    // A recompressed JPEG stream is decoded as that stream, so that its samples are those of the original: libjxl
    // itself would give red, green and blue.
    std::vector<uint8_t> jpeg;
    const fc_status status = reconstruct_jpeg(input, length, fc_frame_size(&image) * 2 + (1 << 20), jpeg);
    if (status == FC_OK) { return decode_jpeg(jpeg.data(), jpeg.size(), image, output); }
    return status == FC_UNSUPPORTED ? decode_samples(input, length, image, output) : status;
}

} // namespace foreign
