import { parentPort } from 'node:worker_threads';
import { present } from '../../lib/assert.ts';
import type { SealReply, SealRequest } from './seal-messages.ts';
import { SegmentSealer } from './segment-sealer.ts';

// The sealing thread: digests and encryption take a third of a volume's time, and the event loop
// has connections to serve meanwhile.

const port = present(parentPort, 'runs as a worker');
const sealers = new Map<number, SegmentSealer>();

port.on('message', (request: SealRequest) => {
  const { stream, kind } = request;
  if (kind === 'open') {
    sealers.set(stream, new SegmentSealer(request.header, request.dataKey));
    return;
  }
  if (kind === 'abandon') {
    // Its end may have come before.
    sealers.delete(stream);
    return;
  }
  const sealer = present(sealers.get(stream), 'a stream is opened first');
  if (kind === 'seal') {
    const { batch } = request;
    const plain = new Uint8Array(batch.plain, 0, request.length);
    const length = sealer.seal(plain, new Uint8Array(batch.sealed));
    reply({ kind: 'sealed', stream, batch, length }, [batch.plain, batch.sealed]);
    return;
  }
  sealers.delete(stream);
  reply({ kind: 'ended', stream, digests: sealer.digests() });
});

function reply(message: SealReply, transferred: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transferred]);
}
