import { createHash, X509Certificate } from 'node:crypto';
import type { ClientCertificate, KeyCredential, ServerCredential } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import type { TicketStore } from './ticket-store.ts';
import {
  hasEnded,
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

/** What the gateway is shown, each time: never a token that is for a key server alone. */
export function gatewayTokenOf({ token, keyServers }: HeldCredentials): string | undefined {
  const found = token?.();
  return found !== undefined && isForGateway(found, keyServers) ? found : undefined;
}

/**
 * What each key server is shown: a token for it alone, else the certificate, else a ticket of its own.
 * A token that another party accepts goes to no key server, unless the settings give that up for it.
 *
 * @param tickets undefined: none is shown, as for a ticket none is given
 */
export function keyCredentialOf(
  held: HeldCredentials,
  tickets: Pick<TicketStore, 'find'> | undefined,
  clock: Clock,
): KeyCredential {
  const own = certificateOf(held);
  const thumbprint = own === undefined ? undefined : sha256Of(own);
  return {
    for(name) {
      const server = held.keyServers.find((each) => each.name === name);
      if (server === undefined) return undefined;
      const tokens = [server.token, held.token].flatMap((source) => source?.() ?? []);
      const fitting = tokens.filter((each) => isForServer(each, server, thumbprint));
      const token = fitting.find((each) => !hasEnded(each, clock.nowMs()));
      if (token !== undefined) return shown(token, own);
      if (own !== undefined) return { kind: 'certificate', ...own };
      const ticket = tickets?.find(server);
      if (ticket !== undefined) return ticket;
      const shared = server.acceptSharedAudience
        ? tokens.find((each) => isForGateway(each, held.keyServers))
        : undefined;
      // Of one that has ended the server says so.
      const last = shared ?? fitting[0];
      return last === undefined ? undefined : shown(last, own);
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
