import type { Files } from '../../files/files.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Exchange, HttpDoor } from '../../listener/door.ts';
import { readBody } from '../../listener/read-body.ts';
import { accessErrors } from '../errors.ts';
import { type AccessLimits, accessLimits } from '../limits.ts';
import { originForm } from '../origin-form.ts';
import { refusedAdvice } from '../refused-credential.ts';
import { createListingCursors } from './listing-cursors.ts';
import { noteRefusals } from './note-refusals.ts';
import type { SrmCall } from './operation.ts';
import { operationNamed } from './operation-named.ts';
import { operations } from './operations/index.ts';
import { createRequestSurls } from './request-surls.ts';
import { readSoapCall, type SoapCall } from './soap/reader.ts';
import { soapFault, soapReply, type Xml } from './soap/writer.ts';
import { type SrmStatus, statusElement, statusOfCode } from './status.ts';

export interface SrmDoorOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Where TURLs point. By default the host of the SURL and the port the client has reached. */
  readonly transfer?: { readonly host?: string; readonly port?: number };
  readonly limits?: AccessLimits;
}

const endpoint = '/srm/managerv2';

/**
 * The SRM v2.2 door: grid clients list files, ask for them, and get an https URL for the bytes.
 *
 * Whatever a call is about, the answer is an SRM status that the client shows its user; a SOAP
 * fault only answers what is no SRM call.
 *
 * @standard SRM 2.2
 */
export function createSrmDoor(options: SrmDoorOptions): HttpDoor {
  const { limits = accessLimits } = options;
  const cursors = createListingCursors(limits.lsCursorsMax);
  const surls = createRequestSurls(limits.srmRequestsMax);
  const answer = async (exchange: Exchange, call: SoapCall): Promise<string> => {
    const transfer = {
      host: options.transfer?.host,
      port: options.transfer?.port ?? exchange.request.socket.localPort ?? 443,
    };
    const files = noteRefusals(options.files, exchange.refused);
    const shared = { ...options, files, limits, cursors, surls, transfer };
    return soapReply(call.operation, await contentOf(exchange, call, shared));
  };
  return {
    name: 'srm',
    accepts: (request) => originForm(request.url ?? '').split('?')[0] === endpoint,
    async serve(exchange) {
      const { request } = exchange;
      if (request.method !== 'POST') return send(exchange, 405, 'SRM calls are POSTed\n');
      try {
        const body = await bodyOf(exchange, limits);
        if (exchange.caller === undefined && operationNamed(body) !== 'srmPing') {
          return refuseStranger(exchange, operationNamed(body));
        }
        const call = readSoapCall(body, limits);
        if (!Object.hasOwn(operations, call.operation)) {
          const fault = soapFault('Client', 'there is no such operation in SRM v2.2');
          return send(exchange, 500, fault);
        }
        send(exchange, 200, await answer(exchange, call));
      } catch (error) {
        if (!accessErrors.has(error)) throw error;
        const { code } = error;
        if (code === 'ACCESS_SRM_UNAUTHENTICATED') exchange.refused(exchange.refusal?.code ?? code);
        const fault = soapFault('Client', `${code}: ${accessErrors.rows[code].meaning}`);
        send(exchange, exchange.request.complete ? 500 : 413, fault);
      }
    },
  };
}

/** Of a stranger only what a ping needs. @throws ACCESS_BODY_TOO_LONG, ACCESS_SRM_UNAUTHENTICATED */
function bodyOf(exchange: Exchange, limits: AccessLimits): Promise<Uint8Array> {
  const isKnown = exchange.caller !== undefined;
  const code = isKnown ? 'ACCESS_BODY_TOO_LONG' : 'ACCESS_SRM_UNAUTHENTICATED';
  return readBody(exchange, {
    maxBytes: isKnown ? limits.soapBytesMax : limits.strangerSoapBytesMax,
    tooLong: () => accessErrors.create(code),
  });
}

/** Tell a stranger so in the form of what he asked for, which is not read as XML. */
function refuseStranger(exchange: Exchange, operation: string | undefined): void {
  if (operation === undefined || !Object.hasOwn(operations, operation)) {
    throw accessErrors.create('ACCESS_SRM_UNAUTHENTICATED');
  }
  send(exchange, 200, soapReply(operation, only(unauthenticated(exchange))));
}

/** What the client prints: why a credential was not accepted, or that there was none. */
function unauthenticated({ refusal, refused }: Exchange): SrmStatus {
  refused(refusal?.code ?? 'ACCESS_SRM_UNAUTHENTICATED');
  const why = refusal
    ? `${refusal.code}: ${refusal.explanation}`
    : 'no client certificate was shown';
  const explanation = `${why}. ${refusedAdvice(refusal, accessErrors.rows.ACCESS_SRM_UNAUTHENTICATED).user}`;
  return { code: 'SRM_AUTHENTICATION_FAILURE', explanation };
}

type Shared = Omit<SrmCall, 'request' | 'caller' | 'signal'> & { readonly log: Log };

/** What goes into the response element: the operation's answer, or the status of its failure. */
async function contentOf(
  exchange: Exchange,
  call: SoapCall,
  shared: Shared,
): Promise<readonly (Xml | undefined)[]> {
  const { caller, signal } = exchange;
  const operation = operations[call.operation];
  if (caller === undefined && call.operation !== 'srmPing') return only(unauthenticated(exchange));
  try {
    const known = caller ?? anonymous;
    return (await operation?.({ ...shared, request: call.request, caller: known, signal })) ?? [];
  } catch (error) {
    const status = statusOfCode(codeOf(error) ?? '');
    if (status !== undefined) return only(status);
    const { requestId } = exchange;
    const { operation: name } = call;
    shared.log.error('srm.failed', { requestId, operation: name, code: codeOf(error) });
    return only({ code: 'SRM_FAILURE', explanation: `failed here; request ${requestId}` });
  }
}

/** For `srmPing` only, which tells nothing about anybody's files. */
const anonymous = { subject: '', groups: [], method: 'certificate', expiresMs: 0 } as const;

function only(status: SrmStatus): readonly Xml[] {
  return [statusElement('returnStatus', status)];
}

function send({ response }: Exchange, status: number, body: string): void {
  const bytes = Buffer.from(body, 'utf8');
  const type = body.startsWith('<') ? 'text/xml; charset=utf-8' : 'text/plain; charset=utf-8';
  // What was too long to read is not waited for.
  const headers = status === 413 ? { Connection: 'close' } : {};
  response.writeHead(status, { ...headers, 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}
