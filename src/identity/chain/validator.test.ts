import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  makeAuthority,
  slashName,
  type TestCertificate,
  type TestName,
} from '../../../test/support/certificates.ts';
import { present } from '../../lib/assert.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { nameKey } from '../distinguished-name.ts';
import type { TrustAnchors } from '../trust/trust-anchors.ts';
import { decodeCertificate } from './certificate.ts';
import { createChainValidator } from './validator.ts';

const base: TestName = [['DC', 'test']];
const rootName: TestName = [...base, ['CN', 'Root']];
const subName: TestName = [...base, ['CN', 'Sub']];
const aliceName: TestName = [...base, ['CN', 'Alice Example']];

function trusting(
  authorities: readonly TestCertificate[],
  policies: readonly TestName[] = authorities.map(({ subject }) => subject),
): TrustAnchors {
  const decoded = authorities.map(({ der }) => present(decodeCertificate(der), 'decodes'));
  return {
    authorities: Map.groupBy(decoded, ({ subject }) => nameKey(subject)),
    revocationLists: new Map(),
    unreadableLists: new Set(),
    policies: new Map(policies.map((name) => [slashName(name), ['/DC=test/*']])),
  };
}

function validate(
  chain: readonly TestCertificate[],
  anchors: TrustAnchors,
  clock: Clock = systemClock,
): string {
  const validator = createChainValidator({ trust: { current: () => anchors }, clock });
  const outcome = validator.validate(chain.map(({ der }) => der));
  return outcome.kind === 'accepted' ? outcome.principal.subject : outcome.code;
}

test('a certificate of an installed authority names its subject', async () => {
  const root = await makeAuthority(rootName);
  const alice = await root.issue({ subject: aliceName });
  assert.equal(validate([alice], trusting([root])), 'x509:/DC=test/CN=Alice Example');
  // As grid clients do, the root may be sent along; so may things that have nothing to do with it.
  assert.equal(validate([alice, root], trusting([root])), 'x509:/DC=test/CN=Alice Example');
});

test('RSA chains are accepted', async () => {
  const root = await makeAuthority(rootName, { kind: 'rsa' });
  const alice = await root.issue({ subject: aliceName, kind: 'rsa' });
  assert.equal(validate([alice], trusting([root])), 'x509:/DC=test/CN=Alice Example');
});

test('an intermediate may be installed or sent, but its policy must be installed', async () => {
  const root = await makeAuthority(rootName);
  const sub = await root.issue({ subject: subName, ca: { pathLength: 0 } });
  const alice = await sub.issue({ subject: aliceName });
  const accepted = 'x509:/DC=test/CN=Alice Example';
  assert.equal(validate([alice], trusting([root, sub])), accepted);
  assert.equal(validate([alice, sub], trusting([root], [rootName, subName])), accepted);
  assert.equal(validate([alice, sub], trusting([root])), 'IDENTITY_NAMESPACE_VIOLATION');
  assert.equal(validate([alice], trusting([root])), 'IDENTITY_ISSUER_UNKNOWN');
  assert.equal(validate([alice, sub], trusting([sub])), 'IDENTITY_ISSUER_UNKNOWN');
});

test('names are the same whatever string type they are written in', async () => {
  const root = await makeAuthority(rootName);
  const plain = await root.issue({ subject: aliceName });
  const rewritten = await root.issue({ subject: aliceName, utf8Issuer: true });
  const der = (each: TestCertificate) => Buffer.from(each.certificate.issuerName.toArrayBuffer());
  assert.notDeepEqual(der(rewritten), der(plain));
  assert.equal(validate([rewritten], trusting([root])), 'x509:/DC=test/CN=Alice Example');
});

test('of several authorities of one name, the one that signed counts', async () => {
  const old = await makeAuthority(rootName);
  const root = await makeAuthority(rootName);
  const alice = await root.issue({ subject: aliceName });
  assert.equal(validate([alice], trusting([old, root])), 'x509:/DC=test/CN=Alice Example');
  assert.equal(validate([alice], trusting([old])), 'IDENTITY_SIGNATURE_INVALID');
});

test('two authorities that certify each other end the search', async () => {
  const a = await makeAuthority(rootName);
  const b = await makeAuthority(subName);
  const aByB = await b.issue({ subject: rootName, keys: a.keys, ca: {} });
  const bByA = await a.issue({ subject: subName, keys: b.keys, ca: {} });
  const alice = await a.issue({ subject: aliceName });
  const other = await makeAuthority([...base, ['CN', 'Other']]);
  const anchors = trusting([other], [rootName, subName, other.subject]);
  assert.match(validate([alice, aByB, bByA, a, b], anchors), /^IDENTITY_/);
});

test('proxies are recognised and refused by name', async () => {
  const root = await makeAuthority(rootName);
  const alice = await root.issue({ subject: aliceName });
  const anchors = trusting([root]);
  const info = new Uint8Array([0x30, 0x0c, 0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 21, 1]);
  const rfc = new Extension('1.3.6.1.5.5.7.1.14', true, info);
  const draft = new Extension('1.3.6.1.4.1.3536.1.222', true, info);
  const usage = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true);
  const forms = [
    { subject: [...aliceName, ['CN', '12345']], onlyExtensions: [usage, rfc] },
    { subject: [...aliceName, ['CN', '12345']], onlyExtensions: [usage, draft] },
    { subject: [...aliceName, ['CN', 'proxy']], onlyExtensions: [usage] },
    { subject: [...aliceName, ['CN', 'limited proxy']], onlyExtensions: [] },
  ] as const;
  for (const form of forms) {
    const proxy = await alice.issue(form);
    assert.equal(validate([proxy, alice], anchors), 'IDENTITY_PROXY_UNSUPPORTED');
    assert.equal(validate([proxy], anchors), 'IDENTITY_PROXY_UNSUPPORTED');
  }
});

test('an accepted chain is remembered until something on its path ends', async () => {
  const startMs = systemClock.nowMs();
  const root = await makeAuthority(rootName);
  const alice = await root.issue({ subject: aliceName, notAfterMs: startMs + 60_000 });
  const anchors = trusting([root]);
  let nowMs = startMs;
  let looks = 0;
  const validator = createChainValidator({
    trust: { current: () => anchors },
    clock: { ...systemClock, nowMs: () => nowMs },
  });
  const watched = Object.defineProperty(anchors, 'policies', {
    value: { get: () => (looks++, ['/DC=test/*']) },
  });
  assert.equal(watched, anchors);
  assert.equal(validator.validate([alice.der]).kind, 'accepted');
  const once = looks;
  assert.equal(validator.validate([alice.der]).kind, 'accepted');
  assert.equal(looks, once, 'the second answer came from memory');
  nowMs = startMs + 61_000;
  const outcome = validator.validate([alice.der]);
  assert.equal(outcome.kind === 'refused' && outcome.code, 'IDENTITY_EXPIRED');
});

test('an empty, too long or unreadable chain is refused', async () => {
  const root = await makeAuthority(rootName);
  const anchors = trusting([root]);
  const validator = createChainValidator({ trust: { current: () => anchors }, clock: systemClock });
  const junk = new Uint8Array(100).fill(0x30);
  for (const chain of [[], [junk], Array(11).fill(root.der), [new Uint8Array(70_000)]]) {
    const outcome = validator.validate(chain);
    assert.equal(outcome.kind === 'refused' && outcome.code, 'IDENTITY_CHAIN_MALFORMED');
  }
});
