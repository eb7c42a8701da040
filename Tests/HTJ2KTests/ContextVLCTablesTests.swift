import Foundation
import TestSupport
import Testing

@testable import HTJ2K

@Suite struct ContextVLCTablesTests {
    /// A row of the standard's table as the CSV gives it.
    private struct Row {
        var context, rho, offset, known, ones, codeword, length: Int

        init?(_ line: Substring) {
            let fields = line.split(separator: ",").compactMap {
                $0.hasPrefix("0x") ? Int($0.dropFirst(2), radix: 16) : Int($0.trimmingCharacters(in: .whitespaces))
            }
            guard fields.count == 7 else { return nil }
            (context, rho, offset, known) = (fields[0], fields[1], fields[2], fields[3])
            (ones, codeword, length) = (fields[4], fields[5], fields[6])
        }
    }

    @Test(.enabled(if: TestCorpus.isPresent), arguments: [0, 1])
    func everyRowOfTheStandardDecodesAndTheEncoderUsesOnlySuchRows(_ table: Int) throws {
        let url = try #require(TestCorpus.url("htj2k/vlc_table\(table).csv"))
        let rows = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline).compactMap(Row.init)
        #expect(rows.count == [444, 358][table])
        let decoding = table == 0 ? ContextVLCTables.decodingOfFirstRow : ContextVLCTables.decodingOfOtherRows
        let encoding = table == 0 ? ContextVLCTables.encodingOfFirstRow : ContextVLCTables.encodingOfOtherRows
        for row in rows {
            for rest in 0..<1 << (7 - row.length) {
                let entry = Int(decoding[row.context << 7 | rest << row.length | row.codeword])
                #expect(entry == row.known << 12 | row.ones << 8 | row.rho << 4 | row.offset << 3 | row.length)
            }
        }
        for (index, entry) in encoding.enumerated() where entry != 0 {
            let (context, rho, pattern) = (index >> 8, index >> 4 & 15, index & 15)
            #expect(
                rows.contains {
                    $0.context == context && $0.rho == rho && $0.offset == (pattern == 0 ? 0 : 1)
                        && $0.ones == pattern & $0.known && $0.known == Int(entry >> 10)
                        && $0.length == Int(entry >> 7 & 7) && $0.codeword == Int(entry & 127)
                })
        }
        // Every pattern within rho can be coded, but for the quad that the run-length coder covers alone.
        for (context, rho) in (0..<128).map({ ($0 >> 4, $0 & 15) }) where context > 0 || rho > 0 {
            for pattern in 0..<16 where pattern & ~rho == 0 {
                #expect(encoding[context << 8 | rho << 4 | pattern] >> 7 & 7 != 0)
            }
        }
    }

    @Test func residualsOfAllPairsReadBackFromTheTable() {
        for first in 0...74 {
            for second in [0, 1, 2, 3, 4, 5, 32, 33, 36, 37, 74] {
                let (one, two) = (ResidualVLC.code(first), ResidualVLC.code(second))
                let mode = (first > 0 ? 1 : 0) + (second > 0 ? 2 : 0)
                let prefixes = Int(one.prefix) | Int(two.prefix) << one.prefixBits
                let entry = Int(ResidualVLC.entries[mode << 6 | prefixes])
                #expect(entry & 7 == one.prefixBits + two.prefixBits)
                #expect(entry >> 3 & 15 == one.suffixBits + two.suffixBits)
                #expect(entry >> 7 & 7 == one.suffixBits)
                #expect(entry >> 10 & 7 + Int(one.suffix) + 4 * Int(one.extra) == first)
                #expect(entry >> 13 + Int(two.suffix) + 4 * Int(two.extra) == second)
            }
        }
    }
}
