import { type SafetyScope, scopeText } from '../../../src/control/safety-cause.ts';
import { LimitBook } from '../../../src/risk/breakers/limit-book.ts';
import { type BreakerSettings, breakersSection } from '../../../src/risk/breakers/settings.ts';
import type { WatchPort } from '../../../src/risk/watch/watch-port.ts';

/** A port that notes what was found: `C14 instrument:0 paused`, the first of each row only. */
export function aPort(settings: Partial<BreakerSettings> = {}) {
  const book = new LimitBook(breakersSection.parse(settings));
  const found: string[] = [];
  const released = new Set<string>();
  const last = new Map<string, string>();
  const port: WatchPort = {
    limits: () => book,
    report(control, scope: SafetyScope, verdict) {
      const place = `${control.id} ${scopeText(scope)}`;
      const response = verdict?.response ?? 'fine';
      const before = last.get(place) ?? 'fine';
      last.set(place, response);
      if (response !== before) found.push(`${place} ${response}`);
      if (response !== 'fine') released.delete(place);
    },
    stands(control, scope) {
      const place = `${control.id} ${scopeText(scope)}`;
      return last.has(place) && last.get(place) !== 'fine' && !released.has(place);
    },
  };
  /** People take away what was found: `C21 desk`. */
  const release = (place: string): void => void released.add(place);
  return { port, found, release };
}
