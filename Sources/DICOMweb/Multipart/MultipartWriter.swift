import NIOCore

/// Spells the lines between the parts of a `multipart/related` answer (PS3.18 8.6.1.2).
struct MultipartWriter {
    let boundary: String

    /// The answer's Content-Type for parts of a type.
    func contentType(of partType: String) -> String {
        "multipart/related; type=\"\(partType)\"; boundary=\(boundary)"
    }

    /// What stands before a part's bytes. Clients look for the end of the first header within 1,000 bytes (quirk Q6), so
    /// a location that is longer is left out.
    func header(contentType: String, location: String? = nil) -> ByteBuffer {
        var text = "\r\n--\(boundary)\r\nContent-Type: \(contentType)\r\n"
        let field = location.map { "Content-Location: \($0)\r\n" } ?? ""
        if text.utf8.count + field.utf8.count < 990 { text += field }
        return ByteBuffer(string: text + "\r\n")
    }

    /// What stands after the last part.
    var end: ByteBuffer {
        ByteBuffer(string: "\r\n--\(boundary)--\r\n")
    }
}
