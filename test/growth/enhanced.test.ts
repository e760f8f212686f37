/**
 * An enhanced object of thousands of frames, each with what a vendor repeats in it, takes a bounded
 * memory and nobody's turn for long, whether a volume is made of it or it leaves as it is.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runTool } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';

/** `MDM_LONG=1`: the numbers of the goal. */
const times = process.env['MDM_LONG'] === '1' ? 250 : 50;
const slices = 40;
const vendorElements = 100;
const memoryMaxMebibytes = 256;
/** Processor time from one turn of the event loop to the next: what else runs makes it no longer. */
const stretchMaxMs = 50;

const child = fileURLToPath(new URL('../support/large-enhanced.child.ts', import.meta.url));
const program = [process.execPath, '--max-semi-space-size=8', child] as const;

for (const kind of ['own', 'alike']) {
  test(`${slices * times} frames of which a vendor says ${kind} things`, async (t) => {
    const path = join(await tempFolder(t), 'enhanced.dcm');
    const size = [`${slices}`, `${times}`, 'time', `${vendorElements}`];
    const uid = (await runTool(...program, 'make', path, ...size, kind)).trim();
    for (const product of ['nii', 'dcm']) {
      const cost = JSON.parse(await runTool(...program, 'run', path, uid, product));
      t.diagnostic(`${product}: ${JSON.stringify(cost)}`);
      assert.deepEqual(cost.results, ['produced']);
      assert.ok(cost.aboveIdleMebibytes <= memoryMaxMebibytes, 'memory is bounded');
      assert.ok(cost.stretchMs[0] <= stretchMaxMs, 'nobody waits for long');
    }
  });
}
