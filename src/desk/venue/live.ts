import type { Config } from '../../config/schema.ts';
import { publicAccess } from '../../venues/kinds/live-addresses.ts';
import type { Accesses } from '../open-venues.ts';

/** Where the real venues of a configuration are read. */
export function liveAccesses({ venues }: Pick<Config, 'venues'>): Accesses {
  const live = venues.filter(({ endpoint }) => endpoint === 'live');
  return new Map(live.map(({ name, kind }) => [name, publicAccess(kind)]));
}

/** The venues that a process of our own plays. */
export function simulatedOf({ venues }: Pick<Config, 'venues'>): Config['venues'] {
  return venues.filter(({ endpoint }) => endpoint === 'simulated');
}

/**
 * Why a desk cannot trade with a configuration; null when it can. Nothing arms orders at a real
 * venue yet, so there is no condition under which they would be sent.
 */
export function liveRefusal({ venues }: Pick<Config, 'venues'>): string | null {
  const at = venues.findIndex(({ endpoint }) => endpoint === 'live');
  if (at < 0) return null;
  return (
    `venues.${at}.endpoint: found live at ${venues[at]?.name}, wanted simulated: orders at real ` +
    'venues are not armed; `flyball record` follows their markets'
  );
}
