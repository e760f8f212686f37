/** What a component other than magnitude is called behind a stack's name. */
const components: Readonly<Record<string, string>> = {
  phase: '_ph',
  real: '_real',
  imaginary: '_imaginary',
};

/**
 * What scripts of the field read behind a volume's name, by its key alone: `_e2` of an echo that is
 * not the first, then its component, then `_ADC`, and `_rev` where phase was encoded the other way about; a
 * closed list in this order. Never what other stacks there are: a late image renames nothing.
 */
export function stackSuffixOf(stackKey: string): string {
  const kind = new Map(
    stackKey.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const echo = kind.get('EchoNumbers') ?? '';
  return [
    /^([2-9]|[1-9]\d{1,2})$/.test(echo) ? `_e${echo}` : '',
    components[kind.get('Component') ?? ''] ?? '',
    kind.get('Map') === 'ADC' ? '_ADC' : '',
    kind.get('PhaseEncodingPolarity') === 'reversed' ? '_rev' : '',
  ].join('');
}
