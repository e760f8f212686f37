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

/** What is told of a failure beside its message: why, and what to name when it is reported. */
const shownContext = [
  ['reason', 'reason'],
  ['requestId', 'request id'],
] as const;

/** How a failure is told. */
export interface FailureReport {
  readonly json: boolean;
  readonly reader: Reader;
  /** What it is about, where a command is about several things. */
  readonly path?: string;
  /** Whether what the code means was told before. */
  readonly isTold?: boolean;
}

/** Say what failed, who can do what about it, and give the exit code that says so too. */
export function reportFailure(error: unknown, report: FailureReport): number {
  const about = report.path === undefined ? '' : `${report.path}: `;
  if (!(error instanceof MdmError)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : 'failed';
    process.stderr.write(`mdm: ${printable(about + what)}\n`);
    return exitCode.failed;
  }
  const { code, disposition, context, message } = error;
  if (report.json) {
    const { path } = report;
    process.stderr.write(`${JSON.stringify({ path, code, disposition, message, ...context })}\n`);
  } else {
    const first = report.isTold === true ? code : message;
    const lines = [`mdm: ${about}${first}`, ...detailLines(error, report)];
    process.stderr.write(`${printable(lines.join('\n'))}\n`);
  }
  return exitCodeOf(error);
}

function detailLines(error: MdmError, { reader, isTold }: FailureReport): string[] {
  const { context, row, cause } = error;
  const lines =
    reader === 'operator'
      ? Object.entries(context).map(([name, value]) => `  ${name}: ${value}`)
      : shownContext.flatMap(([name, label]) => {
          const value = context[name];
          return value === undefined ? [] : [`  ${label}: ${String(value)}`];
        });
  // Where a service does not start, the reason may be the operating system's.
  if (reader === 'operator' && cause instanceof Error) lines.push(`  cause: ${cause.message}`);
  // What a server said has its meaning and advice in the message.
  if (row !== undefined && isTold !== true) lines.push(`  ${row.meaning} ${row[reader]}`);
  return lines;
}
