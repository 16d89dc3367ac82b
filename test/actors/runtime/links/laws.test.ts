import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChildFailed, Terminated } from '../../../../actors/runtime/actor-spec.ts';
import { PACE } from '../../../../actors/runtime/links/link.ts';
import type { ActorRef } from '../../../../actors/runtime/ref.ts';
import { anActor } from '../../../support/lanes.ts';
import { asyncLaw } from '../../../support/law.ts';
import { NO_FAULTS } from '../../../support/links/network.ts';
import {
  commandDesk,
  type DeskMessage,
  desk,
  type TwoNodes,
  twoNodes,
} from '../../../support/links/two-nodes.ts';

type Step =
  | { readonly kind: 'tell' | 'command' | 'ask' | 'watch' | 'fail-desk' }
  | { readonly kind: 'down' | 'up' | 'reset' | 'kill-london' | 'crash-tokyo' }
  | { readonly kind: 'wait'; readonly ms: number };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom<'tell' | 'command' | 'ask' | 'watch'>(
        'tell',
        'command',
        'ask',
        'watch',
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(3_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom<'down' | 'up' | 'reset' | 'fail-desk' | 'kill-london' | 'crash-tokyo'>(
        'down',
        'up',
        'reset',
        'fail-desk',
        'kill-london',
        'crash-tokyo',
      ),
    }),
  },
);
const faults = fc.record({
  loss: fc.constantFrom(0, 0, 0.05, 0.3),
  duplicate: fc.constantFrom(0, 0.2),
  delayMsMax: fc.constantFrom(0, 50, 2_000),
  reorders: fc.boolean(),
});

/** Cases; each is about 10 ms. */
const RUNS = 150;

test('whatever the network does, messages come at most once and nothing is left', async () => {
  await asyncLaw(
    fc.asyncProperty(
      fc.nat(),
      faults,
      fc.array(aStep, { minLength: 5, maxLength: 40 }),
      async (seed, network, steps) => {
        const run = await Run.start(seed);
        run.nodes.network.faults = network;
        for (const step of steps) await run.take(step);
        await run.heal();
        run.check();
        await run.stop();
      },
    ),
    RUNS,
  );
});

/** One run of steps, and what the actors at both ends saw of it. */
class Run {
  readonly nodes: TwoNodes;
  readonly #sent: number[] = [];
  readonly #told: number[] = [];
  #next = 100;
  #watches = 0;
  #asks = 0;
  #settled = 0;

  private constructor(nodes: TwoNodes) {
    this.nodes = nodes;
  }

  static async start(seed: number): Promise<Run> {
    const run = new Run(await twoNodes(seed));
    await run.nodes.tokyo.link();
    await run.nodes.london.link();
    await run.nodes.env.advance(10);
    return run;
  }

  async take(step: Step): Promise<void> {
    const { env, network, london, tokyo } = this.nodes;
    this.#next += 1;
    const n = this.#next;
    switch (step.kind) {
      case 'tell':
      case 'command':
        if (london.lane.send<DeskMessage>(this.#to(step.kind), { kind: 'note', n })) {
          this.#sent.push(n);
        }
        break;
      case 'ask':
        this.#asks += 1;
        london.lane
          .ask<DeskMessage, number>(desk, (reply) => ({ kind: 'double', n, reply }), 60_000)
          .then(
            (answer) => assert.is(answer, n * 2),
            () => {},
          )
          .finally(() => {
            this.#settled += 1;
          });
        break;
      case 'watch':
        await this.#watch();
        break;
      case 'fail-desk':
        await tokyo.lane.kill('edge/desk');
        break;
      case 'down':
      case 'up':
        network.isDown = step.kind === 'down';
        break;
      case 'reset':
        network.reset();
        break;
      case 'kill-london':
        await london.lane.kill('link');
        await london.link();
        break;
      case 'crash-tokyo':
        tokyo.lane.inject('link', new Error('boom'));
        await env.settle();
        await tokyo.link();
        break;
      case 'wait':
        await env.advance(step.ms);
        break;
    }
    await env.settle();
  }

  #to(kind: 'tell' | 'command'): ActorRef<DeskMessage> {
    return kind === 'tell' ? desk : commandDesk;
  }

  async #watch(): Promise<void> {
    this.#watches += 1;
    const id = this.#watches;
    await this.nodes.london.lane.spawn(
      anActor<null, Terminated | ChildFailed>({
        start(ctx) {
          ctx.watch(desk);
          return null;
        },
        receive: (state) => {
          this.#told.push(id);
          return state;
        },
      }),
      `watcher-${id}`,
    );
  }

  /** A network without faults, and time enough for everything to come to its end. */
  async heal(): Promise<void> {
    const { env, network, tokyo } = this.nodes;
    network.faults = NO_FAULTS;
    network.isDown = false;
    await env.advance(PACE.redial.maxMs + PACE.silenceMs + 120_000);
    // The watchers that still wait are told by the end of what they watch, or of the link.
    await tokyo.lane.kill('edge/desk');
    await env.advance(1_000);
  }

  check(): void {
    const { london, tokyo, seen, commanded } = this.nodes;
    for (const handled of [seen, commanded]) {
      const isRising = handled.every((n, at) => at === 0 || (handled[at - 1] as number) < n);
      assert.ok(isRising, `in order and once: ${handled.join()}`);
      assert.ok(
        handled.every((n) => this.#sent.includes(n)),
        'a refused message never arrives',
      );
    }
    const told = [...this.#told].sort((left, right) => left - right);
    const all = Array.from({ length: this.#watches }, (_, at) => at + 1);
    assert.equal(told, all, 'every watcher is told, once');
    assert.is(this.#settled, this.#asks, 'every question has come to an end');
    assert.is(london.lane.openAsks + tokyo.lane.openAsks, 0);
    for (const { lane } of [london, tokyo]) {
      const view = lane.view('link') as { value: Record<string, unknown> };
      assert.equal(
        [view.value['isUp'], view.value['open'], view.value['commandsPending']],
        [true, 0, 0],
      );
    }
  }

  async stop(): Promise<void> {
    const { env, network, london, tokyo } = this.nodes;
    const stopped = [london.lane.stopAll(1_000), tokyo.lane.stopAll(1_000)];
    await env.advance(10_000);
    await Promise.all(stopped);
    assert.equal([network.openChannels, env.pendingTimers], [0, 0], 'nothing is left');
  }
}

test.run();
