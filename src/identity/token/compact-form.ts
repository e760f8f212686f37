/**
 * A signed JWT. Strict, because decoders of base64url are not: one token, one spelling.
 *
 * @standard RFC 7515 §7.1
 */
export const compactForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
