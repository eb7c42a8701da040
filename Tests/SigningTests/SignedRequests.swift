import Signing

/// Requests signed by botocore 1.44.5, for tests that run without the shared corpus.
///
/// Made by `SigV4Auth` and `SigV4QueryAuth` of `botocore.auth` with the credentials below for `medical-imaging` in
/// `us-east-1`, over an `AWSRequest` to `http://localhost:8080`, with `botocore.auth.get_current_datetime` replaced by a
/// function that returns 2026-11-21 09:30:15.
enum SignedRequests {
    static let credential = Credential(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    static let secret = credential.secretAccessKey
    static let signer = Signer(credential: credential, region: "us-east-1", service: "medical-imaging")
    /// 2026-11-21T09:30:15Z.
    static let now = 1_795_253_415
    static let dataStore = "/datastore/12345678901234567890123456789012"

    static let frameBody = Array("{\"imageFrameId\":\"aa1bb2cc3dd4ee5ff600112233445566\"}".utf8)

    /// `get_image_frame`: no `x-amz-content-sha256`, so the signature covers the hash of `frameBody`.
    static let frame = request(
        "POST", dataStore + "/imageSet/abcdefabcdefabcdefabcdefabcdefab/getImageFrame",
        headers: [("Content-Type", "application/json")], signedHeaders: "content-type;host;x-amz-date",
        signature: "2faa75c28e4afb39075aeb8b1492050b035239f6b8433f11a22a9e7651813120")

    /// `list_tags_for_resource` with a temporary key: a path with escapes, and a session token.
    static let tags = request(
        "GET",
        "/tags/arn%3Aaws%3Amedical-imaging%3Aus-east-1%3A123456789012%3Adatastore%2F12345678901234567890123456789012",
        headers: [("X-Amz-Security-Token", "FwoGZXIvYXdzEXAMPLE//token+==")],
        signedHeaders: "host;x-amz-date;x-amz-security-token",
        signature: "6699463a678e42414d70259833c6388e56bdb2d00209c2c46417815c9926fa67")

    /// A QIDO-RS search: UTF-8, a repeated key and one without a value in the query, a repeated field with spaces in it.
    static let search = request(
        "GET", dataStore + "/studies",
        query: "PatientName=M%C3%BCller%2A&limit=25&includefield=00080096.00080100&includefield=all&fuzzymatching",
        headers: [("Accept", "application/dicom+json,  application/json"), ("Accept", "*/*")],
        signedHeaders: "accept;host;x-amz-date",
        signature: "971050f1d9c35f886b2d6270d438157ac0c5f3ae32ad8bd443f887f3f8ee9a70")

    /// STOW-RS with the body left unsigned.
    static let unsigned = request(
        "POST", dataStore + "/studies", headers: [("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")],
        signedHeaders: "host;x-amz-content-sha256;x-amz-date",
        signature: "bfe3ad10cf15fd35a15dfb337467a62b4a8638e5748157739b14cfbe47b933da")

    /// STOW-RS as AWS documents it with curl: a streaming word, the length, and then the plain bytes `DICM`.
    static let streaming = request(
        "POST", dataStore + "/studies",
        headers: [
            ("X-Amz-Content-SHA256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("x-amz-decoded-content-length", "4"),
        ], signedHeaders: "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length",
        signature: "e4d86b03236e4598af33a4e323fe1497fead1b35f917200fe595636c0ab72c18")

    /// A frame for whoever holds the URL, for 900 seconds.
    static let presigned = RequestDescription(
        method: "GET", rawPath: dataStore + "/studies/1.2.3/series/1.2.4/instances/1.2.5/frames/1",
        rawQuery: "imageSetId=abcdefabcdefabcdefabcdefabcdefab&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Fus-east-1%2Fmedical-imaging%2Faws4_request"
            + "&X-Amz-Date=20261121T093015Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=8186f0100eb236bc7e7e9ef78c4b92c11573bc659a9aa0d7dde1f687ab25c4de",
        headers: [("Host", "localhost:8080")])

    private static func request(
        _ method: String, _ path: String, query: String? = nil, headers: [(name: String, value: String)],
        signedHeaders: String, signature: String
    ) -> RequestDescription {
        RequestDescription(
            method: method, rawPath: path, rawQuery: query,
            headers: [("Host", "localhost:8080"), ("X-Amz-Date", "20261121T093015Z")] + headers + [
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/us-east-1/medical-imaging/aws4_request, "
                        + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
                )
            ])
    }
}
