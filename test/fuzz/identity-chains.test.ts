import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeCertificate } from '../../src/identity/chain/certificate.ts';
import { decodeRevocationList } from '../../src/identity/chain/revocation-list.ts';
import { createChainValidator } from '../../src/identity/chain/validator.ts';
import { nameKey } from '../../src/identity/distinguished-name.ts';
import { identityErrors } from '../../src/identity/errors.ts';
import { decodePem } from '../../src/identity/trust/pem.ts';
import type { TrustAnchors } from '../../src/identity/trust/trust-anchors.ts';
import { present } from '../../src/lib/assert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  type IssueOptions,
  KeyUsageFlags,
  KeyUsagesExtension,
  makeAuthority,
  makeCrl,
  slashName,
  type TestCertificate,
  type TestName,
} from '../support/certificates.ts';

// A chain validator is judged by what it refuses: every way to be wrong, alone and together.

const hourMs = 3_600_000;
const base: TestName = [['DC', 'test']];
const named = (commonName: string): TestName => [...base, ['CN', commonName]];

interface World {
  readonly root: TestCertificate;
  readonly sub: TestCertificate;
  readonly alice: TestCertificate;
  readonly trust: TrustAnchors;
}

async function makeWorld(): Promise<World> {
  const root = await makeAuthority(named('Root'));
  const sub = await root.issue({ subject: named('Sub'), ca: { pathLength: 0 } });
  const alice = await sub.issue({ subject: named('Alice') });
  const trust = trusting([root, sub]);
  return { root, sub, alice, trust };
}

function trusting(authorities: readonly TestCertificate[], more: Partial<TrustAnchors> = {}) {
  const decoded = authorities.map(({ der }) => present(decodeCertificate(der), 'decodes'));
  return {
    authorities: Map.groupBy(decoded, ({ subject }) => nameKey(subject)),
    revocationLists: new Map(),
    unreadableLists: new Set<string>(),
    policies: new Map(authorities.map(({ subject }) => [slashName(subject), ['/DC=test/*']])),
    ...more,
  };
}

function judge(chain: readonly Uint8Array[], anchors: TrustAnchors): string {
  const validator = createChainValidator({
    trust: { current: () => anchors },
    clock: systemClock,
  });
  const outcome = validator.validate(chain);
  if (outcome.kind === 'refused') assert.ok(Object.hasOwn(identityErrors.rows, outcome.code));
  return outcome.kind === 'accepted' ? 'accepted' : outcome.code;
}

/** Faults of the client's own certificate, each enough to refuse it. */
const leafFaults: Readonly<Record<string, () => Partial<IssueOptions>>> = {
  expired: () => ({ notAfterMs: Date.now() - hourMs / 2 }),
  'not valid yet': () => ({ notBeforeMs: Date.now() + hourMs }),
  'an authority': () => ({ ca: {} }),
  'may sign certificates': () => ({
    keyUsages: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign,
  }),
  'may not sign': () => ({ keyUsages: KeyUsageFlags.keyEncipherment }),
  'for servers only': () => ({
    onlyExtensions: [new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1'])],
  }),
  'unknown critical extension': () => ({
    extensions: [new Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))],
  }),
  'name constraints': () => ({
    extensions: [new Extension('2.5.29.30', false, new Uint8Array([0x30, 0]))],
  }),
  'two basic constraints': () => ({
    extensions: [new BasicConstraintsExtension(false, undefined, true)],
  }),
  'unreadable basic constraints': () => ({
    onlyExtensions: [new Extension('2.5.29.19', true, new Uint8Array([0x30, 0x7f]))],
  }),
  'out of the namespace': () => ({
    subject: [
      ['DC', 'other'],
      ['CN', 'Alice'],
    ],
  }),
  'namespace by a slash': () => ({
    subject: [
      ['DC', 'test/CN=x'],
      ['CN', 'Alice'],
    ],
  }),
  'another name by a slash': () => ({ subject: [...base, ['CN', 'Mallory/CN=Alice']] }),
  'empty subject': () => ({ subject: [] }),
  'legacy proxy': () => ({ subject: [...named('Alice'), ['CN', 'proxy']] }),
  'limited legacy proxy': () => ({ subject: [...named('Alice'), ['CN', 'limited proxy']] }),
  'RFC 3820 proxy': () => ({
    subject: [...named('Alice'), ['CN', '1']],
    extensions: [new Extension('1.3.6.1.5.5.7.1.14', true, new Uint8Array([0x30, 0]))],
  }),
  'draft proxy': () => ({
    extensions: [new Extension('1.3.6.1.4.1.3536.1.222', false, new Uint8Array([0x30, 0]))],
  }),
  'issuer of another name': () => ({ issuer: named('Nobody') }),
  'SHA-1 signature': () => ({ hash: 'SHA-1' }),
};

test('no certificate with any set of faults is accepted', async () => {
  const world = await makeWorld();
  assert.equal(judge([world.alice.der], world.trust), 'accepted');
  const names = Object.keys(leafFaults);
  let refused = 0;
  const check = async (faults: readonly string[]): Promise<void> => {
    const options: IssueOptions = Object.assign(
      { subject: named('Alice') },
      ...faults.map((fault) => leafFaults[fault]?.()),
    );
    const bad = await world.sub.issue(options);
    assert.notEqual(judge([bad.der, world.sub.der], world.trust), 'accepted', faults.join(', '));
    refused += 1;
  };
  for (const fault of names) await check([fault]);
  await fc.assert(fc.asyncProperty(fc.subarray(names, { minLength: 2, maxLength: 4 }), check), {
    numRuns: 150,
  });
  assert.ok(refused >= 150);
});

test('no chain with a faulty authority is accepted', async () => {
  const { root, sub, alice, trust } = await makeWorld();
  const subject = named('Alice');
  const anyone = new Map([root, sub].map((each) => [slashName(each.subject), ['/DC=test/*']]));
  const anyPolicy = {
    get: (name: string) => (name === '' ? undefined : ['/DC=test/*']),
  } as unknown as TrustAnchors['policies']; // a policy for whoever asks: the other rules must hold
  const only = { ...trusting([root]), policies: anyPolicy };
  const issueBelow = async (options: IssueOptions): Promise<readonly Uint8Array[]> => {
    const middle = await root.issue(options);
    return [(await middle.issue({ subject })).der, middle.der];
  };
  const deep = await sub.issue({ subject: named('Deep'), ca: {} });
  const stranger = await makeAuthority(named('Root'));
  const fromStranger = await stranger.issue({ subject });
  const plain = await sub.issue({ subject: named('Bob') });
  const cases: readonly (readonly [string, readonly Uint8Array[], TrustAnchors])[] = [
    ['signed by a user', [(await plain.issue({ subject })).der, plain.der, sub.der], trust],
    ['signed by a user, any policy', [(await plain.issue({ subject })).der, plain.der], only],
    ['path too long', [(await deep.issue({ subject })).der, deep.der, sub.der], only],
    ['expired authority', await issueBelow({ subject: named('M'), ca: {}, notAfterMs: 0 }), only],
    [
      'authority not yet',
      await issueBelow({ subject: named('M'), ca: {}, notBeforeMs: 4e12 }),
      only,
    ],
    ['not an authority', await issueBelow({ subject: named('M') }), only],
    [
      'an authority without the right',
      await issueBelow({ subject: named('M'), ca: {}, keyUsages: KeyUsageFlags.cRLSign }),
      only,
    ],
    [
      'no basic constraints',
      await issueBelow({
        subject: named('M'),
        onlyExtensions: [new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
      }),
      only,
    ],
    [
      'authority with an unknown critical extension',
      await issueBelow({
        subject: named('M'),
        ca: {},
        extensions: [new Extension('1.2.3', true, new Uint8Array([5, 0]))],
      }),
      only,
    ],
    ['SHA-1 authority', await issueBelow({ subject: named('M'), ca: {}, hash: 'SHA-1' }), only],
    ['unknown root of the same name', [fromStranger.der, stranger.der], trust],
    ['no root installed', [alice.der, sub.der, root.der], trusting([sub])],
    ['nothing installed', [alice.der, sub.der, root.der], trusting([])],
    ['no policy', [alice.der], { ...trust, policies: new Map() }],
    [
      'policy for others',
      [alice.der],
      { ...trust, policies: new Map([...anyone].map(([name]) => [name, ['/DC=other/*']])) },
    ],
    ['the root itself', [root.der], trust],
    ['an authority as client', [sub.der, root.der], trust],
    ['unreadable list', [alice.der], { ...trust, unreadableLists: new Set([keyOf(sub)]) }],
  ];
  for (const [title, chain, anchors] of cases) {
    assert.notEqual(judge(chain, anchors), 'accepted', title);
  }
});

function keyOf({ der }: TestCertificate): string {
  return nameKey(present(decodeCertificate(der), 'decodes').subject);
}

test('revocation lists bar what they name, and bar all when they cannot be trusted', async () => {
  const { sub, root, trust } = await makeWorld();
  const alice = await sub.issue({ subject: named('Alice'), serialNumber: '0a0b' });
  const bob = await sub.issue({ subject: named('Bob'), serialNumber: '0c' });
  const withList = (pem: string): TrustAnchors => {
    const list = present(decodeRevocationList(decodePem(pem, 'X509 CRL')), 'decodes');
    return { ...trust, revocationLists: new Map([[nameKey(list.issuer), [list]]]) };
  };
  const revoking = withList(await makeCrl(sub, { revoked: ['0a0b'] }));
  assert.equal(judge([alice.der], revoking), 'IDENTITY_REVOKED');
  assert.equal(judge([bob.der], revoking), 'accepted');
  const bars: readonly (readonly [string, string])[] = [
    ['expired', await makeCrl(sub, { nextUpdateMs: Date.now() - 1000 })],
    ['from the future', await makeCrl(sub, { thisUpdateMs: Date.now() + hourMs })],
    ['forged', await makeCrl(root, { issuer: sub.subject })],
  ];
  for (const [title, pem] of bars) {
    assert.equal(judge([bob.der], withList(pem)), 'IDENTITY_CRL_UNUSABLE', title);
  }
});

test('no certificate with changed bytes is accepted', async () => {
  const { alice, trust } = await makeWorld();
  const change = fc.tuple(fc.nat(alice.der.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const bad = alice.der.slice();
      for (const [offset, mask] of changes) bad[offset] = (bad[offset] ?? 0) ^ mask;
      if (Buffer.compare(bad, alice.der) === 0) return; // the changes undid each other
      assert.notEqual(judge([bad], trust), 'accepted');
    }),
    { numRuns: 1000 },
  );
});

test('no cut, extended or foreign bytes are accepted, and none throw', async () => {
  const { alice, trust } = await makeWorld();
  const cut = fc.nat(alice.der.length - 1).map((length) => alice.der.slice(0, length));
  const extended = fc
    .uint8Array({ minLength: 1, maxLength: 16 })
    .map((more) => new Uint8Array(Buffer.concat([alice.der, more])));
  const foreign = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.oneof(cut, extended, foreign), (bad) => {
      assert.equal(judge([bad], trust), 'IDENTITY_CHAIN_MALFORMED');
    }),
    { numRuns: 500 },
  );
});

test('canary: the same judge accepts the good chain', async () => {
  const { alice, sub, root, trust } = await makeWorld();
  assert.equal(judge([alice.der, sub.der, root.der], trust), 'accepted');
});
