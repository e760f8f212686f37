import { type FileMetadata, type Files, parseTreePath } from '../../files/index.ts';
import type { Principal } from '../../identity/principal.ts';
import type {
  KeyDesk,
  OperatorDesk,
  OwnKeys,
  PolicyEntry,
  PolicyService,
} from '../../policy/index.ts';
import {
  aclJson,
  changeJson,
  jobJson,
  lockJson,
  ownKeyChangeJson,
  ownKeyJson,
  segmentsJson,
  statJson,
} from './answers.ts';
import { apiLimits } from './limits.ts';
import type { Parameters } from './parameters.ts';

/** What the API shows. */
export interface ApiPorts {
  readonly files: Files;
  readonly metadata: FileMetadata;
  readonly policy: PolicyService;
  readonly ownKeys: OwnKeys;
  readonly operators: OperatorDesk;
  readonly keyDesk: KeyDesk;
  /** State of the installation for who asks: no names of patients or files. */
  readonly status: (caller: Principal) => Promise<unknown>;
}

/** One call of the API, authenticated. */
export interface ApiCall {
  readonly ports: ApiPorts;
  readonly caller: Principal;
  /** Of the query for GET, of the JSON body for POST. */
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
}

/** One operation: its method, and what it answers as JSON. */
export interface ApiOperation {
  readonly method: 'GET' | 'POST';
  run(call: ApiCall): Promise<unknown>;
}

/** All operations by name: `/.mdm/v1/<name>`. */
export const apiOperations: ReadonlyMap<string, ApiOperation> = new Map<string, ApiOperation>([
  ['stat', { method: 'GET', run: stat }],
  ['list', { method: 'GET', run: list }],
  ['receipts', { method: 'GET', run: receipts }],
  ['find', { method: 'GET', run: find }],
  ['acl', { method: 'GET', run: acl }],
  ['status', { method: 'GET', run: ({ ports, caller }) => ports.status(caller) }],
  ['whoami', { method: 'GET', run: whoami }],
  ['stage', { method: 'POST', run: stage }],
  ['release', { method: 'POST', run: release }],
  ['grant', { method: 'POST', run: grant }],
  ['revoke', { method: 'POST', run: revoke }],
  ['own-key-register', { method: 'POST', run: registerOwnKey }],
  ['own-key-unregister', { method: 'POST', run: unregisterOwnKey }],
  ['own-key-acl', { method: 'GET', run: ownKeyAcl }],
  ['own-key-change', { method: 'POST', run: changeOwnKey }],
  ['collection-apply', { method: 'POST', run: applyCollection }],
  ['lock', { method: 'POST', run: lock }],
  ['unlock', { method: 'POST', run: unlock }],
  ['key-status', { method: 'GET', run: keyStatus }],
  ['key-recover', { method: 'POST', run: keyRecover }],
  ['key-refresh', { method: 'POST', run: keyRefresh }],
  ['locks', { method: 'GET', run: async (call) => ({ locks: await listLocks(call) }) }],
]);

async function stat({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  return statJson(await ports.files.stat(caller, parameters.path('path'), { signal }));
}

async function list({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const page = await ports.files.list(caller, parameters.path('path'), {
    cursor: parameters.optionalText('cursor'),
    limit: parameters.count('limit', 1000),
    signal,
  });
  return { entries: page.entries.map(statJson), next: page.next };
}

/** Ask for files together, so that one retrieve brings them; reading them waits for it as ever. */
async function stage({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const pinLifetimeSeconds = parameters.count('lifetimeSeconds', apiLimits.stageSeconds);
  const paths = parameters.texts('paths');
  const { token } = await ports.files.stage(caller, paths, { pinLifetimeSeconds, signal });
  return { token };
}

async function release({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const token = parameters.text('token');
  await ports.files.release(caller, token, undefined, { signal });
  return { token };
}

async function receipts({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  const path = parameters.path('path');
  const { version, production, segments } = await ports.metadata.receipts(
    caller,
    path,
    parameters.segments(),
  );
  return { version, production, segments: segments && segmentsJson(segments) };
}

async function find({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  return ports.metadata.find(caller, {
    under: parameters.path('under'),
    conditions: parameters.conditions('where'),
    after: parameters.optionalText('after'),
    limit: parameters.count('limit', 100),
  });
}

async function acl({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  return aclJson(await ports.policy.acl(caller, parameters.path('path')));
}

function whoami({ caller }: ApiCall): Promise<unknown> {
  const { subject, groups, method, expiresMs } = caller;
  return Promise.resolve({ subject, groups, method, expiresMs });
}

async function grant({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const entry = entryOf(parameters);
  const path = parameters.path('path');
  return changeJson(await ports.policy.grant(caller, { path, entry }, { signal }));
}

function entryOf(parameters: Parameters): PolicyEntry {
  const expiresMs = parameters.optionalNumber('expiresMs');
  return {
    who: parameters.text('who'),
    rights: parameters.rights('rights'),
    ...(expiresMs === undefined ? {} : { expiresMs }),
  };
}

async function registerOwnKey({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const keyId = parameters.text('keyId');
  return ownKeyChangeJson(await ports.ownKeys.register(caller, keyId, { signal }));
}

async function unregisterOwnKey({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const keyId = parameters.text('keyId');
  return ownKeyChangeJson(await ports.ownKeys.unregister(caller, keyId, { signal }));
}

async function ownKeyAcl({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  return ownKeyJson(await ports.ownKeys.acl(caller, parameters.text('keyId')));
}

async function changeOwnKey({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const change = { keyId: parameters.text('keyId'), entry: entryOf(parameters) };
  return ownKeyChangeJson(await ports.ownKeys.change(caller, change, { signal }));
}

async function revoke({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const change = { path: parameters.path('path'), who: parameters.text('who') };
  return changeJson(await ports.policy.revoke(caller, change, { signal }));
}

function applyCollection({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  return ports.operators.applyCollection(caller, parameters.text('collection'));
}

async function lock({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  const wanted = { path: entryPath(parameters), reason: parameters.text('reason') };
  return lockJson(await ports.operators.lock(caller, wanted, { signal }));
}

async function unlock({ ports, caller, parameters, signal }: ApiCall): Promise<unknown> {
  return lockJson(await ports.operators.unlock(caller, entryPath(parameters), { signal }));
}

async function listLocks({ ports, caller }: ApiCall): Promise<readonly unknown[]> {
  const locks = await ports.operators.locks(caller);
  return locks.map(({ path, reason, by, sinceMs }) => ({ path, reason, by, sinceMs }));
}

async function keyStatus({ ports, caller }: ApiCall): Promise<unknown> {
  const { job, ...care } = await ports.keyDesk.status(caller);
  return { ...care, job: job && jobJson(job) };
}

async function keyRecover({ ports, caller }: ApiCall): Promise<unknown> {
  return jobJson(await ports.keyDesk.recover(caller));
}

async function keyRefresh({ ports, caller, parameters }: ApiCall): Promise<unknown> {
  return jobJson(await ports.keyDesk.refresh(caller, parameters.text('reason')));
}

/** Of both forms of a file the one entry. */
function entryPath(parameters: Parameters): string {
  return parseTreePath(parameters.path('path')).catalogPath;
}
