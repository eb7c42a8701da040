import Catalog
import Foundation
import GRDB
import ImageSets

/// Reads the columns of a row from left to right.
///
/// Types and NOT NULL hold because the tables are STRICT; what they cannot promise (a length, a word of a fixed list) is
/// checked and thrown as `engine`.
///
/// A reader is good until the statement goes to its next row.
struct ColumnReader {
    private let statement: SQLiteStatement
    private var index: CInt = 0

    /// A reader of the row that a statement is at.
    init(_ statement: SQLiteStatement) {
        self.statement = statement
    }

    mutating func text() -> String { next() }
    mutating func optionalText() -> String? { nextIfAny() }
    mutating func integer() -> Int { next() }
    mutating func optionalInteger() -> Int? { nextIfAny() }
    mutating func number() -> Int64 { next() }
    mutating func optionalNumber() -> Int64? { nextIfAny() }
    mutating func flag() -> Bool { next() }
    mutating func optionalFlag() -> Bool? { nextIfAny() }
    mutating func data() -> Data { next() }
    mutating func optionalData() -> Data? { nextIfAny() }

    private mutating func next<Value: StatementColumnConvertible>() -> Value {
        guard let value: Value = nextIfAny() else { preconditionFailure("a column that is NOT NULL holds a value") }
        return value
    }

    private mutating func nextIfAny<Value: StatementColumnConvertible>() -> Value? {
        defer { index += 1 }
        return Value.fromStatement(statement, atUncheckedIndex: index)
    }

    mutating func bytes() -> [UInt8] {
        [UInt8](data())
    }

    mutating func timestamp() -> Timestamp {
        Timestamp(milliseconds: number())
    }

    mutating func optionalTimestamp() -> Timestamp? {
        optionalNumber().map(Timestamp.init(milliseconds:))
    }

    mutating func id<Kind>() throws -> ResourceID<Kind> {
        try ResourceID(blob: data())
    }

    mutating func word<Word: RawRepresentable<String>>() throws -> Word {
        guard let word = Word(rawValue: text()) else {
            throw CatalogError(.engine, "a column holds a word that is not of its list")
        }
        return word
    }
}

extension ResourceID {
    /// Reads an identifier as stored.
    init(blob: Data) throws {
        guard blob.count == 16 else { throw CatalogError(.engine, "an identifier does not have 16 bytes") }
        self.init(blob.reduce(0) { $0 << 8 | UInt128($1) })
    }

    /// The identifier as stored: 16 bytes, most significant first, so that blobs sort as identifiers do.
    var blob: Data {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }
    }
}
