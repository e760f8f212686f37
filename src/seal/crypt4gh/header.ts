import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { utf8, viewOf } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { layout } from './layout.ts';
import { newRecipientKeyPair, packetKey, publicKeyOf, wipe } from './recipient-key-pair.ts';

const cipher = 'chacha20-poly1305';
const tagOptions = { authTagLength: layout.tagSize } as const;
const packetType = { dataKey: 0, editList: 1 } as const;

/**
 * Make a data key and the header that carries it.
 *
 * | byte | size | field                                                          |
 * | ---- | ---- | -------------------------------------------------------------- |
 * | 0    | 8    | `crypt4gh`                                                     |
 * | 8    | 4    | version, 1                                                     |
 * | 12   | 4    | packet count, 1                                                |
 * | 16   | 4    | packet length with this field, 108                             |
 * | 20   | 4    | packet method, 0: X25519, ChaCha20-Poly1305                    |
 * | 24   | 32   | writer's public key, of a pair made for this header only       |
 * | 56   | 12   | nonce, random                                                  |
 * | 68   | 40   | sealed: packet type 0, data method 0, data key of 32 bytes     |
 * | 108  | 16   | tag                                                            |
 *
 * Numbers are little-endian. @standard GA4GH Crypt4GH 1.0 §3.1, §3.2
 */
export function newHeader(
  recipientPublicKey: Uint8Array,
  random: Random,
): { readonly header: Uint8Array; readonly dataKey: KeyObject } {
  const dataKeyBytes = random.bytes(layout.keySize);
  try {
    const header = headerOf(dataKeyBytes, recipientPublicKey, random);
    return { header, dataKey: createSecretKey(dataKeyBytes) };
  } finally {
    wipe(dataKeyBytes);
  }
}

/**
 * The same data key in a header for another reader, of the layout that `newHeader` writes. Whoever
 * has that reader's private key opens the file with it from then on: nothing takes it back.
 *
 * @throws SEAL_KEY_INVALID
 */
export function rewrapHeader(
  dataKey: KeyObject,
  recipientPublicKey: Uint8Array,
  random: Random,
): Uint8Array {
  const dataKeyBytes = dataKey.export();
  try {
    return headerOf(dataKeyBytes, recipientPublicKey, random);
  } finally {
    wipe(dataKeyBytes);
  }
}

function headerOf(
  dataKeyBytes: Uint8Array,
  recipientPublicKey: Uint8Array,
  random: Random,
): Uint8Array {
  const writer = newRecipientKeyPair(random);
  const key = packetKey({
    privateKey: writer.privateKey,
    peerPublicKey: recipientPublicKey,
    readerPublicKey: recipientPublicKey,
    writerPublicKey: writer.publicKey,
  });
  wipe(writer.privateKey);
  // Eight zero bytes are packet type 0 and data method 0.
  const payload = new Uint8Array(8 + layout.keySize);
  payload.set(dataKeyBytes, 8);
  const header = new Uint8Array(layout.headerSize);
  writePreamble(header);
  header.set(writer.publicKey, 24);
  const nonce = random.bytes(layout.nonceSize);
  header.set(nonce, 56);
  const sealer = createCipheriv(cipher, key, nonce, tagOptions);
  header.set(sealer.update(payload), 68);
  sealer.final();
  header.set(sealer.getAuthTag(), 108);
  for (const secret of [key, payload]) wipe(secret);
  return header;
}

function writePreamble(header: Uint8Array): void {
  header.set(utf8(layout.magic));
  const view = viewOf(header);
  view.setUint32(8, layout.version, true);
  view.setUint32(12, 1, true);
  view.setUint32(16, layout.dataKeyPacketSize, true);
}

/**
 * The data key that a header holds for this private key.
 *
 * Opens any Crypt4GH header with one data key for us, also one with packets for other readers.
 * Says nothing of who wrote it: anybody who knows the public key can. Does not wipe `privateKey`.
 *
 * @param header the header and nothing after it; 124 bytes for files made here
 * @throws SEAL_HEADER_INVALID, SEAL_HEADER_UNSUPPORTED, SEAL_KEY_MISMATCH, SEAL_KEY_INVALID
 */
export function openHeader(header: Uint8Array, privateKey: Uint8Array): KeyObject {
  const readerPublicKey = publicKeyOf(privateKey);
  let dataKey: KeyObject | undefined;
  for (const packet of packetsOf(header)) {
    const payload = openPacket(packet, privateKey, readerPublicKey);
    if (payload === undefined) continue;
    try {
      if (dataKey !== undefined) throw unsupported('several packets for this key');
      dataKey = dataKeyOf(payload);
    } finally {
      wipe(payload);
    }
  }
  if (dataKey === undefined) throw sealErrors.create('SEAL_KEY_MISMATCH');
  return dataKey;
}

function packetsOf(header: Uint8Array): readonly Uint8Array[] {
  if (header.length < layout.preambleSize) throw malformedHeader(0);
  if (!Buffer.from(header.buffer, header.byteOffset, 8).equals(Buffer.from(layout.magic)))
    throw malformedHeader(0);
  const view = viewOf(header);
  if (view.getUint32(8, true) !== layout.version) throw unsupported('version');
  const count = view.getUint32(12, true);
  if (count > sealLimits.headerPacketCountMax) throw unsupported('packet count');
  const packets: Uint8Array[] = [];
  let offset: number = layout.preambleSize;
  for (let index = 0; index < count; index++) {
    if (header.length - offset < 8) throw malformedHeader(offset);
    const length = view.getUint32(offset, true);
    if (length < 8 || length > header.length - offset) throw malformedHeader(offset);
    packets.push(header.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== header.length) throw malformedHeader(offset);
  return packets;
}

/** What a packet holds, or undefined when it is of another method or for another reader. */
function openPacket(
  packet: Uint8Array,
  privateKey: Uint8Array,
  readerPublicKey: Uint8Array,
): Buffer | undefined {
  const payloadStart = 8 + layout.keySize + layout.nonceSize;
  const payloadEnd = packet.length - layout.tagSize;
  if (viewOf(packet).getUint32(4, true) !== 0 || payloadEnd <= payloadStart) return undefined;
  const writerPublicKey = packet.subarray(8, 8 + layout.keySize);
  const key = packetKey({
    privateKey,
    peerPublicKey: writerPublicKey,
    readerPublicKey,
    writerPublicKey,
  });
  const nonce = packet.subarray(8 + layout.keySize, payloadStart);
  const opener = createDecipheriv(cipher, key, nonce, tagOptions);
  opener.setAuthTag(packet.subarray(payloadEnd));
  const payload = opener.update(packet.subarray(payloadStart, payloadEnd));
  wipe(key);
  try {
    opener.final();
    return payload;
  } catch {
    wipe(payload);
    return undefined;
  }
}

function dataKeyOf(payload: Uint8Array): KeyObject {
  if (payload.length < 8) throw malformedHeader(68);
  const view = viewOf(payload);
  const type = view.getUint32(0, true);
  if (type === packetType.editList) throw unsupported('edit list');
  if (type !== packetType.dataKey || view.getUint32(4, true) !== 0) throw unsupported('method');
  if (payload.length !== 8 + layout.keySize) throw malformedHeader(68);
  return createSecretKey(payload.subarray(8));
}

function malformedHeader(offset: number): Error {
  return sealErrors.create('SEAL_HEADER_INVALID', { context: { offset } });
}

function unsupported(what: string): Error {
  return sealErrors.create('SEAL_HEADER_UNSUPPORTED', { context: { what } });
}
