import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToRemember, recollect, type SeenVersion } from './recollection.ts';

const seen = (guid: string, version: number, more: Partial<SeenVersion> = {}): SeenVersion => ({
  guid,
  version,
  digest: `d${version}`,
  timeMs: version * 1000,
  ...more,
});
const known = seen('a', 3);

test('what is shown of a file is never less than what was seen of it', () => {
  for (const [shown, asked, verdict, kept] of [
    [seen('a', 3), undefined, 'same', false],
    [seen('a', 4), undefined, 'newer', true],
    [seen('a', 4), 4, 'newer', true],
    [seen('a', 2), undefined, 'CLIENT_VERSION_OLDER', false],
    [seen('a', 2), 2, 'asked', false],
    [seen('a', 2), 1, 'CLIENT_VERSION_OLDER', false],
    [seen('a', 3, { digest: 'other' }), undefined, 'CLIENT_VERSION_TWICE', false],
    [seen('a', 3, { digest: 'other' }), 3, 'CLIENT_VERSION_TWICE', false],
    [seen('b', 1, { timeMs: 3001 }), undefined, 'another', true],
    [seen('b', 9, { timeMs: 3000 }), undefined, 'CLIENT_IDENTITY_OLDER', false],
    [seen('b', 1), 1, 'CLIENT_IDENTITY_OLDER', false],
  ] as const) {
    const what = JSON.stringify({ shown, asked });
    if (verdict.startsWith('CLIENT_'))
      assert.throws(() => recollect(known, shown, { version: asked }), { code: verdict }, what);
    else assert.equal(recollect(known, shown, { version: asked }), verdict, what);
    assert.equal(isToRemember(known, shown), kept, what);
  }
  assert.equal(recollect(undefined, known, { version: undefined }), 'first');
  assert.ok(isToRemember(undefined, known));
});
