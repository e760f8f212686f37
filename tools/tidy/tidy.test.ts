import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { projectRoot } from '../project-root.ts';
import { tidyChecks } from './checks.ts';
import { loadProject } from './project.ts';

const project = await loadProject(projectRoot);

suite('tidy', () => {
  for (const check of tidyChecks) {
    test(check.name, () => {
      const lines = check
        .find(project)
        .map(({ path, line, message }) => `${path}${line === 0 ? '' : `:${line}`}  ${message}`);
      assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
    });
  }
});
