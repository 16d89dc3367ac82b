/**
 * Drives a kernel with raises, probes and releases in any order, beside a model that is a list of
 * causes. Whatever the order, a severity falls only by a step that was authorised.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Releaser, ROLES } from '../../src/control/authorisation.ts';
import {
  causeId,
  RESET_CLASSES,
  type ResetClass,
  type SafetyCause,
  type SafetyScope,
  SEVERITIES,
  type Severity,
} from '../../src/control/safety-cause.ts';
import { aKernel, type TestKernel } from '../support/control/kernels.ts';
import { law } from '../support/law.ts';

const SCOPES: readonly SafetyScope[] = [
  { kind: 'desk' },
  { kind: 'venue', venue: 0 },
  { kind: 'instrument', instrument: 1 },
  { kind: 'strategy', strategy: 'mm' },
];
const CONTROLS = ['C12', 'C28'] as const;
const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Mostly two of them, so that causes meet. */
const aScope = fc.constantFrom(...SCOPES, ...SCOPES.slice(0, 2), ...SCOPES.slice(0, 2));
const aControl = fc.constantFrom(...CONTROLS);
const aRaise = fc
  .record({
    control: aControl,
    scope: aScope,
    severity: fc.constantFrom<SafetyCause['severity'][]>('warn', 'reduced', 'paused', 'halted'),
    reset: fc.constantFrom<ResetClass[]>('A', 'A', 'A', 'O', 'R'),
    sizeScale: fc.constantFrom(0, 0.25, 0.5, 1),
    coolMs: fc.nat({ max: 20 }),
    probationMs: fc.nat({ max: 20 }),
    isEmergency: fc.boolean(),
  })
  .map(({ isEmergency, ...cause }) =>
    isEmergency && cause.control === 'C28' && cause.sizeScale === 0
      ? { ...cause, severity: 'emergency' as const, reset: '2P' as const }
      : cause,
  );
const aReleaser: fc.Arbitrary<Releaser> = fc.oneof(
  fc.record({
    kind: fc.constant('person' as const),
    name: fc.constant('somebody'),
    role: fc.constantFrom(...ROLES),
    reason: fc.constantFrom('', 'looked at it'),
  }),
  fc.record({
    kind: fc.constant('owner' as const),
    name: fc.constantFrom('breakers', 'breakers', 'watchdog'),
    reason: fc.constant('gone'),
  }),
  fc.record({
    kind: fc.constant('reset' as const),
    name: fc.constant('control'),
    reason: fc.constant('reset'),
  }),
);
const aStep = fc.record({
  ms: fc.nat({ max: 15 }),
  what: fc.oneof(
    aRaise.map((cause) => ({ kind: 'raise' as const, cause })),
    fc.record({
      kind: fc.constant('release' as const),
      control: aControl,
      scope: aScope,
      by: aReleaser,
    }),
    fc.record({
      kind: fc.constant('probe' as const),
      control: aControl,
      scope: aScope,
      owner: fc.constantFrom('breakers', 'breakers', 'watchdog'),
    }),
  ),
});

interface Standing {
  readonly scope: SafetyScope;
  severity: Severity;
  reset: ResetClass;
  scale: number;
  coolMs: number;
  probationMs: number;
  quietFromMs: number;
  probedAtMs: number | null;
}

/** Who may release what, written out: not read from the code under test. */
function isAuthorised(standing: Standing, by: Releaser, nowMs: number): boolean {
  if (by.kind === 'reset') return standing.reset === '2P';
  if (by.kind === 'person') {
    if (by.reason === '' || standing.reset === '2P') return false;
    return by.role === 'risk-officer' || (by.role === 'operator' && standing.reset !== 'R');
  }
  if (by.name !== 'breakers' || standing.reset !== 'A') return false;
  const { probedAtMs, probationMs, quietFromMs, coolMs } = standing;
  if (probedAtMs !== null) return nowMs >= probedAtMs + probationMs;
  return probationMs === 0 && nowMs >= quietFromMs + coolMs;
}

class Model {
  readonly causes = new Map<string, Standing>();

  raise(cause: SafetyCause): void {
    const id = causeId(cause.control, cause.scope);
    const before = this.causes.get(id);
    const { severity, reset, sizeScale = 1, coolMs = 0, probationMs = 0 } = cause;
    const isWorse = before === undefined || rank(severity) > rank(before.severity);
    const resetRank = (each: ResetClass): number => RESET_CLASSES.indexOf(each);
    const isStricter = before === undefined || resetRank(reset) > resetRank(before.reset);
    this.causes.set(id, {
      scope: cause.scope,
      severity: isWorse ? severity : before.severity,
      reset: isStricter ? reset : before.reset,
      scale: Math.min(before?.scale ?? 1, sizeScale),
      coolMs: Math.max(before?.coolMs ?? 0, coolMs),
      probationMs: Math.max(before?.probationMs ?? 0, probationMs),
      quietFromMs: cause.nowMs,
      probedAtMs: null,
    });
  }

  mayProbe(id: string, owner: string, nowMs: number): boolean {
    const standing = this.causes.get(id);
    if (standing?.reset !== 'A' || owner !== 'breakers') return false;
    const { probedAtMs, quietFromMs, coolMs, probationMs } = standing;
    const from = probedAtMs === null ? quietFromMs + coolMs : probedAtMs + probationMs;
    return nowMs >= from;
  }

  probe(id: string, nowMs: number): void {
    const standing = this.causes.get(id) as Standing;
    if (standing.probedAtMs !== null) return;
    standing.probedAtMs = nowMs;
    if (rank(standing.severity) > rank('reduced')) standing.severity = 'reduced';
    standing.scale = Math.min(standing.scale, 0.5);
  }

  at(scope: SafetyScope): readonly Standing[] {
    return [...this.causes.values()].filter((each) => each.scope === scope);
  }

  severity(scope: SafetyScope): Severity {
    const worst = Math.max(0, ...this.at(scope).map(({ severity }) => rank(severity)));
    return SEVERITIES[worst] as Severity;
  }

  scale(scope: SafetyScope): number {
    const scales = this.at(scope).map(({ severity, scale }) =>
      rank(severity) > rank('reduced') ? 0 : severity === 'reduced' ? scale : 1,
    );
    return Math.min(1, ...scales);
  }

  isClosed(scope: SafetyScope): boolean {
    return this.at(scope).some(({ severity }) => severity === 'paused' || severity === 'halted');
  }
}

function checkAgainst(model: Model, { kernel, gate }: TestKernel, said: string): void {
  const [desk, venue, instrument, strategy] = SCOPES as [
    SafetyScope,
    SafetyScope,
    SafetyScope,
    SafetyScope,
  ];
  for (const scope of SCOPES) assert.is(kernel.severityOf(scope), model.severity(scope), said);
  const isStopped = SCOPES.some((scope) => model.severity(scope) === 'emergency');
  if (isStopped) assert.ok(gate.isClosedBy('emergency'), said);
  assert.is(gate.isClosedBy('breaker'), model.isClosed(desk), said);
  assert.is(gate.venuePauses(0).includes('breaker'), model.isClosed(venue), said);
  assert.is(gate.instrumentPauses(1).includes('breaker'), model.isClosed(instrument), said);
  assert.is(kernel.isStrategyPaused('mm'), model.isClosed(strategy), said);
  const scale = Math.min(...SCOPES.map((scope) => model.scale(scope)));
  assert.is(kernel.sizeScale(0, 1, 'mm'), scale, said);
  assert.is(kernel.sizeScale(1, 0, 'other'), model.scale(desk), said);
  assert.is(kernel.summary().causes.length, model.causes.size, said);
}

/** Worst of all scopes, each by its rank. */
const severities = ({ kernel }: TestKernel): readonly number[] =>
  SCOPES.map((scope) => rank(kernel.severityOf(scope)));

test('in any order severity falls by an authorised release or probe only', () => {
  law(
    fc.property(fc.array(aStep, { maxLength: 60, size: 'max' }), (steps) => {
      const tested = aKernel();
      const { kernel, gate } = tested;
      const model = new Model();
      let nowMs = 0;
      for (const { ms, what } of steps) {
        nowMs += ms;
        const said = `${JSON.stringify(what)} at ${nowMs}`;
        const before = severities(tested);
        const unchanged = JSON.stringify([kernel.summary(), gate.epoch]);
        let isAllowed = true;
        if (what.kind === 'raise') {
          const cause = { ...what.cause, owner: 'breakers', reason: 'found', nowMs };
          kernel.raise(cause);
          model.raise(cause);
        } else {
          const id = causeId(what.control, what.scope);
          const standing = model.causes.get(id);
          if (what.kind === 'probe') {
            isAllowed = model.mayProbe(id, what.owner, nowMs);
            assert.is(kernel.probe(id, what.owner, nowMs).ok, isAllowed, said);
            if (isAllowed) model.probe(id, nowMs);
          } else {
            isAllowed = standing !== undefined && isAuthorised(standing, what.by, nowMs);
            assert.is(kernel.release(id, what.by, nowMs).ok, isAllowed, said);
            if (isAllowed) model.causes.delete(id);
          }
        }
        checkAgainst(model, tested, said);
        if (!isAllowed) assert.is(JSON.stringify([kernel.summary(), gate.epoch]), unchanged, said);
        const hasFallen = severities(tested).some((each, at) => each < (before[at] as number));
        if (hasFallen) assert.ok(what.kind !== 'raise' && isAllowed, said);
      }
    }),
    300,
  );
});

test('whatever is decided before a severity rises to a pause is void for ever', () => {
  law(
    fc.property(fc.array(aRaise, { minLength: 1, maxLength: 8 }), (causes) => {
      const { kernel, gate } = aKernel();
      const { epoch } = gate;
      for (const cause of causes) {
        kernel.raise({ ...cause, owner: 'breakers', reason: 'found', nowMs: 0 });
      }
      const { causes: standing } = kernel.summary();
      const by: Releaser = { kind: 'person', name: 'r', role: 'risk-officer', reason: 'well' };
      for (const { id } of standing) kernel.release(id, by, 1_000);
      kernel.releaseAfterReset('both', 'well', 1_000);
      assert.is(kernel.summary().severity, 'normal');
      gate.open('emergency');
      const hasBarred = standing.some(
        ({ severity, sizeScale }) =>
          severity !== 'warn' && (severity !== 'reduced' || sizeScale < 1),
      );
      const old = gate.check({ venue: 0, instrument: 1, epoch, isReduceOnly: false });
      assert.is(old, hasBarred ? 'stale-epoch' : null);
      const fresh = { venue: 0, instrument: 1, epoch: gate.epoch, isReduceOnly: false };
      assert.is(gate.check(fresh), null);
    }),
  );
});

test.run();
