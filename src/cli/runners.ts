import type { Connection } from './connection.ts';
import type { Output } from './output.ts';

/** What a command does with a connection, until it is interrupted. */
export type Action = (connection: Connection, output: Output, signal: AbortSignal) => Promise<void>;

/** Runs what is asked of the gateway and the key servers. */
export type Client = (action: Action) => Promise<void>;

/** Runs what needs neither gateway nor settings. */
export type Local = (
  action: (output: Output, signal: AbortSignal) => Promise<void>,
) => Promise<void>;
