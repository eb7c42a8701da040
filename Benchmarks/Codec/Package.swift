// swift-tools-version: 6.1
import PackageDescription

// The codec's sources by themselves, so that measuring them needs neither the server nor its dependencies.
let package = Package(
    name: "codec-benchmark",
    targets: [
        .target(
            name: "HTJ2K",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]),
        .executableTarget(name: "codec-benchmark", dependencies: ["HTJ2K"]),
    ],
    swiftLanguageModes: [.v6]
)
