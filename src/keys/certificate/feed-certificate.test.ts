import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keyIdOf, pinKeys } from '../../seal/index.ts';
import { auditStart } from '../wire/audit-head.ts';
import { signFeedAck } from '../wire/feed-ack.ts';
import { signFeedEntry } from '../wire/feed-entry.ts';
import { feedStart } from '../wire/feed-position.ts';
import { type FeedCertificate, readCertificate, verifyCertificate } from './feed-certificate.ts';

function newKey(name: string) {
  const { privateKey, publicKey: signingKey } = generateKeyPairSync('ed25519');
  return { name, signingKey, signer: { keyId: keyIdOf(signingKey), privateKey } };
}

const feed = newKey('feed');
const servers = ['a', 'b', 'c'].map(newKey);
const [a, b, c] = servers;
assert.ok(a !== undefined && b !== undefined && c !== undefined);
const trust = { feedKeys: pinKeys([feed.signingKey]), servers, threshold: 2 };
const { statement: entry, digest } = await signFeedEntry(
  { site: 'here', seq: 1, previous: feedStart.digest, timeMs: 5, changes: [] },
  feed.signer,
);
const position = { seq: 1, digest };

/** What `by` signs, in the name of `server`. */
function ackOf(by: typeof a, fields: object = {}): Promise<string> {
  const rest = { site: 'here', confirmed: position, audit: auditStart, accepted: null, timeMs: 7 };
  return signFeedAck(
    { server: by?.name ?? '', ...position, ...rest, ...fields },
    by?.signer ?? feed.signer,
  );
}

const certificate = (acks: readonly string[]): FeedCertificate =>
  readCertificate(
    JSON.parse(JSON.stringify({ format: 'mdm-feed-certificate', formatVersion: 1, entry, acks })),
  );

test('a certificate proves a quorum when so many signed that k others are not left', async () => {
  const one = await verifyCertificate(certificate([await ackOf(a)]), trust);
  assert.deepEqual([one.quorum, one.kept], [false, [{ server: 'a', timeMs: 7 }]]);
  const two = await verifyCertificate(certificate([await ackOf(a), await ackOf(c)]), trust);
  assert.equal(two.quorum, true);
  assert.equal(two.digest, digest);
  const stricter = { ...trust, threshold: 3 };
  const enough = await verifyCertificate(certificate([await ackOf(b)]), stricter);
  assert.equal(enough.quorum, true, '1 of 3 when a key takes all three');
});

test('what counts is signed by a server in its own name, of this entry and site', async () => {
  const stranger = newKey('a');
  const lies = [
    await ackOf(stranger),
    await ackOf(a, { server: 'b' }),
    await ackOf(a, { site: 'there' }),
    await ackOf(a, { confirmed: null }),
    await ackOf(a, { confirmed: { seq: 1, digest: 'f'.repeat(64) } }),
    await ackOf(a, { confirmed: { seq: 2, digest } }),
    await ackOf(feed),
    entry,
  ];
  for (const lie of lies) {
    const { kept, quorum } = await verifyCertificate(certificate([lie, await ackOf(b)]), trust);
    assert.deepEqual([kept.map(({ server }) => server), quorum], [['b'], false]);
  }
  // The same server twice is one.
  const twice = await verifyCertificate(certificate([await ackOf(a), await ackOf(a)]), trust);
  assert.equal(twice.quorum, false);
});

test('an entry that the feed key did not sign is none', async () => {
  const other = { ...trust, feedKeys: pinKeys([a.signingKey]) };
  const attempt = verifyCertificate(certificate([await ackOf(a), await ackOf(b)]), other);
  await assert.rejects(attempt, { code: 'KEYS_CERTIFICATE_INVALID' });
  assert.throws(() => readCertificate({ format: 'mdm-feed-certificate' }), {
    code: 'KEYS_RECORD_INVALID',
  });
});
