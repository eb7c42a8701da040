// JPEG 2000 (ISO/IEC 15444-1) through OpenJPEG: decoding, also at reduced resolutions, and lossless encoding.
#include "cells.hpp"
#include "codecs.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

#include <openjpeg.h>

namespace foreign {
namespace {

struct DestroyCodec {
    void operator()(opj_codec_t *codec) const { opj_destroy_codec(codec); }
};

struct DestroyStream {
    void operator()(opj_stream_t *stream) const { opj_stream_destroy(stream); }
};

struct DestroyImage {
    void operator()(opj_image_t *image) const { opj_image_destroy(image); }
};

using Codec = std::unique_ptr<opj_codec_t, DestroyCodec>;
using Stream = std::unique_ptr<opj_stream_t, DestroyStream>;
using Image = std::unique_ptr<opj_image_t, DestroyImage>;

// Bytes in memory that are read, or written up to a capacity.
struct Memory {
    const uint8_t *source;
    uint8_t *target;
    size_t place;
    size_t length;
    size_t end;
    bool overflowed;
};

OPJ_SIZE_T read(void *buffer, OPJ_SIZE_T count, void *user) {
    auto *memory = static_cast<Memory *>(user);
    if (memory->place >= memory->length) { return static_cast<OPJ_SIZE_T>(-1); }
    const size_t taken = std::min<size_t>(count, memory->length - memory->place);
    std::memcpy(buffer, memory->source + memory->place, taken);
    memory->place += taken;
    return taken;
}

OPJ_SIZE_T write(void *buffer, OPJ_SIZE_T count, void *user) {
    auto *memory = static_cast<Memory *>(user);
    if (count > memory->length - memory->place) {
        memory->overflowed = true;
        return static_cast<OPJ_SIZE_T>(-1);
    }
    std::memcpy(memory->target + memory->place, buffer, count);
    memory->place += count;
    memory->end = std::max(memory->end, memory->place);
    return count;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void *user) {
    auto *memory = static_cast<Memory *>(user);
    if (count < 0 || static_cast<uint64_t>(count) > memory->length - memory->place) {
        memory->place = memory->length;
        return -1;
    }
    memory->place += static_cast<size_t>(count);
    return count;
}

OPJ_BOOL seek(OPJ_OFF_T place, void *user) {
    auto *memory = static_cast<Memory *>(user);
    if (place < 0 || static_cast<uint64_t>(place) > memory->length) { return OPJ_FALSE; }
    memory->place = static_cast<size_t>(place);
    return OPJ_TRUE;
}

Stream make_stream(Memory &memory, bool is_input) {
    Stream stream(opj_stream_create(1 << 16, is_input ? OPJ_TRUE : OPJ_FALSE));
    if (!stream) { throw std::bad_alloc(); }
    opj_stream_set_read_function(stream.get(), read);
    opj_stream_set_write_function(stream.get(), write);
    opj_stream_set_skip_function(stream.get(), skip);
    opj_stream_set_seek_function(stream.get(), seek);
    opj_stream_set_user_data(stream.get(), &memory, nullptr);
    opj_stream_set_user_data_length(stream.get(), memory.length);
    return stream;
}

bool is_file(const uint8_t *input, size_t length) {
    static const uint8_t signature[] = {0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20};
    return length >= sizeof signature && std::memcmp(input, signature, sizeof signature) == 0;
}

// One side of an image on the reference grid (T.800 B.2): from `start`, which is seldom not 0, to `end`.
struct Side {
    uint32_t start;
    uint32_t end;

    // The samples on it of a component subsampled by `step`, at `reduction`.
    uint32_t length(uint32_t step, uint32_t reduction) const {
        return reduced(end, step, reduction) - reduced(start, step, reduction);
    }

private:
    static uint32_t reduced(uint32_t place, uint32_t step, uint32_t reduction) {
        const uint64_t sample = (static_cast<uint64_t>(place) + step - 1) / step;
        return static_cast<uint32_t>((sample + (uint64_t{1} << reduction) - 1) >> reduction);
    }
};

struct Area {
    Side across;
    Side down;

    explicit Area(const opj_image_t &image) : across{image.x0, image.x1}, down{image.y0, image.y1} {}
};

} // namespace

fc_status decode_jpeg_2000(
    const uint8_t *input, size_t length, const fc_image &image, uint32_t reduction, uint8_t *output) {
    Memory memory{input, nullptr, 0, length, 0, false};
    Stream stream = make_stream(memory, true);
    Codec codec(opj_create_decompress(is_file(input, length) ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    if (!codec) { throw std::bad_alloc(); }
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    parameters.cp_reduce = reduction;
    // Palettes and channel definitions of a file are not DICOM's.
    parameters.flags |= OPJ_DPARAMETERS_IGNORE_PCLR_CMAP_CDEF_FLAG;
    if (!opj_setup_decoder(codec.get(), &parameters)) { return FC_UNSUPPORTED; }
    opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE);
    opj_image_t *read_image = nullptr;
    const bool has_header = opj_read_header(stream.get(), codec.get(), &read_image);
    Image decoded(read_image);
    if (!has_header || !decoded) { return FC_CORRUPT; }
    if (decoded->numcomps != image.samples_per_pixel || decoded->x1 - decoded->x0 != image.columns ||
        decoded->y1 - decoded->y0 != image.rows) {
        return FC_MISMATCH;
    }
    const Area area(*decoded);
    for (uint32_t index = 0; index < decoded->numcomps; ++index) {
        const opj_image_comp_t &component = decoded->comps[index];
        if (component.prec == 0 || component.prec > image.bytes_per_cell * 8 || component.prec > 31) {
            return FC_MISMATCH;
        }
        if (component.dx == 0 || component.dy == 0 || component.dx > 4 || component.dy > 4) { return FC_UNSUPPORTED; }
    }
    // Whole, but asked for: else the sizes of components are those of an image that starts at 0.
    if (!opj_set_decode_area(codec.get(), decoded.get(), 0, 0, 0, 0)) { return FC_CORRUPT; }
    if (!opj_decode(codec.get(), stream.get(), decoded.get())) { return FC_CORRUPT; }
    if (!opj_end_decompress(codec.get(), stream.get())) { return FC_CORRUPT; }
    const uint32_t columns = area.across.length(1, reduction);
    const uint32_t rows = area.down.length(1, reduction);
    const uint32_t samples = image.samples_per_pixel;
    for (uint32_t index = 0; index < samples; ++index) {
        const opj_image_comp_t &component = decoded->comps[index];
        // Chroma may be subsampled.
        if (!component.data || component.w == 0 || component.h == 0 ||
            component.w != area.across.length(component.dx, reduction) ||
            component.h != area.down.length(component.dy, reduction)) {
            return FC_MISMATCH;
        }
        const bool extends = image.is_signed && !component.sgnd && component.prec < image.bytes_per_cell * 8;
        for (uint32_t row = 0; row < rows; ++row) {
            const OPJ_INT32 *line =
                component.data + static_cast<size_t>(std::min(row / component.dy, component.h - 1)) * component.w;
            size_t place = static_cast<size_t>(row) * columns * samples + index;
            for (uint32_t column = 0; column < columns; ++column, place += samples) {
                const OPJ_INT32 value = line[component.dx == 1 ? column : std::min(column / component.dx, component.w - 1)];
                put_cell(
                    output, place, image.bytes_per_cell, extends ? sign_extended(value, component.prec) : value);
            }
        }
    }
    return FC_OK;
}

} // namespace foreign

namespace {

// What the headers of a codestream say of its resolutions.
struct Geometry {
    foreign::Area area;
    // Of all components, the least.
    int levels;
};

// Nothing when the headers cannot be read.
std::optional<Geometry> read_geometry(const uint8_t *input, size_t length) {
    using namespace foreign;
    Memory memory{input, nullptr, 0, length, 0, false};
    Stream stream = make_stream(memory, true);
    Codec codec(opj_create_decompress(is_file(input, length) ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    if (!codec) { throw std::bad_alloc(); }
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec.get(), &parameters)) { return std::nullopt; }
    opj_image_t *read_image = nullptr;
    const bool has_header = opj_read_header(stream.get(), codec.get(), &read_image);
    Image image(read_image);
    if (!has_header || !image) { return std::nullopt; }
    opj_codestream_info_v2_t *info = opj_get_cstr_info(codec.get());
    if (!info) { return std::nullopt; }
    int levels = 32;
    if (!info->m_default_tile_info.tccp_info) { levels = -1; }
    for (uint32_t index = 0; levels >= 0 && index < info->nbcomps; ++index) {
        levels = std::min(levels, static_cast<int>(info->m_default_tile_info.tccp_info[index].numresolutions) - 1);
    }
    opj_destroy_cstr_info(&info);
    if (levels < 0) { return std::nullopt; }
    return Geometry{Area(*image), levels};
}

} // namespace

fc_status fc_decode_resolutions(
    const uint8_t *input, size_t length, const fc_image *image, uint32_t minimum_side, fc_resolution *resolutions,
    uint32_t *count, uint8_t *output, size_t capacity) {
    *count = 0;
    try {
        const std::optional<Geometry> geometry = read_geometry(input, length);
        if (!geometry) { return FC_CORRUPT; }
        size_t place = 0;
        for (int reduction = geometry->levels; reduction >= 0; --reduction) {
            const uint32_t columns = geometry->area.across.length(1, static_cast<uint32_t>(reduction));
            const uint32_t rows = geometry->area.down.length(1, static_cast<uint32_t>(reduction));
            if (reduction > 0 && std::min(columns, rows) < minimum_side) { continue; }
            const size_t size = static_cast<size_t>(columns) * rows * image->samples_per_pixel * image->bytes_per_cell;
            if (size > capacity - place) { return FC_NO_ROOM; }
            const fc_status status = foreign::decode_jpeg_2000(
                input, length, *image, static_cast<uint32_t>(reduction), output + place);
            if (status != FC_OK) { return status; }
            resolutions[*count] = fc_resolution{columns, rows};
            *count += 1;
            place += size;
        }
        return FC_OK;
    } catch (const std::bad_alloc &) {
        return FC_NO_MEMORY;
    } catch (...) {
        return FC_CORRUPT;
    }
}

namespace foreign {
namespace {

// Reads a cell as a sample of `bit_depth` bits.
int32_t sample(const uint8_t *samples, size_t index, uint32_t bytes_per_cell, const fc_encoding &encoding) {
    uint32_t cell = 0;
    std::memcpy(&cell, samples + index * bytes_per_cell, bytes_per_cell);
    return static_cast<int32_t>(
        encoding.is_signed ? sign_extended(static_cast<int64_t>(cell), encoding.bit_depth) : static_cast<int64_t>(cell));
}

Image make_image(const uint8_t *samples, const fc_image &image, const fc_encoding &encoding) {
    opj_image_cmptparm_t components[4] = {};
    for (uint32_t index = 0; index < image.samples_per_pixel; ++index) {
        components[index].dx = components[index].dy = 1;
        components[index].w = image.columns;
        components[index].h = image.rows;
        components[index].prec = encoding.bit_depth;
        components[index].sgnd = encoding.is_signed;
    }
    Image result(opj_image_create(
        image.samples_per_pixel, components, image.samples_per_pixel == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY));
    if (!result) { throw std::bad_alloc(); }
    result->x1 = image.columns;
    result->y1 = image.rows;
    const size_t pixels = static_cast<size_t>(image.columns) * image.rows;
    for (uint32_t index = 0; index < image.samples_per_pixel; ++index) {
        OPJ_INT32 *plane = result->comps[index].data;
        for (size_t pixel = 0; pixel < pixels; ++pixel) {
            plane[pixel] = sample(samples, pixel * image.samples_per_pixel + index, image.bytes_per_cell, encoding);
        }
    }
    return result;
}

fc_status encode(
    const uint8_t *samples, const fc_image &image, const fc_encoding &encoding, Memory &memory, size_t &length) {
    Image source = make_image(samples, image, encoding);
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.irreversible = 0;
    parameters.tcp_numlayers = 1;
    parameters.tcp_rates[0] = 0;
    parameters.cp_disto_alloc = 1;
    parameters.numresolution = static_cast<int>(encoding.decomposition_levels) + 1;
    parameters.prog_order = OPJ_RPCL;
    parameters.tp_on = 1;
    parameters.tp_flag = 'R';
    parameters.tcp_mct = encoding.transforms_colours && image.samples_per_pixel == 3 ? 1 : 0;
    Codec codec(opj_create_compress(OPJ_CODEC_J2K));
    if (!codec) { throw std::bad_alloc(); }
    if (!opj_setup_encoder(codec.get(), &parameters, source.get())) { return FC_UNSUPPORTED; }
    static const char *const options[] = {"TLM=YES", nullptr};
    if (!opj_encoder_set_extra_options(codec.get(), options)) { return FC_UNSUPPORTED; }
    Stream stream = make_stream(memory, false);
    const bool is_written = opj_start_compress(codec.get(), source.get(), stream.get()) &&
        opj_encode(codec.get(), stream.get()) && opj_end_compress(codec.get(), stream.get());
    if (!is_written) { return memory.overflowed ? FC_NO_ROOM : FC_UNSUPPORTED; }
    length = memory.end;
    return FC_OK;
}

} // namespace
} // namespace foreign

fc_status fc_encode_jpeg2000(
    const uint8_t *samples, size_t sample_length, const fc_image *image, const fc_encoding *encoding, uint8_t *output,
    size_t capacity, size_t *length) {
    *length = 0;
    if (image->samples_per_pixel == 0 || image->samples_per_pixel > 4 || image->bytes_per_cell == 0 ||
        image->bytes_per_cell > 4 || sample_length < fc_frame_size(image) || encoding->bit_depth == 0 ||
        encoding->bit_depth > image->bytes_per_cell * 8 || encoding->bit_depth > 31 ||
        encoding->decomposition_levels > 32) {
        return FC_UNSUPPORTED;
    }
    try {
        foreign::Memory memory{nullptr, output, 0, capacity, 0, false};
        return foreign::encode(samples, *image, *encoding, memory, *length);
    } catch (const std::bad_alloc &) {
        return FC_NO_MEMORY;
    } catch (...) {
        return FC_UNSUPPORTED;
    }
}
