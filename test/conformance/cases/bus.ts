/** Events by class: SUP-059. */
import { channel } from 'node:diagnostics_channel';
import * as assert from 'uvu/assert';
import {
  type EventClass,
  eventClass,
  eventSubclass,
} from '../../../actors/runtime/bus/event-stream.ts';
import { aLane, anActor } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

interface Happening {
  readonly kind: string;
  readonly n: number;
}

const happening = eventClass<Happening>('conformance');
const special = eventSubclass<Happening, Happening>('conformance.special', happening);

export const BUS: Topic = {
  async 'SUP-059'() {
    const { lane, env } = aLane();
    const heard: Record<string, number[]> = { base: [], sub: [] };
    const subscriber = (name: string, to: EventClass<Happening>) =>
      anActor<null, Happening>({
        start(ctx) {
          ctx.bus.subscribe(to);
          return null;
        },
        receive(state, { n }) {
          heard[name]?.push(n);
          return state;
        },
      });
    await lane.spawn(subscriber('base', happening), 'base');
    await lane.spawn(subscriber('sub', special), 'sub');
    const publish = (n: number): void => {
      if (n % 2 === 0) lane.publish(special, { kind: 'special', n });
      else lane.publish(happening, { kind: 'ordinary', n });
    };
    for (let n = 1; n <= 6; n += 1) publish(n);
    await env.settle();
    assert.equal(heard, { base: [1, 2, 3, 4, 5, 6], sub: [2, 4, 6] });
    void lane.stop('base');
    await env.settle();
    for (let n = 7; n <= 8; n += 1) publish(n);
    await env.settle();
    assert.equal(heard, { base: [1, 2, 3, 4, 5, 6], sub: [2, 4, 6, 8] });
    assert.is(lane.deadLetters.count, 0, 'nothing was sent to the one that stopped');
    // Whoever diagnoses the process hears the same, as long as he listens.
    const diagnosed: unknown[] = [];
    const listen = (event: unknown): void => void diagnosed.push(event);
    channel('flyball:conformance').subscribe(listen);
    publish(10);
    channel('flyball:conformance').unsubscribe(listen);
    publish(12);
    assert.equal(diagnosed, [{ kind: 'special', n: 10 }]);
  },
};
