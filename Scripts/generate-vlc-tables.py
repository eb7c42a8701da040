#!/usr/bin/env python3
"""Packs the context VLC tables of T.814 Annex C, given as CSV facts, into Swift literals.

    generate-vlc-tables.py <folder with vlc_table0.csv and vlc_table1.csv> [--check]

Writes Sources/HTJ2K/BlockCoder/ContextVLCTables+Generated.swift; with --check it writes nothing and fails when the file
would change. Each row of a CSV: c_q, rho, u_off, e_k, e_1, codeword (least significant bit is read first), length.
"""
import csv
import pathlib
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Sources/HTJ2K/BlockCoder/ContextVLCTables+Generated.swift"


def rows(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(int(row[name], 0) for name in ("c_q", "rho", "u_off", "e_k", "e_1", "codeword", "length"))


def decoding(table):
    packed = [0] * 1024
    for context, rho, offset, known, ones, codeword, length in table:
        for rest in range(1 << (7 - length)):
            index = context << 7 | rest << length | codeword
            assert packed[index] == 0
            packed[index] = known << 12 | ones << 8 | rho << 4 | offset << 3 | length
    return packed


def encoding(table):
    packed = [0] * 2048
    for context in range(8):
        for rho in range(16):
            for pattern in range(16):
                if pattern & ~rho:
                    continue
                fits = [
                    (length - known.bit_count(), codeword, length, known)
                    for c, r, offset, known, ones, codeword, length in table
                    if (c, r, offset) == (context, rho, int(pattern != 0)) and pattern & known == ones
                ]
                if fits:
                    _, codeword, length, known = min(fits)
                    packed[context << 8 | rho << 4 | pattern] = known << 10 | length << 7 | codeword
                else:
                    assert context == 0 and rho == 0
    return packed


def literal(name, comment, values):
    lines = [f"    /// {comment}", f"    static let {name}: [UInt16] = ["]
    for start in range(0, len(values), 12):
        lines.append("        " + ", ".join(f"0x{v:04X}" for v in values[start:start + 12]) + ",")
    return "\n".join(lines + ["    ]"])


def main():
    folder = pathlib.Path(sys.argv[1])
    tables = [list(rows(folder / f"vlc_table{i}.csv")) for i in (0, 1)]
    literals = [
        literal("decodingOfFirstRow", "First row of quads, by `context << 7 | next seven bits`.", decoding(tables[0])),
        literal("decodingOfOtherRows", "Other rows of quads, by `context << 7 | next seven bits`.", decoding(tables[1])),
        literal("encodingOfFirstRow", "First row of quads, by `context << 8 | rho << 4 | pattern`.", encoding(tables[0])),
        literal("encodingOfOtherRows", "Other rows of quads, by `context << 8 | rho << 4 | pattern`.", encoding(tables[1])),
    ]
    head = "// Written by Scripts/generate-vlc-tables.py from the tables of T.814 Annex C; do not edit.\n\n"
    text = head + "extension ContextVLCTables {\n" + "\n\n".join(literals) + "\n}\n"
    if "--check" in sys.argv[2:]:
        if TARGET.read_text() != text:
            sys.exit(f"{TARGET} is not what the tables give")
    else:
        TARGET.write_text(text)


main()
