import Store

/// What the store has said no to; the command was well formed, so its usage would not help.
struct StoreRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ error: StoreError) {
        description = error.message
    }
}
