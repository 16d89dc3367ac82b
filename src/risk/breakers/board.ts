import {
  causeId,
  isAtLeast,
  type ResetClass,
  type SafetyScope,
  type Severity,
  scopeText,
  stricter,
} from '../../control/safety-cause.ts';
import type { SafetyKernel, SafetySummary } from '../../control/safety-kernel.ts';
import { assert } from '../../core/result.ts';
import type { Opener, Response, Verdict } from '../controls/control.ts';
import { apiErrors } from '../controls/orders-and-venue.ts';
import { Breaker, type BreakerState, type BreakerTimes } from './breaker.ts';
import { Cascades } from './cascades.ts';
import type { BreakerEvent } from './events.ts';
import type { LimitBook } from './limit-book.ts';
import type { BreakerSettings, Regime } from './settings.ts';

export interface BoardOptions {
  readonly kernel: SafetyKernel;
  /** By index: the place of each instrument's venue, and its symbol. */
  readonly instruments: readonly { readonly venue: number; readonly symbol: string }[];
  readonly venues: number;
  readonly limits: () => LimitBook;
  /** @throws when it cannot be journaled */
  readonly record: (event: BreakerEvent) => void;
  /** Told at the first of a row of warnings. */
  readonly warned: (control: string, scope: string, verdict: Verdict) => void;
}

/** What `breakers` shows of one breaker that has opened since the risk actor began. */
export interface BreakerRow {
  readonly control: string;
  readonly scope: string;
  readonly state: BreakerState;
  readonly severity: string;
  readonly reset: string;
  readonly measured: number;
  readonly limit: number;
  readonly regime: Regime;
  readonly openings: number;
  /** Until it may take the next step by itself; 0 when it may not, or need not. */
  readonly waitMs: number;
}

/** Who raises in the kernel what this board has found. */
export const BREAKER_OWNER = 'risk';
const WARNED_AGAIN_MS = 60_000;

interface Entry {
  readonly id: string;
  readonly control: string;
  readonly scope: SafetyScope;
  readonly breaker: Breaker;
  /** The strictest since it opened. */
  reset: ResetClass;
  /** What the control asks for between two openings. */
  readonly baseCoolMs: number;
  severity: Severity;
  measured: number;
  limit: number;
  regime: Regime;
  openings: number;
  /** People have reset an emergency of it: it comes again only after the measure has fallen. */
  mustFall: boolean;
}

/**
 * The breakers of the desk, one for each control and scope that has opened. It turns verdicts into
 * causes of the safety kernel, probes and releases those of class A, and leaves the others to
 * people. It never lowers what it has not raised.
 */
export class BreakerBoard {
  readonly #options: BoardOptions;
  readonly #cascades: Cascades;
  #settings: BreakerSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #warnedMs = new Map<string, number>();

  /** What a board before this one has raised stands as if it had opened just now. */
  constructor(options: BoardOptions, settings: BreakerSettings, nowMs: number) {
    this.#options = options;
    this.#settings = settings;
    this.#cascades = new Cascades(options.instruments, options.venues);
    for (const cause of options.kernel.summary().causes) {
      if (cause.owner === BREAKER_OWNER) this.#adopt(cause, nowMs);
    }
  }

  adopt(settings: BreakerSettings): void {
    this.#settings = settings;
  }

  /** Takes what a control has found on a scope; null when nothing is wrong. */
  report(
    control: Opener,
    scope: SafetyScope,
    verdict: Verdict | null,
    nowMs: number,
    regime: Regime = 'calm',
  ): void {
    const id = causeId(control.id, scope);
    const known = this.#entries.get(id);
    const response = responseOf(control, verdict, known?.mustFall === true);
    if (known !== undefined && verdict?.response !== 'emergency') known.mustFall = false;
    if (verdict === null || response === null) return;
    if (response === 'refused') return;
    const reset = control.reset[response];
    assert(reset !== undefined, `${control.id} has no reset class for ${response}`);
    if (reset === '-') {
      this.#warn(control.id, scope, verdict, nowMs);
      return;
    }
    this.#open({ control, scope, id, reset, response, verdict, nowMs, regime });
  }

  /** Time has gone by: probes and closes what may be, and sees what people have released. */
  tick(nowMs: number): void {
    let standing: ReadonlySet<string> | null = null;
    for (const entry of this.#entries.values()) {
      if (entry.breaker.state === 'closed') continue;
      standing ??= new Set(this.#options.kernel.summary().causes.map(({ id }) => id));
      if (!standing.has(entry.id)) this.#closed(entry, 'people', nowMs);
      else this.#pass(entry, nowMs);
    }
    if (standing !== null) this.#cascade(nowMs);
  }

  /** Whether a breaker is open; one that probes is not. */
  isOpen(control: string, scope: SafetyScope): boolean {
    return this.#entries.get(causeId(control, scope))?.breaker.state === 'open';
  }

  stateOf(control: string, scope: SafetyScope): BreakerState {
    return this.#entries.get(causeId(control, scope))?.breaker.state ?? 'closed';
  }

  rows(nowMs: number): readonly BreakerRow[] {
    return [...this.#entries.values()].map((entry) => {
      const { control, scope, breaker, severity, reset, measured, limit, regime } = entry;
      const waits = breaker.state !== 'closed' && reset === 'A';
      const waitMs = waits ? Math.max(0, breaker.untilMs - nowMs) : 0;
      const { state } = breaker;
      const found = { severity, reset, measured, limit, regime, openings: entry.openings };
      return { control, scope: scopeText(scope), state, ...found, waitMs };
    });
  }

  #open(found: {
    readonly control: Opener;
    readonly scope: SafetyScope;
    readonly id: string;
    readonly reset: ResetClass;
    readonly response: Exclude<Response, 'refused'>;
    readonly verdict: Verdict;
    readonly nowMs: number;
    readonly regime: Regime;
  }): void {
    const { control, scope, id, reset, response, verdict, nowMs, regime } = found;
    const entry = this.#entries.get(id) ?? this.#newEntry(found);
    const { breaker } = entry;
    const wasOpen = breaker.state === 'open';
    // Once is enough: each trip of an emergency would begin its cool-down anew.
    if (wasOpen && entry.severity === 'emergency') return;
    const isWorse =
      !wasOpen || (isAtLeast(response, entry.severity) && response !== entry.severity);
    const times = this.#times(entry);
    breaker.trip(nowMs, times, reset !== 'A');
    entry.reset = wasOpen ? stricter(entry.reset, reset) : reset;
    if (isWorse) entry.severity = response;
    entry.measured = verdict.measured;
    entry.limit = verdict.limit;
    entry.regime = regime;
    const { severity } = entry;
    this.#options.kernel.raise({
      control: control.id,
      scope,
      severity: response,
      reset,
      owner: BREAKER_OWNER,
      reason: reasonOf(control, verdict),
      nowMs,
      sizeScale: this.#scaleOf(control, response, verdict),
      coolMs: breaker.coolMs(times),
      probationMs: times.probeMs,
      letsFlatten: control.letsFlatten === true,
    });
    if (!isWorse) return;
    entry.openings += 1;
    const measured = String(round(verdict.measured));
    const limit = String(round(verdict.limit));
    const text = scopeText(scope);
    const what = { control: control.id, scope: text, severity, reset, measured, limit, regime };
    this.#options.record({ kind: 'breaker-opened', ...what });
    this.#cascade(nowMs);
  }

  #pass(entry: Entry, nowMs: number): void {
    const times = this.#times(entry);
    const step = entry.breaker.pass(nowMs, times);
    const { id, control, scope } = entry;
    const { kernel } = this.#options;
    if (step === 'probe') {
      const probed = kernel.probe(id, BREAKER_OWNER, nowMs);
      if (!probed.ok) entry.breaker.trip(nowMs, times, false);
      else this.#options.record({ kind: 'breaker-probing', control, scope: scopeText(scope) });
    } else if (step === 'close') {
      const by = {
        kind: 'owner',
        name: BREAKER_OWNER,
        reason: 'nothing is found any more',
      } as const;
      // The kernel has the last word: what it does not let go is open still.
      if (kernel.release(id, by, nowMs).ok) this.#closed(entry, BREAKER_OWNER, nowMs);
      else entry.breaker.trip(nowMs, times, false);
    }
  }

  #closed(entry: Entry, by: string, nowMs: number): void {
    entry.breaker.close(nowMs);
    entry.mustFall = by !== BREAKER_OWNER && entry.severity === 'emergency';
    const { control, scope } = entry;
    this.#options.record({ kind: 'breaker-closed', control, scope: scopeText(scope), by });
  }

  /** What follows from several breakers is raised and taken back like any other cause. */
  #cascade(nowMs: number): void {
    const standing = [...this.#entries.values()].flatMap(({ breaker, control, scope, severity }) =>
      breaker.state === 'closed' ? [] : [{ control, scope, severity, state: breaker.state }],
    );
    const { venuesToCascade } = this.#options.limits().of(apiErrors);
    for (const { control, scope, verdict } of this.#cascades.of(standing, venuesToCascade)) {
      const isForPeople = control.reset[verdict.response] !== 'A';
      // One for people stands until they release it; what is still so then is seen again.
      if (isForPeople && this.stateOf(control.id, scope) !== 'closed') continue;
      this.report(control, scope, verdict, nowMs);
    }
  }

  #warn(control: string, scope: SafetyScope, verdict: Verdict, nowMs: number): void {
    const id = causeId(control, scope);
    const before = this.#warnedMs.get(id);
    if (before !== undefined && nowMs - before < WARNED_AGAIN_MS) return;
    this.#warnedMs.set(id, nowMs);
    this.#options.warned(control, scopeText(scope), verdict);
  }

  #newEntry(found: {
    readonly control: Opener;
    readonly scope: SafetyScope;
    readonly id: string;
    readonly reset: ResetClass;
    readonly response: Exclude<Response, 'refused'>;
    readonly regime: Regime;
  }): Entry {
    const { control, scope, id, reset, response, regime } = found;
    const entry: Entry = {
      id,
      control: control.id,
      scope,
      breaker: new Breaker(),
      reset,
      baseCoolMs: control.coolMs,
      severity: response,
      measured: Number.NaN,
      limit: Number.NaN,
      regime,
      openings: 0,
      mustFall: false,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  #adopt(cause: SafetySummary['causes'][number], nowMs: number): void {
    const { id, control, scope, reset, severity, coolMs } = cause;
    const breaker = new Breaker();
    const entry: Entry = {
      id,
      control,
      scope,
      breaker,
      reset,
      baseCoolMs: coolMs,
      severity,
      measured: Number.NaN,
      limit: Number.NaN,
      regime: 'calm',
      openings: 1,
      mustFall: false,
    };
    breaker.trip(nowMs, this.#times(entry), reset !== 'A');
    this.#entries.set(id, entry);
  }

  #times({ baseCoolMs }: Entry): BreakerTimes {
    const { coolSecondsMax, probeSeconds, forgetSeconds } = this.#settings;
    return {
      coolMs: baseCoolMs,
      coolMsMax: Math.max(baseCoolMs, coolSecondsMax * 1_000),
      probeMs: probeSeconds * 1_000,
      forgetMs: forgetSeconds * 1_000,
    };
  }

  #scaleOf(control: Opener, response: Response, { sizeScale }: Verdict): number {
    if (response !== 'reduced') return this.#settings.probeScale;
    return sizeScale ?? control.reducedTo ?? 0.5;
  }
}

/** An emergency that people have reset comes back only as the milder thing that it leads up to. */
function responseOf(control: Opener, verdict: Verdict | null, mustFall: boolean): Response | null {
  if (verdict === null) return null;
  if (verdict.response !== 'emergency' || !mustFall) return verdict.response;
  return control.reset.reduced === undefined ? null : 'reduced';
}

function reasonOf({ name }: Opener, { measured, limit }: Verdict): string {
  return `${name}: found ${round(measured)}, limit ${round(limit)}`;
}

function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : value;
}
