import DICOM

/// A light look at a video: is it of the codec that its transfer syntax names?
///
/// Reads the first 64 KiB, and of an MP4 file the box that describes its tracks. Knows MPEG-2 transport streams (also
/// with the time codes of Blu-ray), MPEG program streams, MP4, and bare MPEG-2, H.264 and HEVC streams.
enum VideoStream {
    private static let prefixLength = 1 << 16
    private static let maximumMovieLength = 1 << 24

    /// Whether `bytes` hold a video as `transferSyntaxUID` wants it.
    static func isVideo(_ bytes: PixelDataBytes, of transferSyntaxUID: String) -> Bool {
        guard let wanted = TransferSyntax.known(transferSyntaxUID)?.family,
            let prefix = try? bytes.read(at: 0, count: min(prefixLength, bytes.count))
        else { return false }
        return families(Array(prefix), bytes).contains(wanted)
    }

    /// The codecs found.
    private static func families(_ prefix: [UInt8], _ bytes: PixelDataBytes) -> [TransferSyntax.Family] {
        if prefix.dropFirst(4).starts(with: [0x66, 0x74, 0x79, 0x70]) { return movieFamilies(bytes) }  // "ftyp"
        for (start, stride) in [(0, 188), (4, 192)] where isTransportStream(prefix, start, stride) {
            return transportFamilies(prefix, start, stride)
        }
        return elementaryFamily(prefix).map { [$0] } ?? []
    }

    // MARK: MPEG-2 transport stream (H.222.0 2.4)

    private static func isTransportStream(_ bytes: [UInt8], _ start: Int, _ stride: Int) -> Bool {
        (0..<3).allSatisfy { index in
            let place = start + index * stride
            return place < bytes.count ? bytes[place] == 0x47 : index > 0
        }
    }

    private static func transportFamilies(_ bytes: [UInt8], _ start: Int, _ stride: Int) -> [TransferSyntax.Family] {
        var mapPID: Int?
        var place = start
        while place + 188 <= bytes.count {
            let packet = bytes[place..<place + 188]
            let pid = Int(packet[place + 1] & 0x1F) << 8 | Int(packet[place + 2])
            if pid == 0 || pid == mapPID, packet[place + 1] & 0x40 != 0, let section = section(of: packet) {
                if pid == 0, let found = programMapPID(section) { mapPID = found }
                if pid != 0 { return streamTypes(section).compactMap(family(streamType:)) }
            }
            place += stride
        }
        return []
    }

    /// The table section that begins in a packet, from its table_id, cut to its length.
    private static func section(of packet: ArraySlice<UInt8>) -> [UInt8]? {
        let bytes = Array(packet)
        guard bytes[3] & 0x10 != 0 else { return nil }
        var place = bytes[3] & 0x20 == 0 ? 4 : 5 + Int(bytes[4])
        guard place < bytes.count else { return nil }
        place += 1 + Int(bytes[place])
        guard place + 3 <= bytes.count else { return nil }
        let length = Int(bytes[place + 1] & 0x0F) << 8 | Int(bytes[place + 2])
        return Array(bytes[place..<min(place + 3 + length, bytes.count)])
    }

    private static func programMapPID(_ section: [UInt8]) -> Int? {
        // The first program that is not the network table's; four bytes of CRC end the section.
        for place in stride(from: 8, to: section.count - 7, by: 4) where section[place] | section[place + 1] != 0 {
            return Int(section[place + 2] & 0x1F) << 8 | Int(section[place + 3])
        }
        return nil
    }

    private static func streamTypes(_ section: [UInt8]) -> [UInt8] {
        guard section.count > 12 else { return [] }
        var types: [UInt8] = []
        var place = 12 + (Int(section[10] & 0x0F) << 8 | Int(section[11]))
        while place + 9 <= section.count {
            types.append(section[place])
            place += 5 + (Int(section[place + 3] & 0x0F) << 8 | Int(section[place + 4]))
        }
        return types
    }

    private static func family(streamType: UInt8) -> TransferSyntax.Family? {
        switch streamType {
        case 0x01, 0x02: .mpeg2
        case 0x1B: .h264
        case 0x24: .hevc
        default: nil
        }
    }

    // MARK: MP4 (ISO/IEC 14496-12)

    private static func movieFamilies(_ bytes: PixelDataBytes) -> [TransferSyntax.Family] {
        var place = 0
        for _ in 0..<1000 {
            guard let header = try? bytes.read(at: place, count: 8) else { return [] }
            var length = Int(header.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            if length == 1, let wide = try? bytes.read(at: place + 8, count: 8) {
                length = Int(clamping: wide.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            }
            if header.dropFirst(4).elementsEqual([0x6D, 0x6F, 0x6F, 0x76]) {  // "moov"
                let present = min(length == 0 ? Int.max : length, bytes.count - place, maximumMovieLength)
                guard let movie = try? bytes.read(at: place, count: max(present, 0)) else { return [] }
                return sampleEntries(Array(movie))
            }
            guard length >= 8, length <= bytes.count - place else { return [] }
            place += length
        }
        return []
    }

    /// The codecs of all sample description boxes: `stsd`, version and flags, count, size, then the first entry's code.
    private static func sampleEntries(_ movie: [UInt8]) -> [TransferSyntax.Family] {
        var families: [TransferSyntax.Family] = []
        var place = 0
        while place + 20 <= movie.count {
            guard movie[place] == 0x73, movie[place..<place + 4].elementsEqual([0x73, 0x74, 0x73, 0x64]) else {
                place += 1
                continue
            }
            switch String(decoding: movie[place + 16..<place + 20], as: UTF8.self) {
            case "avc1", "avc3": families.append(.h264)
            case "hvc1", "hev1": families.append(.hevc)
            case "mp4v", "mp2v": families.append(.mpeg2)
            default: break
            }
            place += 20
        }
        return families
    }

    // MARK: bare streams

    /// The codec by the first start codes: a sequence header (H.262 6.2.2), or parameter sets (H.264 7.4.1, H.265
    /// 7.4.2.2).
    private static func elementaryFamily(_ bytes: [UInt8]) -> TransferSyntax.Family? {
        var place = 0
        while place + 4 < bytes.count {
            guard bytes[place] == 0, bytes[place + 1] == 0, bytes[place + 2] == 1 else {
                place += 1
                continue
            }
            let (code, next) = (bytes[place + 3], bytes[place + 4])
            switch code {
            case 0xB3: return .mpeg2
            case 0x40 where next == 1, 0x42 where next == 1, 0x44 where next == 1: return .hevc
            case 0x07, 0x27, 0x47, 0x67: return .h264
            default: place += 3
            }
        }
        return nil
    }
}
