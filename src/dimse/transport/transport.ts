/** Gets what a transport connection brings. */
export interface TransportReceiver {
  /**
   * Bytes arrived. The transport owns the chunk and uses its memory again once the call has
   * returned and its promise settled; until then it reads no more from the network.
   */
  onData(chunk: Uint8Array): void | Promise<void>;
  /** The connection is gone; called once, nothing follows. */
  onClose(error: Error | undefined): void;
}

/** A transport connection, of TCP or TLS. */
export interface Transport {
  readonly remoteAddress: string;
  /** Begin to read. Called once. */
  start(receiver: TransportReceiver): void;
  /**
   * Write `chunks` in order, in one system call where possible.
   *
   * @returns undefined when the network took them, else a promise for that; never rejects, as a
   *   broken connection is told by `onClose`. The chunks must stay unchanged until then.
   */
  write(chunks: readonly Uint8Array[]): void | Promise<void>;
  /** Write what is queued, then close. */
  finish(): void;
  /** Close now; queued bytes are lost. */
  destroy(): void;
}
