// Decodes High-Throughput JPEG 2000 (T.814) with the codec of Isocenter, compiled to WebAssembly with SIMD.
//
//     const codec = await HTJ2K.load(fetch("htj2k.wasm"));          // or bytes, in node
//     const image = codec.decode(bytes);                            // {width, height, components, …, samples}
//     const checksum = codec.crc32(new Uint8Array(image.samples.buffer));
//
// Progressively, as the bytes come in; a codestream by resolution shows a small picture after its first bytes:
//
//     const decoder = codec.decoder();
//     for await (const piece of response.body) {
//         const better = decoder.append(piece);                     // null, or the next better image
//         if (better) show(better);
//     }
//     decoder.close();

const CODES = ["", "notACodestream", "truncated", "malformed", "unsupported", "notHighThroughput", "tooLarge",
    "invalidArgument"];

/** Why a codestream cannot be decoded: a kind, the byte where that was seen, and one clause for people. */
export class CodestreamError extends Error {
    constructor(code, offset, message) {
        super(`${code} at byte ${offset}: ${message}`);
        this.name = "CodestreamError";
        this.code = code;
        this.offset = offset;
    }
}

/** The codec in one instance of the module, whose memory it holds as long as it lives. */
export class HTJ2K {
    #exports;

    /** Takes the module as bytes, a `Response`, or a promise of either. */
    static async load(source) {
        const given = await source;
        const bytes = typeof Response !== "undefined" && given instanceof Response ? await given.arrayBuffer() : given;
        const {instance} = await WebAssembly.instantiate(bytes, {});
        return new HTJ2K(instance.exports);
    }

    constructor(exports) {
        this.#exports = exports;
    }

    /** A decoder for a codestream that arrives piece by piece; images of more samples than the limit are refused. */
    decoder({maximumSampleCount = 0} = {}) {
        return new Decoder(this.#exports, maximumSampleCount);
    }

    /** Decodes all of a codestream or JPH file; options as for `Decoder.decode`. */
    decode(bytes, options) {
        const decoder = this.decoder();
        try {
            decoder.add(bytes);
            return decoder.decode(options);
        } finally {
            decoder.close();
        }
    }

    /** The CRC-32 of bytes, as zlib and PKZIP count it; `start` continues an earlier one. */
    crc32(bytes, start = 0) {
        return withBytes(this.#exports, bytes, (place, count) => this.#exports.crc32(place, count, start) >>> 0);
    }
}

/** Bytes of one codestream, as many as have come, and the images that can be decoded of them. */
export class Decoder {
    #exports;
    #handle;
    #shown = 0;

    constructor(exports, maximumSampleCount) {
        this.#exports = exports;
        this.#handle = exports.decoder_create(maximumSampleCount);
    }

    /** Adds bytes without decoding. */
    add(bytes) {
        withBytes(this.#exports, bytes, (place, count) =>
            this.#exports.decoder_append(this.#open, place, count));
    }

    /** Adds bytes; gives the image at the best resolution that they complete, or null when there is none better. */
    append(bytes) {
        this.add(bytes);
        let described;
        try {
            described = this.describe();
        } catch (error) {
            // The headers have not come whole.
            if (error.code === "truncated" || (error.code === "notACodestream" && this.#shown === 0)) return null;
            throw error;
        }
        if (described.completeResolutions <= this.#shown) return null;
        this.#shown = described.completeResolutions;
        return this.decode({reducedBy: described.decompositionLevels + 1 - described.completeResolutions});
    }

    /** What the headers say, and how many resolutions the bytes hold, the lowest first. */
    describe() {
        const numbers = this.#call(8, (place) => this.#exports.decoder_describe(this.#open, place));
        const [width, height, components, bitDepth, isSigned, decompositionLevels, completeResolutions, size] = numbers;
        return {
            width, height, components, bitDepth, isSigned: isSigned === 1, decompositionLevels, completeResolutions,
            bytesPerSample: size,
        };
    }

    /**
     * The image halved `reducedBy` times, or the region {x, y, width, height} of that: samples interleaved by pixel in
     * the typed array that suits them. With `copy: false` they are a view of the module's memory, for those who draw them
     * at once: the next call of the module may overwrite or detach it.
     */
    decode({reducedBy = 0, region = null, copy = true} = {}) {
        const {x, y, width: columns, height: rows} = region ?? {x: 0, y: 0, width: 0, height: 0};
        if (region && (columns < 1 || rows < 1)) throw new RangeError("a region has a width and a height");
        const [width, height, components, bitDepth, sign, bytesPerSample, place, count] = this.#call(8, (numbers) =>
            this.#exports.decoder_decode(this.#open, reducedBy, x, y, columns, rows, numbers));
        const isSigned = sign === 1;
        const type = isSigned
            ? {1: Int8Array, 2: Int16Array, 4: Int32Array}[bytesPerSample]
            : {1: Uint8Array, 2: Uint16Array, 4: Uint32Array}[bytesPerSample];
        const view = new type(this.#exports.memory.buffer, place, count / bytesPerSample);
        return {width, height, components, bitDepth, isSigned, reducedBy, samples: copy ? view.slice() : view};
    }

    /** Gives the memory back. */
    close() {
        if (this.#handle) this.#exports.decoder_destroy(this.#handle);
        this.#handle = 0;
    }

    get #open() {
        if (!this.#handle) throw new Error("the decoder is closed");
        return this.#handle;
    }

    /** Calls with a place for numbers and gives these, or throws the error that the answer counts. */
    #call(count, body) {
        const place = reserve(this.#exports, 4 * count);
        try {
            const code = body(place);
            if (code !== 0) throw this.#failure(code);
            return Array.from(new Int32Array(this.#exports.memory.buffer, place, count));
        } finally {
            this.#exports.deallocate(place);
        }
    }

    #failure(code) {
        const place = reserve(this.#exports, 256);
        const count = this.#exports.decoder_failure_message(this.#open, place, 256);
        const message = new TextDecoder().decode(new Uint8Array(this.#exports.memory.buffer, place, count).slice());
        this.#exports.deallocate(place);
        return new CodestreamError(CODES[code], this.#exports.decoder_failure_offset(this.#open), message);
    }
}

function reserve(exports, count) {
    const place = exports.allocate(Math.max(count, 1));
    if (place === 0) throw new RangeError("the module has no memory left");
    return place;
}

/** Calls with the place and the number of bytes, copied into the module's memory for the call. */
function withBytes(exports, bytes, body) {
    const place = reserve(exports, bytes.length);
    try {
        new Uint8Array(exports.memory.buffer).set(bytes, place);
        return body(place, bytes.length);
    } finally {
        exports.deallocate(place);
    }
}
