/**
 * The lane's hot path: five stages through `ingest`, the synchronous call, an ordinary restart.
 *
 *   npm run build && node --enable-source-maps dist/bench/lane.js
 *
 * 2 shared cores x86-64, Node 20.20, 2026-11: five stages 0.25 µs a message, 3.9 million a second
 * (from the callback p50 0.27, p99 0.3, p99.9 0.6 µs); a call 20 ns; a restart 50 µs, most of it
 * the error's stack trace.
 */
import type { ActorSpec } from '../actors/runtime/actor-spec.ts';
import { Lane } from '../actors/runtime/lane.ts';
import { type ActorRef, answerRefByPath, refByPath } from '../actors/runtime/ref.ts';
import { nodeClock, nodeTimers } from '../src/core/node-env.ts';
import { rngOf } from '../src/core/rng.ts';
import { supervisor } from '../supervisors/supervisor.ts';

const MESSAGES = 1_000_000;
const RESTARTS = 1000;

interface Tick {
  readonly kind: 'tick';
  readonly n: number;
}

const lane = new Lane({
  name: 'bench',
  clock: nodeClock,
  timers: nodeTimers,
  random: rngOf(1),
});

let next: ActorRef<Tick> | null = null;
for (let stage = 5; stage >= 1; stage -= 1) {
  const to: ActorRef<Tick> | null = next;
  const spec: ActorSpec<{ handled: number }, Tick> = {
    kind: 'stage',
    start: () => ({ handled: 0 }),
    receive(state, message, ctx) {
      state.handled += 1;
      if (to !== null) ctx.send(to, message);
      return state;
    },
  };
  next = await lane.spawn(spec, `stage:${stage}`);
}
const first = next as ActorRef<Tick>;

for (let round = 0; round < 3; round += 1) {
  const beganMs = performance.now();
  for (let n = 0; n < MESSAGES; n += 1) lane.ingest(first, { kind: 'tick', n });
  report('five stages', (performance.now() - beganMs) / MESSAGES);
}

const latencies = new Float64Array(MESSAGES / 5);
for (let n = 0; n < latencies.length; n += 1) {
  const beganMs = performance.now();
  lane.ingest(first, { kind: 'tick', n });
  latencies[n] = performance.now() - beganMs;
}
latencies.sort();
for (const percent of [50, 99, 99.9]) {
  report(`  p${percent}`, latencies[Math.floor((latencies.length * percent) / 100)] as number);
}

await lane.spawn(
  { kind: 'risk', start: () => 0, receive: (state: number) => state, answer: (state) => state },
  'risk',
);
const caller = await lane.spawn<null, number>(
  {
    kind: 'caller',
    start: () => null,
    receive(state, count, ctx) {
      const risk = answerRefByPath<number, number>('risk');
      for (let n = 0; n < count; n += 1) ctx.call(risk, n);
      return state;
    },
  },
  'caller',
);
for (let round = 0; round < 3; round += 1) {
  const beganMs = performance.now();
  lane.ingest(caller, MESSAGES);
  report('call', (performance.now() - beganMs) / MESSAGES);
}

const crashing: ActorSpec<null, null> = {
  kind: 'crashing',
  start: () => null,
  receive() {
    throw new Error('boom');
  },
};
await lane.spawn(
  supervisor({ intensity: RESTARTS, children: [{ id: 'a', start: () => crashing }] }),
  'top',
);
const beganMs = performance.now();
for (let n = 0; n < RESTARTS; n += 1) lane.ingest(refByPath<null>('top/a'), null);
report('restart', (performance.now() - beganMs) / RESTARTS);
await lane.stopAll(1000);

function report(what: string, ms: number): void {
  process.stdout.write(`${what}: ${(ms * 1e6).toFixed(0)} ns\n`);
}
