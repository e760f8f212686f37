import { decodeJwt } from 'jose';

/** A token of the caller; read anew each time, as what renews it writes its file anew. */
export type TokenSource = () => string;

/** A key server as the client's own settings have it. */
export interface OwnKeyServer {
  readonly name: string;
  /** Where it listens. */
  readonly url: string;
  /** Issuer and audience of what it takes; nothing that a server says changes it. */
  readonly publicUrl: string;
  /** Whether it may be shown a token that other parties accept too. */
  readonly acceptSharedAudience: boolean;
  /** Found for it; whether it may see it is decided when it would be sent. */
  readonly token: TokenSource | undefined;
}

/** What is read of a token to know where it may go. */
interface Claims {
  readonly audiences: readonly unknown[];
  readonly cnf: unknown;
  readonly exp: unknown;
}

/** Whether the gateway may be shown a token: one whose only audience is a key server may go there alone. */
export function isForGateway(token: string, servers: readonly OwnKeyServer[]): boolean {
  const { audiences } = claimsOf(token);
  return !servers.some(({ publicUrl }) => isOnly(audiences, publicUrl));
}

/**
 * Whether a key server may be shown a token as it is: it is for that server alone, and bound to nothing
 * but the certificate of which this is the SHA-256, base64url.
 */
export function isForServer(
  token: string,
  { publicUrl }: OwnKeyServer,
  certificateSha256: string | undefined,
): boolean {
  const { audiences, cnf } = claimsOf(token);
  if (!isOnly(audiences, publicUrl)) return false;
  return cnf === undefined || isBoundTo(cnf, certificateSha256);
}

/** Whether a token counts only with what it is bound to. */
export function isBound(token: string): boolean {
  return claimsOf(token).cnf !== undefined;
}

/** Whether a token says that it is over: nobody takes it, and a ticket may be there. */
export function hasEnded(token: string, nowMs: number): boolean {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' && exp * 1000 <= nowMs;
}

function isOnly(audiences: readonly unknown[], audience: string): boolean {
  return audiences.length === 1 && audiences[0] === audience;
}

/** @standard RFC 8705 §3.1 */
function isBoundTo(cnf: unknown, certificateSha256: string | undefined): boolean {
  if (typeof cnf !== 'object' || cnf === null || certificateSha256 === undefined) return false;
  const [[name, value] = [], ...others] = Object.entries(cnf);
  return name === 'x5t#S256' && value === certificateSha256 && others.length === 0;
}

/** Of one that cannot be read nothing is known, so it is for no key server. */
function claimsOf(token: string): Claims {
  try {
    const { aud, cnf, exp } = decodeJwt(token);
    return { audiences: [aud ?? []].flat(), cnf, exp };
  } catch {
    return { audiences: [], cnf: undefined, exp: undefined };
  }
}
