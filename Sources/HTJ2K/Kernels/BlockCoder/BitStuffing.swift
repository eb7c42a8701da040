/// Moves the bit streams of the cleanup pass between their stuffed form in bytes and plain bits, least significant first.
///
/// Plain bits are read and written eight bytes at a time at any bit, so their buffers are padded.
enum BitStuffing {
    /// Whether one of the eight bytes is 0xFF.
    @inline(__always)
    static func hasOnesByte(_ word: UInt64) -> Bool {
        let inverted = ~word
        return (inverted &- 0x0101_0101_0101_0101) & ~inverted & 0x8080_8080_8080_8080 != 0
    }

    /// Whether one of the eight bytes is 0x7F or 0xFF.
    @inline(__always)
    private static func hasLowOnesByte(_ word: UInt64) -> Bool {
        let inverted = ~word & 0x7F7F_7F7F_7F7F_7F7F
        return (inverted &- 0x0101_0101_0101_0101) & ~inverted & 0x8080_8080_8080_8080 != 0
    }

    /// Removes the bit after each 0xFF byte of a forward stream (T.814 7.1.2) and pads with ones.
    ///
    /// Gives the number of plain bits; `plain` has room for `count` + `padding` + 16 bytes.
    static func unstuffForward(
        _ bytes: UnsafePointer<UInt8>, count: Int, padding: Int, into plain: UnsafeMutableRawPointer
    ) -> Int {
        var rest: UInt64 = 0
        var restBits = 0
        var output = plain
        var position = 0
        var limit = 8
        while position < count {
            if limit == 8, position &+ 8 <= count {
                let word = UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self)
                if !hasOnesByte(word) {
                    output.storeBytes(of: rest | word &<< UInt64(restBits), as: UInt64.self)
                    output += 8
                    rest = (word &>> UInt64(63 &- restBits)) &>> 1
                    position &+= 8
                    continue
                }
            }
            let byte = bytes[position]
            position &+= 1
            rest |= UInt64(byte) &<< UInt64(restBits)
            restBits &+= limit
            limit = byte == 0xFF ? 7 : 8
            if restBits >= 8 {
                output.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
                output += 1
                rest &>>= 8
                restBits &-= 8
            }
        }
        let bitCount = (output - plain) &* 8 &+ restBits
        output.storeBytes(
            of: UInt8(truncatingIfNeeded: rest | 0xFF &<< UInt64(restBits)), as: UInt8.self)
        (output + 1).initializeMemory(as: UInt8.self, repeating: 0xFF, count: padding &+ 8)
        return bitCount
    }

    /// Removes the stuffed bits of a backward stream (T.814 7.1.4) and pads with zeros.
    ///
    /// The stream begins with the upper half of `bytes[count - 2]` and ends at `bytes[0]`; gives the number of plain bits;
    /// `plain` has room for `count` + `padding` + 16 bytes.
    static func unstuffBackward(
        _ bytes: UnsafePointer<UInt8>, count: Int, padding: Int, into plain: UnsafeMutableRawPointer
    ) -> Int {
        var last = bytes[count &- 2] | 0x0F
        var rest = UInt64(last &>> 4)
        var restBits = rest & 7 == 7 ? 3 : 4
        var output = plain
        var position = count &- 3
        rest &= 1 &<< UInt64(restBits) &- 1
        while position >= 0 {
            if position >= 7 {
                let word = UnsafeRawPointer(bytes + (position &- 7)).loadUnaligned(as: UInt64.self).byteSwapped
                if !hasLowOnesByte(word) {
                    output.storeBytes(of: rest | word &<< UInt64(restBits), as: UInt64.self)
                    output += 8
                    rest = (word &>> UInt64(63 &- restBits)) &>> 1
                    last = bytes[position &- 7]
                    position &-= 8
                    continue
                }
            }
            let byte = bytes[position]
            position &-= 1
            let bits = last > 0x8F && byte & 0x7F == 0x7F ? 7 : 8
            last = byte
            rest |= (UInt64(byte) & (1 &<< UInt64(bits) &- 1)) &<< UInt64(restBits)
            restBits &+= bits
            if restBits >= 8 {
                output.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
                output += 1
                rest &>>= 8
                restBits &-= 8
            }
        }
        let bitCount = (output - plain) &* 8 &+ restBits
        output.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        (output + 1).initializeMemory(as: UInt8.self, repeating: 0, count: padding &+ 8)
        return bitCount
    }

    /// Writes plain bits as a forward stream; gives its bytes, of which a last 0xFF is left out as readers supply it.
    ///
    /// `plain` is readable for 16 bytes past its bits, `bytes` has room for 8/7 of them and 16 more.
    static func stuffForward(
        _ plain: UnsafeRawPointer, bitCount: Int, into bytes: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var position = 0
        var count = 0
        var limit = 8
        while position < bitCount {
            let word = (plain + position &>> 3).loadUnaligned(as: UInt64.self) &>> UInt64(position & 7)
            if limit == 8, position &+ 56 <= bitCount, !hasOnesByte(word & 0x00FF_FFFF_FFFF_FFFF) {
                UnsafeMutableRawPointer(bytes + count).storeBytes(of: word, as: UInt64.self)
                count &+= 7
                position &+= 56
                continue
            }
            var byte = UInt8(truncatingIfNeeded: word) & UInt8(truncatingIfNeeded: 1 &<< limit &- 1)
            let missing = position &+ limit &- bitCount
            if missing > 0 {
                // Fill the last byte with ones.
                let kept = UInt8(truncatingIfNeeded: 1 &<< (limit &- missing) &- 1)
                byte = byte & kept | ~kept & UInt8(truncatingIfNeeded: 1 &<< limit &- 1)
            }
            bytes[count] = byte
            count &+= 1
            position &+= limit
            limit = byte == 0xFF ? 7 : 8
        }
        if limit == 7 { count &-= 1 }
        return count
    }
}
