// Seals one file after a thread ended with answers on their way, with nothing else that keeps the
// process running; says so when the file is complete.
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSealer, newRecipientKeyPair } from '../../src/seal/index.ts';

const sealer = createSealer();
const options = {
  recipientPublicKey: newRecipientKeyPair(systemRandom).publicKey,
  random: systemRandom,
  output: async (): Promise<void> => undefined,
};
const lostBytes = 4 * 512 * 1024;

const first = sealer.stream(options);
await first.write(deidentified(new Uint8Array(lostBytes)));
await first.end();
const lost = sealer.stream(options);
await lost.write(deidentified(new Uint8Array(lostBytes)));
// The thread answers while this one is busy: the answers are heard after the next one started.
for (const start = performance.now(); performance.now() - start < 200; );
const closing = sealer.close();
const next = sealer.stream(options);
await next.write(deidentified(new Uint8Array(600_000)));
const [summary] = await Promise.all([next.end(), closing]);
process.stdout.write(`sealed ${summary.plaintextSize}\n`);
