import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readSealed } from '../src/flow/index.ts';
import { systemRandom } from '../src/lib/random.ts';
import {
  createSealer,
  newRecipientKeyPair,
  openHeader,
  openSegments,
  sealedLayout,
} from '../src/seal/index.ts';
import { asDeidentified } from '../test/support/seal-file.ts';

// Seals or opens many segments and keeps nothing, for the bench.
// usage: seal-rate.child.ts raw|raw-open|seal|open <MiB>

const [mode = '', sizeText = '0'] = process.argv.slice(2);
const size = Number(sizeText) * 1024 * 1024;
const { segmentSize, headerSize, tagSize, nonceSize } = sealedLayout;
const segment = new Uint8Array(randomBytes(segmentSize));
const cipher = 'chacha20-poly1305';
const options = { authTagLength: tagSize };

const run = { raw, 'raw-open': rawOpen, seal, open }[mode];
if (run === undefined) throw new Error(`no mode ${mode}`);
await run();

/** What the crypto library does, and nothing else. */
function raw(): void {
  const key = randomBytes(32);
  const nonce = new Uint8Array(nonceSize);
  for (let at = 0; at < size; at += segmentSize) {
    const sealer = createCipheriv(cipher, key, nonce, options);
    sealer.update(segment);
    sealer.final();
    sealer.getAuthTag();
  }
}

function rawOpen(): void {
  const key = randomBytes(32);
  const nonce = new Uint8Array(nonceSize);
  const sealer = createCipheriv(cipher, key, nonce, options);
  const sealed = sealer.update(segment);
  sealer.final();
  const tag = sealer.getAuthTag();
  for (let at = 0; at < size; at += segmentSize) {
    const opener = createDecipheriv(cipher, key, nonce, options);
    opener.setAuthTag(tag);
    opener.update(sealed);
    opener.final();
  }
}

async function seal(): Promise<void> {
  await sealed(size, async () => undefined);
}

/** One file of 64 MiB, opened as often as it takes. */
async function open(): Promise<void> {
  const fileSize = 64 * 1024 * 1024;
  const parts: Uint8Array[] = [];
  const { header, privateKey } = await sealed(fileSize, async (bytes) => {
    parts.push(bytes.slice());
  });
  const dataKey = openHeader(header, privateKey);
  const range = { offset: 0, length: fileSize };
  for (let done = 0; done < size; done += fileSize) {
    const source = (async function* () {
      yield* parts;
    })();
    const opened = openSegments(source, { dataKey, plaintextSize: fileSize, range });
    let bytes = 0;
    for await (const piece of opened) bytes += piece.length;
    if (bytes !== fileSize) throw new Error('short');
  }
}

async function sealed(
  bytes: number,
  output: (sealedBytes: Uint8Array) => Promise<void>,
): Promise<{ readonly header: Uint8Array; readonly privateKey: Uint8Array }> {
  const sealer = createSealer();
  const { publicKey, privateKey } = newRecipientKeyPair(systemRandom);
  const stream = sealer.stream({
    recipientPublicKey: publicKey,
    random: systemRandom,
    output: (box) => output(readSealed(box)),
  });
  const header = readSealed(stream.header).slice(0, headerSize);
  const box = asDeidentified(segment);
  for (let at = 0; at < bytes; at += segmentSize) await stream.write(box);
  await stream.end();
  await sealer.close();
  return { header, privateKey };
}
