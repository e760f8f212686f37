import type { Outcome } from '../client/tree/fetch-tree.ts';
import { codeOf, MdmError } from '../lib/errors/mdm-error.ts';
import { anotherFile } from './another-file.ts';
import { Ended } from './ended.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { formatBytes } from './format.ts';
import { type Output, reportFailure } from './output.ts';
import type { ProgressBar } from './progress-bar.ts';

const nothingListed =
  'nothing is listed there (a volume is, once it was made: name it, as <series>/volume.nii.gz)';

/** Counts how files ended and tells of each; memory does not grow with their number. */
export class GetTally {
  readonly #output: Output;
  readonly #bar: ProgressBar;
  readonly #counts = { fetched: 0, present: 0, failed: 0 };
  #bytes = 0;
  #unconfirmed = 0;
  /** Codes whose meaning and advice were told once; a program has not many. */
  readonly #toldCodes = new Set<string>();
  readonly #exitCodes = new Set<number>();

  constructor(output: Output, bar: ProgressBar) {
    this.#output = output;
    this.#bar = bar;
  }

  add(outcome: Outcome): void {
    this.#counts[outcome.kind] += 1;
    if (outcome.kind === 'failed') return this.#tellFailure(outcome);
    const { kind: state, path, report } = outcome;
    if (state === 'fetched') this.#bytes += report.bytes;
    if (!report.complete) this.#unconfirmed += 1;
    if (report.memory === 'another') this.#note(anotherFile(path));
    if (this.#output.json) this.#output.result({ path, state, ...report }, '');
  }

  /** Say what became of all; `isWhole`: nothing ended the command before its end. */
  sum({ target, isWhole }: { readonly target: string; readonly isWhole: boolean }): void {
    const { fetched, present, failed } = this.#counts;
    const size = formatBytes(this.#bytes);
    const parts = [
      `${fetched} ${fetched === 1 ? 'file' : 'files'} fetched and verified, ${size}`,
      ...(present === 0 ? [] : [`${present} were there already, verified`]),
      ...(this.#unconfirmed === 0 ? [] : [`${this.#unconfirmed} not confirmed by the archive`]),
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(isWhole && fetched + present + failed === 0 ? [nothingListed] : []),
      ...(isWhole && fetched + present > 0 && failed + this.#unconfirmed === 0 ? ['complete'] : []),
      ...(isWhole ? [] : ['stopped before the end']),
    ];
    const unconfirmed = this.#unconfirmed;
    const summary = { ...this.#counts, unconfirmed, isWhole, bytes: this.#bytes, target };
    this.#output.result({ summary }, `${target}  ${parts.join('; ')}`);
  }

  /** @throws Ended */
  throwIfFailed(): void {
    const { failed, fetched, present } = this.#counts;
    if (failed === 0) return;
    const [code = exitCode.failed, ...others] = this.#exitCodes;
    const agreed = others.length === 0 ? code : exitCode.failed;
    const worst = this.#exitCodes.has(exitCode.unverified) ? exitCode.unverified : agreed;
    throw new Ended(`${failed} of ${failed + fetched + present} files failed`, worst);
  }

  #note(text: string): void {
    this.#bar.clear();
    this.#output.note(text);
  }

  #tellFailure({ path, error }: Extract<Outcome, { kind: 'failed' }>): void {
    this.#bar.clear();
    const code = codeOf(error) ?? '';
    const isTold = this.#toldCodes.has(code);
    this.#toldCodes.add(code);
    const { json } = this.#output;
    reportFailure(error, { json, reader: 'user', path, isTold });
    const { disposition } = error instanceof MdmError ? error : { disposition: 'permanent' };
    this.#exitCodes.add(exitCodeOf({ code, disposition }));
  }
}
