/// The context-adaptive variable-length codes of the cleanup pass (T.814 7.3.5 and Annex C), packed for look-up.
///
/// A decoding entry holds, from bit 0: length (3), u_off (1), rho (4), e_1 (4), e_k (4).
/// An encoding entry holds, from bit 0: codeword (7), length (3), e_k (4); its `pattern` has a bit for each sample of the
/// quad whose exponent equals the quad's bound, and is 0 when the quad codes no residual.
/// In rho, e_1, e_k and the pattern bit 0 is the top left sample, then bottom left, top right, bottom right.
enum ContextVLCTables {}
