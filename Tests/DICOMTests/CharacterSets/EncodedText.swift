/// Bytes written as a string whose characters U+0000 to U+00FF stand for the bytes of the same number.
func encoded(_ text: String) -> ArraySlice<UInt8> {
    text.unicodeScalars.map { UInt8($0.value) }[...]
}
