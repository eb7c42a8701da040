/// What a pack store needs of a folder of files: the seam at which tests make every single call fail, and from which
/// they rebuild what a power cut would leave.
///
/// All calls block until done, unless ``isImmediate``. Names are single path components made by the pack store. A call
/// that fails throws ``FileError`` and MAY have been done in part.
protocol PackFileSystem: Sendable {
    /// Whether calls never wait for a device, so that they may be made on any thread.
    var isImmediate: Bool { get }

    /// The regular files there are, in any order.
    func list() throws(FileError) -> [FileEntry]

    /// Makes a new file. Throws when the name is taken.
    func create(_ name: String) throws(FileError) -> any PackFile

    /// Opens a file for reading; nil when there is none of this name.
    func open(_ name: String) throws(FileError) -> (any PackFile)?

    /// Cuts a file to zero length; a file that is not there is fine.
    func empty(_ name: String) throws(FileError)

    /// Removes a file; a file that is not there is fine. Those who have it open can still read it.
    func remove(_ name: String) throws(FileError)

    /// Makes the folder's entries durable: files created before survive a power cut.
    func syncDirectory() throws(FileError)
}

/// An open file; closed when the last reference goes.
protocol PackFile: AnyObject, Sendable {
    /// Writes all bytes at a place.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError)

    /// Fills `buffer` from a place and answers how many bytes there were: fewer only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int

    /// Like ``read(into:at:)``, but only what is in memory already: fewer bytes when more would have to be waited for.
    /// Never blocks and never fails.
    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int

    /// Makes everything written before durable, the file's length included.
    func sync() throws(FileError)
}

/// A file and its size.
struct FileEntry: Sendable, Hashable {
    var name: String
    var byteCount: UInt64
}
