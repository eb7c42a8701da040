/// What instance searches match or show.
public struct InstanceAttributes: Sendable, Hashable {
    /// SOP Instance UID (0008,0018).
    public var sopInstanceUID: String
    /// SOP Class UID (0008,0016).
    public var sopClassUID: String?
    /// Instance Number (0020,0013), where it is a number.
    public var instanceNumber: Int?
    /// Rows (0028,0010).
    public var rows: Int?
    /// Columns (0028,0011).
    public var columns: Int?
    /// Bits Allocated (0028,0100).
    public var bitsAllocated: Int?
    /// Number of Frames (0028,0008).
    public var numberOfFrames: Int?
    /// WarningReason (0008,1196) codes of spec/20, ascending.
    public var warnings: [Int]

    /// Gathers the parts.
    public init(sopInstanceUID: String, sopClassUID: String? = nil, warnings: [Int] = []) {
        self.sopInstanceUID = sopInstanceUID
        self.sopClassUID = sopClassUID
        self.warnings = warnings
    }
}
