import Import
import Testing

struct S3URITests {
    @Test(arguments: [
        ("s3://b", "b", ""), ("s3://b/", "b", ""), ("s3://b/x", "b", "x"), ("s3://b//x/", "b", "/x/"),
        ("s3://b/a b?c#d", "b", "a b?c#d"),
    ])
    func addressesAreBucketAndKey(text: String, bucket: String, key: String) {
        #expect(S3URI(text) == S3URI(bucket: bucket, key: key))
    }

    @Test(arguments: ["", "s3:/b", "http://b/x", "s3://", "s3:///x"])
    func whatIsNoAddressIsNil(text: String) {
        #expect(S3URI(text) == nil)
    }

    @Test func foldersEndInASlash() {
        #expect(S3URI(bucket: "b", key: "x").asFolder.key == "x/")
        #expect(S3URI(bucket: "b", key: "").asFolder.key == "")
        #expect(S3URI(bucket: "b", key: "x").appending("y/z").description == "s3://b/x/y/z")
        #expect(S3URI.localFolder("/data/in").description == "s3://local-folder/data/in/")
    }
}
