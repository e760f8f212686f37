import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { concatBytes, toHex, viewOf } from '../../lib/bytes/bytes.ts';
import { systemRandom } from '../../lib/random.ts';
import { newHeader, openHeader, rewrapHeader } from './header.ts';
import { isKeyPair, newRecipientKeyPair, packetKey, publicKeyOf } from './recipient-key-pair.ts';

const pair = newRecipientKeyPair(systemRandom);

function exported(key: ReturnType<typeof openHeader>): string {
  return toHex(key.export());
}

test('the public key of a private one is that of RFC 7748 §5.2, first iteration', () => {
  const nine = Uint8Array.from([9, ...new Uint8Array(31)]);
  const once = '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079';
  assert.equal(toHex(publicKeyOf(nine)), once);
});

test('two sides agree as in RFC 7748 §6.1', () => {
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
  const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const alicePublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
  const bobPublic = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
  assert.equal(toHex(publicKeyOf(alice)), alicePublic);
  assert.equal(toHex(publicKeyOf(bob)), bobPublic);
  const [reader, writer] = [hex(alicePublic), hex(bobPublic)];
  const digest = createHash('blake2b512').update(concatBytes([hex(shared), reader, writer]));
  const key = digest.digest('hex').slice(0, 64);
  const keys = { readerPublicKey: reader, writerPublicKey: writer };
  assert.equal(toHex(packetKey({ ...keys, privateKey: alice, peerPublicKey: writer })), key);
  assert.equal(toHex(packetKey({ ...keys, privateKey: bob, peerPublicKey: reader })), key);
});

test('a fresh key pair is clamped, and only its own private key belongs to it', () => {
  const first = pair.privateKey[0] ?? 0;
  const last = pair.privateKey[31] ?? 0;
  assert.equal(first & 7, 0);
  assert.equal(last & 192, 64);
  assert.equal(isKeyPair(pair.privateKey, pair.publicKey), true);
  assert.equal(isKeyPair(newRecipientKeyPair(systemRandom).privateKey, pair.publicKey), false);
  assert.equal(isKeyPair(pair.privateKey.subarray(1), pair.publicKey), false);
});

test('reader and writer derive the same packet key', () => {
  const writer = newRecipientKeyPair(systemRandom);
  const keys = { readerPublicKey: pair.publicKey, writerPublicKey: writer.publicKey };
  const ours = packetKey({ ...keys, ...writer, peerPublicKey: pair.publicKey });
  const theirs = packetKey({ ...keys, ...pair, peerPublicKey: writer.publicKey });
  assert.deepEqual(ours, theirs);
});

test('the header opens with the recipient key and gives the data key', () => {
  const { header, dataKey } = newHeader(pair.publicKey, systemRandom);
  assert.equal(header.length, 124);
  assert.equal(exported(openHeader(header, pair.privateKey)), exported(dataKey));
});

test('every production has its own data key, writer key and nonce', () => {
  const one = newHeader(pair.publicKey, systemRandom);
  const two = newHeader(pair.publicKey, systemRandom);
  assert.notEqual(exported(one.dataKey), exported(two.dataKey));
  assert.notDeepEqual(one.header.subarray(24, 56), two.header.subarray(24, 56));
  assert.notDeepEqual(one.header.subarray(56, 68), two.header.subarray(56, 68));
});

test('a re-wrapped header gives the same data key to its reader, and to nobody else', () => {
  const { header, dataKey } = newHeader(pair.publicKey, systemRandom);
  const other = newRecipientKeyPair(systemRandom);
  const opened = openHeader(header, pair.privateKey);
  const again = rewrapHeader(opened, other.publicKey, systemRandom);
  assert.equal(again.length, 124);
  assert.equal(exported(openHeader(again, other.privateKey)), exported(dataKey));
  assert.throws(() => openHeader(again, pair.privateKey), { code: 'SEAL_KEY_MISMATCH' });
  // Nothing of the first header is in it but the preamble: the two do not show that they belong together.
  assert.notDeepEqual(again.subarray(24, 56), header.subarray(24, 56));
  assert.notDeepEqual(again.subarray(56, 68), header.subarray(56, 68));
  assert.throws(() => rewrapHeader(opened, new Uint8Array(32), systemRandom), {
    code: 'SEAL_KEY_INVALID',
  });
});

test('another key opens nothing; a key of another length or a weak one is refused', () => {
  const { header } = newHeader(pair.publicKey, systemRandom);
  const other = newRecipientKeyPair(systemRandom);
  assert.throws(() => openHeader(header, other.privateKey), { code: 'SEAL_KEY_MISMATCH' });
  assert.throws(() => openHeader(header, new Uint8Array(31)), { code: 'SEAL_KEY_INVALID' });
  for (const weak of [new Uint8Array(32), Uint8Array.from([1, ...new Uint8Array(31)])])
    assert.throws(() => newHeader(weak, systemRandom), { code: 'SEAL_KEY_INVALID' });
});

test('any flipped bit of the header is noticed', () => {
  const { header } = newHeader(pair.publicKey, systemRandom);
  for (let bit = 0; bit < header.length * 8; bit++) {
    const changed = header.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    // The top bit of an X25519 public key is ignored by definition (RFC 7748 §5), yet it is part of
    // the derivation, so even that one fails.
    assert.throws(() => openHeader(changed, pair.privateKey), /^MdmError: SEAL_/, `bit ${bit}`);
  }
});

test('a cut or longer header is refused at every length', () => {
  const { header } = newHeader(pair.publicKey, systemRandom);
  for (let length = 0; length < header.length; length++)
    assert.throws(() => openHeader(header.subarray(0, length), pair.privateKey), {
      code: 'SEAL_HEADER_INVALID',
    });
  const longer = concatBytes([header, new Uint8Array(1)]);
  assert.throws(() => openHeader(longer, pair.privateKey), { code: 'SEAL_HEADER_INVALID' });
});

test('packets for other readers are passed over; two for us and endless ones are refused', () => {
  const ours = newHeader(pair.publicKey, systemRandom);
  const others = newHeader(newRecipientKeyPair(systemRandom).publicKey, systemRandom);
  const packet = (of: Uint8Array): Uint8Array => of.subarray(16);
  const joined = (...packets: Uint8Array[]): Uint8Array => {
    const whole = concatBytes([ours.header.subarray(0, 16), ...packets]).slice();
    viewOf(whole).setUint32(12, packets.length, true);
    return whole;
  };
  const unknownMethod = packet(others.header).slice();
  unknownMethod[4] = 9;
  const three = joined(unknownMethod, packet(others.header), packet(ours.header));
  assert.equal(exported(openHeader(three, pair.privateKey)), exported(ours.dataKey));
  const twice = joined(packet(ours.header), packet(ours.header));
  assert.throws(() => openHeader(twice, pair.privateKey), { code: 'SEAL_HEADER_UNSUPPORTED' });
  const endless = ours.header.slice();
  viewOf(endless).setUint32(12, 0xffff_ffff, true);
  assert.throws(() => openHeader(endless, pair.privateKey), { code: 'SEAL_HEADER_UNSUPPORTED' });
});
