/**
 * Drives a control desk with everything that can be told to it, in any order, beside a model of
 * what its venues owe. Whatever happens, the gate is open only when nothing speaks against it.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Mode } from '../../src/control/gate.ts';
import type { RequestableMode } from '../../src/control/modes.ts';
import { aDesk, type TestDesk } from '../support/control/desks.ts';
import { law } from '../support/law.ts';

const VENUES = ['a', 'b'] as const;
const FAULTS = ['down:risk', 'journal'] as const;
const MODES: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];

interface Step {
  readonly kind:
    | 'started'
    | 'fault'
    | 'cleared'
    | 'lost'
    | 'connected'
    | 'reconciled'
    | 'settle'
    | 'request'
    | 'evaluate'
    | 'emergency'
    | 'reset'
    | 'wait';
  readonly which: number;
  /** How many tokens ago: 0 is the latest that the venue was asked for. */
  readonly age: number;
  readonly ms: number;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>(
    ...(['fault', 'cleared', 'cleared', 'lost', 'connected', 'settle', 'request'] as const),
    ...(['request', 'evaluate', 'emergency', 'reset', 'reset', 'wait', 'wait', 'started'] as const),
    ...Array<'reconciled'>(12).fill('reconciled'),
  ),
  which: fc.nat({ max: 5 }),
  age: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
  ms: fc.nat({ max: 12 }),
});

/** What the venues and the reporters of faults know to be true. */
class ModelDesk {
  isStarted = false;
  isTripped = false;
  readonly faults = new Set<string>();
  /** By venue: every token it was asked for, oldest first, and which of them it reported done. */
  readonly asked = new Map<string, number[]>(VENUES.map((venue) => [venue, []]));
  readonly done = new Map<string, Set<number>>(VENUES.map((venue) => [venue, new Set()]));

  heed(news: readonly string[]): void {
    for (const each of news) {
      const [what, venue = '', token] = each.split(' ');
      if (what === 'reconcile') this.asked.get(venue)?.push(Number(token));
    }
  }

  token(venue: string, age: number): number {
    return this.asked.get(venue)?.at(-1 - age) ?? 0;
  }

  /** A desk that has settled goes on while another venue is there. */
  lose(venue: string, isSettled: boolean): void {
    const goesOn = VENUES.some((other) => other !== venue && !this.isAway(other));
    this.faults.add(isSettled && goesOn ? `venue-away:${venue}` : `venue:${venue}`);
  }

  find(venue: string): void {
    this.faults.delete(`venue:${venue}`);
    this.faults.delete(`venue-away:${venue}`);
  }

  isAway(venue: string): boolean {
    return this.faults.has(`venue-away:${venue}`);
  }

  owes(venue: string): boolean {
    return !this.done.get(venue)?.has(this.token(venue, 0));
  }
}

function take(step: Step, tested: TestDesk, model: ModelDesk): void {
  const { desk } = tested;
  const venue = VENUES[step.which % VENUES.length] as string;
  const fault = FAULTS[step.which % FAULTS.length] as string;
  switch (step.kind) {
    case 'started':
      model.isStarted = true;
      desk.started();
      break;
    case 'fault':
      model.faults.add(fault);
      desk.fault(fault, 'boom');
      break;
    case 'cleared':
      model.faults.delete(fault);
      desk.cleared(fault);
      break;
    case 'lost':
      model.lose(venue, !tested.gate.isClosedBy('reconciling'));
      desk.venueLost(venue, 'closed');
      break;
    case 'connected':
      desk.venueConnected(venue);
      break;
    case 'reconciled': {
      const token = model.token(venue, step.age);
      model.done.get(venue)?.add(token);
      if (step.age === 0 && token > 0) model.find(venue);
      desk.venueReconciled(venue, token);
      break;
    }
    case 'settle':
      desk.settle(() => assertAgreed(model));
      break;
    case 'request':
      desk.request(MODES[step.which % MODES.length] as RequestableMode, 'ann', 'wish');
      break;
    case 'evaluate':
      desk.evaluate();
      break;
    case 'emergency':
      model.isTripped = true;
      desk.emergency('ann', 'smoke');
      break;
    case 'reset':
      if (desk.reset('ann', 'done').ok) model.isTripped = false;
      break;
    case 'wait':
      tested.wait(step.ms);
      break;
  }
}

/** Everything agrees and nothing is wrong, an emergency and venues aside that are away. */
function assertOpenable(model: ModelDesk): void {
  assert.ok(model.isStarted);
  const away = VENUES.filter((venue) => model.isAway(venue));
  assert.ok(away.length < VENUES.length, 'somebody is there to trade with');
  assert.equal([...model.faults].sort(), away.map((venue) => `venue-away:${venue}`).sort());
  for (const venue of VENUES) assert.ok(model.isAway(venue) || !model.owes(venue), venue);
}

function assertAgreed(model: ModelDesk): void {
  assert.ok(model.isStarted);
  for (const venue of VENUES) assert.not.ok(model.owes(venue), `${venue} owes a run`);
}

const freedom = (mode: Mode): number => ['emergency', ...MODES].indexOf(mode);

function run(steps: readonly Step[]): void {
  const tested = aDesk({ policy: { semiCooldownMs: 5, fullCooldownMs: 5 } });
  const { desk, gate, latch } = tested;
  const model = new ModelDesk();
  for (const step of steps) {
    const before = { mode: desk.mode, epoch: gate.epoch };
    take(step, tested, model);
    model.heed(tested.news());
    const said = `${step.kind} in ${before.mode}`;

    if (!gate.isClosed) assertOpenable(model);
    assert.is(gate.isClosedBy('emergency'), model.isTripped, said);
    assert.is(latch.cause() !== null, model.isTripped, said);
    assert.is(desk.mode === 'emergency', model.isTripped, said);
    assert.is(gate.mode, desk.mode, said);
    assert.ok(gate.epoch >= before.epoch, said);
    if (freedom(desk.mode) < freedom(before.mode)) assert.ok(gate.epoch > before.epoch, said);
    const isRise = before.mode !== 'emergency' && freedom(desk.mode) > freedom(before.mode);
    if (isRise) assert.equal([...model.faults], [], said);
    assert.equal([...desk.summary().faults].sort(), faultsOf(model), said);
  }
  for (const { from, to, machine } of tested.journal) {
    assert.is(JSON.parse(machine).mode, to);
    if (from === 'emergency') assert.ok(to === 'emergency' || to === 'manual');
  }
  for (const tokens of model.asked.values()) {
    assert.equal(
      tokens,
      [...new Set(tokens)].sort((one, other) => one - other),
    );
  }
}

function faultsOf(model: ModelDesk): string[] {
  return [...model.faults, ...(model.isStarted ? [] : ['starting'])].sort();
}

test('the gate is open only when started, fault-free, reconciled and not tripped', () => {
  law(fc.property(fc.array(aStep, { maxLength: 60, size: 'max' }), run), 500);
});

test('once everything is well and nobody stopped it, the gate opens', () => {
  const step = (kind: Step['kind'], which: number): Step => ({ kind, which, age: 0, ms: 0 });
  const ending = [
    step('started', 0),
    ...[0, 1].flatMap((which) => [step('cleared', which), step('connected', which)]),
    ...[0, 1].map((which) => step('reconciled', which)),
  ];
  law(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const tested = aDesk();
      const model = new ModelDesk();
      for (const each of [...steps, ...ending]) {
        take(each, tested, model);
        model.heed(tested.news());
      }
      assert.equal(tested.gate.causes(), model.isTripped ? ['emergency'] : []);
    }),
  );
});

test.run();
