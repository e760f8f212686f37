import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  plaintextOf,
  producedOf,
  resultsOf,
  targetOf,
  type Workshop,
} from '../../test/support/production.ts';
import type { ProductionJob } from './index.ts';

/** The first slices lie on their sides: another stack, of frames of the same length. */
const onSide = 3;
const edit = (index: number): readonly TestElement[] =>
  index < onSide
    ? [
        [0x00280010, 'US', [12]],
        [0x00280011, 'US', [16]],
      ]
    : [];
const series = jobSeries({ slices: 7, rows: 16, columns: 12, records: false, edit });

async function stackNames(workshop: Workshop): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const result of workshop.production.produce(jobOf(workshop, series))) {
    if (result.kind === 'stacks') names.push(...result.stacks.map(({ name }) => name));
  }
  return names;
}

/** Arrivals from the last to the first; the one at `broken` ends before its pixels do. */
async function* arrivals(broken?: number): ProductionJob['instances'] {
  for (const index of [6, 5, 4, 3, 2, 1, 0])
    yield series.instance(index, index === broken ? { dropBytes: 50 } : {});
}

test('a stack that a broken image spoils gives its frames to no other stack', async (t) => {
  const workshop = await openWorkshop(t);
  const names = await stackNames(workshop);
  assert.equal(names.length, 2);
  const targets = names.map((stackName, fileId) => ({ ...targetOf({ fileId }), stackName }));
  const run = (broken?: number) =>
    resultsOf(
      workshop.production.produce(
        jobOf(workshop, series, { targets, instances: arrivals(broken) }),
      ),
    );
  const whole = await run();
  const spoilt = new Set<number>();
  for (const broken of [1, 5]) {
    const results = await run(broken);
    const refused = results.filter((each) => each.kind === 'refused');
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['DEID_MALFORMED'],
    );
    for (const { fileId } of refused) spoilt.add(fileId);
    const [made] = results.filter(({ kind }) => kind === 'produced');
    assert(made !== undefined, 'the other stack is made');
    const { fileId } = made;
    assert.deepEqual(
      await plaintextOf(workshop, producedOf(results, fileId)),
      await plaintextOf(workshop, producedOf(whole, fileId)),
    );
  }
  assert.equal(spoilt.size, 2, 'each stack was spoilt once');
});
