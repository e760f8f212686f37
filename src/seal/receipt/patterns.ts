const h = '[0-9a-z]{1,32}';
const directories = `p-${h}(?:/t-${h}(?:/s-${h})?)?`;

/** Texts in signed statements. Each pattern bounds the length and matches in linear time. */
export const pattern = {
  /** SHA-256. */
  digest: /^[0-9a-f]{64}$/,
  /** 32 bytes, base64url. */
  key: /^[A-Za-z0-9_-]{43}$/,
  /** 16 bytes, base64url. */
  salt: /^[A-Za-z0-9_-]{22}$/,
  /** Of any length within its statement. */
  base64url: /^[A-Za-z0-9_-]+$/,
  /** A random id: hex or base32, made by us. */
  id: /^[A-Za-z0-9_-]{1,64}$/,
  /** The name of a site, collection, policy or key server. */
  name: /^[a-z0-9][a-z0-9._/@-]{0,127}$/,
  /** Why something is not so. */
  reason: /^[a-z][a-z-]{0,63}$/,
  /** Subject, study and series of a collection, or the first of them, by their minted names. */
  directory: new RegExp(`^${directories}$`),
  /** A file by its minted names: neither its sealed form nor an alias. */
  file: new RegExp(`^p-${h}/t-${h}/s-${h}/[iv]-${h}[A-Za-z0-9._-]{0,127}$`),
  uid: /^[0-9.]{1,64}$/,
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/,
  /** A line of ASCII. */
  line: /^[\x20-\x7e]{0,256}$/,
} as const;
