import type { Config } from '../../config/schema.ts';
import type { Env, Net } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { VenueKind } from '../../venues/kinds/venue-kind.ts';
import { VENUE_KINDS } from '../../venues/kinds/venue-kinds.ts';
import type { Ask } from '../../venues/port.ts';
import { quietNet } from '../../venues/session/quiet-net.ts';
import type { Accesses, OpenedVenues } from '../open-venues.ts';

/**
 * Asks every venue, one after the other, whether the account there is set so that it may trade.
 * The first that is not keeps the whole desk from starting: people have to set it.
 */
export async function checkAccounts(
  env: Pick<Env, 'net' | 'timers'>,
  config: Config,
  accesses: Accesses,
  { venues, instruments }: OpenedVenues,
): Promise<Result<null, string>> {
  for (const { name, index, quiet } of venues) {
    const access = accesses.get(name);
    const settings = config.venues[index];
    if (access === undefined || settings === undefined) continue;
    const kind: VenueKind = VENUE_KINDS[settings.kind];
    const own = instruments.filter(({ venue }) => venue === name);
    const ask = askerOf(quietNet(env, quiet));
    const checked = await kind.checkAccount?.({ access, settings, instruments: own }, ask);
    if (checked !== undefined && !checked.ok) return err(`${name}: ${checked.error}`);
  }
  return ok(null);
}

function askerOf(net: Net): Ask {
  return (query) =>
    new Promise((resolve) => {
      net.http(query.request, (outcome) => {
        const answer = query.decode(outcome);
        resolve(answer.ok ? answer : err(`the account was not told: ${answer.error.detail}`));
      });
    });
}
