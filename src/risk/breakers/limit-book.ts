import { CONTROLS } from '../controls/catalogue.ts';
import { defaultsOf, type LimitsOf, type LimitTable } from '../controls/control.ts';
import { type BreakerSettings, type LimitOverrides, REGIMES, type Regime } from './settings.ts';

type Numbers = Readonly<Record<string, number>>;

/**
 * The numbers of every control that are in force in each regime: the catalogue's, overridden by
 * `limits`, overridden by what the regime says. Worked out once: a lookup allocates nothing.
 */
export class LimitBook {
  readonly #byRegime: Readonly<Record<Regime, ReadonlyMap<string, Numbers>>>;

  constructor(settings: BreakerSettings) {
    const { limits, volatile, turbulent } = settings;
    const own = { calm: {}, volatile, turbulent };
    const entries = REGIMES.map((regime) => [regime, numbersOf(limits, own[regime])] as const);
    this.#byRegime = Object.fromEntries(entries) as Record<Regime, ReadonlyMap<string, Numbers>>;
  }

  /** The numbers of all controls, by id. */
  all(regime: Regime = 'calm'): Readonly<Record<string, Numbers>> {
    return Object.fromEntries(this.#byRegime[regime]);
  }

  of<L extends LimitTable>(
    control: { readonly id: string; readonly limits: L },
    regime: Regime = 'calm',
  ): LimitsOf<L> {
    return this.#byRegime[regime].get(control.id) as LimitsOf<L>;
  }
}

/** The book of the settings in force, worked out anew when they change. */
export function booksOf(settings: () => BreakerSettings): () => LimitBook {
  let [known, book]: [BreakerSettings | null, LimitBook | null] = [null, null];
  return () => {
    const current = settings();
    if (book === null || current !== known) {
      known = current;
      book = new LimitBook(current);
    }
    return book;
  };
}

function numbersOf(limits: LimitOverrides, own: LimitOverrides): ReadonlyMap<string, Numbers> {
  return new Map(
    CONTROLS.map((control) => {
      const set = { ...defaultsOf(control), ...limits[control.id], ...own[control.id] };
      return [control.id, set as Numbers];
    }),
  );
}
