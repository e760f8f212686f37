import { MdmError } from '../../lib/errors/mdm-error.ts';
import { collectBytes } from '../../lib/streams/byte-stream.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import { checkAnswer } from './answer-check.ts';
import type {
  AclAnswer,
  AppliedCollectionAnswer,
  FindAnswer,
  FullStatusAnswer,
  KeyStatusAnswer,
  ListAnswer,
  LockAnswer,
  LockChangeAnswer,
  OwnKeyAnswer,
  OwnKeyChangeAnswer,
  PolicyChangeAnswer,
  ReceiptsAnswer,
  StageAnswer,
  StatAnswer,
  StatusAnswer,
  UpkeepJobAnswer,
} from './answers.ts';
import type { ClientResponse, ClientTransport } from './transport.ts';

const prefix = '/.mdm/v1';

/** A change of who may do what. */
export interface GrantRequest {
  readonly path: string;
  readonly who: string;
  readonly rights: readonly string[];
  readonly expiresMs?: number;
}

/** The gateway's API. Runs in a browser too. Failures carry the server's code. */
export class MdmApi {
  readonly #transport: ClientTransport;
  readonly #gateway: string;

  /** @param gateway base URL without trailing slash */
  constructor(transport: ClientTransport, gateway: string) {
    this.#transport = transport;
    this.#gateway = gateway;
  }

  stat(path: string, signal?: AbortSignal): Promise<StatAnswer> {
    return this.#get('stat', { path }, signal);
  }

  list(path: string, cursor: string | undefined, signal?: AbortSignal): Promise<ListAnswer> {
    return this.#get('list', { path, cursor, limit: clientLimits.pageEntries }, signal);
  }

  /** What was signed of a file; with `segments` also digests of those, or of as many as are given at once. */
  receipts(
    path: string,
    options: {
      readonly segments?: { readonly first: number; readonly end: number };
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<ReceiptsAnswer> {
    const { segments, signal } = options;
    return this.#get('receipts', { path, ...segments }, signal);
  }

  find(
    query: { readonly under: string; readonly where: readonly string[]; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<FindAnswer> {
    const { under, where, after } = query;
    return this.#get('find', { under, where, after, limit: clientLimits.pageEntries }, signal);
  }

  /** Ask for files together, so that one retrieve brings them. They stay pinned until released. */
  stage(paths: readonly string[], signal?: AbortSignal): Promise<StageAnswer> {
    return this.#post('stage', { paths }, signal);
  }

  release(token: string, signal?: AbortSignal): Promise<StageAnswer> {
    return this.#post('release', { token }, signal);
  }

  acl(path: string): Promise<AclAnswer> {
    return this.#get('acl', { path });
  }

  grant(request: GrantRequest): Promise<PolicyChangeAnswer> {
    return this.#post('grant', request);
  }

  revoke(request: { readonly path: string; readonly who: string }): Promise<PolicyChangeAnswer> {
    return this.#post('revoke', request);
  }

  /** Take a key for one's own; nobody else may have it yet. */
  registerOwnKey(keyId: string, signal?: AbortSignal): Promise<OwnKeyChangeAnswer> {
    return this.#post('own-key-register', { keyId }, signal);
  }

  ownKeyAcl(keyId: string): Promise<OwnKeyAnswer> {
    return this.#get('own-key-acl', { keyId });
  }

  /** Replace what the list of a key of one's own says of `who`; no rights: nothing. */
  changeOwnKey(
    change: { readonly keyId: string } & Omit<GrantRequest, 'path'>,
    signal?: AbortSignal,
  ): Promise<OwnKeyChangeAnswer> {
    return this.#post('own-key-change', change, signal);
  }

  /** Destroy a key of one's own. */
  unregisterOwnKey(keyId: string, signal?: AbortSignal): Promise<OwnKeyChangeAnswer> {
    return this.#post('own-key-unregister', { keyId }, signal);
  }

  /** Hide what a collection does not show any more; operators only. */
  applyCollection(collection: string): Promise<AppliedCollectionAnswer> {
    return this.#post('collection-apply', { collection });
  }

  /** Stop all disclosure at and below a path; operators only. */
  lock(lock: { readonly path: string; readonly reason: string }): Promise<LockChangeAnswer> {
    return this.#post('lock', lock);
  }

  /** End the lock that is set exactly there; operators only. */
  unlock(path: string): Promise<LockChangeAnswer> {
    return this.#post('unlock', { path });
  }

  /** All that is locked; operators only. */
  locks(): Promise<{ readonly locks: readonly LockAnswer[] }> {
    return this.#get('locks', {});
  }

  /** Have shares that key servers lack made again; operators only. */
  recoverKeys(): Promise<UpkeepJobAnswer> {
    return this.#post('key-recover', {});
  }

  /** Have all shares made anew; operators only. */
  refreshKeys(reason: string): Promise<UpkeepJobAnswer> {
    return this.#post('key-refresh', { reason });
  }

  /** How the keys are kept; operators only. */
  keyStatus(): Promise<KeyStatusAnswer> {
    return this.#get('key-status', {});
  }

  status(): Promise<StatusAnswer | FullStatusAnswer> {
    return this.#get('status', {});
  }

  /**
   * A file's bytes from `offset` on, up to before `end` if that is given. `etag` makes the server refuse
   * to continue another content.
   */
  async read(
    path: string,
    options: {
      readonly offset: number;
      readonly end?: number;
      readonly etag?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<ClientResponse> {
    const { offset, end, etag, signal } = options;
    const isPart = offset > 0 || end !== undefined;
    const last = end === undefined ? '' : end - 1;
    const response = await this.#transport.send({
      method: 'GET',
      url: `${this.#gateway}${encodePath(path)}`,
      headers: {
        ...(isPart ? { range: `bytes=${offset}-${last}` } : {}),
        ...(isPart && etag !== undefined ? { 'if-range': etag } : {}),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.status !== 200 && response.status !== 206) throw await failureOf(response);
    return response;
  }

  async #get<T>(
    operation: string,
    parameters: Readonly<Record<string, Parameter>>,
    signal?: AbortSignal,
  ): Promise<T> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) query.append(name, String(one));
      }
    }
    const url = `${this.#gateway}${prefix}/${operation}?${query.toString()}`;
    const cancel = signal === undefined ? {} : { signal };
    return answerOf(operation, await this.#transport.send({ method: 'GET', url, ...cancel }));
  }

  async #post<T>(operation: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const url = `${this.#gateway}${prefix}/${operation}`;
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify(body);
    const cancel = signal === undefined ? {} : { signal };
    const request = { method: 'POST', url, headers, body: text, ...cancel } as const;
    const response = await this.#transport.send(request);
    return answerOf(operation, response);
  }
}

async function answerOf<T>(operation: string, response: ClientResponse): Promise<T> {
  if (response.status !== 200) throw await failureOf(response);
  return checkAnswer(operation, await jsonOf(response)) as T;
}

type Parameter = string | number | undefined | readonly string[];

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

async function jsonOf(response: ClientResponse): Promise<unknown> {
  const bytes = await collectBytes(response.body, {
    maxBytes: clientLimits.jsonBytesMax,
    tooLong: () => clientErrors.create('CLIENT_PROTOCOL', { message: 'answer too long' }),
  });
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'not JSON', cause });
  }
}

/** What the server said, with its code, its advice and when to try again. */
async function failureOf(response: ClientResponse): Promise<Error> {
  const answer = (await jsonOf(response).catch(() => undefined)) as FailureAnswer | undefined;
  const retryAfterSeconds = Number(response.headers['retry-after']);
  const context = {
    status: response.status,
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {}),
    ...(typeof answer?.reason === 'string' ? { reason: answer.reason } : {}),
    ...(isRequestId(answer?.requestId) ? { requestId: answer.requestId } : {}),
  };
  if (typeof answer?.code !== 'string' || !/^[A-Z][A-Z0-9_]{1,63}$/.test(answer.code)) {
    return clientErrors.create('CLIENT_REFUSED', { message: `HTTP ${response.status}`, context });
  }
  const { meaning, user } = answer;
  const detail = answer.explanation ?? answer.detail;
  const message = [meaning, typeof detail === 'string' ? `(${detail})` : undefined, user]
    .filter((text) => typeof text === 'string')
    .join(' ');
  return new MdmError(answer.code, dispositionOf(answer, response), { message, context });
}

/** As the server has it; a proxy before it may answer without. */
function dispositionOf(
  { disposition }: FailureAnswer,
  { status }: ClientResponse,
): 'transient' | 'permanent' {
  if (disposition === 'transient' || disposition === 'permanent') return disposition;
  return status >= 500 || status === 429 ? 'transient' : 'permanent';
}

/** As gateways make them; anything else could say what it likes where people copy it from. */
function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z-]{1,64}$/.test(value);
}

interface FailureAnswer {
  readonly code?: unknown;
  readonly disposition?: unknown;
  readonly meaning?: unknown;
  readonly detail?: unknown;
  /** Why a credential was refused. */
  readonly explanation?: unknown;
  readonly user?: unknown;
  readonly reason?: unknown;
  readonly requestId?: unknown;
}
