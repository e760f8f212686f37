import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * A count that somebody on the wire decides. What it costs must grow with it, not faster: a cost per
 * item that depends on the items before it is how a small message stops a service.
 */
export interface WireCount {
  /** What is counted. */
  readonly count: string;
  /** The named limit that bounds it, as `docs/limits.md` has it. */
  readonly limit: string;
  /** A number of which twice as many are still within the limit, and that costs some milliseconds. */
  readonly n: number;
  /** Prepare input with `n` of it; what is returned is measured. */
  readonly make: (n: number) => (() => unknown) | Promise<() => unknown>;
  /** Input beyond the limit, and the code that refuses it; undefined where a row of another test does. */
  readonly beyond?: { readonly n: number; readonly code: string };
}

/** At most so many times the cost for twice the count; a quadratic cost takes 4 times. */
const growthMax = 2.5;
/** Below it a measurement is noise. */
const noiseMs = 5;
const attemptsMax = 40;
/** What is this slow is no noise. */
const totalMsMax = 3_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A test a row: the cost of `2n` against that of `n`, and the refusal beyond the limit. */
export function checkGrowth(rows: readonly WireCount[]): void {
  for (const row of rows) {
    test(`${row.count}: twice as many cost at most ${growthMax} times (${row.limit})`, async () => {
      const once = await row.make(row.n);
      const twice = await row.make(2 * row.n);
      let [least, leastOfTwice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      let totalMs = 0;
      for (let attempt = 0; attempt < attemptsMax && totalMs < totalMsMax; attempt += 1) {
        least = Math.min(least, await costMs(once));
        leastOfTwice = Math.min(leastOfTwice, await costMs(twice));
        totalMs += least + leastOfTwice;
        if (attempt > 0 && leastOfTwice <= growthMax * least + noiseMs) return;
      }
      assert.fail(`${row.n}: ${least.toFixed(1)} ms, twice: ${leastOfTwice.toFixed(1)} ms`);
    });
    const { beyond } = row;
    if (beyond !== undefined)
      test(`${row.count}: ${beyond.n} are refused with ${beyond.code}`, async () => {
        const attempt = await row.make(beyond.n);
        await assert.rejects(async () => attempt(), { code: beyond.code });
      });
  }
}

/** Processor time, so that what else runs on the machine does not count; nor what ran before. */
async function costMs(work: () => unknown): Promise<number> {
  collectGarbage();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
