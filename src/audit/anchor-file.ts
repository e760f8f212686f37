import { open, readFile, rename } from 'node:fs/promises';
import { utf8 } from '../lib/bytes/bytes.ts';
import { JsonFields } from '../lib/json/json-fields.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import type { AuditHead } from './audit.ts';
import { isSame } from './chain-check.ts';
import { makeFolderOf, syncFolderOf, writeAll } from './durable-file.ts';
import { auditErrors } from './errors.ts';
import { auditLimits } from './limits.ts';

/** What one party keeps of the records of others, and of its own what others showed. */
interface Anchors {
  /** By whose it is, the newest statement that it signed of where its record ends. */
  readonly statements: ReadonlyMap<string, string>;
  /** Ends of our own record that we signed once, and that it does not go through. */
  readonly missed: readonly AuditHead[];
}

/**
 * A small file of anchors; lies with the keys, so that a restore of the record does not restore it.
 * Replaced as a whole: after a crash it is what it was, or what it was to be.
 */
export class AnchorFile {
  readonly #path: string;
  readonly #turns = new Mutex();
  #anchors: Anchors;

  private constructor(path: string, anchors: Anchors) {
    this.#path = path;
    this.#anchors = anchors;
  }

  /** Absent is empty. @throws AUDIT_ANCHORS_DAMAGED */
  static async open(path: string): Promise<AnchorFile> {
    const text = await readFile(path, 'utf8').catch(absent);
    return new AnchorFile(path, text === undefined ? none : parse(text));
  }

  get missed(): readonly AuditHead[] {
    return this.#anchors.missed;
  }

  statementOf(whose: string): string | undefined {
    return this.#anchors.statements.get(whose);
  }

  /** Durable when it resolves. */
  keep(whose: string, statement: string): Promise<void> {
    return this.#change(({ statements, missed }) => ({
      statements: new Map([...statements, [whose, statement]]),
      missed,
    }));
  }

  /** For the operator, who may accept it. Of many the newest are kept. */
  async miss(head: AuditHead): Promise<void> {
    if (this.missed.some((other) => isSame(other, head))) return;
    await this.#change(({ statements, missed }) => ({
      statements,
      missed: [...missed, head]
        .sort((a, b) => b.count - a.count)
        .slice(0, auditLimits.missedAnchorsMax),
    }));
  }

  /** They were accepted. */
  async forgetMissed(): Promise<void> {
    if (this.missed.length > 0)
      await this.#change(({ statements }) => ({ statements, missed: [] }));
  }

  #change(change: (anchors: Anchors) => Anchors): Promise<void> {
    return this.#turns.run(async () => {
      const changed = change(this.#anchors);
      await replaceFile(this.#path, utf8(`${format(changed)}\n`));
      this.#anchors = changed;
    });
  }
}

const none: Anchors = { statements: new Map(), missed: [] };

function format({ statements, missed }: Anchors): string {
  const rows = [...statements].map(([whose, statement]) => ({ whose, statement }));
  return JSON.stringify({
    format: 'mdm-audit-anchors',
    formatVersion: 1,
    statements: rows,
    missed,
  });
}

function parse(text: string): Anchors {
  const refuse = (path: string): Error =>
    auditErrors.create('AUDIT_ANCHORS_DAMAGED', { context: { field: path } });
  const fields = new JsonFields(parseJson(text, refuse), { path: 'anchors', refuse });
  fields.choice('format', ['mdm-audit-anchors']);
  fields.integer('formatVersion', 1, 1);
  const max = auditLimits.missedAnchorsMax;
  const rows = fields.objects('statements', max, (row) => ({
    whose: row.text('whose', /^[a-z0-9-]{1,64}$/),
    statement: row.text('statement', /^[A-Za-z0-9._-]{1,8192}$/),
  }));
  const missed = fields.objects('missed', max, (row) => ({
    count: row.integer('count', 1),
    digest: row.text('digest', /^[0-9a-f]{64}$/),
  }));
  fields.end();
  return { statements: new Map(rows.map((row) => [row.whose, row.statement])), missed };
}

function parseJson(text: string, refuse: (path: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('anchors');
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw auditErrors.create('AUDIT_OPEN_FAILED', { cause: error });
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolderOf(path);
  const made = `${path}.new`;
  {
    await using file = await open(made, 'w', 0o600);
    await writeAll(file, bytes, 0);
    await file.sync();
  }
  await rename(made, path);
  await syncFolderOf(path);
}
