import { readFileSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { type MaskedText, maskSource } from './mask-source.ts';
import { type SourceImport, scanImports } from './scan-imports.ts';

/** One TypeScript source file. Paths are relative to the project, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly masked: MaskedText;
  readonly imports: readonly SourceImport[];
}

/** Any file of the project, sources too. */
export interface ProjectFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What the checks look at. */
export interface Project {
  readonly sources: readonly SourceFile[];
  readonly files: readonly ProjectFile[];
  /** Bytes of a file, or undefined if there is none. */
  read(path: string): Buffer | undefined;
}

/** Something that breaks a rule. */
export interface Finding {
  readonly path: string;
  /** From 1; 0 when it is about the whole file. */
  readonly line: number;
  readonly message: string;
}

/** One rule of the house, with its reason in its docstring. */
export interface TidyCheck {
  readonly name: string;
  find(project: Project): readonly Finding[];
}

const leftOut = new Set(['node_modules', 'dist', '.git', '.mdm-demo', '.cache']);

/** Read the project as it lies on disk, files not yet committed included. */
export async function loadProject(root: string): Promise<Project> {
  const paths: string[] = [];
  const found = glob('**/*', {
    cwd: root,
    withFileTypes: true,
    exclude: (one) => leftOut.has(one.name),
  });
  for await (const entry of found) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  return projectOf(
    paths.toSorted(),
    (path) => readFileSync(join(root, path)),
    (path) => statSync(join(root, path)).size,
  );
}

/** A made-up project, for the samples that prove that a check can fail. */
export function sampleProject(texts: Readonly<Record<string, string | Uint8Array>>): Project {
  const bytesOf = (path: string): Buffer => Buffer.from(texts[path] ?? '');
  return projectOf(Object.keys(texts), bytesOf, (path) => bytesOf(path).length);
}

function projectOf(
  paths: readonly string[],
  read: (path: string) => Buffer,
  sizeOf: (path: string) => number,
): Project {
  const known = new Set(paths);
  return {
    files: paths.map((path) => ({ path, sizeBytes: sizeOf(path) })),
    sources: paths.filter(isSource).map((path) => sourceFile(path, read(path).toString('utf8'))),
    read: (path) => (known.has(path) ? read(path) : undefined),
  };
}

/** Generated text is judged by its generator. */
const isSource = (path: string): boolean => path.endsWith('.ts') && !path.includes('/generated/');

function sourceFile(path: string, text: string): SourceFile {
  const masked = maskSource(text);
  return { path, text, masked, imports: scanImports(path, text, masked) };
}

/** Tests, their shared suites and what only they use. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('/suite.ts') || path.startsWith('test/');
}

/** Line number, from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line += 1;
  return line;
}

/** A finding for every match of `pattern` (with the g flag) in the code, comments and strings masked. */
export function findInCode(
  file: SourceFile,
  pattern: RegExp,
  message: (match: RegExpExecArray) => string | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const match of file.masked.code.matchAll(pattern)) {
    const text = message(match);
    if (text !== undefined)
      findings.push({ path: file.path, line: lineAt(file.text, match.index), message: text });
  }
  return findings;
}
