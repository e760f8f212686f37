import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { PolicyEntry, Right } from '../../src/authz/policy.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { callerNamed, instancePath, openFilesBench, site } from '../support/files-bench.ts';

// S8, short: whatever the policies, every operation agrees with a model of ten lines, and what is
// hidden answers as what is absent.

const rights: readonly Right[] = ['list', 'read', 'read-metadata', 'change-permissions'];
const groups = ['/lab/ct', 'staff'];
const nowMs = Date.UTC(2024, 5, 13);

const who = fc.constantFrom(
  'authenticated',
  `user:${callerNamed('alice').subject}`,
  `user:${callerNamed('bob').subject}`,
  'group:/lab/ct',
  'group:/lab/ct/Role=NULL',
  'group:/lab/ct/Role=admin',
  'group:staff',
);
const entry: fc.Arbitrary<PolicyEntry> = fc.record(
  {
    who,
    rights: fc.uniqueArray(fc.constantFrom(...rights), { minLength: 1 }),
    expiresMs: fc.constantFrom(nowMs - 1, nowMs, nowMs + 1),
  },
  { requiredKeys: ['who', 'rights'] },
);
const policies = fc.tuple(...['a', 'b', 'c'].map(() => fc.array(entry, { maxLength: 3 })));
const caller = fc.record({
  name: fc.constantFrom('alice', 'bob', 'carol'),
  groups: fc.subarray(groups),
  expiresMs: fc.constantFrom(nowMs, nowMs + 1),
});

/** The rights of a caller: the model. */
function held(
  entries: readonly PolicyEntry[],
  { name, groups: mine, expiresMs }: { name: string; groups: readonly string[]; expiresMs: number },
): ReadonlySet<Right> {
  if (expiresMs <= nowMs) return new Set();
  const names = ['authenticated', `user:${callerNamed(name).subject}`];
  for (const group of mine) names.push(`group:${group}`, `group:${group}/Role=NULL`);
  return new Set(
    entries
      .filter((one) => names.includes(one.who) && (one.expiresMs ?? nowMs + 1) > nowMs)
      .flatMap((one) => one.rights),
  );
}

/** 'ok', or the code of the refusal. */
async function outcome(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

const collections = (['a', 'b', 'c'] as const).map((name) => {
  const delivery = name === 'c' ? 'sealed' : 'open';
  return { name, delivery, entries: [] } as const;
});

test('every operation agrees with the model, and hides alike', async (t) => {
  const bench = await openFilesBench(t, collections, { sizeBytes: 100 });
  const { files, metadata } = bench;
  const expected = (mine: ReadonlySet<Right>, ...needed: readonly Right[]): string =>
    mine.size === 0
      ? 'FILES_NOT_FOUND'
      : needed.some((right) => mine.has(right))
        ? 'ok'
        : 'FILES_FORBIDDEN';
  await fc.assert(
    fc.asyncProperty(policies, caller, async (lists, about) => {
      const principal = { ...callerNamed(about.name, about.groups), expiresMs: about.expiresMs };
      const visible: string[] = [];
      const found: string[] = [];
      for (const [index, collection] of collections.entries()) {
        const entries = lists[index] ?? [];
        bench.setPolicy(collection.name, entries);
        const mine = held(entries, about);
        const top = `/${site}/${collection.name}`;
        const path = instancePath(collection);
        if (mine.size > 0) visible.push(collection.name);
        if (mine.has('read-metadata')) found.push(`${top}/p-1/t-1/s-${collection.name}`);
        const page = { cursor: undefined, limit: 10 };
        const read = async (): Promise<void> => {
          const opened = await files.open(principal, path, {
            range: undefined,
            ifRange: undefined,
          });
          for await (const _ of opened.body);
        };
        assert.equal(await outcome(read()), expected(mine, 'read'));
        const proofs = await outcome(metadata.receipts(principal, path));
        const proven = expected(mine, 'read');
        assert.ok(proofs === proven || (proven === 'ok' && proofs === 'FILES_NOT_PRODUCED'));
        const stat = files.stat(principal, path, {});
        assert.equal(await outcome(stat), expected(mine, 'list', 'read'));
        const shown = await stat.catch(() => undefined);
        if (!mine.has('read')) assert.equal(shown?.etag, undefined);
        assert.equal(await outcome(files.list(principal, top, page)), expected(mine, 'list'));
        const none = await outcome(files.stat(principal, `${top}/p-9`, {}));
        assert.equal(none, 'FILES_NOT_FOUND');
      }
      const page = { cursor: undefined, limit: 10 };
      if (about.expiresMs > nowMs) {
        const listed = await files.list(principal, `/${site}`, page);
        assert.deepEqual(
          listed.entries.map(({ name }) => name),
          visible,
        );
      }
      const query = { under: '/', conditions: [], after: undefined, limit: 10 };
      const answers = await metadata.find(principal, query);
      assert.deepEqual(
        answers.entries.map(({ path }) => path),
        found,
      );
    }),
    { numRuns: 60 },
  );
});
