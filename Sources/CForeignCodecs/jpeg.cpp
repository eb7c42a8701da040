// JPEG (ISO/IEC 10918-1): 8-bit DCT streams through libjpeg-turbo, 12-bit and lossless ones through GDCM.
#include "cells.hpp"
#include "codecs.hpp"

#include <csetjmp>
#include <cstdio>
#include <vector>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include <gdcm-3.0/gdcmDataElement.h>
#include <gdcm-3.0/gdcmFragment.h>
#include <gdcm-3.0/gdcmImage.h>
#include <gdcm-3.0/gdcmSequenceOfFragments.h>
#include <gdcm-3.0/gdcmTag.h>
#include <gdcm-3.0/gdcmTrace.h>

namespace foreign {
namespace {

struct FrameHeader {
    uint8_t marker;
    uint32_t precision;
    uint32_t rows;
    uint32_t columns;
    uint32_t components;

    bool is_lossless() const { return marker == 0xC3; }
    // Baseline, extended sequential and progressive DCT with Huffman coding.
    bool is_dct() const { return marker <= 0xC2; }
};

// Finds the frame header (B.2.2); false when there is none.
bool find_frame_header(const uint8_t *bytes, size_t length, FrameHeader &header) {
    if (length < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8) { return false; }
    size_t place = 2;
    while (place + 4 <= length) {
        if (bytes[place] != 0xFF) { return false; }
        const uint8_t marker = bytes[place + 1];
        if (marker == 0xFF) {
            place += 1;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
            place += 2;
            continue;
        }
        const size_t segment = static_cast<size_t>(bytes[place + 2]) << 8 | bytes[place + 3];
        if (segment < 2 || segment > length - place - 2) { return false; }
        const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (is_frame) {
            if (segment < 8) { return false; }
            const uint8_t *fields = bytes + place + 4;
            header.marker = marker;
            header.precision = fields[0];
            header.rows = static_cast<uint32_t>(fields[1]) << 8 | fields[2];
            header.columns = static_cast<uint32_t>(fields[3]) << 8 | fields[4];
            header.components = fields[5];
            return true;
        }
        if (marker == 0xD9 || marker == 0xDA) { return false; }
        place += 2 + segment;
    }
    return false;
}

// Whether the stream has its end: one that is cut would come out as grey below, and nobody would know.
bool is_whole(const uint8_t *bytes, size_t length) {
    while (length > 2 && (bytes[length - 1] == 0x00 || (bytes[length - 1] == 0xFF && bytes[length - 2] != 0xFF))) {
        length -= 1;
    }
    return length >= 2 && bytes[length - 2] == 0xFF && bytes[length - 1] == 0xD9;
}

struct ErrorManager {
    jpeg_error_mgr base;
    jmp_buf escape;
    bool is_damaged;
    bool is_out_of_memory;
};

void leave(j_common_ptr info) {
    auto *errors = reinterpret_cast<ErrorManager *>(info->err);
    errors->is_out_of_memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
    longjmp(errors->escape, 1);
}

void note(j_common_ptr info, int level) {
    if (level >= 0) { return; }
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_MUST_RESYNC: reinterpret_cast<ErrorManager *>(info->err)->is_damaged = true;
    }
}

fc_status decode_dct(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    jpeg_decompress_struct info;
    ErrorManager errors;
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = leave;
    errors.base.emit_message = note;
    errors.is_damaged = false;
    errors.is_out_of_memory = false;
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        return errors.is_out_of_memory ? FC_NO_MEMORY : FC_CORRUPT;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, input, length);
    jpeg_read_header(&info, TRUE);
    // Samples go out as they are coded: what they mean is said by the attributes.
    info.out_color_space = info.jpeg_color_space;
    info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info);
    if (info.output_width != image.columns || info.output_height != image.rows ||
        static_cast<uint32_t>(info.output_components) != image.samples_per_pixel) {
        jpeg_destroy_decompress(&info);
        return FC_MISMATCH;
    }
    const size_t stride = static_cast<size_t>(image.columns) * image.samples_per_pixel;
    // Lines of bytes are written to the end of the output, from where wider cells are spread.
    uint8_t *lines = output + stride * image.rows * (image.bytes_per_cell - 1);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = lines + stride * info.output_scanline;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    if (errors.is_damaged) { return FC_CORRUPT; }
    put_cells(lines, stride * image.rows, 1, 8, image, output);
    return FC_OK;
}

fc_status decode_with_gdcm(
    const uint8_t *input, size_t length, const FrameHeader &header, const fc_image &image, uint8_t *output) {
    if (header.precision < 2 || header.precision > 16 || !is_whole(input, length)) { return FC_CORRUPT; }
    if (header.components != 1 && header.components != 3) { return FC_UNSUPPORTED; }
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
    const uint32_t bytes_per_sample = header.precision <= 8 ? 1 : 2;
    gdcm::PixelFormat format(
        static_cast<unsigned short>(header.components), static_cast<unsigned short>(bytes_per_sample * 8),
        static_cast<unsigned short>(header.precision), static_cast<unsigned short>(header.precision - 1), 0);
    gdcm::Image frame;
    frame.SetNumberOfDimensions(2);
    frame.SetDimension(0, image.columns);
    frame.SetDimension(1, image.rows);
    frame.SetPixelFormat(format);
    frame.SetPhotometricInterpretation(
        header.components == 1 ? gdcm::PhotometricInterpretation::MONOCHROME2
                               : gdcm::PhotometricInterpretation::RGB);
    frame.SetPlanarConfiguration(0);
    frame.SetTransferSyntax(
        header.is_lossless() ? gdcm::TransferSyntax::JPEGLosslessProcess14_1
                             : gdcm::TransferSyntax::JPEGExtendedProcess2_4);
    gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = gdcm::SequenceOfFragments::New();
    gdcm::Fragment fragment;
    fragment.SetByteValue(reinterpret_cast<const char *>(input), static_cast<uint32_t>(length));
    fragments->AddFragment(fragment);
    gdcm::DataElement element(gdcm::Tag(0x7FE0, 0x0010));
    element.SetVR(gdcm::VR::OB);
    element.SetValue(*fragments);
    frame.SetDataElement(element);
    const size_t count = static_cast<size_t>(image.columns) * image.rows * header.components;
    if (frame.GetBufferLength() != count * bytes_per_sample) { return FC_UNSUPPORTED; }
    if (bytes_per_sample == image.bytes_per_cell) {
        if (!frame.GetBuffer(reinterpret_cast<char *>(output))) { return FC_CORRUPT; }
        put_cells(output, count, bytes_per_sample, header.precision, image, output);
        return FC_OK;
    }
    std::vector<char> samples(count * bytes_per_sample);
    if (!frame.GetBuffer(samples.data())) { return FC_CORRUPT; }
    put_cells(
        reinterpret_cast<const uint8_t *>(samples.data()), count, bytes_per_sample, header.precision, image, output);
    return FC_OK;
}

} // namespace

fc_status decode_jpeg(const uint8_t *input, size_t length, const fc_image &image, uint8_t *output) {
    FrameHeader header{};
    if (!find_frame_header(input, length, header)) { return FC_CORRUPT; }
    if (header.columns != image.columns || header.rows != image.rows ||
        header.components != image.samples_per_pixel || header.precision > image.bytes_per_cell * 8) {
        return FC_MISMATCH;
    }
    if (header.is_dct() && header.precision == 8) { return decode_dct(input, length, image, output); }
    if (header.is_lossless() || (header.is_dct() && header.precision == 12)) {
        return decode_with_gdcm(input, length, header, image, output);
    }
    return FC_UNSUPPORTED;
}

} // namespace foreign
