import Exchange
import HTTPTypes
import Signing

extension SignatureError {
    /// The refusal on the wire: what AWS answers before an operation is looked at.
    var response: Exchange.Response {
        Response(status: HTTPResponse.Status(code: status), errorType: shapeName, message: message)
    }
}
