import NIOCore

/// Spells the lines between the parts of a `multipart/related` answer (PS3.18 8.6.1.2).
struct MultipartWriter {
    let boundary: String

    /// The answer's Content-Type for parts of a type.
    func contentType(of partType: String) -> String {
        "multipart/related; type=\"\(partType)\"; boundary=\(boundary)"
    }

    /// What stands before a part's bytes. Clients look for the end of the first header within 1,000 bytes (quirk Q6).
    func header(contentType: String, location: String? = nil) -> ByteBuffer {
        var text = "\r\n--\(boundary)\r\nContent-Type: \(contentType)\r\n"
        if let location { text += "Content-Location: \(location)\r\n" }
        return ByteBuffer(string: text + "\r\n")
    }

    /// What stands after the last part.
    var end: ByteBuffer {
        ByteBuffer(string: "\r\n--\(boundary)--\r\n")
    }
}
