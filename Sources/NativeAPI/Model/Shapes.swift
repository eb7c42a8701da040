/// The named shapes of the service model that requests use.
extension Shape {
    static let datastoreID = Shape.string(pattern: .resourceID)
    static let imageSetID = Shape.string(pattern: .resourceID)
    static let imageFrameID = Shape.string(pattern: .resourceID)
    static let jobID = Shape.string(pattern: .jobID, length: 1...32)
    static let versionID = Shape.string(pattern: .digits)
    static let clientToken = Shape.string(pattern: .clientToken, length: 1...64)
    static let datastoreName = Shape.string(pattern: .resourceName, length: 1...256)
    static let jobName = Shape.string(pattern: .resourceName, length: 1...64)
    static let nextToken = Shape.string(pattern: .nextToken, length: 1...8_192)
    static let maxResults = Shape.integer(range: 1...50)
    static let kmsKeyARN = Shape.string(pattern: .kmsKeyARN, length: 1...512)
    static let lambdaARN = Shape.string(pattern: .lambdaARN)
    static let roleARN = Shape.string(pattern: .roleARN, length: 20...2_048)
    static let resourceARN = Shape.string(pattern: .arn)
    static let s3URI = Shape.string(pattern: .s3URI, length: 1...1_024)
    static let accountID = Shape.string(pattern: .digits, length: 12...12)
    static let tagKey = Shape.string(pattern: .tagKey, length: 1...128)
    static let tagMap = Shape.map(key: .tagKey, value: .string(length: 0...256))
    static let tagKeyList = Shape.list(.tagKey, count: 0...200)
    static let losslessStorageFormat = Shape.enumeration(["HTJ2K", "JPEG_2000_LOSSLESS"])
    static let datastoreStatus = Shape.enumeration(["CREATING", "CREATE_FAILED", "ACTIVE", "DELETING", "DELETED"])
    static let jobStatus = Shape.enumeration(["SUBMITTED", "IN_PROGRESS", "COMPLETED", "FAILED"])

    private static func dicomText(_ most: Int) -> Shape {
        .string(length: 0...most, isSensitive: true)
    }
    private static let dicomUID = Shape.string(pattern: .uid, length: 0...512, isSensitive: true)

    static let importConfiguration = Shape.structure(
        [
            Member(
                "dicomJsonMetadataImportConfiguration",
                .structure([
                    Member(
                        "dicomMetadataMappings",
                        .list(
                            .structure([
                                Member("studyInstanceUID", dicomUID, isRequired: true),
                                Member("seriesInstanceUID", dicomUID),
                                Member(
                                    "metadataFilePath", .string(pattern: .metadataFilePath, length: 1...1_024),
                                    isRequired: true),
                            ]), count: 1...1_000), isRequired: true)
                ]))
        ], isUnion: true)

    static let imageFrameInformation = Shape.structure([Member("imageFrameId", .imageFrameID, isRequired: true)])

    private static let dicomAttribute = Shape.blob(length: 1...30_000, isSensitive: true)

    static let metadataUpdates = Shape.structure(
        [
            Member(
                "DICOMUpdates",
                .structure([
                    Member("removableAttributes", dicomAttribute), Member("updatableAttributes", dicomAttribute),
                ])),
            Member("revertToVersionId", .versionID),
        ], isUnion: true)

    static let copyImageSetInformation = Shape.structure([
        Member(
            "sourceImageSet",
            .structure([
                Member("latestVersionId", .versionID, isRequired: true),
                Member(
                    "DICOMCopies",
                    .structure([
                        Member(
                            "copiableAttributes", .string(length: 1...260_000, isSensitive: true), isRequired: true)
                    ])),
            ]), isRequired: true),
        Member(
            "destinationImageSet",
            .structure([
                Member("imageSetId", .imageSetID, isRequired: true),
                Member("latestVersionId", .versionID, isRequired: true),
            ])),
    ])

    static let searchCriteria = Shape.structure([
        Member(
            "filters",
            .list(
                .structure([
                    Member("values", .list(searchValue, count: 1...2), isRequired: true),
                    Member("operator", .enumeration(["EQUAL", "BETWEEN"]), isRequired: true),
                ]), count: 1...2)),
        Member(
            "sort",
            .structure([
                Member("sortOrder", .enumeration(["ASC", "DESC"]), isRequired: true),
                Member(
                    "sortField", .enumeration(["updatedAt", "createdAt", "DICOMStudyDateAndTime"]), isRequired: true),
            ])),
    ])

    private static let searchValue = Shape.structure(
        [
            Member("DICOMPatientId", dicomText(512)),
            Member("DICOMAccessionNumber", dicomText(512)),
            Member("DICOMStudyId", dicomText(512)),
            Member("DICOMStudyInstanceUID", dicomUID),
            Member("DICOMSeriesInstanceUID", dicomUID),
            Member("createdAt", .timestamp),
            Member("updatedAt", .timestamp),
            Member(
                "DICOMStudyDateAndTime",
                .structure([
                    Member("DICOMStudyDate", dicomText(36), isRequired: true),
                    Member("DICOMStudyTime", dicomText(56)),
                ])),
            Member("isPrimary", .boolean),
        ], isUnion: true)
}
