/// The operations that are served.
public enum NativeOperations {
    static let all: [any NativeOperation.Type] = [
        CopyImageSet.self,
        CreateDatastore.self,
        DeleteDatastore.self,
        DeleteImageSet.self,
        GetDICOMImportJob.self,
        GetDatastore.self,
        GetImageFrame.self,
        GetImageSet.self,
        GetImageSetMetadata.self,
        ListDICOMImportJobs.self,
        ListDatastores.self,
        ListImageSetVersions.self,
        ListTagsForResource.self,
        SearchImageSets.self,
        StartDICOMImportJob.self,
        TagResource.self,
        UntagResource.self,
        UpdateImageSetMetadata.self,
    ]

    /// How each operation stands on the wire.
    public static var interfaces: [OperationInterface] {
        all.map { $0.interface }
    }
}
