import { type Finding, findInCode, isTest, type SourceFile, type TidyCheck } from './project.ts';
import { isBelow } from './source-folder.ts';

/** A call that has a better one, and where it is right all the same. */
interface BannedCall {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly allowed: (path: string) => boolean;
}

const outsideProduct = (path: string): boolean =>
  isTest(path) || isBelow(path, 'tools') || isBelow(path, 'bench') || isBelow(path, 'examples');

const bannedCalls: readonly BannedCall[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/g,
    instead: 'time is a parameter: take a Clock (lib/clock)',
    allowed: (path) => path === 'src/lib/clock.ts' || outsideProduct(path) || isBelow(path, 'demo'),
  },
  {
    pattern: /\bMath\.random\b/g,
    instead: 'randomness is a parameter: take a Random (lib/random)',
    allowed: (path) => path === 'src/lib/random.ts',
  },
  {
    pattern: /\bconsole\.\w+/g,
    instead: 'take a Log (lib/log), or print through the one printer of the command line',
    allowed: (path) => outsideProduct(path) || isBelow(path, 'src/cli') || isBelow(path, 'demo'),
  },
];

/** Calls that make a result depend on the machine, or leak what was in memory before. */
export const bannedCallsCheck: TidyCheck = {
  name: 'calls that have a better one',
  find: ({ sources }) =>
    sources.flatMap((file): readonly Finding[] => [
      ...bannedCalls
        .filter(({ allowed }) => !allowed(file.path))
        .flatMap(({ pattern, instead }) =>
          findInCode(file, pattern, ([call]) => `${call}: ${instead}`),
        ),
      ...findUnsafe(file),
    ]),
};

/** Memory that still holds old data may be handed out only where all of it is overwritten first. */
function findUnsafe(file: SourceFile): readonly Finding[] {
  const findings = findInCode(
    file,
    /\ballocUnsafe(?:Slow)?\b/g,
    ([call]) => `${call}: say in a comment on this line or the one above why no old byte gets out`,
  );
  const comments = file.masked.comments.split('\n');
  return findings.filter(({ line }) => {
    const beside = `${comments[line - 2] ?? ''}${comments[line - 1] ?? ''}`;
    return beside.trim() === '';
  });
}
