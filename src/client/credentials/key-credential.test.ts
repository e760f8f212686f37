import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsecuredJWT } from 'jose';
import { manualClock } from '../../../test/support/manual-clock.ts';
import type { ServerCredential } from '../../keys/index.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import { gatewayTokenOf, type HeldCredentials, keyCredentialOf } from './key-credential.ts';

const clock = manualClock();
const a = 'https://a.keys.test';
const b = 'https://b.keys.test';

/** The client reads a token; who checks it is not its affair. */
const token = (aud: unknown, more: Readonly<Record<string, unknown>> = {}): string =>
  new UnsecuredJWT({ aud, ...more } as ConstructorParameters<typeof UnsecuredJWT>[0]).encode();

const gateway = token('mdm');
const ended = { exp: clock.nowMs() / 1000 };
const bound = { cnf: { jkt: 'A'.repeat(43) } };
const ticket = {
  kind: 'ticket',
  ticket: new Sensitive('ticket'),
  publicUrl: a,
} as unknown as ServerCredential; // never used

interface Case {
  /** Found for the gateway, and for server `a`. */
  readonly tokens: readonly [string | undefined, string | undefined];
  readonly certificate?: boolean;
  readonly tickets?: boolean;
  readonly accepts?: boolean;
  /** What gateway, `a` and `b` are shown: a token, `certificate`, `ticket` or nothing. */
  readonly shown: readonly [string | undefined, string | undefined, string | undefined];
}

const cases: Readonly<Record<string, Case>> = {
  'one for everybody goes to the gateway alone': {
    tokens: [token(['mdm', a, b]), undefined],
    shown: [token(['mdm', a, b]), undefined, undefined],
  },
  'one that cannot be read goes to the gateway alone': {
    tokens: ['opaque', 'opaque'],
    shown: ['opaque', undefined, undefined],
  },
  'one without audience goes to the gateway alone': {
    tokens: [token(undefined), token([])],
    shown: [token(undefined), undefined, undefined],
  },
  'one for a key server goes there alone, wherever it was found': {
    tokens: [token([a]), undefined],
    shown: [undefined, token([a]), undefined],
  },
  'one for another key server goes to that one': {
    tokens: [gateway, token(b)],
    shown: [gateway, undefined, undefined],
  },
  'one that names more than its server is not shown to it': {
    tokens: [gateway, token([a, b])],
    shown: [gateway, undefined, undefined],
  },
  'one bound to a key that the client has not is shown to no key server': {
    tokens: [token(a, bound), undefined],
    shown: [undefined, undefined, undefined],
  },
  'a certificate is shown to key servers without a token': {
    tokens: [gateway, token(a)],
    certificate: true,
    shown: [gateway, token(a), 'certificate'],
  },
  'a ticket is shown where there is nothing else': {
    tokens: [gateway, undefined],
    tickets: true,
    shown: [gateway, 'ticket', undefined],
  },
  'a ticket goes before a token that has ended': {
    tokens: [gateway, token(a, ended)],
    tickets: true,
    shown: [gateway, 'ticket', undefined],
  },
  'of a token that has ended its server says so': {
    tokens: [gateway, token(a, ended)],
    shown: [gateway, token(a, ended), undefined],
  },
  'a shared one goes where the settings give that up': {
    tokens: [gateway, undefined],
    accepts: true,
    shown: [gateway, gateway, gateway],
  },
  'even there one for another key server does not': {
    tokens: [token(b), undefined],
    accepts: true,
    shown: [undefined, undefined, token(b)],
  },
};

for (const [name, { tokens, shown, ...given }] of Object.entries(cases)) {
  test(name, () => {
    const [forGateway, forA] = tokens;
    const server = (own: string, publicUrl: string, found: string | undefined) => ({
      name: own,
      url: 'http://127.0.0.1:1',
      publicUrl,
      acceptSharedAudience: given.accepts === true,
      token: found === undefined ? undefined : () => found,
    });
    const held: HeldCredentials = {
      token: forGateway === undefined ? undefined : () => forGateway,
      certificate: given.certificate === true ? 'pem' : undefined,
      key: given.certificate === true ? 'pem' : undefined,
      keyServers: [server('a', a, forA), server('b', b, undefined)],
    };
    const tickets = {
      find: ({ name: own }: { readonly name: string }) =>
        given.tickets === true && own === 'a' ? ticket : undefined,
    };
    const credential = keyCredentialOf(held, tickets, clock);
    const said = (party: string): string | undefined => {
      const found = credential.for(party);
      return found?.kind === 'token' ? found.token.expose() : found?.kind;
    };
    assert.deepEqual([gatewayTokenOf(held), said('a'), said('b')], shown);
    assert.equal(credential.for('c'), undefined);
  });
}
