import { accessErrors } from '../access/errors.ts';
import { clientErrors } from '../client/errors.ts';
import { keysErrors } from '../keys/index.ts';
import type { ErrorRow } from '../lib/errors/error-table.ts';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { nodeErrors } from '../node/errors.ts';
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

/** Failures of a service to start: who reads them is its operator. */
const serviceRows: Readonly<Record<string, ErrorRow>> = {
  ...accessErrors.rows,
  ...nodeErrors.rows,
};

/** Say what failed, who can do what about it, and end with the exit code that says so too. */
export function reportFailure(error: unknown, json: boolean): number {
  if (!(error instanceof MdmError)) {
    process.stderr.write(
      `mdm: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`,
    );
    return exitCode.failed;
  }
  if (json) {
    const { code, disposition, context, message } = error;
    process.stderr.write(`${JSON.stringify({ code, disposition, message, ...context })}\n`);
  } else {
    process.stderr.write(`mdm: ${printable(error.message)}\n`);
    const reason = error.context['reason'];
    if (reason !== undefined) process.stderr.write(`  reason: ${printable(String(reason))}\n`);
    const advice = adviceOn(error.code);
    if (advice !== undefined) process.stderr.write(`  ${advice}\n`);
  }
  return exitCodeOf(error);
}

/** What the code means and what the reader can do; undefined where the message says so already. */
function adviceOn(code: string): string | undefined {
  const row = rows[code];
  if (row !== undefined) return `${row.meaning} ${row.user}`;
  const service = serviceRows[code];
  return service && `${service.meaning} ${service.operator}`;
}
