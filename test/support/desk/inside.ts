import * as systemMap from 'nact/lib/system-map.js';
import type { RtActor } from '../../../actors/runtime/actor.ts';
import type { DeadLetter } from '../../../actors/runtime/mail/dead-letters.ts';
import type { Switchboard } from '../../../actors/runtime/switchboard.ts';
import type { Stage } from './rehearsed.ts';

/** The incarnation that holds a path of a desk now; no product code gets hold of it. */
export function incarnationAt({ desk }: Pick<Stage, 'desk'>, path: string): RtActor {
  const { deskId, boot } = desk.parts;
  const board = systemMap.find(`desk-${deskId}-${boot}`) as unknown as Switchboard | undefined;
  const actor = board?.recipientAt(path);
  if (actor === undefined) throw new Error(`nobody is at ${path}`);
  return actor as RtActor;
}

/** Makes an actor crash at its next turn, with messages in its mailbox that nobody handles. */
export function crashBefore(stage: Stage, path: string, queued: readonly unknown[]): void {
  const actor = incarnationAt(stage, path);
  actor.inject(new Error('killed by a test'));
  for (const message of queued) actor.accept(message, 0, 'a test');
}

/** Messages that nobody handles from now on. */
export function deadLettersOf(stage: Stage): readonly DeadLetter[] {
  const letters: DeadLetter[] = [];
  const { observers } = incarnationAt(stage, 'root').engine;
  observers.add({ deadLetter: (letter) => void letters.push(letter) });
  return letters;
}
