import { parentPort } from 'node:worker_threads';
import type { FrameReply, FrameRequest } from '../../src/pixel/decode-messages.ts';

// Plays the decoding thread: the first byte of a frame says what becomes of it.

parentPort?.on('message', ({ kind, coded }: FrameRequest) => {
  const [what = 0] = coded;
  const reply = (message: FrameReply): void => parentPort?.postMessage(message);
  if (what === 1) for (;;); // a codec that does not end
  if (what === 2) process.exit(3); // of a worker: the thread alone ends
  if (what === 3) throw new Error('a bug');
  const memoryBytes = what === 5 ? Number.MAX_SAFE_INTEGER : 0;
  if (what === 4) {
    const failed = kind === 'read' ? 'refused' : 'failed';
    reply({ kind: failed, code: 'PIXEL_CODED_INVALID', message: '', memoryBytes });
  } else if (kind === 'read') reply({ kind, coded, pixels: coded, memoryBytes });
  else setTimeout(() => reply({ kind: 'decoded', pixels: coded, memoryBytes }), what);
});
