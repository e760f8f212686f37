import { MdmError } from '../lib/errors/mdm-error.ts';
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

/** Who reads what a command prints: its user, or the operator who starts a service. */
export type Reader = 'user' | 'operator';

/** Say what failed, who can do what about it, and end with the exit code that says so too. */
export function reportFailure(
  error: unknown,
  { json, reader }: { readonly json: boolean; readonly reader: Reader },
): number {
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
    // What a server said has its meaning and advice in the message.
    if (error.row !== undefined) {
      process.stderr.write(`  ${error.row.meaning} ${error.row[reader]}\n`);
    }
  }
  return exitCodeOf(error);
}
