// swift-tools-version: 6.1
import PackageDescription

// The codec's sources by themselves, so that measuring them needs neither the server nor its dependencies.
#if arch(x86_64)
let variants: [Target.Dependency] = ["HTJ2KAVX2", "CProcessor"]
let variantTargets: [Target] = [
    .target(
        name: "HTJ2KAVX2",
        swiftSettings: [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mbmi", "-Xcc", "-mbmi2", "-Xcc", "-mlzcnt"])])
]
#else
let variants: [Target.Dependency] = []
let variantTargets: [Target] = []
#endif

let package = Package(
    name: "codec-benchmark",
    targets: [
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate"),
        .systemLibrary(name: "CProcessor"),
        .target(
            name: "HTJ2K", dependencies: variants,
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]),
        .executableTarget(name: "codec-benchmark", dependencies: ["HTJ2K", "CDeflate"]),
    ] + variantTargets,
    swiftLanguageModes: [.v6]
)
