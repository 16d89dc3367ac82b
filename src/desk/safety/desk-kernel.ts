import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Severities } from '../../../actors/trading/risk-message.ts';
import type { ControlEvent } from '../../control/events.ts';
import { isAtLeast, type SafetyCause } from '../../control/safety-cause.ts';
import { type SafetyEvent, SafetyKernel, type ScopeChange } from '../../control/safety-kernel.ts';
import { beginCaution } from '../../control/severity/caution.ts';
import { openCauses, sealCauses } from '../../control/severity/kept-causes.ts';
import type { DeskParts } from '../desk-parts.ts';
import type { DeskVenue } from '../open-venues.ts';

/** Who raises what is found wrong with the record itself. */
const OWNER = 'control';

/** The kernel of a desk, and what has to be raised in it once the journal has the start. */
export interface DeskKernel {
  readonly kernel: SafetyKernel;
  /** Raises what this start begins with. */
  begin(): void;
}

/**
 * The kernel of a desk: what people have not released stands again, changes are journaled, and the
 * actors take back what rests. It stands outside the tree, so that it outlives every actor.
 */
export function deskKernel(
  parts: DeskParts,
  lane: Pick<Lane, 'send'>,
  trip: (by: string, reason: string) => void,
): DeskKernel {
  const { journal, seal, env, gate, wasClean } = parts;
  const nowMs = (): number => env.clock.mono() / 1e6;
  const kept = journal.store.severity()?.event.kept ?? null;
  const standing = kept === null ? null : openCauses(kept, seal, nowMs());
  const kernel = new SafetyKernel({
    gate,
    emergency: trip,
    onScope: (change) => tellActors(parts, lane, change),
    record: (event) => record(parts, event),
    ...(standing?.ok === true ? { standing: standing.value } : {}),
  });
  return {
    kernel,
    begin() {
      if (standing?.ok === false) kernel.raise(distrusted(standing.error, nowMs()));
      const { restartCautionSeconds } = parts.config.control;
      if (!wasClean) beginCaution(kernel, nowMs(), restartCautionSeconds * 1_000);
    },
  };
}

/** What the kernel leaves of the orders of a desk. */
export function severitiesOf(
  { instruments, venues }: Pick<DeskParts, 'instruments' | 'venues'>,
  kernel: SafetyKernel,
): Severities {
  const venueOf = Int32Array.from(instruments, ({ venue }) =>
    venues.findIndex(({ name }) => name === venue),
  );
  return {
    sizeScale: ({ instrument, strategy }) =>
      kernel.sizeScale(venueOf[instrument] as number, instrument, strategy),
    isStrategyPaused: (strategy) => kernel.isStrategyPaused(strategy),
  };
}

/** Takes back what rests in a scope that has been paused, and cancels all in one that is halted. */
function tellActors(
  { config, instruments, venues }: DeskParts,
  lane: Pick<Lane, 'send'>,
  { scope, before, after }: ScopeChange,
): void {
  lane.send(address.control, { kind: 'severity-changed' });
  const isWorse = isAtLeast(after, 'paused') && !isAtLeast(before, after);
  // The emergency stop sees to everything itself.
  if (!isWorse || after === 'emergency') return;
  if (scope.kind === 'strategy') {
    lane.send(address.execution, { kind: 'withdraw', strategy: scope.strategy });
  } else if (scope.kind === 'instrument') {
    const market = instruments[scope.instrument];
    const onIt = config.strategies.filter(
      ({ venue, symbol }) => venue === market?.venue && symbol === market.symbol,
    );
    for (const { label } of onIt) {
      lane.send(address.execution, { kind: 'withdraw', strategy: label });
    }
  } else if (scope.kind === 'venue') {
    const { name } = venues[scope.venue] as DeskVenue;
    for (const { label } of config.strategies.filter(({ venue }) => venue === name)) {
      lane.send(address.execution, { kind: 'withdraw', strategy: label });
    }
  } else {
    lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
  }
  if (after !== 'halted') return;
  for (const { name, index } of venues) {
    const isMeant = scope.kind === 'desk' || (scope.kind === 'venue' && scope.venue === index);
    if (isMeant) lane.send(address.venue(name), { kind: 'cancel-all' });
  }
}

/**
 * What people have to release, and whatever lowers, is on the medium before this returns. A raise
 * that cannot be written has closed the gate already; nothing may leave without a record.
 */
function record({ journal, seal, gate, log }: DeskParts, event: SafetyEvent): void {
  const { kind: change, cause, kept, by, reason } = event;
  const { id, severity, reset } = cause;
  const written: ControlEvent = {
    kind: 'severity-changed',
    change,
    cause: id,
    severity,
    reset,
    by,
    reason,
    epoch: gate.epoch,
    kept: sealCauses(kept, seal),
  };
  const isDurable = change !== 'raised' || kept.includes(cause);
  const sequence = isDurable ? journal.appendDurable(written) : journal.append(written);
  log(change === 'raised' ? 'warn' : 'info', 'control', `severity-${change}`, {
    cause: id,
    severity,
    by,
    reason,
  });
  if (sequence > 0) return;
  gate.close('journal');
  if (change !== 'raised') {
    throw new Error(`the journal takes no events: ${JSON.stringify(journal.fault)}`);
  }
}

function distrusted(reason: string, nowMs: number): SafetyCause {
  return {
    control: 'RECORD',
    scope: { kind: 'desk' },
    severity: 'emergency',
    reset: '2P',
    owner: OWNER,
    reason,
    nowMs,
  };
}
