import { evaluate } from '../../src/authz/index.ts';
import { decodeCertificate } from '../../src/identity/chain/certificate.ts';
import { createChainValidator } from '../../src/identity/chain/validator.ts';
import { nameKey } from '../../src/identity/distinguished-name.ts';
import { identityLimits } from '../../src/identity/limits.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { readClaims } from '../../src/identity/token/claims.ts';
import {
  matchesGlob,
  parseNamespaces,
  parseSigningPolicy,
} from '../../src/identity/trust/signing-policy.ts';
import { present } from '../../src/lib/assert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { makeAuthority, slashName, type TestName } from '../support/certificates.ts';
import { checkGrowth } from './growth.ts';

const often = (times: number, work: () => unknown) => () => {
  for (let time = 0; time < times; time += 1) work();
};

const root = await makeAuthority([
  ['DC', 'test'],
  ['CN', 'Root'],
]);
const alice = await root.issue({
  subject: [
    ['DC', 'test'],
    ['CN', 'Alice'],
  ],
});
const others = await Promise.all(
  Array.from({ length: identityLimits.chainLengthMax }, (_, index) =>
    root.issue({
      subject: [
        ['DC', 'test'],
        ['CN', `Other ${index}`],
      ],
      ca: {},
    }),
  ),
);
const longName = (n: number): TestName =>
  Array.from({ length: n }, (_, index) => ['OU', `unit ${index}`] as const);
const named = new Map(
  await Promise.all(
    [40, 80].map(async (n) => [n, await root.issue({ subject: longName(n) })] as const),
  ),
);

function validator() {
  const authority = present(decodeCertificate(root.der), 'decodes');
  return createChainValidator({
    trust: {
      current: () => ({
        authorities: new Map([[nameKey(authority.subject), [authority]]]),
        revocationLists: new Map(),
        unreadableLists: new Set<string>(),
        policies: new Map([[slashName(root.subject), ['/DC=test/*']]]),
      }),
    },
    clock: systemClock,
  });
}

const groups = (n: number): readonly string[] =>
  Array.from({ length: n }, (_, index) => `/vo/group${index}`);

checkGrowth([
  {
    count: 'certificates of a chain',
    limit: 'identity.chainLengthMax, identity.signatureChecksMax',
    n: 4,
    make: (n) => {
      const chain = [alice.der, ...others.slice(0, n - 1).map(({ der }) => der)];
      return often(20, () => validator().validate(chain));
    },
  },
  {
    count: 'parts of a distinguished name',
    limit: 'identity.certificateBytesMax',
    n: 40,
    make: (n) => {
      const { der } = present(named.get(n), 'made before');
      return often(200, () => nameKey(present(decodeCertificate(der), 'decodes').subject));
    },
  },
  {
    count: 'groups of a token',
    limit: 'identity.groupsMax',
    n: 128,
    make: (n) => {
      const payload = { sub: 'a', exp: 3600, 'wlcg.groups': groups(n) };
      const rules = { issuer: 'i', groupPrefixes: ['/vo'] };
      const at = { nowMs: 0, limits: identityLimits };
      const token = { payload, protectedHeader: { alg: 'ES256' } };
      return often(200, () => readClaims(token, rules, at));
    },
  },
  {
    count: 'groups asked against entries of a policy',
    limit: 'identity.groupsMax, keys.entriesPerPolicyMax',
    n: 500,
    make: (n) => {
      const entries = Array.from({ length: n }, (_, index) => ({
        who: `group:/vo/other${index}`,
        rights: ['read' as const],
      }));
      const principal: Principal = {
        subject: 'a',
        method: 'token',
        groups: groups(256),
        expiresMs: 4e12,
      };
      const policy = { id: 'p', version: 1, entries };
      return often(50, () => evaluate({ principal, right: 'read', policy, nowMs: 0 }));
    },
  },
  {
    count: 'lines of a signing policy',
    limit: 'identity.trustFileBytesMax',
    n: 10_000,
    make: (n) => {
      const lines =
        "access_id_CA X509 '/CN=a'\npos_rights globus CA:sign\ncond_subjects globus '\"/CN=b\"'\n";
      return () => parseSigningPolicy(lines.repeat(n));
    },
  },
  {
    count: 'lines of a namespaces file',
    limit: 'identity.trustFileBytesMax',
    n: 20_000,
    make: (n) => {
      const text = 'TO Issuer "/CN=a" PERMIT Subject "/CN=b.*"\n'.repeat(n);
      return () => parseNamespaces(text);
    },
  },
  {
    count: 'stars of a name pattern',
    limit: 'identity.trustFileBytesMax',
    n: 10_000,
    make: (n) => () => matchesGlob('a'.repeat(2 * n), `${'*a'.repeat(n)}b*`),
  },
]);
