import {
  type PortfolioLimits,
  type PortfolioMeasure,
  type PortfolioMeasures,
  rungVerdict,
  tightestOf,
  valueAtRisk,
} from '../controls/portfolio.ts';
import type { Usage } from '../portfolio/loss-limits.ts';
import { DESK_SCOPE, type WatchPort } from '../watch/watch-port.ts';
import {
  isLatched,
  LADDER_START,
  type LadderState,
  ladderPolicy,
  ladderStep,
  type Rung,
} from './de-risking.ts';
import type { RungChanged } from './rung-changed.ts';

/**
 * Samples in a row that call for flattening before the desk is flattened: what only people undo
 * must not follow from one wrong price. Positions may only shrink from the first of them on.
 */
export const CONFIRM_SAMPLES = 10;

/** What is measured of the book, as fractions of equity. */
export interface BookMeasures {
  /** With everything that is open filled as badly as may be. */
  readonly worst: PortfolioMeasures;
  /** Of what is held. */
  readonly held: PortfolioMeasures;
  /** Whether the covariance is measured; what is assumed flattens nothing. */
  readonly isMeasured: boolean;
}

/**
 * The ladder of C22: it goes up to the rung of the limit that is used most, at once, and down rung
 * by rung, each after its time. From flattening on only people lead down. The rung is journaled,
 * so that a restart goes on from where it was.
 */
export class DeRisking {
  readonly #port: WatchPort;
  readonly #journal: (event: RungChanged) => void;
  #state: LadderState;
  #tightest: Usage<PortfolioMeasure> | null = null;
  #beyond = 0;

  /** @param rung that the ladder stood on before a restart */
  constructor(port: WatchPort, rung: Rung, journal: (event: RungChanged) => void) {
    this.#port = port;
    this.#journal = journal;
    this.#state = { ...LADDER_START, rung };
  }

  get rung(): Rung {
    return this.#state.rung;
  }

  /** The limit that was used most when it was last measured; null before that. */
  get tightest(): Usage<PortfolioMeasure> | null {
    return this.#tightest;
  }

  /** Once a second. */
  sample(measures: BookMeasures, nowMs: number): void {
    const limits = this.#port.limits().of(valueAtRisk);
    const policy = ladderPolicy(limits);
    const before = this.#state;
    let state = before;
    if (isLatched(state.rung) && !this.#port.stands(valueAtRisk, DESK_SCOPE)) {
      state = ladderStep(state, { kind: 'released' }, policy);
      this.#beyond = 0;
    }
    const tightest = tightestOf(measures.worst, limits);
    this.#tightest = tightest;
    const use = this.#confirmed(tightest.use, measures, limits);
    state = ladderStep(state, { kind: 'use', use, atMs: nowMs }, policy);
    this.#state = state;
    if (state.rung !== before.rung) this.#tell(before.rung, tightest);
    const verdict = rungVerdict(state, tightest, policy);
    this.#port.report(valueAtRisk, DESK_SCOPE, verdict, nowMs);
  }

  /** The use, but no more than the limit itself as long as flattening has not been confirmed. */
  #confirmed(use: number, { held, isMeasured }: BookMeasures, limits: PortfolioLimits): number {
    const isBeyond = isMeasured && tightestOf(held, limits).use >= limits.flattenUse;
    this.#beyond = isBeyond ? this.#beyond + 1 : 0;
    return this.#beyond >= CONFIRM_SAMPLES || !(use > 1) ? use : 1;
  }

  #tell(from: Rung, { measure, measured, limit, use }: Usage<PortfolioMeasure>): void {
    this.#journal({
      kind: 'rung-changed',
      control: valueAtRisk.id,
      from,
      to: this.#state.rung,
      measure,
      measured: String(measured),
      limit: String(limit),
      use: String(use),
    });
  }
}
