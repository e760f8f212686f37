import { clientErrors } from '../client/errors.ts';
import { keysErrors } from '../keys/index.ts';
import type { ErrorRow } from '../lib/errors/error-table.ts';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { sealErrors } from '../seal/index.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';

/** Where a command writes: results to one stream, everything else to the other. */
export interface Output {
  /** Whether results are JSON, one value a line. */
  readonly json: boolean;
  /** One result: an object in JSON, a line for people. */
  result(value: unknown, line: string): void;
  /** Something for people only. */
  note(text: string): void;
}

/** Write to the terminal. */
export function terminalOutput(json: boolean): Output {
  return {
    json,
    result: (value, line) =>
      process.stdout.write(`${json ? JSON.stringify(value) : printable(line)}\n`),
    note: (text) => {
      if (!json) process.stderr.write(`${printable(text)}\n`);
    },
  };
}

/** What a server says must not steer the terminal it is shown on. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
}

const rows: Readonly<Record<string, ErrorRow>> = {
  ...clientErrors.rows,
  ...keysErrors.rows,
  ...sealErrors.rows,
};

/** Say what failed, who can do what about it, and end with the exit code that says so too. */
export function reportFailure(error: unknown, json: boolean): number {
  if (!(error instanceof MdmError)) {
    process.stderr.write(
      `mdm: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`,
    );
    return exitCode.failed;
  }
  const row = rows[error.code];
  if (json) {
    const { code, disposition, context, message } = error;
    process.stderr.write(`${JSON.stringify({ code, disposition, message, ...context })}\n`);
  } else {
    process.stderr.write(`mdm: ${printable(error.message)}\n`);
    const reason = error.context['reason'];
    if (reason !== undefined) process.stderr.write(`  reason: ${printable(String(reason))}\n`);
    if (row !== undefined) process.stderr.write(`  ${row.meaning} ${row.user}\n`);
  }
  return exitCodeOf(error);
}
