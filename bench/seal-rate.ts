import { join } from 'node:path';
import type { Contestant, Figure } from './figure.ts';

const childScript = join(import.meta.dirname, 'seal-rate.child.ts');

/**
 * What sealing and opening cost beside the cipher alone. Sealing also digests: the plaintext, each
 * segment and what is sealed, on its thread.
 */
export const sealRate: Figure = {
  name: 'seal-rate',
  title: 'Sealing and opening in memory, beside ChaCha20-Poly1305 of node:crypto alone, 64 KiB',
  goal: 'at least 0.8 times as fast without digests; look at CPU seconds: digests are on a thread',
  tools: [],
  rounds: 5,
  async prepare({ scale }) {
    const mebibytes = Math.max(64, Math.round(2048 * scale));
    const contestant = (label: string, mode: string): Contestant => ({
      label,
      servers: () => [],
      prepare: async () => undefined,
      command: `${process.execPath} ${childScript} ${mode} ${mebibytes}`,
    });
    return {
      sizeBytes: mebibytes * 1024 * 1024,
      contestants: [
        contestant('cipher alone, sealing', 'raw'),
        contestant('cipher alone, opening', 'raw-open'),
        contestant('sealed as production does, with digests', 'seal'),
        contestant('opened as the client does, without digests', 'open'),
      ],
      verify: async () => undefined,
      absent: [],
    };
  },
};
