import type { Owner } from '../test/support/owner.ts';

/** One program, or chain of programs, doing the job of a figure. */
export interface Contestant {
  readonly label: string;
  /** Server processes whose CPU time and peak memory count, with their children. */
  readonly servers: () => readonly number[];
  /** Bring it to its starting line; not timed. */
  readonly prepare: () => Promise<void>;
  /** What is timed, for `bash -e`; its own processes' CPU time and peak memory count too. */
  readonly command: string;
}

/** What a figure is set up with. */
export interface FigureContext {
  /** Ends with the figure: servers stop, folders go. */
  readonly owner: Owner;
  /** Scratch space; a folder of its own. */
  readonly folder: string;
  /** 1 for the size of the goal, less for a quick look. */
  readonly scale: number;
  /** Counted rounds; one more warms up. */
  readonly rounds: number;
}

/** A figure ready to run. The first contestant is what the others are compared with. */
export interface PreparedFigure {
  readonly contestants: readonly Contestant[];
  /** Payload of one run in bytes. */
  readonly sizeBytes: number;
  /** Look at what the last run of every contestant left; throws when it is wrong. */
  readonly verify: () => Promise<void>;
  /** Contestants that could not take part, and why. */
  readonly absent: readonly string[];
  /** What the table has no column for; asked at the end. */
  readonly remarks?: () => readonly string[];
}

/** One measured claim of the project, beside its peers on the same machine. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  /** The goal in words; `wall` is the ratio of wall times, first contestant / this one. */
  readonly goal: string;
  /** Commands that must be installed. */
  readonly tools: readonly string[];
  /** Counted rounds unless the caller says otherwise. */
  readonly rounds: number;
  readonly prepare: (context: FigureContext) => Promise<PreparedFigure>;
}
