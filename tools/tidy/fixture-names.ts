import type { Finding, Project, ProjectFile, TidyCheck } from './project.ts';
import { isBelow } from './source-folder.ts';

const folders = ['test/fixtures', 'demo/data'];
const nameList = 'test/fixtures/synthetic-names.txt';

/** Nobody's name is in this repository: every Patient's Name of every data file is on a list. */
export const fixtureNames: TidyCheck = {
  name: 'patient names in test data',
  find: (project) => {
    const known = knownNames(project);
    return project.files
      .filter(({ path }) => folders.some((folder) => isBelow(path, folder)))
      .flatMap((file) => findIn(project, file, known));
  },
};

function findIn(
  project: Project,
  { path }: ProjectFile,
  known: ReadonlySet<string>,
): readonly Finding[] {
  const names = patientNames(project.read(path) ?? Buffer.alloc(0));
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({ path, line: 0, message: `Patient's Name ${name} is not in ${nameList}` }));
}

/** One name a line as `printable` writes it; `#` starts a comment. */
function knownNames(project: Project): ReadonlySet<string> {
  const lines = project.read(nameList)?.toString('utf8').split('\n') ?? [];
  return new Set(['', ...lines.filter((line) => !line.startsWith('#')).map((line) => line.trim())]);
}

const nameBytesMax = 324;
const patterns: readonly { readonly tag: Buffer; readonly bigEndian: boolean }[] = [
  { tag: Buffer.from([0x10, 0x00, 0x10, 0x00]), bigEndian: false },
  { tag: Buffer.from([0x00, 0x10, 0x00, 0x10]), bigEndian: true },
];

/**
 * Every value of (0010,0010) in any encoding and at any depth, found by its bytes: a broken file,
 * which a parser would give up on, is searched as well.
 */
function patientNames(bytes: Buffer): readonly string[] {
  const names: string[] = [];
  for (const { tag, bigEndian } of patterns) {
    for (let at = bytes.indexOf(tag); at !== -1; at = bytes.indexOf(tag, at + 1)) {
      const name = valueAt(bytes, at + tag.length, bigEndian);
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

function valueAt(bytes: Buffer, at: number, bigEndian: boolean): string | undefined {
  if (at + 4 > bytes.length) return undefined;
  const explicit = bytes.toString('latin1', at, at + 2) === 'PN';
  const length = explicit
    ? bigEndian
      ? bytes.readUInt16BE(at + 2)
      : bytes.readUInt16LE(at + 2)
    : bytes.readUInt32LE(at);
  // Without a VR four bytes decide: longer, odd or binary is a coincidence in pixels.
  if (length > nameBytesMax || (!explicit && (bigEndian || length % 2 === 1))) return undefined;
  const value = bytes.subarray(at + 4, at + 4 + length);
  if (!explicit && value.some((byte) => byte < 0x20 && byte !== 0x1b)) return undefined;
  return printable(value.toString('latin1').replace(/[\0 ]+$/, ''));
}

/** ASCII as it is, every other byte as \xNN: the list is plain text whatever the character set. */
function printable(latin1: string): string {
  return latin1
    .replaceAll(/[^ -~]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .trim();
}
