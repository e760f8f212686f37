import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { present } from '../lib/assert.ts';
import { HeaderEnd } from './header-end.ts';
import type { ListenerLimits } from './limits.ts';

/**
 * Stands between a connection and its HTTP parser and lets one request in at a time. What a client
 * sends behind it is not parsed before the answer is out, and not read beyond one chunk: a parser
 * left alone makes objects of a thousand requests from one packet and starts them all.
 *
 * Each further request is asked for when its first bytes are there.
 *
 * Make it after the HTTP server took the connection: its listener of `data` is called from here
 * with the pieces that are due.
 *
 * @standard RFC 9112 §9.3.2 (pipelining: answers in order, one by one is enough)
 */
export class RequestGate {
  readonly #socket: Socket;
  readonly #limits: Pick<ListenerLimits, 'pipelinedBytesMax'>;
  readonly #askAgain: (go: () => void) => void;
  readonly #parse: (bytes: Buffer) => void;
  readonly #headerEnd = new HeaderEnd();
  #held: Buffer = Buffer.alloc(0);
  #request: IncomingMessage | undefined;
  /** Of the body of `#request`; undefined when only the parser can tell where it ends. */
  #bodyLeft: number | undefined;
  #state: 'being served' | 'answered' | 'asked for the next' | 'next may come' = 'next may come';
  #isPumping = false;

  constructor(
    socket: Socket,
    options: {
      readonly limits: Pick<ListenerLimits, 'pipelinedBytesMax'>;
      /** `go` is called when another request may be read, perhaps before this returns. */
      readonly askAgain: (go: () => void) => void;
    },
  ) {
    this.#socket = socket;
    this.#limits = options.limits;
    this.#askAgain = options.askAgain;
    const [parse] = socket.listeners('data') as ((bytes: Buffer) => void)[];
    this.#parse = present(parse, 'the HTTP server reads the connection');
    socket.removeListener('data', this.#parse);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    const resume = socket.resume.bind(socket);
    // The HTTP server reads on at the end of each request; here that would be reading ahead.
    socket.resume = () => (this.#held.length === 0 ? resume() : socket);
  }

  /** The parser found a request. */
  began(request: IncomingMessage): void {
    const length = request.headers['content-length'];
    this.#request = request;
    this.#bodyLeft = length === undefined ? undefined : Number(length);
    this.#state = 'being served';
  }

  /** Its answer is out: the next may come. */
  answered(): void {
    this.#state = 'answered';
    this.#goOn();
  }

  #goOn(): void {
    this.#pump();
    if (this.#held.length === 0) this.#socket.resume();
  }

  #take(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#pump();
    if (this.#held.length > this.#limits.pipelinedBytesMax) this.#socket.destroy();
    else if (this.#held.length > 0) this.#socket.pause();
  }

  #pump(): void {
    // An answer that is out at once calls back from within.
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      const length = this.#socket.destroyed ? 0 : this.#dueLength();
      if (length === 0) break;
      const due = this.#held.subarray(0, length);
      this.#held = this.#held.subarray(length);
      this.#parse(due);
    }
    this.#isPumping = false;
  }

  #mayBeginNext(): boolean {
    if (this.#state === 'answered' && this.#held.length > 0) {
      this.#state = 'asked for the next';
      this.#askAgain(() => {
        this.#state = 'next may come';
        this.#goOn();
      });
    }
    return this.#state === 'next may come';
  }

  /** How many of the bytes held belong to the request that is being read, or begin the next. */
  #dueLength(): number {
    if (this.#request?.complete === true) {
      if (!this.#mayBeginNext()) return 0;
      this.#request = undefined;
    }
    if (this.#request === undefined || this.#bodyLeft === undefined) {
      // The end of a chunked body looks like that of a header.
      return this.#headerEnd.find(this.#held);
    }
    const length = Math.min(this.#bodyLeft, this.#held.length);
    this.#bodyLeft -= length;
    return length;
  }
}
