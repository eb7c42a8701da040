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
        quotas?.overlay(&configuration.quotas)
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

extension Settings.Quotas {
    /// Puts what is given in the place of the service's limits.
    fileprivate func overlay(_ quotas: inout StoreQuotas) {
        quotas.datastores = datastores ?? quotas.datastores
        quotas.concurrentImportJobs = concurrentImportJobs ?? quotas.concurrentImportJobs
        quotas.filesPerJob = filesPerJob ?? quotas.filesPerJob
        quotas.foldersPerJob = foldersPerJob ?? quotas.foldersPerJob
        quotas.bytesPerJob = bytesPerJob ?? quotas.bytesPerJob
        quotas.bytesPerFile = bytesPerFile ?? quotas.bytesPerFile
        quotas.metadataBytes = metadataBytes ?? quotas.metadataBytes
        quotas.metadataUpdateBytes = metadataUpdateBytes ?? quotas.metadataUpdateBytes
        quotas.framesPerCopy = framesPerCopy ?? quotas.framesPerCopy
        quotas.concurrentChanges = concurrentChanges ?? quotas.concurrentChanges
        quotas.storeRequestBytes = storeRequestBytes ?? quotas.storeRequestBytes
        quotas.tagsPerResource = tagsPerResource ?? quotas.tagsPerResource
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
