import type { Certificate } from '../chain/certificate.ts';
import type { RevocationList } from '../chain/revocation-list.ts';

/** Whom a site trusts to name users: one reading of a trust directory. */
export interface TrustAnchors {
  /** By `nameKey` of their subject; several while an authority changes its key. */
  readonly authorities: ReadonlyMap<string, readonly Certificate[]>;
  /** By `nameKey` of the issuer. */
  readonly revocationLists: ReadonlyMap<string, readonly RevocationList[]>;
  /** `nameKey`s of authorities beside which lies a CRL that cannot be read: fail closed. */
  readonly unreadableLists: ReadonlySet<string>;
  /** Subject patterns an authority may sign, by its slash form. `*` is any text. */
  readonly policies: ReadonlyMap<string, readonly string[]>;
}

/** Where the current trust comes from. Another object means that it changed. */
export interface TrustStore {
  current(): TrustAnchors;
}
