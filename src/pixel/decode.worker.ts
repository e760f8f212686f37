import { parentPort } from 'node:worker_threads';
import { present } from '../lib/assert.ts';
import { giveBack } from '../lib/bytes/give-back.ts';
import { Codecs } from './codec-table.ts';
import { decodeFrame } from './decode-frame.ts';
import type { DecodeReply, DecodeRequest } from './decode-messages.ts';
import { pixelErrors } from './errors.ts';
import { pixelLimits } from './limits.ts';
import { boundMemory } from './wasm/memory-bound.ts';

// A decoding thread: libraries in WebAssembly reach nothing of the process, and what they lose of
// memory or do not end goes with the thread.

const port = present(parentPort, 'runs as a worker');
const memory = boundMemory(pixelLimits.wasmBytesMax);
const codecs = new Codecs();

port.on('message', (request: DecodeRequest) => void answer(request));

async function answer(request: DecodeRequest): Promise<void> {
  try {
    const decoded = await decodeFrame(codecs, request);
    // Until the collector of this thread runs it would hold frames of a second.
    giveBack(request.coded);
    // Only whole memory can go; a codec may have given part of more.
    const pixels = decoded.byteLength === decoded.buffer.byteLength ? decoded : decoded.slice();
    reply({ kind: 'decoded', pixels, memoryBytes: memory.bytes }, [pixels.buffer as ArrayBuffer]); // never shared: this thread made it
  } catch (error) {
    // A bug ends the thread, which the other side hears.
    if (!pixelErrors.has(error)) throw error;
    const { code, message } = error;
    reply({ kind: 'failed', code, message, memoryBytes: memory.bytes });
  }
}

function reply(message: DecodeReply, transferred: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transferred]);
}
