import { type ActionRow, actions } from './action.ts';
import { events } from './event.ts';
import { states } from './state.ts';
import { cells } from './table.ts';

/**
 * The state table as text, to lay beside PS3.8 Table 9-10: events down, states across, in each
 * cell the action; below it every action with its next state and effects.
 */
export function formatTable(): string {
  const header = ['', ...states].map((text) => text.padEnd(6)).join('');
  const rows = events.map((event) => {
    const row = cells.filter((cell) => cell.event === event).map((cell) => cell.action ?? '-');
    return [event, ...row].map((text) => text.padEnd(6)).join('');
  });
  const list = Object.entries<ActionRow>(actions).map(([name, { next, effects }]) => {
    const parts = effects.map((effect) =>
      Object.entries(effect)
        .map(([key, value]) => (key === 'kind' ? value : `[${value}]`))
        .join(' '),
    );
    return `${name.padEnd(6)}-> ${formatNext(next).padEnd(36)}${parts.join('; ')}`;
  });
  const lines = [header, ...rows, '', ...list].map((line) => line.trimEnd());
  return `${lines.join('\n')}\n`;
}

function formatNext(next: ActionRow['next']): string {
  return typeof next === 'string' ? next : `${next.on}: ${next.yes}, else ${next.no}`;
}
