/** What a failure status says, and whether the same request may succeed later. */
export interface StatusMeaning {
  readonly meaning: string;
  /** Trouble that passes; else somebody has to change something first. */
  readonly isPassing: boolean;
}

interface Row extends StatusMeaning {
  readonly from: number;
  readonly to: number;
}

const row = (from: number, to: number, meaning: string, isPassing: boolean): Row => ({
  from,
  to,
  meaning,
  isPassing,
});

/**
 * Failure statuses of C-FIND, C-GET and C-MOVE. The general ones are of every service; A7xx to Cxxx
 * are of Query/Retrieve.
 *
 * @standard PS3.7 §C.5; PS3.4 §C.4.1.1.4 (Table C.4-1), §C.4.2.1.5 (Table C.4-2), §C.4.3.1.4
 *   (Table C.4-3)
 */
const rows: readonly Row[] = [
  row(0x0105, 0x0106, 'no such attribute, or a value that it cannot have', false),
  row(0x0110, 0x0110, 'processing failure', true),
  row(0x0111, 0x0111, 'duplicate SOP instance', false),
  row(0x0112, 0x0112, 'no such SOP instance', false),
  row(0x0113, 0x0119, 'no such type, argument, class or value', false),
  row(0x0120, 0x0121, 'missing attribute or value', false),
  row(0x0122, 0x0122, 'SOP class not supported', false),
  row(0x0123, 0x0123, 'no such action', false),
  row(0x0124, 0x0124, 'not authorized', false),
  row(0x0210, 0x0210, 'duplicate invocation', true),
  row(0x0211, 0x0211, 'unrecognized operation', false),
  row(0x0212, 0x0212, 'mistyped argument', false),
  row(0x0213, 0x0213, 'resource limitation', true),
  row(0xa700, 0xa700, 'out of resources', true),
  row(0xa701, 0xa701, 'out of resources: cannot count the matches', true),
  row(0xa702, 0xa702, 'out of resources: cannot perform the sub-operations', true),
  row(0xa703, 0xa7ff, 'out of resources', true),
  row(0xa801, 0xa801, 'move destination unknown', false),
  row(0xa900, 0xa9ff, 'the identifier does not match the SOP class', false),
  row(0xaa00, 0xaaff, 'the frames asked for cannot be had', false),
  // Every vendor's own: some use it for a database that is busy.
  row(0xc000, 0xcfff, 'unable to process', true),
];

/** What a failure status says. One of no table may pass. */
export function statusMeaning(status: number): StatusMeaning {
  return (
    rows.find(({ from, to }) => status >= from && status <= to) ?? {
      meaning: 'a status of no table',
      isPassing: true,
    }
  );
}
