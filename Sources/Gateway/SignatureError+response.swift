import DICOM
import Exchange
import HTTPTypes
import NIOCore
import Signing

extension SignatureError {
    /// The refusal on the wire: what AWS answers before an operation is looked at.
    var response: Exchange.Response {
        var json = JSONWriter()
        json.beginObject()
        json.name("message")
        json.string(message)
        json.endObject()
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: [.contentType: "application/json", .errorType: shapeName],
            body: .bytes(ByteBuffer(bytes: json.bytes)))
    }
}
