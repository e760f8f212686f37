import type { IncomingMessage } from 'node:http';
import { clientErrors } from '../errors.ts';
import { Gathering } from './gather.ts';
import type { OneBufferAgent } from './one-buffer-agent.ts';

/** A shorter body is not worth a connection of its own. */
const directBytesMin = 4 * 1024 * 1024;

/** The longest timer; one that was cleared would be set again by what the connection still brings. */
const neverMs = 2 ** 31 - 1;

/**
 * A large body of known length, read past the HTTP parser: its copy of every TLS record, and the
 * events around it, cost more than deciphering and checking what came. The connection serves no
 * other request after it. Call it when the response is heard.
 *
 * Undefined for what does not come as it is, or is small. Throws CLIENT_INTERRUPTED when the
 * connection ends before the body.
 */
export function directBody(
  incoming: IncomingMessage,
  agent: OneBufferAgent,
  idleMs: number,
): AsyncGenerator<Uint8Array, void, void> | undefined {
  const { headers, socket, statusCode } = incoming;
  const length = Number(headers['content-length']);
  const comesAsIs = headers['transfer-encoding'] === undefined;
  const hasBody = statusCode === 200 || statusCode === 206;
  if (!comesAsIs || !hasBody || !(length >= directBytesMin)) return undefined;
  let missing = length;
  const gathering = new Gathering({
    // While its receiver waits, the connection may bring nothing.
    pause: () => socket.pause().setTimeout(neverMs),
    resume: () => socket.resume().setTimeout(idleMs),
    destroy: () => socket.destroy(),
  });
  const take = (bytes: Uint8Array): void => {
    if (missing === 0) return;
    const ours = bytes.subarray(0, missing);
    missing -= ours.length;
    gathering.take(ours);
    if (missing === 0) gathering.settle({});
  };
  let isBegun = false;
  /** First what the parser had of it when the response was heard. */
  const begin = (): void => {
    if (isBegun) return;
    isBegun = true;
    for (let bytes = readOf(incoming); bytes !== null; bytes = readOf(incoming)) take(bytes);
    // The parser may have asked the connection to wait.
    socket.resume();
  };
  const isDiverted = agent.divert(socket, (bytes) => {
    begin();
    take(bytes);
  });
  if (!isDiverted) return undefined;
  process.nextTick(begin);
  const interrupted = (cause?: Error): void =>
    gathering.settle({ error: clientErrors.create('CLIENT_INTERRUPTED', { cause }) });
  incoming.on('error', interrupted);
  incoming.on('close', () => interrupted());
  return gathering.chunks();
}

function readOf(incoming: IncomingMessage): Uint8Array | null {
  return incoming.read() as Uint8Array | null;
}
