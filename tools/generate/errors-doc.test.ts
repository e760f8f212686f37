import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorRow, ErrorTable } from '../../src/lib/errors/error-table.ts';
import { projectRoot } from '../project-root.ts';
import { maskSource } from '../tidy/mask-source.ts';
import { isErrorTable } from './errors-doc.ts';
import { exportsOf } from './tables-of.ts';

interface Row extends ErrorRow {
  readonly code: string;
  readonly text: string;
}

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const rows: readonly Row[] = (await exportsOf(projectRoot, 'errors.ts'))
  .map(({ value }) => value)
  .filter(isErrorTable)
  .flatMap((table: ErrorTable<string>) =>
    Object.entries(table.rows).map(([code, row]) => ({
      ...row,
      code,
      text: `${row.meaning} ${row.user} ${row.operator}`,
    })),
  );

const codes: ReadonlySet<string> = new Set(rows.map(({ code }) => code));

/** Sources of the program without tests and without the tables themselves. */
async function sources(pattern = 'src/**/*.ts'): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for await (const path of glob(pattern, { cwd: projectRoot })) {
    if (!/\.test\.ts$|\/errors\.ts$|\/suite\.ts$/.test(path)) found.push([path, read(path)]);
  }
  return found;
}

/** All matches of a pattern's first group in the texts, with the code of their row. */
const named = (pattern: RegExp): readonly (readonly [string, string])[] =>
  rows.flatMap(({ code, text }) =>
    [...text.matchAll(pattern)].map(([, name]) => [code, name ?? ''] as const),
  );

/** The findings, one a line: none is the only right answer. */
const none = (found: readonly string[]): void => assert.equal(found.length, 0, found.join('\n'));

test('every row says in sentences what happened, and who acts or why nobody can', () => {
  assert.ok(rows.length > 200);
  none(
    rows.flatMap(({ code, meaning, user, operator }) => {
      const isSaid = [meaning, user, operator].every((text) => /^[A-Z`<].*\.$/s.test(text));
      const isIdle = [user, operator].every((text) => /^Nothing(?: to do)?\.$/.test(text));
      return isSaid && !isIdle ? [] : [`${code}: ${isIdle ? 'nobody acts' : 'no sentence'}`];
    }),
  );
});

test('what another try does not change is not advised to be tried again', () => {
  none(
    rows
      .filter(({ disposition, user }) => disposition === 'permanent' && /^Try /.test(user))
      .map(({ code, user }) => `${code}: ${user}`),
  );
  none(
    rows
      .filter(({ user }) => /^Try (?:again )?later[.;]/.test(user))
      .map(({ code, user }) => `${code}: when, and who ends it? ${user}`),
  );
});

test('every command that is named exists, and so do its options', async () => {
  const cli = (await sources('src/cli/**/*.ts')).map(([, text]) => text).join('\n');
  const commands = new Set([...cli.matchAll(/\.command\('([a-z]+)/g)].map(([, name]) => name));
  for (const name of ['collection', 'help']) commands.add(name);
  assert.ok(commands.size > 10);
  none(
    named(/`mdm ((?:--)?[a-z-]+)/g)
      .filter(([, name]) => !commands.has(name) && !cli.includes(`${name}'`))
      .map(([code, name]) => `${code}: mdm ${name}`),
  );
  none(
    named(/`mdm [^`]*?(--[a-z-]+)/g)
      .filter(([, name]) => !cli.includes(name) && !['--version', '--help'].includes(name))
      .map(([code, name]) => `${code}: ${name}`),
  );
});

test('every setting, log event or name in backticks is one of the program', async () => {
  const settings = `${read('docs/operating/configuration.md')}${read('docs/client.md')}`;
  const program = (await sources()).map(([, text]) => text).join('\n');
  none(
    named(/`([a-z][A-Za-z]*(?:\[\])?(?:\.[A-Za-z_[\]-]+)*\.?)`/g)
      .filter(([, name]) => {
        const isSetting = settings.includes(`\`${name}`) || settings.includes(`${name}:`);
        const isEvent = name.includes('.') && program.includes(`'${name}`);
        return !isSetting && !isEvent && name !== 'chown' && !program.includes(`'${name}'`);
      })
      .map(([code, name]) => `${code}: ${name}`),
  );
});

test('every document and every limit that is named is there', () => {
  none(
    named(/(docs\/[\w./-]+\.md)/g)
      .filter(([, path]) => !existsSync(join(projectRoot, path)))
      .map(([code, path]) => `${code}: ${path}`),
  );
  const limits = read('docs/limits.md');
  none(
    named(/([a-z]+[A-Z]\w+) in docs\/limits\.md/g)
      .filter(([, name]) => !limits.includes(`\`${name}\``))
      .map(([code, name]) => `${code}: ${name}`),
  );
  none(
    named(/\b([A-Z]{2,}(?:_[A-Z]+)+)\b/g)
      .filter(([, name]) => !codes.has(name) && !environment.test(name))
      .map(([code, name]) => `${code}: ${name}`),
  );
});

/** Variables of the environment that clients read, and a character set. */
const environment = /^(?:BEARER_TOKEN(?:_FILE)?|X509_USER_\w+|MDM_\w+|GFAL_\w+|ISO_IR)$/;

/** Files that only ask which code it is. */
const askers = /client\/(?:open\/patience|tree\/hopeless)\.ts$/;

test('every code is raised somewhere', async () => {
  const raising = (await sources()).filter(([path]) => !askers.test(path));
  const raised = new Set(
    raising.flatMap(([, text]) => {
      const code = maskSource(text).code.split('\n');
      const lines = text.split('\n').filter((_, index) => /\S/.test(code[index] ?? ''));
      // What a table says of a code raises nothing; what it makes of it does.
      return lines.flatMap((line) => {
        const made = line.replace(/^\s*[A-Z0-9_]+:/, '');
        return [...made.matchAll(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
      });
    }),
  );
  none([...codes].filter((code) => !raised.has(code)));
});
