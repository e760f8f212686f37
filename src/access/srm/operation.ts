import type { Files } from '../../files/files.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Clock } from '../../lib/clock.ts';
import { accessErrors } from '../errors.ts';
import type { AccessLimits } from '../limits.ts';
import type { ListingCursors } from './listing-cursors.ts';
import type { RequestSurls } from './request-surls.ts';
import { type SoapElement, textsAt } from './soap/element.ts';
import type { Xml } from './soap/writer.ts';
import { type SrmStatus, statusOfError } from './status.ts';
import { parseSurl, type Surl } from './surl.ts';

/** Where TURLs point: this server's HTTPS doors. */
export interface TransferEndpoint {
  /** Undefined: the host of the SURL, which the client has just reached. */
  readonly host: string | undefined;
  readonly port: number;
}

/** What an operation answers with: the call, and what the door works on. */
export interface SrmCall {
  readonly request: SoapElement;
  readonly caller: Principal;
  readonly signal: AbortSignal;
  readonly transfer: TransferEndpoint;
  readonly files: Files;
  readonly clock: Clock;
  readonly limits: AccessLimits;
  readonly cursors: ListingCursors;
  readonly surls: RequestSurls;
}

/** One SRM operation: the content of its response element, in WSDL order. */
export type SrmOperation = (call: SrmCall) => Promise<readonly (Xml | undefined)[]>;

/** A SURL of a request: usable, or with the status that says why not. */
export type NamedFile =
  | { readonly text: string; readonly surl: Surl }
  | { readonly text: string; readonly status: SrmStatus };

/**
 * The SURLs of a call.
 * @throws `ACCESS_SRM_REQUEST_INVALID` when there is none, or more than the limit
 */
export function nameFiles(call: SrmCall, texts: readonly string[]): readonly NamedFile[] {
  if (texts.length === 0 || texts.length > call.limits.surlsMax) {
    throw accessErrors.create('ACCESS_SRM_REQUEST_INVALID', { context: { surls: texts.length } });
  }
  return texts.map((text) => nameFile(text, call.limits));
}

/** The SURLs a call names, if it names any; undefined means all of the request it is about. */
export function readOptionalSurls(call: SrmCall, array: string) {
  const texts = textsAt(call.request, array, 'urlArray');
  return texts.length === 0 ? undefined : nameFiles(call, texts);
}

export function nameFile(text: string, limits: AccessLimits): NamedFile {
  try {
    return { text, surl: parseSurl(text, limits) };
  } catch (error) {
    return { text: text.slice(0, limits.surlCharactersMax), status: statusOfError(error) };
  }
}

/** A whole number among the parameters; undefined when absent. */
export function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\+?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw accessErrors.create('ACCESS_SRM_REQUEST_INVALID');
  return value;
}
