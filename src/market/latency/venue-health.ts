/** What is known of a venue's data and of its answers at one moment. */
export interface VenueSigns {
  /** Since the last frame of any kind; infinity before the first. */
  readonly silentMs: number;
  /** Markets that are followed there, and those of them whose book is live. */
  readonly markets: number;
  readonly liveMarkets: number;
  /** Gaps, bad checksums and crossed books within the last minute. */
  readonly faultsPerMinute: number;
  /** Share of the requests of the last minute that failed or were not answered, 0 … 1. */
  readonly errorFraction: number;
  /** Median round trip of a request; NaN while none is known. */
  readonly roundTripMs: number;
  /** What the venue says of itself. */
  readonly announced: 'online' | 'cancel-only' | 'post-only' | 'limit-only' | 'maintenance';
}

export interface HealthLimits {
  readonly silentMsDown: number;
  readonly silentMsDegraded: number;
  readonly faultsPerMinuteDegraded: number;
  readonly errorFractionDegraded: number;
  readonly errorFractionDown: number;
  readonly roundTripMsDegraded: number;
}

export type VenueHealth = 'up' | 'degraded' | 'down';

export interface HealthVerdict {
  readonly health: VenueHealth;
  /** What decided it, with the number; empty when up. */
  readonly reasons: readonly string[];
}

/**
 * `down`: its data leaves the consolidated book, its orders are unknown. `degraded`: it is quoted
 * from, but chosen last. The worst sign decides; every sign that counts is named.
 */
export function healthOf(signs: VenueSigns, limits: HealthLimits): HealthVerdict {
  const down: string[] = [];
  const degraded: string[] = [];
  const { silentMs, markets, liveMarkets, errorFraction, roundTripMs, announced } = signs;
  if (silentMs > limits.silentMsDown) down.push(`silent for ${silentMs} ms`);
  else if (silentMs > limits.silentMsDegraded) degraded.push(`silent for ${silentMs} ms`);
  if (announced === 'maintenance') down.push('announced maintenance');
  else if (announced !== 'online') degraded.push(`announced ${announced}`);
  if (markets > 0 && liveMarkets === 0) down.push(`none of ${markets} books is live`);
  else if (liveMarkets < markets) degraded.push(`${liveMarkets} of ${markets} books are live`);
  if (errorFraction > limits.errorFractionDown) down.push(`errors ${errorFraction}`);
  else if (errorFraction > limits.errorFractionDegraded) degraded.push(`errors ${errorFraction}`);
  if (signs.faultsPerMinute > limits.faultsPerMinuteDegraded) {
    degraded.push(`${signs.faultsPerMinute} faults a minute`);
  }
  if (roundTripMs > limits.roundTripMsDegraded) degraded.push(`round trip ${roundTripMs} ms`);
  const health = down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'up';
  return { health, reasons: [...down, ...degraded] };
}

const RANK: Readonly<Record<VenueHealth, number>> = { up: 0, degraded: 1, down: 2 };

/**
 * Venues in the order in which they are to be tried: up before degraded, then by round trip, then
 * by name so that equals do not flap. Venues that are down are left out.
 */
export function failoverOrder(
  venues: readonly {
    readonly name: string;
    readonly health: VenueHealth;
    readonly roundTripMs: number;
  }[],
): readonly string[] {
  const speed = (ms: number): number => (Number.isNaN(ms) ? Number.MAX_VALUE : ms);
  return venues
    .filter(({ health }) => health !== 'down')
    .sort(
      (one, other) =>
        RANK[one.health] - RANK[other.health] ||
        speed(one.roundTripMs) - speed(other.roundTripMs) ||
        (one.name < other.name ? -1 : 1),
    )
    .map(({ name }) => name);
}
