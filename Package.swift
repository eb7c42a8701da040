// swift-tools-version: 6.1
import PackageDescription

// The layers, low to high, are drawn in Documentation/architecture.md; ArchitectureTests reads the imports and fails on
// an arrow that is not in the drawing.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

// The loops of the codec once more, for processors with AVX2, which HTJ2K asks for at run time (decision 0012).
#if arch(x86_64)
let vectorVariants: [Target.Dependency] = ["HTJ2KAVX2", "CProcessor"]
let vectorTargets: [Target] = [
    .target(
        name: "HTJ2KAVX2",
        swiftSettings: strict + [
            .unsafeFlags(
                ["-Xcc", "-mavx2", "-Xcc", "-mbmi", "-Xcc", "-mbmi2", "-Xcc", "-mlzcnt"],
                .when(configuration: .release))
        ])
]
#else
let vectorVariants: [Target.Dependency] = []
let vectorTargets: [Target] = []
#endif

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioFoundation: Target.Dependency = .product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
]

let package = Package(
    name: "isocenter",
    products: [
        .executable(name: "isocenter", targets: ["isocenter"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries, installed by Scripts/install-packages.sh.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CProcessor"),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "COpenJPEG", pkgConfig: "libopenjp2", providers: [.apt(["libopenjp2-7-dev"])]),
        .target(name: "CFrameWorkers"),
        // Image decoders that see hostile bytes: called in frame workers only.
        .target(
            name: "CForeignCodecs", dependencies: ["COpenJPEG"],
            linkerSettings: [
                "jpeg", "charls", "jxl", "gdcmMSFF", "gdcmDSED", "gdcmDICT", "gdcmCommon", "seccomp",
            ].map { .linkedLibrary($0) }),

        // L0 pure: no I/O, no clock.
        layer("DICOM", ["CZlib"]),
        layer("HTJ2K", vectorVariants),
        layer("Signing", [crypto]),

        // L1 meaning.
        layer("Access", ["DICOM"]),
        layer("FrameCodecs", ["DICOM", "HTJ2K", "CDeflate"]),
        layer("ImageSets", ["DICOM", crypto]),
        layer("S3", ["Signing", asyncHTTPClient, nioCore, nioHTTP1]),

        // L2 keeping: contracts and engines.
        layer("Blobs", [crypto, cryptoExtras, nioCore, nioPosix]),
        layer("Catalog", ["DICOM", "ImageSets", "Blobs"]),
        layer(
            "CatalogSQLite",
            [
                "Catalog", "ImageSets", "Blobs", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        layer("FrameWorkers", ["FrameCodecs", "CFrameWorkers"]),

        // L3 the rules of the store.
        layer("Events", ["Catalog", "DICOM", "ImageSets"]),
        layer(
            "Store",
            ["Access", "DICOM", "Events", "FrameCodecs", "ImageSets", "Catalog", "Blobs", crypto, nioCore, nioPosix]),
        layer("Exchange", ["DICOM", httpTypes, nioCore]),
        layer("ForeignCodecs", ["CForeignCodecs", "FrameCodecs", "FrameWorkers"]),

        // L4 verbs, and the embedded engines put together.
        layer("Embedded", ["Store", "Catalog", "CatalogSQLite", "Blobs", "ImageSets", crypto]),
        layer(
            "Import",
            [
                "Store", "Access", "Catalog", "ImageSets", "DICOM", "S3", logging, nioCore,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        layer(
            "EventSinks",
            [
                "Catalog", "DICOM", "Events", "Signing", "Store", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1,
                nioPosix, .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        layer("NativeAPI", ["Store", "Catalog", "ImageSets", "DICOM", "Exchange", httpTypes, nioCore]),
        layer(
            "DICOMweb", ["Store", "Catalog", "ImageSets", "FrameCodecs", "DICOM", "Exchange", httpTypes, nioCore]),

        // L5 outside.
        layer(
            "Gateway",
            hummingbird + [
                "NativeAPI", "DICOMweb", "Store", "Signing", "Exchange", "DICOM", httpTypes, logging, nioCore, nioPosix,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // L6 program.
        .executableTarget(
            name: "isocenter",
            dependencies: [
                "Gateway", "Import", "Embedded", "EventSinks", "Events", "Store", "Catalog", "ImageSets",
                "FrameWorkers", "ForeignCodecs",
                "FrameCodecs", "DICOM", "S3", "Signing", "HTJ2K", "CMalloc", "CProcessor", logging, nioCore,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),

        // For tests: the shared corpus, and the suites that every implementation of a contract runs.
        layer(
            "TestSupport",
            ["Blobs", "Catalog", "DICOM", "Events", "ImageSets", "Import", crypto, nioCore, nioHTTP1, nioPosix]),

        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        tests("DICOM", ["DICOM"]),
        tests("Access", ["Access"]),
        tests("HTJ2K", ["HTJ2K"]),
        tests("Signing", ["Signing", crypto]),
        tests("FrameCodecs", ["FrameCodecs", "ForeignCodecs", "DICOM", "HTJ2K", "CDeflate", crypto]),
        tests("FrameWorkers", ["FrameWorkers", "ForeignCodecs", "FrameCodecs", "DICOM"]),
        tests("ImageSets", ["ImageSets", "DICOM"]),
        tests("Blobs", ["Blobs", crypto, cryptoExtras, nioCore]),
        tests("Catalog", ["Catalog", "ImageSets", "Blobs"]),
        tests(
            "CatalogSQLite",
            ["CatalogSQLite", "Catalog", "ImageSets", "Blobs", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("Events", ["Events", "Catalog", "DICOM", "ImageSets"]),
        tests(
            "Store",
            [
                "Store", "Events", "FrameCodecs", "Embedded", "Blobs", "Catalog", "ImageSets", "DICOM", crypto, nioCore,
            ]),
        tests("Exchange", ["Exchange", httpTypes, nioCore]),
        tests("S3", ["S3", "Signing", asyncHTTPClient, nioCore, nioHTTP1, nioPosix]),
        tests(
            "Import",
            [
                "Import", "Access", "S3", "Signing", "Store", "Embedded", "Blobs", "Catalog", "ImageSets", "DICOM",
                crypto, logging,
            ]),
        tests(
            "EventSinks",
            [
                "EventSinks", "Events", "Signing", "Store", "Embedded", "Catalog", "ImageSets", "DICOM", crypto,
                logging,
                nioCore, nioHTTP1,
            ]),
        tests(
            "NativeAPI",
            ["NativeAPI", "Store", "Embedded", "Catalog", "Exchange", "ImageSets", "DICOM", httpTypes, nioCore]),
        tests(
            "DICOMweb",
            [
                "DICOMweb", "Store", "Embedded", "Exchange", "Catalog", "FrameCodecs", "ImageSets", "DICOM", httpTypes,
                nioCore,
            ]),
        tests(
            "Gateway",
            [
                "Gateway", "Store", "Embedded", "Exchange", "Catalog", "Signing", "ImageSets", "DICOM", httpTypes,
                logging, nioCore, nioPosix,
            ]),
    ] + vectorTargets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
