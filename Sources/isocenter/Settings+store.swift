import Embedded
import Foundation
import FrameWorkers
import ImageSets
import Store

extension Settings {
    /// The store's configuration.
    func store() -> StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.region = region ?? configuration.region
        configuration.accountID = accountId ?? configuration.accountID
        configuration.encodingConcurrency = ProcessTuning.availableCoreCount
        configuration.spoolDirectory = dataPath + "/spool"
        configuration.quotas.framesPerCopy = quotas?.framesPerCopy ?? configuration.quotas.framesPerCopy
        if let archiveAfter { configuration.archiveAfter = archiveAfter.duration }
        return configuration
    }

    /// The decoders that are not ours: as many workers as frames are encoded at the same time.
    func foreignCodec() -> FrameWorkerPool {
        FrameWorkerPool(size: store().encodingConcurrency)
    }

    /// The folder with all data.
    func openDirectory() throws -> DataDirectory {
        try DataDirectory(dataPath, archivePath: archiveDirectory.map(Self.absolute))
    }
}

extension StoreEnvironment {
    /// The machine's clock and randomness.
    static let system = StoreEnvironment(
        now: { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down))) },
        random128: {
            var generator = SystemRandomNumberGenerator()
            return UInt128(generator.next()) << 64 | UInt128(generator.next())
        })
}
