import { type ActionName, type ActionRow, actions, type Effect } from './action.ts';
import { type Event, events } from './event.ts';
import { type State, states } from './state.ts';

/** One row per event, one cell per state from Sta1 to Sta13; `-` is an event that cannot happen. */
const grid: Readonly<Record<Event, string>> = {
  //      1    2    3    4    5    6    7    8    9    10   11    12   13
  Evt1: ' AE-1 -    -    -    -    -    -    -    -    -     -    -    -   ',
  Evt2: ' -    -    -    AE-2 -    -    -    -    -    -     -    -    -   ',
  Evt3: ' -    AA-1 AA-8 -    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6',
  Evt4: ' -    AA-1 AA-8 -    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6',
  Evt5: ' AE-5 -    -    -    -    -    -    -    -    -     -    -    -   ',
  Evt6: ' -    AE-6 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7',
  Evt7: ' -    -    AE-7 -    -    -    -    -    -    -     -    -    -   ',
  Evt8: ' -    -    AE-8 -    -    -    -    -    -    -     -    -    -   ',
  Evt9: ' -    -    -    -    -    DT-1 -    AR-7 -    -     -    -    -   ',
  Evt10: '-    AA-1 AA-8 -    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6',
  Evt11: '-    -    -    -    -    AR-1 -    -    -    -     -    -    -   ',
  Evt12: '-    AA-1 AA-8 -    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6',
  Evt13: '-    AA-1 AA-8 -    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6',
  Evt14: '-    -    -    -    -    -    -    AR-4 AR-9 -     -    AR-4 -   ',
  Evt15: '-    -    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 -   ',
  Evt16: '-    AA-2 AA-3 -    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2',
  Evt17: '-    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5',
  Evt18: '-    AA-2 -    -    -    -    -    -    -    -     -    -    AA-2',
  Evt19: '-    AA-1 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7',
};

/** `action` is undefined where the standard leaves the cell empty. */
export interface Cell {
  readonly event: Event;
  readonly state: State;
  readonly action: ActionName | undefined;
}

/** All 13 x 19 cells, event by event. @standard PS3.8 §9.2.3, Table 9-10 */
export const cells: readonly Cell[] = events.flatMap((event) => {
  const row = grid[event].trim().split(/ +/);
  return states.map((state, index) => {
    const text = row[index];
    return { event, state, action: text === '-' ? undefined : (text as ActionName) };
  });
});

const actionByCell = new Map(
  cells.map(({ event, state, action }) => [`${state} ${event}`, action]),
);

/** Facts beside state and event that the table needs. */
export interface StepFacts {
  /** This side asked for the association. */
  readonly isRequestor: boolean;
  /** The upper layer itself has nothing against the association request of Evt6. */
  readonly isAcceptable?: boolean;
}

/** What an event leads to. `illegal` is a bug of the local side, for peers cause no empty cell. */
export type Step =
  | {
      readonly kind: 'step';
      readonly action: ActionName;
      readonly next: State;
      readonly effects: readonly Effect[];
    }
  | { readonly kind: 'illegal' };

/**
 * What `event` in `state` leads to: the action of Table 9-10, the next state, the effects to run
 * in order.
 *
 * @standard PS3.8 §9.2.3, Table 9-10
 */
export function step(state: State, event: Event, facts: StepFacts): Step {
  const action = actionByCell.get(`${state} ${event}`);
  if (action === undefined) return { kind: 'illegal' };
  const { next, effects }: ActionRow = actions[action];
  if (typeof next === 'string') return { kind: 'step', action, next, effects };
  if (next.on === 'requestor') {
    return { kind: 'step', action, next: facts.isRequestor ? next.yes : next.no, effects };
  }
  return facts.isAcceptable === false
    ? { kind: 'step', action, next: next.no, effects: next.effectsIfNot }
    : { kind: 'step', action, next: next.yes, effects };
}
