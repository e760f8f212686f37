import { parentPort } from 'node:worker_threads';
import { present } from '../lib/assert.ts';
import { noBytes } from '../lib/bytes/bytes.ts';
import { giveBack } from '../lib/bytes/give-back.ts';
import { Codecs } from './codec-table.ts';
import { decodeFrame } from './decode-frame.ts';
import type { DecodeRequest, FrameReply, FrameRequest, ReadRequest } from './decode-messages.ts';
import { failureOf } from './errors.ts';
import { pixelLimits } from './limits.ts';
import { readCoded } from './read-coded.ts';
import { boundMemory } from './wasm/memory-bound.ts';

// A decoding thread: libraries in WebAssembly reach nothing of the process, and what they lose of
// memory or do not end goes with the thread.

const port = present(parentPort, 'runs as a worker');
const memory = boundMemory(pixelLimits.wasmBytesMax);
const codecs = new Codecs();

port.on('message', (request: FrameRequest) => void answer(request));

/** What the coded data are is a reply; a bug ends the thread, which the other side hears. */
async function answer(request: FrameRequest): Promise<void> {
  try {
    await (request.kind === 'read' ? read(request) : decode(request));
  } catch (error) {
    const kind = request.kind === 'read' ? 'refused' : 'failed';
    reply({ kind, ...failureOf(error), memoryBytes: memory.bytes });
  }
}

async function decode(request: DecodeRequest): Promise<void> {
  const pixels = whole(await decodeFrame(codecs, request));
  // Until the collector of this thread runs it would hold frames of a second.
  giveBack(request.coded);
  reply({ kind: 'decoded', pixels, memoryBytes: memory.bytes }, [pixels]);
}

async function read(request: ReadRequest): Promise<void> {
  const done = await readCoded(codecs, request);
  const coded = request.keepsCoded ? whole(done.coded) : noBytes;
  if (coded !== request.coded) giveBack(request.coded);
  const transferred = request.keepsCoded ? [coded] : [];
  const answered = { kind: 'read', coded, memoryBytes: memory.bytes } as const;
  if (done.pixels instanceof Uint8Array) {
    const pixels = whole(done.pixels);
    reply({ ...answered, pixels }, [...transferred, pixels]);
  } else {
    const pixels = done.pixels && failureOf(done.pixels);
    reply({ ...answered, pixels }, transferred);
  }
}

/** Only whole memory can go; a codec may have given part of more. */
const whole = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();

/** @param transferred of memory of its own each, which goes with the message */
function reply(message: FrameReply, transferred: readonly Uint8Array[] = []): void {
  const buffers = transferred.map(({ buffer }) => buffer as ArrayBuffer); // never shared: this thread made it
  port.postMessage(message, buffers);
}
