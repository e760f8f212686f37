import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tidyChecks } from './checks.ts';
import { sampleProject } from './project.ts';

type Texts = Readonly<Record<string, string | Uint8Array>>;

/** For each check a project that breaks its rule once, and its nearest neighbour that does not. */
const samples: Readonly<Record<string, { readonly bad: Texts; readonly good: Texts }>> = {
  'import ranks': {
    bad: { 'src/dicom/a.ts': "import type { B } from '../identity/b.ts';" },
    good: { 'src/dicom/a.ts': "import { b } from '../flow/b.ts';\nimport './c.ts';" },
  },
  'slots are strangers': {
    bad: { 'src/access/srm/a.ts': "import { b } from '../webdav/b.ts';" },
    good: { 'src/access/srm/a.ts': "import { b } from '../door.ts';" },
  },
  'mints of the one-way flow': {
    bad: { 'src/files/a.ts': "import { reveal } from '../flow/mint/reveal.ts';" },
    good: { 'src/deid/a.ts': "import { reveal } from '../flow/mint/reveal.ts';" },
  },
  'network and file modules': {
    bad: { 'src/dicom/a.ts': "import { readFileSync } from 'fs';" },
    good: { 'src/dicom/a.ts': "import { createHash } from 'node:crypto';" },
  },
  'chains of value imports': {
    bad: {
      'src/access/a.ts': "import { f } from '../files/f.ts';",
      'src/files/f.ts': "export * from '../deid/d.ts';",
      'src/deid/d.ts': 'export const d = 1;',
    },
    good: {
      'src/access/a.ts': "import { f } from '../files/f.ts';",
      'src/files/f.ts': "import type { D } from '../deid/d.ts';",
      'src/deid/d.ts': 'export type D = 1;',
    },
  },
  'file length': {
    bad: { 'src/lib/a.ts': 'x;\n'.repeat(601) },
    good: { 'src/lib/a.ts': 'x;\n'.repeat(600) },
  },
  'function length': {
    bad: { 'src/lib/a.ts': `export function a(): void {\n${'  x;\n'.repeat(69)}}\n` },
    good: { 'src/lib/a.ts': `export function a(): void {\n${'  x;\n'.repeat(68)}}\n` },
  },
  'names that say nothing': {
    bad: { 'src/lib/a.ts': 'export function handle(): void {}' },
    good: { 'src/lib/a.ts': 'const handle = setTimeout(() => {}, 1);' },
  },
  'calls that have a better one': {
    bad: { 'src/lib/a.ts': 'const now = Date.now();' },
    good: { 'src/lib/clock.ts': '// Date.now is for here only\nconst now = Date.now();' },
  },
  leftovers: {
    bad: { 'src/lib/a.ts': '// TODO later' },
    good: { 'src/lib/a.ts': "const text = 'TODO';" },
  },
  '@standard citations': {
    bad: { 'docs/standards.md': '| PS3.5 | 2024e |', 'src/lib/a.ts': '/** @standard PS9.9 §1 */' },
    good: { 'docs/standards.md': '| PS3.5 | 2024e |', 'src/lib/a.ts': '/** @standard PS3.5 §7 */' },
  },
  'ARCHITECTURE.md names every folder': {
    bad: { 'ARCHITECTURE.md': '`lib` is at the bottom', 'src/dicom/a.ts': '' },
    good: { 'ARCHITECTURE.md': '`lib` is at the bottom', 'src/lib/a.ts': '' },
  },
  'numbers of decisions': {
    bad: { 'docs/adr/0001-a.md': '# 1. A', 'docs/adr/0001-b.md': '# 1. B' },
    good: { 'docs/adr/0001-a.md': '# 1. A', 'docs/adr/0002-b.md': '# 2. B: see ADR 1' },
  },
  'sizes of files': {
    bad: { 'docs/a.pdf': new Uint8Array(256 * 1024 + 1) },
    good: { 'test/fixtures/a.dcm': new Uint8Array(256 * 1024 + 1) },
  },
  'escape hatches have a reason': {
    bad: { 'src/lib/a.ts': 'const a = b as unknown as C;' },
    good: { 'src/lib/a.ts': 'const a = b as unknown as C; // the library types it too loosely' },
  },
  'licences of runtime dependencies': {
    bad: { 'package-lock.json': lockOf({ license: 'GPL-3.0' }) },
    good: { 'package-lock.json': lockOf({ license: 'GPL-3.0', dev: true }) },
  },
  'patient names in test data': {
    bad: { 'test/fixtures/a.dcm': '\u0010\0\u0010\0PN\u0008\0Doe^Jane' },
    good: {
      'test/fixtures/a.dcm': '\u0010\0\u0010\0PN\u0008\0Doe^Jane',
      'test/fixtures/synthetic-names.txt': 'Doe^Jane\n',
    },
  },
};

function lockOf(one: object): string {
  return JSON.stringify({ packages: { '': {}, 'node_modules/one': one } });
}

suite('every check finds what it is for, and not its neighbour', () => {
  for (const check of tidyChecks) {
    test(check.name, () => {
      const { bad, good } = samples[check.name] ?? { bad: {}, good: {} };
      assert.equal(check.find(sampleProject(bad)).length, 1);
      assert.deepEqual(check.find(sampleProject(good)), []);
    });
  }
});

const strayImports = `
// import { a } from './comment.ts';
const text = "import { b } from './string.ts'";
const pattern = /from '/;
const nested = \`\${\`import c from './template.ts'\`} }\`;
import type { D } from './type.ts';
import { type E } from './loaded.ts';
export {
  f,
} from './spread.ts';
import './effect.ts';
const g = await import('./dynamic.ts');
`;

test('imports are found in code, and only there', () => {
  const [source] = sampleProject({ 'src/a.ts': strayImports }).sources;
  const found = source?.imports.map(({ specifier, typeOnly }) => [specifier, typeOnly]);
  assert.deepEqual(found?.toSorted(), [
    ['./dynamic.ts', false],
    ['./effect.ts', false],
    ['./loaded.ts', false],
    ['./spread.ts', false],
    ['./type.ts', true],
  ]);
});
