import { parentPort } from 'node:worker_threads';
import type { FrameReply, FrameRequest } from '../../src/pixel/decode-messages.ts';

// Plays the decoding thread: the first byte of a frame says what becomes of it.

parentPort?.on('message', ({ coded }: FrameRequest) => {
  const [what = 0] = coded;
  const reply = (message: FrameReply): void => parentPort?.postMessage(message);
  if (what === 1) for (;;); // a codec that does not end
  if (what === 2) process.exit(3); // of a worker: the thread alone ends
  if (what === 3) throw new Error('a bug');
  if (what === 4) {
    reply({ kind: 'failed', code: 'PIXEL_CODED_INVALID', message: '', memoryBytes: 0 });
  } else {
    const memoryBytes = what === 5 ? Number.MAX_SAFE_INTEGER : 0;
    setTimeout(() => reply({ kind: 'decoded', pixels: coded, memoryBytes }), what);
  }
});
