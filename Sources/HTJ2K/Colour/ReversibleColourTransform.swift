/// The reversible component transform (T.800 G.2).
enum ReversibleColourTransform {
    /// Replaces red, green and blue by Y0, Y1 and Y2; padding is transformed with the rest.
    static func forward<T: FixedWidthInteger & SignedInteger>(
        _ plane0: UnsafeMutablePointer<T>, _ plane1: UnsafeMutablePointer<T>, _ plane2: UnsafeMutablePointer<T>,
        count: Int
    ) {
        for index in 0..<count {
            let (red, green, blue) = (plane0[index], plane1[index], plane2[index])
            plane0[index] = (red &+ 2 &* green &+ blue) &>> 2
            plane1[index] = blue &- green
            plane2[index] = red &- green
        }
    }
}
