import { clientErrors } from '../errors.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const areAll = (value: unknown, test: (one: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((one: unknown) => isFields(one) && test(one));
const areNumbers = (one: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => Number.isFinite(one[name]));
const isText = (value: unknown): boolean => typeof value === 'string';

const isStat = (one: Fields): boolean =>
  isText(one['path']) &&
  isText(one['name']) &&
  Number.isFinite(one['modifiedMs']) &&
  isFields(one['digests']);
const isSegments = (value: unknown): boolean =>
  isFields(value) &&
  areNumbers(value, 'first') &&
  isText(value['digests']) &&
  Array.isArray(value['beside']) &&
  value['beside'].every(isText);
const isEntry = (one: Fields): boolean => isText(one['who']) && Array.isArray(one['rights']);
const isOwnKey = (one: Fields): boolean => isText(one['owner']) && areAll(one['entries'], isEntry);
const isOwnKeyChange = (one: Fields): boolean => isOwnKey(one) && areAll(one['servers'], hasName);
const isPage = (one: Fields): boolean => one['next'] === undefined || isText(one['next']);
const isStorage = (value: unknown): boolean =>
  isFields(value) &&
  areNumbers(value, 'usedBytes', 'limitBytes') &&
  (value['disk'] === undefined ||
    (isFields(value['disk']) && areNumbers(value['disk'], 'freeBytes', 'keptBytes')));
const hasName = (one: Fields): boolean => isText(one['name']);
const isLeftOut = (one: Fields): boolean => isText(one['reason']) && isText(one['level']);
const isWalk = (walk: unknown): boolean =>
  walk === undefined || (isFields(walk) && areAll(walk['leftOut'], isLeftOut));

const isLock = (one: Fields): boolean =>
  isText(one['path']) && isText(one['reason']) && isText(one['by']) && areNumbers(one, 'sinceMs');

const isCollection = (one: Fields): boolean =>
  isText(one['collection']) &&
  areNumbers(one, 'studies', 'studiesLeaving') &&
  areAll(one['failures'], (failure) => isText(failure['code']) && areNumbers(failure, 'series'));

const isNoted = (value: unknown): boolean =>
  value === undefined || (isFields(value) && areNumbers(value, 'count', 'lastMs'));

const isKeyServerCare = (one: Fields): boolean =>
  isText(one['name']) && isText(one['state']) && isNoted(one['blamed']) && isNoted(one['refused']);

const isJob = (one: Fields): boolean =>
  isText(one['kind']) &&
  areNumbers(one, 'startedMs', 'keys', 'recovered', 'renewed', 'lost') &&
  areAll(one['missing'], (lack) => isText(lack['server']) && areNumbers(lack, 'shares')) &&
  areAll(one['failed'], (failure) => isText(failure['code']) && areNumbers(failure, 'shares')) &&
  areAll(one['silent'], (server) => isText(server['server']) && isText(server['code']));

const isRecall = (one: Fields): boolean =>
  isText(one['state']) && areNumbers(one, 'files', 'createdMs');

/** What operators see of it beside. */
const isInstallation = (one: Fields): boolean =>
  Array.isArray(one['notes']) &&
  Array.isArray(one['amiss']) &&
  Array.isArray(one['roles']) &&
  isStorage(one['storage']) &&
  areAll(one['pacs'], (pacs) => hasName(pacs) && isWalk(pacs['lastWalk'])) &&
  areAll(one['keyServers'], hasName) &&
  areAll(one['collections'], isCollection) &&
  areAll(one['locks'], isLock);

/** What must hold of an answer, so that showing it cannot fail. */
const checks: Readonly<Record<string, (answer: Fields) => boolean>> = {
  stat: isStat,
  list: (one) => areAll(one['entries'], isStat) && isPage(one),
  find: (one) => areAll(one['entries'], ({ path }) => isText(path)) && isPage(one),
  receipts: (one) =>
    isText(one['version']) &&
    (one['segments'] === undefined || isSegments(one['segments'])) &&
    (one['production'] === undefined || isText(one['production'])) &&
    (one['alias'] === undefined || isText(one['alias'])),
  stage: (one) => isText(one['token']),
  release: (one) => isText(one['token']),
  acl: (one) => areAll(one['entries'], isEntry),
  grant: (one) => areAll(one['entries'], isEntry) && areAll(one['servers'], hasName),
  revoke: (one) => areAll(one['entries'], isEntry) && areAll(one['servers'], hasName),
  'own-key-acl': isOwnKey,
  'own-key-register': isOwnKeyChange,
  'own-key-change': isOwnKeyChange,
  'own-key-unregister': isOwnKeyChange,
  status: (one) =>
    isText(one['state']) &&
    areAll(one['recalls'], isRecall) &&
    (one['storage'] === undefined || isInstallation(one)),
  lock: (one) => isLock(one) && areAll(one['servers'], hasName),
  unlock: (one) => isLock(one) && areAll(one['servers'], hasName),
  locks: (one) => areAll(one['locks'], isLock),
  'key-status': (one) =>
    areNumbers(one, 'threshold', 'feedPosition', 'refreshedSince') &&
    areAll(one['servers'], isKeyServerCare) &&
    Array.isArray(one['notes']) &&
    (one['job'] === undefined || (isFields(one['job']) && isJob(one['job']))),
  'key-recover': isJob,
  'key-refresh': isJob,
  'collection-apply': (one) => isText(one['collection']) && areNumbers(one, 'seriesHidden'),
};

/** An answer of the gateway as its type says. @throws CLIENT_PROTOCOL when it is something else */
export function checkAnswer(operation: string, answer: unknown): unknown {
  const check = checks[operation];
  if (isFields(answer) && check?.(answer) === true) return answer;
  throw clientErrors.create('CLIENT_PROTOCOL', { message: `answer to ${operation}` });
}
