/** Safe, flat values only: never patient data, keys or tokens. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** An injected log: an event name (`recall.started`) and flat fields. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds `fields` to every event; used for correlation ids. */
  with(fields: LogFields): Log;
}

/** A log that goes nowhere. */
export const silentLog: Log = {
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
};

/** A log that writes one JSON object a line through `write`. */
export function jsonLog(options: {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  readonly fields?: LogFields;
}): Log {
  const emit = (level: string, event: string, fields: LogFields | undefined): void => {
    const time = new Date(options.nowMs()).toISOString();
    options.write(`${JSON.stringify({ time, level, event, ...options.fields, ...fields })}\n`);
  };
  return {
    info: (event, fields) => emit('info', event, fields),
    warn: (event, fields) => emit('warn', event, fields),
    error: (event, fields) => emit('error', event, fields),
    with: (fields) => jsonLog({ ...options, fields: { ...options.fields, ...fields } }),
  };
}
