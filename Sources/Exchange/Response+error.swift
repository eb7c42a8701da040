import DICOM
public import HTTPTypes
import NIOCore

extension Response {
    /// A refusal or a failure as AWS services answer it and SDKs read it: a JSON body `{"message"}`, and the name of the
    /// error's shape in `x-amzn-ErrorType`.
    public init(status: HTTPResponse.Status, errorType: String, message: String) {
        var json = JSONWriter()
        json.beginObject()
        json.member("message", message)
        json.endObject()
        self.init(
            status: status, headers: [.contentType: "application/json", .errorType: errorType],
            body: .bytes(ByteBuffer(bytes: json.bytes)))
    }
}

extension HTTPField.Name {
    /// Where AWS services name the shape of an error.
    public static let errorType = HTTPField.Name("x-amzn-ErrorType")!
}
