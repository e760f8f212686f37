import { createHash, X509Certificate } from 'node:crypto';
import type { ClientCertificate, KeyCredential, ServerCredential } from '../../keys/index.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import {
  isBound,
  isForGateway,
  isForServer,
  type OwnKeyServer,
  type TokenSource,
} from './token-route.ts';

/** What a caller holds. */
export interface HeldCredentials {
  /** Found for the gateway. */
  readonly token: TokenSource | undefined;
  /** PEM; the next too. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyServers: readonly OwnKeyServer[];
}

/** What the gateway is shown: never a token that is for a key server alone. */
export function gatewayTokenOf({ token, keyServers }: HeldCredentials): TokenSource | undefined {
  return token !== undefined && isForGateway(token(), keyServers) ? token : undefined;
}

/**
 * What each key server is shown: a token for it alone, else the certificate. A token that another
 * party accepts goes to no key server, unless the settings give that up for it.
 */
export function keyCredentialOf(held: HeldCredentials): KeyCredential {
  const own = certificateOf(held);
  const thumbprint = own === undefined ? undefined : sha256Of(own);
  return {
    for(name) {
      const server = held.keyServers.find((each) => each.name === name);
      if (server === undefined) return undefined;
      const tokens = [server.token, held.token].flatMap((source) => source?.() ?? []);
      const token = tokens.find((each) => isForServer(each, server, thumbprint));
      if (token !== undefined) return shown(token, own);
      if (own !== undefined) return { kind: 'certificate', ...own };
      if (!server.acceptSharedAudience) return undefined;
      const shared = tokens.find((each) => isForGateway(each, held.keyServers));
      return shared === undefined ? undefined : shown(shared, undefined);
    },
  };
}

function shown(token: string, own: ClientCertificate | undefined): ServerCredential {
  const bound = own !== undefined && isBound(token) ? { boundTo: own } : {};
  return { kind: 'token', token: new Sensitive(token), ...bound };
}

function certificateOf({ certificate, key }: HeldCredentials): ClientCertificate | undefined {
  if (certificate === undefined || key === undefined) return undefined;
  return { certificate, privateKey: new Sensitive(key) };
}

/** Undefined where it cannot be read: the TLS layer will say so. */
function sha256Of({ certificate }: ClientCertificate): string | undefined {
  try {
    const { raw } = new X509Certificate(certificate);
    return createHash('sha256').update(raw).digest('base64url');
  } catch {
    return undefined;
  }
}
