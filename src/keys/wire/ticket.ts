import { JsonFields } from '../../lib/json/json-fields.ts';
import { refuseField } from './refuse.ts';

/** A public key that a ticket is bound to: ES256 or Ed25519. @standard RFC 7517, RFC 8037 */
export type TicketKey =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };

/** `POST /v1/tickets`: for which key, and for how long at most. */
export interface TicketRequest {
  readonly jwk: TicketKey;
  /** Default: as long as the server gives. */
  readonly lifetimeSeconds?: number;
}

/** Its answer. */
export interface TicketAnswer {
  readonly ticket: string;
  /** UTC ms. */
  readonly expiresMs: number;
}

const coordinate = /^[A-Za-z0-9_-]{43}$/;
const compactJws = /^[A-Za-z0-9._-]{1,24576}$/;

export function readTicketRequest(value: unknown): TicketRequest {
  const fields = new JsonFields(value, { path: 'request', refuse: refuseField });
  const jwk = readKey(fields.object('jwk'));
  const lifetime = fields.has('lifetimeSeconds')
    ? { lifetimeSeconds: fields.integer('lifetimeSeconds', 1) }
    : {};
  fields.end();
  return { jwk, ...lifetime };
}

export function readTicketAnswer(value: unknown): TicketAnswer {
  const fields = new JsonFields(value, { path: 'answer', refuse: refuseField });
  const answer = {
    ticket: fields.text('ticket', compactJws),
    expiresMs: fields.integer('expiresMs', 0),
  };
  fields.end();
  return answer;
}

/** Closed: a key with its private half would be refused, not kept. */
function readKey(fields: JsonFields): TicketKey {
  const kty = fields.choice('kty', ['EC', 'OKP']);
  const key: TicketKey =
    kty === 'EC'
      ? {
          kty,
          crv: fields.choice('crv', ['P-256']),
          x: fields.text('x', coordinate),
          y: fields.text('y', coordinate),
        }
      : { kty, crv: fields.choice('crv', ['Ed25519']), x: fields.text('x', coordinate) };
  fields.end();
  return key;
}
