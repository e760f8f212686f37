import { createHash, hash, type KeyObject } from 'node:crypto';
import { giveBack } from '../../lib/bytes/give-back.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { SegmentOpener, sealedLayout } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { PartFile } from './part-file.ts';
import type { FileProofs } from './proofs.ts';
import { SegmentCheck } from './segment-check.ts';

/** Takes a transfer's bytes, writes them into the part file and checks them against the proofs. */
export interface Receiver {
  /** Take bytes as sent. */
  take(bytes: Uint8Array): Promise<void>;
  /** All bytes came. @throws CLIENT_INTERRUPTED, SEAL_* */
  end(): void;
  /** Whether what was written is what the proofs say; `not yet` when they do not say enough. */
  agrees(proofs: FileProofs): 'yes' | 'no' | 'not yet';
}

/** Plaintext as it is. */
export async function receivePlain(part: PartFile): Promise<Receiver> {
  const check = new SegmentCheck();
  for await (const bytes of part.read()) check.push(bytes);
  return {
    async take(bytes) {
      check.push(bytes);
      await part.append(bytes);
    },
    end() {},
    agrees: (proofs) => (check.agrees(proofs.version) ? 'yes' : 'no'),
  };
}

/** The sealed form, kept sealed. */
export async function receiveSealed(part: PartFile): Promise<Receiver> {
  const digest = createHash('sha256');
  let received: string | undefined;
  for await (const bytes of part.read()) digest.update(bytes);
  return {
    async take(bytes) {
      digest.update(bytes);
      await part.append(bytes);
    },
    end() {},
    agrees({ production }) {
      if (production === undefined) return 'not yet';
      received ??= digest.digest('hex');
      return received === production.sealedSha256 ? 'yes' : 'no';
    },
  };
}

/** The sealed form, opened on the way: segments after the header, from where the part ends. */
export async function receiveOpened(
  part: PartFile,
  sealed: {
    readonly header: Uint8Array;
    readonly dataKey: KeyObject;
    readonly plaintextSize: number;
  },
): Promise<Receiver> {
  const check = new SegmentCheck();
  for await (const bytes of part.read()) check.push(bytes);
  const offset = part.length;
  const { plaintextSize, dataKey, header } = sealed;
  const range = { offset, length: plaintextSize - offset };
  const opener = new SegmentOpener({ dataKey, plaintextSize, range });
  return {
    async take(bytes) {
      for (const plain of opener.push(bytes)) {
        check.push(plain);
        const written = part.append(plain);
        if (written !== undefined) await written;
        giveBack(plain);
      }
    },
    end: () => opener.end(),
    agrees({ production, version }) {
      if (production === undefined) return 'not yet';
      const isHeader = hash('sha256', header, 'hex') === production.headerDigest;
      return isHeader && check.agrees(version) ? 'yes' : 'no';
    },
  };
}

/** Split a body after the Crypt4GH header. The rest is read on from the same stream. */
export async function splitHeader(
  body: ByteStream,
): Promise<{ readonly header: Uint8Array; readonly rest: ByteStream }> {
  const header = new Uint8Array(sealedLayout.headerSize);
  const iterator = body[Symbol.asyncIterator]();
  let filled = 0;
  let left: Uint8Array = new Uint8Array(0);
  while (filled < header.length) {
    const next = await iterator.next();
    if (next.done === true) throw clientErrors.create('CLIENT_INTERRUPTED');
    const taken = next.value.subarray(0, header.length - filled);
    header.set(taken, filled);
    filled += taken.length;
    left = next.value.subarray(taken.length);
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    if (left.length > 0) yield left;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  };
  return { header, rest: rest() };
}
