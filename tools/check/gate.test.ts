import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runChild } from '../../test/support/child.ts';
import { projectRoot } from '../project-root.ts';

/** What the tools remember of files that have not changed. */
const types = '.cache/types.tsbuildinfo';
const uses = '.cache/knip';

/** Programs that must end with 0 and say nothing worth reading. */
const gate: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  {
    name: 'types (tsc)',
    args: [
      'node_modules/typescript/bin/tsc',
      '-p',
      '.',
      '--incremental',
      '--tsBuildInfoFile',
      types,
    ],
  },
  { name: 'lint (oxlint)', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--quiet'] },
  { name: 'format (biome)', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  {
    name: 'no dead files or dependencies (knip)',
    args: ['node_modules/knip/bin/knip.js', '--cache', '--cache-location', uses],
  },
  { name: 'generated files are current', args: ['tools/generate.ts', '--check'] },
];

suite('gate', { concurrency: 2 }, () => {
  for (const { name, args } of gate) {
    test(name, async () => {
      const command = [process.execPath, ...args] as const;
      const { code, stdout, stderr } = await runChild(command, {
        cwd: projectRoot,
        timeoutMs: 120_000,
        env: { NO_COLOR: '1', PATH: pathWithNode() },
      });
      assert.equal(code, 0, `${args.join(' ')}\n${stdout}${stderr}`);
    });
  }
});

/** The tools start `node` themselves; it must be ours. */
function pathWithNode(): string {
  return `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`;
}
