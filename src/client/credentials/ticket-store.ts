import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerCredential, TicketAnswer } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { JsonFields } from '../../lib/json/json-fields.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import type { OwnKeyServer } from './token-route.ts';

type PrivateJwk = Readonly<Record<'kty' | 'crv' | 'x' | 'y' | 'd', string>>;

/** Tickets of the caller with the keys that they are bound to: one file for each key server, mode 0600. */
export interface TicketStore {
  /** The ticket for a server, if it is good for a while yet. */
  find(server: OwnKeyServer): ServerCredential | undefined;
  /** Keep one in the place of another. @throws CLIENT_STATE */
  keep(server: OwnKeyServer, ticket: TicketAnswer, key: PrivateJwk): void;
}

/** Tickets in `<folder>/tickets`; nothing is made there before one is kept. */
export function createTicketStore(folder: string, clock: Clock): TicketStore {
  const tickets = join(folder, 'tickets');
  const fileOf = ({ name }: OwnKeyServer): string => join(tickets, `${name}.json`);
  return {
    find(server) {
      return credentialIn(readKept(fileOf(server)), server, clock);
    },
    keep(server, ticket, key) {
      const { publicUrl } = server;
      const text = JSON.stringify({ ...format, publicUrl, ...ticket, key });
      const file = fileOf(server);
      try {
        mkdirSync(tickets, { recursive: true, mode: 0o700 });
        replaceFile(file, text);
      } catch (cause) {
        throw clientErrors.create('CLIENT_STATE', { message: file, cause });
      }
    },
  };
}

/** Whole or not at all, and never another's to read. */
function replaceFile(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Tickets of one command, in its memory alone; before them those of `kept`. */
export function createTicketMemory(kept: TicketStore, clock: Clock): TicketStore {
  const held = new Map<string, Kept>();
  return {
    find: (server) => kept.find(server) ?? credentialIn(held.get(server.name), server, clock),
    keep(server, ticket, key) {
      held.set(server.name, { publicUrl: server.publicUrl, ...ticket, key });
    },
  };
}

/** Undefined where it is of another server, or ends too soon. */
function credentialIn(
  kept: Kept | undefined,
  server: OwnKeyServer,
  clock: Clock,
): ServerCredential | undefined {
  const isGood =
    kept !== undefined &&
    kept.publicUrl === server.publicUrl &&
    kept.expiresMs - clock.nowMs() > clientLimits.ticketRestMs;
  return isGood ? credentialOf(kept) : undefined;
}

const format = { format: 'mdm-kept-ticket', formatVersion: 1 } as const;

interface Kept {
  readonly publicUrl: string;
  readonly ticket: string;
  readonly expiresMs: number;
  readonly key: PrivateJwk;
}

/** Undefined for what is not there, not the caller's alone, or not as it was kept: another can be had. */
function readKept(file: string): Kept | undefined {
  try {
    const { mode, uid } = statSync(file);
    if ((mode & 0o077) !== 0 || uid !== process.geteuid?.()) return undefined;
    return parseKept(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function parseKept(value: unknown): Kept {
  const refuse = (path: string): Error =>
    clientErrors.create('CLIENT_STATE', { message: `ticket: ${path}` });
  const fields = new JsonFields(value, { path: 'ticket', refuse });
  fields.choice('format', [format.format]);
  fields.integer('formatVersion', format.formatVersion, format.formatVersion);
  const key = fields.object('key');
  const part = (name: string): string => key.text(name, /^[A-Za-z0-9_-]{2,64}$/);
  return {
    publicUrl: fields.text('publicUrl', /^https?:\/\/[^\s]{1,300}$/),
    ticket: fields.text('ticket', /^[A-Za-z0-9._-]{1,24576}$/),
    expiresMs: fields.integer('expiresMs', 0),
    key: { kty: part('kty'), crv: part('crv'), x: part('x'), y: part('y'), d: part('d') },
  };
}

function credentialOf({ publicUrl, ticket, key }: Kept): ServerCredential {
  const { x, y } = key;
  return {
    kind: 'ticket',
    ticket: new Sensitive(ticket),
    publicUrl,
    key: {
      publicKey: { kty: 'EC', crv: 'P-256', x, y },
      privateKey: createPrivateKey({ key, format: 'jwk' }),
    },
  };
}
