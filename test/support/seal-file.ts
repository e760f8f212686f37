import { type Deidentified, readSealed } from '../../src/flow/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSealer, type Sealer, type SealSummary } from '../../src/seal/index.ts';

/** One for the test process; its thread ends with it. */
export const testSealer: Sealer = createSealer();

/** Bytes of nobody, as what may be sealed. */
export const asDeidentified = (bytes: Uint8Array): Deidentified<Uint8Array> => deidentified(bytes);

/** Seal chunks of plaintext as one file. */
export async function sealFile(
  chunks: Iterable<Uint8Array>,
  recipientPublicKey: Uint8Array,
): Promise<{ readonly file: Uint8Array; readonly summary: SealSummary }> {
  const parts: Uint8Array[] = [];
  const stream = testSealer.stream({
    recipientPublicKey,
    random: systemRandom,
    output: async (batch) => void parts.push(readSealed(batch).slice()),
  });
  for (const chunk of chunks) await stream.write(asDeidentified(chunk));
  const summary = await stream.end();
  return { file: concatBytes([readSealed(stream.header), ...parts]), summary };
}
